//! Where the comments and the strings of an expression are, without reading the rest of it.

use crate::source::TextRange;

/// What a byte of an expression belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Inside {
    /// Neither of the others.
    #[default]
    Code,
    /// A string that this quote opened.
    String(u8),
    /// A comment.
    Comment,
}

impl Inside {
    /// What the byte behind one of this kind belongs to, and whether that byte is escaped by a backslash.
    #[must_use]
    pub fn after(self, byte: u8) -> (Self, bool) {
        match (self, byte) {
            (Self::Code, b'"' | b'\'' | b'`') => (Self::String(byte), false),
            (Self::Code, b'#') => (Self::Comment, false),
            (Self::String(quote), b'\\') if quote != b'`' => (self, true),
            // A string in quotes ends with its line at the latest, which is an error.
            (Self::String(quote), _) if byte == quote || byte == b'\n' && quote != b'`' => (Self::Code, false),
            (Self::Comment, b'\n' | b'\r') => (Self::Code, false),
            _ => (self, false),
        }
    }
}

/// The comments, each from its `#` to the end of its line.
#[must_use]
pub fn comments(text: &str) -> Vec<TextRange> {
    let mut found = Vec::new();
    let (mut inside, mut escaped, mut start) = (Inside::Code, false, 0);
    for (at, byte) in text.bytes().enumerate() {
        let before = inside;
        if !std::mem::take(&mut escaped) || byte == b'\n' {
            (inside, escaped) = inside.after(byte);
        }
        match (before == Inside::Comment, inside == Inside::Comment) {
            (false, true) => start = at,
            (true, false) => found.push(super::range(start, at)),
            _ => {}
        }
    }
    if inside == Inside::Comment {
        found.push(super::range(start, text.len()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{Options, parse};

    #[test]
    fn comments_are_those_of_the_parser() {
        for text in [
            "up # a \"b\n  + down # c # d",
            "up{a=\"# no\", b='\\'# no', c=`# \n no\\`} # yes\r\n# and",
            "# only",
            "up",
            "up{a=\"never closed # no\n} # yes",
            "",
        ] {
            let parsed = parse(text, &Options::default());
            assert_eq!(comments(text), parsed.ast.comments(), "{text}");
        }
    }
}
