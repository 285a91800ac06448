//! Collections in brackets on one line.

use super::scalars::Word;
use super::{Fast, Kind};

impl Fast<'_, '_> {
    /// A collection in brackets on one line, of words and quoted text.
    pub(super) fn flow(&mut self) -> Option<()> {
        let kind = if self.bytes[self.at] == b'[' { Kind::Sequence } else { Kind::Mapping };
        let close = if kind == Kind::Sequence { b']' } else { b'}' };
        self.begin(kind, self.at)?;
        self.at += 1;
        self.at += self.spaces(self.at);
        while self.peek(0)? != close {
            if kind == Kind::Mapping {
                self.text()?;
                (self.peek(0) == Some(b':') && self.peek(1) == Some(b' ')).then_some(())?;
                self.at += 1;
                self.at += self.spaces(self.at);
            }
            if matches!(self.peek(0)?, b'[' | b'{') {
                self.flow()?;
            } else {
                self.text()?;
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
        self.builder.end(Some(self.at as u32));
        self.depth -= 1;
        Some(())
    }

    fn text(&mut self) -> Option<()> {
        let start = self.at;
        let first = self.peek(0)?;
        let word = if matches!(first, b'"' | b'\'') {
            self.quoted(start)?.on_one_line()?
        } else if first.is_ascii_alphanumeric() || first == b'_' {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || b"_-./$+=()^~ ".contains(&b);
            let text = &self.rest()[..self.rest().iter().take_while(|&&b| plain(b)).count()];
            let blanks = text.iter().rev().take_while(|&&b| b == b' ').count();
            Word::verbatim(start, start + text.len() - blanks)
        } else {
            return None;
        };
        self.word(word);
        self.at = word.range.end as usize;
        Some(())
    }
}
