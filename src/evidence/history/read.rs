//! Reads a snapshot: JSON Lines, plain or zstd-compressed, block by block, so that memory holds the episodes and not their text.

use super::line::{self, RawKey, SeriesKey};
use super::store::{Acknowledgement, Episode, Store};
use super::time::{Period, parse_time, print_time, unite};
use super::write::DIGEST_KIND;
use super::{Head, History, Loaded, zstd};
use crate::parallel;
use rayon::prelude::*;
use serde::Deserialize;
use std::fmt;
use std::io::{self, Read};

/// The only version of the snapshot's form so far.
pub(super) const SCHEMA_VERSION: u64 = 1;
/// What a head says of itself.
pub(super) const KIND: &str = "groundrules-history";
/// No line is longer than this; more is an error, so that memory stays bounded.
const LONGEST_LINE: usize = 1 << 20;
const BLOCK: usize = 1 << 18;
const BLOCKS_A_THREAD: usize = 4;
/// More episodes than this are refused: 24 bytes each.
const MOST_EPISODES: usize = 1 << 26;

/// Why a snapshot cannot be read. Nothing of it is used then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadError {
    /// The line, from 1; 0 where no line is to blame.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    fn new(line: u64, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

#[derive(Deserialize)]
struct Version {
    schema_version: Option<u64>,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct RawHead {
    window: RawPeriod,
    coverage: Option<Vec<RawPeriod>>,
    #[serde(default)]
    source: String,
    #[serde(default)]
    tool: String,
    digest: Option<String>,
    #[serde(default)]
    rules: Vec<RawLoaded>,
}

#[derive(Deserialize)]
struct RawLoaded {
    rule: String,
    digest: String,
    since: Option<String>,
}

impl RawLoaded {
    fn loaded(self) -> Result<Loaded, String> {
        let since = self.since.as_deref().map(parse_time).transpose()?;
        Ok(Loaded { rule: self.rule, digest: self.digest, since })
    }
}

#[derive(Deserialize)]
struct RawPeriod {
    from: String,
    to: String,
}

impl RawPeriod {
    fn period(&self) -> Result<Period, String> {
        let (from, to) = (parse_time(&self.from)?, parse_time(&self.to)?);
        if from > to { Err(format!("`{}` is after `{}`", self.from, self.to)) } else { Ok(Period { from, to }) }
    }
}

/// Reads the head, the first line.
fn head(line: &[u8]) -> Result<Head, String> {
    let version: Version =
        serde_json::from_slice(line).map_err(|e| format!("no head of a snapshot: {}", line::complaint(&e)))?;
    if version.kind.as_deref() != Some(KIND) {
        return Err(format!("no head of a snapshot: `kind` is not `{KIND}`"));
    }
    match version.schema_version {
        Some(SCHEMA_VERSION) => {}
        Some(other) => {
            return Err(format!("`schema_version` {other} is not known, only {SCHEMA_VERSION} is"));
        }
        None => return Err("the head has no `schema_version`".to_owned()),
    }
    let raw: RawHead = serde_json::from_slice(line).map_err(|e| line::complaint(&e))?;
    let window = raw.window.period()?;
    // What a head does not say to be covered is not taken to be.
    let coverage = raw.coverage.unwrap_or_default();
    let coverage = coverage.iter().map(RawPeriod::period).collect::<Result<_, _>>()?;
    let coverage = unite(coverage).into_iter().filter_map(|period| period.intersection(window)).collect();
    let rules = raw.rules.into_iter().map(RawLoaded::loaded).collect::<Result<_, _>>()?;
    if raw.digest.as_deref() == Some("") {
        return Err("the `digest` of the head is empty: nothing tells whether the snapshot is whole".to_owned());
    }
    let digest = raw.digest.unwrap_or_default();
    Ok(Head { window, coverage, source: raw.source, tool: raw.tool, digest, rules })
}

/// Reads a snapshot, plain or zstd-compressed, whichever its first bytes say.
///
/// A line that is not an episode, an episode outside of the window, a head of another kind or version, a digest that is empty or one of
/// ours that does not match, and a stream that ends within a frame are errors: a snapshot is read whole or not at all. Episodes are cut to
/// the window, and those of a series that overlap are one.
pub fn read(source: impl Read + Send) -> Result<History, ReadError> {
    let mut lines = Blocks::new(zstd::plain(source).map_err(|e| unreadable(0, &e))?);
    let Some(first) = lines.next().map_err(|e| e.at(0))? else {
        return Err(ReadError::new(1, "the snapshot is empty"));
    };
    let end = memchr::memchr(b'\n', first.text()).unwrap_or(first.used);
    let head = head(&first.text()[..end]).map_err(|message| ReadError::new(1, message))?;
    let rest = first.text().get(end + 1..).unwrap_or(&[]).to_vec();
    let first = Block { used: rest.len(), bytes: rest };
    let mut history = History { head, store: Store::default() };
    episodes(lines, first, history.head.window, &mut history.store)?;
    history.store.sort();
    let digest = &history.head.digest;
    if digest.starts_with(DIGEST_KIND) && *digest != history.digest() {
        let message = "the digest of the head does not match the episodes: the snapshot was cut short or changed";
        return Err(ReadError::new(0, message));
    }
    if history.store.tidy(history.head.window) {
        history.head.digest = history.digest();
    }
    Ok(history)
}

/// Reads all lines after the head: one batch of blocks is parsed while the next is read.
fn episodes<R: Read + Send>(
    mut lines: Blocks<R>,
    first: Block,
    window: Period,
    store: &mut Store,
) -> Result<(), ReadError> {
    parallel::threads();
    let mut line = 1;
    let mut batch = vec![first];
    let mut failed = None;
    while !batch.is_empty() {
        let parse = || batch.par_iter().map(|block| parse(block.text(), window)).collect::<Vec<_>>();
        let (next, parsed) = rayon::join(|| lines.batch(), parse);
        for part in parsed {
            let part = part.map_err(|e| ReadError::new(line + e.line, e.message))?;
            line += part.lines;
            part.store(store);
            if store.len() > MOST_EPISODES {
                return Err(ReadError::new(line, format!("more than {MOST_EPISODES} episodes")));
            }
        }
        if let Some(error) = failed {
            return Err(Fault::at(error, line));
        }
        lines.spare.append(&mut batch);
        (batch, failed) = next;
    }
    failed.map_or(Ok(()), |error| Err(error.at(line)))
}

/// Why no further block can be had.
enum Fault {
    Source(io::Error),
    LongLine,
}

impl Fault {
    fn at(self, line: u64) -> ReadError {
        match self {
            Self::Source(error) => unreadable(line, &error),
            Self::LongLine => ReadError::new(line + 1, format!("longer than {LONGEST_LINE} bytes")),
        }
    }
}

fn unreadable(line: u64, error: &io::Error) -> ReadError {
    let after = if line == 0 { String::new() } else { format!(" after line {line}") };
    ReadError::new(0, format!("cannot be read{after}: {error}"))
}

/// Cuts a stream into blocks of whole lines. The memory of blocks is used again: with fresh memory the kernel would be the bottleneck.
struct Blocks<R> {
    source: R,
    /// The start of a line, left over from the block before.
    rest: Vec<u8>,
    spare: Vec<Block>,
    ended: bool,
}

/// Whole lines: the first `used` bytes.
#[derive(Default)]
struct Block {
    bytes: Vec<u8>,
    used: usize,
}

impl Block {
    fn text(&self) -> &[u8] {
        &self.bytes[..self.used.min(self.bytes.len())]
    }
}

impl<R: Read> Blocks<R> {
    fn new(source: R) -> Self {
        Self { source, rest: Vec::new(), spare: Vec::new(), ended: false }
    }

