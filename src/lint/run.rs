//! A run: every lint rule over every file, in parallel, then waivers, and everything sorted.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use jiff::civil::Date;

use super::allow::{Waivers, settle};
use super::cap::Cap;
use super::compose::compose;
use super::context::{Context, Outcome, Raw, Shared};
use super::exceptions::{Alike, Exceptions, Recent};
use super::facts::{Facts, Found};
use super::fingerprint::{fingerprint, number};
use super::patterns::Patterns;
use super::references::{by_root, references};
use super::report::{AlertVerdicts, Concern, Exception, Finding, Report, Suggestion, Times};
use super::{Active, Block, Level, Meta, Setup, Verdict, suggest, summary};
use crate::evidence::Evidence;
use crate::evidence::links::Question;
use crate::model::{File, Identity, Rule, RuleKind, Text, Workspace, identities};
use crate::parallel;
use crate::source::Span;

/// What a run is given. The report borrows the texts of the workspace alone.
#[derive(Clone, Copy)]
pub struct Input<'w, 'a> {
    /// Everything that was read.
    pub workspace: &'w Workspace,
    /// The policy of each part, in the order of [`Workspace::parts`].
    pub setups: &'a [&'a Setup],
    /// What is known of the world.
    pub evidence: &'a Evidence,
    /// The day of the run.
    pub today: Date,
}

/// A finding and what it is about.
pub(super) struct Judged {
    /// Index into [`Report::ran`].
    pub lint: u16,
    /// Index of the rule in its file.
    pub rule: Option<u32>,
    /// The finding.
    pub finding: Finding,
}

/// A lint rule of the policy.
#[derive(Clone, Copy)]
struct Maker<'a> {
    active: &'a Active,
    /// Index into [`Report::ran`].
    lint: u16,
    /// The block that judges every rule, where there is one.
    always: Option<&'a Block>,
}

/// The rule that something is said about.
#[derive(Clone, Copy)]
struct About<'f, 'a> {
    rule: &'f Rule,
    facts: &'f Facts<'a>,
    verdicts: &'f AlertVerdicts,
}

/// What came of one file.
struct Outcomes<'a> {
    findings: Vec<Judged>,
    /// Those that came after the alerts were judged, few beside the others.
    late: Vec<Judged>,
    cap: Cap,
    /// One for each alert, with the index of its rule.
    alerts: Vec<(u32, AlertVerdicts)>,
    waivers: Waivers<'a>,
    /// When the evidence behind a verdict was taken: start of the alert's name, lint rule, seconds since 1970.
    times: Vec<(u32, u16, i64)>,
}

impl Outcomes<'_> {
    /// How many findings are listed.
    fn len(&self) -> usize {
        self.findings.len() + self.late.len()
    }
}

/// What was made of one file for its findings, as long as they come from it.
#[derive(Default)]
struct Known<'a> {
    identities: OnceCell<Vec<Identity<'a>>>,
    /// The rule of the latest finding that came late: a file may have many of one rule, each with many labels.
    latest: Option<Box<(u32, AlertVerdicts, Facts<'a>)>>,
}

/// One file and what belongs to it.
#[derive(Clone, Copy)]
struct Place<'a> {
    shared: Shared<'a>,
    file: &'a File,
    path: &'a str,
}

/// Runs every lint rule of each part's policy.
#[must_use]
pub fn run<'w: 'a, 'a>(input: &Input<'w, 'a>) -> Report<'w> {
    run_with(input, &patterns(input))
}

