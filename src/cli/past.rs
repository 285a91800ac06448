//! What alerts and waivers were before, from git and from the rules that the server of a snapshot had loaded.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::load::Loaded;
use super::revisions::{Change, Commit, Repository, commits};
use crate::evidence::Evidence;
use crate::evidence::history::{self, History, Millis, Past};
use crate::lint::patterns::digest;
use crate::lint::waiver;
use crate::model::{self, Part, RuleKind, lower};
use crate::policy::Policy;
use crate::source::{Source, SourceId};

/// More old versions of files than this are not read.
const MOST_VERSIONS: usize = 20_000;

/// Notes in `evidence` what is known of the past of all alerts and waivers.
pub(super) fn gather(evidence: &mut Evidence, loaded: &Loaded, today: Date) {
    let Some(history) = &evidence.history else { return };
    let today = today.to_zoned(TimeZone::UTC).map_or(0, |day| day.timestamp().as_millisecond());
    let mut found = Found::default();
    for (part, policy) in loaded.workspace.parts.iter().zip(&loaded.policies) {
        of_server(&mut found, loaded, part, history);
        of_git(&mut found, loaded, (part, policy), history.head().window.from, today);
    }
    (evidence.pasts, evidence.granted) = (found.pasts, found.granted);
}

#[derive(Default)]
struct Found {
    pasts: BTreeMap<(SourceId, u32), Past>,
    granted: BTreeMap<(SourceId, u32), Millis>,
}

impl Found {
    fn add(&mut self, place: (SourceId, u32), past: Past) {
        let known = self.pasts.remove(&place).unwrap_or_default();
        self.pasts.insert(place, known.and(past));
    }
}

/// An alert in a version of a file.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Version {
    name: String,
    digest: String,
}

fn versions(file: &model::File) -> Vec<(u32, Version)> {
    let alerts = file.rules.iter().enumerate().filter(|(_, rule)| rule.kind == RuleKind::Alert);
    let version = |rule: &model::Rule| Version { name: rule.name.value().to_owned(), digest: digest(file, rule) };
    alerts.map(|(index, rule)| (index as u32, version(rule))).collect()
}

/// What the rules that the server had loaded say.
fn of_server(found: &mut Found, loaded: &Loaded, part: &Part, history: &History) {
    let rules = &history.head().rules;
    if rules.is_empty() {
        return;
    }
    let (mut by_name, mut by_digest) = (HashMap::<&str, Vec<_>>::new(), HashMap::<&str, Vec<_>>::new());
    for rule in rules {
        by_name.entry(&rule.rule).or_default().push(rule);
        by_digest.entry(&rule.digest).or_default().push(rule);
    }
    let alerts: Vec<((SourceId, u32), Version)> = loaded
        .workspace
        .files(part)
        .flat_map(|(file, _)| versions(file).into_iter().map(|(index, version)| ((file.source, index), version)))
        .collect();
    let names: HashSet<&str> = alerts.iter().map(|(_, version)| version.name.as_str()).collect();
    let none = Vec::new();
    let pasts: Vec<_> = alerts
        .iter()
        .filter_map(|(place, version)| {
            let same_name = by_name.get(version.name.as_str()).unwrap_or(&none);
            let same = by_digest.get(version.digest.as_str()).unwrap_or(&none);
            let before = history::past(same_name, same, version.digest.as_str(), history.head().window.to, |name| {
                names.contains(name)
            })?;
            let kept = same_name.is_empty() || same_name.iter().any(|one| one.digest == version.digest);
            Some((*place, before, kept))
        })
        .collect();
    // Where hardly any rule is as the server has it, something between the files and the server rewrites them all: that they differ says nothing.
    let kept = pasts.iter().filter(|(.., kept)| *kept).count();
    let telling = kept * 2 >= pasts.len();
    for (place, before, kept) in pasts {
        if kept || telling {
            found.add(place, before);
        }
    }
}

/// An alert on its way back through the commits.
struct Tracked {
    place: (SourceId, u32),
    path: String,
    version: Version,
    past: Past,
    done: bool,
}

/// A waiver on its way back through the commits.
struct Written {
    place: (SourceId, u32),
    path: String,
    text: String,
    time: Option<Millis>,
}

