//! The last lines: what was read, what was not, what stayed unknown, and what to do next.

use std::collections::HashMap;
use std::io;

use codespan_reporting::term::termcolor::WriteColor;

use super::{Page, bold, of_severity, paint, wrap};
use crate::diagnostic::Severity;
use crate::lint::Verdict;
use crate::report::{count, safe};

/// Files named, and reasons listed, before the rest is only counted.
const NAMED: usize = 10;
/// Columns before the text of a line.
const INDENT: usize = 13;

/// Writes the last lines; `proposed` says that lines of policy stand above them.
pub(super) fn write(page: &Page<'_>, proposed: bool, out: &mut dyn WriteColor) -> io::Result<()> {
    let mut lines = Lines { width: page.width.saturating_sub(INDENT), out };
    lines.put("read", &read(page))?;
    let summary = &page.report.summary;
    let by_reason = |(reason, n): (&String, &usize)| format!("{n} {}", safe::line(reason));
    if !summary.skipped.is_empty() {
        lines.put("skipped", &summary.skipped.iter().map(by_reason).collect::<Vec<_>>().join(", "))?;
    }
    if !summary.not_checked.is_empty() {
        lines.put("not checked", &summary.not_checked.iter().map(by_reason).collect::<Vec<_>>().join(", "))?;
        let files = summary.not_checked_files.iter().map(|(path, reason, more)| not_checked(path, reason, more));
        lines.list(files.collect(), "file")?;
    }
    let unknown = unknown(page);
    if let Some((first, rest)) = unknown.split_first() {
        lines.put("unknown", first)?;
        lines.list(rest.to_vec(), "reason")?;
    }
    result(page, &mut lines)?;
    if let Some(next) = next(page, proposed) {
        lines.put("next", &next)?;
    }
    Ok(())
}

struct Lines<'o> {
    width: usize,
    out: &'o mut dyn WriteColor,
}

impl Lines<'_> {
    fn title(&mut self, title: &str) -> io::Result<()> {
        paint(self.out, &bold(), &format!("{title:>width$}", width = INDENT - 2))?;
        write!(self.out, "  ")
    }

    fn put(&mut self, title: &str, text: &str) -> io::Result<()> {
        self.title(title)?;
        self.text(text)
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        for (index, line) in wrap(text, self.width).into_iter().enumerate() {
            let indent = if index == 0 { 0 } else { INDENT };
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    fn list(&mut self, items: Vec<String>, what: &str) -> io::Result<()> {
        let more = items.len().saturating_sub(NAMED);
        let rest = (more > 0).then(|| format!("and {}", count(more, &format!("more {what}"))));
        for item in items.into_iter().take(NAMED).chain(rest) {
            write!(self.out, "{:INDENT$}", "")?;
            self.text(&item)?;
        }
        Ok(())
    }
}

fn read(page: &Page<'_>) -> String {
    let summary = &page.report.summary;
    let policy: Vec<_> = summary.policy.iter().map(|path| safe::line(path)).collect();
    let policy = match policy.as_slice() {
        [] => "no policy".to_owned(),
        [one] => format!("policy {one}"),
        several => format!("policies {}", several.join(", ")),
    };
    format!(
        "{}, {} with rules: {}, {} in {}; {policy}",
        count(summary.files, "file"),
        summary.rule_files,
        count(summary.alerts, "alert"),
        count(summary.recording_rules, "recording rule"),
        count(summary.groups, "group"),
    )
}

fn not_checked(path: &str, reason: &str, more: &str) -> String {
    let text = if more.is_empty() { format!("{path}: {reason}") } else { format!("{path}: {reason}: {more}") };
    safe::line(&text).into_owned()
}

/// What could not be told and why, most alerts first; what nobody asked before the rest.
fn unknown(page: &Page<'_>) -> Vec<String> {
    let mut reasons: HashMap<(bool, u16, &str), usize> = HashMap::new();
    for it in
        page.report.alerts.iter().flat_map(|alert| alert.exceptions.iter()).filter(|it| it.verdict == Verdict::Unknown)
    {
        *reasons.entry((!it.not_asked, it.lint, &it.reason)).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by(|((asked, lint, reason), n), (other, m)| {
        (asked, m, lint, reason).cmp(&(&other.0, n, &other.1, &other.2))
    });
    // What is unknown of as many alerts for the same reason is one line, however many lint rules asked.
    let mut lines: Vec<(usize, &str, Vec<&str>)> = Vec::new();
    for ((_, lint, reason), n) in reasons {
        let id = page.report.ran.get(usize::from(lint)).map_or("", |meta| meta.id);
        match lines.iter_mut().find(|(count, why, _)| (*count, *why) == (n, reason)) {
            Some((.., ids)) => ids.push(id),
            None => lines.push((n, reason, vec![id])),
        }
    }
    let line = |(n, reason, ids): (usize, &str, Vec<&str>)| {
        format!("{}, {}: {}", some(&ids), count(n, "alert"), safe::line(reason))
    };
    lines.into_iter().map(line).collect()
}

/// The first lint rules by name, and how many more.
fn some(ids: &[&str]) -> String {
    let shown = ids[..ids.len().min(3)].join(", ");
    if ids.len() > 3 { format!("{shown} and {} more", ids.len() - 3) } else { shown }
}

fn result(page: &Page<'_>, lines: &mut Lines<'_>) -> io::Result<()> {
    let summary = &page.report.summary;
    let waived = page.report.findings.len() - crate::report::open(page.report).count();
    let waived = if waived > 0 { format!("{} waived", count(waived, "finding")) } else { String::new() };
    if page.causes.is_empty() {
        let held = if waived.is_empty() { held(page) } else { format!("{}; {waived}", held(page)) };
        return lines.put("result", &held);
    }
    lines.title("result")?;
    let mut separator = "";
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let n = summary.count(severity);
        if n > 0 {
            write!(lines.out, "{separator}")?;
            paint(lines.out, &of_severity(severity), &count(n, severity.as_str()))?;
            separator = ", ";
        }
    }
    if !waived.is_empty() {
        write!(lines.out, "; {waived}")?;
    }
    writeln!(lines.out)
}

/// What a run without a finding has shown.
fn held(page: &Page<'_>) -> String {
    let alerts = page.report.alerts.len();
    if alerts == 0 {
        return "no alert was read, so none was held to anything".to_owned();
    }
    let verb = if alerts == 1 { "holds" } else { "hold" };
    let rules = page.report.ran.len();
    let unknown: usize = page.report.summary.verdicts.iter().map(|tally| tally.unknown).sum();
    let (held, all) = (count(alerts, "alert"), alerts * rules);
    match unknown {
        0 => format!("{held} {verb} {}", count(rules, "ground rule")),
        1 => format!("{held} {verb} what could be told; 1 of {all} verdicts is unknown"),
        _ => format!("{held} {verb} what could be told; {unknown} of {all} verdicts are unknown"),
    }
}

fn next(page: &Page<'_>, proposed: bool) -> Option<String> {
    let explain = format!("`groundrules explain {}` says why and how", page.causes.first()?.rule);
    let fits = "put the lines above that fit into groundrules.yaml and run again";
    Some(if proposed { format!("{fits}; {explain}") } else { explain })
}
