//! Earlier answers on disk: one line a page, appended as they come, so that a run that is ended loses nothing.
//!
//! A line that can't be read is as if it were not there: a torn last line, another version, another program's file. The file
//! is written anew, to a file beside it that then takes its name, when most of its lines are out of date.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the cache lies in the file system")]

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::Page;
use super::record::Record;

/// Part of every line; a line of another version is not read.
const VERSION: u32 = 2;
/// Largest cache that is read, in bytes.
const LARGEST: u64 = 256 << 20;

#[derive(Serialize, Deserialize)]
struct Line {
    v: u32,
    key: String,
    record: Record,
}

/// The cache of a run.
pub(super) struct Cache {
    now: i64,
    records: HashMap<String, Record>,
    stale: usize,
    writer: Writer,
}

/// Appends lines. Cheap to clone.
#[derive(Clone)]
pub(super) struct Writer {
    now: i64,
    file: Arc<Mutex<Option<File>>>,
    path: Option<PathBuf>,
    trouble: Arc<Mutex<Option<String>>>,
}

impl Cache {
    /// Reads what is still fresh at `now`.
    pub(super) fn open(path: Option<&Path>, now: i64) -> Self {
        let writer = Writer { now, file: Arc::default(), path: path.map(Path::to_owned), trouble: Arc::default() };
        let mut cache = Self { now, records: HashMap::new(), stale: 0, writer };
        let mut text = Vec::new();
        if let Some(file) = path.and_then(|path| File::open(path).ok())
            && file.take(LARGEST).read_to_end(&mut text).is_ok()
        {
            text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).for_each(|line| cache.line(line));
        }
        cache
    }

    fn line(&mut self, line: &[u8]) {
        let fresh = serde_json::from_slice::<Line>(line).ok().filter(|line| line.v == VERSION).filter(|line| {
            let age = self.now - line.record.checked_at;
            (0..line.record.life()).contains(&age)
        });
        match fresh {
            Some(line) => self.stale += usize::from(self.records.insert(line.key, line.record).is_some()),
            None => self.stale += 1,
        }
    }

    /// The record of a page, if it is fresh and tells of all its anchors.
    pub(super) fn get(&self, key: &str, page: &Page) -> Option<Record> {
        let record = self.records.get(key)?;
        page.anchors.iter().all(|anchor| record.looks.contains_key(anchor)).then(|| record.clone())
    }

    pub(super) fn writer(&self) -> Writer {
        self.writer.clone()
    }

    /// Drops lines that are out of date when they are the most; returns what went wrong in the run.
    pub(super) fn close(&mut self) -> Option<String> {
        if self.stale > self.records.len() + 100 {
            self.writer.compact(self.now);
        }
        self.writer.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Writer {
    /// Keeps a record, if its kind is kept.
    pub(super) fn keep(&self, key: &str, record: &Record) {
        if record.life() == 0 {
            return;
        }
        let line = Line { v: VERSION, key: key.to_owned(), record: Record { checked_at: self.now, ..record.clone() } };
        let Ok(mut bytes) = serde_json::to_vec(&line) else { return };
        bytes.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = self.path.as_ref().filter(|_| file.is_none()) {
            match open(path) {
                Ok(opened) => *file = Some(opened),
                Err(error) => return self.note(&error),
            }
        }
        // One call a line: lines of two runs at once do not mix.
        if let Some(Err(error)) = file.as_mut().map(|file| file.write_all(&bytes)) {
            self.note(&error);
        }
    }

    fn note(&self, error: &std::io::Error) {
        let path = self.path.as_deref().unwrap_or_else(|| Path::new(""));
        let text = format!("the cache `{}` can't be written: {error}", path.display());
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    }

    fn compact(&self, now: i64) {
        let Some(path) = &self.path else { return };
        let fresh = Cache::open(Some(path), now);
        let beside = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = (|| {
            let _ = fs::remove_file(&beside);
            let mut file = open(&beside)?;
            for (key, record) in fresh.records {
                let mut bytes = serde_json::to_vec(&Line { v: VERSION, key, record })?;
                bytes.push(b'\n');
                file.write_all(&bytes)?;
            }
            file.sync_all()?;
            fs::rename(&beside, path)
        })();
        if let Err(error) = written {
            let _ = fs::remove_file(&beside);
            self.note(&error);
        }
    }
}

/// Opens a file for appending, readable by nobody else: it tells what internal pages there are.
fn open(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    // After a torn line a new one must start.
    if file.metadata()?.len() > 0 {
        file.write_all(b"\n")?;
    }
    Ok(file)
}
