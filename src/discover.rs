//! Which files a run looks at: the only module that walks the file system.
//!
//! Regular files alone, links never followed, `.gitignore` honoured for what git does not track, everything in the order of its path. What cannot be read is
//! kept, with the reason.

mod tracked;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use globset::GlobSet;
use ignore::WalkBuilder;

/// Name of the policy file.
pub const POLICY: &str = "groundrules.yaml";
/// Largest file that is read, in bytes. The largest public rule file has 4 MB.
pub const MAX_FILE: u64 = 32 << 20;

/// Extensions of files that hold text, whatever bytes they have.
const TEXTS: &[&str] = &["yml", "yaml", "rules", "rule", "json"];

/// The paths of one root.
#[derive(Debug)]
pub struct Target {
    /// The nearest folder upward that holds `.git` or a policy, else the path itself (a file: its folder).
    pub root: PathBuf,
    /// The policy found there.
    pub policy: Option<PathBuf>,
    /// The paths of the command line under this root.
    pub paths: Vec<PathBuf>,
    /// Whether one of them is the root.
    pub whole: bool,
}

/// A file and what could be read of it.
#[derive(Debug)]
pub struct Candidate {
    /// The path as given, joined with what was found below it, `/` as separator.
    pub path: String,
    /// The same relative to the root.
    pub relative: String,
    /// Where it lies.
    pub real: PathBuf,
    /// Whether the command line named it, rather than a folder above it.
    pub named: bool,
}

/// Whether a path is a file of its own, neither a link nor anything else that opening could follow or wait for.
#[must_use]
pub fn is_plain_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_file())
}

/// What a file holds.
#[derive(Debug)]
pub enum Content {
    /// Text; the offset is that of the first byte that is not UTF-8, bad bytes being replaced by `?` one for one.
    Text(Arc<str>, Option<usize>),
    /// Bytes that are no text.
    NotText,
    /// Another encoding of Unicode than UTF-8, by its byte order mark or by the zeros between its letters: its name, and whether
    /// Prometheus reads it.
    Encoded(&'static str, bool),
    /// More bytes than the cap.
    TooLarge(u64),
    /// Not to be had.
    Unreadable(io::Error),
}

/// Groups paths by root, in the order given.
#[must_use]
pub fn targets(paths: &[PathBuf]) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for path in paths {
        let (root, policy) = root(path);
        let whole = same(path, &root);
        match targets.iter_mut().find(|target| target.root == root) {
            Some(target) => {
                target.whole |= whole;
                target.paths.push(path.clone());
            }
            None => targets.push(Target { root, policy, paths: vec![path.clone()], whole }),
        }
    }
    targets
}

fn same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// The root of a path and the policy there. Paths stay as given where the root lies below or at them, so that names in messages
/// are those the user knows.
fn root(path: &Path) -> (PathBuf, Option<PathBuf>) {
    let folder = if path.is_dir() { path.to_path_buf() } else { path.parent().unwrap_or(Path::new("")).to_path_buf() };
    let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.clone());
    for (up, above) in absolute.ancestors().enumerate() {
        // A policy that is a link is found too, so that it is refused rather than passed over.
        let has_policy = above.join(POLICY).symlink_metadata().is_ok();
        if has_policy || above.join(".git").exists() {
            let named = above_by(&folder, up);
            let policy = has_policy.then(|| named.join(POLICY));
            return (named, policy);
        }
    }
    (folder, None)
}

/// The folder `up` levels above, in the words of the command line: no path of this machine gets into a report that was not given.
fn above_by(folder: &Path, up: usize) -> PathBuf {
    let mut named = folder.to_path_buf();
    for _ in 0..up {
        match named.components().next_back() {
            Some(Component::Normal(_)) => {
                named.pop();
            }
            Some(Component::ParentDir) => named.push(".."),
            _ => named = PathBuf::from(".."),
        }
    }
    if named.as_os_str().is_empty() { PathBuf::from(".") } else { named }
}

