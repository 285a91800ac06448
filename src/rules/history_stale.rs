//! The firing history that alerts are judged by is of today, not of last year.

use serde::Deserialize;

use super::noise;
use crate::diagnostic::Severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `history-stale`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryStale {}

impl Configurable for HistoryStale {
    const META: Meta = Meta {
        id: "history-stale",
        summary: "the firing history that an alert is judged by is not old",
        level: Level::At(Severity::Warning),
        levels: "never a finding: *unknown* where the history ended over 14 days ago",
        page: include_str!("../../rules/history-stale.md"),
    };
}

impl LintRule for HistoryStale {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(history) = noise::given(rule, cx) else { return };
        if let Some(why) = noise::stale(history, cx) {
            cx.unanswered(why);
        }
    }
}
