//! Mistakes in what follows a selector: ranges, `offset`, `@`, `anchored`, `smoothed`.

use super::calls::needs;
use super::{named, quoted};
use crate::promql::Version;
use crate::promql::ast::{Kind as Node, NodeId, Type};
use crate::promql::parser::{Frame, Parser};
use crate::promql::selector::Modifiers;
use crate::promql::token::Kind;
use crate::source::TextRange;

/// What an `offset` can follow, and how often.
pub(in crate::promql) fn offset(parser: &mut Parser, node: NodeId, keyword: TextRange, range: TextRange, again: bool) {
    if !takes_modifiers(parser, node) {
        misplaced(parser, node, keyword, "`offset`");
    } else if again {
        parser.sink.report(range.end as usize, range, "a second `offset`").note("only one can stand after a selector");
    }
}

pub(in crate::promql) fn at(parser: &mut Parser, node: NodeId, keyword: TextRange, range: TextRange, again: bool) {
    let since = Version { major: 2, minor: 25 };
    if !takes_modifiers(parser, node) {
        misplaced(parser, node, keyword, "`@`");
    } else if again {
        parser.sink.report(range.end as usize, range, "a second `@`").note("only one can stand after a selector");
    } else if parser.options.version < since {
        needs(parser, keyword, "`@`", since);
    }
}

fn takes_modifiers(parser: &Parser, node: NodeId) -> bool {
    match parser.tree.node(node).kind {
        // That a range follows something else was reported already.
        Node::Vector(_) | Node::Subquery { .. } | Node::Missing | Node::Matrix { .. } => true,
        _ => false,
    }
}

fn misplaced(parser: &mut Parser, node: NodeId, keyword: TextRange, what: &str) {
    let operand = parser.tree.node(node);
    let error = parser.sink.report(
        parser.previous_end as usize,
        keyword,
        format!("{what} must follow a selector or a subquery"),
    );
    error.related(operand.range, "this is neither");
    match operand.kind {
        Node::Call(_) | Node::Aggregate(_) | Node::Paren(_) => {
            error.help(format!("write {what} inside, right after the selector"));
        }
        _ => {}
    }
}

pub(in crate::promql) fn no_timestamp(parser: &mut Parser) {
    let token = parser.token;
    let shown = named(parser, token);
    parser
        .sink
        .unexpected(token.range.start as usize, token.range, format!("expected a timestamp after `@`, not {shown}"))
        .help("write Unix seconds, `start()` or `end()`");
    // A name would only make another error.
    if matches!(token.kind, Kind::Identifier | Kind::MetricIdentifier | Kind::String) {
        parser.take();
    }
}

pub(in crate::promql) fn timestamp(parser: &mut Parser, number: NodeId) {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let Some(value) = parser.tree.value(number, parser.text) else { return };
    if !value.is_finite() || value.abs() >= LIMIT {
        let range = parser.tree.node(number).range;
        parser
            .sink
            .report(range.end as usize, range, "the timestamp is out of range")
            .note("timestamps are Unix seconds");
    }
}

/// `anchored` and `smoothed`. `other`: the other one is there already.
pub(in crate::promql) fn extended(parser: &mut Parser, node: NodeId, keyword: TextRange, other: bool) {
    let word = quoted(parser.slice(keyword));
    let at = keyword.end as usize;
    let since = Version { major: 3, minor: 7 };
    if parser.options.version < since {
        return needs(parser, keyword, &word, since);
    }
    if !parser.options.features.extended_range_selectors {
        parser
            .sink
            .report(at, keyword, format!("{word} is an experiment that this server has not switched on"))
            .help("start the server with `--enable-feature=promql-extended-range-selectors`");
        return;
    }
    match parser.tree.node(node).kind {
        Node::Vector(_) | Node::Matrix { .. } | Node::Missing if other => {
            parser.sink.report(at, keyword, "`anchored` and `smoothed` exclude each other");
        }
        Node::Vector(_) | Node::Matrix { .. } | Node::Missing => {}
        Node::Subquery { .. } => {
            parser.sink.report(at, keyword, format!("{word} can't follow a subquery"));
        }
        _ => {
            parser.sink.report(at, keyword, format!("{word} must follow a selector"));
        }
    }
}

