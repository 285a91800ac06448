//! An alert pages only so often a week, by its real firing history.

use serde::Deserialize;

use super::noise::{self, Limits};
use crate::diagnostic::Severity;
use crate::evidence::history::frequency;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `noisy-frequent`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoisyFrequent {
    /// Pages a week of an alert whose severity pages.
    paging: Limits,
    /// Of all others.
    others: Limits,
    /// Days of history that a verdict needs.
    days: u32,
}

impl Default for NoisyFrequent {
    fn default() -> Self {
        Self {
            paging: Limits { warning: Some(3.0), error: Some(10.0) },
            others: Limits { warning: Some(10.0), error: Some(50.0) },
            days: 7,
        }
    }
}

impl Configurable for NoisyFrequent {
    const META: Meta = Meta {
        id: "noisy-frequent",
        summary: "an alert pages only so often a week, by its real firing history",
        level: Level::At(Severity::Warning),
        levels: "where the severity pages: warning over 3 a week, error over 10; elsewhere: over 10 and over 50",
        page: include_str!("../../rules/noisy-frequent.md"),
    };
}

impl LintRule for NoisyFrequent {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(judged) = noise::judged(rule, cx, self.days) else { return };
        let Some(pages) = noise::paging(cx) else { return };
        let frequency = frequency(judged.history, judged.found);
        let limits = if pages { &self.paging } else { &self.others };
        let Some(rate) = frequency.per_week else {
            return cx.unanswered("less than a day of the history is covered");
        };
        let Some((severity, limit)) = limits.over(rate) else { return };
        let word = if pages { "pages" } else { "fires" };
        let message = format!("alert `{}` {word} {:.1} times a week", rule.name.value(), rate);
        let diagnostic = cx.report_as(severity, rule.name.span(), message);
        diagnostic.cause("alerts that fire too often").subject("frequency");
        diagnostic.label(format!("more than {limit} a week"));
        judged.draw(diagnostic);
        let otherwise =
            "raise `for` or the threshold, mend what makes it fire, or remove it: nobody can act on so many";
        judged.help(rule, cx, otherwise);
    }
}
