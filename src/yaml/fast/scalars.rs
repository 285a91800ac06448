//! Scalars of every style, each byte looked at once.

use memchr::{memchr, memchr2, memchr3, memmem};

use super::super::message;
use super::{Fast, Style, range};
use crate::source::TextRange;

/// A scalar that is no block.
#[derive(Clone, Copy)]
pub(super) struct Word {
    /// Its bytes, with the quotes.
    pub range: TextRange,
    pub style: Style,
    /// Where its value stands in the text, if it stands there as it is.
    pub value: Option<TextRange>,
}

/// A scalar in quotes.
pub(super) struct Quoted {
    pub range: TextRange,
    style: Style,
    /// Whether something in it stands for something else.
    escapes: bool,
    /// Whether it goes over several lines.
    lines: bool,
}

impl Word {
    /// Plain text on one line.
    pub(super) fn verbatim(start: usize, end: usize) -> Self {
        let range = range(start, end);
        Self { range, style: Style::Plain, value: Some(range) }
    }
}

impl Quoted {
    pub(super) fn on_one_line(&self) -> Option<Word> {
        (!self.lines).then(|| self.word())
    }

    fn word(&self) -> Word {
        let TextRange { start, end } = self.range;
        let value = (!self.escapes && !self.lines).then(|| TextRange::new(start + 1, end - 1));
        Word { range: self.range, style: self.style, value }
    }
}

impl Fast<'_, '_> {
    #[inline]
    pub(super) fn word(&mut self, word: Word) {
        let value = word.value.unwrap_or_else(|| self.builder.decode(word.range, word.style, 0));
        self.builder.common_scalar(word.range, word.style, 0, value);
        self.tie();
    }

    /// The scalar in quotes that begins here, if it ends.
    pub(super) fn quoted(&self, start: usize) -> Option<Quoted> {
        let quote = self.bytes[start];
        let double = quote == b'"';
        let style = if double { Style::Double } else { Style::Single };
        let (mut escapes, mut lines, mut at) = (false, false, start + 1);
        loop {
            let rest = self.bytes.get(at..)?;
            at += if double { memchr3(quote, b'\\', b'\n', rest)? } else { memchr2(quote, b'\n', rest)? };
            let next = self.bytes.get(at + 1);
            at += match self.bytes[at] {
                b'\n' => {
                    lines = true;
                    1
                }
                b'"' => return Some(Quoted { range: range(start, at + 1), style, escapes, lines }),
                b'\'' if next != Some(&quote) => {
                    return Some(Quoted { range: range(start, at + 1), style, escapes, lines });
                }
                _ => {
                    escapes = true;
                    // An escaped line break is looked at as a line break too.
                    if next == Some(&b'\n') { 1 } else { 2 }
                }
            };
        }
    }

    pub(super) fn quote(&mut self, parent: usize) -> Option<()> {
        let quoted = self.quoted(self.at)?;
        let end = quoted.range.end as usize;
        let mut line = if quoted.lines { self.line_end(self.at) } else { end };
        let mut outside = false;
        while line + 1 < end {
            let indent = self.spaces(line + 1);
            match self.bytes.get(line + 1 + indent) {
                Some(b'\n') => {}
                Some(b'\t') => return None,
                // The closing quote may stand anywhere.
                _ if indent > parent || line + indent + 2 == end => {}
                // Perhaps the mark of a document; and not everybody minds a line that begins with a quote.
                Some(b'-' | b'.') if indent == 0 => return None,
                Some(b'\'' | b'"') => return None,
                _ => outside = true,
            }
            line = self.line_end(line + 1);
        }
        if outside {
            // Nor one behind an escaped line break.
            if memmem::find(&self.bytes[self.at..end], b"\\\n").is_some() {
                return None;
            }
            self.lenient.push(message::quote_indent(quoted.range));
        }
        self.word(quoted.word());
        self.at = end;
        Some(())
    }

