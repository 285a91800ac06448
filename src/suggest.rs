//! "Did you mean": the known word that a misspelt one is nearest to.

/// Longer words are not compared: nobody means a short word by them, and the comparison is quadratic.
const LONGEST: usize = 64;

/// The candidate that `word` was surely meant to be: few letters differ for its length, case and `_` for `-` not counted, or
/// the same parts stand in another order (`missing-runbook`). The nearest, of equally near ones the first; words that differ
/// in a digit (`p1`, `p2`) are different on purpose.
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let plain = normal(word);
    let distance = |candidate: &str| {
        let other = normal(candidate);
        let near = strsim::osa_distance(&plain, &other);
        let close = near <= tolerance(plain.len().max(other.len())) && digits(&plain).eq(digits(&other));
        if close { Some(near) } else { (parts(&plain) == parts(&other)).then_some(0) }
    };
    let near = candidates.into_iter().filter(|candidate| candidate.len() <= LONGEST);
    near.filter_map(|candidate| Some((distance(candidate)?, candidate)))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, near)| near)
}

/// The end of a message about an unknown word: what was meant by it, `otherwise` where that is not sure.
#[must_use]
pub fn meant<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>, otherwise: &str) -> String {
    closest(word, candidates).map_or_else(|| otherwise.to_owned(), |near| format!("; did you mean `{near}`?"))
}

fn normal(word: &str) -> String {
    word.trim().to_lowercase().replace(['_', ' '], "-")
}

/// How many letters may differ in words of this length.
fn tolerance(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    }
}

fn digits(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(char::is_ascii_digit)
}

fn parts(word: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = word.split('-').collect();
    parts.sort_unstable();
    parts
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn the_nearest_word_is_found_and_strangers_are_not() {
        let ids = ["runbook-missing", "runbook-dead", "owner-missing", "severity-missing"];
        for (word, meant) in [
            ("runbook-misssing", "runbook-missing"),
            ("runbok-ded", "runbook-dead"),
            ("runbook_dead", "runbook-dead"),
            ("Owner-Missing", "owner-missing"),
            ("missing-owner", "owner-missing"),
        ] {
            assert_eq!(closest(word, ids), Some(meant), "{word}");
        }
        for word in ["", "missing", "alert-dead", "runbook", &"runbook-dead".repeat(99)] {
            assert_eq!(closest(word, ids), None, "{word}");
        }
    }

    #[test]
    fn short_words_and_numbers_are_not_confused() {
        assert_eq!(closest("p1", ["p2", "p3"]), None);
        assert_eq!(closest("sev10", ["sev11", "sev1"]), None);
        assert_eq!(closest("of", ["on", "off"]), Some("off"));
        assert_eq!(closest("eror", ["note", "warning", "error"]), Some("error"));
    }

    #[test]
    fn equally_near_words_give_the_first() {
        assert_eq!(closest("labelx", ["labels", "labely"]), Some("labels"));
    }
}
