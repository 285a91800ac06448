//! One entry for each cause: what is wrong, how often, where it begins, and the lines of policy that would settle it.

use std::io;

use codespan_reporting::term::termcolor::{Color, WriteColor};

use super::{Page, bold, colored, heading, of_severity, paint, settle, wrap};
use crate::report::causes::Cause;
use crate::report::{count, safe};

/// Causes listed where not everything is.
const LISTED: usize = 15;

/// Writes the causes, gravest first.
pub(super) fn write(page: &Page<'_>, out: &mut dyn WriteColor) -> io::Result<()> {
    let listed = if page.options.all { page.causes.len() } else { LISTED };
    heading(out, "what is behind the findings, and what groundrules.yaml could say to it")?;
    let mut told = Vec::new();
    for cause in page.causes.iter().take(listed) {
        entry(page, cause, !told.contains(&cause.rule), out)?;
        told.push(cause.rule);
    }
    let rest = page.causes.get(listed..).unwrap_or_default();
    if !rest.is_empty() {
        let findings = rest.iter().map(|cause| cause.findings.len()).sum();
        let (causes, findings) = (count(rest.len(), "more cause"), count(findings, "finding"));
        writeln!(out, "and {causes}, with {findings}; `--all` lists them\n")?;
    }
    Ok(())
}

fn entry(page: &Page<'_>, cause: &Cause, with_policy: bool, out: &mut dyn WriteColor) -> io::Result<()> {
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
    if with_policy {
        for proposal in settle::proposals(page, cause) {
            bullet(page, &safe::line(&proposal.when), out)?;
            for line in safe::lines(&proposal.lines).lines() {
                paint(out, &colored(Color::Green), &format!("      {line}"))?;
                writeln!(out)?;
            }
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
    let what = match cause.alerts {
        Some(alerts) if alerts == findings => all_alerts(page, cause.rule, alerts),
        _ => count(findings, "finding"),
    };
    let mixed: Vec<String> = [(2, "error"), (1, "warning"), (0, "note")]
        .into_iter()
        .filter(|&(severity, _)| cause.severities[severity] > 0)
        .map(|(severity, name)| count(cause.severities[severity], name))
        .collect();
    let mixed = if mixed.len() > 1 { format!(" ({})", mixed.join(", ")) } else { String::new() };
    format!("{what} in {}{mixed}", count(cause.files, "file"))
}

fn all_alerts(page: &Page<'_>, rule: &str, alerts: usize) -> String {
    let summary = &page.report.summary;
    let tally = page.report.ran.iter().position(|meta| meta.id == rule).and_then(|index| summary.verdicts.get(index));
    let concerned = tally.map_or(summary.alerts, |tally| summary.alerts.saturating_sub(tally.exempt));
    match alerts {
        1 => "1 alert".to_owned(),
        _ if alerts == summary.alerts => format!("all {alerts} alerts"),
        _ if alerts == concerned => format!("all {alerts} alerts that it concerns"),
        _ => format!("{alerts} alerts"),
    }
}
