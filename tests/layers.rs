//! The import table of ARCHITECTURE.md, held: which module may use which.

use std::fs;
use std::path::{Path, PathBuf};

/// A module and what of the crate it may use; its own siblings are always allowed.
const TABLE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("suggest", &[]),
    ("name", &[]),
    ("parallel", &[]),
    ("fault", &["source"]),
    ("pattern", &["source"]),
    ("unquote", &["source"]),
    ("diagnostic", &["source"]),
    ("yaml", &["source", "diagnostic", "suggest", "name"]),
    ("promql", &["source", "fault", "unquote", "suggest", "name"]),
    ("template", &["source", "fault", "unquote", "suggest"]),
    ("model", &["source", "diagnostic", "suggest", "yaml", "promql", "template"]),
    ("discover", &[]),
    ("evidence", &["source", "template", "unquote", "promql", "parallel"]),
    ("lint", &["source", "diagnostic", "model", "promql", "evidence", "suggest", "parallel"]),
    (
        "rules",
        &[
            "source",
            "fault",
            "diagnostic",
            "suggest",
            "name",
            "pattern",
            "model",
            "promql",
            "template",
            "evidence",
            "lint",
        ],
    ),
    ("policy", &["source", "diagnostic", "suggest", "pattern", "yaml", "model", "promql", "evidence", "lint", "rules"]),
    ("report", &["source", "diagnostic", "lint"]),
];

/// Modules that may use everything.
const TOP: &[&str] = &["cli", "lib", "main"];

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

fn all(folder: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if folder.exists() {
        sources(&folder, &mut out);
    }
    out.sort();
    out
}

/// The first segments of all `crate::…` paths of a text, also of grouped imports.
fn used(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => group[..group.find('}').unwrap_or(group.len())].split(',').collect(),
            None => vec![rest],
        };
        for name in names {
            let name: String = name.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            found.push(name);
        }
    }
    found
}

#[test]
fn modules_use_only_what_the_table_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for path in all("src") {
        let below = path.strip_prefix(&root).unwrap();
        let module =
            below.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if TOP.contains(&module.as_str()) {
            continue;
        }
        let (_, allowed) =
            TABLE.iter().find(|(name, _)| *name == module).unwrap_or_else(|| panic!("{module} is not in the table"));
        for name in used(&fs::read_to_string(&path).unwrap()) {
            seen += 1;
            assert!(name == module || allowed.contains(&name.as_str()), "{} uses crate::{name}", path.display());
        }
    }
    assert!(seen > 100, "only {seen} imports were found: is the search broken?");
}

#[test]
fn no_file_is_too_long() {
    for folder in ["src", "tests", "benches", "examples", "fuzz/fuzz_targets"] {
        for path in all(folder) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 600, "{} has {lines} lines, the limit is 600", path.display());
        }
    }
}

#[test]
fn lint_rules_do_not_know_each_other() {
    let shared = ["entry", "noise", "required", "runbook", "syntax", "waivers"];
    for path in all("src/rules") {
        let text = fs::read_to_string(&path).unwrap();
        if path.ends_with("mod.rs") {
            continue;
        }
        for (at, _) in text.match_indices("super::") {
            let name: String = text[at + 7..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let ok = shared.contains(&name.as_str())
                || text[at + 7..].starts_with(['{', '*'])
                || name.chars().next().is_some_and(char::is_uppercase)
                || text[..at].ends_with("use ") && name == "near";
            assert!(ok, "{} uses super::{name}", path.display());
        }
    }
}
