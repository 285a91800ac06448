//! Every part knows its place.

use super::read;
use crate::promql::walk::{clauses, selectors};
use crate::promql::{Kind, ModifierKind, compat};

#[test]
fn names_matchers_operators_and_lists_have_their_places() {
    let text = "sum by (a, \"b.c\") (rate(x{l=~\"v\" , m!='w'}[5m] offset -1h)) / on (a) group_left () y > bool 2";
    let parsed = read(text);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let at = |range: crate::source::TextRange| &text[range.range()];
    let first = selectors(&parsed.ast).next().unwrap();
    assert_eq!(first.name.map(at), Some("x"));
    let matchers: Vec<_> =
        first.matchers.iter().map(|m| [m.range, m.name.unwrap(), m.op_range, m.value].map(at)).collect();
    assert_eq!(matchers, [["l=~\"v\"", "l", "=~", "\"v\""], ["m!='w'", "m", "!=", "'w'"]]);
    let lists: Vec<Vec<&str>> =
        clauses(&parsed.ast).map(|(_, c)| parsed.ast.list(c.labels).map(at).collect()).collect();
    assert_eq!(lists, [vec!["a"], vec![], vec!["a", "\"b.c\""]]);
}

#[test]
fn ranges_modifiers_and_durations_have_their_places() {
    let text = "rate(x[5m:30s] @ start() offset -1h) # why";
    let parsed = read(text);
    let at = |range: crate::source::TextRange| &text[range.range()];
    assert_eq!(parsed.ast.comments().iter().copied().map(at).collect::<Vec<_>>(), ["# why"]);
    let found = parsed.ast.ids().find_map(|id| match parsed.ast.kind(id) {
        Kind::Subquery { range, .. } => Some(parsed.ast.get(range)),
        _ => None,
    });
    let range = found.unwrap();
    assert_eq!(at(range.brackets), "[5m:30s]");
    assert_eq!(at(parsed.ast.range(range.duration)), "5m");
    assert_eq!(range.step.map(|step| at(parsed.ast.range(step))), Some("30s"));
    let modifiers: Vec<_> = parsed.ast.list(range.modifiers).collect();
    assert_eq!(
        modifiers.iter().map(|m| (m.kind, at(m.range), at(m.keyword))).collect::<Vec<_>>(),
        [(ModifierKind::AtStart, "@ start()", "@"), (ModifierKind::Offset, "offset -1h", "offset"),]
    );
    assert!((parsed.ast.number(modifiers[1].argument.unwrap(), text) + 3600.0).abs() < 1e-9);
}

#[test]
fn the_view_of_the_server_has_its_oddities() {
    let tree = |text: &str| {
        let parsed = read(text);
        let nodes = compat::tree(&parsed.ast, text);
        nodes.iter().map(|n| format!("{} {} {}", n.depth, n.kind, &text[n.range.range()])).collect::<Vec<_>>()
    };
    assert_eq!(tree("topk(3, x)"), ["0 AggregateExpr topk(3, x)", "1 VectorSelector x", "1 NumberLiteral 3"]);
    assert_eq!(tree("(x offset (5m) )"), ["0 ParenExpr (x offset (5m) )", "1 VectorSelector x offset (5m) )"]);
    assert_eq!(tree("-(x anchored)"), ["0 UnaryExpr -(x anchored)", "1 ParenExpr (x anchored)", "2 VectorSelector x"]);
    assert_eq!(tree("(sum(x) # y\n)")[1], "1 AggregateExpr sum(x) # y\n)");
    assert_eq!(tree("(sum(x) )")[1], "1 AggregateExpr sum(x)");
    assert_eq!(tree("- 5"), ["0 NumberLiteral - 5"]);
}
