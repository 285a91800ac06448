//! Any text is read as YAML without a panic, all places lie in it, and every scalar's bytes decode to the text that is loaded.
#![no_main]

use groundrules::source::TextRange;
use groundrules::yaml::{self, Kind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let inside = |range: TextRange| assert!(text.get(range.range()).is_some(), "{range:?}");
    let yaml::Parsed { tree, errors } = yaml::parse(text);
    for error in &errors {
        inside(error.range);
        error.related.iter().for_each(|(range, _)| inside(*range));
    }
    for id in tree.nodes() {
        inside(tree.range(id));
        if tree.kind(id) == Kind::Scalar {
            let length = u32::try_from(tree.text(id).len()).unwrap();
            tree.spans_of(id, TextRange::new(0, length)).into_iter().for_each(inside);
        }
    }
    tree.comments().iter().for_each(|comment| inside(comment.range));
    assert!(tree.check_maps().is_empty());
});
