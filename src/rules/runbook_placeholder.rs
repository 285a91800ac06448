//! A runbook reference is not a promise to write one.

use serde::Deserialize;

use super::runbook::{self, Kind};
use crate::diagnostic::Severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `runbook-placeholder`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookPlaceholder {}

impl Configurable for RunbookPlaceholder {
    const META: Meta = Meta {
        id: "runbook-placeholder",
        summary: "a runbook reference names a page, not a promise to write one",
        level: Level::At(Severity::Error),
        levels: "error where the severity pages, warning elsewhere",
        page: include_str!("../../rules/runbook-placeholder.md"),
    };
}

impl LintRule for RunbookPlaceholder {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(reference) = runbook::reference(rule, cx) else { return };
        let Some((_, fault)) = runbook::fault(&reference).filter(|(kind, _)| *kind == Kind::Placeholder) else {
            return;
        };
        if cx.exempts() {
            return;
        }
        match reference.facts.silent {
            Some(true) => return cx.exempt("its severity calls nobody"),
            None => return cx.unknown("the severity cannot be told, and only some need a runbook"),
            Some(false) => {}
        }
        let span = runbook::part(&reference, fault.range, cx);
        let value = &reference.found.value;
        let shown = if reference.found.is_empty() { "empty".to_owned() } else { format!("only `{value}`") };
        let message = format!("the runbook of alert `{}` is {shown}", rule.name.value());
        let diagnostic = cx.report_as(runbook::severity(reference.facts), span, message);
        diagnostic.cause("alerts whose runbook is a placeholder").subject(value.clone()).label(fault.message.clone());
        diagnostic.note("whoever is woken by it must find what it means and what to do");
        diagnostic.help(fault.help.clone());
    }
}
