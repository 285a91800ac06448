//! Hostile input: any cut and any byte is read without a panic, the rules above the break are kept, and the work is bounded.

use groundrules::model::lower::{Options, lower};
use groundrules::model::{Dialect, File, Reading, check_maps};
use groundrules::source::{Source, SourceId};

fn read(text: &str, dialect: Option<Dialect>) -> File {
    let source = Source::new("rules/a.yml", text);
    let file = lower(&source, SourceId(0), &Options { dialect, ..Options::default() });
    let size = u32::try_from(text.len()).unwrap();
    for rule in &file.rules {
        assert!(rule.span.end <= size && rule.expr.span().end <= size);
        for entry in rule.labels.entries.iter().chain(&rule.annotations.entries) {
            assert!(text.get(entry.value.span().range().range()).is_some());
        }
    }
    for problem in &file.problems {
        assert!(text.get(problem.diagnostic.span.range().range()).is_some(), "{:?}", problem.diagnostic.message);
    }
    file
}

fn names(file: &File) -> Vec<String> {
    file.rules.iter().map(|rule| rule.name.value().to_owned()).collect()
}

const PLAIN: &str = r#"# the hosts
groups:
- name: hosts
  interval: 1m
  rules:
  - alert: HostDown
    expr: up{job="node"} == 0
    for: 5m
    labels: {severity: critical, team: "infra"}
    annotations:
      summary: 'host {{ $labels.instance }} isn''t up'
      description: >-
        It has been down
        for a while.
  - alert: DiskFull # soon
    expr: |
      free / size
        < 0.1
    labels: &labels
      severity: warning
    annotations:
      summary: "the disk of\t{{ $labels.instance }}
        is full"
  - record: job:up:sum
    expr: sum by (job) (up)
    labels: *labels
"#;

const CHART: &str = r#"{{- if .Values.rules.enabled }}
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: {{ include "app.name" . }}
spec:
  groups:
  - name: app
    rules:
    {{- range .Values.extra }}
    - alert: {{ .name }}
      expr: {{ .expr | quote }}
    {{- end }}
    - alert: AppDown
      expr: up{job="{{ .Release.Name }}"} == 0
      annotations:
        summary: '{{ "{{" }} $labels.pod }} is down'
{{- end }}
"#;

const NESTED: &str = r#"kind: ConfigMap
data:
  rules.yml: |
    groups:
    - name: inner
      rules:
      - {alert: A, expr: "up == 0"}
      - alert: B
        expr: |
          up == 1
  other.json: '{"groups": [{"name": "j", "rules": [{"alert": "C", "expr": "up"}]}]}'
"#;

const ALL: [&str; 3] = [PLAIN, CHART, NESTED];

/// A sequence of numbers that is the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[test]
fn every_cut_keeps_the_rules_above_it() {
    for text in ALL {
        let whole = read(text, None);
        for (at, _) in text.char_indices() {
            let cut = read(&text[..at], None);
            let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
            // A rule is complete where the line of the cut belongs to the next one.
            let complete = whole.rules.iter().filter(|rule| (rule.span.end as usize) < line);
            let done: Vec<_> = complete.map(|rule| rule.name.value()).collect();
            assert!(names(&cut).len() >= done.len(), "cut at {at}: {:?} has not {done:?}", &text[..at]);
            read(&text[..at], Some(Dialect::Prometheus));
        }
    }
}

#[test]
fn a_break_takes_nothing_from_the_rules_above_it() {
    let breaks = [
        "\"",
        "}",
        "\t- x",
        "x",
        "- a: b: c",
        "*nowhere",
        "&",
        "%",
        "@",
        "? [",
        "... y",
        "--- \"",
        "!<",
        "|9x",
        "<<: 5",
    ];
    let lines: Vec<&str> = PLAIN.lines().collect();
    for broken in breaks {
        for at in [8, 13, 19] {
            let text = [&lines[..at], &[broken], &lines[at..]].concat().join("\n");
            let file = read(&text, None);
            let first = file.rules.first().map(|rule| (rule.name.value(), rule.expr.value()));
            assert_eq!(first, Some(("HostDown", "up{job=\"node\"} == 0")), "{broken} below line {at}");
        }
    }
}

