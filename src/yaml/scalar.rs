//! Scalars: raw bytes to the value, and each piece of the value back to its bytes.
//!
//! The rules are those of libyaml and go-yaml v3 (`scannerc.go`: `yaml_parser_scan_flow_scalar`, `..._plain_scalar`,
//! `..._block_scalar`): NEL, LS and PS break lines, a block scalar at the end of a file gets no line break that is not there.

use memchr::{memchr, memchr2};

use super::Style;
use crate::source::TextRange;

/// An escape that go-yaml refuses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Escape {
    /// `\/`, `\d` and the like.
    Unknown,
    /// Not enough hexadecimal digits.
    Digits,
    /// Half a surrogate pair, or beyond Unicode.
    Code,
}

/// A piece of the value and the bytes it came from.
#[derive(Clone, Copy, Debug)]
struct Segment {
    value: u32,
    source: TextRange,
    /// The bytes are those of the value, one to one.
    verbatim: bool,
}

/// A decoded scalar.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    value: String,
    segments: Vec<Segment>,
    mapped: bool,
    /// The first escape that go-yaml refuses.
    bad: Option<(TextRange, Escape)>,
}

/// The value and its map.
pub(super) fn map(text: &str, range: TextRange, style: Style, indent: u16) -> Decoded {
    let value = String::with_capacity(range.len() as usize);
    run(text, range, style, indent, false, Decoded { value, mapped: true, ..Decoded::default() })
}

/// Appends the value alone to `out`; an escape that go-yaml refuses. `common` says that nothing but LF breaks the lines of the
/// text.
pub(super) fn decode(
    text: &str,
    range: TextRange,
    style: Style,
    indent: u16,
    common: bool,
    out: &mut String,
) -> Option<(TextRange, Escape)> {
    let value = std::mem::take(out);
    let decoded = run(text, range, style, indent, common, Decoded { value, ..Decoded::default() });
    *out = decoded.value;
    decoded.bad
}

fn run(text: &str, range: TextRange, style: Style, indent: u16, common: bool, out: Decoded) -> Decoded {
    let (start, end) = (range.start as usize, (range.end as usize).min(text.len()));
    let mut reader = Reader { text, bytes: text.as_bytes(), at: start.min(end), end, common, out };
    match style {
        Style::Plain => reader.flow(Style::Plain),
        Style::Single | Style::Double => {
            let closed = end >= start + 2 && reader.bytes.get(end - 1) == reader.bytes.get(start);
            reader.at += usize::from(end > start);
            reader.end -= usize::from(closed);
            reader.flow(style);
        }
        Style::Literal | Style::Folded => {
            reader.end = text.len();
            reader.block(style == Style::Literal, usize::from(indent));
        }
    }
    reader.out
}

impl Decoded {
    pub(super) fn value(&self) -> &str {
        &self.value
    }

    pub(super) fn into_value(self) -> String {
        self.value
    }

