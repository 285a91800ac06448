//! From a text to its tree and its errors.

use super::builder::Builder;
use super::read::{self, Stretch};
use super::{Parsed, check, message};
use crate::source::TextRange;

/// Reads a text. Invalid bytes must have been replaced one for one before, so that the offsets are those of the file.
pub fn parse(text: &str) -> Parsed {
    let mut builder = Builder::new(text);
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let start = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    builder.cursor = start;
    let all = Stretch { range: TextRange::new(start, end), splice: false };
    if let Err(stop) = read::read(&mut builder, text, all) {
        builder.errors.push(message::stop(text, &stop));
        builder.end_all();
    }
    let more = check::check(&builder);
    let Builder { tree, mut errors, .. } = builder;
    errors.extend(more);
    errors.sort_by_key(|error| (error.range.start, error.range.end));
    Parsed { tree, errors }
}
