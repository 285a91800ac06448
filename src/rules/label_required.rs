//! Alerts carry the labels that the policy asks for.

use serde::Deserialize;

use super::required::Required;
use crate::diagnostic::Severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{BlockKind, Rule, RuleKind};

/// `label-required`.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub struct LabelRequired(Required);

impl Configurable for LabelRequired {
    const META: Meta = Meta {
        id: "label-required",
        summary: "alerts carry the labels that the policy asks for",
        level: Level::Off,
        levels: "off; error once the policy names keys",
        page: include_str!("../../rules/label-required.md"),
    };
}

impl LintRule for LabelRequired {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        if rule.kind == RuleKind::Alert {
            self.0.check(rule, BlockKind::Labels, Severity::Error, cx);
        }
    }
}
