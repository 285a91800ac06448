//! A fix, shown as the lines it takes away and the lines it brings.

use std::io;

use codespan_reporting::term::termcolor::{Color, WriteColor};

use super::excerpt::digits;
use super::{Page, colored, paint};
use crate::diagnostic::{Edit, Fix};
use crate::report::safe;
use crate::source::{Source, SourceId, TextRange};

/// Bytes and lines of a change beyond which it is not shown.
const LONGEST: usize = 16 * 1024;
const LINES: usize = 20;
const TAB: &str = "    ";

/// A run of lines that a fix changes.
struct Hunk<'a> {
    source: SourceId,
    /// A line before an insertion, to tell where it is.
    context: Option<(u32, &'a str)>,
    /// Number of the first changed line before and after the fix.
    old_number: u32,
    new_number: u32,
    old: Vec<&'a str>,
    new: Vec<String>,
}

/// A fix, ready to be shown.
pub(super) struct Suggestion<'a> {
    page: &'a Page<'a>,
    hunks: Vec<Hunk<'a>>,
}

impl<'a> Suggestion<'a> {
    pub(super) fn new(page: &'a Page<'a>, fix: &'a Fix) -> Self {
        Self { page, hunks: hunks(page, fix) }
    }

    /// The number of digits of the greatest line number.
    pub(super) fn gutter(&self) -> usize {
        let last = |hunk: &Hunk<'_>| {
            let (old, new) = (hunk.old.len() as u32, hunk.new.len() as u32);
            (hunk.old_number + old).max(hunk.new_number + new).saturating_sub(1)
        };
        self.hunks.iter().map(|hunk| digits(last(hunk))).max().unwrap_or(1)
    }

    /// Writes it under a finding in `file` whose line numbers are `gutter` digits wide.
    pub(super) fn write(&self, mut file: SourceId, gutter: usize, out: &mut dyn WriteColor) -> io::Result<()> {
        for hunk in &self.hunks {
            border(gutter, "│", out)?;
            if hunk.source != file {
                file = hunk.source;
                border(gutter, &format!("┌─ {}", safe::line(&self.page.positions.source(file).path)), out)?;
                border(gutter, "│", out)?;
            }
            hunk.write(gutter, self.page.width.saturating_sub(gutter + 3), out)?;
        }
        if self.hunks.is_empty() { Ok(()) } else { border(gutter, "│", out) }
    }
}

impl Hunk<'_> {
    fn write(&self, gutter: usize, width: usize, out: &mut dyn WriteColor) -> io::Result<()> {
        if let Some((number, text)) = self.context {
            paint(out, &colored(Color::Cyan), &format!("{number:>gutter$} │"))?;
            writeln!(out, " {}", printed(text, 0, width))?;
        }
        let new: Vec<&str> = self.new.iter().map(String::as_str).collect();
        write_lines((&self.old, &new), self.old_number, ('-', Color::Red), (gutter, width), out)?;
        write_lines((&new, &self.old), self.new_number, ('+', Color::Green), (gutter, width), out)
    }
}

/// Writes lines, each cut around what it has not in common with its counterpart.
fn write_lines(
    (lines, others): (&[&str], &[&str]),
    first: u32,
    (sign, color): (char, Color),
    (gutter, width): (usize, usize),
    out: &mut dyn WriteColor,
) -> io::Result<()> {
    let more = lines.len().saturating_sub(LINES);
    for (number, (index, line)) in (first..).zip(lines.iter().enumerate().take(LINES)) {
        let other = others.get(index).unwrap_or(line);
        let same = if other == line { 0 } else { line.chars().zip(other.chars()).take_while(|(a, b)| a == b).count() };
        paint(out, &colored(Color::Cyan), &format!("{number:>gutter$} "))?;
        paint(out, &colored(color), format!("{sign} {}", printed(line, same, width)).trim_end())?;
        writeln!(out)?;
    }
    if more > 0 { border(gutter, &format!("{sign} … {more} more"), out) } else { Ok(()) }
}

fn border(gutter: usize, text: &str, out: &mut dyn WriteColor) -> io::Result<()> {
    paint(out, &colored(Color::Cyan), &format!("{:gutter$} {text}", ""))?;
    writeln!(out)
}

