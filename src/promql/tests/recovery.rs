//! What survives an error: the rest of the tree, and the other errors.

use super::read;
use crate::promql::walk::{clauses, selectors, text_of};

/// Metrics and matchers of what could be read.
fn known(text: &str) -> Vec<String> {
    let parsed = read(text);
    assert!(!parsed.errors.is_empty(), "{text}");
    let show = |range| text_of(text, range).unwrap_or_default().into_owned();
    let selector = |s: crate::promql::walk::Selector| {
        let matchers = s.matchers.iter().map(|m| format!("{}={}", m.name.map(show).unwrap_or_default(), show(m.value)));
        format!("{}{{{}}}", s.name.map(show).unwrap_or_default(), matchers.collect::<Vec<_>>().join(","))
    };
    selectors(&parsed.ast).map(selector).collect()
}

#[test]
fn a_half_typed_expression_has_its_metrics_and_matchers() {
    for (text, expected) in [
        ("sum(rate(x{a=\"b\"}[5m", vec!["x{a=b}"]),
        ("x{a=\"b\",", vec!["x{a=b}"]),
        ("x{a=\"b\", c", vec!["x{a=b,c=}"]),
        ("x{a=", vec!["x{a=}"]),
        ("x > ", vec!["x{}"]),
        ("x and on (", vec!["x{}"]),
        ("x + * y{a=\"b\"}", vec!["x{}", "y{a=b}"]),
        ("x y z", vec!["x{}", "y{}", "z{}"]),
        ("f(x y, z)", vec!["x{}", "y{}", "z{}"]),
        ("rate(x[5m) / rate(y[5m])", vec!["x{}", "y{}"]),
        ("x = 5 and y", vec!["x{}", "y{}"]),
        ("x{ {{ if .a }}b=\"c\"{{ end }} } > y", vec!["x{b=c}", "y{}"]),
        ("x[$range] > $limit or y", vec!["x{}", "y{}"]),
        ("x) + y", vec!["x{}", "y{}"]),
        ("x{a=\"b\" c='d'} ! y", vec!["x{a=b,c=d}", "y{}"]),
    ] {
        assert_eq!(known(text), expected, "{text}");
    }
}

#[test]
fn labels_survive_too() {
    let text = "sum by job (x) / on job y";
    let parsed = read(text);
    let labels: Vec<&str> = clauses(&parsed.ast)
        .flat_map(|(_, c)| parsed.ast.list(c.labels).map(|l| &text[l.range()]).collect::<Vec<_>>())
        .collect();
    assert_eq!(labels, ["job", "job"]);
}

#[test]
fn several_errors_are_told_in_the_order_of_the_text_and_none_twice() {
    let places = |text: &str| read(text).errors.iter().map(|e| text[e.range.range()].to_owned()).collect::<Vec<_>>();
    assert_eq!(places("a && b || c"), ["&&", "||"]);
    assert_eq!(places("x{a=b} = Rate(y[5min])"), ["b", "=", "5min", "Rate"]);
    assert_eq!(places("sum(x) by job + rate(y)"), ["job", "y"]);
    assert_eq!(places("(a + (b"), ["("]);
    assert_eq!(places("a + "), [""]);
    assert_eq!(places("é"), ["é"]);
    // One mistake, though the server's lexer would stumble over each of its characters.
    for text in
        ["x[a=\"b\"]", "rate(x[a=~\"b\"][5m])", "x[{a=\"b\"}]", "rate(x[\"5m\"])", "x(a=\"b\")", "sum by [a] (x)"]
    {
        assert_eq!(places(text).len(), 1, "{text}: {:?}", places(text));
    }
    assert_eq!(known("rate(x[a=~\"b]\"][5m]) / y(c='d')"), ["x{a=b]}", "y{c=d}"]);
}
