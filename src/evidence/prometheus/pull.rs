//! Firing history from a server's `ALERTS`, slice by slice.
//!
//! For few series the samples themselves are fetched; for many the server is asked only for the instants at which alerts began and ended, which is
//! exact too: no two evaluations lie in one step of the query.

use super::pushed::Pushed;
use super::{Matrix, Query, QueryError, fetch};
use crate::evidence::history::{
    DAY, Grid, HOUR, Head, History, Loaded, MINUTE, Millis, Period, Record, Samples, State, gaps, merge, millis,
    segment,
};
use std::collections::HashMap;

/// What to pull.
#[derive(Clone, Debug, Default)]
pub struct Pull {
    /// The time to look at.
    pub window: Period,
    /// Labels that tell replicas of one server apart; dropped.
    pub replicas: Vec<String>,
    /// How to ask; none chooses by the number of samples.
    pub way: Option<Way>,
    /// Where the episodes come from, for people; no credentials.
    pub source: String,
    /// What writes the snapshot.
    pub tool: String,
}

type Pairs = Vec<(String, String)>;

/// How to ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// All samples.
    Raw,
    /// Only where alerts begin and end.
    Pushed,
}

/// Labels by which replicas of one server are told apart where nobody says otherwise.
pub const REPLICAS: [&str; 5] = ["replica", "prometheus_replica", "__replica__", "rule_replica", "receive_replica"];
/// Slices reach so far back into the one before that an alert that goes on is seen in both.
const OVERLAP: Millis = 10 * MINUTE;
/// More samples a day than this are not fetched: about 10 MB.
const MOST_RAW: f64 = 500_000.0;
/// Where nobody says how often rules are evaluated, and no sample shows it.
const SHORTEST: Millis = 15_000;

/// Pulls a window, on from `before` if that is given. After every slice `save` gets a whole snapshot up to there, so that a pull that is killed goes on
/// where it was.
pub fn pull(
    server: &dyn Query,
    pull: &Pull,
    before: Option<History>,
    save: &mut dyn FnMut(&History) -> Result<(), String>,
) -> Result<History, QueryError> {
    let window =
        before.as_ref().map_or(pull.window, |b| Period::new(b.head().window.to.max(pull.window.from), pull.window.to));
    let known = Known::ask(server, window)?;
    let rules = known.loaded(before.as_ref(), window.to);
    let way = match pull.way {
        Some(way) => way,
        None => choose(server, window.to)?,
    };
    let mut all = before;
    let mut from = window.from;
    let mut width = if way == Way::Raw { DAY } else { 7 * DAY };
    while from < window.to || all.is_none() {
        let slice = Period::new(from, window.to.min(from + width));
        match known.slice(server, pull, slice, way) {
            Ok(part) => {
                let parts: Vec<_> = all.into_iter().chain([part]).collect();
                let merged = merge(&parts, &pull.tool).unwrap_or_default().with_rules(rules.clone());
                save(&merged).map_err(QueryError::Unreachable)?;
                all = Some(merged);
                from = slice.to;
            }
            Err(QueryError::TooMuch(_)) if slice.length() > 2 * OVERLAP => width = slice.length() / 2,
            Err(error) => return Err(error),
        }
    }
    Ok(all.unwrap_or_default())
}

/// What is known of the server.
struct Known {
    /// By alert.
    intervals: HashMap<String, Millis>,
    step: Millis,
    witness: Option<Witness>,
    /// When its data begins, roughly; none where there is none.
    begin: Option<Millis>,
    /// The alerting rules it has loaded: name and digest.
    rules: Vec<(String, String)>,
}

/// Series that are there whenever the server is.
struct Witness {
    selector: &'static str,
    /// How often they have samples.
    every: Millis,
    /// Since when.
    from: Millis,
}

impl Known {
    fn ask(server: &dyn Query, window: Period) -> Result<Self, QueryError> {
        let mut intervals: HashMap<String, Millis> = HashMap::new();
        let mut rules = Vec::new();
        for rule in server.rules().unwrap_or_default() {
            if !rule.digest.is_empty() {
                rules.push((rule.name.clone(), rule.digest));
            }
            if rule.interval > 0 {
                let own = intervals.entry(rule.name).or_insert(rule.interval);
                *own = (*own).min(rule.interval);
            }
        }
        let alerts = begin(server, "ALERTS", window)?;
        // What the server has loaded says how often rules are evaluated now, the samples how often they were.
        let early = alerts.map_or(window.to, |begin| begin.max(window.from) + HOUR).min(window.to);
        let shown = [shown_interval(server, early)?, shown_interval(server, window.to)?];
        let step = intervals.values().copied().chain(shown.into_iter().flatten()).min().unwrap_or(SHORTEST);
        let witness = witness(server, window, step)?;
        let begin = alerts.into_iter().chain(witness.as_ref().map(|witness| witness.from)).min();
        Ok(Self { intervals, step, witness, begin, rules })
    }

