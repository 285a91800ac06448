//! The commands that make and read snapshots of firing history, and the one that makes history up.

mod support;

#[cfg(feature = "online")]
#[path = "snapshots/api.rs"]
mod api;

use std::fs;
use std::path::Path;

use support::program::program;

const CSV: &str = "rule,start,end,severity,acked_at\n\
    DiskFull,2026-11-01T00:00:00Z,2026-11-01T00:05:00Z,page,\n\
    DiskFull,2026-11-03T00:00:00Z,2026-11-03T02:05:00Z,page,2026-11-03T00:03:00Z\n";

fn imported(folder: &Path, name: &str) {
    fs::write(folder.join("a.csv"), CSV).unwrap();
    let ran = program(folder, &["history", "import", "csv", "a.csv", "--out", name], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn what_was_imported_is_there_compressed_or_not_and_merged_once() {
    let folder = tempfile::tempdir().unwrap();
    imported(folder.path(), "a.jsonl");
    imported(folder.path(), "b.jsonl.zst");
    assert_eq!(fs::read(folder.path().join("b.jsonl.zst")).unwrap()[..4], [0x28, 0xb5, 0x2f, 0xfd]);
    let ran = program(folder.path(), &["history", "merge", "a.jsonl", "b.jsonl.zst", "--out", "c.jsonl"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = program(folder.path(), &["history", "episodes", "c.jsonl", "--format", "jsonl"], "");
    let lines: Vec<serde_json::Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{}", ran.stdout);
    assert_eq!(lines[0]["rule"], "DiskFull");
    assert_eq!(lines[0]["labels"]["severity"], "page");
    assert_eq!((&lines[1]["first"], &lines[1]["last"]), (&1_793_664_000.into(), &1_793_671_500.into()));
    assert_eq!(lines[1]["acked_at"], 1_793_664_180);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "no part of a snapshot stays: {left:?}");
}

#[test]
fn an_alert_is_drawn_and_a_misspelt_one_is_asked_back() {
    let folder = tempfile::tempdir().unwrap();
    imported(folder.path(), "a.jsonl");
    let ran = program(folder.path(), &["history", "show", "DiskFull", "--history", "a.jsonl"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("2 pages, 6.7 a week"), "{}", ran.stdout);
    assert!(ran.stdout.contains("{severity=\"page\"}\n        █"), "{}", ran.stdout);
    let ran = program(folder.path(), &["history", "show", "DiskFul", "--history", "a.jsonl"], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean `DiskFull`?"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_read_or_written_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    imported(folder.path(), "a.jsonl");
    let fails = |args: &[&str], words: &str| {
        let ran = program(folder.path(), args, "");
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.stderr.contains(words), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    };
    fails(&["history", "episodes", "gone"], "cannot read the history gone");
    fails(&["history", "episodes", "a.csv"], "a.csv:1: no head of a snapshot");
    fails(&["history", "merge", "a.jsonl", "--out", "gone/b"], "cannot write gone/b");
    fails(&["history", "import", "csv", "a.jsonl", "--out", "b"], "a.jsonl:1:");
    fails(&["history", "pull", "--server", "http://127.0.0.1:1", "--out", "b"], "--from says where it begins");
    fails(&["history", "pull", "--server", "ftp://x", "--from", "2026-11-01", "--out", "b"], "--server");
    let back = ["--from", "2026-11-02", "--to", "2026-11-01"];
    fails(&[&["history", "pull", "--server", "http://127.0.0.1:1", "--out", "b"], &back[..]].concat(), "is not before");
    let early = ["--from", "2026-10-01", "--to", "2026-11-04"];
    let pull = ["history", "pull", "--server", "http://127.0.0.1:1", "--out", "a.jsonl"];
    fails(&[&pull, &early[..]].concat(), "begins at 2026-11-01T00:00:00Z");
}

#[cfg(feature = "online")]
mod asked {
    use super::api::serve;
    use super::*;

    const RULES: &str = "groups:\n- name: g\n  interval: 30s\n  labels: {team: storage}\n  rules:\n  - alert: Down\n    expr: up == 0\n    for: 1m\n    labels: {severity: page}\n";

    /// `up` is 0 on one instance from second 60 to second 240.
    fn answer(path: &str, _: &str) -> (u16, String) {
        let json = |result: &str, kind: &str| {
            (200, format!(r#"{{"status":"success","data":{{"resultType":"{kind}","result":{result}}}}}"#))
        };
        if path == "query_range" {
            let points: Vec<String> = (2..=8).map(|step| format!(r#"[{},"0"]"#, step * 30)).collect();
            let series =
                format!(r#"[{{"metric":{{"__name__":"up","instance":"a"}},"values":[{}]}}]"#, points.join(","));
            return json(&series, "matrix");
        }
        json(r#"[{"metric":{},"value":[600,"3"]}]"#, "vector")
    }

    fn backtest(folder: &Path, url: &str, more: &[&str]) -> support::program::Ran {
        let args = ["backtest", "a.yaml", "--server", url, "--from", "1970-01-01", "--to", "1970-01-01T00:10:00Z"];
        program(folder, &[&args, more].concat(), "")
    }

    #[test]
    fn a_backtest_says_its_costs_and_what_would_have_fired() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.yaml"), RULES).unwrap();
        let url = serve(answer);
        let ran = backtest(folder.path(), &url, &["--format", "jsonl"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stderr.contains("1 alerts, 21 evaluations, 3 series of 1 selectors"), "{}", ran.stderr);
        let lines: Vec<serde_json::Value> =
            ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<_> = lines.iter().map(|line| (&line["state"], &line["first"], &line["last"])).collect();
        assert_eq!(told, [(&"pending".into(), &60.into(), &90.into()), (&"firing".into(), &120.into(), &240.into())]);
        let labels = serde_json::json!({"alertname": "Down", "instance": "a", "severity": "page", "team": "storage"});
        assert_eq!(lines[1]["labels"], labels);
        let ran = backtest(folder.path(), &url, &[]);
        assert!(ran.stdout.contains("Down"), "{}", ran.stdout);
        assert!(ran.stdout.contains("2m"), "{}", ran.stdout);
        let ran = backtest(folder.path(), &url, &["--most", "10"]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("about 63 samples"), "{}", ran.stderr);
    }

    #[test]
    fn a_rule_that_cannot_be_played_is_named_and_the_run_does_not_end_well() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.yaml"), RULES.replace("30s", "'{{ .Values.interval }}'")).unwrap();
        let url = serve(answer);
        let ran = backtest(folder.path(), &url, &[]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("`Down` is left out: the interval of its group cannot be read"), "{}", ran.stderr);
        fs::write(folder.path().join("a.yaml"), RULES.replace("up == 0", "up == 0 and on () vector(end())")).unwrap();
        let url = serve(|path, form| match path {
            "query_range" => (422, r#"{"status":"error","errorType":"bad_data","error":"no"}"#.to_owned()),
            path => answer(path, form),
        });
        let ran = backtest(folder.path(), &url, &["--format", "jsonl"]);
        assert_ne!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }

    #[test]
    fn a_pull_whose_server_is_gone_leaves_the_snapshot_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        imported(folder.path(), "a.jsonl");
        let before = fs::read(folder.path().join("a.jsonl")).unwrap();
        let url = serve(|_, _| (403, "no".to_owned()));
        let args = ["history", "pull", "--server", &url, "--to", "2026-11-05", "--out", "a.jsonl"];
        let ran = program(folder.path(), &args, "");
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains("the server refuses"), "{}", ran.stderr);
        assert_eq!(fs::read(folder.path().join("a.jsonl")).unwrap(), before);
        let done = ["history", "pull", "--server", &url, "--to", "2026-11-03", "--out", "a.jsonl"];
        let ran = program(folder.path(), &done, "");
        assert_eq!(ran.code, 0);
        assert!(ran.stderr.contains("goes up to 2026-11-03T00:00:00Z already"), "{}", ran.stderr);
    }

    fn git(folder: &Path, args: &[&str]) {
        let own = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let done = std::process::Command::new("git").arg("-C").arg(folder).args(own).args(args).output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// `up` is 0 for five minutes in every hour, and for one minute in every ten: which, the expression says.
    fn often(path: &str, form: &str) -> (u16, String) {
        if path != "query_range" {
            return answer(path, form);
        }
        let field = |name: &str| {
            let pairs: Vec<_> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
            pairs.into_iter().find(|(key, _)| key == name).unwrap().1
        };
        let (every, length) = if field("query").contains("> 1") { (3600, 300) } else { (600, 60) };
        let (start, end): (i64, i64) = (field("start").parse().unwrap(), field("end").parse().unwrap());
        let points = (start..=end).step_by(60).filter(|at| at % every < length).map(|at| format!(r#"[{at},"1"]"#));
        let points: Vec<String> = points.collect();
        let series = format!(r#"[{{"metric":{{"instance":"a"}},"values":[{}]}}]"#, points.join(","));
        let series = if points.is_empty() { "[]".to_owned() } else { series };
        (200, format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":{series}}}}}"#))
    }

    #[test]
    fn a_changed_rule_is_played_as_it_was_and_as_it_is_and_judged() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let rules = |expr: &str| {
            let rule = |name, expr| format!("  - {{alert: {name}, expr: {expr}, labels: {{severity: page}}}}\n");
            let text = format!("groups:\n- name: g\n  rules:\n{}{}", rule("Slow", expr), rule("Same", "a > 1"));
            fs::write(folder.join("a.yaml"), text).unwrap();
        };
        git(folder, &["init", "--quiet"]);
        rules("latency > 1");
        git(folder, &["add", "--all"]);
        git(folder, &["commit", "--quiet", "--message", "before"]);
        rules("latency > 0");
        let url = serve(often);
        let week = ["--server", &url, "--from", "2026-11-01", "--to", "2026-11-08"];
        let base = ["--base", "HEAD"];
        let ran = program(folder, &[&["backtest", "."], &week[..], &base].concat(), "");
        assert_eq!(ran.code, 1, "noise that fails a check fails a backtest: {}", ran.stderr);
        assert!(ran.stderr.contains("1 alerts are as they were in HEAD"), "{}", ran.stderr);
        assert!(ran.stderr.contains("asking: 2 alerts, 20162 evaluations"), "{}", ran.stderr);
        assert!(ran.stdout.contains("169.0 → 1009.0"), "{}", ran.stdout);
        assert!(ran.stdout.contains("noisy-frequent"), "{}", ran.stdout);
        assert!(!ran.stdout.contains("Same"), "{}", ran.stdout);
        let ran = program(folder, &[&["backtest", ".", "--format", "json"], &week[..], &base].concat(), "");
        let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let slow = &told["rules"][0];
        assert_eq!((&slow["pages_a_week_before"], &slow["pages_a_week"]), (&169.0.into(), &1009.0.into()));
        assert_eq!(slow["verdict"], "broken");
        let short = ["--server", &url, "--from", "2026-11-01", "--to", "2026-11-02", "--format", "json"];
        let ran = program(folder, &[&["backtest", "."], &short[..], &base].concat(), "");
        let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((ran.code, &told["rules"][0]["verdict"]), (0, &"unknown".into()), "a day is too short to judge by");
        let ran = program(folder, &[&["backtest", ".", "--base", "gone"], &week[..]].concat(), "");
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("`gone` is no revision"), "{}", ran.stderr);
    }

    #[test]
    fn what_really_fired_is_what_it_was_before() {
        let folder = tempfile::tempdir().unwrap();
        imported(folder.path(), "a.jsonl");
        let rule = "groups:\n- name: g\n  rules:\n  - {alert: DiskFull, expr: latency > 1, labels: {severity: page}}\n";
        fs::write(folder.path().join("a.yaml"), rule).unwrap();
        let url = serve(often);
        let week = ["--server", &url, "--from", "2026-11-01", "--to", "2026-11-08", "--history", "a.jsonl"];
        let ran = program(folder.path(), &[&["backtest", "a.yaml"], &week[..]].concat(), "");
        assert!(ran.stdout.contains("6.7 → 169.0"), "{}{}", ran.stdout, ran.stderr);
    }
}
