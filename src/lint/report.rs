//! What a run found: everything that a writer of any format needs, sorted.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::fingerprint::Fingerprint;
use super::{Meta, Verdict};
use crate::diagnostic::{Diagnostic, Severity, Words};
use crate::source::{Source, SourceId, Span};

/// The result of a run.
#[derive(Debug)]
pub struct Report<'a> {
    /// The texts that spans point into.
    pub sources: &'a [Source],
    /// Everything that was found, sorted by file, start and lint rule; waived findings too.
    pub findings: Vec<Finding>,
    /// Every alert that was read, in file order, with what is not plainly held.
    pub alerts: Vec<AlertVerdicts>,
    /// The lint rules that ran, in the order of the list.
    pub ran: Vec<&'static Meta>,
    /// Numbers.
    pub summary: Summary,
    /// When the evidence behind verdicts was taken, where it has a time.
    pub times: Times,
    /// Keys that look like an owner's or a severity's, with the number of alerts that carry them; only on whole runs, and where
    /// [`super::suggestions`] was asked for them.
    pub suggestions: Vec<Suggestion>,
}

/// Seconds since 1970, by source, start of the alert's name, and index into [`Report::ran`].
pub type Times = BTreeMap<(u32, u32, u16), i64>;

/// One finding and whom it concerns.
#[derive(Debug)]
pub struct Finding {
    /// What is wrong.
    pub diagnostic: Box<Diagnostic>,
    /// The rule it is about.
    pub concern: Option<Arc<Concern>>,
    /// The same for the same finding in a later state of the file.
    pub fingerprint: Fingerprint,
    /// The waiver that allows it.
    pub waiver: Option<Box<Waived>>,
    /// Facts the finding rests on.
    pub evidence: Vec<(String, String)>,
    /// How many findings that are not listed it stands for; 0 for what was found at its place.
    pub rest: usize,
}

/// A rule as reports name it; shared by all that is said of it.
#[derive(Clone, Default, Debug)]
pub struct Concern {
    /// Name of the rule group.
    pub group: Option<Arc<str>>,
    /// Name of the alert or of the recording rule.
    pub alert: Arc<str>,
    /// Its owner.
    pub owner: Option<Arc<str>>,
    /// Its severity.
    pub severity: Option<Arc<str>>,
}

/// Why a finding is allowed for now.
#[derive(Clone, Debug)]
pub struct Waived {
    /// The last day.
    pub until: Date,
    /// The reason.
    pub because: String,
    /// The waiver.
    pub span: Span,
}

/// An alert and the lint rules that it does not plainly hold.
#[derive(Debug)]
pub struct AlertVerdicts {
    /// Its file.
    pub source: SourceId,
    /// Start of its name in the file.
    pub start: u32,
    /// What it is called, and whose it is.
    pub concern: Arc<Concern>,
    /// What is not `holds`, by index into [`Report::ran`], in that order; shared by alerts of which it is all the same.
    pub exceptions: Arc<Vec<Exception>>,
}

/// A verdict other than `holds`.
#[derive(Clone, PartialEq, Debug)]
pub struct Exception {
    /// Index into [`Report::ran`].
    pub lint: u16,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Words,
    /// Whether it is unknown because nobody asked.
    pub not_asked: bool,
    /// Whether it is unknown for want of evidence: nobody asked, or nobody answered.
    pub lacking: bool,
}

/// How many alerts came to which verdict under one lint rule.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Tally {
    /// Alerts that hold.
    pub holds: usize,
    /// Alerts with a finding.
    pub broken: usize,
    /// Alerts of which it cannot be told, those nobody asked about included.
    pub unknown: usize,
    /// Alerts whose findings are waived.
    pub waived: usize,
    /// Alerts that the ground rule does not concern.
    pub exempt: usize,
    /// Alerts of which it is unknown because nobody asked.
    pub not_asked: usize,
}

/// The numbers of a run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The policies that were in force, as paths.
    pub policy: Vec<String>,
    /// Files looked at.
    pub files: usize,
    /// Files with at least one rule.
    pub rule_files: usize,
    /// Rule groups.
    pub groups: usize,
    /// Alerting rules.
    pub alerts: usize,
    /// Recording rules.
    pub recording_rules: usize,
    /// Files recognised as something that is not checked by intent, by reason.
    pub skipped: BTreeMap<String, usize>,
    /// Files that should have been checked and were not, by reason.
    pub not_checked: BTreeMap<String, usize>,
    /// The files that were not checked: path, reason, more.
    pub not_checked_files: Vec<(String, String, String)>,
    /// Verdicts by lint rule, in the order of [`Report::ran`].
    pub verdicts: Vec<Tally>,
    /// Verdicts that are unknown for want of evidence: nobody was asked, or nobody answered.
    pub lacking: usize,
    /// Findings that are not waived, by severity: notes, warnings, errors.
    pub findings: [usize; 3],
}

