//! Slips of the hand that Go has no name for: operators, typographic quotes, braces, names that need `index`.

use super::functions;
use crate::fault::{Error, Fix};
use crate::source::TextRange;

pub(super) fn single_brace(range: TextRange) -> Error {
    Error::new(range, "one brace does not close an action").with_help("write `}}`").with_edit(
        TextRange::at(range.end),
        "}",
        true,
    )
}

pub(super) fn is_curly(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '‛')
}

/// Typographic quotes; the fix replaces all those of the action.
pub(super) fn curly_quote(text: &str, range: TextRange, c: char, opening: TextRange) -> Error {
    let start = opening.end as usize;
    let inside = text.get(start..).unwrap_or_default();
    let inside = inside.split_once("}}").map_or(inside, |(inside, _)| inside);
    let offset = |at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
    let edits: Vec<_> = inside
        .char_indices()
        .filter(|(_, c)| is_curly(*c))
        .take(50)
        .map(|(at, c)| (TextRange::new(offset(at), offset(at + c.len_utf8())), "\"".to_owned()))
        .collect();
    let safe = edits.len() == 2 && !inside.contains(['"', '`']);
    let mut error = Error::new(range, format!("a typographic quote `{c}` means nothing in an action"))
        .with_help("strings have straight quotes: `\"`");
    error.fix = Some(Fix { edits, safe });
    error
}

/// A character directly after a name that cannot follow it.
pub(super) fn bad_character(text: &str, range: TextRange, c: char, opening: TextRange) -> Error {
    let error = Error::new(range, format!("`{}` cannot follow a name", show(c)));
    let before = text.get(opening.end as usize..range.start as usize).unwrap_or_default();
    let word = last_word(before);
    match c {
        '"' | '`' => error.with_help("write a space before the string").with_edit(
            TextRange::at(range.start),
            " ",
            functions::is_function(word),
        ),
        '-' | '/' | '[' if word.starts_with(['$', '.']) => indexed(error, text, range, before),
        '+' | '-' | '*' | '/' | '%' => no_operator(range, &show(c)),
        '=' | '<' | '>' | '!' | '&' => operator(text, range),
        '$' => error.with_help("write a space between two arguments, or `}}` where the action ends"),
        _ => error,
    }
}

/// `$labels.some-name` and `$labels["name"]`, which `index` reads.
fn indexed(error: Error, text: &str, range: TextRange, before: &str) -> Error {
    let word = last_word(before);
    let rest = text.get(range.start as usize..).unwrap_or_default();
    let (set, key, length) = if let Some(inside) = rest.strip_prefix('[') {
        let Some((key, _)) = inside.split_once(']').filter(|(key, _)| !key.contains('}')) else { return error };
        (word, key.to_owned(), key.len() + 2)
    } else {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
        let length = rest.len() - rest.trim_start_matches(is_part).len();
        let Some((set, name)) = word.rsplit_once('.') else { return no_operator(range, &rest[..1]) };
        if length < 2 {
            return error;
        }
        (if set.is_empty() { "." } else { set }, format!("\"{name}{}\"", &rest[..length]), length)
    };
    let call = format!("index {set} {key}");
    let alone = before.trim_start().len() == word.len();
    let start = range.start as usize - word.len();
    let edit = if alone { call.clone() } else { format!("({call})") };
    error.with_note("a name has letters, digits and `_` only").with_help(format!("write `{call}`")).with_edit(
        span(start, range.start as usize + length),
        edit,
        false,
    )
}

pub(super) fn show(c: char) -> String {
    if c.is_control() || c.is_whitespace() { c.escape_debug().to_string() } else { c.to_string() }
}

pub(super) fn trim_marker(range: TextRange) -> Error {
    Error::new(range, "a trim marker needs a space after it").with_help("write `{{- `").with_edit(
        TextRange::at(range.end),
        " ",
        true,
    )
}

pub(super) fn no_operator(range: TextRange, text: &str) -> Error {
    Error::new(range, format!("`{text}` means nothing here: there is no arithmetic in templates"))
        .with_help("calculate in the expression of the rule")
}

/// `==`, `>` and the like, somewhere in which `range` is.
pub(super) fn operator(text: &str, range: TextRange) -> Error {
    let is_part = |c: char| matches!(c, '=' | '<' | '>' | '!' | '&' | '|');
    let before = text.get(..range.start as usize).unwrap_or_default();
    let after = text.get(range.end as usize..).unwrap_or_default();
    let (left, right) = (before.trim_end_matches(is_part), after.trim_start_matches(is_part));
    let end = text.len() - right.len();
    let shown = text.get(left.len()..end).unwrap_or_default();
    let function = match shown {
        "==" | "=" => "eq",
        "!=" => "ne",
        "<" => "lt",
        "<=" => "le",
        ">" => "gt",
        ">=" => "ge",
        "&" | "&&" => "and",
        "||" => "or",
        _ => "not",
    };
    let error = Error::new(span(left.len(), end), format!("`{shown}` is not an operator"))
        .with_note("templates compare and combine with functions");
    let right_space = right.len() - right.trim_start().len();
    let first = last_word(left.trim_end());
    let second = first_word(right.trim_start());
    let start = left.trim_end().len() - first.len();
    let end = end + right_space + second.len();
    if function == "not" || !first.starts_with(['$', '.', '"']) || second.is_empty() {
        return error.with_help(format!("write `{function} …`"));
    }
    let call = format!("{function} {first} {second}");
    error.with_help(format!("write `{call}`")).with_edit(span(start, end), call, false)
}

/// What stands at the end of `text` without a space or parenthesis in it.
fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '|' | '{')).next().unwrap_or_default()
}

/// What stands at the start of `text` without a space, parenthesis or brace in it.
fn first_word(text: &str) -> &str {
    text.split(|c: char| c.is_whitespace() || matches!(c, ')' | '|' | '}')).next().unwrap_or_default()
}

fn span(start: usize, end: usize) -> TextRange {
    let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
    TextRange::new(offset(start), offset(end))
}
