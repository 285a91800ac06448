//! Guesses at conventions that nobody wrote down: shown as lines of policy, never used for a verdict.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Shared;
use super::conventions::near_severity;
use super::report::Suggestion;
use crate::model::{File, Rule, RuleKind};

/// Labels that often, but not surely, name an owner.
const MAYBE_OWNER: &[&str] =
    &["service", "namespace", "tier", "component", "product", "area", "group", "department", "contact"];
/// Labels that often, but not surely, hold a severity.
const MAYBE_SEVERITY: &[&str] = &["level", "priority", "severity_level", "urgency", "alert_level"];

/// Keys that most alerts carry where the policy's own keys are found on few, and the severities there are where none is named.
pub(super) fn suggest(shared: &Shared<'_>) -> Vec<Suggestion> {
    let alerts: Vec<(&File, &Rule)> = shared
        .workspace
        .files(shared.part)
        .flat_map(|(file, _)| {
            file.rules.iter().filter(|rule| rule.kind == RuleKind::Alert).map(move |rule| (file, rule))
        })
        .collect();
    let carries = |keys: &[String]| {
        alerts.iter().filter(|(file, rule)| keys.iter().any(|key| file.label(rule, key).is_some())).count()
    };
    let conventions = &shared.setup.conventions;
    let mut suggestions = Vec::new();
    let keys = [
        ("owner-missing", "owner", MAYBE_OWNER, &conventions.owner),
        ("severity-missing", "severity", MAYBE_SEVERITY, &conventions.severity),
    ];
    for (lint, section, candidates, named) in keys {
        if carries(&named.labels) * 2 >= alerts.len() {
            continue;
        }
        let counted = candidates.iter().map(|key| (carries(&[(*key).to_owned()]), *key));
        if let Some((count, key)) =
            counted.max_by_key(|&(count, _)| count).filter(|(count, _)| count * 2 > alerts.len())
        {
            let policy = format!("{section}:\n  labels: [{key}]");
            suggestions.push(Suggestion { lint, key: key.to_owned(), alerts: count, of: alerts.len(), policy });
        }
    }
    suggestions.extend(vocabulary(shared, &alerts));
    suggestions
}

/// The severities that are in use, most used first, where the policy names none.
fn vocabulary(shared: &Shared<'_>, alerts: &[(&File, &Rule)]) -> Option<Suggestion> {
    let conventions = &shared.setup.conventions;
    if !conventions.severities.is_empty() {
        return None;
    }
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for (file, rule) in alerts {
        let entry = conventions.severity.labels.iter().find_map(|key| file.label(rule, key));
        let plain = |text: &crate::model::Text| {
            !text.templated()
                && !text.value().is_empty()
                && text.value().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        };
        if let Some(value) = entry.map(|entry| &entry.value).filter(|text| plain(text)) {
            *words.entry(value.value()).or_default() += 1;
        }
    }
    let alerts_with: usize = words.values().sum();
    let usual: BTreeSet<&str> = words
        .iter()
        .filter(|(word, count)| **count * 50 >= alerts_with && near_severity(word).is_none())
        .map(|(word, _)| *word)
        .collect();
    if usual.is_empty() {
        return None;
    }
    let list: Vec<&str> = usual.into_iter().collect();
    let paging =
        if list.iter().any(|word| conventions.pages(word)) { "" } else { "\n  paging: [the-ones-that-wake-somebody]" };
    let policy = format!("severity:\n  values: [{}]{paging}", list.join(", "));
    Some(Suggestion {
        lint: "severity-unknown",
        key: "severity".to_owned(),
        alerts: alerts_with,
        of: alerts.len(),
        policy,
    })
}
