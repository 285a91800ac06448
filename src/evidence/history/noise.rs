//! The ways in which an alert can be noise, each as figures; where the limits lie is no concern of this module.

use super::hours::Hours;
use super::measure::{covered, share_at_least};
use super::time::{DAY, Millis, Period, share};
use super::{Episode, History, RuleHistory, Series, State};
use std::collections::BTreeSet;

/// Some of many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Share {
    /// How many are meant.
    pub part: usize,
    /// Of how many.
    pub whole: usize,
}

impl Share {
    /// From 0 to 1; 0 of nothing is 0.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn value(self) -> f64 {
        if self.whole == 0 { 0.0 } else { self.part as f64 / self.whole as f64 }
    }

    /// What it stands for at least, with 95 % confidence.
    pub fn at_least(self) -> f64 {
        share_at_least(self.part, self.whole)
    }
}

/// Pages that ended by themselves within `limit` of their start. A page that the window cut short while it was shorter than that counts neither way.
pub fn short_lived(rule: &RuleHistory, limit: Millis) -> Share {
    let cut = cut_pages(rule);
    let (mut part, mut whole) = (0, 0);
    for page in rule.pages() {
        let short = page.length() <= limit;
        if short && cut.contains(&page.to) {
            continue;
        }
        whole += 1;
        part += usize::from(short);
    }
    Share { part, whole }
}

/// The ends of episodes that the window cut.
fn cut_pages(rule: &RuleHistory) -> BTreeSet<Millis> {
    let episodes = rule.firing().flat_map(|series| series.episodes);
    episodes.filter(|episode| episode.open()).map(|episode| episode.last).collect()
}

/// How often the same series fired again soon after it had stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flapping {
    /// Episodes that began soon after the one before, of all episodes.
    pub again: Share,
    /// Days (UTC) on which episodes began.
    pub days: usize,
}

/// Episodes of single series that began within `soon` of the end of the one before.
pub fn flapping(rule: &RuleHistory, soon: Millis) -> Flapping {
    let mut again = Share::default();
    let mut days = BTreeSet::new();
    for series in rule.firing() {
        let mut last = None;
        again.whole += series.episodes.len();
        again.part += series.episodes.windows(2).filter(|pair| pair[1].first - pair[0].last <= soon).count();
        // Most episodes begin on the day of the one before.
        for day in series.episodes.iter().map(|episode| episode.first.div_euclid(DAY)) {
            if last.replace(day) != Some(day) {
                days.insert(day);
            }
        }
    }
    Flapping { again, days: days.len() }
}

/// How long a rule fired.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stuck {
    /// The share of the covered time in which at least one series fired.
    pub share: f64,
    /// The longest that one series fired without a pause.
    pub longest: Millis,
}

/// How long the rule fired.
pub fn stuck(history: &History, rule: &RuleHistory) -> Stuck {
    let firing: Millis = rule.united().iter().map(|page| page.length()).sum();
    let longest = rule.firing().flat_map(|series| series.episodes).map(Episode::length).max();
    Stuck {
        share: share(firing, covered(&history.head().coverage, rule.window)).min(1.0),
        longest: longest.unwrap_or(0),
    }
}

/// Pages outside of working hours that nobody acknowledged, of all pages.
pub fn off_hours(rule: &RuleHistory, hours: &Hours) -> Share {
    let acknowledged = acknowledged_pages(rule);
    let part = acknowledged.iter().filter(|(page, acknowledged)| !acknowledged && !hours.working(page.from)).count();
    Share { part, whole: acknowledged.len() }
}

/// Pages that nobody acknowledged, of all pages.
pub fn unacknowledged(rule: &RuleHistory) -> Share {
    let acknowledged = acknowledged_pages(rule);
    let part = acknowledged.iter().filter(|(_, acknowledged)| !acknowledged).count();
    Share { part, whole: acknowledged.len() }
}

/// Each page and whether somebody acknowledged an episode of it.
fn acknowledged_pages(rule: &RuleHistory) -> Vec<(Period, bool)> {
    let acknowledged = |series: &Series, episode: &Episode| {
        let done = series.acknowledgement(episode);
        done.is_some_and(|done| done.at.is_some() || done.by.is_some())
    };
    let mut starts: Vec<Millis> = rule
        .firing()
        .flat_map(|series| series.episodes.iter().filter(|e| acknowledged(series, e)).map(|e| e.first))
        .collect();
    starts.sort_unstable();
    let within = |page: &Period| {
        let next = starts.partition_point(|&start| start < page.from);
        starts.get(next).is_some_and(|&start| start <= page.to)
    };
    rule.pages().iter().map(|&page| (page, within(&page))).collect()
}

/// What a rule did that hardly does anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quiet {
    /// Number of firing episodes.
    pub firing: usize,
    /// Number of pending episodes that did not lead to firing, all of them where nothing fired.
    pub pending: usize,
}

/// How often the rule fired, and how often it was only pending.
pub fn quiet(rule: &RuleHistory) -> Quiet {
    let count = |state| rule.series.iter().filter(|s| s.state == state).map(|s| s.episodes.len()).sum::<usize>();
    let firing = count(State::Firing);
    Quiet { firing, pending: count(State::Pending).saturating_sub(firing) }
}
