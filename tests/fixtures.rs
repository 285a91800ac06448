//! Whole runs of the program over `fixtures/`: every format, to the byte. `BLESS=1` rewrites what is expected.

mod support;

use std::fs;
use std::path::Path;

use support::program::program;

/// A format, the file that holds what is expected, and further arguments.
const FORMATS: &[(&str, &str)] = &[
    ("human", "human.txt"),
    ("concise", "concise.txt"),
    ("json", "report.json"),
    ("jsonl", "report.jsonl"),
    ("verdicts", "verdicts.jsonl"),
    ("github", "github.txt"),
];

fn compare(path: &Path, got: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, got).unwrap();
    } else if fs::read_to_string(path).unwrap_or_default() != got {
        wrong.push(format!("{} is not what is printed (BLESS=1 rewrites it):\n{got}", path.display()));
    }
}

/// Copies a folder with all below.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn the_story_of_a_team_that_wants_to_join() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let expected = folder.join("fixtures/join-expected");
    let mut wrong = Vec::new();
    for (format, file) in FORMATS {
        let history = "fixtures/join/history.jsonl";
        let args = ["check", "fixtures/join", "--history", history, "--today", "2026-11-21", "--format", format];
        let ran = program(folder, &args, "");
        assert_eq!(ran.code, 1, "{format}: {}", ran.stderr);
        compare(&expected.join(file), &ran.stdout, &mut wrong);
    }
    let ran = program(folder, &["list", "fixtures/join", "--format", "table"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    compare(&expected.join("list.txt"), &ran.stdout, &mut wrong);
    let fresh = tempfile::tempdir().unwrap();
    copy(&folder.join("fixtures/join/rules"), &fresh.path().join("rules"));
    copy(&folder.join("fixtures/join/docs"), &fresh.path().join("docs"));
    let ran = program(fresh.path(), &["check", "--today", "2026-11-21"], "");
    compare(&expected.join("first-run.txt"), &ran.stdout, &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
