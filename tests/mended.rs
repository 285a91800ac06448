//! A rule that was mended clears: what it did before is shown and not judged. Git, or the rules that the server had loaded, tell when it changed.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::program::{Ran, program};

const DAY: i64 = 86_400;
/// Midnight of 2026-11-21.
const TODAY: i64 = 1_795_219_200;

fn git(folder: &Path, day: &str, args: &[&str]) {
    let date = format!("{day}T12:00:00Z");
    let done = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"])
        .args(args)
        .env("GIT_COMMITTER_DATE", &date)
        .env("GIT_AUTHOR_DATE", &date)
        .output()
        .expect("git is there");
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn commit(folder: &Path, day: &str) {
    git(folder, day, &["add", "--all"]);
    git(folder, day, &["commit", "--quiet", "--message", "a change"]);
}

fn rules(folder: &Path, file: &str, name: &str, more: &str) {
    let text = format!(
        "groups:\n- name: g\n  rules:\n  - alert: {name}\n    expr: disk_latency_seconds > 2\n    labels:\n      severity: page\n{more}"
    );
    fs::write(folder.join(file), text).unwrap();
}

/// Four weeks in which `alerts` paged twice a day, for an hour each.
fn history(folder: &Path, alerts: &[&str], more: &Value) {
    let from = TODAY - 28 * DAY;
    let window = json!({"from": "2026-10-24T00:00:00Z", "to": "2026-11-21T00:00:00Z"});
    let mut head = json!({"schema_version": 1, "kind": "groundrules-history", "window": window, "coverage": [window]});
    head.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut text = format!("{head}\n");
    for alert in alerts {
        for half_day in 0..56 {
            let first = from + half_day * DAY / 2 + 3600;
            let labels = json!({"alertname": alert, "severity": "page"});
            let line = json!({"rule": alert, "labels": labels, "state": "firing", "first": first, "last": first + 3600, "samples": 61, "open": false});
            text += &format!("{line}\n");
        }
    }
    fs::write(folder.join("history.jsonl"), text).unwrap();
}

fn check(folder: &Path, more: &[&str]) -> Ran {
    let args = ["check", ".", "--history", "history.jsonl", "--today", "2026-11-21"];
    program(folder, &[&args, more].concat(), "")
}

/// Verdict and reason of `noisy-frequent` on the only alert.
fn frequent(folder: &Path) -> (String, String) {
    let ran = check(folder, &["--format", "verdicts"]);
    let lines = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let own: Vec<Value> = lines.filter(|line| line["rule"] == "noisy-frequent").collect();
    assert_eq!(own.len(), 1, "{}{}", ran.stdout, ran.stderr);
    let text = |key: &str| own[0][key].as_str().unwrap_or_default().to_owned();
    (text("verdict"), text("reason"))
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), "2026-09-01", &["init", "--quiet"]);
    fs::write(folder.path().join("README"), "rules").unwrap();
    fs::write(folder.path().join(".gitignore"), "history.jsonl\n").unwrap();
    commit(folder.path(), "2026-09-01");
    folder
}

#[test]
fn what_came_before_a_change_is_shown_and_not_judged() {
    let folder = repository();
    let folder = folder.path();
    history(folder, &["DiskSlow"], &json!({}));
    rules(folder, "a.yaml", "DiskSlow", "");
    commit(folder, "2026-11-01");
    assert_eq!(frequent(folder).0, "broken", "that a rule was added here does not mean that it is new");
    // Annotations do not make it another rule.
    rules(folder, "a.yaml", "DiskSlow", "    annotations: {summary: slow}\n");
    commit(folder, "2026-11-02");
    assert_eq!(frequent(folder).0, "broken");
    rules(folder, "a.yaml", "DiskSlow", "    for: 30m\n");
    commit(folder, "2026-11-17");
    let (verdict, reason) = frequent(folder);
    assert_eq!(verdict, "unknown");
    assert_eq!(
        reason,
        "it was changed on 2026-11-17: a verdict is due on 2026-11-24 (49 pages before that do not count)"
    );
    rules(folder, "a.yaml", "DiskSlow", "    for: 31m\n");
    let (verdict, reason) = frequent(folder);
    assert_eq!((verdict.as_str(), reason.contains("due on 2026-11-28")), ("unknown", true), "{reason}");
}

