//! Runbook pages on disk, through the whole program: verdicts, lists, skeletons, pages that nobody links, and their age.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::program::{Ran, program};
use tempfile::TempDir;

/// A repository with these files.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A rule file in which each alert links a reference.
fn alerts(linked: &[(&str, &str)]) -> String {
    let head = "groups:\n  - name: g\n    rules:\n".to_owned();
    linked.iter().fold(head, |text, (alert, reference)| {
        let reference = serde_json::to_string(reference).unwrap();
        text + &format!(
            "      - alert: {alert}\n        expr: up == 0\n        labels: {{severity: page, team: core}}\n        annotations: {{runbook_url: {reference}}}\n"
        )
    })
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Rule, alert and level of each finding.
fn findings(folder: &Path, more: &[&str]) -> Vec<(String, Option<String>, String)> {
    let ran = program(folder, &[&["check", ".", "--format", "json"], more].concat(), "");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    let text = |value: &Value| value.as_str().map(String::from);
    let all = report["diagnostics"].as_array().unwrap().iter();
    all.map(|found| (text(&found["rule"]).unwrap(), text(&found["alert"]), text(&found["level"]).unwrap())).collect()
}

fn of<'a>(findings: &'a [(String, Option<String>, String)], rule: &str) -> Vec<&'a str> {
    findings.iter().filter(|found| found.0 == rule).map(|found| found.1.as_deref().unwrap_or("-")).collect()
}

const DISK: &str = "# Disk\n\n## DiskFull\n\nNo byte is left for uploads, and they fail.\n";

#[test]
fn every_reference_is_listed_with_its_verdict() {
    let rules = alerts(&[
        ("A", "docs/disk.md#diskfull"),
        ("B", "  docs/disk.md#diskfull "),
        ("C", "docs/disk.md#DiskFull"),
        ("D", "docs/gone.md"),
        ("E", "TODO"),
        ("F", "ask the storage team"),
        ("G", "file:///etc/passwd"),
        ("H", "https://wiki.acme.io/x?token=hunter2#y"),
        ("I", "https://wiki.acme.io/{{ $labels.job }}"),
        ("J", "docs/gone\u{200b}.md"),
        ("K", "<https://wiki.acme.io/x|here>"),
    ]);
    let folder = repository(&[("rules/a.yaml", &rules), ("docs/disk.md", DISK)]);
    let list = |format: &str| program(folder.path(), &["runbooks", ".", "--offline", "--format", format], "");
    let rows = lines(&list("jsonl"));
    let verdict = |reference: &str| {
        let row =
            rows.iter().find(|row| row["reference"] == reference).unwrap_or_else(|| panic!("{reference}: {rows:?}"));
        assert!(!row["evidence"]["reason"].as_str().unwrap().is_empty(), "{reference}");
        row["verdict"].as_str().unwrap().to_owned()
    };
    for (reference, wanted) in [
        ("docs/disk.md#diskfull", "alive"),
        ("docs/disk.md#DiskFull", "anchor-missing"),
        ("docs/gone.md", "dead"),
        ("TODO", "unverified"),
        ("ask the storage team", "unverified"),
        ("file:///etc/passwd", "unsafe"),
        ("https://wiki.acme.io/x?token=***#y", "unsafe"),
        ("https://wiki.acme.io/{{ $labels.job }}", "unverified"),
        ("docs/gone\u{200b}.md", "dead"),
        ("<https://wiki.acme.io/x|here>", "unverified"),
    ] {
        assert_eq!(verdict(reference), wanted, "{reference}");
    }
    assert_eq!(rows.len(), 10, "blanks around a reference do not make another one");
    let both = rows.iter().find(|row| row["reference"] == "docs/disk.md#diskfull").unwrap();
    assert_eq!(both["alerts"].as_array().unwrap().len(), 2);
    assert_eq!((both["via"].as_str(), both["evidence"]["file"].as_str()), (Some("tree"), Some("docs/disk.md")));
    assert_eq!(both["alerts"][0]["owner"], "core");
    let sorted: Vec<&str> = rows.iter().map(|row| row["reference"].as_str().unwrap()).collect();
    assert!(sorted.is_sorted());
    let all: Value = serde_json::from_str(&list("json").stdout).unwrap();
    assert_eq!(all.as_array().unwrap(), &rows);
    for format in ["table", "csv"] {
        let text = list(format).stdout;
        assert_eq!(text.lines().count(), 11, "{text}");
        assert!(text.contains("core") && !text.contains("hunter2"), "{text}");
    }
    assert!(list("csv").stdout.contains("rules/a.yaml:4 A; rules/a.yaml:8 B"), "{}", list("csv").stdout);
}

