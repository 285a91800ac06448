//! The lines that codespan-reporting needs for one finding, and no more of the files than that.
//!
//! Only lines with a mark are taken, long marks keep their first and last lines, and a line wider than the terminal is cut around
//! its marks. What is taken is harmless to print; line and column numbers are those of the file.

use std::collections::BTreeSet;
use std::ops::Range;

use codespan_reporting::files::{Error, Files};

use crate::report::positions::Positions;
use crate::report::safe;
use crate::source::{Source, SourceId, Span, TextRange};

/// Lines of a mark shown at its start and at its end: as many as codespan-reporting shows.
const HEAD: u32 = 3;
const TAIL: u32 = 1;
/// Bytes on either side of a cut that are looked at so that no half of a secret is shown.
const MARGIN: usize = 2048;
/// The narrowest piece of a line that is still of use.
const NARROWEST: usize = 40;
const ELLIPSIS: &str = "…";

/// A place and what is said of it.
pub(super) struct Mark<'a> {
    pub(super) span: Span,
    pub(super) message: &'a str,
}

/// The lines around the marks of one finding.
pub(super) struct Excerpt<'a> {
    positions: &'a Positions<'a>,
    files: Vec<File<'a>>,
}

struct File<'a> {
    id: SourceId,
    source: &'a Source,
    text: String,
    rows: Vec<Row>,
}

/// A line that was taken.
struct Row {
    /// Its number in the file, from 1.
    number: u32,
    /// Its index for the renderer: a gap in the numbers stays a gap, of at most two lines.
    index: usize,
    /// Where it is in the text of the excerpt.
    text: Range<usize>,
    /// Bytes of the ellipsis before what was taken.
    lead: usize,
    /// What was taken, in the file.
    taken: TextRange,
}

impl<'a> Excerpt<'a> {
    /// The lines around `marks`, the first of which matters most, cut to `width` columns.
    pub(super) fn new(positions: &'a Positions<'a>, marks: &[Mark<'_>], width: usize) -> Self {
        let mut ids: Vec<SourceId> = Vec::new();
        for mark in marks {
            if !ids.contains(&mark.span.source) {
                ids.push(mark.span.source);
            }
        }
        let widest = marks.iter().map(|mark| line_of(positions.source(mark.span.source), mark.span.end)).max();
        let gutter = digits(widest.unwrap_or(1));
        let width = width.saturating_sub(gutter + 4).max(NARROWEST);
        let files = ids.into_iter().map(|id| File::new(id, positions.source(id), marks, width)).collect();
        Self { positions, files }
    }

    /// The number of digits of the greatest line number.
    pub(super) fn gutter(&self) -> usize {
        self.files.iter().filter_map(|file| file.rows.last()).map(|row| digits(row.number)).max().unwrap_or(1)
    }

    /// The file of a mark and its range in the text of the excerpt.
    pub(super) fn place(&self, mark: &Mark<'_>) -> (usize, Range<usize>) {
        let index = self.files.iter().position(|file| file.id == mark.span.source).unwrap_or(0);
        let Some(file) = self.files.get(index) else { return (index, 0..0) };
        let span = shown(file.source, mark.span);
        let start = file.place(span.start);
        (index, start..file.place(span.end).max(start))
    }

    fn file(&self, id: usize) -> Result<&File<'a>, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> File<'a> {
    fn new(id: SourceId, source: &'a Source, marks: &[Mark<'_>], width: usize) -> Self {
        let spans: Vec<TextRange> =
            marks.iter().filter(|mark| mark.span.source == id).map(|mark| shown(source, mark.span)).collect();
        let mut file = Self { id, source, text: String::new(), rows: Vec::new() };
        // Each place of several lines has a bracket of two columns before the text.
        let brackets = spans.iter().filter(|span| line_of(source, span.start) < line_of(source, span.end)).count();
        let width = width.saturating_sub(2 * brackets).max(NARROWEST);
        for number in numbers(source, &spans) {
            file.take(number, &spans, width);
        }
        file
    }

    fn take(&mut self, number: u32, spans: &[TextRange], width: usize) {
        let line = self.source.line(number);
        let bom = if line.start == 0 && self.source.text().starts_with('\u{feff}') {
            '\u{feff}'.len_utf8() as u32
        } else {
            0
        };
        let line = TextRange::new(line.start + bom, line.end.max(line.start + bom));
        let taken = window(self.source.text(), line, spans, width);
        let index = self.rows.last().map_or(0, |last| last.index + (number - last.number).min(3) as usize);
        let start = self.text.len();
        let lead = if taken.start > line.start { ELLIPSIS } else { "" };
        self.text.push_str(lead);
        push_safe(&mut self.text, self.source.text(), line, taken);
        if taken.end < line.end {
            self.text.push_str(ELLIPSIS);
        }
        let text = start..self.text.len();
        self.text.push('\n');
        self.rows.push(Row { number, index, text, lead: lead.len(), taken });
    }

    /// Where an offset into the file is in the text of the excerpt; what was cut off is at the ellipsis.
    fn place(&self, offset: u32) -> usize {
        let after = self.rows.partition_point(|row| row.taken.start.saturating_sub(row.lead as u32) <= offset);
        let line = line_of(self.source, offset);
        let row = self.rows.iter().find(|row| row.number == line).or_else(|| self.rows.get(after.saturating_sub(1)));
        row.map_or(0, |row| match offset {
            _ if offset < row.taken.start => row.text.start,
            _ => row.text.start + row.lead + (offset.min(row.taken.end) - row.taken.start) as usize,
        })
    }

    fn row(&self, index: usize) -> Option<&Row> {
        self.rows.get(self.rows.partition_point(|row| row.index <= index).checked_sub(1)?)
    }
}

impl<'f> Files<'f> for Excerpt<'_> {
    type FileId = usize;
    type Name = String;
    type Source = &'f str;

