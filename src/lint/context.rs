//! What a lint rule is given, and where its findings and verdicts go.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::conventions::Conventions;
use super::facts::{Facts, Found};
use super::patterns::{Patterns, Track, Within};
use super::references::References;
use super::{LISTED, Level, Meta, Setup, Verdict};
use crate::diagnostic::{Diagnostic, Edit, Severity, Words};
use crate::evidence::Evidence;
use crate::evidence::links::{Answer, Question};
use crate::model::{self, BlockKind, File, Part, Rule, Text, Workspace, insert};
use crate::source::{Source, SourceId, Span, TextRange};

/// What all lint rules of a run share.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    /// Everything that was read.
    pub workspace: &'a Workspace,
    /// The files at hand.
    pub part: &'a Part,
    /// The policy over them.
    pub setup: &'a Setup,
    /// What is known of the world; none while questions are still being gathered.
    pub evidence: &'a Evidence,
    /// What is known of references that are the same wherever they stand; none while questions are still being gathered.
    pub(super) references: Option<&'a References<'a>>,
    /// What the history tells of each alert; none where there is no history.
    pub patterns: Option<&'a Patterns<'a>>,
    /// The day of the run.
    pub today: Date,
}

/// A finding, before waivers and the policy's levels.
#[derive(Debug)]
pub struct Raw {
    /// The finding.
    pub diagnostic: Box<Diagnostic>,
    /// Index of the rule it is about in its file.
    pub rule: Option<u32>,
    /// Facts that it rests on, by name.
    pub evidence: Vec<(String, String)>,
}

/// What one lint rule sees and says.
pub struct Context<'a> {
    shared: Shared<'a>,
    /// The lint rule whose turn it is.
    id: &'static str,
    /// Its own level.
    own: Level,
    /// The policy's level for it.
    level: Option<Level>,
    file: Option<(&'a File, &'a Source)>,
    facts: Option<&'a Facts<'a>>,
    rule: Option<u32>,
    findings: Vec<Raw>,
    /// How many of them each file has, once they are many.
    many: BTreeMap<u32, usize>,
    /// Room for a finding of which only the number matters.
    spare: Option<Box<Diagnostic>>,
    verdict: Verdict,
    reason: Words,
    not_asked: bool,
    lacking: bool,
    seen_at: Option<i64>,
}

/// What a hook came to, its findings apart.
pub struct Outcome {
    /// The verdict on the rule it was given.
    pub verdict: Verdict,
    /// Why the verdict is what it is; empty where it holds.
    pub reason: Words,
    /// Whether the answer is unknown because nobody asked.
    pub not_asked: bool,
    /// Whether the answer is unknown for want of evidence.
    pub lacking: bool,
    /// When the evidence behind the verdict was taken, in seconds since 1970.
    pub seen_at: Option<i64>,
}

impl<'a> Context<'a> {
    pub(super) fn new(shared: Shared<'a>) -> Self {
        Self {
            shared,
            id: "",
            own: Level::Off,
            level: None,
            file: None,
            facts: None,
            rule: None,
            findings: Vec::new(),
            many: BTreeMap::new(),
            spare: None,
            verdict: Verdict::Holds,
            reason: Words::default(),
            not_asked: false,
            lacking: false,
            seen_at: None,
        }
    }

    pub(super) fn in_file(mut self, file: &'a File) -> Self {
        self.file = Some((file, self.shared.workspace.source(file.source)));
        self
    }

    pub(super) fn on_rule(mut self, rule: u32, facts: &'a Facts<'a>) -> Self {
        self.rule = Some(rule);
        self.facts = Some(facts);
        self
    }

    /// Hands it to the next lint rule, which knows nothing of those before.
    pub(super) fn turn_to(&mut self, meta: &'static Meta, level: Option<Level>) {
        (self.id, self.own, self.level) = (meta.id, meta.level, level);
        (self.verdict, self.not_asked, self.lacking, self.seen_at) = (Verdict::Holds, false, false, None);
    }

    /// What the lint rule found.
    pub(super) fn findings(&mut self) -> Vec<Raw> {
        self.many.clear();
        std::mem::take(&mut self.findings)
    }

