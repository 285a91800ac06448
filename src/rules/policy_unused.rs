//! Every block and key of the policy applies to something.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::scope::Scope;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};

/// `policy-unused`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyUnused {}

impl Configurable for PolicyUnused {
    const META: Meta = Meta {
        id: "policy-unused",
        summary: "every block and key of the policy applies to something",
        level: Level::At(Severity::Warning),
        levels: "warning; blocks only on runs over a whole root, and for lint rules that ran",
        page: include_str!("../../rules/policy-unused.md"),
    };
}

impl LintRule for PolicyUnused {
    fn policy(&self, cx: &mut Context<'_>) {
        for (span, what) in &cx.setup().unheard {
            let diagnostic =
                cx.report(*span, format!("this key is not heard: {what} need a policy named with `--config`"));
            diagnostic.cause("keys of the policy are not heard").subject(format!("{what} {}", span.start));
            diagnostic.note("this policy was found, so whoever opens a pull request may have written it");
            diagnostic.help("name the policy with `--config`, from a place that pull requests cannot change");
        }
    }

    fn workspace(&self, cx: &mut Context<'_>) {
        for active in &cx.setup().rules {
            for (index, block) in active.blocks.iter().enumerate() {
                let Some(span) = block.scope.span.filter(|_| !fits_something(&block.scope, cx)) else { continue };
                let id = active.meta.id;
                let diagnostic = cx.report(span, format!("no alert falls to this block of `{id}`"));
                diagnostic.cause("blocks of the policy apply to nothing").subject(format!("{id} {index}"));
                if index > 0 {
                    diagnostic
                        .note("the first block that fits an alert decides, so those above may take all that it fits");
                }
                diagnostic.help("correct its `paths` and `match`, or remove it");
            }
        }
    }
}

fn fits_something(scope: &Scope, cx: &Context<'_>) -> bool {
    // A file without a good alert is still judged as a file.
    scope.was_used()
        || scope.is_everything()
        || scope.is_about_files() && cx.files().any(|(_, path)| scope.fits_path(path))
}
