//! Alerts carry the annotations that the policy asks for.

use serde::Deserialize;

use super::required::Required;
use crate::diagnostic::Severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{BlockKind, Rule, RuleKind};

/// `annotation-required`.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub struct AnnotationRequired(Required);

impl Configurable for AnnotationRequired {
    const META: Meta = Meta {
        id: "annotation-required",
        summary: "alerts carry the annotations that the policy asks for",
        level: Level::Off,
        levels: "off; error once the policy names keys",
        page: include_str!("../../rules/annotation-required.md"),
    };
}

impl LintRule for AnnotationRequired {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        if rule.kind == RuleKind::Alert {
            self.0.check(rule, BlockKind::Annotations, Severity::Error, cx);
        }
    }
}
