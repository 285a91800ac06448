//! When files last changed, as git tells it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::evidence::links::{Answer, Question};

/// Most bytes of a history that are read: what is older then stays unknown.
const MOST: u64 = 256 << 20;

/// Notes when the files behind the answers last changed, one history a repository. Files that no repository holds, and those of
/// a shallow clone, stay without a time.
pub(super) fn last_changes(answers: &mut BTreeMap<Question, Answer>) {
    let mut repositories: BTreeMap<PathBuf, Option<PathBuf>> = BTreeMap::new();
    let mut wanted: BTreeMap<PathBuf, BTreeMap<String, Vec<&mut Answer>>> = BTreeMap::new();
    for answer in answers.values_mut() {
        let Some(path) = answer.file().and_then(|file| Path::new(file).canonicalize().ok()) else { continue };
        let Some(folder) = path.parent() else { continue };
        let root = repositories.entry(folder.to_owned()).or_insert_with(|| repository(folder)).clone();
        let Some((root, inside)) = root.and_then(|root| {
            let inside = path.strip_prefix(&root).ok()?.to_str()?.to_owned();
            Some((root, inside))
        }) else {
            continue;
        };
        wanted.entry(root).or_default().entry(inside).or_default().push(answer);
    }
    for (root, files) in wanted {
        let _ = history(&root, files);
    }
}

/// Git, with nothing of a hostile checkout's settings that would run another program.
pub(super) fn git(folder: &Path, arguments: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(super::here(folder));
    for setting in
        ["core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false", "core.quotePath=false"]
    {
        git.args(["-c", setting]);
    }
    git.args(arguments).env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("GIT_NO_LAZY_FETCH", "1");
    git.stdin(Stdio::null()).stderr(Stdio::null());
    git
}

/// The top folder of the repository that holds `folder`, unless its history is cut.
fn repository(folder: &Path) -> Option<PathBuf> {
    let output = git(folder, &["rev-parse", "--is-shallow-repository", "--show-toplevel"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let (shallow, top) = text.trim_end().split_once('\n')?;
    (shallow == "false").then(|| Path::new(top).canonicalize().ok())?
}

/// Reads the history from its end until each file was met.
fn history(root: &Path, mut files: BTreeMap<String, Vec<&mut Answer>>) -> std::io::Result<()> {
    let log = [
        "log",
        "-z",
        "--format=%x01%ct",
        "--name-only",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "HEAD",
        "--",
    ];
    let mut child = Ended(git(root, &log).stdout(Stdio::piped()).spawn()?);
    let Some(stdout) = child.0.stdout.take() else { return Ok(()) };
    let mut lines = BufReader::new(stdout.take(MOST));
    let mut record = Vec::new();
    let mut time = None;
    while !files.is_empty() {
        record.clear();
        if lines.read_until(0, &mut record)? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&record);
        for part in text.trim_end_matches('\0').split('\n').filter(|part| !part.is_empty()) {
            match part.strip_prefix('\u{1}') {
                Some(seconds) => time = seconds.trim().parse::<i64>().ok(),
                None => {
                    for answer in files.remove(part).unwrap_or_default() {
                        answer.changed_at = time;
                    }
                }
            }
        }
    }
    Ok(())
}

/// A child that does not outlive us.
pub(super) struct Ended(pub(super) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