/// The same with [`patterns`] of the same input, for who reads them too.
#[must_use]
pub fn run_with<'w: 'a, 'a>(input: &Input<'w, 'a>, patterns: &[Patterns<'a>]) -> Report<'w> {
    let mut ran: Vec<&'static Meta> = Vec::new();
    for active in input.setups.iter().flat_map(|setup| &setup.rules) {
        if !ran.iter().any(|meta| meta.id == active.meta.id) {
            ran.push(active.meta);
        }
    }
    let mut findings = Vec::new();
    let mut alerts = Vec::new();
    let mut times = BTreeMap::new();
    let answers = by_root(input.evidence);
    for (index, mut shared) in parts(input).enumerate() {
        shared.patterns = patterns.get(index);
        let references = references(answers.get(shared.part.root.as_str()).map_or(&[][..], Vec::as_slice));
        shared.references = Some(&references);
        let run = PartRun::new(shared, makers(&shared.setup.rules, &ran));
        let (mut found, mut seen) = run.all(&mut times);
        if findings.is_empty() {
            (findings, alerts) = (found, seen);
        } else {
            findings.append(&mut found);
            alerts.append(&mut seen);
        }
    }
    let ranks = ranks(input.workspace);
    findings.sort_unstable_by(|a, b| {
        let (x, y) = (&a.diagnostic, &b.diagnostic);
        let key = |at: Span| (ranks.get(at.source.0 as usize), at.start);
        key(x.span)
            .cmp(&key(y.span))
            .then_with(|| (x.rule, x.span.end, &x.message).cmp(&(y.rule, y.span.end, &y.message)))
    });
    number(&mut findings);
    compose(&mut findings);
    let summary = summary::summary(input.workspace, &findings, &alerts, ran.len());
    Report { sources: &input.workspace.sources, findings, alerts, ran, summary, times, suggestions: Vec::new() }
}

/// Conventions that the alerts of each whole root seem to have, for reports that people read.
#[must_use]
pub fn suggestions<'w: 'a, 'a>(input: &Input<'w, 'a>) -> Vec<Suggestion> {
    parts(input).filter(|shared| shared.part.whole).flat_map(|shared| suggest::suggest(&shared)).collect()
}

/// What the history tells of the alerts of each part; empty without a history.
#[must_use]
pub fn patterns<'w: 'a, 'a>(input: &Input<'w, 'a>) -> Vec<Patterns<'a>> {
    let Some(history) = &input.evidence.history else { return Vec::new() };
    parts(input).map(|shared| Patterns::of(&shared, history)).collect()
}

/// For each source its place among all by path; equal paths have equal places.
fn ranks(workspace: &Workspace) -> Vec<usize> {
    let path = |&at: &usize| workspace.sources.get(at).map(|source| source.path.as_str());
    let mut order: Vec<usize> = (0..workspace.sources.len()).collect();
    order.sort_unstable_by_key(path);
    let mut ranks = vec![0; order.len()];
    for (rank, peers) in order.chunk_by(|a, b| path(a) == path(b)).enumerate() {
        for &at in peers {
            ranks[at] = rank;
        }
    }
    ranks
}

/// The questions that the lint rules of a run ask of the world, sorted, each once.
#[must_use]
pub fn wanted<'w: 'a, 'a>(input: &Input<'w, 'a>) -> Vec<Question> {
    let places = parts(input).flat_map(Place::all).collect();
    let asked = parallel::map(places, input.workspace.files_a_thread(), Place::questions);
    let mut questions: Vec<Question> = asked.into_iter().flatten().collect();
    questions.sort();
    questions.dedup();
    questions
}

fn parts<'w: 'a, 'a>(input: &Input<'w, 'a>) -> impl Iterator<Item = Shared<'a>> + use<'w, 'a> {
    let Input { workspace, setups, evidence, today } = *input;
    workspace.parts.iter().zip(setups).map(move |(part, setup)| Shared {
        workspace,
        part,
        setup,
        evidence,
        references: None,
        patterns: None,
        today,
    })
}

fn makers<'a>(rules: &'a [Active], ran: &[&'static Meta]) -> Vec<Maker<'a>> {
    let maker = |active: &'a Active| Maker {
        active,
        lint: ran.iter().position(|other| other.id == active.meta.id).unwrap_or_default() as u16,
        always: active.always(),
    };
    rules.iter().map(maker).collect()
}

