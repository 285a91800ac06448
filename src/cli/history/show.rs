//! `groundrules history show`: what an alert did, drawn over time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::cli::backtest::{rate, time};
use crate::cli::{Stop, exit, stdout};
use crate::evidence::history::{
    History, Period, RulePattern, Series, State, covered, frequency, print_time, sparkline,
};
use crate::report::safe;
use crate::suggest::meant;

/// Series shown; the busiest.
const MOST_SERIES: usize = 20;
/// Columns of the drawing.
const WIDTH: usize = 72;

/// Draw what an alert did over time.
#[derive(Args, Debug)]
pub(super) struct Show {
    /// The alert's name
    alert: String,
    /// The snapshot
    #[arg(long, value_name = "SNAPSHOT")]
    history: PathBuf,
}

pub(super) fn run(command: &Show) -> Result<u8, Stop> {
    let history = super::read(&command.history)?;
    let rule = RulePattern::named(command.alert.as_str());
    let found = history.of(&rule, []);
    if found.series.is_empty() {
        let names: BTreeSet<&str> = history.series().map(|series| series.rule).collect();
        let near = meant(&command.alert, names, "");
        let path = command.history.display();
        return Err(Stop::Usage(format!("{path} holds no episode of `{}`{near}", command.alert)));
    }
    let head = history.head();
    let window = head.window;
    let often = frequency(&history, &found);
    let pages = found.pages();
    let mut out = stdout();
    writeln!(out, "{}  {} to {}", safe::line(&command.alert), print_time(window.from), print_time(window.to))?;
    writeln!(
        out,
        "{} pages, {} a week; {} episodes of single series; the longest page lasted {}",
        often.pages,
        rate(often.per_week),
        often.episodes,
        time(found.longest().unwrap_or(0))
    )?;
    writeln!(out, "\npages   {}", sparkline(pages, &head.coverage, window, WIDTH).trim_end())?;
    let all = by_labels(&found.series);
    for (labels, series) in all.iter().take(MOST_SERIES) {
        let shown = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>().join(", ");
        writeln!(out, "\n{{{}}}", safe::line(&shown))?;
        writeln!(out, "        {}", line(&history, series).trim_end())?;
    }
    if let Some(more) = all.len().checked_sub(MOST_SERIES).filter(|&more| more > 0) {
        writeln!(out, "\n{more} more series")?;
    }
    writeln!(out, "\n█ firing  ░ pending  · no data")?;
    out.flush()?;
    Ok(exit::CLEAN)
}

type Labels<'a> = Vec<(&'a str, &'a str)>;

/// The series by their labels, both states together, the busiest first.
fn by_labels<'a>(series: &[Series<'a>]) -> Vec<(Labels<'a>, Vec<Series<'a>>)> {
    let mut all: BTreeMap<Labels<'a>, Vec<Series<'a>>> = BTreeMap::new();
    for one in series {
        let labels = one.labels.iter().filter(|(name, _)| *name != "alertname").collect();
        all.entry(labels).or_default().push(*one);
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(_, series)| std::cmp::Reverse(series.iter().map(|one| one.episodes.len()).sum::<usize>()));
    all
}

/// One series over the window: the gravest state of each part.
fn line(history: &History, series: &[Series<'_>]) -> String {
    let head = history.head();
    let (window, width) = (head.window, i64::try_from(WIDTH).unwrap_or(1));
    let edge = |part: i64| window.from + window.length() / width * part + window.length() % width * part / width;
    let active = |part: Period, state: State| {
        series.iter().filter(|one| one.state == state).any(|one| {
            let next = one.episodes.partition_point(|episode| episode.last < part.from);
            one.episodes.get(next).is_some_and(|episode| episode.first < part.to)
        })
    };
    let draw = |part: Period| match () {
        () if active(part, State::Firing) => '█',
        () if active(part, State::Pending) => '░',
        () if covered(&head.coverage, part) == 0 => '·',
        () => ' ',
    };
    (0..width).map(|part| draw(Period::new(edge(part), edge(part + 1)))).collect()
}
