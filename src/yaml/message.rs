//! What is said about a text that is not YAML, or not the YAML that Prometheus reads.

use super::read::{Problem, Stop};
use super::{Error, ErrorKind};
use crate::source::TextRange;

fn error(range: TextRange, kind: ErrorKind, message: impl Into<String>) -> Error {
    let fatal = kind != ErrorKind::Lenient;
    Error { range, message: message.into(), notes: Vec::new(), help: Vec::new(), related: Vec::new(), kind, fatal }
}

/// An escape that go-yaml refuses, as written.
pub(super) fn escape(text: &str, range: TextRange, code: bool) -> Error {
    let raw = text.get(range.range()).unwrap_or("");
    let what = if code { "is not a Unicode character" } else { "is not an escape of YAML" };
    let mut error = error(range, ErrorKind::Syntax, format!("`{raw}` {what}"));
    error.help.push(format!("write `\\{raw}` for a backslash, or use single quotes, in which a backslash is itself"));
    error
}

/// `!!binary` with something else than base64.
pub(super) fn binary(range: TextRange) -> Error {
    error(range, ErrorKind::Refused, "a value of `!!binary` must be base64")
}

/// What stopped the parser.
pub(super) fn stop(text: &str, stop: &Stop) -> Error {
    let at = stop.at as usize;
    let len = text.get(at..).and_then(|s| s.chars().next()).map_or(0, char::len_utf8);
    let range = TextRange::new(stop.at, stop.at + u32::try_from(len).unwrap_or(0));
    let kind = if stop.problem == Problem::RecursionLimitExceeded { ErrorKind::Limit } else { ErrorKind::Syntax };
    error(range, kind, stop.problem.to_string())
}
