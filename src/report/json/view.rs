//! The report as the machine formats show it: keys, order and shapes.

use std::fmt::Display;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::diagnostic;
use crate::lint::report::{Finding, Report, Summary, Tally, Waived};
use crate::report::positions::Positions;
use crate::report::safe;
use crate::source::Span;

const SCHEMA_VERSION: u32 = 1;

/// A text without the secrets in its addresses.
pub struct Safe<'a>(pub &'a str);

impl Serialize for Safe<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&safe::redact(self.0))
    }
}

/// A value as the text that it shows itself as.
struct Shown<T>(T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Something serialised on the way, item by item.
struct Each<F>(F);

impl<T: Serialize, I: Iterator<Item = T>, F: Fn() -> I> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// The same as an object.
struct Entries<F>(F);

impl<K: Display, V: Serialize, I: Iterator<Item = (K, V)>, F: Fn() -> I> Serialize for Entries<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in (self.0)() {
            map.serialize_entry(&key.to_string(), &value)?;
        }
        map.end()
    }
}

/// The whole document.
pub(super) struct Document<'a> {
    report: &'a Report<'a>,
    positions: &'a Positions<'a>,
}

impl<'a> Document<'a> {
    pub(super) fn new(report: &'a Report<'a>, positions: &'a Positions<'a>) -> Self {
        Self { report, positions }
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Document", 4)?;
        document.serialize_field("schema_version", &SCHEMA_VERSION)?;
        document.serialize_field("tool", &Tool { name: "groundrules", version: env!("CARGO_PKG_VERSION") })?;
        document.serialize_field("summary", &SummaryView(self.report))?;
        let diagnostics = || self.report.findings.iter().map(|finding| Diagnostic::new(finding, self.positions));
        document.serialize_field("diagnostics", &Each(diagnostics))?;
        document.end()
    }
}

/// The last line of `jsonl`.
#[derive(Serialize)]
pub(super) struct SummaryLine<'a> {
    summary: SummaryView<'a>,
}

impl<'a> SummaryLine<'a> {
    pub(super) fn new(report: &'a Report<'a>) -> Self {
        Self { summary: SummaryView(report) }
    }
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

struct SummaryView<'a>(&'a Report<'a>);

impl Serialize for SummaryView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(Report { summary, ran, .. }) = self;
        let mut object = serializer.serialize_struct("Summary", 11)?;
        object.serialize_field("policy", &summary.policy)?;
        object.serialize_field("files", &summary.files)?;
        object.serialize_field("rule_files", &summary.rule_files)?;
        object.serialize_field("groups", &summary.groups)?;
        object.serialize_field("alerts", &summary.alerts)?;
        object.serialize_field("recording_rules", &summary.recording_rules)?;
        object.serialize_field("skipped", &summary.skipped)?;
        object.serialize_field("not_checked", &summary.not_checked)?;
        let verdicts = || ran.iter().zip(&summary.verdicts).map(|(meta, tally)| (meta.id, Verdicts::new(*tally)));
        object.serialize_field("verdicts", &Entries(verdicts))?;
        object.serialize_field("findings", &Findings::new(summary))?;
        object.serialize_field("complete", &summary.complete())?;
        object.end()
    }
}

#[derive(Serialize)]
struct Verdicts {
    holds: usize,
    broken: usize,
    unknown: usize,
    waived: usize,
    exempt: usize,
}

impl Verdicts {
    fn new(Tally { holds, broken, unknown, waived, exempt, .. }: Tally) -> Self {
        Self { holds, broken, unknown, waived, exempt }
    }
}

#[derive(Serialize)]
struct Findings {
    error: usize,
    warning: usize,
    note: usize,
}

impl Findings {
    fn new(summary: &Summary) -> Self {
        let [note, warning, error] = summary.findings;
        Self { error, warning, note }
    }
}

/// One finding.
pub(super) struct Diagnostic<'a> {
    finding: &'a Finding,
    positions: &'a Positions<'a>,
}

impl<'a> Diagnostic<'a> {
    pub(super) fn new(finding: &'a Finding, positions: &'a Positions<'a>) -> Self {
        Self { finding, positions }
    }

