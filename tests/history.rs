//! Firing history from a real Prometheus against a known truth. Where no Prometheus can be had the closing line says what was not run.
#![cfg(feature = "online")]
#![allow(clippy::print_stderr, clippy::unwrap_used, clippy::panic, reason = "a test that says what it did not run")]

#[path = "history/faults.rs"]
mod faults;
#[path = "history/server.rs"]
mod server;

use groundrules::evidence::history::backtest::{AlertRule, RuleGroup, backtest};
use groundrules::evidence::history::{DAY, History, MINUTE, Millis, Period, SECOND, State};
use groundrules::evidence::prometheus::{Client, Options, Pull, Query, Way, pull};
use server::{STALE, Server, Stored};
use std::collections::BTreeMap;

/// Midnight of a day that is over for any clock this runs under, and a phase with milliseconds as real evaluations have it.
const START: Millis = 1_767_225_600_000;
const PHASE: Millis = 7 * SECOND + 647;
const DAYS: i64 = 30;

type Labels = Vec<(String, String)>;
type Truth = BTreeMap<(Labels, State), Vec<(Millis, Millis)>>;

/// One alert: when its expression holds, in evaluations.
struct Alert {
    labels: Labels,
    interval: Millis,
    hold: i64,
    active: Vec<(i64, i64)>,
}

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// When the server was down.
fn down() -> Period {
    Period::new(START + 12 * DAY + 3 * MINUTE, START + 12 * DAY + 33 * MINUTE)
}

/// Alerts of every kind: 210 series in 30 days.
fn alerts() -> Vec<Alert> {
    let day = DAY / MINUTE;
    let mut alerts = vec![Alert {
        labels: labels(&[("alertname", "Watchdog")]),
        interval: MINUTE,
        hold: 0,
        active: vec![(0, DAYS * day)],
    }];
    for i in 0..209_i64 {
        let (name, interval, hold, every, length) = match i % 7 {
            0 => ("Frequent", MINUTE, 0, 360 + i, 25),
            1 => ("Flapping", MINUTE, 0, 1440, 0),
            2 => ("Short", MINUTE, 2, 700 + i, 4),
            3 => ("PendingOnly", MINUTE, 10, 900 + i, 6),
            4 => ("Long", MINUTE, 5, 4000 + i, 900),
            5 => ("Restarted", MINUTE, 0, 12 * day - 100 + i, 300),
            _ => ("Slow", 2 * MINUTE, 1, 2000 + i, 3),
        };
        let last = DAYS * DAY / interval;
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
        let series = format!("host-{i}:9100");
        alerts.push(Alert {
            labels: labels(&[("alertname", name), ("instance", &series), ("severity", "page")]),
            interval,
            hold,
            active,
        });
    }
    alerts
}

