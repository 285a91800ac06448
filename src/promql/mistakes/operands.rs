//! Mistakes in operands, operators, parentheses and calls.

use super::calls::needs;
use super::{named, quoted};
use crate::promql::Version;
use crate::promql::ast::{Aggregate, Clause, ClauseKind, Kind as Node, NodeId};
use crate::promql::parser::{After, Frame, Parser};
use crate::promql::token::{Aggregator, BinaryOp, Kind, Token};
use crate::promql::words::List;
use crate::source::TextRange;

pub(in crate::promql) fn empty(parser: &mut Parser) {
    parser.sink.unexpected(0, TextRange::at(0), "there is no expression");
}

/// Something stands where an operand should. Either it is left for [`after_operand`] and a gap stands in the tree, or it is skipped.
pub(in crate::promql) fn no_operand(parser: &mut Parser) -> Option<NodeId> {
    let token = parser.token;
    let at = token.range.start as usize;
    let shown = named(parser, token);
    let before = before(parser);
    match token.kind {
        Kind::End | Kind::RightParen | Kind::Comma | Kind::Operator(_) => {
            let error = parser.sink.unexpected(at, token.range, format!("expected an expression{before}, not {shown}"));
            let percent = matches!(parser.frames.last(), Some(Frame::Binary { op: BinaryOp::Mod, .. }));
            if percent && token.kind != Kind::Operator(BinaryOp::Mod) {
                error.note("`%` is the remainder of a division").help("leave it out: numbers have no units");
            } else if let Kind::Operator(op) = token.kind {
                error.help(format!("write what stands on the left of `{}`", op.text()));
            }
            Some(parser.missing(TextRange::at(token.range.start)))
        }
        Kind::By | Kind::Without | Kind::On | Kind::Ignoring | Kind::GroupLeft | Kind::GroupRight => {
            parser.sink.unexpected(at, token.range, format!("expected an expression{before}, not {shown}"));
            stray_clause(parser);
            None
        }
        Kind::Bool => {
            parser
                .sink
                .unexpected(at, token.range, format!("expected an expression{before}, not {shown}"))
                .note("`bool` stands right after a comparison operator, before `on` and `ignoring`");
            parser.take();
            None
        }
        Kind::At | Kind::LeftBracket => {
            parser.sink.unexpected(at, token.range, format!("expected an expression{before}, not {shown}"));
            Some(parser.missing(TextRange::at(token.range.start)))
        }
        _ => {
            parser.sink.unexpected(at, token.range, format!("expected an expression{before}, not {shown}"));
            parser.take();
            None
        }
    }
}

/// ` after …`, in words for what was read last.
fn before(parser: &Parser) -> String {
    match parser.frames.last() {
        Some(Frame::Binary { op, .. }) if *op != BinaryOp::Missing => format!(" after `{}`", op.text()),
        Some(Frame::Sign { negative, .. }) => format!(" after `{}`", if *negative { "-" } else { "+" }),
        Some(Frame::Paren { .. }) => " in the parentheses".to_owned(),
        Some(Frame::Call { name, .. } | Frame::Aggregate { name, .. }) => {
            format!(" as an argument of {}", quoted(parser.slice(*name)))
        }
        _ => String::new(),
    }
}

/// Steps over a keyword with its labels that belongs nowhere.
fn stray_clause(parser: &mut Parser) {
    let kind = match parser.token.kind {
        Kind::By => ClauseKind::By,
        Kind::Without => ClauseKind::Without,
        Kind::On => ClauseKind::On,
        Kind::Ignoring => ClauseKind::Ignoring,
        Kind::GroupLeft => ClauseKind::GroupLeft,
        _ => ClauseKind::GroupRight,
    };
    parser.clause(kind);
}

