//! What holds for every format: nothing that a file, a person or a server wrote does harm where it is printed.

use super::*;
use crate::diagnostic::{Edit, Severity};
use crate::lint::report::Suggestion;
use crate::report::testing::Sample;
use crate::source::{Span, TextRange};

const HOSTILE: &str = "\u{1b}]0;t\u{7}\u{1b}[2J\r\u{8}\u{9b}31m\u{202e}\u{2066}\u{200f}\u{200b}\u{2028}\u{61c}\u{feff}\u{e0041}\u{7f}\t\
                       ##[error]x ##vso[task]y\n::error::z\r\n  ::stop é😀\0";
const SECRET: &str = "https://bob:hunter2@wiki/?token=hunter2";

fn options() -> Options {
    Options { color: false, width: 80, all: false, has_policy: false, github: true, quiet: false }
}

fn written(format: Format, sample: &Sample, options: &Options) -> String {
    let mut out = Vec::new();
    write(format, &sample.report(), options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Hostile text in every field that can hold text, and secrets wherever they can be but in the names of files.
fn hostile() -> Sample {
    let mut sample = Sample::new();
    let both = format!("{HOSTILE} {SECRET} {HOSTILE}");
    let both: &'static str = both.leak();
    let text = format!("# {both}\n- alert: A{both}\n  x: {both}\n{both}end");
    let path = format!("rules/{HOSTILE}.yaml");
    let file = sample.file(&path, &text);
    let other = sample.file("b.yaml", HOSTILE);
    let whole = |source, len: usize| Span::new(source, TextRange::new(0, len as u32));
    for (rule, severity) in
        [("yaml-syntax", Severity::Error), ("owner-missing", Severity::Warning), ("runbook-dead", Severity::Note)]
    {
        for (at, _) in text.char_indices().step_by(17) {
            let span = Span::new(file, TextRange::new(at as u32, (at + 7) as u32));
            sample
                .at(rule, severity, span, both)
                .label(both)
                .related(whole(other, HOSTILE.len()), both)
                .related(whole(file, text.len()), both)
                .note(both)
                .help(both)
                .fix(true, vec![Edit { span: whole(file, 0), text: both.to_owned() }]);
            if at % 2 == 0 {
                sample.findings.last_mut().unwrap().diagnostic.advice_mut().cause = both.to_owned().into();
            }
            sample.concern().group = Some(both.into());
            sample.concern().owner = Some(both.into());
            let finding = sample.findings.last_mut().unwrap();
            finding.evidence.push(("status".to_owned(), both.to_owned()));
        }
    }
    sample.waive(whole(other, 3));
    sample.unknown("runbook-missing", HOSTILE, true);
    sample.summary.policy.push(HOSTILE.to_owned());
    sample.summary.skipped.insert(HOSTILE.to_owned(), 1);
    sample.summary.not_checked.insert(HOSTILE.to_owned(), 1);
    sample.summary.not_checked_files.push((HOSTILE.to_owned(), HOSTILE.to_owned(), HOSTILE.to_owned()));
    sample.suggestions.push(Suggestion {
        lint: "owner-missing",
        key: HOSTILE.to_owned(),
        alerts: 1,
        of: 1,
        policy: HOSTILE.to_owned(),
    });
    sample
}

#[test]
fn nothing_for_people_steers_a_terminal_or_a_runner() {
    let sample = hostile();
    for format in [Format::Human, Format::Concise] {
        for (has_policy, all, width) in [(false, false, 80), (true, false, 120), (true, true, 0), (false, true, 1)] {
            let out = written(format, &sample, &Options { width, all, has_policy, ..options() });
            for line in out.lines() {
                assert!(line.chars().all(|c| c == '\u{200b}' || !safe::is_harmful(c)), "{line:?}");
                assert!(!line.contains("##") && !line.trim_start().starts_with("::"), "{line:?}");
                assert!(!line.contains("hunter2"), "{line:?}");
            }
        }
    }
}

#[test]
fn colours_are_the_only_escapes() {
    let out = written(Format::Human, &hostile(), &Options { color: true, ..options() });
    for escape in out.split('\u{1b}').skip(1) {
        let code = escape.strip_prefix('[').and_then(|rest| rest.split_once('m')).map(|(code, _)| code);
        assert!(code.is_some_and(|code| code.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b';'))), "{escape:?}");
    }
}

#[test]
fn machine_formats_escape_and_keep_no_secret() {
    let sample = hostile();
    for format in [Format::Json, Format::Jsonl, Format::Verdicts, Format::Github] {
        let out = written(format, &sample, &options());
        assert!(out.chars().all(|c| c == '\n' || !safe::is_harmful(c)), "{format}");
        assert!(!out.contains("hunter2"), "{format}");
    }
}

#[test]
fn the_same_report_is_the_same_bytes() {
    for format in Format::ALL {
        assert_eq!(written(format, &hostile(), &options()), written(format, &hostile(), &options()), "{format}");
        assert_eq!(format.as_str().parse(), Ok(format));
    }
    assert_eq!(
        "xml".parse::<Format>(),
        Err("no format `xml`; there are human, concise, json, jsonl, verdicts, github".to_owned())
    );
}

#[test]
fn concise_is_one_line_a_finding() {
    let mut sample = Sample::new();
    let file = sample.file("a/b.yaml", "groups:\n- é: name\n");
    sample.find("yaml-syntax", Severity::Error, file, "name", "first\nsecond");
    sample.find("owner-missing", Severity::Note, file, "groups", "waived");
    sample.waive(Span::default());
    sample.find("owner-missing", Severity::Warning, file, "groups", "no owner");
    let expected = "a/b.yaml:2:6: error[yaml-syntax] first second\na/b.yaml:1:1: warning[owner-missing] no owner\n";
    assert_eq!(written(Format::Concise, &sample, &options()), expected);
}

#[test]
fn verdicts_name_every_alert_and_lint_rule() {
    let mut sample = Sample::new();
    let file = sample.file("a.yaml", "- alert: A\n- alert: B\n");
    sample.find("owner-missing", Severity::Warning, file, "A", "no owner");
    sample.unknown("runbook-dead", "not asked", true);
    let out = written(Format::Verdicts, &sample, &options());
    assert_eq!(out.lines().count(), 2 * testing::METAS.len());
    let line = |rule: &str, verdict: &str, reason: &str| {
        format!(
            r#"{{"file":"a.yaml","group":"g","alert":"A","line":1,"owner":null,"severity":"page","rule":"{rule}","verdict":"{verdict}","reason":{reason},"evidence_time":null}}"#
        )
    };
    assert_eq!(out.lines().next(), Some(line("yaml-syntax", "holds", "null").as_str()));
    assert_eq!(out.lines().nth(2), Some(line("runbook-dead", "unknown", "\"not asked\"").as_str()));
    assert_eq!(out.lines().nth(3), Some(line("owner-missing", "broken", "\"no owner\"").as_str()));
}
