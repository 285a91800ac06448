use super::*;
use crate::model::lower::{Options, lower};
use crate::source::SourceId;

type Loaded = (String, String, Vec<(String, String)>, Vec<(String, String)>);

fn load(text: &str) -> Vec<Loaded> {
    let source = Source::new("rules.yml", text);
    let file = lower(&source, SourceId(0), &Options::default());
    let pairs = |block: &Block| {
        let pairs = block.entries.iter().map(|entry| (entry.key.value().to_owned(), entry.value.value().to_owned()));
        pairs.collect::<Vec<_>>()
    };
    let rules = file.rules.iter();
    rules
        .map(|rule| {
            (rule.name.value().to_owned(), rule.expr.value().to_owned(), pairs(&rule.labels), pairs(&rule.annotations))
        })
        .collect()
}

/// Adds an entry to each rule in turn: what is loaded is the same, and the entry besides.
fn check(text: &str) {
    let before = load(text);
    assert!(!before.is_empty(), "{text}");
    for (index, kind, value) in (0..before.len())
        .flat_map(|i| [(i, BlockKind::Labels, "a b: 'c' \"d\" #"), (i, BlockKind::Annotations, "https://x.y/z#a")])
    {
        let source = Source::new("rules.yml", text);
        let file = lower(&source, SourceId(0), &Options::default());
        let edit = entry(&file, &source, &file.rules[index], kind, "new", value);
        let edit = edit.unwrap_or_else(|| panic!("no edit of rule {index}, {kind:?}: {text}"));
        let at = edit.span.range().range();
        let changed = format!("{}{}{}", &text[..at.start], edit.text, &text[at.end..]);
        let mut wanted = before.clone();
        let pair = ("new".to_owned(), value.to_owned());
        match kind {
            BlockKind::Labels => wanted[index].2.push(pair),
            BlockKind::Annotations => wanted[index].3.push(pair),
        }
        assert_eq!(load(&changed), wanted, "{changed}");
    }
}

fn none(text: &str, kind: BlockKind) {
    let source = Source::new("rules.yml", text);
    let file = lower(&source, SourceId(0), &Options::default());
    assert!(!file.rules.is_empty(), "{text}");
    assert_eq!(entry(&file, &source, &file.rules[0], kind, "new", "x"), None, "{text}");
}

#[test]
fn an_entry_is_added_in_block_style() {
    check(
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    labels:\n      a: b # why\n    annotations:\n      c: |\n        d\n\n        e\n\n  - alert: B\n    expr: up",
    );
    check("groups:\r\n- name: g\r\n  rules:\r\n  - alert: A\r\n    expr: up\r\n    labels:\r\n      a: b\r\n");
    check(
        "- alert: A\n  expr: >-\n    up\n    == 0\n  annotations:\n      deep: \"x\n        y\"\n- record: b\n  expr: up\n  labels: # none yet\n",
    );
}

#[test]
fn an_entry_is_added_in_flow_style() {
    check(
        "groups: [{name: g, rules: [{alert: A, expr: up, labels: {}, annotations: {a: b, }}, {alert: B, expr: up}]}]\n",
    );
    check(
        "{\"groups\": [{\"name\": \"g\", \"rules\": [{\n  \"alert\": \"A\",\n  \"expr\": \"up\",\n  \"labels\": {\"a\": \"b\"}\n}]}]}\n",
    );
    check("- alert: A\n  expr: up\n  labels: {a: b}\n  annotations: {\n    c: d\n  }\n");
}

#[test]
fn an_entry_is_added_in_a_string_whose_lines_are_those_of_the_file() {
    check(
        "data:\n  rules.yml: |\n    groups:\n    - name: g\n      rules:\n      - alert: A\n        expr: up\n        labels:\n          a: b\n",
    );
    none(
        "data:\n  rules.yml: \"groups:\\n- name: g\\n  rules:\\n  - alert: A\\n    expr: up\\n\"\n",
        BlockKind::Labels,
    );
}

#[test]
fn nothing_is_added_where_it_would_change_something_else() {
    none(
        "x: &l\n  a: b\ngroups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    labels: *l\n",
        BlockKind::Labels,
    );
    none(
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    labels:\n      a: |+\n        b\n\n",
        BlockKind::Labels,
    );
    none(
        "- alert: A\n  expr: up\n  labels:\n    a: b\n    {{- if .Values.x }}\n    c: d\n    {{- end }}\n",
        BlockKind::Labels,
    );
}

/// Sets both times of the first rule: they are what was set, and all else is as it was.
fn sets(text: &str) -> String {
    let mut changed = text.to_owned();
    for key in ["for", "keep_firing_for"] {
        let source = Source::new("rules.yml", changed.as_str());
        let file = lower(&source, SourceId(0), &Options::default());
        let edit = field(&file, &source, &file.rules[0], key, "7m").unwrap_or_else(|| panic!("no edit: {changed}"));
        changed.replace_range(edit.span.range().range(), &edit.text);
    }
    let source = Source::new("rules.yml", changed.as_str());
    let file = lower(&source, SourceId(0), &Options::default());
    assert!(file.problems.is_empty(), "{changed}");
    let times = [file.rules[0].hold.as_ref(), file.rules[0].keep.as_deref()].map(|time| time.and_then(Text::duration));
    assert_eq!(times, [Some(420_000); 2], "{changed}");
    assert_eq!(load(&changed), load(text), "{changed}");
    changed
}

#[test]
fn times_are_set_where_people_write_them() {
    let changed = sets("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: |\n      up\n    labels: {a: b}\n");
    assert!(changed.contains("      up\n    for: 7m\n    keep_firing_for: 7m\n    labels"), "{changed}");
    sets("groups:\r\n- name: g\r\n  rules:\r\n  - alert: A\r\n    expr: up\r\n    for: 5m # why\r\n");
    sets("groups: [{name: g, rules: [{alert: A, expr: up, labels: {a: b}}]}]");
    sets(r#"{"groups": [{"name": "g", "rules": [{"alert": "A", "expr": "up"}]}]}"#);
    sets("- alert: A\n  expr: up\n  annotations:\n    a: b\n- alert: B\n  expr: up\n");
    let source = Source::new("rules.yml", "- &a\n  alert: A\n  expr: up\n- *a\n");
    let file = lower(&source, SourceId(0), &Options::default());
    assert_eq!(field(&file, &source, &file.rules[0], "for", "7m"), None, "the rule is used twice");
}
