//! The patterns of mappings: `https://host/{component}/{page...}`, matched against a reference and filled again.
//!
//! | written | stands for |
//! | --- | --- |
//! | `{name}` | one segment of the path, or a part of one: one character or more, no `/` |
//! | `{name...}` | any number of whole segments after a `/`, none included; elsewhere one character or more |
//! | `(a\|b)` | one of the texts; `(a\|)` is a text that may be missing |
//! | all else | itself |

use std::collections::{BTreeMap, HashSet};

/// Captured texts by name; texts of alternatives under `(0`, `(1`, … in the order of the pattern.
pub type Captures = BTreeMap<String, String>;

/// Bounds the depth of a match.
const MOST_ITEMS: usize = 64;

/// Bounds the time of a match: no server takes longer addresses for granted.
const LONGEST_TEXT: usize = 2_048;

/// A compiled pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    items: Vec<Item>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Item {
    Text(String),
    /// One segment or a part of one.
    One(String),
    /// `/` and any text, or nothing.
    Tail(String),
    /// Any text with something in it.
    Many(String),
    Either(String, Vec<String>),
}

impl Pattern {
    /// Reads a pattern; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut items: Vec<Item> = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}', '(', ')']) {
            push_text(&mut items, &rest[..at]);
            let (bracket, after) = rest[at..].split_at(1);
            let close = if bracket == "{" { '}' } else { ')' };
            if bracket != "{" && bracket != "(" {
                return Err(format!("`{bracket}` closes nothing"));
            }
            let end = after.find(close).ok_or_else(|| format!("`{bracket}` is never closed"))?;
            let inner = &after[..end];
            rest = &after[end + 1..];
            if bracket == "(" {
                let number = items.iter().filter(|item| matches!(item, Item::Either(..))).count();
                items.push(Item::Either(format!("({number}"), inner.split('|').map(String::from).collect()));
            } else {
                let item = capture(inner, &mut items, rest)?;
                items.push(item);
            }
        }
        push_text(&mut items, rest);
        if items.len() > MOST_ITEMS {
            return Err(format!("more than {MOST_ITEMS} parts"));
        }
        let pattern = Self { items };
        let mut seen = HashSet::new();
        let twice = pattern.names().find(|name| !seen.insert(*name)).map(|name| format!("`{{{name}}}` is there twice"));
        twice.map_or(Ok(pattern), Err)
    }

    /// Names of the captures.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| match item {
            Item::One(name) | Item::Tail(name) | Item::Many(name) => Some(name.as_str()),
            Item::Text(_) | Item::Either(..) => None,
        })
    }

    /// Whether it holds a capture of any number of segments.
    pub fn is_open(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Tail(_) | Item::Many(_)))
    }

    /// The captures when the whole of `text` matches; the first capture takes as much as it can. `same` compares the
    /// pattern's own texts.
    pub fn matches(&self, text: &str, same: fn(&str, &str) -> bool) -> Option<Captures> {
        if text.len() > LONGEST_TEXT {
            return None;
        }
        let mut run = Match { left: MOST_TRIED, text, same, failed: HashSet::new(), taken: Vec::new() };
        run.from(&self.items, 0).then(|| {
            run.taken
                .into_iter()
                .map(|(name, range)| (name.to_owned(), text[range].trim_start_matches('/').to_owned()))
                .collect()
        })
    }

    /// The text with the captures in their places; `None` when one is missing.
    pub fn fill(&self, captures: &Captures) -> Option<String> {
        let mut out = String::new();
        for item in &self.items {
            match item {
                Item::Text(text) => out.push_str(text),
                Item::One(name) | Item::Many(name) => out.push_str(captures.get(name)?),
                Item::Either(name, texts) => out.push_str(captures.get(name).or_else(|| texts.first())?),
                Item::Tail(name) => {
                    let value = captures.get(name)?;
                    if !value.is_empty() {
                        out.push('/');
                        out.push_str(value);
                    }
                }
            }
        }
        Some(out)
    }
}

fn push_text(items: &mut Vec<Item>, text: &str) {
    if !text.is_empty() {
        items.push(Item::Text(text.to_owned()));
    }
}

/// The item for `{inner}`; a tail takes the `/` before it to itself.
fn capture(inner: &str, items: &mut Vec<Item>, rest: &str) -> Result<Item, String> {
    let (name, many) = inner.strip_suffix("...").map_or((inner, false), |name| (name, true));
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !plain {
        return Err(format!("`{{{inner}}}` needs a name of letters, digits, `_` and `-`"));
    }
    let name = name.to_owned();
    if !many {
        return Ok(Item::One(name));
    }
    let Some(Item::Text(before)) = items.last_mut() else { return Ok(Item::Many(name)) };
    if !before.ends_with('/') || !(rest.is_empty() || rest.starts_with('/')) {
        return Ok(Item::Many(name));
    }
    before.pop();
    if before.is_empty() {
        items.pop();
    }
    Ok(Item::Tail(name))
}

