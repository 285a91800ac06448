//! The rules that a server has loaded (`/api/v1/rules`).

use super::QueryError;
use crate::evidence::history::{Millis, millis};
use serde::Deserialize;

/// An alerting rule as a server has loaded it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadedRule {
    /// Its name.
    pub name: String,
    /// How often its group is evaluated.
    pub interval: Millis,
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
        rules.extend(alerts.map(|rule| LoadedRule { name: rule.name, interval }));
    }
    Ok(rules)
}
