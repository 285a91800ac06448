use super::*;
use crate::evidence::prometheus::{LoadedRule, Sampled};

/// A server that knows one expression: which series are there at which evaluations, and at which it fails.
struct Fake {
    series: Vec<(&'static str, Vec<(i64, f64)>)>,
    fails: Vec<i64>,
}

impl Query for Fake {
    fn range(&self, _: &str, range: Period, _: Millis) -> Result<Matrix, QueryError> {
        if self.fails.iter().any(|at| (range.from..=range.to).contains(&(at * 1000))) {
            return Err(QueryError::Fails("many-to-many matching".into()));
        }
        let sampled = |(name, points): &(&str, Vec<(i64, f64)>)| {
            let points =
                points.iter().map(|&(at, v)| (at * 1000, v)).filter(|(at, _)| (range.from..=range.to).contains(at));
            Sampled {
                labels: vec![("__name__".into(), "m".into()), ("i".into(), (*name).into())],
                points: points.collect(),
            }
        };
        Ok(self.series.iter().map(sampled).filter(|s| !s.points.is_empty()).collect())
    }

    fn instant(&self, _: &str, _: Millis) -> Result<Matrix, QueryError> {
        Ok(Vec::new())
    }

    fn rules(&self) -> Result<Vec<LoadedRule>, QueryError> {
        Ok(Vec::new())
    }
}

fn at(seconds: &[i64]) -> Vec<(i64, f64)> {
    seconds.iter().map(|&s| (s, 1.0)).collect()
}

fn rule(hold: i64, keep: i64, labels: &[(&str, &str)]) -> AlertRule {
    let labels = labels.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    AlertRule { name: "A".into(), expr: "m".into(), hold: hold * 1000, keep: keep * 1000, labels }
}

fn group(limit: usize) -> RuleGroup {
    RuleGroup { name: "g".into(), interval: 10_000, limit, ..RuleGroup::default() }
}

/// State, first, last and number of samples of each episode, in seconds.
fn played(server: &Fake, group: &RuleGroup, rule: &AlertRule) -> Vec<(State, i64, i64, u32)> {
    let outcome = backtest(server, group, rule, Period::new(1000, 199_000)).unwrap();
    outcome.episodes.iter().map(|e| (e.state, e.first / 1000, e.last / 1000, e.samples)).collect()
}

#[test]
fn evaluates_at_multiples_of_the_interval() {
    assert_eq!(evaluations(&group(0), Period::new(1, 199_999)), Some(Period::new(10_000, 190_000)));
    assert_eq!(evaluations(&group(0), Period::new(20_000, 30_000)), Some(Period::new(20_000, 30_000)));
    assert_eq!(evaluations(&group(0), Period::new(20_001, 29_999)), None);
}

#[test]
fn waits_and_keeps_firing() {
    let server = Fake { series: vec![("a", at(&[20, 30, 40, 50, 80, 120]))], fails: vec![] };
    let episodes = played(&server, &group(0), &rule(20, 0, &[]));
    assert_eq!(
        episodes,
        [
            (State::Pending, 20, 30, 2),
            (State::Pending, 80, 80, 1),
            (State::Pending, 120, 120, 1),
            (State::Firing, 40, 50, 2)
        ]
    );
    // Absent from 60: kept while less than 25 seconds have passed since, and again from 90 and 130 on.
    let episodes = played(&server, &group(0), &rule(20, 25, &[]));
    assert_eq!(episodes, [(State::Pending, 20, 30, 2), (State::Firing, 40, 150, 12)]);
}

#[test]
fn a_limit_forgets_everything() {
    let server = Fake { series: vec![("a", at(&[20, 30, 40, 50])), ("b", at(&[40]))], fails: vec![] };
    let episodes = played(&server, &group(1), &rule(10, 0, &[]));
    assert_eq!(episodes, [(State::Pending, 20, 20, 1), (State::Pending, 50, 50, 1), (State::Firing, 30, 30, 1)]);
}

#[test]
fn two_results_that_are_one_alert_fail_the_evaluation_and_keep_the_state() {
    let server = Fake { series: vec![("a", at(&[20, 30, 40])), ("b", at(&[30]))], fails: vec![] };
    let episodes = played(&server, &group(0), &rule(20, 0, &[("i", "one")]));
    assert_eq!(episodes, [(State::Pending, 20, 20, 1), (State::Firing, 40, 40, 1)]);
}

#[test]
fn an_evaluation_that_fails_leaves_a_gap() {
    let server = Fake { series: vec![("a", at(&[20, 30, 40, 50]))], fails: vec![40] };
    let rule = rule(0, 0, &[]);
    let outcome = backtest(&server, &group(0), &rule, Period::new(0, 100_000)).unwrap();
    assert_eq!((outcome.evaluations, outcome.failed), (11, 1));
    let episodes: Vec<_> = outcome.episodes.iter().map(|e| (e.first / 1000, e.last / 1000)).collect();
    assert_eq!(episodes, [(20, 30), (50, 50)]);
}

#[test]
fn labels_are_those_of_the_series_alerts() {
    let server = Fake { series: vec![("a", at(&[20])), ("b", vec![(30, 2.0)])], fails: vec![] };
    let rule = rule(
        0,
        0,
        &[("team", "x"), ("host", "{{ $labels.host }}"), ("v", "{{ $value }}"), ("i", ""), ("q", "{{ query \"up\" }}")],
    );
    let outcome = backtest(&server, &group(0), &rule, Period::new(0, 100_000)).unwrap();
    let labels: Vec<Vec<_>> =
        outcome.episodes.iter().map(|e| e.labels.iter().map(|(n, v)| format!("{n}={v}")).collect()).collect();
    let common = ["alertname=A", "host={{ $labels.host }}", "q={{ query \"up\" }}", "team=x"];
    for (labels, value) in labels.iter().zip(["v=1", "v=2"]) {
        assert_eq!(labels[..], [&common[..], &[value]].concat()[..]);
    }
    assert_eq!(outcome.unknown_labels.into_iter().collect::<Vec<_>>(), [("q".to_owned(), "calls `query`".to_owned())]);
}

#[test]
fn the_ends_of_the_query_are_not_those_of_an_evaluation() {
    let server = Fake { series: vec![], fails: vec![] };
    let mut rule = rule(0, 0, &[]);
    rule.expr = "m @  end( ) > 1".into();
    assert!(matches!(backtest(&server, &group(0), &rule, Period::new(0, 1)), Err(QueryError::Refused(_))));
}
