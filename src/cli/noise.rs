//! `groundrules noise`: how often each alert fired, and how much the people of each owner are called.

mod view;

use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::verdicts::{Noisy, Verdicts, only_noise};
use super::{Common, Stop, evidence, exit, load, stdout};
use crate::evidence::history::{self, History, Load, Period};
use crate::lint::facts::Facts;
use crate::lint::patterns::{Patterns, Track};
use crate::lint::{self, Input};
use crate::model::{File, Rule};
use crate::report::safe::Guard;
use crate::report::table;
use crate::source::{Encoding, Source, SourceId};
use view::Tables;

/// Show how often alerts fired, and how much owners are called.
#[derive(Args, Debug)]
pub(super) struct Noise {
    #[command(flatten)]
    common: Common,
    /// Firing history: a snapshot
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// One of the two tables alone; CSV is that of rules without it
    #[arg(long, value_enum)]
    table: Option<Table>,
    /// Fail with 3 where the history says too little
    #[arg(long)]
    require_evidence: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Table,
    Json,
    Csv,
    Markdown,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Table {
    /// One row an alert, the most pages first
    Rules,
    /// One row an owner: pages a shift of twelve hours
    Owners,
}

/// An alert, what it did, and what that is taken for.
struct Row<'a> {
    source: &'a Source,
    file: &'a File,
    rule: &'a Rule,
    facts: Facts<'a>,
    track: &'a Track<'a>,
    noisy: Noisy,
}

/// An owner and the load on its people.
struct Burden {
    /// None for alerts without one.
    owner: Option<String>,
    budget: usize,
    load: Load,
}

pub(super) fn run(command: &Noise) -> Result<u8, Stop> {
    let mut loaded = load::load(&command.common)?;
    loaded.refuse_mistakes()?;
    loaded.refuse_unreadable()?;
    only_noise(&mut loaded)?;
    let today = command.common.today();
    let evidence = evidence::gather(&command.common, command.history.as_deref(), &loaded, today)?;
    let Some(history) = &evidence.history else {
        let why = "no firing history was given: `--history FILE` names a snapshot, and so does `history` of the policy";
        return Err(Stop::Usage(why.to_owned()));
    };
    let setups = loaded.setups();
    let input = Input { workspace: &loaded.workspace, setups: &setups, evidence: &evidence, today };
    let patterns: Vec<Patterns<'_>> = lint::patterns(&input);
    let report = lint::run_with(&input, &patterns);
    let verdicts = Verdicts::of(&report);
    let mut rows = Vec::new();
    let mut burdens = Vec::new();
    for ((part, policy), patterns) in loaded.workspace.parts.iter().zip(&loaded.policies).zip(&patterns) {
        let from = rows.len();
        for (file, _) in loaded.workspace.files(part) {
            let source = loaded.workspace.source(file.source);
            for (index, rule) in file.rules.iter().enumerate() {
                let Some(track) = patterns.track(file.source, index as u32) else { continue };
                let facts = policy.setup.conventions.facts(file, source, rule);
                let noisy = verdicts.on(file, rule);
                rows.push(Row { source, file, rule, facts, track, noisy });
            }
        }
        burdens.extend(owners(rows.get(from..).unwrap_or_default(), history, &policy.setup.rotation));
    }
    if rows.is_empty() && !command.common.allow_empty {
        return Err(Stop::Usage("no alert was found (`--allow-empty` allows it)".to_owned()));
    }
    strangers(history, &rows);
    if let Some(owner) = command.common.owner.as_deref() {
        rows.retain(|row| row.owner() == Some(owner));
        burdens.retain(|burden| burden.owner.as_deref() == Some(owner));
    }
    rows.sort_by_key(|row| (std::cmp::Reverse(row.track.found.pages().len()), start(row)));
    burdens.sort_by_key(|burden| (std::cmp::Reverse(burden.load.p90), std::cmp::Reverse(burden.load.pages)));
    let tables = Tables { history, rows: &rows, burdens: &burdens };
    let mut out = stdout();
    let mut guard = Guard::new(&mut out, super::on_github());
    let chosen = || tables.chosen(command.table != Some(Table::Owners), command.table != Some(Table::Rules));
    match command.format {
        Format::Json => tables.json(&mut guard)?,
        Format::Table => {
            tables.title(&mut guard)?;
            for (columns, rows) in chosen() {
                writeln!(guard)?;
                table::plain(&columns, &rows, &mut guard)?;
            }
        }
        Format::Csv | Format::Markdown => {
            let print = if command.format == Format::Csv { table::csv } else { table::markdown };
            let mut printed = chosen();
            // One stream of CSV has one header.
            if command.format == Format::Csv && printed.len() > 1 {
                printed.truncate(1);
                super::note("this is the table of rules; `--table owners` prints that of owners");
            }
            for (index, (columns, rows)) in printed.iter().enumerate() {
                if index > 0 {
                    guard.write_all(b"\n")?;
                }
                print(columns, rows, &mut guard)?;
            }
        }
    }
    out.flush()?;
    Ok(if command.require_evidence { super::evidence_had(&report) } else { exit::CLEAN })
}

fn start(row: &Row<'_>) -> (SourceId, u32) {
    (row.file.source, row.rule.name.span().start)
}

/// The load on each owner by the alerts that page.
fn owners(rows: &[Row<'_>], history: &History, rotation: &lint::rotation::Rotation) -> Vec<Burden> {
    let mut pages: BTreeMap<Option<&str>, BTreeMap<&str, Vec<Period>>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.facts.pages == Some(true) && !row.track.found.shared) {
        let own = pages.entry(row.owner()).or_default().entry(row.rule.name.value()).or_default();
        // People were called, whatever the alert has become since.
        own.extend(row.track.before.iter().chain(row.track.found.pages()));
    }
    let burden = |(owner, alerts): (Option<&str>, BTreeMap<&str, Vec<Period>>)| {
        let alerts: Vec<_> = alerts.into_iter().map(|(name, pages)| (name.to_owned(), pages)).collect();
        let (hours, budget) = (rotation.hours_or_utc(owner), rotation.budget(owner));
        let load = history::load(&alerts, &history.head().coverage, &hours, budget);
        Burden { owner: owner.map(str::to_owned), budget, load }
    };
    pages.into_iter().map(burden).collect()
}

/// Says which alerts of the history no file holds: nobody is shown to own them.
fn strangers(history: &History, rows: &[Row<'_>]) {
    let known: HashSet<&str> = rows.iter().flat_map(|row| &row.track.found.series).map(|series| series.rule).collect();
    let names: std::collections::BTreeSet<&str> =
        history.series().map(|series| series.rule).filter(|name| !known.contains(name)).collect();
    if let Some(first) = names.first() {
        let more = if names.len() > 1 { format!(" and {} more", names.len() - 1) } else { String::new() };
        super::warn(&format!("the history holds alerts that are in none of these files: `{first}`{more}"));
    }
}

impl Row<'_> {
    fn owner(&self) -> Option<&str> {
        self.facts.owner.known().map(|found| &*found.value)
    }

    fn severity(&self) -> Option<&str> {
        self.facts.severity.found().map(|found| &*found.value)
    }

    fn line(&self) -> u32 {
        self.source.position(self.rule.name.span().start, Encoding::Scalar).line
    }
}
