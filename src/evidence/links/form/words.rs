//! Words and hosts that stand for a runbook that nobody wrote yet.

use std::ops::Range;

/// Words that say "later" or "none", in lower case, without punctuation around them.
const WORDS: [&str; 31] = [
    "todo",
    "tbd",
    "tba",
    "tbc",
    "fixme",
    "xxx",
    "na",
    "n/a",
    "n.a",
    "none",
    "null",
    "nil",
    "undefined",
    "empty",
    "unknown",
    "missing",
    "pending",
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "no runbook",
    "no runbook yet",
    "not available",
    "not applicable",
    "not yet",
    "coming soon",
    "to do",
    "to be done",
    "to be defined",
    "to be added",
];

/// No longer text is one of them.
const LONGEST: usize = 16;

/// Marks that begin a note to oneself, as programmers write them.
const MARKS: [&str; 4] = ["TODO", "TBD", "FIXME", "XXX"];

/// Last segments of a path that nobody means.
const SEGMENTS: [&str; 6] = ["TODO", "TBD", "FIXME", "CHANGEME", "CHANGE_ME", "PLACEHOLDER"];

/// The range of the placeholder word in `text`, if the whole of it says no more than that.
pub fn placeholder(text: &str) -> Option<Range<usize>> {
    let core = text.trim_matches(|c: char| !c.is_alphanumeric());
    if core.is_empty() {
        return Some(0..text.len());
    }
    if core.len() <= LONGEST && WORDS.contains(&core.to_lowercase().as_str()) {
        return Some(0..text.len());
    }
    let start = text.len() - text.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let mark = MARKS.iter().find(|mark| text[start..].starts_with(**mark))?;
    let end = start + mark.len();
    // `TODO: write it` is a note, `TODO/disk.md` a path.
    text[end..].starts_with([':', ' ', ',', ';', '(', '!', '-']).then_some(start..end)
}

/// Whether this host name is kept for examples (RFC 2606, RFC 6761) or used as one everywhere.
pub fn example_host(host: &str) -> bool {
    let host = host.trim_end_matches('.').as_bytes();
    let is = |name: &&str| host.eq_ignore_ascii_case(name.as_bytes());
    let under = |name: &&str| {
        let head = host.len().checked_sub(name.len());
        head.is_some_and(|at| host[at..].eq_ignore_ascii_case(name.as_bytes()) && (at == 0 || host[at - 1] == b'.'))
    };
    ["example.com", "example.org", "example.net", "example", "invalid", "test"].iter().any(under)
        || ["test.com", "www.test.com", "todo", "tbd", "changeme"].iter().any(is)
}

/// The range in `path` of a last segment that is a placeholder.
pub fn example_segment(path: &str) -> Option<Range<usize>> {
    let path = path.trim_end_matches('/');
    let start = memchr::memrchr(b'/', path.as_bytes()).map_or(0, |i| i + 1);
    SEGMENTS.contains(&&path[start..]).then_some(start..path.len())
}

/// The range of the first `<name>` or `{name}` in `text`.
pub fn unfilled(text: &str) -> Option<Range<usize>> {
    memchr::memchr2(b'<', b'{', text.as_bytes())?;
    text.match_indices(['<', '{']).find_map(|(start, open)| {
        let close = if open == "<" { '>' } else { '}' };
        let inner = &text[start + 1..];
        // A name is short; who opens thousands of brackets is not searched to the end for each.
        let len = inner[..inner.floor_char_boundary(61)].find(close).filter(|len| *len > 0)?;
        let name = inner[..len].chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '));
        name.then_some(start..start + len + 2)
    })
}