/// Brackets that do not end where they should.
pub(in crate::promql) fn open_brackets(parser: &mut Parser, open: TextRange, colon: Option<TextRange>) {
    let token = parser.token;
    let shown = named(parser, token);
    let end = TextRange::at(parser.previous_end);
    let at = token.range.start as usize;
    if token.kind == Kind::End {
        parser.sink.unexpected(at, open, "this bracket is never closed").help("write `]`").suggest(end, "]");
        return;
    }
    let expected = if colon.is_some() { "`]`" } else { "`]` or `:`" };
    parser
        .sink
        .unexpected(at, token.range, format!("expected {expected} before {shown}"))
        .related(open, "opened here")
        .suggest(end, "]");
    // Look for the end, but leave what closes something that was opened before.
    let mut depth = 0_usize;
    loop {
        match parser.token.kind {
            Kind::End => return,
            Kind::RightBracket => {
                parser.take();
                return;
            }
            Kind::LeftParen => depth += 1,
            Kind::RightParen | Kind::Comma if depth == 0 && within_call(parser) => return,
            Kind::RightParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        parser.take();
    }
}

fn within_call(parser: &Parser) -> bool {
    !matches!(parser.innermost(), None | Some(Frame::Sign { .. } | Frame::Binary { .. }))
}

/// `[range]` after something: only a bare selector takes one.
pub(in crate::promql) fn matrix(parser: &mut Parser, node: NodeId, brackets: TextRange, seen: Modifiers) {
    let operand = parser.tree.node(node);
    let at = (brackets.end as usize).saturating_sub(1);
    let Node::Vector(vector) = operand.kind else {
        if operand.kind == Node::Missing {
            return;
        }
        let closed = parser.slice(brackets).ends_with(']');
        let inside = if closed { selector_that_wants_a_range(parser, operand.kind) } else { None };
        let error = parser.sink.report(at, brackets, "a range must follow a selector");
        error.related(operand.range, "this is no selector");
        match operand.kind {
            Node::Call(_) | Node::Aggregate(_) | Node::Paren(_) | Node::Binary { .. } | Node::Unary { .. } => {
                error.note("a range of computed values is a subquery, with a colon");
                if let Some(inside) = inside {
                    let text = parser.text.get(brackets.range()).unwrap_or_default();
                    let end = TextRange::at(parser.tree.node(inside).range.end);
                    error.help("put the range right after the metric").fix(end, text).fix(brackets, "");
                    // That the range is missing there needs no error of its own.
                    parser.tree.node_mut(inside).ty = None;
                    return;
                }
                error.help("put the range right after the metric, or write a subquery with `:` before `]`");
                if closed {
                    error.suggest(TextRange::at(brackets.end - 1), ":");
                }
            }
            Node::Matrix { .. } => {
                error.note("it has a range already");
            }
            _ => {}
        }
        return;
    };
    if !seen.offset && !seen.at {
        return;
    }
    let vector = vector.load(&parser.tree.words);
    let range = vector.name.map_or(brackets, |name| vector.braces.map_or(name, |braces| name.cover(braces)));
    let selector_end = vector.braces.or(vector.name).map_or(range.end, |last| last.end);
    let modifiers = TextRange::new(selector_end, brackets.start);
    let text = parser.slice(brackets).to_owned();
    parser
        .sink
        .report(at, brackets, "the range must stand before `offset` and `@`")
        .related(modifiers, "these follow the range")
        .help(format!("write `{text}` right after the selector"))
        .fix(TextRange::at(selector_end), text)
        .fix(brackets, "");
}

/// Where the range of `rate(x)[5m]` belongs: after the selector of a function that wants one.
fn selector_that_wants_a_range(parser: &Parser, kind: Node) -> Option<NodeId> {
    let Node::Call(call) = kind else { return None };
    let call = call.load(&parser.tree.words);
    let mut arguments = call.arguments.iter(&parser.tree.words).enumerate();
    let place = arguments.find(|(number, _)| call.function.and_then(|f| f.argument(*number)) == Some(Type::Matrix));
    let selector = place?.1;
    matches!(parser.tree.node(selector).kind, Node::Vector(_)).then_some(selector)
}