#[test]
fn an_invisible_character_hides_no_worse_fault() {
    let rules = alerts(&[
        ("Todo", "TO\u{200b}DO"),
        ("Local", "\u{feff}file:///etc/passwd"),
        ("Gone", "docs/gone.md\u{200b}"),
        ("There", "docs/\u{2060}disk.md"),
    ]);
    let folder = repository(&[("rules/a.yaml", &rules), ("docs/disk.md", DISK)]);
    let found = findings(folder.path(), &[]);
    let has = |rule: &str, alert: &str, level: &str| {
        found.contains(&(rule.to_owned(), Some(alert.to_owned()), level.to_owned()))
    };
    assert!(has("runbook-placeholder", "Todo", "error"), "{found:?}");
    assert!(has("runbook-unsafe", "Local", "error"), "{found:?}");
    assert!(has("runbook-dead", "Gone", "error"), "{found:?}");
    assert_eq!(of(&found, "runbook-malformed"), ["Gone", "There"]);
}

#[test]
fn one_word_is_a_page_only_below_a_base() {
    let rules = alerts(&[("A", "disk"), ("B", "network")]);
    let files = [("rules/a.yaml", rules.as_str()), ("docs/disk.md", DISK), ("network/x.md", "x")];
    let bare = repository(&files);
    let found = findings(bare.path(), &[]);
    assert_eq!(of(&found, "runbook-malformed"), ["A", "B"], "a folder of that name is no runbook");
    assert!(of(&found, "runbook-dead").is_empty());
    let based = repository(&[&files[..], &[("groundrules.yaml", "runbook: {bases: [docs]}\n")]].concat());
    let found = findings(based.path(), &[]);
    assert!(of(&found, "runbook-malformed").is_empty(), "{found:?}");
    assert_eq!(of(&found, "runbook-dead"), ["B"]);
}

const MAPPED: &str =
    "runbook:\n  mappings:\n    - from: https://books.acme.io/{alert}\n      to: books/{alert}.md\n      case: lower\n";

#[test]
fn pages_that_nobody_links_are_told_when_all_alerts_were_read() {
    let folder = repository(&[
        ("rules/a.yaml", &alerts(&[("DiskFull", "https://books.acme.io/diskfull")])),
        ("rules/b.yaml", &alerts(&[("DiskSlow", "https://books.acme.io/diskslow")])),
        ("books/DiskFull.md", DISK),
        ("books/DiskSlow.md", DISK),
        ("books/DiskGone.md", DISK),
        ("books/README.md", "# All\n"),
        ("books/_template.md", "# X\n"),
        ("books/deeper/Other.md", "# not of this mapping\n"),
        ("groundrules.yaml", MAPPED),
    ]);
    let ran = program(folder.path(), &["check", ".", "--format", "concise"], "");
    let orphans: Vec<&str> = ran.stdout.lines().filter(|line| line.contains("runbook-orphan")).collect();
    assert_eq!(orphans.len(), 1, "{}", ran.stdout);
    assert!(
        orphans[0].starts_with("groundrules.yaml:3:7: note") && orphans[0].contains("books/DiskGone.md"),
        "{orphans:?}"
    );
    let part = program(folder.path(), &["check", "rules/a.yaml", "--format", "concise"], "");
    assert!(!part.stdout.contains("runbook-orphan"), "a part of the alerts is no proof: {}", part.stdout);
}