/// So many pieces are tried at most. No honest pattern comes near; one that has more to try matches nothing.
const MOST_TRIED: usize = 1 << 18;

/// A match under way. What failed once is not tried again.
struct Match<'a> {
    /// How many pieces may still be tried.
    left: usize,
    text: &'a str,
    same: fn(&str, &str) -> bool,
    failed: HashSet<(usize, usize)>,
    taken: Vec<(&'a str, std::ops::Range<usize>)>,
}

impl<'a> Match<'a> {
    fn from(&mut self, items: &'a [Item], at: usize) -> bool {
        let Some((item, rest)) = items.split_first() else { return at == self.text.len() };
        if self.failed.contains(&(items.len(), at)) {
            return false;
        }
        let left = &self.text[at..];
        let found = match item {
            Item::Text(text) => self.literal(text, at) && self.from(rest, at + text.len()),
            Item::Either(name, texts) => {
                texts.iter().any(|text| self.literal(text, at) && self.take(name, at..at + text.len(), rest))
            }
            Item::One(name) => {
                let len = left.find('/').unwrap_or(left.len());
                self.longest(name, at, len, rest)
            }
            Item::Many(name) => self.longest(name, at, left.len(), rest),
            Item::Tail(name) => {
                left.len() > 1 && left.starts_with('/') && self.longest(name, at, left.len(), rest)
                    || self.take(name, at..at, rest)
            }
        };
        if !found {
            self.failed.insert((items.len(), at));
        }
        found
    }

    fn literal(&self, text: &str, at: usize) -> bool {
        self.text.get(at..at + text.len()).is_some_and(|here| (self.same)(here, text))
    }

    fn longest(&mut self, name: &'a str, at: usize, len: usize, rest: &'a [Item]) -> bool {
        (1..=len).rev().any(|len| self.text.is_char_boundary(at + len) && self.take(name, at..at + len, rest))
    }

    fn take(&mut self, name: &'a str, range: std::ops::Range<usize>, rest: &'a [Item]) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        let (depth, end) = (self.taken.len(), range.end);
        self.taken.push((name, range));
        let found = self.from(rest, end);
        if !found {
            self.taken.truncate(depth);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pattern: &str, text: &str) -> Option<String> {
        let captures = Pattern::parse(pattern).ok()?.matches(text, |a, b| a == b)?;
        Some(captures.into_iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn captures_segments_tails_and_alternatives() {
        let some = |s: &str| Some(s.to_owned());
        assert_eq!(
            run("/runbooks/{component}/{alert}", "/runbooks/kube/podcrash"),
            some("alert=podcrash component=kube")
        );
        assert_eq!(run("/runbooks/{component}/{alert}", "/runbooks/kube"), None);
        assert_eq!(run("/runbooks/{alert}", "/runbooks/kube/podcrash"), None);
        assert_eq!(
            run("/{owner}/{repo}/(blob|tree)/{ref}/{path...}", "/acme/docs/tree/main/a/b.md"),
            some("(0=tree owner=acme path=a/b.md ref=main repo=docs")
        );
        assert_eq!(run("/docs/{path...}", "/docs"), some("path="));
        assert_eq!(run("/docs/{path...}/index", "/docs/index"), some("path="));
        assert_eq!(run("/docs/{path...}.html", "/docs/a/b.html"), some("path=a/b"));
        assert_eq!(run("/v{version}/x(/|)", "/v1.2/x"), some("(0= version=1.2"));
        assert_eq!(run("/é{x}", "/éü"), some("x=ü"));
    }

    #[test]
    fn fills_what_it_captured() {
        for (pattern, text) in [("/{a}/(x|y)/{b...}", "/1/y/2/3"), ("/{a}/{b...}", "/1"), ("{a}-{b}.md", "k-l.md")] {
            let pattern = Pattern::parse(pattern).unwrap();
            let captures = pattern.matches(text, |a, b| a == b).unwrap();
            assert_eq!(pattern.fill(&captures).unwrap(), text);
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (pattern, message) in [
            ("/{a", "`{` is never closed"),
            ("/a}", "`}` closes nothing"),
            ("/{a}/{a}", "`{a}` is there twice"),
            ("/{a b}", "`{a b}` needs a name of letters, digits, `_` and `-`"),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap_err(), message);
        }
    }

    #[test]
    fn hostile_texts_take_no_time() {
        let pattern = "{a}{b}{c}{d}{e}{f}{g}{h}x";
        assert_eq!(run(pattern, &"y".repeat(300)), None);
        let many = (0..60).fold(String::new(), |text, n| text + &format!("{{v{n}}}"));
        assert_eq!(run(&format!("{many}x"), &"y".repeat(1900)), None);
    }
}
