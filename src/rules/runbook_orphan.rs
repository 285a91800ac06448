//! Every page of a mapped tree is linked by an alert.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::evidence::links::Question;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};

/// `runbook-orphan`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookOrphan {}

impl Configurable for RunbookOrphan {
    const META: Meta = Meta {
        id: "runbook-orphan",
        summary: "every runbook page of a mapped tree is linked by an alert",
        level: Level::At(Severity::Note),
        levels: "note; only on runs over a whole root",
        page: include_str!("../../rules/runbook-orphan.md"),
    };
}

impl LintRule for RunbookOrphan {
    fn asks(&self, _question: &Question) -> bool {
        true
    }

    fn workspace(&self, cx: &mut Context<'_>) {
        let Some(pages) = cx.evidence().orphans.get(cx.root()) else { return };
        for page in pages {
            let Some(span) = page.mapping else { continue };
            let diagnostic = cx.report(span, format!("no alert links the runbook page `{}`", page.file));
            diagnostic
                .cause("runbook pages that no alert links")
                .subject(page.file.clone())
                .label("pages of this mapping are runbooks");
            diagnostic.note("its alert may be gone or renamed, or never have been linked");
            match &page.reference {
                Some(reference) => diagnostic.help(format!("link it as `{reference}`, or remove the page")),
                None => diagnostic.help("link it from its alert, or remove the page"),
            };
        }
    }
}
