//! Go's quoted strings: what `"…"`, `'…'` and `` `…` `` stand for, and where each decoded byte was written.
//!
//! The rules are those of Prometheus's `util/strutil.Unquote`: all three quotes hold strings, `\x` and octal escapes stand for
//! single bytes, a raw string holds no escape at all.

use crate::source::TextRange;
use std::borrow::Cow;

/// Why a text is no quoted string, and which bytes of it are to blame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnquoteError {
    /// The bytes to mend, counted from the opening quote.
    pub at: TextRange,
    /// What is wrong with them.
    pub message: &'static str,
}

/// The text between the quotes with its escapes decoded; borrowed where it holds none.
///
/// # Errors
/// The first fault: no matching quotes, a line break, an unknown or unfinished escape, bytes that are not UTF-8.
pub fn unquote(quoted: &str) -> Result<Cow<'_, str>, UnquoteError> {
    match unquote_bytes(quoted)? {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| ()),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| ()),
    }
    .map_err(|()| UnquoteError { at: TextRange::new(0, length(quoted.len())), message: "the string is not UTF-8" })
}

/// As [`unquote`], for strings that `\xff` and the like may turn into something else than UTF-8.
///
/// # Errors
/// As [`unquote`], but for the last.
pub fn unquote_bytes(quoted: &str) -> Result<Cow<'_, [u8]>, UnquoteError> {
    let (quote, inner) = split(quoted)?;
    if quote == b'`' || !inner.bytes().any(|byte| byte == b'\\' || byte == b'\n' || byte == quote) {
        return Ok(Cow::Borrowed(inner.as_bytes()));
    }
    let mut decoded = Vec::with_capacity(inner.len());
    let mut steps = Steps { quote, inner, at: 0 };
    while let Some(step) = steps.next()? {
        step.push(inner, &mut decoded);
    }
    Ok(Cow::Owned(decoded))
}

/// Whether [`unquote_bytes`] would succeed, without making the text.
///
/// # Errors
/// As [`unquote_bytes`].
pub fn check(quoted: &str) -> Result<(), UnquoteError> {
    let (quote, inner) = split(quoted)?;
    let mut steps = Steps { quote, inner, at: 0 };
    while quote != b'`' && steps.next()?.is_some() {}
    Ok(())
}

/// The byte of `quoted` (counted from its opening quote) from which the decoded byte `decoded` comes: the backslash for an
/// escaped one, the closing quote for the end.
pub fn raw_offset(quoted: &str, decoded: usize) -> usize {
    let Ok((quote, inner)) = split(quoted) else { return decoded.min(quoted.len()) };
    if quote == b'`' || !inner.contains('\\') {
        return 1 + decoded.min(inner.len());
    }
    let (mut steps, mut seen, mut buffer) = (Steps { quote, inner, at: 0 }, 0, Vec::new());
    loop {
        let at = steps.at;
        let Ok(Some(step)) = steps.next() else { return 1 + at };
        buffer.clear();
        step.push(inner, &mut buffer);
        if decoded < seen + buffer.len() {
            return match step {
                Step::Plain { start, .. } => 1 + start + (decoded - seen),
                _ => 1 + at,
            };
        }
        seen += buffer.len();
    }
}

/// The quote and what stands between the two of them.
fn split(quoted: &str) -> Result<(u8, &str), UnquoteError> {
    let whole = TextRange::new(0, length(quoted.len()));
    let quote = quoted.as_bytes().first().copied().unwrap_or(0);
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return Err(UnquoteError { at: whole, message: "a string starts with a quote" });
    }
    if quoted.len() < 2 || quoted.as_bytes().last() != Some(&quote) {
        return Err(UnquoteError { at: whole, message: "the quote is never closed" });
    }
    let inner = &quoted[1..quoted.len() - 1];
    let stray = if quote == b'`' { inner.find('`') } else { None };
    match stray {
        Some(at) => Err(UnquoteError { at: place(at, 1), message: "the quote ends the string here" }),
        None => Ok((quote, inner)),
    }
}

/// One piece of the text between the quotes.
enum Step {
    /// Bytes that stand for themselves.
    Plain { start: usize, end: usize },
    /// An escape for one byte.
    Byte(u8),
    /// An escape for one character.
    Char(char),
}

