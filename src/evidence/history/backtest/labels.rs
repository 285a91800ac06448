//! The labels of the alerts that a rule makes of its series (`rules/alerting.go`, `Eval` and `sample`).

use super::AlertRule;
use super::expand::{Data, Unknown, expand};
use super::manager::AlertId;
use crate::evidence::history::Millis;
use crate::template::{self, Parsed};
use std::collections::{BTreeMap, HashMap};

type Pairs = Vec<(String, String)>;

/// Alerts of one rule by their labels.
pub(super) struct Alerts<'a> {
    rule: &'a AlertRule,
    templates: Vec<(&'a str, Template<'a>)>,
    ids: HashMap<Pairs, AlertId>,
    /// The labels of each alert in `ALERTS`.
    shown: Vec<Pairs>,
    /// Labels that cannot be told, and why.
    pub unknown: BTreeMap<String, String>,
}

enum Template<'a> {
    Static(&'a str),
    Parsed(&'a str, Parsed),
    Broken,
}

impl<'a> Alerts<'a> {
    pub(super) fn new(rule: &'a AlertRule) -> Self {
        let template = |text: &'a str| match template::parse(text) {
            _ if !text.contains("{{") => Template::Static(text),
            parsed if parsed.errors.is_empty() => Template::Parsed(text, parsed),
            _ => Template::Broken,
        };
        let templates = rule.labels.iter().map(|(name, value)| (&**name, template(value))).collect();
        Self { rule, templates, ids: HashMap::new(), shown: Vec::new(), unknown: BTreeMap::new() }
    }

    /// Whether an alert's labels may change with its value or in time, though its series stays.
    pub(super) fn vary(&self) -> bool {
        let varies = |text: &str| text.contains("alue") || text.contains("now");
        self.templates.iter().any(|(_, template)| matches!(template, Template::Parsed(text, _) if varies(text)))
    }

    /// The alert that a result of the expression makes.
    pub(super) fn id(&mut self, series: &[(String, String)], value: f64, now: Millis) -> AlertId {
        let data = Data::new(series.iter().cloned(), value, now);
        let mut labels: BTreeMap<&str, String> = series
            .iter()
            .filter(|(name, _)| name != "__name__")
            .map(|(name, value)| (&**name, value.clone()))
            .collect();
        for (name, template) in &self.templates {
            let text = match template {
                Template::Static(text) => Ok((*text).to_owned()),
                Template::Parsed(text, parsed) => expand(text, &parsed.ast, &data),
                Template::Broken => Err(Unknown("the template cannot be parsed".to_owned())),
            };
            let text = text.unwrap_or_else(|Unknown(why)| {
                self.unknown.entry((*name).to_owned()).or_insert(why);
                String::new()
            });
            labels.insert(name, text);
        }
        labels.insert("alertname", self.rule.name.clone());
        let labels = labels.into_iter().filter(|(_, value)| !value.is_empty());
        let labels: Pairs = labels.map(|(name, value)| (name.to_owned(), value)).collect();
        if let Some(&id) = self.ids.get(&labels) {
            return id;
        }
        let id = AlertId::try_from(self.shown.len()).unwrap_or(AlertId::MAX);
        self.shown.push(shown(self.rule, &labels));
        self.ids.insert(labels, id);
        id
    }

    /// The labels of an alert as `ALERTS` shows them.
    pub(super) fn labels(&self, id: AlertId) -> &[(String, String)] {
        self.shown.get(id as usize).map_or(&[], Vec::as_slice)
    }
}

/// The raw labels of the rule, those of the alert over them: a label that expanded to nothing keeps its raw text.
fn shown(rule: &AlertRule, labels: &[(String, String)]) -> Pairs {
    let mut all: BTreeMap<&str, &str> = rule.labels.iter().map(|(name, value)| (&**name, &**value)).collect();
    all.extend(labels.iter().map(|(name, value)| (&**name, &**value)));
    let kept = all.into_iter().filter(|(name, value)| !value.is_empty() && *name != "alertstate");
    kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
