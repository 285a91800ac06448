//! What would have helped: the smallest `for` and `keep_firing_for` that take away most pages, replayed over the episodes.

use super::time::{HOUR, MINUTE, Millis, Period, unite};
use super::{Episode, RuleHistory, State};
use std::collections::BTreeMap;

/// The times of an alerting rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Timing {
    /// `for`.
    pub hold: Millis,
    /// `keep_firing_for`.
    pub keep: Millis,
}

/// Other times, and what they would have changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Remedy {
    /// The times to set.
    pub timing: Timing,
    /// Pages as they were.
    pub before: usize,
    /// Pages that would have been left.
    pub after: usize,
    /// Pages that lasted an hour or more; all of them are left.
    pub long: usize,
    /// How much later the slowest of the long pages would have come.
    pub delay: Millis,
}

/// Times that people write.
const CANDIDATES: [Millis; 9] =
    [MINUTE, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR];
/// A page of this length is trouble, and must come whatever else is taken away.
const LONG: Millis = HOUR;
/// Rules with more activations than this are not tried with both times changed at once.
const MOST_FOR_PAIRS: usize = 20_000;

/// The smallest times that take away most of what can be taken away, if that is at least half of the pages. `now` is what the rule has. A
/// rule that has `keep_firing_for` already does not show how long its expression really held, so that only that time is tried.
pub fn helped(rule: &RuleHistory, now: Timing) -> Option<Remedy> {
    let before = rule.pages();
    if before.is_empty() {
        return None;
    }
    let step = interval(rule).unwrap_or(0);
    let active = activations(rule, now.hold, step);
    let long: Vec<_> = before.iter().copied().filter(|page| page.length() >= LONG).collect();
    let replays: Vec<_> = candidates(now, active.iter().map(Vec::len).sum())
        .filter_map(|timing| {
            let extra = Timing { hold: timing.hold, keep: timing.keep - now.keep };
            let after = unite(active.iter().flat_map(|runs| replay(runs, extra, step)).collect());
            let delay = delay(&long, &after)?;
            Some(Remedy { timing, before: before.len(), after: after.len(), long: long.len(), delay })
        })
        .collect();
    let best = replays.iter().map(|remedy| remedy.after).min()?;
    let most = before.len() - (before.len().saturating_sub(best) * 4).div_ceil(5);
    let enough = replays.into_iter().filter(|remedy| remedy.after <= most && remedy.after * 2 <= before.len());
    enough.min_by_key(|remedy| (remedy.delay, remedy.timing.hold + remedy.timing.keep, remedy.after))
}

fn candidates(now: Timing, runs: usize) -> impl Iterator<Item = Timing> {
    let with = |own: Millis| std::iter::once(own).chain(CANDIDATES.into_iter().filter(move |&time| time > own));
    let pairs = runs <= MOST_FOR_PAIRS;
    with(now.hold).flat_map(move |hold| with(now.keep).map(move |keep| Timing { hold, keep })).filter(move |timing| {
        let (more_hold, more_keep) = (timing.hold > now.hold, timing.keep > now.keep);
        (more_hold || more_keep) && (pairs || !(more_hold && more_keep)) && (now.keep == 0 || !more_hold)
    })
}

/// The evaluation interval that the episodes show: the median of those that were counted.
pub(super) fn interval(rule: &RuleHistory) -> Option<Millis> {
    let of = |episode: &Episode| (episode.samples > 1).then(|| episode.length() / (Millis::from(episode.samples) - 1));
    let mut all: Vec<_> = rule.series.iter().flat_map(|series| series.episodes.iter().filter_map(of)).collect();
    let middle = all.len() / 2;
    (!all.is_empty()).then(|| *all.select_nth_unstable(middle).1)
}

/// When the expression held, series by series: pending and firing episodes that follow each other are one activation. Where pending episodes are not
/// known, `hold` stands for them.
fn activations(rule: &RuleHistory, hold: Millis, step: Millis) -> Vec<Vec<Period>> {
    let pending_known = rule.series.iter().any(|series| series.state == State::Pending);
    let before = if pending_known { 0 } else { hold };
    let mut series: BTreeMap<Vec<(&str, &str)>, Vec<Period>> = BTreeMap::new();
    for one in &rule.series {
        let early = if one.state == State::Firing { before } else { 0 };
        let runs = one.episodes.iter().map(|e| Period { from: e.first - early, to: e.last });
        series.entry(one.labels.iter().collect()).or_default().extend(runs);
    }
    series.into_values().map(|runs| join(runs, step + step / 2)).collect()
}

/// Periods in order, those no further apart than `slack` joined.
pub(super) fn join(runs: Vec<Period>, slack: Millis) -> Vec<Period> {
    let widened = runs.into_iter().map(|run| Period { from: run.from, to: run.to + slack });
    let joined = unite(widened.collect());
    joined.into_iter().map(|run| Period { from: run.from, to: run.to - slack }).collect()
}

/// When a series whose expression held in `active` would have fired (`rules/alerting.go`, `Eval`).
fn replay(active: &[Period], timing: Timing, step: Millis) -> Vec<Period> {
    let whole = |time: Millis| if step > 0 { (time + step - 1) / step * step } else { time };
    let (hold, keep) = (whole(timing.hold), whole(timing.keep));
    let mut fired: Vec<Period> = Vec::new();
    for run in active {
        match fired.last_mut() {
            Some(last) if run.from <= last.to + step => last.to = last.to.max(run.to + keep),
            _ if run.from + hold <= run.to => fired.push(Period { from: run.from + hold, to: run.to + keep }),
            _ => {}
        }
    }
    fired
}

/// How much later the slowest of the long pages comes; none if one of them does not come at all.
fn delay(long: &[Period], after: &[Period]) -> Option<Millis> {
    let delays = long.iter().map(|page| {
        let next = after.partition_point(|other| other.to < page.from);
        after.get(next).filter(|other| other.from <= page.to).map(|other| (other.from - page.from).max(0))
    });
    delays.collect::<Option<Vec<_>>>().map(|delays| delays.into_iter().max().unwrap_or(0))
}
