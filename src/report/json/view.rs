//! The numbers of a report as the machine formats show them: keys, order and shapes.

use std::fmt::Display;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::lint::report::{Report, Summary, Tally};
use crate::report::safe;

/// A text without the secrets in its addresses.
pub struct Safe<'a>(pub &'a str);

impl Serialize for Safe<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&safe::redact(self.0))
    }
}

/// Something serialised on the way, entry by entry.
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

/// Who wrote it.
#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

pub(super) const TOOL: Tool = Tool { name: "groundrules", version: env!("CARGO_PKG_VERSION") };

/// The numbers.
pub(super) struct SummaryView<'a>(pub(super) &'a Report<'a>);

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
