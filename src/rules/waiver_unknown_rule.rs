//! Every waiver names lint rules that exist.

use serde::Deserialize;

use crate::diagnostic::{Edit, Severity};
use crate::lint::waiver::Waiver;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::suggest;

/// `waiver-unknown-rule`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaiverUnknownRule {}

impl Configurable for WaiverUnknownRule {
    const META: Meta = Meta {
        id: "waiver-unknown-rule",
        summary: "every waiver names lint rules that exist",
        level: Level::At(Severity::Warning),
        levels: "warning",
        page: include_str!("../../rules/waiver-unknown-rule.md"),
    };
}

/// Of so many names of a waiver it is looked for what they were meant to be: nobody misspells more.
const NEAR: usize = 100;

impl LintRule for WaiverUnknownRule {
    fn waiver(&self, waiver: &Waiver, cx: &mut Context<'_>) {
        let known = &cx.setup().known;
        for (index, allowed) in waiver.rules.iter().filter(|allowed| !known.contains(&allowed.id.as_str())).enumerate()
        {
            let id = &allowed.id;
            let meant = if index < NEAR { suggest::closest(id, known.iter().copied()) } else { None };
            let diagnostic = cx.report(allowed.span, format!("there is no lint rule `{id}` to waive"));
            diagnostic.cause("waivers name lint rules that do not exist").subject(id.clone());
            match meant {
                Some(meant) => {
                    let edit = Edit { span: allowed.span, text: meant.to_owned() };
                    diagnostic.label(format!("did you mean `{meant}`?")).fix(false, vec![edit]);
                }
                None => drop(diagnostic.help("`groundrules rules` lists the lint rules")),
            }
        }
    }
}
