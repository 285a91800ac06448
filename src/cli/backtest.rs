//! `groundrules backtest`: when rules would have fired, had a server evaluated them in the past.

mod cases;
mod show;
mod watched;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::server::{self, Server};
use super::verdicts::{Verdicts, only_noise};
use super::{Common, Stop, exit, load, stdout};
use crate::evidence::Evidence;
use crate::evidence::history::backtest::{self, Outcome};
use crate::evidence::history::{
    DAY, Frequency, HOUR, Head, History, MINUTE, Millis, Period, Record, RulePattern, SECOND, frequency, print_day,
};
use crate::evidence::prometheus::{Query, QueryError};
use crate::lint::patterns::pattern;
use crate::lint::{self, Input};
use crate::promql::walk;
use cases::{Case, Cases, Play, base, cases};
use watched::Watched;

/// Tell when rules would have fired.
#[derive(Args, Debug)]
pub(super) struct Backtest {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    server: Server,
    /// The first evaluation is at or after this time (RFC 3339, or a day); no alert was active before it
    #[arg(long, value_name = "TIME", value_parser = server::instant)]
    from: Millis,
    /// The last evaluation is at or before this time
    #[arg(long, value_name = "TIME", value_parser = server::instant)]
    to: Millis,
    /// How often groups are evaluated that do not say so themselves
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = interval)]
    interval: Millis,
    /// Ask for no more than so many samples: series of the expressions' selectors times evaluations
    #[arg(long, value_name = "SAMPLES", default_value_t = 1_000_000_000)]
    most: u64,
    /// Play only what differs from this revision of git, and that as well: before and after
    #[arg(long, value_name = "REVISION", conflicts_with = "history")]
    base: Option<String>,
    /// Compare with what fired, by this snapshot
    #[arg(long, value_name = "SNAPSHOT")]
    history: Option<PathBuf>,
    /// How to print what would have fired
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Table,
    Csv,
    /// One document: figures and verdicts
    Json,
    /// One episode a line, as in a snapshot
    Jsonl,
}

fn interval(text: &str) -> Result<Millis, String> {
    let why = || "write a duration, as in 30s or 1m".to_owned();
    crate::model::duration(text).filter(|&millis| millis > 0).ok_or_else(why)
}

/// An alert and what it would have done.
struct Played<'a> {
    case: &'a Case<'a>,
    after: History,
    /// How often it paged as it was before, where that is known.
    before: Option<Frequency>,
    failed: usize,
    unknown_labels: BTreeMap<String, String>,
}

pub(super) fn run(command: &Backtest) -> Result<u8, Stop> {
    let window = server::window(command.from, command.to)?;
    let mut loaded = load::load(&command.common)?;
    loaded.refuse_mistakes()?;
    loaded.refuse_unreadable()?;
    only_noise(&mut loaded)?;
    let snapshot = command.history.as_deref().map(super::history::read).transpose()?;
    let old = command.base.as_deref().map(|revision| base(&loaded, revision)).transpose()?;
    let Cases { all, left_out, unchanged } =
        cases(&loaded, old.as_ref(), command.common.owner.as_deref(), command.interval);
    if let Some(revision) = &command.base {
        super::tell(&format!("{unchanged} alerts are as they were in {revision}: they are not played"));
    }
    if all.is_empty() {
        let nothing_to_do = command.common.allow_empty || unchanged > 0;
        if left_out == 0 && nothing_to_do {
            return Ok(exit::CLEAN);
        }
        return Err(Stop::Usage("no alert was found that a server can evaluate".to_owned()));
    }
    let client = command.server.client()?;
    let plays: Vec<&Play<'_>> = all.iter().flat_map(|case| std::iter::once(&case.play).chain(&case.before)).collect();
    let evaluations = costs(&client, &plays, window, command.most)?;
    let watched = Watched::new(&client, evaluations);
    let (played, refused) = play(&watched, &all, window, snapshot.as_ref());
    drop(watched);
    let told = judge(&loaded, &played, window)?;
    let mut out = stdout();
    show::write(command.format, &played, &told.verdicts, &mut out)?;
    out.flush()?;
    let unknown = refused + left_out > 0;
    Ok(if unknown {
        exit::EVIDENCE
    } else if told.failed {
        exit::FINDINGS
    } else {
        exit::CLEAN
    })
}