impl<'a> Place<'a> {
    /// The files of a part.
    fn all(shared: Shared<'a>) -> impl Iterator<Item = Self> {
        shared.workspace.files(shared.part).map(move |(file, path)| Self { shared, file, path })
    }

    fn facts(&self, rule: &'a Rule) -> Facts<'a> {
        let source = self.shared.workspace.source(self.file.source);
        self.shared.setup.conventions.facts(self.file, source, rule).beside(self.shared.references)
    }

    /// What is asked about the runbooks of its alerts.
    fn questions(self) -> Vec<Question> {
        let alerts = self.file.rules.iter().filter(|rule| rule.kind == RuleKind::Alert);
        let mut asked = Vec::new();
        // References that need no label of their alert, and are one question wherever they stand.
        let mut known = HashSet::new();
        for rule in alerts {
            let runbook = self.shared.setup.conventions.runbook(self.file, rule);
            let Some(reference) = runbook.known() else { continue };
            if known.contains(&*reference.value) {
                continue;
            }
            let form = self.shared.setup.conventions.form(reference);
            let Some(question) = reference.asked(&form, self.file, rule, &self.shared.part.root) else { continue };
            let asks = |block: &Block| block.level != Some(Level::Off) && block.rule.asks(&question);
            // Most policies set no condition, and nothing else of the alert is looked at.
            let always = |active: &Active| active.always().is_some_and(asks);
            let wanted = self.shared.setup.rules.iter().any(always) || {
                let facts = self.facts(rule);
                self.shared.setup.rules.iter().filter_map(|active| self.block(active, rule, &facts)).any(asks)
            };
            if wanted {
                if !reference.is_dynamic() {
                    known.insert(reference.value.clone());
                }
                asked.push(question);
            }
        }
        asked
    }

    /// The block of the policy that judges a rule.
    fn block(&self, active: &'a Active, rule: &Rule, facts: &Facts<'_>) -> Option<&'a Block> {
        active.blocks.iter().find(|block| block.scope.fits(self.path, self.file, rule, facts))
    }

    /// What one lint rule says of the rule at hand.
    fn judge(&self, maker: &Maker<'a>, rule: &Rule, facts: &Facts<'_>, cx: &mut Context<'_>) {
        let block = maker.always.or_else(|| self.block(maker.active, rule, facts));
        cx.turn_to(maker.active.meta, block.and_then(|block| block.level));
        match block {
            None => cx.exempt("the policy does not apply it here"),
            Some(block) if block.level == Some(Level::Off) => cx.exempt("the policy switches it off here"),
            Some(block) => block.rule.rule(rule, cx),
        }
    }

    fn verdicts(&self, rule: &Rule, facts: &Facts<'_>, exceptions: Exceptions) -> AlertVerdicts {
        AlertVerdicts {
            source: self.file.source,
            // A name that comes through an alias or a merge key is written elsewhere.
            start: if inside(rule.span, rule.name.span()) { rule.name.span().start } else { rule.span.start },
            concern: Arc::new(Concern {
                group: self.file.group(rule).name.as_ref().map(Text::shared),
                alert: rule.name.shared(),
                owner: facts.owner.found().map(Found::shared),
                severity: facts.severity.found().map(Found::shared),
            }),
            exceptions,
        }
    }
}

/// A run over one part.
struct PartRun<'a> {
    shared: Shared<'a>,
    makers: Vec<Maker<'a>>,
    /// What some of them say of every alert.
    alike: Vec<Alike>,
    /// The others, which look at each.
    asked: Vec<Maker<'a>>,
    /// What came of the alerts of some file before.
    recent: Mutex<Recent>,
}

impl<'a> PartRun<'a> {
    fn new(shared: Shared<'a>, makers: Vec<Maker<'a>>) -> Self {
        let (mut alike, mut asked) = (Vec::new(), Vec::new());
        for maker in &makers {
            match Alike::of(maker.active, maker.lint, shared.evidence) {
                Some(same) => alike.push(same),
                None => asked.push(*maker),
            }
        }
        Self { shared, makers, alike, asked, recent: Mutex::default() }
    }

