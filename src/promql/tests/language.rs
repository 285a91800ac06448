//! The rules of the language: what is accepted, and how it is understood.

use super::{printed, read};
use crate::promql::{Ast, Kind, NodeId, Options, parse};

/// The tree with a parenthesis around every operator and sign.
fn grouped(text: &str) -> String {
    fn show(ast: &Ast, id: NodeId, text: &str) -> String {
        match ast.kind(id) {
            Kind::Binary { op, lhs, rhs, .. } => {
                format!("({} {} {})", show(ast, lhs, text), op.text(), show(ast, rhs, text))
            }
            Kind::Unary { expr, .. } => format!("-({})", show(ast, expr, text)),
            _ => text[ast.range(id).range()].to_owned(),
        }
    }
    let parsed = read(text);
    assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
    show(&parsed.ast, parsed.ast.root(), text)
}

#[test]
fn operators_bind_as_in_arithmetic_and_a_sign_like_a_product() {
    for (text, tree) in [
        ("a + b * c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a ^ b ^ c", "(a ^ (b ^ c))"),
        ("-a ^ b", "-((a ^ b))"),
        ("-a * b", "(-(a) * b)"),
        ("a ^ -b * c", "((a ^ -(b)) * c)"),
        ("a or b and c unless d", "(a or ((b and c) unless d))"),
        ("a > b == c", "((a > b) == c)"),
        ("a < b + c", "(a < (b + c))"),
        ("a % b atan2 c", "((a % b) atan2 c)"),
        ("a </ b + 1", "(a </ (b + 1))"),
    ] {
        assert_eq!(grouped(text), tree, "{text}");
    }
}

#[test]
fn an_offset_ends_after_one_operand_but_for_a_bare_parenthesis() {
    assert_eq!(grouped("x offset 5m - 8"), "(x offset 5m - 8)");
    assert_eq!(grouped("x offset -1 ^ 2"), "(x offset -1 ^ 2)");
    assert_eq!(grouped("x offset step() * 2"), "(x offset step() * 2)");
    assert_eq!(grouped("x offset -(5m) - y"), "(x offset -(5m) - y)");
    assert_eq!(printed("x offset (2) * 3"), "x offset (2) * 3");
    assert_eq!(grouped("x offset (2) * 3"), "x offset (2) * 3");
    assert!(!read("x offset (5m) - y").errors.is_empty(), "the parenthesis goes on as a duration");
}

#[test]
fn words_are_keywords_in_any_case_and_names_where_they_can_be() {
    assert_eq!(printed("SUM BY (Job) (Up) AND up"), "sum by (Job) (Up) and up");
    for text in
        ["sum", "by", "offset", "and and and", "start", "max_of{a=\"b\"}", "fill + fill", "sum by (bool, on) (by)"]
    {
        assert!(read(text).errors.is_empty(), "{text}");
    }
    for text in ["bool", "on", "a + group_left", "sum by (without) (x)", "sum by (inf) (x)", "atan2"] {
        assert!(!read(text).errors.is_empty(), "{text}");
    }
}

#[test]
fn numbers_are_read_as_go_reads_them() {
    for (text, value) in [
        ("0x1F", "31"),
        ("017", "15"),
        ("08", "8"),
        ("1_000.5", "1000.5"),
        ("1e3", "1000"),
        (".5", "0.5"),
        ("0xe", "14"),
        ("- -3", "3"),
        ("-inf", "-Inf"),
        ("NaN", "NaN"),
        ("90m", "1h30m"),
        ("-1w", "-1w"),
    ] {
        assert_eq!(printed(text), value, "{text}");
    }
    for text in ["0xee", "1..2", "1e", "5x", "1e999", "0x1.8", "1__0", "1h30m2h", "5m1y", "300y", "1.5h"] {
        assert!(!read(text).errors.is_empty(), "{text}");
    }
}

#[test]
fn brackets_are_a_language_of_their_own() {
    for (text, form) in [
        ("x[300]", "x[5m]"),
        ("x[ 5m # comment\n ]", "x[5m]"),
        ("x[5m:]", "x[5m:]"),
        ("(x)[1h:30s]", "(x)[1h:30s]"),
        ("x[5m+range()]", "x[5m + range()]"),
        ("x[max_of(step(), ((1m)))]", "x[max_of(step(), (1m))]"),
        ("x[-(-5m)]", "x[-(-5m)]"),
        ("x[2^3^2]", "x[2 ^ 3 ^ 2]"),
        ("rate(y[1m:]) + rate(x[step():1m])", "rate(y[1m:]) + rate(x[step():1m])"),
    ] {
        assert_eq!(printed(text), form, "{text}");
    }
    for text in
        ["x[]", "x[0]", "x[-5m]", "x[# c\n5m]", "x[5m 5m]", "x[5m:1m:1m]", "x[step():1m]", "x[a]", "x[[5m]]", "x[5m/0]"]
    {
        assert!(!read(text).errors.is_empty(), "{text}");
    }
}

