//! The place on the page that a runbook reference names is there.

use serde::Deserialize;

use super::runbook;
use crate::diagnostic::Severity;
use crate::evidence::links::{Question, Verdict, form::redact};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;
use crate::source::TextRange;

/// `runbook-anchor-missing`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookAnchorMissing {}

impl Configurable for RunbookAnchorMissing {
    const META: Meta = Meta {
        id: "runbook-anchor-missing",
        summary: "the place on the page that a runbook reference names is there",
        level: Level::At(Severity::Error),
        levels: "error",
        page: include_str!("../../rules/runbook-anchor-missing.md"),
    };
}

impl LintRule for RunbookAnchorMissing {
    fn asks(&self, _question: &Question) -> bool {
        true
    }

    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some((reference, answer)) = runbook::answer(rule, cx) else { return };
        match answer.verdict {
            Verdict::Alive => return,
            Verdict::Dead | Verdict::Soft404 => return cx.exempt("`runbook-dead` judges a page that is not there"),
            Verdict::AnchorMissing => {}
            _ => return runbook::undecided(answer, cx),
        }
        let value = &reference.found.value;
        let start = value.find('#').unwrap_or(0) as u32;
        let span = runbook::part(&reference, TextRange::new(start, value.len() as u32), cx);
        let anchor = answer.anchor.as_deref().unwrap_or_default();
        let message = format!("the runbook of alert `{}` has no place `#{anchor}`", rule.name.value());
        let edit = answer.near.as_ref().and_then(|near| runbook::rewritten(&reference, near, cx));
        let diagnostic = cx.report(span, message);
        diagnostic
            .cause("alerts whose runbook lacks the place they name")
            .subject(redact(value))
            .label(answer.reason.clone());
        diagnostic.note(format!("the page is there: `{}`", redact(&answer.page)));
        if let Some(near) = &answer.near {
            diagnostic.help(format!("did you mean `{near}`?"));
            diagnostic.offer(edit);
        } else {
            diagnostic.help("write the section, or link the heading that is there");
        }
        cx.rests_on(answer.grounds());
    }
}
