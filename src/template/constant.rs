//! Strings and characters of a template: what they stand for (`strconv.Unquote`, `strconv.UnquoteChar`).

use super::ast::Number;
use super::number::character;
use crate::source::TextRange;
use crate::unquote::unquote_bytes;

/// What is wrong with a constant, and its bytes counted from the opening quote.
pub(super) struct Fault {
    pub(super) at: TextRange,
    pub(super) message: &'static str,
}

/// The text of a string constant with its quotes.
pub(super) fn string(quoted: &str) -> Result<String, Fault> {
    let bytes = unquote_bytes(quoted).map_err(|error| Fault { at: whole(quoted, error.at), message: error.message })?;
    let text = String::from_utf8_lossy(&bytes);
    // Go drops carriage returns from raw strings.
    Ok(if quoted.starts_with('`') { text.replace('\r', "") } else { text.into_owned() })
}

/// The value of a character constant with its quotes.
pub(super) fn char(quoted: &str) -> Result<Number, Fault> {
    let bytes = unquote_bytes(quoted).map_err(|error| Fault { at: whole(quoted, error.at), message: error.message })?;
    // An escape for a byte stands for one character, whatever follows could make of it.
    let byte_escape = matches!(quoted.as_bytes(), [_, b'\\', b'x' | b'0'..=b'7', ..]);
    let single = match (&*bytes, byte_escape) {
        ([byte], _) => Some(u32::from(*byte)),
        (bytes, false) => std::str::from_utf8(bytes).ok().and_then(only_char),
        _ => None,
    };
    let length = u32::try_from(quoted.len()).unwrap_or(u32::MAX);
    single.map(character).ok_or(Fault {
        at: TextRange::new(0, length),
        message: "single quotes hold exactly one character; strings have double quotes",
    })
}

fn only_char(text: &str) -> Option<u32> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none()).map(u32::from)
}

/// A range cut to the text and widened to whole characters.
fn whole(quoted: &str, range: TextRange) -> TextRange {
    let mut end = (range.end as usize).min(quoted.len());
    while !quoted.is_char_boundary(end) {
        end += 1;
    }
    TextRange::new(range.start.min(range.end), u32::try_from(end).unwrap_or(u32::MAX))
}
