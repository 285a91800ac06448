//! Ways through a tree, and questions about it that many rules ask.

use super::ast::{Clause, Kind, Matcher, NodeId, Type};
use super::tree::Ast;
use crate::source::TextRange;

/// The children of a node in the order of the text, as the server has them but for an aggregation's parameter, which comes
/// first here. The parts of durations are no children.
pub fn children(ast: &Ast, id: NodeId) -> Vec<NodeId> {
    let mut children = Vec::new();
    push_children(ast, id, &mut children);
    children
}

fn push_children(ast: &Ast, id: NodeId, to: &mut Vec<NodeId>) {
    match ast.kind(id) {
        Kind::Matrix { vector: child, .. }
        | Kind::Subquery { expr: child, .. }
        | Kind::Paren(child)
        | Kind::Unary { expr: child, .. } => to.push(child),
        Kind::Call(at) => to.extend(ast.list(ast.get(at).arguments)),
        Kind::Aggregate(at) => to.extend(ast.list(ast.get(at).arguments)),
        Kind::Binary { lhs, rhs, .. } => to.extend([lhs, rhs]),
        _ => {}
    }
}

/// All nodes below and with `root`, parents before their children, in the order of the text.
pub fn preorder(ast: &Ast, root: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    let mut todo = vec![root];
    std::iter::from_fn(move || {
        let id = todo.pop()?;
        let first = todo.len();
        push_children(ast, id, &mut todo);
        todo[first..].reverse();
        Some(id)
    })
}

/// A selector of series in an expression.
#[derive(Clone, Debug)]
pub struct Selector {
    /// Its node.
    pub node: NodeId,
    /// The metric's name before the braces.
    pub name: Option<TextRange>,
    /// What stands between the braces.
    pub matchers: Vec<Matcher>,
}

/// All selectors, in the order of the text.
pub fn selectors(ast: &Ast) -> impl Iterator<Item = Selector> + '_ {
    preorder(ast, ast.root()).filter_map(|node| match ast.kind(node) {
        Kind::Vector(at) => {
            let vector = ast.get(at);
            Some(Selector { node, name: vector.name, matchers: ast.list(vector.matchers).collect() })
        }
        _ => None,
    })
}

/// All lists of labels: groupings of aggregations, `on`, `ignoring`, `group_left` and `group_right`, each with its node.
pub fn clauses(ast: &Ast) -> impl Iterator<Item = (NodeId, Clause)> + '_ {
    preorder(ast, ast.root()).flat_map(|node| {
        let clauses = match ast.kind(node) {
            Kind::Aggregate(at) => [ast.get(at).grouping, None],
            Kind::Binary { matching: Some(id), .. } => {
                let matching = ast.matching(id);
                [matching.labels, matching.group]
            }
            _ => [None, None],
        };
        clauses.into_iter().flatten().map(move |clause| (node, clause))
    })
}

/// Whether the value can never change: no selector and no clock in it, as in `vector(1)`.
pub fn is_constant(ast: &Ast, text: &str) -> bool {
    const CLOCKS: [&str; 13] = [
        "day_of_year",
        "time",
        "start",
        "end",
        "step",
        "range",
        "minute",
        "hour",
        "month",
        "year",
        "day_of_week",
        "day_of_month",
        "days_in_month",
    ];
    preorder(ast, ast.root()).all(|node| match ast.kind(node) {
        Kind::Vector(_) | Kind::Missing => false,
        Kind::Call(at) => {
            let name = text.get(ast.get(at).name.range()).unwrap_or_default();
            !CLOCKS.contains(&name)
        }
        _ => true,
    })
}

/// Whether some comparison drops series by their value, anywhere in the expression; one with `bool` drops nothing.
pub fn compares(ast: &Ast) -> bool {
    preorder(ast, ast.root()).any(|node| match ast.kind(node) {
        Kind::Binary { op, matching, .. } => {
            let returns_bool = matching.is_some_and(|id| ast.matching(id).returns_bool.is_some());
            op.is_comparison() && !returns_bool && ast.ty(node) == Some(Type::Vector)
        }
        _ => false,
    })
}

/// The decoded text of a name, label or string at `range`: without quotes and escapes. None where it is broken or no UTF-8.
pub fn text_of(text: &str, range: TextRange) -> Option<std::borrow::Cow<'_, str>> {
    let written = text.get(range.range())?;
    if written.starts_with(['"', '\'', '`']) { crate::unquote::unquote(written).ok() } else { Some(written.into()) }
}
