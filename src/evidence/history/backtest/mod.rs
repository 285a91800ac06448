//! What rules would have done: their expressions are evaluated by a server over the past, and the rule manager is played over the results.

mod expand;
mod labels;
mod manager;

#[cfg(test)]
mod tests;

use super::{Millis, Period, Record, State};
use crate::evidence::prometheus::{Matrix, Query, QueryError, fetch};
use labels::Alerts;
use manager::{AlertId, Manager, Rules};
use std::collections::BTreeMap;

/// A rule group, as far as it decides when its alerts fire.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleGroup {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// How often it is evaluated; more than zero.
    pub interval: Millis,
    /// The most alerts one of its rules may have; 0 is no limit.
    pub limit: usize,
    /// How far in the past it evaluates (`query_offset`).
    pub query_offset: Millis,
    /// Its alerting rules.
    pub rules: Vec<AlertRule>,
}

/// An alerting rule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AlertRule {
    /// `alert`
    pub name: String,
    /// `expr`
    pub expr: String,
    /// `for`
    pub hold: Millis,
    /// `keep_firing_for`
    pub keep: Millis,
    /// Its labels, those of the group among them.
    pub labels: Vec<(String, String)>,
}

/// What one rule would have done.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// Its episodes, sorted by labels, state and start.
    pub episodes: Vec<Record>,
    /// Evaluations.
    pub evaluations: usize,
    /// Evaluations that failed on the server.
    pub failed: usize,
    /// Labels whose text cannot be told, and why; they show their raw text.
    pub unknown_labels: BTreeMap<String, String>,
}

/// Evaluations of a group from `window.from` to `window.to`, both inclusive: the multiples of its interval since the epoch.
pub fn evaluations(group: &RuleGroup, window: Period) -> Option<Period> {
    let interval = group.interval.max(1);
    let first = window.from.div_euclid(interval) * interval;
    let first = if first < window.from { first + interval } else { first };
    let last = window.to.div_euclid(interval) * interval;
    (first <= last).then_some(Period { from: first, to: last })
}

/// Plays `rule` of `group` over `window`, with no state before it.
pub fn backtest(
    server: &dyn Query,
    group: &RuleGroup,
    rule: &AlertRule,
    window: Period,
) -> Result<Outcome, QueryError> {
    if moves(&rule.expr) {
        let message = "`@ start()` and `@ end()` mean something else in a query over a range".to_owned();
        return Err(QueryError::Refused(message));
    }
    let mut play = Play::new(group, rule);
    if let Some(window) = evaluations(group, window) {
        let offset = group.query_offset;
        let asked = Period { from: window.from - offset, to: window.to - offset };
        fetch(server, &rule.expr, asked, group.interval.max(1), &mut |part, answer| play.part(part, answer))?;
        return Ok(play.finish(window));
    }
    Ok(play.finish(window))
}

/// Whether an expression asks for the ends of the query.
fn moves(expr: &str) -> bool {
    let tight: String = expr.chars().filter(|c| !c.is_whitespace()).collect();
    tight.contains("@start()") || tight.contains("@end()")
}

struct Run {
    first: Millis,
    last: Millis,
    samples: u32,
}

struct Play<'a> {
    group: &'a RuleGroup,
    rule: &'a AlertRule,
    alerts: Alerts<'a>,
    manager: Manager,
    runs: BTreeMap<(AlertId, State), Vec<Run>>,
    evaluations: usize,
    failed: usize,
}

impl<'a> Play<'a> {
    fn new(group: &'a RuleGroup, rule: &'a AlertRule) -> Self {
        let rules = Rules { hold: rule.hold, keep: rule.keep, limit: group.limit };
        Self {
            group,
            rule,
            alerts: Alerts::new(rule),
            manager: Manager::new(rules),
            runs: BTreeMap::new(),
            evaluations: 0,
            failed: 0,
        }
    }

    /// Plays the evaluations of a part of the window; none where the evaluations failed.
    fn part(&mut self, part: Period, answer: Option<&Matrix>) {
        let interval = self.group.interval.max(1);
        let steps = usize::try_from(part.length() / interval + 1).unwrap_or(0);
        self.evaluations += steps;
        let Some(matrix) = answer else {
            self.failed += steps;
            return;
        };
        let results = self.results(matrix);
        let mut results = results.as_slice();
        let mut present = Vec::new();
        for step in 0..steps {
            let now = part.from + interval * Millis::try_from(step).unwrap_or(0);
            let count = results.iter().take_while(|(at, _)| *at <= now).count();
            let (here, rest) = results.split_at(count);
            results = rest;
            if here.is_empty() && self.manager.idle() {
                continue;
            }
            present.clear();
            present.extend(here.iter().map(|&(_, id)| id));
            let evaluated = now + self.group.query_offset;
            for &(id, state) in self.manager.evaluate(evaluated, &present) {
                extend(self.runs.entry((id, state)).or_default(), now, interval);
            }
        }
    }

    /// Results by time: which alerts the expression gives.
    fn results(&mut self, matrix: &Matrix) -> Vec<(Millis, AlertId)> {
        let vary = self.alerts.vary();
        let mut results = Vec::new();
        for series in matrix {
            let mut id = None;
            for &(at, value) in &series.points {
                let id = match id {
                    Some(id) if !vary => id,
                    _ => *id.insert(self.alerts.id(&series.labels, value, at + self.group.query_offset)),
                };
                results.push((at, id));
            }
        }
        results.sort_by_key(|&(at, _)| at);
        results
    }

    fn finish(self, window: Period) -> Outcome {
        let end = window.to - self.group.query_offset;
        let mut episodes = Vec::new();
        for ((id, state), runs) in self.runs {
            episodes.extend(runs.into_iter().map(|run| Record {
                rule: self.rule.name.clone(),
                labels: self.alerts.labels(id).to_vec(),
                state,
                first: run.first,
                last: run.last,
                samples: run.samples,
                open: run.last == end,
                file: Some(self.group.file.clone()).filter(|file| !file.is_empty()),
                group: Some(self.group.name.clone()).filter(|name| !name.is_empty()),
                ..Record::default()
            }));
        }
        episodes.sort_by(|a, b| (&a.labels, a.state, a.first).cmp(&(&b.labels, b.state, b.first)));
        Outcome { episodes, evaluations: self.evaluations, failed: self.failed, unknown_labels: self.alerts.unknown }
    }
}

fn extend(runs: &mut Vec<Run>, now: Millis, interval: Millis) {
    match runs.last_mut() {
        Some(run) if now - run.last <= interval => {
            run.last = now;
            run.samples += 1;
        }
        _ => runs.push(Run { first: now, last: now, samples: 1 }),
    }
}
