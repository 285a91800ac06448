//! Any text is parsed as a template without a panic, and all places lie in it.
#![no_main]

use groundrules::source::TextRange;
use groundrules::template;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let inside = |range: TextRange| assert!(text.get(range.range()).is_some(), "{range:?}");
    let parsed = template::parse(text);
    for error in &parsed.errors {
        inside(error.range);
        error.related.iter().for_each(|(range, _)| inside(*range));
        error.fix.iter().flat_map(|fix| &fix.edits).for_each(|(range, _)| inside(*range));
    }
    parsed.ast.pipelines().iter().for_each(|pipeline| inside(pipeline.range));
    parsed.ast.operands().for_each(|operand| inside(operand.range));
    parsed.ast.labels().for_each(|label| inside(label.range));
    parsed.ast.calls().flat_map(|call| call.strings()).for_each(|(_, range)| inside(range));
});
