//! The parser beside the crate `promql-parser`, an independent one: on the same expressions both must say the same, but for the
//! differences named here, each of which must still be one. Where they differ, ours follows Prometheus 3.14.

use groundrules::promql::{self, Features, Options, Version};

/// Expressions on which both agree, accepted or not.
const AGREED: &[&str] = &[
    "up",
    "up == 0",
    "1 + 2 * 3 ^ -2",
    "-up",
    "rate(a[5m])",
    "rate(a{b=\"c\", d!~\"e|f\"}[5m] offset 1h)",
    "sum by (a, b) (c) / on (a) group_left (d) e",
    "sum(c) without (a)",
    "topk(3, a)",
    "count_values(\"v\", a)",
    "quantile(0.9, a)",
    "a and b or c unless d",
    "a > bool b",
    "1 > bool 2",
    "a @ 1700000000",
    "a @ start()",
    "max_over_time(rate(a[5m])[1h:1m] offset 5m)",
    "histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m])))",
    "label_replace(a, \"b\", \"$1\", \"c\", \"(.*)\")",
    "label_join(a, \"b\", \"-\", \"c\", \"d\")",
    "absent(a)",
    "vector(1)",
    "time() - a",
    "hour()",
    "scalar(a) + 1",
    "\"text\"",
    "'it''s'",
    "{__name__=~\"a.+\"}",
    "a:b:c",
    "a # comment",
    "",
    "(",
    "(a",
    "a)",
    "a[5m",
    "a[]",
    "a{",
    "a{b}",
    "a{b=c}",
    "a{b=\"c\"",
    "a +",
    "* a",
    "a b",
    "sum(",
    "sum()",
    "sum(a, b)",
    "topk(a)",
    "rate(a)",
    "rate()",
    "rate(a[5m], 1)",
    "sum(a[5m])",
    "a[5m] + 1",
    "1 > 2",
    "a + bool b",
    "1 and a",
    "a and on (b) group_left c",
    "a on (b) c",
    "a group_left b",
    "unknown(a)",
    "Rate(a[5m])",
    "{}",
    "{a=~\".*\"}",
    "a{__name__=\"b\"}",
    "a = 1",
    "a && b",
    "a[5m][5m]",
    "a[5m] offset 1m offset 2m",
    "a @ 1 @ 2",
    "\"a\" + 1",
    "-\"a\"",
    "a{b=~\"(\"}",
    "sum by a (b)",
    "1e",
    "0x",
    "abs(a,)",
    "a[300]",
    "a offset 300",
    "a @ 5m",
    "a + fill(0) b",
    "sum by (\"a.b\") (c)",
    "info(a, {b=\"c\"})",
    "max_of(1, 2)",
    "limitk(1, a)",
    "a + on () 1",
];

/// What the two see differently: the expression, whether Prometheus takes it, and why they differ.
const DIFFERENCES: &[(&str, bool, &str)] = &[
    ("a{b=~\"\\\\Qx\\\\E\"}", true, "RE2 knows literal text"),
    ("a{b=~\"x**\"}", false, "RE2 refuses a repeated repetition"),
    ("a{b=~\"x{1001}\"}", false, "RE2 counts to 1000"),
    ("a{b=~\"x)(y\"}", false, "the regex alone must be one, before it is anchored"),
    ("0xee", false, "the server's lexer takes the second e for an exponent"),
    ("1_000", true, "digits may be separated"),
    ("a[5m+1m]", true, "arithmetic in durations"),
    ("a[step()]", true, "durations of the query"),
    ("a offset -(5m)", true, "a signed parenthesis"),
    ("a[5m] anchored", true, "extended range selectors"),
    ("a </ 1", true, "trim operators"),
    ("a{b=\"c\" or d=\"e\"}", false, "alternatives between braces are not Prometheus's"),
    ("\"\u{fffd}\"", false, "the server takes the replacement character for broken UTF-8"),
];

fn ours(text: &str) -> Result<&'static str, String> {
    let options = Options { features: Features::ALL, version: Version::NEWEST };
    let parsed = promql::parse(text, &options);
    match parsed.errors.first() {
        Some(error) => Err(error.message.clone()),
        None => Ok(parsed.ast.ty(parsed.ast.root()).map_or("none", promql::Type::name)),
    }
}

fn theirs(text: &str) -> Result<&'static str, String> {
    use promql_parser::parser::value::ValueType;
    promql_parser::parser::parse(text).map(|expr| match expr.value_type() {
        ValueType::Vector => "vector",
        ValueType::Matrix => "matrix",
        ValueType::Scalar => "scalar",
        ValueType::String => "string",
    })
}

#[test]
fn both_parsers_agree() {
    for text in AGREED {
        let (ours, theirs) = (ours(text), theirs(text));
        assert_eq!(ours.as_ref().ok(), theirs.as_ref().ok(), "{text}: {ours:?}, {theirs:?}");
    }
}

#[test]
fn every_named_difference_still_is_one() {
    for (text, accepted, why) in DIFFERENCES {
        assert_eq!(ours(text).is_ok(), *accepted, "{text} ({why}): {:?}", ours(text));
    }
    let agreed = |(text, accepted, _): &&(&str, bool, &str)| theirs(text).is_ok() == *accepted;
    let gone: Vec<_> = DIFFERENCES.iter().filter(agreed).collect();
    assert!(gone.is_empty(), "no differences any more: {gone:?}");
}

/// A call of the function with arguments of the types it wants.
fn example(function: &promql::Function) -> String {
    let argument = |ty: &promql::Type| match ty {
        promql::Type::Vector => "a",
        promql::Type::Matrix => "a[5m]",
        promql::Type::Scalar => "1",
        promql::Type::String => "\"s\"",
    };
    let arguments: Vec<_> = function.arguments.iter().map(argument).collect();
    // The second argument of `info` is a bare list of matchers.
    let arguments = if function.name == "info" { "a, {b=\"c\"}".to_owned() } else { arguments.join(", ") };
    format!("{}({arguments})", function.name)
}

#[test]
fn both_know_the_same_functions() {
    let unlike: Vec<&str> = promql::functions()
        .iter()
        .filter(|function| {
            let text = example(function);
            assert_eq!(ours(&text), Ok(function.returns.name()), "{text}");
            ours(&text).ok() != theirs(&text).ok()
        })
        .map(|function| function.name)
        .collect();
    assert!(unlike.is_empty(), "{unlike:?}");
}
