//! How much the people of one owner are called, shift by shift.

use super::hours::{Hours, Shift};
use super::time::{Millis, Period};
use std::collections::BTreeMap;

/// The load of one owner.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Load {
    /// Number of shifts that were covered.
    pub shifts: usize,
    /// Pages in the middle shift.
    pub p50: usize,
    /// Nine of ten shifts have no more pages than this.
    pub p90: usize,
    /// The shift with the most pages and their number; the first of equals.
    pub worst: Option<(Shift, usize)>,
    /// Shifts with more pages than the budget.
    pub over_budget: usize,
    /// Pages of all shifts.
    pub pages: usize,
    /// Pages of nights.
    pub nights: usize,
    /// The alerts that make the load and their pages, the most first.
    pub alerts: Vec<(String, usize)>,
}

/// The load that `alerts` (each with its pages) put on their owner. A shift counts by where a page begins, and only if at least half of it is
/// covered; `budget` is the number of pages in a shift that people can bear (2, says the book *Site Reliability Engineering*, chapter 11).
pub fn load(alerts: &[(String, Vec<Period>)], coverage: &[Period], hours: &Hours, budget: usize) -> Load {
    let mut shifts = covered_shifts(coverage, hours);
    let mut load = Load { shifts: shifts.len(), ..Load::default() };
    for (alert, pages) in alerts {
        let mut own = 0;
        for page in pages {
            let Some(shift) = hours.shift(page.from) else { continue };
            let Some(count) = shifts.get_mut(&shift) else { continue };
            *count += 1;
            own += 1;
            load.nights += usize::from(shift.night);
        }
        load.pages += own;
        if own > 0 {
            load.alerts.push((alert.clone(), own));
        }
    }
    load.alerts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    load.over_budget = shifts.values().filter(|&&count| count > budget).count();
    load.worst = shifts.iter().map(|(&shift, &count)| (shift, count)).rev().max_by_key(|&(_, count)| count);
    let mut counts: Vec<_> = shifts.into_values().collect();
    counts.sort_unstable();
    (load.p50, load.p90) = (percentile(&counts, 50), percentile(&counts, 90));
    load
}

/// The smallest of `sorted` that is not below `percent` of them (nearest rank).
fn percentile(sorted: &[usize], percent: usize) -> usize {
    let rank = (sorted.len() * percent).div_ceil(100);
    rank.checked_sub(1).and_then(|i| sorted.get(i)).copied().unwrap_or(0)
}

/// More shifts than in a hundred years are not looked at.
const MOST_SHIFTS: usize = 73_000;

fn covered_shifts(coverage: &[Period], hours: &Hours) -> BTreeMap<Shift, usize> {
    let mut shifts = BTreeMap::new();
    let mut time: BTreeMap<Shift, (Millis, Millis)> = BTreeMap::new();
    for period in coverage {
        let mut next = hours.shift(period.from);
        while let Some(shift) = next {
            next = shift.next();
            let (Some(start), Some(end)) = (hours.start(shift), next.and_then(|next| hours.start(next))) else { break };
            if start >= period.to || time.len() > MOST_SHIFTS {
                break;
            }
            let part = Period::new(start, end).intersection(*period).map_or(0, Period::length);
            let (covered, length) = time.entry(shift).or_insert((0, end - start));
            *covered += part;
            if *covered * 2 >= *length {
                shifts.insert(shift, 0);
            }
        }
    }
    shifts
}
