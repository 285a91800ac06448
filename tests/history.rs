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
use groundrules::evidence::prometheus::{Client, Matrix, Options, Pull, Query, Way, pull};
use server::Server;
use std::collections::{BTreeMap, BTreeSet};
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

/// What a server's `ALERTS` tell of the last seconds, from a time at which all was quiet to the last evaluation; nothing where an
/// evaluation of `Square` is missing.
fn watch(client: &Client) -> Option<(Matrix, Millis, Millis)> {
    std::thread::sleep(std::time::Duration::from_secs(25));
    #[expect(clippy::disallowed_methods, reason = "the server lives in the present")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let live = client.instant("ALERTS[23s]", Millis::try_from(now.as_millis()).unwrap()).unwrap();
    let times = |name: &str| -> BTreeSet<Millis> {
        let of_name =
            live.iter().filter(|s| s.labels.iter().any(|(key, value)| key == "alertname" && value.contains(name)));
        of_name.flat_map(|s| &s.points).map(|&(at, _)| at).collect()
    };
    let all = Vec::from_iter(times(""));
    // It may have begun in the middle of something: the play starts where everything is quiet.
    let from = all.windows(2).find(|pair| pair[1] - pair[0] > 1500).map(|pair| pair[0] + 1000)?;
    let (to, square) = (*all.last()?, times("Square"));
    let mut due = (from..=to).step_by(1000).filter(|at| at.rem_euclid(10_000) < 5_000);
    due.all(|at| square.contains(&at)).then_some((live, from, to))
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
    let client = Client::new(&server.url(), &Options::default()).unwrap();
    // On a machine that is busy elsewhere the server itself leaves evaluations out.
    let watched = (0..4).find_map(|_| watch(&client));
    let Some((live, from, to)) = watched else { panic!("the server evaluated its rules at no steady pace") };
    let phase = from.rem_euclid(1000);
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
