//! An alert says something that no other already says, by its real firing history.

use serde::Deserialize;

use super::noise::{self, percent};
use crate::diagnostic::Severity;
use crate::lint::patterns::Within;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `noisy-redundant`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoisyRedundant {
    /// This share of pages inside those of another alert, or more, makes it redundant; not less than 0.9.
    share: f64,
    /// Pages that a verdict needs; not less than 5.
    pages: usize,
    /// Days of history that a verdict needs.
    days: u32,
}

impl Default for NoisyRedundant {
    fn default() -> Self {
        Self { share: 0.9, pages: 5, days: 7 }
    }
}

impl Configurable for NoisyRedundant {
    const META: Meta = Meta {
        id: "noisy-redundant",
        summary: "an alert says something that no other already says, by its real firing history",
        level: Level::At(Severity::Note),
        levels: "note where 90 % of its pages lie inside those of another alert",
        page: include_str!("../../rules/noisy-redundant.md"),
    };
}

impl LintRule for NoisyRedundant {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(judged) = noise::judged(rule, cx, self.days) else { return };
        let Some(Within { pages: (part, whole), other, span, inhibition }) = cx.within() else { return };
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        let share = part as f64 / whole as f64;
        if whole < self.pages || share < self.share {
            return;
        }
        let message = format!("{part} of {whole} pages of alert `{}` came while `{other}` fired", rule.name.value());
        let diagnostic = cx.report(rule.name.span(), message);
        diagnostic.cause("alerts that another already says").subject(other);
        diagnostic.label(format!("{} or more", percent(self.share)));
        diagnostic.related(span, "this one already called somebody");
        judged.draw(diagnostic);
        diagnostic.help(format!("inhibit it in the Alertmanager, under `inhibit_rules`: `{inhibition}`"));
    }
}
