//! A text that came out of another: where each of its bytes was written in the file.

use crate::source::{Source, TextRange};

/// A text and where its bytes lie in the file.
#[derive(Debug)]
pub struct Layer {
    /// The text; empty for the file itself, whose text its source holds.
    pub text: String,
    /// Runs of bytes in order, gap-free over the text: none means that each byte lies at its own offset.
    pub runs: Vec<Run>,
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
    /// Whether the run stands in place of a template engine's placeholder, so that its text is unknown.
    pub unknown: bool,
}

impl Layer {
    /// The file's own text.
    #[must_use]
    pub fn file() -> Self {
        Self { text: String::new(), runs: Vec::new() }
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
        let first = self.runs.partition_point(|run| run.at <= range.start).saturating_sub(1);
        self.runs[first.min(self.runs.len())..].iter().take_while(|run| run.at < range.end).any(|run| run.unknown)
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
