//! `verdicts`: one line an alert and lint rule, also where the ground rule holds: the proof that a team is ready.

use std::io;

use jiff::Timestamp;
use serde::Serialize;

use super::json::{Safe, put};
use super::positions::Positions;
use crate::lint::Verdict;
use crate::lint::report::Report;

#[derive(Serialize)]
struct Judged<'a> {
    file: &'a str,
    group: Option<Safe<'a>>,
    alert: Safe<'a>,
    line: u32,
    owner: Option<Safe<'a>>,
    severity: Option<Safe<'a>>,
    rule: &'static str,
    verdict: &'static str,
    reason: Option<Safe<'a>>,
    /// When the evidence behind the verdict was taken; what is judged from the files alone has none.
    evidence_time: Option<String>,
}

/// Writes the lines in file order, for each alert in the order of the lint rules.
pub fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let positions = Positions::new(report.sources);
    for alert in &report.alerts {
        let line = positions.at(alert.source, alert.start).line;
        let mut exceptions = alert.exceptions.iter().peekable();
        for (index, meta) in report.ran.iter().enumerate() {
            let exception = exceptions.next_if(|exception| usize::from(exception.lint) == index);
            let reason = exception.map_or("", |exception| &exception.reason);
            put(
                &Judged {
                    file: &positions.source(alert.source).path,
                    group: alert.concern.group.as_deref().map(Safe),
                    alert: Safe(&alert.concern.alert),
                    line,
                    owner: alert.concern.owner.as_deref().map(Safe),
                    severity: alert.concern.severity.as_deref().map(Safe),
                    rule: meta.id,
                    verdict: exception.map_or(Verdict::Holds, |exception| exception.verdict).as_str(),
                    reason: (!reason.is_empty()).then_some(Safe(reason)),
                    evidence_time: report
                        .times
                        .get(&(alert.source.0, alert.start, index as u16))
                        .and_then(|seconds| Some(Timestamp::from_second(*seconds).ok()?.to_string())),
                },
                out,
            )?;
        }
    }
    Ok(())
}
