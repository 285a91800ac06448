//! Every label and annotation template is one that Prometheus can read.

use serde::Deserialize;

use super::syntax;
use crate::diagnostic::Severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{Dialect, Rule, RuleKind, Text};
use crate::template;

/// `template-syntax`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateSyntax {}

impl Configurable for TemplateSyntax {
    const META: Meta = Meta {
        id: "template-syntax",
        summary: "every label and annotation template is one that Prometheus can read",
        level: Level::At(Severity::Error),
        levels: "error",
        page: include_str!("../../rules/template-syntax.md"),
    };
}

impl LintRule for TemplateSyntax {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        if rule.kind != RuleKind::Alert {
            return;
        }
        // vmalert has functions and variables of its own.
        let more = cx.file().is_some_and(|file| file.group(rule).dialect == Dialect::VictoriaMetrics);
        let (mut templated, mut strange) = (false, false);
        for (kind, entries) in [("label", &rule.labels.entries), ("annotation", &rule.annotations.entries)] {
            for entry in entries.iter().filter(|entry| template::has_action(entry.value.value())) {
                if entry.value.templated() {
                    templated = true;
                } else if !template::is_plain(entry.value.value()) {
                    strange |= check(kind, entry.key.value(), &entry.value, more, cx);
                }
            }
        }
        if templated {
            cx.unknown("a template engine's placeholder stands in a template");
        }
        if strange {
            cx.unknown("vmalert may know the functions and variables that Prometheus does not");
        }
    }
}

/// Whether there were names that only another reader may know.
fn check(kind: &str, key: &str, text: &Text, more: bool, cx: &mut Context<'_>) -> bool {
    let parse = |text: &str| if more { template::parse_with_more(text) } else { template::parse(text) };
    let parsed = parse(text.value());
    let mut errors = parsed.errors;
    syntax::keep_mending(text.value(), &mut errors, |text| parse(text).errors.len());
    for error in errors {
        let subject = format!("{key}: {}", error.message);
        let message = format!("{kind} `{key}`: {}", error.message);
        syntax::report(cx, text, error, message).cause("templates that Prometheus refuses").subject(subject);
    }
    parsed.strange
}
