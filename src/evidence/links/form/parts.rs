//! Where the parts of a reference are: templates, and the components of a URL.

use std::borrow::Cow;
use std::ops::Range;

/// The pairs that enclose a placeholder of some template language, longest opening first where they share a beginning.
const BRACKETS: [(&str, &str); 6] = [("{{", "}}"), ("[[", "]]"), ("((", "))"), ("<%", "%>"), ("%%", "%%"), ("${", "}")];

/// Most bytes of a placeholder but for those of Go's templates.
const LONGEST: usize = 256;

/// The byte ranges of the placeholders in `text`, in order. One that is never closed reaches to the end.
pub fn templates(text: &str) -> Vec<Range<usize>> {
    let begins = |byte: u8| matches!(byte, b'{' | b'[' | b'(' | b'<' | b'%' | b'$');
    let mut found = Vec::new();
    // Without an early end the compiler looks at many bytes at once, and most references have no placeholder.
    if !text.bytes().fold(false, |found, byte| found | begins(byte)) {
        return found;
    }
    let mut at = 0;
    while let Some(next) = text.as_bytes().get(at..).and_then(|rest| rest.iter().position(|byte| begins(*byte))) {
        at += next;
        let len = placeholder(&text[at..]);
        found.extend(len.map(|len| at..at + len));
        at += len.unwrap_or(1);
    }
    found
}

/// Length of the placeholder at the start of `text`.
fn placeholder(text: &str) -> Option<usize> {
    for (open, close) in BRACKETS {
        let Some(inner) = text.strip_prefix(open) else { continue };
        // A name is short; who opens thousands of brackets is not searched to the end for each.
        let inner = if open == "{{" { inner } else { &inner[..inner.floor_char_boundary(LONGEST)] };
        let end = if open == "{{" { action_end(inner) } else { find(inner, close).map(|i| i + close.len()) };
        return match end {
            Some(end) if open == "((" && !inner[..end - 2].bytes().all(is_name) => None,
            Some(end) if open == "%%" && (end == 2 || !inner[..end - 2].bytes().all(is_name)) => None,
            Some(end) => Some(open.len() + end),
            None if open == "{{" => Some(text.len()),
            None => None,
        };
    }
    let name = text.strip_prefix('$')?;
    let len = name.bytes().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_').count();
    (len > 0 && name.as_bytes().first().is_some_and(u8::is_ascii_uppercase)).then_some(1 + len)
}

/// Where `close` first stands, by its first byte.
fn find(text: &str, close: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(*close.as_bytes().first()?, bytes).find(|&at| bytes[at..].starts_with(close.as_bytes()))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Where an action of Go's text/template ends, one past its `}}`; quoted strings may hold `}}`.
fn action_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quote = None;
    let mut i = 0;
    while i < bytes.len() {
        match (quote, bytes[i]) {
            (None, b'}') if bytes.get(i + 1) == Some(&b'}') => return Some(i + 2),
            (None, b @ (b'"' | b'`')) => quote = Some(b),
            (Some(b'"'), b'\\') => i += 1,
            (Some(q), b) if q == b => quote = None,
            _ => {}
        }
        i += 1;
    }
    // An odd quote is an error of the template; the reference still ends somewhere.
    text.find("}}").map(|i| i + 2)
}

/// `text` with every byte of its placeholders replaced by `x`, so that offsets stay as they are.
pub fn masked<'a>(text: &'a str, templates: &[Range<usize>]) -> Cow<'a, str> {
    if templates.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in templates {
        out.push_str(&text[at..range.start]);
        out.extend(std::iter::repeat_n('x', range.len()));
        at = range.end;
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

/// The components of a URL, as byte ranges. The delimiters belong to none of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parts {
    pub scheme: Range<usize>,
    pub authority: Range<usize>,
    pub path: Range<usize>,
    pub query: Option<Range<usize>>,
    pub fragment: Option<Range<usize>>,
}

/// The components of `text` when it is written as `scheme://…`.
pub fn parts(text: &str) -> Option<Parts> {
    let scheme = scheme(text)?;
    let start = scheme.end + 3;
    if text.get(scheme.end..start) != Some("://") {
        return None;
    }
    let bytes = text.as_bytes();
    let ends = |byte: &u8| matches!(byte, b'/' | b'?' | b'#' | b'\\');
    let authority = start..bytes[start..].iter().position(ends).map_or(text.len(), |len| start + len);
    let len = memchr::memchr2(b'?', b'#', &bytes[authority.end..]);
    let path = authority.end..len.map_or(text.len(), |len| authority.end + len);
    let (query, fragment) = tail(text, path.end);
    Some(Parts { scheme, authority, path, query, fragment })
}

/// Query and fragment of what stands from `at` on.
pub fn tail(text: &str, at: usize) -> (Option<Range<usize>>, Option<Range<usize>>) {
    let find = |mark: u8, to: usize| memchr::memchr(mark, &text.as_bytes()[at..to]).map(|i| at + i);
    let hash = find(b'#', text.len());
    let end = hash.unwrap_or(text.len());
    let query = find(b'?', end).map(|i| i + 1..end);
    (query, hash.map(|i| i + 1..text.len()))
}

/// The scheme of `text`: letters, digits, `+-.` before the first `:`.
pub fn scheme(text: &str) -> Option<Range<usize>> {
    let end = memchr::memchr(b':', text.as_bytes())?;
    let name = &text[..end];
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    plain.then_some(0..end)
}