#[test]
fn entries_are_judged_by_the_section_that_the_anchor_names() {
    let page = "# Storage\n\n## DiskFull\n\nTODO\n\n## DiskSlow\n\nThe disk answers late, mostly for want of spare blocks.\n\n### Impact\n\nuploads\n";
    let rules =
        alerts(&[("DiskFull", "docs/s.md#diskfull"), ("DiskSlow", "docs/s.md#diskslow"), ("Both", "docs/s.md")]);
    let folder = repository(&[("rules/a.yaml", &rules), ("docs/s.md", page)]);
    assert_eq!(of(&findings(folder.path(), &[]), "runbook-incomplete"), ["DiskFull"]);
    fs::write(
        folder.path().join("groundrules.yaml"),
        "rules: {runbook-incomplete: {sections: [meaning, impact, mitigation]}}\n",
    )
    .unwrap();
    let found = findings(folder.path(), &[]);
    assert_eq!(of(&found, "runbook-incomplete"), ["DiskFull", "DiskSlow", "Both"]);
    fs::write(folder.path().join("groundrules.yaml"), "rules: {runbook-incomplete: {sections: [meening]}}\n").unwrap();
    assert!(program(folder.path(), &["check", "."], "").stderr.contains("meaning"), "a misspelt section is told");
}

#[test]
fn age_is_that_of_the_last_commit() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str], day: &str| {
        let date = format!("{day}T12:00:00Z");
        let mut git = Command::new("git");
        git.args(["-c", "user.name=x", "-c", "user.email=x@acme.io", "-c", "commit.gpgsign=false"]).args(arguments);
        git.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date).current_dir(folder.path());
        assert!(git.output().unwrap().status.success(), "{arguments:?}");
    };
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
    git(&["init", "-q", "."], "2020-01-01");
    write("groundrules.yaml", "rules: {runbook-stale: {days: 365}}\n");
    write("a.yaml", &alerts(&[("Old", "old.md"), ("New", "new.md"), ("Elsewhere", "https://wiki.acme.io/x")]));
    write("old.md", DISK);
    write("new.md", DISK);
    git(&["add", "."], "2024-01-01");
    git(&["commit", "-qm", "a"], "2024-01-01");
    write("new.md", &DISK.replace("fail", "wait"));
    git(&["commit", "-qam", "b"], "2026-10-01");
    let arguments = ["check", ".", "--offline", "--today", "2026-11-21", "--only", "runbook-stale", "--format"];
    let ran = program(folder.path(), &[&arguments[..], &["concise"]].concat(), "");
    assert!(ran.stdout.starts_with("a.yaml:7:37: warning[runbook-stale]"), "{ran:?}");
    assert_eq!(ran.stdout.matches("runbook-stale").count(), 1);
    assert!(ran.stdout.contains("1055 days"), "{}", ran.stdout);
    let verdicts = lines(&program(folder.path(), &[&arguments[..], &["verdicts"]].concat(), ""));
    let words: Vec<&str> = verdicts.iter().map(|line| line["verdict"].as_str().unwrap()).collect();
    assert_eq!(words, ["broken", "holds", "unknown"]);
}

#[test]
fn what_only_a_named_policy_may_say_is_told() {
    let policy =
        "runbook:\n  allow_private: true\n  ca_file: ca.pem\n  hosts: {wiki.acme.io: {token_env: T, private: false}}\n";
    let folder = repository(&[
        ("groundrules.yaml", policy),
        ("a.yaml", &alerts(&[("A", "docs/disk.md")])),
        ("docs/disk.md", DISK),
    ]);
    assert_eq!(of(&findings(folder.path(), &[]), "policy-unused"), ["-", "-", "-"]);
    let part = program(folder.path(), &["check", "a.yaml", "--format", "concise"], "");
    assert_eq!(part.stdout.matches("is not heard").count(), 3, "{}", part.stdout);
    let list = program(folder.path(), &["runbooks", "."], "");
    assert!(list.stderr.contains("groundrules.yaml:2:3: this key is not heard"), "{}", list.stderr);
    let named = findings(folder.path(), &["--config", "groundrules.yaml"]);
    assert!(of(&named, "policy-unused").is_empty(), "{named:?}");
}

