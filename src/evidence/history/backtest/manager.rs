//! One alerting rule, evaluation by evaluation, as Prometheus's rule manager does it (`rules/alerting.go`, `Eval`). Alerts that are resolved stay in
//! the server's memory for a while, so that the Alertmanager hears of it; that changes nothing here.

use crate::evidence::history::{Millis, State};
use std::collections::BTreeMap;

/// Names an alert of a rule: its labels are kept elsewhere.
pub(super) type AlertId = u32;

/// What of a rule decides about its alerts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub hold: Millis,
    pub keep: Millis,
    /// More alerts than this are an error; 0 is no limit.
    pub limit: usize,
}

#[derive(Clone, Copy, Debug)]
struct Alert {
    state: State,
    active_at: Millis,
    /// Since when it is only kept firing.
    kept_since: Option<Millis>,
    present: bool,
}

/// The alerts of one rule.
#[derive(Debug)]
pub(super) struct Manager {
    rules: Rules,
    active: BTreeMap<AlertId, Alert>,
    samples: Vec<(AlertId, State)>,
}

impl Manager {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules, active: BTreeMap::new(), samples: Vec::new() }
    }

    /// Whether nothing is pending or firing: an evaluation without results changes nothing then.
    pub(super) fn idle(&self) -> bool {
        self.active.is_empty()
    }

    /// Evaluates at `now`, the expression having given `present`. The answer is the samples of `ALERTS`; there are none where the evaluation fails: two
    /// results are the same alert, or there are more alerts than the limit, which also forgets all state.
    pub(super) fn evaluate(&mut self, now: Millis, present: &[AlertId]) -> &[(AlertId, State)] {
        self.samples.clear();
        if has_duplicates(present) {
            return &self.samples;
        }
        for alert in self.active.values_mut() {
            alert.present = false;
        }
        for &id in present {
            let new = Alert { state: State::Pending, active_at: now, kept_since: None, present: true };
            self.active.entry(id).or_insert(new).present = true;
        }
        let rules = self.rules;
        let samples = &mut self.samples;
        self.active.retain(|&id, alert| {
            let stays = alert.advance(now, rules);
            if stays {
                samples.push((id, alert.state));
            }
            stays
        });
        if rules.limit > 0 && self.samples.len() > rules.limit {
            self.active.clear();
            self.samples.clear();
        }
        &self.samples
    }
}

impl Alert {
    /// Whether it is still pending or firing.
    fn advance(&mut self, now: Millis, rules: Rules) -> bool {
        if self.present {
            self.kept_since = None;
        } else {
            if self.state == State::Pending || rules.keep <= 0 {
                return false;
            }
            let since = *self.kept_since.get_or_insert(now);
            if now - since >= rules.keep {
                return false;
            }
        }
        if now - self.active_at >= rules.hold {
            self.state = State::Firing;
        }
        true
    }
}

fn has_duplicates(present: &[AlertId]) -> bool {
    let mut sorted = present.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}
