//! An alert that often begins to hold fires sometimes, by its real firing history.

use serde::Deserialize;

use super::noise;
use crate::diagnostic::Severity;
use crate::evidence::history::quiet;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `pending-only`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PendingOnly {
    /// So many pending episodes without a firing one are a sign.
    episodes: usize,
    /// Days of history that a verdict needs.
    days: u32,
}

impl Default for PendingOnly {
    fn default() -> Self {
        Self { episodes: 20, days: 7 }
    }
}

impl Configurable for PendingOnly {
    const META: Meta = Meta {
        id: "pending-only",
        summary: "an alert that is often pending fires sometimes, by its real firing history",
        level: Level::At(Severity::Note),
        levels: "note where it was pending 20 times and never fired",
        page: include_str!("../../rules/pending-only.md"),
    };
}

impl LintRule for PendingOnly {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(judged) = noise::judged(rule, cx, self.days) else { return };
        if !judged.history.knows_pending() {
            cx.unknown("the history does not tell when alerts were pending");
            return;
        }
        let quiet = quiet(judged.found);
        if quiet.firing > 0 || quiet.pending < self.episodes {
            return;
        }
        let message = format!("alert `{}` was pending {} times and never fired", rule.name.value(), quiet.pending);
        let diagnostic = cx.report(rule.name.span(), message);
        diagnostic.cause("alerts that are only ever pending").subject("pending");
        diagnostic.label("its `for` is longer than all of them");
        judged.draw_pending(diagnostic);
        diagnostic.help("shorten `for` if those were troubles, or raise the threshold if they were none");
    }
}
