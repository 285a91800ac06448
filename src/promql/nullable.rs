//! Whether a regex matches the empty text, so that a matcher with it selects series that lack the label.

/// Whether `pattern`, a regex that `re2::check` takes, matches the empty text when it must match all of it. Linear in its length.
pub(super) fn matches_empty(pattern: &str) -> bool {
    let mut group = Group::default();
    let mut outer: Vec<Group> = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        rest = after;
        match first {
            '|' => group.alternative(),
            '(' => match after.strip_prefix('?').map(flags) {
                None => outer.push(std::mem::take(&mut group)),
                Some((opens, len)) => {
                    rest = &after[1 + len..];
                    if opens {
                        outer.push(std::mem::take(&mut group));
                    }
                }
            },
            ')' => {
                let inner = std::mem::replace(&mut group, outer.pop().unwrap_or_default());
                group.atom(inner.matches());
            }
            '*' | '?' => {
                group.last = Some(true);
                rest = lazy(after);
            }
            '+' => rest = lazy(after),
            '{' => match repeat(after) {
                Some((least, len)) => {
                    if least == 0 {
                        group.last = Some(true);
                    }
                    rest = lazy(&after[len..]);
                }
                None => group.atom(false),
            },
            '^' | '$' => group.atom(true),
            '[' => {
                rest = &after[class(after)..];
                group.atom(false);
            }
            '\\' => rest = escape(after, &mut group),
            _ => group.atom(false),
        }
    }
    group.matches()
}

/// What is known of the alternatives of a parenthesis while it is read.
struct Group {
    /// Whether one of the finished alternatives matches the empty text.
    any: bool,
    /// Whether all atoms of this one so far do, but for the last.
    all: bool,
    /// Whether the last one does; an operator may follow.
    last: Option<bool>,
}

impl Default for Group {
    fn default() -> Self {
        Self { any: false, all: true, last: None }
    }
}

impl Group {
    fn atom(&mut self, empty: bool) {
        self.all &= self.last.replace(empty).unwrap_or(true);
    }

    fn alternative(&mut self) {
        self.any = self.matches();
        (self.all, self.last) = (true, None);
    }

    fn matches(&self) -> bool {
        self.any || self.all && self.last.unwrap_or(true)
    }
}

/// After `(?`: whether a group opens, and the length of its flags or name.
fn flags(text: &str) -> (bool, usize) {
    let named = text.starts_with("P<") || text.starts_with('<');
    let end = text.find(|c| if named { c == '>' } else { c == ':' || c == ')' }).unwrap_or(text.len());
    let opens = !text[end..].starts_with(')');
    (opens, (end + 1).min(text.len()))
}

fn lazy(text: &str) -> &str {
    text.strip_prefix('?').unwrap_or(text)
}

/// After `{`: the least count and the length, if it is a repetition at all.
fn repeat(text: &str) -> Option<(u32, usize)> {
    let end = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b',').count();
    let (least, most) = text[..end].split_once(',').unwrap_or((&text[..end], ""));
    let counted = text[end..].starts_with('}') && !least.is_empty() && !most.contains(',');
    counted.then(|| (least.parse().unwrap_or(u32::MAX), end + 1))
}

/// The longest name of a class between `[:` and `:]`, both counted.
const LONGEST_CLASS: usize = "[:^xdigit:]".len();

/// After `[`: the length up to and with the closing bracket.
fn class(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = usize::from(text.starts_with('^'));
    at += usize::from(text[at..].starts_with(']'));
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b']' => return at + 1,
            b'\\' => at += 2,
            b'[' if bytes.get(at + 1) == Some(&b':') => {
                let name = &bytes[at..bytes.len().min(at + LONGEST_CLASS)];
                at += name.windows(2).position(|pair| pair == b":]").map_or(1, |len| len + 2);
            }
            _ => at += 1,
        }
    }
    text.len()
}

/// After a backslash; gives back what follows the escape.
fn escape<'a>(text: &'a str, group: &mut Group) -> &'a str {
    let Some(kind) = text.chars().next() else { return text };
    let after = &text[kind.len_utf8()..];
    match kind {
        'A' | 'z' | 'B' => group.atom(true),
        'Q' => {
            let (literal, rest) = after.split_once("\\E").unwrap_or((after, ""));
            for _ in literal.chars() {
                group.atom(false);
            }
            return rest;
        }
        'E' => {}
        _ => group.atom(false),
    }
    let digits = |most: usize, radix: u32| after.chars().take(most).take_while(|c| c.is_digit(radix)).count();
    let len = match kind {
        'x' | 'p' | 'P' if after.starts_with('{') => after.find('}').map_or(after.len(), |end| end + 1),
        'x' => digits(2, 16),
        'p' | 'P' => after.chars().next().map_or(0, char::len_utf8),
        '0'..='7' => digits(2, 8),
        _ => 0,
    };
    &after[len..]
}

#[cfg(test)]
mod tests {
    use super::matches_empty;

    #[test]
    fn tells_regexes_that_match_nothing_at_all() {
        for regex in [
            "",
            "|",
            "a|",
            "a*",
            "(a|b?)",
            ".*",
            "a{0,3}",
            "(?:)",
            "(?i)a*",
            "^$",
            r"\B",
            r"\Q\E",
            "(a*)+",
            "x{0}",
            r"\x41*",
            r"\101?",
            "(?P<n>)",
            "[]a]*",
            "[[:alpha:]]?",
        ] {
            assert!(matches_empty(regex), "{regex}");
        }
        for regex in [
            "a", "a+?", ".+", "(a|b)", "a{1,3}", r"\b", r"\Qa\E", "[^]]", "(?i)a", "(?P<n>a)", "a{,3}", r"\x{41}",
            r"\pL", r"[\]]", "(a|b)+", r"\x41", "{0}a", r"\.", "(?s:.)",
        ] {
            assert!(!matches_empty(regex), "{regex}");
        }
    }
}