    /// What the lint rule came to; none where there is nothing to say but that the rule holds.
    #[inline]
    pub(super) fn outcome(&mut self) -> Option<Outcome> {
        let Self { verdict, not_asked, lacking, seen_at, .. } = *self;
        if verdict == Verdict::Holds && self.findings.is_empty() && seen_at.is_none() {
            return None;
        }
        let reason = match verdict {
            Verdict::Holds => Words::default(),
            Verdict::Broken => self.findings.last().map(|raw| raw.diagnostic.reason()).unwrap_or_default(),
            _ => std::mem::take(&mut self.reason),
        };
        Some(Outcome { verdict, reason, not_asked, lacking, seen_at })
    }

    /// Whether the lint rule found something wrong.
    pub(super) fn found(&self) -> bool {
        !self.findings.is_empty()
    }

    /// Says that something is wrong, at the lint rule's own severity unless the policy sets another.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        let Level::At(severity) = self.own else { return self.report_as(Severity::Warning, span, message) };
        self.report_as(severity, span, message)
    }

    /// The same, at this severity unless the policy sets another.
    pub fn report_as(&mut self, severity: Severity, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Diagnostic::new(self.id, severity, span, message), self.rule)
    }

    /// The finding that was reported last.
    pub fn last(&mut self) -> Option<&mut Diagnostic> {
        self.findings.last_mut().map(|raw| &mut *raw.diagnostic)
    }

    /// Takes a finding that was made elsewhere, about the rule of that index in its file.
    pub fn add(&mut self, mut diagnostic: Diagnostic, rule: Option<u32>) -> &mut Diagnostic {
        if let Some(Level::At(severity)) = self.level {
            diagnostic.severity = severity;
        }
        if let Some((_, source)) = self.file.filter(|(file, _)| file.source == diagnostic.span.source) {
            diagnostic.span = Span::new(diagnostic.span.source, source.visible(diagnostic.span.range()));
        }
        self.verdict = Verdict::Broken;
        self.push(diagnostic, rule)
    }

    fn push(&mut self, diagnostic: Diagnostic, rule: Option<u32>) -> &mut Diagnostic {
        let index = self.findings.len();
        if index >= LISTED && self.is_full(diagnostic.span.source) {
            // It is counted alone, and what is said of it is not kept.
            let mut short = Diagnostic::new(diagnostic.rule, diagnostic.severity, diagnostic.span, "");
            short.cause("one of many findings in this file, which are not all listed");
            self.findings.push(Raw { diagnostic: Box::new(short), rule, evidence: Vec::new() });
            return self.spare.insert(Box::new(diagnostic));
        }
        self.findings.push(Raw { diagnostic: Box::new(diagnostic), rule, evidence: Vec::new() });
        &mut self.findings[index].diagnostic
    }

    /// Whether as many findings of a file are here as are listed; counts this one.
    fn is_full(&mut self, source: SourceId) -> bool {
        if self.many.is_empty() {
            for raw in &self.findings {
                *self.many.entry(raw.diagnostic.span.source.0).or_default() += 1;
            }
        }
        let count = self.many.entry(source.0).or_default();
        *count += 1;
        *count > LISTED
    }

    /// Says something worth knowing where the answer is unknown for want of evidence. It stays a note, whatever the policy's
    /// level, and the verdict stays unknown.
    pub fn remark(&mut self, span: Span, message: impl Into<String>, reason: impl Into<Words>) -> &mut Diagnostic {
        self.unanswered(reason);
        self.push(Diagnostic::new(self.id, Severity::Note, span, message), self.rule)
    }

    /// Says when the evidence behind the verdict was taken, in seconds since 1970.
    pub fn seen_at(&mut self, seconds: Option<i64>) {
        self.seen_at = seconds;
    }

    /// Names the facts that the last finding rests on.
    pub fn rests_on(&mut self, facts: Vec<(String, String)>) {
        if let Some(last) = self.findings.last_mut() {
            last.evidence = facts;
        }
    }

    /// Takes the findings that the reading of the file at hand already made for this lint rule.
    pub fn adopt(&mut self, file: &File) {
        let id = self.id;
        for problem in file.problems.iter().filter(|problem| problem.diagnostic.rule == id) {
            self.add(problem.diagnostic.clone(), problem.rule);
        }
    }

    /// Says that it cannot be told, and why.
    pub fn unknown(&mut self, reason: impl Into<Words>) {
        self.settle(Verdict::Unknown, reason.into());
    }

    /// Says that it cannot be told because nobody asked; the reason says who would.
    pub fn not_asked(&mut self, reason: impl Into<Words>) {
        self.not_asked = true;
        self.unanswered(reason);
    }

    /// Says that it cannot be told for want of evidence, and why.
    pub fn unanswered(&mut self, reason: impl Into<Words>) {
        self.lacking = true;
        self.unknown(reason);
    }

    /// Says that the ground rule does not concern this alert, and why.
    pub fn exempt(&mut self, reason: impl Into<Words>) {
        self.settle(Verdict::Exempt, reason.into());
    }

    fn settle(&mut self, verdict: Verdict, reason: Words) {
        if self.verdict == Verdict::Holds {
            self.verdict = verdict;
            self.reason = reason;
        }
    }

    /// Whether the alert is not meant for people; it is exempt then.
    pub fn exempts(&mut self) -> bool {
        let exempt = self.facts.and_then(Facts::exempt);
        if let Some(reason) = exempt {
            self.exempt(reason);
        }
        exempt.is_some()
    }

    /// Owner, severity and runbook of the rule at hand.
    #[must_use]
    pub fn facts(&self) -> Option<&'a Facts<'a>> {
        self.facts
    }

    /// The file at hand.
    #[must_use]
    pub fn file(&self) -> Option<&'a File> {
        self.file.map(|(file, _)| file)
    }

    /// The text of the file at hand.
    #[must_use]
    pub fn source(&self) -> Option<&'a Source> {
        self.file.map(|(_, source)| source)
    }

    /// Where a part of a scalar's value was written.
    #[must_use]
    pub fn part(&self, text: &Text, range: TextRange) -> Span {
        self.file.map_or(text.span(), |(file, source)| text.part(file, source, range))
    }

    /// The edit that writes something else in the place of bytes of a value, where one can be made.
    #[must_use]
    pub fn replaced(&self, text: &Text, range: TextRange, written: &str) -> Option<Edit> {
        self.file.and_then(|(file, source)| model::replaced(file, source, text, range, written))
    }

    /// The edit that gives the rule at hand a field with a plain value, in the place of the one it has; where one can be made.
    #[must_use]
    pub fn set(&self, rule: &Rule, key: &'static str, value: &str) -> Option<Edit> {
        let (file, source) = self.file?;
        insert::field(file, source, rule, key, value)
    }

    /// The edit that adds an entry to the rule at hand, where one can be made.
    #[must_use]
    pub fn insert(&self, rule: &Rule, block: BlockKind, key: &str, value: &str) -> Option<Edit> {
        self.file.and_then(|(file, source)| insert::entry(file, source, rule, block, key, value))
    }

    /// Keys and words.
    #[must_use]
    pub fn conventions(&self) -> &'a Conventions {
        &self.shared.setup.conventions
    }

    /// What is known of the world.
    #[must_use]
    pub fn evidence(&self) -> &'a Evidence {
        self.shared.evidence
    }

    /// What is known of a reference: `question` makes the question about it where it is not the same wherever it stands.
    pub fn answer(&self, found: &Found<'_>, question: impl FnOnce() -> Question) -> Option<&'a Answer> {
        let known = self.shared.references.and_then(|references| references.get(&*found.value));
        known.map(|known| known.answer).or_else(|| self.evidence().runbooks.get(&question()))
    }

    /// What the firing history tells of the rule at hand.
    #[must_use]
    pub fn track(&self) -> Option<&'a Track<'a>> {
        self.shared.patterns?.track(self.file?.0.source, self.rule?)
    }

    /// The alert that nearly always fires around the one at hand.
    #[must_use]
    pub fn within(&self) -> Option<Within<'a>> {
        self.shared.patterns?.within(self.file?.0.source, self.rule?)
    }

    /// All files under this policy, each with its path relative to the root.
    pub fn files(&self) -> impl Iterator<Item = (&'a File, &'a str)> + use<'a> {
        self.shared.workspace.files(self.shared.part)
    }

    /// The text of a file under this policy.
    #[must_use]
    pub fn source_of(&self, file: &File) -> &'a Source {
        self.shared.workspace.source(file.source)
    }

    /// The root of the files at hand, as a path on this machine.
    #[must_use]
    pub fn root(&self) -> &'a str {
        &self.shared.part.root
    }

    /// Whether the whole root was read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.shared.part.whole
    }

    /// The policy in force.
    #[must_use]
    pub fn setup(&self) -> &'a Setup {
        self.shared.setup
    }

    /// The day of the run.
    #[must_use]
    pub fn today(&self) -> Date {
        self.shared.today
    }
}
