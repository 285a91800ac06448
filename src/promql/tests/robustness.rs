//! Hostile input: nothing panics, nothing recurses, and the work grows with the length.

use super::{ALL, read};
use crate::promql::{Kind, compat, parse, print, walk};

const SEEDS: [&str; 10] = [
    "sum by (a, \"b.c\") (rate(x{l=~\"v.*\",m!='w'}[5m] offset -1h)) / on (a) group_left (b) y > bool 2",
    "topk(3, x @ start()) unless ignoring (z) max_over_time(y[1h:5m])[2h:]",
    "x[max_of(step(), 2 ^ -(3m))] offset (5m + range()) anchored",
    "a + fill_left(-1e3) fill_right(NaN) b or -0x1F ^ 2 and {__name__=~`a\\b`, \"q\\\"\"!~'\\x41'} # c\n",
    "x{a=“b”} && $y >= {{ .z }} = not 5min || f(a b,)",
    "label_replace(x, \"a\", \"$1\", \"b\", \"(?P<n>[[:alpha:]]+?|\\\\Qz\\\\E{2,3})\")",
    "sum(x) by job, instance + count_values(\"v\", y) BY (le) % 1_000.5e-3",
    "info(x, {a=\"b\"}) == time() atan2 pi() </ 3 >/ 4",
    "x offset - - 5m offset 0s @ -1.5 smoothed [5m:step()]",
    "((((1)))) !~ \"é\u{fffd}𝒳\" \u{a0} ;",
];

/// Everything one can ask of a tree; the number of its nodes.
fn exercise(text: &str) -> usize {
    let parsed = parse(text, &ALL);
    let inside = |range: crate::source::TextRange| text.get(range.range()).is_some();
    for error in &parsed.errors {
        assert!(inside(error.range) && !error.message.is_empty(), "{text:?}: {error:?}");
        let mut edits = error.fix.as_ref().map(|fix| fix.edits.clone()).unwrap_or_default();
        edits.sort();
        assert!(edits.iter().all(|(range, _)| inside(*range)), "{text:?}: {error:?}");
        assert!(edits.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start), "{text:?}: {error:?}");
    }
    assert!(parsed.ast.ids().all(|id| inside(parsed.ast.range(id))), "{text:?}");
    let printed = print::canonical(&parsed.ast, text);
    assert!(!compat::tree(&parsed.ast, text).is_empty());
    assert_eq!(walk::clauses(&parsed.ast).filter(|(_, c)| !inside(c.range())).count(), 0);
    assert!(walk::selectors(&parsed.ast).all(|s| s.matchers.iter().all(|m| inside(m.range) && inside(m.value))));
    if parsed.errors.is_empty() && !printed.contains("Inf") && !printed.contains("info") {
        assert_eq!(print::canonical(&parse(&printed, &ALL).ast, &printed), printed, "{text:?}");
    }
    parsed.ast.ids().len()
}

/// A small generator of numbers that are random enough.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }
}

#[test]
fn mutations_never_panic_and_every_place_lies_in_the_text() {
    let mut random = Random(7);
    for round in 0..10_000 {
        let mut chars: Vec<char> = SEEDS[round % SEEDS.len()].chars().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(chars.len() + 1);
            match random.below(3) {
                0 => drop(chars.drain(at..(at + random.below(9)).min(chars.len()))),
                1 => {
                    let other: Vec<char> = SEEDS[random.below(SEEDS.len())].chars().collect();
                    let from = random.below(other.len());
                    let to = (from + random.below(9)).min(other.len());
                    chars.splice(at..at, other[from..to].iter().copied());
                }
                _ => chars.truncate(at),
            }
        }
        exercise(&chars.into_iter().collect::<String>());
    }
}

#[test]
fn every_prefix_of_an_expression_is_read() {
    for seed in SEEDS {
        for (end, _) in seed.char_indices() {
            exercise(&seed[..end]);
        }
    }
}

#[test]
fn no_depth_is_too_deep() {
    let depth = 10_000;
    for (open, inner, close) in [
        ("(", "x", ")"),
        ("-", "x", ""),
        ("sum(", "x", ")"),
        ("abs(", "x", ")"),
        ("x ^ ", "x", ""),
        ("x + (", "x", ")"),
        ("", "x", "[5m:]"),
        ("(", "", ""),
        ("{", "", ""),
        ("x[", "", ""),
    ] {
        exercise(&format!("{}{inner}{}", open.repeat(depth), close.repeat(depth)));
    }
    exercise(&format!("x[{}5m{}]", "(".repeat(depth), ")".repeat(depth)));
    exercise(&format!("x offset {}5m", "- ".repeat(depth)));
    exercise(&format!("x{{a=~\"{}b{}\"}}", "(".repeat(depth), ")".repeat(depth)));
    let parsed = read(&format!("{}x{}", "(".repeat(depth), ")".repeat(depth)));
    assert!(parsed.errors.is_empty(), "the server reads it too");
}

#[test]
fn nodes_and_errors_grow_with_the_length_and_no_faster() {
    for piece in
        ["x + ", "x = ", "x ", "f(", "x{a=\"b\" ", "x && ", "-", "x[5m] ", "x offset 1m ", ") ", "$y ", "x,", "5m:"]
    {
        let count = |times: usize| {
            let text = piece.repeat(times);
            let parsed = read(&text);
            parsed.ast.ids().filter(|id| parsed.ast.kind(*id) != Kind::Missing).count() + parsed.errors.len()
        };
        let (once, tenfold) = (count(300), count(3000));
        assert!(tenfold <= 11 * once + 20, "{piece:?}: {once} and {tenfold}");
    }
}

#[test]
fn nobody_reads_on_once_too_much_is_wrong() {
    for piece in ["{", "{{", "${", "*", "<", "$x", "x{", "[", "@", "=~", "“\n"] {
        let parsed = read(&piece.repeat(100_000));
        assert!((1..=100).contains(&parsed.errors.len()), "{piece:?}: {} errors", parsed.errors.len());
        assert!(parsed.ast.ids().len() < 10_000, "{piece:?}: {} nodes", parsed.ast.ids().len());
    }
}

#[test]
fn errors_quote_little_of_what_is_wrong() {
    let nested = |open: &str| format!("{}\"a\"{}", open.repeat(500), ")".repeat(500));
    for text in [
        nested("rate("),
        nested("scalar("),
        nested("clamp_max(1, "),
        format!("{}({}", "n".repeat(5000), ",".repeat(500)),
    ] {
        let parsed = read(&text);
        let said: usize = parsed.errors.iter().map(|error| format!("{error:?}").len()).sum();
        assert!(!parsed.errors.is_empty() && said < 100 * 2000, "{said} bytes");
    }
}
