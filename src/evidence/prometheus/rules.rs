//! The rules that a server has loaded (`/api/v1/rules`).

use super::QueryError;
use crate::evidence::history::{Millis, digest, millis};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An alerting rule as a server has loaded it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadedRule {
    /// Its name.
    pub name: String,
    /// How often its group is evaluated.
    pub interval: Millis,
    /// What makes it fire; empty where the server does not say.
    pub digest: String,
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    interval: f64,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    duration: f64,
    #[serde(default, rename = "keepFiringFor")]
    keep_firing_for: f64,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

impl Rule {
    fn loaded(self, interval: Millis) -> LoadedRule {
        let labels = self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let digest = match self.query.as_str() {
            "" => String::new(),
            query => digest(query, millis(self.duration), millis(self.keep_firing_for), labels),
        };
        LoadedRule { name: self.name, interval, digest }
    }
}

/// The alerting rules of an answer of `/api/v1/rules`.
pub fn loaded(status: u16, body: &[u8]) -> Result<Vec<LoadedRule>, QueryError> {
    if status != 200 {
        return Err(QueryError::Refused(format!("status {status}")));
    }
    let answer: Answer = serde_json::from_slice(body).map_err(|error| QueryError::Malformed(error.to_string()))?;
    let mut rules = Vec::new();
    for group in answer.data.groups {
        let interval = millis(group.interval).unwrap_or(0);
        let alerts = group.rules.into_iter().filter(|rule| rule.kind == "alerting");
        rules.extend(alerts.map(|rule| rule.loaded(interval)));
    }
    Ok(rules)
}