    /// The rules as a snapshot keeps them. What an earlier snapshot with rules does not have is new at `now`.
    fn loaded(&self, before: Option<&History>, now: Millis) -> Vec<Loaded> {
        let known = before.map(|before| before.head().rules.as_slice()).unwrap_or_default();
        if self.rules.is_empty() {
            return known.to_vec();
        }
        let of = |(rule, digest): &(String, String)| {
            let same = known.iter().find(|one| one.rule == *rule && one.digest == *digest);
            let since = match same {
                Some(same) => same.since,
                None => Some(now).filter(|_| !known.is_empty()),
            };
            Loaded { rule: rule.clone(), digest: digest.clone(), since }
        };
        let mut rules: Vec<Loaded> = self.rules.iter().map(of).collect();
        rules.sort();
        rules.dedup();
        rules
    }

    fn slice(&self, server: &dyn Query, pull: &Pull, slice: Period, way: Way) -> Result<History, QueryError> {
        let window = Period::new(slice.from - OVERLAP, slice.to);
        let down = self.down(server, window)?;
        let replicas = pull.replicas.clone();
        let steps = self.intervals.iter().map(|(rule, &step)| (rule.clone(), vec![(Millis::MIN, step)])).collect();
        let records = match way {
            Way::Raw => {
                let mut samples = raw(server, window)?;
                let grid = Grid { window, intervals: steps, down: down.clone(), replicas };
                if !down.is_empty() || grid.doubts(&samples) {
                    add_active(server, window, &mut samples)?;
                }
                segment(samples, &grid)
            }
            Way::Pushed => {
                let asked = Pushed { server, step: self.step, intervals: &self.intervals, down: &down };
                asked.records(window, &replicas)?
            }
        };
        let coverage = match self.begin {
            Some(begin) if begin <= slice.to => gaps(&down, Period::new(begin.max(slice.from), slice.to), 1),
            _ => Vec::new(),
        };
        let head =
            Head { window: slice, coverage, source: pull.source.clone(), tool: pull.tool.clone(), ..Head::default() };
        Ok(History::new(head, records.into_iter().filter(|record| record.last >= slice.from)))
    }

    /// When nothing was evaluated, in order.
    fn down(&self, server: &dyn Query, window: Period) -> Result<Vec<Period>, QueryError> {
        let Some(Witness { selector, every, from }) = &self.witness else { return Ok(Vec::new()) };
        let Some(window) = Period::new(*from, window.to.max(*from)).intersection(window) else { return Ok(Vec::new()) };
        let reach = every + every / 2;
        let expr = format!("absent_over_time({selector}[{reach}ms])");
        let mut absent: Vec<Period> = Vec::new();
        fetch(server, &expr, window, every / 4, &mut |_, answer| {
            let points = answer.into_iter().flatten().flat_map(|series| &series.points);
            absent.extend(points.map(|&(at, _)| Period::new(at - reach, at)));
        })?;
        let inside: Vec<_> = absent.into_iter().filter_map(|period| period.intersection(window)).collect();
        Ok(gaps(&gaps(&inside, window, 1), window, 1))
    }
}

pub(super) fn odd(why: &str) -> QueryError {
    QueryError::Malformed(why.to_owned())
}

/// Takes `alertstate` and `__name__` out of the labels of a series.
pub(super) fn take_state(labels: &mut Vec<(String, String)>) -> Result<State, QueryError> {
    let state = labels.iter().find(|(name, _)| name == "alertstate").and_then(|(_, text)| Record::state_of(text));
    labels.retain(|(name, _)| name != "alertstate" && name != "__name__");
    state.ok_or_else(|| odd("`ALERTS` without a known `alertstate`"))
}