    /// Each piece of the value: where it starts in the value, its bytes, whether they are the same one for one.
    pub(super) fn segments(&self) -> impl Iterator<Item = (u32, TextRange, bool)> + '_ {
        self.segments.iter().map(|s| (s.value, s.source, s.verbatim))
    }

    /// Whether the pieces cover `value` without a gap, and those that are verbatim are the bytes of `text`.
    pub(super) fn holds(&self, text: &str, value: &str) -> bool {
        let mut next = 0;
        let ends = self.segments.iter().skip(1).map(|s| s.value).chain([offset(self.value.len())]);
        let pieces = self.segments.iter().zip(ends).all(|(segment, end)| {
            let gap = std::mem::replace(&mut next, end) != segment.value;
            let piece = self.value.get(segment.value as usize..end as usize);
            !gap && piece.is_some() && (!segment.verbatim || piece == text.get(segment.source.range()))
        });
        pieces && self.value == value
    }

    fn put(&mut self, value: &str, source: std::ops::Range<usize>, verbatim: bool) {
        if value.is_empty() {
            return;
        }
        if self.mapped {
            let source = TextRange::new(offset(source.start), offset(source.end));
            match self.segments.last_mut() {
                Some(last) if last.verbatim && verbatim && last.source.end == source.start => {
                    last.source.end = source.end;
                }
                _ => self.segments.push(Segment { value: offset(self.value.len()), source, verbatim }),
            }
        }
        self.value.push_str(value);
    }

    /// The bytes of a range of the value; touching pieces are one. Never empty.
    pub(super) fn pieces(&self, range: TextRange) -> Vec<TextRange> {
        let first = self.segments.partition_point(|s| s.value <= range.start).saturating_sub(1);
        let mut out: Vec<TextRange> = Vec::new();
        for (i, segment) in self.segments.iter().enumerate().skip(first) {
            if segment.value >= range.end && !(out.is_empty() && i == first) {
                break;
            }
            let piece = self.piece(i, segment, range);
            match out.last_mut() {
                Some(last) if last.end == piece.start => last.end = piece.end,
                _ => out.push(piece),
            }
        }
        if out.is_empty() {
            out.push(TextRange::at(0));
        }
        out
    }

    fn piece(&self, index: usize, segment: &Segment, range: TextRange) -> TextRange {
        let length = self.segments.get(index + 1).map_or(offset(self.value.len()), |next| next.value) - segment.value;
        let from = range.start.saturating_sub(segment.value).min(length);
        let to = range.end.saturating_sub(segment.value).min(length);
        if segment.verbatim {
            return TextRange::new(segment.source.start + from, segment.source.start + to);
        }
        match (from, to) {
            (0, 0) => TextRange::at(segment.source.start),
            _ if from == to && from == length => TextRange::at(segment.source.end),
            _ => segment.source,
        }
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Length of the line break at `at`, 0 when there is none.
pub(super) fn break_len(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..).unwrap_or(&[]) {
        [b'\r', b'\n', ..] | [0xC2, 0x85, ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    end: usize,
    /// Whether nothing but LF breaks lines.
    common: bool,
    out: Decoded,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        if self.at < self.end { self.bytes.get(self.at).copied() } else { None }
    }

    fn blank(&self) -> bool {
        matches!(self.peek(), Some(b' ' | b'\t'))
    }

    fn line_break(&self) -> usize {
        if self.at < self.end { break_len(self.bytes, self.at) } else { 0 }
    }

    fn copy(&mut self, from: usize, to: usize) {
        self.out.put(&self.text[from..to], from..to, true);
    }

    /// The line break at `at` as go-yaml loads it: LF, but LS and PS as they are.
    fn put_break(&mut self, at: usize) {
        match break_len(self.bytes, at) {
            3 => self.copy(at, at + 3),
            len => self.out.put("\n", at..at + len, self.bytes.get(at) == Some(&b'\n')),
        }
    }

    /// Every line break between two offsets; nothing but blanks is there besides.
    fn put_breaks(&mut self, (from, to): (usize, usize)) {
        let mut at = from;
        while at < to {
            let len = break_len(self.bytes, at);
            if len > 0 {
                self.put_break(at);
            }
            at += len.max(1);
        }
    }

    /// What stands for the line breaks between two texts: a space for one, one less for several.
    fn put_fold(&mut self, leading: usize, trailing: (usize, usize)) {
        let len = break_len(self.bytes, leading);
        if len == 3 {
            self.put_break(leading);
        } else if trailing.0 == trailing.1 {
            self.out.put(" ", leading..leading + len, false);
        }
        self.put_breaks(trailing);
    }

    /// Plain and quoted scalars: lines are folded.
    fn flow(&mut self, style: Style) {
        while self.at < self.end {
            let escaped = self.words(style);
            self.gap(escaped);
        }
    }

    /// Reads up to the blanks before a line break, a line break or the end; true after an escaped line break.
    fn words(&mut self, style: Style) -> bool {
        let mut from = self.at;
        while let Some(byte) = self.skip_text(style) {
            match byte {
                b'\'' if style == Style::Single => {
                    self.copy(from, self.at);
                    from = (self.at + 2).min(self.end);
                    self.out.put("'", self.at..from, false);
                    self.at = from;
                }
                b'\\' if style == Style::Double => {
                    self.copy(from, self.at);
                    if self.escape() {
                        return true;
                    }
                    from = self.at;
                }
                _ if self.line_break() > 0 => {
                    let blanks = self.bytes[from..self.at].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t'));
                    self.at -= blanks.count();
                    break;
                }
                _ => self.at += 1,
            }
        }
        self.copy(from, self.at);
        false
    }

    /// Goes to the next byte that may break the line, or may stand for something else in this style.
    fn skip_text(&mut self, style: Style) -> Option<u8> {
        let rest = self.bytes.get(self.at..self.end)?;
        let found = match style {
            _ if !self.common => {
                rest.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0xC2 | 0xE2 | b'\'' | b'\\'))
            }
            Style::Single => memchr2(b'\n', b'\'', rest),
            Style::Double => memchr2(b'\n', b'\\', rest),
            Style::Plain | Style::Literal | Style::Folded => memchr(b'\n', rest),
        };
        self.at += found.unwrap_or(rest.len());
        self.peek()
    }

    /// Goes to the end of the line.
    fn skip_line(&mut self) {
        while self.skip_text(Style::Literal).is_some() && self.line_break() == 0 {
            self.at += 1;
        }
    }

    /// Blanks and line breaks between two words.
    fn gap(&mut self, escaped: bool) {
        let from = self.at;
        while self.blank() {
            self.at += 1;
        }
        let mut leading = None;
        if !escaped {
            if self.line_break() == 0 {
                return self.copy(from, self.at);
            }
            leading = Some(self.at);
            self.at += self.line_break();
        }
        let trailing = self.at;
        let mut last = self.at;
        loop {
            let len = self.line_break();
            if len == 0 && !self.blank() {
                break;
            }
            self.at += len.max(1);
            if len > 0 {
                last = self.at;
            }
        }
        match leading {
            Some(leading) => self.put_fold(leading, (trailing, last)),
            None => self.put_breaks((trailing, last)),
        }
    }

    /// Reads an escape; true when it escapes a line break.
    fn escape(&mut self) -> bool {
        let start = self.at;
        self.at += 1;
        let len = self.line_break();
        if len > 0 {
            self.at += len;
            return true;
        }
        let Some(letter) = self.text[self.at..self.end].chars().next() else {
            self.copy(start, self.at);
            return false;
        };
        self.at += letter.len_utf8();
        let simple = match letter {
            '0' => '\0',
            'a' => '\x07',
            'b' => '\x08',
            't' | '\t' => '\t',
            'n' => '\n',
            'v' => '\x0B',
            'f' => '\x0C',
            'r' => '\r',
            'e' => '\x1B',
            ' ' | '"' | '\'' | '\\' => letter,
            'N' => '\u{85}',
            '_' => '\u{A0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            'x' => self.code(start, 2),
            'u' => self.code(start, 4),
            'U' => self.code(start, 8),
            _ => {
                self.refuse(start, Escape::Unknown);
                letter
            }
        };
        self.out.put(simple.encode_utf8(&mut [0; 4]), start..self.at, false);
        false
    }

    fn refuse(&mut self, start: usize, what: Escape) {
        let range = TextRange::new(offset(start), offset(self.at));
        self.out.bad.get_or_insert((range, what));
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let end = self.at + count;
        let digits = self.text[..self.end].get(self.at..end)?;
        let good = digits.bytes().all(|b| b.is_ascii_hexdigit());
        let value = if good { u32::from_str_radix(digits, 16).ok() } else { None }?;
        self.at = end;
        Some(value)
    }

    fn code(&mut self, start: usize, count: usize) -> char {
        let Some(code) = self.digits(count) else {
            self.refuse(start, Escape::Digits);
            return char::REPLACEMENT_CHARACTER;
        };
        if let Some(good) = char::from_u32(code) {
            return good;
        }
        let low = if (0xD800..0xDC00).contains(&code) { self.low_surrogate() } else { None };
        self.refuse(start, Escape::Code);
        let pair = low.map(|low| 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
        pair.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn low_surrogate(&mut self) -> Option<u32> {
        let before = self.at;
        if self.text[self.at..self.end].starts_with("\\u") {
            self.at += 2;
            if let Some(low) = self.digits(4).filter(|low| (0xDC00..0xE000).contains(low)) {
                return Some(low);
            }
        }
        self.at = before;
        None
    }

    /// Literal and folded scalars, whose content stands in this column.
    fn block(&mut self, literal: bool, indent: usize) {
        let header = self.at;
        self.skip_line();
        let indicators =
            self.text[header..self.at].bytes().skip(1).take_while(|b| matches!(b, b'+' | b'-' | b'0'..=b'9'));
        let chomp = indicators.filter(|b| matches!(b, b'+' | b'-')).last();
        self.at += self.line_break();
        let mut leading: Option<usize> = None;
        let mut after_blank = false;
        let (mut breaks, mut content) = self.empty_lines(indent);
        while content {
            let blank = self.blank();
            match leading {
                Some(at) if !literal && !after_blank && !blank => self.put_fold(at, breaks),
                _ => {
                    if let Some(at) = leading {
                        self.put_break(at);
                    }
                    self.put_breaks(breaks);
                }
            }
            after_blank = blank;
            let from = self.at;
            self.skip_line();
            self.copy(from, self.at);
            leading = (self.at < self.end).then_some(self.at);
            self.at += self.line_break();
            (breaks, content) = self.empty_lines(indent);
        }
        if let Some(at) = leading.filter(|_| chomp != Some(b'-')) {
            self.put_break(at);
        }
        if chomp == Some(b'+') {
            self.put_breaks(breaks);
        }
    }

    /// Skips empty lines and the next line's indentation: where their breaks are, and whether content follows in that column.
    fn empty_lines(&mut self, indent: usize) -> ((usize, usize), bool) {
        let start = self.at;
        let mut last = start;
        loop {
            let line = self.at;
            while self.at - line < indent && self.peek() == Some(b' ') {
                self.at += 1;
            }
            let len = self.line_break();
            if len == 0 {
                return ((start, last), self.at - line == indent && self.at < self.end);
            }
            self.at += len;
            last = self.at;
        }
    }
}
