//! `concise`: a finding a line, `path:line:col: level[id] message`, for editors, `grep` and problem matchers.

use std::io::{self, Write};

use super::positions::Positions;
use super::safe::{self, Guard};
use super::shared::Shared;
use crate::lint::report::Report;

/// Writes every finding that no waiver allows; `github` says that a runner reads the output.
pub fn write(report: &Report<'_>, github: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let positions = Positions::new(report.sources);
    let mut out = Guard::new(out, github);
    let shared = Shared::new(report);
    for (index, finding) in super::told(report, &shared) {
        let diagnostic = &finding.diagnostic;
        let path = safe::line(&positions.source(diagnostic.span.source).path);
        let at = positions.start(diagnostic.span);
        let (level, rule, message) = (diagnostic.severity.as_str(), diagnostic.rule, safe::line(&diagnostic.message));
        write!(out, "{path}:{}:{}: {level}[{rule}] {message}", at.line, at.column)?;
        match shared.also(report, index) {
            Some(also) => writeln!(out, " ({})", safe::line(&also))?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}