    /// The next blocks, enough to keep every thread busy, and why there are no more if that is a fault.
    fn batch(&mut self) -> (Vec<Block>, Option<Fault>) {
        let mut blocks = Vec::new();
        while blocks.len() < BLOCKS_A_THREAD * parallel::threads() {
            match self.next() {
                Ok(Some(block)) => blocks.push(block),
                Ok(None) => break,
                Err(fault) => return (blocks, Some(fault)),
            }
        }
        (blocks, None)
    }

    fn next(&mut self) -> Result<Option<Block>, Fault> {
        let Block { mut bytes, .. } = self.spare.pop().unwrap_or_default();
        let mut filled = self.rest.len();
        bytes.resize(bytes.len().max(BLOCK + filled), 0);
        bytes[..filled].copy_from_slice(&self.rest);
        self.rest.clear();
        while !self.ended {
            if filled == bytes.len() {
                match memchr::memrchr(b'\n', &bytes) {
                    Some(end) => {
                        self.rest.extend_from_slice(&bytes[end + 1..]);
                        return Ok(Some(Block { bytes, used: end + 1 }));
                    }
                    None if filled > LONGEST_LINE => return Err(Fault::LongLine),
                    None => bytes.resize(filled + BLOCK, 0),
                }
            }
            match self.source.read(&mut bytes[filled..]) {
                Ok(0) => self.ended = true,
                Ok(read) => filled = (filled + read).min(bytes.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Source(error)),
            }
        }
        Ok((filled > 0).then_some(Block { bytes, used: filled }))
    }
}

/// The episodes of a block, series by series in the order of its lines.
#[derive(Default)]
struct Parsed {
    lines: u64,
    runs: Vec<(SeriesKey, usize)>,
    episodes: Vec<Episode>,
    /// Acknowledged episodes, which are rare.
    acknowledged: Vec<(SeriesKey, Episode, Acknowledgement)>,
}

impl Parsed {
    fn store(self, store: &mut Store) {
        let mut episodes = self.episodes.as_slice();
        for (key, count) in self.runs {
            let (run, rest) = episodes.split_at(count.min(episodes.len()));
            store.add(&key, run);
            episodes = rest;
        }
        for (key, episode, acknowledgement) in self.acknowledged {
            store.add_acknowledged(&key, episode, acknowledgement);
        }
    }

