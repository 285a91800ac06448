//! Thirty days of alerts of every kind, what a server stores of them, and the truth.

use crate::server::{STALE, Stored};
use groundrules::evidence::history::{DAY, History, MINUTE, Millis, Period, SECOND, State};
use std::collections::BTreeMap;

/// Midnight of a day that is over for any clock this runs under, and a phase with milliseconds as real evaluations have it.
pub(crate) const START: Millis = 1_767_225_600_000;
const PHASE: Millis = 7 * SECOND + 647;
pub(crate) const DAYS: i64 = 30;

pub(crate) type Labels = Vec<(String, String)>;
pub(crate) type Truth = BTreeMap<(Labels, State), Vec<(Millis, Millis)>>;

/// One alert: when its expression holds, in evaluations.
pub(crate) struct Alert {
    pub(crate) labels: Labels,
    interval: Millis,
    /// The evaluation from which on the interval is twice as long.
    slower: i64,
    hold: i64,
    active: Vec<(i64, i64)>,
}

impl Alert {
    fn time(&self, evaluation: i64) -> Millis {
        START + PHASE + (evaluation + evaluation.saturating_sub(self.slower).max(0)) * self.interval
    }
}

pub(crate) fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// When the server was down.
pub(crate) fn down() -> Period {
    Period::new(START + 12 * DAY + 3 * MINUTE, START + 12 * DAY + 33 * MINUTE)
}

/// Alerts of every kind: more than 210 series in 30 days.
pub(crate) fn alerts() -> Vec<Alert> {
    let day = DAY / MINUTE;
    let always = |name: &str| Alert {
        labels: labels(&[("alertname", name), ("severity", "page")]),
        interval: MINUTE,
        slower: i64::MAX,
        hold: 0,
        active: vec![(0, DAYS * day)],
    };
    let mut alerts = vec![always("Watchdog"), always("Stuck")];
    for i in 0..217_i64 {
        let (name, interval, hold, every, length) = match i % 7 {
            _ if i >= 209 => ("Changed", MINUTE, i % 2, 500 + i, 40),
            0 => ("Frequent", MINUTE, 0, 360 + i, 25),
            1 => ("Flapping", MINUTE, 0, 1440, 0),
            2 => ("Short", MINUTE, 2, 700 + i, 4),
            3 => ("PendingOnly", MINUTE, 10, 900 + i, 6),
            4 => ("Long", MINUTE, 5, 4000 + i, 900),
            5 => ("Restarted", MINUTE, 0, 12 * day - 100 + i, 300),
            _ => ("Slow", 2 * MINUTE, 1, 2000 + i, 3),
        };
        let slower = if name == "Changed" { 15 * day + 200 } else { i64::MAX };
        let last = (DAYS * DAY / interval).min(slower.saturating_add(7 * day));
        let mut active = Vec::new();
        let mut at = i * 3;
        while at + length.max(60) < last {
            if name == "Flapping" {
                active.extend((0..20).map(|k| (at + k * 2 + (k / 10), at + k * 2 + (k / 10))));
            } else {
                active.push((at, at + length));
            }
            at += every;
        }
        // Names may hold what ends a string in a query.
        let series = if i == 0 { "host \"0\" \\\n{}".to_owned() } else { format!("host-{i}:9100") };
        alerts.push(Alert {
            labels: labels(&[("alertname", name), ("instance", &series), ("severity", "page")]),
            interval,
            slower,
            hold,
            active,
        });
    }
    alerts
}

/// What a server stores of an alert; notes the true episodes.
pub(crate) fn store(all: &mut Vec<Stored>, alert: &Alert, replica: Option<&str>, truth: &mut Truth) {
    let mut stored: BTreeMap<&str, Vec<(i64, u64)>> = BTreeMap::new();
    let one = 1f64.to_bits();
    for &(from, to) in &alert.active {
        let time = |evaluation: i64| alert.time(evaluation);
        let fires = from + alert.hold;
        for (state, first, last) in [("pending", from, (fires - 1).min(to)), ("firing", fires, to)] {
            if first > last {
                continue;
            }
            let seen = |at: &i64| !(down().from..down().to).contains(&time(*at));
            let times: Vec<i64> = (first..=last).filter(seen).map(time).collect();
            let samples = stored.entry(state).or_default();
            samples.extend(times.iter().map(|&at| (at, one)));
            if seen(&(last + 1)) {
                samples.push((time(last + 1), STALE));
            }
            let key = if state == "firing" { State::Firing } else { State::Pending };
            if let (Some(&first), Some(&last)) = (times.first(), times.last()) {
                truth.entry((alert.labels.clone(), key)).or_default().push((first, last));
            }
        }
        let active = stored.entry("").or_default();
        let seconds = f64::from(u32::try_from(time(from) / 1000).unwrap()).to_bits();
        let seen = |at: &i64| !(down().from..down().to).contains(&time(*at));
        active.extend((from..=to).filter(seen).map(|at| (time(at), seconds)));
        if seen(&(to + 1)) {
            active.push((time(to + 1), STALE));
        }
    }
    for (state, samples) in stored {
        let mut labels = alert.labels.clone();
        labels.push(("__name__".into(), if state.is_empty() { "ALERTS_FOR_STATE" } else { "ALERTS" }.into()));
        if !state.is_empty() {
            labels.push(("alertstate".into(), state.into()));
        }
        labels.extend(replica.map(|replica| ("replica".to_owned(), replica.to_owned())));
        all.push((labels, samples));
    }
}

pub(crate) fn found(history: &History) -> Truth {
    let mut found = Truth::new();
    for series in history.series() {
        let labels = series.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let episodes = series.episodes.iter().map(|e| (e.first, e.last)).collect();
        found.insert((labels, series.state), episodes);
    }
    found
}

pub(crate) fn differences(found: &Truth, truth: &Truth) -> Vec<String> {
    let mut all = Vec::new();
    for key in truth.keys().chain(found.keys()).collect::<std::collections::BTreeSet<_>>() {
        let (want, have) =
            (truth.get(key).map_or(&[][..], Vec::as_slice), found.get(key).map_or(&[][..], Vec::as_slice));
        if want != have {
            let first = want.iter().zip(have).find(|(a, b)| a != b);
            all.push(format!("{key:?}: {} wanted, {} found, first {first:?}", want.len(), have.len()));
        }
    }
    all
}