#[test]
fn a_change_that_is_old_enough_is_judged_by_what_came_after() {
    let folder = repository();
    let folder = folder.path();
    history(folder, &["DiskSlow"], &json!({}));
    rules(folder, "a.yaml", "DiskSlow", "");
    commit(folder, "2026-10-25");
    rules(folder, "a.yaml", "DiskSlow", "    for: 5m\n");
    commit(folder, "2026-11-06");
    let ran = check(folder, &["--format", "json", "--only", "noisy-frequent"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let finding = &report["diagnostics"][0];
    assert_eq!(finding["message"], "alert `DiskSlow` pages 14.0 times a week", "{}", ran.stdout);
    assert_eq!(finding["evidence"]["pages"], "29");
    assert_eq!(finding["evidence"]["pages_before_the_change"], "27");
}

#[test]
fn a_renamed_rule_keeps_its_history_and_so_does_one_that_moved() {
    let folder = repository();
    let folder = folder.path();
    history(folder, &["DiskSlow"], &json!({}));
    rules(folder, "a.yaml", "DiskSlow", "");
    commit(folder, "2026-10-30");
    rules(folder, "a.yaml", "DiskIsSlow", "");
    commit(folder, "2026-11-05");
    assert_eq!(frequent(folder).0, "broken");
    fs::remove_file(folder.join("a.yaml")).unwrap();
    rules(folder, "b.yaml", "DiskIsSlow", "");
    commit(folder, "2026-11-10");
    assert_eq!(frequent(folder).0, "broken");
    rules(folder, "b.yaml", "DiskIsSlow", "    for: 5m\n");
    commit(folder, "2026-11-19");
    assert_eq!(frequent(folder).0, "unknown");
}

#[test]
fn a_shallow_clone_does_not_take_its_first_commit_for_a_change() {
    let (whole, clone) = (repository(), tempfile::tempdir().unwrap());
    rules(whole.path(), "a.yaml", "DiskSlow", "");
    commit(whole.path(), "2026-10-30");
    rules(whole.path(), "a.yaml", "DiskSlow", "    annotations: {summary: slow}\n");
    commit(whole.path(), "2026-11-19");
    let from = format!("file://{}", whole.path().display());
    git(clone.path(), "2026-11-20", &["clone", "--quiet", "--depth", "1", &from, "."]);
    history(clone.path(), &["DiskSlow"], &json!({}));
    assert_eq!(frequent(clone.path()).0, "broken");
}

#[test]
fn a_waiver_that_later_pages_refute_is_named() {
    let folder = repository();
    let folder = folder.path();
    history(folder, &["DiskSlow"], &json!({}));
    rules(folder, "a.yaml", "DiskSlow", "");
    commit(folder, "2026-10-01");
    let waiver = "# groundrules: allow(noisy-frequent) until 2026-12-31 because the disks are replaced";
    rules(folder, "a.yaml", &format!("DiskSlow {waiver}"), "");
    commit(folder, "2026-11-05");
    let ran = check(folder, &["--format", "concise"]);
    let told = "warning[waiver-refuted] the reason of this waiver is refuted: alert `DiskSlow` paged 31 times since";
    assert!(ran.stdout.contains(told), "{}", ran.stdout);
    assert!(!ran.stdout.contains("[noisy-frequent]"), "{}", ran.stdout);
}

#[test]
fn without_git_the_rules_of_the_server_tell() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    rules(folder, "a.yaml", "DiskSlow", "");
    let digest =
        groundrules::evidence::history::digest("disk_latency_seconds > 2", Some(0), Some(0), [("severity", "page")]);
    let loaded = |rule: &str, digest: &str, since: Option<&str>| {
        let mut one = json!({"rule": rule, "digest": digest});
        if let Some(since) = since {
            one["since"] = since.into();
        }
        json!({"rules": [one, {"rule": "Other", "digest": "0"}]})
    };
    history(folder, &["DiskSlow"], &loaded("DiskSlow", &digest, None));
    assert_eq!(frequent(folder).0, "broken");
    history(folder, &["DiskSlow"], &loaded("DiskSlow", &digest, Some("2026-11-18T00:00:00Z")));
    assert!(frequent(folder).1.contains("due on 2026-11-25"));
    assert_eq!(check(folder, &["--only", "noisy-frequent", "--require-evidence"]).code, 3, "no verdict yet");
    // One that the server does not know in this form would be new, were others as the server has them.
    history(folder, &["DiskSlow"], &loaded("DiskSlow", "0123456789abcdef", None));
    assert_eq!(frequent(folder).0, "broken", "not a single rule is as the server has it: it rewrites them");
    history(folder, &["Former"], &loaded("Former", &digest, None));
    assert_eq!(frequent(folder).0, "broken", "renamed");
}
