//! Documents that stay true: the table of lint rules, the paths that are named, the length of the map.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn readme_lists_every_lint_rule_in_order() {
    let readme = read("README.md");
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| [`")).collect();
    let want: Vec<String> = groundrules::rules::all()
        .iter()
        .map(|meta| format!("| [`{0}`](rules/{0}.md) | {1} | {2} |", meta.id, meta.summary, meta.levels))
        .collect();
    assert_eq!(rows, want, "`groundrules rules --format markdown` prints the table");
}

#[test]
fn the_picture_of_readme_is_real_output() {
    let (readme, real) = (read("README.md"), read("fixtures/join-expected/human.txt"));
    let pictures: Vec<&str> = readme.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(pictures.len(), 2);
    for piece in pictures.iter().flat_map(|picture| picture.split("\n\n")) {
        assert!(real.contains(piece.trim_end()), "not in fixtures/join-expected/human.txt:\n{piece}");
    }
}

#[test]
fn documents_name_only_paths_that_exist() {
    let mut seen = 0;
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        for quoted in read(document).split('`').skip(1).step_by(2) {
            let first = quoted.split('/').next().unwrap_or_default();
            let is_path = quoted.contains('/')
                && ["src", "tests", "rules", "fixtures", "benches", "fuzz", "docs", ".ci", "examples"].contains(&first)
                && !quoted.contains(['<', '*', ' ', '{', '…']);
            if is_path {
                seen += 1;
                assert!(root().join(quoted).exists(), "{document} names `{quoted}`, which is not there");
            }
        }
    }
    assert!(seen >= 10, "only {seen} paths were found: is the search broken?");
}

/// The texts of all Rust files below some folders.
fn code(folders: &[&str]) -> String {
    let mut todo: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut all = String::new();
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all += &fs::read_to_string(path).unwrap();
        }
    }
    all
}

#[test]
fn every_threat_has_a_test_that_holds_its_guard() {
    let (architecture, code) = (read("ARCHITECTURE.md"), code(&["src", "tests"]));
    let rows =
        architecture.split("| threat |").nth(1).unwrap().lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut seen = 0;
    for row in rows {
        let held = row.trim_end_matches(['|', ' ']).rsplit(" | ").next().unwrap();
        let names: Vec<&str> = held.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "nothing holds: {row}");
        for name in names.iter().filter(|name| !name.contains('/')) {
            assert!(
                code.contains(&format!("#[test]\nfn {name}()")) || code.contains(&format!("#[test]\n    fn {name}()")),
                "no test `{name}`"
            );
        }
        seen += 1;
    }
    assert!(seen > 10, "only {seen} threats were found: is the search broken?");
}

#[test]
fn the_map_stays_a_map() {
    assert!(read("ARCHITECTURE.md").lines().count() <= 150);
    assert!(read("CONTRIBUTING.md").lines().count() <= 100);
}

#[test]
fn licences_are_shipped() {
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        assert!(Path::new(&root().join(licence)).exists(), "{licence}");
    }
}
