//! Every severity is a word that routes somewhere.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::conventions::near_severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{Rule, RuleKind};
use crate::source::TextRange;
use crate::suggest;

/// `severity-unknown`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityUnknown {}

impl Configurable for SeverityUnknown {
    const META: Meta = Meta {
        id: "severity-unknown",
        summary: "every severity is a word that routes somewhere",
        level: Level::At(Severity::Error),
        levels: "error where the policy has a vocabulary; without one, warning for near misses of common words",
        page: include_str!("../../rules/severity-unknown.md"),
    };
}

/// Among so many severities of a policy it is looked for the one that was meant, and so many are shown: nobody has more.
const NEAR: usize = 100;
const SHOWN: usize = 20;

impl LintRule for SeverityUnknown {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(facts) = cx.facts().filter(|_| rule.kind == RuleKind::Alert) else { return };
        let Some(found) = facts.severity.found() else {
            return cx.exempt("`severity-missing` judges an alert without one");
        };
        if found.templated {
            return cx.unknown("the severity comes from a template engine's placeholder");
        }
        if found.is_dynamic() {
            return cx.unknown("the severity is made when the alert fires");
        }
        if found.value.eq_ignore_ascii_case("none") && cx.exempts() {
            return;
        }
        if found.is_empty() {
            return cx.exempt("`severity-missing` judges an empty one");
        }
        let vocabulary = &cx.conventions().severities;
        let (severity, meant) = if vocabulary.is_empty() {
            let Some(meant) = near_severity(&found.value) else { return };
            (Severity::Warning, Some(meant.to_owned()))
        } else if vocabulary.iter().any(|word| *word == found.value) {
            return;
        } else {
            let near = vocabulary.iter().take(NEAR).map(String::as_str);
            (Severity::Error, suggest::closest(&found.value, near).map(str::to_owned))
        };
        let more = vocabulary.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let known = vocabulary.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ") + &more;
        let Some(text) = found.text else { return };
        let lead = text.value().len() - text.value().trim_start().len();
        let range = TextRange::new(lead as u32, (lead + found.value.len()) as u32);
        let span = cx.part(text, range);
        let edit = meant.as_ref().and_then(|meant| cx.replaced(text, range, meant));
        let (value, name) = (&found.value, rule.name.value());
        let message = match &meant {
            Some(meant) if known.is_empty() => {
                format!("severity `{value}` of alert `{name}` looks like a misspelt `{meant}`")
            }
            _ => format!("severity `{value}` of alert `{name}` is none of the policy's"),
        };
        let diagnostic = cx.report_as(severity, span, message);
        diagnostic.cause(format!("alerts have the severity `{value}`")).subject(value.clone());
        if known.is_empty() {
            diagnostic
                .note("routes of Alertmanager match a severity to the letter, so a near miss goes where nobody looks");
        } else {
            diagnostic.note(format!("the policy's severities are: {known}"));
        }
        if let Some(meant) = meant {
            diagnostic.label(format!("did you mean `{meant}`?"));
            diagnostic
                .help(format!("write `{meant}`, or name `{value}` among the `values` of `severity` in the policy"));
            diagnostic.offer(edit);
        } else {
            diagnostic.label("not among the policy's severities");
            diagnostic
                .help(format!("write one of them, or name `{value}` among the `values` of `severity` in the policy"));
        }
    }
}
