//! Mistakes in selectors, in lists of labels, and in what follows a selector.

use super::calls::needs;
use super::{named, quoted};
use crate::promql::Version;
use crate::promql::ast::{Clause, ClauseKind, MatchOp, Matcher};
use crate::promql::parser::Parser;
use crate::promql::re2;
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

/// A matcher right after another one; `and` and `or` between them are stepped over.
pub(in crate::promql) fn no_comma_in_braces(parser: &mut Parser) {
    let token = parser.token;
    let shown = named(parser, token);
    let between = TextRange::at(parser.previous_end);
    let (at, word) = (token.range.start as usize, parser.slice(token.range).to_ascii_lowercase());
    if !matches!(word.as_str(), "and" | "or") {
        let message = format!("expected `,` or `}}` before {shown}");
        let error = parser.sink.unexpected(at, token.range, message);
        error.help("write a comma between the matchers").fix(between, ",");
        return;
    }
    let error = parser.sink.unexpected(at, token.range, format!("expected `,` or `}}`, not {shown}"));
    error.note("all matchers between braces must match");
    if word == "and" {
        error.help("write a comma between the matchers").fix(between.cover(token.range), ",");
    } else {
        error.help("write one regex, as in `=~\"a|b\"`, or `or` between two selectors");
    }
    parser.take();
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
        if shown == "`in`" {
            error.help("write the values as a regex, as in `=~\"a|b\"`");
        }
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
            parser.sink.unexpected(at, both, "`==` compares values, not labels").help("write `=`").fix(both, "=");
            parser.take();
        }
        Kind::Identifier => {
            // What runs on without a blank belongs to the value that was meant.
            let run = |rest: &str| {
                rest.find([',', '}', '{', '"', '\'', '`', ' ', '\t', '\n', '\r', '#', '=']).unwrap_or(rest.len())
            };
            parser.lexer.advance(run(parser.lexer.rest()));
            let range = TextRange::new(token.range.start, crate::promql::offset(parser.lexer.offset()));
            let text = parser.slice(range);
            let shown = quoted(text);
            let label = parser.slice(name);
            parser
                .sink
                .unexpected(at, range, format!("the value {shown} stands without quotes"))
                .note("a bare word is a label's name")
                .help(format!("write `{label}{written}\"{text}\"`"))
                .fix(range, format!("\"{text}\""));
            parser.take();
            return range;
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
            parser.sink.unexpected(
                at,
                token.range,
                format!("expected a value between quotes after `{written}`, not {shown}"),
            );
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
    let error = parser.sink.unexpected(
        first.range.start as usize,
        first.range,
        format!("expected `(` and labels after `{text}`, not {shown}"),
    );
    if let Some(start) = start {
        let written = parser.text.get(start as usize..end as usize).unwrap_or_default();
        error.help(format!("write `{text} ({written})`"));
        let edit = error.fix(TextRange::at(start), "(");
        if count == 1 && next != Kind::Comma {
            edit.fix(TextRange::at(end), ")");
        } else {
            edit.suggest(TextRange::at(end), ")");
        }
    } else {
        error.help(format!("write `{text} (label, …)`"));
    }
    if parser.token.kind == Kind::LeftBracket {
        while !matches!(parser.token.kind, Kind::RightBracket | Kind::End) {
            parser.take();
        }
        parser.take();
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
        if kind == Kind::MetricIdentifier && parser.options.version < UTF8_NAMES {
            needs(parser, range, "a label with a colon", UTF8_NAMES);
        }
        return;
    }
    let Ok(name) = unquote::unquote_bytes(parser.slice(range)) else { return };
    let at = range.start as usize;
    if name.is_empty() {
        parser.sink.report(at, range, "a label without a name");
    } else if std::str::from_utf8(&name).is_err() {
        parser.sink.report(at, range, "the name of a label must be UTF-8");
    } else {
        quoted_name(parser, range);
    }
}

/// A name between quotes, which older servers do not know.
pub(in crate::promql) fn quoted_name(parser: &mut Parser, range: TextRange) {
    if parser.options.version < UTF8_NAMES {
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
            parser
                .sink
                .unexpected(at, token.range, "expected `)` before `(`")
                .suggest(TextRange::at(parser.previous_end), ")");
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
