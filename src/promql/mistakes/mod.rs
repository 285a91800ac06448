//! What people get wrong in `PromQL`: what to say about it, what to write instead, and what to make of it in the tree.
//!
//! Every function here is called where the parser can't go on as the grammar wants. It reports (unless the error only follows from
//! the one before), steps over what it explained, and returns what stands in the tree.

mod calls;
mod characters;
mod durations;
mod modifiers;
mod operands;
mod selectors;

pub(super) use calls::{aggregate, call, operator_version};
pub(super) use characters::{
    character, colon_without_number, escape, matchers_elsewhere, number, open_quote, quoted_duration,
};
pub(super) use durations::{
    Place, division_by_zero, duration_range, experimental_duration, no_duration, not_positive, number_value,
    one_duration, open_duration,
};
pub(super) use modifiers::{at, extended, matrix, no_timestamp, offset, open_brackets, timestamp};
pub(super) use operands::{
    after_operand, comma_outside_call, empty, extra_paren, fill, group_without_labels, no_aggregated, no_fill_value,
    no_operand, open_fill, trailing_comma, unclosed, word_as_metric,
};
pub(super) use selectors::{
    comma_in_braces, in_braces, in_labels, label, matcher, no_comma_in_braces, no_comma_in_labels, no_label_parens,
    no_match_operator, no_match_value, open_braces, quoted_name,
};

use super::parser::Parser;
use super::token::{Kind, Token};

/// A token as a message names it.
fn named(parser: &Parser, token: Token) -> String {
    match token.kind {
        Kind::End => "the end of the expression".to_owned(),
        _ => quoted(parser.slice(token.range)),
    }
}

/// A piece of the expression between backticks, cut where it is long; no more of it is looked at.
pub(super) fn quoted(text: &str) -> String {
    let cut = text.char_indices().enumerate().find(|&(number, (_, c))| number == 30 || c == '\n');
    match cut {
        Some((_, (end, _))) => format!("`{}…`", text[..end].trim_end_matches('\r')),
        None => format!("`{text}`"),
    }
}
