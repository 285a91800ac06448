//! Makes a copy of a text in which granit-parser does not stop at what Prometheus reads all the same.

use super::fault::{self, Fault};
use super::opinion;
use super::read::{Problem, Stop};
use super::scalar::break_len;
use crate::source::TextRange;

/// The text with harmless stand-ins, byte for byte as long.
pub(super) struct Copy<'t> {
    text: &'t str,
    /// What granit reads.
    structure: Option<String>,
    /// The same before anything in quotes was replaced.
    lines: Option<String>,
    /// What libyaml is asked about: it does not know the escape `\'` of go-yaml, nor `{a:, b: c}`, and skips U+FEFF
    /// at the beginning of any line.
    escapes: Option<String>,
    /// Quoted scalars whose lines stand too far left for YAML 1.2.
    pub leniencies: Vec<TextRange>,
    /// A `...` with text behind it on its line: nobody reads on there.
    pub ended: Option<Stop>,
}

impl<'t> Copy<'t> {
    /// A copy without any stand-ins.
    pub(super) fn new(text: &'t str) -> Self {
        let lines = match plain_breaks(text) {
            Some(lines) => Some(plain_keys(&lines).unwrap_or(lines)),
            None => plain_keys(text),
        };
        let escapes = plain_marks(text);
        let escapes = plain_colons(escapes.as_deref().unwrap_or(text)).or(escapes);
        let lines = plain_colons(lines.as_deref().unwrap_or(text)).or(lines);
        Self { text, structure: lines.clone(), lines, escapes, leniencies: Vec::new(), ended: None }
    }

    /// What granit reads.
    pub(super) fn structure(&self) -> &str {
        self.structure.as_deref().unwrap_or(self.text)
    }

    /// The text with line breaks as granit knows them, and nothing else replaced.
    pub(super) fn lines(&self) -> &str {
        self.lines.as_deref().unwrap_or(self.text)
    }

    /// What libyaml is asked about.
    pub(super) fn escapes(&self) -> &str {
        self.escapes.as_deref().unwrap_or(self.text)
    }

    /// Whether anything was replaced.
    pub(super) fn repaired(&self) -> bool {
        self.structure.is_some()
    }

    /// Whether the piece at which granit stopped could be replaced.
    pub(super) fn repair(&mut self, stop: &Stop) -> bool {
        if fault::of_granit(&stop.problem) == Fault::Comment {
            return self.blank_comment(stop.at as usize);
        }
        if stop.problem == Problem::PlainScalarStartsWithDashFlowIndicator {
            return self.dash(stop.at as usize);
        }
        if stop.problem == Problem::InvalidBlockScalarIndent {
            return self.blank_line(stop.at as usize);
        }
        if stop.problem == Problem::InvalidDocumentEnd {
            return self.end(stop);
        }
        let Some(quoted) = stop.quoted else {
            return fault::of_granit(&stop.problem) == Fault::Tab && self.tabs(stop.at as usize);
        };
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

    /// A comment below a block scalar without content, between its column and that of its key: empty lines take its place.
    fn blank_line(&mut self, at: usize) -> bool {
        let rest = self.structure().get(at..).unwrap_or("");
        let line = rest.split(['\n', '\r']).next().unwrap_or("");
        if !line.starts_with('#') {
            return false;
        }
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let comment = TextRange::new(number(at), number(at + line.len()));
        self.structure = Some(replaced(self.structure(), comment, |raw| "\n".repeat(raw.len())));
        true
    }

    /// A `-` alone in brackets is text for libyaml.
    fn dash(&mut self, at: usize) -> bool {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let found = self.structure().as_bytes().get(at) == Some(&b'-');
        if found {
            self.structure =
                Some(replaced(self.structure(), TextRange::new(number(at), number(at + 1)), |_| "x".to_owned()));
        }
        found
    }

    /// Tabs at the beginning of a line inside brackets, which only YAML 1.2 minds, become spaces.
    fn tabs(&mut self, at: usize) -> bool {
        let before = self.structure().get(..at).unwrap_or("");
        let from = before.trim_end_matches([' ', '\t']).len();
        if !before[from..].contains('\t') || !matches!(opinion::ask(self.escapes()), Some(Ok(()))) {
            return false;
        }
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let blanks = TextRange::new(number(from), number(at));
        self.structure = Some(replaced(self.structure(), blanks, |raw| " ".repeat(raw.len())));
        true
    }

    /// Blanks everything behind a `...`.
    fn end(&mut self, stop: &Stop) -> bool {
        let at = stop.at as usize;
        let line = self.text.get(..at).unwrap_or("").rfind(['\n', '\r']).map_or(0, |i| i + 1);
        let marker = self.text.get(line..).is_some_and(|rest| rest.starts_with("..."));
        if !marker || self.ended.is_some() {
            return false;
        }
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let rest = TextRange::new(number(line + 3), number(self.text.len()));
        self.structure = Some(replaced(self.structure(), rest, |raw| " ".repeat(raw.len())));
        self.ended = Some(Stop { problem: stop.problem.clone(), at: stop.at, quoted: None });
        true
    }

    /// A comment without a space before its `#`, which libyaml lets pass behind quotes and block headers.
    fn blank_comment(&mut self, at: usize) -> bool {
        let rest = self.structure().get(at..).unwrap_or("");
        let line = rest.split(['\n', '\r']).next().unwrap_or("");
        let Some(hash) = line.find('#').filter(|&i| i <= 1) else { return false };
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let comment = TextRange::new(number(at + hash), number(at + line.len()));
        self.structure = Some(replaced(self.structure(), comment, |raw| " ".repeat(raw.len())));
        true
    }
}

/// NEL, LS and PS break lines for libyaml, and U+FEFF is a letter like any other.
fn plain_breaks(text: &str) -> Option<String> {
    let body = usize::from(text.starts_with('\u{FEFF}')) * 3;
    if !text.bytes().any(|b| matches!(b, 0xC2 | 0xE2 | 0xEF)) {
        return None;
    }
    let odd = |c: char| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}');
    if !text.get(body..)?.contains(odd) {
        return None;
    }
    let (head, rest) = text.split_at(body);
    let rest = rest.replace('\u{85}', " \n").replace(['\u{2028}', '\u{2029}'], "  \n").replace('\u{FEFF}', "xxx");
    Some([head, &rest].concat())
}

