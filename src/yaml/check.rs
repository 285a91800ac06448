//! What granit-parser lets pass and go-yaml v3 does not.

use super::builder::Builder;
use super::{message, scalar};

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

/// Adds what is wrong with the tree.
pub(super) fn check(builder: &mut Builder) {
    control_characters(builder);
    for alias in std::mem::take(&mut builder.unknown) {
        let range = builder.tree.range(alias);
        let name = builder.tree.text.get(range.range()).unwrap_or("").to_owned();
        builder.errors.push(message::unknown_anchor(range, &name));
    }
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
        builder.errors.push(message::control(skipped + at, c));
    }
}
