//! Incidents of `PagerDuty` and alerts of Opsgenie: they have a title, of which the alert's name is a part.

use super::super::{Acknowledgement, Millis, ReadError, Resolver};
use super::{Incident, fault, ordered, time};
use serde::Deserialize;
use std::sync::Arc;

/// The list itself, or an object around it.
#[derive(Deserialize)]
#[serde(untagged)]
enum List<T> {
    Bare(Vec<T>),
    Incidents { incidents: Vec<T> },
    Data { data: Vec<T> },
}

impl<T> List<T> {
    fn items(self) -> Vec<T> {
        match self {
            Self::Bare(items) | Self::Incidents { incidents: items } | Self::Data { data: items } => items,
        }
    }
}

#[derive(Deserialize)]
struct PagerDuty {
    title: Option<String>,
    description: Option<String>,
    created_at: String,
    resolved_at: Option<String>,
    status: Option<String>,
    last_status_change_at: Option<String>,
    last_status_change_by: Option<Reference>,
    auto_resolved: Option<bool>,
    seconds_to_first_ack: Option<u32>,
    #[serde(default)]
    acknowledgements: Vec<Acknowledged>,
    service_name: Option<String>,
    service: Option<Reference>,
    urgency: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default, rename = "type")]
    kind: String,
    summary: Option<String>,
}

#[derive(Deserialize)]
struct Acknowledged {
    at: String,
    acknowledger: Option<Reference>,
}

/// Reads incidents of `PagerDuty`.
pub(super) fn pagerduty(text: &str, names: &[&str]) -> Result<Vec<Incident>, ReadError> {
    list::<PagerDuty>(text)?.into_iter().map(|incident| pagerduty_incident(incident, names)).collect()
}

fn list<T: for<'de> Deserialize<'de>>(text: &str) -> Result<Vec<T>, ReadError> {
    let list: List<T> =
        serde_json::from_str(text).map_err(|e| fault(e.line() as u64, format!("no list of incidents: {e}")))?;
    Ok(list.items())
}

fn pagerduty_incident(incident: PagerDuty, names: &[&str]) -> Result<Incident, ReadError> {
    let start = time(0, &incident.created_at)?;
    let changed = incident.last_status_change_at.filter(|_| incident.status.as_deref() == Some("resolved"));
    let end = incident.resolved_at.or(changed).map(|end| time(0, &end)).transpose()?;
    let first = incident.acknowledgements.into_iter().next();
    let at = match (&first, incident.seconds_to_first_ack) {
        (Some(first), _) => Some(time(0, &first.at)?),
        (None, Some(seconds)) => Some(start + Millis::from(seconds) * 1000),
        (None, None) => None,
    };
    let by = first.and_then(|first| first.acknowledger).and_then(|who| who.summary).map(Arc::from);
    let resolved = match (incident.auto_resolved, incident.last_status_change_by.map(|who| who.kind)) {
        _ if end.is_none() => None,
        (Some(auto), _) => Some(if auto { Resolver::Auto } else { Resolver::Human }),
        (None, Some(kind)) if kind.starts_with("user") => Some(Resolver::Human),
        (None, Some(kind)) if kind.starts_with("service") || kind.contains("integration") => Some(Resolver::Auto),
        _ => None,
    };
    let title = incident.title.or(incident.description).unwrap_or_default();
    let service = incident.service_name.or(incident.service.and_then(|service| service.summary));
    let labels = [("service", service), ("urgency", incident.urgency)];
    finish(&title, labels, names, start, end, Acknowledgement { at, by, resolved })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opsgenie {
    message: String,
    status: String,
    #[serde(default)]
    acknowledged: bool,
    created_at: String,
    updated_at: Option<String>,
    owner: Option<String>,
    priority: Option<String>,
    #[serde(default)]
    report: Report,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// Milliseconds since the alert was made.
    ack_time: Option<u32>,
    close_time: Option<u64>,
    acknowledged_by: Option<String>,
    closed_by: Option<String>,
}

/// Reads alerts of Opsgenie.
pub(super) fn opsgenie(text: &str, names: &[&str]) -> Result<Vec<Incident>, ReadError> {
    list::<Opsgenie>(text)?.into_iter().map(|alert| opsgenie_alert(alert, names)).collect()
}

fn opsgenie_alert(alert: Opsgenie, names: &[&str]) -> Result<Incident, ReadError> {
    let start = time(0, &alert.created_at)?;
    let report = alert.report;
    let end = match (alert.status == "closed", report.close_time, &alert.updated_at) {
        (false, ..) => None,
        (true, Some(after), _) => Some(start.saturating_add(Millis::try_from(after).unwrap_or(Millis::MAX))),
        (true, None, Some(updated)) => Some(time(0, updated)?),
        (true, None, None) => return Err(fault(0, "a closed alert that does not say when it was closed")),
    };
    let at = match (report.ack_time, alert.acknowledged) {
        (Some(after), _) => Some(start + Millis::from(after)),
        (None, true) => Some(start),
        (None, false) => None,
    };
    let by = report.acknowledged_by.or(alert.owner.filter(|owner| alert.acknowledged && !owner.is_empty()));
    // The system closes what an integration tells it to close.
    let closed = |who: String| if who.contains('@') { Resolver::Human } else { Resolver::Auto };
    let resolved = report.closed_by.filter(|_| end.is_some()).map(closed);
    let done = Acknowledgement { at, by: by.map(Arc::from), resolved };
    finish(&alert.message, [("priority", alert.priority), ("", None)], names, start, end, done)
}

fn finish(
    title: &str,
    labels: [(&str, Option<String>); 2],
    names: &[&str],
    start: Millis,
    end: Option<Millis>,
    acknowledgement: Acknowledgement,
) -> Result<Incident, ReadError> {
    let rule = name(title, names).ok_or_else(|| fault(0, "an incident without a title"))?;
    let mut all = vec![("alertname".to_owned(), rule.clone())];
    all.extend(labels.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    ordered(0, Incident { rule, labels: all, start, end, acknowledgement })
}

/// The alert that a title speaks of: the longest of `names` that stands in it as a word, else its first word after `[FIRING:1]`, which is how the
/// Alertmanager's own templates begin (`template/default.tmpl`, `__subject`).
fn name(title: &str, names: &[&str]) -> Option<String> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let stands = |name: &&&str| {
        let ends = |at: usize| {
            let (before, after) = (title[..at].chars().next_back(), title[at + name.len()..].chars().next());
            !before.is_some_and(part) && !after.is_some_and(part)
        };
        !name.is_empty() && title.match_indices(**name).any(|(at, _)| ends(at))
    };
    if let Some(known) = names.iter().filter(stands).max_by_key(|name| name.len()) {
        return Some((*known).to_owned());
    }
    let rest = match title.trim().strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, rest)) => rest,
        None => title,
    };
    rest.split_whitespace().next().map(|word| word.trim_end_matches(':').to_owned())
}
