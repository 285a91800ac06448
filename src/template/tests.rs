//! What is accepted and what is refused, as Go does.

mod tree;
mod words;

use super::*;

/// The text at the first error, if there is one.
fn refused(text: &str) -> Option<&str> {
    parse(text).errors.first().map(|error| &text[error.range.range()])
}

fn accepts(texts: &[&str]) {
    for text in texts {
        assert_eq!(parse(text).errors, [], "{text}");
    }
}

/// Refuses each text at the given place.
fn refuses(texts: &[(&str, &str)]) {
    for (text, place) in texts {
        assert_eq!(refused(text), Some(*place), "{text}");
    }
}

#[test]
fn who_knows_more_names_still_wants_templates() {
    let strange = |text: &'static str| {
        let parsed = parse_with_more(text);
        (parsed.strange, parsed.errors.first().map(|error| &text[error.range.range()]))
    };
    assert_eq!(strange("{{ $activeAt.Unix }} {{ $expr | queryEscape }}"), (true, None));
    assert_eq!(strange("{{ $value | humanize }}"), (false, None));
    assert_eq!(strange("{{ $expr | }} {{ }}"), (true, Some("}}")));
}

#[test]
fn reads_plain_text_actions_and_comments() {
    accepts(&[
        "",
        "no action } here }}",
        "{{$labels.job}} at {{ .Value }}, {{ $externalURL }}{{ $externalLabels.a.b }}",
        "{{- $value -}}",
        "a {{- /* }} */ -}} b {{/**/}}",
        "{{\n$value\n|\nhumanize\n}}",
        "{{ $value | }}",
        "{{ $value}}}",
        "{{ $labels.données }}{{ .a_1٣ }}",
        "{{ (query \"up\" | first).Value | printf `%.1f` }}",
        "{{ printf \"%s\" (print (print .) ) }}",
        "{{ $ }}{{ $.Labels }}{{ . .a }}",
    ]);
    refuses(&[
        ("{{ /* a */ }}", "/"),
        ("{{/* a */ }}", "{{/* a */"),
        ("a{{/* a }}", "{{/*"),
        ("{{ .क्ष }}", "\u{94d}"),
        ("{{ ½ }}", "½"),
        ("{{ a\u{a0}b }}", "\u{a0}"),
        ("{{ }}", "}}"),
        ("{{ () }}", ")"),
        ("{{ ( }}", "("),
        ("{{ (len . }}", "("),
        ("{{ (len (len .) }}", "("),
        ("{{ . ) }}", ")"),
        ("{{ $value | 1 }}", "1"),
        ("{{ $value | . }}", "."),
        ("{{ \"a\".b }}", ".b"),
        ("{{ ..a }}", ".a"),
        ("{{ len $ \"a\"$value }}", "$value"),
    ]);
}

#[test]
fn knows_variables_where_go_does() {
    accepts(&[
        "{{ $x := 1 }}{{ $x }}",
        "{{ $x = $x }}",
        "{{ if $x := 1 }}{{ $y := 2 }}{{ else }}{{ $y }}{{ $x }}{{ end }}",
        "{{ range $i, $s := query \"up\" }}{{ $i }}{{ $s.Value }}{{ end }}",
        "{{ len ($x := .) }}{{ $x }}",
        "{{ define \"d\" }}{{ $x := . }}{{ $x }}{{ $ }}{{ end }}{{ $labels }}",
    ]);
    refuses(&[
        ("{{ $x }}{{ $x := 1 }}", "$x"),
        ("{{ if $x := 1 }}{{ end }}{{ $x }}", "$x"),
        ("{{ define \"d\" }}{{ $value }}{{ end }}", "$value"),
        ("{{ block \"b\" $labels }}{{ $labels }}{{ end }}", "$labels"),
        ("{{ $a, $b := . }}", ","),
        ("{{ range $a, $b, $c := . }}{{ end }}", ","),
        ("{{ range $a, 1 := . }}{{ end }}", "1"),
        ("{{ $x:= }}", "}}"),
        ("{{ $x=1 }}", "="),
    ]);
}

