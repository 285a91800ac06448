//! A runbook reference names the page's own address, not one that it moved away from.

use serde::Deserialize;

use super::runbook;
use crate::diagnostic::Severity;
use crate::evidence::links::{Question, Verdict, form::redact};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `runbook-moved`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookMoved {}

impl Configurable for RunbookMoved {
    const META: Meta = Meta {
        id: "runbook-moved",
        summary: "a runbook reference names the page's own address, not one that it moved away from",
        level: Level::At(Severity::Note),
        levels: "note",
        page: include_str!("../../rules/runbook-moved.md"),
    };
}

impl LintRule for RunbookMoved {
    fn asks(&self, _question: &Question) -> bool {
        true
    }

    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some((reference, answer)) = runbook::answer(rule, cx) else { return };
        match answer.verdict {
            Verdict::Alive | Verdict::AnchorMissing => {}
            Verdict::Dead | Verdict::Soft404 => return cx.exempt("`runbook-dead` judges a page that is not there"),
            Verdict::Unsafe => return cx.exempt("`runbook-unsafe` judges what must not be asked for"),
            _ => return runbook::undecided(answer, cx),
        }
        let value = &reference.found.value;
        let Some(target) = answer.moved_to.as_ref().filter(|target| !same_page(value, target)) else { return };
        let span = runbook::whole(&reference, cx);
        let message = format!("the runbook of alert `{}` moved for good", rule.name.value());
        let edit = runbook::rewritten(&reference, target, cx);
        let diagnostic = cx.report(span, message);
        diagnostic
            .cause("alerts whose runbook moved for good")
            .subject(redact(value))
            .label("the server sends everybody on from here");
        diagnostic.help(format!("write `{}`", redact(target)));
        diagnostic.offer(edit.filter(|_| !reference.found.is_dynamic() && redact(target) == *target));
        cx.rests_on(answer.grounds());
    }
}

/// Whether two addresses differ by no more than a `/` at the end.
fn same_page(from: &str, to: &str) -> bool {
    let plain = |text: &str| {
        let (page, fragment) = text.split_once('#').unwrap_or((text, ""));
        (page.trim_end_matches('/').to_owned(), fragment.to_owned())
    };
    plain(from) == plain(to)
}
