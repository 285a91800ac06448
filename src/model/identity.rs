//! What names a rule from one version of its file to the next.

use std::collections::HashMap;

use super::{File, Rule, is_dynamic};

/// The identity of a rule inside its file: names alone are not enough, since many alerts share theirs with others of another
/// severity.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Identity<'a> {
    /// Name of the rule group; empty where it has none.
    pub group: &'a str,
    /// `alert` or `record`.
    pub name: &'a str,
    /// The labels that tell it from the other rules of the same group and name, sorted: those with a value that is written out,
    /// and that not all of these rules share.
    pub labels: Vec<(&'a str, &'a str)>,
}

/// The identities of all rules of a file, in their order. Rules that nothing tells apart have the same.
#[must_use]
pub fn identities(file: &File) -> Vec<Identity<'_>> {
    let named = |(group, name)| Identity { group, name, labels: Vec::new() };
    let mut out: Vec<Identity<'_>> = file.rules.iter().map(|rule| named(names(file, rule))).collect();
    let mut order: Vec<usize> = (0..file.rules.len()).collect();
    order.sort_by_key(|&i| names(file, &file.rules[i]));
    for peers in order.chunk_by(|&a, &b| names(file, &file.rules[a]) == names(file, &file.rules[b])) {
        if peers.len() == 1 {
            continue;
        }
        let counts = count(file, peers);
        for &i in peers {
            let telling =
                statics(file, &file.rules[i]).filter(|label| counts.get(label).is_some_and(|n| *n < peers.len()));
            out[i].labels.extend(telling);
            out[i].labels.sort_unstable();
        }
    }
    out
}

fn names<'a>(file: &'a File, rule: &'a Rule) -> (&'a str, &'a str) {
    (file.group(rule).name.as_ref().map_or("", |name| name.value()), rule.name.value())
}

/// How many of these rules have each label with that value.
fn count<'a>(file: &'a File, rules: &[usize]) -> HashMap<(&'a str, &'a str), usize> {
    let mut counts = HashMap::new();
    for label in rules.iter().flat_map(|&i| statics(file, &file.rules[i])) {
        *counts.entry(label).or_default() += 1;
    }
    counts
}

/// Labels whose value is the same whenever the rule fires.
fn statics<'a>(file: &'a File, rule: &'a Rule) -> impl Iterator<Item = (&'a str, &'a str)> {
    let fixed = |text: &super::Text| !text.templated() && !is_dynamic(text.value());
    let labels = file.labels(rule).filter(move |entry| fixed(&entry.key) && fixed(&entry.value));
    labels.map(|entry| (entry.key.value(), entry.value.value()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lower::{Options, lower};
    use crate::source::{Source, SourceId};

    #[test]
    fn labels_tell_rules_of_one_name_apart() {
        let text = "groups:
- name: g
  labels: {team: a}
  rules:
  - {alert: A, expr: up, labels: {severity: page, site: x, who: '{{ $labels.x }}'}}
  - {alert: A, expr: up, labels: {severity: info, site: x}}
  - {alert: B, expr: up, labels: {severity: page}}
- name: h
  rules:
  - {alert: A, expr: up, labels: {severity: page}}
";
        let source = Source::new("a.yml", text);
        let file = lower(&source, SourceId(0), &Options::default());
        let found = identities(&file);
        let shown: Vec<String> = found.iter().map(|id| format!("{}/{} {:?}", id.group, id.name, id.labels)).collect();
        let severity = |value: &str| format!("[(\"severity\", \"{value}\")]");
        assert_eq!(
            shown,
            [
                format!("g/A {}", severity("page")),
                format!("g/A {}", severity("info")),
                "g/B []".into(),
                "h/A []".into()
            ]
        );
    }
}
