//! `groundrules history`: snapshots of what really fired are pulled, imported, merged and shown.

mod show;

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::server::{self, Server};
use super::{Stop, exit, stdout};
use crate::discover::{self, Content};
use crate::evidence::history::{self, Export, Millis, Period, print_time, write_episodes};
use crate::evidence::prometheus::{self, Pull, REPLICAS, Way};

/// What writes our snapshots.
const TOOL: &str = concat!("groundrules ", env!("CARGO_PKG_VERSION"));

/// Pull, import, merge and show firing history.
#[derive(Args, Debug)]
pub(super) struct History {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Write what a server's ALERTS tell into a snapshot; goes on where the snapshot ends
    Pull(PullArgs),
    /// Write what another program exported into a snapshot
    Import(ImportArgs),
    /// Make one snapshot of several
    Merge(MergeArgs),
    /// Print the episodes of a snapshot
    Episodes(EpisodesArgs),
    /// Draw what an alert did over time
    Show(show::Show),
}

#[derive(Args, Debug)]
struct PullArgs {
    #[command(flatten)]
    server: Server,
    /// The time to look at begins here (RFC 3339, or a day); where the snapshot is there already, it goes on from its end
    #[arg(long, value_name = "TIME", value_parser = server::instant)]
    from: Option<Millis>,
    /// And ends here; now, unless said otherwise
    #[arg(long, value_name = "TIME", value_parser = server::instant)]
    to: Option<Millis>,
    /// The snapshot; compressed where it ends in .zst
    #[arg(long, value_name = "SNAPSHOT")]
    out: PathBuf,
    /// A label that tells replicas of one server apart; may be given several times
    #[arg(long, value_name = "LABEL", default_values = REPLICAS)]
    replica: Vec<String>,
    /// All samples, or only where alerts begin and end; chosen by the number of samples unless said
    #[arg(long, value_enum)]
    way: Option<WayName>,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum WayName {
    Raw,
    Pushed,
}

impl From<WayName> for Way {
    fn from(name: WayName) -> Self {
        match name {
            WayName::Raw => Self::Raw,
            WayName::Pushed => Self::Pushed,
        }
    }
}

#[derive(Args, Debug)]
struct ImportArgs {
    /// What the file is
    #[arg(value_enum)]
    kind: Kind,
    /// The file
    file: PathBuf,
    /// The snapshot; compressed where it ends in .zst
    #[arg(long, value_name = "SNAPSHOT")]
    out: PathBuf,
    /// When the export begins; the first instant in it unless said
    #[arg(long, value_name = "TIME", value_parser = server::instant, requires = "to")]
    from: Option<Millis>,
    /// When it ends
    #[arg(long, value_name = "TIME", value_parser = server::instant, requires = "from")]
    to: Option<Millis>,
    /// The name of an alert that titles of incidents may hold; may be given several times
    #[arg(long, value_name = "NAME")]
    alert: Vec<String>,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Kind {
    /// Notifications as the Alertmanager's webhook gets them, one a line
    Alertmanager,
    /// Incidents of PagerDuty, JSON
    Pagerduty,
    /// Alerts of Opsgenie, JSON
    Opsgenie,
    /// Columns rule, start, end, and as there are `acked_at`, `acked_by`, `resolved_by`; the others are labels
    Csv,
}

impl From<Kind> for Export {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Alertmanager => Self::Alertmanager,
            Kind::Pagerduty => Self::PagerDuty,
            Kind::Opsgenie => Self::Opsgenie,
            Kind::Csv => Self::Csv,
        }
    }
}

#[derive(Args, Debug)]
struct MergeArgs {
    /// The snapshots
    #[arg(value_name = "SNAPSHOT", required = true)]
    snapshots: Vec<PathBuf>,
    /// The snapshot to write; compressed where it ends in .zst
    #[arg(long, value_name = "SNAPSHOT")]
    out: PathBuf,
}

#[derive(Args, Debug)]
struct EpisodesArgs {
    /// The snapshot
    snapshot: PathBuf,
    /// How to print them
    #[arg(long, value_parser = ["jsonl"], default_value = "jsonl")]
    format: String,
}

pub(super) fn run(command: &History) -> Result<u8, Stop> {
    match &command.command {
        Command::Pull(args) => pull(args),
        Command::Import(args) => import(args),
        Command::Merge(args) => merge(args),
        Command::Episodes(args) => {
            let mut out = stdout();
            write_episodes(&read(&args.snapshot)?, &mut out)?;
            out.flush()?;
            Ok(exit::CLEAN)
        }
        Command::Show(args) => show::run(args),
    }
}