#[test]
fn reads_blocks_as_go_does() {
    accepts(&[
        "{{ if 1 }}a{{ else if 2 }}b{{ else if 3 }}c{{ else }}d{{ end }}",
        "{{ with 1 }}a{{ else with 2 }}b{{ else }}c{{ end }}",
        "{{ range . }}{{ break }}{{ if . }}{{ continue }}{{ end }}{{ else }}{{ end }}",
        "{{ template \"missing\" }}{{ template `t` . }}",
        "{{ define \"d\" }} {{/* c */}} {{ end }}{{ define \"d\" }}x{{ end }}{{ define \"d\" }}{{ end }}",
        "{{ block \"b\" . }}x{{ end }}",
    ]);
    refuses(&[
        ("{{ with 1 }}a{{ else if 2 }}b{{ end }}", "{{ else if 2 }}"),
        ("{{ range . }}a{{ else with 2 }}b{{ end }}", "{{ else with 2 }}"),
        ("{{ if 1 }}{{ else }}{{ else }}{{ end }}", "{{ else }}"),
        ("{{ end }}", "{{ end }}"),
        ("{{ else }}", "{{ else }}"),
        ("{{ define \"d\" }}{{ else }}{{ end }}", "{{ else }}"),
        ("{{ if 1 }}{{ define \"d\" }}{{ end }}{{ end }}", "define"),
        ("{{ range . }}{{ else }}{{ break }}{{ end }}", "{{ break }}"),
        ("{{ range . }}{{ block \"b\" . }}{{ continue }}{{ end }}{{ end }}", "{{ continue }}"),
        ("{{ define \"d\" }}x{{ end }}{{ block \"d\" . }}y{{ end }}", "\"d\""),
        ("{{ block \"b\" }}{{ end }}", "}}"),
        ("{{ template name }}", "name"),
        ("{{ end", "{{"),
        ("{{ if 1 }}{{ end 2 }}", "2"),
    ]);
}

#[test]
fn reads_constants_as_go_does() {
    let number = |text: &str| parse(&format!("{{{{ {text} }}}}")).errors.is_empty();
    for text in [
        "1",
        "-1",
        "+0",
        "1_000",
        "0x_1F",
        "017",
        "0o17",
        "0b1",
        "08.5",
        ".5",
        "1.",
        "1e-999",
        "0x1p4",
        "0x.8p-1",
        "1i",
        "0x1p1i",
        "1+2i",
        "-1.5e3-2i",
        "18446744073709551615",
        "-9223372036854775808",
        "nil",
        "true",
        "'a'",
        r"'\''",
        r"'\xff'",
        "'é'",
        r#""\xff\u00e9""#,
        "`a\nb`",
    ] {
        assert!(number(text), "{text}");
    }
    for text in [
        "1__0",
        "_1",
        "1_",
        "089",
        "0b2",
        "0x",
        "0x1.8",
        "1e",
        "1e999",
        "0x1p1024",
        "0x1i",
        "+",
        "1+2",
        "1i+2i",
        "1+i",
        "18446744073709551616",
        "-9223372036854775809",
        "''",
        "'ab'",
        r"'\xc3\xa9'",
        r#"'\"'"#,
        r#""\q""#,
        r#""\ud800""#,
        r#""\400""#,
        "\"a\nb\"",
        "1a",
    ] {
        assert!(!number(text), "{text}");
    }
}

#[test]
fn calls_only_functions_of_an_alert() {
    accepts(&["{{ humanizeDuration 1 | toUpper | len | not }}", "{{ value }}{{ args 1 2 }}"]);
    refuses(&[
        ("{{ tmpl \"a\" . }}", "tmpl"),
        ("{{ add 1 2 }}", "add"),
        ("{{ $value | x }}", "x"),
        ("{{ print x.y }}", "x"),
    ]);
}

#[test]
fn reads_hostile_templates() {
    for part in [
        "{{",
        "{{(",
        "{{\"",
        "{{`",
        "{{'\\",
        "{{/*",
        "{{if 1}}",
        "{{ end }}",
        "{{ $x := 1 }}",
        "{{ a",
        "}}",
        "{{ . }",
        "{{$x.",
    ] {
        let parsed = parse(&part.repeat(20_000));
        assert!(parsed.errors.len() <= 50, "{part}");
    }
    let nested = |depth: usize| format!("{{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(parse(&nested(10_000)).errors, []);
    assert_eq!(parse(&nested(10_001)).errors.len(), 1);
}