#[test]
fn any_change_of_bytes_is_read() {
    const PIECES: [&str; 28] = [
        "\0",
        "\t",
        "\r",
        "\n",
        "\u{FEFF}",
        "\u{2028}",
        "\u{85}",
        "\u{FFFD}",
        "\u{E000}",
        "\u{10FFFF}",
        "\"",
        "'",
        "{{",
        "}}",
        "<%",
        "[[",
        "- ",
        ": ",
        "? ",
        "&a ",
        "*a ",
        "!!int ",
        "<<: ",
        "|",
        ">",
        "#",
        "---\n",
        "\\ud800",
    ];
    let mut dice = Dice(7);
    for round in 0..6_000 {
        let mut text = ALL[round % ALL.len()].to_owned();
        for _ in 0..=dice.below(3) {
            let mut at = dice.below(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match dice.below(3) {
                0 => text.insert_str(at, PIECES[dice.below(PIECES.len())]),
                1 if at < text.len() => drop(text.remove(at)),
                _ => text.truncate(at.max(1)),
            }
        }
        read(&text, None);
        read(&text, Some(Dialect::Prometheus));
        let source = Source::new("a.yml", text.as_str());
        assert!(check_maps(&source, SourceId(0)).wrong.is_empty(), "{text:?}");
    }
}

#[test]
fn other_line_breaks_and_marks_change_no_value() {
    let want: Vec<_> = read(PLAIN, None).rules.into_iter().map(|rule| rule.expr.value().to_owned()).collect();
    for text in [PLAIN.replace('\n', "\r\n"), PLAIN.replace('\n', "\r"), format!("\u{FEFF}{PLAIN}")] {
        let file = read(&text, Some(Dialect::Prometheus));
        assert!(file.problems.is_empty(), "{:?}", file.problems);
        assert_eq!(file.rules.into_iter().map(|rule| rule.expr.value().to_owned()).collect::<Vec<_>>(), want);
    }
}

#[test]
fn aliases_of_aliases_cost_no_more_than_their_text() {
    let mut text = String::from("x0: &x0 [a, a, a, a, a, a, a, a, a]\n");
    for i in 1..40 {
        text += &format!("x{i}: &x{i} [{}]\n", vec![format!("*x{}", i - 1); 9].join(", "));
    }
    text += "groups:\n- name: g\n  rules: [{alert: A, expr: up}]\n";
    assert_eq!(names(&read(&text, None)), ["A"]);
    assert!(!read(&text, Some(Dialect::Prometheus)).problems.is_empty());
    // One large rule, used again and again: what is read is bounded by the text, not by what it stands for.
    let long = "x".repeat(200_000);
    let mut text = format!("groups:\n- name: g\n  rules:\n  - &r {{alert: A, expr: up, annotations: {{a: {long}}}}}\n");
    text += &"  - *r\n".repeat(20_000);
    let file = read(&text, None);
    let held: usize =
        file.rules.iter().flat_map(|rule| &rule.annotations.entries).map(|entry| entry.value.value().len()).sum();
    assert!(held <= 100 * text.len(), "{held} bytes of {}", text.len());
    assert!(matches!(file.reading, Reading::NotChecked("too-large", _)));
}

#[test]
fn nesting_is_read_to_a_limit_that_is_said() {
    for open in ["[", "{a: ", "- ", "a:\n"] {
        let text = format!("groups: []\nalert: x\nexpr: y\nz: \n{}", open.repeat(100_000));
        let file = read(&text, None);
        assert!(file.rules.len() <= 1 && file.problems.len() <= 10_000);
    }
    let mut text = String::from("groups:\n- name: g\n  rules: [{alert: A, expr: up}]\nalert: x\n");
    for depth in 0..3_000 {
        text += &format!("{}a:\n", " ".repeat(depth));
    }
    assert!(matches!(read(&text, None).reading, Reading::NotChecked("too-large", _)));
}

#[test]
fn long_keys_lines_and_lists_are_read() {
    let key = "k".repeat(1_000_000);
    for text in [
        format!("groups:\n- name: g\n  rules:\n  - {{alert: A, expr: up}}\n{key}: 1\n"),
        format!("groups:\n- name: g\n  rules:\n  - {{alert: A, expr: up}}\n  - {{'{key}': 1}}\n"),
        format!("groups: [{{name: g, rules: [{}]}}]\n", "{alert: A, expr: up}, ".repeat(20_000)),
        format!("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: |\n      up\n{}", "\n".repeat(1_000_000)),
        format!("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n{}", "# c\n".repeat(200_000)),
    ] {
        let file = read(&text, Some(Dialect::Prometheus));
        assert_eq!(names(&file).first().map(String::as_str), Some("A"));
    }
}

#[test]
fn conditions_without_end_and_names_without_number_are_read() {
    let head = "{{- $x := .Values.x }}\ngroups:\n- name: g\n  rules:\n  - expr: up\n";
    let line = format!("{head}    labels:\n      {}\n", "{{ if .a }}a: b{{ else }}c: d".repeat(50_000));
    read(&line, None);
    let branches = format!("{head}{}", "    {{ if .a }}\n    alert: A\n    {{ else }}\n".repeat(50_000));
    let file = read(&branches, None);
    assert!(matches!(file.reading, Reading::NotChecked("too-large", _)) && file.rules.len() < 1_000);
    let nested = format!("{head}    alert: A\n{}", "    {{ if .a }}\n    {{ else }}\n".repeat(50_000));
    assert_eq!(names(&read(&nested, None)), ["A"]);
}