/// What lies under a target.
#[derive(Debug, Default)]
pub struct Found {
    /// Files, sorted by path, each once.
    pub files: Vec<Candidate>,
    /// Number of files that the policy excludes, or a `.gitignore` where no repository says what it tracks.
    pub excluded: usize,
    /// Number of links that were not followed.
    pub links: usize,
    /// Number of pipes, sockets and devices, which nobody opens.
    pub special: usize,
    /// An index of git that cannot be read, and how many ignored files there are that it may name.
    pub index: Option<(PathBuf, usize)>,
    /// Paths of the command line that are not there or cannot be read, with the reason.
    pub errors: Vec<(PathBuf, io::Error)>,
}

/// Finds the files under a target.
#[must_use]
pub fn files(target: &Target, exclude: &GlobSet) -> Found {
    let mut all = Found::default();
    for path in &target.paths {
        match path.metadata() {
            Ok(meta) if meta.is_dir() => walk(path, target, &mut all),
            Ok(meta) if meta.is_file() => all.files.push(candidate(path.clone(), target, true)),
            // Whoever opened a pipe would wait for somebody to write.
            Ok(_) => all.errors.push((path.clone(), io::Error::other("not a regular file"))),
            Err(error) => all.errors.push((path.clone(), error)),
        }
    }
    let found = &mut all.files;
    let before = found.len();
    found.retain(|file| file.named || !exclude.is_match(&file.relative));
    all.excluded += before - found.len();
    found.sort_by(|a, b| (&a.path, !a.named).cmp(&(&b.path, !b.named)));
    found.dedup_by(|a, b| a.path == b.path);
    all
}

fn walk(folder: &Path, target: &Target, all: &mut Found) {
    let found = &mut all.files;
    let first = found.len();
    let in_git = target.root.join(".git").exists();
    let above = folder.canonicalize().is_ok_and(|folder| folder.ancestors().all(heeds));
    // Folders whose own `.gitignore` nobody should open are walked for themselves.
    let apart: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
    let found_apart = Arc::clone(&apart);
    let walker = walker(folder, heeds(folder), in_git && above)
        .filter_entry(move |entry| {
            let keep = !entry.file_type().is_some_and(|kind| kind.is_dir()) || heeds(entry.path());
            if let Some(mut apart) = found_apart.lock().ok().filter(|_| !keep) {
                apart.push(entry.path().to_path_buf());
            }
            keep && entry.file_name() != ".git"
        })
        .build();
    let mut entries: Vec<_> = walker.collect();
    for folder in apart.lock().map(|mut apart| std::mem::take(&mut *apart)).unwrap_or_default() {
        entries.extend(walker_of_all(&folder));
    }
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                found.push(candidate(entry.into_path(), target, false));
            }
            Ok(entry) if entry.path_is_symlink() => all.links += 1,
            Ok(entry) => all.special += usize::from(entry.file_type().is_some_and(|kind| !kind.is_dir())),
            // What cannot be listed is kept as a file that cannot be read, so that it is said.
            Err(error) => found.extend(place(&error).map(|path| candidate(path, target, false))),
        }
    }
    let seen: HashSet<PathBuf> = found[first..].iter().map(|file| file.real.clone()).collect();
    let files = || walker_of_all(folder).flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let tracked = tracked::below(folder).unwrap_or_else(|index| {
        let ignored = files().filter(|entry| !seen.contains(entry.path())).count();
        all.index = Some((index, ignored)).filter(|_| ignored > 0).or(all.index.take());
        Vec::new()
    });
    let ignored = tracked.into_iter().map(|path| folder.join(path)).filter(|path| !seen.contains(path));
    found.extend(ignored.filter(|path| lies_below(path, folder)).map(|path| candidate(path, target, false)));
    if !in_git && found[first..].iter().any(|file| file.real.ends_with(".gitignore")) {
        all.excluded += files().count().saturating_sub(found.len() - first);
    }
}

fn walker(folder: &Path, ignores: bool, parents: bool) -> WalkBuilder {
    let mut walker = WalkBuilder::new(folder);
    walker
        .hidden(false)
        .parents(parents)
        .ignore(false)
        .git_ignore(ignores)
        .git_global(false)
        .git_exclude(false)
        .require_git(false)
        .follow_links(false);
    walker
}

/// Everything below a folder, whatever is said to be ignored.
fn walker_of_all(folder: &Path) -> ignore::Walk {
    walker(folder, false, false).filter_entry(|entry| entry.file_name() != ".git").build()
}

