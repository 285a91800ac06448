//! Makes text harmless: what files, people and servers wrote can neither steer a terminal or a CI runner, nor look like what it
//! is not, nor give a secret away. Every writer of this folder passes all foreign text through here.
//!
//! Codespan-reporting prints control characters and bidirectional overrides as they are, so snippets are made harmless first,
//! byte for byte: an offset into the harmless text is an offset into the file.

mod guard;
mod redact;

use std::borrow::Cow;
use std::iter::repeat_n;

pub use guard::Guard;
pub use redact::{MARKS_OF_SECRETS, redact};

/// Whether `c` steers a terminal, turns the direction of writing, breaks a line unseen, or is not to be seen at all. Unicode's
/// `Cc` and `Bidi_Control`, its two separators, and the default-ignorable characters that show as nothing.
pub fn is_harmful(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// `text` as one line for people: line breaks and tabs become a blank, harmful characters visible, secrets `***`.
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, false)
}

/// The same with its line breaks (LF alone) kept.
pub fn lines(text: &str) -> Cow<'_, str> {
    shown(text, true)
}

/// A line of a file for a snippet, of exactly the same number of bytes: harmful characters become `?`, `¿` or `�`, secrets
/// stars. Tabs stay, the renderer makes blanks of them.
pub fn snippet(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) && redact::secrets(text).is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for secret in redact::secrets(text) {
        push_snippet(&mut out, &text[from..secret.start]);
        out.extend(repeat_n('*', secret.len()));
        from = secret.end;
    }
    push_snippet(&mut out, &text[from..]);
    Cow::Owned(out)
}

fn push_snippet(out: &mut String, text: &str) {
    for (c, harmful) in judged(text) {
        match (c, harmful, c.len_utf8()) {
            ('\t', ..) | (_, false, _) => out.push(c),
            (_, true, 1) => out.push('?'),
            (_, true, 2) => out.push('¿'),
            (_, true, 3) => out.push('\u{fffd}'),
            (_, true, _) => out.push_str("\u{fffd}?"),
        }
    }
}

fn shown(text: &str, keep_lines: bool) -> Cow<'_, str> {
    let text = redact(text);
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 8);
    for (c, harmful) in judged(&text.replace("\r\n", "\n")) {
        match c {
            '\n' if keep_lines => out.push(c),
            '\n' | '\r' | '\t' => out.push(' '),
            _ if !harmful => out.push(c),
            '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('?')),
            '\u{7f}' => out.push('\u{2421}'),
            _ => out.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(out)
}

/// Every character of `text` and whether it is harmful where it stands. Joiners between two characters beyond ASCII are part of
/// an emoji or of a word in a script that needs them.
fn judged(text: &str) -> impl Iterator<Item = (char, bool)> + '_ {
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        let is_letter = |c: char| !c.is_ascii() && !is_harmful(c);
        let joins = matches!(c, '\u{200c}' | '\u{200d}')
            && is_letter(before)
            && rest.peek().is_some_and(|&next| is_letter(next));
        before = c;
        Some((c, is_harmful(c) && !joins))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str =
        "a\u{1b}[31m\u{7}\u{8}\u{9b}2J\u{202e}b\u{2066}c\u{200b}\u{2028}\u{feff}\u{e0041}\u{61c}\u{7f}é😀\t.";

    #[test]
    fn snippets_keep_every_offset() {
        let safe = snippet(HOSTILE);
        assert_eq!(safe.len(), HOSTILE.len());
        assert!(safe.chars().all(|c| !is_harmful(c) || c == '\t'), "{safe:?}");
        for (at, c) in HOSTILE.char_indices().filter(|(_, c)| !is_harmful(*c)) {
            assert!(safe[at..].starts_with(c), "{c:?} at {at}");
        }
    }

    #[test]
    fn messages_show_what_was_hidden() {
        assert_eq!(line("a\u{1b}[2Jb"), "a␛[2Jb");
        assert_eq!(line("x\u{202e}y\u{9b}"), "x\\u{202e}y\\u{9b}");
        assert_eq!(line("one\r\ntwo\tthree"), "one two three");
        assert_eq!(lines("one\r\ntwo\tthree"), "one\ntwo three");
        assert!(line(HOSTILE).chars().all(|c| !is_harmful(c)));
    }

    #[test]
    fn joiners_stay_where_they_join() {
        assert_eq!(line("👩\u{200d}💻"), "👩\u{200d}💻");
        assert_eq!(line("می\u{200c}خواهم"), "می\u{200c}خواهم");
        assert_eq!(line("team\u{200d}a"), "team\\u{200d}a");
        assert_eq!(snippet("team\u{200d}a"), "team\u{fffd}a");
    }

    #[test]
    fn secrets_keep_their_length_in_snippets() {
        let text = "url: https://bob:hünter@wiki.example.org/a?token=abc\u{7}";
        let safe = snippet(text);
        assert_eq!(safe.len(), text.len());
        assert_eq!(safe, "url: https://***********@wiki.example.org/a?token=****");
    }
}
