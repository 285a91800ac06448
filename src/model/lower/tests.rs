use super::*;
use crate::model::{Problem, RuleKind, Shape, Text};
use crate::source::Encoding;

fn source(text: &str) -> Source {
    Source::new("rules/a.yml", text)
}

fn read(text: &str) -> File {
    lower(&source(text), SourceId(0), &Options::default())
}

fn names(file: &File) -> Vec<&str> {
    file.rules.iter().map(|rule| rule.name.value()).collect()
}

/// The bytes of a part of a value.
fn bytes<'s>(file: &File, source: &'s Source, text: &Text, part: &str) -> &'s str {
    let at = u32::try_from(text.value().find(part).unwrap()).unwrap();
    let range = TextRange::new(at, at + u32::try_from(part.len()).unwrap());
    source.slice(text.part(file, source, range).range())
}

fn shapes(text: &str) -> Vec<(Shape, Dialect)> {
    read(text).groups.iter().map(|group| (group.shape, group.dialect)).collect()
}

const RULE: &str = "{alert: A, expr: up}";

#[test]
fn rules_are_found_in_every_shape() {
    let prometheus = |shape| vec![(shape, Dialect::Prometheus)];
    assert_eq!(shapes(&format!("groups: [{{name: g, rules: [{RULE}]}}]")), prometheus(Shape::Plain));
    assert_eq!(shapes(&format!("[{RULE}, {RULE}]")), prometheus(Shape::Bare));
    assert_eq!(shapes(&format!("- name: g\n  rules: [{RULE}]")), prometheus(Shape::Bare));
    assert_eq!(shapes("alert: A\nexpr: up\n"), prometheus(Shape::Single));
    assert_eq!(shapes(&format!("a: {{b: [{{c: {RULE}}}]}}")), prometheus(Shape::Nested));
    assert_eq!(shapes(&format!("a: {{groups: [{{name: g, rules: [{RULE}]}}]}}")), prometheus(Shape::Nested));
    assert_eq!(shapes("data:\n  a.yml: |\n    - alert: A\n      expr: up\n      for: 5m\n"), prometheus(Shape::String));
    assert_eq!(
        shapes("{\"groups\": [{\"name\": \"g\", \"rules\": [{\"record\": \"a\", \"expr\": \"up\"}]}]}"),
        prometheus(Shape::Plain)
    );
    let resource = |kind: &str, version: &str| {
        format!(
            "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: r}}\nspec: {{groups: [{{name: g, rules: [{RULE}]}}]}}\n"
        )
    };
    assert_eq!(shapes(&resource("PrometheusRule", "monitoring.coreos.com/v1")), prometheus(Shape::Resource));
    assert_eq!(shapes(&resource("AlertingRule", "monitoring.openshift.io/v1")), prometheus(Shape::Resource));
    assert_eq!(shapes(&resource("AlertingRule", "loki.grafana.com/v1")), [(Shape::Resource, Dialect::Loki)]);
    assert_eq!(
        shapes(&resource("VMRule", "operator.victoriametrics.com/v1beta1")),
        [(Shape::Resource, Dialect::VictoriaMetrics)]
    );
    let item = resource("PrometheusRule", "v1").replace('\n', "\n  ");
    assert_eq!(shapes(&format!("kind: List\nitems:\n- {item}")), prometheus(Shape::List));
}

#[test]
fn keys_and_expressions_tell_the_dialect() {
    let of = |text: &str| read(text).groups.first().map(|group| group.dialect);
    let group =
        |keys: &str, expr: &str| format!("groups:\n- name: g\n{keys}  rules:\n  - alert: A\n    expr: {expr}\n");
    assert_eq!(of(&group("", "up")), Some(Dialect::Prometheus));
    assert_eq!(of(&group("  partial_response_strategy: warn\n", "up")), Some(Dialect::Thanos));
    assert_eq!(of(&group("  concurrency: 2\n", "up")), Some(Dialect::VictoriaMetrics));
    assert_eq!(of(&format!("namespace: n\n{}", group("", "up"))), Some(Dialect::Mimir));
    assert_eq!(of(&group("", "'rate({a=\"b\"} |= \"c\" [5m])'")), Some(Dialect::Loki));
    let vm = read(&group("  type: vlogs\n", "'* | stats count() x'"));
    assert!(vm.rules[0].query().is_none(), "another language is not read as PromQL");
    assert!(read(&group("", "'rate({a=\"b\"} |= \"c\" [5m])'")).rules[0].query().is_none());
    assert!(read(&group("  concurrency: 2\n", "up default 0")).rules[0].query().is_none(), "MetricsQL");
    assert!(read(&group("", "up +")).rules[0].query().is_some_and(|query| !query.errors.is_empty()));
}