/// The way that suits the number of samples of the last day.
fn choose(server: &dyn Query, at: Millis) -> Result<Way, QueryError> {
    let count = server.instant("sum(count_over_time(ALERTS[1d]))", at);
    match count {
        Ok(answer) if first_value(&answer).unwrap_or(0.0) <= MOST_RAW => Ok(Way::Raw),
        Ok(_) | Err(QueryError::TooMuch(_)) => Ok(Way::Pushed),
        Err(error) => Err(error),
    }
}

/// All samples of a slice.
fn raw(server: &dyn Query, window: Period) -> Result<Vec<Samples>, QueryError> {
    let mut all = Vec::new();
    for mut series in server.instant(&format!("ALERTS[{}ms]", reach(window)), window.to)? {
        let state = take_state(&mut series.labels)?;
        let times: Vec<_> = series.points.iter().map(|&(at, _)| at).filter(|&at| at >= window.from).collect();
        if !times.is_sorted_by(|a, b| a < b) {
            return Err(odd("samples out of order"));
        }
        all.push(Samples { labels: series.labels, state, times, active_at: Vec::new() });
    }
    Ok(all)
}

/// Adds `ALERTS_FOR_STATE`.
fn add_active(server: &dyn Query, window: Period, samples: &mut [Samples]) -> Result<(), QueryError> {
    let mut actives: HashMap<Pairs, Vec<(Millis, Millis)>> = HashMap::new();
    for mut series in server.instant(&format!("ALERTS_FOR_STATE[{}ms]", reach(window)), window.to)? {
        series.labels.retain(|(name, _)| name != "__name__");
        let points = series.points.iter().filter_map(|&(at, v)| Some((at, millis(v)?)));
        actives.insert(series.labels, points.collect());
    }
    for one in samples {
        one.active_at = actives.get(&one.labels).cloned().unwrap_or_default();
    }
    Ok(())
}

/// The length of a range selector. One more millisecond: servers of version 3 leave out the first instant of a range.
fn reach(window: Period) -> Millis {
    window.length() + 1
}

/// The evaluation interval that the samples of the busiest alert show in the hour before an instant.
fn shown_interval(server: &dyn Query, at: Millis) -> Result<Option<Millis>, QueryError> {
    let Some(mut busiest) = server.instant("topk(1, count_over_time(ALERTS[1h]))", at)?.pop() else { return Ok(None) };
    busiest.labels.retain(|(name, _)| name != "__name__");
    let samples = server.instant(&format!("{}[1h]", selector_of(busiest.labels.iter())), at)?;
    let gaps = samples.iter().flat_map(|one| one.points.windows(2).map(|pair| pair[1].0 - pair[0].0));
    Ok(gaps.min().filter(|&gap| gap >= 1000))
}

/// The selector of the series of `ALERTS` that have these labels. Names that only newer servers know how to write are left out.
pub(super) fn selector_of<'a>(labels: impl Iterator<Item = &'a (String, String)>) -> String {
    let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let matchers = labels.filter(|(name, _)| plain(name)).map(|(name, value)| format!("{name}={}", quoted(value)));
    format!("ALERTS{{{}}}", matchers.collect::<Vec<_>>().join(","))
}

/// A string literal of an expression.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// What is there whenever the server is: a heartbeat alert, or what a server says of itself.
fn witness(server: &dyn Query, window: Period, step: Millis) -> Result<Option<Witness>, QueryError> {
    let heartbeat = r#"ALERTS{alertname=~"(?i).*(watchdog|deadman|heartbeat).*",alertstate="firing"}"#;
    for (selector, every) in [(heartbeat, step.max(MINUTE)), ("prometheus_rule_group_interval_seconds", 2 * MINUTE)] {
        if let Some(from) = begin(server, selector, window)? {
            return Ok(Some(Witness { selector, every, from }));
        }
    }
    Ok(None)
}

/// When the first of some series has its first sample, to a two-hundredth of the window.
fn begin(server: &dyn Query, selector: &str, window: Period) -> Result<Option<Millis>, QueryError> {
    let step = (window.length() / (200 * MINUTE)).max(1) * MINUTE;
    let mut first = None;
    let expr = format!("count(count_over_time({selector}[{step}ms]))");
    fetch(server, &expr, window, step, &mut |_, answer| {
        let times = answer.into_iter().flatten().flat_map(|series| &series.points).map(|&(at, _)| at);
        first = first.into_iter().chain(times).min();
    })?;
    Ok(first.map(|at: Millis| (at - step).max(window.from)))
}

fn first_value(answer: &Matrix) -> Option<f64> {
    answer.first().and_then(|series| series.points.first()).map(|&(_, value)| value)
}
