//! Every example of every page under `rules/` is a test. `BLESS=1` rewrites the renderings and fixes on the pages.
//!
//! A section `Bad` or `Good`, or each `###` of it, is a case: its fences are files (`yaml [path]`), a `policy`, `evidence`, and
//! what is said (`text`) and offered (`diff`). `#~ words` at the end of a line marks that the page's rule must report that line, with
//! these words in the message; each further `^` means one line up. `#~ unknown: words` marks an alert whose verdict is unknown for a reason
//! with these words.

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use groundrules::lint::Verdict;
use groundrules::lint::report::Report;
use groundrules::report::{Options, human};
use groundrules::source::Encoding;
use support::case::{Case, Mark, run};

fn pages() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut pages: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    pages
}

fn id(page: &std::path::Path) -> String {
    page.file_stem().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn every_rule_has_its_page_and_every_page_its_rule() {
    let listed: BTreeSet<String> = groundrules::rules::all().iter().map(|meta| meta.id.to_owned()).collect();
    let written: BTreeSet<String> = pages().iter().map(|page| id(page)).collect();
    assert_eq!(listed, written);
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let id = id(&page);
        assert!(text.starts_with(&format!("# {id}\n")), "{id}: the page starts with its name");
        for section in ["## Why", "## Bad", "## Good", "## Options"] {
            assert!(text.contains(&format!("\n{section}\n")), "{id}: no section {section}");
        }
    }
}

#[test]
fn every_example_says_what_its_page_says() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = String::new();
    let mut cases = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let id = id(&page);
        let (blessed, count) = page_cases(&id, &text, bless, &mut wrong);
        cases += count;
        if bless && blessed != text {
            fs::write(&page, blessed).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(
        cases >= 2 * groundrules::rules::all().len(),
        "{cases} cases are too few: every page has a bad and a good one"
    );
}

/// Runs the cases of a page; gives the page with fresh renderings, and the number of cases.
fn page_cases(id: &str, text: &str, bless: bool, wrong: &mut String) -> (String, usize) {
    let mut out = text.to_owned();
    let mut count = 0;
    for case in Case::of_page(text).into_iter().rev() {
        count += 1;
        let ran = run(&case, id);
        let report = ran.report();
        let place = format!("rules/{id}.md:{}", case.line);
        compare_marks(&case, id, &report, &place, wrong);
        if !case.bad && report.findings.iter().any(|finding| finding.waiver.is_none()) {
            let _ = writeln!(wrong, "{place}: a good example has findings");
        }
        if !case.bad {
            continue;
        }
        let rendered = render(&report);
        let fixed = ran.fixes(&report);
        for (fence, want) in [("diff", fixed), ("text", rendered)] {
            let have = case.fence(fence);
            if have.map(|(_, body)| body).unwrap_or_default() == want {
                continue;
            }
            if bless {
                case.replace(&mut out, fence, &want);
            } else {
                let _ = writeln!(wrong, "{place}: the `{fence}` is not what is printed (BLESS=1 rewrites it):\n{want}");
            }
        }
    }
    (out, count)
}

fn compare_marks(case: &Case, id: &str, report: &Report<'_>, place: &str, wrong: &mut String) {
    let mut found: Vec<(String, u32, String)> = Vec::new();
    for finding in &report.findings {
        let source = report.source(finding.diagnostic.span.source);
        let line = source.position(finding.diagnostic.span.start, Encoding::Scalar).line;
        found.push((source.path.clone(), line, finding.diagnostic.message.clone()));
    }
    for alert in &report.alerts {
        let source = report.source(alert.source);
        let line = source.position(alert.start, Encoding::Scalar).line;
        let own =
            alert.exceptions.iter().filter(|one| report.ran.get(one.lint as usize).is_some_and(|meta| meta.id == id));
        let unknown = own.filter(|one| one.verdict == Verdict::Unknown && !one.not_asked);
        let marked = |line: u32| case.marks.iter().any(|mark| mark.line == line && mark.words.starts_with("unknown: "));
        found.extend(
            unknown.filter(|_| marked(line)).map(|one| (source.path.clone(), line, format!("unknown: {}", one.reason))),
        );
    }
    for Mark { path, line, words } in &case.marks {
        match found.iter().position(|(file, at, message)| file == path && at == line && says(message, words)) {
            Some(index) => {
                found.remove(index);
            }
            None => {
                let _ = writeln!(wrong, "{place}: {path}:{line} is not reported with `{words}`");
            }
        }
    }
    for (path, line, message) in found {
        let _ = writeln!(wrong, "{place}: {path}:{line} is reported but not marked: {message}");
    }
}

/// Whether a message holds the words of a mark; what is unknown begins with that word in both.
fn says(message: &str, words: &str) -> bool {
    match (words.strip_prefix("unknown: "), message.strip_prefix("unknown: ")) {
        (Some(words), Some(message)) => message.contains(words),
        (None, None) => message.contains(words),
        _ => false,
    }
}

fn render(report: &Report<'_>) -> String {
    let mut out = Vec::new();
    let options = Options { color: false, width: 120, all: true, has_policy: true, github: false, quiet: true };
    human::write(report, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap().trim_end().to_owned() + "\n"
}