/// A key that most alerts carry where the policy's own is missing.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The lint rule that it would settle.
    pub lint: &'static str,
    /// The key.
    pub key: String,
    /// Alerts that carry it.
    pub alerts: usize,
    /// Alerts in all.
    pub of: usize,
    /// Lines of policy that would say it.
    pub policy: String,
}

impl Finding {
    /// A finding that concerns no alert yet.
    #[must_use]
    pub fn new(diagnostic: Box<Diagnostic>) -> Self {
        let fingerprint = Fingerprint::default();
        Self { diagnostic, concern: None, fingerprint, waiver: None, evidence: Vec::new(), rest: 0 }
    }

    /// Name of the rule group.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.concern.as_ref()?.group.as_deref()
    }

    /// Name of the alert or of the recording rule.
    #[must_use]
    pub fn alert(&self) -> Option<&str> {
        self.concern.as_ref().map(|concern| &*concern.alert)
    }

    /// Its owner.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.concern.as_ref()?.owner.as_deref()
    }

    /// Its severity.
    #[must_use]
    pub fn severity(&self) -> Option<&str> {
        self.concern.as_ref()?.severity.as_deref()
    }

    /// The offending text; where none was named the message says enough.
    #[must_use]
    pub fn subject(&self) -> &str {
        if self.diagnostic.subject.is_empty() { &self.diagnostic.message } else { &self.diagnostic.subject }
    }
}

impl Summary {
    /// Counts verdicts and findings anew.
    pub(super) fn judge(&mut self, findings: &[Finding], alerts: &[AlertVerdicts]) {
        self.findings = [0; 3];
        for finding in findings.iter().filter(|finding| finding.waiver.is_none()) {
            self.findings[finding.diagnostic.severity as usize] += 1;
        }
        self.verdicts.fill(Tally { holds: alerts.len(), ..Tally::default() });
        self.lacking = 0;
        // Of neighbours it is often all the same.
        for alike in alerts.chunk_by(|a, b| Arc::ptr_eq(&a.exceptions, &b.exceptions)) {
            let alerts = alike.len();
            for exception in alike.first().iter().flat_map(|alert| alert.exceptions.iter()) {
                let Some(tally) = self.verdicts.get_mut(exception.lint as usize) else { continue };
                tally.holds -= alerts;
                tally.not_asked += if exception.not_asked { alerts } else { 0 };
                self.lacking += if exception.lacking { alerts } else { 0 };
                match exception.verdict {
                    Verdict::Holds => tally.holds += alerts,
                    Verdict::Broken => tally.broken += alerts,
                    Verdict::Unknown => tally.unknown += alerts,
                    Verdict::Waived => tally.waived += alerts,
                    Verdict::Exempt => tally.exempt += alerts,
                }
            }
        }
    }

    /// Number of findings of a severity that are not waived.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings[severity as usize]
    }

    /// Whether there is a finding of `severity` or a graver one that is not waived.
    #[must_use]
    pub fn fails(&self, severity: Severity) -> bool {
        self.findings.iter().skip(severity as usize).any(|&count| count > 0)
    }

    /// Whether a lint rule asked for evidence that was not to be had.
    #[must_use]
    pub fn evidence_missing(&self) -> bool {
        self.lacking > 0
    }

    /// Whether everything that should have been checked was.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.not_checked.is_empty()
    }
}

impl<'a> Report<'a> {
    /// A report of nothing but mistakes of policies.
    #[must_use]
    pub fn of_mistakes(sources: &'a [Source], mistakes: &[Diagnostic]) -> Self {
        let findings: Vec<_> = mistakes.iter().map(|mistake| Finding::new(Box::new(mistake.clone()))).collect();
        let summary = Summary { findings: [0, 0, findings.len()], ..Summary::default() };
        Self {
            sources,
            findings,
            alerts: Vec::new(),
            ran: Vec::new(),
            summary,
            times: Times::new(),
            suggestions: Vec::new(),
        }
    }

    /// Leaves only what concerns one owner.
    pub fn narrow(&mut self, owner: &str) {
        // Whose findings are not listed is not known.
        self.findings.retain(|finding| finding.owner() == Some(owner) || finding.rest > 0);
        self.alerts.retain(|alert| alert.concern.owner.as_deref() == Some(owner));
        self.suggestions.clear();
        self.summary.judge(&self.findings, &self.alerts);
    }

    /// The text a span points into.
    #[must_use]
    pub fn source(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }
}
