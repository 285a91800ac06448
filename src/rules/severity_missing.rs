//! Every alert has a severity.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::facts::Field;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{BlockKind, Rule, RuleKind};

/// `severity-missing`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityMissing {}

impl Configurable for SeverityMissing {
    const META: Meta = Meta {
        id: "severity-missing",
        summary: "every alert has a severity",
        level: Level::At(Severity::Error),
        levels: "error",
        page: include_str!("../../rules/severity-missing.md"),
    };
}

impl LintRule for SeverityMissing {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(facts) = cx.facts().filter(|_| rule.kind == RuleKind::Alert) else { return };
        let Some(key) = cx.conventions().severity.labels.first() else { return };
        let name = rule.name.value();
        let usual = cx.conventions().severities.first().map_or("warning", String::as_str);
        match &facts.severity {
            Field::Found(found) if found.templated => {
                return cx.unknown("the severity comes from a template engine's placeholder");
            }
            Field::Found(found) if !found.is_empty() => return,
            Field::Unknown => {
                return cx.unknown(format!("{} a severity", rule.hidden()));
            }
            _ if cx.exempts() => return,
            Field::Found(found) => {
                let diagnostic = cx.report(found.span, format!("alert `{name}` has an empty severity"));
                diagnostic.cause("alerts have an empty severity").label(format!("`{}` has no value", found.key));
                diagnostic.help(format!("write how urgent it is, as in `{}: {usual}`", found.key));
                return;
            }
            Field::Missing => {}
        }
        let edit = cx.insert(rule, BlockKind::Labels, key, usual);
        let diagnostic = cx.report(rule.name.span(), format!("alert `{name}` has no severity"));
        diagnostic.cause("alerts have no severity").label(format!("no label `{key}`"));
        diagnostic.note("without a severity Alertmanager cannot tell whether to wake somebody");
        diagnostic.help(format!("add a label `{key}` that says how urgent it is"));
        diagnostic.offer(edit);
    }
}