/// A harmless line that fits, with the character of index `focus` in it.
fn printed(line: &str, focus: usize, width: usize) -> String {
    let line = safe::snippet(line).replace('\t', TAB);
    let length = line.chars().count();
    if length <= width {
        return line;
    }
    let skipped = if focus + width / 3 < width { 0 } else { focus - width / 3 };
    let lead = if skipped > 0 { "…" } else { "" };
    let left = width.saturating_sub(2);
    let trail = if skipped + left < length { "…" } else { "" };
    lead.chars().chain(line.chars().skip(skipped).take(left)).chain(trail.chars()).collect()
}

fn hunks<'a>(page: &'a Page<'_>, fix: &'a Fix) -> Vec<Hunk<'a>> {
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.source, edit.span.start, edit.span.end));
    let mut hunks: Vec<Hunk<'a>> = Vec::new();
    let mut shift = 0;
    for group in groups(page, &edits) {
        let id = group[0].span.source;
        if hunks.last().is_none_or(|last| last.source != id) {
            shift = 0;
        }
        if let Some(hunk) = hunk(page.positions.source(id), group, &mut shift) {
            hunks.push(hunk);
        }
    }
    hunks
}

/// Runs of edits that touch the same lines.
fn groups<'e, 'a>(page: &Page<'_>, edits: &'e [&'a Edit]) -> impl Iterator<Item = &'e [&'a Edit]> {
    edits.chunk_by(|before, after| {
        let line = |edit: &Edit, offset| page.positions.at(edit.span.source, offset).line;
        before.span.source == after.span.source && line(before, before.span.end) >= line(after, after.span.start)
    })
}

/// The lines that a run of edits changes, if they are few enough to show. `shift` is by how many lines what follows moved.
fn hunk<'a>(source: &'a Source, edits: &[&'a Edit], shift: &mut i32) -> Option<Hunk<'a>> {
    let (start, end) = (edits.first()?.span.start, edits.iter().map(|edit| edit.span.end).max()?);
    let region = lines_around(source, TextRange::new(start, end));
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    if region.len() as usize + added > LONGEST {
        return None;
    }
    let old_text = source.slice(region);
    let new_text = changed(source, region, edits);
    let mut old: Vec<&str> = split(old_text);
    let mut new: Vec<&str> = split(&new_text);
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let before = old.iter().zip(&new).take_while(same).count();
    let context = before.checked_sub(1).and_then(|last| old.get(last).copied());
    old.drain(..before);
    new.drain(..before);
    let after = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    old.truncate(old.len() - after);
    new.truncate(new.len() - after);
    let first = source.line_starts().partition_point(|&line| line <= region.start) as u32;
    let old_number = first + before as u32;
    let context = context.map(|text| (old_number - 1, text)).or_else(|| {
        let number = old_number.checked_sub(1).filter(|&number| number > 0)?;
        Some((number, source.slice(source.line(number)))).filter(|(_, text)| text.len() <= LONGEST)
    });
    let hunk = Hunk {
        source: edits.first()?.span.source,
        context: context.filter(|_| old.is_empty()),
        old_number,
        new_number: old_number.saturating_add_signed(*shift),
        new: new.into_iter().map(str::to_owned).collect(),
        old,
    };
    *shift += i32::try_from(hunk.new.len()).unwrap_or(0) - i32::try_from(hunk.old.len()).unwrap_or(0);
    Some(hunk).filter(|hunk| !hunk.old.is_empty() || !hunk.new.is_empty())
}

/// The whole lines that hold `range`, with the break of the last.
fn lines_around(source: &Source, range: TextRange) -> TextRange {
    let starts = source.line_starts();
    let first = starts.partition_point(|&line| line <= range.start).saturating_sub(1);
    let after = starts.partition_point(|&line| line <= range.end);
    let end = starts.get(after).copied().unwrap_or(source.text().len() as u32);
    TextRange::new(starts.get(first).copied().unwrap_or(0), end)
}

fn changed(source: &Source, region: TextRange, edits: &[&Edit]) -> String {
    let mut text = String::new();
    let mut from = region.start;
    for edit in edits {
        text.push_str(source.slice(TextRange::new(from, edit.span.start.max(from))));
        text.push_str(&edit.text);
        from = edit.span.end.max(from);
    }
    text.push_str(source.slice(TextRange::new(from, region.end)));
    text
}

/// The lines of a text, without the empty one after the last break.
fn split(text: &str) -> Vec<&str> {
    text.lines().collect()
}
