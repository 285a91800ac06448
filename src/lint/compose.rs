//! Fixes that can all be made at once: of two that would write into the same place, the later one is marked.

use super::report::Finding;
use crate::diagnostic::Edit;

/// So many edits of one place are kept, so that the time stays linear.
const MOST: usize = 64;

/// Marks each fix that does not go together with one before it. Only findings that begin at the same place are compared: two
/// lint rules that miss something in one rule.
pub(super) fn compose(findings: &mut [Finding]) {
    let same = |a: &Finding, b: &Finding| {
        (a.diagnostic.span.source, a.diagnostic.span.start) == (b.diagnostic.span.source, b.diagnostic.span.start)
    };
    for run in findings.chunk_by_mut(same).filter(|run| run.len() > 1) {
        // Findings whose fixes are made.
        let mut taken: Vec<usize> = Vec::new();
        for at in 0..run.len() {
            let (before, rest) = run.split_at_mut(at);
            let Some(fix) = rest.first_mut().and_then(|finding| finding.diagnostic.fix.as_mut()) else { continue };
            let made =
                || taken.iter().filter_map(|&at| before.get(at)?.diagnostic.fix.as_ref()).flat_map(|fix| &fix.edits);
            let clash = |edit| made().any(|other| clashes(edit, other));
            fix.clashes = made().count() >= MOST || fix.edits.iter().any(clash);
            if !fix.clashes {
                taken.push(at);
            }
        }
    }
}

/// Whether two edits cannot both be made, in any order. The same replacement made twice is made once.
fn clashes(a: &Edit, b: &Edit) -> bool {
    let (x, y) = (a.span, b.span);
    if x.source != y.source || a == b && !x.range().is_empty() {
        return false;
    }
    if !(x.range().is_empty() && y.range().is_empty() && x.start == y.start) {
        return x.start < y.end && y.start < x.end;
    }
    let ((lead, key), (other_lead, other_key)) = (entry(&a.text), entry(&b.text));
    lead.is_empty() || lead != other_lead || key == other_key
}

/// What separates an entry that is put in from what stands before it, and its key.
fn entry(text: &str) -> (&str, &str) {
    let rest = text.trim_start_matches(['\n', '\r', ' ', ',']);
    let (lead, rest) = text.split_at(text.len() - rest.len());
    (lead, rest.split(':').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnostic, Severity};
    use crate::source::{SourceId, Span, TextRange};

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit { span: Span::new(SourceId(0), TextRange::new(start, end)), text: text.to_owned() }
    }

    #[test]
    fn entries_go_together_and_blocks_of_one_name_do_not() {
        let at = |text: &str| edit(9, 9, text);
        assert!(clashes(&at("\n  labels:\n    a: b"), &at("\n  labels:\n    c: d")));
        assert!(!clashes(&at("\n  labels:\n    a: b"), &at("\n  annotations:\n    c: d")));
        assert!(!clashes(&at("\n    a: b"), &at("\n    c: d")));
        assert!(clashes(&at("\n    a: b"), &at("\n  labels:\n    c: d")), "which comes first matters");
        assert!(!clashes(&at(", a: b"), &at(", c: d")) && clashes(&at("a: b"), &at("c: d")));
        assert!(!clashes(&edit(3, 6, "x"), &edit(3, 6, "x")) && clashes(&edit(3, 6, "x"), &edit(3, 6, "y")));
        assert!(clashes(&edit(3, 6, "x"), &edit(5, 9, "y")) && !clashes(&edit(3, 5, "x"), &edit(5, 9, "y")));
    }

    #[test]
    fn the_first_fix_of_a_place_is_free() {
        let finding = |start: u32, text: &str| {
            let mut diagnostic = Diagnostic::new("a", Severity::Note, edit(start, start + 1, "").span, "m");
            diagnostic.fix(false, vec![edit(9, 9, text)]);
            Finding::new(Box::new(diagnostic))
        };
        let labels = "\n  labels:\n    a: b";
        let mut findings =
            [finding(1, labels), finding(1, labels), finding(1, "\n  annotations:\n    c: d"), finding(2, labels)];
        compose(&mut findings);
        assert_eq!(findings.map(|finding| finding.diagnostic.fix.unwrap().clashes), [false, true, false, false]);
    }
}