    /// Whether plain text can begin here.
    pub(super) fn plain_start(&self) -> Option<()> {
        let first = self.peek(0)?;
        let good = match first {
            b'-' => self.peek(1).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'.'),
            // Perhaps `...`.
            b'.' => self.peek(1) != Some(b'.'),
            b'<' => self.peek(1) != Some(b'<') || self.rest().starts_with(b"<<: *"),
            b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
            | b'%' | b'@' | b'`' => false,
            _ => first > b' ',
        };
        good.then_some(())
    }

    /// The end of plain text on its line, and where what ends it stands: a line break, a colon, a comment, a tab.
    pub(super) fn plain_line(&self, start: usize) -> (usize, usize) {
        let mut stop = start;
        loop {
            stop += memchr3(b'\n', b':', b'#', &self.bytes[stop..]).unwrap_or(self.bytes.len() - stop);
            match self.bytes.get(stop) {
                Some(b':') if !self.blank_at(stop + 1) => {}
                Some(b'#') if stop == start || self.bytes[stop - 1] != b' ' => {}
                _ => break,
            }
            stop += 1;
        }
        if self.tabs {
            stop = memchr(b'\t', &self.bytes[start..stop]).map_or(stop, |at| start + at);
        }
        let blanks = self.bytes[start..stop].iter().rev().take_while(|&&b| b == b' ').count();
        (stop - blanks, stop)
    }

    pub(super) fn plain(&mut self, parent: usize) -> Option<()> {
        // The name of a recording rule may begin with a colon.
        let colon = || self.peek(0) == Some(b':') && self.peek(1).is_some_and(|byte| byte.is_ascii_alphanumeric());
        if self.plain_start().is_none() && !colon() {
            return None;
        }
        let start = self.at;
        let (mut end, mut stop) = self.plain_line(start);
        let first = stop;
        self.at = end;
        // A colon or a tab behind the text is for the full parser; a comment is not.
        while let Some(byte) = self.bytes.get(stop).filter(|&&byte| byte != b'#') {
            if *byte != b'\n' {
                return None;
            }
            let (token, indent) = self.first_below(stop);
            match self.bytes.get(token) {
                None | Some(b'#') => break,
                Some(b'\t') => return None,
                Some(_) if indent <= parent => {
                    self.token = (token, indent);
                    self.at = token;
                    break;
                }
                Some(_) => (end, stop) = self.plain_line(token),
            }
            self.at = end;
        }
        if end <= first {
            self.word(Word::verbatim(start, end));
        } else {
            self.word(Word { range: range(start, end), style: Style::Plain, value: None });
        }
        Some(())
    }

    /// The first byte below this line break that is neither a space nor a line break, and its column.
    fn first_below(&self, line_break: usize) -> (usize, usize) {
        let mut at = line_break + 1;
        loop {
            let indent = self.spaces(at);
            if self.bytes.get(at + indent) != Some(&b'\n') {
                return (at + indent, indent);
            }
            at += indent + 1;
        }
    }

    /// Literal and folded text.
    pub(super) fn block(&mut self, parent: usize) -> Option<()> {
        let start = self.at;
        let style = if self.bytes[start] == b'|' { Style::Literal } else { Style::Folded };
        let header = self.line_end(start);
        let (mut digit, mut chomp) = (None, None);
        let mut at = start + 1;
        while at < header {
            match self.bytes[at] {
                b @ (b'+' | b'-') if chomp.is_none() => chomp = Some(b),
                b @ b'1'..=b'9' if digit.is_none() => digit = Some(usize::from(b - b'0')),
                _ => break,
            }
            at += 1;
        }
        let comment = at + self.spaces(at);
        if comment < header {
            if self.bytes[comment] != b'#' || comment == at {
                return None;
            }
            self.builder.comment(range(comment, header), false);
        }
        let indent = match digit {
            Some(digit) => parent + digit,
            None => self.detect(header + 1, parent)?,
        };
        let before = self.builder.decoded_end();
        let (end, after) = self.lines(header + 1, indent, style == Style::Literal, chomp)?;
        let (range, indent) = (range(start, end), u16::try_from(indent).ok()?);
        let value = match style {
            Style::Literal => TextRange::new(before, self.builder.decoded_end()),
            _ => self.builder.decode(range, style, indent),
        };
        self.builder.common_scalar(range, style, indent, value);
        self.tie();
        self.at = after;
        Some(())
    }

    /// The column of the first line of content; nothing if there is none, or if a blank line before it is longer.
    fn detect(&self, from: usize, parent: usize) -> Option<usize> {
        let (mut at, mut longest) = (from, 0);
        loop {
            let indent = self.spaces(at);
            match self.bytes.get(at + indent)? {
                b'\n' => longest = longest.max(indent),
                b'\t' => return None,
                _ => return (indent > parent && indent >= longest).then_some(indent),
            }
            at += indent + 1;
        }
    }

    /// Where the last line of block text ends, and where the line after it begins. The value of literal text is put down.
    fn lines(&mut self, from: usize, indent: usize, literal: bool, chomp: Option<u8>) -> Option<(usize, usize)> {
        let (mut at, mut end) = (from, None);
        let mut kept = self.builder.tree.side.len();
        while at < self.bytes.len() {
            let first = at + self.spaces(at);
            let line = match self.bytes.get(first) {
                None | Some(b'\n') => first,
                Some(b'\t') if first - at < indent => return None,
                Some(_) if first - at < indent => break,
                Some(_) => self.line_end(first),
            };
            if let Some(last) = self.bytes[first..line].iter().rposition(|b| !matches!(b, b' ' | b'\t')) {
                end = Some(first + last + 1);
            }
            let next = (line + 1).min(self.bytes.len());
            if literal {
                let value = &mut self.builder.tree.side;
                value.push_str(self.text.get((at + indent).min(line)..next)?);
                if line - at > indent {
                    kept = value.len() - (next - line);
                }
            }
            at = next;
        }
        if literal && chomp != Some(b'+') {
            let line_break = usize::from(chomp.is_none() && self.builder.tree.side.len() > kept);
            self.builder.tree.side.truncate(kept + line_break);
        }
        end.map(|end| (end, at))
    }
}
