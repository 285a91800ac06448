//! What people are told.

use super::*;
use crate::source::TextRange;

fn first(text: &str) -> Error {
    parse(text).errors.into_iter().next().unwrap_or_else(|| Error::new(TextRange::default(), ""))
}

/// The text after the fix of its first error, and whether the fix is safe.
fn mended(text: &str) -> (String, bool) {
    let Some(mut fix) = first(text).fix else { return (text.to_owned(), false) };
    fix.edits.sort();
    let mut mended = text.to_owned();
    for (range, replacement) in fix.edits.iter().rev() {
        mended.replace_range(range.range(), replacement);
    }
    (mended, fix.safe)
}

#[test]
fn mends_what_is_certain() {
    for (text, right) in [
        ("{{ $label.job }}", "{{ $labels.job }}"),
        ("{{ labels.job }}", "{{ $labels.job }}"),
        ("{{ $Value }}", "{{ $value }}"),
        ("{{ Humanize 1 }}", "{{ humanize 1 }}"),
        ("{{ $labels.job }", "{{ $labels.job }}"),
        ("{{ $labels.job} and {{ $value }}", "{{ $labels.job}} and {{ $value }}"),
        ("{{ printf “%.1f” $value }}", "{{ printf \"%.1f\" $value }}"),
        ("{{ printf \"%v\", $value }}", "{{ printf \"%v\" $value }}"),
        ("{{ printf \"%v\",$value }}", "{{ printf \"%v\" $value }}"),
        ("{{ printf\"%v\" $value }}", "{{ printf \"%v\" $value }}"),
        ("{{ match '^a' $labels.job }}", "{{ match \"^a\" $labels.job }}"),
        ("{{-$value }}", "{{- $value }}"),
    ] {
        assert_eq!(mended(text), (right.to_owned(), true), "{text}");
        assert_eq!(parse(right).errors, [], "{right}");
    }
}

#[test]
fn offers_what_is_likely() {
    for (text, right) in [
        ("{{ $vlaue }}", "{{ $value }}"),
        ("{{ $value | humanise }}", "{{ $value | humanize }}"),
        ("{{ humanizePercent 1 }}", "{{ humanizePercentage 1 }}"),
        ("{{ $labels.a-b }}", "{{ index $labels \"a-b\" }}"),
        ("{{ len $labels.a-b }}", "{{ len (index $labels \"a-b\") }}"),
        ("{{ $labels[\"a\"] }}", "{{ index $labels \"a\" }}"),
        ("{{ if $value == 1 }}{{ end }}", "{{ if eq $value 1 }}{{ end }}"),
        ("{{ if $value >= 1 }}{{ end }}", "{{ if ge $value 1 }}{{ end }}"),
        ("{{ if .a || .b }}{{ end }}", "{{ if or .a .b }}{{ end }}"),
        ("{{ $labels.job", "{{ $labels.job }}"),
        ("a{{ end }}", "a"),
    ] {
        assert_eq!(mended(text), (right.to_owned(), false), "{text}");
        assert_eq!(parse(right).errors, [], "{right}");
    }
}

#[test]
fn points_at_the_opener_of_what_is_not_closed() {
    let text = "{{ if 1 }}{{ range . }}x{{ end }}{{ with 2 }}";
    let error = first(text);
    assert_eq!(&text[error.range.range()], "{{ with 2 }}");
    assert_eq!(&text[error.related[0].0.range()], "{{ if 1 }}");
    assert_eq!(error.message, "`{{ with … }}` is never closed: an `{{ end }}` is missing");

    let text = "{{ $labels.job is down, see {{ $labels.url }}";
    let errors = parse(text).errors;
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].range, TextRange::new(0, 2));
    assert_eq!(errors[0].message, "the action opened here is never closed: `}}` is missing");
}

#[test]
fn names_both_places() {
    let text = "{{ define \"d\" }}x{{ end }}{{ define \"d\" }}y{{ end }}";
    assert_eq!(first(text).related[0].0, TextRange::new(10, 13));
    let text = "{{ with $x := 1 }}{{ end }}{{ $x }}";
    let error = first(text);
    assert_eq!(&text[error.related[0].0.range()], "$x");
    assert_eq!(error.help, ["declare `$x` before the block and assign it there with `=`"]);
}

#[test]
fn explains_what_belongs_to_other_tools() {
    assert_eq!(first("{{ $values.A }}").help, ["write `$value`"]);
    assert_eq!(first("{{ $labels.job | upper }}").help, ["write `toUpper`"]);
    assert_eq!(first("{{ $value * 2 }}").help, ["calculate in the expression of the rule"]);
    assert_eq!(first("{{ $instance }}").help, ["a label is read with `$labels.instance`"]);
    assert!(first("{{ define \"d\" }}{{ $labels }}{{ end }}").notes[0].contains("a definition does not see"));
}

#[test]
fn reports_several_errors_but_no_consequences() {
    let messages = |text: &str| parse(text).errors.into_iter().map(|error| error.message).collect::<Vec<_>>();
    assert_eq!(
        messages("{{ $a }} {{ foo \"\\q\" }} {{ end }}"),
        [
            "undefined variable `$a`",
            "function `foo` is not defined",
            "unknown escape",
            "`{{ end }}` without a block it belongs to",
        ]
    );
    assert_eq!(messages("{{-$value }}"), ["a trim marker needs a space after it"]);
    assert_eq!(messages("{{ if $x }}{{ else }}{{ end }}"), ["undefined variable `$x`"]);
}
