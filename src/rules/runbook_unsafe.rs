//! A runbook reference is one that a machine may ask for.

use serde::Deserialize;

use super::runbook;
use crate::diagnostic::Severity;
use crate::evidence::links::{Question, Verdict, form::redact};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;
use crate::source::TextRange;

/// `runbook-unsafe`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookUnsafe {}

impl Configurable for RunbookUnsafe {
    const META: Meta = Meta {
        id: "runbook-unsafe",
        summary: "a runbook reference is one that a machine may ask for",
        level: Level::At(Severity::Error),
        levels: "error",
        page: include_str!("../../rules/runbook-unsafe.md"),
    };
}

impl LintRule for RunbookUnsafe {
    fn asks(&self, _question: &Question) -> bool {
        true
    }

    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(reference) = runbook::reference(rule, cx) else { return };
        let value = &reference.found.value;
        let fault =
            runbook::fault(&reference).filter(|(kind, _)| *kind == runbook::Kind::Unsafe).map(|(_, fault)| fault);
        let answer = runbook::known_answer(rule, cx);
        let refused = answer.filter(|answer| answer.verdict == Verdict::Unsafe);
        let (range, label, help) = match (fault, refused) {
            (Some(fault), _) => (fault.range, fault.message.clone().into(), fault.help.clone()),
            (None, Some(answer)) => {
                (TextRange::new(0, value.len() as u32), answer.reason.clone(), help(&answer.reason, value).to_owned())
            }
            (None, None) => return,
        };
        let span = runbook::part(&reference, range, cx);
        let diagnostic = cx.report(span, format!("the runbook of alert `{}` must not be asked for", rule.name.value()));
        diagnostic.cause("alerts whose runbook must not be asked for").subject(redact(value)).label(label);
        diagnostic
            .note("whoever opens a pull request chooses this address, and the machine that checks it stands inside");
        diagnostic.help(help);
        if let Some(answer) = refused {
            cx.seen_at(answer.checked_at);
            cx.rests_on(answer.grounds());
        }
    }
}

/// What to write instead of a reference that was refused for this reason.
fn help(reason: &str, reference: &str) -> &'static str {
    if reason.starts_with("the file ") {
        "let the page lie inside of its tree, not behind a link that leads out of it"
    } else if !reason.starts_with("the path ") {
        "link a page on a public host, or allow the host on the command line or in a policy named with `--config`"
    } else if reference.contains("://") {
        "write the address as the browser's address bar shows it, without `..`"
    } else {
        "write the path of a page inside of the repository, from its root on"
    }
}
