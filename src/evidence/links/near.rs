//! What was probably meant: names that differ by case, punctuation, a prefix or a slip.

/// Longest names that are compared letter by letter.
const LONGEST: usize = 120;

/// The one of `names` that comes nearest to `wanted`, if any is near; the first of equals.
pub fn closest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bare = bare(wanted);
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        let Some(distance) = distance(wanted, &bare, name) else { continue };
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How far two names are apart: 0 other case, 1 other punctuation, 2 a prefix more or less, then letters that differ.
fn distance(wanted: &str, bare_wanted: &str, name: &str) -> Option<usize> {
    if wanted.len() > LONGEST || name.len() > LONGEST {
        return None;
    }
    if wanted.to_lowercase() == name.to_lowercase() {
        return Some(0);
    }
    let other = bare(name);
    let shorter = bare_wanted.len().min(other.len());
    if bare_wanted == other && shorter > 0 {
        return Some(1);
    }
    if shorter < 5 {
        return None;
    }
    let longer = bare_wanted.len().max(other.len());
    if 2 * shorter >= longer && (bare_wanted.ends_with(&other) || other.ends_with(bare_wanted)) {
        return Some(2);
    }
    if shorter >= 12 && longer - shorter <= 6 && is_inserted(bare_wanted, &other) {
        return Some(3);
    }
    let slips = strsim::levenshtein(bare_wanted, &other);
    (slips <= if shorter < 10 { 1 } else { 2 }).then_some(2 + slips)
}

/// Whether one name is the other with one part more in its middle.
fn is_inserted(a: &str, b: &str) -> bool {
    let head = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let tail = a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y).count();
    head + tail >= a.chars().count().min(b.chars().count())
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["alert-name-diskfull", "diskFull", "disk-slow", "network"];
        assert_eq!(closest("DiskFull", names), Some("diskFull"));
        assert_eq!(closest("disk-full", names), Some("diskFull"));
        assert_eq!(closest("name-disk-full", names), Some("alert-name-diskfull"));
        assert_eq!(closest("disk-slov", names), Some("disk-slow"));
        assert_eq!(closest("alert-name-full", ["alert-name-diskfull"]), Some("alert-name-diskfull"));
        assert_eq!(closest("alert-name-slow", ["alert-name-diskfull"]), None);
        assert_eq!(closest("memory", names), None);
        assert_eq!(closest("alert-name-the-network", names), None);
        assert_eq!(closest("net", names), None);
    }
}