#[test]
fn strings_follow_go_and_refuse_the_replacement_character() {
    assert_eq!(printed(r#""a\x41é\'""#.replace("\\'", "").as_str()), "\"aAé\"");
    assert_eq!(printed("`a\n\\d`"), "\"a\\n\\\\d\"");
    assert_eq!(printed(r"'it\'s \xff'"), "\"it's \\xff\"");
    for text in ["\"a\nb\"", "\"\\q\"", "\"\\'\"", "'", "`", "\"\u{fffd}\"", "\"\\ud800\"", "\"\\400\""] {
        assert!(!read(text).errors.is_empty(), "{text}");
    }
}

#[test]
fn selectors_are_printed_with_sorted_matchers() {
    for (text, form) in [
        ("x{b='1',a!=\"2\",}", "x{a!=\"2\",b=\"1\"}"),
        ("x{}", "x"),
        ("{\"a.b\", \"l.m\"=~`x|y`}", "{\"l.m\"=~\"x|y\",__name__=\"a.b\"}"),
        ("x @ 1.5 offset -1h", "x @ 1.500 offset -1h"),
        ("x offset NaN", "x offset --106751d23h47m16s854ms"),
        ("x offset 1m @ end()", "x @ end() offset 1m"),
        ("x[5m] offset 0s anchored", "x[5m] anchored"),
        ("sum(x) by (\"a.b\", c)", "sum by (\"a.b\", c) (x)"),
        ("a * on () group_left 1", "a * 1"),
        ("a > bool ignoring() group_right(c) b", "a > bool ignoring () group_right (c) b"),
        ("a + fill_right(2e6) fill_left(1) b", "a + fill_left (1) fill_right (2e+06) b"),
    ] {
        assert_eq!(printed(text), form, "{text}");
    }
}

#[test]
fn types_are_checked() {
    for text in [
        "rate(x)",
        "sum(x[5m])",
        "x[5m] > 1",
        "1 > 2",
        "1 and x",
        "x + bool y",
        "-\"a\"",
        "topk(x, 1)",
        "round(x, y)",
        "count_values(1, x)",
        "(x[5m])[5m:]",
        "{}",
        "{a=~\".*\"}",
        "x{__name__=\"y\"}",
        "a and on(b) group_left c",
        "a + on(b) 1",
        "a + on(b) group_left(b) c",
        "label_join(x, \"a\")",
        "time(1)",
        "info(x, y)",
        "sum()",
        "sum(x, y)",
        "rate(x[5m]) offset 1m",
        "sum(x)[5m]",
        "x offset 1m offset 2m",
        "x @ 1 @ 2",
        "x offset 1m [5m]",
        "x @ inf",
        "x anchored smoothed",
        "x[5m:] anchored",
    ] {
        assert!(!read(text).errors.is_empty(), "{text}");
    }
    for text in [
        "1 > bool 2",
        "{a=~\".+\"}",
        "{a=\"\", b!~\"x*\"}",
        "info(x, {a=~\".*\"})",
        "a + on() 1",
        "hour()",
        "round(x)",
        "label_join(x, \"a\", \",\")",
        "\"text\"",
        "x[5m]",
        "x offset 0s offset 1m",
        "x offset 0s[5m]",
        "a unless on(b) c",
    ] {
        assert!(read(text).errors.is_empty(), "{text}: {:?}", read(text).errors);
    }
}

#[test]
fn a_stock_server_knows_no_experiments() {
    for text in
        ["limitk(1, x)", "info(x)", "x[step()]", "x[(5m)]", "x[5m+5m]", "x anchored", "a + fill(0) b", "start()"]
    {
        assert!(!parse(text, &Options::default()).errors.is_empty(), "{text}");
        assert!(read(text).errors.is_empty(), "{text}");
    }
    assert!(parse("x offset -(5m)", &Options::default()).errors.is_empty(), "a sign makes the parenthesis harmless");
}
