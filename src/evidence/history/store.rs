//! Episodes in memory: 24 bytes each, grouped by series, every text stored once.

use super::line::{Resolver, SeriesKey};
use super::time::{Millis, Period};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// What an alert is doing in an episode (`alertstate`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum State {
    /// The expression holds, `for` is not over.
    Pending,
    /// It fires.
    #[default]
    Firing,
}

impl State {
    /// As the label `alertstate` says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
        }
    }
}

/// A run of evaluations of one series in one state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Episode {
    /// The first evaluation in the state.
    pub first: Millis,
    /// The last evaluation in the state.
    pub last: Millis,
    /// Number of evaluations in the state; 0 where the source does not count them.
    pub samples: u32,
    /// Index into the acknowledgements plus one, 0 without; the top bit says that the window ended first.
    pub(super) more: u32,
}

pub(super) const OPEN: u32 = 1 << 31;

impl Episode {
    /// Whether the window ended before the episode did.
    pub fn open(&self) -> bool {
        self.more & OPEN != 0
    }

    /// From the first to the last evaluation.
    pub fn period(&self) -> Period {
        Period { from: self.first, to: self.last }
    }

    /// Time from the first to the last evaluation.
    pub fn length(&self) -> Millis {
        self.last - self.first
    }

    /// The part of it in `window`.
    fn cut(mut self, window: Period) -> Self {
        if self.last > window.to {
            self.more |= OPEN;
        }
        self.last = self.last.min(window.to);
        self.first = self.first.max(window.from);
        self
    }

    /// Takes in one of the same series that begins later and overlaps: what is known twice is known once.
    fn unite(&mut self, other: Self) {
        let open = if other.last > self.last { other.more } else { self.more | other.more } & OPEN;
        let acknowledged = if self.more & !OPEN == 0 { other.more } else { self.more } & !OPEN;
        self.last = self.last.max(other.last);
        self.samples = self.samples.max(other.samples);
        self.more = open | acknowledged;
    }
}

/// What people did about an episode.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Acknowledgement {
    /// When somebody acknowledged it.
    pub at: Option<Millis>,
    /// Who did.
    pub by: Option<Arc<str>>,
    /// Who ended it.
    pub resolved: Option<Resolver>,
}

/// The labels of a series, sorted by name.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    strings: &'a Strings,
    pairs: &'a [(u32, u32)],
}

impl<'a> Labels<'a> {
    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let strings = self.strings;
        self.pairs.iter().map(|&(name, value)| (strings.get(name), strings.get(value)))
    }
}

/// The episodes of one series of a rule in one state.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// The alert's name.
    pub rule: &'a str,
    /// Its labels, without `alertstate` and `__name__`.
    pub labels: Labels<'a>,
    /// The state of its episodes.
    pub state: State,
    /// The file of the rule, where the snapshot says.
    pub file: Option<&'a str>,
    /// The rule group, where the snapshot says.
    pub group: Option<&'a str>,
    /// The episodes in order of time; at least one.
    pub episodes: &'a [Episode],
    acknowledgements: &'a [Acknowledgement],
}

impl<'a> Series<'a> {
    /// What people did about `episode`, which is one of this series; none where the source does not say.
    pub fn acknowledgement(&self, episode: &Episode) -> Option<&'a Acknowledgement> {
        (episode.more & !OPEN).checked_sub(1).and_then(|i| self.acknowledgements.get(i as usize))
    }
}

/// Texts, each stored once.
#[derive(Debug, Default)]
pub(super) struct Strings {
    texts: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, u32>,
}

impl Strings {
    fn id(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let (text, id) = (Arc::<str>::from(text), u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(text.clone());
        self.ids.insert(text, id);
        id
    }

    fn get(&self, id: u32) -> &str {
        self.texts.get(id as usize).map_or("", |text| text)
    }
}

#[derive(PartialEq, Eq, Hash, Clone, Debug)]
struct Key {
    rule: u32,
    labels: Arc<[(u32, u32)]>,
    state: State,
    file: Option<u32>,
    group: Option<u32>,
}

/// All episodes of a snapshot.
#[derive(Debug, Default)]
pub(super) struct Store {
    strings: Strings,
    ids: HashMap<Key, u32>,
    keys: Vec<Key>,
    /// Runs of episodes of one series, in the order of `episodes`; one a series once sorted.
    runs: Vec<(u32, Range<u32>)>,
    episodes: Vec<Episode>,
    acknowledgements: Vec<Acknowledgement>,
}

impl Store {
    /// Whether any episode says what people did about it.
    pub(super) fn acknowledged(&self) -> bool {
        !self.acknowledgements.is_empty()
    }

    /// Whether any episode is pending.
    pub(super) fn pending(&self) -> bool {
        self.keys.iter().any(|key| key.state == State::Pending)
    }

    pub(super) fn len(&self) -> usize {
        self.episodes.len()
    }

    /// Adds episodes of a series; their acknowledgements are given apart.
    pub(super) fn add(&mut self, key: &SeriesKey, episodes: &[Episode]) {
        let id = self.series_id(key);
        let start = self.end();
        self.episodes.extend_from_slice(episodes);
        let end = self.end();
        match self.runs.last_mut() {
            Some((last, run)) if *last == id => run.end = end,
            _ => self.runs.push((id, start..end)),
        }
    }

    /// Adds one episode and what people did about it.
    pub(super) fn add_acknowledged(&mut self, key: &SeriesKey, mut episode: Episode, acknowledgement: Acknowledgement) {
        self.acknowledgements.push(acknowledgement);
        episode.more |= u32::try_from(self.acknowledgements.len()).unwrap_or(0) & !OPEN;
        self.add(key, &[episode]);
    }

