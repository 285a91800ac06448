//! `groundrules runbooks`: every distinct runbook reference with its verdict, for those who write the pages.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use clap::Args;
use serde_json::{Map, Value, json};

use super::list::Format;
use super::load::{self, Loaded, Placed};
use super::{Common, Stop, evidence, exit, stdout};
use crate::evidence::links::{Answer, Question, Verdict, Via, form};
use crate::model::Rule;
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

/// An alert that links a reference.
struct Linked<'a> {
    source: &'a Source,
    rule: &'a Rule,
    owner: Option<String>,
}

impl Linked<'_> {
    fn line(&self) -> u32 {
        self.source.position(self.rule.name.span().start, Encoding::Scalar).line
    }
}

/// When the answer was taken; nothing for files at hand, which the run itself read.
fn checked_at(answer: &Answer) -> Option<String> {
    Some(jiff::Timestamp::from_second(answer.checked_at?).ok()?.to_string())
}

/// A distinct reference: the worst of its verdicts, and the alerts that link it.
#[derive(Default)]
struct Reference<'a> {
    text: String,
    questions: BTreeSet<Question>,
    answer: Option<Answer>,
    alerts: Vec<Linked<'a>>,
}

pub(super) fn run(command: &Runbooks) -> Result<u8, Stop> {
    let loaded = load::load(&command.common)?;
    loaded.refuse_mistakes()?;
    loaded.warn_of_unheard();
    let mut references = references(command, &loaded);
    let questions: BTreeSet<&Question> = references.values().flat_map(|reference| &reference.questions).collect();
    let questions: Vec<Question> = questions.into_iter().cloned().collect();
    let answers = evidence::runbooks(&command.common, &loaded, &questions)?;
    for reference in references.values_mut() {
        let known = reference.questions.iter().filter_map(|question| answers.get(question));
        reference.answer = known.max_by_key(|answer| weight(answer)).cloned();
    }
    write(command.format, references.into_values())
}

/// Every reference that is written out, whatever it is.
fn references<'a>(command: &Runbooks, loaded: &'a Loaded) -> BTreeMap<String, Reference<'a>> {
    let mut references: BTreeMap<String, Reference<'_>> = BTreeMap::new();
    for alert in loaded.alerts() {
        let Placed { part, file, source, rule, .. } = alert;
        let Some(facts) = alert.facts(command.common.owner.as_deref()) else { continue };
        let Some(found) = facts.runbook.found().filter(|found| !found.is_empty()) else { continue };
        let reference = references.entry(found.value.to_string()).or_default();
        reference.text = found.value.to_string();
        // What a template engine fills in is nothing to ask about.
        if !found.templated {
            reference.questions.insert(found.question(file, rule, &part.root));
        }
        let owner = facts.owner.found().map(|found| found.value.to_string());
        reference.alerts.push(Linked { source, rule, owner });
    }
    references
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
        Format::Table => {
            let rows: Vec<Vec<String>> = references.map(|reference| reference.cells(&TABLE)).collect();
            table::plain(&columns(&TABLE), &rows, &mut Guard::new(&mut out, super::on_github()))?;
        }
        Format::Csv => {
            let rows: Vec<Vec<String>> = references.map(|reference| reference.cells(&CSV)).collect();
            table::csv(&columns(&CSV), &rows, &mut Guard::new(&mut out, super::on_github()))?;
        }
    }
    out.flush()?;
    Ok(exit::CLEAN)
}

/// What people want to see, and what a spreadsheet has room for.
const TABLE: [&str; 7] = ["verdict", "via", "alerts", "reference", "near", "owners", "why"];
const CSV: [&str; 12] = [
    "verdict",
    "via",
    "checked_at",
    "reference",
    "page",
    "anchor",
    "near",
    "why",
    "evidence",
    "alerts",
    "owners",
    "places",
];

fn columns(titles: &[&'static str]) -> Vec<Column> {
    titles.iter().map(|title| if *title == "alerts" { Column::right(title) } else { Column::left(title) }).collect()
}

impl Reference<'_> {
    fn verdict(&self) -> &'static str {
        self.answer.as_ref().map_or(Verdict::Unverified, |answer| answer.verdict).as_str()
    }

    fn why(&self) -> &str {
        self.answer.as_ref().map_or("a placeholder of a template engine decides it", |answer| &answer.reason)
    }

    fn cells(&self, titles: &[&'static str]) -> Vec<String> {
        titles.iter().map(|title| self.cell(title)).collect()
    }

    fn cell(&self, title: &str) -> String {
        let known = |of: fn(&Answer) -> Option<String>| self.answer.as_ref().and_then(of).unwrap_or_default();
        match title {
            "verdict" => self.verdict().to_owned(),
            "via" => known(|answer| Some(answer.via?.as_str().to_owned())),
            "checked_at" => known(checked_at),
            "reference" => form::redact(&self.text),
            "page" => known(|answer| Some(form::redact(&answer.page))),
            "anchor" => known(|answer| answer.anchor.clone()),
            "near" => known(|answer| answer.near.clone()),
            "why" => self.why().to_owned(),
            "evidence" => {
                let pairs = self.answer.iter().flat_map(|answer| &answer.evidence);
                pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
            }
            "alerts" => self.alerts.len().to_string(),
            "owners" => {
                let owners: BTreeSet<&str> = self.alerts.iter().filter_map(|alert| alert.owner.as_deref()).collect();
                owners.into_iter().collect::<Vec<_>>().join(" ")
            }
            _ => {
                let places = self
                    .alerts
                    .iter()
                    .map(|linked| format!("{}:{} {}", linked.source.path, linked.line(), linked.rule.name.value()));
                places.collect::<Vec<_>>().join("; ")
            }
        }
    }

    fn json(&self) -> Value {
        let answer = self.answer.as_ref();
        let mut evidence: Map<String, Value> = answer
            .iter()
            .flat_map(|answer| &answer.evidence)
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        evidence.insert("reason".to_owned(), self.why().into());
        evidence.insert("checked_at".to_owned(), answer.and_then(checked_at).into());
        let alerts: Vec<Value> = self
            .alerts
            .iter()
            .map(|linked| {
                let Linked { source, rule, owner } = linked;
                json!({ "file": source.path, "line": linked.line(), "alert": rule.name.value(), "owner": owner })
            })
            .collect();
        json!({
            "reference": form::redact(&self.text),
            "verdict": self.verdict(),
            "page": answer.map_or_else(|| form::redact(&self.text), |answer| form::redact(&answer.page)),
            "anchor": answer.and_then(|answer| answer.anchor.as_deref()),
            "via": answer.and_then(|answer| answer.via).map(Via::as_str),
            "near": answer.and_then(|answer| answer.near.as_deref()),
            "evidence": evidence,
            "alerts": alerts,
        })
    }
}
