//! The fast path: the common form of block YAML, several times faster than the full parser.
//!
//! It knows block mappings and lists, every scalar style, anchors, aliases, comments, and collections in brackets on one line. At anything else,
//! and at anything odd or wrong, it gives up without a word and the full parser reads the text from the start: the only mistake
//! that it tells itself is a quoted text indented too little, and what else it accepts is what both YAML 1.2 and go-yaml v3 read alike.

mod flow;
mod scalars;

use super::builder::Builder;
use super::read::DEPTH;
use super::{Error, Kind, Style};
use super::{alias, check};
use crate::name::is_name_byte;
use crate::source::TextRange;
use memchr::{memchr, memchr3_iter};
use scalars::Word;

/// Keys of more bytes than this are left to the full parser, which knows the limit of 1024 characters.
const LONGEST_KEY: usize = 1000;

/// Reads the whole text into `builder`, with what Prometheus reads and YAML 1.2 does not allow; `None` (and a builder to throw away)
/// where the full parser must decide.
pub(super) fn read(builder: &mut Builder, text: &str) -> Option<Vec<Error>> {
    let tabs = common(text)?;
    let bytes = text.as_bytes();
    let (at, depth, token, pending, lenient) = (0, 0, (usize::MAX, 0), None, Vec::new());
    let mut fast = Fast { builder, text, bytes, tabs, at, depth, token, pending, lenient };
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
    let lenient = fast.lenient;
    let tree = &builder.tree;
    let sound = !builder.aliases || check::merges(tree).is_empty() && alias::check(tree).is_empty();
    (done && sound && builder.errors.is_empty() && builder.unknown.is_empty()).then_some(lenient)
}

/// Whether there are tabs, in a text without carriage returns, other control characters, and line breaks that only go-yaml knows.
fn common(text: &str) -> Option<bool> {
    let bytes = text.as_bytes();
    u32::try_from(bytes.len()).ok()?;
    // Without an early end the compiler looks at many bytes at once.
    if !bytes.iter().fold(false, |found, byte| found | !matches!(byte, b'\n' | b' '..=b'~')) {
        return Some(false);
    }
    let control = bytes.iter().fold(false, |found, byte| found | matches!(byte, 0..=8 | 11..=31 | 0x7F));
    let odd = |at: usize| match bytes[at..] {
        [0xC2, second, ..] => second < 0xA0,
        [0xE2, 0x80, third, ..] => matches!(third, 0xA8 | 0xA9),
        [0xEF, 0xBB, third, ..] => third == 0xBF,
        [0xEF, 0xBF, third, ..] => third >= 0xBE,
        _ => false,
    };
    let odd = control || memchr3_iter(0xC2, 0xE2, 0xEF, bytes).any(odd);
    (!odd).then(|| memchr(b'\t', bytes).is_some())
}

struct Fast<'b, 't> {
    builder: &'b mut Builder,
    text: &'t str,
    bytes: &'t [u8],
    /// Whether a tab stands anywhere in the text.
    tabs: bool,
    at: usize,
    depth: usize,
    /// The first token of a line that was found last, and its column.
    token: (usize, usize),
    /// An anchor whose node has not begun.
    pending: Option<TextRange>,
    /// What YAML 1.2 does not allow.
    lenient: Vec<Error>,
}