#[test]
fn folders_that_a_found_policy_may_not_name_are_told_at_their_keys() {
    let policy = "runbook:\n  bases: [/etc, ../../nowhere, docs, 'https://kb.acme.io/']\n  mappings:\n    - {from: 'https://a.acme.io/{x}', to: '{x}', tree: /}\n    - {from: 'https://b.acme.io/{x}', to: '{x}', tree: docs/new}\n";
    let folder = repository(&[
        ("groundrules.yaml", policy),
        ("a.yaml", &alerts(&[("A", "docs/disk.md")])),
        ("docs/disk.md", DISK),
    ]);
    let check =
        |more: &[&str]| program(folder.path(), &[&["check", "a.yaml", "--format", "concise"], more].concat(), "");
    let told = check(&[]).stdout;
    assert_eq!(told.matches("is not heard: folders outside of the repository need").count(), 3, "{told}");
    for place in ["groundrules.yaml:2:11:", "groundrules.yaml:2:17:", "groundrules.yaml:4:50:"] {
        assert!(told.contains(place), "{place}: {told}");
    }
    let named = check(&["--config", "groundrules.yaml"]).stdout;
    assert!(!named.contains("is not heard"), "{named}");
}

#[test]
fn a_mapping_decides_about_a_host_kept_for_examples() {
    let policy = "runbook:\n  mappings:\n    - {from: 'https://books.example.net/{page}', to: 'books/{page}.md'}\n";
    let folder = repository(&[
        ("groundrules.yaml", policy),
        (
            "a.yaml",
            &alerts(&[
                ("There", "https://books.example.net/disk#diskfull"),
                ("Gone", "https://books.example.net/net"),
                ("Open", "https://books.example.net/{{ $labels.page }}"),
                ("Other", "https://books.example.net/a/b"),
                ("Promise", "https://books.example.net/TODO"),
            ]),
        ),
        ("books/disk.md", DISK),
    ]);
    let found = findings(folder.path(), &["--offline"]);
    assert_eq!(of(&found, "runbook-placeholder"), ["Other", "Promise"]);
    assert_eq!(of(&found, "runbook-dead"), ["Gone"]);
    let listed = lines(&program(folder.path(), &["runbooks", ".", "--offline", "--format", "jsonl"], ""));
    let words: Vec<&str> = listed.iter().map(|row| row["verdict"].as_str().unwrap()).collect();
    assert_eq!(words, ["unverified", "unverified", "alive", "dead", "unverified"], "{listed:?}");
}

#[test]
fn an_address_that_climbs_is_refused_and_the_advice_fits_it() {
    let policy = "runbook:\n  mappings:\n    - {from: 'https://github.com/acme/docs/blob/main/{path...}', to: 'docs/{path...}'}\n";
    let folder = repository(&[
        ("groundrules.yaml", policy),
        (
            "a.yaml",
            &alerts(&[
                ("Plain", "https://github.com/acme/docs/blob/main/../../../../../etc/passwd"),
                ("Hidden", "https://github.com/acme/docs/blob/main/%2e%2e/x.md"),
                ("Asked", "https://wiki.acme.io/a/../b"),
                ("Path", "docs/../../x.md"),
                ("Host", "http://127.0.0.1/x"),
            ]),
        ),
        ("docs/disk.md", DISK),
    ]);
    let ran = program(folder.path(), &["check", ".", "--offline", "--only", "runbook-unsafe", "--format", "json"], "");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let told: Vec<(&str, &str)> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["alert"].as_str().unwrap(), found["help"][0].as_str().unwrap()))
        .collect();
    let advice = ["address bar", "address bar", "address bar", "inside of the repository", "public host"];
    assert_eq!(told.len(), advice.len(), "{told:?}");
    for ((alert, help), part) in told.iter().zip(advice) {
        assert!(help.contains(part), "{alert}: {help}");
    }
}

const FULL: &str = r#"groups:
  - name: g
    interval: 30s
    rules:
      - alert: DiskFull
        expr: |
          min by (host) (free_bytes{mount="/data"}) < 1e9 and on (host) up == 1
        for: 10m
        labels: {severity: page, team: storage}
        annotations:
          summary: 'disk of {{ $labels.host }} has {{ $value | humanize1024 }}B left'
          runbook_url: https://books.acme.io/diskfull
"#;

