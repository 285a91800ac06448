//! Reports made by hand.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::fingerprint::Fingerprint;
use crate::lint::report::{AlertVerdicts, Concern, Exception, Finding, Report, Suggestion, Summary, Tally, Waived};
use crate::lint::{Level, Meta, Verdict};
use crate::source::{Source, SourceId, Span, TextRange};

/// The lint rules of these reports.
pub(crate) static METAS: [Meta; 5] = [
    meta("yaml-syntax", Severity::Error),
    meta("runbook-missing", Severity::Error),
    meta("runbook-dead", Severity::Error),
    meta("owner-missing", Severity::Warning),
    meta("severity-unknown", Severity::Warning),
];

const fn meta(id: &'static str, severity: Severity) -> Meta {
    Meta { id, summary: "", level: Level::At(severity), levels: "", page: "" }
}

/// A report in the making: files, alerts, then findings.
pub(crate) struct Sample {
    pub(crate) sources: Vec<Source>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) alerts: Vec<AlertVerdicts>,
    pub(crate) suggestions: Vec<Suggestion>,
    pub(crate) summary: Summary,
}

impl Sample {
    pub(crate) fn new() -> Self {
        let summary = Summary::default();
        Self { sources: Vec::new(), findings: Vec::new(), alerts: Vec::new(), suggestions: Vec::new(), summary }
    }

    /// Adds a file; each `- alert: NAME` of it is an alert.
    pub(crate) fn file(&mut self, path: &str, text: &str) -> SourceId {
        let source = SourceId(self.sources.len() as u32);
        for (at, _) in text.match_indices("- alert: ") {
            let start = at + "- alert: ".len();
            let alert = text[start..].lines().next().unwrap_or_default().to_owned();
            self.alerts.push(AlertVerdicts {
                source,
                start: start as u32,
                concern: concern(alert.into()),
                exceptions: Arc::default(),
            });
        }
        self.sources.push(Source::new(path, text));
        source
    }

    /// The first place of `text` in a file, from byte `from` on.
    pub(crate) fn span(&self, source: SourceId, from: usize, text: &str) -> Span {
        let at = self.sources[source.0 as usize].text()[from..].find(text).unwrap() + from;
        Span::new(source, TextRange::new(at as u32, (at + text.len()) as u32))
    }

    /// Adds a finding at the first place of `text`.
    pub(crate) fn find(
        &mut self,
        rule: &'static str,
        severity: Severity,
        file: SourceId,
        text: &str,
        message: &str,
    ) -> &mut Diagnostic {
        let span = self.span(file, 0, text);
        self.at(rule, severity, span, message)
    }

    /// Adds a finding, of the last alert that starts before or with it.
    pub(crate) fn at(&mut self, rule: &'static str, severity: Severity, span: Span, message: &str) -> &mut Diagnostic {
        let alert = self.alerts.iter_mut().rfind(|alert| alert.source == span.source && alert.start <= span.start);
        let concern = alert.as_ref().map(|alert| alert.concern.clone());
        if let Some(alert) = alert {
            except(alert, rule, Verdict::Broken, message.to_owned(), false);
        }
        self.findings.push(Finding {
            diagnostic: Box::new(Diagnostic::new(rule, severity, span, message)),
            concern,
            fingerprint: Fingerprint(self.findings.len() as u64),
            waiver: None,
            evidence: Vec::new(),
            rest: 0,
        });
        &mut self.findings.last_mut().unwrap().diagnostic
    }

    /// Says of every alert that is not broken that it cannot be told.
    pub(crate) fn unknown(&mut self, rule: &str, reason: &'static str, not_asked: bool) {
        for alert in &mut self.alerts {
            except(alert, rule, Verdict::Unknown, reason.to_owned(), not_asked);
        }
    }

    /// What the last finding is about.
    pub(crate) fn concern(&mut self) -> &mut Concern {
        Arc::make_mut(self.findings.last_mut().unwrap().concern.get_or_insert_default())
    }

    /// Waives the last finding.
    pub(crate) fn waive(&mut self, span: Span) {
        let until = jiff::civil::date(2030, 1, 31);
        self.findings.last_mut().unwrap().waiver =
            Some(Box::new(Waived { until, because: "moving the wiki".to_owned(), span }));
    }

    /// The report, with the numbers counted.
    pub(crate) fn report(&self) -> Report<'_> {
        let mut summary = self.summary.clone();
        summary.alerts = self.alerts.len();
        summary.files = self.sources.len();
        summary.rule_files = self.sources.len();
        summary.groups = self.sources.len();
        summary.verdicts = METAS.iter().enumerate().map(|(index, _)| self.tally(index)).collect();
        for finding in self.findings.iter().filter(|finding| finding.waiver.is_none()) {
            summary.findings[finding.diagnostic.severity as usize] += 1;
        }
        Report {
            times: std::collections::BTreeMap::new(),
            sources: &self.sources,
            findings: self.findings.iter().map(copy).collect(),
            alerts: self.alerts.iter().map(copy_alert).collect(),
            ran: METAS.iter().collect(),
            summary,
            suggestions: self.suggestions.clone(),
        }
    }

    fn tally(&self, lint: usize) -> Tally {
        let mut tally = Tally { holds: self.alerts.len(), ..Tally::default() };
        for it in self.alerts.iter().flat_map(|alert| alert.exceptions.iter()).filter(|it| usize::from(it.lint) == lint)
        {
            tally.holds -= 1;
            tally.not_asked += usize::from(it.not_asked);
            *match it.verdict {
                Verdict::Holds => &mut tally.holds,
                Verdict::Broken => &mut tally.broken,
                Verdict::Unknown => &mut tally.unknown,
                Verdict::Waived => &mut tally.waived,
                Verdict::Exempt => &mut tally.exempt,
            } += 1;
        }
        tally
    }
}

fn concern(alert: Arc<str>) -> Arc<Concern> {
    Arc::new(Concern { group: Some("g".into()), alert, owner: None, severity: Some("page".into()) })
}

fn except(alert: &mut AlertVerdicts, rule: &str, verdict: Verdict, reason: String, not_asked: bool) {
    let lint = METAS.iter().position(|meta| meta.id == rule).unwrap() as u16;
    if alert.exceptions.iter().all(|it| it.lint != lint) {
        let exceptions = Arc::make_mut(&mut alert.exceptions);
        exceptions.push(Exception { lint, verdict, reason: reason.into(), not_asked, lacking: not_asked });
        exceptions.sort_by_key(|it| it.lint);
    }
}

fn copy(finding: &Finding) -> Finding {
    Finding {
        diagnostic: finding.diagnostic.clone(),
        concern: finding.concern.clone(),
        fingerprint: finding.fingerprint,
        waiver: finding.waiver.clone(),
        evidence: finding.evidence.clone(),
        rest: finding.rest,
    }
}

fn copy_alert(alert: &AlertVerdicts) -> AlertVerdicts {
    AlertVerdicts { concern: alert.concern.clone(), exceptions: alert.exceptions.clone(), ..*alert }
}
