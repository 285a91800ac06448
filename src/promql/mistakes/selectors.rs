//! Mistakes in selectors, in lists of labels, and in what follows a selector.

use super::operands::needs;
use super::{named, quoted};
use crate::promql::Version;
use crate::promql::ast::{Clause, ClauseKind, Kind as Node, MatchOp, Matcher, NodeId};
use crate::promql::parser::{Frame, Parser};
use crate::promql::re2;
use crate::promql::selector::Modifiers;
use crate::promql::token::{BinaryOp, Kind};
use crate::promql::words::{List, Record};
use crate::source::TextRange;
use crate::unquote;

pub(in crate::promql) fn open_braces(parser: &mut Parser, open: TextRange) {
    let end = TextRange::at(parser.previous_end);
    parser
        .sink
        .unexpected(parser.text.len(), open, "this brace is never closed")
        .help("write `}` after the last matcher")
        .suggest(end, "}");
}

pub(in crate::promql) fn comma_in_braces(parser: &mut Parser) {
    let range = parser.token.range;
    parser
        .sink
        .unexpected(range.start as usize, range, "expected a label's name or `}`, not `,`")
        .help("leave the comma out")
        .fix(range, "");
    parser.take();
}

pub(in crate::promql) fn no_comma_in_braces(parser: &mut Parser) {
    let token = parser.token;
    let shown = named(parser, token);
    let between = TextRange::at(parser.previous_end);
    parser
        .sink
        .unexpected(token.range.start as usize, token.range, format!("expected `,` or `}}` before {shown}"))
        .help("write a comma between the matchers")
        .fix(between, ",");
}

/// Something else than a name between braces.
pub(in crate::promql) fn in_braces(parser: &mut Parser, comma: bool) {
    let token = parser.token;
    let shown = named(parser, token);
    let expected = if comma { "a label's name or `}`" } else { "`,` or `}`" };
    let error =
        parser.sink.unexpected(token.range.start as usize, token.range, format!("expected {expected}, not {shown}"));
    if token.kind == Kind::Placeholder {
        error.help("write the matchers themselves");
    }
    parser.take();
}

/// A label's name without an operator; the value may follow all the same.
pub(in crate::promql) fn no_match_operator(parser: &mut Parser, name: TextRange) -> Matcher {
    let token = parser.token;
    let shown = named(parser, token);
    let label = quoted(parser.slice(name));
    let error = parser.sink.unexpected(
        token.range.start as usize,
        token.range,
        format!("expected `=`, `!=`, `=~` or `!~` after the label {label}, not {shown}"),
    );
    let mut value = TextRange::at(name.end);
    if token.kind == Kind::String {
        error.help("write `=` between the label and its value").fix(TextRange::at(name.end), "=");
        value = parser.take().range;
    } else {
        error.note("a matcher is a label, an operator and a value between quotes");
    }
    Matcher { range: name.cover(value), name: Some(name), op: MatchOp::Equal, op_range: TextRange::at(name.end), value }
}

/// Something else than a string after the operator of a matcher.
pub(in crate::promql) fn no_match_value(parser: &mut Parser, name: TextRange, op: TextRange) -> TextRange {
    let token = parser.token;
    let at = token.range.start as usize;
    let shown = named(parser, token);
    let written = parser.slice(op);
    match token.kind {
        // `==` between braces is lexed as two `=`, `=!` as `=` and something that starts with a `!`.
        Kind::Assign if written == "=" && op.end == token.range.start => {
            let both = op.cover(token.range);
            parser
                .sink
                .unexpected(at, both, "`==` compares values, not labels")
                .help("write `=`")
                .fix(both, "=");
            parser.take();
        }
        Kind::Identifier => {
            let text = parser.slice(token.range);
            let label = parser.slice(name);
            parser
                .sink
                .unexpected(at, token.range, format!("the value {shown} stands without quotes"))
                .note("a bare word is a label's name")
                .help(format!("write `{label}{written}\"{text}\"`"))
                .fix(token.range, format!("\"{text}\""));
            parser.take();
            return token.range;
        }
        Kind::Placeholder => {
            parser.take();
            return token.range;
        }
        Kind::Comma | Kind::RightBrace | Kind::End => {
            parser
                .sink
                .unexpected(at, token.range, format!("expected a value between quotes after `{written}`, not {shown}"))
                .help("for a label that is not there, write `\"\"`");
        }
        _ => {
            parser
                .sink
                .unexpected(at, token.range, format!("expected a value between quotes after `{written}`, not {shown}"));
            parser.take();
        }
    }
    if parser.token.kind == Kind::String { parser.take().range } else { TextRange::at(op.end) }
}

/// A matcher that is complete: the regex must be one.
pub(in crate::promql) fn matcher(parser: &mut Parser, op: MatchOp, value: TextRange) {
    if !matches!(op, MatchOp::Regex | MatchOp::NotRegex) {
        return;
    }
    let written = parser.slice(value);
    let Ok(bytes) = unquote::unquote_bytes(written) else { return };
    let at = value.start as usize;
    let Ok(pattern) = std::str::from_utf8(&bytes) else {
        // Plain alternatives are never parsed as a regex.
        if bytes.iter().any(|byte| br"\.+*?()[]{}^$".contains(byte)) {
            parser.sink.report(at, value, "the regex is not UTF-8");
        }
        return;
    };
    let Err(error) = re2::check(pattern) else { return };
    let place = |decoded: u32| value.start + crate::promql::offset(unquote::raw_offset(written, decoded as usize));
    let (start, end) = (place(error.range.start), place(error.range.end));
    let range = if start < end { TextRange::new(start, end) } else { TextRange::new(start, start + 1) };
    parser
        .sink
        .report(at, range, format!("the regex is broken: {}", error.message))
        .note("regexes have the syntax of Go's RE2, and match the whole value");
}

