//! `groundrules list`: every rule as it is understood.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::load::{self, Placed};
use super::{Common, Stop, exit, stdout};
use crate::lint::facts::{Facts, Field, Found};
use crate::model::{Entry, Rule, RuleKind, Text};
use crate::report::json;
use crate::report::safe::Guard;
use crate::report::table::{self, Column};
use crate::source::{Encoding, Source, Span};

/// List every rule.
#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    Table,
    Csv,
    Json,
    Jsonl,
}

/// A rule and all that is needed to show it.
struct Row<'a> {
    placed: Placed<'a>,
    facts: Facts<'a>,
}

pub(super) fn run(command: &List) -> Result<u8, Stop> {
    let loaded = load::load(&command.common)?;
    loaded.refuse_mistakes()?;
    let owner = command.common.owner.as_deref();
    let rows = loaded.rules().filter_map(|placed| Some(Row { facts: placed.facts(owner)?, placed }));
    let mut rows = rows.peekable();
    let empty = rows.peek().is_none();
    let mut out = stdout();
    match command.format {
        Format::Jsonl => rows.try_for_each(|row| json::put(&row.json(), &mut out))?,
        Format::Json => {
            out.write_all(b"[")?;
            for (index, row) in rows.enumerate() {
                out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
                json::bare(&row.json(), &mut out)?;
            }
            out.write_all(b"\n]\n")?;
        }
        Format::Csv | Format::Table => {
            let columns =
                ["file", "line", "kind", "name", "group", "severity", "owner", "owner from", "runbook", "runbook from"];
            let columns: Vec<Column> = columns.into_iter().map(Column::left).collect();
            let cells: Vec<Vec<String>> = rows.map(|row| row.cells()).collect();
            if command.format == Format::Csv {
                table::csv(&columns, &cells, &mut Guard::new(&mut out, super::on_github()))?;
            } else {
                table::plain(&columns, &cells, &mut Guard::new(&mut out, super::on_github()))?;
            }
        }
    }
    out.flush()?;
    for (path, why) in &loaded.unreadable {
        super::say(&format!("error: cannot read {path}: {why}"));
    }
    let code = if !loaded.unreadable.is_empty() {
        exit::USAGE
    } else if empty && !command.common.allow_empty {
        super::say("error: no rule was found (`--allow-empty` allows it)")
    } else {
        exit::CLEAN
    };
    Ok(code)
}

impl Row<'_> {
    fn cells(&self) -> Vec<String> {
        let value = |field: &Field<'_>| field.value().to_owned();
        let from = |field: &Field<'_>| field.found().map(Found::from).unwrap_or_default();
        let Placed { file, source, rule, .. } = self.placed;
        vec![
            source.path.clone(),
            source.position(rule.span.start, Encoding::Scalar).line.to_string(),
            kind(rule).to_owned(),
            rule.name.value().to_owned(),
            file.group(rule).name.as_ref().map(|name| name.value().to_owned()).unwrap_or_default(),
            value(&self.facts.severity),
            value(&self.facts.owner),
            from(&self.facts.owner),
            value(&self.facts.runbook),
            from(&self.facts.runbook),
        ]
    }

    fn json(&self) -> Value {
        let Placed { file, source, rule, .. } = self.placed;
        let facts = &self.facts;
        let group = file.group(rule);
        let optional = |text: Option<&Text>| text.map(Text::value).map(str::to_owned);
        let found =
            |field: &Field<'_>| field.found().map(|found| json!({ "value": found.value, "from": found.from() }));
        let labels: Vec<&Entry> = file.labels(rule).collect();
        let annotations: Vec<&Entry> = rule.annotations.entries.iter().collect();
        let mut spans = Map::new();
        let mut templated = Vec::new();
        let fields = [
            ("name", Some(&rule.name)),
            ("expr", Some(&rule.expr)),
            ("for", rule.hold.as_ref()),
            ("keep_firing_for", rule.keep.as_deref()),
        ];
        let fields = fields.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?)));
        let inner = [("labels", &labels), ("annotations", &annotations)];
        let inner = inner.into_iter().flat_map(|(block, entries)| {
            entries.iter().map(move |entry| (format!("{block}.{}", entry.key.value()), &entry.value))
        });
        for (name, text) in fields.chain(inner) {
            spans.insert(name.clone(), span(source, text.span()));
            if text.templated() {
                templated.push(name);
            }
        }
        json!({
            "file": source.path,
            "group": group.name.as_ref().map(Text::value),
            "kind": kind(rule),
            "name": rule.name.value(),
            "expr": rule.expr.value(),
            "for": optional(rule.hold.as_ref()),
            "keep_firing_for": optional(rule.keep.as_deref()),
            "labels": map(&labels),
            "annotations": map(&annotations),
            "dialect": group.dialect.as_str(),
            "shape": group.shape.as_str(),
            "owner": found(&facts.owner),
            "severity": found(&facts.severity),
            "runbook": found(&facts.runbook),
            "templated": templated,
            "span": span(source, rule.span),
            "spans": spans,
        })
    }
}

fn span(source: &Source, span: Span) -> Value {
    let start = source.position(span.start, Encoding::Scalar);
    let end = source.position(span.end, Encoding::Scalar);
    json!({
        "start": span.start, "end": span.end,
        "line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column,
    })
}

fn kind(rule: &Rule) -> &'static str {
    match rule.kind {
        RuleKind::Alert => "alert",
        RuleKind::Record => "record",
    }
}

fn map(entries: &[&Entry]) -> Map<String, Value> {
    entries.iter().map(|entry| (entry.key.value().to_owned(), Value::from(entry.value.value()))).collect()
}