/// What a server stores of an alert; notes the true episodes.
fn store(all: &mut Vec<Stored>, alert: &Alert, replica: Option<&str>, truth: &mut Truth) {
    let mut stored: BTreeMap<&str, Vec<(i64, u64)>> = BTreeMap::new();
    let one = 1f64.to_bits();
    for &(from, to) in &alert.active {
        let time = |evaluation: i64| START + PHASE + evaluation * alert.interval;
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

fn found(history: &History) -> Truth {
    let mut found = Truth::new();
    for series in history.series() {
        let labels = series.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let episodes = series.episodes.iter().map(|e| (e.first, e.last)).collect();
        found.insert((labels, series.state), episodes);
    }
    found
}

fn server(rules: &str, what: &str) -> Option<Server> {
    match Server::start(rules) {
        Ok(server) => Some(server),
        Err(why) => {
            eprintln!("not run: {what} ({why})");
            None
        }
    }
}

fn differences(found: &Truth, truth: &Truth) -> Vec<String> {
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

#[test]
fn pulls_the_true_episodes_either_way() {
    let Some(server) = server("", "firing history from a server, against 30 days of known truth") else { return };
    let mut truth = Truth::new();
    let mut stored = Vec::new();
    for alert in alerts() {
        store(&mut stored, &alert, None, &mut truth);
    }
    server.write(&stored);
    for episodes in truth.values_mut() {
        episodes.sort_unstable();
    }
    assert!(truth.len() > 200);
    let client = Client::new(&server.url(), &Options::default()).unwrap();
    let window = Period::new(START, START + DAYS * DAY + MINUTE);
    for way in [Way::Raw, Way::Pushed] {
        let asked = Pull { window, way: Some(way), source: "a test".into(), ..Pull::default() };
        let mut saved = 0;
        let history = pull(&client, &asked, None, &mut |_| {
            saved += 1;
            Ok(())
        })
        .unwrap();
        assert!(saved >= 5, "saved {saved} times");
        assert_eq!(differences(&found(&history), &truth), Vec::<String>::new(), "{way:?}");
        let missing = window.length() - history.covered();
        assert!((missing - down().length()).abs() < 4 * MINUTE, "{way:?}: {} minutes uncovered", missing / MINUTE);
        if way == Way::Pushed {
            let week = Period::new(START + 14 * DAY, START + 21 * DAY);
            let before = client.received();
            pull(&client, &Pull { window: week, ..asked }, None, &mut |_| Ok(())).unwrap();
            let bytes = client.received() - before;
            assert!(bytes < 400_000, "{bytes} bytes for a week of 210 series");
        }
    }
}

#[test]
fn goes_on_after_a_pull_that_was_killed_and_unites_replicas() {
    let Some(server) = server("", "a pull that is killed, replicas") else { return };
    let mut truth = Truth::new();
    let mut stored = Vec::new();
    for alert in alerts().into_iter().take(15) {
        store(&mut stored, &alert, Some("a"), &mut truth);
        store(&mut stored, &alert, Some("b"), &mut Truth::new());
    }
    server.write(&stored);
    for episodes in truth.values_mut() {
        episodes.sort_unstable();
    }
    let client = Client::new(&server.url(), &Options::default()).unwrap();
    let window = Period::new(START, START + DAYS * DAY + MINUTE);
    let replicas = vec!["replica".to_owned()];
    let asked = Pull { window, way: Some(Way::Raw), replicas, ..Pull::default() };
    let mut kept = Vec::new();
    let killed = pull(&client, &asked, None, &mut |history| {
        kept.clear();
        groundrules::evidence::history::write(history, &mut kept, true).map_err(|e| e.to_string())?;
        if history.head().window.to > START + 9 * DAY { Err("killed".into()) } else { Ok(()) }
    });
    assert!(killed.is_err());
    let before = groundrules::evidence::history::read(&kept[..]).unwrap();
    assert!(before.head().window.to < window.to);
    let history = pull(&client, &asked, Some(before), &mut |_| Ok(())).unwrap();
    assert_eq!(history.head().window, window);
    assert_eq!(differences(&found(&history), &truth), Vec::<String>::new());
}

#[test]
fn a_backtest_does_what_the_server_did() {
    let rules = "groups:
- name: live
  interval: 1s
  limit: 3
  rules:
  - {alert: Square, expr: 'vector(time() % 10) < 5'}
  - {alert: Held, expr: 'vector(time() % 10) < 5', for: 2s, labels: {phase: '{{ if lt $value 4.0 }}early{{ end }}'}}
  - {alert: Kept, expr: 'vector(time() % 10) < 2', keep_firing_for: 3s, labels: {host: '{{ $labels.instance }}'}}
";
    let Some(server) = server(rules, "rules that ran live, against their backtest") else { return };
    std::thread::sleep(std::time::Duration::from_secs(25));
    let client = Client::new(&server.url(), &Options::default()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the server lives in the present")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = Millis::try_from(now.as_millis()).unwrap();
    let live: Vec<_> = client.instant("ALERTS[60s]", now).unwrap();
    let mut times: Vec<Millis> = live.iter().flat_map(|s| &s.points).map(|&(at, _)| at).collect();
    times.sort_unstable();
    // The server began in the middle of something: the play starts where everything is quiet.
    let phase = times[0].rem_euclid(1000);
    let quiet = times.windows(2).find(|pair| pair[1] - pair[0] > 1500).map(|pair| pair[0] + 1000);
    let (Some(from), Some(&to)) = (quiet, times.last()) else { panic!("no quiet time in {times:?}") };
    let rule = |name: &str, expr: &str, hold: i64, keep: i64, labels: Labels| AlertRule {
        name: name.into(),
        expr: expr.into(),
        hold: hold * SECOND,
        keep: keep * SECOND,
        labels,
    };
    let group = RuleGroup {
        name: "live".into(),
        interval: SECOND,
        limit: 3,
        query_offset: SECOND - phase,
        rules: vec![
            rule("Square", "vector(time() % 10) < 5", 0, 0, vec![]),
            rule("Held", "vector(time() % 10) < 5", 2, 0, labels(&[("phase", "{{ if lt $value 4.0 }}early{{ end }}")])),
            rule("Kept", "vector(time() % 10) < 2", 0, 3, labels(&[("host", "{{ $labels.instance }}")])),
        ],
        ..RuleGroup::default()
    };
    let mut played = 0;
    for rule in &group.rules {
        let offset = group.query_offset;
        let outcome = backtest(&client, &group, rule, Period::new(from + offset, to + offset)).unwrap();
        let mut want: BTreeMap<(Labels, State), Vec<Millis>> = BTreeMap::new();
        for series in live.iter().filter(|s| s.labels.contains(&("alertname".into(), rule.name.clone()))) {
            let state = if series.labels.contains(&("alertstate".into(), "firing".into())) {
                State::Firing
            } else {
                State::Pending
            };
            let labels = series.labels.iter().filter(|(n, _)| n != "__name__" && n != "alertstate").cloned().collect();
            let times: Vec<_> = series.points.iter().map(|&(at, _)| at).filter(|at| (from..=to).contains(at)).collect();
            if !times.is_empty() {
                want.insert((labels, state), times);
            }
        }
        let mut have: BTreeMap<(Labels, State), Vec<Millis>> = BTreeMap::new();
        for one in outcome.episodes {
            let times = (0..i64::from(one.samples)).map(|i| one.first + i * SECOND);
            have.entry((one.labels, one.state)).or_default().extend(times);
        }
        assert_eq!(have, want, "{}", rule.name);
        played += have.len();
    }
    assert!(played >= 3);
}
