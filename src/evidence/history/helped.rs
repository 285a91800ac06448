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

impl Timing {
    /// The fields whose times are others in `after`, with those times.
    pub fn changed(self, after: Self) -> impl Iterator<Item = (&'static str, Millis)> + Clone {
        let fields = [("for", self.hold, after.hold), ("keep_firing_for", self.keep, after.keep)];
        fields.into_iter().filter(|(_, before, after)| before != after).map(|(key, _, after)| (key, after))
    }
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
/// So many episodes show the evaluation interval of a rule.
const MOST_SHOWING: usize = 10_000;

/// The smallest times that take away most of what can be taken away, if that is at least half of the pages. Both at once are changed only where neither alone takes
/// away four fifths of all. `now` is what the rule has. A rule that has `keep_firing_for` already does not show how long its expression really held, so that only that
/// time is tried.
pub fn helped(rule: &RuleHistory, now: Timing) -> Option<Remedy> {
    let before = rule.united();
    if before.is_empty() {
        return None;
    }
    let step = interval(rule).unwrap_or(0);
    let active = Active::of(rule, now.hold, step);
    let long: Vec<_> = before.iter().copied().filter(|page| page.length() >= LONG).collect();
    let replay = |timing: Timing| {
        let extra = Timing { hold: timing.hold, keep: timing.keep - now.keep };
        let after = active.replay(extra, step);
        let delay = delay(&long, &after)?;
        Some(Remedy { timing, before: before.len(), after: after.len(), long: long.len(), delay })
    };
    let mut replays: Vec<Remedy> = alone(now).into_iter().filter_map(replay).collect();
    let least = |replays: &[Remedy]| replays.iter().map(|remedy| remedy.after).min();
    let plenty = least(&replays).is_some_and(|after| after * 5 <= before.len());
    if !plenty && now.keep == 0 && active.runs.len() <= MOST_FOR_PAIRS {
        replays.extend(together(now).into_iter().filter_map(replay));
    }
    let best = least(&replays)?;
    let most = before.len() - (before.len().saturating_sub(best) * 4).div_ceil(5);
    let enough = replays.into_iter().filter(|remedy| remedy.after <= most && remedy.after * 2 <= before.len());
    enough.min_by_key(|remedy| (remedy.delay, remedy.timing.hold + remedy.timing.keep, remedy.after))
}

fn longer(than: Millis) -> impl Iterator<Item = Millis> + Clone {
    CANDIDATES.into_iter().filter(move |&time| time > than)
}

/// One of the two times changed.
fn alone(now: Timing) -> Vec<Timing> {
    let holds = longer(now.hold).filter(|_| now.keep == 0).map(|hold| Timing { hold, ..now });
    holds.chain(longer(now.keep).map(|keep| Timing { keep, ..now })).collect()
}

/// Both changed.
fn together(now: Timing) -> Vec<Timing> {
    longer(now.hold).flat_map(|hold| longer(now.keep).map(move |keep| Timing { hold, keep })).collect()
}

/// The evaluation interval that the episodes show: the median of those that were counted.
pub(super) fn interval(rule: &RuleHistory) -> Option<Millis> {
    let of = |episode: &Episode| (episode.samples > 1).then(|| episode.length() / (Millis::from(episode.samples) - 1));
    let shown = rule.series.iter().flat_map(|series| series.episodes.iter().filter_map(of));
    let mut all: Vec<_> = shown.take(MOST_SHOWING).collect();
    let middle = all.len() / 2;
    (!all.is_empty()).then(|| *all.select_nth_unstable(middle).1)
}

/// When the expression of a rule held: pending and firing episodes of a series that follow each other are one activation.
struct Active {
    /// In order of time.
    runs: Vec<Run>,
    series: usize,
}

struct Run {
    period: Period,
    /// Which series.
    series: usize,
}

impl Active {
    /// Where pending episodes are not known, `hold` stands for them.
    fn of(rule: &RuleHistory, hold: Millis, step: Millis) -> Self {
        let pending_known = rule.series.iter().any(|series| series.state == State::Pending);
        let before = if pending_known { 0 } else { hold };
        let mut all: BTreeMap<Vec<(&str, &str)>, Vec<Period>> = BTreeMap::new();
        for one in &rule.series {
            let early = if one.state == State::Firing { before } else { 0 };
            let runs = one.episodes.iter().map(|e| Period { from: e.first - early, to: e.last });
            all.entry(one.labels.iter().collect()).or_default().extend(runs);
        }
        let series = all.len();
        let joined = all.into_values().enumerate().flat_map(|(series, runs)| {
            join(runs, step + step / 2).into_iter().map(move |period| Run { period, series })
        });
        let mut runs: Vec<Run> = joined.collect();
        // Not unstable: the runs of each series are in order already.
        runs.sort_by_key(|run| run.period.from);
        Self { runs, series }
    }

    /// The pages that there would have been (`rules/alerting.go`, `Eval`).
    fn replay(&self, timing: Timing, step: Millis) -> Vec<Period> {
        let whole = |time: Millis| if step > 0 { (time + step - 1) / step * step } else { time };
        let (hold, keep) = (whole(timing.hold), whole(timing.keep));
        let mut ends: Vec<Option<Millis>> = vec![None; self.series];
        let mut pages: Vec<Period> = Vec::new();
        for Run { period, series } in &self.runs {
            let Some(end) = ends.get_mut(*series) else { continue };
            let until = period.to + keep;
            match *end {
                // It still fires, and goes on.
                Some(last) if period.from <= last + step => {
                    // What another series began between the two evaluations is the same page.
                    while pages.last().is_some_and(|page| page.from > last) && pages.len() > 1 {
                        let joined = pages.pop().map_or(last, |page| page.to);
                        extend(&mut pages, joined);
                    }
                    extend(&mut pages, until);
                    *end = Some(last.max(until));
                }
                _ if period.from + hold <= period.to => {
                    let from = period.from + hold;
                    match pages.last_mut() {
                        Some(page) if from <= page.to => page.to = page.to.max(until),
                        _ => pages.push(Period { from, to: until }),
                    }
                    *end = Some(until);
                }
                _ => {}
            }
        }
        pages
    }
}

fn extend(pages: &mut [Period], to: Millis) {
    if let Some(page) = pages.last_mut() {
        page.to = page.to.max(to);
    }
}

/// Periods in order, those no further apart than `slack` joined.
fn join(runs: Vec<Period>, slack: Millis) -> Vec<Period> {
    let widened = runs.into_iter().map(|run| Period { from: run.from, to: run.to + slack });
    let joined = unite(widened.collect());
    joined.into_iter().map(|run| Period { from: run.from, to: run.to - slack }).collect()
}

/// How much later the slowest of the long pages comes; none if one of them does not come at all.
fn delay(long: &[Period], after: &[Period]) -> Option<Millis> {
    let delays = long.iter().map(|page| {
        let next = after.partition_point(|other| other.to < page.from);
        after.get(next).filter(|other| other.from <= page.to).map(|other| (other.from - page.from).max(0))
    });
    delays.collect::<Option<Vec<_>>>().map(|delays| delays.into_iter().max().unwrap_or(0))
}
