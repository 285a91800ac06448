//! Firing history from what other programs export: notifications of the Alertmanager, incidents of `PagerDuty` and Opsgenie, CSV.

mod alertmanager;
mod csv;
mod incidents;

#[cfg(test)]
mod tests;

use super::{Acknowledgement, Head, History, Millis, Period, ReadError, Record, parse_time};

/// What was exported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Export {
    /// JSON Lines, each a notification as the Alertmanager's webhook gets it (version 4).
    Alertmanager,
    /// JSON of `/incidents` or `/analytics/raw/incidents`.
    PagerDuty,
    /// JSON of the list or the export of alerts.
    Opsgenie,
    /// Columns `rule` (or `alertname`), `start`, `end`, and as there are `acked_at`, `acked_by`, `resolved_by`; the others are labels.
    Csv,
}

/// Something that happened once, before the window is known.
#[derive(Clone, PartialEq, Debug, Default)]
struct Incident {
    rule: String,
    labels: Vec<(String, String)>,
    start: Millis,
    /// None while it lasts.
    end: Option<Millis>,
    acknowledgement: Acknowledgement,
}

/// Reads an export. `names` are the alerts that may be meant where an incident has only a title. The window is what the caller knows of it, else the time from
/// the first to the last instant in the export.
pub fn import(
    export: Export,
    text: &str,
    names: &[&str],
    window: Option<Period>,
    tool: &str,
) -> Result<History, ReadError> {
    let (incidents, source) = match export {
        Export::Alertmanager => (alertmanager::read(text)?, "Alertmanager notifications"),
        Export::PagerDuty => (incidents::pagerduty(text, names)?, "PagerDuty"),
        Export::Opsgenie => (incidents::opsgenie(text, names)?, "Opsgenie"),
        Export::Csv => (csv::read(text)?, "CSV"),
    };
    let starts = incidents.iter().map(|incident| incident.start);
    let ends = incidents.iter().map(|incident| incident.end.unwrap_or(incident.start));
    let seen = Period::new(starts.min().unwrap_or(0), ends.max().unwrap_or(0));
    let window = window.unwrap_or(seen);
    let head =
        Head { window, coverage: vec![window], source: source.to_owned(), tool: tool.to_owned(), ..Head::default() };
    let inside = |incident: &Incident| incident.start <= window.to && incident.end.is_none_or(|end| end >= window.from);
    let records = incidents.into_iter().filter(inside).map(|incident| {
        let open = incident.end.is_none_or(|end| end > window.to);
        let last = incident.end.unwrap_or(window.to).min(window.to).max(incident.start);
        Record {
            rule: incident.rule,
            labels: incident.labels,
            first: incident.start,
            last,
            open,
            acknowledgement: incident.acknowledgement,
            ..Record::default()
        }
    });
    Ok(History::new(head, records))
}

fn fault(line: u64, message: impl Into<String>) -> ReadError {
    ReadError { line, message: message.into() }
}

fn time(line: u64, text: &str) -> Result<Millis, ReadError> {
    parse_time(text).map_err(|message| fault(line, message))
}

/// An incident must not end before it begins.
fn ordered(line: u64, incident: Incident) -> Result<Incident, ReadError> {
    match incident.end {
        Some(end) if end < incident.start => {
            Err(fault(line, format!("`{}` ends before it begins", incident.rule.escape_debug())))
        }
        _ => Ok(incident),
    }
}
