//! Lines and columns of places in the texts of a report; columns count Unicode scalar values.

use crate::source::{Encoding, Position, Source, SourceId, Span};

/// The texts of a report.
pub(super) struct Positions<'a> {
    sources: &'a [Source],
}

impl<'a> Positions<'a> {
    /// For places in these sources.
    pub(super) fn new(sources: &'a [Source]) -> Self {
        Self { sources }
    }

    /// The source of that id.
    pub(super) fn source(&self, id: SourceId) -> &'a Source {
        &self.sources[id.0 as usize]
    }

    /// Where a span starts.
    pub(super) fn start(&self, span: Span) -> Position {
        self.at(span.source, span.start)
    }

    /// Where a span starts and where it ends.
    pub(super) fn both(&self, span: Span) -> (Position, Position) {
        self.source(span.source).positions(span.range(), Encoding::Scalar)
    }

    /// Line and column of an offset.
    pub(super) fn at(&self, id: SourceId, offset: u32) -> Position {
        self.source(id).position(offset, Encoding::Scalar)
    }
}
