//! Every waiver still allows something.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::waiver::{Target, Waiver};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};

/// `waiver-unused`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaiverUnused {}

impl Configurable for WaiverUnused {
    const META: Meta = Meta {
        id: "waiver-unused",
        summary: "every waiver still allows something",
        level: Level::At(Severity::Warning),
        levels: "warning; only on runs over a whole root, and for lint rules that ran",
        page: include_str!("../../rules/waiver-unused.md"),
    };
}

impl LintRule for WaiverUnused {
    fn waiver(&self, waiver: &Waiver, cx: &mut Context<'_>) {
        if waiver.fault.is_some() {
            // `waiver-unexplained` says that it waives nothing.
            return;
        }
        if matches!(waiver.target, Target::Nothing) {
            cx.report(waiver.span, "this waiver stands on nothing, so it waives nothing")
                .cause("waivers stand on nothing")
                .subject(waiver.wording())
                .help("put it on a line of the alert or right above it, in the head of its group, or at the top of the file");
            return;
        }
        if !cx.is_whole() {
            return;
        }
        for allowed in waiver.rules.iter().filter(|allowed| !allowed.was_used()) {
            let id = &allowed.id;
            if !cx.setup().rules.iter().any(|active| active.meta.id == id) {
                continue;
            }
            let help = if waiver.rules.len() > 1 { format!("remove `{id}` from it") } else { "remove it".to_owned() };
            cx.report(allowed.span, format!("this waiver allows nothing: no finding of `{id}` needs it"))
                .cause("waivers allow nothing any more")
                .subject(format!("{id} {}", waiver.wording()))
                .note("a waiver that is not needed hides the next finding")
                .help(help);
        }
    }
}
