//! Ten million episodes read from a snapshot and judged: time and peak memory against 2 s and 1 GB. `cargo bench --bench history`
//!
//! The snapshot is written by a process of its own, so that its memory does not count.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a program that measures")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use groundrules::evidence::Evidence;
use groundrules::evidence::history;
use groundrules::lint::{self, Input};
use groundrules::model::{Part, Workspace, lower};
use groundrules::policy::Policy;
use groundrules::source::{Source, SourceId};

const RULES: i64 = 500;
const SERIES: i64 = 20;
const EPISODES: i64 = 1000;
/// Ninety days up to 2026-11-20.
const END: i64 = 1_795_132_800;
const LENGTH: i64 = 90 * 86_400;

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "write");
    if let (Some(_), Some(path)) = (arguments.next(), arguments.next()) {
        return write(Path::new(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.jsonl");
    let this = std::env::current_exe().unwrap();
    assert!(Command::new(this).arg("write").arg(&path).status().unwrap().success());
    let (workspace, policy) = (workspace(), Policy::default());
    // Once to bring the file into memory, where the measured run finds it.
    for name in ["first", "second"] {
        let start = Instant::now();
        let history = history::read(File::open(&path).unwrap()).unwrap();
        let (read, episodes) = (start.elapsed().as_secs_f64(), history.len());
        let evidence = Evidence { history: Some(history), ..Evidence::default() };
        let setups = [&policy.setup];
        let today = jiff::civil::date(2026, 11, 21);
        let report = lint::run(&Input { workspace: &workspace, setups: &setups, evidence: &evidence, today });
        let noisy = report.findings.iter().filter(|finding| finding.diagnostic.rule.starts_with("noisy-")).count();
        println!(
            "{name}: {episodes} episodes read in {read:.2} s, judged in {:.2} s more: {noisy} findings, peak {} MiB",
            start.elapsed().as_secs_f64() - read,
            peak() >> 10
        );
    }
}

fn severity(rule: i64) -> &'static str {
    if rule % 2 == 0 { "page" } else { "ticket" }
}

fn workspace() -> Workspace {
    let mut text = String::from("groups:\n- name: g\n  rules:\n");
    for rule in 0..RULES {
        let severity = severity(rule);
        text +=
            &format!("  - {{alert: Alert{rule:04}, expr: m{rule} > 1, for: 5m, labels: {{severity: {severity}}}}}\n");
    }
    let mut workspace = Workspace::default();
    let source = Source::new("rules.yaml", text);
    workspace.files.push(lower::lower(&source, SourceId(0), &lower::Options::default()));
    workspace.paths.push("rules.yaml".to_owned());
    workspace.sources.push(source);
    workspace.parts.push(Part { root: ".".to_owned(), files: 0..1, whole: true });
    workspace
}

/// Writes a snapshot in which every series fires about eleven times a day, for a minute up to an hour.
fn write(path: &Path) {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    let window = r#"{"from":"2026-08-22T00:00:00Z","to":"2026-11-20T00:00:00Z"}"#;
    writeln!(out, r#"{{"schema_version":1,"kind":"groundrules-history","window":{window},"coverage":[{window}]}}"#)
        .unwrap();
    let every = LENGTH / EPISODES;
    let mut random = 1_u64;
    for rule in 0..RULES {
        for series in 0..SERIES {
            let labels = format!(
                r#"{{"alertname":"Alert{rule:04}","instance":"host-{series:02}:9100","severity":"{}"}}"#,
                severity(rule)
            );
            for episode in 0..EPISODES {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let draw = i64::try_from(random >> 40).unwrap();
                let first = END - LENGTH + episode * every + draw % (every / 2) / 60 * 60;
                let minutes = [1, 2, 5, 10, 30, 60][usize::try_from(draw % 6).unwrap()];
                let (last, samples) = (first + minutes * 60, minutes + 1);
                writeln!(out, r#"{{"rule":"Alert{rule:04}","labels":{labels},"state":"firing","first":{first},"last":{last},"samples":{samples},"open":false}}"#).unwrap();
            }
        }
    }
    out.flush().unwrap();
}

/// Peak memory of this process in KiB (`VmHWM`, Linux).
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
