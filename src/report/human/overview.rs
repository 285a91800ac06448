//! One entry for each cause: what is wrong, how often, where it begins, and the lines of policy that would settle it.

use std::io;

use codespan_reporting::term::termcolor::{Color, WriteColor};

use super::settle::{self, Proposal};
use super::{Page, bold, colored, heading, of_severity, paint, wrap};
use crate::diagnostic::Severity;
use crate::report::causes::Cause;
use crate::report::{count, safe};

/// Causes listed where not everything is.
const LISTED: usize = 15;

/// Writes the causes, gravest first, and says whether lines of policy are among it.
pub(super) fn write(page: &Page<'_>, out: &mut dyn WriteColor) -> io::Result<bool> {
    let listed = if page.options.all { page.causes.len() } else { LISTED };
    heading(
        out,
        "causes, worst first, with the lines of groundrules.yaml that would settle them (write `rules:` once)",
    )?;
    let (mut told, mut proposed) = (Vec::new(), false);
    for cause in page.causes.iter().take(listed) {
        let proposals = if told.contains(&cause.rule) { Vec::new() } else { settle::proposals(page, cause) };
        proposed |= !proposals.is_empty();
        entry(page, cause, &proposals, out)?;
        told.push(cause.rule);
    }
    let rest = page.causes.get(listed..).unwrap_or_default();
    if !rest.is_empty() {
        let findings = rest.iter().map(|cause| cause.findings.len()).sum();
        let (causes, findings) = (count(rest.len(), "more cause"), count(findings, "finding"));
        writeln!(out, "and {causes}, with {findings}; `--all` lists them\n")?;
    }
    Ok(proposed)
}

fn entry(page: &Page<'_>, cause: &Cause, proposals: &[Proposal], out: &mut dyn WriteColor) -> io::Result<()> {
    let severity = cause.severity();
    paint(out, &of_severity(severity), &format!("{}[{}]", severity.as_str(), cause.rule))?;
    paint(out, &bold(), &format!(": {}: {}", safe::line(&cause.text), extent(page, cause)))?;
    writeln!(out)?;
    if let Some(first) = cause.findings.first().map(|&first| page.finding(first).diagnostic.span) {
        let at = page.positions.start(first);
        let path = safe::line(&page.positions.source(first.source).path);
        let kind = if cause.findings.len() == 1 { "at" } else { "first at" };
        paint(out, &colored(Color::Cyan), "  ┌─ ")?;
        writeln!(out, "{kind} {path}:{}:{}", at.line, at.column)?;
    }
    for proposal in proposals {
        bullet(page, &safe::line(&proposal.when), out)?;
        for line in safe::lines(&proposal.lines).lines() {
            paint(out, &colored(Color::Green), &format!("      {line}"))?;
            writeln!(out)?;
        }
    }
    writeln!(out)
}

/// An indented remark, as codespan-reporting writes notes.
fn bullet(page: &Page<'_>, text: &str, out: &mut dyn WriteColor) -> io::Result<()> {
    for (index, line) in wrap(text, page.width - 4).into_iter().enumerate() {
        paint(out, &colored(Color::Cyan), if index == 0 { "  = " } else { "    " })?;
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// `954 alerts in 111 files`, and whether those are all there are.
fn extent(page: &Page<'_>, cause: &Cause) -> String {
    let findings = cause.findings.len();
    let what = match cause.alerts.filter(|&alerts| alerts == findings) {
        Some(alerts) => of_alerts(page, cause, alerts),
        None => format!("{} in", count(findings, "finding")),
    };
    let mixed: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (cause.severities[severity as usize], severity.as_str()))
        .filter(|&(n, _)| n > 0)
        .map(|(n, name)| count(n, name))
        .collect();
    let mixed = if mixed.len() > 1 { format!(" ({})", mixed.join(", ")) } else { String::new() };
    format!("{what} {}{mixed}", count(cause.files, "file"))
}

/// `954 alerts in`; after a cause that begins with the noun, `954 of 1040, in`.
fn of_alerts(page: &Page<'_>, cause: &Cause, alerts: usize) -> String {
    let total = page.report.alerts.len();
    let index = page.report.ran.iter().position(|meta| meta.id == cause.rule);
    let exempt = index.and_then(|index| page.report.summary.verdicts.get(index)).map_or(0, |tally| tally.exempt);
    let named = cause.text.starts_with("alerts ");
    let number = if named { alerts.to_string() } else { count(alerts, "alert") };
    match alerts {
        _ if alerts > 1 && alerts == total => format!("all {number}, in"),
        _ if alerts > 1 && alerts == total.saturating_sub(exempt) => format!("all {number} that it concerns, in"),
        _ if named => format!("{number} of {total}, in"),
        _ => format!("{number} in"),
    }
}
