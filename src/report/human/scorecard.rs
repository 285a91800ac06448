//! The scorecard: how many alerts hold which ground rule.

use std::collections::BTreeSet;
use std::io;

use codespan_reporting::term::termcolor::{ColorSpec, WriteColor};

use super::{Page, bold, of_severity, paint};
use crate::diagnostic::Severity;
use crate::lint::report::{Finding, Tally};
use crate::report::open;

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
    paint(out, &bold(), &format!("{:names$}", "ground rule"))?;
    for (title, width) in COLUMNS.iter().zip(&widths) {
        paint(out, &bold(), &format!("  {title:>width$}"))?;
    }
    writeln!(out)?;
    let no_alert = |finding: &&Finding| finding.concern.is_none();
    let found: BTreeSet<&str> = open(page.report).filter(no_alert).map(|finding| finding.diagnostic.rule).collect();
    for (meta, row) in page.report.ran.iter().zip(&rows) {
        // A finding may concern no alert: a file that cannot be read, a waiver.
        let is_broken = row[BROKEN] > 0 || found.contains(meta.id);
        if !is_broken && ["waiver-", "policy-", "runbook-orphan"].iter().any(|about| meta.id.starts_with(about)) {
            continue;
        }
        paint(out, &of_severity(Severity::Error), if is_broken { "✗ " } else { "  " })?;
        let style = if is_broken { bold() } else { ColorSpec::new() };
        paint(out, &style, &format!("{:names$}", meta.id))?;
        for (column, (&number, &width)) in row.iter().zip(&widths).enumerate() {
            let style = if column == BROKEN { of_severity(Severity::Error) } else { ColorSpec::new() };
            match number {
                0 => paint(out, &faint(), &format!("  {:>width$}", "·"))?,
                _ => paint(out, &style, &format!("  {number:>width$}"))?,
            }
        }
        writeln!(out)?;
    }
    writeln!(out)
}

fn faint() -> ColorSpec {
    let mut style = ColorSpec::new();
    style.set_dimmed(true);
    style
}

fn row(tally: &Tally) -> [usize; 6] {
    let unknown = tally.unknown.saturating_sub(tally.not_asked);
    [tally.holds, tally.broken, unknown, tally.not_asked, tally.exempt, tally.waived]
}
