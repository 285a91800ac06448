//! Texts and places in them: the only module that counts lines and columns.
//!
//! Every offset is a byte offset into the file as it lies on disk. Editors, SARIF and people count otherwise; they all get
//! their numbers from [`Source::position`].

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A half-open range of bytes in some text, the text being known from the context.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct TextRange {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl TextRange {
    /// The range from `start` to `end`; an end before the start gives the empty range at `start`.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The empty range at `offset`.
    #[must_use]
    pub fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether no byte is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies inside.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The same range `by` bytes further on.
    #[must_use]
    pub fn shift(self, by: u32) -> Self {
        Self { start: self.start.saturating_add(by), end: self.end.saturating_add(by) }
    }

    /// As an index of a `str`.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Names a [`Source`] of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SourceId(pub u32);

/// A range of bytes in a file of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// `range` of `source`.
    #[must_use]
    pub fn new(source: SourceId, range: TextRange) -> Self {
        Self { source, start: range.start, end: range.end }
    }

    /// The range without its file.
    #[must_use]
    pub fn range(self) -> TextRange {
        TextRange::new(self.start, self.end)
    }
}

/// A value and where it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// What a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// Unicode scalar values, as people and the JSON formats count.
    Scalar,
    /// Bytes.
    Utf8,
    /// UTF-16 code units, as editors count.
    Utf16,
}

/// A place for people: both numbers start at 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// A file that was read: its name as given on the command line and its text.
#[derive(Debug)]
pub struct Source {
    /// Path as the user would write it, `/` as separator; `-` for standard input without a name.
    pub path: String,
    text: Arc<str>,
    lines: OnceLock<Vec<u32>>,
    /// The number of characters before each block of [`BLOCK`] bytes, once a long line asks for it.
    blocks: OnceLock<Vec<u32>>,
}

/// Bytes after which the count of characters is noted, so that columns of endless lines are found in bounded time.
const BLOCK: usize = 1024;

/// The number of characters that start in `bytes`.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(byte & 0xc0 != 0x80)).sum()
}

impl Source {
    /// A source of this name and text. A text over 4 GiB is cut: the readers refuse far smaller ones.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let mut text = text.into();
        if text.len() > u32::MAX as usize - 1 {
            text = Arc::from("");
        }
        Self { path: path.into(), text, lines: OnceLock::new(), blocks: OnceLock::new() }
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text, shared with the values that are written out in it.
    #[must_use]
    pub(crate) fn shared(&self) -> Arc<str> {
        self.text.clone()
    }

    /// The text in `range`, widened to whole characters and cut at the end of the file.
    #[must_use]
    pub fn slice(&self, range: TextRange) -> &str {
        &self.text[self.floor(range.start)..self.floor(range.end).max(self.floor(range.start))]
    }

