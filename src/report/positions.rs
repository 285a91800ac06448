//! Lines and columns of many places, fast also where a whole file is one line.

use std::cell::OnceCell;

use crate::source::{Encoding, Position, Source, SourceId, Span};

/// Bytes after which the count of characters is noted.
const BLOCK: usize = 1024;

/// Answers like [`Source::position`] in characters, in bounded time for each place.
pub(super) struct Positions<'a> {
    sources: &'a [Source],
    /// For each source, the number of characters before each block.
    blocks: Vec<OnceCell<Vec<u32>>>,
}

impl<'a> Positions<'a> {
    /// For places in these sources.
    pub(super) fn new(sources: &'a [Source]) -> Self {
        Self { sources, blocks: sources.iter().map(|_| OnceCell::new()).collect() }
    }

    /// The source of that id.
    pub(super) fn source(&self, id: SourceId) -> &'a Source {
        &self.sources[id.0 as usize]
    }

    /// Where a span starts.
    pub(super) fn start(&self, span: Span) -> Position {
        self.at(span.source, span.start)
    }

    /// Where a span ends.
    pub(super) fn end(&self, span: Span) -> Position {
        self.at(span.source, span.end)
    }

    /// Line and column of an offset; the column counts Unicode scalar values.
    pub(super) fn at(&self, id: SourceId, offset: u32) -> Position {
        let source = self.source(id);
        let starts = source.line_starts();
        let line = starts.partition_point(|&start| start <= offset);
        let start = starts[line - 1] as usize;
        if (offset as usize).saturating_sub(start) < 4 * BLOCK {
            return source.position(offset, Encoding::Scalar);
        }
        let offset = source.text().floor_char_boundary(offset as usize);
        let blocks = self.blocks[id.0 as usize].get_or_init(|| count(source.text()));
        let before = |at: usize| blocks[at / BLOCK] + characters(&source.text().as_bytes()[at / BLOCK * BLOCK..at]);
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), column: before(offset) - before(start) + 1 }
    }
}

/// The number of characters that start in `bytes`.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(byte & 0xc0 != 0x80)).sum()
}

fn count(text: &str) -> Vec<u32> {
    let mut counts = vec![0];
    let mut so_far = 0;
    for block in text.as_bytes().chunks(BLOCK) {
        so_far += characters(block);
        counts.push(so_far);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_plain_count() {
        let text = format!("é\n{}\nend", "aé😀".repeat(5000));
        let sources = [Source::new("a", "x"), Source::new("b", text.clone())];
        let positions = Positions::new(&sources);
        for offset in (0..text.len() as u32 + 5).step_by(97) {
            assert_eq!(positions.at(SourceId(1), offset), sources[1].position(offset, Encoding::Scalar), "{offset}");
        }
    }
}
