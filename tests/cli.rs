//! The command line: exit codes, roots, standard input, several outputs, harmless output.

mod support;

use std::fs;
use std::path::Path;

use groundrules::lint::LISTED;
use support::program::{Ran, program};

const ALERT: &str = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n    labels: {severity: page, team: t}\n    annotations: {summary: s, runbook_url: https://r.acme.io/a}\n";
const BROKEN: &str = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up = 0\n    labels: {severity: page}\n";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn check(folder: &Path, args: &[&str]) -> Ran {
    let args: Vec<&str> = ["check", "--today", "2026-11-21"].iter().chain(args).copied().collect();
    program(folder, &args, "")
}

#[test]
fn exit_codes_tell_clean_findings_usage_and_missing_evidence_apart() {
    let tree =
        folder(&[("good/a.yaml", ALERT), ("bad/a.yaml", BROKEN), ("none/a.txt", "hello\n"), ("none/b.yaml", "a: b\n")]);
    let code = |args: &[&str]| check(tree.path(), args).code;
    assert_eq!(code(&["good"]), 0);
    assert_eq!(code(&["bad"]), 1);
    assert_eq!(code(&["none"]), 2);
    assert_eq!(code(&["none", "--allow-empty"]), 0);
    assert_eq!(code(&["missing"]), 2);
    assert_eq!(code(&["--no-such-flag"]), 2);
    assert_eq!(code(&["good", "--only", "no-such-rule"]), 2);
    assert_eq!(code(&["good", "--require-evidence"]), 3, "the runbook's page was not asked");
    assert_eq!(code(&["good", "--require-evidence", "--only", "owner-missing"]), 0);
    assert_eq!(code(&["bad", "--only", "owner-missing"]), 0, "a warning alone does not fail");
    assert_eq!(code(&["bad", "--only", "owner-missing", "--fail-on", "warning"]), 1);
}

#[test]
fn a_file_named_twice_is_read_once_and_a_missing_one_does_not_hide_the_others() {
    let tree = folder(&[("a.yaml", BROKEN)]);
    let ran = check(tree.path(), &["a.yaml", "a.yaml", "gone.yaml", "--format", "concise"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("gone.yaml"), "{}", ran.stderr);
    assert_eq!(ran.stdout.matches("promql-syntax").count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.starts_with("a.yaml:"), "{}", ran.stdout);
}

#[test]
fn standard_input_is_read_as_the_file_it_is_said_to_be() {
    let tree = folder(&[("groundrules.yaml", "owner:\n  labels: [squad]\n"), ("rules/a.yaml", ALERT)]);
    let args = ["check", "-", "--stdin-filename", "rules/a.yaml", "--format", "concise"];
    let ran = program(tree.path(), &args, BROKEN);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("rules/a.yaml:5:14: error[promql-syntax]"), "{}", ran.stdout);
    assert!(ran.stdout.contains("error[owner-missing]"), "the policy of that folder holds: {}", ran.stdout);
}

#[test]
fn one_run_writes_several_reports() {
    let tree = folder(&[("a.yaml", BROKEN)]);
    let ran = check(
        tree.path(),
        &["a.yaml", "--format", "concise", "--output", "json=out.json", "--output", "verdicts=v.jsonl"],
    );
    assert_eq!(ran.code, 1);
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(tree.path().join("out.json")).unwrap()).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["summary"]["alerts"], 1);
    let lines = fs::read_to_string(tree.path().join("v.jsonl")).unwrap();
    let verdicts: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |rule: &str| verdicts.iter().find(|line| line["rule"] == rule).unwrap()["verdict"].clone();
    assert_eq!(of("promql-syntax"), "broken");
    assert_eq!(of("severity-missing"), "holds");
    let counted = &json["summary"]["verdicts"];
    for meta in groundrules::rules::all() {
        for verdict in ["holds", "broken", "unknown", "waived", "exempt"] {
            let listed = verdicts.iter().filter(|line| line["rule"] == meta.id && line["verdict"] == verdict).count();
            let tally = counted[meta.id][verdict].as_u64().unwrap_or(0);
            assert_eq!(tally, listed as u64, "{}: {verdict}", meta.id);
        }
    }
}