/// Largest `.gitignore` that is heeded, in bytes.
const LARGEST_IGNORE: u64 = 1 << 20;

/// Whether a folder's `.gitignore` may be opened, where it has one: a link may lead to a device, and a pipe never ends.
fn heeds(folder: &Path) -> bool {
    let ignore = folder.join(".gitignore").symlink_metadata();
    ignore.map_or(true, |meta| meta.is_file() && meta.len() <= LARGEST_IGNORE)
}

/// Whether a file is there, and no link leads to it on the way from `folder`.
fn lies_below(path: &Path, folder: &Path) -> bool {
    let mut above = path.ancestors().skip(1).take_while(|above| *above != folder);
    is_plain_file(path) && above.all(|above| above.symlink_metadata().is_ok_and(|meta| meta.is_dir()))
}

fn place(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } => place(err),
        _ => None,
    }
}

fn candidate(real: PathBuf, target: &Target, named: bool) -> Candidate {
    let path = display(&real);
    let relative = match real.strip_prefix(&target.root) {
        Ok(below) => display(below),
        Err(_) => match (real.canonicalize(), target.root.canonicalize()) {
            (Ok(real), Ok(root)) => real.strip_prefix(root).map_or_else(|_| path.clone(), display),
            _ => path.clone(),
        },
    };
    Candidate { path, relative, real, named }
}

/// A path as text, `/` as separator, without a leading `./`.
#[must_use]
pub fn display(path: &Path) -> String {
    let text = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    text.strip_prefix("./").map_or(text.clone(), str::to_owned)
}

/// Reads a file, up to the cap.
#[must_use]
pub fn read(path: &Path) -> Content {
    match File::open(path).and_then(|file| Ok((file.metadata()?, file))) {
        Ok((meta, _)) if !meta.is_file() => Content::Unreadable(io::Error::other("not a regular file")),
        Ok((meta, _)) if meta.len() > MAX_FILE => Content::TooLarge(meta.len()),
        Ok((meta, file)) => match sized(file, meta.len()) {
            Ok(bytes) => text(&bytes, path),
            Err(error) => Content::Unreadable(error),
        },
        Err(error) => Content::Unreadable(error),
    }
}

/// The first bytes of a file, as many as it was said to have, without a question whether there are more.
fn sized(file: File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(size).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a stream, up to the cap; `path` is what it is called.
pub fn content(stream: impl Read, path: &Path) -> Content {
    let mut bytes = Vec::new();
    match stream.take(MAX_FILE + 1).read_to_end(&mut bytes) {
        Err(error) => Content::Unreadable(error),
        Ok(read) if read as u64 > MAX_FILE => Content::TooLarge(read as u64),
        Ok(_) => text(&bytes, path),
    }
}

/// Control characters hide no rules: a file that is called YAML is a text, and so is one with the word that every rule has.
fn text(bytes: &[u8], path: &Path) -> Content {
    let named = path.extension().is_some_and(|extension| TEXTS.iter().any(|text| extension.eq_ignore_ascii_case(text)));
    let has = |bytes: &[u8]| bytes.windows(4).any(|word| word == b"expr");
    if let Some((encoding, read)) = encoding(bytes) {
        let letters: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        return if named || has(&letters) { Content::Encoded(encoding, read) } else { Content::NotText };
    }
    if !named && is_binary(&bytes[..bytes.len().min(8192)]) && !has(bytes) {
        return Content::NotText;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Content::Text(text.into(), None),
        Err(error) => Content::Text(replaced(bytes).into(), Some(error.valid_up_to())),
    }
}

/// The encoding of Unicode that a text has other than UTF-8, and whether Prometheus reads it: by the byte order mark, or else by the
/// place of the zeros of two letters, as YAML 1.2 (5.2) tells them.
fn encoding(bytes: &[u8]) -> Option<(&'static str, bool)> {
    let zeros = |places: &[bool]| {
        bytes.len() >= places.len() && places.iter().zip(bytes).all(|(zero, byte)| (*byte == 0) == *zero)
    };
    let wide = [[false, true, true, true].repeat(2), [true, true, true, false].repeat(2)];
    match *bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(("UTF-32", false)),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(("UTF-16", true)),
        _ if wide.iter().any(|places| zeros(places)) => Some(("UTF-32", false)),
        _ if zeros(&[false, true, false, true]) || zeros(&[true, false, true, false]) => {
            Some(("UTF-16 without a byte order mark", false))
        }
        _ => None,
    }
}

