//! The scorecard: how many alerts hold which ground rule.

use std::io;

use codespan_reporting::term::termcolor::{Color, WriteColor};

use super::{Page, bold, colored, of_severity, paint};
use crate::diagnostic::Severity;
use crate::lint::report::Tally;

const COLUMNS: [&str; 6] = ["holds", "broken", "unknown", "not asked", "exempt", "waived"];
const BROKEN: usize = 1;

/// Writes a line for each lint rule that ran.
pub(super) fn write(page: &Page<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
    let names = page.report.ran.iter().map(|meta| meta.id.len()).max().unwrap_or(0).max("ground rule".len());
    let rows: Vec<[usize; 6]> = page.report.summary.verdicts.iter().map(row).collect();
    let widths = COLUMNS.map(str::len);
    let widths: Vec<usize> = (0..COLUMNS.len())
        .map(|column| rows.iter().map(|row| row[column].to_string().len()).fold(widths[column], usize::max))
        .collect();
    write!(out, "  ")?;
    paint(out, bold(), &format!("{:names$}", "ground rule"))?;
    for (title, width) in COLUMNS.iter().zip(&widths) {
        paint(out, bold(), &format!("  {title:>width$}"))?;
    }
    writeln!(out)?;
    for (meta, row) in page.report.ran.iter().zip(&rows) {
        let breaks = row[BROKEN] > 0;
        let style = if breaks { of_severity(Severity::Error) } else { bold() };
        paint(out, style.clone(), if breaks { "✗ " } else { "  " })?;
        let name = format!("{:names$}", meta.id);
        if breaks {
            paint(out, bold(), &name)?
        } else {
            write!(out, "{name}")?
        }
        for (column, (number, width)) in row.iter().zip(&widths).enumerate() {
            match (*number, column) {
                (0, _) => paint(out, faint(), &format!("  {:>width$}", "·"))?,
                (_, BROKEN) => paint(out, style.clone(), &format!("  {number:>width$}"))?,
                _ => write!(out, "  {number:>width$}")?,
            }
        }
        writeln!(out)?;
    }
    writeln!(out)
}

fn faint() -> codespan_reporting::term::termcolor::ColorSpec {
    let mut style = colored(Color::White);
    style.set_dimmed(true);
    style
}

fn row(tally: &Tally) -> [usize; 6] {
    let unknown = tally.unknown.saturating_sub(tally.not_asked);
    [tally.holds, tally.broken, unknown, tally.not_asked, tally.exempt, tally.waived]
}