impl Step {
    fn push(&self, inner: &str, out: &mut Vec<u8>) {
        match *self {
            Self::Plain { start, end } => out.extend_from_slice(&inner.as_bytes()[start..end]),
            Self::Byte(byte) => out.push(byte),
            Self::Char(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

struct Steps<'a> {
    quote: u8,
    inner: &'a str,
    at: usize,
}

impl Steps<'_> {
    fn next(&mut self) -> Result<Option<Step>, UnquoteError> {
        let bytes = self.inner.as_bytes();
        let start = self.at;
        match bytes.get(start) {
            None => return Ok(None),
            Some(b'\\') => return self.escape().map(Some).map_err(|error| self.whole_chars(error)),
            Some(b'\n') => return Err(fault(start, 1, "a line break can't stand in a quoted string")),
            Some(&byte) if byte == self.quote => return Err(fault(start, 1, "the quote ends the string here")),
            Some(_) => {}
        }
        let stop = |byte: &u8| *byte == b'\\' || *byte == b'\n' || *byte == self.quote;
        self.at = bytes[start..].iter().position(stop).map_or(bytes.len(), |n| start + n);
        Ok(Some(Step::Plain { start, end: self.at }))
    }

    /// The same error, its end not within a character.
    fn whole_chars(&self, error: UnquoteError) -> UnquoteError {
        let mut end = error.at.end as usize - 1;
        while !self.inner.is_char_boundary(end) {
            end += 1;
        }
        UnquoteError { at: TextRange::new(error.at.start, length(end + 1)), ..error }
    }

    fn escape(&mut self) -> Result<Step, UnquoteError> {
        let (start, bytes) = (self.at, self.inner.as_bytes());
        let Some(&kind) = bytes.get(start + 1) else { return Err(fault(start, 1, "the escape is not finished")) };
        self.at = start + 2;
        let digits = |from: usize, count: usize, base: u32| -> Result<u32, UnquoteError> {
            let text = bytes.get(from..from + count).unwrap_or_default();
            let mut value = 0;
            for &byte in text {
                let Some(digit) = char::from(byte).to_digit(base) else {
                    return Err(fault(start, from + count - start, "the escape has too few digits"));
                };
                value = value * base + digit;
            }
            if text.is_empty() { Err(fault(start, 2, "the escape has too few digits")) } else { Ok(value) }
        };
        let simple = match kind {
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'\\' => b'\\',
            _ if kind == self.quote => kind,
            b'x' => {
                self.at = start + 4;
                return digits(start + 2, 2, 16).map(|value| Step::Byte(u8::try_from(value).unwrap_or(0)));
            }
            b'0'..=b'7' => {
                self.at = start + 4;
                let value = digits(start + 1, 3, 8)?;
                let byte = u8::try_from(value).map_err(|_| fault(start, 4, "the escape stands for no byte"))?;
                return Ok(Step::Byte(byte));
            }
            b'u' | b'U' => {
                let count = if kind == b'u' { 4 } else { 8 };
                self.at = start + 2 + count;
                let value = digits(start + 2, count, 16)?;
                return char::from_u32(value).map(Step::Char).ok_or(fault(
                    start,
                    2 + count,
                    "the escape stands for no character",
                ));
            }
            _ => return Err(fault(start, 2, "unknown escape")),
        };
        Ok(Step::Byte(simple))
    }
}

fn fault(at: usize, len: usize, message: &'static str) -> UnquoteError {
    UnquoteError { at: place(at, len), message }
}

/// `len` bytes at `at` of the inner text, counted from the opening quote.
fn place(at: usize, len: usize) -> TextRange {
    TextRange::new(length(at + 1), length(at + 1 + len))
}

fn length(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_every_kind_of_escape() {
        let cases: [(&str, &[u8]); 8] = [
            (r#""a b""#, b"a b"),
            (r#""\a\b\f\n\r\t\v\\\"""#, b"\x07\x08\x0c\n\r\t\x0b\\\""),
            (r"'it\'s'", b"it's"),
            (r#""\x41\102\u0043\U00000044""#, b"ABCD"),
            (r#""\xff\377""#, b"\xff\xff"),
            ("`a\\n\"'`", b"a\\n\"'"),
            ("`a\nb`", b"a\nb"),
            (r#""é\u00e9""#, "éé".as_bytes()),
        ];
        for (quoted, decoded) in cases {
            assert_eq!(unquote_bytes(quoted).as_deref(), Ok(decoded), "{quoted}");
        }
        assert!(matches!(unquote(r#""plain""#), Ok(Cow::Borrowed("plain"))));
        assert!(unquote(r#""\xff""#).is_err());
    }

    #[test]
    fn says_which_bytes_of_a_broken_string_are_wrong() {
        let cases = [
            (r#""a\qb""#, 2, 4),
            (r#""\'""#, 1, 3),
            (r#""\xg0""#, 1, 5),
            (r#""\400""#, 1, 5),
            (r#""\ud800""#, 1, 7),
            ("\"a\nb\"", 2, 3),
            (r#""a"b""#, 2, 3),
            (r#""\""#, 1, 2),
            ("`a`b`", 2, 3),
            ("\"", 0, 1),
            ("", 0, 0),
            (r#""\u12""#, 1, 3),
            (r#""\é""#, 1, 4),
        ];
        for (quoted, start, end) in cases {
            let at = unquote_bytes(quoted).map_err(|error| error.at);
            assert_eq!(at, Err(TextRange::new(start, end)), "{quoted}");
        }
    }

    #[test]
    fn finds_the_raw_byte_of_every_decoded_one() {
        let quoted = r#""a\.é\\d\u00e9z""#.replace("\\.", "\\t");
        let places: Vec<usize> = (0..=10).map(|decoded| raw_offset(&quoted, decoded)).collect();
        assert_eq!(places, [1, 2, 4, 5, 6, 8, 9, 9, 15, 16, 16]);
        assert_eq!(raw_offset("`abc`", 2), 3);
    }
}
