//! Which episodes of firing history belong to which alert: the patterns of all alerts of a part.

use std::collections::HashMap;

use super::context::Shared;
use crate::evidence::history::{Pattern, RulePattern};
use crate::model::{File, Rule, RuleKind};
use crate::source::SourceId;

/// The pattern of each alert, and which alerts share a name.
#[derive(Debug, Default)]
pub struct Patterns {
    all: Vec<RulePattern>,
    by_place: HashMap<(SourceId, u32), usize>,
    by_name: HashMap<String, Vec<usize>>,
    /// Alerts whose names are templates: they may be rivals of any other.
    templated: Vec<usize>,
}

impl Patterns {
    /// The patterns of all alerts under one policy.
    pub(super) fn of(shared: &Shared<'_>) -> Self {
        let mut patterns = Self::default();
        for (file, _) in shared.workspace.files(shared.part) {
            for (index, rule) in file.rules.iter().enumerate().filter(|(_, rule)| rule.kind == RuleKind::Alert) {
                let at = patterns.all.len();
                let pattern = pattern(file, rule);
                match &pattern.name {
                    Pattern::Exact(name) => patterns.by_name.entry(name.clone()).or_default().push(at),
                    Pattern::Pieces(_) => patterns.templated.push(at),
                }
                patterns.by_place.insert((file.source, index as u32), at);
                patterns.all.push(pattern);
            }
        }
        patterns
    }

    /// The pattern of an alert, and those of all that may claim the same episodes.
    pub fn rivals(&self, file: SourceId, rule: u32) -> Option<(&RulePattern, Vec<&RulePattern>)> {
        let own = self.all.get(*self.by_place.get(&(file, rule))?)?;
        let same = match &own.name {
            Pattern::Exact(name) => self.by_name.get(name).map(Vec::as_slice).unwrap_or_default(),
            Pattern::Pieces(_) => &[],
        };
        let rivals = same.iter().chain(&self.templated).filter_map(|&at| self.all.get(at)).collect();
        Some((own, rivals))
    }
}

fn pattern(file: &File, rule: &Rule) -> RulePattern {
    let labels = file.labels(rule).map(|entry| {
        let value = if entry.value.templated() { Pattern::any() } else { written(entry.value.value()) };
        (entry.key.value().to_owned(), value)
    });
    RulePattern { name: written(rule.name.value()), labels: labels.collect() }
}

/// The text between the actions of a template; the whole text where there are none.
fn written(text: &str) -> Pattern {
    if !text.contains("{{") {
        return Pattern::Exact(text.to_owned());
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        pieces.push(before.to_owned());
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    pieces.push(rest.to_owned());
    Pattern::Pieces(pieces)
}
