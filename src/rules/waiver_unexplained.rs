//! Every waiver says what it allows, until when, and why.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::waiver::Waiver;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};

/// `waiver-unexplained`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaiverUnexplained {}

impl Configurable for WaiverUnexplained {
    const META: Meta = Meta {
        id: "waiver-unexplained",
        summary: "every waiver says what it allows, until when, and why",
        level: Level::At(Severity::Warning),
        levels: "warning",
        page: include_str!("../../rules/waiver-unexplained.md"),
    };
}

impl LintRule for WaiverUnexplained {
    fn waiver(&self, waiver: &Waiver, cx: &mut Context<'_>) {
        let Some(fault) = &waiver.fault else { return };
        let diagnostic = cx.report(fault.span, fault.message.clone());
        for other in &fault.related {
            diagnostic.related(other.span, other.message.clone());
        }
        diagnostic
            .cause("waivers do not say what, until when and why")
            .subject(waiver.wording())
            .note("until it says what it allows, until when and why, it waives nothing")
            .help(format!("write `{}`", waiver.wording()));
    }
}
