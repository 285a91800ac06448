//! A runbook reference is a URL or a path that can be opened as it stands.

use serde::Deserialize;

use super::runbook::{self, Kind};
use crate::diagnostic::Severity;
use crate::evidence::links::{FaultKind, Question, Verdict, form::redact};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `runbook-malformed`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookMalformed {}

impl Configurable for RunbookMalformed {
    const META: Meta = Meta {
        id: "runbook-malformed",
        summary: "a runbook reference is a URL or a path that can be opened as it stands",
        level: Level::At(Severity::Warning),
        levels: "warning",
        page: include_str!("../../rules/runbook-malformed.md"),
    };
}

impl LintRule for RunbookMalformed {
    fn asks(&self, question: &Question) -> bool {
        is_word(question.reference())
    }

    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(reference) = runbook::reference(rule, cx) else { return };
        let Some((kind, fault)) = runbook::fault(&reference) else { return };
        let here = kind == Kind::Malformed || kind == Kind::Unsafe && fault.kind == FaultKind::Credentials;
        if !here || cx.exempts() {
            return;
        }
        // One word is the name of a page where a base or a mapping makes it one.
        let answer = runbook::known_answer(rule, cx);
        if fault.kind == FaultKind::BareWord && answer.is_some_and(|answer| answer.verdict != Verdict::Unverified) {
            return;
        }
        let value = &reference.found.value;
        let span = runbook::part(&reference, fault.range, cx);
        let edit = fault.fixed.as_ref().and_then(|fixed| runbook::rewritten(&reference, fixed, cx));
        let diagnostic =
            cx.report(span, format!("the runbook of alert `{}` cannot be opened as it stands", rule.name.value()));
        diagnostic
            .cause("alerts whose runbook is no usable URL or path")
            .subject(redact(value))
            .label(fault.message.clone());
        diagnostic.note("a person on call opens the reference as it stands, at night, on a phone");
        diagnostic.help(fault.help.clone());
        diagnostic.offer(edit);
    }
}

/// Whether a reference has nothing that makes it a path or a URL.
fn is_word(reference: &str) -> bool {
    !reference.contains(['/', '.', '#'])
}