    fn path(&self, span: Span) -> &'a str {
        &self.positions.source(span.source).path
    }

    /// What stands at the finding's own place, then the further places.
    fn labels(&self) -> impl Iterator<Item = Label<'a>> + use<'a, '_> {
        let diagnostic = &self.finding.diagnostic;
        let own = (!diagnostic.label.is_empty()).then_some((diagnostic.span, &*diagnostic.label));
        let related = diagnostic.related.iter().map(|label| (label.span, label.message.as_str()));
        own.into_iter().chain(related).map(|(span, message)| Label {
            file: self.path(span),
            span: Place::new(span, self.positions),
            message: Safe(message),
        })
    }

    /// The fix, unless it would write a secret: half of one must not be applied, the whole not shown.
    fn fix(&self) -> Option<Fix<'a>> {
        let fix = self.finding.diagnostic.fix.as_ref().filter(|fix| !fix.clashes)?;
        let is_open = fix.edits.iter().all(|edit| safe::redact(&edit.text) == edit.text);
        is_open.then(|| Fix {
            safe: fix.safe,
            edits: fix.edits.iter().map(|edit| Edit::new(edit, self.path(edit.span))).collect(),
        })
    }
}

impl Serialize for Diagnostic<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Finding { diagnostic, evidence, .. } = self.finding;
        let mut object = serializer.serialize_struct("Diagnostic", 16)?;
        object.serialize_field("rule", diagnostic.rule)?;
        object.serialize_field("level", diagnostic.severity.as_str())?;
        object.serialize_field("message", &Safe(&diagnostic.message))?;
        object.serialize_field("file", self.path(diagnostic.span))?;
        object.serialize_field("span", &Place::new(diagnostic.span, self.positions))?;
        object.serialize_field("labels", &Each(|| self.labels()))?;
        object.serialize_field("notes", &Each(|| diagnostic.notes.iter().map(|note| Safe(note))))?;
        object.serialize_field("help", &Each(|| diagnostic.help.iter().map(|help| Safe(help))))?;
        object.serialize_field("fix", &self.fix())?;
        object.serialize_field("group", &self.finding.group.as_deref().map(Safe))?;
        object.serialize_field("alert", &self.finding.alert.as_deref().map(Safe))?;
        object.serialize_field("owner", &self.finding.owner.as_deref().map(Safe))?;
        object.serialize_field("severity", &self.finding.severity.as_deref().map(Safe))?;
        object.serialize_field("fingerprint", &Shown(self.finding.fingerprint))?;
        let facts = || evidence.iter().map(|(key, value)| (key, Safe(value)));
        object.serialize_field("evidence", &(!evidence.is_empty()).then_some(Entries(facts)))?;
        let waiver = self.finding.waiver.as_ref().map(|waiver| Waiver::new(waiver, self.positions));
        object.serialize_field("waiver", &waiver)?;
        object.end()
    }
}

#[derive(Serialize)]
struct Label<'a> {
    file: &'a str,
    span: Place,
    message: Safe<'a>,
}

#[derive(Serialize)]
struct Place {
    start: u32,
    end: u32,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl Place {
    fn new(span: Span, positions: &Positions<'_>) -> Self {
        let (start, end) = (positions.start(span), positions.end(span));
        Self {
            start: span.start,
            end: span.end,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

#[derive(Serialize)]
struct Fix<'a> {
    safe: bool,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    file: &'a str,
    start: u32,
    end: u32,
    text: &'a str,
}

impl<'a> Edit<'a> {
    fn new(edit: &'a diagnostic::Edit, file: &'a str) -> Self {
        Self { file, start: edit.span.start, end: edit.span.end, text: &edit.text }
    }
}

#[derive(Serialize)]
struct Waiver<'a> {
    until: String,
    because: Safe<'a>,
    span: Place,
}

impl<'a> Waiver<'a> {
    fn new(waived: &'a Waived, positions: &Positions<'_>) -> Self {
        Self {
            until: waived.until.to_string(),
            because: Safe(&waived.because),
            span: Place::new(waived.span, positions),
        }
    }
}
