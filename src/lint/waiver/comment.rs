//! The text of a waiver: `groundrules: allow(ID, …) until DATE because …`. Reading goes on after a slip, so that all of them
//! are said at once.

use jiff::civil::Date;

use crate::source::TextRange;
use crate::suggest;

/// What a comment says; ranges are bytes of its text.
#[derive(PartialEq, Eq, Debug, Default)]
pub(super) struct Parsed {
    pub rules: Vec<(String, TextRange)>,
    pub until: Option<Date>,
    pub because: String,
    /// What keeps it from waiving anything, the worst first.
    pub slips: Vec<Slip>,
}

/// Something wrong with the text.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Slip {
    pub range: TextRange,
    pub message: String,
}

const NAME: &str = "groundrules";

/// What other linters call it.
const OTHER_WORDS: &[&str] = &[
    "allowed", "allows", "ignore", "disable", "disabled", "waive", "waiver", "suppress", "silence", "skip", "snooze",
    "permit", "exempt", "noqa",
];
const UNTIL: &str = "until";
const BECAUSE: &str = "because";
const UNTIL_WORDS: &[&str] = &["till", "til", "before", "expires", "expiry", "by", "to"];
const BECAUSE_WORDS: &[&str] = &["reason", "since", "as", "why", "cause", "for", "due"];

/// Whether a text may hold a waiver; cheap, and right about nearly all that do not.
pub(super) fn concerns(text: &str) -> bool {
    let bytes = text.as_bytes();
    let word = |at: Option<usize>, word: &[u8]| {
        at.and_then(|at| bytes.get(at..at + word.len())).is_some_and(|here| here.eq_ignore_ascii_case(word))
    };
    memchr::memchr2_iter(b'u', b'U', bytes)
        .any(|u| word(u.checked_sub(2), b"round") || word(u.checked_sub(1), b"rules"))
}

/// Reads a comment, with its `#` or without; nothing where it is about something else.
pub(super) fn parse(text: &str) -> Option<Parsed> {
    let start = text.len() - text.trim_start_matches('#').trim_start().len();
    if text[start..].starts_with('#') {
        // A comment that was commented out.
        return None;
    }
    let mut reader = Reader { text, at: start, parsed: Parsed::default() };
    if !reader.address() {
        return misplaced(text).map(|slip| Parsed { slips: vec![slip], ..Parsed::default() });
    }
    if reader.allow() {
        reader.clauses();
    }
    Some(reader.parsed)
}

