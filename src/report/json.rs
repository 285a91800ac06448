//! `json` and `jsonl`: everything that was found, for other programs. Documented with the rest of the machine interfaces; a key is
//! added freely, changed or dropped only with a new `schema_version`. Written as it goes: no document is ever held in memory.

mod escape;
mod view;

use std::io::{self, BufWriter, Write};

use escape::Escape;
use serde::Serialize;
use serde_json::Serializer;

use super::positions::Positions;
use crate::lint::report::Report;
pub use view::Safe;
use view::{Document, SummaryLine};

/// Writes one document and a line break.
pub fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    put(&Document::new(report, &Positions::new(report.sources)), out)
}

/// Writes a diagnostic a line, then a line with the summary.
pub fn write_lines(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let positions = Positions::new(report.sources);
    for finding in &report.findings {
        put(&view::Diagnostic::new(finding, &positions), out)?;
    }
    put(&SummaryLine::new(report), out)
}

/// Writes one value and a line break.
pub fn put(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    bare(value, out)?;
    out.write_all(b"\n")
}

/// Writes one value, with every character escaped that could do harm on a terminal.
pub fn bare(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    // A writer of a known type takes the many small pieces in without a call for each.
    let mut pieces = BufWriter::new(out);
    value.serialize(&mut Serializer::with_formatter(&mut pieces, Escape)).map_err(io::Error::from)?;
    pieces.flush()
}

#[cfg(test)]
mod tests;