    fn all(&self, times: &mut Times) -> (Vec<Finding>, Vec<AlertVerdicts>) {
        let places: Vec<Place<'a>> = Place::all(self.shared).collect();
        let share = self.shared.workspace.files_a_thread();
        let mut outcomes: Vec<Outcomes<'a>> = parallel::map(places.clone(), share, |place| self.file(place));
        let mut rest = Vec::new();
        if self.shared.part.whole {
            self.workspace(&places, &mut outcomes, &mut rest);
        }
        self.policy(&mut rest);
        self.waivers(&outcomes, &mut rest);
        // Findings are large and many: their list is made once, at its length.
        let mut findings = Vec::with_capacity(outcomes.iter().map(Outcomes::len).sum::<usize>() + rest.len());
        let mut alerts = Vec::with_capacity(outcomes.iter().map(|out| out.alerts.len()).sum());
        for (place, mut outcome) in places.iter().zip(outcomes) {
            let source = place.file.source.0;
            times.extend(outcome.times.into_iter().map(|(start, lint, time)| ((source, start, lint), time)));
            let (mut seen, found, late) = (outcome.alerts, outcome.findings, outcome.late);
            settle(&mut seen, found.iter().chain(&late), &outcome.cap.unlisted);
            alerts.extend(seen.into_iter().map(|(_, verdicts)| verdicts));
            findings.extend(found.into_iter().chain(late).map(|judged| judged.finding));
            findings.extend(outcome.cap.told(place.path));
        }
        findings.append(&mut rest);
        (findings, alerts)
    }

    fn file(&self, place: Place<'a>) -> Outcomes<'a> {
        let file = place.file;
        let source = self.shared.workspace.source(file.source);
        let mut out = Outcomes {
            findings: Vec::new(),
            late: Vec::new(),
            cap: Cap::default(),
            alerts: Vec::with_capacity(file.rules.iter().filter(|rule| rule.kind == RuleKind::Alert).count()),
            waivers: Waivers::of(&self.shared, place.path, file, source),
            times: Vec::new(),
        };
        let mut known = Known::default();
        let mut exceptions = Vec::new();
        let none = Exceptions::default();
        let mut recent = self.recent.lock().map(|recent| recent.clone()).unwrap_or_default();
        for (index, rule) in file.rules.iter().enumerate() {
            let facts = place.facts(rule);
            let mut verdicts = place.verdicts(rule, &facts, none.clone());
            let mut cx = Context::new(self.shared).in_file(file).on_rule(index as u32, &facts);
            // A waiver may be of use once an answer is known.
            let of_use = |waivers: &Waivers<'_>, id: &str| {
                waivers.over(id, Some((rule, &facts))).for_each(|waiver| waiver.count(id));
            };
            if out.waivers.any() && rule.kind == RuleKind::Alert {
                self.alike.iter().for_each(|alike| of_use(&out.waivers, alike.id));
            }
            for maker in &self.asked {
                place.judge(maker, rule, &facts, &mut cx);
                let Some(outcome) = cx.outcome() else { continue };
                let Maker { active, lint, .. } = *maker;
                out.times.extend(outcome.seen_at.map(|time| (verdicts.start, lint, time)));
                if outcome.verdict != Verdict::Holds {
                    let Outcome { verdict, reason, not_asked, lacking, .. } = outcome;
                    if verdict == Verdict::Unknown && out.waivers.any() {
                        of_use(&out.waivers, active.meta.id);
                    }
                    exceptions.push(Exception { lint, verdict, reason, not_asked, lacking });
                }
                if !cx.found() {
                    continue;
                }
                for raw in cx.findings() {
                    let about = Some(About { rule, facts: &facts, verdicts: &verdicts });
                    let judged = self.finding(place, &out.waivers, &known, raw, maker, about);
                    out.findings.extend(out.cap.admit(judged));
                }
            }
            if rule.kind == RuleKind::Alert {
                verdicts.exceptions = recent.list(&exceptions, &self.alike);
                out.alerts.push((index as u32, verdicts));
            }
            exceptions.clear();
        }
        if let Ok(mut last) = self.recent.lock() {
            *last = recent;
        }
        let mut cx = Context::new(self.shared).in_file(file);
        for maker in &self.makers {
            let Some(block) = maker.active.blocks.iter().find(|block| block.scope.fits_path(place.path)) else {
                continue;
            };
            if block.level == Some(Level::Off) {
                continue;
            }
            cx.turn_to(maker.active.meta, block.level);
            block.rule.file(file, &mut cx);
            for raw in cx.findings() {
                self.late(place, &mut out, &mut known, raw, maker);
            }
        }
        // What came of a file stays until the end of the run.
        out.findings.shrink_to_fit();
        out
    }

