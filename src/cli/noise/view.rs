//! The two tables in every format.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Burden, Row};
use crate::cli::backtest::{rate, time};
use crate::evidence::history::{
    Frequency, History, MINUTE, Millis, Share, Shift, flapping, frequency, print_time, short_lived, sparkline, stuck,
};
use crate::report::json::put;
use crate::report::table::Column;

/// A page that ends within this time is short, and an episode that begins within that time after another is the same again: the defaults of the lint rules.
const SHORT: Millis = 10 * MINUTE;
const AGAIN: Millis = 15 * MINUTE;
/// Bars of a sparkline in a table.
const BARS: usize = 28;
/// Alerts named in the row of an owner.
const NAMED: usize = 3;

pub(super) struct Tables<'a> {
    pub(super) history: &'a History,
    pub(super) rows: &'a [Row<'a>],
    pub(super) burdens: &'a [Burden],
}

/// The figures of an alert.
struct Figures {
    often: Frequency,
    short: Share,
    again: Share,
    firing: f64,
    longest: Millis,
    helped: Option<String>,
    line: String,
}

impl Tables<'_> {
    fn figures(&self, row: &Row<'_>) -> Figures {
        let found = &row.track.found;
        let head = self.history.head();
        let helped = row.track.helped(row.rule).filter(|_| !row.noisy.broken.is_empty()).map(|(now, remedy)| {
            let changed = now.changed(remedy.timing);
            let written: Vec<_> = changed.map(|(key, after)| format!("{key}: {}", time(after))).collect();
            format!("{} leaves {}", written.join(", "), remedy.after)
        });
        Figures {
            often: frequency(self.history, found),
            short: short_lived(found, SHORT),
            again: flapping(found, AGAIN).again,
            firing: stuck(self.history, found).share,
            longest: found.longest().unwrap_or(0),
            helped,
            line: sparkline(found.pages(), &head.coverage, head.window, BARS),
        }
    }

    fn rules(&self) -> (Vec<Column>, Vec<Vec<String>>) {
        let columns = vec![
            Column::left("alert"),
            Column::left("owner"),
            Column::left("severity"),
            Column::right("pages"),
            Column::right("a week"),
            Column::right("short"),
            Column::right("again"),
            Column::right("firing"),
            Column::right("longest"),
            Column::left("when"),
            Column::left("verdict"),
            Column::left("would have helped"),
            Column::left("file"),
        ];
        let rows = self.rows.iter().map(|row| {
            let figures = self.figures(row);
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            vec![
                row.rule.name.value().to_owned(),
                text(row.owner()),
                text(row.severity()),
                figures.often.pages.to_string(),
                rate(figures.often.per_week),
                percent(figures.short),
                percent(figures.again),
                format!("{:.1}%", figures.firing * 100.0),
                time(figures.longest),
                figures.line,
                row.noisy.words(row.facts.exempt().is_some()),
                figures.helped.unwrap_or_default(),
                format!("{}:{}", row.source.path, row.line()),
            ]
        });
        (columns, rows.collect())
    }

    fn owners(&self) -> (Vec<Column>, Vec<Vec<String>>) {
        let columns = vec![
            Column::left("owner"),
            Column::right("pages"),
            Column::right("at night"),
            Column::right("shifts"),
            Column::right("p50"),
            Column::right("p90"),
            Column::left("worst"),
            Column::right("budget"),
            Column::right("over it"),
            Column::left("most by"),
        ];
        let rows = self.burdens.iter().map(|Burden { owner, budget, load }| {
            let worst = load.worst.filter(|(_, count)| *count > 0);
            let alerts = load.alerts.iter().take(NAMED).map(|(name, pages)| format!("{name} {pages}"));
            vec![
                owner.clone().unwrap_or_else(|| "(none)".to_owned()),
                load.pages.to_string(),
                load.nights.to_string(),
                load.shifts.to_string(),
                load.p50.to_string(),
                load.p90.to_string(),
                worst.map(|(shift, count)| format!("{count} on {}", words(shift))).unwrap_or_default(),
                budget.to_string(),
                load.over_budget.to_string(),
                alerts.collect::<Vec<_>>().join(", "),
            ]
        });
        (columns, rows.collect())
    }

    /// What was looked at.
    pub(super) fn title(&self, out: &mut dyn Write) -> io::Result<()> {
        let window = self.history.head().window;
        let covered = self.history.coverage() * 100.0;
        writeln!(out, "from {} to {}, {covered:.0} % covered", print_time(window.from), print_time(window.to))
    }

    /// The alerts, the owners, or both.
    pub(super) fn chosen(&self, rules: bool, owners: bool) -> Vec<(Vec<Column>, Vec<Vec<String>>)> {
        [rules.then(|| self.rules()), owners.then(|| self.owners())].into_iter().flatten().collect()
    }

    /// One document, with both tables.
    pub(super) fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let head = self.history.head();
        let rules: Vec<Value> = self.rows.iter().map(|row| self.rule(row)).collect();
        let owners: Vec<Value> = self.burdens.iter().map(owner).collect();
        let document = json!({
            "schema_version": 1,
            "tool": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
            "history": {
                "from": print_time(head.window.from), "to": print_time(head.window.to),
                "covered": self.history.coverage(), "source": head.source,
            },
            "rules": rules,
            "owners": owners,
        });
        put(&document, out)
    }

    fn rule(&self, row: &Row<'_>) -> Value {
        let figures = self.figures(row);
        json!({
            "file": row.source.path,
            "line": row.line(),
            "group": row.file.group(row.rule).name.as_ref().map(crate::model::Text::value),
            "alert": row.rule.name.value(),
            "owner": row.owner(),
            "severity": row.severity(),
            "paging": row.facts.pages,
            "pages": figures.often.pages,
            "pages_a_week": figures.often.per_week,
            "episodes": figures.often.episodes,
            "short_pages": figures.short.part,
            "again_episodes": figures.again.part,
            "firing_share": figures.firing,
            "longest_seconds": figures.longest / 1000,
            "sparkline": figures.line,
            "changed": row.track.since.map(print_time),
            "pages_before_the_change": row.track.before.len(),
            "verdict": row.noisy.word(row.facts.exempt().is_some()),
            "broken": row.noisy.broken,
            "reason": row.noisy.unknown,
            "would_have_helped": figures.helped,
        })
    }
}

fn owner(burden: &Burden) -> Value {
    let Burden { owner, budget, load } = burden;
    let worst =
        load.worst.map(|(shift, pages)| json!({"date": shift.date.to_string(), "night": shift.night, "pages": pages}));
    let alerts: Vec<Value> = load.alerts.iter().map(|(alert, pages)| json!({"alert": alert, "pages": pages})).collect();
    json!({
        "owner": owner, "pages": load.pages, "pages_at_night": load.nights, "shifts": load.shifts,
        "p50": load.p50, "p90": load.p90, "worst": worst, "budget": budget, "shifts_over_budget": load.over_budget,
        "alerts": alerts,
    })
}

fn words(shift: Shift) -> String {
    format!("{} {}", shift.date, if shift.night { "at night" } else { "by day" })
}

fn percent(share: Share) -> String {
    if share.whole == 0 { String::new() } else { format!("{:.0}%", share.value() * 100.0) }
}