    fn push(&mut self, key: Option<SeriesKey>, episode: Episode) {
        match (key, self.runs.last_mut()) {
            (None, Some((_, count))) => *count += 1,
            (Some(key), Some((last, count))) if *last == key => *count += 1,
            (Some(key), _) => self.runs.push((key, 1)),
            (None, None) => return,
        }
        self.episodes.push(episode);
    }
}

fn parse(block: &[u8], window: Period) -> Result<Parsed, ReadError> {
    let mut parsed = Parsed::default();
    let mut previous = RawKey::default();
    let mut rest = block;
    while !rest.is_empty() {
        parsed.lines += 1;
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or(&[]);
        if let Some((raw, episode)) = line::short(line, &previous) {
            inside(&episode, window, parsed.lines)?;
            if raw.same(&previous) {
                parsed.push(None, episode);
                continue;
            }
            if let Some(key) = raw.parse() {
                parsed.push(Some(key), episode);
                previous = raw;
                continue;
            }
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let line = line::parse(line).map_err(|message| ReadError::new(parsed.lines, message))?;
        inside(&line.episode, window, parsed.lines)?;
        previous = RawKey::default();
        if line.acknowledgement == Acknowledgement::default() {
            parsed.push(Some(line.key), line.episode);
        } else {
            parsed.acknowledged.push((line.key, line.episode, line.acknowledgement));
        }
    }
    Ok(parsed)
}

/// An episode of which nothing lies in the window shows that the head, or the line, is not what was written.
fn inside(episode: &Episode, window: Period, line: u64) -> Result<(), ReadError> {
    match episode.period().intersection(window) {
        Some(_) => Ok(()),
        None => Err(ReadError::new(
            line,
            format!("the episode at {} lies outside of the window of the head", print_time(episode.first)),
        )),
    }
}
