//! `groundrules runbooks`: every distinct runbook reference with its verdict, for those who write the pages.

use std::collections::BTreeMap;
use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::{Common, Stop, evidence, exit, load, stdout};
use crate::evidence::links::{Answer, Question, Verdict, Via, form};
use crate::model::{Rule, RuleKind};
use crate::report::json;
use crate::report::safe::Guard;
use crate::report::table::{self, Column};
use crate::source::{Encoding, Source};

/// List every runbook reference.
#[derive(Args, Debug)]
pub(super) struct Runbooks {
    #[command(flatten)]
    common: Common,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Table,
    Csv,
    Json,
    Jsonl,
}

/// An alert that links a reference.
struct Linked<'a> {
    source: &'a Source,
    rule: &'a Rule,
    owner: Option<String>,
}

/// A distinct reference: the worst of its verdicts, and the alerts that link it.
struct Reference<'a> {
    text: String,
    answer: Option<Answer>,
    alerts: Vec<Linked<'a>>,
}

pub(super) fn run(command: &Runbooks) -> Result<u8, Stop> {
    let loaded = load::load(&command.common)?;
    loaded.refuse_mistakes()?;
    let mut linked: BTreeMap<Question, Vec<Linked<'_>>> = BTreeMap::new();
    for (part, policy) in loaded.workspace.parts.iter().zip(&loaded.policies) {
        for (file, _) in loaded.workspace.files(part) {
            let source = loaded.workspace.source(file.source);
            for rule in file.rules.iter().filter(|rule| rule.kind == RuleKind::Alert) {
                let facts = policy.setup.conventions.facts(file, source, rule);
                let owner = facts.owner.found().map(|found| found.value.to_string());
                if command.common.owner.is_some() && command.common.owner != owner {
                    continue;
                }
                if let Some(question) = facts.question(file, rule, &part.root) {
                    linked.entry(question.clone()).or_default().push(Linked { source, rule, owner });
                }
            }
        }
    }
    let questions: Vec<Question> = linked.keys().cloned().collect();
    let mut answers = evidence::runbooks(&command.common, &loaded, &questions)?;
    let mut references: BTreeMap<String, Reference<'_>> = BTreeMap::new();
    for (question, alerts) in linked {
        let answer = answers.remove(&question);
        let text = question.reference().to_owned();
        let reference = references.entry(text.clone()).or_insert(Reference { text, answer: None, alerts: Vec::new() });
        if reference.answer.as_ref().is_none_or(|known| answer.as_ref().is_some_and(|new| weight(new) > weight(known)))
        {
            reference.answer = answer.or(reference.answer.take());
        }
        reference.alerts.extend(alerts);
    }
    write(command.format, references.into_values())
}

/// Of the verdicts of one reference under several roots or label values the worst is shown.
fn weight(answer: &Answer) -> u8 {
    match answer.verdict {
        Verdict::Unsafe => 5,
        Verdict::Dead | Verdict::Soft404 => 4,
        Verdict::AnchorMissing => 3,
        Verdict::LoginWall | Verdict::Blocked | Verdict::RateLimited | Verdict::Unverified => 2,
        Verdict::Alive => 1,
    }
}

fn write<'a>(format: Format, references: impl Iterator<Item = Reference<'a>>) -> Result<u8, Stop> {
    let mut out = stdout();
    match format {
        Format::Jsonl => references.map(|reference| reference.json()).try_for_each(|row| json::put(&row, &mut out))?,
        Format::Json => json::put(&references.map(|reference| reference.json()).collect::<Vec<_>>(), &mut out)?,
        Format::Csv | Format::Table => {
            let columns = ["verdict", "alerts", "reference", "near", "owners", "why"];
            let columns =
                columns.map(|title| if title == "alerts" { Column::right(title) } else { Column::left(title) });
            let rows: Vec<Vec<String>> = references.map(|reference| reference.cells()).collect();
            let print = if format == Format::Csv { table::csv } else { table::plain };
            print(&columns, &rows, &mut Guard::new(&mut out, super::on_github()))?;
        }
    }
    out.flush()?;
    Ok(exit::CLEAN)
}

impl Reference<'_> {
    fn cells(&self) -> Vec<String> {
        let answer = self.answer.as_ref();
        let mut owners: Vec<&str> = self.alerts.iter().filter_map(|alert| alert.owner.as_deref()).collect();
        owners.sort_unstable();
        owners.dedup();
        vec![
            answer.map_or("unverified", |answer| answer.verdict.as_str()).to_owned(),
            self.alerts.len().to_string(),
            form::redact(&self.text),
            answer.and_then(|answer| answer.near.clone()).unwrap_or_default(),
            owners.join(" "),
            answer.map(|answer| answer.reason.clone()).unwrap_or_default(),
        ]
    }

    fn json(&self) -> Value {
        let answer = self.answer.as_ref();
        let mut evidence: Map<String, Value> = answer
            .iter()
            .flat_map(|answer| &answer.evidence)
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        if let Some(answer) = answer {
            evidence.insert("reason".to_owned(), answer.reason.as_str().into());
            evidence.insert("checked_at".to_owned(), answer.checked_at.into());
        }
        let alerts: Vec<Value> = self
            .alerts
            .iter()
            .map(|Linked { source, rule, owner }| {
                let line = source.position(rule.name.span().start, Encoding::Scalar).line;
                json!({ "file": source.path, "line": line, "alert": rule.name.value(), "owner": owner })
            })
            .collect();
        json!({
            "reference": form::redact(&self.text),
            "verdict": answer.map_or("unverified", |answer| answer.verdict.as_str()),
            "page": answer.map(|answer| answer.page.as_str()),
            "anchor": answer.and_then(|answer| answer.anchor.as_deref()),
            "via": answer.and_then(|answer| answer.via).map(Via::as_str),
            "near": answer.and_then(|answer| answer.near.as_deref()),
            "evidence": evidence,
            "alerts": alerts,
        })
    }
}
