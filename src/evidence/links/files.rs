//! The files that answer: a small window on the file system that nothing climbs out of.

use std::collections::BTreeMap;

/// A folder whose files may be looked at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tree {
    /// The folder, as the current folder sees it; empty is the current folder.
    pub folder: String,
    /// The folder that it must lie in; `None` where the policy is trusted to name any.
    pub within: Option<String>,
}

/// What a name in a folder is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A regular file, or a link to one.
    File,
    /// A folder, or a link to one.
    Folder,
    /// Something that is not opened: a device, a pipe, a broken link.
    Other,
}

/// Why nothing was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// Nothing there.
    Missing,
    /// It lies outside of the tree, or the tree outside of the repository.
    Outside,
    /// It is there and can't be read, or is too large.
    Unreadable,
}

/// Access to files. Paths below a tree have `/` between segments, none at the start, and no `..`; the empty path is the
/// tree's own folder.
pub trait Files {
    /// The names in a folder. Links are followed, but never out of the tree.
    fn list(&self, tree: &Tree, folder: &str) -> Result<BTreeMap<String, Kind>, Trouble>;

    /// The text of a file; bytes that are no UTF-8 are replaced.
    fn read(&self, tree: &Tree, file: &str) -> Result<String, Trouble>;
}

/// `a/b`, or `b` where `a` is empty or `.`.
pub fn join(folder: &str, name: &str) -> String {
    let folder = if folder == "/" { "" } else { folder.trim_end_matches('/') };
    match (folder, name) {
        (".", "") => ".".to_owned(),
        ("" | ".", _) => name.to_owned(),
        (_, "") => folder.to_owned(),
        _ => format!("{folder}/{name}"),
    }
}

/// Files held in memory, for tests. Keys are whole paths.
#[cfg(test)]
#[derive(Default)]
pub struct Memory(pub BTreeMap<String, String>);

#[cfg(test)]
impl Memory {
    /// Files of these paths and texts.
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }
}

#[cfg(test)]
impl Files for Memory {
    fn list(&self, tree: &Tree, folder: &str) -> Result<BTreeMap<String, Kind>, Trouble> {
        if tree.within.as_ref().is_some_and(|within| tree.folder.contains("..") && *within != tree.folder) {
            return Err(Trouble::Outside);
        }
        let path = join(&tree.folder, folder);
        let start = if path.is_empty() { String::new() } else { path + "/" };
        let below = self.0.keys().filter_map(|key| key.strip_prefix(start.as_str()));
        let names: BTreeMap<String, Kind> = below
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => (name.to_owned(), Kind::Folder),
                None => (rest.to_owned(), Kind::File),
            })
            .collect();
        if names.is_empty() { Err(Trouble::Missing) } else { Ok(names) }
    }

    fn read(&self, tree: &Tree, file: &str) -> Result<String, Trouble> {
        self.0.get(&join(&tree.folder, file)).cloned().ok_or(Trouble::Missing)
    }
}
