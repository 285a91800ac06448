use crate::model::lower::{Options, lower};
use crate::model::{File, Text};
use crate::source::{Source, SourceId};

fn read(rules: &str) -> File {
    let text =
        format!("{{{{- $x := .Values.x }}}}\ngroups:\n- name: g\n  rules:\n{rules}  - alert: Last\n    expr: up\n");
    lower(&Source::new("templates/a.yaml", text), SourceId(0), &Options::default())
}

/// Names, expressions and label values, those that are not known in brackets.
fn shown(file: &File) -> Vec<String> {
    let text = |text: &Text| if text.templated() { format!("[{}]", text.value()) } else { text.value().to_owned() };
    let rule = |rule: &crate::model::Rule| {
        let labels = rule.labels.entries.iter().map(|entry| [" ", &text(&entry.value)].concat()).collect::<String>();
        format!("{}: {}{labels}{}", text(&rule.name), text(&rule.expr), if rule.labels.open { " …" } else { "" })
    };
    let (last, rules) = file.rules.split_last().expect("the last alert is read");
    assert_eq!(rule(last), "Last: up");
    rules.iter().map(rule).collect()
}

#[test]
fn a_condition_around_a_key_hides_no_rule() {
    for (item, expected) in [
        ("  - {{ if .a }}alert: E{{ end }}\n    expr: up\n", "E: up"),
        ("  - {{- if .a }}alert: {{ .n }}{{ end }}\n    expr: up\n", "[{{ .n }}]: up"),
        ("  - {{ if .a }}alert: E{{ else }}alert: F{{ end }}\n    expr: up\n", "[E{{ else }}alert: F{{ end }}]: up"),
        (
            "  - alert: E\n    expr: up\n    labels:\n      {{ if .a }}s: p{{ else }}s: q{{ end }}\n",
            "E: up [p{{ else }}s: q{{ end }}]",
        ),
        ("  - alert: E\n    expr: {{ if .a }}up{{ else }}down{{ end }}\n", "E: [{{ if .a }}up{{ else }}down{{ end }}]"),
    ] {
        assert_eq!(shown(&read(item)), [expected], "{item}");
    }
}

#[test]
fn branches_that_share_a_body_are_a_rule_each() {
    let heads =
        "  {{- if .a }}\n  - alert: A\n  {{- else if .b }}\n  - alert: B\n  {{- else }}\n  - alert: C\n  {{- end }}\n";
    let file = read(&format!("{heads}    expr: up\n    labels:\n      s: p\n"));
    assert_eq!(shown(&file), ["A: [] …", "B: [] …", "C: up p"]);
    assert!(file.rules[0].query().is_none() && file.problems.is_empty(), "{:?}", file.problems);
    let bodies =
        "  {{- if .a }}\n  - alert: A\n    expr: up\n  {{- else }}\n  - alert: B\n    expr: down\n  {{- end }}\n";
    assert_eq!(shown(&read(&format!("{bodies}    labels:\n      s: p\n"))), ["A: up …", "B: down p"]);
    assert_eq!(shown(&read(bodies)), ["A: up", "B: down"], "nothing is shared");
}

#[test]
fn branches_inside_of_a_rule_leave_what_they_decide_on_unknown() {
    let branches = |a: &str, b: &str| format!("    {{{{- if .a }}}}\n{a}    {{{{- else }}}}\n{b}    {{{{- end }}}}\n");
    let exprs = branches("    expr: up\n", "    expr: down\n");
    let file = read(&format!("  - alert: A\n{exprs}"));
    assert_eq!(shown(&file), ["A: [up]"]);
    assert!(file.rules[0].query().is_none(), "which of the two is not known");
    let names = branches("    alert: A\n", "    alert: B\n");
    assert_eq!(shown(&read(&format!("  - expr: up\n{names}"))), ["A: up", "B: up"]);
    let kinds = branches("    alert: A\n", "    record: a:b\n");
    let file = read(&format!("  - expr: up\n{kinds}"));
    assert_eq!(shown(&file), ["A: up", "a:b: up"]);
    assert!(file.problems.is_empty(), "each branch has one name");
    let labels = branches("    labels: {s: p, t: x}\n    for: 1m\n", "    labels: {s: q, t: x}\n    for: 2m\n");
    let file = read(&format!("  - alert: A\n    expr: up\n{labels}"));
    assert_eq!(shown(&file), ["A: up [p] x …"]);
    assert!(file.rules[0].hold.as_ref().is_some_and(Text::templated));
}

#[test]
fn a_rule_without_a_name_is_said() {
    for item in [
        "  - {{ if .a }}record{{ else }}alert{{ end }}: H\n    expr: up\n",
        "  - expr: up\n    {{- include \"n\" . }}\n",
    ] {
        let file = read(item);
        assert!(shown(&file).is_empty());
        assert!(file.problems[0].diagnostic.message.contains("cannot be read"), "{item}");
    }
    assert_eq!(shown(&read("  - alert: A\n    {{- include \"body\" . | nindent 4 }}\n")), ["A: [] …"]);
}

#[test]
fn a_head_whose_body_no_action_can_bring_is_no_alert() {
    for rest in ["  - alert: A\n\t    expr: up\n", "   - alert: A\n      expr: up\n"] {
        let text =
            format!("groups:\n- name: g\n  rules:\n{rest}      annotations:\n        summary: '{{{{ .Values.x }}}}'\n");
        let file = lower(&Source::new("a.yaml", text), SourceId(0), &Options::default());
        assert!(file.rules.is_empty(), "a mistake in the YAML is no action of an engine: {rest}");
    }
}

#[test]
fn named_templates_before_the_groups_stand_at_an_indentation_of_their_own() {
    for (open, close) in [("{%- macro a(n) -%}", "{%- endmacro %}"), ("{{- define \"a\" }}", "{{- end }}")] {
        let rules = "groups:\n- name: g\n  rules:\n  - alert: B\n    expr: up\n";
        let text =
            format!("{open}\n  - alert: A\n    expr: up == 0\n    labels:\n      severity: page\n{close}\n{rules}");
        let file = lower(&Source::new("a.yaml.j2", text.as_str()), SourceId(0), &Options::default());
        let lines = |at: u32| text[..at as usize].matches('\n').count() + 1;
        let found: Vec<_> = file.rules.iter().map(|rule| (rule.name.value(), lines(rule.name.span().start))).collect();
        assert_eq!(found, [("A", 2), ("B", 10)], "{text}");
        assert!(file.problems.is_empty(), "{:?}", file.problems);
        assert!(!file.rules[0].labels.open, "the document ends with the template");
    }
}
