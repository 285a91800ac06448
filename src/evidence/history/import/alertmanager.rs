//! Notifications of the Alertmanager's webhook (`notify/webhook`, version 4), one a line. They are repeated while an alert lasts: its labels and its start
//! tell which is meant.

use super::super::line::complaint;
use super::super::{Millis, ReadError};
use super::{Incident, fault, ordered, time};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    status: String,
    labels: BTreeMap<String, String>,
    starts_at: String,
    ends_at: Option<String>,
}

pub(super) fn read(text: &str) -> Result<Vec<Incident>, ReadError> {
    let mut seen: BTreeMap<(Vec<(String, String)>, Millis), Incident> = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let notification: Notification = serde_json::from_str(line).map_err(|e| fault(number, complaint(&e)))?;
        for alert in notification.alerts {
            let incident = incident(number, alert)?;
            let known = seen.entry((incident.labels.clone(), incident.start)).or_insert_with(|| incident.clone());
            known.end = known.end.max(incident.end);
        }
    }
    Ok(seen.into_values().collect())
}

fn incident(line: u64, alert: Alert) -> Result<Incident, ReadError> {
    let Some(rule) = alert.labels.get("alertname").cloned() else { return Err(fault(line, "no label `alertname`")) };
    // While an alert fires its end is the year 1, or a guess.
    let end = match (alert.status.as_str(), &alert.ends_at) {
        ("resolved", Some(end)) => Some(time(line, end)?),
        ("firing", _) => None,
        _ => return Err(fault(line, "an alert that is neither `firing` nor `resolved` with `endsAt`")),
    };
    let start = time(line, &alert.starts_at)?;
    ordered(line, Incident { rule, labels: alert.labels.into_iter().collect(), start, end, ..Incident::default() })
}
