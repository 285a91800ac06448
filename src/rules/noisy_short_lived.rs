//! An alert lasts long enough for a person to act on it, by its real firing history.

use serde::Deserialize;

use super::noise::{self, Limits, percent};
use crate::diagnostic::Severity;
use crate::evidence::history::{MINUTE, Millis, short_lived};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `noisy-short-lived`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoisyShortLived {
    /// A page that ends within so many minutes is short.
    minutes: u32,
    /// The share of short pages of an alert whose severity pages.
    paging: Limits,
    /// Of all others.
    others: Limits,
    /// Days of history that a verdict needs.
    days: u32,
}

impl Default for NoisyShortLived {
    fn default() -> Self {
        Self {
            minutes: 10,
            paging: Limits { warning: Some(0.5), error: Some(0.8) },
            others: Limits { warning: Some(0.8), error: None },
            days: 7,
        }
    }
}

impl Configurable for NoisyShortLived {
    const META: Meta = Meta {
        id: "noisy-short-lived",
        summary: "an alert lasts long enough to act on it, by its real firing history",
        level: Level::At(Severity::Warning),
        levels: "where the severity pages: warning where over 50 % end within 10 minutes, error over 80 %; elsewhere: warning over 80 %",
        page: include_str!("../../rules/noisy-short-lived.md"),
    };
}

impl LintRule for NoisyShortLived {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(judged) = noise::judged(rule, cx, self.days) else { return };
        let Some(pages) = noise::paging(cx) else { return };
        let short = short_lived(judged.found, Millis::from(self.minutes) * MINUTE);
        let limits = if pages { &self.paging } else { &self.others };
        let Some((severity, limit)) = limits.over(short.at_least()) else { return };
        let (name, minutes) = (rule.name.value(), self.minutes);
        let message =
            format!("{} of {} pages of alert `{name}` ended within {minutes} minutes", short.part, short.whole);
        let diagnostic = cx.report_as(severity, rule.name.span(), message);
        diagnostic.cause("alerts that end before anybody can act").subject("short-lived");
        diagnostic.label(format!("surely more than {}", percent(limit)));
        judged.draw(diagnostic);
        judged.help(rule, cx, "raise `for`, or watch something that stays: what ends by itself needs nobody");
    }
}
