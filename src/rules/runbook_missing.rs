//! Every alert links a runbook.

use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::diagnostic::{Advice, Severity};
use crate::lint::facts::Field;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{BlockKind, Rule, RuleKind};

/// `runbook-missing`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookMissing {
    /// What every finding of a key that is not there says. There may be thousands of them.
    #[serde(skip)]
    advice: OnceLock<Arc<Advice>>,
}

impl Configurable for RunbookMissing {
    const META: Meta = Meta {
        id: "runbook-missing",
        summary: "every alert links a runbook",
        level: Level::At(Severity::Error),
        levels: "error where the severity pages, warning elsewhere",
        page: include_str!("../../rules/runbook-missing.md"),
    };
}

impl LintRule for RunbookMissing {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(facts) = cx.facts().filter(|_| rule.kind == RuleKind::Alert) else { return };
        match &facts.runbook {
            Field::Found(found) if found.templated => {
                return cx.unknown("the runbook comes from a template engine's placeholder");
            }
            Field::Found(found) if !found.is_empty() => return,
            Field::Found(_) => return cx.exempt("`runbook-placeholder` judges an empty runbook"),
            Field::Unknown => {
                return cx.unknown(format!("{} a runbook", rule.hidden()));
            }
            Field::Missing => {}
        }
        if cx.exempts() {
            return;
        }
        match facts.silent {
            Some(true) => return cx.exempt("its severity calls nobody"),
            None => return cx.unknown("the severity cannot be told, and only some need a runbook"),
            Some(false) => {}
        }
        let severity = if facts.pages == Some(true) { Severity::Error } else { Severity::Warning };
        let key = cx.conventions().runbook.annotations.first().map_or("runbook_url", String::as_str);
        let edit = cx.insert(rule, BlockKind::Annotations, key, "<address of its runbook entry>");
        let name = rule.name.value();
        let advice = self.advice.get_or_init(|| {
            let mut advice = Advice::default();
            advice.cause("alerts link no runbook");
            advice.label(format!("no `{key}` annotation"));
            advice.note("whoever is woken by it must find what it means and what to do");
            advice.help(format!("add an annotation `{key}` with the address of its runbook entry"));
            Arc::new(advice)
        });
        // Put together at its length.
        let message = ["alert `", name, "` links no runbook"].concat();
        cx.report_as(severity, rule.name.span(), message).advise(advice).offer(edit);
    }
}
