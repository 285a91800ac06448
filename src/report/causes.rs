//! Findings that have one cause: a thousand alerts without an owner are one thing to mend, not a thousand.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::report::{Finding, Report};
use crate::source::{SourceId, Span};

/// Findings of one lint rule and one cause.
#[derive(Debug)]
pub(super) struct Cause {
    /// Id of the lint rule.
    pub(super) rule: &'static str,
    /// What they have in common.
    pub(super) text: String,
    /// The findings, by index into those of the report, in order.
    pub(super) findings: Vec<usize>,
    /// How many of them are notes, warnings, errors.
    pub(super) severities: [usize; 3],
    /// Number of files they are in.
    pub(super) files: usize,
    /// Number of alerts they are about, where each is about one.
    pub(super) alerts: Option<usize>,
}

impl Cause {
    /// The gravest severity of its findings.
    pub(super) fn severity(&self) -> Severity {
        let [_, warnings, errors] = self.severities;
        match (errors, warnings) {
            (0, 0) => Severity::Note,
            (0, _) => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

/// The causes of all findings that no waiver allows: those with most errors first, then with most warnings, then with most notes.
pub(super) fn causes(report: &Report<'_>) -> Vec<Cause> {
    let mut places: HashMap<(&str, String), usize> = HashMap::new();
    let mut causes: Vec<Cause> = Vec::new();
    for (index, finding) in report.findings.iter().enumerate().filter(|(_, finding)| finding.waiver.is_none()) {
        let Diagnostic { rule, severity, message, .. } = &*finding.diagnostic;
        let cause = &finding.diagnostic.advice().cause;
        let text = if cause.is_empty() { shape(message) } else { cause.to_string() };
        let place = *places.entry((rule, text.clone())).or_insert_with(|| {
            causes.push(Cause { rule, text, findings: Vec::new(), severities: [0; 3], files: 0, alerts: None });
            causes.len() - 1
        });
        causes[place].severities[*severity as usize] += 1;
        causes[place].findings.push(index);
    }
    let alerts = Alerts::new(report);
    for cause in &mut causes {
        finish(cause, report, &alerts);
    }
    causes.sort_by_key(|cause| {
        let [notes, warnings, errors] = cause.severities;
        Reverse([errors, warnings, notes])
    });
    causes
}

fn finish(cause: &mut Cause, report: &Report<'_>, alerts: &Alerts<'_>) {
    let findings = || cause.findings.iter().map(|&index| &report.findings[index]);
    let messages: HashSet<&str> = findings().map(|finding| finding.diagnostic.message.as_str()).collect();
    let only = findings().next().filter(|first| first.diagnostic.advice().cause.is_empty() && messages.len() == 1);
    let text = only.map(|first| first.diagnostic.message.clone());
    cause.files = findings().map(|finding| finding.diagnostic.span.source).collect::<HashSet<_>>().len();
    let concerned: Option<HashSet<_>> = findings().map(|finding| alerts.of(finding)).collect();
    cause.alerts = concerned.map(|concerned| concerned.len());
    cause.text = text.unwrap_or_else(|| std::mem::take(&mut cause.text));
}

/// A message with what differs from alert to alert taken out: what stands in backticks, and numbers.
fn shape(message: &str) -> String {
    let mut shape = String::with_capacity(message.len());
    for (index, part) in message.split('`').enumerate() {
        if index % 2 == 1 {
            shape.push_str("`…`");
        } else {
            push_without_numbers(&mut shape, part);
        }
    }
    shape
}

fn push_without_numbers(shape: &mut String, part: &str) {
    let mut before = false;
    for c in part.chars() {
        let is_number = c.is_ascii_digit() || before && c == '.';
        if !is_number {
            shape.push(c);
        } else if !before {
            shape.push('…');
        }
        before = is_number;
    }
}

/// Finds the alert that a finding is about.
struct Alerts<'r> {
    starts: HashMap<(SourceId, &'r str), Vec<u32>>,
}

impl<'r> Alerts<'r> {
    fn new(report: &'r Report<'_>) -> Self {
        let mut starts: HashMap<_, Vec<u32>> = HashMap::new();
        for alert in &report.alerts {
            starts.entry((alert.source, &*alert.concern.alert)).or_default().push(alert.start);
        }
        for starts in starts.values_mut() {
            starts.sort_unstable();
        }
        Self { starts }
    }

    /// Of the alerts of that name in the file, the last that starts before the finding, else the first.
    fn of(&self, finding: &Finding) -> Option<(SourceId, u32)> {
        let Span { source, start, .. } = finding.diagnostic.span;
        let starts = self.starts.get(&(source, finding.alert()?))?;
        let next = starts.partition_point(|&alert| alert <= start);
        starts.get(next.saturating_sub(1)).map(|&start| (source, start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Sample;

    #[test]
    fn takes_names_and_numbers_out_of_messages() {
        assert_eq!(shape("alert `A 1` fired 14.5 times in 28 days"), "alert `…` fired … times in … days");
    }

    #[test]
    fn one_error_among_many_notes_comes_after_two_errors() {
        let mut sample = Sample::new();
        let file = sample.file("a.yaml", "x\n");
        for (text, severity, times) in
            [("mixed", Severity::Note, 9), ("mixed", Severity::Error, 1), ("two", Severity::Error, 2)]
        {
            for _ in 0..times {
                sample.find("yaml-syntax", severity, file, "x", "odd").cause(text);
            }
        }
        let report = sample.report();
        assert_eq!(causes(&report).iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["two", "mixed"]);
    }

    #[test]
    fn groups_by_cause_and_counts_alerts_of_one_name_apart() {
        let mut sample = Sample::new();
        let file = sample.file("a.yaml", "- alert: A\n  x: 1\n- alert: A\n  x: 2\n");
        sample.find("severity-unknown", Severity::Warning, file, "x: 1", "no `x: 1`");
        sample.find("severity-unknown", Severity::Warning, file, "x: 2", "no `x: 2`");
        sample.find("yaml-syntax", Severity::Note, file, "x: 2", "odd");
        sample.find("runbook-missing", Severity::Error, file, "A\n", "alert `A` links no runbook").cause("no runbook");
        let report = sample.report();
        let causes: Vec<_> = causes(&report).into_iter().map(|it| (it.text, it.findings.len(), it.alerts)).collect();
        let text = |text: &str| text.to_owned();
        assert_eq!(causes, [(text("no runbook"), 1, Some(1)), (text("no `…`"), 2, Some(2)), (text("odd"), 1, Some(1))]);
    }
}
