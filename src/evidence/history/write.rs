//! Writes a snapshot.

use super::line::{Resolver, SeriesKey};
use super::read::{KIND, SCHEMA_VERSION};
use super::store::{Acknowledgement, Episode, OPEN, Series, State, Store};
use super::time::{Millis, Period, print_time, seconds, unite};
use super::{Head, History, zstd};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

/// How our own digests begin.
pub(super) const DIGEST_KIND: &str = "episodes:";
const BUFFER: usize = 1 << 16;

/// One episode with all that is known of it, as sources give it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Record {
    /// The alert's name.
    pub rule: String,
    /// Its labels; any order.
    pub labels: Vec<(String, String)>,
    /// Pending or firing.
    pub state: State,
    /// First evaluation in the state.
    pub first: Millis,
    /// Last evaluation in the state, not before the first.
    pub last: Millis,
    /// Number of evaluations; 0 where the source does not count them.
    pub samples: u32,
    /// Whether the window ended first.
    pub open: bool,
    /// The rule's file, where known.
    pub file: Option<String>,
    /// The rule group, where known.
    pub group: Option<String>,
    /// What people did about it.
    pub acknowledgement: Acknowledgement,
}

impl History {
    /// A snapshot of `records`, in any order. The digest of `head` is set, its coverage cut to the window.
    pub fn new(mut head: Head, records: impl IntoIterator<Item = Record>) -> Self {
        let inside = |period: Period| period.intersection(head.window);
        head.coverage = unite(std::mem::take(&mut head.coverage)).into_iter().filter_map(inside).collect();
        let mut store = Store::default();
        for record in records {
            let (key, episode, acknowledgement) = record.split();
            if acknowledgement == Acknowledgement::default() {
                store.add(&key, &[episode]);
            } else {
                store.add_acknowledged(&key, episode, acknowledgement);
            }
        }
        store.sort();
        let mut history = Self { head, store };
        history.head.digest = history.digest();
        history
    }

    /// A digest over all episodes, for the head: their number and a sum that does not depend on their order.
    pub(super) fn digest(&self) -> String {
        let mut sum = 0u64;
        for series in self.series() {
            let key = series_digest(&series);
            for episode in series.episodes {
                let parts = [episode.first, episode.last, Millis::from(episode.samples), Millis::from(episode.open())];
                sum = sum.wrapping_add(parts.iter().fold(key, |sum, part| mix(sum ^ part.cast_unsigned())));
            }
        }
        format!("{DIGEST_KIND}{}:{sum:016x}", self.len())
    }

    fn head_line(&self) -> Value {
        let period = |p: &Period| json!({"from": print_time(p.from), "to": print_time(p.to)});
        let head = &self.head;
        json!({
            "schema_version": SCHEMA_VERSION,
            "kind": KIND,
            "window": period(&head.window),
            "coverage": head.coverage.iter().map(period).collect::<Vec<_>>(),
            "source": head.source,
            "tool": head.tool,
            "digest": head.digest,
            "rules": head.rules.iter().map(|one| {
                let mut rule = json!({"rule": one.rule, "digest": one.digest});
                if let (Some(since), Some(rule)) = (one.since, rule.as_object_mut()) {
                    rule.insert("since".to_owned(), print_time(since).into());
                }
                rule
            }).collect::<Vec<_>>(),
        })
    }
}

impl Record {
    fn split(mut self) -> (SeriesKey, Episode, Acknowledgement) {
        self.labels.sort_unstable();
        self.labels.dedup_by(|next, kept| next.0 == kept.0);
        let Self { rule, labels, state, file, group, .. } = self;
        let more = if self.open { OPEN } else { 0 };
        let episode = Episode { first: self.first, last: self.last.max(self.first), samples: self.samples, more };
        (SeriesKey { rule, labels, state, file, group }, episode, self.acknowledgement)
    }
}

fn series_digest(series: &Series) -> u64 {
    let labels = series.labels.iter().flat_map(|(name, value)| [name, value]);
    let texts = [series.rule, series.state.as_str(), series.file.unwrap_or(""), series.group.unwrap_or("")];
    fnv(texts.into_iter().chain(labels))
}

/// FNV-1a over texts, each ended by a byte that no UTF-8 text holds.
pub(super) fn fnv<'a>(texts: impl IntoIterator<Item = &'a str>) -> u64 {
    let step = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let text = |sum, text: &str| step(text.bytes().fold(sum, step), 0xff);
    texts.into_iter().fold(0xcbf2_9ce4_8422_2325, text)
}

/// The finaliser of `SplitMix64`.
fn mix(mut sum: u64) -> u64 {
    sum = (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    sum = (sum ^ (sum >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    sum ^ (sum >> 31)
}

/// Writes `history` as a snapshot, zstd-compressed if asked.
pub fn write(history: &History, to: impl Write, compressed: bool) -> io::Result<()> {
    let all = |to: &mut dyn Write| {
        writeln!(to, "{}", history.head_line())?;
        write_episodes(history, to)
    };
    let mut to = BufWriter::new(to);
    if compressed {
        zstd::compress(&mut to, all)?;
    } else {
        all(&mut to)?;
    }
    to.flush()
}

/// Writes the episodes alone, without a head, one JSON object a line.
pub fn write_episodes(history: &History, to: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    for series in history.series() {
        let lines = Lines::of(&series);
        for episode in series.episodes {
            lines.write(&mut text, episode, series.acknowledgement(episode));
            if text.len() >= BUFFER {
                to.write_all(text.as_bytes())?;
                text.clear();
            }
        }
    }
    to.write_all(text.as_bytes())
}

/// What the lines of one series share.
struct Lines {
    start: String,
    end: String,
}

impl Lines {
    fn of(series: &Series) -> Self {
        let labels: serde_json::Map<_, _> =
            series.labels.iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        let (rule, labels) = (Value::from(series.rule), Value::from(labels));
        let start = format!("{{\"rule\":{rule},\"labels\":{labels},\"state\":\"{}\",", series.state.as_str());
        let mut end = String::new();
        for (key, value) in [("file", series.file), ("group", series.group)] {
            if let Some(value) = value {
                let _ = write!(end, ",\"{key}\":{}", Value::from(value));
            }
        }
        Self { start, end }
    }

    fn write(&self, text: &mut String, episode: &Episode, acknowledgement: Option<&Acknowledgement>) {
        let Self { start, end } = self;
        let (first, last) = (seconds(episode.first), seconds(episode.last));
        let (samples, open) = (episode.samples, episode.open());
        let _ = write!(text, "{start}\"first\":{first},\"last\":{last},\"samples\":{samples},\"open\":{open}{end}");
        let Acknowledgement { at, by, resolved } = acknowledgement.cloned().unwrap_or_default();
        if let Some(at) = at {
            let _ = write!(text, ",\"acked_at\":{}", seconds(at));
        }
        if let Some(by) = by {
            let _ = write!(text, ",\"acked_by\":{}", Value::from(&*by));
        }
        if let Some(resolved) = resolved {
            let _ = write!(text, ",\"resolved_by\":\"{}\"", Resolver::as_str(resolved));
        }
        text.push_str("}\n");
    }
}
