//! What the lint rules on runbook references share: the reference of an alert, its form, and the question about it.

use crate::diagnostic::{Edit, Severity};
use crate::evidence::links::{Answer, Fault, Form, Question, Verdict, form::redact};
use crate::lint::Context;
use crate::lint::facts::{Facts, Found};
use crate::model::{Rule, RuleKind, Text};
use crate::source::{Span, TextRange};

/// A runbook reference that is written out.
pub(super) struct Reference<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) found: &'a Found<'a>,
    pub(super) text: &'a Text,
}

/// The runbook reference of an alert. Where there is none to judge the verdict is settled.
pub(super) fn reference<'a>(rule: &Rule, cx: &mut Context<'a>) -> Option<Reference<'a>> {
    let facts = cx.facts().filter(|_| rule.kind == RuleKind::Alert)?;
    let Some(found) = facts.runbook.found() else {
        cx.exempt("`runbook-missing` judges an alert without one");
        return None;
    };
    if found.templated {
        cx.unknown("the runbook comes from a template engine's placeholder");
        return None;
    }
    Some(Reference { facts, found, text: found.text? })
}

/// The question about the runbook of an alert, where its reference is one that can be asked about.
pub(super) fn question<'a>(rule: &Rule, cx: &Context<'a>) -> Option<&'a Question> {
    let facts = cx.facts().filter(|_| rule.kind == RuleKind::Alert)?;
    facts.question(cx.file()?, rule, cx.root())
}

/// The answer to [`question`], where it is known.
pub(super) fn known_answer<'a>(rule: &Rule, cx: &Context<'a>) -> Option<&'a Answer> {
    let facts = cx.facts().filter(|_| rule.kind == RuleKind::Alert)?;
    facts.answer(cx.file()?, rule, cx.root(), cx.evidence())
}

/// The answer to [`question`]; the verdict is settled where there is none.
pub(super) fn answer<'a>(rule: &Rule, cx: &mut Context<'a>) -> Option<(Reference<'a>, &'a Answer)> {
    let reference = reference(rule, cx)?;
    let answer = known_answer(rule, cx);
    if answer.is_none() && question(rule, cx).is_none() {
        match reference.facts.form() {
            Some(Form::Placeholder(_)) | None => cx.exempt("`runbook-placeholder` judges what is no reference"),
            _ => cx.unknown("`runbook-malformed` says why the reference cannot be asked about"),
        }
        return None;
    }
    match answer {
        Some(answer) => cx.seen_at(answer.checked_at),
        None => cx.not_asked("runbook pages were not asked: `--online` asks them"),
    }
    Some((reference, answer?))
}

/// The same where the page and the entry are there and the alert is meant for people; the verdict is settled elsewhere.
pub(super) fn alive<'a>(rule: &Rule, cx: &mut Context<'a>) -> Option<(Reference<'a>, &'a Answer)> {
    let (reference, answer) = answer(rule, cx)?;
    match answer.verdict {
        Verdict::Alive => return (!cx.exempts()).then_some((reference, answer)),
        Verdict::Dead | Verdict::Soft404 => cx.exempt("`runbook-dead` judges a page that is not there"),
        Verdict::AnchorMissing => cx.exempt("`runbook-anchor-missing` judges an entry that is not there"),
        Verdict::Unsafe => cx.exempt("`runbook-unsafe` judges what must not be asked for"),
        _ => undecided(answer, cx),
    }
    None
}

/// Says that a verdict is unknown, as the answer has it.
pub(super) fn undecided(answer: &Answer, cx: &mut Context<'_>) {
    if answer.asked {
        cx.unanswered(answer.reason.clone());
    } else {
        cx.not_asked(answer.reason.clone());
    }
}

/// A note on what was looked at.
pub(super) fn looked_at(answer: &Answer) -> String {
    format!("looked at `{}`", redact(answer.file().unwrap_or(&answer.page)))
}

/// How grave a missing runbook is: an error where somebody is woken.
pub(super) fn severity(facts: &Facts<'_>) -> Severity {
    if facts.pages == Some(true) { Severity::Error } else { Severity::Warning }
}

/// Where a part of the reference stands in the value.
fn in_value(reference: &Reference<'_>, range: TextRange) -> TextRange {
    let value = reference.text.value();
    range.shift((value.len() - value.trim_start().len()) as u32)
}

/// Where a part of the reference stands in the file; the reference is the value without the blanks around it.
pub(super) fn part(reference: &Reference<'_>, range: TextRange, cx: &Context<'_>) -> Span {
    let range = in_value(reference, range);
    if range.is_empty() { reference.text.span() } else { cx.part(reference.text, range) }
}

/// Where the reference stands in the file.
pub(super) fn whole(reference: &Reference<'_>, cx: &Context<'_>) -> Span {
    part(reference, TextRange::new(0, reference.found.value.len() as u32), cx)
}

/// The edit that writes another reference in the place of this one.
pub(super) fn rewritten(reference: &Reference<'_>, written: &str, cx: &Context<'_>) -> Option<Edit> {
    let whole = TextRange::new(0, reference.found.value.len() as u32);
    cx.replaced(reference.text, in_value(reference, whole), written)
}

/// The mistake in a reference, where its text alone shows one.
pub(super) fn fault<'a>(reference: &Reference<'a>) -> Option<(Kind, &'a Fault)> {
    match reference.facts.form()? {
        Form::Placeholder(fault) => Some((Kind::Placeholder, fault)),
        Form::Malformed(fault) => Some((Kind::Malformed, fault)),
        Form::Unsafe(fault) => Some((Kind::Unsafe, fault)),
        Form::Url | Form::Path | Form::Templated => None,
    }
}

/// Which lint rule a mistake belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Placeholder,
    Malformed,
    Unsafe,
}
