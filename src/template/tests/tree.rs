//! What the tree holds.

use super::*;

fn tree(text: &str) -> Ast {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    parsed.ast
}

/// The nodes of a list, each as its source text.
fn texts<'a>(text: &'a str, nodes: &[Node]) -> Vec<&'a str> {
    let range = |node: &Node| match node {
        Node::Text(range) | Node::Break(range) | Node::Continue(range) => *range,
        Node::Action(action) => action.range,
        Node::Control(control) => control.range,
        Node::Template(call) => call.range,
    };
    nodes.iter().map(|node| &text[range(node).range()]).collect()
}

#[test]
fn trims_text_where_markers_say_so() {
    let text = "a \n {{- 1 -}} \n b {{ 2 }} c {{- /* x */ -}} d";
    let ast = tree(text);
    assert_eq!(texts(text, ast.root()), ["a", "{{- 1 -}}", "b ", "{{ 2 }}", " c", "d"]);
    assert_eq!(&text[ast.comments[0].range()], "{{- /* x */ -}}");
}

#[test]
fn nests_blocks() {
    let text = "{{ if $x := 1 }}a{{ else if 2 }}b{{ else }}c{{ end }}{{ range . }}{{ break }}{{ end }}d";
    let ast = tree(text);
    let [Node::Control(first), Node::Control(range), Node::Text(_)] = ast.root() else { panic!("{:?}", ast.root()) };
    assert_eq!(first.kind, ControlKind::If);
    assert_eq!(&text[first.opening.range()], "{{ if $x := 1 }}");
    assert_eq!(texts(text, ast.list(first.body)), ["a"]);
    let [Node::Control(chained)] = ast.list(first.otherwise.unwrap()) else { panic!("no else if") };
    assert_eq!(texts(text, ast.list(chained.body)), ["b"]);
    assert_eq!(texts(text, ast.list(chained.otherwise.unwrap())), ["c"]);
    assert_eq!(chained.range.end, first.range.end);
    assert_eq!((range.kind, range.otherwise), (ControlKind::Range, None));
    assert_eq!(texts(text, ast.list(range.body)), ["{{ break }}"]);
}

#[test]
fn keeps_definitions_apart() {
    let text = "{{ define \"d\" }}x{{ end }}{{ block `b` $value }}y{{ end }}{{ template \"d\" }}";
    let ast = tree(text);
    let names: Vec<_> = ast.definitions.iter().map(|definition| definition.name.text.as_str()).collect();
    assert_eq!(names, ["d", "b"]);
    assert_eq!(texts(text, ast.list(ast.definitions[1].body)), ["y"]);
    let [Node::Template(block), Node::Template(call)] = ast.root() else { panic!("{:?}", ast.root()) };
    assert_eq!((block.name.text.as_str(), block.pipeline.is_some()), ("b", true));
    assert_eq!((call.name.text.as_str(), call.pipeline), ("d", None));
    assert_eq!(&text[call.name.range.range()], "\"d\"");
}

#[test]
fn types_operands() {
    let text = r#"{{ $a = printf "%v\n" .x.y $.z ($b := 0x10 | len).c 'é' nil true `\` 2i }}"#;
    let ast = tree(text);
    let [outer, inner] = ast.pipelines() else { panic!("{:?}", ast.pipelines()) };
    assert!(outer.assigns && !inner.assigns);
    assert_eq!(outer.variables[0].text, "a");
    assert_eq!(&text[inner.range.range()], "$b := 0x10 | len");
    assert_eq!(inner.commands.len(), 2);
    let operands = &outer.commands[0].operands;
    let shown: Vec<_> = operands.iter().map(|operand| &text[operand.range.range()]).collect();
    assert_eq!(
        shown,
        ["printf", r#""%v\n""#, ".x.y", "$.z", "($b := 0x10 | len).c", "'é'", "nil", "true", r"`\`", "2i"]
    );
    let fields = |at: usize| operands[at].fields.iter().map(|field| field.text.as_str()).collect::<Vec<_>>();
    assert_eq!((fields(2), fields(3), fields(4)), (vec!["x", "y"], vec!["z"], vec!["c"]));
    assert_eq!(operands[1].term, Term::String("%v\n".to_owned()));
    assert_eq!(operands[8].term, Term::String("\\".to_owned()));
    assert!(matches!(operands[4].term, Term::Paren(_)));
    let Term::Number(char) = operands[5].term else { panic!("{:?}", operands[5]) };
    assert_eq!((char.int, char.float), (Some(233), Some(233.0)));
    let Term::Number(imaginary) = operands[9].term else { panic!("{:?}", operands[9]) };
    assert_eq!((imaginary.float, imaginary.complex), (None, Some((0.0, 2.0))));
    let Term::Number(hex) = inner.commands[0].operands[0].term else { panic!("{inner:?}") };
    assert_eq!((hex.int, hex.uint), (Some(16), Some(16)));
}

#[test]
fn lists_what_a_template_uses() {
    let text = r#"{{ $labels.job }}{{ .Labels.instance }}{{ $.ExternalLabels.site }}{{ index $labels "a-b" }}{{ $x := $labels }}"#;
    let ast = tree(text);
    let labels: Vec<_> = ast.labels().map(|label| (label.name, label.external, &text[label.range.range()])).collect();
    assert_eq!(
        labels,
        [("job", false, ".job"), ("instance", false, ".instance"), ("site", true, ".site"), ("a-b", false, "\"a-b\"")]
    );

    let text = r#"{{ range query "up" | sortByLabel "job" }}{{ end }}{{ "down" | query | len }}{{ now }}"#;
    let ast = tree(text);
    let calls: Vec<_> = ast
        .calls()
        .map(|call| (call.function.text.as_str(), call.strings().map(|(text, _)| text).collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        calls,
        [
            ("query", vec!["up"]),
            ("sortByLabel", vec!["job"]),
            ("query", vec!["down"]),
            ("len", vec![]),
            ("now", vec![])
        ]
    );
}

#[test]
fn tells_plain_text_from_templates() {
    assert!(tree("cpu { is } high }}").is_static());
    assert!(tree("").is_static());
    for text in ["{{/* c */}}", "{{ 1 }}", "{{ define \"d\" }}{{ end }}"] {
        assert!(!tree(text).is_static(), "{text}");
    }
}

#[test]
fn keeps_what_is_around_an_error() {
    let text = "{{ if $lables.a }}{{ $labels.job }}{{ foo | }}{{ end }} {{ $labels.x } {{ $labels.y }}";
    let parsed = parse(text);
    let labels: Vec<_> = parsed.ast.labels().map(|label| label.name).collect();
    assert_eq!(labels, ["job", "x", "y"]);
    let [Node::Control(_), Node::Text(_), Node::Action(_), Node::Action(_)] = parsed.ast.root() else {
        panic!("{:?}", parsed.ast.root())
    };
    let places: Vec<_> = parsed.errors.iter().map(|error| &text[error.range.range()]).collect();
    assert_eq!(places, ["$lables", "foo", "{{"]);
}
