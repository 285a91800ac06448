//! Figures of firing history: pages, how often, and whether there is enough of it to judge.

use super::time::{DAY, Millis, Period, WEEK, share, unite};
use super::{Episode, History, RuleHistory};
use std::collections::BTreeMap;

/// Whether a snapshot holds enough to judge by.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Sufficiency {
    /// It does.
    Enough,
    /// The window is too short: its length and the least that is asked for.
    ShortWindow(Millis, Millis),
    /// For too little of the window data was there: the covered time and the least that is asked for.
    LittleCoverage(Millis, Millis),
}

/// The share of the least window for which data must be there: restarts and short gaps are forgiven.
const LEAST_COVERAGE: f64 = 0.9;

impl History {
    /// Whether the snapshot spans at least `window`, and nine tenths of that are covered.
    pub fn suffices(&self, window: Millis) -> Sufficiency {
        self.suffices_for(self.head().window, window)
    }

    /// Whether the judged time of a rule spans at least `window`, and nine tenths of that are covered.
    pub fn suffices_for(&self, judged: Period, window: Millis) -> Sufficiency {
        let covered = covered(&self.head().coverage, judged);
        if judged.length() < window {
            Sufficiency::ShortWindow(judged.length(), window)
        } else if share(covered, window) < LEAST_COVERAGE {
            Sufficiency::LittleCoverage(covered, window)
        } else {
            Sufficiency::Enough
        }
    }

    /// Whether the snapshot ended more than `limit` before `today`: it says little of the present.
    pub fn stale(&self, today: Millis, limit: Millis) -> bool {
        today - self.head().window.to > limit
    }

    /// The time of the window for which data was there.
    pub fn covered(&self) -> Millis {
        covered(&self.head().coverage, self.head().window)
    }
}

/// The time of `window` that lies in any of `periods`.
pub fn covered(periods: &[Period], window: Period) -> Millis {
    let inside = periods.iter().filter_map(|period| period.intersection(window)).collect();
    unite(inside).into_iter().map(Period::length).sum()
}

/// When at least one series of a rule fired, in order.
pub(super) fn united(rule: &RuleHistory) -> Vec<Period> {
    let episodes = rule.firing().flat_map(|series| series.episodes);
    unite(episodes.map(Episode::period).collect())
}

/// When at least one series of a group fired, for each group of series whose values of these labels are the same. In order of time; two groups may overlap.
pub(super) fn grouped(rule: &RuleHistory, labels: &[String]) -> Vec<Period> {
    let mut groups: BTreeMap<Vec<&str>, Vec<Period>> = BTreeMap::new();
    for series in rule.firing() {
        let values = labels.iter().map(|name| series.labels.get(name).unwrap_or("")).collect();
        groups.entry(values).or_default().extend(series.episodes.iter().map(Episode::period));
    }
    let mut pages: Vec<_> = groups.into_values().flat_map(unite).collect();
    pages.sort();
    pages
}

/// How often a rule called somebody.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Frequency {
    /// Number of pages in the window.
    pub pages: usize,
    /// Number of firing episodes, one a series.
    pub episodes: usize,
    /// Pages a week of covered time; none where less than a day is covered.
    pub per_week: Option<f64>,
    /// The covered time.
    pub covered: Millis,
}

/// How often the rule called somebody, over the part of its judged time that is covered.
pub fn frequency(history: &History, rule: &RuleHistory) -> Frequency {
    let pages = rule.pages().len();
    let episodes = rule.firing().map(|series| series.episodes.len()).sum();
    let covered = covered(&history.head().coverage, rule.window);
    Frequency { pages, episodes, per_week: per_week(pages, covered), covered }
}

#[expect(clippy::cast_precision_loss, reason = "counts and lengths are far below 2^53")]
fn per_week(count: usize, covered: Millis) -> Option<f64> {
    (covered >= DAY).then(|| count as f64 * WEEK as f64 / covered as f64)
}

/// The standard normal quantile of 95 %: shares are judged by a one-sided bound.
const Z: f64 = 1.644_853_626_951_472_2;

/// The share that `part` of `whole` observations stands for at least, with 95 % confidence (lower end of Wilson's score interval). 0 where nothing was
/// observed.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn share_at_least(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    let (n, share) = (whole as f64, part as f64 / whole as f64);
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle - spread) / (1.0 + Z * Z / n)).max(0.0)
}
