//! A text that came out of another: where each of its bytes was written in the file.

use crate::source::{Source, TextRange};

/// Stands in a layer's text for a placeholder: a private character that YAML takes as a letter.
pub(super) const FILLER: char = '\u{E000}';

/// A text and where its bytes lie in the file.
#[derive(Debug)]
pub struct Layer {
    /// The text; empty for the file itself, whose text its source holds.
    pub text: String,
    /// Runs of bytes in order, gap-free over the text: none means that each byte lies at its own offset.
    pub runs: Vec<Run>,
    /// Whether it is a template that was made readable: its YAML is not what the template renders to.
    pub template: bool,
}

/// A run of bytes of a layer's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// Where the run starts in the layer's text.
    pub at: u32,
    /// The bytes it was written with in the file.
    pub file: TextRange,
    /// Whether the file holds the same bytes, one for one; else the whole of `file` stands for the whole run.
    pub verbatim: bool,
    /// Whether the run stands in place of a template engine's placeholder, so that its text is unknown. Such a run of no length
    /// stands for an action that may write lines of its own, or, with `verbatim`, one that decides on the lines around it.
    pub unknown: bool,
}

impl Layer {
    /// The file's own text.
    #[must_use]
    pub fn file() -> Self {
        Self { text: String::new(), runs: Vec::new(), template: false }
    }

    /// The text; that of `source` for the file itself.
    #[must_use]
    pub fn text<'a>(&'a self, source: &'a Source) -> &'a str {
        if self.runs.is_empty() { source.text() } else { &self.text }
    }

    /// Where `range` of this text was written in the file: the smallest range that holds it.
    #[must_use]
    pub fn locate(&self, range: TextRange) -> TextRange {
        if self.runs.is_empty() {
            return range;
        }
        let start = self.place(range.start, false);
        if range.is_empty() {
            return TextRange::at(start);
        }
        TextRange::new(start, self.place(range.end, true))
    }

    /// Whether a placeholder stands in `range`.
    #[must_use]
    pub fn unknown(&self, range: TextRange) -> bool {
        self.unknowns(range).next().is_some()
    }

    /// What stands in `range` for placeholders.
    pub(super) fn unknowns(&self, range: TextRange) -> impl Iterator<Item = &Run> {
        let first = self.runs.partition_point(|run| run.at <= range.start).saturating_sub(1);
        let inside = self.runs[first.min(self.runs.len())..].iter().take_while(move |run| run.at < range.end);
        inside.filter(|run| run.unknown)
    }

