//! Everything that was read in a run.

use std::ops::Range;

use super::File;
use crate::source::{Source, SourceId};

/// The files of a run and their texts.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Texts, indexed by [`SourceId`]; policies are among them.
    pub sources: Vec<Source>,
    /// Files that were looked at, by part, then by path.
    pub files: Vec<File>,
    /// For each file its path relative to the root of its part, `/` as separator.
    pub paths: Vec<String>,
    /// Files under one root and one policy.
    pub parts: Vec<Part>,
}

/// The files under one root, which share a policy.
#[derive(Clone, Debug)]
pub struct Part {
    /// The root, as a path on this machine.
    pub root: String,
    /// Indexes into [`Workspace::files`].
    pub files: Range<usize>,
    /// Whether the whole root was read; else what needs all of it is not judged.
    pub whole: bool,
}

/// Bytes of rule files that are worth a thread of their own, some 50 milliseconds: on fewer a further thread costs more processor
/// time and memory than anybody would notice of the time it saves.
const A_THREAD: usize = 2 << 20;

/// How many of so many files, of so many bytes together, are worth a thread of their own.
#[must_use]
pub fn files_a_thread(files: usize, bytes: usize) -> usize {
    (files.saturating_mul(A_THREAD) / bytes.max(1)).max(1)
}

impl Workspace {
    /// How many of its files are worth a thread of their own.
    #[must_use]
    pub fn files_a_thread(&self) -> usize {
        files_a_thread(self.files.len(), self.sources.iter().map(|source| source.text().len()).sum())
    }

    /// The text of a source.
    ///
    /// # Panics
    /// Never for an id of this workspace.
    #[must_use]
    pub fn source(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    /// The files of a part, each with its path relative to the root.
    pub fn files<'a>(&'a self, part: &Part) -> impl Iterator<Item = (&'a File, &'a str)> {
        let files = self.files.get(part.files.clone()).unwrap_or_default();
        let paths = self.paths.get(part.files.clone()).unwrap_or_default();
        files.iter().zip(paths.iter().map(String::as_str))
    }
}
