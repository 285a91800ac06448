//! Samples of `ALERTS` made into episodes.
//!
//! The series vanishes when an alert ends, it does not turn 0: a gap of more than one and a half evaluation intervals ends an episode. A gap in which the
//! server was down does not, if the alert was active before and after: it kept its `ActiveAt`, or no evaluation in between could have told.

use super::merge::join;
use super::store::State;
use super::time::{DAY, Millis, Period, SECOND, unite};
use super::write::Record;
use std::collections::{BTreeMap, HashMap};

/// One series of `ALERTS` as a server holds it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Samples {
    /// Its labels without `__name__` and `alertstate`; `alertname` is the rule.
    pub labels: Vec<(String, String)>,
    /// `alertstate`
    pub state: State,
    /// When it has samples, in order.
    pub times: Vec<Millis>,
    /// `ALERTS_FOR_STATE` of the same alert, where known: time and value, in order.
    pub active_at: Vec<(Millis, Millis)>,
}

/// What is known of the evaluations besides their results.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Grid {
    /// The time that was looked at.
    pub window: Period,
    /// Evaluation intervals by rule, where known: the latest entry at or before an instant holds. Where none is known, the samples tell.
    pub intervals: HashMap<String, Vec<(Millis, Millis)>>,
    /// When the server evaluated nothing, in order.
    pub down: Vec<Period>,
    /// Labels that tell replicas of one server apart: dropped.
    pub replicas: Vec<String>,
}

impl Grid {
    /// Whether samples lie so far apart that either an alert alternates, or its rule was evaluated less often for a while: `ALERTS_FOR_STATE` tells the two apart.
    pub fn doubts(&self, samples: &[Samples]) -> bool {
        let inferred = infer(samples, self);
        samples.iter().any(|one| {
            let steps = self.steps(rule(&one.labels), &inferred);
            let wide = one.times.windows(2).filter(|pair| {
                let (gap, step) = (pair[1] - pair[0], steps.at(pair[0]).unwrap_or(0));
                gap > step + step / 2 && gap <= MOST_MISSED * step
            });
            wide.count() >= FEW
        })
    }

    fn steps<'a>(&'a self, rule: &str, inferred: &'a HashMap<String, BTreeMap<i64, Shown>>) -> Steps<'a> {
        Steps { known: self.intervals.get(rule).map_or(&[], Vec::as_slice), shown: inferred.get(rule) }
    }
}

/// So many evaluations may be missing where `ALERTS_FOR_STATE` says that an alert went on.
const MOST_MISSED: Millis = 5;
/// Once or twice is chance.
const FEW: usize = 3;

/// The episodes in `samples`, replicas united.
pub fn segment(samples: Vec<Samples>, grid: &Grid) -> Vec<Record> {
    let inferred = infer(&samples, grid);
    let mut series: BTreeMap<(Vec<(String, String)>, State), Seen> = BTreeMap::new();
    for mut one in samples {
        let rule = rule(&one.labels).to_owned();
        let steps = Steps { known: grid.intervals.get(&rule).map_or(&[], Vec::as_slice), shown: inferred.get(&rule) };
        let replica = one.labels.iter().any(|(name, _)| grid.replicas.contains(name));
        one.labels.retain(|(name, _)| !grid.replicas.contains(name));
        let seen = series.entry((one.labels.clone(), one.state)).or_default();
        seen.interval = seen.interval.max(steps.at(grid.window.to));
        seen.replicas |= replica;
        seen.records.extend(episodes(&rule, &one, &steps, grid));
    }
    let end = grid.window.to;
    series.into_values().flat_map(|seen| seen.unite(end)).collect()
}

/// What all replicas saw of a series.
#[derive(Default)]
struct Seen {
    interval: Option<Millis>,
    replicas: bool,
    records: Vec<Record>,
}

fn rule(labels: &[(String, String)]) -> &str {
    labels.iter().find(|(name, _)| name == "alertname").map_or("", |(_, value)| value)
}

/// Evaluation intervals over time.
struct Steps<'a> {
    known: &'a [(Millis, Millis)],
    /// By day.
    shown: Option<&'a BTreeMap<i64, Shown>>,
}

/// The interval that the samples of a day show, and how often two of them lie just so far apart.
#[derive(Clone, Copy, Default)]
struct Shown {
    interval: Millis,
    count: usize,
}

impl Steps<'_> {
    fn at(&self, time: Millis) -> Option<Millis> {
        let shown = self.shown.and_then(|by_day| {
            let day = time.div_euclid(DAY);
            let before = by_day.range(..=day).next_back();
            before.or_else(|| by_day.range(day..).next()).map(|(_, shown)| *shown)
        });
        let next = self.known.partition_point(|&(from, _)| from <= time);
        let known = next.checked_sub(1).and_then(|i| self.known.get(i)).map(|&(_, interval)| interval);
        match (known, shown) {
            // What is known is of today: samples closer to each other show that the rule was evaluated more often.
            (Some(known), Some(shown)) if shown.interval < known && shown.count >= FEW => Some(shown.interval),
            (Some(known), _) => Some(known),
            (None, shown) => shown.map(|shown| shown.interval),
        }
    }
}

