//! `human`: what a person needs at a terminal, in the order in which it helps.
//!
//! Without a policy there may be thousands of findings, so it begins with a scorecard and the causes, and shows the worst
//! findings in full. With one, findings are shown in file order, a few of each cause. Both end with what was read, what was
//! not, and what to do next. All foreign text passes through [`super::safe`]; only this folder knows codespan-reporting.

mod closing;
mod excerpt;
mod finding;
mod overview;
mod scorecard;
mod select;
mod settle;
mod suggestion;

use std::io;

use codespan_reporting::term::termcolor::{Ansi, Color, ColorSpec, NoColor, WriteColor};

use super::causes::{Cause, causes};
use super::positions::Positions;
use super::safe::{self, Guard};
use super::shared::Shared;
use super::{Options, count};
use crate::diagnostic::Severity;
use crate::lint::report::{Finding, Report};
use select::Shown;

/// Lines are cut here where the width of the terminal is not known.
const WIDTH: usize = 160;
/// A terminal narrower than this wraps.
const NARROWEST: usize = 60;

/// Writes the report, see the head of this file.
pub fn write(report: &Report<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let guard = Guard::new(out, options.github);
    if options.color {
        Page::new(report, options).write(&mut Ansi::new(guard))
    } else {
        Page::new(report, options).write(&mut NoColor::new(guard))
    }
}

/// Writes the last lines alone: what was read, what was not, and what to do next.
pub fn closing(report: &Report<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let guard = Guard::new(out, options.github);
    if options.color {
        closing::write(&Page::new(report, options), false, &mut Ansi::new(guard))
    } else {
        closing::write(&Page::new(report, options), false, &mut NoColor::new(guard))
    }
}

/// What the parts of the output share.
struct Page<'r> {
    report: &'r Report<'r>,
    options: &'r Options,
    positions: Positions<'r>,
    causes: Vec<Cause>,
    shared: Shared,
    width: usize,
}

impl<'r> Page<'r> {
    fn new(report: &'r Report<'r>, options: &'r Options) -> Self {
        let width = if options.width == 0 { WIDTH } else { options.width.max(NARROWEST) };
        Self {
            report,
            options,
            positions: Positions::new(report.sources),
            causes: causes(report),
            shared: Shared::new(report),
            width,
        }
    }

    fn write(&self, out: &mut dyn WriteColor) -> io::Result<()> {
        let sums_up = !self.options.has_policy && !self.options.quiet;
        if sums_up && !self.report.alerts.is_empty() {
            scorecard::write(self, out)?;
        }
        let shown = select::shown(self);
        let mut proposed = false;
        if sums_up && !shown.is_empty() {
            proposed = overview::write(self, out)?;
            heading(out, &self.title(shown.len()))?;
        }
        for Shown { index, more } in shown {
            finding::write(self, index, out)?;
            if let Some((cause, more)) = more {
                write_more(cause, more, out)?;
            }
        }
        if self.options.quiet { Ok(()) } else { closing::write(self, proposed, out) }
    }

    /// A finding by its index in the report.
    fn finding(&self, index: usize) -> &'r Finding {
        &self.report.findings[index]
    }

    fn title(&self, shown: usize) -> String {
        match super::open(self.report).count() - self.shared.len() {
            total if total > shown => {
                format!("the worst {shown} of {}; `--all` shows every one", count(total, "finding"))
            }
            1 => "the finding".to_owned(),
            total => format!("all {}", count(total, "finding")),
        }
    }
}

/// Says how many findings of a cause are not shown.
fn write_more(cause: &Cause, more: usize, out: &mut dyn WriteColor) -> io::Result<()> {
    paint(out, &bold(), &format!("… and {more} more like this"))?;
    writeln!(out, " ({}: {}); `--all` shows every one\n", cause.rule, safe::line(&cause.text))
}

/// A title over a part of the output.
fn heading(out: &mut dyn WriteColor, title: &str) -> io::Result<()> {
    paint(out, &bold(), title)?;
    writeln!(out, "\n")
}

/// Writes `text` in a style.
fn paint(out: &mut dyn WriteColor, style: &ColorSpec, text: &str) -> io::Result<()> {
    out.set_color(style)?;
    write!(out, "{text}")?;
    out.reset()
}

fn bold() -> ColorSpec {
    let mut style = ColorSpec::new();
    style.set_bold(true);
    style
}

fn colored(color: Color) -> ColorSpec {
    let mut style = ColorSpec::new();
    style.set_fg(Some(color));
    style
}

fn of_severity(severity: Severity) -> ColorSpec {
    let color = match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Note => Color::Green,
    };
    let mut style = bold();
    style.set_intense(true).set_fg(Some(color));
    style
}

/// `text` broken at blanks so that no line is wider than `width` where words allow it; line breaks stay.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut columns = 0;
        for word in paragraph.split(' ') {
            let length = word.chars().count();
            if columns > 0 && columns + 1 + length > width {
                lines.push(std::mem::take(&mut line));
                columns = 0;
            } else if columns > 0 {
                line.push(' ');
                columns += 1;
            }
            line.push_str(word);
            columns += length;
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests;
