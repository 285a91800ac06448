//! `groundrules noise`: both tables in every format, budgets and time zones of owners, names that would do harm.

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::program::{Ran, program};

/// Monday, 2026-11-02.
const START: i64 = 1_793_577_600;

struct Fired<'a>(&'a str, &'a [(&'a str, &'a str)], i64, i64);

/// Two weeks; minutes from the start of which something fired.
fn history(folder: &Path, fired: &[Fired<'_>]) {
    let window = json!({"from": "2026-11-02T00:00:00Z", "to": "2026-11-16T00:00:00Z"});
    let head = json!({"schema_version": 1, "kind": "groundrules-history", "window": window, "coverage": [window]});
    let mut text = format!("{head}\n");
    for Fired(rule, labels, from, to) in fired {
        let mut all: serde_json::Map<String, Value> =
            labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        all.insert("alertname".to_owned(), (*rule).into());
        let line = json!({
            "rule": rule, "labels": all, "state": "firing", "first": START + from * 60, "last": START + to * 60,
            "samples": to - from + 1, "open": false,
        });
        text += &format!("{line}\n");
    }
    fs::write(folder.join("history.jsonl"), text).unwrap();
}

fn noise(folder: &Path, more: &[&str]) -> Ran {
    let args = ["noise", ".", "--history", "history.jsonl", "--today", "2026-11-16"];
    program(folder, &[&args, more].concat(), "")
}

const RULES: &str = "groups:
- name: g
  rules:
  - {alert: Slow, expr: a > 1, labels: {severity: page, team: storage}}
  - {alert: Full, expr: b > 1, labels: {severity: page, team: storage}}
  - {alert: Ticket, expr: c > 1, labels: {severity: ticket, team: storage}}
  - {alert: Down, expr: d > 1, labels: {severity: page, team: network}}
";

const POLICY: &str = "severity: {values: [page, ticket], paging: [page]}
rotation:
  time_zone: UTC
  budget: 3
  owners:
    network: {time_zone: America/New_York, budget: 0}
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), RULES).unwrap();
    fs::write(folder.path().join("groundrules.yaml"), POLICY).unwrap();
    folder
}

