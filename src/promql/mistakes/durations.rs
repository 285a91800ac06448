//! Mistakes in numbers and durations.

use super::calls::needs;
use super::{named, quoted};
use crate::promql::Version;
use crate::promql::ast::{Kind as Node, NodeId};
use crate::promql::number::{self, BadValue};
use crate::promql::parser::Parser;
use crate::promql::token::{BinaryOp, Kind};
use crate::source::TextRange;

/// Where a duration is missing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::promql) enum Place {
    Range,
    Step,
    Offset,
    /// After an operator, a sign or a parenthesis of a duration.
    Part,
    /// The parenthesis after the name of a function.
    Call,
    /// The end of an empty parenthesis.
    Empty,
}

/// Something stands where a duration should; what stands there is left to the caller but for names.
pub(in crate::promql) fn no_duration(parser: &mut Parser, place: Place) -> NodeId {
    let token = parser.token;
    let shown = named(parser, token);
    let expected = match place {
        Place::Range => "a range such as `5m`",
        Place::Step => "a step such as `1m`, or `]`",
        Place::Offset => "a duration such as `5m` after `offset`",
        Place::Part => "a duration",
        Place::Call => "`(`",
        Place::Empty => "`)`",
    };
    let error =
        parser.sink.unexpected(token.range.start as usize, token.range, format!("expected {expected}, not {shown}"));
    if place == Place::Range && token.kind == Kind::RightBracket {
        error.note("a range selector needs to know how far to look back");
    }
    let missing = parser.missing(TextRange::at(token.range.start));
    if matches!(token.kind, Kind::Identifier | Kind::MetricIdentifier | Kind::String | Kind::Aggregator(_))
        && place != Place::Part
    {
        parser.take();
    }
    missing
}

/// A parenthesis of a duration that is not closed where something else comes.
pub(in crate::promql) fn open_duration(parser: &mut Parser) {
    let token = parser.token;
    let shown = named(parser, token);
    parser
        .sink
        .unexpected(token.range.start as usize, token.range, format!("expected `)` before {shown}"))
        .fix(TextRange::at(token.range.start), ")");
}

/// `min_of(x)`.
pub(in crate::promql) fn one_duration(parser: &mut Parser, name: TextRange) {
    let function = quoted(parser.slice(name));
    let at = parser.previous_end;
    parser.sink.unexpected(
        at as usize,
        TextRange::new(at.saturating_sub(1), at),
        format!("{function} takes two durations"),
    );
}

/// Reports a literal that has no value.
pub(in crate::promql) fn number_value(parser: &mut Parser, range: TextRange, duration: bool) {
    let text = parser.slice(range);
    let result = if duration { number::duration(text) } else { number::value(text) };
    let Err(bad) = result else { return };
    let shown = quoted(text);
    let start = range.start as usize;
    match bad {
        BadValue::OutOfRange if duration => {
            parser
                .sink
                .report(start, range, format!("{shown} is too long a duration"))
                .note("the most is about 292 years");
        }
        BadValue::OutOfRange => {
            parser.sink.report(start, range, format!("{shown} is too big a number"));
        }
        BadValue::UnitOrder => {
            parser.sink.report(start, range, format!("{shown} has its units out of order")).note(
                "units go from the biggest to the smallest, each at most once: `y`, `w`, `d`, `h`, `m`, `s`, `ms`",
            );
        }
        BadValue::UnknownUnit(unit) => {
            let error = parser.sink.report(start, range, format!("{shown} is no duration"));
            if unit.starts_with('.') {
                error.note("the amounts of a duration are whole numbers");
                if let Some(whole) = whole(text) {
                    error.help(format!("write `{whole}`")).fix(range, whole);
                }
            } else {
                error.note(format!("there is no unit `{unit}`; the units are `y`, `w`, `d`, `h`, `m`, `s`, `ms`"));
            }
        }
        BadValue::Syntax => {
            parser.sink.report(start, range, format!("{shown} is no {}", if duration { "duration" } else { "number" }));
        }
    }
}

/// A duration with a fraction, such as `1.5h`, in whole units.
fn whole(text: &str) -> Option<String> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (amount, unit) = text.split_at(unit_at);
    let amount: f64 = amount.parse().ok()?;
    let seconds = number::duration(&format!("1{unit}")).ok()?;
    let mut written = String::new();
    number::write_duration(number::nanoseconds(amount * seconds), &mut written);
    Some(written)
}

/// The range or step of a selector must lie above zero, and fit.
pub(in crate::promql) fn not_positive(parser: &mut Parser, duration: NodeId) {
    let Some(value) = parser.tree.value(duration, parser.text) else { return };
    let range = parser.tree.node(duration).range;
    let Node::Number { duration: with_unit, .. } = parser.tree.node(duration).kind else { return };
    if value <= 0.0 && parser.sink.is_empty() {
        parser.sink.report(range.start as usize, range, "a range or step must be longer than nothing");
    } else if !with_unit && parser.options.version < (Version { major: 2, minor: 54 }) {
        let text = parser.slice(range);
        let error = parser.sink.report(range.start as usize, range, format!("{} lacks a unit", quoted(text)));
        error.note("plain numbers as durations exist since Prometheus 2.54");
        error.help(format!("write `{text}s` for seconds")).suggest(TextRange::at(range.end), "s");
    }
}

/// A literal part of a duration must fit Go's `time.Duration`.
pub(in crate::promql) fn duration_range(parser: &mut Parser, part: NodeId, range: TextRange) {
    if parser.tree.value(part, parser.text).is_some_and(number::out_of_range) {
        parser.sink.report(range.start as usize, range, "the duration is too long").note("the most is about 292 years");
    }
}

/// Arithmetic in a duration, which a stock server does not know. `first`: where the server points at.
pub(in crate::promql) fn experimental_duration(parser: &mut Parser, first: TextRange) {
    let since = Version { major: 3, minor: 4 };
    let too_old = parser.options.version < since;
    if !too_old && parser.options.features.duration_expressions || parser.experimental_duration {
        return;
    }
    parser.experimental_duration = true;
    if too_old {
        return needs(parser, first, "arithmetic in durations", since);
    }
    parser
        .sink
        .report(parser.here(), first, "arithmetic in durations is an experiment that this server has not switched on")
        .help("write the duration itself, or start the server with `--enable-feature=promql-duration-expr`");
}

pub(in crate::promql) fn division_by_zero(parser: &mut Parser, op: BinaryOp, range: TextRange, rhs: NodeId) {
    if !matches!(op, BinaryOp::Div | BinaryOp::Mod) || parser.tree.value(rhs, parser.text) != Some(0.0) {
        return;
    }
    parser.sink.report(range.start as usize, range, "division by zero");
}
