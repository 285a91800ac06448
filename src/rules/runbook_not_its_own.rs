//! A runbook reference leads to the alert's own entry.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;

use super::runbook;
use crate::diagnostic::{Diagnostic, Severity};
use crate::evidence::links::{Answer, PageFacts, Question, Verdict, form::redact, is_front};
use crate::lint::facts::Found;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{self, File, Rule, RuleKind};
use crate::source::TextRange;

/// `runbook-not-its-own`.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunbookNotItsOwn {
    /// Names of alerts that may share a page or an anchor, at most.
    most: u32,
}

impl Default for RunbookNotItsOwn {
    fn default() -> Self {
        Self { most: 5 }
    }
}

impl Configurable for RunbookNotItsOwn {
    const META: Meta = Meta {
        id: "runbook-not-its-own",
        summary: "a runbook reference leads to the alert's own entry, not to a page of many or the front of a site",
        level: Level::At(Severity::Warning),
        levels: "warning",
        page: include_str!("../../rules/runbook-not-its-own.md"),
    };
}

/// An alert that links a page: its file, and its index there.
struct Linked<'a> {
    file: &'a File,
    index: u32,
    answer: &'a Answer,
}

impl<'a> Linked<'a> {
    /// The page and the anchor on it.
    fn place(&self) -> (&'a str, Option<&'a str>) {
        (&self.answer.page, self.answer.anchor.as_deref())
    }

    fn rule(&self) -> &'a Rule {
        &self.file.rules[self.index as usize]
    }
}

impl LintRule for RunbookNotItsOwn {
    fn asks(&self, _question: &Question) -> bool {
        true
    }

    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(reference) = runbook::reference(rule, cx) else { return };
        let value = &reference.found.value;
        if cx.exempts() || !is_front(value) {
            return;
        }
        let span = runbook::whole(&reference, cx);
        let message = format!("the runbook of alert `{}` is the front page of a site", rule.name.value());
        let diagnostic = cx.report(span, message);
        diagnostic
            .cause("alerts whose runbook is the front page of a site")
            .subject(redact(value))
            .label("no entry of its own");
        diagnostic.note("whoever is woken by it has to search the site");
        diagnostic.help("link the page, and the heading on it, that is about this alert");
    }

    fn workspace(&self, cx: &mut Context<'_>) {
        let mut all = linked(cx);
        all.sort_by_key(Linked::place);
        for same in all.chunk_by(|a, b| a.place() == b.place()).filter(|same| same.len() > self.most as usize) {
            let names: BTreeSet<&str> = same.iter().map(|linked| linked.rule().name.value()).collect();
            if names.len() > self.most as usize {
                let page = same.first().map(|linked| linked.answer).filter(|answer| answer.anchor.is_none());
                let facts = page.and_then(|answer| answer.facts.as_ref());
                let own = facts.map(|facts| own_headings(facts)).unwrap_or_default();
                for linked in same {
                    let field = cx.conventions().runbook(linked.file, linked.rule());
                    let Some(found) = field.known() else { continue };
                    cx.add(shared(linked, found, names.len(), &own, cx), Some(linked.index));
                    cx.rests_on(linked.answer.grounds());
                }
            }
        }
    }
}

/// The alerts of the root that link a page which may be there.
fn linked<'a>(cx: &Context<'a>) -> Vec<Linked<'a>> {
    let mut all = Vec::new();
    for (file, _) in cx.files() {
        for (index, rule) in file.rules.iter().enumerate().filter(|(_, rule)| rule.kind == RuleKind::Alert) {
            let field = cx.conventions().runbook(file, rule);
            let Some(found) = field.known() else { continue };
            let answer = cx.answer(found, || found.question(file, rule, cx.root()));
            // A template in the page is different for each alert; what is not there is told elsewhere.
            let counts = |answer: &&Answer| {
                let gone = matches!(answer.verdict, Verdict::Dead | Verdict::Soft404 | Verdict::Unsafe);
                !gone && !model::is_dynamic(&answer.page) && !is_front(&answer.page)
            };
            if let Some(answer) = answer.filter(counts) {
                all.push(Linked { file, index: index as u32, answer });
            }
        }
    }
    all
}

fn shared(
    linked: &Linked<'_>,
    found: &Found<'_>,
    names: usize,
    own: &HashMap<&str, Option<&str>>,
    cx: &Context<'_>,
) -> Diagnostic {
    let Linked { file, answer, .. } = linked;
    let name = linked.rule().name.value();
    let whole = TextRange::new(0, found.value.len() as u32);
    let lead = found.text.map_or(0, |text| text.value().len() - text.value().trim_start().len()) as u32;
    let span = found.text.map_or(found.span, |text| text.part(file, cx.source_of(file), whole.shift(lead)));
    let what = if answer.anchor.is_some() { "place on a page" } else { "page" };
    let message = format!("the runbook of alert `{name}` is one {what} for {names} different alerts");
    let mut diagnostic = Diagnostic::new(RunbookNotItsOwn::META.id, Severity::Warning, span, message);
    diagnostic
        .cause("alerts whose runbook is shared by many")
        .subject(redact(&found.value))
        .label("no entry of its own");
    diagnostic.note("whoever is woken by it has to find out which part of it is meant");
    let own = own.get(name).copied().flatten();
    match own.filter(|_| !found.is_dynamic() && !found.value.contains('#')) {
        Some(anchor) => {
            let text = format!("{}#{anchor}", found.value);
            diagnostic.help(format!("its entry is there: `{}`", redact(&text)));
            let edit =
                found.text.and_then(|own| model::replaced(file, cx.source_of(file), own, whole.shift(lead), &text));
            diagnostic.offer(edit);
        }
        None => {
            diagnostic.help("give each alert an entry, with a heading, and link that");
        }
    }
    diagnostic
}

/// For each word of the headings the anchor of the one heading that has it; none where several have.
fn own_headings(facts: &PageFacts) -> HashMap<&str, Option<&str>> {
    let mut found: HashMap<&str, (usize, Option<&str>)> = HashMap::new();
    for (index, heading) in facts.headings.iter().enumerate() {
        let anchor = heading.anchors.first().map(String::as_str);
        for word in heading.text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            let known = found.entry(word).or_insert((index, anchor));
            if known.0 != index {
                known.1 = None;
            }
        }
    }
    found.into_iter().map(|(word, (_, anchor))| (word, anchor)).collect()
}