#[test]
fn the_load_of_an_owner_is_what_its_pages_are() {
    let folder = folder();
    let storage = [("severity", "page"), ("team", "storage")];
    let mut fired: Vec<Fired<'_>> = (0..5).map(|i| Fired("Slow", &storage, 600 + i * 20, 605 + i * 20)).collect();
    fired.push(Fired("Full", &storage, 22 * 60, 23 * 60));
    fired.push(Fired("Ticket", &[("severity", "ticket"), ("team", "storage")], 30, 40));
    // 22 o'clock in London is 17 o'clock in New York.
    fired.push(Fired("Down", &[("severity", "page"), ("team", "network")], 22 * 60, 23 * 60));
    history(folder.path(), &fired);
    let ran = noise(folder.path(), &["--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let owner =
        |name: &str| told["owners"].as_array().unwrap().iter().find(|one| one["owner"] == name).unwrap().clone();
    let storage = owner("storage");
    let worst = json!({"date": "2026-11-02", "night": false, "pages": 5});
    assert_eq!((&storage["pages"], &storage["pages_at_night"], &storage["worst"]), (&6.into(), &1.into(), &worst));
    assert_eq!((&storage["budget"], &storage["shifts_over_budget"]), (&3.into(), &1.into()));
    assert_eq!((&storage["p50"], &storage["p90"]), (&0.into(), &0.into()));
    assert_eq!(storage["alerts"], json!([{"alert": "Slow", "pages": 5}, {"alert": "Full", "pages": 1}]));
    let network = owner("network");
    assert_eq!((&network["pages_at_night"], &network["shifts_over_budget"]), (&0.into(), &1.into()));
    let first = &told["rules"][0];
    assert_eq!((&first["alert"], &first["pages"], &first["pages_a_week"]), (&"Slow".into(), &5.into(), &2.5.into()));
    assert_eq!((&first["short_pages"], &first["again_episodes"]), (&5.into(), &4.into()));
}

#[test]
fn both_tables_are_printed_in_every_format() {
    let folder = folder();
    history(folder.path(), &[Fired("Slow", &[("severity", "page"), ("team", "storage")], 600, 605)]);
    let plain = noise(folder.path(), &[]).stdout;
    assert!(plain.starts_with("from 2026-11-02T00:00:00Z to 2026-11-16T00:00:00Z, 100 % covered\n\nALERT "), "{plain}");
    assert!(plain.contains("\nOWNER "), "{plain}");
    let csv = noise(folder.path(), &["--format", "csv"]).stdout;
    assert!(csv.starts_with("alert,owner,severity,pages,a_week,"), "{csv}");
    assert!(!csv.contains("owner,pages,at_night,"), "one stream has one header: {csv}");
    assert!(noise(folder.path(), &["--format", "csv"]).stderr.contains("`--table owners` prints that of owners"));
    let csv = noise(folder.path(), &["--format", "csv", "--table", "owners"]).stdout;
    assert!(csv.starts_with("owner,pages,at_night,shifts,p50,p90,worst,budget,"), "{csv}");
    let markdown = noise(folder.path(), &["--format", "markdown", "--table", "owners"]).stdout;
    assert!(markdown.starts_with("| owner | pages |"), "{markdown}");
    assert_eq!(markdown.lines().count(), 4, "{markdown}");
    let only = noise(folder.path(), &["--format", "csv", "--owner", "network"]).stdout;
    assert!(only.contains("\r\nDown,network,") && !only.contains("storage"), "{only}");
}

#[test]
fn names_do_no_harm_in_any_format() {
    let folder = folder();
    let name = "=cmd|' /C'!A0\u{1b}[31m | <b>@all\n::error::x";
    let rule = json!({"groups": [{"name": "g", "rules": [{"alert": name, "expr": "a > 1", "labels": {"severity": "page", "team": name}}]}]});
    fs::write(folder.path().join("a.yaml"), rule.to_string()).unwrap();
    history(folder.path(), &[Fired(name, &[("severity", "page"), ("team", name)], 600, 605)]);
    for format in ["table", "csv", "markdown", "json"] {
        let ran = noise(folder.path(), &["--format", format]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(!ran.stdout.contains('\u{1b}'), "{format}: {}", ran.stdout);
        let starts = |what: &str| ran.stdout.lines().any(|line| line.starts_with(what));
        assert!(!starts("::") && (format != "csv" || !starts("=")), "{format}: {}", ran.stdout);
        assert!(format != "markdown" || !ran.stdout.contains("<b>") && !ran.stdout.contains("@all"), "{}", ran.stdout);
    }
    let told: Value = serde_json::from_str(&noise(folder.path(), &["--format", "json"]).stdout).unwrap();
    assert_eq!(told["rules"][0]["pages"], 1);
    let shown = program(folder.path(), &["history", "show", name, "--history", "history.jsonl"], "");
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert!(!shown.stdout.contains('\u{1b}'), "{}", shown.stdout);
}

#[test]
fn without_enough_history_nothing_ends_well_that_demands_it() {
    let folder = folder();
    history(folder.path(), &[]);
    assert_eq!(noise(folder.path(), &["--require-evidence"]).code, 0);
    let late = ["noise", ".", "--history", "history.jsonl", "--today", "2026-12-24", "--require-evidence"];
    let ran = program(folder.path(), &late, "");
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert!(ran.stdout.contains("unknown: the history ended 38.0 days ago"), "{}", ran.stdout);
    let ran = program(folder.path(), &["noise", "."], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no firing history was given"), "{}", ran.stderr);
}

#[test]
fn what_is_said_of_every_alert_is_what_is_said_of_each() {
    let folder = folder();
    let verdicts = |policy: &str| {
        fs::write(folder.path().join("groundrules.yaml"), policy).unwrap();
        program(folder.path(), &["check", ".", "--format", "verdicts"], "").stdout
    };
    let all = verdicts("{}");
    let unknown = all.lines().filter(|line| line.contains("no firing history was given"));
    let mut rules: Vec<String> =
        unknown.map(|line| serde_json::from_str::<Value>(line).unwrap()["rule"].as_str().unwrap().to_owned()).collect();
    rules.sort_unstable();
    rules.dedup();
    assert_eq!(rules.len(), 11, "{rules:?}");
    // Blocks with a condition, of which each alert is asked.
    let blocks: Vec<String> = rules.iter().map(|rule| format!("  {rule}: [{{paths: '**'}}]\n")).collect();
    assert_eq!(verdicts(&format!("rules:\n{}", blocks.concat())), all);
}

#[test]
fn demanded_evidence_is_had_or_missed_but_never_passed_over() {
    let folder = folder();
    let storage = [("severity", "page"), ("team", "storage")];
    history(folder.path(), &[Fired("Slow", &storage, 600, 605)]);
    let check = |more: &[&str]| {
        let args = ["check", ".", "--history", "history.jsonl", "--require-evidence", "--fail-on", "error"];
        program(folder.path(), &[&args, more].concat(), "")
    };
    let only = ["--only", "noisy-frequent", "--only", "never-fired", "--only", "noisy-unacknowledged"];
    let day = ["--today", "2026-11-16"];
    let ran = check(&[&day[..], &only].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("stay unknown and do not fail"), "{}", ran.stderr);
    assert!(ran.stderr.contains("noisy-unacknowledged (3), never-fired (3)"), "{}", ran.stderr);
    let ran = check(&["--today", "2026-11-13", "--only", "noisy-frequent"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("history.jsonl:1: the window of the history ends at 2026-11-16"), "{}", ran.stderr);
    let path = folder.path().join("history.jsonl");
    let mut head: Value = serde_json::from_str(fs::read_to_string(&path).unwrap().lines().next().unwrap()).unwrap();
    head.as_object_mut().unwrap().remove("coverage");
    fs::write(&path, format!("{head}\n")).unwrap();
    let ran = check(&[&day[..], &["--only", "history-insufficient", "--format", "verdicts"]].concat());
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert!(ran.stdout.contains("says of no time that it is covered"), "{}", ran.stdout);
}

#[test]
fn a_minute_of_history_gives_no_rate() {
    let folder = folder();
    history(folder.path(), &[Fired("Slow", &[("severity", "page"), ("team", "storage")], 0, 1)]);
    let path = folder.path().join("history.jsonl");
    let short = fs::read_to_string(&path).unwrap().replacen(
        r#"[{"from":"2026-11-02T00:00:00Z","to":"2026-11-16T00:00:00Z"}]"#,
        r#"[{"from":"2026-11-02T00:00:00Z","to":"2026-11-02T00:01:15Z"}]"#,
        1,
    );
    fs::write(&path, short).unwrap();
    let told: Value = serde_json::from_str(&noise(folder.path(), &["--format", "json"]).stdout).unwrap();
    assert_eq!((&told["rules"][0]["pages"], &told["rules"][0]["pages_a_week"]), (&1.into(), &Value::Null));
    assert!(told["rules"][0]["reason"].as_str().unwrap().contains("covers"), "{told}");
    let shown = program(folder.path(), &["history", "show", "Slow", "--history", "history.jsonl"], "");
    assert!(shown.stdout.contains("1 pages, – a week"), "{}", shown.stdout);
}

#[test]
fn mistakes_of_the_rotation_are_shown_where_they_are() {
    let folder = folder();
    for (policy, place) in [
        ("rotation: {time_zone: Mars/Olympus}\n", "groundrules.yaml:1:23"),
        ("rotation: {budget: 1, working_hours: 18-8}\n", "groundrules.yaml:1:38"),
        ("rotation:\n  owners: {a: {time_zone: Mars}}\n", "groundrules.yaml:2:27"),
    ] {
        fs::write(folder.path().join("groundrules.yaml"), policy).unwrap();
        let ran = program(folder.path(), &["check", "."], "");
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains(place), "{place}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn pages_are_made_as_the_alertmanager_groups() {
    let folder = folder();
    let at = |cluster| [("severity", "page"), ("team", "storage"), ("cluster", cluster)];
    let (a, b) = (at("a"), at("b"));
    history(folder.path(), &[Fired("Slow", &a, 600, 660), Fired("Slow", &b, 610, 650)]);
    let pages = || {
        let told: Value = serde_json::from_str(&noise(folder.path(), &["--format", "json"]).stdout).unwrap();
        told["rules"][0]["pages"].clone()
    };
    assert_eq!(pages(), 1);
    fs::write(folder.path().join("groundrules.yaml"), format!("{POLICY}  group_by: [alertname, cluster]\n")).unwrap();
    assert_eq!(pages(), 2);
}