/// Whether bytes are no text: more than a few control characters, and more than one byte in fifty. A text with a stray NUL is a
/// text, whose fault is said.
fn is_binary(bytes: &[u8]) -> bool {
    // Without an early end the compiler looks at many bytes at once, and most texts have no control characters at all.
    let odd = |byte: u8| byte < b' ' && byte != b'\n' || byte == 0x7f;
    if !bytes.iter().fold(false, |found, &byte| found | odd(byte)) {
        return false;
    }
    let controls = bytes.iter().filter(|byte| byte.is_ascii_control() && !b"\t\n\x0c\r\x1b".contains(byte)).count();
    controls > 8 && controls * 50 > bytes.len()
}

/// The text with a `?` for each byte that is not UTF-8, so that all offsets stay.
fn replaced(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, if file.ends_with(".gitignore") { "ignored/\n" } else { "a: b\n" }).unwrap();
        }
        folder
    }

    #[test]
    fn a_root_is_the_nearest_folder_with_a_policy_or_a_repository() {
        let folder =
            tree(&["repo/.git/HEAD", "repo/team/groundrules.yaml", "repo/team/rules/a.yaml", "repo/b.yaml", "c.yaml"]);
        let at = |path: &str| folder.path().join(path);
        let found = targets(&[at("repo/team/rules"), at("repo/b.yaml"), at("repo")]);
        assert_eq!(found.len(), 2);
        assert!(found[0].root.ends_with("repo/team") && found[0].policy.is_some() && !found[0].whole);
        assert!(found[1].root.ends_with("repo") && found[1].policy.is_none() && found[1].whole);
        assert_eq!(found[1].paths.len(), 2);
    }

    #[test]
    fn a_root_is_named_in_the_words_of_the_command_line() {
        let up = |folder: &str, up| above_by(Path::new(folder), up).display().to_string();
        assert_eq!(up("a/b/c", 2), "a");
        assert_eq!(up("a", 1), ".");
        assert_eq!(up("a", 2), "..");
        assert_eq!(up(".", 1), "..");
        assert_eq!(up("../x", 2), "../..");
        assert_eq!(up("/a/b", 1), "/a");
    }

    #[test]
    fn ignored_files_links_and_the_repository_itself_are_left_out() {
        let folder = tree(&[".git/HEAD", ".gitignore", "ignored/x.yaml", "b/y.rules", "a.yaml"]);
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path().join("a.yaml"), folder.path().join("link.yaml")).unwrap();
        let target = &targets(&[folder.path().to_path_buf()])[0];
        let found = files(target, &GlobSet::empty());
        let names: Vec<_> = found.files.iter().map(|file| file.relative.as_str()).collect();
        assert_eq!(names, [".gitignore", "a.yaml", "b/y.rules"]);
        assert!(found.errors.is_empty() && found.excluded == 0);
        #[cfg(unix)]
        assert_eq!(found.links, 1, "a link is counted, not followed");
        assert_eq!(found.excluded, 0, "git says what it tracks");
        let export = tree(&[".gitignore", "ignored/x.yaml", "a.yaml"]);
        assert_eq!(
            files(&targets(&[export.path().to_path_buf()])[0], &GlobSet::empty()).excluded,
            1,
            "counted where no git is"
        );
        let pipe = folder.path().join("pipe.yaml");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        let again = files(&targets(&[folder.path().to_path_buf()])[0], &GlobSet::empty());
        assert_eq!((again.special, again.files.len()), (1, found.files.len()), "a pipe is counted, not opened");
    }

    #[cfg(unix)]
    #[test]
    fn a_gitignore_that_is_no_plain_file_is_not_opened() {
        let folder =
            tree(&["a.yaml", "sub/b.yaml", "sub/deep/c.yaml", "sub/deep/.gitignore", "sub/deep/ignored/d.yaml"]);
        std::fs::write(folder.path().join("all"), "*.yaml\n").unwrap();
        for at in [".gitignore", "sub/.gitignore"] {
            let link = folder.path().join(at);
            std::os::unix::fs::symlink(folder.path().join("all"), &link).unwrap();
            let found = files(&targets(&[folder.path().to_path_buf()])[0], &GlobSet::empty());
            let names: Vec<_> = found.files.iter().map(|file| file.relative.as_str()).collect();
            assert!(
                ["a.yaml", "sub/b.yaml", "sub/deep/c.yaml"].iter().all(|name| names.contains(name)),
                "{at}: {names:?}"
            );
            std::fs::remove_file(link).unwrap();
        }
    }

    #[test]
    fn an_index_that_cannot_be_read_is_told_where_files_depend_on_it() {
        let folder = tree(&[".gitignore", "ignored/x.yaml", "rules/a.yaml"]);
        let found = |at: &str| files(&targets(&[folder.path().join(at)])[0], &GlobSet::empty()).index;
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        assert_eq!(found(""), None, "a repository without a commit");
        std::fs::write(folder.path().join(".git/index"), "garbage").unwrap();
        assert!(found("").is_some_and(|(index, ignored)| index.ends_with(".git/index") && ignored == 1));
        assert_eq!(found("rules"), None, "nothing is ignored there");
    }

    #[test]
    fn what_git_tracks_is_checked_though_it_is_ignored() {
        let folder = tree(&[".gitignore", "ignored/x.yaml", "ignored/y.yaml", "rules/a.yaml", "rules/ignored/b.yaml"]);
        let entries =
            ["gone.yaml", "ignored/x.yaml", "rules/a.yaml", "rules/ignored/b.yaml"].map(|n| (0o100_644, 0, n));
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        std::fs::write(folder.path().join(".git/index"), tracked::tests::index(2, 20, &entries)).unwrap();
        let names = |path: PathBuf| {
            let found = files(&targets(&[path])[0], &GlobSet::empty());
            found.files.into_iter().map(|file| file.relative).collect::<Vec<_>>()
        };
        assert_eq!(
            names(folder.path().to_path_buf()),
            [".gitignore", "ignored/x.yaml", "rules/a.yaml", "rules/ignored/b.yaml"]
        );
        assert_eq!(names(folder.path().join("rules")), ["rules/a.yaml", "rules/ignored/b.yaml"]);
    }

    #[test]
    fn bad_bytes_keep_their_offsets() {
        let text = |bytes: &[u8], name: &str| super::text(bytes, Path::new(name));
        let Content::Text(read, bad) = text(b"a: \xff\xfeb\n", "a") else { panic!("text") };
        assert_eq!((&*read, bad), ("a: ??b\n", Some(3)));
        assert!(matches!(text(b"alert: a\0b\n", "a"), Content::Text(_, None)), "a stray NUL is a fault of a text");
        assert!(matches!(text(b"\x7fELF\x01\x02\x03\0\0\0\0\0\0\0\0\0\0", "a"), Content::NotText));
        assert!(matches!(content(io::repeat(b'x'), Path::new("a")), Content::TooLarge(_)));
    }

    #[test]
    fn control_characters_and_encodings_hide_no_rules() {
        let text = |bytes: &[u8], name: &str| super::text(bytes, Path::new(name));
        let hidden = [b"# ", &[1; 400][..], b"\nexpr: up\n"].concat();
        assert!(matches!(text(&hidden, "a"), Content::Text(_, None)));
        assert!(matches!(text(&[0; 400], "a.YAML"), Content::Text(_, None)));
        assert!(matches!(text(&[0; 400], "a.bin"), Content::NotText));
        assert!(matches!(text(b"\xff\xfea\0", "a.yml"), Content::Encoded("UTF-16", true)));
        assert!(matches!(text(b"\xfe\xff\0e\0x\0p\0r", "a"), Content::Encoded("UTF-16", true)));
        assert!(matches!(text(b"a\0:\0", "a.yml"), Content::Encoded("UTF-16 without a byte order mark", false)));
        assert!(matches!(text(b"\xff\xfe\0\0a\0\0\0", "a.yml"), Content::Encoded("UTF-32", false)));
        assert!(matches!(text(b"\0\0\0a\0\0\0:", "a.yml"), Content::Encoded("UTF-32", false)));
        assert!(matches!(text(b"\xff\xfea\0", "a"), Content::NotText));
    }
}
