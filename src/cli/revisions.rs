//! Earlier revisions of the files below a folder, as git tells them.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Stdio};

use super::git::{Ended, git};
use crate::evidence::history::{Millis, SECOND, print_time};

/// More commits than this are not looked at.
const MOST_COMMITS: usize = 5000;
/// Larger files than this are not read.
const MOST_BYTES: u64 = crate::discover::MAX_FILE;

/// A change of some files on the way to what is checked out.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Commit {
    /// When it was committed.
    pub(super) time: Millis,
    /// What it changed.
    pub(super) changes: Vec<Change>,
}

/// What a commit did to one file.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Change {
    /// The file, relative to the folder.
    pub(super) path: String,
    /// What it held before; none where it was not there.
    pub(super) old: Option<String>,
    /// What it held after; none where it is gone.
    pub(super) new: Option<String>,
}

/// The files of a folder in a repository.
pub(super) struct Repository {
    _process: Ended,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

fn output(folder: &Path, args: &[&str]) -> Option<Vec<u8>> {
    let done = git(folder, args).output().ok()?;
    done.status.success().then_some(done.stdout)
}

/// Whether the repository around a folder has a revision.
pub(super) fn is_revision(folder: &Path, revision: &str) -> bool {
    let commit = format!("{revision}^{{commit}}");
    !revision.contains('\n')
        && output(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).is_some()
}

/// The commits since an instant that changed something below a folder, the latest first, along the first parents: a merge counts as one change. What a first commit, or
/// the last that a shallow clone holds, brought is not known to be new: those are left out. None where there is no repository, or no git.
pub(super) fn commits(folder: &Path, since: Millis) -> Option<Vec<Commit>> {
    let shallow = output(folder, &["rev-parse", "--path-format=absolute", "--git-path", "shallow"])?;
    let shallow = String::from_utf8(shallow).ok()?;
    let cut = match crate::discover::read(Path::new(shallow.trim_end())) {
        crate::discover::Content::Text(text, _) => text,
        _ => "".into(),
    };
    let (since, most) = (format!("--since={}", print_time(since)), format!("--max-count={MOST_COMMITS}"));
    let format = "--format=%x01%H %ct %P";
    let args = ["log", "--first-parent", "-m", "--raw", "--relative", "--no-abbrev", "--no-renames", "--no-color"];
    let more = ["--no-ext-diff", "--no-textconv", "-z", format, &since, &most, "HEAD", "--", "."];
    let log = output(folder, &[&args[..], &more[..]].concat())?;
    let known = |commit: &(String, bool, Commit)| commit.1 && !cut.lines().any(|line| line == commit.0);
    Some(parse(&log).into_iter().filter(known).map(|(.., commit)| commit).collect())
}

/// The commits of a log: id, whether there is a parent, and the changes.
fn parse(log: &[u8]) -> Vec<(String, bool, Commit)> {
    let mut commits: Vec<(String, bool, Commit)> = Vec::new();
    let mut tokens = log.split(|&byte| byte == 0).map(String::from_utf8_lossy);
    while let Some(token) = tokens.next() {
        if let Some(head) = token.strip_prefix('\u{1}') {
            let mut words = head.split_whitespace();
            let id = words.next().unwrap_or_default().to_owned();
            let time = words.next().and_then(|time| time.parse::<Millis>().ok()).unwrap_or_default() * SECOND;
            commits.push((id, words.next().is_some(), Commit { time, changes: Vec::new() }));
        } else if let Some(raw) = token.trim_start_matches('\n').strip_prefix(':') {
            let mut words = raw.split(' ').skip(2);
            let blob = |id: Option<&str>| id.filter(|id| id.bytes().any(|byte| byte != b'0')).map(str::to_owned);
            let (old, new) = (blob(words.next()), blob(words.next()));
            let path = tokens.next().unwrap_or_default().into_owned();
            if let Some((.., commit)) = commits.last_mut() {
                commit.changes.push(Change { path, old, new });
            }
        }
    }
    commits
}

impl Repository {
    /// Opens the repository that holds a folder.
    pub(super) fn open(folder: &Path) -> Option<Self> {
        let mut git = git(folder, &["cat-file", "--batch"]);
        let mut process = Ended(git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?);
        let (input, output) = (process.0.stdin.take()?, process.0.stdout.take()?);
        Some(Self { _process: process, input, output: BufReader::new(output) })
    }

    /// The text of a file by its id, or as `REVISION:./PATH`; none where it is not there, or no text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        if name.contains('\n') {
            return None;
        }
        writeln!(self.input, "{name}").ok()?;
        self.input.flush().ok()?;
        let mut head = String::new();
        self.output.read_line(&mut head).ok()?;
        let mut words = head.trim_end().rsplit(' ');
        let size: u64 = words.next()?.parse().ok()?;
        let is_blob = words.next() == Some("blob");
        let mut content = Vec::new();
        let kept = if is_blob { size.min(MOST_BYTES + 1) } else { 0 };
        self.output.by_ref().take(kept).read_to_end(&mut content).ok()?;
        std::io::copy(&mut self.output.by_ref().take(size - kept + 1), &mut std::io::sink()).ok()?;
        String::from_utf8(content).ok().filter(|text| is_blob && text.len() as u64 <= MOST_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_whatever_its_paths_are_called() {
        let id = |c: &str| c.repeat(40);
        let (a, b, none) = (id("a"), id("b"), id("0"));
        let log = format!(
            "\u{1}{a} 7 {b}\0\n:100644 100644 {a} {b} M\0x \u{1}y\0:100644 000000 {a} {none} D\0:z\0\u{1}{b} 5 \0\n:000000 100644 {none} {a} A\0z\0"
        );
        let change = |path: &str, old: &str, new: &str| Change {
            path: path.to_owned(),
            old: Some(old.to_owned()).filter(|id| *id != none),
            new: Some(new.to_owned()).filter(|id| *id != none),
        };
        let first = Commit { time: 7000, changes: vec![change("x \u{1}y", &a, &b), change(":z", &a, &none)] };
        let second = Commit { time: 5000, changes: vec![change("z", &none, &a)] };
        assert_eq!(parse(log.as_bytes()), [(a.clone(), true, first), (b, false, second)]);
    }
}
