//! The documents, against the keys and shapes that other programs rely on.

use serde_json::{Value, json};

use super::*;
use crate::diagnostic::{Edit, Severity};
use crate::report::testing::Sample;

fn sample() -> Sample {
    let mut sample = Sample::new();
    let file = sample.file("a.yaml", "groups:\n- alert: Ünit\n  x: 1\n");
    let other = sample.file("b.yaml", "x: \u{202e}\n");
    let (name, place) = (sample.span(file, 0, "Ünit"), sample.span(other, 0, "x"));
    sample
        .at("runbook-missing", Severity::Error, name, "no runbook\u{202e}\u{e0041}")
        .label("here")
        .related(place, "there")
        .note("see https://u:p@wiki/")
        .help("add one")
        .fix(true, vec![Edit { span: place, text: "y\n".to_owned() }]);
    sample.findings[0].evidence =
        vec![("status".to_owned(), "404".to_owned()), ("asked".to_owned(), "wiki".to_owned())];
    sample.find("owner-missing", Severity::Warning, file, "x: 1", "no owner");
    sample.waive(place);
    sample.summary.policy.push("groundrules.yaml".to_owned());
    sample.summary.not_checked.insert("jsonnet".to_owned(), 1);
    sample
}

fn document(sample: &Sample) -> String {
    let mut out = Vec::new();
    write(&sample.report(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_document_has_the_promised_shape() {
    let text = document(&sample());
    let tally =
        |broken: u32, holds: u32| json!({"holds": holds, "broken": broken, "unknown": 0, "waived": 0, "exempt": 0});
    let place = json!({"start": 0, "end": 1, "line": 1, "column": 1, "end_line": 1, "end_column": 2});
    let name = json!({"start": 17, "end": 22, "line": 2, "column": 10, "end_line": 2, "end_column": 14});
    let expected = json!({
        "schema_version": 1,
        "tool": {"name": "groundrules", "version": env!("CARGO_PKG_VERSION")},
        "summary": {
            "policy": ["groundrules.yaml"], "files": 2, "rule_files": 2, "groups": 2, "alerts": 1, "recording_rules": 0,
            "skipped": {}, "not_checked": {"jsonnet": 1},
            "verdicts": {
                "yaml-syntax": tally(0, 1), "runbook-missing": tally(1, 0), "runbook-dead": tally(0, 1),
                "owner-missing": tally(1, 0), "severity-unknown": tally(0, 1)
            },
            "findings": {"error": 1, "warning": 0, "note": 0}, "complete": false
        },
        "diagnostics": [
            {
                "rule": "runbook-missing", "level": "error", "message": "no runbook\u{202e}\u{e0041}", "file": "a.yaml", "span": name,
                "labels": [
                    {"file": "a.yaml", "span": name, "message": "here"}, {"file": "b.yaml", "span": place, "message": "there"}
                ],
                "notes": ["see https://***@wiki/"], "help": ["add one"],
                "fix": {"safe": true, "edits": [{"file": "b.yaml", "start": 0, "end": 1, "text": "y\n"}]},
                "group": "g", "alert": "Ünit", "owner": null, "severity": "page", "fingerprint": "0000000000000000",
                "evidence": {"status": "404", "asked": "wiki"}, "waiver": null
            },
            {
                "rule": "owner-missing", "level": "warning", "message": "no owner", "file": "a.yaml",
                "span": {"start": 25, "end": 29, "line": 3, "column": 3, "end_line": 3, "end_column": 7},
                "labels": [], "notes": [], "help": [], "fix": null,
                "group": "g", "alert": "Ünit", "owner": null, "severity": "page", "fingerprint": "0000000000000001",
                "evidence": null, "waiver": {"until": "2030-01-31", "because": "moving the wiki", "span": place}
            }
        ]
    });
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    assert!(text.contains(r"no runbook\u202e\udb40\udc41"), "harmful characters are escaped: {text}");
}

#[test]
fn keys_come_in_the_documented_order() {
    let text = document(&sample());
    let places = |keys: &[&str]| keys.iter().map(|key| text.find(&format!("\"{key}\":")).unwrap()).collect::<Vec<_>>();
    assert!(places(&["schema_version", "tool", "summary", "verdicts", "complete", "diagnostics"]).is_sorted());
    assert!(
        places(&["level", "message", "file", "span", "labels", "notes", "help", "fix", "fingerprint", "waiver"])
            .is_sorted()
    );
    assert!(
        places(&["yaml-syntax", "runbook-missing", "runbook-dead", "owner-missing"]).is_sorted(),
        "the order of the list"
    );
}

#[test]
fn lines_are_the_same_diagnostics_and_the_summary_last() {
    let sample = sample();
    let whole: Value = serde_json::from_str(&document(&sample)).unwrap();
    let mut out = Vec::new();
    write_lines(&sample.report(), &mut out).unwrap();
    let mut lines: Vec<Value> =
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.pop(), Some(json!({"summary": whole["summary"]})));
    assert_eq!(Value::Array(lines), whole["diagnostics"]);
}

#[test]
fn a_fix_that_would_write_a_secret_is_not_shown() {
    let mut sample = sample();
    let edits = &mut sample.findings[0].diagnostic.fix.as_mut().unwrap().edits;
    edits.push(Edit { text: "url: https://u:p@wiki/".to_owned(), ..edits[0].clone() });
    let whole: Value = serde_json::from_str(&document(&sample)).unwrap();
    assert_eq!(whole["diagnostics"][0]["fix"], Value::Null);
}
