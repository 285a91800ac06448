//! Files of the file system. The only module of the evidence of links that opens any.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is where files are opened")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::files::{Files, Kind, Tree, Trouble};

/// Largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;
/// Most names of a folder that are looked at.
const MOST_NAMES: usize = 100_000;

/// The file system. Every path is resolved with all its links before it is opened, and refused when it leads out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn list(&self, tree: &Tree, folder: &str) -> Result<BTreeMap<String, Kind>, Trouble> {
        let path = inside(tree, folder)?;
        let names = fs::read_dir(path).map_err(|error| trouble(&error))?.take(MOST_NAMES);
        Ok(names.filter_map(|entry| named(&entry.ok()?)).collect())
    }

    fn read(&self, tree: &Tree, file: &str) -> Result<String, Trouble> {
        let path = inside(tree, file)?;
        if !fs::metadata(&path).map_err(|error| trouble(&error))?.is_file() {
            return Err(Trouble::Unreadable);
        }
        let mut bytes = Vec::new();
        let file = fs::File::open(path).map_err(|error| trouble(&error))?;
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| trouble(&error))?;
        if bytes.len() as u64 > LARGEST {
            return Err(Trouble::Unreadable);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn named(entry: &fs::DirEntry) -> Option<(String, Kind)> {
    // A listing tells the kind of all but links.
    let kind = match entry.file_type() {
        Ok(kind) if !kind.is_symlink() => Some(kind),
        _ => fs::metadata(entry.path()).ok().map(|data| data.file_type()),
    };
    let kind = match kind {
        Some(kind) if kind.is_file() => Kind::File,
        Some(kind) if kind.is_dir() => Kind::Folder,
        _ => Kind::Other,
    };
    Some((entry.file_name().into_string().ok()?, kind))
}

/// The real path of `path`, when it lies in its tree and the tree where it must.
fn inside(tree: &Tree, path: &str) -> Result<PathBuf, Trouble> {
    let real = |folder: &str| {
        let folder = if folder.is_empty() { "." } else { folder };
        fs::canonicalize(folder).map_err(|error| trouble(&error))
    };
    let root = real(&tree.folder)?;
    if let Some(within) = &tree.within
        && !root.starts_with(real(within)?)
    {
        return Err(Trouble::Outside);
    }
    let plain = Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if !plain {
        return Err(Trouble::Outside);
    }
    let full = fs::canonicalize(root.join(path)).map_err(|error| trouble(&error))?;
    if full.starts_with(&root) { Ok(full) } else { Err(Trouble::Outside) }
}

fn trouble(error: &std::io::Error) -> Trouble {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Trouble::Missing,
        _ => Trouble::Unreadable,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn links_lead_nowhere_but_inside() {
        let base = std::env::temp_dir().join(format!("groundrules-disk-{}", std::process::id()));
        let _ = fs::remove_dir_all(&base);
        fs::create_dir_all(base.join("repo/docs")).unwrap();
        fs::write(base.join("secret.md"), "secret").unwrap();
        fs::write(base.join("repo/docs/a.md"), "# A").unwrap();
        for (target, link) in [("../../secret.md", "out.md"), ("a.md", "in.md"), ("../..", "up"), ("nowhere", "broken")]
        {
            std::os::unix::fs::symlink(target, base.join("repo/docs").join(link)).unwrap();
        }
        let repo = base.join("repo").to_string_lossy().into_owned();
        let tree = Tree { folder: repo.clone(), within: Some(repo.clone()) };
        assert_eq!(Disk.read(&tree, "docs/a.md").as_deref(), Ok("# A"));
        assert_eq!(Disk.read(&tree, "docs/in.md").as_deref(), Ok("# A"));
        assert_eq!(Disk.read(&tree, "docs/out.md"), Err(Trouble::Outside));
        assert_eq!(Disk.read(&tree, "docs/up/secret.md"), Err(Trouble::Outside));
        assert_eq!(Disk.list(&tree, "docs/up"), Err(Trouble::Outside));
        assert_eq!(Disk.read(&tree, "docs/none.md"), Err(Trouble::Missing));
        assert_eq!(Disk.read(&tree, "docs/a.md/x"), Err(Trouble::Missing));
        assert_eq!(Disk.read(&tree, "../secret.md"), Err(Trouble::Outside));
        assert_eq!(Disk.list(&tree, "docs").unwrap()["broken"], Kind::Other);
        let up = Tree { folder: format!("{repo}/.."), within: Some(repo.clone()) };
        assert_eq!(Disk.list(&up, ""), Err(Trouble::Outside), "the tree itself lies outside");
        let trusted = Tree { folder: format!("{repo}/.."), within: None };
        assert_eq!(Disk.read(&trusted, "secret.md").as_deref(), Ok("secret"));
        fs::remove_dir_all(&base).unwrap();
    }
}
