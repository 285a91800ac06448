//! Snapshots of several times, or of several servers, as one.

use super::line::SeriesKey;
use super::store::{Acknowledgement, Episode, Series, State};
use super::time::{Millis, Period, unite};
use super::write::Record;
use super::{Head, History, Loaded};
use std::collections::{BTreeMap, HashMap};

/// One snapshot of all that `histories` hold. Episodes of a series that overlap are one, so that what several servers, or snapshots with a common edge,
/// saw of the same alert is not counted twice; an episode that its window cut goes on in the next snapshot if no evaluation lies between.
pub fn merge(histories: &[History], tool: &str) -> Option<History> {
    let windows = histories.iter().map(|history| history.head().window);
    let window = windows.reduce(|a, b| Period { from: a.from.min(b.from), to: a.to.max(b.to) })?;
    let coverage = unite(histories.iter().flat_map(|history| history.head().coverage.iter().copied()).collect());
    let mut sources: Vec<&str> = histories.iter().flat_map(|h| h.head().source.split(", ")).collect();
    sources.sort_unstable();
    sources.dedup();
    let head = Head {
        window,
        coverage,
        source: sources.join(", "),
        tool: tool.to_owned(),
        digest: String::new(),
        rules: rules(histories),
    };
    let intervals = intervals(histories);
    let mut series: BTreeMap<SeriesKey, Vec<Record>> = BTreeMap::new();
    for one in histories.iter().flat_map(History::series) {
        let key = SeriesKey {
            rule: one.rule.to_owned(),
            labels: one.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            state: one.state,
            ..SeriesKey::default()
        };
        series.entry(key).or_default().extend(one.episodes.iter().map(|episode| record(&one, episode)));
    }
    let joined = series.into_iter().flat_map(|(key, records)| {
        let interval = intervals.get(&key.rule).copied();
        join(records, interval, window.to)
    });
    Some(History::new(head, joined.collect::<Vec<_>>()))
}

/// The rules that servers had loaded: of each name as the latest snapshot has it. What an earlier one with that name did not have yet is no older than the later.
fn rules(histories: &[History]) -> Vec<Loaded> {
    let mut order: Vec<&Head> = histories.iter().map(History::head).filter(|head| !head.rules.is_empty()).collect();
    order.sort_by_key(|head| head.window.to);
    let mut latest: BTreeMap<&str, Vec<Loaded>> = BTreeMap::new();
    for head in order {
        let mut own: BTreeMap<&str, Vec<Loaded>> = BTreeMap::new();
        for rule in &head.rules {
            let before = latest.get(rule.rule.as_str());
            let same = before.map(|all| all.iter().find(|one| one.digest == rule.digest));
            let since = match same {
                None => rule.since,
                Some(None) => Some(rule.since.unwrap_or(head.window.from).max(head.window.from)),
                Some(Some(same)) => same.since.max(rule.since),
            };
            own.entry(&rule.rule).or_default().push(Loaded { since, ..rule.clone() });
        }
        latest.extend(own);
    }
    let mut rules: Vec<Loaded> = latest.into_values().flatten().collect();
    rules.sort();
    rules.dedup();
    rules
}

impl History {
    /// All episodes, each with all that is known of it.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        self.series().flat_map(|series| series.episodes.iter().map(move |episode| record(&series, episode)))
    }
}

/// An episode with all that its series says.
fn record(series: &Series, episode: &Episode) -> Record {
    Record {
        rule: series.rule.to_owned(),
        labels: series.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        state: series.state,
        first: episode.first,
        last: episode.last,
        samples: episode.samples,
        open: episode.open(),
        file: series.file.map(str::to_owned),
        group: series.group.map(str::to_owned),
        acknowledgement: series.acknowledgement(episode).cloned().unwrap_or_default(),
    }
}

/// How often each rule is evaluated: the middle of what its counted episodes show.
fn intervals(histories: &[History]) -> HashMap<String, Millis> {
    let mut all: HashMap<&str, Vec<Millis>> = HashMap::new();
    for series in histories.iter().flat_map(History::series) {
        let shown = series.episodes.iter().filter_map(interval);
        all.entry(series.rule).or_default().extend(shown);
    }
    let middle = |mut shown: Vec<Millis>| {
        let middle = shown.len() / 2;
        (!shown.is_empty()).then(|| *shown.select_nth_unstable(middle).1)
    };
    all.into_iter().filter_map(|(rule, shown)| Some((rule.to_owned(), middle(shown)?))).collect()
}

fn interval(episode: &Episode) -> Option<Millis> {
    (episode.samples > 1).then(|| episode.length() / (Millis::from(episode.samples) - 1))
}

/// The episodes of one series in order, those that are the same united.
pub(super) fn join(mut records: Vec<Record>, interval: Option<Millis>, end: Millis) -> Vec<Record> {
    records.sort_by_key(|record| (record.first, record.last));
    let mut joined: Vec<Record> = Vec::with_capacity(records.len());
    for next in records {
        match joined.last_mut() {
            Some(last) if continues(last, &next, interval) => unify(last, next, interval),
            _ => joined.push(next),
        }
    }
    for record in &mut joined {
        let slack = interval.unwrap_or(0);
        record.open &= record.last + slack + slack / 2 >= end;
    }
    joined
}

fn continues(last: &Record, next: &Record, interval: Option<Millis>) -> bool {
    let slack = if last.open { interval.map_or(0, |interval| interval + interval / 2) } else { 0 };
    next.first <= last.last + slack
}

fn unify(last: &mut Record, next: Record, interval: Option<Millis>) {
    last.samples = match (last.samples, next.samples) {
        (0, _) | (_, 0) => 0,
        (a, b) if next.last <= last.last => a.max(b),
        (a, b) => (a + b).saturating_sub(shared(last, &next, interval)).max(b),
    };
    if next.last >= last.last {
        last.open = next.open;
    }
    last.last = last.last.max(next.last);
    if last.acknowledgement == Acknowledgement::default() {
        last.acknowledgement = next.acknowledgement;
    }
    last.file = last.file.take().or(next.file);
    last.group = last.group.take().or(next.group);
}

/// Evaluations that both saw.
fn shared(last: &Record, next: &Record, interval: Option<Millis>) -> u32 {
    let overlap = last.last - next.first;
    if overlap < 0 {
        return 0;
    }
    interval.filter(|&interval| interval > 0).map_or(1, |i| u32::try_from(overlap / i + 1).unwrap_or(u32::MAX))
}

impl Record {
    /// The state as the label `alertstate` says it; none for another text.
    pub(in crate::evidence) fn state_of(text: &str) -> Option<State> {
        match text {
            "pending" => Some(State::Pending),
            "firing" => Some(State::Firing),
            _ => None,
        }
    }
}