#[test]
fn a_skeleton_tells_what_the_alert_tells() {
    let folder = repository(&[("rules/a.yaml", FULL), ("groundrules.yaml", MAPPED), ("books/x.md", "# X")]);
    let new = |more: &[&str]| program(folder.path(), &[&["runbook", "new", "DiskFull"], more].concat(), "");
    let shown = new(&[]);
    assert_eq!(shown.code, 0, "{shown:?}");
    for part in [
        "# DiskFull\n\n## Meaning\n\ndisk of *host* has *the value*B left\n",
        "It fires as `page` when the least of `free_bytes` (`mount` is `/data`) for each `host` is below 1e9, and at the same time for \
         the same `host` `up` is 1.",
        "`for: 10m`: it must be so at every evaluation (every 30s) for 10m before anybody is told",
        "## Diagnosis\n\nLook at these series",
        "```promql\nmin by (host) (free_bytes{mount=\"/data\"})\n```\n\n```promql\nup\n```",
        "## Mitigation\n\nTODO",
        "## Escalation\n\nCall storage (label team).",
    ] {
        assert!(shown.stdout.contains(part), "{part}\n---\n{}", shown.stdout);
    }
    assert!(shown.stderr.contains("books/diskfull.md is where it would go"), "{}", shown.stderr);
    assert!(!folder.path().join("books/diskfull.md").exists());
    let written = new(&["--write"]);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(folder.path().join("books/diskfull.md")).unwrap(), shown.stdout);
    fs::write(folder.path().join("books/diskfull.md"), "mine").unwrap();
    let again = new(&["--write"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("never written over"), "{}", again.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("books/diskfull.md")).unwrap(), "mine");
    let unknown = program(folder.path(), &["runbook", "new", "DiskFul"], "");
    assert!(unknown.code == 2 && unknown.stderr.contains("did you mean `DiskFull`?"), "{unknown:?}");
}

