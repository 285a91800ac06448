//! No rule is written twice.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{File, Rule, RuleKind};
use crate::name::is_name_byte;
use crate::promql::{self, print};

/// `duplicate-rule`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DuplicateRule {}

impl Configurable for DuplicateRule {
    const META: Meta = Meta {
        id: "duplicate-rule",
        summary: "no rule is written twice",
        level: Level::At(Severity::Warning),
        levels: "warning inside a file; one note for each pair of files that share rules",
        page: include_str!("../../rules/duplicate-rule.md"),
    };
}

/// What makes two rules the same: kind, name, labels and expression. Labels are compared first, so that few expressions are
/// printed.
type Head<'a> = (bool, &'a str, Vec<(&'a str, &'a str)>);

impl LintRule for DuplicateRule {
    fn file(&self, file: &File, cx: &mut Context<'_>) {
        let named = named(file.rules.iter().enumerate().map(|(index, rule)| (rule, index)));
        let (mut twins, ends) = (Vec::new(), OnceCell::new());
        for peers in named.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            for same in by_head(peers, |index| (file, &file.rules[index])) {
                for same in by_expression(same, |&index| &file.rules[index]) {
                    let ends = ends.get_or_init(|| file.branch_ends(cx.source_of(file)));
                    let apart = |first: usize, second: usize| {
                        let (end, start) = (file.rules[first].span.end, file.rules[second].span.start);
                        ends.get(ends.partition_point(|at| *at < end)).is_some_and(|at| *at < start)
                    };
                    let again = same.windows(2).filter(|pair| !apart(pair[0], pair[1]));
                    twins.extend(again.map(|pair| (pair[1], same[0])));
                }
            }
        }
        twins.sort_unstable();
        for (index, earlier) in twins {
            let (rule, earlier) = (&file.rules[index], &file.rules[earlier]);
            let name = rule.name.value();
            let (kind, harm) = match rule.kind {
                RuleKind::Alert => ("alert", "both fire at once, and a mend of one leaves the other as it was"),
                RuleKind::Record => {
                    ("recording rule", "both write the same series, and the server drops the samples of one")
                }
            };
            let message = format!("{kind} `{name}` is written twice, with the same expression and labels");
            let mut diagnostic = Diagnostic::new(Self::META.id, Severity::Warning, rule.name.span(), message);
            diagnostic
                .cause("rules written twice in a file")
                .label("here again")
                .related(earlier.name.span(), "first written here");
            diagnostic.note(harm).help("remove one of the two, or let a label tell them apart");
            cx.add(diagnostic, Some(index as u32));
        }
    }

    fn workspace(&self, cx: &mut Context<'_>) {
        let files: Vec<(&File, &str)> = cx.files().collect();
        let rules = files
            .iter()
            .enumerate()
            .flat_map(|(at, (file, _))| file.rules.iter().enumerate().map(move |(index, rule)| (rule, (at, index))));
        let named = named(rules);
        let place = |(at, index): (usize, usize)| (files[at].0, &files[at].0.rules[index]);
        let shared = |same: &&[(u64, (usize, usize))]| {
            same.first().map(|(_, (file, _))| file) != same.last().map(|(_, (file, _))| file)
        };
        // A rule that stands in many files is compared with its first place alone: the pairs stay linear in the copies.
        let mut pairs: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
        let peers = named.chunk_by(|a, b| a.0 == b.0).filter(shared).flat_map(|peers| by_head(peers, place));
        for places in peers.flat_map(|places| by_expression(places, |&(at, index)| place((at, index)).1)) {
            let Some(&(first, original)) = places.first() else { continue };
            for &(at, index) in places.iter().filter(|(at, _)| *at != first) {
                pairs.entry((first, at)).or_default().push((original, index));
            }
        }
        for ((first, at), mut copies) in pairs {
            copies.sort_unstable_by_key(|(_, index)| *index);
            let (file, path) = files[first];
            let Some(&(original, index)) = copies.first() else { continue };
            let (rule, twin) = (&files[at].0.rules[index], &file.rules[original]);
            let count = copies.len();
            let what = if count == 1 {
                format!("rule `{}` is", rule.name.value())
            } else {
                format!("{count} rules of this file are")
            };
            let message = format!("{what} written in `{path}` too");
            let mut diagnostic = Diagnostic::new(Self::META.id, Severity::Note, rule.name.span(), message);
            diagnostic
                .cause("rules written in two files")
                .label("the first of them")
                .related(twin.name.span(), "the same rule");
            diagnostic.subject(path).help("keep one copy, unless different servers load the two files");
            cx.add(diagnostic, Some(index as u32));
        }
    }
}

/// Rules by a number of their name, those of one name behind each other, in order. Few rules share a name: labels are gathered of
/// those alone.
fn named<'a, T: Ord>(rules: impl Iterator<Item = (&'a Rule, T)>) -> Vec<(u64, T)> {
    let mut named: Vec<(u64, T)> =
        rules.map(|(rule, place)| (number_of(rule.name.value().as_bytes()), place)).collect();
    named.sort_unstable();
    named
}

/// Those of rules of one name that have namesakes of their kind and labels, together and in order.
fn by_head<'a, T: Ord + Copy>(named: &[(u64, T)], rule: impl Fn(T) -> (&'a File, &'a Rule)) -> Vec<Vec<T>> {
    let head = |place: T| {
        let (file, rule) = rule(place);
        (head(file, rule), place)
    };
    let mut heads: Vec<(Head<'_>, T)> = named.iter().map(|&(_, place)| head(place)).collect();
    heads.sort_unstable();
    let same = heads.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1);
    same.map(|same| same.iter().map(|&(_, place)| place).collect()).collect()
}

