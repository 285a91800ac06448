//! The grammar of RE2 as Go's `regexp/syntax/parse.go` reads it with the flags `Perl|DotNL`.

use super::limits::{Limit, MAX_REPEAT, Repeat, Stack};
use super::{Error, names};
use crate::promql::mistakes::quoted;
use crate::source::TextRange;
use std::ops::Range;

const INVALID_ESCAPE: &str = "invalid escape sequence";
const INVALID_NAME: &str = "invalid named capture";
const INVALID_PERL: &str = "invalid or unsupported Perl syntax";
const INVALID_RANGE: &str = "invalid character class range";
const INVALID_REPEAT: &str = "invalid repeat count";
const MISSING_ARGUMENT: &str = "missing argument to repetition operator";
const MISSING_BRACKET: &str = "missing closing ]";
const MISSING_PAREN: &str = "missing closing )";
const NESTED_REPEAT: &str = "invalid nested repetition operator";
const TOO_DEEP: &str = "expression nests too deeply";
const TOO_LARGE: &str = "expression too large";
const TRAILING_BACKSLASH: &str = "trailing backslash at end of expression";
const UNEXPECTED_PAREN: &str = "unexpected )";

/// Reads all of `text`.
pub(super) fn parse(text: &str) -> Result<(), Error> {
    let mut parser = Parser { text, at: 0, fold: false, stack: Stack::default(), no_named_class: false };
    let mut last_repeat = None;
    while let Some(c) = parser.char(parser.at) {
        last_repeat = parser.step(c, last_repeat)?;
    }
    match parser.stack.finish() {
        Ok(None) => Ok(()),
        Ok(Some(open)) => Err(parser.whole(MISSING_PAREN, open..open + 1)),
        Err(limit) => Err(parser.limit(limit)),
    }
}

struct Parser<'a> {
    text: &'a str,
    /// The next byte to read, always at the start of a character.
    at: usize,
    /// Whether `(?i)` holds here.
    fold: bool,
    stack: Stack,
    /// No `:]` follows any more, so no named class can.
    no_named_class: bool,
}

