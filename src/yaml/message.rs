//! What is said about a text that is not YAML, or not the YAML that Prometheus reads.

use super::opinion::Refusal;
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

/// A character that YAML does not allow anywhere.
pub(super) fn control(at: usize, c: char) -> Error {
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    let range = TextRange::new(at, at + u32::try_from(c.len_utf8()).unwrap_or(1));
    let mut error =
        error(range, ErrorKind::Syntax, format!("the control character U+{:04X} is not allowed", u32::from(c)));
    error.help.push("remove it, or write it as an escape in double quotes".to_owned());
    error
}

/// An alias without an anchor before it.
pub(super) fn unknown_anchor(range: TextRange, alias: &str) -> Error {
    let name = alias.trim_start_matches('*');
    let mut error =
        error(range, ErrorKind::Syntax, format!("`{alias}` refers to an anchor that is not defined before it"));
    error.help.push(format!("define `&{name}` before it, or quote the value: `\"{alias}\"`"));
    error
}

/// What libyaml refused.
pub(super) fn refused(text: &str, refusal: &Refusal, stop: Option<&Stop>) -> Error {
    let _ = stop;
    let at = refusal.at.unwrap_or(0);
    let _ = text;
    error(TextRange::at(at), ErrorKind::Syntax, format!("{} {:?}", refusal.problem, refusal.context))
}

/// What granit refused and libyaml accepts.
pub(super) fn lenient(text: &str, stop: &Stop) -> Error {
    let mut error = self::stop(text, stop);
    error.kind = ErrorKind::Lenient;
    error.fatal = false;
    error
}

/// Continuation lines of a quoted scalar that stand too far left.
pub(super) fn lenient_quotes(range: TextRange) -> Error {
    let mut error = error(range, ErrorKind::Lenient, "the lines of this quoted text are not indented enough");
    error.notes.push("Prometheus reads it, but YAML 1.2 does not allow it and other tools refuse it".to_owned());
    error.help.push("indent the lines further than the key".to_owned());
    error
}

/// A `%YAML` directive of another version.
pub(super) fn version(range: TextRange) -> Error {
    let mut error = error(range, ErrorKind::Refused, "Prometheus reads YAML 1.1 only and refuses this directive");
    error.help.push("remove the line".to_owned());
    error
}
