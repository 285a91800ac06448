//! An alert ends, by its real firing history.

use serde::Deserialize;

use super::noise::{self, days, percent};
use crate::diagnostic::Severity;
use crate::evidence::history::{DAY, Millis, stuck};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `noisy-stuck`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoisyStuck {
    /// Firing for this share of the time or more is too much.
    share: f64,
    /// Firing for more than so many days at once is too much.
    at_once: u32,
    /// Days of history that a verdict needs.
    days: u32,
}

impl Default for NoisyStuck {
    fn default() -> Self {
        Self { share: 0.9, at_once: 7, days: 7 }
    }
}

impl Configurable for NoisyStuck {
    const META: Meta = Meta {
        id: "noisy-stuck",
        summary: "an alert ends, by its real firing history",
        level: Level::At(Severity::Warning),
        levels: "where it fires 90 % of the time or over 7 days at once: error where the severity pages, warning elsewhere",
        page: include_str!("../../rules/noisy-stuck.md"),
    };
}

impl LintRule for NoisyStuck {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(judged) = noise::judged(rule, cx, self.days) else { return };
        let stuck = stuck(judged.history, judged.found);
        let most = Millis::from(self.at_once) * DAY;
        if stuck.share < self.share && stuck.longest <= most {
            return;
        }
        let Some(pages) = noise::paging(cx) else { return };
        let severity = if pages { Severity::Error } else { Severity::Warning };
        let message = format!("alert `{}` fires {} of the time", rule.name.value(), percent(stuck.share));
        let diagnostic = cx.report_as(severity, rule.name.span(), message);
        diagnostic.cause("alerts that do not end").subject("stuck");
        diagnostic.label(if stuck.longest > most {
            format!("for {} at once", days(stuck.longest))
        } else {
            format!("{} or more", percent(self.share))
        });
        judged.draw(diagnostic);
        diagnostic.note("an alert that always fires hides the next trouble, and nobody looks at it any more");
        diagnostic.help("mend what makes it fire, raise the threshold, or remove it");
    }
}
