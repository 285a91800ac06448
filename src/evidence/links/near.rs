//! What was probably meant: names that differ by case, punctuation, a prefix or a slip.

/// Longest names that are compared letter by letter.
const LONGEST: usize = 120;

/// The one of `names` that comes nearest to `wanted`, if any is near; the first of equals.
pub fn closest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names.into_iter().collect::<Names<&str>>().closest(wanted).copied()
}

/// Names as they are compared, for many looks.
#[derive(Clone, Debug)]
pub struct Names<T>(Vec<(Name, T)>);

impl<T: AsRef<str>> FromIterator<T> for Names<T> {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self(names.into_iter().filter_map(|name| Some((Name::of(name.as_ref())?, name))).collect())
    }
}

impl<T> Names<T> {
    /// The one that comes nearest to `wanted`, as [`closest`] has it.
    pub fn closest(&self, wanted: &str) -> Option<&T> {
        let wanted = Name::of(wanted)?;
        let mut best: Option<(usize, &T)> = None;
        for (name, written) in &self.0 {
            let Some(distance) = distance(&wanted, name) else { continue };
            if best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, written));
            }
        }
        best.map(|(_, written)| written)
    }
}

/// A name as it is compared.
#[derive(Clone, Debug)]
struct Name {
    lower: String,
    /// Its letters and digits in lower case.
    bare: Vec<char>,
}

impl Name {
    /// None for one that is too long to be compared.
    fn of(text: &str) -> Option<Self> {
        let bare = || text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        (text.len() <= LONGEST).then(|| Self { lower: text.to_lowercase(), bare: bare() })
    }
}

/// How far two names are apart: 0 other case, 1 other punctuation, 2 a prefix more or less, then letters that differ.
fn distance(wanted: &Name, name: &Name) -> Option<usize> {
    if wanted.lower == name.lower {
        return Some(0);
    }
    let (wanted, other) = (&wanted.bare[..], &name.bare[..]);
    let (shorter, longer) = (wanted.len().min(other.len()), wanted.len().max(other.len()));
    if wanted == other && shorter > 0 {
        return Some(1);
    }
    if shorter < 5 {
        return None;
    }
    if 2 * shorter >= longer && (wanted.ends_with(other) || other.ends_with(wanted)) {
        return Some(2);
    }
    if shorter >= 12 && longer - shorter <= 6 && is_inserted(wanted, other) {
        return Some(3);
    }
    slips(wanted, other, if shorter < 10 { 1 } else { 2 }).map(|slips| 2 + slips)
}

/// Whether one name is the other with one part more in its middle.
fn is_inserted(a: &[char], b: &[char]) -> bool {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    head + tail >= a.len().min(b.len())
}

/// How many letters are missing, too much or others (Levenshtein's distance), where they are `most` at most. Names are compared by
/// the thousand, and nearly all differ sooner.
fn slips(a: &[char], b: &[char], most: usize) -> Option<usize> {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    let ([_, after_a @ ..], [_, after_b @ ..]) = (a, b) else {
        let rest = a.len() + b.len();
        return (rest <= most).then_some(rest);
    };
    let most = most.checked_sub(1)?;
    let fewest = [slips(after_a, after_b, most), slips(after_a, b, most), slips(a, after_b, most)];
    fewest.into_iter().flatten().min().map(|fewest| fewest + 1)
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

    #[test]
    fn slips_are_counted_up_to_a_bound() {
        let words =
            ["", "a", "ab", "ba", "abc", "abcd", "xbcd", "xxcd", "abdc", "bcda", "disk", "dsik", "disks", "idisk"];
        for (a, b) in words.iter().flat_map(|a| words.map(|b| (*a, b))) {
            let (letters, others): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            for most in 0..3 {
                let far = strsim::levenshtein(a, b);
                assert_eq!(slips(&letters, &others, most), (far <= most).then_some(far), "{a} {b} {most}");
            }
        }
    }
}