    /// Takes a finding that came after its alert was judged.
    fn late(&self, place: Place<'a>, out: &mut Outcomes<'a>, known: &mut Known<'a>, raw: Raw, maker: &Maker<'_>) {
        let lint = maker.lint;
        let at = raw.rule.or_else(|| around(place.file, raw.diagnostic.span));
        let alert = at.and_then(|rule| out.alerts.binary_search_by_key(&rule, |(index, _)| *index).ok());
        if let Some((_, verdicts)) = alert.and_then(|at| out.alerts.get_mut(at)) {
            let reason = raw.diagnostic.reason();
            let exceptions = Arc::make_mut(&mut verdicts.exceptions);
            let at = exceptions.partition_point(|exception| exception.lint < lint);
            match exceptions.get_mut(at) {
                Some(exception) if exception.lint == lint => exception.verdict = Verdict::Broken,
                _ => exceptions
                    .insert(at, Exception { lint, verdict: Verdict::Broken, reason, not_asked: false, lacking: false }),
            }
        }
        let rule = |index: u32| place.file.rules.get(index as usize);
        let latest = known.latest.take().filter(|latest| Some(latest.0) == raw.rule);
        let latest = latest.or_else(|| {
            let index = raw.rule?;
            let facts = place.facts(rule(index)?);
            Some(Box::new((index, place.verdicts(rule(index)?, &facts, Arc::default()), facts)))
        });
        let about =
            latest.as_deref().and_then(|(index, verdicts, facts)| Some(About { rule: rule(*index)?, facts, verdicts }));
        let judged = self.finding(place, &out.waivers, known, raw, maker, about);
        known.latest = latest;
        out.late.extend(out.cap.admit(judged));
    }

    /// The lint rules that the policy does not switch off, each with its first block.
    fn in_force(&self) -> impl Iterator<Item = (&Maker<'a>, &'a Block)> {
        let first = |maker: &Maker<'a>| maker.active.blocks.first().filter(|block| block.level != Some(Level::Off));
        self.makers.iter().filter_map(move |maker| Some((maker, first(maker)?)))
    }

    /// Runs the hooks that see all files; `rest` takes findings that are about no file, but about the policy.
    fn workspace(&self, places: &[Place<'a>], outcomes: &mut [Outcomes<'a>], rest: &mut Vec<Finding>) {
        let mut cx = Context::new(self.shared);
        for (maker, block) in self.in_force() {
            cx.turn_to(maker.active.meta, block.level);
            block.rule.workspace(&mut cx);
            let mut found = cx.findings();
            // File by file, since what is known of one is not kept.
            found.sort_by_key(|raw| raw.diagnostic.span.source);
            let (mut of, mut known) = (None, Known::default());
            for raw in found {
                let source = raw.diagnostic.span.source;
                if of.replace(source) != Some(source) {
                    known = Known::default();
                }
                // Sources are numbered as their files are read.
                let index = places.binary_search_by_key(&source, |place| place.file.source).ok();
                match index.and_then(|at| Some((*places.get(at)?, outcomes.get_mut(at)?))) {
                    Some((place, out)) => self.late(place, out, &mut known, raw, maker),
                    None => rest.push(plain(raw, self.shared)),
                }
            }
        }
    }

