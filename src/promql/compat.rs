//! The tree as Prometheus has it: its kinds, its places, its order of children (`parser.Children`).
//!
//! Places are the server's own, oddities included: where its parser had to read a parenthesis ahead, that counts as part of the
//! node before it, and `anchored` and `smoothed` count as part of none.

use super::ast::{Aggregate, Kind, Modifier, ModifierKind, NodeId};
use super::tree::Ast;
use super::walk;
use super::words::List;
use crate::source::TextRange;

/// A node of the server's tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TreeNode {
    /// The server's name for the kind of node.
    pub kind: &'static str,
    /// The server's place of it.
    pub range: TextRange,
    /// How many nodes it is below the root.
    pub depth: u32,
}

/// The nodes of the server's tree, parents before their children; `text` is what the tree was read from.
pub fn tree(ast: &Ast, text: &str) -> Vec<TreeNode> {
    let places = places(ast, text);
    let place = |id: NodeId| places.get(id.number() as usize - 1).copied().unwrap_or_default();
    let mut nodes = Vec::with_capacity(places.len());
    let mut todo = vec![(ast.root(), 0)];
    while let Some((id, depth)) = todo.pop() {
        nodes.push(TreeNode { kind: kind(ast.kind(id)), range: place(id), depth });
        let mut children = walk::children(ast, id);
        // The server's order: an aggregation's expression before its parameter.
        if !matches!(ast.kind(id), Kind::Aggregate(_)) {
            children.reverse();
        }
        todo.extend(children.into_iter().map(|child| (child, depth + 1)));
    }
    nodes
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Missing => "Missing",
        Kind::Number { .. } => "NumberLiteral",
        Kind::String => "StringLiteral",
        Kind::Vector(_) => "VectorSelector",
        Kind::Matrix { .. } => "MatrixSelector",
        Kind::Subquery { .. } => "SubqueryExpr",
        Kind::Call(_) => "Call",
        Kind::Aggregate(_) => "AggregateExpr",
        Kind::Binary { .. } => "BinaryExpr",
        Kind::Paren(_) => "ParenExpr",
        Kind::Unary { .. } => "UnaryExpr",
        Kind::DurationCall { .. } => "DurationExpr",
    }
}

/// The server's place of every node. Children come first, so those of a node are known when it is reached.
fn places(ast: &Ast, text: &str) -> Vec<TextRange> {
    let mut places: Vec<TextRange> = Vec::with_capacity(ast.ids().len());
    for id in ast.ids() {
        let own = ast.range(id);
        let of = |id: NodeId| places.get(id.number() as usize - 1).copied().unwrap_or_default();
        let place = match ast.kind(id) {
            Kind::Vector(at) => {
                let vector = ast.get(at);
                let end = vector.braces.or(vector.name).map_or(own.end, |last| last.end);
                TextRange::new(own.start, modified(ast, text, vector.modifiers, end))
            }
            Kind::Matrix { vector: inner, range } | Kind::Subquery { expr: inner, range } => {
                let range = ast.get(range);
                TextRange::new(of(inner).start, modified(ast, text, range.modifiers, range.brackets.end))
            }
            Kind::Binary { lhs, rhs, .. } => of(lhs).cover(of(rhs)),
            Kind::Unary { expr, .. } => TextRange::new(own.start, of(expr).end),
            Kind::Aggregate(at) => TextRange::new(own.start, aggregate_end(text, &ast.get(at), own.end)),
            _ => own,
        };
        places.push(place);
    }
    places
}

/// The end of a selector after its modifiers, `end` being its own.
fn modified(ast: &Ast, text: &str, modifiers: List<Modifier>, end: u32) -> u32 {
    let mut end = end;
    for modifier in ast.list(modifiers) {
        match (modifier.kind, modifier.argument) {
            (ModifierKind::Anchored | ModifierKind::Smoothed, _) => {}
            (ModifierKind::Offset, Some(duration)) if reads_ahead(ast, text, duration) => {
                end = paren_ahead(text, modifier.range.end).unwrap_or(modifier.range.end);
            }
            _ => end = modifier.range.end,
        }
    }
    end
}

/// Whether the server must see the next token to know that an offset ends here: after a parenthesis without a sign, and after
/// two signs.
fn reads_ahead(ast: &Ast, text: &str, duration: NodeId) -> bool {
    match ast.kind(duration) {
        Kind::Paren(_) | Kind::Binary { .. } => true,
        Kind::Unary { expr, .. } => matches!(ast.kind(expr), Kind::Unary { .. }),
        Kind::Number { literal, .. } => {
            let signs = TextRange::new(ast.range(duration).start, literal);
            let signs = text.get(signs.range()).unwrap_or_default();
            signs
                .lines()
                .flat_map(|line| line.split('#').next().unwrap_or_default().chars())
                .filter(|c| "+-".contains(*c))
                .count()
                > 1
        }
        _ => false,
    }
}

/// The end of the closing parenthesis that follows, if one does.
fn paren_ahead(text: &str, end: u32) -> Option<u32> {
    let mut rest = text.get(end as usize..)?;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let Some(comment) = rest.strip_prefix('#') else { break };
        rest = comment.trim_start_matches(|c| c != '\n' && c != '\r');
    }
    rest.starts_with(')').then(|| super::offset(text.len() - rest.len() + 1))
}

/// An aggregation may be grouped after its parentheses, so the server reads on; of a parenthesis read so, it tries to find the one
/// before by looking back over blanks (`findPrevRightParen` of `lex.go`).
fn aggregate_end(text: &str, aggregate: &Aggregate, end: u32) -> u32 {
    let Some(ahead) = paren_ahead(text, end).filter(|_| aggregate.grouping.is_none()) else { return end };
    let before = text.get(..ahead as usize - 1).unwrap_or_default().trim_end_matches([' ', '\t', '\n', '\r']);
    if before.ends_with(')') && before.len() > 1 { super::offset(before.len()) } else { ahead }
}
