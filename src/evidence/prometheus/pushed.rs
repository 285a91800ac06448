//! Episodes without their samples: the server is asked at which steps alerts begin and end.
//!
//! A step is no longer than the shortest evaluation interval, so that every evaluation is seen. Evaluations of a rule lie on a lattice, which one
//! sample shows: a step and the lattice together tell the evaluation. (`timestamp()` over a range would tell it as well, but takes a server minutes.)

use super::pull::{odd, selector_of, take_state};
use super::{Matrix, Query, QueryError, fetch};
use crate::evidence::history::{MINUTE, Millis, Period, Record, State, millis};
use std::collections::{BTreeMap, HashMap};

type Pairs = Vec<(String, String)>;

/// How long a server shows a series that has no new samples (`--query.lookback-delta`).
const LOOKBACK: Millis = 5 * MINUTE;
/// So many steps of an episode are fetched to see how often a rule is evaluated.
const MOST_SHOWN: Millis = 20;
/// So many steps of an episode show it clearly.
const LEAST_SHOWN: Millis = 6;
/// Labels that tell rules of one name apart: they may lie in groups that are evaluated at different instants.
const TELLING: [&str; 5] = ["alertname", "severity", "team", "cluster", "prometheus"];

/// What is known before alerts are asked for.
pub(super) struct Pushed<'a> {
    pub server: &'a dyn Query,
    /// The shortest evaluation interval.
    pub step: Millis,
    /// Evaluation intervals by alert.
    pub intervals: &'a HashMap<String, Millis>,
    /// When the server was down.
    pub down: &'a [Period],
}

/// When a rule is evaluated.
#[derive(Clone, Copy, Debug)]
struct Lattice {
    /// One of its evaluations.
    evaluation: Millis,
    interval: Millis,
    /// Whether that is so in all of the window. Where it is not, the samples are asked for.
    steady: bool,
}

impl Lattice {
    /// Whether there is an evaluation at an instant.
    fn holds(self, at: Millis) -> bool {
        self.before(at) == at
    }

    /// The evaluation at `at` or the last before.
    fn before(self, at: Millis) -> Millis {
        at - (at - self.evaluation).rem_euclid(self.interval)
    }
}

/// What happens to a series at a step; in this order where two come together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Event {
    /// It was there a step before and is no more.
    End,
    /// It is there and was not a step before.
    Start,
    /// It is there at the end of the window.
    Open,
}

/// A series of `ALERTS`, its events in order.
struct Series {
    rule: String,
    labels: Pairs,
    state: State,
    events: Vec<(Millis, Event)>,
}

