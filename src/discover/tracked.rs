//! The files that git keeps, from its index: what is tracked is checked, though a `.gitignore` names it.
//!
//! Format: `Documentation/gitformat-index.txt` of git, versions 2 to 4.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest index that is read, in bytes: some million files.
const LARGEST: u64 = 256 << 20;

/// Bytes of an entry before its object id.
const FIELDS: usize = 40;

/// The regular files below `folder` that git tracks, as paths below it; none where there is no repository. An error is an index
/// that cannot be read.
pub(super) fn below(folder: &Path) -> Result<Vec<PathBuf>, PathBuf> {
    let Ok(absolute) = folder.canonicalize() else { return Ok(Vec::new()) };
    let Some(top) = absolute.ancestors().find(|above| above.join(".git").exists()) else { return Ok(Vec::new()) };
    let prefix = absolute.strip_prefix(top).map(super::display).unwrap_or_default();
    let index = repository(&top.join(".git")).join("index");
    if index.symlink_metadata().is_err() {
        return Ok(Vec::new());
    }
    // A repository may name its objects by SHA-1 or by SHA-256.
    let read = capped(&index, LARGEST).and_then(|bytes| names(&bytes, 20).or_else(|| names(&bytes, 32)));
    let Some(names) = read else { return Err(index) };
    let inside = names.iter().filter_map(|name| match prefix.as_str() {
        "" => Some(name.as_str()),
        prefix => name.strip_prefix(prefix)?.strip_prefix('/'),
    });
    Ok(inside.map(PathBuf::from).collect())
}

/// Where the repository lies: `.git` itself, or what it says in a worktree or a submodule.
fn repository(git: &Path) -> PathBuf {
    let text = if git.is_file() { capped(git, 1 << 16) } else { None };
    let said = text.as_deref().and_then(|text| std::str::from_utf8(text).ok()?.strip_prefix("gitdir:"));
    let beside = |said: &str| git.parent().unwrap_or(git).join(said.trim());
    said.map_or_else(|| git.to_path_buf(), beside)
}

/// The bytes of a file; none where it cannot be read or has more than the cap.
fn capped(path: &Path, cap: u64) -> Option<Vec<u8>> {
    if !super::is_plain_file(path) {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(cap + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= cap).then_some(bytes)
}

/// The names of the regular files of an index whose object ids have this length; none where it cannot be read so.
fn names(bytes: &[u8], id: usize) -> Option<Vec<String>> {
    let version = number(bytes, 4)?;
    if !bytes.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let mut found = Vec::new();
    let mut name: Vec<u8> = Vec::new();
    let mut at = 12;
    for _ in 0..number(bytes, 8)? {
        let start = at;
        let kind = number(bytes, start + 24)? >> 12;
        at += FIELDS + id;
        let extended = version > 2 && bytes.get(at)? & 0x40 != 0;
        at += if extended { 4 } else { 2 };
        let kept = if version == 4 { name.len().checked_sub(offset(bytes, &mut at)?)? } else { 0 };
        name.truncate(kept);
        let len = bytes.get(at..)?.iter().position(|byte| *byte == 0)?;
        name.extend_from_slice(bytes.get(at..at + len)?);
        at += len + 1;
        if version < 4 {
            at = start + (at - start).next_multiple_of(8);
        }
        // 8: a regular file; 4: a folder of a sparse index, 10: a link, 14: another repository.
        match (kind, std::str::from_utf8(&name)) {
            (8, Ok(name)) => found.push(name.to_owned()),
            (4 | 8 | 10 | 14, _) => {}
            _ => return None,
        }
    }
    Some(found)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A number of variable length, as packs have it (`varint.c` of git).
fn offset(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut value = 0usize;
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 127))?;
        if byte < 128 {
            return Some(value);
        }
        value += 1;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An index of these files: mode, bytes of the name that go on from the one before (version 4), rest of the name.
    pub(in crate::discover) fn index(version: u8, id: usize, files: &[(u32, u8, &str)]) -> Vec<u8> {
        let mut out = b"DIRC\0\0\0".to_vec();
        out.push(version);
        out.extend(u32::try_from(files.len()).unwrap().to_be_bytes());
        for (mode, dropped, name) in files {
            let start = out.len();
            out.extend([7; 24]);
            out.extend(mode.to_be_bytes());
            out.extend([7; 12]);
            out.extend(vec![7; id]);
            out.extend([0, 9]);
            if version == 4 {
                out.push(*dropped);
            }
            out.extend(name.as_bytes());
            out.push(0);
            while version < 4 && !(out.len() - start).is_multiple_of(8) {
                out.push(0);
            }
        }
        out.extend([7; 20]);
        out
    }

    #[test]
    fn the_files_of_an_index_are_read_in_every_version() {
        let plain = [(0o100_644, 0, "a/b.yml"), (0o120_000, 0, "a/link.yml"), (0o100_755, 0, "c.rules")];
        assert_eq!(names(&index(2, 20, &plain), 20).unwrap(), ["a/b.yml", "c.rules"]);
        assert_eq!(names(&index(3, 32, &plain), 32).unwrap(), ["a/b.yml", "c.rules"]);
        let packed = [(0o100_644, 0, "a/b.yml"), (0o100_644, 5, "c.yml"), (0o160_000, 7, "sub")];
        assert_eq!(names(&index(4, 20, &packed), 20).unwrap(), ["a/b.yml", "a/c.yml"]);
    }

    #[test]
    fn any_cut_of_an_index_is_read_without_a_panic() {
        let whole = index(4, 20, &[(0o100_644, 0, "a.yml"), (0o100_644, 200, "b")]);
        for end in 0..=whole.len() {
            assert!(names(&whole[..end], 20).is_none_or(|names| names.len() < 2));
        }
    }
}
