//! Rules that fire only while another fires.

use super::measure::covered;
use super::noise::Share;
use super::time::{Millis, Period, share};
use super::{History, RuleHistory};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A rule whose pages lie inside those of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Redundant {
    /// Index of the rule.
    pub rule: usize,
    /// Index of the rule that fires around it.
    pub inside: usize,
    /// Its pages that lie inside the other's, of all its pages.
    pub pages: Share,
}

/// A rule that fires more than this share of the time contains anything by chance.
const MOST_FIRING: f64 = 0.5;

/// The rules of which at least `least` (0 to 1) of at least `support` pages lie inside the pages of one other rule: for each the rule that holds most of
/// them.
pub fn redundant(history: &History, rules: &[&RuleHistory], least: f64, support: usize) -> Vec<Redundant> {
    let all: Vec<_> = rules.iter().map(|rule| rule.united()).collect();
    let mut most: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for ((rule, inside), count) in inside(history, rules, &all) {
        let best = most.entry(rule).or_insert((inside, count));
        if count > best.1 {
            *best = (inside, count);
        }
    }
    let found = most.into_iter().map(|(rule, (inside, part))| {
        let pages = Share { part, whole: all.get(rule).map_or(0, |pages| pages.len()) };
        Redundant { rule, inside, pages }
    });
    found.filter(|found| found.pages.whole >= support && found.pages.value() >= least).collect()
}

/// How many pages of one rule lie inside those of another, for every pair that has any. Sweeps over time: at any instant a rule has at most one page.
fn inside(history: &History, rules: &[&RuleHistory], all: &[Cow<'_, [Period]>]) -> BTreeMap<(usize, usize), usize> {
    let mut starts: Vec<(Period, usize)> = Vec::new();
    for (index, pages) in all.iter().enumerate() {
        starts.extend(pages.iter().map(|page| (*page, index)));
    }
    starts.sort_unstable();
    let holds: Vec<_> = rules.iter().zip(all).map(|(rule, pages)| holds(history, rule, pages)).collect();
    let mut open: BTreeMap<usize, Millis> = BTreeMap::new();
    let mut counts = BTreeMap::new();
    let mut at = 0;
    while let Some((first, _)) = starts.get(at) {
        let together = starts.iter().skip(at).take_while(|(page, _)| page.from == first.from).count();
        let group = starts.get(at..at + together).unwrap_or(&[]);
        open.retain(|_, end| *end >= first.from);
        open.extend(
            group.iter().filter(|(_, rule)| holds.get(*rule) == Some(&true)).map(|(page, rule)| (*rule, page.to)),
        );
        for (page, rule) in group {
            for (other, _) in open.iter().filter(|(other, end)| *other != rule && **end >= page.to) {
                *counts.entry((*rule, *other)).or_default() += 1;
            }
        }
        at += together;
    }
    counts
}

/// Whether pages inside those of this rule mean anything.
fn holds(history: &History, rule: &RuleHistory, pages: &[Period]) -> bool {
    let firing: Millis = pages.iter().map(|page| page.length()).sum();
    share(firing, covered(&history.head().coverage, rule.window)) <= MOST_FIRING
}