/// Says what will be asked, before it is; ends the run where that is too much. Gives the number of evaluations.
fn costs(client: &dyn Query, plays: &[&Play<'_>], window: Period, most: u64) -> Result<u64, Stop> {
    let mut known: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut series, mut evaluations, mut samples) = (0, 0, 0_u64);
    for Play { group, rule, query } in plays.iter().copied() {
        let steps = backtest::evaluations(group, window).map_or(0, |asked| asked.length() / group.interval.max(1) + 1);
        let steps = u64::try_from(steps).unwrap_or(0);
        evaluations += steps;
        for selector in walk::selectors(&query.ast) {
            let Some(text) = rule.expr.get(query.ast.range(selector.node).range()) else { continue };
            let count = if let Some(&count) = known.get(text) {
                count
            } else {
                let count = count(client, text, window.to)?;
                series += count;
                *known.entry(text).or_insert(count)
            };
            samples = samples.saturating_add(count.saturating_mul(steps));
        }
    }
    let rules = plays.len();
    super::tell(&format!(
        "asking: {rules} alerts, {evaluations} evaluations, {series} series of {} selectors",
        known.len()
    ));
    if samples > most {
        let why = format!("that is about {samples} samples, more than {most}: shorten the time, or raise --most");
        return Err(Stop::Usage(why));
    }
    Ok(evaluations)
}

/// How many series a selector finds at the end of the window; none where the server cannot say.
fn count(client: &dyn Query, selector: &str, at: Millis) -> Result<u64, Stop> {
    match client.instant(&format!("count({selector})"), at) {
        #[expect(clippy::cast_sign_loss, reason = "a count is not negative")]
        Ok(answer) => Ok(answer.first().and_then(|one| one.points.first()).map_or(0, |&(_, value)| value as u64)),
        Err(error @ QueryError::Unreachable(_)) => Err(Stop::Evidence(error.to_string())),
        Err(_) => Ok(0),
    }
}

/// What each rule would have done, and how many the server does not tell of.
fn play<'a>(
    client: &dyn Query,
    cases: &'a [Case<'a>],
    window: Period,
    snapshot: Option<&History>,
) -> (Vec<Played<'a>>, usize) {
    let mut all = Vec::new();
    let mut refused = 0;
    for case in cases {
        let name = format!("{}: alert `{}`", case.play.group.file, case.play.rule.name);
        let after = ask(client, &case.play, window, &name);
        let before = case.before.as_ref().map(|play| ask(client, play, window, &format!("{name} as it was")));
        let (Some(after), Some(before)) = (after, before.map_or(Some(None), |before| before.map(Some))) else {
            refused += 1;
            continue;
        };
        let simulated = before.map(|outcome| {
            let history = history(outcome.episodes, window);
            let name = case.before.as_ref().map_or("", |play| play.rule.name.as_str());
            frequency(&history, &history.of(&RulePattern::named(name), []))
        });
        let real = || snapshot.map(|real| frequency(real, &real.of(&pattern(case.file, case.model), [])));
        let before = simulated.or_else(real);
        let Outcome { episodes, failed, unknown_labels, .. } = after;
        all.push(Played { case, after: history(episodes, window), before, failed, unknown_labels });
    }
    (all, refused)
}

fn ask(client: &dyn Query, play: &Play<'_>, window: Period, name: &str) -> Option<Outcome> {
    match backtest::backtest(client, &play.group, &play.rule, window) {
        Ok(outcome) => {
            if outcome.failed > 0 {
                super::warn(&format!("{name}: {} of {} evaluations failed", outcome.failed, outcome.evaluations));
            }
            for (label, why) in &outcome.unknown_labels {
                super::warn(&format!("{name}: the label `{label}` cannot be told: {why}"));
            }
            Some(outcome)
        }
        Err(error) => {
            super::warn(&format!("{name} is unknown: {error}"));
            None
        }
    }
}

fn history(episodes: Vec<Record>, window: Period) -> History {
    History::new(Head { window, coverage: vec![window], ..Head::default() }, episodes)
}

/// What the lint rules say of what was played.
struct Told {
    verdicts: Verdicts,
    /// Whether they found what fails a run.
    failed: bool,
}

/// Judges what would have fired as if it had.
fn judge(loaded: &load::Loaded, played: &[Played<'_>], window: Period) -> Result<Told, Stop> {
    let episodes: Vec<Record> = played.iter().flat_map(|one| one.after.records()).collect();
    let evidence = Evidence { history: Some(history(episodes, window)), ..Evidence::default() };
    let day = print_day(window.to);
    let today = day.parse().map_err(|_| Stop::Usage(format!("--to: `{day}` is no day")))?;
    let setups = loaded.setups();
    let report = lint::run(&Input { workspace: &loaded.workspace, setups: &setups, evidence: &evidence, today });
    Ok(Told { verdicts: Verdicts::of(&report), failed: report.summary.fails(loaded.fail_on()) })
}

/// Pages a week for people; too little covered time gives none.
pub(super) fn rate(per_week: Option<f64>) -> String {
    per_week.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}"))
}

/// A length of time for people, in its two largest units.
pub(super) fn time(millis: Millis) -> String {
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s")];
    let mut rest = millis;
    let mut text = String::new();
    for (unit, name) in units.into_iter().skip_while(|(unit, _)| *unit > millis).take(2) {
        if rest >= unit {
            text += &format!("{}{name}", rest / unit);
            rest %= unit;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