/// Evaluations lie on a lattice: its width is the greatest common divisor of the distances between the samples of a rule, day by day and replica by
/// replica. One series that alternates cannot tell, all series of a rule in a day nearly always can.
fn infer(samples: &[Samples], grid: &Grid) -> HashMap<String, BTreeMap<i64, Shown>> {
    let mut last: HashMap<(&str, Vec<&str>, i64), Millis> = HashMap::new();
    let mut widths: HashMap<(&str, i64), Millis> = HashMap::new();
    for one in samples {
        let rule = rule(&one.labels);
        let replica: Vec<&str> = grid.replicas.iter().filter_map(|r| value(&one.labels, r)).collect();
        for &time in &one.times {
            let day = time.div_euclid(DAY);
            if let Some(before) = last.insert((rule, replica.clone(), day), time) {
                let width = widths.entry((rule, day)).or_default();
                *width = gcd(*width, (time - before).abs());
            }
        }
    }
    let mut inferred: HashMap<String, BTreeMap<i64, Shown>> = HashMap::new();
    for ((rule, day), interval) in widths.into_iter().filter(|&(_, width)| width >= SECOND) {
        inferred.entry(rule.to_owned()).or_default().insert(day, Shown { interval, count: 0 });
    }
    for one in samples {
        let Some(by_day) = inferred.get_mut(rule(&one.labels)) else { continue };
        for pair in one.times.windows(2) {
            if let Some(shown) = by_day.get_mut(&pair[0].div_euclid(DAY)) {
                shown.count += usize::from(pair[1] - pair[0] == shown.interval);
            }
        }
    }
    inferred
}

fn value<'a>(labels: &'a [(String, String)], name: &str) -> Option<&'a str> {
    labels.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

fn gcd(a: Millis, b: Millis) -> Millis {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The episodes of one series of one replica.
fn episodes(rule: &str, series: &Samples, steps: &Steps, grid: &Grid) -> Vec<Record> {
    let mut episodes: Vec<Record> = Vec::new();
    for &time in &series.times {
        match episodes.last_mut() {
            Some(last) if time <= last.last => {}
            Some(last) if goes_on(series, last.last, time, steps, grid) => {
                last.last = time;
                last.samples += 1;
            }
            _ => episodes.push(Record {
                rule: rule.to_owned(),
                labels: series.labels.clone(),
                state: series.state,
                first: time,
                last: time,
                samples: 1,
                ..Record::default()
            }),
        }
    }
    if let Some(last) = episodes.last_mut() {
        last.open = last.last + steps.at(last.last).map_or(0, |step| step + step / 2) >= grid.window.to;
    }
    episodes
}

/// Whether an alert with samples at `before` and `after`, and none between, was in one state all the time.
fn goes_on(series: &Samples, before: Millis, after: Millis, steps: &Steps, grid: &Grid) -> bool {
    let step = steps.at(before).max(steps.at(after));
    let most = step.map_or(0, |step| step + step / 2);
    let gap = Period { from: before, to: after };
    if gap.length() <= most {
        return true;
    }
    let same = active_at(series, before).is_some_and(|active| active_at(series, after) == Some(active));
    if same && step.is_some_and(|step| gap.length() <= MOST_MISSED * step) {
        return true;
    }
    let first = grid.down.partition_point(|down| down.to < before);
    let inside = grid.down.iter().skip(first).take_while(|down| down.from <= after);
    let down: Millis = inside.filter_map(|down| down.intersection(gap)).map(Period::length).sum();
    if down == 0 {
        return false;
    }
    let up = gap.length() - down;
    match (active_at(series, before), active_at(series, after)) {
        // It was restored: the server took it for the same alert.
        (Some(a), Some(b)) if a == b => true,
        // What came after is another alert, unless it is only younger because the server forgot.
        (Some(_), Some(b)) if b < after - most => false,
        _ => step.is_some_and(|step| up < step),
    }
}

/// `ALERTS_FOR_STATE` at an instant.
fn active_at(series: &Samples, time: Millis) -> Option<Millis> {
    let next = series.active_at.partition_point(|&(at, _)| at <= time);
    next.checked_sub(1).and_then(|i| series.active_at.get(i)).filter(|&&(at, _)| at == time).map(|&(_, value)| value)
}

impl Seen {
    /// Episodes of several replicas that overlap or touch are one, each replica having seen its own evaluations.
    fn unite(self, end: Millis) -> Vec<Record> {
        let (Some(interval), true) = (self.interval.filter(|&i| i > 0), self.replicas) else {
            return join(self.records, self.interval, end);
        };
        let mut records = self.records;
        records.sort_by_key(|record| (record.first, record.last));
        let mut joined: Vec<Record> = Vec::new();
        for next in records {
            match joined.last_mut() {
                Some(last) if next.first <= last.last + interval => {
                    last.open |= next.open;
                    last.last = last.last.max(next.last);
                    let whole = (last.last - last.first + interval / 2) / interval + 1;
                    last.samples = u32::try_from(whole).unwrap_or(u32::MAX);
                }
                _ => joined.push(next),
            }
        }
        joined
    }
}

/// The parts of `window` that no period covers, shorter ones than `least` left out.
pub(in crate::evidence) fn gaps(covered: &[Period], window: Period, least: Millis) -> Vec<Period> {
    let mut gaps = Vec::new();
    let mut at = window.from;
    for period in unite(covered.to_vec()) {
        gaps.push(Period::new(at, period.from));
        at = at.max(period.to);
    }
    gaps.push(Period::new(at, window.to));
    gaps.retain(|gap| gap.length() >= least.max(1));
    gaps
}
