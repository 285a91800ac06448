//! What a terminal shows.

use super::*;
use crate::diagnostic::Edit;
use crate::report::testing::Sample;
use crate::source::{Span, TextRange};

fn plain() -> Options {
    Options { color: false, width: 80, all: false, has_policy: true, github: false, quiet: true }
}

fn written(sample: &Sample, options: &Options) -> String {
    let mut out = Vec::new();
    write(&sample.report(), options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn look() {
    let mut sample = Sample::new();
    let disk = "groups:\n- name: disk\n  rules:\n  - alert: DiskFull\n    expr: node_filesystem_avail_bytes{fstype!=\"tmpfs\"} / node_filesystem_size_bytes{fstype!=\"tmpfs\"} < 0.05\n    labels:\n      severity: critcal\n  - alert: DiskSlow\n    expr: rate(x[5m]) > 1\n";
    let a = sample.file("rules/disk.yaml", disk);
    let b = sample.file(
        "rules/web.yaml",
        "groups:\n- name: web\n  rules:\n  - alert: Down\n    expr: up == 0\n    annotations:\n      summary: down\n",
    );
    for (file, name) in [(a, "DiskFull"), (a, "DiskSlow"), (b, "Down")] {
        let span = sample.span(file, 0, name);
        let text = sample.sources[file.0 as usize].text();
        let line = text[span.start as usize..].find('\n').unwrap() as u32 + span.start + 1;
        let edit = Edit {
            span: Span::new(file, TextRange::at(line)),
            text: "    annotations:\n      runbook_url: https://runbooks.example.com/\n".into(),
        };
        sample
            .at("runbook-missing", Severity::Error, span, &format!("alert `{name}` links no runbook"))
            .cause("alerts link no runbook")
            .label("no `runbook_url` annotation")
            .note("whoever is woken by it must find what it means and what to do")
            .help("add an annotation `runbook_url` with the address of its runbook entry")
            .fix(false, vec![edit]);
        sample
            .at("owner-missing", Severity::Warning, span, &format!("alert `{name}` names no owner"))
            .cause("no alert names an owner")
            .label("no owner")
            .help("add a label `team`");
    }
    let first = sample.span(a, 0, "critcal");
    let edit = Edit { span: first, text: "critical".into() };
    let other = sample.span(a, 0, "groups:\n- name: disk\n  rules:\n  - alert: DiskFull\n    expr: node");
    let third = sample.span(b, 0, "up == 0");
    sample.at("severity-unknown", Severity::Warning, first, "`critcal` is no severity anybody uses").label("did you mean `critical`?")
        .related(other, "in this group").related(third, "unlike here")
        .note("an alert whose severity no route knows reaches nobody, and this is a long note that must be wrapped at the width of the terminal")
        .help("write `critical`").fix(true, vec![edit]);
    let expr = sample.span(a, 0, "< 0.05");
    sample.at("yaml-syntax", Severity::Error, expr, "odd comparison").label("here");
    sample.unknown("runbook-dead", "the page was not asked: `--online` asks it", true);
    sample.summary.skipped.insert("promtool-test".into(), 12);
    sample.summary.not_checked.insert("jsonnet".into(), 1);
    sample.summary.not_checked_files.push((
        "mixin/alerts.libsonnet".into(),
        "jsonnet".into(),
        "render it first".into(),
    ));
    let width = std::env::var("W").ok().and_then(|w| w.parse().ok()).unwrap_or(80);
    let has_policy = std::env::var("P").is_ok();
    let color = std::env::var("C").is_ok();
    println!("{}", written(&sample, &Options { color, width, quiet: false, has_policy, ..plain() }));
}