    /// What is wrong with the policy itself.
    fn policy(&self, findings: &mut Vec<Finding>) {
        let mut cx = Context::new(self.shared);
        for (maker, block) in self.in_force() {
            cx.turn_to(maker.active.meta, block.level);
            block.rule.policy(&mut cx);
            findings.extend(cx.findings().into_iter().map(|raw| plain(raw, self.shared)));
        }
    }

    /// What is wrong with the waivers themselves, now that it is known what they were good for.
    fn waivers(&self, outcomes: &[Outcomes<'a>], findings: &mut Vec<Finding>) {
        let granted = self.shared.setup.waivers.iter();
        let mut cx = Context::new(self.shared);
        for waiver in outcomes.iter().flat_map(|out| &out.waivers.own).chain(granted) {
            for (maker, block) in self.in_force() {
                cx.turn_to(maker.active.meta, block.level);
                block.rule.waiver(waiver, &mut cx);
                findings.extend(cx.findings().into_iter().map(|raw| plain(raw, self.shared)));
            }
        }
    }

    fn finding(
        &self,
        place: Place<'a>,
        waivers: &Waivers<'a>,
        known: &Known<'a>,
        raw: Raw,
        made_by: &Maker<'_>,
        about: Option<About<'_, '_>>,
    ) -> Judged {
        let Raw { diagnostic, rule, evidence } = raw;
        let Maker { active, lint, .. } = *made_by;
        let mut finding = Finding { evidence, ..Finding::new(diagnostic) };
        let identity =
            rule.and_then(|index| known.identities.get_or_init(|| identities(place.file)).get(index as usize));
        let head = [finding.diagnostic.rule, place.path];
        let Some((About { rule: model, facts, verdicts }, identity)) = about.zip(identity) else {
            finding.fingerprint = fingerprint(head.into_iter().chain([finding.subject()]));
            waivers.apply(&self.shared, active, None, &mut finding);
            return Judged { lint, rule, finding };
        };
        let labels = identity.labels.iter().flat_map(|&(key, value)| [key, value]);
        let names = [identity.group, identity.name];
        finding.fingerprint = fingerprint(head.into_iter().chain(names).chain(labels).chain([finding.subject()]));
        finding.concern = Some(verdicts.concern.clone());
        if let (Some(patterns), Some(rule)) = (self.shared.patterns, rule.filter(|_| is_noise(active.meta))) {
            finding.evidence = patterns.facts(place.file.source, rule);
        }
        waivers.apply(&self.shared, active, rule.map(|index| (index, model, facts)), &mut finding);
        Judged { lint, rule, finding }
    }
}

/// Whether a lint rule judges by firing history.
#[must_use]
pub fn is_noise(meta: &Meta) -> bool {
    meta.id.starts_with("noisy-") || matches!(meta.id, "never-fired" | "pending-only")
}

/// A finding about a waiver or the policy.
fn plain(raw: Raw, shared: Shared<'_>) -> Finding {
    let mut finding = Finding { evidence: raw.evidence, ..Finding::new(raw.diagnostic) };
    let path = &shared.workspace.source(finding.diagnostic.span.source).path;
    let relative = path.strip_prefix(shared.part.root.as_str()).unwrap_or(path).trim_start_matches('/');
    finding.fingerprint = fingerprint([finding.diagnostic.rule, relative, finding.subject()]);
    finding
}

fn inside(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.range().contains(inner.range())
}

/// The last rule that begins at or before a place: what breaks the file there breaks it.
fn around(file: &File, span: Span) -> Option<u32> {
    let before = file.rules.iter().enumerate().filter(|(_, rule)| rule.span.start <= span.start);
    before.max_by_key(|(_, rule)| rule.span.start).map(|(index, _)| index as u32)
}