/// Labels that stand without their parentheses.
pub(in crate::promql) fn no_label_parens(parser: &mut Parser, kind: ClauseKind, keyword: TextRange) -> Clause {
    let first = parser.token;
    let text = kind.text();
    let shown = named(parser, first);
    // After an aggregation inside of a call, a comma may separate arguments.
    let leads = match kind {
        ClauseKind::By | ClauseKind::Without => parser.frames.is_empty(),
        _ => false,
    };
    let mut count = 0;
    let (mut start, mut end) = (None, first.range.start);
    while matches!(parser.token.kind, Kind::Identifier | Kind::String) {
        let label = parser.take().range;
        label.store(&mut parser.tree.words);
        count += 1;
        start = start.or(Some(label.start));
        end = label.end;
        if !(leads && parser.token.kind == Kind::Comma) {
            break;
        }
        parser.take();
    }
    let labels = List::last(count, &parser.tree.words);
    let next = parser.token.kind;
    let error = parser
        .sink
        .unexpected(first.range.start as usize, first.range, format!("expected `(` and labels after `{text}`, not {shown}"));
    if let Some(start) = start {
        let written = parser.text.get(start as usize..end as usize).unwrap_or_default();
        error.help(format!("write `{text} ({written})`"));
        let edit = error.fix(TextRange::at(start), "(");
        if count == 1 && matches!(next, Kind::LeftParen | Kind::End) {
            edit.fix(TextRange::at(end), ")");
        } else {
            edit.suggest(TextRange::at(end), ")");
        }
    } else {
        error.help(format!("write `{text} (label, …)`"));
    }
    let parens = start.map(|start| TextRange::new(start, end));
    Clause { kind, keyword, parens, labels }
}

pub(in crate::promql) fn no_comma_in_labels(parser: &mut Parser) {
    let token = parser.token;
    let shown = named(parser, token);
    let between = TextRange::at(parser.previous_end);
    parser
        .sink
        .unexpected(token.range.start as usize, token.range, format!("expected `,` or `)` before {shown}"))
        .help("write a comma between the labels")
        .fix(between, ",");
}

/// A label in a list. Quoted ones may be any text but none at all.
pub(in crate::promql) fn label(parser: &mut Parser, range: TextRange, kind: Kind) {
    if kind != Kind::String {
        return;
    }
    let Ok(name) = unquote::unquote_bytes(parser.slice(range)) else { return };
    let at = range.start as usize;
    if name.is_empty() {
        parser.sink.report(at, range, "a label without a name");
    } else if std::str::from_utf8(&name).is_err() {
        parser.sink.report(at, range, "the name of a label must be UTF-8");
    } else if parser.options.version < UTF8_NAMES {
        needs(parser, range, "a quoted name", UTF8_NAMES);
    }
}

const UTF8_NAMES: Version = Version { major: 3, minor: 0 };

/// Something else than a label between the parentheses of a clause. Says whether the list ends here.
pub(in crate::promql) fn in_labels(parser: &mut Parser, open: TextRange, comma: bool) -> bool {
    let token = parser.token;
    let at = token.range.start as usize;
    let shown = named(parser, token);
    match token.kind {
        Kind::End => {
            let end = TextRange::at(parser.previous_end);
            parser
                .sink
                .unexpected(at, open, "this list of labels is never closed")
                .help("write `)` after the last label")
                .suggest(end, ")");
            return true;
        }
        Kind::LeftParen if !comma => {
            parser.sink.unexpected(at, token.range, "expected `)` before `(`").suggest(TextRange::at(parser.previous_end), ")");
            return true;
        }
        Kind::Comma => {
            parser
                .sink
                .unexpected(at, token.range, "expected a label, not `,`")
                .help("leave the comma out")
                .fix(token.range, "");
        }
        Kind::LeftBrace => {
            parser.sink.unexpected(at, token.range, format!("expected a label or `)`, not {shown}"));
            parser.selector(None);
            return false;
        }
        _ => {
            let expected = if comma { "a label or `)`" } else { "`,` or `)`" };
            let error = parser.sink.unexpected(at, token.range, format!("expected {expected}, not {shown}"));
            if matches!(token.kind, Kind::Operator(BinaryOp::Sub | BinaryOp::Div)) {
                error.note("a label is made of letters, digits and `_`; other names need quotes");
            } else if token.kind == Kind::Without {
                error.help("write `\"without\"` for a label of that name");
            }
        }
    }
    parser.take();
    false
}

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
        Node::Vector(_) | Node::Subquery { .. } | Node::Missing => true,
        // The error of a range after something else was reported already.
        Node::Matrix { .. } => true,
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
        parser.sink.report(range.end as usize, range, "the timestamp is out of range").note("timestamps are Unix seconds");
    }
}

/// `anchored` and `smoothed`. `other`: the other one is there already.
pub(in crate::promql) fn extended(parser: &mut Parser, node: NodeId, keyword: TextRange, other: bool) {
    let word = quoted(parser.slice(keyword));
    let at = keyword.end as usize;
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
        let error = parser.sink.report(at, brackets, "a range must follow a selector");
        error.related(operand.range, "this is no selector");
        match operand.kind {
            Node::Call(_) | Node::Aggregate(_) | Node::Paren(_) | Node::Binary { .. } | Node::Unary { .. } => {
                let end = brackets.end.saturating_sub(1);
                error.note("a range of computed values is a subquery, with a colon");
                error.help("put the range right after the metric, or write a subquery with `:` before `]`");
                error.suggest(TextRange::at(end), ":");
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
