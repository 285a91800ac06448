//! What a run of the lint rules about noise came to, alert by alert.

use std::collections::HashMap;

use super::Stop;
use super::load::Loaded;
use crate::lint::report::Report;
use crate::lint::{self, Verdict};
use crate::model::{File, Rule};
use crate::source::SourceId;

/// The verdict on one alert.
#[derive(Clone, Default, Debug)]
pub(super) struct Noisy {
    /// Lint rules that it breaks.
    pub(super) broken: Vec<&'static str>,
    /// Why nothing can be said of how often it pages, where nothing can.
    pub(super) unknown: Option<String>,
}

impl Noisy {
    /// In one word; `exempt` is whether the alert is not meant for people.
    pub(super) fn word(&self, exempt: bool) -> &'static str {
        match (self.broken.is_empty(), &self.unknown) {
            (false, _) => "broken",
            (true, Some(_)) => "unknown",
            (true, None) if exempt => "exempt",
            (true, None) => "holds",
        }
    }

    /// With what is broken, or why it is unknown.
    pub(super) fn words(&self, exempt: bool) -> String {
        match (self.word(exempt), &self.unknown) {
            ("broken", _) => self.broken.join(" "),
            ("unknown", Some(why)) => format!("unknown: {why}"),
            (word, _) => word.to_owned(),
        }
    }
}

/// The verdicts of a run by place of the alert.
pub(super) struct Verdicts(HashMap<(SourceId, u32), Noisy>);

impl Verdicts {
    /// Of a report.
    pub(super) fn of(report: &Report<'_>) -> Self {
        let mut all: HashMap<(SourceId, u32), Noisy> = HashMap::new();
        for alert in &report.alerts {
            let own = all.entry((alert.source, alert.start)).or_default();
            for one in alert.exceptions.iter() {
                let Some(meta) = report.ran.get(one.lint as usize) else { continue };
                match one.verdict {
                    Verdict::Broken | Verdict::Waived => own.broken.push(meta.id),
                    Verdict::Unknown if meta.id == "noisy-frequent" => own.unknown = Some(one.reason.to_string()),
                    _ => {}
                }
            }
        }
        Self(all)
    }

    /// On one alert.
    pub(super) fn on(&self, file: &File, rule: &Rule) -> Noisy {
        self.0.get(&(file.source, rule.name.span().start)).cloned().unwrap_or_default()
    }
}

/// Leaves only the lint rules that judge by firing history.
pub(super) fn only_noise(loaded: &mut Loaded) -> Result<(), Stop> {
    let lints: Vec<String> =
        crate::rules::all().iter().filter(|meta| lint::is_noise(meta)).map(|meta| meta.id.to_owned()).collect();
    for policy in &mut loaded.policies {
        policy.only(&lints).map_err(|mistakes| Stop::Usage(mistakes.join("; ")))?;
    }
    Ok(())
}
