//! `json` and `jsonl`: everything that was found, for other programs. Documented with the rest of the machine interfaces; a key is
//! added freely, changed or dropped only with a new `schema_version`. Written as it goes: no document is ever held in memory.

mod escape;
mod finding;
mod pieces;
mod view;

use std::io::{self, BufWriter, Write};

use escape::Escape;
use serde::Serialize;
use serde_json::Serializer;

use super::positions::Positions;
use crate::lint::report::Report;
use finding::Writer;
use pieces::Pieces;
pub use view::Safe;
use view::{SummaryLine, SummaryView, TOOL};

const SCHEMA_VERSION: u32 = 1;

/// So many bytes are written in one go.
const AT_ONCE: usize = 1 << 16;

/// Writes one document and a line break.
pub fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    write!(out, "{{\"schema_version\":{SCHEMA_VERSION},\"tool\":")?;
    bare(&TOOL, out)?;
    out.write_all(b",\"summary\":")?;
    bare(&SummaryView(report), out)?;
    out.write_all(b",\"diagnostics\":[")?;
    diagnostics(report, ",", out)?;
    out.write_all(b"]}\n")
}

/// Writes a diagnostic a line, then a line with the summary.
pub fn write_lines(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    diagnostics(report, "\n", out)?;
    if !report.findings.is_empty() {
        out.write_all(b"\n")?;
    }
    put(&SummaryLine::new(report), out)
}

fn diagnostics(report: &Report<'_>, between: &'static str, out: &mut dyn io::Write) -> io::Result<()> {
    let positions = Positions::new(report.sources);
    let mut writer = Writer::new(&positions);
    let mut pieces = Pieces::default();
    for (index, finding) in report.findings.iter().enumerate() {
        if index > 0 {
            pieces.raw(between);
        }
        writer.finding(&mut pieces, finding);
        if pieces.bytes().len() >= AT_ONCE {
            out.write_all(pieces.bytes())?;
            pieces.clear();
        }
    }
    out.write_all(pieces.bytes())
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
