//! Every alert names an owner whom somebody can reach.

use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::diagnostic::{Advice, Severity};
use crate::lint::facts::Field;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{BlockKind, Rule, RuleKind};

/// `owner-missing`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerMissing {
    /// What every finding of a key that is not there says. There may be thousands of them.
    #[serde(skip)]
    advice: OnceLock<Arc<Advice>>,
}

impl Configurable for OwnerMissing {
    const META: Meta = Meta {
        id: "owner-missing",
        summary: "every alert names an owner",
        level: Level::At(Severity::Warning),
        levels: "warning, until the policy names the owner's key; then error",
        page: include_str!("../../rules/owner-missing.md"),
    };
}

impl LintRule for OwnerMissing {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(facts) = cx.facts().filter(|_| rule.kind == RuleKind::Alert) else { return };
        let conventions = cx.conventions();
        let severity = if conventions.owner_named { Severity::Error } else { Severity::Warning };
        let Some(key) = conventions.owner.labels.first().or(conventions.owner.annotations.first()) else { return };
        let block = if conventions.owner.labels.is_empty() { BlockKind::Annotations } else { BlockKind::Labels };
        let name = rule.name.value();
        match &facts.owner {
            Field::Found(found) if found.templated => {
                return cx.unknown("the owner comes from a template engine's placeholder");
            }
            Field::Found(found) if !found.is_empty() => return,
            Field::Unknown => {
                return cx.unknown(format!("{} an owner", rule.hidden()));
            }
            _ if cx.exempts() => return,
            Field::Found(found) => {
                let diagnostic = cx.report_as(severity, found.span, format!("alert `{name}` has an empty owner"));
                diagnostic.cause("alerts have an empty owner").label(format!("`{}` has no value", found.key));
                diagnostic.help(format!("write the team that answers for this alert, as in `{}: payments`", found.key));
                return;
            }
            Field::Missing => {}
        }
        let edit = cx.insert(rule, block, key, "the-team-that-answers");
        let advice = self.advice.get_or_init(|| {
            let kind = if block == BlockKind::Labels { "label" } else { "annotation" };
            let mut advice = Advice::default();
            advice.cause("alerts name no owner");
            advice.label(format!("no {kind} `{key}`, and nothing else that names an owner"));
            advice.note("when the runbook is not enough, the owning team must be reached");
            advice.help(format!("add a {kind} `{key}` with the team that answers for this alert"));
            Arc::new(advice)
        });
        // Put together at its length.
        let message = ["alert `", name, "` names no owner"].concat();
        cx.report_as(severity, rule.name.span(), message).advise(advice).offer(edit);
    }
}
