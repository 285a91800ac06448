//! JSON strings that are harmless on a terminal, too.

use std::io;

use serde_json::ser::Formatter;

use crate::report::safe::is_harmful;

/// Compact JSON in which control characters, bidirectional overrides and unseen characters stand as `\u…`.
pub(super) struct Escape;

impl Formatter for Escape {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all text is plain ASCII, and told so many bytes at once.
        let odd = |byte: u8| byte >= 0x7f;
        if !fragment.bytes().fold(false, |found, byte| found | odd(byte)) {
            return out.write_all(fragment.as_bytes());
        }
        let mut from = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_harmful(*c)) {
            out.write_all(&fragment.as_bytes()[from..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            from = at + c.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[from..])
    }
}
