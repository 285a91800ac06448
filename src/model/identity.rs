//! What names a rule from one version of its file to the next.

use std::collections::HashMap;

use super::{File, Rule};

/// The identity of a rule inside its file: names alone are not enough, since many alerts share theirs with others of another
/// severity.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Identity {
    /// Name of the rule group; empty where it has none.
    pub group: String,
    /// `alert` or `record`.
    pub name: String,
    /// The labels that tell it from the other rules of the same group and name, sorted: those with a value that is written out,
    /// and that not all of these rules share.
    pub labels: Vec<(String, String)>,
}

/// The identities of all rules of a file, in their order. Rules that nothing tells apart have the same.
#[must_use]
pub fn identities(file: &File) -> Vec<Identity> {
    let mut peers: HashMap<(&str, &str), Vec<&Rule>> = HashMap::new();
    for rule in &file.rules {
        peers.entry(names(file, rule)).or_default().push(rule);
    }
    let shared: HashMap<_, _> =
        peers.into_iter().map(|(names, rules)| (names, (rules.len(), count(file, &rules)))).collect();
    let of = |rule: &Rule| {
        let names = names(file, rule);
        let mut labels = Vec::new();
        if let Some((rules, counts)) = shared.get(&names) {
            let telling = statics(file, rule).filter(|label| counts.get(label).is_some_and(|count| count < rules));
            labels.extend(telling.map(|(key, value)| (key.to_owned(), value.to_owned())));
            labels.sort();
        }
        Identity { group: names.0.to_owned(), name: names.1.to_owned(), labels }
    };
    file.rules.iter().map(of).collect()
}

fn names<'a>(file: &'a File, rule: &'a Rule) -> (&'a str, &'a str) {
    (file.group(rule).name.as_ref().map_or("", |name| name.value()), rule.name.value())
}

/// How many of these rules have each label with that value.
fn count<'a>(file: &'a File, rules: &[&'a Rule]) -> HashMap<(&'a str, &'a str), usize> {
    let mut counts = HashMap::new();
    if rules.len() > 1 {
        for label in rules.iter().flat_map(|rule| statics(file, rule)) {
            *counts.entry(label).or_default() += 1;
        }
    }
    counts
}

/// Labels whose value is the same whenever the rule fires.
fn statics<'a>(file: &'a File, rule: &'a Rule) -> impl Iterator<Item = (&'a str, &'a str)> {
    let fixed = |text: &super::Text| !text.templated() && !text.value().contains("{{");
    let labels = file.labels(rule).filter(move |entry| fixed(&entry.key) && fixed(&entry.value));
    labels.map(|entry| (entry.key.value(), entry.value.value()))
}
