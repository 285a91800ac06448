//! The page that a runbook reference names is there.

use serde::Deserialize;

use super::runbook::{self, Reference};
use crate::diagnostic::Severity;
use crate::evidence::links::{Answer, Question, Verdict, form::redact};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `runbook-dead`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookDead {}

impl Configurable for RunbookDead {
    const META: Meta = Meta {
        id: "runbook-dead",
        summary: "the page that a runbook reference names is there",
        level: Level::At(Severity::Error),
        levels: "error; warning for a page that answers but says \"not found\"; note for one behind a login",
        page: include_str!("../../rules/runbook-dead.md"),
    };
}

impl LintRule for RunbookDead {
    fn asks(&self, _question: &Question) -> bool {
        true
    }

    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some((reference, answer)) = runbook::answer(rule, cx) else { return };
        let severity = match answer.verdict {
            Verdict::Alive | Verdict::AnchorMissing => return,
            Verdict::Dead => Severity::Error,
            Verdict::Soft404 => Severity::Warning,
            Verdict::LoginWall | Verdict::Blocked => return walled(rule, &reference, answer, cx),
            Verdict::Unsafe | Verdict::RateLimited | Verdict::Unverified => return runbook::undecided(answer, cx),
        };
        let value = &reference.found.value;
        let span = runbook::whole(&reference, cx);
        let message = format!("the runbook of alert `{}` is not there", rule.name.value());
        let edit = answer.near.as_ref().and_then(|near| runbook::rewritten(&reference, near, cx));
        let diagnostic = cx.report_as(severity, span, message);
        let page = redact(&answer.page);
        diagnostic.cause("alerts whose runbook page is not there").subject(redact(value)).label(answer.reason.clone());
        diagnostic.note(format!("looked at `{page}`"));
        if let Some(near) = &answer.near {
            diagnostic.help(format!("did you mean `{near}`?"));
            diagnostic.offer(edit);
        } else {
            diagnostic.help("write the page, or link the one that is there");
        }
        cx.rests_on(answer.grounds());
    }
}

/// Something stands before the page: nobody knows whether it is there, and the user can change that.
fn walled(rule: &Rule, reference: &Reference<'_>, answer: &Answer, cx: &mut Context<'_>) {
    let value = &reference.found.value;
    let span = runbook::whole(reference, cx);
    let what = if answer.verdict == Verdict::LoginWall { "lies behind a login" } else { "is not shown to strangers" };
    let message = format!("the runbook of alert `{}` {what}", rule.name.value());
    let diagnostic = cx.remark(span, message, answer.reason.clone());
    diagnostic
        .cause("alerts whose runbook cannot be seen without credentials")
        .subject(redact(value))
        .label(answer.reason.clone());
    diagnostic.note("whether the page is there stays unknown");
    let host = answer.page.split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next()).unwrap_or("its host");
    diagnostic.help(format!(
        "give a credential: `runbook: {{hosts: {{{host}: {{token_env: NAME}}}}}}` in a policy named with `--config`"
    ));
    diagnostic.help("or map its address to a checkout of the pages: `runbook: {mappings: […]}`, see docs/policy.md");
    cx.rests_on(answer.grounds());
}
