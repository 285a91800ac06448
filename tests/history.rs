//! Firing history from a real Prometheus against a known truth. Where no Prometheus can be had the closing line says what was not run.
#![cfg(feature = "online")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that says what it did not run")]

#[path = "history/faults.rs"]
mod faults;
#[path = "support/program.rs"]
mod program;
#[path = "history/pulled.rs"]
mod pulled;
#[path = "history/server.rs"]
mod server;
#[path = "history/world.rs"]
mod world;

use groundrules::evidence::history::backtest::{AlertRule, RuleGroup, backtest};
use groundrules::evidence::history::{DAY, MINUTE, Millis, Period, SECOND, State};
use groundrules::evidence::prometheus::{Client, Options, Pull, Query, Way, pull};
use server::Server;
use std::collections::BTreeMap;
use std::io::Write;
use world::{DAYS, Labels, START, Truth, alerts, differences, found, labels, store};

fn server(rules: &str, what: &str) -> Option<Server> {
    match Server::start(rules) {
        Ok(server) => Some(server),
        Err(why) => {
            // Straight to the stream: what a passing test prints is not shown otherwise.
            let _ = writeln!(std::io::stderr(), "not run: {what} ({why})");
            None
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
