//! What fired after a waiver of noise was written does not speak against its reason.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::evidence::history::print_day;
use crate::lint::waiver::Waiver;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};

/// `waiver-refuted`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaiverRefuted {}

impl Configurable for WaiverRefuted {
    const META: Meta = Meta {
        id: "waiver-refuted",
        summary: "a waiver of noise is not refuted by what fired after it was written",
        level: Level::At(Severity::Warning),
        levels: "warning where an alert pages no less than before; only where version control knows when the waiver was written",
        page: include_str!("../../rules/waiver-refuted.md"),
    };
}

impl LintRule for WaiverRefuted {
    fn waiver(&self, waiver: &Waiver, cx: &mut Context<'_>) {
        for (alert, pages) in waiver.refutations() {
            let day = waiver.written(cx.evidence()).map(print_day).unwrap_or_default();
            let message = format!("the reason of this waiver is refuted: alert `{alert}` paged {pages} times since");
            cx.report(waiver.span, message)
                .cause("waivers of noise that changed nothing")
                .subject(format!("{alert} {}", waiver.wording()))
                .label(format!("because {}", waiver.because))
                .note(format!("it was written on {day}, and the alert pages no less than before"))
                .help("mend the alert, or say what is true now");
        }
    }
}