#[test]
fn other_files_are_skipped_or_said_not_to_be_checked() {
    let reading = |path: &str, text: &str| lower(&Source::new(path, text), SourceId(0), &Options::default()).reading;
    assert_eq!(
        reading("t.yml", "rule_files: [a]\ntests:\n- alert_rule_test: [{alertname: A}]\n"),
        Reading::Skipped("promtool-test")
    );
    assert_eq!(reading("d.yml", "kind: Deployment\nmetadata: {name: x}\n"), Reading::Skipped("other-yaml"));
    assert_eq!(reading("g.yml", "groups:\n- name: admins\n  members: [a]\n"), Reading::Skipped("other-yaml"));
    assert_eq!(reading("README.md", "```yaml\n- alert: A\n  expr: up\n```\n*x*\n"), Reading::Skipped("other-yaml"));
    assert!(matches!(reading("a.libsonnet", "{\n alert: 'A',\n expr: 'up',\n}"), Reading::NotChecked("jsonnet", _)));
    assert!(matches!(
        reading("a.yml", "x: |\n  [a\n  alert: A\n  expr: up\n  ]: [\n"),
        Reading::NotChecked("unknown-shape", _)
    ));
    assert!(matches!(
        reading("a.jsonnet", "(import 'm.libsonnet').prometheusAlerts\n"),
        Reading::NotChecked("jsonnet", _)
    ));
    assert_eq!(reading("k.libsonnet", "{ apiVersion: 'apps/v1' }\n"), Reading::Skipped("other-yaml"));
    assert_eq!(reading("a.yml", "groups: []\n"), Reading::Rules);
    for rules in ["[{Alert: A, Expr: up}]", "[{'alert ': A, 'expr ': up}]", "{alert: A, expr: up}"] {
        assert_eq!(reading("a.yml", &format!("groups: [{{name: g, rules: {rules}}}]\n")), Reading::Rules, "{rules}");
    }
    assert_eq!(reading("a.yml", ""), Reading::Skipped("other-yaml"));
}

