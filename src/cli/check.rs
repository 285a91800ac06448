//! `groundrules check`: judges every alert, writes reports, and says by its exit code how it went.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::load::{self, Loaded};
use super::{Common, Stop, evidence, exit, stdout};
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::report::Report;
use crate::lint::{self, Input};
use crate::report::{self, Format, Options, human};
use crate::suggest;

/// Judge every alert.
#[derive(Args, Debug)]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
    /// What standard output gets
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = format)]
    format: Format,
    /// Write a report to a file too; may be given several times
    #[arg(long, value_name = "FORMAT=PATH", value_parser = output)]
    output: Vec<(Format, PathBuf)>,
    /// Show every finding in full
    #[arg(long)]
    all: bool,
    /// The least severity that makes the run fail
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// Fail with 3 where evidence that a lint rule asked for could not be had
    #[arg(long)]
    require_evidence: bool,
    /// Firing history: a snapshot
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Run this lint rule alone; may be given several times
    #[arg(long, value_name = "RULE", conflicts_with = "ignore")]
    only: Vec<String>,
    /// Leave this lint rule out; may be given several times
    #[arg(long, value_name = "RULE")]
    ignore: Vec<String>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum FailOn {
    Error,
    Warning,
    Note,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq)]
enum Color {
    Auto,
    Always,
    Never,
}

impl From<FailOn> for Severity {
    fn from(level: FailOn) -> Self {
        match level {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Note => Self::Note,
        }
    }
}

fn format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|_| {
        let known = Format::ALL.iter().map(|format| format.as_str());
        format!("the formats are {}", known.collect::<Vec<_>>().join(", "))
    })
}

fn output(text: &str) -> Result<(Format, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("write FORMAT=PATH, as in json=report.json")?;
    if path.is_empty() {
        return Err("a path is missing after `=`".to_owned());
    }
    Ok((format(name)?, PathBuf::from(path)))
}

pub(super) fn run(command: &Check) -> Result<u8, Stop> {
    let mut loaded = load::load(&command.common)?;
    if !loaded.mistakes.is_empty() {
        return policy_mistakes(command, &loaded);
    }
    for policy in &mut loaded.policies {
        let selected =
            if command.only.is_empty() { policy.ignore(&command.ignore) } else { policy.only(&command.only) };
        selected.map_err(|mistakes| Stop::Usage(mistakes.join("; ")))?;
    }
    let today = command.common.today();
    let evidence = evidence::gather(&command.common, command.history.as_deref(), &loaded, today)?;
    let setups = loaded.setups();
    let input = Input { workspace: &loaded.workspace, setups: &setups, evidence: &evidence, today };
    let mut report = lint::run(&input);
    let mut formats = command.output.iter().map(|(format, _)| *format).chain([command.format]);
    if formats.any(|format| format == Format::Human) {
        report.suggestions = lint::suggestions(&input);
    }
    complete(&mut report, &loaded);
    if let Some(owner) = &command.common.owner {
        narrow(&mut report, owner)?;
    }
    write(command, &report, !loaded.policy_paths.is_empty())?;
    let verdict = verdict(command, &report, &loaded);
    // The process ends here: freeing a million small pieces one by one would only take time.
    std::mem::forget((report.findings, report.alerts, evidence, loaded));
    Ok(verdict)
}

/// Adds what only the command line knows.
fn complete(report: &mut Report<'_>, loaded: &Loaded) {
    report.summary.policy.clone_from(&loaded.policy_paths);
    for (reason, count) in [("ignored", loaded.excluded), ("link", loaded.links), ("special", loaded.special)] {
        if count > 0 {
            report.summary.skipped.insert(reason.to_owned(), count);
        }
    }
}

/// Narrows the report to one owner; nobody of that name is a mistake of usage.
fn narrow(report: &mut Report<'_>, owner: &str) -> Result<(), Stop> {
    let owners: BTreeSet<&str> = report.alerts.iter().filter_map(|alert| alert.concern.owner.as_deref()).collect();
    if !owners.contains(owner) {
        let near = suggest::meant(owner, owners, "");
        return Err(Stop::Usage(format!("no alert has the owner `{owner}`{near}")));
    }
    report.narrow(owner);
    Ok(())
}

/// Shows the mistakes of the policies alone: nothing is judged by a policy that is not understood.
fn policy_mistakes(command: &Check, loaded: &Loaded) -> Result<u8, Stop> {
    let report = Report::of_mistakes(&loaded.workspace.sources, &loaded.mistakes);
    let errors: BTreeSet<&str> = loaded
        .mistakes
        .iter()
        .map(|mistake: &Diagnostic| loaded.workspace.source(mistake.span.source).path.as_str())
        .collect();
    let mut stderr = io::stderr().lock();
    let options = Options {
        color: colored(command.color, &io::stderr()),
        all: true,
        has_policy: true,
        quiet: true,
        ..environment(command)
    };
    human::write(&report, &options, &mut stderr)?;
    let files = errors.into_iter().collect::<Vec<_>>().join(", ");
    Err(Stop::Usage(format!("nothing was checked: the policy has mistakes ({files})")))
}

fn write(command: &Check, report: &Report<'_>, has_policy: bool) -> Result<(), Stop> {
    let mut options = Options { all: command.all, has_policy, ..environment(command) };
    for (format, path) in &command.output {
        let file =
            File::create(path).map_err(|error| Stop::Usage(format!("cannot write {}: {error}", path.display())))?;
        let mut out = BufWriter::new(file);
        report::write(*format, report, &options, &mut out)?;
        out.flush()?;
    }
    options.color = colored(command.color, &io::stdout());
    let mut out = stdout();
    report::write(command.format, report, &options, &mut out)?;
    out.flush()?;
    if matches!(command.format, Format::Concise | Format::Github) {
        human::closing(report, &options, &mut io::stderr().lock())?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the environment is the command line's to read")]
fn environment(command: &Check) -> Options {
    let github = super::on_github();
    let named = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    let width = named.or_else(seen).unwrap_or(0);
    Options { color: false, width, all: command.all, has_policy: true, github, quiet: false }
}

/// Colours: the flag, then NO_COLOR, CLICOLOR_FORCE and GitHub's log, then whether a person looks on.
#[expect(clippy::disallowed_methods, reason = "the environment is the command line's to read")]
fn colored(flag: Color, stream: &impl IsTerminal) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match flag {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto => set("CLICOLOR_FORCE") || set("FORCE_COLOR") || stream.is_terminal(),
    }
}

/// The exit code.
fn verdict(command: &Check, report: &Report<'_>, loaded: &Loaded) -> u8 {
    let fail_on = command.fail_on.map_or_else(|| loaded.fail_on(), Severity::from);
    let summary = &report.summary;
    for (path, why) in &loaded.unreadable {
        super::say(&format!("error: cannot read {path}: {why}"));
    }
    let recognised = summary.rule_files > 0
        || summary
            .skipped
            .iter()
            .any(|(reason, _)| !matches!(reason.as_str(), "other-yaml" | "not-text" | "ignored" | "link"));
    if !loaded.unreadable.is_empty() {
        return exit::USAGE;
    }
    if !recognised && !command.common.allow_empty && report.findings.is_empty() {
        return super::say(
            "error: nothing was recognised: no rule, and no file of another known kind (`--allow-empty` allows it)",
        );
    }
    let demanded = command.require_evidence || loaded.policies.iter().any(|policy| policy.require_evidence);
    if summary.fails(fail_on) {
        exit::FINDINGS
    } else if demanded {
        super::evidence_had(report)
    } else {
        exit::CLEAN
    }
}
