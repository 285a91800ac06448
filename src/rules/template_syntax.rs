//! Every label and annotation template is one that Prometheus can read.

use serde::Deserialize;

use crate::diagnostic::{Edit, Severity};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{Rule, RuleKind, Text};
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
        let mut templated = false;
        for (kind, entries) in [("label", &rule.labels.entries), ("annotation", &rule.annotations.entries)] {
            for entry in entries.iter().filter(|entry| entry.value.value().contains("{{")) {
                if entry.value.templated() {
                    templated = true;
                } else {
                    check(kind, entry.key.value(), &entry.value, cx);
                }
            }
        }
        if templated {
            cx.unknown("a template engine's placeholder stands in a template");
        }
    }
}

fn check(kind: &str, key: &str, text: &Text, cx: &mut Context<'_>) {
    for error in template::parse(text.value()).errors {
        let span = cx.part(text, error.range);
        let related: Vec<_> = error.related.into_iter().map(|(range, message)| (cx.part(text, range), message)).collect();
        let fix = error.fix.map(|fix| {
            let edits = fix.edits.into_iter().map(|(range, written)| Edit { span: cx.part(text, range), text: written });
            (fix.safe, edits.collect())
        });
        let subject = format!("{key}: {}", error.message);
        let diagnostic = cx.report(span, format!("{kind} `{key}`: {}", error.message));
        diagnostic.cause("templates that Prometheus refuses").subject(subject);
        for (span, message) in related {
            diagnostic.related(span, message);
        }
        diagnostic.notes.extend(error.notes);
        diagnostic.help.extend(error.help);
        if let Some((safe, edits)) = fix {
            diagnostic.fix(safe, edits);
        }
    }
}