/// A keyword or aggregation that names a metric here, as the grammar allows but few people mean.
pub(in crate::promql) fn word_as_metric(parser: &mut Parser, word: Token, next: Kind) {
    let written = parser.slice(word.range);
    let at = word.range.start as usize;
    let starts = next.starts_operand() && next != Kind::LeftBrace;
    match word.kind {
        Kind::Operator(op) if starts => {
            let before = before(parser);
            parser
                .sink
                .unexpected(at, word.range, format!("expected an expression{before}, not {}", quoted(written)))
                .help(format!("write what stands on the left of `{}`", op.text()));
        }
        Kind::Aggregator(op) if starts => {
            let place = parser.token.range;
            let shown_next = named(parser, parser.token);
            parser
                .sink
                .unexpected(at, place, format!("expected `(` after {}, not {shown_next}", quoted(written)))
                .help(format!("write `{}(…)`", op.name()));
        }
        Kind::MetricIdentifier if next == Kind::LeftParen => {
            let place = parser.token.range;
            parser
                .sink
                .unexpected(
                    place.start as usize,
                    place,
                    format!("{} is called, but names with a colon are metrics", quoted(written)),
                )
                .note("only functions and aggregations are followed by a parenthesis");
        }
        _ => {}
    }
}

/// An aggregation whose parenthesis is missing after its grouping.
pub(in crate::promql) fn no_aggregated(
    parser: &mut Parser,
    op: Aggregator,
    name: TextRange,
    grouping: Option<Clause>,
) -> NodeId {
    let token = parser.token;
    let shown = named(parser, token);
    let error = parser.sink.unexpected(
        token.range.start as usize,
        token.range,
        format!("expected `(` and what `{}` aggregates, not {shown}", op.name()),
    );
    error.help(format!("write `{} … (expression)`", op.name()));
    let parens = TextRange::at(parser.previous_end);
    let aggregate = Aggregate { op, name, grouping, parens, arguments: List::default() };
    parser.aggregate_node(aggregate)
}

/// What follows an operand is neither an operator nor an end.
pub(in crate::promql) fn after_operand(parser: &mut Parser, operand: NodeId) -> After {
    let token = parser.token;
    let at = token.range.start as usize;
    match token.kind {
        Kind::Assign => {
            parser
                .sink
                .unexpected(at, token.range, "`=` compares labels between braces, not values")
                .help("write `==`")
                .fix(token.range, "==");
            parser.binary(operand, BinaryOp::Equal);
            After::Next
        }
        Kind::By | Kind::Without => {
            stray_grouping(parser, operand);
            After::Operand(operand)
        }
        Kind::On | Kind::Ignoring | Kind::GroupLeft | Kind::GroupRight => {
            let shown = named(parser, token);
            parser
                .sink
                .unexpected(at, token.range, format!("{shown} stands without an operator before it"))
                .note("it says how the two sides of an operator are matched, so it stands right after one")
                .help(format!("write an operator before {shown}"));
            stray_clause(parser);
            After::Operand(operand)
        }
        Kind::Bool => {
            parser
                .sink
                .unexpected(at, token.range, "`bool` stands without a comparison before it")
                .help("write it right after the operator, as in `a > bool b`");
            parser.take();
            After::Operand(operand)
        }
        Kind::Fill | Kind::FillLeft | Kind::FillRight => {
            let shown = named(parser, token);
            parser.sink.unexpected(at, token.range, format!("{shown} stands without an operator before it"));
            parser.matching();
            After::Operand(operand)
        }
        kind if kind.starts_operand() || kind.names_metric() => no_operator(parser, operand),
        Kind::Operator(op) => {
            parser.binary(operand, op);
            After::Next
        }
        _ => {
            let shown = named(parser, token);
            let error = parser.sink.unexpected(at, token.range, format!("unexpected {shown}"));
            match token.kind {
                Kind::RightBracket => error.note("no bracket is open here"),
                Kind::RightBrace => error.note("no brace is open here"),
                _ => error,
            };
            parser.take();
            After::Operand(operand)
        }
    }
}

