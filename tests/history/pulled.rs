//! What is pulled, either way, against the truth: episodes, figures, verdicts, bytes.

use crate::program::program;
use crate::server::{Counted, STALE, Stored};
use crate::world::{DAYS, START, Truth, alerts, differences, down, found, labels, store};
use groundrules::evidence::history::{self, DAY, Head, History, MINUTE, Millis, Period, Record, State};
use groundrules::evidence::prometheus::{Client, Options, Pull, Way, pull};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

#[test]
fn pulls_the_true_episodes_either_way() {
    // What the server says of today: for `Slow` it is wrong for all of the past, for `Changed` for half of it.
    let rule = |name: &str, interval: &str| {
        format!(
            "- {{name: {name}, interval: {interval}, rules: [{{alert: {name}, expr: 'vector(0) > 1', labels: {{severity: page}}}}]}}\n"
        )
    };
    let groups: String = ["Flapping", "Short", "Slow", "Long"].iter().map(|name| rule(name, "1m")).collect();
    let rules = format!("groups:\n{groups}{}", rule("Changed", "2m"));
    let Some(server) = crate::server(&rules, "firing history from a server, against 30 days of known truth") else {
        return;
    };
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
        assert_eq!(figures(&history), figures(&true_history(&truth, window)), "{way:?}");
        let told = verdicts(&history);
        assert_eq!(told, verdicts(&true_history(&truth, window)), "{way:?}");
        for (alert, lint, verdict) in [
            ("Watchdog", "noisy-stuck", "exempt"),
            ("Stuck", "noisy-stuck", "broken"),
            ("Stuck", "noisy-flapping", "holds"),
            ("Frequent", "noisy-frequent", "broken"),
            ("Flapping", "noisy-flapping", "broken"),
            ("Short", "noisy-short-lived", "broken"),
            ("Long", "noisy-short-lived", "holds"),
            ("PendingOnly", "pending-only", "broken"),
            ("PendingOnly", "noisy-frequent", "holds"),
            ("Quiet", "noisy-frequent", "holds"),
            ("Quiet", "never-fired", "unknown"),
            ("Changed", "noisy-flapping", "holds"),
        ] {
            assert_eq!(told[&(alert.to_owned(), lint.to_owned())], verdict, "{way:?}: {lint} of {alert}");
        }
    }
}

/// The snapshot of someone who knows the truth.
fn true_history(truth: &Truth, window: Period) -> History {
    let records = truth.iter().flat_map(|((labels, state), episodes)| {
        episodes.iter().map(move |&(first, last)| Record {
            rule: labels.iter().find(|(name, _)| name == "alertname").unwrap().1.clone(),
            labels: labels.clone(),
            state: *state,
            first,
            last,
            samples: u32::try_from((last - first) / MINUTE + 1).unwrap(),
            open: last + 2 * MINUTE > window.to,
            ..Record::default()
        })
    });
    let coverage = vec![Period::new(window.from, down().from), Period::new(down().to, window.to)];
    History::new(Head { window, coverage, ..Head::default() }, records.collect::<Vec<_>>())
}

/// By alert and state: starts on each day, seconds, and quantiles of the length.
type Figures = BTreeMap<(String, State), (BTreeMap<i64, usize>, Millis, [Millis; 5])>;

fn figures(history: &History) -> Figures {
    let mut lengths: BTreeMap<(String, State), Vec<(Millis, Millis)>> = BTreeMap::new();
    for series in history.series() {
        let own = lengths.entry((series.rule.to_owned(), series.state)).or_default();
        own.extend(series.episodes.iter().map(|episode| (episode.first, episode.length())));
    }
    let of = |episodes: Vec<(Millis, Millis)>| {
        let mut starts: BTreeMap<i64, usize> = BTreeMap::new();
        for (first, _) in &episodes {
            *starts.entry(first.div_euclid(DAY)).or_default() += 1;
        }
        let mut sorted: Vec<Millis> = episodes.iter().map(|&(_, length)| length).collect();
        sorted.sort_unstable();
        let quantile = |percent: usize| sorted[(sorted.len() - 1) * percent / 100];
        (starts, sorted.iter().sum(), [0, 50, 90, 99, 100].map(quantile))
    };
    lengths.into_iter().map(|(key, episodes)| (key, of(episodes))).collect()
}

/// What `check` says of every alert by a snapshot: alert and lint rule to verdict.
fn verdicts(history: &History) -> BTreeMap<(String, String), String> {
    let folder = tempfile::tempdir().unwrap();
    let names: BTreeSet<&str> = history.series().map(|series| series.rule).chain(["Quiet"]).collect();
    let rule = |name: &&str| format!("  - {{alert: {name}, expr: m > 1, labels: {{severity: page}}}}\n");
    let rules: String = names.iter().map(rule).collect();
    fs::write(folder.path().join("a.yaml"), format!("groups:\n- name: g\n  rules:\n{rules}")).unwrap();
    history::write(history, fs::File::create(folder.path().join("h.jsonl")).unwrap(), false).unwrap();
    let args = ["check", ".", "--history", "h.jsonl", "--today", "2026-02-01", "--format", "verdicts"];
    let ran = program(folder.path(), &args, "");
    assert!(ran.code < 2, "{}", ran.stderr);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let text = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    let noise = |rule: &str| rule.starts_with("noisy-") || ["never-fired", "pending-only"].contains(&rule);
    let told: BTreeMap<_, _> = lines
        .iter()
        .filter(|line| noise(&text(line, "rule")))
        .map(|line| ((text(line, "alert"), text(line, "rule")), text(line, "verdict")))
        .collect();
    assert_eq!(told.len(), names.len() * 9, "{}{}", ran.stdout, ran.stderr);
    told
}

