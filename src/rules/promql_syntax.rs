//! Every expression is PromQL that the server accepts.

use serde::Deserialize;

use crate::diagnostic::{Edit, Severity};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{Dialect, Rule};

/// `promql-syntax`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromqlSyntax {}

impl Configurable for PromqlSyntax {
    const META: Meta = Meta {
        id: "promql-syntax",
        summary: "every expression is PromQL that the server accepts",
        level: Level::At(Severity::Error),
        levels: "error",
        page: include_str!("../../rules/promql-syntax.md"),
    };
}

impl LintRule for PromqlSyntax {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(query) = &rule.query else {
            let dialect = cx.file().map(|file| file.group(rule).dialect);
            return cx.unknown(match dialect {
                Some(Dialect::Loki) => "the expression is LogQL",
                Some(Dialect::VictoriaMetrics) => "the expression is MetricsQL",
                _ => "the expression holds a template engine's placeholder",
            });
        };
        for error in &query.errors {
            let span = cx.part(&rule.expr, error.range);
            let related: Vec<_> = error.related.iter().map(|(range, message)| (cx.part(&rule.expr, *range), message)).collect();
            let fix = error.fix.as_ref().map(|fix| {
                let edits = fix.edits.iter().map(|(range, text)| Edit { span: cx.part(&rule.expr, *range), text: text.clone() });
                (fix.safe, edits.collect())
            });
            let subject = rule.expr.value().get(error.range.range()).unwrap_or_default();
            let diagnostic = cx.report(span, error.message.clone());
            diagnostic.cause("expressions that Prometheus refuses").subject(format!("{}: {subject}", error.message));
            for (span, message) in related {
                diagnostic.related(span, message);
            }
            diagnostic.notes.extend(error.notes.iter().cloned());
            diagnostic.help.extend(error.help.iter().cloned());
            if let Some((safe, edits)) = fix {
                diagnostic.fix(safe, edits);
            }
        }
    }
}