#[test]
fn a_skeleton_is_the_entry_that_the_rules_ask_for_once_it_is_filled_in() {
    let rules = FULL.replace("https://books.acme.io/diskfull", "books/disk.md#the-full-disk");
    let folder = repository(&[("rules/a.yaml", &rules)]);
    let ran = program(folder.path(), &["runbook", "new", "DiskFull", "--write"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let path = folder.path().join("books/disk.md");
    let skeleton = fs::read_to_string(&path).unwrap();
    let policy = "rules: {runbook-incomplete: {sections: [meaning, impact, diagnosis, mitigation, escalation]}}\n";
    fs::write(folder.path().join("groundrules.yaml"), policy).unwrap();
    let found = findings(folder.path(), &[]);
    assert!(of(&found, "runbook-anchor-missing").is_empty(), "the skeleton has the anchor");
    assert_eq!(of(&found, "runbook-incomplete"), ["DiskFull"], "promises are no text");
    fs::write(&path, skeleton.replace("TODO: ", "")).unwrap();
    assert!(of(&findings(folder.path(), &[]), "runbook-incomplete").is_empty());
}

#[cfg(unix)]
#[test]
fn a_skeleton_is_written_nowhere_outside() {
    let outside = tempfile::tempdir().unwrap();
    let rules = FULL.replace("https://books.acme.io/diskfull", "out/deep/disk.md");
    let folder = repository(&[("rules/a.yaml", &rules)]);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
    let ran = program(folder.path(), &["runbook", "new", "DiskFull", "--write"], "");
    assert!(ran.code == 2 && ran.stderr.contains("outside of the repository"), "{ran:?}");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    let rules = FULL.replace("https://books.acme.io/diskfull", "../disk.md");
    fs::write(folder.path().join("rules/a.yaml"), rules).unwrap();
    assert_eq!(program(folder.path(), &["runbook", "new", "DiskFull", "--write"], "").code, 2);
}

/// What `runbook new DiskFull --write` says for this reference; its exit code.
fn written(folder: &Path, reference: &str) -> (u8, String) {
    let rules = FULL.replace("https://books.acme.io/diskfull", &format!("'{reference}'"));
    fs::write(folder.join("rules/a.yaml"), rules).unwrap();
    let ran = program(folder, &["runbook", "new", "DiskFull", "--write"], "");
    (u8::try_from(ran.code).unwrap(), ran.stderr)
}

#[test]
fn a_skeleton_goes_where_the_verdicts_look() {
    let policy = "runbook:\n  bases: [docs/runbooks, 'https://kb.acme.io/kb/']\n";
    let folder = repository(&[
        ("groundrules.yaml", policy),
        ("rules/a.yaml", FULL),
        ("docs/runbooks/disk.md", DISK),
        ("docs/runbooks/old/x.md", DISK),
    ]);
    let at = |path: &str| folder.path().join(path).exists();
    for (reference, why) in [
        ("docs/runbooks/disk.md#disk-full", "docs/runbooks/disk.md: it is there already"),
        ("disk.md", "docs/runbooks/disk.md: it is there already"),
        ("old", "`old` is a folder"),
        ("docs/runbooks/{{ $labels.nothing }}.md", "a template decides the page"),
        ("https://user:secret@kb.acme.io/x", "a credential"),
        ("https://kb.acme.io/x", "no path, base or mapping"),
    ] {
        let (code, told) = written(folder.path(), reference);
        assert!(code == 2 && told.contains("nothing was written") && told.contains(why), "{reference}: {told}");
    }
    assert!(!at("docs/runbooks/docs") && !at("docs/runbooks/DiskFull.md"));
    for (reference, path) in [
        ("docs/runbooks/new.md", "docs/runbooks/new.md"),
        ("net/slow.md", "docs/runbooks/net/slow.md"),
        ("TODO", "docs/runbooks/DiskFull.md"),
    ] {
        assert!(!at(path), "{path}");
        let (code, told) = written(folder.path(), reference);
        assert!(code == 0 && at(path), "{reference}: {told}");
    }
}

#[cfg(unix)]
#[test]
fn a_skeleton_is_not_written_through_links_and_pipes() {
    let outside = tempfile::tempdir().unwrap();
    let folder = repository(&[("rules/a.yaml", FULL), ("docs/x.md", DISK)]);
    std::os::unix::fs::symlink(outside.path().join("new.md"), folder.path().join("docs/link.md")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path().join("docs/pipe.md")).status().unwrap().success());
    for reference in ["docs/link.md", "docs/pipe.md"] {
        let (code, told) = written(folder.path(), reference);
        assert!(code == 2 && told.contains("is there, but is no page"), "{reference}: {told}");
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

/// The fences `policy` and the table after `### Recipes` of the page about policies.
fn recipes() -> (String, Vec<(String, String)>) {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md")).unwrap();
    let section = page.split("### Recipes").nth(1).unwrap().split("\n### ").next().unwrap();
    let policy = section.split("```policy\n").nth(1).unwrap().split("```").next().unwrap();
    let rows = section.lines().filter_map(|line| {
        let mut quoted = line.strip_prefix("| `")?.split('`');
        Some((quoted.next()?.to_owned(), quoted.nth(1)?.to_owned()))
    });
    (policy.to_owned(), rows.collect())
}

#[test]
fn the_recipes_of_the_documentation_lead_where_they_say() {
    let (policy, rows) = recipes();
    assert!(rows.len() >= 10, "{rows:?}");
    let named: Vec<(String, String)> =
        rows.iter().enumerate().map(|(at, (reference, _))| (format!("A{at}"), reference.clone())).collect();
    let linked: Vec<(&str, &str)> = named.iter().map(|(name, reference)| (name.as_str(), reference.as_str())).collect();
    let rules = alerts(&linked);
    let text = "# Full\n";
    let mut files: Vec<(&str, &str)> = rows.iter().map(|(_, file)| (file.as_str(), text)).collect();
    files.extend([("rules/a.yaml", rules.as_str()), ("groundrules.yaml", policy.as_str())]);
    let folder = repository(&files);
    let told = lines(&program(folder.path(), &["runbooks", ".", "--offline", "--format", "jsonl"], ""));
    for (reference, file) in rows {
        let row =
            told.iter().find(|row| row["reference"] == reference).unwrap_or_else(|| panic!("{reference}: {told:?}"));
        let got = (row["verdict"].as_str().unwrap(), row["evidence"]["file"].as_str());
        assert_eq!(got, ("alive", Some(file.as_str())), "{reference}: {row}");
    }
}