#[test]
fn mistakes_of_the_policy_are_all_shown_and_nothing_is_judged() {
    let tree = folder(&[
        ("groundrules.yaml", "onwer:\n  labels: [team]\nrules:\n  runbook-mising: off\n"),
        ("a.yaml", BROKEN),
    ]);
    let ran = check(tree.path(), &["."]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    for words in ["groundrules.yaml:1:1", "owner", "groundrules.yaml:4:3", "runbook-missing"] {
        assert!(ran.stderr.contains(words), "no {words} in {}", ran.stderr);
    }
}

#[test]
fn nothing_that_is_printed_can_harm_a_terminal() {
    let evil = "groups:\n- name: \"g\\e]0;owned\\a\"\n  rules:\n  - alert: \"A\\e[31m\\u202Eevil\"\n    expr: \"up{x=\\\"\\e[2J\\\"} = 0\"\n";
    let raw = BROKEN.replace("alert: A", "alert: \"A\u{202e}\u{9b}\"").replace("g\n", "g # \u{1b}[31mred \u{7}\n");
    let tree = folder(&[("a\u{1b}[1m.yaml", evil), ("b.yaml", &raw)]);
    for format in ["human", "concise", "github"] {
        let ran = check(tree.path(), &[".", "--format", format, "--all"]);
        for text in [&ran.stdout, &ran.stderr] {
            let bad = text.chars().find(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(bad, None, "{format}: {text:?}");
        }
        assert!(ran.stdout.contains("promql-syntax"), "{format}: {}", ran.stdout);
    }
}

#[test]
fn lint_rules_are_listed_and_explained() {
    let tree = folder(&[]);
    let ran = program(tree.path(), &["rules"], "");
    for meta in groundrules::rules::all() {
        assert!(ran.stdout.contains(meta.id), "{}", meta.id);
    }
    let ran = program(tree.path(), &["explain", "runbook-dead"], "");
    assert!(ran.code == 0 && ran.stdout.starts_with("# runbook-dead"));
    let ran = program(tree.path(), &["explain", "runbok-dead"], "");
    assert!(ran.code == 2 && ran.stderr.contains("did you mean `runbook-dead`"), "{}", ran.stderr);
}

#[test]
fn an_expression_is_shown_as_it_is_read() {
    let tree = folder(&[]);
    let ran = program(tree.path(), &["parse", "sum by(job)(rate(x[5m]))>1"], "");
    assert!(ran.code == 0 && ran.stdout.starts_with("sum by (job) (rate(x[5m])) > 1\n"), "{}", ran.stdout);
    let lines = "{\"input\": \"1+\"}\n{\"input\": \"up\", \"features\": []}\n";
    let ran = program(tree.path(), &["parse", "--jsonl"], lines);
    let answers: Vec<serde_json::Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[0]["ok"], false);
    assert_eq!(answers[1]["tree"], serde_json::json!({ "kind": "VectorSelector", "start": 0, "end": 2 }));
    let deep = format!("{{\"input\": \"{}1{}\"}}\n", "(".repeat(100_000), ")".repeat(100_000));
    let ran = program(tree.path(), &["parse", "--jsonl"], &deep);
    assert!(ran.code == 0 && ran.stdout.contains("\"ok\":"), "{}", ran.stderr);
}

#[test]
fn a_bad_line_of_a_batch_gets_its_error_and_the_next_its_answer() {
    let lines =
        "{\"input\": \"up\"}\n{\"input\": 5}\nno\n{\"input\": \"up\", \"features\": [\"none\"]}\n{\"input\": \"1\"}\n";
    let ran = program(Path::new("."), &["parse", "--jsonl"], lines);
    let answers: Vec<serde_json::Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ok: Vec<bool> = answers.iter().map(|answer| answer["ok"].as_bool().unwrap()).collect();
    assert_eq!(ok, [true, false, false, false, true], "{}", ran.stdout);
    assert!(answers[3]["errors"][0]["message"].as_str().unwrap().contains("no feature `none`"));
}

#[test]
fn the_same_bytes_come_out_of_any_number_of_threads() {
    // Enough bytes for several threads, and enough files for several to read them.
    let padding = "# nothing\n".repeat(1000);
    let rules = |i: usize| BROKEN.replace("alert: A", &format!("alert: A{}", i % 7)) + &padding;
    let files: Vec<(String, String)> = (0..1100).map(|i| (format!("d{}/f{i}.yaml", i % 3), rules(i))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let tree = folder(&files);
    let run = |threads: &str| check(tree.path(), &[".", "--format", "json", "--threads", threads]).stdout;
    let one = run("1");
    assert!(one.len() > 1000);
    assert_eq!(one, run("2"));
    assert_eq!(one, run("16"));
}

#[cfg(unix)]
#[test]
fn a_policy_opens_nothing_outside_of_its_folder() {
    let tree = folder(&[("secret", "TOKEN: hunter2\n"), ("repo/.git/HEAD", ""), ("repo/a.yaml", ALERT)]);
    let repo = tree.path().join("repo");
    std::os::unix::fs::symlink("../secret", repo.join("groundrules.yaml")).unwrap();
    let ran = check(&repo, &["."]);
    assert_eq!(ran.code, 2);
    assert!(!ran.stderr.contains("hunter2") && ran.stderr.contains("not a link"), "{}", ran.stderr);
    fs::remove_file(repo.join("groundrules.yaml")).unwrap();
    for history in ["../secret", "/etc/passwd", "/dev/stdin", "\"x\\n::error::y\\e[31m\""] {
        fs::write(repo.join("groundrules.yaml"), format!("history: {history}\n")).unwrap();
        let ran = check(&repo, &["."]);
        assert_eq!(ran.code, 2, "{history}");
        assert!(ran.stderr.contains("below its folder"), "{history}: {}", ran.stderr);
        assert!(
            ran.stderr.lines().all(|line| !line.starts_with("::")) && !ran.stderr.contains('\u{1b}'),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn an_owner_that_nobody_has_is_a_mistake() {
    let tree = folder(&[("a.yaml", ALERT.replace("team: t", "team: storage").as_str())]);
    let ran = check(tree.path(), &[".", "--owner", "storge"]);
    assert!(ran.code == 2 && ran.stderr.contains("did you mean `storage`"), "{}", ran.stderr);
    assert_eq!(check(tree.path(), &[".", "--owner", "storage"]).code, 0);
}

#[test]
fn what_a_broken_file_hides_is_unknown_not_missing() {
    let broken = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n    annotations:\n      summary: a: b\n    labels: {severity: page, team: t}\n";
    let tree = folder(&[("a.yaml", broken)]);
    let ran = check(tree.path(), &[".", "--format", "concise"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("error[yaml-syntax]"), "{}", ran.stdout);
}

#[test]
fn names_that_only_vmalert_knows_are_unknown_there_and_an_error_elsewhere() {
    let rules = "groups:\n- name: g\n  TYPE\n  rules:\n  - alert: A\n    expr: up\n    annotations:\n      link: '{{ $expr | queryEscape }}'\n";
    for (group, verdict) in [("type: prometheus", "unknown"), ("interval: 1m", "broken")] {
        let folder = folder(&[("a.yaml", &rules.replace("TYPE", group))]);
        let ran = check(folder.path(), &["--format", "verdicts", "--only", "template-syntax"]);
        assert!(ran.stdout.contains(&format!("\"verdict\":\"{verdict}\"")), "{group}: {}", ran.stdout);
    }
}

#[test]
fn a_file_that_only_an_engine_can_have_written_is_a_template() {
    let alert = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    labels: {team: t, severity: page}\n    annotations: {summary: s, runbook_url: 'https://acme.io/a'}\n";
    for head in ["{{ ansible_managed | comment }}", "{{ if x }}", "[[ template \"x\" . ]]"] {
        let tree = folder(&[("a.yaml", &format!("{head}\n{alert}"))]);
        let ran = check(tree.path(), &["a.yaml"]);
        assert!(ran.code == 0 && ran.stdout.contains("1 alert,"), "{head}: {}", ran.stdout);
    }
    for value in ["{{ severity }}", "{{ alert.severity }}", "[[ .Severity ]]"] {
        let tree = folder(&[("a.yaml", &alert.replace("severity: page", &format!("severity: {value}")))]);
        let ran = check(tree.path(), &["a.yaml", "--format", "verdicts", "--only", "severity-missing"]);
        assert!(ran.code == 0 && ran.stdout.contains("\"verdict\":\"unknown\""), "{value}: {}", ran.stdout);
    }
    let own = alert.replace("severity: page", "severity: {{ $labels.severity }}");
    let tree = folder(&[("a.yaml", own.as_str())]);
    assert_eq!(check(tree.path(), &["a.yaml"]).code, 1, "a mistake of its author");
}

#[test]
fn rules_below_the_end_of_the_document_are_no_success() {
    for head in ["{}", "{a: b}", "[]", "\"a\""] {
        let tree =
            folder(&[("a.yaml", &format!("{head}\ngroups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n"))]);
        let ran = check(tree.path(), &["a.yaml"]);
        assert!(ran.code == 1 && ran.stdout.contains("the document ends before this line"), "{head}: {}", ran.stdout);
    }
}

#[test]
fn a_misspelt_groups_is_an_error_and_its_rules_are_read() {
    for key in ["grops", "group", "Groups"] {
        let tree = folder(&[("a.yaml", &ALERT.replace("groups:", &format!("{key}:")))]);
        let ran = check(tree.path(), &["a.yaml"]);
        assert!(ran.code == 1 && ran.stdout.contains("did you mean `groups`?"), "{key}: {}", ran.stdout);
        assert!(ran.stdout.contains("1 alert,"), "{key}: {}", ran.stdout);
    }
}

#[test]
fn a_file_of_many_mistakes_is_counted_to_its_end_and_listed_to_a_bound() {
    let alerts = |count: usize, more: &str| {
        let alerts: Vec<String> = (0..count).map(|i| format!("  - {{alert: A{i}, expr: up{more}}}\n")).collect();
        format!("groups:\n- name: g\n  rules:\n{}", alerts.concat())
    };
    let waiver = "# groundrules: allow(severity-missing) until 2026-12-31 because it is a test\n";
    let tree = folder(&[
        ("full.yaml", &alerts(LISTED, "")),
        ("more.yaml", &alerts(LISTED + 5, "")),
        ("waived.yaml", &format!("{waiver}{}", alerts(LISTED + 5, ""))),
        ("keys.yaml", &alerts(LISTED + 5, ", colour: red")),
    ]);
    let ran = |file: &str, rule: &str| {
        let out = check(tree.path(), &[file, "--only", rule, "--format", "json"]).stdout;
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        let last =
            json["diagnostics"].as_array().map(|all| (all.len(), all.last().unwrap()["message"].to_string())).unwrap();
        (last.0, last.1, json["summary"]["verdicts"][rule].clone())
    };
    let (listed, last, _) = ran("full.yaml", "severity-missing");
    assert!(listed == LISTED && !last.contains("more"), "{last}");
    for (file, rule, verdict) in [
        ("more.yaml", "severity-missing", "broken"),
        ("waived.yaml", "severity-missing", "waived"),
        ("keys.yaml", "rule-structure", "broken"),
    ] {
        let (listed, _, verdicts) = ran(file, rule);
        assert_eq!((listed, &verdicts[verdict]), (LISTED + 1, &serde_json::json!(LISTED + 5)), "{file}");
    }
    let twins = format!("groups:\n- name: g\n  rules:\n{}", "  - {alert: A, expr: up}\n".repeat(LISTED + 6));
    fs::create_dir(tree.path().join("twins")).unwrap();
    fs::write(tree.path().join("twins/a.yaml"), twins).unwrap();
    let (listed, _, verdicts) = ran("twins", "duplicate-rule");
    assert_eq!((listed, &verdicts["broken"]), (LISTED + 1, &serde_json::json!(LISTED + 5)), "found over all files");
    let out = check(tree.path(), &["more.yaml", "--only", "severity-missing", "--format", "concise"]).stdout;
    assert!(out.contains("5 more findings of `severity-missing` in this file, which are not listed"));
}
