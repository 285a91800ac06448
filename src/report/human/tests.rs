//! What a terminal shows.

use super::*;
use crate::diagnostic::Edit;
use crate::lint::report::Suggestion;
use crate::report::testing::Sample;
use crate::source::{SourceId, Span, TextRange};

const RULES: &str = "groups:\n- name: disk\n  rules:\n  - alert: DiskFull\n    expr: free_bytes < 5\n    labels:\n      severity: critcal\n  - alert: DiskSlow\n    expr: slow > 1\n";

/// Findings alone, as in an editor's terminal.
fn findings() -> Options {
    Options { color: false, width: 80, all: false, has_policy: true, github: false, quiet: true }
}

fn written(sample: &Sample, options: &Options) -> String {
    let mut out = Vec::new();
    write(&sample.report(), options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn range(source: SourceId, start: usize, end: usize) -> Span {
    Span::new(source, TextRange::new(start as u32, end as u32))
}

/// An alert without a runbook, with the fix that the lint rule offers.
fn no_runbook(sample: &mut Sample, file: SourceId, alert: &str) {
    let span = sample.span(file, 0, alert);
    let end = sample.span(file, span.end as usize, "\n").end;
    let edit = Edit {
        span: range(file, end as usize, end as usize),
        text: "    annotations:\n      runbook_url: https://wiki/\n".to_owned(),
    };
    sample
        .at("runbook-missing", Severity::Error, span, &format!("alert `{alert}` links no runbook"))
        .cause("alerts link no runbook")
        .label("no `runbook_url` annotation")
        .note("whoever is woken by it must find what it means and what to do")
        .help("add an annotation `runbook_url` with the address of its runbook entry")
        .fix(false, vec![edit]);
}

#[test]
fn a_finding_in_full() {
    let mut sample = Sample::new();
    let file = sample.file("rules/disk.yaml", RULES);
    no_runbook(&mut sample, file, "DiskSlow");
    let expected = "\
error[runbook-missing]: alert `DiskSlow` links no runbook
   ┌─ rules/disk.yaml:8:12
   │
 8 │   - alert: DiskSlow
   │            ^^^^^^^^ no `runbook_url` annotation
   │
   = note: whoever is woken by it must find what it means and what to do
   = help: add an annotation `runbook_url` with the address of its runbook entry
   │
 8 │   - alert: DiskSlow
 9 +     annotations:
10 +       runbook_url: https://wiki/
   │

";
    assert_eq!(written(&sample, &findings()), expected);
}

#[test]
fn places_in_other_files_and_long_notes() {
    let mut sample = Sample::new();
    let file = sample.file("a.yaml", RULES);
    let other = sample.file("b.yaml", "x\ty: 'é' # z\n");
    let (place, group) =
        (sample.span(file, 0, "critcal"), sample.span(file, 0, RULES.split("    labels").next().unwrap()));
    let far = sample.span(other, 0, "z");
    sample
        .at("severity-unknown", Severity::Warning, place, "severity `critcal` is not one that is known")
        .label("did you mean `critical`?")
        .related(group, "in this group")
        .related(far, "unlike here")
        .note("routes of Alertmanager match a severity to the letter, so a near miss goes where nobody looks")
        .fix(true, vec![Edit { span: place, text: "critical".to_owned() }]);
    let expected = "\
warning[severity-unknown]: severity `critcal` is not one that is known
  ┌─ a.yaml:7:17
  │
1 │ ╭ groups:
2 │ │ - name: disk
3 │ │   rules:
4 │ │   - alert: DiskFull
5 │ │     expr: free_bytes < 5
  │ ╰────────────────────────' in this group
6 │       labels:
7 │         severity: critcal
  │                   ^^^^^^^ did you mean `critical`?
  │
  ┌─ b.yaml:1:12
  │
1 │ x   y: 'é' # z
  │              - unlike here
  │
  = note: routes of Alertmanager match a severity to the letter, so a near miss
          goes where nobody looks
  │
7 -       severity: critcal
7 +       severity: critical
  │

";
    assert_eq!(written(&sample, &findings()), expected);
}

#[test]
fn long_lines_are_cut_around_the_place_and_long_places_in_the_middle() {
    let mut sample = Sample::new();
    let (x, y) = ("x".repeat(100), "y".repeat(500_000));
    let text = format!("# {}\nexpr: {x} < {y}\n{}", "é".repeat(200), "a: b\n".repeat(50));
    let file = sample.file("a.yaml", &text);
    let (place, from) = (sample.span(file, 0, "<"), sample.span(file, 0, "expr").start as usize);
    sample
        .at("yaml-syntax", Severity::Note, place, "odd")
        .label("here")
        .related(range(file, from, text.len()), "all of it")
        .fix(true, vec![Edit { span: range(file, 360, 362), text: "e".to_owned() }]);
    let expected = "\
note[yaml-syntax]: odd
   ┌─ a.yaml:2:108
   │
 2 │ ╭ …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx < yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
   │                                      ^ here
 3 │ │ a: b
 4 │ │ a: b
 5 │ │ a: b
   · │
51 │ │ a: b
52 │ │ a: b
   │ ╰────' all of it
   │
 1 - …éééééééééééééééééééééééééééééééééééééééééééééé
 1 + …éééééééééééééééééééééééééeéééééééééééééééééééé
   │

";
    assert_eq!(written(&sample, &findings()), expected);
}

#[test]
fn fixes_show_what_goes_and_what_comes() {
    let mut sample = Sample::new();
    let text = "a: 1\r\nb: 2\nc: 3\nd: 4\n";
    let file = sample.file("a.yaml", text);
    let other = sample.file("b.yaml", "last");
    let edit = |span: Span, text: &str| Edit { span, text: text.to_owned() };
    let edits = vec![
        edit(range(other, 4, 4), "\nmore"),
        edit(sample.span(file, 0, "a: 1\r\n"), ""),
        edit(sample.span(file, 0, "3"), "4"),
        edit(range(file, text.len(), text.len()), "e: 5\n"),
    ];
    sample.find("yaml-syntax", Severity::Note, file, "b", "many").fix(true, edits);
    let expected = "\
note[yaml-syntax]: many
  ┌─ a.yaml:2:1
  │
2 │ b: 2
  │ ^
  │
1 - a: 1
  │
3 - c: 3
2 + c: 4
  │
4 │ d: 4
4 + e: 5
  │
  ┌─ b.yaml
  │
1 │ last
2 + more
  │

";
    assert_eq!(written(&sample, &findings()), expected);
}

fn first_run() -> Sample {
    let mut sample = Sample::new();
    let file = sample.file("rules/disk.yaml", RULES);
    let text: String = (0..30).fold(String::new(), |text, n| text + &format!("- alert: Web{n:02}\n  expr: up == 0\n"));
    let web = sample.file("rules/web.yaml", &text);
    no_runbook(&mut sample, file, "DiskFull");
    no_runbook(&mut sample, file, "DiskSlow");
    sample.find("severity-unknown", Severity::Warning, file, "critcal", "severity `critcal` is not one that is known");
    for n in 0..30 {
        let span = sample.span(web, 0, &format!("Web{n:02}"));
        let message = format!("alert `Web{n:02}` names no owner");
        sample.at("owner-missing", Severity::Warning, span, &message).cause("alerts name no owner");
    }
    sample.unknown("runbook-dead", "runbook pages were not asked: `--online` asks them", true);
    sample
}

#[test]
fn a_first_run_is_summed_up() {
    let mut sample = first_run();
    let policy = "owner:\n  labels: [service]\n".to_owned();
    sample.suggestions.push(Suggestion {
        lint: "owner-missing",
        key: "service".to_owned(),
        alerts: 30,
        of: 32,
        policy,
    });
    let expected = "\x20 ground rule       holds  broken  unknown  not asked  exempt  waived
  yaml-syntax          32       ·        ·          ·       ·       ·
✗ runbook-missing      30       2        ·          ·       ·       ·
  runbook-dead          ·       ·        ·         32       ·       ·
✗ owner-missing         2      30        ·          ·       ·       ·
✗ severity-unknown     31       1        ·          ·       ·       ·

causes, worst first, with the lines of groundrules.yaml that would settle them (write `rules:` once)

error[runbook-missing]: alerts link no runbook: 2 of 32, in 1 file
  ┌─ first at rules/disk.yaml:4:12
  = if another key links the runbook, say which:
      runbook: {annotations: [YOUR_KEY]}
  = or to do without this rule:
      rules:
        runbook-missing: off

warning[owner-missing]: alerts name no owner: 30 of 32, in 1 file
  ┌─ first at rules/web.yaml:1:10
  = 30 of 32 alerts carry `service`; if that says it:
      owner:
        labels: [service]
  = or to do without this rule:
      rules:
        owner-missing: off

warning[severity-unknown]: severity `critcal` is not one that is known: 1 alert in 1 file
  ┌─ at rules/disk.yaml:7:17
  = if these are your words, list them:
      severity: {values: [YOUR, WORDS]}

the worst 20 of 33 findings; `--all` shows every one

error[runbook-missing]: alert `DiskFull` links no runbook
";
    let out = written(&sample, &Options { has_policy: false, quiet: false, ..findings() });
    assert!(out.starts_with(expected), "{out}");
    assert_eq!(out.matches("\nerror[runbook-missing]: alert `").count(), 2);
    assert_eq!(out.matches("\nwarning[owner-missing]: alert `").count(), 17);
    assert_eq!(out.matches("\nwarning[severity-unknown]: severity `").count(), 2, "once as a cause, once in full");
    let all = written(&sample, &Options { has_policy: false, quiet: false, all: true, ..findings() });
    assert_eq!(all.matches("\nwarning[owner-missing]: alert `").count(), 30);
}

#[test]
fn with_a_policy_twenty_of_a_cause_are_shown() {
    let out = written(&first_run(), &findings());
    assert_eq!(out.matches("warning[owner-missing]").count(), 20);
    let more = "20 │ - alert: Web19\n";
    assert!(!out.contains(more), "lines are counted from the file");
    let end = "39 │ - alert: Web19\n   │          ^^^^^\n\n… and 10 more like this (owner-missing: alerts name no owner); `--all` shows every one\n\n";
    assert!(out.ends_with(end), "{out}");
}

#[test]
fn the_last_lines_say_what_was_not_told() {
    let mut sample = first_run();
    sample.waive(Span::default());
    sample.summary.policy.push("groundrules.yaml".to_owned());
    sample.summary.skipped.extend([("promtool-test".to_owned(), 2), ("dashboard".to_owned(), 1)]);
    sample.summary.not_checked.insert("jsonnet".to_owned(), 12);
    let files = (0..12).map(|n| (format!("mixin/{n}.libsonnet"), "jsonnet".to_owned(), "render it".to_owned()));
    sample.summary.not_checked_files.extend(files);
    let mut out = Vec::new();
    closing(&sample.report(), &findings(), &mut out).unwrap();
    let named: String = (0..10)
        .fold(String::new(), |text, n| text + &format!("             mixin/{n}.libsonnet: jsonnet: render it\n"));
    let expected = format!(
        "       read  2 files, 2 with rules: 32 alerts, 0 recording rules in 2 groups;
             policy groundrules.yaml
    skipped  1 dashboard, 2 promtool-test
not checked  12 jsonnet
{named}             and 2 more files
    unknown  runbook-dead, 32 alerts: runbook pages were not asked: `--online`
             asks them
     result  2 errors, 30 warnings; 1 finding waived
       next  `groundrules explain runbook-missing` says why and how
"
    );
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn a_clean_run_says_what_was_held() {
    let mut sample = Sample::new();
    let options = Options { quiet: false, ..findings() };
    assert!(written(&sample, &options).ends_with("result  no alert was read, so none was held to anything\n"));
    sample.file("a.yaml", "- alert: A\n- alert: B\n");
    assert!(written(&sample, &options).ends_with("result  2 alerts hold 5 ground rules\n"));
    sample.unknown("runbook-dead", "nobody asked", true);
    let out = written(&sample, &Options { has_policy: false, ..options });
    assert!(out.starts_with("  ground rule "), "{out}");
    assert!(out.ends_with("result  2 alerts hold what could be told; 2 of 10 verdicts are unknown\n"), "{out}");
}

#[test]
fn a_run_in_which_nothing_could_be_read_is_summed_up_too() {
    let mut sample = Sample::new();
    let file = sample.file("a.yaml", &"[\n".repeat(30));
    for at in 0..30 {
        sample.at("yaml-syntax", Severity::Error, range(file, 2 * at, 2 * at + 1), "this `[` is never closed");
    }
    let out = written(&sample, &Options { has_policy: false, quiet: false, ..findings() });
    assert!(out.starts_with("causes, worst first"), "{out}");
    assert!(out.contains("error[yaml-syntax]: this `[` is never closed: 30 findings in 1 file\n"), "{out}");
    assert!(out.contains("the worst 20 of 30 findings; `--all` shows every one\n"), "{out}");
}

#[test]
fn any_span_can_be_shown() {
    let mut sample = Sample::new();
    let text = "\u{feff}é: 1\r\n\tb\r\rc: 😀\n\n  \n- |\n\n";
    let file = sample.file("a.yaml", text);
    let empty = sample.file("b.yaml", "");
    for start in 0..text.len() + 3 {
        for end in start..text.len() + 3 {
            let span = range(file, start, end);
            sample
                .at("yaml-syntax", Severity::Note, span, "m")
                .related(range(empty, start, end), "")
                .related(range(file, end, end), "end")
                .fix(
                    true,
                    vec![
                        Edit { span, text: "x\ny".to_owned() },
                        Edit { span: range(empty, 0, 9), text: "\n".to_owned() },
                    ],
                );
        }
    }
    let out = written(&sample, &Options { all: true, ..findings() });
    assert_eq!(out.matches("note[yaml-syntax]: m").count(), sample.findings.len());
}
