//! Any text is lowered as a rule file without a panic, as Prometheus's own and as any other, and all places lie in it.
#![no_main]

use groundrules::model::lower::{Options, lower};
use groundrules::model::{Dialect, Text};
use groundrules::source::{Source, SourceId, Span, TextRange};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let inside = |span: Span| assert!(text.get(span.range().range()).is_some(), "{span:?}");
    let source = Source::new("rules/fuzz.yml", text);
    for dialect in [None, Some(Dialect::Prometheus)] {
        let file = lower(&source, SourceId(0), &Options { dialect, ..Options::default() });
        let whole = |part: &Text| {
            let length = u32::try_from(part.value().len()).unwrap();
            inside(part.span());
            inside(part.part(&file, &source, TextRange::new(0, length)));
        };
        for rule in &file.rules {
            inside(rule.span);
            [&rule.name, &rule.expr].into_iter().for_each(whole);
            let entries = rule.labels.entries.iter().chain(&rule.annotations.entries);
            entries.for_each(|entry| [&entry.key, &entry.value].into_iter().for_each(whole));
        }
        for problem in &file.problems {
            inside(problem.diagnostic.span);
            let edits = problem.diagnostic.fix.iter().flat_map(|fix| &fix.edits);
            edits.for_each(|edit| inside(edit.span));
        }
        file.comments.iter().for_each(|comment| inside(comment.span));
    }
});
