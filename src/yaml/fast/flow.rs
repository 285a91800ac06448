//! Collections in brackets on one line.

use super::{Fast, Kind, Style, number, range};

impl Fast<'_, '_> {
    /// A collection in brackets on one line, of words and quoted text.
    pub(super) fn flow(&mut self) -> Option<()> {
        let kind = if self.bytes[self.at] == b'[' { Kind::Sequence } else { Kind::Mapping };
        let close = if kind == Kind::Sequence { b']' } else { b'}' };
        self.begin(kind)?;
        self.at += 1;
        self.at += self.spaces(self.at);
        while self.peek(0)? != close {
            if kind == Kind::Mapping {
                self.word()?;
                (self.peek(0) == Some(b':') && self.peek(1) == Some(b' ')).then_some(())?;
                self.at += 1;
                self.at += self.spaces(self.at);
            }
            if matches!(self.peek(0)?, b'[' | b'{') {
                self.flow()?;
            } else {
                self.word()?;
            }
            self.at += self.spaces(self.at);
            match self.peek(0)? {
                b',' => {
                    self.at += 1;
                    self.at += self.spaces(self.at);
                    if self.peek(0)? == close {
                        return None;
                    }
                }
                b if b == close => {}
                _ => return None,
            }
        }
        self.at += 1;
        self.builder.end(Some(number(self.at)?));
        self.depth -= 1;
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let start = self.at;
        let first = self.peek(0)?;
        let (end, style) = if matches!(first, b'"' | b'\'') {
            let end = self.quoted(start, self.bytes.len())?;
            let one_line = !self.bytes[start..end].contains(&b'\n');
            (one_line.then_some(end)?, if first == b'"' { Style::Double } else { Style::Single })
        } else if first.is_ascii_alphanumeric() || first == b'_' {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || b"_-./$+=()^~ ".contains(&b);
            let len = self.rest().iter().take_while(|&&b| plain(b)).count();
            let text = self.text.get(start..start + len)?.trim_end_matches(' ');
            (start + text.len(), Style::Plain)
        } else {
            return None;
        };
        self.scalar(range(start, end)?, style, 0);
        self.at = end;
        Some(())
    }
}