    fn end(&self) -> u32 {
        u32::try_from(self.episodes.len()).unwrap_or(u32::MAX)
    }

    fn series_id(&mut self, key: &SeriesKey) -> u32 {
        let labels = key.labels.iter().map(|(name, value)| (self.strings.id(name), self.strings.id(value)));
        let labels = labels.collect();
        let rule = self.strings.id(&key.rule);
        let file = key.file.as_deref().map(|file| self.strings.id(file));
        let group = key.group.as_deref().map(|group| self.strings.id(group));
        let key = Key { rule, labels, state: key.state, file, group };
        if let Some(&id) = self.ids.get(&key) {
            return id;
        }
        let id = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(key.clone());
        self.ids.insert(key, id);
        id
    }

    /// Brings series and episodes in order. Costs little where they came in order.
    pub(super) fn sort(&mut self) {
        self.ids = HashMap::new();
        let rank = self.ranks();
        let in_order = self.runs.is_sorted_by(|a, b| rank[a.0 as usize] < rank[b.0 as usize]);
        if !in_order {
            self.regroup(&rank);
        }
        for (_, run) in &self.runs {
            let episodes = &mut self.episodes[run.start as usize..run.end as usize];
            if !episodes.is_sorted_by_key(|e| (e.first, e.last)) {
                episodes.sort_by_key(|e| (e.first, e.last));
            }
        }
    }

    /// Cuts episodes to `window` and unites those of a series that overlap; says whether there was anything to do. Everything must be sorted.
    pub(super) fn tidy(&mut self, window: Period) -> bool {
        let loose = |(_, run): &(u32, Range<u32>)| {
            let episodes = &self.episodes[run.start as usize..run.end as usize];
            let overlap = episodes.windows(2).any(|pair| pair[1].first <= pair[0].last);
            overlap || episodes.iter().any(|one| one.first < window.from || one.last > window.to)
        };
        if !self.runs.iter().any(loose) {
            return false;
        }
        let mut tidied: Vec<Episode> = Vec::with_capacity(self.episodes.len());
        for (_, run) in &mut self.runs {
            let start = tidied.len();
            for episode in &self.episodes[run.start as usize..run.end as usize] {
                let episode = episode.cut(window);
                match tidied[start..].last_mut() {
                    Some(kept) if episode.first <= kept.last => kept.unite(episode),
                    _ => tidied.push(episode),
                }
            }
            let place = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
            *run = place(start)..place(tidied.len());
        }
        self.episodes = tidied;
        true
    }

    /// For each series its place in the order of rule, labels, state.
    fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..u32::try_from(self.keys.len()).unwrap_or(u32::MAX)).collect();
        order.sort_by(|&a, &b| self.compare(&self.keys[a as usize], &self.keys[b as usize]));
        let mut rank = vec![0; order.len()];
        for (place, series) in (0..).zip(order) {
            rank[series as usize] = place;
        }
        rank
    }

    fn compare(&self, a: &Key, b: &Key) -> std::cmp::Ordering {
        let text = |id: u32| self.strings.get(id);
        let labels = |key: &Key| {
            let pairs: Vec<_> = key.labels.iter().map(|&(name, value)| (text(name), text(value))).collect();
            pairs
        };
        let rest = |key: &Key| (key.state, key.file.map(text), key.group.map(text));
        let names = text(a.rule).cmp(text(b.rule));
        names.then_with(|| labels(a).cmp(&labels(b))).then_with(|| rest(a).cmp(&rest(b)))
    }

    fn regroup(&mut self, rank: &[u32]) {
        let mut runs = std::mem::take(&mut self.runs);
        runs.sort_by_key(|(series, _)| rank[*series as usize]);
        let mut episodes = Vec::with_capacity(self.episodes.len());
        for (series, run) in runs {
            let start = u32::try_from(episodes.len()).unwrap_or(u32::MAX);
            episodes.extend_from_slice(&self.episodes[run.start as usize..run.end as usize]);
            let end = u32::try_from(episodes.len()).unwrap_or(u32::MAX);
            match self.runs.last_mut() {
                Some((last, run)) if *last == series => run.end = end,
                _ => self.runs.push((series, start..end)),
            }
        }
        self.episodes = episodes;
    }

    pub(super) fn series(&self) -> impl Iterator<Item = Series<'_>> {
        self.runs.iter().map(|run| self.view(run))
    }

    /// The series of rules of one name; none of the others is looked at.
    pub(super) fn named(&self, rule: &str) -> impl Iterator<Item = Series<'_>> + use<'_> {
        let name = |run: &(u32, Range<u32>)| self.strings.get(self.keys[run.0 as usize].rule);
        let start = self.runs.partition_point(|run| name(run) < rule);
        let end = self.runs.partition_point(|run| name(run) <= rule);
        self.runs[start..end].iter().map(|run| self.view(run))
    }

    fn view(&self, (series, run): &(u32, Range<u32>)) -> Series<'_> {
        let key = &self.keys[*series as usize];
        Series {
            rule: self.strings.get(key.rule),
            labels: Labels { strings: &self.strings, pairs: &key.labels },
            state: key.state,
            file: key.file.map(|id| self.strings.get(id)),
            group: key.group.map(|id| self.strings.get(id)),
            episodes: &self.episodes[run.start as usize..run.end as usize],
            acknowledgements: &self.acknowledgements,
        }
    }
}
