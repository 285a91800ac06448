//! What granit-parser lets pass and go-yaml v3 does not.

use std::cell::LazyCell;

use super::builder::Builder;
use super::fault::{self, Fault};
use super::read::Stop;
use super::{Error, ErrorKind, Kind, Tree, ahead, alias, message, scalar};

/// Whether the text has something that YAML 1.2 and libyaml read differently: tabs in indentation, other line breaks,
/// directives, control characters.
pub(super) fn doubtful(text: &str) -> bool {
    let bytes = text.as_bytes();
    let line_start = |at: usize| at == 0 || matches!(bytes.get(at - 1), Some(b'\n' | b'\r'));
    bytes.iter().enumerate().any(|(at, &byte)| match byte {
        b'\t' => {
            let before = bytes[..at].iter().rev().find(|b| **b != b' ');
            before.is_none_or(|b| matches!(b, b'\n' | b'\r'))
        }
        b'%' | b'.' => line_start(at),
        0xC2 | 0xE2 => scalar::break_len(bytes, at) > 0,
        _ => false,
    })
}

/// Whether go-yaml meets an error behind the first document all the same: its scanner looks some tokens past the `---`.
pub(super) fn seen_ahead(builder: &Builder, stop: &Stop) -> bool {
    let text = &*builder.tree.text;
    let end = builder.first_end.unwrap_or(0);
    match fault::of_granit(&stop.problem) {
        // Such a document of its own would be read.
        Fault::Directive => {
            let rest = text.get(stop.at as usize..).unwrap_or("");
            !(rest.starts_with("%YAML 1.1") || rest.starts_with("%TAG ")) && ahead::scanned(text, end, stop.at)
        }
        // The token itself is broken.
        Fault::Escape
        | Fault::Digits
        | Fault::Code
        | Fault::BlockHeader
        | Fault::Unclosed
        | Fault::Start
        | Fault::Name
        | Fault::Tag => ahead::scanned(text, end, stop.at),
        Fault::Colon | Fault::NoColon | Fault::ItemPlace | Fault::KeyPlace
            if ahead::beside_mark(text, end, stop.at) && ahead::scanned(text, end, stop.at) =>
        {
            true
        }
        // The first token is text over several lines, the second a `:`.
        Fault::Colon | Fault::NoColon => {
            let first = ahead::first_token(text, end).filter(|&first| !text[first..].starts_with("---"));
            let first = first.and_then(|first| u32::try_from(first).ok());
            first.is_some_and(|first| ahead::colon(text, first, None).is_some())
        }
        _ => false,
    }
}

/// Adds what is wrong with the tree.
pub(super) fn check(builder: &mut Builder) {
    let mut found = merges(&builder.tree);
    found.append(&mut builder.errors);
    forget_undecoded(&builder.tree, &mut found);
    for &alias in &builder.unknown {
        let range = builder.tree.range(alias);
        found.push(message::unknown_anchor(range, builder.tree.text.get(range.range()).unwrap_or("")));
    }
    if builder.aliases {
        found.extend(alias::check(&builder.tree));
    }
    builder.errors = found;
    if let Some(end) = builder.first_end {
        let beyond = |e: &&mut Error| e.kind == ErrorKind::Refused && e.range.start > end;
        builder.errors.iter_mut().filter(beyond).for_each(message::ignored);
    }
    control_characters(builder);
}

/// Merge keys that have nothing to merge.
pub(super) fn merges(tree: &Tree) -> Vec<Error> {
    tree.nodes().filter(|&id| tree.kind(id) == Kind::Mapping).flat_map(|id| alias::merges(tree, id)).collect()
}

/// What a null key stands for is never decoded (`decode.go`: `mappingStruct`, `mapping`), so nothing in it is refused.
fn forget_undecoded(tree: &Tree, errors: &mut Vec<Error>) {
    if !errors.iter().any(|error| error.kind == ErrorKind::Refused) {
        return;
    }
    let entries = tree.nodes().flat_map(|id| tree.entries(id).collect::<Vec<_>>());
    let skipped: Vec<_> = entries.filter(|&(key, _)| tree.is_null(key)).map(|(_, value)| tree.range(value)).collect();
    errors.retain(|error| error.kind != ErrorKind::Refused || !skipped.iter().any(|all| all.contains(error.range)));
}

/// Makes what is wrong with scalars behind the first document, but for those that the scanner looks at, something that
/// Prometheus never sees.
pub(super) fn ignore_later(builder: &mut Builder) {
    let Some(end) = builder.first_end.filter(|_| builder.tree.documents.len() > 1) else { return };
    let text = &*builder.tree.text;
    let scanned = LazyCell::new(|| ahead::scanned_to(text, end));
    let seen = |error: &Error| error.range.start <= end || (error.range.start as usize) < *scanned;
    builder.errors.iter_mut().filter(|error| !seen(error)).for_each(message::ignored);
}

/// go-yaml's `readerc.go` refuses the whole text for one of them.
fn control_characters(builder: &mut Builder) {
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..);
    let plain = |b: u8| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    if builder.tree.text.bytes().all(plain) {
        return;
    }
    let body = builder.tree.text.strip_prefix('\u{FEFF}').unwrap_or(&builder.tree.text);
    let skipped = builder.tree.text.len() - body.len();
    let found = body.char_indices().find(|&(_, c)| !allowed(c));
    if let Some((at, c)) = found {
        let mut error = message::control(skipped + at, c);
        // The reader fetches 512 bytes at a time, and no more than the first document needs.
        let fetched = builder.first_end.filter(|_| builder.tree.documents.len() > 1);
        if fetched.is_some_and(|end| at >= (end as usize + 16).next_multiple_of(512)) {
            message::ignored(&mut error);
        }
        builder.errors.push(error);
    }
}
