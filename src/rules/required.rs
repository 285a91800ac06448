//! Keys that must be there, with values of a pattern: shared by `annotation-required` and `label-required`.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::Context;
use crate::model::{BlockKind, Entry, Rule};
use crate::pattern;

/// Options of both: `keys`, each with the pattern that its whole value must match.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Required {
    keys: Keys,
}

/// Most keys of one block: each is asked of every alert.
const MOST: usize = 100;

#[derive(Default, Deserialize)]
#[serde(try_from = "BTreeMap<String, Pattern>")]
struct Keys(BTreeMap<String, Pattern>);

impl TryFrom<BTreeMap<String, Pattern>> for Keys {
    type Error = String;

    fn try_from(keys: BTreeMap<String, Pattern>) -> Result<Self, String> {
        if keys.len() > MOST {
            Err(format!("{} keys are too many: at most {MOST}", keys.len()))
        } else {
            Ok(Self(keys))
        }
    }
}

/// An anchored pattern; empty text asks only that there is a value.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Pattern {
    text: String,
    regex: Option<Regex>,
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self { text, regex: None });
        }
        let regex = pattern::anchored(&text).map_err(|fault| fault.message)?;
        Ok(Self { text, regex: Some(regex) })
    }
}

impl Required {
    pub(super) fn check(&self, rule: &Rule, block: BlockKind, severity: Severity, cx: &mut Context<'_>) {
        for (key, pattern) in &self.keys.0 {
            Self::one(rule, block, severity, (key, pattern), cx);
        }
    }

    fn one(rule: &Rule, block: BlockKind, severity: Severity, (key, pattern): (&str, &Pattern), cx: &mut Context<'_>) {
        let (kind, entries) = match block {
            BlockKind::Annotations => ("annotation", &rule.annotations),
            BlockKind::Labels => ("label", &rule.labels),
        };
        let entry: Option<&Entry> = match block {
            BlockKind::Annotations => entries.get(key),
            BlockKind::Labels => cx.file().and_then(|file| file.label(rule, key)),
        };
        let name = rule.name.value();
        let Some(entry) = entry else {
            if entries.open {
                return cx.unknown(format!("{} the {kind} `{key}`", rule.hidden()));
            }
            let diagnostic = cx.report_as(severity, rule.name.span(), format!("alert `{name}` has no {kind} `{key}`"));
            diagnostic.cause(format!("alerts have no {kind} `{key}`")).subject(key.to_owned());
            diagnostic.label(format!("the policy asks for the {kind} `{key}`"));
            let article = if block == BlockKind::Annotations { "an" } else { "a" };
            diagnostic.help(format!("add {article} {kind} `{key}`{}", pattern.wanted()));
            return;
        };
        let value = &entry.value;
        if value.templated() {
            return cx.unknown(format!("the {kind} `{key}` comes from a template engine's placeholder"));
        }
        let empty = value.is_null() || value.value().trim().is_empty();
        if !empty && pattern.regex.as_ref().is_none_or(|regex| regex.is_match(value.value())) {
            return;
        }
        let state = if empty { "is empty" } else { "is not what the policy asks for" };
        let diagnostic = cx.report_as(severity, value.span(), format!("{kind} `{key}` of alert `{name}` {state}"));
        diagnostic.cause(format!("alerts whose {kind} `{key}` {state}")).subject(format!("{key}={}", value.value()));
        diagnostic.label(if empty { "no value".to_owned() } else { format!("does not match `{}`", pattern.text) });
        diagnostic.help(format!("write a value{}", pattern.wanted()));
    }
}

impl Pattern {
    fn wanted(&self) -> String {
        if self.regex.is_some() { format!(" that matches `{}` as a whole", self.text) } else { String::new() }
    }
}