/// A waiver further on in a comment, where nobody looks for it.
fn misplaced(text: &str) -> Option<Slip> {
    let at = text.match_indices("groundrules:").map(|(at, _)| at).find(|&at| {
        let before = text[..at].ends_with([' ', '\t']) && !text[..at].trim_end().ends_with(['`', '"', '\'']);
        before && text[at + NAME.len() + 1..].trim_start().starts_with("allow")
    })?;
    let end = at + NAME.len() + 1;
    Some(Slip { range: range(at, end), message: "a waiver stands at the start of its comment".to_owned() })
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(start as u32, end as u32)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    parsed: Parsed,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// The end of the run of `wanted` characters from here.
    fn run(&self, wanted: impl Fn(char) -> bool) -> usize {
        self.at + self.rest().find(|c| !wanted(c)).unwrap_or(self.rest().len())
    }

    fn slip(&mut self, start: usize, end: usize, message: impl Into<String>) {
        self.parsed.slips.push(Slip { range: range(start, end), message: message.into() });
    }

    /// `groundrules:`, or what was meant to be.
    fn address(&mut self) -> bool {
        let (rest, start) = (self.rest(), self.at);
        if rest.strip_prefix(NAME).is_some_and(|after| after.starts_with(':')) {
            self.at += NAME.len() + 1;
            return true;
        }
        // `ground rules:`, then `groundrules` without its colon.
        let head = |end: Option<usize>| end.filter(|&end| end <= 16);
        let ends = [
            head(rest.find(':')),
            head(rest.find([' ', '\t', ':', '('])),
            head(rest.match_indices([' ', '(']).nth(1).map(|(at, _)| at)),
        ];
        for end in ends.into_iter().flatten() {
            let name: String = rest[..end].chars().filter(char::is_ascii_alphanumeric).collect();
            let after = rest[end..].trim_start_matches([' ', '\t', ':']);
            let word = &after[..after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len())];
            let meant = strsim::osa_distance(&name.to_ascii_lowercase(), NAME) <= 2;
            if meant && (word == "allow" || other_word(word)) {
                self.at = self.text.len() - after.len();
                let written = self.text[start..self.at].trim_end();
                self.slip(
                    start,
                    start + written.len(),
                    format!("a waiver begins with `groundrules:`, not with `{written}`"),
                );
                return true;
            }
        }
        false
    }

    /// `allow(ID, …)`; whether it makes sense to read on.
    fn allow(&mut self) -> bool {
        self.blanks();
        let (start, end) = (self.at, self.run(|c| c.is_alphanumeric() || c == '-' || c == '_'));
        let word = &self.text[start..end];
        if word != "allow" {
            let message = match word {
                "" => "`groundrules:` is followed by `allow(…)`, the lint rules to waive in the parentheses".to_owned(),
                word => format!("`groundrules:` is followed by `allow(…)`, not by `{word}`"),
            };
            self.slip(start, end, message);
            if !other_word(word) {
                return false;
            }
        }
        self.at = end;
        self.blanks();
        if !self.rest().starts_with('(') {
            let stop = self.next_clause();
            self.slip(start, end, "the lint rules to waive stand in parentheses after `allow`");
            self.ids(stop);
            return true;
        }
        let open = self.at;
        self.at += 1;
        if let Some(length) = self.rest().find(')') {
            self.ids(self.at + length);
            self.at += 1;
        } else {
            self.slip(open, open + 1, "this parenthesis is never closed");
            self.ids(self.next_clause());
        }
        if self.parsed.rules.is_empty() {
            self.slip(open, self.at, "no lint rule is named");
        }
        true
    }

    /// Where the next `until` or `because` begins.
    fn next_clause(&self) -> usize {
        let rest = self.rest();
        let clause = |word: &str| {
            let alone = |at: usize| {
                let (before, after) = (&rest[..at], &rest[at + word.len()..]);
                (before.is_empty() || before.ends_with([' ', '\t', ',', ')']))
                    && (after.is_empty() || after.starts_with([' ', '\t', ':']))
            };
            rest.match_indices(word).map(|(at, _)| at).find(|&at| alone(at))
        };
        self.at + clause("until").into_iter().chain(clause("because")).min().unwrap_or(rest.len())
    }

    fn ids(&mut self, end: usize) {
        let mut at = self.at;
        for part in self.text[at..end].split_inclusive([',', ' ', '\t']) {
            let id = part.trim_end_matches([',', ' ', '\t']);
            if !id.is_empty() {
                self.id(id, at);
            }
            at += part.len();
        }
        self.at = end;
    }

    fn id(&mut self, id: &str, at: usize) {
        let end = at + id.len();
        if matches!(id, "*" | "all" | "any") {
            self.slip(at, end, "a waiver names each lint rule that it allows to be broken");
        } else if let Some(message) = super::not_for_waivers(id) {
            self.slip(at, end, message);
        } else {
            self.parsed.rules.push((id.to_owned(), range(at, end)));
        }
    }

    /// `until DATE because REASON`.
    fn clauses(&mut self) {
        let said = self.at;
        let (mut dated, mut reasoned) = (false, false);
        loop {
            self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t', ',', ';', '.', '-', ':']).len();
            let (start, end) = (self.at, self.run(char::is_alphanumeric));
            if self.rest().is_empty() || reasoned {
                break;
            }
            let word = &self.text[start..end];
            match keyword(word).filter(|&keyword| !(dated && keyword == UNTIL)) {
                Some(keyword) => {
                    if word != keyword {
                        self.slip(start, end, format!("write `{keyword}`, not `{word}`"));
                    }
                    self.at = end;
                    if keyword == UNTIL {
                        self.date(range(start, end));
                        dated = true;
                    } else {
                        dated |= self.reason(dated);
                        reasoned = true;
                    }
                }
                None => self.stray(),
            }
        }
        self.missing(said, dated, reasoned);
    }

    fn missing(&mut self, said: usize, dated: bool, reasoned: bool) {
        let start = self.text.len() - self.text.trim_start_matches('#').trim_start().len();
        let message = match (dated, reasoned) {
            (false, false) => "this waiver has neither a date nor a reason, so it waives nothing",
            (false, true) => "this waiver has no date, so it waives nothing",
            (true, false) => "this waiver has no reason, so it waives nothing",
            (true, true) => return,
        };
        self.slip(start, said.max(start), message);
    }

    /// The day after the keyword that stands at `until`.
    fn date(&mut self, until: TextRange) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t', ':']).len();
        let (start, end) = (self.at, self.run(|c| !c.is_whitespace()));
        let written = self.text[start..end].trim_end_matches([',', ';', ':', '.']);
        if written.is_empty() || written == BECAUSE {
            return self.slip(until.start as usize, until.end as usize, "no day follows: write it as `YYYY-MM-DD`");
        }
        self.at = start + written.len();
        match date(written) {
            Ok(date) => self.parsed.until = Some(date),
            Err(message) => self.slip(start, self.at, message),
        }
    }

    /// The rest of the comment; whether the date stands in it, which is said.
    fn reason(&mut self, dated: bool) -> bool {
        let start = self.text.len() - self.rest().trim_start_matches([' ', '\t', ':']).len();
        let reason = self.text[start..].trim_end();
        self.at = self.text.len();
        if !reason.chars().any(char::is_alphanumeric) {
            self.slip(start, start + reason.len(), "this waiver has no reason, so it waives nothing");
            return false;
        }
        reason.clone_into(&mut self.parsed.because);
        let until =
            reason.rfind("until ").filter(|&at| !dated && date(reason[at + 6..].trim().trim_end_matches('.')).is_ok());
        if let Some(at) = until {
            self.slip(start + at, start + reason.len(), "the date of a waiver stands before its reason");
        }
        until.is_some()
    }

    /// Text that is no clause.
    fn stray(&mut self) {
        let start = self.at;
        self.at = self.next_clause().max(self.run(char::is_alphanumeric));
        if self.at == start {
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
        }
        let written = self.text[start..self.at].trim_end();
        self.slip(
            start,
            start + written.len(),
            "after the lint rules only `until DATE` and `because …` are understood",
        );
    }
}

/// The keyword that a word is or was meant to be.
fn keyword(word: &str) -> Option<&'static str> {
    let others = |words: &[&str], keyword| words.contains(&word.to_ascii_lowercase().as_str()).then_some(keyword);
    suggest::closest(word, [UNTIL, BECAUSE])
        .or_else(|| others(UNTIL_WORDS, UNTIL))
        .or_else(|| others(BECAUSE_WORDS, BECAUSE))
}

fn other_word(word: &str) -> bool {
    OTHER_WORDS.contains(&word.to_ascii_lowercase().as_str()) || suggest::closest(word, ["allow"]).is_some()
}

/// A day as `YYYY-MM-DD`.
///
/// # Errors
/// What is wrong with the text.
pub fn date(text: &str) -> Result<Date, String> {
    let shape = text.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b });
    if !shape.eq(*b"0000-00-00") {
        return Err(format!("`{text}` is not a date: write it as `YYYY-MM-DD`"));
    }
    text.parse().map_err(|_| format!("there is no day `{text}`"))
}