/// `by (…)` after something that it can't group.
fn stray_grouping(parser: &mut Parser, operand: NodeId) {
    let token = parser.token;
    let shown = named(parser, token);
    let node = parser.tree.node(operand);
    let at = token.range.start as usize;
    if let Node::Aggregate(aggregate) = node.kind {
        let name = aggregate.load(&parser.tree.words).op.name();
        parser
            .sink
            .unexpected(at, token.range, format!("`{name}` is grouped twice"))
            .note("the labels stand either before the parentheses or after them");
    } else {
        let open = match parser.innermost() {
            Some(Frame::Aggregate { name, open, .. }) => Some((*name, *open)),
            _ => None,
        };
        let outer = open.map(|(name, open)| (quoted(parser.slice(name)), open));
        let error = parser.sink.unexpected(
            at,
            token.range,
            format!("{shown} groups an aggregation, and there is none before it"),
        );
        if let Some((name, open)) = outer {
            error.help(format!("close the parenthesis of {name} before {shown}"));
            error.related(open, "opened here");
        } else {
            error.help(format!("write an aggregation, as in `sum {} (…) (…)`", shown.trim_matches('`')));
        }
    }
    stray_clause(parser);
}

/// Operators of `MetricsQL`, and those of `PromQL` that do nearly the same.
const METRICSQL: [(&str, &str); 3] = [("if", "and"), ("ifnot", "unless"), ("default", "or")];

/// Two operands side by side.
fn no_operator(parser: &mut Parser, operand: NodeId) -> After {
    let token = parser.token;
    let shown = named(parser, token);
    let between = TextRange::at(parser.previous_end);
    let at = token.range.start as usize;
    let call = match parser.innermost() {
        Some(Frame::Call { name, .. } | Frame::Aggregate { name, .. }) => Some(*name),
        _ => None,
    };
    let Some(name) = call else {
        let operand_kind = parser.tree.node(operand).kind;
        let (word, next) = (parser.slice(parser.tree.node(operand).range), parser.slice(token.range));
        let error = parser.sink.unexpected(at, token.range, format!("expected an operator before {shown}"));
        match (operand_kind, token.kind) {
            (Node::Call(_), Kind::LeftBrace) => {
                error.help("put the matchers inside, right after the metric's name");
            }
            (Node::Vector(_), Kind::LeftParen) => {
                error.help("only functions and aggregations are followed by a parenthesis");
            }
            (Node::Number { .. }, Kind::Number) => {
                error.help("write the digits of a number without blanks");
            }
            (Node::Vector(_), _) if word.eq_ignore_ascii_case("if") => {
                error.note("there is no `if`: an alert fires for every series that the expression returns");
                error.help("leave it out");
            }
            (Node::Vector(_), _) if word.eq_ignore_ascii_case("not") => {
                error.note("there is no `not`").help("write `a unless b` for what is in a and not in b");
            }
            _ if next == "for" => {
                error.note("how long an alert must hold is the field `for` of the rule, not part of its expression");
            }
            _ => {
                if let Some((_, ours)) = METRICSQL.iter().find(|(word, _)| *word == next) {
                    error.note(format!("`{next}` is an operator of MetricsQL")).help(format!("write `{ours}`"));
                }
            }
        }
        parser.side_by_side(operand);
        return After::Next;
    };
    let called = quoted(parser.slice(name));
    let room = parser.tree.node(operand).range;
    parser
        .sink
        .unexpected(at, token.range, format!("expected `,`, `)` or an operator before {shown}"))
        .help(format!("separate the arguments of {called} with commas"))
        .related(room, "after this argument")
        .suggest(between, ",");
    parser.next_argument(operand);
    After::Next
}

/// A closing parenthesis too many.
pub(in crate::promql) fn extra_paren(parser: &mut Parser) {
    let range = parser.token.range;
    parser
        .sink
        .unexpected(range.start as usize, range, "no parenthesis is open here")
        .help("leave it out")
        .suggest(range, "");
    parser.take();
}

