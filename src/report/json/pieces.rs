//! JSON put together piece by piece: keys and brackets as they are, every other text escaped.

use serde_json::Serializer;

use serde::Serialize;

use super::escape::Escape;

/// JSON in the making. Ten thousands of findings are written with the same keys, which no serializer has to look at again.
#[derive(Default)]
pub(super) struct Pieces {
    bytes: Vec<u8>,
}

impl Pieces {
    /// What was written.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Begins anew.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Pieces that were written elsewhere.
    pub(super) fn append(&mut self, other: &Self) {
        self.bytes.extend_from_slice(&other.bytes);
    }

    /// A piece of JSON, as it is.
    pub(super) fn raw(&mut self, piece: &'static str) -> &mut Self {
        self.bytes.extend_from_slice(piece.as_bytes());
        self
    }

    /// A string.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        if !self.plain(text, []) {
            // A text can always be written into memory.
            let _ = text.serialize(&mut Serializer::with_formatter(&mut self.bytes, Escape));
        }
        self
    }

    /// A string that needs no escapes and has none of these bytes; otherwise nothing is written.
    pub(super) fn plain<const N: usize>(&mut self, text: &str, unwelcome: [u8; N]) -> bool {
        let plain = is_plain(text, unwelcome);
        if plain {
            self.raw("\"").bytes.extend_from_slice(text.as_bytes());
            self.raw("\"");
        }
        plain
    }

    /// A number.
    pub(super) fn number(&mut self, number: u32) -> &mut Self {
        let mut digits = [0; 10];
        let (mut at, mut left) = (digits.len(), number);
        loop {
            at -= 1;
            digits[at] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        self.bytes.extend_from_slice(&digits[at..]);
        self
    }

    /// A list of what `each` writes of the items.
    pub(super) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut each: impl FnMut(&mut Self, T)) {
        self.raw("[");
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.raw(",");
            }
            each(self, item);
        }
        self.raw("]");
    }

    /// What `some` writes, or null.
    pub(super) fn optional<T>(&mut self, value: Option<T>, some: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => some(self, value),
            None => {
                self.raw("null");
            }
        }
    }
}

/// Whether a text is of printable ASCII that JSON takes as it is, without these bytes. Texts are short and many here: eight bytes are
/// looked at together, the last ones with some of those before them.
fn is_plain<const N: usize>(text: &str, unwelcome: [u8; N]) -> bool {
    let each = |byte: u8| u64::from_ne_bytes([byte; 8]);
    // The highest bit of some byte is set where one of them is less than this, at most 128.
    let less = |word: u64, than: u8| word.wrapping_sub(each(than)) & !word;
    let odd = |bytes: &[u8; 8]| {
        let word = u64::from_ne_bytes(*bytes);
        let is = |byte: u8| less(word ^ each(byte), 1);
        let beyond = word.wrapping_add(each(0x7f - b'~')) | word;
        let found = less(word, b' ') | beyond | is(b'"') | is(b'\\');
        unwelcome.iter().fold(found, |found, byte| found | is(*byte)) & each(0x80) != 0
    };
    let bytes = text.as_bytes();
    let Some(last) = bytes.last_chunk() else {
        let mut few = [b' '; 8];
        few[..bytes.len()].copy_from_slice(bytes);
        return !odd(&few);
    };
    !odd(last) && !bytes.as_chunks().0.iter().any(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Pieces)) -> String {
        let mut pieces = Pieces::default();
        write(&mut pieces);
        String::from_utf8(pieces.bytes().to_vec()).unwrap()
    }

    fn number(out: &mut Pieces, number: u32) {
        out.number(number);
    }

    fn text(out: &mut Pieces, text: &str) {
        out.text(text);
    }

    #[test]
    fn plain_is_told_at_every_byte_and_place() {
        for byte in 0..=127_u8 {
            for (before, after) in (0..20).flat_map(|before| (0..20).map(move |after| (before, after))) {
                let text = format!("{}{}{}", "~".repeat(before), char::from(byte), " ".repeat(after));
                let plain = matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'@');
                assert_eq!(is_plain(&text, [b'@']), plain, "{text:?}");
            }
        }
        assert!(is_plain("", []) && is_plain("a@b", []) && !is_plain("é", []) && !is_plain("1234567890é", []));
    }

    #[test]
    fn numbers_texts_lists_and_nothing() {
        let numbers = written(|out| out.list([0, 7, 10, 4_294_967_295], number));
        assert_eq!(numbers, "[0,7,10,4294967295]");
        let texts = written(|out| {
            out.list(["", "a b", "\"", "\\", "\n", "é", "\u{202e}"], text);
        });
        assert_eq!(texts, r#"["","a b","\"","\\","\n","é","\u202e"]"#);
        assert_eq!(written(|out| out.optional(None::<u32>, number)), "null");
        assert_eq!(written(|out| out.optional(Some(1), number)), "1");
    }
}
