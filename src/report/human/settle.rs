//! The lines of policy that settle a cause: the short way from a first run to a policy.

use super::Page;
use crate::report::causes::Cause;

/// Lines of policy.
pub(super) struct Proposal {
    /// When to take them, in words that lead to the lines.
    pub(super) when: String,
    pub(super) lines: String,
}

/// Lint rules that judge what Prometheus itself refuses: no policy settles these.
const MENDED_IN_FILES: [&str; 4] = ["yaml-syntax", "rule-structure", "promql-syntax", "template-syntax"];

/// Lint rules that a policy can teach what it needs to know: when, and lines to adapt.
const TEACH: [(&str, &str, &str); 4] = [
    ("owner-missing", "if another key names the owner, say which:", "owner: {labels: [YOUR_KEY]}"),
    ("severity-missing", "if another label holds the severity, say which:", "severity: {labels: [YOUR_KEY]}"),
    ("severity-unknown", "if these are your words, list them:", "severity: {values: [YOUR, WORDS]}"),
    ("runbook-missing", "if another key links the runbook, say which:", "runbook: {annotations: [YOUR_KEY]}"),
];

/// What would settle a cause: what the alerts themselves suggest, else what the lint rule can be taught; and, where it is more
/// than a slip, how to do without the rule.
pub(super) fn proposals(page: &Page<'_>, cause: &Cause) -> Vec<Proposal> {
    if MENDED_IN_FILES.contains(&cause.rule) {
        return Vec::new();
    }
    let suggested = page.report.suggestions.iter().filter(|suggestion| suggestion.lint == cause.rule);
    let mut proposals: Vec<Proposal> = suggested
        .map(|it| Proposal {
            when: format!("{} of {} alerts carry `{}`; if that says it:", it.alerts, it.of, it.key),
            lines: it.policy.trim_end().to_owned(),
        })
        .collect();
    if proposals.is_empty() {
        let taught = TEACH.iter().filter(|(id, ..)| *id == cause.rule);
        proposals.extend(taught.map(|&(_, when, lines)| Proposal { when: when.to_owned(), lines: lines.to_owned() }));
    }
    if cause.findings.len() > 1 && page.report.ran.iter().any(|meta| meta.id == cause.rule) {
        let when = if proposals.is_empty() { "to do without this rule:" } else { "or to do without this rule:" };
        let lines = format!("rules:\n  {}: off", cause.rule);
        proposals.push(Proposal { when: when.to_owned(), lines });
    }
    proposals
}
