//! The command line: one file a command. Results go to standard output, all else to standard error.

mod backtest;
mod check;
mod completions;
mod evidence;
mod explain;
mod git;
mod history;
mod list;
mod load;
mod maps;
mod noise;
mod parse;
mod past;
mod progress;
mod revisions;
mod rules;
mod runbook;
mod runbooks;
mod server;
mod verdicts;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::lint::report::Report;
use crate::model::Dialect;
use crate::report::safe::{self, Guard};

/// Holds Prometheus alert rules to the ground rules of a shared on-call rotation.
#[derive(Parser, Debug)]
#[command(name = "groundrules", version, about, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Judge every alert under some paths
    Check(check::Check),
    /// List every rule as it is understood: owner, severity, runbook, and where each came from
    List(list::List),
    /// List every runbook reference with its verdict
    Runbooks(runbooks::Runbooks),
    /// Write the skeleton of a runbook entry from the alert itself
    Runbook(runbook::Runbook),
    /// Pull, import, merge and show firing history
    History(history::History),
    /// Show how often alerts fired, and how much the people of each owner are called
    Noise(noise::Noise),
    /// Tell when rules would have fired, had a server evaluated them in the past
    Backtest(backtest::Backtest),
    /// List the lint rules
    Rules(rules::Rules),
    /// Show the page of a lint rule: why, bad, good, options
    Explain(explain::Explain),
    /// Show how a PromQL expression or a template is read
    Parse(parse::Parse),
    /// Print a completion script for a shell
    Completions(completions::Completions),
}

/// Options shared by the commands that read rule files.
#[derive(Args, Debug)]
struct Common {
    /// Files and folders to read; `-` reads standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// The policy, instead of the groundrules.yaml that is found
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Ask nobody, even where the policy says `online: true`
    #[arg(long, conflicts_with = "online")]
    offline: bool,
    /// Ask the hosts of runbooks
    #[arg(long)]
    online: bool,
    /// Let runbooks be asked for on hosts in private address ranges
    #[arg(long)]
    allow_private: bool,
    /// Take every file for this dialect; `prometheus` judges each as a stock Prometheus would load it
    #[arg(long, value_name = "NAME")]
    dialect: Option<DialectName>,
    /// Let a run that recognises nothing end well
    #[arg(long)]
    allow_empty: bool,
    /// The day of the run, for waivers
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
    /// Number of threads
    #[arg(long, value_name = "N", env = "RAYON_NUM_THREADS", hide_env = true)]
    threads: Option<usize>,
    /// What standard input is, for messages and for finding the policy
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
    /// Only alerts of this owner
    #[arg(long, value_name = "TEAM")]
    owner: Option<String>,
}

impl Common {
    /// The day of the run; now, unless it is given.
    fn today(&self) -> Date {
        self.today.unwrap_or_else(|| jiff::Zoned::now().date())
    }
}

/// The dialects by name.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum DialectName {
    Prometheus,
    Thanos,
    Mimir,
    #[value(name = "victoriametrics")]
    VictoriaMetrics,
    Loki,
}

impl From<DialectName> for Dialect {
    fn from(name: DialectName) -> Self {
        match name {
            DialectName::Prometheus => Self::Prometheus,
            DialectName::Thanos => Self::Thanos,
            DialectName::Mimir => Self::Mimir,
            DialectName::VictoriaMetrics => Self::VictoriaMetrics,
            DialectName::Loki => Self::Loki,
        }
    }
}

/// Why a command ended early: something for the user to mend, said on standard error.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A mistake of usage or policy, or a file that cannot be read: exit 2.
    Usage(String),
    /// A server does not answer, or not with what was asked: exit 3.
    Evidence(String),
    /// Standard output is gone.
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Exit codes of the program.
pub(crate) mod exit {
    /// Nothing at or above the level to fail on.
    pub(crate) const CLEAN: u8 = 0;
    /// Findings.
    pub(crate) const FINDINGS: u8 = 1;
    /// Usage, policy, unreadable input, nothing recognised.
    pub(crate) const USAGE: u8 = 2;
    /// Evidence was demanded and could not be had.
    pub(crate) const EVIDENCE: u8 = 3;
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()))
}

fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Printing help can only fail where nobody reads it.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(exit::USAGE);
        }
    };
    let result = match cli.command {
        Command::Check(command) => check::run(&command),
        Command::List(command) => list::run(&command),
        Command::Runbooks(command) => runbooks::run(&command),
        Command::Runbook(command) => runbook::run(&command),
        Command::History(command) => history::run(&command),
        Command::Noise(command) => noise::run(&command),
        Command::Backtest(command) => backtest::run(&command),
        Command::Rules(command) => rules::run(&command),
        Command::Explain(command) => explain::run(&command),
        Command::Parse(command) => parse::run(&command),
        Command::Completions(command) => completions::run(&command),
    };
    match result {
        Ok(code) => code,
        // The reader of a pipe has seen enough.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLEAN,
        Err(Stop::Output(error)) => say(&format!("error: cannot write: {error}")),
        Err(Stop::Usage(message)) => say(&format!("error: {message}")),
        Err(Stop::Evidence(message)) => {
            say(&format!("error: {message}"));
            exit::EVIDENCE
        }
    }
}

/// Says something on standard error that ends the run.
fn say(message: &str) -> u8 {
    harmless(message);
    exit::USAGE
}

/// Says something on standard error that does not end the run.
fn warn(message: &str) {
    harmless(&format!("warning: {message}"));
}

/// Says something on standard error that is no trouble.
fn note(message: &str) {
    harmless(&format!("note: {message}"));
}

/// The exit code of a run that demands evidence. What stays unknown for another reason does not fail it, and is named.
fn evidence_had(report: &Report<'_>) -> u8 {
    if report.summary.evidence_missing() {
        return exit::EVIDENCE;
    }
    let unknown = report.ran.iter().zip(&report.summary.verdicts).filter(|(_, tally)| tally.unknown > 0);
    let named: Vec<String> = unknown.map(|(ran, tally)| format!("{} ({})", ran.id, tally.unknown)).collect();
    if !named.is_empty() {
        let named = named.join(", ");
        note(&format!("verdicts that stay unknown and do not fail a run that demands evidence: {named}"));
    }
    exit::CLEAN
}

/// One line on standard error, in which no runner finds a command and no terminal an escape, whatever names are in it.
fn harmless(message: &str) {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(Guard::new(&mut stderr, true), "{}", safe::line(message));
}

/// Whether a runner of GitHub reads the output.
#[expect(clippy::disallowed_methods, reason = "the environment is the command line's to read")]
fn on_github() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some()
}

/// Says how far a run is, on standard error.
fn tell(message: &str) {
    let _ = writeln!(io::stderr(), "{}", crate::report::safe::lines(message));
}

/// A folder as the system knows it: the empty path is where the program runs.
fn here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// Standard output, buffered, in pieces that end anywhere: the library's own looks for the last line break of each.
fn stdout() -> io::BufWriter<Box<dyn Write>> {
    io::BufWriter::with_capacity(1 << 16, unlined().unwrap_or_else(|| Box::new(io::stdout().lock())))
}

#[cfg(unix)]
fn unlined() -> Option<Box<dyn Write>> {
    use std::os::fd::AsFd;
    let own = io::stdout().as_fd().try_clone_to_owned().ok()?;
    Some(Box::new(std::fs::File::from(own)))
}

#[cfg(not(unix))]
fn unlined() -> Option<Box<dyn Write>> {
    None
}
