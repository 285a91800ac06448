//! The fast path: the common form of block YAML, several times faster than the full parser.
//!
//! It knows block mappings and lists, every scalar style, anchors, aliases, comments, and collections in brackets on one line. At anything else,
//! and at anything odd or wrong, it gives up without a word and the full parser reads the text from the start: it never
//! reports an error, and what it accepts is what both YAML 1.2 and go-yaml v3 read alike.

mod flow;

use super::builder::Builder;
use super::check;
use super::read::DEPTH;
use super::{Kind, Style};
use crate::source::TextRange;
use memchr::{memchr, memchr2, memchr3_iter};

/// Keys of more bytes than this are left to the full parser, which knows the limit of 1024 characters.
const LONGEST_KEY: usize = 1000;

/// Reads the whole text into `builder`; `None` (and a builder to throw away) where the full parser must decide.
pub(super) fn read(builder: &mut Builder, text: &str) -> Option<()> {
    if !common(text) {
        return None;
    }
    let mut fast =
        Fast { builder, text, bytes: text.as_bytes(), at: 0, depth: 0, token: (usize::MAX, 0), pending: None };
    let mut column = fast.next()?;
    if fast.marked(column) {
        column = fast.behind_mark()?;
    }
    loop {
        fast.collection(column)?;
        fast.builder.end_document();
        if !fast.marked(0) {
            break;
        }
        column = fast.behind_mark()?;
    }
    let done = fast.at >= fast.bytes.len() && fast.pending.is_none();
    if fast.builder.aliases {
        check::check(fast.builder);
    }
    (done && fast.builder.errors.is_empty() && fast.builder.unknown.is_empty()).then_some(())
}

/// No carriage returns, control characters, or line breaks that only go-yaml knows; tabs are looked at where they stand.
fn common(text: &str) -> bool {
    let bytes = text.as_bytes();
    let odd = |b: u8| b < b' ' && b != b'\n' && b != b'\t' || b == 0x7F;
    // Without an early end within a chunk the compiler looks at many bytes at once.
    if bytes.chunks(1024).any(|chunk| chunk.iter().fold(false, |found, &b| found | odd(b))) {
        return false;
    }
    bytes.is_ascii()
        || !text
            .chars()
            .any(|c| matches!(c, '\u{80}'..='\u{9F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'))
}

struct Fast<'b, 't> {
    builder: &'b mut Builder,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    /// The first token of a line that was found last, and its column.
    token: (usize, usize),
    /// An anchor whose node has not begun.
    pending: Option<TextRange>,
}

fn number(n: usize) -> Option<u32> {
    u32::try_from(n).ok()
}

fn range(start: usize, end: usize) -> Option<TextRange> {
    Some(TextRange::new(number(start)?, number(end)?))
}

