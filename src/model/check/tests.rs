use crate::diagnostic::Severity;
use crate::model::lower::{Options, lower};
use crate::model::{Dialect, File};
use crate::source::{Source, SourceId};

fn read(text: &str, dialect: Option<Dialect>) -> File {
    lower(&Source::new("a.yml", text), SourceId(0), &Options { dialect, ..Options::default() })
}

/// What is wrong with a rule file as Prometheus loads it: the bytes, and what is said of them.
fn wrong(text: &str) -> Vec<(String, String)> {
    let file = read(text, Some(Dialect::Prometheus));
    let errors = file.problems.iter().filter(|problem| problem.diagnostic.severity == Severity::Error);
    errors.map(|p| (text[p.diagnostic.span.range().range()].to_owned(), p.diagnostic.message.clone())).collect()
}

fn rule(fields: &str) -> String {
    format!("groups:\n- name: g\n  rules:\n  - {}\n", fields.replace('\n', "\n    "))
}

#[track_caller]
fn one(text: &str, bytes: &str, message: &str) {
    assert_eq!(wrong(text), [(bytes.to_owned(), message.to_owned())], "{text}");
}

#[test]
fn what_prometheus_loads_is_not_wrong() {
    for text in [
        "",
        "# nothing\n",
        "groups:\n",
        "null\n",
        "groups: [~]\n",
        "groups: [{name: g}]\n",
        "groups: [{name: g, rules: [~]}]\n",
        "groups: [{name: g, limit: 1e3, interval: 0, query_offset: ~, labels: {a: 1}}]\n",
        &rule("alert: A\nexpr: 5\nfor: 0\nlabels: {1: 2, ~: x, a: }\nannotations: {__name__: x}"),
        &rule("record: 'a b'\nexpr: up\nfor: 0s\nannotations: {}"),
        &rule("record: a\nexpr: up\nannotations: {~: x}"),
        &rule("alert: A\nexpr: up\nlabels: {!!binary aG9zdA==: x, a: !!binary aGk=}"),
        &(rule("alert: A\nexpr: up") + "---\nsomething: else\n"),
        "groups:\n- name: g\n  rules:\n  - &a {alert: A, expr: up}\n  - <<: *a\n    alert: B\n",
    ] {
        assert_eq!(wrong(text), [], "{text}");
    }
}

#[test]
fn the_strict_decoding_is_that_of_prometheus() {
    one("groups: []\nextra: 1\n", "extra", "`extra` is not a key of a rule file");
    one("- name: g\n", "- name: g", "a rule file must be a mapping, not a list");
    one("groups: {}\n", "{}", "`groups` must be a list, not a mapping");
    one("groups: [a]\n", "a", "a rule group must be a mapping, not text");
    one("groups: [{name: g, rules: 5}]\n", "5", "`rules` must be a list, not text");
    one("groups: [{name: g, limit: '5'}]\n", "'5'", "`limit` must be a whole number");
    one("groups: [{name: g, interval: 1.5m}]\n", "1.5m", "`interval` is not a duration");
    one(&rule("alert: A\nexpr: up\nseverity: page"), "severity", "`severity` is not a key of a rule");
    one(&rule("alert: A\nexpr: up\nfor: 5"), "5", "`for` is not a duration");
    one(&rule("alert: [A]\nexpr: up"), "[A]", "`alert` must be text, not a list");
    one(&rule("alert: A\nexpr: up\nlabels: x"), "x", "`labels` must be a mapping, not text");
    one(&rule("alert: A\nexpr: up\nlabels: {a: {b: c}}"), "{b: c}", "the label `a` must be text, not a mapping");
    one(&rule("alert: A\nexpr: up\nexpr: down"), "expr", "the key `expr` is written twice");
    one(&rule("alert: A\nexpr: up\nlabels: {a: b, 'a': c}"), "'a'", "the key `a` is written twice");
}

#[test]
fn the_validation_is_that_of_prometheus() {
    one("groups: [{rules: []}]\n", "{rules: []}", "this rule group has no name");
    one("groups: [{name: ''}]\n", "name", "this rule group has an empty name");
    one("groups: [{name: g}, {name: g}]\n", "g", "two rule groups of this file are named `g`");
    one(&rule("alert: A\nrecord: b\nexpr: up"), "record", "a rule has either `record` or `alert`, not both");
    one(&rule("alert:\nexpr: up"), "alert:", "this rule has no name");
    one(&rule("alert: A\nexpr: ''"), "expr: ''", "this rule has no expression");
    one(&rule("alert: A"), "alert: A", "this rule has no expression");
    one(&rule("record: a\nexpr: up\nfor: 5m"), "for", "a recording rule cannot have `for`");
    one(&rule("record: a\nexpr: up\nannotations: {a: b}"), "annotations", "a recording rule cannot have `annotations`");
    one(&rule("record: 'a{b}'\nexpr: up"), "'a{b}'", "the name of a recording rule cannot have braces");
    one(&rule("alert: A\nexpr: up\nlabels: {__name__: x}"), "__name__", "`__name__` cannot be the name of a label");
    one(&rule("alert: A\nexpr: up\nannotations: {'': x}"), "''", "`` cannot be the name of an annotation");
}

#[test]
fn a_slip_is_mended_and_another_level_is_named() {
    let file = read(&rule("alert: A\nexpr: up\nanotations: {a: b}"), None);
    let diagnostic = &file.problems[0].diagnostic;
    assert_eq!(diagnostic.advice().help, ["did you mean `annotations`?"]);
    assert_eq!(diagnostic.fix.as_ref().map(|fix| fix.edits[0].text.as_str()), Some("annotations"));
    assert_eq!(diagnostic.subject, "anotations");
    let help = |text: &str| read(text, None).problems[0].diagnostic.advice().help.join(" ");
    assert_eq!(help(&rule("alert: A\nexpr: up\nteam: x")), "put it under `labels:`");
    assert_eq!(help(&rule("alert: A\nexpr: up\nsummary: x")), "put it under `annotations:`");
    assert_eq!(help(&rule("alert: A\nexpr: up\ninterval: 5m")), "it is a key of a rule group: check the indentation");
}

#[test]
fn keys_are_held_to_a_dialect_only_where_the_shape_says_it() {
    let problems = |text: &str, dialect| read(text, dialect).problems.len();
    let thanos = "groups: [{name: g, partial_response_strategy: warn, rules: [{alert: A, expr: up}]}]\n";
    assert_eq!(problems(thanos, None), 0);
    assert_eq!(problems(thanos, Some(Dialect::Prometheus)), 1);
    assert_eq!(problems(thanos, Some(Dialect::Mimir)), 1);
    assert_eq!(problems("x: [{alert: A, expr: up, enabled: true}]\n", None), 0, "a rule in some other tree");
    assert_eq!(problems("x: [{alert: A, expr: up, label: {}}]\n", None), 1, "but a slip is a slip");
}

#[test]
fn bytes_that_are_no_text_are_no_label() {
    one(&rule("alert: A\nexpr: up\nlabels: {a: !!binary /w==}"), "/w==", "these bytes of a label are not UTF-8");
    one(
        &rule("alert: A\nexpr: up\nannotations: {!!binary /w==: x}"),
        "/w==",
        "these bytes of an annotation are not UTF-8",
    );
    assert_eq!(
        wrong(&rule("alert: A\nexpr: up\nannotations: {a: !!binary /w==}")),
        [],
        "Prometheus loads any annotation"
    );
}
