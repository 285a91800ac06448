//! What a misspelt word was meant to be.

/// The candidate nearest to `word`: equal but for case, or few edits away for its length; the first of equals.
pub(super) fn nearest<'c>(word: &str, candidates: &[&'c str]) -> Option<&'c str> {
    if word.len() > 64 {
        return None;
    }
    let lower = word.to_lowercase();
    let scored = candidates.iter().map(|candidate| (distance(&lower, &candidate.to_lowercase()), *candidate));
    let (edits, best) = scored.min_by_key(|(edits, _)| *edits)?;
    let most = match word.len().min(best.len()) {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    (edits <= most).then_some(best)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_another_word() {
        let keys = ["expr", "for", "labels", "annotations"];
        assert_eq!(nearest("exrp", &keys), Some("expr"));
        assert_eq!(nearest("Labels", &keys), Some("labels"));
        assert_eq!(nearest("anotation", &keys), Some("annotations"));
        assert_eq!(nearest("severity", &keys), None);
        assert_eq!(nearest("or", &keys), None);
    }
}