#[test]
fn nothing_that_is_broken_hides_behind_another_kind_of_file() {
    let broken = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    x: [\n";
    let read = |path: &str, text: &str, named| {
        lower(&Source::new(path, text), SourceId(0), &Options { named, ..Options::default() })
    };
    for decoy in
        ["", "x: [\n", "route: {}\nreceivers: [\n", "panels: [\n", "# \u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\0\0\n"]
    {
        let file = read("a.yml", &format!("{decoy}{broken}"), false);
        assert!(file.reading == Reading::Rules && !file.problems.is_empty(), "{decoy}: {:?}", file.reading);
    }
    let notes = format!("x: [\n{broken}");
    assert_eq!(read("notes.txt", &notes, false).reading, Reading::Skipped("other-yaml"));
    assert_eq!(read("notes.txt", &notes, true).reading, Reading::Rules);
    let escaped = "\"\\x67roups\":\n- name: g\n  \"\\x72ules\":\n  - \"a\\u006cert\": A\n    \"e\\x78pr\": up\n";
    assert_eq!(names(&read("a.yml", escaped, false)), ["A"]);
}

#[test]
fn rules_in_a_string_that_cannot_be_read_are_said_to_be_there() {
    let good =
        "kind: ConfigMap\ndata:\n  a.yml: |\n    groups: [{name: g, rules: [{alert: Good, expr: up}]}]\n  b.yml: |\n";
    let of = |text: &str| read(&format!("{good}    {}\n", text.replace('\n', "\n    ")));
    let rest = "\n    expr: up";
    for rule in ["  - ? alert\n    : A", "  - alert\t: A"] {
        let file = of(&format!("groups:\n- name: g\n  rules:\n{rule}{rest}"));
        assert_eq!(names(&file), ["Good", "A"], "{rule}");
    }
    for rule in ["  - alert: \"A", "  - alert: A: b", "\t- alert: A"] {
        let file = of(&format!("groups:\n- name: g\n  rules:\n{rule}{rest}"));
        assert_eq!(names(&file), ["Good"], "{rule}");
        let problem = &file.problems[0].diagnostic;
        assert!(problem.severity == Severity::Error && problem.span.start > 100, "{problem:?}");
    }
    let script = of("cat <<END\n- alert: \"A\n  expr: up\nEND");
    assert_eq!(script.problems[0].diagnostic.severity, Severity::Warning, "perhaps no rule file");
    assert!(of("An alert: \"A\nor an expr: \"up").problems.is_empty());
}

#[test]
fn a_value_is_what_prometheus_loads() {
    let file = read(
        "groups:\n- name: g\n  labels: {own: a, site: b}\n  rules:\n  - &r\n    alert: A\n    expr: |\n      up\n      == 0\n    labels: {x: 014, n: null, e: , b: !!binary aGk=, own: c}\n  - <<: *r\n    alert: B\n",
    );
    assert_eq!(names(&file), ["A", "B"]);
    assert_eq!(file.rules[1].expr.value(), "up\n== 0\n");
    let labels: Vec<_> =
        file.labels(&file.rules[0]).map(|e| (e.key.value(), e.value.value(), e.value.is_null())).collect();
    let wanted = [
        ("site", "b", false),
        ("x", "014", false),
        ("n", "", true),
        ("e", "", true),
        ("b", "hi", false),
        ("own", "c", false),
    ];
    assert_eq!(labels, wanted);
}

#[test]
fn a_part_of_a_value_is_found_through_every_layer() {
    let source = source(
        "data:\n  a: \"- alert: A\\n  expr: 'up{a=''b''} == 0'\\n\"\n  b: |\n    - alert: B\n      expr: >-\n        up ==\n        1\n",
    );
    let file = lower(&source, SourceId(0), &Options::default());
    assert_eq!(names(&file), ["A", "B"]);
    assert_eq!(bytes(&file, &source, &file.rules[0].expr, "'b'"), "''b''");
    assert_eq!(bytes(&file, &source, &file.rules[0].expr, "== 0"), "== 0");
    assert_eq!(bytes(&file, &source, &file.rules[1].expr, "== 1"), "==\n        1");
    assert_eq!(source.slice(file.rules[1].name.span().range()), "B");
}

#[test]
fn an_alias_is_told_with_its_anchor() {
    let source = source("x: &e up == 0\nr: {alert: A, expr: *e}\n");
    let file = lower(&source, SourceId(0), &Options::default());
    let expr = &file.rules[0].expr;
    assert_eq!(source.slice(expr.span().range()), "up == 0");
    assert_eq!(expr.alias().map(|span| source.slice(span.range())), Some("*e"));
    assert_eq!(bytes(&file, &source, expr, "=="), "==");
}

#[test]
fn placeholders_make_a_value_unknown() {
    let file =
        read("- alert: A\n  expr: up{%%topology%%}\n  for: ((time))\n  labels: {a: '${TEAM}', b: '{{ $labels.x }}'}\n");
    let rule = &file.rules[0];
    assert!(rule.expr.templated() && rule.query().is_some(), "a selector is readable without its placeholder");
    assert!(rule.hold.as_ref().is_some_and(Text::templated));
    assert!(rule.labels.get("a").is_some_and(|e| e.value.templated()));
    assert!(rule.labels.get("b").is_some_and(|e| !e.value.templated()));
    assert!(file.problems.is_empty(), "{:?}", file.problems);
}

#[test]
fn a_placeholder_in_a_string_or_a_comment_hides_no_mistake() {
    let errors = |expr: &str| {
        let file = read(&format!("- alert: A\n  expr: |\n    {}\n", expr.replace('\n', "\n    ")));
        let query = file.rules[0].query();
        assert!(file.rules[0].expr.templated(), "{expr}");
        query.map(|query| query.errors.iter().map(|error| expr[error.range.range()].to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(errors("up{a=\"${TEAM}\"} == 0 # ((x)) ${Y}"), Some(vec![]));
    assert_eq!(errors("upp(up) # {{ .Values.x }}\n"), Some(vec!["upp".to_owned()]));
    assert_eq!(errors("upp(up{a=\"<%= p('x') %>\"})"), Some(vec!["upp".to_owned()]));
    assert_eq!(errors("up{a=~\"${A}[${B}\"}").map(|errors| errors.len()), Some(1), "a class that is never closed");
    assert_eq!(errors("upp(up) > ${LIMIT}"), None, "anything may stand there");
    assert_eq!(errors("upp(up{%%topology%%})"), None);
    let chart = read(&CHART.replace("expr: up{", "expr: upp(up){"));
    assert_eq!(chart.rules[0].query().map(|query| query.errors.is_empty()), Some(false));
}

const CHART: &str = "{{- if .Values.enabled }}
groups:
- name: {{ .Release.Name }}-x
  rules:
  {{- range .Values.list }}
  - alert: {{ .name }}Down
    expr: up{job=\"{{ .job }}\"} == 0
    for: {{ .for | default \"5m\" }}
    labels:
      severity: {{ if .page }}page{{ else }}info{{ end }}
      {{- if .team }}
      team: a
      {{- else }}
      team: b
      {{- end }}
      {{- include \"labels\" . | nindent 6 }}
    annotations:
      summary: 'Down: {{`{{ $labels.instance }}`}} of {{ \"{{\" }} $labels.job {{ \"}}\" }}'
      description: |
        {{ .text }}
        {{- if .more }}
        more
        {{- end }}
      runbook_url: https://x.y/{{ .name }}
  {{- end }}
  - record: b
    expr: up == 0
{{- end }}
";

#[test]
fn actions_without_a_value_make_a_template_too() {
    let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n";
    for text in [
        format!("{{{{- if false}}}}\n{rules}{{{{- end }}}}\n"),
        format!("{{{{- /* words */ -}}}}\n{rules}"),
        format!("{{% raw %}}\n{rules}    annotations: {{summary: '{{{{ $value }}}}'}}\n{{% endraw %}}\n"),
        format!("{{%- raw -%}}{rules}{{%- endraw -%}}"),
        rules.replace("  - alert", "  {{ if true }}\n  - alert") + "  {{ end }}\n",
    ] {
        let file = read(&text);
        assert!(names(&file) == ["A"] && file.problems.is_empty(), "{text} {:?}", file.problems);
    }
    let slip = format!(
        "{rules}    annotations:\n      a: |\n        x\n{{{{ if gt $value 1 }}}}\n        y\n        {{{{ end }}}}\n"
    );
    assert_eq!(read(&slip).problems[0].diagnostic.severity, Severity::Error, "the template of an annotation");
}

#[test]
fn a_template_is_read_with_what_it_writes_unknown() {
    let source = Source::new("templates/a.yaml", CHART);
    let file = lower(&source, SourceId(0), &Options::default());
    assert_eq!(names(&file), ["{{ .name }}Down", "b"]);
    assert!(file.problems.is_empty(), "{:?}", file.problems);
    let rule = &file.rules[0];
    assert!(rule.name.templated() && rule.expr.templated() && rule.query().is_some());
    let severity = rule.labels.get("severity").unwrap();
    assert_eq!(severity.value.value(), "{{ if .page }}page{{ else }}info{{ end }}");
    assert!(severity.value.templated());
    assert!(rule.labels.get("team").unwrap().value.templated(), "the branches differ");
    assert!(rule.labels.open && !rule.annotations.open);
    let summary = &rule.annotations.get("summary").unwrap().value;
    assert_eq!(summary.value(), "Down: {{ $labels.instance }} of {{ $labels.job }}");
    assert!(!summary.templated());
    assert_eq!(bytes(&file, &source, summary, "$labels.instance"), "$labels.instance");
    assert_eq!(bytes(&file, &source, summary, "{{ $labels.job"), "{{\" }} $labels.job");
    assert!(rule.annotations.get("description").unwrap().value.templated());
    assert_eq!(source.position(rule.name.span().start, Encoding::Scalar).line, 6);
    let record = &file.rules[1];
    assert!(record.kind == RuleKind::Record && !record.expr.templated());
    assert_eq!(file.group(record).name.as_ref().map(Text::value), Some("{{ .Release.Name }}-x"));
}

#[test]
fn a_block_that_an_action_may_write_is_unknown() {
    let file = read(
        "- alert: A\n  expr: up\n  {{- include \"annotations\" . | nindent 2 }}\n- alert: B\n  expr: up\n  labels:\n    {{- toYaml .Values.labels | nindent 4 }}\n- alert: C\n  expr: up\n",
    );
    let open: Vec<_> = file.rules.iter().map(|rule| (rule.labels.open, rule.annotations.open)).collect();
    assert_eq!(open, [(true, true), (true, false), (false, false)]);
    let file =
        read("- alert: A\n  expr: up\n  annotations:\n    summary:\n      {{ .Values.summary }}\n    description:\n");
    let annotations = &file.rules[0].annotations;
    assert!(annotations.get("summary").is_some_and(|entry| entry.value.templated() && !entry.value.is_null()));
    assert!(annotations.get("description").is_some_and(|entry| entry.value.is_null()));
}

#[test]
fn jinja_and_erb_are_templates_too() {
    let jinja = read(
        "{% for t in teams %}\n- alert: {{ t }}Down\n  expr: up == {{ '{{' }}\n  annotations: {a: '{% raw %}{{ $value }}{% endraw %}'}\n{% endfor %}\n",
    );
    assert_eq!(names(&jinja), ["{{ t }}Down"]);
    assert_eq!(jinja.rules[0].annotations.get("a").map(|e| e.value.value()), Some("{{ $value }}"));
    let erb = read(
        "<% if p('x') %>\n- alert: A\n  expr: up\n  for: <%= p('for') %>\n  annotations:\n    a: of {{ $value }}\n<% end %>\n",
    );
    assert_eq!(names(&erb), ["A"]);
    assert!(erb.rules[0].hold.as_ref().is_some_and(Text::templated));
    assert!(!erb.rules[0].annotations.get("a").unwrap().value.templated());
}

#[test]
fn a_broken_file_still_yields_its_good_rules() {
    let good = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n  - alert: B\n    expr: up\n";
    let file = read(&format!("{good}  - alert: \"C\n"));
    assert_eq!(names(&file)[..2], ["A", "B"]);
    assert!(file.problems.iter().any(|problem| problem.diagnostic.rule == "yaml-syntax"));
    for end in 0..good.len() {
        let _ = read(&good[..end]);
        let _ = read(&good[end..]);
    }
}

#[test]
fn keys_are_refused_where_the_text_is_what_is_loaded() {
    let severities = |text: &str| -> Vec<Severity> {
        let structure = |problem: &&Problem| problem.diagnostic.rule == "rule-structure";
        read(text).problems.iter().filter(structure).map(|problem| problem.diagnostic.severity).collect()
    };
    let groups = "groups: [{name: g, rules: [{alert: A, expr: up, foo: x}]}]";
    let resource = format!("{{kind: PrometheusRule, metadata: {{name: r}}, spec: {{{groups}}}}}");
    for text in [
        format!("kind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  a: |\n    {groups}\n"),
        format!("kind: HelmRelease\nmetadata: {{name: h}}\nspec: {{values: {{extra: [{resource}]}}}}\n"),
        format!("serverFiles: {{alerting_rules.yml: {{{groups}}}}}\n"),
    ] {
        assert_eq!(severities(&text), [Severity::Error], "{text}");
    }
    assert_eq!(severities(&format!("rules: {{mine: {{{groups}}}}}\n")), [Severity::Warning], "the chart may know it");
}

#[test]
fn a_patch_that_deletes_is_no_broken_rule() {
    let patch = |groups: &str| {
        format!("apiVersion: v1\nkind: PrometheusRule\nmetadata: {{name: r}}\nspec:\n  groups:\n{groups}")
    };
    let groups = "  - name: g\n    rules:\n    - alert: A\n      $patch: delete\n    - alert: B\n      expr: up\n      $patch: merge\n  - name: h\n    $patch: delete\n  - $patch: replace\n";
    let file = read(&patch(groups));
    assert!(file.problems.is_empty(), "{:?}", file.problems);
    assert_eq!((names(&file), file.groups.len()), (vec!["B"], 1));
    let plain = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    $patch: delete\n";
    assert_eq!(read(plain).problems.len(), 1, "Prometheus knows no patches");
}

#[test]
fn one_mistake_in_the_yaml_is_one_error() {
    let rest = "  - alert: B\n    expr: up\n";
    for rule in [
        "  - alert: A\n    expr: \"up\n    for: 5m\n",
        "  - alert: A\n    labels:\n      a: \"x\n    expr: up\n",
        "  - alert: A\n    labels:\n      a: x\n     b: y\n    expr: up\n",
        "  - alert: 'A\n    expr: up\n",
        "  - alert: A\n    expr: |\n    up\n    for: 5m\n",
    ] {
        let file = read(&format!("groups:\n- name: g\n  rules:\n{rule}{rest}"));
        let rules: Vec<_> = file.problems.iter().map(|problem| problem.diagnostic.rule).collect();
        assert_eq!(rules, ["yaml-syntax"], "{rule}");
    }
    let file =
        read("groups:\n- name: g\n  rules:\n  - alert: A\n  - alert: B\n    expr: up\n    annotations: {a: b: c}\n");
    let errors: Vec<_> = file.problems.iter().map(|problem| problem.diagnostic.message.as_str()).collect();
    assert_eq!((errors.len(), errors[0]), (2, "this rule has no expression"), "its own mistake");
    assert!(file.rules[0].annotations.broken && file.rules[0].hidden().contains("YAML"));
}

#[test]
fn values_that_only_an_engine_can_mean_are_read_around() {
    let labels = |labels: &str| read(&format!("- alert: A\n  expr: up\n  for: 1m\n  labels:\n{labels}"));
    let file = labels("    a: {{ \"page\" }}\n    b: x\n");
    let value = |file: &File, key: &str| {
        let entry = file.rules[0].labels.get(key).unwrap();
        (entry.value.value().to_owned(), entry.value.templated())
    };
    assert_eq!((value(&file, "a"), value(&file, "b")), (("page".into(), false), ("x".into(), false)));
    let file = labels("    a: %%team%%\n    b: x\n");
    assert_eq!((value(&file, "a"), value(&file, "b")), (("%%team%%".into(), true), ("x".into(), false)));
    assert!(file.problems.is_empty());
}

#[test]
fn a_broken_file_with_templates_of_prometheus_is_not_taken_for_a_template() {
    let text = "- alert: A\n  expr: up\n  annotations:\n    a: {{ printf \"%.0f\" $value }} of {{ $labels.x }}\n    b: '{{ if gt $value 1.0 }}x{{ end }}'\n";
    let file = read(&format!("groups:\n- name: g\n  rules:\n  {}", text.replace('\n', "\n  ")));
    assert!(file.layers.len() == 1 && file.problems.iter().any(|problem| problem.diagnostic.rule == "yaml-syntax"));
}

#[test]
fn comments_are_found_in_strings_as_well() {
    let source = source("# one\ndata:\n  a: |\n    # two: because\n    - alert: A\n      expr: up # three\n");
    let file = lower(&source, SourceId(0), &Options::default());
    let comments: Vec<_> = file.comments.iter().map(|c| (c.text(&source), c.own_line)).collect();
    assert_eq!(comments, [("# one", true), ("# two: because", true), ("# three", false)]);
}

#[test]
fn what_is_nested_too_deep_is_said_not_to_be_checked() {
    let text = format!("- alert: A\n  expr: up\n- x: {}\n", "[".repeat(5_000));
    for dialect in [None, Some(Dialect::Prometheus)] {
        let file = lower(&source(&text), SourceId(0), &Options { dialect, ..Options::default() });
        assert!(matches!(file.reading, Reading::NotChecked("too-large", _)), "{:?}", file.reading);
    }
}

#[test]
fn aliases_cannot_multiply_the_work() {
    let mut bomb = String::from("a: &a [{alert: A, expr: up}]\n");
    for (from, to) in ('a'..'l').zip('b'..'m') {
        bomb +=
            &format!("{to}: &{to} [*{from}, *{from}, *{from}, *{from}, *{from}, *{from}, *{from}, *{from}, *{from}]\n");
    }
    let file = read(&bomb);
    assert!(matches!(file.reading, Reading::NotChecked("too-large", _)));
    assert!(file.rules.len() < 20_000);
    // Each alias is looked at once, but all that it stands for.
    let keys = "  k: 1\n".repeat(2_000);
    let (group, rule) = (format!("- &a\n{keys}"), "  alert: A\n  expr: up\n");
    let aliases = "- *a\n".repeat(1_000);
    for text in [
        format!("groups:\n{group}  rules: [{{alert: A, expr: up}}]\n{aliases}"),
        format!("rules:\n{group}{rule}{aliases}"),
        format!("{group}{rule}{aliases}"),
    ] {
        let file = read(&text);
        assert!(matches!(file.reading, Reading::NotChecked("too-large", _)), "{:?}", file.reading);
        assert!(file.rules.len() < 20, "{} rules", file.rules.len());
    }
}

#[test]
fn what_stands_for_much_is_read_once_or_not_at_all() {
    let string = "x: &x |\n  groups:\n  - rules:\n    - alert: A\n      expr: up\n";
    let file = read(&format!("{string}l:\n{}", "- *x\n".repeat(1_000)));
    assert_eq!((file.rules.len(), file.layers.len()), (1, 2), "one string is one text");
    let labels: String = (0..3_000).fold(String::new(), |text, n| text + &format!("    l{n}: x\n"));
    let rules = "  - {alert: A, expr: up}\n".repeat(3_000);
    let file = read(&format!("groups:\n- name: g\n  labels:\n{labels}  rules:\n{rules}"));
    assert!(matches!(file.reading, Reading::NotChecked("too-large", _)), "each rule has all labels of its group");
    let key = "k".repeat(100_000);
    let file = read(&format!(
        "groups:\n- name: g\n  rules:\n  - &r\n    alert: A\n    expr: up\n    {key}: 1\n{}",
        "  - *r\n".repeat(200)
    ));
    let told: usize = file.problems.iter().map(|problem| problem.diagnostic.message.len()).sum();
    assert!(!file.problems.is_empty() && told < 1_000 * file.problems.len(), "a long key is not told again and again");
}

#[test]
fn a_resource_whose_rules_a_template_brings_is_said_not_to_be_checked() {
    let head =
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n";
    let reading = |spec: &str| {
        lower(&Source::new("templates/a.yaml", format!("{head}{spec}")), SourceId(0), &Options::default()).reading
    };
    for spec in [
        "  groups:\n  {{- toYaml .Values.groups | nindent 4 }}\n",
        "  groups:\n  - name: g\n    rules:\n      {{- toYaml .Values.rules | nindent 6 }}\n",
        "{{ tpl (.Files.Get \"rules.yaml\") . | indent 2 }}\n",
        "  groups: {{ toYaml .Values.groups | nindent 4 }}\n",
        "  groups:\n  - name: g\n    rules: {{ toYaml .Values.rules | nindent 6 }}\n",
        "  groups:\n  - name: g\n    rules:\n    - {{ toJson .Values.rule }}\n",
    ] {
        assert!(matches!(reading(spec), Reading::NotChecked("unknown-shape", _)), "{spec}");
    }
    assert_eq!(reading("  groups: []\n"), Reading::Rules, "it has none");
    let file = read(
        "groups:\n- name: g\n  rules:\n{% for r in rules %}\n{{ r }}\n{% endfor %}- alert: {{ r }}\n  expr: '{{ q }}'\n",
    );
    assert!(matches!(file.reading, Reading::NotChecked(..)) && file.problems.is_empty(), "{:?}", file.problems);
}

/// A file of this name: what is wrong with it, and its rules.
fn named(path: &str, text: &str) -> File {
    lower(&Source::new(path, text), SourceId(0), &Options::default())
}

const HEAD: &str = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n";

#[test]
fn the_name_of_a_template_tells_its_words_from_prometheus_own() {
    let text = format!("{HEAD}    labels: {{team: \"{{{{ team }}}}\", a: \"{{{{ $value }}}}\"}}\n");
    for (path, templated) in [("a.yml.j2", true), ("a.ctmpl", true), ("a.yml", false)] {
        let file = named(path, &text);
        let labels = &file.rules[0].labels;
        assert_eq!(labels.get("team").map(|entry| entry.value.templated()), Some(templated), "{path}");
        assert_eq!(labels.get("a").map(|entry| entry.value.templated()), Some(false), "{path}");
    }
    let file = named(
        "a.yml.tmpl",
        "groups:\n- name: g\n  rules:{{ range .A }}{{ with .B }}\n  - alert: A\n    expr: up\n{{ end }}{{ end }}\n",
    );
    assert!(file.problems.is_empty() && names(&file) == ["A"]);
}

#[test]
fn lines_of_conditions_are_no_yaml_of_a_rule() {
    for condition in ["{{- if .X }}", "{{- if eq $env \"prod\" }}", "{{- with .x }}"] {
        let file =
            read(&format!("{HEAD}    {condition}\n    for: 5m\n    {{{{- end }}}}\n    labels: {{severity: page}}\n"));
        assert!(file.problems.is_empty(), "{condition}");
        assert_eq!(file.rules[0].labels.get("severity").map(|entry| entry.value.value()), Some("page"), "{condition}");
    }
}

#[test]
fn directives_of_terraform_are_no_yaml() {
    let text = "groups:\n- name: g\n  rules:\n%{ for s in services ~}\n  - alert: ${s}Down\n    expr: up{job=\"${s}\"} == 0\n%{~ if s.page }\n    labels: {severity: page}\n%{ endif }\n%{ endfor ~}\n  - alert: B\n    expr: up\n";
    let file = named("rules.yml.tftpl", text);
    assert!(file.problems.is_empty(), "{:?}", file.problems);
    assert_eq!(names(&file), ["${s}Down", "B"]);
    assert!(file.rules[0].labels.get("severity").is_some());
}

#[test]
fn what_a_template_brings_is_not_called_missing() {
    let file = read(&format!("{HEAD}    <<: {{{{ .Values.base | toJson }}}}\n"));
    assert!(file.rules[0].labels.open && file.rules[0].annotations.open);
    let file = read(
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: |\n    {{- printf \"x\" .Values.q | nindent 6 }}\n    for: 5m\n",
    );
    assert!(file.rules[0].expr.templated());
    let file = read(
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: (( grab params.expr ))\n    for: (( concat p.n \"m\" ))\n",
    );
    assert!(file.problems.is_empty() && file.rules[0].expr.templated());
    let file = read(&format!("{HEAD}    annotations: [a]\n"));
    assert!(file.rules[0].annotations.open && file.problems.len() == 1);
}

#[test]
fn rules_under_a_misspelt_key_are_read_and_the_key_is_told() {
    let rules = "\n  - name: g\n    rules:\n    - alert: A\n      expr: up\n";
    let resource = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: x}\n";
    for (text, message) in [
        (HEAD.replace("rules:", "rule:"), "`rule` is not a key of a rule group"),
        (HEAD.replace("rules:", "Rules:"), "`Rules` is not a key of a rule group"),
        (format!("{resource}spec:\n  group:{rules}"), "`group` is not a key of the resource's `spec`"),
        (format!("{resource}groups:{rules}"), "the `groups` of a `PrometheusRule` stand under `spec`"),
    ] {
        let file = read(&text);
        let found: Vec<&str> = file.problems.iter().map(|problem| problem.diagnostic.message.as_str()).collect();
        assert_eq!(found, [message], "{text}");
        assert_eq!(names(&file), ["A"], "{text}");
        assert_eq!(file.group(&file.rules[0]).name.as_ref().map(Text::value), Some("g"), "{text}");
    }
}

#[test]
fn rules_in_branches_need_not_come_together() {
    let text = |between: &str| {
        format!(
            "groups:\n- name: g\n  rules:\n  {{{{- if .Values.a }}}}\n  - alert: A\n    expr: up\n{between}  - alert: A\n    expr: up\n  {{{{- end }}}}\n"
        )
    };
    for (between, apart) in [("  {{- else }}\n", true), ("  {{- end }}\n  {{- if .Values.b }}\n", true), ("", false)] {
        let source = source(&text(between));
        let file = lower(&source, SourceId(0), &Options::default());
        let (first, second) = (file.rules[0].span.end, file.rules[1].span.start);
        let ends = file.branch_ends(&source);
        assert_eq!(ends.iter().any(|at| (first..second).contains(at)), apart, "{between}");
    }
}

#[test]
fn what_jinja_protects_is_read_as_it_comes_out() {
    let rule = "- alert: A\n  expr: up\n  annotations:\n";
    let text = format!(
        "{rule}    a: \"{{{{ '{{{{' }}}} $labels.x {{{{ '}}}}' }}}}\"\n    b: \"{{% raw %}}{{{{ $value }}}}{{% endraw %}}\"\n"
    );
    for name in ["a.yml.j2", "tasks/main.yml"] {
        let file = lower(&Source::new(name, text.as_str()), SourceId(0), &Options::default());
        let values: Vec<_> = file.rules[0].annotations.entries.iter().map(|entry| entry.value.value()).collect();
        assert_eq!(values, ["{{ $labels.x }}", "{{ $value }}"], "{text}");
        assert!(file.rules[0].annotations.entries.iter().all(|entry| !entry.value.templated()));
    }
}
