//! Any text as an expression: no panic, every place inside the text, and a canonical form that is read as itself.
//!
//! `cargo +nightly fuzz run promql`
#![no_main]

use groundrules::promql::{Features, Options, Version, compat, parse, print, walk};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let options = Options { features: Features::ALL, version: Version::NEWEST };
    let parsed = parse(text, &options);
    for error in &parsed.errors {
        assert!(text.get(error.range.range()).is_some(), "{error:?}");
        for (range, _) in error.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(text.get(range.range()).is_some(), "{error:?}");
        }
    }
    for id in parsed.ast.ids() {
        assert!(text.get(parsed.ast.range(id).range()).is_some());
    }
    let printed = print::canonical(&parsed.ast, text);
    assert!(!compat::tree(&parsed.ast, text).is_empty());
    let _ = walk::selectors(&parsed.ast).count() + walk::clauses(&parsed.ast).count();
    // Prometheus's own printer gives `+Inf` for a number and nothing for `{}`, which are not read back as they were.
    if parsed.errors.is_empty() && !printed.contains("Inf") && !printed.contains("info") {
        assert_eq!(print::canonical(&parse(&printed, &options).ast, &printed), printed);
    }
});