impl Fast<'_, '_> {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn blank_at(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), None | Some(b' ' | b'\n'))
    }

    fn spaces(&self, from: usize) -> usize {
        self.bytes[from..].iter().take_while(|&&b| b == b' ').count()
    }

    fn line_end(&self, from: usize) -> usize {
        memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |i| from + i)
    }

    /// Goes from the end of a line's content, or the start of a line, to the next token: its column. At the end of the text 0.
    fn next(&mut self) -> Option<usize> {
        loop {
            let column = self.spaces(self.at);
            let start = self.at;
            self.at += column;
            match self.peek(0) {
                None => return Some(0),
                Some(b'\n') => self.at += 1,
                Some(b'#') if column > 0 || start == 0 || self.bytes[start - 1] == b'\n' => {
                    let end = self.line_end(self.at);
                    self.builder.comment(range(self.at, end)?);
                    self.at = end;
                }
                // Only at the start of a line is it a new token.
                Some(_) if start == 0 || self.bytes[start - 1] == b'\n' => {
                    self.token = (self.at, column);
                    return Some(column);
                }
                Some(_) => return None,
            }
        }
    }

    fn scalar(&mut self, range: TextRange, style: Style, indent: u16) {
        self.builder.common_scalar(range, style, indent, None);
        self.tie();
    }

    /// Plain text on one line, whose value stands there as it is.
    fn words(&mut self, range: TextRange) {
        self.builder.common_scalar(range, Style::Plain, 0, Some(range));
        self.tie();
    }

    fn begin(&mut self, kind: Kind) -> Option<()> {
        self.deeper()?;
        self.builder.begin(kind, number(self.at)?, None);
        self.tie();
        Some(())
    }

    /// Gives the anchor that was read to the node that has just begun.
    fn tie(&mut self) {
        if let Some(range) = self.pending.take() {
            self.builder.anchor(&self.text[range.start as usize + 1..range.end as usize], range);
        }
    }

    /// `&name` or `*name` here, with a blank behind it.
    fn property(&self) -> Option<TextRange> {
        let word = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let len = self.bytes.get(self.at + 1..)?.iter().take_while(word).count();
        let end = self.at + 1 + len;
        (len > 0 && self.blank_at(end)).then_some(())?;
        range(self.at, end)
    }

    /// Steps over an anchor, where one is here, and the blanks behind it.
    fn anchor(&mut self) -> Option<()> {
        if self.peek(0) == Some(b'&') {
            if self.pending.is_some() {
                return None;
            }
            let range = self.property()?;
            self.pending = Some(range);
            self.at = range.end as usize + self.spaces(range.end as usize);
        }
        Some(())
    }

    fn line_ends(&self) -> bool {
        matches!(self.peek(0), None | Some(b'\n' | b'#'))
    }

    fn item(&self) -> bool {
        self.peek(0) == Some(b'-') && self.blank_at(self.at + 1)
    }

    /// Whether the mark that begins a document stands here, alone on its line.
    fn marked(&self, column: usize) -> bool {
        column == 0 && self.rest().starts_with(b"---\n")
    }

    /// The column of the first token behind the mark that stands here; an empty document is for the full parser.
    fn behind_mark(&mut self) -> Option<usize> {
        self.at += 3;
        let column = self.next()?;
        (self.at < self.bytes.len() && !self.marked(column)).then_some(column)
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth < DEPTH).then_some(())
    }

    /// A mapping or a list whose first token is here, in this column.
    fn collection(&mut self, column: usize) -> Option<()> {
        if self.item() { self.sequence(column) } else { self.mapping(column) }
    }

    fn mapping(&mut self, column: usize) -> Option<()> {
        self.begin(Kind::Mapping)?;
        loop {
            let (start, end, style) = self.key()?;
            if style == Style::Plain {
                self.words(range(start, end)?);
            } else {
                self.scalar(range(start, end)?, style, 0);
            }
            let colon = self.at;
            self.at += 1;
            self.value(column, colon)?;
            let next = self.next_here()?;
            if next < column || self.at >= self.bytes.len() || self.marked(next) {
                break;
            }
            if next > column || self.item() {
                return None;
            }
        }
        self.builder.end(None);
        self.depth -= 1;
        Some(())
    }

    fn sequence(&mut self, column: usize) -> Option<()> {
        self.begin(Kind::Sequence)?;
        loop {
            let dash = self.at;
            self.at += 1;
            let blanks = self.spaces(self.at);
            let token = self.at + blanks;
            match self.bytes.get(token) {
                None | Some(b'\n' | b'#') => {
                    let next = self.next()?;
                    if next > column && self.at < self.bytes.len() {
                        self.node(next, column)?;
                    } else {
                        self.empty(dash + 1)?;
                    }
                }
                Some(_) => {
                    self.at = token;
                    self.node(column + 1 + blanks, column)?;
                }
            }
            let next = self.next_here()?;
            if next < column || self.at >= self.bytes.len() || next == column && !self.item() {
                break;
            }
            if next > column {
                return None;
            }
        }
        self.builder.end(None);
        self.depth -= 1;
        Some(())
    }

    /// The column of the token here when a nested collection has moved to it, else of the next one.
    fn next_here(&mut self) -> Option<usize> {
        let (at, column) = self.token;
        if at == self.at { Some(column) } else { self.next() }
    }

    fn empty(&mut self, at: usize) -> Option<()> {
        if self.pending.is_some() {
            return None;
        }
        let at = range(at, at)?;
        self.scalar(at, Style::Plain, 0);
        Some(())
    }

    /// A node whose first token is here, in this column; text goes on in lines further right than `parent`.
    fn node(&mut self, column: usize, parent: usize) -> Option<()> {
        if self.peek(0) == Some(b'&') {
            return self.anchored(parent);
        }
        if self.item() {
            return self.sequence(column);
        }
        let here = self.at;
        if matches!(self.peek(0), Some(b'[' | b'{' | b'|' | b'>')) {
            return self.inline(parent);
        }
        let key = self.key().is_some();
        self.at = here;
        if key { self.mapping(column) } else { self.inline(parent) }
    }

    /// A node with an anchor. Before a key on the same line it would be the key's, which is for the full parser.
    fn anchored(&mut self, parent: usize) -> Option<()> {
        self.anchor()?;
        if self.line_ends() {
            let next = self.next()?;
            return if next > parent && self.at < self.bytes.len() { self.node(next, parent) } else { None };
        }
        let here = self.at;
        let key = self.key().is_some();
        self.at = here;
        if key || self.item() { None } else { self.inline(parent) }
    }

    /// A key on one line: its bytes; the cursor is at the colon then.
    fn key(&mut self) -> Option<(usize, usize, Style)> {
        let start = self.at;
        let limit = self.bytes.len().min(start + LONGEST_KEY);
        let line = memchr(b'\n', &self.bytes[start..limit]).map_or(limit, |i| start + i);
        let first = self.peek(0)?;
        let (end, style) = if matches!(first, b'"' | b'\'') {
            (self.quoted(start, line)?, if first == b'"' { Style::Double } else { Style::Single })
        } else {
            self.plain_start()?;
            (self.plain_line(start, line).0, Style::Plain)
        };
        self.at = end + self.spaces(end);
        let good = self.at < line && self.peek(0) == Some(b':') && self.blank_at(self.at + 1);
        good.then_some((start, end, style))
    }

    /// The end of a quoted scalar that is closed before `limit`.
    fn quoted(&self, start: usize, limit: usize) -> Option<usize> {
        let quote = self.bytes[start];
        let escape = if quote == b'"' { b'\\' } else { quote };
        let mut at = start + 1;
        while let Some(found) = self.bytes.get(at..limit).and_then(|rest| memchr2(quote, escape, rest)) {
            at += found;
            let escaped = self.bytes[at] != quote || quote == b'\'' && self.bytes.get(at + 1) == Some(&quote);
            if !escaped {
                return Some(at + 1);
            }
            at += 2;
        }
        None
    }

    /// Whether plain text can begin here.
    fn plain_start(&self) -> Option<()> {
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

    /// The end of plain text on its line, and whether a colon or a comment ends it.
    fn plain_line(&self, start: usize, line: usize) -> (usize, bool) {
        let mut odd = memchr3_iter(b'\t', b':', b'#', &self.bytes[start..line]).map(|at| start + at);
        let stop = odd.find(|&at| match self.bytes[at] {
            b':' => self.blank_at(at + 1) || self.bytes.get(at + 1) == Some(&b'\t'),
            b'#' => at > start && self.bytes[at - 1] == b' ',
            _ => true,
        });
        let text = &self.bytes[start..stop.unwrap_or(line)];
        let blanks = text.iter().rev().take_while(|byte| **byte == b' ').count();
        (start + text.len() - blanks, stop.is_some())
    }

    /// What follows the colon of a key in this column.
    fn value(&mut self, column: usize, colon: usize) -> Option<()> {
        let behind = self.at;
        self.at += self.spaces(self.at);
        self.anchor()?;
        if !self.line_ends() {
            return self.inline(column);
        }
        if self.pending.is_none() {
            self.at = behind;
        }
        let next = self.next()?;
        let ended = self.at >= self.bytes.len();
        if !ended && next > column {
            self.node(next, column)
        } else if !ended && next == column && self.item() {
            self.sequence(column)
        } else {
            self.empty(colon + 1)
        }
    }

    /// A scalar or a collection in brackets; behind it only a comment may stand on the line.
    fn inline(&mut self, parent: usize) -> Option<()> {
        match self.peek(0)? {
            b'|' | b'>' => return self.block(parent),
            b'[' | b'{' => self.flow()?,
            b'"' | b'\'' => self.quote(parent)?,
            b'*' if self.pending.is_none() => {
                let range = self.property()?;
                self.builder.alias(range);
                self.at = range.end as usize;
            }
            _ => return self.plain(parent),
        }
        let end = self.at;
        let token = end + self.spaces(end);
        match self.bytes.get(token) {
            None | Some(b'\n') => Some(()),
            Some(b'#') if token > end => Some(()),
            _ => None,
        }
    }

    fn quote(&mut self, parent: usize) -> Option<()> {
        let start = self.at;
        let end = self.quoted(start, self.bytes.len())?;
        let mut line = self.line_end(start);
        while line + 1 < end {
            let indent = self.spaces(line + 1);
            let first = self.bytes.get(line + 1 + indent);
            if first != Some(&b'\n') && (indent <= parent || first == Some(&b'\t')) {
                return None;
            }
            line = self.line_end(line + 1);
        }
        let style = if self.bytes[start] == b'"' { Style::Double } else { Style::Single };
        self.scalar(range(start, end)?, style, 0);
        self.at = end;
        Some(())
    }

    fn plain(&mut self, parent: usize) -> Option<()> {
        // The name of a recording rule may begin with a colon.
        let colon = self.peek(0) == Some(b':') && self.peek(1).is_some_and(|byte| byte.is_ascii_alphanumeric());
        if !colon {
            self.plain_start()?;
        }
        let start = self.at;
        let first = self.line_end(start);
        let mut line = first;
        let (mut end, mut stopped) = self.plain_line(start, line);
        while !stopped {
            let mut next = line + 1;
            while self.bytes.get(next + self.spaces(next.min(self.bytes.len()))) == Some(&b'\n') {
                next += self.spaces(next) + 1;
            }
            if next >= self.bytes.len() {
                break;
            }
            let indent = self.spaces(next);
            match self.bytes.get(next + indent) {
                None | Some(b'#') => break,
                Some(b'\t') => return None,
                Some(_) if indent <= parent => break,
                Some(_) => {}
            }
            line = self.line_end(next);
            (end, stopped) = self.plain_line(next + indent, line);
        }
        // A colon or a tab behind the text is for the full parser; a comment is not.
        let token = end + self.spaces(end);
        if stopped && self.bytes.get(token) != Some(&b'#') {
            return None;
        }
        if end <= first {
            self.words(range(start, end)?);
        } else {
            self.scalar(range(start, end)?, Style::Plain, 0);
        }
        self.at = end;
        Some(())
    }

    /// Literal and folded text.
    fn block(&mut self, parent: usize) -> Option<()> {
        let start = self.at;
        let style = if self.bytes[start] == b'|' { Style::Literal } else { Style::Folded };
        let header = self.line_end(start);
        let (mut digit, mut chomp) = (None, false);
        let mut at = start + 1;
        while at < header {
            match self.bytes[at] {
                b'+' | b'-' if !chomp => chomp = true,
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
            self.builder.comment(range(comment, header)?);
        }
        let indent = match digit {
            Some(digit) => parent + digit,
            None => self.detect(header + 1, parent)?,
        };
        let (end, after) = self.block_end(header + 1, indent)?;
        self.scalar(range(start, end)?, style, u16::try_from(indent).ok()?);
        self.at = after;
        Some(())
    }

    /// The column of the first line of content; nothing if there is none, or if a blank line before it is longer.
    fn detect(&self, from: usize, parent: usize) -> Option<usize> {
        let (mut at, mut longest) = (from, 0);
        loop {
            let indent = self.spaces(at.min(self.bytes.len()));
            match self.bytes.get(at + indent)? {
                b'\n' => longest = longest.max(indent),
                b'\t' => return None,
                _ => return (indent > parent && indent >= longest).then_some(indent),
            }
            at += indent + 1;
        }
    }

    /// Where the last line of content ends, and the line after it begins.
    fn block_end(&self, from: usize, indent: usize) -> Option<(usize, usize)> {
        let (mut at, mut end) = (from, None);
        while at < self.bytes.len() {
            let spaces = self.spaces(at);
            let line = self.line_end(at);
            if at + spaces < line {
                if spaces < indent {
                    if self.bytes[at + spaces] == b'\t' {
                        return None;
                    }
                    break;
                }
                let text = self.text.get(at..line)?.trim_end_matches([' ', '\t']);
                end = if text.is_empty() { end } else { Some(at + text.len()) };
            }
            at = (line + 1).min(self.bytes.len());
        }
        end.map(|end| (end, at))
    }
}

#[cfg(test)]
mod tests;