/// What git says.
fn of_git(found: &mut Found, loaded: &Loaded, (part, policy): (&Part, &Policy), from: Millis, today: Millis) {
    let root = Path::new(&part.root);
    let Some(log) = commits(root, from) else { return };
    let Some(repository) = Repository::open(root) else { return };
    let options = lower::Options { dialect: policy.dialect, promql: policy.promql, named: true };
    let mut old = Old { repository, options, alerts: HashMap::new(), texts: HashMap::new() };
    let mut touched: HashSet<&str> =
        log.iter().flat_map(|commit| &commit.changes).map(|one| one.path.as_str()).collect();
    let uncommitted = uncommitted(loaded, part, &mut old);
    touched.extend(uncommitted.changes.iter().map(|change| change.path.as_str()));
    let mut alerts: Vec<Tracked> = Vec::new();
    let mut waivers: Vec<Written> = Vec::new();
    for (file, path) in loaded.workspace.files(part).filter(|(_, path)| touched.contains(path)) {
        let own = versions(file).into_iter().map(|(index, version)| Tracked {
            place: (file.source, index),
            path: path.to_owned(),
            version,
            past: Past::default(),
            done: false,
        });
        alerts.extend(own);
        let source = loaded.workspace.source(file.source);
        waivers.extend(waiver::of_file(file, source).iter().map(|waiver| written(waiver, path, source)));
    }
    for waiver in &policy.setup.waivers {
        let source = loaded.workspace.source(waiver.span.source);
        let path = Path::new(&source.path)
            .strip_prefix(root)
            .map_or_else(|_| source.path.clone(), |p| p.display().to_string());
        waivers.push(written(waiver, &path, source));
    }
    let now = Commit { time: today, ..uncommitted };
    for commit in std::iter::once(&now).chain(&log) {
        for alert in alerts.iter_mut().filter(|alert| !alert.done) {
            alert.back(commit, &mut old);
        }
        for waiver in waivers.iter_mut().filter(|waiver| waiver.time.is_none()) {
            waiver.back(commit, &mut old);
        }
    }
    alerts
        .into_iter()
        .filter(|alert| alert.past != Past::default())
        .for_each(|alert| found.add(alert.place, alert.past));
    found.granted.extend(waivers.into_iter().filter_map(|waiver| Some((waiver.place, waiver.time?))));
}

fn written(waiver: &waiver::Waiver, path: &str, source: &Source) -> Written {
    let text = source.slice(waiver.span.range()).trim().to_owned();
    Written { place: (waiver.span.source, waiver.span.start), path: path.to_owned(), text, time: None }
}

/// What differs between the last commit and the files at hand. Their old texts are noted in `old` under names of their own.
fn uncommitted(loaded: &Loaded, part: &Part, old: &mut Old) -> Commit {
    let mut changes = Vec::new();
    for (file, path) in loaded.workspace.files(part).filter(|(file, _)| !file.rules.is_empty()) {
        let name = format!("HEAD:./{path}");
        let before = old.text(&name);
        let text = loaded.workspace.source(file.source).text();
        if before.as_ref().is_some_and(|before| before != text) {
            changes.push(Change { path: path.to_owned(), old: Some(name), new: None });
        }
    }
    Commit { time: 0, changes }
}

impl Tracked {
    /// One commit further back: it was the same alert before, perhaps under another name or in another file; or this is where it changed or came from.
    fn back(&mut self, commit: &Commit, old: &mut Old) {
        let Some(change) = commit.changes.iter().find(|change| change.path == self.path) else { return };
        let before = change.old.as_deref().map(|name| old.alerts(&self.path, name)).unwrap_or_default();
        if before.contains(&self.version) {
            return;
        }
        let others = || commit.changes.iter().filter(|other| other.path != change.path);
        for other in others() {
            let Some(name) = other.old.as_deref() else { continue };
            if old.alerts(&other.path, name).contains(&self.version) {
                self.path.clone_from(&other.path);
                return;
            }
        }
        let after: Vec<Version> = match &change.new {
            Some(name) => old.alerts(&self.path, name),
            None => vec![self.version.clone()],
        };
        let gone = |one: &&Version| !after.contains(one);
        let former = before.iter().filter(gone).find(|one| one.name == self.version.name);
        let renamed = before.iter().filter(gone).find(|one| one.digest == self.version.digest);
        match (former, renamed) {
            (Some(_), _) => {
                self.past.since = Some(commit.time);
                self.done = true;
            }
            (None, Some(renamed)) if after.iter().all(|one| one.name != renamed.name) => {
                self.past.names.push(renamed.name.clone());
                self.version.name.clone_from(&renamed.name);
            }
            _ => self.done = true,
        }
    }
}

impl Written {
    fn back(&mut self, commit: &Commit, old: &mut Old) {
        let Some(change) = commit.changes.iter().find(|change| change.path == self.path) else { return };
        let there = change.old.as_deref().and_then(|name| old.text(name)).is_some_and(|text| text.contains(&self.text));
        if !there {
            self.time = Some(commit.time);
        }
    }
}

/// Old versions of files, each read once.
struct Old {
    repository: Repository,
    options: lower::Options,
    alerts: HashMap<String, Vec<Version>>,
    texts: HashMap<String, Option<String>>,
}

impl Old {
    fn text(&mut self, name: &str) -> Option<String> {
        if let Some(known) = self.texts.get(name) {
            return known.clone();
        }
        let text = if self.texts.len() < MOST_VERSIONS { self.repository.text(name) } else { None };
        self.texts.insert(name.to_owned(), text.clone());
        text
    }

    fn alerts(&mut self, path: &str, name: &str) -> Vec<Version> {
        if let Some(known) = self.alerts.get(name) {
            return known.clone();
        }
        let source = Source::new(path, self.text(name).unwrap_or_default());
        let file = lower::lower(&source, SourceId(0), &self.options);
        let alerts: Vec<Version> = versions(&file).into_iter().map(|(_, version)| version).collect();
        self.alerts.insert(name.to_owned(), alerts.clone());
        alerts
    }
}
