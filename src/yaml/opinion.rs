//! The second opinion: what a parser of libyaml's family, which Prometheus's is, says of the first document.
//!
//! `serde_yaml` keeps every event of a document, so it is asked only where there is doubt, and not about huge or deep texts.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::scalar::break_len;

/// Beyond this many bytes nobody is asked.
const LARGEST: usize = 4 << 20;
/// Nor beyond this many brackets open at once: libyaml looks at each of them for each token.
const DEEPEST: usize = 300;

/// A refusal.
#[derive(Debug)]
pub(super) struct Refusal {
    /// libyaml's own words.
    pub problem: String,
    /// Where it saw it.
    pub at: Option<u32>,
    /// What it was reading (`while parsing a block mapping`), and where that began.
    pub context: Option<(String, Option<u32>)>,
}

/// Asks whether the first document can be read; `None` if it cannot be asked.
pub(super) fn ask(text: &str) -> Option<Result<(), Refusal>> {
    if text.len() > LARGEST || deep(text) {
        return None;
    }
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let first = serde_yaml::Deserializer::from_str(body).next()?;
    Some(IgnoredAny::deserialize(first).map(|_| ()).map_err(|error| refusal(text, &error.to_string())))
}

fn deep(text: &str) -> bool {
    let mut open = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > DEEPEST
    })
}

/// Takes `problem at line 1 column 2, while … at line 3 column 4` apart.
fn refusal(text: &str, message: &str) -> Refusal {
    let (first, second) = match message.split_once(", while ") {
        Some((first, second)) => (first, Some(second)),
        None => (message, None),
    };
    let (problem, at) = place(text, first);
    let context = second.map(|second| {
        let (what, from) = place(text, second);
        // The first byte and the place of the problem itself are not printed.
        let first = ["parsing a", "scanning a quoted", "scanning a simple"]
            .iter()
            .any(|start| what.starts_with(start))
            .then_some(0);
        (format!("while {what}"), from.or(first).or(at))
    });
    Refusal { problem, at, context }
}

fn place(text: &str, message: &str) -> (String, Option<u32>) {
    if let Some((what, place)) = message.rsplit_once(" at line ")
        && let Some((line, column)) = place.split_once(" column ")
        && let (Ok(line), Ok(column)) = (line.parse(), column.parse())
    {
        return (what.to_owned(), Some(offset(text, line, column)));
    }
    match message.rsplit_once(" at position ") {
        Some((what, place)) => (what.to_owned(), place.parse().ok()),
        None => (message.to_owned(), None),
    }
}

/// The byte offset of a line and column (from 1, in characters) as libyaml counts lines.
fn offset(text: &str, line: usize, column: usize) -> u32 {
    let bytes = text.as_bytes();
    let mut at = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let mut left = line.saturating_sub(1);
    while left > 0 && at < bytes.len() {
        let len = break_len(bytes, at);
        left -= usize::from(len > 0);
        at += len.max(1);
    }
    let rest = text.get(at..).unwrap_or("");
    let wide = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(i, _)| i);
    u32::try_from(at + wide).unwrap_or(u32::MAX)
}