impl Pushed<'_> {
    /// All episodes of `window`, the labels of replicas dropped; those of two replicas overlap.
    pub(super) fn records(&self, window: Period, replicas: &[String]) -> Result<Vec<Record>, QueryError> {
        let series = self.series(window)?;
        let lattices = self.lattices(&series, replicas)?;
        let active = self.active(window)?;
        let mut records = Vec::new();
        for one in &series {
            if let Some(&lattice) = lattices.get(&telling(&one.labels, replicas)) {
                records.extend(self.episodes(one, lattice, &active)?);
            }
        }
        for record in &mut records {
            record.labels.retain(|(name, _)| !replicas.contains(name));
        }
        Ok(records)
    }

    fn series(&self, window: Period) -> Result<Vec<Series>, QueryError> {
        let step = self.step;
        let mut events: BTreeMap<Pairs, Vec<(Millis, Event)>> = BTreeMap::new();
        let mut take = |answer: Option<&Matrix>, event: Event| {
            for series in answer.into_iter().flatten() {
                let own = events.entry(series.labels.clone()).or_default();
                own.extend(series.points.iter().map(|&(at, _)| (at, event)));
            }
        };
        let after = Period::new(window.from + step, window.to);
        let edge = after.from + after.length() / step * step;
        take(Some(&self.server.instant("ALERTS", window.from)?), Event::Start);
        let starts = format!("ALERTS unless ALERTS offset {step}ms");
        let ends = format!("ALERTS offset {step}ms unless ALERTS");
        fetch(self.server, &starts, after, step, &mut |_, answer| take(answer, Event::Start))?;
        fetch(self.server, &ends, after, step, &mut |_, answer| take(answer, Event::End))?;
        take(Some(&self.server.instant("ALERTS", edge)?), Event::Open);
        let series = events.into_iter().map(|(mut labels, mut events)| {
            let state = take_state(&mut labels)?;
            events.sort_unstable();
            let rule = labels.iter().find(|(name, _)| name == "alertname").map_or(String::new(), |(_, v)| v.clone());
            Ok(Series { rule, labels, state, events })
        });
        series.collect()
    }

    /// The lattice of each rule, from the samples of its longest episode; of the first and the last that show one, too: it may have changed between them.
    fn lattices(&self, series: &[Series], replicas: &[String]) -> Result<HashMap<Pairs, Lattice>, QueryError> {
        let mut all: BTreeMap<Pairs, Vec<(Period, &Series)>> = BTreeMap::new();
        for one in series {
            let own = all.entry(telling(&one.labels, replicas)).or_default();
            let shown = one.events.windows(2).filter(|pair| pair[0].1 == Event::Start);
            own.extend(shown.map(|pair| (Period::new(pair[0].0, pair[1].0), one)));
        }
        all.into_iter().map(|(key, shown)| Ok((key, self.lattice_of(&shown)?))).collect()
    }

    fn lattice_of(&self, shown: &[(Period, &Series)]) -> Result<Lattice, QueryError> {
        let longest = shown.iter().max_by_key(|(period, _)| period.length());
        let Some(&(period, series)) = longest else {
            return Err(odd("an alert that begins and neither ends nor lasts"));
        };
        let mut lattice = self.lattice(period, series)?;
        let clear = || shown.iter().filter(|(period, _)| period.length() >= LEAST_SHOWN * self.step);
        let (first, last) =
            (clear().min_by_key(|(period, _)| period.from), clear().max_by_key(|(period, _)| period.to));
        for &(period, series) in first.into_iter().chain(last) {
            let other = self.lattice(period, series)?;
            lattice.steady &= other.interval == lattice.interval && lattice.holds(other.evaluation);
        }
        Ok(lattice)
    }

    fn lattice(&self, shown: Period, series: &Series) -> Result<Lattice, QueryError> {
        let reach = shown.length().min(MOST_SHOWN * self.step) + self.step;
        // What is shown longer than it lasts ended without a mark: the last sample lies further back.
        let answer = self.server.instant(&format!("{}[{}ms]", selector(series), reach + LOOKBACK), shown.to)?;
        let own = answer.into_iter().find(|one| without_state(&one.labels, series.state) == series.labels);
        let mut points = own.map(|one| one.points).unwrap_or_default();
        // Those before are of another episode.
        points.retain(|&(at, _)| at > shown.from - self.step);
        let Some(&(evaluation, _)) = points.last() else { return Err(odd("an alert that is there and is not")) };
        let known = self.intervals.get(&series.rule).copied();
        let between = points.windows(2).map(|pair| pair[1].0 - pair[0].0).min();
        // Samples tell what was; the server only what is.
        let interval = if points.len() > 2 { between.or(known) } else { known.or(between) };
        Ok(Lattice { evaluation, interval: interval.unwrap_or_else(|| shown.length()).max(1), steady: true })
    }

    /// The last sample of a series at an instant.
    fn sample(&self, series: &Series, at: Millis) -> Result<Millis, QueryError> {
        let answer = self.server.instant(&format!("timestamp({})", selector(series)), at)?;
        let own = answer.iter().find(|one| without_state(&one.labels, series.state) == series.labels);
        let value = own.and_then(|one| one.points.first()).ok_or_else(|| odd("an alert that is there and is not"))?;
        millis(value.1).ok_or_else(|| odd("a time out of range"))
    }

    /// `ActiveAt` of alerts at the steps at which they begin, where the server was down in `window`.
    fn active(&self, window: Period) -> Result<HashMap<(Pairs, Millis), Millis>, QueryError> {
        let mut active = HashMap::new();
        if self.down.is_empty() {
            return Ok(active);
        }
        let expr = format!("ALERTS_FOR_STATE and ignoring(alertstate) (ALERTS unless ALERTS offset {}ms)", self.step);
        let after = Period::new(window.from + self.step, window.to);
        fetch(self.server, &expr, after, self.step, &mut |_, answer| {
            for series in answer.into_iter().flatten() {
                let mut labels = series.labels.clone();
                labels.retain(|(name, _)| name != "__name__");
                let points = series.points.iter().filter_map(|&(at, value)| Some((at, millis(value)?)));
                active.extend(points.map(|(at, value)| ((labels.clone(), at), value)));
            }
        })?;
        Ok(active)
    }

    fn episodes(
        &self,
        series: &Series,
        lattice: Lattice,
        active: &HashMap<(Pairs, Millis), Millis>,
    ) -> Result<Vec<Record>, QueryError> {
        let mut episodes: Vec<Record> = Vec::new();
        let mut began = None;
        for &(at, event) in &series.events {
            let last = match (event, began) {
                (Event::Start, None) => {
                    let first = if lattice.steady { lattice.before(at) } else { self.sample(series, at)? };
                    began = Some((first, at));
                    continue;
                }
                (Event::Open, None) => continue,
                (Event::End, Some((first, _))) => self.last(series, at, first, lattice)?,
                (Event::Open, Some(_)) if lattice.steady => lattice.before(at),
                (Event::Open, Some(_)) => self.sample(series, at)?,
                _ => return Err(odd("begins and ends of an alert do not alternate")),
            };
            let Some((first, seen)) = began.take() else { continue };
            let one = Self::record(series, lattice, Period::new(first, last), event == Event::Open);
            let restored = active.get(&(series.labels.clone(), seen)).copied();
            match episodes.last_mut() {
                Some(earlier) if self.bridged(earlier, &one, restored) => {
                    (earlier.last, earlier.open) = (one.last, one.open);
                    earlier.samples += one.samples;
                }
                _ => episodes.push(one),
            }
        }
        if began.is_some() { Err(odd("an alert that begins and neither ends nor lasts")) } else { Ok(episodes) }
    }

    /// The last evaluation of a series that is gone at the step `at`: the one before the server marked its end. A server that stopped did not: there the
    /// series was shown for a while longer, and only its sample tells.
    fn last(&self, series: &Series, at: Millis, first: Millis, lattice: Lattice) -> Result<Millis, QueryError> {
        let marked = lattice.before(at);
        let shown = Period::new(at - LOOKBACK - self.step, at);
        let stopped = self.down.iter().any(|down| down.intersection(shown).is_some());
        let last = marked - lattice.interval;
        if lattice.steady && marked > at - self.step && last >= first && !stopped {
            return Ok(last);
        }
        self.sample(series, at - self.step)
    }

    fn record(series: &Series, lattice: Lattice, period: Period, open: bool) -> Record {
        Record {
            rule: series.rule.clone(),
            labels: series.labels.clone(),
            state: series.state,
            first: period.from,
            last: period.to,
            samples: u32::try_from(period.length() / lattice.interval + 1).unwrap_or(u32::MAX),
            open,
            ..Record::default()
        }
    }

    /// Whether an alert went on over a time when the server was down: it kept its `ActiveAt`.
    fn bridged(&self, earlier: &Record, next: &Record, active_at: Option<Millis>) -> bool {
        let gap = Period::new(earlier.last, next.first);
        active_at.is_some_and(|active| active <= earlier.last)
            && self.down.iter().any(|down| down.intersection(gap).is_some())
    }
}

/// What tells the groups of rules apart.
fn telling(labels: &[(String, String)], replicas: &[String]) -> Pairs {
    let tells = |name: &String| TELLING.contains(&name.as_str()) || replicas.contains(name);
    labels.iter().filter(|(name, _)| tells(name)).cloned().collect()
}

/// The labels without `alertstate`, if that is `state`; nothing otherwise.
fn without_state(labels: &[(String, String)], state: State) -> Pairs {
    let fits = labels.iter().any(|(name, value)| name == "alertstate" && value == state.as_str());
    labels.iter().filter(|(name, _)| fits && name != "alertstate" && name != "__name__").cloned().collect()
}

/// The selector of one series of `ALERTS`; others may fit it that have further labels.
fn selector(series: &Series) -> String {
    let state = ("alertstate".to_owned(), series.state.as_str().to_owned());
    selector_of(series.labels.iter().chain([&state]))
}