/// Length of the `&name` or `*name` at the start, where a `:` and a blank follow: for libyaml the name ends there.
pub(super) fn property_key(bytes: &[u8]) -> Option<usize> {
    if !matches!(bytes.first(), Some(b'&' | b'*')) {
        return None;
    }
    let name = bytes[1..].iter().take_while(|&&b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
    let blank = matches!(bytes.get(name + 2), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
    (name > 0 && bytes.get(name + 1) == Some(&b':') && blank).then_some(name + 1)
}

/// Puts letters in place of `&name` and `*name` before a `:`. In a comment or a quoted text that changes nothing, for
/// values are taken from the text itself.
fn plain_keys(text: &str) -> Option<String> {
    let mut out: Option<Vec<u8>> = None;
    for (at, _) in text.match_indices(['&', '*']) {
        let own =
            at == 0 || matches!(text.as_bytes().get(at - 1), Some(b' ' | b'\t' | b'\n' | b'\r' | b'{' | b',' | b'['));
        if let Some(len) = property_key(&text.as_bytes()[at..]).filter(|_| own) {
            let out = out.get_or_insert_with(|| text.as_bytes().to_vec());
            out[at..at + len].fill(b'k');
        }
    }
    String::from_utf8(out?).ok()
}

/// In brackets libyaml reads the `:` of `{a:, b: c}` as the end of the name `a:`; so a letter takes its place.
fn plain_colons(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let plain =
        |byte: &u8| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b',' | b'[' | b']' | b'{' | b'}');
    let mut out: Option<Vec<u8>> = None;
    for (at, _) in text.match_indices(':') {
        let flow = matches!(bytes.get(at + 1), Some(b',' | b'[' | b']' | b'{' | b'}'));
        if flow && at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(plain) {
            out.get_or_insert_with(|| bytes.to_vec())[at] = b'x';
        }
    }
    String::from_utf8(out?).ok()
}

/// A letter in place of each U+FEFF but the first of the text.
fn plain_marks(text: &str) -> Option<String> {
    let body = usize::from(text.starts_with('\u{FEFF}')) * 3;
    let rest = text.get(body..).filter(|rest| rest.contains('\u{FEFF}'))?;
    Some([&text[..body], &rest.replace('\u{FEFF}', "\u{FF21}")].concat())
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

/// The next token behind `from`: what is no blank, comment, property or one of these indicators.
pub(super) fn token(text: &str, from: usize, indicators: &[u8]) -> Option<u32> {
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
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            byte if indicators.contains(byte) => at += 1,
            _ => return u32::try_from(at).ok(),
        }
    }
}

/// The quoted scalar that is the next token behind `from`.
pub(super) fn quoted(text: &str, from: usize) -> Option<TextRange> {
    let at = token(text, from, b":-?,[{]}")? as usize;
    let bytes = text.as_bytes();
    if !matches!(bytes.get(at), Some(b'"' | b'\'')) {
        return None;
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