/// The length of the text was looked at.
fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(start as u32, end as u32)
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

    /// The number of spaces that stand here in a row.
    #[inline]
    fn spaces(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or(&[]);
        let (words, _) = rest.as_chunks();
        let mut count = 0;
        for word in words {
            let other = u64::from_le_bytes(*word) ^ u64::from_le_bytes([b' '; 8]);
            if other != 0 {
                return count + other.trailing_zeros() as usize / 8;
            }
            count += 8;
        }
        count + rest[count..].iter().take_while(|&&b| b == b' ').count()
    }

    fn line_end(&self, from: usize) -> usize {
        memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |i| from + i)
    }

    /// Goes from the end of a line's content, or the start of a line, to the next token: its column. At the end of the text 0.
    fn next(&mut self) -> Option<usize> {
        let mut first = self.at == 0 || self.bytes[self.at - 1] == b'\n';
        loop {
            if self.peek(0) == Some(b'\n') {
                self.at += 1;
                first = true;
            }
            let column = self.spaces(self.at);
            self.at += column;
            match self.peek(0) {
                None => return Some(0),
                Some(b'\n') => {}
                Some(b'#') if column > 0 || first => {
                    let end = self.line_end(self.at);
                    self.builder.comment(range(self.at, end), first);
                    self.at = end;
                }
                // Only at the start of a line is it a new token.
                Some(_) if first => {
                    self.token = (self.at, column);
                    return Some(column);
                }
                Some(_) => return None,
            }
        }
    }

    fn begin(&mut self, kind: Kind, start: usize) -> Option<()> {
        self.deeper()?;
        self.builder.begin(kind, start as u32, None);
        self.tie();
        Some(())
    }

    /// Gives the anchor that was read to the node that has just begun.
    #[inline]
    fn tie(&mut self) {
        if let Some(range) = self.pending {
            self.pending = None;
            self.builder.anchor(&self.text[range.start as usize + 1..range.end as usize], range);
        }
    }

    /// `&name` or `*name` here, with a blank behind it.
    fn property(&self) -> Option<TextRange> {
        let word = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let len = self.bytes.get(self.at + 1..)?.iter().take_while(word).count();
        let end = self.at + 1 + len;
        (len > 0 && self.blank_at(end)).then(|| range(self.at, end))
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
        if self.item() {
            return self.sequence(column);
        }
        let first = self.key()?;
        self.mapping(column, first)
    }

    /// The mapping in this column whose first key was read: the cursor is at the colon behind it.
    fn mapping(&mut self, column: usize, first: Word) -> Option<()> {
        self.begin(Kind::Mapping, first.range.start as usize)?;
        let mut key = first;
        loop {
            self.word(key);
            self.value(column)?;
            let next = self.next_here()?;
            if next < column || self.at >= self.bytes.len() || self.marked(next) {
                break;
            }
            if next > column || self.item() {
                return None;
            }
            key = self.key()?;
        }
        self.builder.end(None);
        self.depth -= 1;
        Some(())
    }

    fn sequence(&mut self, column: usize) -> Option<()> {
        self.begin(Kind::Sequence, self.at)?;
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
                        self.empty(dash)?;
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

    /// Nothing stands where a node would behind this indicator.
    fn empty(&mut self, indicator: usize) -> Option<()> {
        let nothing = range(indicator + 1, indicator + 1);
        self.pending.is_none().then(|| self.word(Word { range: nothing, style: Style::Plain, value: Some(nothing) }))
    }

    /// A node whose first token is here, in this column; text goes on in lines further right than `parent`.
    fn node(&mut self, column: usize, parent: usize) -> Option<()> {
        if self.peek(0) == Some(b'&') {
            return self.anchored(parent);
        }
        if self.item() {
            return self.sequence(column);
        }
        if matches!(self.peek(0), Some(b'[' | b'{' | b'|' | b'>')) {
            return self.inline(parent);
        }
        match self.key() {
            Some(key) => self.mapping(column, key),
            None => self.inline(parent),
        }
    }

    /// A node with an anchor. Before a key on the same line it would be the key's, which is for the full parser.
    fn anchored(&mut self, parent: usize) -> Option<()> {
        self.anchor()?;
        if self.line_ends() {
            let next = self.next()?;
            return if next > parent && self.at < self.bytes.len() { self.node(next, parent) } else { None };
        }
        if self.key().is_some() || self.item() { None } else { self.inline(parent) }
    }

    /// A key on one line; the cursor is at the colon then, and stays where there is none.
    #[inline]
    fn key(&mut self) -> Option<Word> {
        let start = self.at;
        let name = self.rest().iter().take_while(|&&byte| is_name_byte(byte)).count();
        if self.peek(name) != Some(b':') || !self.blank_at(start + name + 1) || !(1..LONGEST_KEY).contains(&name) {
            return self.other_key();
        }
        self.at = start + name;
        Some(Word::verbatim(start, self.at))
    }

    /// A key that is no mere name.
    fn other_key(&mut self) -> Option<Word> {
        let start = self.at;
        let (word, colon) = if matches!(self.peek(0), Some(b'"' | b'\'')) {
            let quoted = self.quoted(start)?;
            let end = quoted.range.end as usize;
            (quoted.on_one_line()?, end + self.spaces(end))
        } else {
            self.plain_start()?;
            let (end, stop) = self.plain_line(start);
            (Word::verbatim(start, end), stop)
        };
        let good = self.bytes.get(colon) == Some(&b':') && self.blank_at(colon + 1) && colon - start < LONGEST_KEY;
        good.then(|| {
            self.at = colon;
            word
        })
    }

    /// What follows the colon here, whose key stands in this column.
    fn value(&mut self, column: usize) -> Option<()> {
        let colon = self.at;
        self.at += 1;
        self.at += self.spaces(self.at);
        self.anchor()?;
        if !self.line_ends() {
            return self.inline(column);
        }
        if self.pending.is_none() {
            self.at = colon + 1;
        }
        let next = self.next()?;
        let ended = self.at >= self.bytes.len();
        if !ended && next > column {
            self.node(next, column)
        } else if !ended && next == column && self.item() {
            self.sequence(column)
        } else {
            self.empty(colon)
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
}

#[cfg(test)]
mod tests;
