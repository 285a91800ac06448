//! Every rule group and rule has the fields that Prometheus loads, and no others.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::File;

/// `rule-structure`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleStructure {}

impl Configurable for RuleStructure {
    const META: Meta = Meta {
        id: "rule-structure",
        summary: "every rule group and rule has the fields that Prometheus loads, and no others",
        level: Level::At(Severity::Error),
        levels: "error",
        page: include_str!("../../rules/rule-structure.md"),
    };
}

impl LintRule for RuleStructure {
    fn file(&self, file: &File, cx: &mut Context<'_>) {
        cx.adopt(file);
    }
}
