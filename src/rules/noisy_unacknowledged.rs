//! Somebody takes up what an alert calls for, by its real firing history.

use serde::Deserialize;

use super::noise::{self, percent};
use crate::diagnostic::Severity;
use crate::evidence::history::unacknowledged;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `noisy-unacknowledged`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoisyUnacknowledged {
    /// Less than this share of acknowledged pages is too little.
    share: f64,
    /// Pages that a verdict needs.
    pages: usize,
    /// Days of history that a verdict needs.
    days: u32,
}

impl Default for NoisyUnacknowledged {
    fn default() -> Self {
        Self { share: 0.3, pages: 5, days: 7 }
    }
}

impl Configurable for NoisyUnacknowledged {
    const META: Meta = Meta {
        id: "noisy-unacknowledged",
        summary: "somebody takes up what an alert calls for, by its real firing history",
        level: Level::At(Severity::Warning),
        levels: "warning where under 30 % of pages are acknowledged; only severities that page",
        page: include_str!("../../rules/noisy-unacknowledged.md"),
    };
}

impl LintRule for NoisyUnacknowledged {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(judged) = noise::acknowledged(rule, cx, self.days) else { return };
        let missed = unacknowledged(judged.found);
        let taken = missed.whole - missed.part;
        if missed.whole < self.pages || 1.0 - missed.value() >= self.share {
            return;
        }
        let message = format!("{taken} of {} pages of alert `{}` were acknowledged", missed.whole, rule.name.value());
        let diagnostic = cx.report(rule.name.span(), message);
        diagnostic.cause("alerts that nobody takes up").subject("unacknowledged");
        diagnostic.label(format!("less than {}", percent(self.share)));
        judged.draw(diagnostic);
        diagnostic.help("what nobody takes up need not call anybody: lower its severity, or remove it");
    }
}
