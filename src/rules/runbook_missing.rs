//! Every alert links a runbook.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::facts::Field;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{BlockKind, Rule, RuleKind};

/// `runbook-missing`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookMissing {}

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
        // Findings by the thousand: put together at their length.
        let message = ["alert `", name, "` links no runbook"].concat();
        let diagnostic = cx.report_as(severity, rule.name.span(), message);
        diagnostic
            .cause("alerts link no runbook")
            .label(["no `", key, "` annotation"].concat())
            .note("whoever is woken by it must find what it means and what to do")
            .help(["add an annotation `", key, "` with the address of its runbook entry"].concat());
        diagnostic.offer(edit);
    }
}