fn head<'a>(file: &'a File, rule: &'a Rule) -> Head<'a> {
    let mut labels: Vec<_> = file.labels(rule).map(|entry| (entry.key.value(), entry.value.value())).collect();
    labels.sort_unstable();
    (rule.kind == RuleKind::Alert, rule.name.value(), labels)
}

/// Rules in groups of one expression, each group in order. Expressions are read only where their texts differ and may still be one
/// expression.
fn by_expression<'a, T: Ord>(rules: Vec<T>, rule: impl Fn(&T) -> &'a Rule) -> Vec<Vec<T>> {
    let text = |one: &T| rule(one).expr.value();
    if rules.iter().all(|one| text(one) == text(&rules[0])) {
        return vec![rules];
    }
    let mut alike: BTreeMap<Option<u64>, Vec<T>> = BTreeMap::new();
    for one in rules {
        alike.entry(words(&uncommented(text(&one)))).or_default().push(one);
    }
    // Where words cannot be told, any other expression may be the same.
    let sure = !alike.contains_key(&None);
    let (mut groups, mut read) = (Vec::new(), BTreeMap::<String, Vec<T>>::new());
    for (words, same) in alike {
        if sure && same.len() == 1 {
            groups.push(same);
            continue;
        }
        let mut written: BTreeMap<String, Vec<T>> = BTreeMap::new();
        for one in same {
            let text = uncommented(text(&one));
            let text = if words.is_some() { squeezed(&text) } else { text.into_owned() };
            written.entry(text).or_default().push(one);
        }
        if sure && written.len() == 1 {
            groups.extend(written.into_values());
            continue;
        }
        for mut same in written.into_values() {
            if let Some(first) = same.first() {
                read.entry(expression(rule(first))).or_default().append(&mut same);
            }
        }
    }
    groups.extend(read.into_values());
    for group in &mut groups {
        group.sort_unstable();
    }
    groups
}

/// The text without its comments.
fn uncommented(expr: &str) -> Cow<'_, str> {
    if !expr.contains('#') {
        return Cow::Borrowed(expr);
    }
    let (mut kept, mut from) = (String::with_capacity(expr.len()), 0);
    for comment in promql::comments(expr) {
        kept.push_str(&expr[from..comment.start as usize]);
        from = comment.end as usize;
    }
    kept.push_str(&expr[from..]);
    Cow::Owned(kept)
}

/// The text without the blanks outside of quotes: of expressions of the same words it tells those that are surely one.
fn squeezed(expr: &str) -> String {
    // Other quotes may stand in quotes.
    if expr.contains(['\'', '`']) {
        return expr.to_owned();
    }
    let mut squeezed = String::with_capacity(expr.len());
    for (index, part) in expr.split('"').enumerate() {
        if index % 2 == 0 {
            squeezed.extend(part.split_ascii_whitespace());
        } else {
            squeezed.push_str(part);
        }
        squeezed.push('"');
    }
    squeezed
}

/// Words that Prometheus may print or not.
const CLAUSES: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// A number of a word, whatever its case; eight bytes are taken at once.
fn number_of(word: &[u8]) -> u64 {
    let (parts, rest) = word.as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let lower = |part: &[u8; 8]| u64::from_le_bytes(*part) | u64::from_le_bytes([b'a' ^ b'A'; 8]);
    parts.iter().chain([&last]).map(lower).fold(word.len() as u64, mixed)
}

fn mixed(sum: u64, part: u64) -> u64 {
    let sum = (sum.rotate_left(5) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    sum ^ sum >> 32
}

/// A number of the words and numbers of an expression, whatever their order, case and spelling, and of nothing else: where those of
/// two expressions differ, so do the expressions; comments were taken out. None where words cannot be told from escapes.
fn words(expr: &str) -> Option<u64> {
    let bytes = expr.as_bytes();
    let (mut sum, mut at) = (0_u64, 0);
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_digit() || byte == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            let (value, end) = promql::number_at(expr, at);
            sum = sum.wrapping_add(value.map_or(0, |value| mixed(0, value.to_bits())));
            at = end;
        } else if is_name_byte(byte) || !byte.is_ascii() {
            let rest = &bytes[at..];
            let len = rest.iter().position(|byte| !is_name_byte(*byte) && byte.is_ascii()).unwrap_or(rest.len());
            let word = &rest[..len];
            if !CLAUSES.iter().any(|clause| word.eq_ignore_ascii_case(clause.as_bytes())) {
                sum = sum.wrapping_add(number_of(word));
            }
            at += len;
        } else if byte == b'\\' && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        } else {
            at += 1 + usize::from(byte == b'\\');
        }
    }
    Some(sum)
}

/// The expression as Prometheus prints it, so that blanks and line breaks make no difference.
fn expression(rule: &Rule) -> String {
    let text = rule.expr.value();
    match rule.query().filter(|query| query.errors.is_empty()) {
        Some(query) => print::canonical(&query.ast, text),
        None => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_counted_whatever_their_spelling() {
        let same = |a: &str, b: &str| words(&uncommented(a)) == words(&uncommented(b));
        for (a, b) in [
            ("sum by (job) (up) > 1e3", "sum(up)by(job) >1000 # many"),
            ("rate(x[5m]) > .5", "rate( x[300s] )>0.50"),
            (r#"x{a="b\\.c",d='#1'}"#, r##"x{d="#1", a='b\\.c'}"##),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
        for (a, b) in [("x > 80", "x > 90"), ("x[5m]", "x[6m]"), ("x > 8.0", "x > 80"), ("x1 > 2", "x > 2")] {
            assert!(!same(a, b), "{a} {b}");
        }
        assert_eq!(words(r#"x{a="\x41"}"#), None, "an escape may write a letter");
    }
}
