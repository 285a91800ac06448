//! One line of a snapshot: an episode. The short way reads what snapshots look like, at the speed of comparing bytes with the line
//! before; whatever it does not know it hands over to the long way, which is serde's and finds the words for what is wrong.

use super::store::{Acknowledgement, Episode, OPEN, State};
use super::time::{Millis, millis};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What tells series apart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(super) struct SeriesKey {
    pub rule: String,
    /// Sorted by name, each name once.
    pub labels: Vec<(String, String)>,
    pub state: State,
    pub file: Option<String>,
    pub group: Option<String>,
}

/// Who ended an episode.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resolver {
    /// Somebody closed it.
    Human,
    /// The condition went away.
    Auto,
}

impl Resolver {
    /// As snapshots say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Auto => "auto",
        }
    }
}

/// A parsed line.
#[derive(Debug)]
pub(super) struct Line {
    pub key: SeriesKey,
    pub episode: Episode,
    pub acknowledgement: Acknowledgement,
}

#[derive(Deserialize)]
struct Long {
    rule: String,
    labels: LabelMap,
    state: StateName,
    first: Seconds,
    last: Seconds,
    samples: u32,
    open: bool,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    acked_at: Option<Seconds>,
    #[serde(default)]
    acked_by: Option<String>,
    #[serde(default)]
    resolved_by: Option<Resolver>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum StateName {
    Pending,
    Firing,
}

struct Seconds(Millis);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(from)?;
        millis(seconds).map(Self).ok_or_else(|| D::Error::custom(format!("{seconds} is no time in Unix seconds")))
    }
}

struct LabelMap(Vec<(String, String)>);

impl<'de> Deserialize<'de> for LabelMap {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(LabelVisitor).map(Self)
    }
}

struct LabelVisitor;

impl<'de> Visitor<'de> for LabelVisitor {
    type Value = Vec<(String, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of label names and values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut labels = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, String>()? {
            if labels.contains_key(&name) {
                return Err(A::Error::custom(format!("label `{}` twice", name.escape_debug())));
            }
            labels.insert(name, value);
        }
        Ok(labels.into_iter().collect())
    }
}

/// Reads a line the long way. The error says what is wrong and at which column.
pub(super) fn parse(line: &[u8]) -> Result<Line, String> {
    let long: Long = serde_json::from_slice(line).map_err(|e| complaint(&e))?;
    let state = match long.state {
        StateName::Pending => State::Pending,
        StateName::Firing => State::Firing,
    };
    let episode = episode(long.first.0, long.last.0, long.samples, long.open)
        .ok_or_else(|| "`last` is before `first`".to_owned())?;
    let at = long.acked_at.map(|at| at.0);
    Ok(Line {
        key: SeriesKey { rule: long.rule, labels: long.labels.0, state, file: long.file, group: long.group },
        episode,
        acknowledgement: Acknowledgement { at, by: long.acked_by.map(Arc::from), resolved: long.resolved_by },
    })
}

/// What serde says, without its line number: it is always the first.
pub(super) fn complaint(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.replace(" at line 1 column ", " at column ")
}

fn episode(first: Millis, last: Millis, samples: u32, open: bool) -> Option<Episode> {
    (first <= last).then_some(Episode { first, last, samples, more: if open { OPEN } else { 0 } })
}

/// The bytes that name the series of a line, as they stand there.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct RawKey<'a> {
    rule: &'a [u8],
    labels: &'a [u8],
    state: State,
    file: &'a [u8],
    group: &'a [u8],
}

impl RawKey<'_> {
    /// Whether both spell the same; slices that are the same bytes in memory are not compared.
    pub(super) fn same(&self, other: &Self) -> bool {
        let equal = |a: &[u8], b: &[u8]| std::ptr::eq(a, b) || a == b;
        self.state == other.state
            && equal(self.rule, other.rule)
            && equal(self.labels, other.labels)
            && equal(self.file, other.file)
            && equal(self.group, other.group)
    }

    /// The key that the bytes spell; none where they are not what they seem.
    pub(super) fn parse(&self) -> Option<SeriesKey> {
        let optional = |raw: &[u8]| if raw.is_empty() { Some(None) } else { serde_json::from_slice(raw).ok() };
        let LabelMap(labels) = serde_json::from_slice(self.labels).ok()?;
        Some(SeriesKey {
            rule: serde_json::from_slice(self.rule).ok()?,
            labels,
            state: self.state,
            file: optional(self.file)?,
            group: optional(self.group)?,
        })
    }
}

