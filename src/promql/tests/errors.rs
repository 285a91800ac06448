//! The commonest mistakes: the place to mend, and the text that mends it.

use super::{fixed, read};
use crate::promql::{Options, parse};

#[test]
fn a_certain_mistake_comes_with_its_correction() {
    for (text, right) in [
        ("x = 5", "x == 5"),
        ("sum by job (x)", "sum by (job) (x)"),
        ("sum(x) by job > 5", "sum(x) by (job) > 5"),
        ("a / on job b", "a / on (job) b"),
        ("x{job=api-server}", "x{job=\"api-server\"}"),
        ("x{a=\"b\" c=\"d\"}", "x{a=\"b\", c=\"d\"}"),
        ("x{job==\"a\"}", "x{job=\"a\"}"),
        ("x{job~\"a\"}", "x{job=~\"a\"}"),
        ("x{job=!\"a\"}", "x{job!=\"a\"}"),
        ("x{job\"a\"}", "x{job=\"a\"}"),
        ("x{job=“api”}", "x{job=\"api\"}"),
        ("x{a=\"b\",,c=\"d\"}", "x{a=\"b\",c=\"d\"}"),
        ("Rate(x[5m])", "rate(x[5m])"),
        ("x[5min]", "x[5m]"),
        ("x[5 m]", "x[5m]"),
        ("x[1.5h]", "x[1h30m]"),
        ("a && b", "a and b"),
        ("a||b", "a or b"),
        ("a => 5", "a >= 5"),
        ("a === 5", "a == 5"),
        ("a !== 5", "a != 5"),
        ("a =! 5", "a != 5"),
        ("a <> 5", "a != 5"),
        ("a == \"5\"", "a == 5"),
        ("x{a=\"b\" and c=\"d\"}", "x{a=\"b\", c=\"d\"}"),
        ("a ≥ 5", "a >= 5"),
        ("1 > 2", "1 > bool 2"),
        ("a + bool b", "a + b"),
        ("sum by (a b) (x)", "sum by (a, b) (x)"),
        ("abs(x,)", "abs(x)"),
        ("x offset 1h[5m]", "x[5m] offset 1h"),
        ("rate(x[\"5m\"])", "rate(x[5m])"),
        ("rate(x)[5m]", "rate(x[5m])"),
        ("x\u{a0}> 5", "x > 5"),
        ("x{a=~\"\\d\"}", "x{a=~\"\\\\d\"}"),
    ] {
        assert_eq!(fixed(text), right, "{text}");
        let error = &read(text).errors[0];
        assert!(error.fix.as_ref().is_some_and(|fix| fix.safe), "{text}: {error:?}");
        assert!(read(right).errors.is_empty(), "{right}: {:?}", read(right).errors);
    }
}

#[test]
fn a_likely_mistake_comes_with_a_guess_that_is_called_one() {
    for (text, guess) in [
        ("rate(x)", "rate(x[5m])"),
        (r#"sum(rate(x{a=\"b\",c!=\"d\"}[5m]))"#, "sum(rate(x{a=\"b\",c!=\"d\"}[5m]))"),
        (r"label_replace(x, \'a\', 'b', '', '')", "label_replace(x, 'a', 'b', '', '')"),
        ("x[a=\"b]\"]", "x{a=\"b]\"}"),
        ("x(a=\"b\", c='d')", "x{a=\"b\", c='d'}"),
        ("rate(sum(x))", "rate(sum(x)[5m:])"),
        ("histogram_quantile(0.9 x)", "histogram_quantile(0.9, x)"),
        ("histogram_quantile(x, 0.9)", "histogram_quantile(0.9, x)"),
        ("topk(x, 3)", "topk(3, x)"),
        ("mean(x)", "avg(x)"),
        ("log(x)", "ln(x)"),
        ("irates(x[5m])", "irate(x[5m])"),
        ("avg_over_tim(x[5m])", "avg_over_time(x[5m])"),
        ("sum(x", "sum(x)"),
        ("sum(x))", "sum(x)"),
        ("x > 10k", "x > 10e3"),
        ("x > 2GiB", "x > (2 * 1024^3)"),
        ("x{a=\"b\"", "x{a=\"b\"}"),
    ] {
        assert_eq!(fixed(text), guess, "{text}");
        assert!(read(text).errors[0].fix.as_ref().is_none_or(|fix| !fix.safe), "{text}");
    }
}

#[test]
fn the_first_error_stands_at_the_place_to_mend() {
    for (text, place) in [
        ("sum(x[5m])", "x[5m]"),
        ("x[5m] > 0", "x[5m]"),
        ("rate(x[$interval])", "$interval"),
        ("x > ${limit}", "${limit}"),
        ("x > {{ .Values.limit }}", "{{ .Values.limit }}"),
        ("a * group_left b", "group_left"),
        ("a * on (l) group_left (l) b", "l"),
        ("rate(x[5m]) by (job)", "by"),
        ("x =~ \"y\"", "=~"),
        ("x{a=~\"b(c\"}", "("),
        ("x{a=~\"\\\\d{3,1}\"}", "{3,1}"),
        ("x{a=\"b}", "\""),
        ("topk(x)", "topk(x)"),
        ("x and not y", "y"),
        ("(a", "("),
    ] {
        let error = &read(text).errors[0];
        assert_eq!(&text[error.range.range()], place, "{text}: {}", error.message);
    }
}

#[test]
fn habits_of_other_languages_are_answered() {
    for (text, words) in [
        ("a > 1,5", "decimal point"),
        ("a > 1 000", "without blanks"),
        ("if a == 0", "there is no `if`"),
        ("a default 0", "MetricsQL"),
        ("not a", "unless"),
        ("a.b > 1", "between quotes"),
        ("a == \"b\"", "between braces"),
        ("a{b in (\"c\")}", "regex"),
        ("a{b=\"c\" or d=\"e\"}", "two selectors"),
        ("a > 80%", "no units"),
        ("a > 0 for 5m", "field `for`"),
        ("holt_winters(a[5m], 0.5, 0.5)", "double_exponential_smoothing"),
    ] {
        let error = &read(text).errors[0];
        let said = [error.notes.as_slice(), error.help.as_slice()].concat().join("; ");
        assert!(said.contains(words), "{text}: {said}");
    }
    assert_eq!(read("rate(x)[5m]").errors.len(), 1, "what follows from an error is none of its own");
}

#[test]
fn messages_are_one_line_without_an_end() {
    for text in
        ["", "x = 5", "sum(", "x{a=b}", "rate(x)", "1 > 2", "foo(x)", "x[5", "x{\"", "a &", "x @ y", "sum by x y"]
    {
        let parsed = parse(text, &Options::default());
        for error in &parsed.errors {
            let message = &error.message;
            assert!(!message.is_empty() && !message.contains('\n') && !message.ends_with('.'), "{text}: {message}");
            assert!(
                !message.starts_with(|c: char| c.is_ascii_uppercase()) || message.starts_with("U+"),
                "{text}: {message}"
            );
        }
        assert!(!parsed.errors.is_empty(), "{text}");
    }
}
