//! The firing history that alerts are judged by is long enough.

use serde::Deserialize;

use super::noise;
use crate::diagnostic::Severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `history-insufficient`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HistoryInsufficient {
    /// Days of history that an alert should have.
    days: u32,
}

impl Default for HistoryInsufficient {
    fn default() -> Self {
        Self { days: 7 }
    }
}

impl Configurable for HistoryInsufficient {
    const META: Meta = Meta {
        id: "history-insufficient",
        summary: "the firing history that an alert is judged by is long enough",
        level: Level::At(Severity::Warning),
        levels: "never a finding: *unknown* where under 7 days are covered, or the alert was changed since",
        page: include_str!("../../rules/history-insufficient.md"),
    };
}

impl LintRule for HistoryInsufficient {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        // All that keeps the others from a verdict is what this one is about.
        let _ = noise::judged(rule, cx, self.days);
    }
}