/// Reads a line the short way: only the keys of a plain episode, each once, no blanks but one after `:` and `,`. `previous` is the key of a line that
/// was read before: equal bytes are not looked at again. None hands over to [`parse`].
pub(super) fn short<'a>(line: &'a [u8], previous: &RawKey<'a>) -> Option<(RawKey<'a>, Episode)> {
    let mut at = Cursor { bytes: line, at: 0 };
    let mut key = RawKey::default();
    let (mut first, mut last, mut samples, mut open) = (0, 0, 0, false);
    let mut seen = 0u16;
    at.take(b'{')?;
    loop {
        let name = at.name()?;
        let bit = match name {
            b"rule" => {
                key.rule = at.known_or(previous.rule, Cursor::string)?;
                1
            }
            b"labels" => {
                key.labels = at.known_or(previous.labels, Cursor::object)?;
                2
            }
            b"state" => {
                key.state = at.state()?;
                4
            }
            b"first" => {
                first = at.seconds()?;
                8
            }
            b"last" => {
                last = at.seconds()?;
                16
            }
            b"samples" => {
                samples = u32::try_from(at.digits(10)?).ok()?;
                32
            }
            b"open" => {
                open = at.boolean()?;
                64
            }
            b"file" => {
                key.file = at.known_or(previous.file, Cursor::string)?;
                128
            }
            b"group" => {
                key.group = at.known_or(previous.group, Cursor::string)?;
                256
            }
            _ => return None,
        };
        if seen & bit != 0 {
            return None;
        }
        seen |= bit;
        if at.take(b',').is_none() {
            break;
        }
        at.blank();
    }
    at.take(b'}')?;
    (at.rest().is_empty() && seen & 127 == 127).then_some(())?;
    Some((key, episode(first, last, samples, open)?))
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.bytes.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn blank(&mut self) {
        let _ = self.take(b' ');
    }

    /// `"name":` of a key.
    fn name(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        let rest = self.rest();
        let length = rest.iter().take(8).position(|&b| b == b'"')?;
        self.at += length + 1;
        self.take(b':')?;
        self.blank();
        rest.get(..length)
    }

    /// The value `known` if it stands here, else what `scan` finds. `known` is a whole string or object, so that nothing can follow within it.
    fn known_or(&mut self, known: &'a [u8], scan: fn(&mut Self) -> Option<()>) -> Option<&'a [u8]> {
        let start = self.at;
        if !known.is_empty() && self.rest().starts_with(known) {
            self.at += known.len();
            return Some(known);
        }
        scan(self)?;
        self.bytes.get(start..self.at)
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            let length = memchr::memchr2(b'"', b'\\', self.rest())?;
            self.at += length + 1;
            if self.bytes.get(self.at - 1) == Some(&b'"') {
                return Some(());
            }
            self.at += 1;
        }
    }

    /// An object of strings.
    fn object(&mut self) -> Option<()> {
        self.take(b'{')?;
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            self.string()?;
            self.take(b':')?;
            self.blank();
            self.string()?;
            if self.take(b',').is_none() {
                break;
            }
            self.blank();
        }
        self.take(b'}')
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest().starts_with(word).then(|| self.at += word.len())
    }

    fn state(&mut self) -> Option<State> {
        let firing = self.word(b"\"firing\"").map(|()| State::Firing);
        firing.or_else(|| self.word(b"\"pending\"").map(|()| State::Pending))
    }

    fn boolean(&mut self) -> Option<bool> {
        let no = self.word(b"false").map(|()| false);
        no.or_else(|| self.word(b"true").map(|()| true))
    }

    /// A number without sign, fraction, exponent or leading zero, of at most `most` digits.
    fn digits(&mut self, most: usize) -> Option<u64> {
        let mut number = 0;
        let start = self.at;
        while let Some(digit) = self.bytes.get(self.at).map(|b| b.wrapping_sub(b'0')).filter(|&d| d < 10) {
            number = number * 10 + u64::from(digit);
            self.at += 1;
            if self.at - start > most {
                return None;
            }
        }
        let leading_zero = self.at - start > 1 && self.bytes.get(start) == Some(&b'0');
        let more = matches!(self.bytes.get(self.at), Some(b'e' | b'E'));
        (self.at > start && !leading_zero && !more).then_some(number)
    }

    fn seconds(&mut self) -> Option<Millis> {
        let whole = Millis::try_from(self.digits(11)?).ok()? * 1000;
        if self.take(b'.').is_none() {
            return Some(whole);
        }
        let mut fraction = 0;
        let mut weight = 100;
        while let Some(digit) = self.bytes.get(self.at).filter(|b| b.is_ascii_digit()) {
            if weight == 0 {
                return None;
            }
            fraction += Millis::from(digit - b'0') * weight;
            weight /= 10;
            self.at += 1;
        }
        (weight < 100 && !matches!(self.bytes.get(self.at), Some(b'e' | b'E'))).then_some(whole + fraction)
    }
}
