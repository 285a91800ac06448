//! From a text to its tree and its errors.
//!
//! granit-parser follows YAML 1.2, Prometheus's parser does not. Where granit stops at something that Prometheus reads, a
//! copy of the text of the same length is made in which that piece is harmless, and the copy gives the structure; values are
//! always decoded from the text itself.

use super::builder::Builder;
use super::opinion::{self, Refusal};
use super::read::{self, Problem, Stop, Stretch};
use super::scalar::break_len;
use super::{Error, Parsed, check, message, resync};
use crate::source::TextRange;

/// Re-reading after a repair may cost this much more than reading once, or this many bytes.
const REREAD: (usize, usize) = (16, 4 << 20);

/// Reads a text. Invalid bytes must have been replaced one for one before, so that the offsets are those of the file.
pub fn parse(text: &str) -> Parsed {
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let start = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let all = Stretch { range: TextRange::new(start, end), splice: false };
    let mut copy = Copy::new(text);
    let mut budget = REREAD.1.max(REREAD.0 * text.len());
    let (mut builder, stop) = loop {
        let mut builder = Builder::new(text);
        builder.cursor = start;
        let Err(stop) = read::read(&mut builder, copy.structure(), all) else { break (builder, None) };
        budget = budget.saturating_sub(text.len());
        if budget == 0 || !copy.repair(&builder, &stop) {
            break (builder, Some(stop));
        }
    };
    let opinion = if stop.is_some() && !deep(stop.as_ref()) || copy.repaired() || check::doubtful(text) {
        opinion::ask(copy.escapes())
    } else {
        None
    };
    let verdict = judge(text, stop.as_ref(), opinion, &copy);
    builder.errors.extend(verdict);
    if let Some(stop) = stop {
        resync::go_on(&mut builder, copy.structure(), stop.at);
    }
    builder.end_all();
    check::check(&mut builder);
    let Builder { tree, mut errors, .. } = builder;
    errors.sort_by_key(|error| (error.range.start, error.range.end));
    errors.dedup();
    Parsed { tree, errors }
}

fn deep(stop: Option<&Stop>) -> bool {
    stop.is_some_and(|stop| stop.problem == Problem::RecursionLimitExceeded)
}

/// The error to report, if any, from what both parsers say.
fn judge(text: &str, stop: Option<&Stop>, opinion: Option<Result<(), Refusal>>, copy: &Copy<'_>) -> Vec<Error> {
    match (stop, opinion) {
        (stop, Some(Err(refusal))) => vec![message::refused(text, &refusal, stop)],
        (Some(stop), Some(Ok(()))) => vec![message::lenient(text, stop)],
        (Some(stop), None) => vec![message::stop(text, stop)],
        (None, _) => copy.leniencies.iter().map(|range| message::lenient_quotes(*range)).collect(),
    }
}

/// The text with harmless stand-ins, byte for byte as long.
struct Copy<'t> {
    text: &'t str,
    /// What granit reads.
    structure: Option<String>,
    /// What libyaml is asked about: it does not know the escape `\'` of go-yaml.
    escapes: Option<String>,
    leniencies: Vec<TextRange>,
}

impl<'t> Copy<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, structure: None, escapes: None, leniencies: Vec::new() }
    }

    fn structure(&self) -> &str {
        self.structure.as_deref().unwrap_or(self.text)
    }

    fn escapes(&self) -> &str {
        self.escapes.as_deref().unwrap_or(self.text)
    }

    fn repaired(&self) -> bool {
        self.structure.is_some()
    }

    /// Whether the piece at which granit stopped could be replaced.
    fn repair(&mut self, builder: &Builder, stop: &Stop) -> bool {
        let Some(quoted) = quoted(self.structure(), builder.cursor as usize) else { return false };
        let raw = self.text.get(quoted.range()).unwrap_or("");
        match stop.problem {
            Problem::UnknownQuotedScalarEscape if raw.starts_with('"') && has_escaped_quote(raw) => {
                self.escapes = Some(replaced(self.escapes(), quoted, escaped_quotes));
                self.structure = Some(replaced(self.structure(), quoted, escaped_quotes));
                true
            }
            Problem::InvalidQuotedScalarIndent | Problem::TabInIndentation => {
                let flat = replaced(self.structure(), quoted, |raw| raw.replace(['\n', '\r', '\t'], " "));
                if flat == self.structure() {
                    return false;
                }
                self.structure = Some(flat);
                self.leniencies.push(quoted);
                true
            }
            _ => false,
        }
    }
}

fn has_escaped_quote(raw: &str) -> bool {
    escaped_quotes(raw) != raw
}

/// `\'` becomes `''`, escapes of other backslashes left alone.
fn escaped_quotes(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw.chars();
    while let Some(c) = rest.next() {
        match (c, (c == '\\').then(|| rest.next()).flatten()) {
            (_, Some('\'')) => out.push_str("''"),
            (c, next) => {
                out.push(c);
                out.extend(next);
            }
        }
    }
    out
}

fn replaced(text: &str, range: TextRange, with: impl Fn(&str) -> String) -> String {
    let (before, rest) = text.split_at_checked(range.start as usize).unwrap_or((text, ""));
    let (piece, after) = rest.split_at_checked(range.len() as usize).unwrap_or((rest, ""));
    [before, &with(piece), after].concat()
}

/// The quoted scalar that is the next token behind `from`.
fn quoted(text: &str, from: usize) -> Option<TextRange> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b'#' if at == 0 || matches!(bytes.get(at - 1), Some(b' ' | b'\t' | b'\n' | b'\r')) => {
                while at < bytes.len() && break_len(bytes, at) == 0 {
                    at += 1;
                }
            }
            b'&' | b'!' => {
                while bytes.get(at).is_some_and(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')) {
                    at += 1;
                }
            }
            b' ' | b'\t' | b'\n' | b'\r' | b':' | b'-' | b'?' | b',' | b'[' | b'{' | b']' | b'}' => at += 1,
            b'"' | b'\'' => break,
            _ => return None,
        }
    }
    let quote = bytes.get(at)?;
    let mut end = at + 1;
    loop {
        match bytes.get(end)? {
            b'\\' if *quote == b'"' => end += 2,
            byte if byte == quote && *quote == b'\'' && bytes.get(end + 1) == Some(quote) => end += 2,
            byte if byte == quote => break,
            _ => end += 1,
        }
    }
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Some(TextRange::new(number(at), number(end + 1)))
}
