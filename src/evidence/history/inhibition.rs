//! The inhibition that silences a rule while another fires, as the Alertmanager is told it.

use super::rule::{Pattern, RuleHistory, RulePattern};
use super::time::{Period, unite};
use super::{Episode, Labels, State};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// An entry of `inhibit_rules`. Its text is one line of YAML.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Inhibition {
    /// What the rule that goes on must be: label names and values.
    pub source: Vec<(String, String)>,
    /// What the rule that falls silent must be.
    pub target: Vec<(String, String)>,
    /// Labels that must have the same value in both.
    pub equal: Vec<String>,
}

impl fmt::Display for Inhibition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let matchers = |pairs: &[(String, String)]| {
            let one = |(name, value): &(String, String)| {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
                format!("'{name}=\"{}\"'", value.replace('\'', "''"))
            };
            pairs.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let (source, target) = (matchers(&self.source), matchers(&self.target));
        write!(f, "- {{source_matchers: [{source}], target_matchers: [{target}]")?;
        if !self.equal.is_empty() {
            write!(f, ", equal: [{}]", self.equal.join(", "))?;
        }
        f.write_str("}")
    }
}

/// The inhibition of `target` while `source` fires. Static labels are named where `shared` says that another rule has the name as well. Labels
/// that both always have are asked to be equal as long as `least` (0 to 1) of the target's episodes stay inside one of the source's.
pub fn inhibition(
    target: (&RulePattern, &RuleHistory),
    source: (&RulePattern, &RuleHistory),
    shared: impl Fn(&RulePattern) -> bool,
    least: f64,
) -> Inhibition {
    let matchers = |rule: &RulePattern| {
        let name = ("alertname".to_owned(), rule.name.exact().unwrap_or_default().to_owned());
        let labels = rule.labels.iter().filter(|_| shared(rule));
        let fixed = labels.filter_map(|(name, value)| Some((name.clone(), value.exact().map(str::to_owned)?)));
        std::iter::once(name).chain(fixed).collect()
    };
    let mut equal: Vec<String> = Vec::new();
    let fixed: BTreeSet<&str> = [target.0, source.0]
        .into_iter()
        .flat_map(|rule| &rule.labels)
        .filter(|(_, v)| is_fixed(v))
        .map(|(n, _)| n.as_str())
        .collect();
    for name in common(target.1).intersection(&common(source.1)) {
        if *name == "alertname" || fixed.contains(name) {
            continue;
        }
        equal.push((*name).to_owned());
        if inside(target.1, source.1, &equal) < least {
            equal.pop();
        }
    }
    Inhibition { source: matchers(source.0), target: matchers(target.0), equal }
}

fn is_fixed(value: &Pattern) -> bool {
    value.exact().is_some()
}

/// Names of labels that all series have.
fn common<'a>(rule: &RuleHistory<'a>) -> BTreeSet<&'a str> {
    let mut names = rule.firing().map(|series| series.labels.iter().map(|(name, _)| name).collect::<BTreeSet<_>>());
    let first = names.next().unwrap_or_default();
    names.fold(first, |common, names| common.intersection(&names).copied().collect())
}

/// The share of the target's episodes that lie inside one of the source's with the same values of these labels.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn inside(target: &RuleHistory, source: &RuleHistory, labels: &[String]) -> f64 {
    let values = |of: &Labels<'_>| labels.iter().map(|name| of.get(name).unwrap_or("").to_owned()).collect::<Vec<_>>();
    let mut around: BTreeMap<Vec<String>, Vec<Period>> = BTreeMap::new();
    for series in source.series.iter().filter(|series| series.state == State::Firing) {
        around.entry(values(&series.labels)).or_default().extend(series.episodes.iter().map(Episode::period));
    }
    let around: BTreeMap<_, _> = around.into_iter().map(|(values, periods)| (values, unite(periods))).collect();
    let (mut part, mut whole) = (0_usize, 0_usize);
    for series in target.firing() {
        let periods = around.get(&values(&series.labels)).map(Vec::as_slice).unwrap_or_default();
        whole += series.episodes.len();
        let within = |episode: &&Episode| {
            let next = periods.partition_point(|period| period.to < episode.last);
            periods.get(next).is_some_and(|period| period.from <= episode.first)
        };
        part += series.episodes.iter().filter(within).count();
    }
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
