//! What a run found, written for people and for other programs: one file a format, all pure.

mod causes;
pub mod concise;
pub mod github;
pub mod human;
pub mod json;
mod positions;
pub mod safe;
mod shared;
pub mod table;
pub mod verdicts;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::io;
use std::str::FromStr;

use crate::diagnostic::count;
use crate::lint::report::{Finding, Report};
use shared::Shared;

/// A way to write a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Scorecard, causes, findings with their source, and what was not told.
    Human,
    /// `path:line:col: level[id] message`.
    Concise,
    /// One document.
    Json,
    /// A finding a line, the summary last.
    Jsonl,
    /// A line an alert and lint rule.
    Verdicts,
    /// Workflow commands.
    Github,
}

/// What the formats for people leave to the caller.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of the command line")]
pub struct Options {
    /// Whether to write colours, as ANSI escapes.
    pub color: bool,
    /// Columns of the terminal; 0 where they are not known.
    pub width: usize,
    /// Whether to show every finding.
    pub all: bool,
    /// Whether a policy was found: without one the findings are summed up first.
    pub has_policy: bool,
    /// Whether a CI runner reads the output and must find no command in it.
    pub github: bool,
    /// Whether to show findings alone.
    pub quiet: bool,
}

impl Format {
    /// All of them, in the order of the help text.
    pub const ALL: [Self; 6] = [Self::Human, Self::Concise, Self::Json, Self::Jsonl, Self::Verdicts, Self::Github];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Verdicts => "verdicts",
            Self::Github => "github",
        }
    }
}

impl Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == name);
        known.ok_or_else(|| format!("no format `{name}`; there are {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// Writes `report` to `out`, in many small pieces: a buffer is the caller's.
pub fn write(format: Format, report: &Report<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, options, out),
        Format::Concise => concise::write(report, options.github, out),
        Format::Json => json::write(report, out),
        Format::Jsonl => json::write_lines(report, out),
        Format::Verdicts => verdicts::write(report, out),
        Format::Github => github::write(report, out),
    }
}

/// The findings that no waiver allows.
fn open<'a>(report: &'a Report<'_>) -> impl Iterator<Item = &'a Finding> {
    report.findings.iter().filter(|finding| finding.waiver.is_none())
}

/// The same for people, by index: what alerts share is told once.
fn told<'a>(report: &'a Report<'_>, shared: &Shared) -> impl Iterator<Item = (usize, &'a Finding)> {
    let told = |(index, finding): &(usize, &Finding)| finding.waiver.is_none() && !shared.hides(*index);
    report.findings.iter().enumerate().filter(told)
}