    fn name(&'f self, id: usize) -> Result<String, Error> {
        Ok(safe::line(&self.file(id)?.source.path).into_owned())
    }

    fn source(&'f self, id: usize) -> Result<&'f str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'f self, id: usize, byte: usize) -> Result<usize, Error> {
        let rows = &self.file(id)?.rows;
        let after = rows.partition_point(|row| row.text.start <= byte);
        Ok(after.checked_sub(1).map_or(0, |last| rows[last].index))
    }

    fn line_number(&'f self, id: usize, index: usize) -> Result<usize, Error> {
        Ok(self.file(id)?.row(index).map_or(1, |row| row.number as usize + index - row.index))
    }

    fn column_number(&'f self, id: usize, index: usize, byte: usize) -> Result<usize, Error> {
        let file = self.file(id)?;
        Ok(file.row(index).map_or(1, |row| {
            let inside = byte.saturating_sub(row.text.start + row.lead) as u32;
            self.positions.at(file.id, (row.taken.start + inside).min(row.taken.end)).column as usize
        }))
    }

    fn line_range(&'f self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        let row = self.file(id)?.row(index).ok_or(Error::LineTooLarge { given: index, max: 0 })?;
        Ok(if row.index == index { row.text.clone() } else { row.text.end..row.text.end })
    }
}

/// Line (from 1) of an offset.
fn line_of(source: &Source, offset: u32) -> u32 {
    source.line_starts().partition_point(|&start| start <= offset) as u32
}

pub(super) fn digits(number: u32) -> usize {
    number.to_string().len()
}

/// What is shown of a span: whole characters inside the file, without the line breaks and blanks it ends with.
fn shown(source: &Source, span: Span) -> TextRange {
    let text = source.text();
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.floor_char_boundary(span.end as usize).max(start);
    let end = start + text[start..end].trim_end().len();
    TextRange::new(start as u32, end as u32)
}

/// The lines to take, in order: those of the spans, without the middle of long ones, and single lines between.
fn numbers(source: &Source, spans: &[TextRange]) -> BTreeSet<u32> {
    let mut numbers = BTreeSet::new();
    for span in spans {
        let (first, last) = (line_of(source, span.start), line_of(source, span.end));
        numbers.extend(first..=last.min(first + HEAD));
        numbers.extend(first.max(last.saturating_sub(TAIL))..=last);
    }
    let between: Vec<u32> =
        numbers.iter().zip(numbers.iter().skip(1)).filter(|(a, b)| *b - *a == 2).map(|(a, _)| a + 1).collect();
    numbers.extend(between);
    numbers
}

/// The part of a line to show: all of it where it fits, else `width` columns around the first span on it, or around all of them
/// where they fit.
fn window(text: &str, line: TextRange, spans: &[TextRange], width: usize) -> TextRange {
    if fits(&text[line.range()], width) {
        return line;
    }
    let on_line = spans.iter().filter(|span| span.start <= line.end && span.end >= line.start);
    let mut on_line = on_line.map(|span| TextRange::new(span.start.max(line.start), span.end.min(line.end)));
    let first = on_line.next().unwrap_or(TextRange::at(line.start));
    let all = on_line.fold(first, TextRange::cover);
    let focus = if fits(&text[all.range()], width - 2) { all } else { first };
    around(text, line, focus, width)
}

fn around(text: &str, line: TextRange, focus: TextRange, width: usize) -> TextRange {
    if fits(&text[line.start as usize..focus.end as usize], width - 1) {
        return TextRange::new(line.start, forward(text, line.start, line.end, width - 1));
    }
    let inside = text[focus.range()].chars().take(width).map(columns).sum::<usize>().min(width - 2);
    let before = (width - 2 - inside) / 2;
    let start = backward(text, focus.start, line.start, before);
    TextRange::new(start, forward(text, start, line.end, width - 2))
}

/// Columns that a character takes, at most.
fn columns(c: char) -> usize {
    match c {
        '\t' => 4,
        '\u{1100}'.. => 2,
        _ => 1,
    }
}

fn fits(text: &str, width: usize) -> bool {
    text.chars()
        .map(columns)
        .scan(0, |sum, columns| {
            *sum += columns;
            Some(*sum)
        })
        .all(|sum| sum <= width)
}

/// The offset at most `width` columns after `from`.
fn forward(text: &str, from: u32, end: u32, width: usize) -> u32 {
    from + walked(text[from as usize..end as usize].chars(), width)
}

/// The offset at most `width` columns before `from`.
fn backward(text: &str, from: u32, start: u32, width: usize) -> u32 {
    from - walked(text[start as usize..from as usize].chars().rev(), width)
}

fn walked(chars: impl Iterator<Item = char>, width: usize) -> u32 {
    let mut left = width;
    let mut bytes = 0;
    for c in chars {
        let Some(rest) = left.checked_sub(columns(c)) else { break };
        left = rest;
        bytes += c.len_utf8() as u32;
    }
    bytes
}

/// Adds what was taken of a line, made harmless. A margin is looked at too, lest half of a secret be shown.
fn push_safe(out: &mut String, text: &str, line: TextRange, taken: TextRange) {
    let start = text.ceil_char_boundary((taken.start as usize).saturating_sub(MARGIN)).max(line.start as usize);
    let end = text.floor_char_boundary(taken.end as usize + MARGIN).min(line.end as usize);
    let safe = safe::snippet(&text[start..end]);
    out.push_str(&safe[taken.start as usize - start..taken.end as usize - start]);
}
