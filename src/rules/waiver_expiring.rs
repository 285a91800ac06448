//! A waiver that ends soon is known before it does.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::waiver::Waiver;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};

/// `waiver-expiring`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WaiverExpiring {
    /// How many days before its last one a waiver is mentioned.
    days: u16,
}

impl Default for WaiverExpiring {
    fn default() -> Self {
        Self { days: 14 }
    }
}

impl Configurable for WaiverExpiring {
    const META: Meta = Meta {
        id: "waiver-expiring",
        summary: "a waiver that ends soon is known before it does",
        level: Level::At(Severity::Note),
        levels: "note, from 14 days before the last one",
        page: include_str!("../../rules/waiver-expiring.md"),
    };
}

impl LintRule for WaiverExpiring {
    fn waiver(&self, waiver: &Waiver, cx: &mut Context<'_>) {
        let Some(until) = waiver.until.filter(|_| waiver.is_in_force(cx.today())) else { return };
        let left = cx.today().duration_until(until).as_hours() / 24;
        if left > i64::from(self.days) {
            return;
        }
        let when = match left {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            days => format!("in {days} days, on {until}"),
        };
        let ids: Vec<String> = waiver.rules.iter().map(|allowed| format!("`{}`", allowed.id)).collect();
        cx.report(waiver.span, format!("this waiver of {} ends {when}", ids.join(", ")))
            .cause("waivers end soon")
            .subject(waiver.wording())
            .label(format!("because {}", waiver.because))
            .note("from the day after its date what it allows is reported again")
            .help("mend what it allows, or agree on a new date");
    }
}
