//! What rules would have done, in every format.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Format, Played, time};
use crate::cli::verdicts::Verdicts;
use crate::evidence::history::{
    Frequency, Head, History, Millis, RulePattern, State, frequency, print_time, write_episodes,
};
use crate::report::json::put;
use crate::report::table::{self, Column};

/// The figures of an alert.
struct Figures {
    often: Frequency,
    pending: usize,
    longest: Option<Millis>,
    before: Option<Frequency>,
}

fn figures(played: &Played<'_>) -> Figures {
    let rule = RulePattern::named(played.case.play.rule.name.as_str());
    let found = played.after.of(&rule, []);
    let often = frequency(&played.after, &found);
    let pending: usize =
        found.series.iter().filter(|series| series.state == State::Pending).map(|series| series.episodes.len()).sum();
    Figures { often, pending: pending.saturating_sub(often.episodes), longest: found.longest(), before: played.before }
}

/// Writes all that was played.
pub(super) fn write(format: Format, all: &[Played<'_>], verdicts: &Verdicts, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Jsonl => {
            let episodes: Vec<_> = all.iter().flat_map(|one| one.after.records()).collect();
            write_episodes(&History::new(Head::default(), episodes), out)
        }
        Format::Json => {
            let rules: Vec<Value> = all.iter().map(|played| rule(played, verdicts)).collect();
            put(&json!({"schema_version": 1, "rules": rules}), out)
        }
        Format::Table | Format::Csv => {
            let compared = all.iter().any(|played| played.before.is_some());
            let columns = columns(format, compared);
            let rows: Vec<Vec<String>> = all.iter().map(|played| cells(format, compared, played, verdicts)).collect();
            if format == Format::Csv { table::csv(&columns, &rows, out) } else { table::plain(&columns, &rows, out) }
        }
    }
}

fn columns(format: Format, compared: bool) -> Vec<Column> {
    let mut columns = vec![Column::left("alert"), Column::right("pages")];
    if compared && format == Format::Csv {
        columns.push(Column::right("a week before"));
    }
    columns.extend([
        Column::right("a week"),
        Column::right("episodes"),
        Column::right("only pending"),
        Column::right("longest"),
        Column::left("verdict"),
        Column::left("file"),
    ]);
    columns
}

fn cells(format: Format, compared: bool, played: &Played<'_>, verdicts: &Verdicts) -> Vec<String> {
    let figures = figures(played);
    let number = |often: &Frequency| super::rate(often.per_week);
    let (before, after) = (figures.before.as_ref().map(number), number(&figures.often));
    let mut cells = vec![played.case.play.rule.name.clone(), figures.often.pages.to_string()];
    match (before, format) {
        (before, Format::Csv) if compared => cells.extend([before.unwrap_or_default(), after]),
        (Some(before), _) => cells.push(format!("{before} → {after}")),
        (None, _) => cells.push(after),
    }
    cells.extend([
        figures.often.episodes.to_string(),
        figures.pending.to_string(),
        figures.longest.map(time).unwrap_or_default(),
        verdicts.on(played.case.file, played.case.model).words(false),
        played.case.play.group.file.clone(),
    ]);
    cells
}

fn rule(played: &Played<'_>, verdicts: &Verdicts) -> Value {
    let figures = figures(played);
    let verdict = verdicts.on(played.case.file, played.case.model);
    let window = played.after.head().window;
    json!({
        "file": played.case.play.group.file,
        "group": played.case.play.group.name,
        "alert": played.case.play.rule.name,
        "from": print_time(window.from), "to": print_time(window.to),
        "pages": figures.often.pages,
        "pages_a_week": figures.often.per_week,
        "pages_a_week_before": figures.before.and_then(|before| before.per_week),
        "episodes": figures.often.episodes,
        "only_pending": figures.pending,
        "longest_seconds": figures.longest.map(|longest| longest / 1000),
        "verdict": verdict.word(false),
        "broken": verdict.broken,
        "reason": verdict.unknown,
        "failed_evaluations": played.failed,
        "unknown_labels": played.unknown_labels,
    })
}