impl Parser<'_> {
    fn char(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Whether `what` stands at `at`.
    fn has(&self, at: usize, what: &str) -> bool {
        self.text.get(at..).is_some_and(|rest| rest.starts_with(what))
    }

    /// First `what` from `at` on.
    fn find(&self, at: usize, what: &str) -> Option<usize> {
        Some(at + self.text.get(at..)?.find(what)?)
    }

    fn error(&self, code: &str, range: Range<usize>) -> Error {
        let message = format!("{code}: {}", quoted(self.text.get(range.clone()).unwrap_or_default()));
        Error { range: text_range(range), message }
    }

    /// An error for which Go quotes the whole expression.
    fn whole(&self, code: &str, range: Range<usize>) -> Error {
        Error { range: text_range(range), message: format!("{code}: {}", quoted(self.text)) }
    }

    fn limit(&self, limit: Limit) -> Error {
        let code = match limit {
            Limit::Height => TOO_DEEP,
            Limit::Size => TOO_LARGE,
        };
        self.error(code, 0..self.text.len())
    }

    fn pushed(&mut self, push: impl FnOnce(&mut Stack) -> Result<(), Limit>) -> Result<(), Error> {
        push(&mut self.stack).map_err(|limit| self.limit(limit))
    }

    /// Reads one item that starts with `c`. `last_repeat` is where the repetition operator just before it started, if
    /// one did; answers the same for this item.
    fn step(&mut self, c: char, last_repeat: Option<usize>) -> Result<Option<usize>, Error> {
        let start = self.at;
        self.at += c.len_utf8();
        match c {
            '(' if self.byte(self.at) == Some(b'?') => self.perl_group(start)?,
            '(' => {
                let fold = self.fold;
                self.pushed(|stack| stack.open(start, true, fold))?;
            }
            '|' => self.pushed(Stack::bar)?,
            ')' => match self.stack.close() {
                Ok(Some(group)) => self.fold = group.fold,
                Ok(None) => return Err(self.whole(UNEXPECTED_PAREN, start..self.at)),
                Err(limit) => return Err(self.limit(limit)),
            },
            '^' | '$' => self.pushed(Stack::assertion)?,
            '.' => self.pushed(Stack::any)?,
            '[' => self.class(start)?,
            '*' => return self.repeat(Repeat::Star, start, last_repeat),
            '+' | '?' => return self.repeat(Repeat::Once, start, last_repeat),
            '{' => match self.counted(self.at) {
                Some((repeat, end)) => {
                    self.at = end;
                    return self.repeat(repeat, start, last_repeat);
                }
                None => self.literal()?,
            },
            '\\' => self.backslash(start)?,
            _ => self.literal()?,
        }
        Ok(None)
    }

    fn literal(&mut self) -> Result<(), Error> {
        let fold = self.fold;
        self.pushed(|stack| stack.literal(fold))
    }

    /// Applies a repetition operator that was read from `start` to here.
    fn repeat(&mut self, repeat: Repeat, start: usize, last: Option<usize>) -> Result<Option<usize>, Error> {
        if let Repeat::Counted { min, max } = repeat
            && (min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT || min > max))
        {
            return Err(self.error(INVALID_REPEAT, start..self.at));
        }
        if self.byte(self.at) == Some(b'?') {
            self.at += 1;
        }
        if let Some(last) = last {
            return Err(self.error(NESTED_REPEAT, last..self.at));
        }
        if !self.stack.can_repeat() {
            return Err(self.error(MISSING_ARGUMENT, start..self.at));
        }
        match self.stack.repeat(repeat) {
            Ok(true) => Ok(Some(start)),
            Ok(false) => Err(self.error(INVALID_REPEAT, start..self.at)),
            Err(limit) => Err(self.limit(limit)),
        }
    }

    /// `{min}`, `{min,}` or `{min,max}` after its brace, and where it ends; anything else is not a repetition.
    fn counted(&self, at: usize) -> Option<(Repeat, usize)> {
        let (min, at) = self.count(at)?;
        match self.byte(at)? {
            b'}' => Some((Repeat::Counted { min, max: Some(min) }, at + 1)),
            b',' if self.byte(at + 1)? == b'}' => Some((Repeat::Counted { min, max: None }, at + 2)),
            b',' => {
                let (max, at) = self.count(at + 1)?;
                (self.byte(at)? == b'}').then_some((Repeat::Counted { min, max: Some(max) }, at + 1))
            }
            _ => None,
        }
    }

    /// A decimal number without leading zeros; too large a one stays larger than any limit.
    fn count(&self, start: usize) -> Option<(u32, usize)> {
        let digits = self.text.as_bytes().get(start..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = &self.text[start..start + digits];
        if digits == 0 || digits > 1 && number.starts_with('0') {
            return None;
        }
        Some((number.parse().unwrap_or(u32::MAX), start + digits))
    }

    /// `(?…`, with the parenthesis at `start`.
    fn perl_group(&mut self, start: usize) -> Result<(), Error> {
        let name = if self.has(start, "(?P<") && self.text.len() - start > 4 {
            Some(start + 4)
        } else if self.has(start, "(?<") && self.text.len() - start > 3 {
            Some(start + 3)
        } else {
            None
        };
        match name {
            Some(name) => self.named_group(start, name),
            None => self.flags(start),
        }
    }

    fn named_group(&mut self, start: usize, name: usize) -> Result<(), Error> {
        let Some(end) = self.find(start, ">") else {
            return Err(self.error(INVALID_NAME, start..self.text.len()));
        };
        let bytes = &self.text.as_bytes()[name..end];
        if bytes.is_empty() || !bytes.iter().all(|&byte| byte == b'_' || byte.is_ascii_alphanumeric()) {
            return Err(self.error(INVALID_NAME, start..end + 1));
        }
        self.at = end + 1;
        let fold = self.fold;
        self.pushed(|stack| stack.open(start, true, fold))
    }

    /// `(?flags)` or `(?flags:`.
    fn flags(&mut self, start: usize) -> Result<(), Error> {
        let mut at = start + 2;
        let mut fold = self.fold;
        let mut negated = false;
        let mut saw_flag = false;
        while let Some(c) = self.char(at) {
            at += c.len_utf8();
            match c {
                'i' => {
                    fold = !negated;
                    saw_flag = true;
                }
                'm' | 's' | 'U' => saw_flag = true,
                '-' if !negated => {
                    negated = true;
                    saw_flag = false;
                }
                ':' | ')' if saw_flag || !negated => {
                    self.at = at;
                    if c == ':' {
                        let before = self.fold;
                        self.pushed(|stack| stack.open(start, false, before))?;
                    }
                    self.fold = fold;
                    return Ok(());
                }
                _ => break,
            }
        }
        Err(self.error(INVALID_PERL, start..at))
    }

    /// An escape outside of a class.
    fn backslash(&mut self, start: usize) -> Result<(), Error> {
        let after = start + 2;
        match self.byte(start + 1) {
            Some(b'A' | b'b' | b'B' | b'z') => {
                self.at = after;
                self.pushed(Stack::assertion)
            }
            Some(b'C') => Err(self.error(INVALID_ESCAPE, start..after)),
            Some(b'Q') => self.quoted(after),
            _ => {
                self.stack.allocate();
                if let Some(end) = self.class_escape(start)? {
                    self.at = end;
                    return self.pushed(Stack::class);
                }
                self.stack.release();
                (_, self.at) = self.escape(start)?;
                self.literal()
            }
        }
    }

    /// `\Q…\E`, or to the end of the pattern.
    fn quoted(&mut self, start: usize) -> Result<(), Error> {
        let end = self.find(start, "\\E");
        let text = self.text.get(start..end.unwrap_or(self.text.len())).unwrap_or_default();
        for _ in text.chars() {
            self.literal()?;
        }
        self.at = end.map_or(self.text.len(), |end| end + 2);
        Ok(())
    }

    /// The end of `\d`, `\pL`, `\p{Greek}` and the like at `start`, if one is there.
    fn class_escape(&self, start: usize) -> Result<Option<usize>, Error> {
        match (self.byte(start), self.byte(start + 1)) {
            (Some(b'\\'), Some(b'p' | b'P')) => self.unicode_class(start).map(Some),
            (Some(b'\\'), Some(b'd' | b'D' | b's' | b'S' | b'w' | b'W')) => Ok(Some(start + 2)),
            _ => Ok(None),
        }
    }

    fn unicode_class(&self, start: usize) -> Result<usize, Error> {
        let at = start + 2;
        let (name, end) = match self.char(at) {
            Some('{') => match self.find(at, "}") {
                Some(close) => (at + 1..close, close + 1),
                None => return Err(self.error(INVALID_RANGE, start..self.text.len())),
            },
            Some(c) => (at..at + c.len_utf8(), at + c.len_utf8()),
            None => (at..at, at),
        };
        let name = &self.text[name];
        if names::is_unicode_class(name.strip_prefix('^').unwrap_or(name)) {
            Ok(end)
        } else {
            Err(self.error(INVALID_RANGE, start..end))
        }
    }

    /// A character class whose bracket is at `start`.
    fn class(&mut self, start: usize) -> Result<(), Error> {
        self.stack.allocate();
        let mut at = self.at;
        if self.byte(at) == Some(b'^') {
            at += 1;
        }
        let mut first = true;
        while first || self.byte(at) != Some(b']') {
            first = false;
            at = self.class_item(at, start)?;
        }
        self.at = at + 1;
        self.pushed(Stack::class)
    }

    /// The end of one item of the class that opened at `class`.
    fn class_item(&mut self, start: usize, class: usize) -> Result<usize, Error> {
        if let Some(end) = self.named_class(start)? {
            return Ok(end);
        }
        if let Some(end) = self.class_escape(start)? {
            return Ok(end);
        }
        let (low, at) = self.class_char(start, class)?;
        if self.byte(at) != Some(b'-') || matches!(self.byte(at + 1), None | Some(b']')) {
            return Ok(at);
        }
        let (high, at) = self.class_char(at + 1, class)?;
        if high < low { Err(self.error(INVALID_RANGE, start..at)) } else { Ok(at) }
    }

    fn class_char(&self, at: usize, class: usize) -> Result<(u32, usize), Error> {
        match self.char(at) {
            None => Err(self.error(MISSING_BRACKET, class..self.text.len())),
            Some('\\') => self.escape(at),
            Some(c) => Ok((u32::from(c), at + c.len_utf8())),
        }
    }

    /// The end of `[:alpha:]` at `start`, if one is there; any later `:]` makes it one.
    fn named_class(&mut self, start: usize) -> Result<Option<usize>, Error> {
        if self.no_named_class || !self.has(start, "[:") || self.byte(start + 2).is_none() {
            return Ok(None);
        }
        let Some(end) = self.find(start + 2, ":]") else {
            self.no_named_class = true;
            return Ok(None);
        };
        let name = &self.text[start + 2..end];
        if names::is_posix_class(name.strip_prefix('^').unwrap_or(name)) {
            Ok(Some(end + 2))
        } else {
            Err(self.error(INVALID_RANGE, start..end + 2))
        }
    }

    /// The character an escape at `start` stands for, and its end.
    fn escape(&self, start: usize) -> Result<(u32, usize), Error> {
        let Some(c) = self.char(start + 1) else {
            return Err(Error { range: text_range(start..start + 1), message: format!("{TRAILING_BACKSLASH}: ``") });
        };
        let mut at = start + 1 + c.len_utf8();
        match c {
            // A single digit other than zero would be a back reference.
            '1'..='7' if !self.byte(at).is_some_and(is_octal) => {}
            '0'..='7' => {
                let mut value = u32::from(c) - u32::from('0');
                for _ in 1..3 {
                    let Some(digit) = self.byte(at).filter(|&byte| is_octal(byte)) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    at += 1;
                }
                return Ok((value, at));
            }
            'x' => {
                let (value, end) = self.hex(at);
                if let Some(value) = value {
                    return Ok((value, end));
                }
                at = end;
            }
            'a' => return Ok((0x07, at)),
            'f' => return Ok((0x0c, at)),
            'n' => return Ok((0x0a, at)),
            'r' => return Ok((0x0d, at)),
            't' => return Ok((0x09, at)),
            'v' => return Ok((0x0b, at)),
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => return Ok((u32::from(c), at)),
            _ => {}
        }
        Err(self.error(INVALID_ESCAPE, start..at))
    }

    /// The digits after `\x`: their value, if they are right, and where reading stopped.
    fn hex(&self, start: usize) -> (Option<u32>, usize) {
        if self.byte(start) == Some(b'{') {
            return self.braced_hex(start + 1);
        }
        let mut at = start;
        let mut value = Some(0);
        for _ in 0..2 {
            let c = self.char(at);
            at += c.map_or(0, char::len_utf8);
            let digit = c.and_then(|c| c.to_digit(16));
            value = value.zip(digit).map(|(value, digit)| value * 16 + digit);
        }
        (value, at)
    }

    fn braced_hex(&self, start: usize) -> (Option<u32>, usize) {
        let mut at = start;
        let mut value = None;
        while let Some(c) = self.char(at) {
            at += c.len_utf8();
            if c == '}' {
                return (value, at);
            }
            let Some(digit) = c.to_digit(16) else { break };
            let next = value.unwrap_or(0) * 16 + digit;
            if next > u32::from(char::MAX) {
                break;
            }
            value = Some(next);
        }
        (None, at)
    }
}

fn is_octal(byte: u8) -> bool {
    matches!(byte, b'0'..=b'7')
}

fn text_range(range: Range<usize>) -> TextRange {
    let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
    TextRange::new(offset(range.start), offset(range.end))
}
