//! An alert does not call people out of their free time for what nobody acts on, by its real firing history.

use serde::Deserialize;

use super::noise::{self, percent};
use crate::diagnostic::Severity;
use crate::evidence::history::off_hours;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `noisy-off-hours`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoisyOffHours {
    /// More than this share of pages outside of working hours that nobody acknowledged is too much.
    share: f64,
    /// Pages that a verdict needs.
    pages: usize,
    /// Days of history that a verdict needs.
    days: u32,
}

impl Default for NoisyOffHours {
    fn default() -> Self {
        Self { share: 0.5, pages: 5, days: 7 }
    }
}

impl Configurable for NoisyOffHours {
    const META: Meta = Meta {
        id: "noisy-off-hours",
        summary: "an alert calls nobody at night for what nobody acts on, by its real firing history",
        level: Level::At(Severity::Warning),
        levels: "warning where over 50 % of pages come at night or at weekends and are never acknowledged; only severities that page",
        page: include_str!("../../rules/noisy-off-hours.md"),
    };
}

impl LintRule for NoisyOffHours {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(judged) = noise::acknowledged(rule, cx, self.days) else { return };
        let owner = cx.facts().and_then(|facts| facts.owner.known()).map(|owner| &*owner.value);
        let rotation = &cx.setup().rotation;
        let Some(hours) = rotation.hours(owner) else {
            cx.unknown("the policy does not say in which time zone the team works: `rotation.time_zone` does");
            return;
        };
        let off = off_hours(judged.found, &hours);
        if off.whole < self.pages || off.value() <= self.share {
            return;
        }
        let name = rule.name.value();
        let message = format!(
            "{} of {} pages of alert `{name}` came outside of working hours and were never acknowledged",
            off.part, off.whole
        );
        let hours = rotation.described(owner);
        let diagnostic = cx.report(rule.name.span(), message);
        diagnostic.cause("alerts that wake people for nothing").subject("off-hours");
        diagnostic.label(format!("more than {}", percent(self.share)));
        diagnostic.note(format!("people work from {hours}"));
        judged.draw(diagnostic);
        diagnostic
            .help("give it a severity that waits for the morning, or mute its route with `active_time_intervals`");
    }
}
