//! An alert can fire: in a long time it did at least once, by its real firing history.

use serde::Deserialize;

use super::noise::{self, days};
use crate::diagnostic::Severity;
use crate::evidence::history::quiet;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;
use crate::promql::Kind;

/// `never-fired`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NeverFired {
    /// Days of history that a verdict needs.
    days: u32,
}

impl Default for NeverFired {
    fn default() -> Self {
        Self { days: 90 }
    }
}

impl Configurable for NeverFired {
    const META: Meta = Meta {
        id: "never-fired",
        summary: "an alert fires now and then, by its real firing history",
        level: Level::At(Severity::Note),
        levels: "note where it was neither firing nor pending in 90 days",
        page: include_str!("../../rules/never-fired.md"),
    };
}

impl LintRule for NeverFired {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(judged) = noise::seen(rule, cx) else { return };
        if let Some(reason) = meant_to_be_quiet(rule) {
            cx.exempt(reason);
            return;
        }
        let quiet = quiet(judged.found);
        if quiet.firing + quiet.pending > 0 {
            return;
        }
        // A month tells as much of other ground rules as they need: that it is not enough for this one is no lack of evidence.
        if let Some(why) = judged.early(self.days).or_else(|| judged.insufficient(self.days)) {
            cx.unknown(why);
            return;
        }
        if judged.track.unloaded == Some(true) {
            cx.unknown("the server of the history has not loaded it");
            return;
        }
        let message = format!("alert `{}` was neither firing nor pending in {} days", rule.name.value(), self.days);
        let diagnostic = cx.report(rule.name.span(), message);
        diagnostic.cause("alerts that never fired").subject("never");
        diagnostic.label("does it work?");
        diagnostic.note(format!("in {} of history", days(judged.history.covered())));
        diagnostic.help("look whether its metric is there and its threshold can be reached, test it, or remove it");
    }
}

/// Alerts that are about what hardly ever happens.
fn meant_to_be_quiet(rule: &Rule) -> Option<&'static str> {
    let name = rule.name.value();
    let lower = name.to_lowercase();
    let of_slo = name.contains("SLO") || lower.split(|c: char| !c.is_alphanumeric()).any(|word| word == "slo");
    if of_slo || ["burn", "budget", "backup"].iter().any(|word| lower.contains(word)) {
        return Some("it is about a budget or a backup: that it never fires is well");
    }
    let query = rule.query()?;
    let absent = query.ast.ids().any(|id| match query.ast.kind(id) {
        Kind::Call(call) => query.ast.get(call).function.is_some_and(|function| function.name.starts_with("absent")),
        _ => false,
    });
    absent.then_some("it tells that something is missing: that it never fires is well")
}
