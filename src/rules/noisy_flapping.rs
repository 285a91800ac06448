//! An alert that ended stays away for a while, by its real firing history.

use serde::Deserialize;

use super::noise::{self, percent};
use crate::diagnostic::Severity;
use crate::evidence::history::{MINUTE, Millis, flapping};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `noisy-flapping`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoisyFlapping {
    /// An episode that begins within so many minutes of the end of the one before is the same trouble again.
    minutes: u32,
    /// More than this share of such episodes is too much.
    share: f64,
    /// Episodes that a verdict needs.
    episodes: usize,
    /// Days on which episodes began that a verdict needs.
    on_days: usize,
    /// Days of history that a verdict needs.
    days: u32,
}

impl Default for NoisyFlapping {
    fn default() -> Self {
        Self { minutes: 15, share: 0.3, episodes: 5, on_days: 3, days: 7 }
    }
}

impl Configurable for NoisyFlapping {
    const META: Meta = Meta {
        id: "noisy-flapping",
        summary: "an alert that ended stays away for a while, by its real firing history",
        level: Level::At(Severity::Warning),
        levels: "where over 30 % of episodes begin within 15 minutes of the one before: error where the severity pages, warning elsewhere",
        page: include_str!("../../rules/noisy-flapping.md"),
    };
}

impl LintRule for NoisyFlapping {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(judged) = noise::judged(rule, cx, self.days) else { return };
        let flaps = flapping(judged.found, Millis::from(self.minutes) * MINUTE);
        let seen = flaps.again.whole >= self.episodes && flaps.days >= self.on_days;
        if !seen || flaps.again.value() <= self.share {
            return;
        }
        let Some(pages) = noise::paging(cx) else { return };
        let severity = if pages { Severity::Error } else { Severity::Warning };
        let (name, minutes, again) = (rule.name.value(), self.minutes, flaps.again);
        let message = format!(
            "{} of {} episodes of alert `{name}` began within {minutes} minutes of the one before",
            again.part, again.whole
        );
        let diagnostic = cx.report_as(severity, rule.name.span(), message);
        diagnostic.cause("alerts that come and go").subject("flapping");
        diagnostic.label(format!("more than {}", percent(self.share)));
        judged.draw(diagnostic);
        judged.help(rule, cx, "add `keep_firing_for`, or compare an average over a longer time");
    }
}
