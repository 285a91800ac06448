//! `github`: workflow commands that a GitHub runner turns into annotations of a change.
//!
//! Shape and escapes are those of actions/toolkit (`packages/core/src/command.ts`). The runner cuts a message at 4,096 characters
//! and shows ten annotations of a type for each step (actions/runner, `ExecutionContext.cs`), so the worst come first.

use std::cmp::Reverse;
use std::io;

use super::positions::Positions;
use super::shared::Shared;
use super::{count, safe};
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::report::Report;

const SHOWN: usize = 10;
/// In UTF-16 code units, as the runner counts.
const LONGEST: usize = 4096;

/// Writes every finding that no waiver allows, errors first, and before the notes how many the runner will not show: behind ten
/// notes nobody would see it.
pub fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let positions = Positions::new(report.sources);
    let shared = Shared::new(report);
    let mut findings: Vec<(usize, &Diagnostic)> =
        super::told(report, &shared).map(|(index, finding)| (index, &*finding.diagnostic)).collect();
    findings.sort_by_key(|(_, diagnostic)| Reverse(diagnostic.severity));
    let notes = findings.partition_point(|(_, diagnostic)| diagnostic.severity > Severity::Note);
    let put = |&(index, diagnostic): &(usize, &Diagnostic), out: &mut dyn io::Write| {
        command(diagnostic, shared.also(report, index).as_deref(), &positions, out)
    };
    findings[..notes].iter().try_for_each(|finding| put(finding, out))?;
    if let Some(rest) = unseen(report) {
        writeln!(out, "::notice title=groundrules::{}", data(&rest))?;
    }
    findings[notes..].iter().try_for_each(|finding| put(finding, out))
}

fn unseen(report: &Report<'_>) -> Option<String> {
    let rest = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        let more = report.summary.count(severity).saturating_sub(SHOWN);
        (more > 0).then(|| count(more, severity.as_str()))
    });
    let rest: Vec<String> = rest.into_iter().flatten().collect();
    (!rest.is_empty()).then(|| {
        let rest = rest.join(", ");
        format!("GitHub shows {SHOWN} annotations of a type for each step; {rest} more are in the log of this step")
    })
}

fn command(
    diagnostic: &Diagnostic,
    also: Option<&str>,
    positions: &Positions<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let kind = if diagnostic.severity == Severity::Note { "notice" } else { diagnostic.severity.as_str() };
    let path = &positions.source(diagnostic.span.source).path;
    let file = property(path.strip_prefix("./").unwrap_or(path));
    let (start, end) = positions.both(diagnostic.span);
    write!(out, "::{kind} file={file},line={},endLine={}", start.line, end.line)?;
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    }
    writeln!(out, ",title={}::{}", property(diagnostic.rule), data(cut(&body(diagnostic, also))))
}

fn body(diagnostic: &Diagnostic, also: Option<&str>) -> String {
    let mut body = safe::lines(&diagnostic.message).into_owned();
    let mut add = |kind: &str, text: &str| {
        body.push('\n');
        body.push_str(kind);
        body.push_str(&safe::lines(text));
    };
    let advice = diagnostic.advice();
    if !advice.label.is_empty() {
        add("", &advice.label);
    }
    if let Some(also) = also {
        add("note: ", also);
    }
    advice.notes.iter().for_each(|note| add("note: ", note));
    advice.help.iter().for_each(|help| add("help: ", help));
    body
}

fn cut(text: &str) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > LONGEST
    });
    end.map_or(text, |(end, _)| &text[..end])
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&safe::line(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Sample;

    fn written(sample: &Sample) -> String {
        let mut out = Vec::new();
        write(&sample.report(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn writes_commands_that_cannot_be_forged() {
        let mut sample = Sample::new();
        let file = sample.file("./a,b:\n::c%.yaml", "groups:\n- name: x\n");
        sample.find("runbook-missing", Severity::Warning, file, "name", "100% gone\n::error::forged\r\n\u{1b}[2J");
        sample.find("yaml-syntax", Severity::Error, file, "groups:\n- name", "broken").note("see, the manual");
        assert_eq!(
            written(&sample),
            "::error file=a%2Cb%3A %3A%3Ac%25.yaml,line=1,endLine=2,title=yaml-syntax::broken%0Anote: see, the manual\n\
             ::warning file=a%2Cb%3A %3A%3Ac%25.yaml,line=2,endLine=2,col=3,endColumn=7,title=runbook-missing::\
             100%25 gone%0A::error::forged%0A␛[2J\n"
        );
    }

    #[test]
    fn says_what_the_runner_hides_before_the_notes() {
        let mut sample = Sample::new();
        let file = sample.file("a.yaml", "x: y");
        for severity in [Severity::Note, Severity::Warning, Severity::Error] {
            for n in 0..=(10 + severity as usize) {
                sample.find("runbook-missing", severity, file, "x", &format!("m{n}"));
            }
        }
        let out = written(&sample);
        let notice = "::notice title=groundrules::GitHub shows 10 annotations of a type for each step; 3 errors, 2 warnings, \
                      1 note more are in the log of this step";
        assert_eq!(out.lines().position(|line| line == notice), Some(25));
        assert_eq!(out.lines().count(), 13 + 12 + 11 + 1);
    }

    #[test]
    fn cuts_long_messages_at_a_character() {
        assert_eq!(cut(&"é".repeat(5000)).chars().count(), 4096);
        assert_eq!(cut(&"😀".repeat(5000)).chars().count(), 2048);
        assert_eq!(cut("short"), "short");
    }
}
