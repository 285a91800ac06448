use super::*;

/// `Ok`, or the offending part of the pattern and the message.
fn verdict(pattern: &str) -> Result<(), (&str, String)> {
    check(pattern).map_err(|error| (&pattern[error.range.range()], error.message))
}

fn refused(pattern: &str, at: &str, message: &str) {
    assert_eq!(verdict(pattern), Err((at, message.to_owned())), "{pattern}");
}

#[test]
fn accepts_what_go_accepts_and_others_do_not() {
    for pattern in [
        "",
        "5..|4..",
        r"\Qa**(\E+",
        r"[\d-z]",
        r"\pL{1000}",
        "a{,3}{,}",
        "a{01}",
        "[]a]",
        "[^]]",
        "[a-]",
        "[[a]]",
        "[a&&b]",
        r"\<\_\-\/",
        r"\x{10FFFF}\x41\012\0",
        "(?P<n>a)(?<n>b)",
        "(?i-s:a)(?)",
        "x*?y??z{2}?",
        "^*",
        "a*(?i)*",
        "(|)",
        "[[:^alpha:]]",
        r"\p{^Greek}\PN\p{LC}",
        "é[а-я]",
        "{",
        "(?:a{500}){2}",
        "(?:(?:a{500}){0}){500}",
    ] {
        assert_eq!(verdict(pattern), Ok(()), "{pattern}");
    }
}

#[test]
fn names_the_parenthesis_without_a_partner() {
    refused("a)(b", ")", "unexpected ): `a)(b`");
    refused("x(y(z)", "(", "missing closing ): `x(y(z)`");
    assert_eq!(check("x(y(z)").unwrap_err().range, TextRange::new(1, 2));
    assert_eq!(check("x|(y(z").unwrap_err().range, TextRange::new(4, 5));
}

#[test]
fn refuses_repetitions_go_refuses() {
    refused("ba**", "**", "invalid nested repetition operator: `**`");
    refused("a+?{2}?b", "+?{2}?", "invalid nested repetition operator: `+?{2}?`");
    refused("(*a)", "*", "missing argument to repetition operator: `*`");
    refused("a|{2}", "{2}", "missing argument to repetition operator: `{2}`");
    refused("(?i)+?", "+?", "missing argument to repetition operator: `+?`");
    refused("a{1001}", "{1001}", "invalid repeat count: `{1001}`");
    refused("a{3,2}?", "{3,2}", "invalid repeat count: `{3,2}`");
    refused("a{2,99999999999999}", "{2,99999999999999}", "invalid repeat count: `{2,99999999999999}`");
    refused("((?:a{20}b){10}|c){6}", "{6}", "invalid repeat count: `{6}`");
}

#[test]
fn refuses_escapes_go_refuses() {
    refused(r"a\", r"\", "trailing backslash at end of expression: ``");
    for (pattern, part) in [
        (r"a\Cb", r"\C"),
        (r"\1a", r"\1"),
        (r"\éa", r"\é"),
        (r"[\Q]", r"\Q"),
        (r"\u{41}", r"\u"),
        (r"\x4g", r"\x4g"),
        (r"\x", r"\x"),
        (r"\x{110000}", r"\x{110000"),
        (r"\x{}", r"\x{}"),
        (r"\Z", r"\Z"),
    ] {
        refused(pattern, part, &format!("invalid escape sequence: `{part}`"));
    }
}

#[test]
fn refuses_classes_go_refuses() {
    for (pattern, part) in [
        ("[b-a]", "b-a"),
        (r"[\n-\t]", r"\n-\t"),
        ("[[:word:][:words:]]", "[:words:]"),
        (r"\p{Letter}", r"\p{Letter}"),
        (r"\p{greek}", r"\p{greek}"),
        (r"[\pX]", r"\pX"),
        (r"a\p{L", r"\p{L"),
        (r"a\p", r"\p"),
    ] {
        refused(pattern, part, &format!("invalid character class range: `{part}`"));
    }
    refused("a[b-", "[b-", "missing closing ]: `[b-`");
    refused("[]", "[]", "missing closing ]: `[]`");
    refused("[[:x", "[[:x", "missing closing ]: `[[:x`");
}

#[test]
fn refuses_groups_go_refuses() {
    for (pattern, part) in [("(?x)a", "(?x"), ("(?=a)", "(?="), ("(?", "(?"), ("(?i-)", "(?i-)"), ("(?--i)", "(?--")] {
        refused(pattern, part, &format!("invalid or unsupported Perl syntax: `{part}`"));
    }
    for (pattern, part) in [("(?P<a b>x)", "(?P<a b>"), ("(?<>x)", "(?<>"), ("(?<n", "(?<n"), ("(?P<é>x)", "(?P<é>")]
    {
        refused(pattern, part, &format!("invalid named capture: `{part}`"));
    }
}

#[test]
fn keeps_the_limits_on_nesting() {
    let nested = |open: &str, depth: usize| format!("{}x*{}", open.repeat(depth), ")".repeat(depth));
    assert_eq!(check(&nested("(", 997)), Ok(()));
    for (open, depth) in [("(", 999), ("(", 50_000), ("(a", 500)] {
        let message = check(&nested(open, depth)).unwrap_err().message;
        assert!(message.starts_with("expression nests too deeply: `"), "{open} {depth}");
    }
    assert_eq!(check(&nested("(?:", 50_000)), Ok(()), "groups that do not capture leave nothing behind");
    let wrapped = nested("(", 998);
    assert!(check(&wrapped).is_err(), "fits, but not as a part of `^(?s:…)$`");
}

#[test]
fn keeps_the_limit_on_size() {
    let words = |count: usize| format!("(?:{}){{1000}}y", "[ab]".repeat(count));
    assert_eq!(check(&words(3_300)), Ok(()));
    assert!(check(&words(3_400)).unwrap_err().message.starts_with("expression too large: `"));
}

#[test]
fn never_parses_plain_alternatives() {
    let long = "ab|".repeat(200_000);
    assert_eq!(check(&long), Ok(()));
}

#[test]
fn reads_long_hostile_patterns() {
    for part in ["[[:", "(?i)", "{1,", r"\Q", "a|", "(a|", "x{2}", "[^]"] {
        let _ = check(&part.repeat(20_000));
    }
}