    /// Offsets of the first byte of each line. A line ends after LF, CR LF or a lone CR.
    #[must_use]
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes)
                .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
            let mut starts = vec![0];
            starts.extend(breaks.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX)));
            starts
        })
    }

    /// Line and column of `offset`; an offset past the end or inside a character means the place before it.
    #[must_use]
    pub fn position(&self, offset: u32, encoding: Encoding) -> Position {
        let offset = self.floor(offset);
        let line = self.line_starts().partition_point(|&start| start as usize <= offset);
        self.on_line(line, offset, encoding)
    }

    /// The same for both ends of a range, the second found from the first where they share a line.
    #[must_use]
    pub fn positions(&self, range: TextRange, encoding: Encoding) -> (Position, Position) {
        let start = self.position(range.start, encoding);
        let end = self.floor(range.end.max(range.start));
        let next = self.line_starts().get(start.line as usize);
        let shared = next.is_none_or(|&next| end < next as usize);
        let end =
            if shared { self.on_line(start.line as usize, end, encoding) } else { self.position(range.end, encoding) };
        (start, end)
    }

    fn on_line(&self, line: usize, offset: usize, encoding: Encoding) -> Position {
        let before = &self.text[self.line_starts()[line - 1] as usize..offset];
        let column = match encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Scalar if before.len() > 4 * BLOCK => self.characters(offset - before.len(), offset) as usize,
            Encoding::Scalar => characters(before.as_bytes()) as usize,
            Encoding::Utf16 => before.encode_utf16().count(),
        };
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { line: number(line), column: number(column + 1) }
    }

    /// The number of characters between two offsets.
    fn characters(&self, from: usize, to: usize) -> u32 {
        let bytes = self.text.as_bytes();
        let blocks = self.blocks.get_or_init(|| {
            let mut counts = vec![0];
            for block in bytes.chunks(BLOCK) {
                counts.push(counts.last().copied().unwrap_or(0) + characters(block));
            }
            counts
        });
        let before = |at: usize| blocks[at / BLOCK] + characters(&bytes[at / BLOCK * BLOCK..at]);
        before(to) - before(from)
    }

    /// The range of a line (from 1) without its line break; an empty range at the end for a line that is not there.
    #[must_use]
    pub fn line(&self, line: u32) -> TextRange {
        let starts = self.line_starts();
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let Some(&start) = (line as usize).checked_sub(1).and_then(|i| starts.get(i)) else {
            return TextRange::at(end);
        };
        let next = starts.get(line as usize).copied().unwrap_or(end);
        let text = &self.text[start as usize..next as usize];
        TextRange::new(start, start + u32::try_from(text.trim_end_matches(['\n', '\r']).len()).unwrap_or(0))
    }

    /// `range`, or where it is empty a character that shows its place: the one that stands there, else the one before it on its
    /// line; still nothing where both are blank.
    #[must_use]
    pub fn visible(&self, range: TextRange) -> TextRange {
        if !range.is_empty() {
            return range;
        }
        let at = self.floor(range.start);
        let (before, after) = self.text.split_at(at);
        let seen = |c: &char| !c.is_whitespace();
        let len = |c: char| u32::try_from(c.len_utf8()).unwrap_or(0);
        let start = u32::try_from(at).unwrap_or(u32::MAX);
        let ends = |back, forth| TextRange::new(start.saturating_sub(back), start.saturating_add(forth));
        match (before.chars().next_back().filter(seen), after.chars().next().filter(seen)) {
            (_, Some(here)) => ends(0, len(here)),
            (Some(last), None) => ends(len(last), 0),
            (None, None) => range,
        }
    }

    fn floor(&self, offset: u32) -> usize {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_long_line_are_counted_by_blocks() {
        let text = format!("é\n{}\nend", "aé😀".repeat(5000));
        let source = Source::new("b", text.clone());
        for offset in (0..text.len() + 5).step_by(97) {
            let before = &text[..text.floor_char_boundary(offset)];
            let line = before.rsplit('\n').next().unwrap_or("");
            let expected =
                Position { line: before.matches('\n').count() as u32 + 1, column: line.chars().count() as u32 + 1 };
            assert_eq!(source.position(offset as u32, Encoding::Scalar), expected, "{offset}");
        }
    }

    #[test]
    fn counts_lines_at_every_line_break_and_columns_in_every_encoding() {
        let source = Source::new("a", "é😀x\r\ny\rz\n");
        let at = |offset, encoding| {
            let p = source.position(offset, encoding);
            (p.line, p.column)
        };
        assert_eq!(at(6, Encoding::Scalar), (1, 3));
        assert_eq!(at(6, Encoding::Utf16), (1, 4));
        assert_eq!(at(6, Encoding::Utf8), (1, 7));
        assert_eq!(at(9, Encoding::Scalar), (2, 1));
        assert_eq!(at(11, Encoding::Scalar), (3, 1));
        assert_eq!(at(99, Encoding::Scalar), (4, 1));
        assert_eq!(at(4, Encoding::Scalar), (1, 2), "inside a character means before it");
        for (start, end) in (0..13).flat_map(|start| (start..14).map(move |end| (start, end))) {
            let both = (source.position(start, Encoding::Scalar), source.position(end, Encoding::Scalar));
            assert_eq!(source.positions(TextRange::new(start, end), Encoding::Scalar), both, "{start}..{end}");
        }
        assert_eq!(source.slice(source.line(1)), "é😀x");
        assert_eq!(source.slice(source.line(3)), "z");
        assert!(source.line(9).is_empty());
    }

    #[test]
    fn an_empty_range_is_shown_by_a_character_beside_it() {
        let source = Source::new("a", "é: \n x\n");
        let shown = |at| source.slice(source.visible(TextRange::at(at)));
        assert_eq!([shown(0), shown(2), shown(3), shown(4), shown(6), shown(7)], ["é", ":", ":", "", "x", "x"]);
        assert_eq!(source.visible(TextRange::new(0, 3)), TextRange::new(0, 3));
        assert_eq!(source.visible(TextRange::at(99)), TextRange::at(99));
    }
}