/// A comma that separates no arguments.
pub(in crate::promql) fn comma_outside_call(parser: &mut Parser, operand: NodeId) -> After {
    let range = parser.token.range;
    let error = parser.sink.unexpected(range.start as usize, range, "a comma outside of a call");
    error.note("commas separate arguments, matchers and labels");
    let digit = |at: Option<usize>| at.and_then(|at| parser.text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
    if digit((range.start as usize).checked_sub(1)) && digit(Some(range.end as usize)) {
        error.help("write `.` for a decimal point; digits are not grouped by commas");
    }
    parser.side_by_side(operand);
    parser.take();
    After::Next
}

pub(in crate::promql) fn trailing_comma(parser: &mut Parser, comma: TextRange) {
    parser
        .sink
        .unexpected(comma.start as usize, comma, "a comma after the last argument")
        .note("the server takes it in lists of labels and matchers, not in calls")
        .help("leave it out")
        .fix(comma, "");
}

/// The end has come with parentheses open.
pub(in crate::promql) fn unclosed(parser: &mut Parser) {
    let mut opens = parser.frames.iter().filter_map(|frame| match frame {
        Frame::Paren { open } | Frame::Call { open, .. } | Frame::Aggregate { open, .. } => Some(*open),
        Frame::Sign { .. } | Frame::Binary { .. } => None,
    });
    let Some(last) = opens.next_back() else { return };
    let count = opens.count() + 1;
    let end = TextRange::at(parser.previous_end);
    let message = if count == 1 {
        "this parenthesis is never closed".to_owned()
    } else {
        format!("this parenthesis is never closed, nor are {} before it", count - 1)
    };
    // Unless the place of the end itself is wrong, this says it better than "unexpected end".
    parser
        .sink
        .unexpected(parser.text.len(), last, message)
        .help(format!("write `{}` where it ends", ")".repeat(count.min(8))))
        .suggest(end, ")".repeat(count));
}

/// `group_left` without the labels that are matched on.
pub(in crate::promql) fn group_without_labels(parser: &mut Parser, kind: ClauseKind) {
    let range = parser.token.range;
    let text = kind.text();
    parser
        .sink
        .unexpected(range.start as usize, range, format!("`{text}` needs `on (…)` or `ignoring (…)` before it"))
        .note("many-to-one matching must say on which labels")
        .help(format!("write `on (label, …) {text} (…)`"));
}

/// `fill(…)`, which a stock server does not know.
pub(in crate::promql) fn fill(parser: &mut Parser, keyword: TextRange) {
    let since = Version { major: 3, minor: 10 };
    if parser.options.version < since {
        return needs(parser, keyword, "a fill modifier", since);
    }
    if !parser.options.features.fill_modifiers {
        // The server finds this only once it has the right side, so whatever is wrong with that comes first.
        let at = parser.text.len();
        parser
            .sink
            .report(at, keyword, "fill modifiers are an experiment that this server has not switched on")
            .help("start the server with `--enable-feature=promql-binop-fill-modifiers`");
    }
}

pub(in crate::promql) fn no_fill_value(parser: &mut Parser) -> NodeId {
    let token = parser.token;
    let shown = named(parser, token);
    parser.sink.unexpected(
        token.range.start as usize,
        token.range,
        format!("expected a number to fill in, not {shown}"),
    );
    if !matches!(token.kind, Kind::RightParen | Kind::End | Kind::Comma) {
        parser.take();
    }
    parser.missing(TextRange::at(token.range.start))
}

pub(in crate::promql) fn open_fill(parser: &mut Parser) {
    let token = parser.token;
    let shown = named(parser, token);
    parser.sink.unexpected(
        token.range.start as usize,
        token.range,
        format!("expected `)` after the number, not {shown}"),
    );
}
