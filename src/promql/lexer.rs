//! Text into tokens, as `promql/parser/lex.go` does it: outside braces, inside `{}` and inside `[]` the same characters mean
//! different things.
//!
//! Unlike the server's lexer this one goes on after an error: it reports what it could not read (to [`Sink`]) and stands in the
//! token that was surely meant, or leaves the characters out.

use super::error::Sink;
use super::mistakes;
use super::number;
use super::token::{BinaryOp, Kind, Token, keyword};
use crate::name::is_name_byte;
use crate::source::TextRange;
use crate::unquote;

/// Where in a `[…]` the lexer is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Closed,
    /// Before the first number: only the characters of a duration expression may stand here.
    Duration,
    /// After the first number: anything but names.
    Statement,
}

#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    in_braces: bool,
    /// What ends the matchers that are being read; not a brace where others stand in its place.
    closing: u8,
    bracket: Bracket,
    colon_seen: bool,
    /// Whether any bracket so far held a number. The server never resets this, so that `x[step():1m]` alone is refused.
    duration_seen: bool,
    pub comments: Vec<TextRange>,
    /// Whether it was said that quotes are escaped for nothing.
    pub escapes_told: bool,
    /// Nothing closes a `{{`, or a `${`, any more; so nobody looks again.
    pub no_template_end: bool,
    pub no_variable_end: bool,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            in_braces: false,
            closing: b'}',
            bracket: Bracket::Closed,
            colon_seen: false,
            duration_seen: false,
            comments: Vec::new(),
            escapes_told: false,
            no_template_end: false,
            no_variable_end: false,
        }
    }

    /// The next token; [`Kind::End`] from the end of the text on, and once too much is wrong.
    pub fn next(&mut self, sink: &mut Sink) -> Token {
        loop {
            if sink.is_spent() {
                self.at = self.text.len();
            }
            self.skip_spaces();
            let start = self.at;
            let Some(byte) = self.peek(0) else { return self.token(start, Kind::End) };
            if byte == b'#' && self.bracket != Bracket::Duration {
                self.skip_comment();
                continue;
            }
            let kind = if self.in_braces {
                self.inside_braces(byte, sink)
            } else if self.bracket == Bracket::Duration {
                self.inside_duration(byte, sink)
            } else {
                self.statement(byte, sink)
            };
            if let Some(kind) = kind {
                return self.token(start, kind);
            }
            // What was not understood was reported and is skipped; whatever happens, the lexer moves on.
            if self.at == start {
                self.skip_char();
            }
        }
    }

    fn token(&self, start: usize, kind: Kind) -> Token {
        Token { kind, range: self.range(start) }
    }

    fn range(&self, start: usize) -> TextRange {
        super::range(start, self.at)
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn skip_char(&mut self) {
        self.at += self.text[self.at..].chars().next().map_or(1, char::len_utf8);
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) {
        self.at = after(self.text, self.at, keep);
    }

    fn skip_spaces(&mut self) {
        self.skip_while(is_blank);
    }

    fn skip_comment(&mut self) {
        let start = self.at;
        self.skip_while(|byte| byte != b'\n' && byte != b'\r');
        self.comments.push(self.range(start));
    }

    #[expect(clippy::unnecessary_wraps, reason = "so that every arm of the three tables reads alike")]
    fn take(&mut self, len: usize, kind: Kind) -> Option<Kind> {
        self.at += len;
        Some(kind)
    }

    fn operator(&mut self, op: BinaryOp) -> Option<Kind> {
        self.take(op.text().len(), Kind::Operator(op))
    }

    fn statement(&mut self, byte: u8, sink: &mut Sink) -> Option<Kind> {
        let next = self.peek(1);
        match byte {
            b'(' | b'[' if self.bracket == Bracket::Closed && mistakes::matchers_elsewhere(self, sink) => {
                self.in_braces = true;
                self.closing = if byte == b'(' { b')' } else { b']' };
                self.take(1, Kind::LeftBrace)
            }
            b'(' => self.take(1, Kind::LeftParen),
            b')' => self.take(1, Kind::RightParen),
            b',' => self.take(1, Kind::Comma),
            b'@' => self.take(1, Kind::At),
            b'+' => self.operator(BinaryOp::Add),
            b'-' => self.operator(BinaryOp::Sub),
            b'*' => self.operator(BinaryOp::Mul),
            b'/' => self.operator(BinaryOp::Div),
            b'%' => self.operator(BinaryOp::Mod),
            b'^' => self.operator(BinaryOp::Pow),
            b'=' | b'!' if next == Some(b'=') && self.peek(2) == Some(b'=') => mistakes::character(self, sink),
            b'=' if next == Some(b'=') => self.operator(BinaryOp::Equal),
            b'=' if matches!(next, Some(b'~' | b'>' | b'<' | b'!')) => mistakes::character(self, sink),
            b'=' => self.take(1, Kind::Assign),
            b'!' if next == Some(b'=') => self.operator(BinaryOp::NotEqual),
            b'<' if next == Some(b'=') => self.operator(BinaryOp::LessEqual),
            b'<' if next == Some(b'/') => self.operator(BinaryOp::TrimUpper),
            b'<' if next == Some(b'>') => mistakes::character(self, sink),
            b'<' => self.operator(BinaryOp::Less),
            b'>' if next == Some(b'=') => self.operator(BinaryOp::GreaterEqual),
            b'>' if next == Some(b'/') => self.operator(BinaryOp::TrimLower),
            b'>' => self.operator(BinaryOp::Greater),
            b'0'..=b'9' => Some(self.number(sink)),
            b'.' if next.is_some_and(|next| next.is_ascii_digit()) => Some(self.number(sink)),
            b'"' | b'\'' => Some(self.quoted(byte, sink)),
            b'`' => Some(self.raw(sink)),
            b'{' if next == Some(b'{') => mistakes::character(self, sink),
            b'{' => {
                self.in_braces = true;
                self.take(1, Kind::LeftBrace)
            }
            b'}' => self.take(1, Kind::RightBrace),
            b'[' if self.bracket == Bracket::Closed => {
                self.bracket = Bracket::Duration;
                self.colon_seen = false;
                self.take(1, Kind::LeftBracket)
            }
            b'[' => self.take(1, Kind::LeftBracket),
            b']' => {
                self.bracket = Bracket::Closed;
                self.take(1, Kind::RightBracket)
            }
            b':' if self.bracket != Bracket::Closed => self.colon(sink),
            _ if is_alpha(byte) && self.bracket != Bracket::Closed => self.duration_word(sink),
            _ if is_alpha(byte) || byte == b':' => Some(self.word()),
            _ => mistakes::character(self, sink),
        }
    }

    fn inside_duration(&mut self, byte: u8, sink: &mut Sink) -> Option<Kind> {
        match byte {
            b'(' | b')' | b',' | b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b']' | b'0'..=b'9' => {
                self.statement(byte, sink)
            }
            b'.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => Some(self.number(sink)),
            b':' => self.colon(sink),
            b's' | b'S' | b'm' | b'M' | b'r' | b'R' => self.duration_word(sink),
            b'"' | b'\'' => mistakes::quoted_duration(self, sink),
            _ => mistakes::character(self, sink),
        }
    }

    fn colon(&mut self, sink: &mut Sink) -> Option<Kind> {
        let repeated = std::mem::replace(&mut self.colon_seen, true);
        self.at += 1;
        if repeated {
            sink.report(self.at - 1, super::range(self.at - 1, self.at), "a second `:` in the brackets");
            return None;
        }
        if self.bracket == Bracket::Duration && !self.duration_seen {
            mistakes::colon_without_number(sink, super::range(self.at - 1, self.at));
        }
        Some(Kind::Colon)
    }

    /// `step`, `range`, `min_of`, `max_of` in brackets.
    fn duration_word(&mut self, sink: &mut Sink) -> Option<Kind> {
        let start = self.at;
        self.skip_while(is_alpha);
        let kind = keyword(&self.text[start..self.at]);
        if matches!(kind, Some(Kind::Step | Kind::Range | Kind::MaxOf | Kind::MinOf)) {
            return kind;
        }
        self.at = start;
        mistakes::character(self, sink)
    }

    fn inside_braces(&mut self, byte: u8, sink: &mut Sink) -> Option<Kind> {
        let next = self.peek(1);
        match byte {
            b',' => self.take(1, Kind::Comma),
            b'=' if next == Some(b'~') => self.take(2, Kind::EqualRegex),
            b'=' => self.take(1, Kind::Assign),
            b'!' if next == Some(b'~') => self.take(2, Kind::NotEqualRegex),
            b'!' if next == Some(b'=') => self.take(2, Kind::Operator(BinaryOp::NotEqual)),
            b'"' | b'\'' => Some(self.quoted(byte, sink)),
            b'`' => Some(self.raw(sink)),
            _ if byte == b'}' || byte == self.closing => {
                self.in_braces = false;
                self.closing = b'}';
                self.take(1, Kind::RightBrace)
            }
            _ if is_alpha(byte) => {
                self.skip_while(is_name_byte);
                Some(Kind::Identifier)
            }
            _ => mistakes::character(self, sink),
        }
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        self.skip_while(is_name_byte);
        if self.peek(0) == Some(b':') {
            self.skip_while(|byte| is_name_byte(byte) || byte == b':');
            return Kind::MetricIdentifier;
        }
        match keyword(&self.text[start..self.at]) {
            // Only a parenthesis makes these keywords, so that metrics of that name keep working.
            Some(Kind::Fill | Kind::FillLeft | Kind::FillRight) if !self.parenthesis_follows() => Kind::Identifier,
            Some(kind) => kind,
            None => Kind::Identifier,
        }
    }

    fn parenthesis_follows(&self) -> bool {
        self.text[self.at..].trim_start_matches([' ', '\t', '\n', '\r']).starts_with('(')
    }

    fn number(&mut self, sink: &mut Sink) -> Kind {
        let start = self.at;
        if self.bracket == Bracket::Duration {
            self.bracket = Bracket::Statement;
            self.duration_seen = true;
        }
        let (kind, end) = number::scan(self.text, start);
        self.at = end;
        match kind {
            number::Scanned::Number => Kind::Number,
            number::Scanned::Duration => Kind::Duration,
            number::Scanned::Bad => mistakes::number(self, start, sink),
        }
    }

    fn quoted(&mut self, quote: u8, sink: &mut Sink) -> Kind {
        let (start, bytes) = (self.at, self.text.as_bytes());
        let (mut escaped, mut foreign) = (false, false);
        let mut at = start + 1;
        loop {
            match bytes.get(at) {
                Some(&byte) if byte == quote => break,
                Some(b'\\') => {
                    escaped = true;
                    at += 1;
                    if bytes.get(at).is_some_and(|&byte| byte != b'\n') {
                        at += 1;
                    }
                }
                None | Some(b'\n') => {
                    self.at = at.min(bytes.len());
                    return mistakes::open_quote(self, start, sink);
                }
                Some(&byte) => {
                    foreign |= byte == 0xef;
                    at += 1;
                }
            }
        }
        self.at = at + 1;
        if escaped && let Err(error) = unquote::check(&self.text[start..self.at]) {
            mistakes::escape(sink, super::range(start, self.at), self.text, &error);
        }
        self.replacement_character(start, foreign, sink);
        Kind::String
    }

    fn raw(&mut self, sink: &mut Sink) -> Kind {
        let start = self.at;
        let Some(len) = self.text[start + 1..].find('`') else {
            self.at = self.text.len();
            return mistakes::open_quote(self, start, sink);
        };
        self.at = start + len + 2;
        self.replacement_character(start, true, sink);
        Kind::String
    }

    /// The server takes U+FFFD in a string for broken UTF-8.
    fn replacement_character(&self, start: usize, possible: bool, sink: &mut Sink) {
        if possible && let Some(at) = self.text[start..self.at].find('\u{fffd}') {
            let range = super::range(start + at, start + at + 3);
            sink.report(start, range, "U+FFFD in a string").note("the server takes it for broken UTF-8");
        }
    }

    /// Ends the brackets although no `]` was read.
    pub fn leave_brackets(&mut self) {
        self.bracket = Bracket::Closed;
    }

    // What `mistakes` needs to look around and to step over what it explained.

    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    pub fn offset(&self) -> usize {
        self.at
    }

    pub fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    pub fn in_braces(&self) -> bool {
        self.in_braces
    }

    pub fn in_brackets(&self) -> bool {
        self.bracket != Bracket::Closed
    }
}

/// Where in `text`, from `at` on, the first byte stands that is not of this kind.
pub(super) fn after(text: &str, at: usize, kind: impl Fn(u8) -> bool) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !kind(*byte)).unwrap_or(rest.len())
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

pub(super) fn is_alpha(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}