    /// Where in `range`, but for its start, actions of a template engine stood that may write further lines.
    pub(super) fn holes(&self, range: TextRange) -> impl Iterator<Item = u32> + '_ {
        let first = self.runs.partition_point(|run| run.at <= range.start);
        let end = |i: usize| self.runs.get(i + 1).map_or(u32::MAX, |next| next.at);
        let runs = self.runs.iter().enumerate().skip(first).take_while(move |(_, run)| run.at <= range.end);
        let empty = move |i: usize, run: &Run| end(i) == run.at || run.at as usize == self.text.len();
        runs.filter(move |(i, run)| run.unknown && !run.verbatim && empty(*i, run)).map(|(_, run)| run.at)
    }

    /// Whether the line of this text that holds `range` is a line of the file, but for the same indentation on all lines: the
    /// line break before it is one of the file.
    pub(super) fn same_lines(&self, range: TextRange) -> bool {
        let before = self.text.get(..range.start as usize).unwrap_or("");
        let Some(at) = before.rfind('\n').and_then(|at| u32::try_from(at).ok()) else { return false };
        let run = self.runs[..self.runs.partition_point(|run| run.at <= at)].last();
        run.is_some_and(|run| run.verbatim)
    }

    /// `value`, decoded from `range` of this text, with each placeholder as it is written in the file.
    pub(super) fn written(&self, source: &Source, range: TextRange, value: &str) -> String {
        let first = self.runs.partition_point(|run| run.at < range.start);
        let inside = self.runs[first..].iter().take_while(|run| run.at < range.end).enumerate();
        let filled = |i: usize, run: &Run| self.runs.get(first + i + 1).is_none_or(|next| next.at > run.at);
        let mut placeholders =
            inside.filter(|(i, run)| run.unknown && filled(*i, run)).map(|(_, run)| source.slice(run.file));
        let mut out = String::with_capacity(value.len());
        for c in value.chars() {
            match (c == FILLER).then(|| placeholders.next()).flatten() {
                Some(placeholder) => out.push_str(placeholder),
                None => out.push(c),
            }
        }
        out
    }

    /// Runs that lead to this text, led on to the file. `len` is the length of the text that they are of.
    pub(super) fn through(&self, runs: &[Run], len: u32) -> Vec<Run> {
        if self.runs.is_empty() {
            return runs.to_vec();
        }
        let mut out = Vec::with_capacity(runs.len());
        for (i, run) in runs.iter().enumerate() {
            if !run.verbatim || run.unknown {
                out.push(Run { file: self.locate(run.file), unknown: run.unknown || self.unknown(run.file), ..*run });
                continue;
            }
            let end = run.file.start + (runs.get(i + 1).map_or(len, |next| next.at) - run.at);
            let first = self.runs.partition_point(|own| own.at <= run.file.start).saturating_sub(1);
            for (j, own) in self.runs.iter().enumerate().skip(first).take_while(|(_, own)| own.at < end) {
                let own_end = self.runs.get(j + 1).map_or(end, |next| next.at).min(end);
                let from = own.at.max(run.file.start);
                if own_end < from || own_end == from && own.at < run.file.start {
                    continue;
                }
                let skipped = if own.verbatim { from - own.at } else { 0 };
                let file = TextRange::new(
                    own.file.start + skipped,
                    if own.verbatim { own.file.start + (own_end - own.at) } else { own.file.end },
                );
                out.push(Run { at: run.at + (from - run.file.start), file, ..*own });
            }
        }
        out
    }

    /// The file offset of a start or of an end; an end belongs to the run before it.
    fn place(&self, offset: u32, end: bool) -> u32 {
        let after = self.runs.partition_point(|run| if end { run.at < offset } else { run.at <= offset });
        let Some(run) = self.runs.get(after.saturating_sub(1)) else { return offset };
        match (run.verbatim, end) {
            (true, _) => run.file.start.saturating_add(offset - run.at.min(offset)).min(run.file.end),
            (false, false) => run.file.start,
            (false, true) => run.file.end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_found_through_escapes_and_placeholders() {
        let run = |at, start, end, verbatim, unknown| Run { at, file: TextRange::new(start, end), verbatim, unknown };
        // The text "ab\ncdX": the line break was written as two bytes, X stands for `{{ .x }}`.
        let layer = Layer {
            template: true,
            text: "ab\ncdX".into(),
            runs: vec![
                run(0, 10, 12, true, false),
                run(2, 12, 14, false, false),
                run(3, 14, 16, true, false),
                run(5, 16, 24, false, true),
            ],
        };
        assert_eq!(layer.locate(TextRange::new(0, 2)), TextRange::new(10, 12));
        assert_eq!(layer.locate(TextRange::new(1, 4)), TextRange::new(11, 15));
        assert_eq!(layer.locate(TextRange::new(2, 3)), TextRange::new(12, 14));
        assert_eq!(layer.locate(TextRange::new(5, 6)), TextRange::new(16, 24));
        assert_eq!(layer.locate(TextRange::at(3)), TextRange::at(14));
        assert!(layer.unknown(TextRange::new(4, 6)));
        assert!(!layer.unknown(TextRange::new(0, 5)));
        assert_eq!(Layer::file().locate(TextRange::new(3, 9)), TextRange::new(3, 9));
    }
}