/// Reads a snapshot from disk.
pub(super) fn read(path: &Path) -> Result<history::History, Stop> {
    let file = File::open(path)
        .map_err(|error| Stop::Usage(format!("cannot read the history {}: {error}", path.display())))?;
    history::read(BufReader::new(file)).map_err(|error| fault(path, &error))
}

fn fault(path: &Path, error: &history::ReadError) -> Stop {
    let path = path.display();
    let line = if error.line > 0 { format!("{}:", error.line) } else { String::new() };
    Stop::Usage(format!("{path}:{line} {}", error.message))
}

/// Writes a snapshot beside its place first, so that nobody ever sees half of one.
fn save(history: &history::History, path: &Path) -> Result<(), String> {
    let compressed = path.extension().is_some_and(|extension| extension == "zst");
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = File::create(&part).and_then(|file| {
        history::write(history, &file, compressed)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&part, path)).map_err(|error| {
        // What is left of it is of no use; that it stays is no worse than the error itself.
        let _ = fs::remove_file(&part);
        format!("cannot write {}: {error}", path.display())
    })
}

fn pull(args: &PullArgs) -> Result<u8, Stop> {
    let before = if args.out.exists() { Some(read(&args.out)?) } else { None };
    let end = before.as_ref().map(|before| before.head().window.to);
    let now = jiff::Timestamp::now().as_millisecond();
    let to = args.to.unwrap_or(now);
    if to > now {
        super::warn(&format!("--to {} lies in the future: nothing is known of it yet", print_time(to)));
    }
    let to = to.min(now);
    if end.is_some_and(|end| end >= to) {
        super::tell(&format!("{} goes up to {} already", args.out.display(), print_time(to)));
        return Ok(exit::CLEAN);
    }
    let Some(from) = args.from.or(end) else {
        return Err(Stop::Usage(format!("{} is not there yet: --from says where it begins", args.out.display())));
    };
    if let Some(before) = before.as_ref().filter(|before| from < before.head().window.from) {
        let begin = print_time(before.head().window.from);
        let why = format!("{} begins at {begin}: pull what was before into another, and merge", args.out.display());
        return Err(Stop::Usage(why));
    }
    let window = server::window(from, to)?;
    let client = args.server.client()?;
    let asked = Pull {
        window,
        replicas: args.replica.clone(),
        way: args.way.map(Way::from),
        source: args.server.shown(),
        tool: TOOL.to_owned(),
    };
    let mut unsaved = None;
    let mut keep = |history: &history::History| {
        super::tell(&format!("{} episodes up to {}", history.len(), print_time(history.head().window.to)));
        save(history, &args.out).inspect_err(|why| unsaved = Some(why.clone()))
    };
    let pulled = prometheus::pull(&client, &asked, before, &mut keep);
    match (pulled, unsaved) {
        (_, Some(why)) => Err(Stop::Usage(why)),
        (Err(error), None) => Err(Stop::Evidence(format!("{}: {error}", asked.source))),
        (Ok(_), None) => Ok(exit::CLEAN),
    }
}

fn import(args: &ImportArgs) -> Result<u8, Stop> {
    let path = args.file.display();
    let text = match discover::read(&args.file) {
        Content::Text(text, None) => text,
        Content::Unreadable(error) => return Err(Stop::Usage(format!("cannot read {path}: {error}"))),
        Content::TooLarge(_) => return Err(Stop::Usage(format!("{path} is too large: split it, and merge"))),
        _ => return Err(Stop::Usage(format!("{path} is not a text in UTF-8"))),
    };
    let window = args.from.zip(args.to).map(|(from, to)| server::window(from, to)).transpose()?;
    let names: Vec<&str> = args.alert.iter().map(String::as_str).collect();
    let imported = history::import(args.kind.into(), &text, &names, window, TOOL);
    finish(&imported.map_err(|error| fault(&args.file, &error))?, &args.out)
}

fn merge(args: &MergeArgs) -> Result<u8, Stop> {
    let snapshots: Vec<_> = args.snapshots.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    finish(&history::merge(&snapshots, TOOL).unwrap_or_default(), &args.out)
}

fn finish(history: &history::History, out: &Path) -> Result<u8, Stop> {
    save(history, out).map_err(Stop::Usage)?;
    let Period { from, to } = history.head().window;
    super::tell(&format!("{} episodes from {} to {}", history.len(), print_time(from), print_time(to)));
    Ok(exit::CLEAN)
}