#[test]
fn a_week_of_four_hundred_series_takes_little_of_the_wire() {
    let Some(server) = crate::server("", "the bytes of a pull that is pushed down to the server") else { return };
    let week = Period::new(START, START + 7 * DAY);
    let mut stored: Vec<Stored> = Vec::new();
    let mut truth = Truth::new();
    for i in 0..400_i64 {
        let own = labels(&[
            ("alertname", &format!("Alert{}", i % 8)),
            ("instance", &format!("host-{i}:9100")),
            ("job", "node"),
            ("severity", "page"),
        ]);
        let time = |evaluation: i64| START + 7_000 + i % 8 * 1000 + evaluation * MINUTE;
        let episodes = truth.entry((own.clone(), State::Firing)).or_default();
        let mut samples = Vec::new();
        // Two thirds of the time firing: 2.7 million samples.
        let mut at = i;
        while at < 7 * 1440 {
            let end = (at + 20 * 60 + i % 50).min(7 * 1440 - 1);
            episodes.push((time(at), time(end)));
            samples.extend((at..=end).map(|evaluation| (time(evaluation), 1f64.to_bits())));
            if end < 7 * 1440 - 1 {
                samples.push((time(end + 1), STALE));
            }
            at = end + 10 * 60;
        }
        let mut all = own;
        all.extend(labels(&[("__name__", "ALERTS"), ("alertstate", "firing")]));
        stored.push((all, samples));
    }
    server.write(&stored);
    let counted = Counted::of(&server);
    let client = Client::new(&counted.url(), &Options::default()).unwrap();
    let asked = Pull { window: week, way: Some(Way::Pushed), ..Pull::default() };
    let history = pull(&client, &asked, None, &mut |_| Ok(())).unwrap();
    assert!(history.len() > 1500, "{} episodes", history.len());
    assert_eq!(differences(&found(&history), &truth), Vec::<String>::new());
    let bytes = counted.bytes();
    assert!(bytes <= 200_000, "{bytes} bytes over the wire");
}

#[test]
fn the_way_that_the_readme_shows_leads_to_a_pull_request_that_fails() {
    let Some(server) = crate::server("", "the commands of README.md, from a server to a failing pull request") else {
        return;
    };
    let mut stored = Vec::new();
    let names: BTreeSet<String> = alerts()
        .iter()
        .take(12)
        .map(|alert| {
            store(&mut stored, alert, None, &mut Truth::new());
            alert.labels.iter().find(|(name, _)| name == "alertname").unwrap().1.clone()
        })
        .collect();
    server.write(&stored);
    let folder = tempfile::tempdir().unwrap();
    let rule = |name: &String| {
        let notes = "annotations: {summary: it is so, runbook_url: docs/a.md}";
        format!("  - {{alert: {name}, expr: m > 1, labels: {{severity: page}}, {notes}}}\n")
    };
    let rules: String = names.iter().map(rule).collect();
    fs::create_dir(folder.path().join("docs")).unwrap();
    fs::write(folder.path().join("docs/a.md"), "# What to do\n").unwrap();
    fs::write(folder.path().join("a.yaml"), format!("groups:\n- name: g\n  rules:\n{rules}")).unwrap();
    let readme = include_str!("../../README.md");
    let shown = readme.split("that fails:\n\n```console\n").nth(1).unwrap().split("```").next().unwrap();
    let commands: Vec<&str> = shown.lines().map(|line| line.strip_prefix("$ groundrules ").unwrap()).collect();
    let url = server.url();
    let run = |command: &str| {
        // The server of the test lives in January.
        let command = command.replace("http://prometheus:9090", &url).replace("2026-10-24", "2026-01-01");
        let end = if command.starts_with("history") { "--to 2026-01-31" } else { "--today 2026-01-31" };
        let command = format!("{command} {end}");
        program(folder.path(), &command.split(' ').collect::<Vec<_>>(), "")
    };
    let ran: Vec<_> = commands.iter().map(|command| run(command)).collect();
    let codes: Vec<i32> = ran.iter().map(|ran| ran.code).collect();
    assert_eq!(codes, [0, 0, 1], "{ran:?}");
    assert!(ran[1].stdout.contains("noisy-frequent"), "{}", ran[1].stdout);
    assert!(ran[2].stdout.contains("::error ") && ran[2].stdout.contains("noisy-frequent"), "{}", ran[2].stdout);
    assert!(!ran[2].stdout.contains("title=runbook-missing"), "nothing else fails it: {}", ran[2].stdout);
}
