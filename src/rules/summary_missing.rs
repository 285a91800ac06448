//! Every alert says in words what happens.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{BlockKind, Rule, RuleKind};

/// `summary-missing`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SummaryMissing {
    /// Annotations of which one is enough.
    annotations: Vec<String>,
}

impl Default for SummaryMissing {
    fn default() -> Self {
        Self { annotations: ["summary", "description", "message"].map(str::to_owned).to_vec() }
    }
}

impl Configurable for SummaryMissing {
    const META: Meta = Meta {
        id: "summary-missing",
        summary: "every alert says in words what happens",
        level: Level::At(Severity::Warning),
        levels: "warning",
        page: include_str!("../../rules/summary-missing.md"),
    };
}

impl LintRule for SummaryMissing {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        if rule.kind != RuleKind::Alert {
            return;
        }
        let mut said = self.annotations.iter().filter_map(|key| rule.annotations.get(key)).map(|entry| &entry.value);
        if said.clone().any(|text| !text.templated() && !text.is_null() && !text.value().trim().is_empty()) {
            return;
        }
        if said.any(crate::model::Text::templated) {
            return cx.unknown("its words come from a template engine's placeholder");
        }
        if rule.annotations.open {
            return cx.unknown(format!("{} a summary", rule.hidden()));
        }
        if cx.exempts() {
            return;
        }
        let key = self.annotations.first().map_or("summary", String::as_str);
        let edit = cx.insert(rule, BlockKind::Annotations, key, "what is broken, for whom");
        let diagnostic =
            cx.report(rule.name.span(), format!("alert `{}` says nowhere what happens", rule.name.value()));
        diagnostic.cause("alerts have no summary, description or message");
        diagnostic.label(format!("none of the annotations {}", listed(&self.annotations)));
        diagnostic.note("the first thing a person on call reads is the summary");
        diagnostic.help(format!("add an annotation `{key}`: one sentence that says what is broken and for whom"));
        diagnostic.offer(edit);
    }
}

fn listed(keys: &[String]) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}
