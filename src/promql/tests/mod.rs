//! Tests of the whole: what the language allows, where the parts stand, what an error says, and what survives one.

mod errors;
mod language;
mod recovery;
mod robustness;
mod spans;
mod versions;

use super::{Features, Options, Parsed, Version, parse, print};

const ALL: Options = Options { features: Features::ALL, version: Version::NEWEST };

/// Reads with every feature switched on.
fn read(text: &str) -> Parsed {
    parse(text, &ALL)
}

/// The canonical form of a text that must be right.
fn printed(text: &str) -> String {
    let parsed = read(text);
    assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
    print::canonical(&parsed.ast, text)
}

/// The text after the fix of its first error.
fn fixed(text: &str) -> String {
    let parsed = read(text);
    let fix = parsed.errors.first().and_then(|error| error.fix.as_ref());
    let mut edits = fix.map(|fix| fix.edits.clone()).unwrap_or_default();
    edits.sort();
    let mut fixed = text.to_owned();
    for (range, edit) in edits.iter().rev() {
        fixed.replace_range(range.range(), edit);
    }
    fixed
}
