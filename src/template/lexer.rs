//! Tokens, as `text/template/parse/lex.go` cuts them: plain text, comments, and the inside of actions.

use super::chars::{is_alphanumeric, is_space};
use crate::source::TextRange;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A run of spaces; separates operands.
    Space,
    /// `true` or `false`
    Bool,
    /// A printable ASCII character without a meaning; only `,` can be right.
    Char,
    CharConstant,
    Complex,
    Number,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    Dot,
    /// `.name`
    Field,
    Identifier,
    Keyword(Keyword),
    Nil,
    LeftParen,
    RightParen,
    Pipe,
    /// `"…"`
    String,
    /// `` `…` ``
    RawString,
    /// `$` or `$name`
    Variable,
    /// `}}`; the last token of an action that is closed.
    RightDelim,
    /// Text that is no token; always the last one.
    Fault(Fault),
}

/// A word that controls. `break` and `continue` are among them, as no function has their name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

/// Why a text is no token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// The text ends inside an action.
    UnclosedAction,
    /// `{{` inside an action; Go sees two characters that mean nothing.
    Reopened,
    /// `}}` comes before a `)`.
    UnclosedParen,
    UnexpectedParen,
    /// A character that cannot follow a name.
    BadCharacter(char),
    BadNumber,
    /// A colon alone.
    ExpectedDeclare,
    UnterminatedString,
    UnterminatedRawString,
    UnterminatedChar,
    /// A character that cannot start anything.
    Unrecognized(char),
    UnclosedComment,
    /// Something stands between the end of a comment and `}}`.
    CommentNotAlone,
}

/// A token and its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: TextRange,
}

/// A piece of the template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// Plain text without what is trimmed; never empty.
    Text(TextRange),
    /// A comment with its delimiters.
    Comment(TextRange),
    /// A comment that is wrong, and how.
    BadComment(TextRange, Fault),
    /// An action, whose opening delimiter this is.
    Action(TextRange),
}

/// The words that are no names.
fn keyword(word: &str) -> Kind {
    Kind::Keyword(match word {
        "block" => Keyword::Block,
        "break" => Keyword::Break,
        "continue" => Keyword::Continue,
        "define" => Keyword::Define,
        "else" => Keyword::Else,
        "end" => Keyword::End,
        "if" => Keyword::If,
        "range" => Keyword::Range,
        "template" => Keyword::Template,
        "with" => Keyword::With,
        "nil" => return Kind::Nil,
        "true" | "false" => return Kind::Bool,
        _ => return Kind::Identifier,
    })
}

/// Reads a template from its start to its end.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Open parentheses of the current action.
    depth: u32,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The next piece; for an action, `tokens` is filled with all there is up to `}}` or a fault.
    pub(super) fn next_piece(&mut self, tokens: &mut Vec<Token>) -> Option<Piece> {
        let start = self.at;
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        let Some(length) = rest.find("{{") else {
            self.at = self.text.len();
            return Some(Piece::Text(range(start, self.at)));
        };
        let open = start + length;
        let trims = has_left_trim(&self.text[open + 2..]);
        let text = &rest[..length];
        let kept = if trims { text.trim_end_matches(is_space) } else { text };
        self.at = open;
        if !kept.is_empty() {
            return Some(Piece::Text(range(start, start + kept.len())));
        }
        self.at = open + if trims { 4 } else { 2 };
        if self.rest().starts_with("/*") {
            return Some(self.comment(open));
        }
        self.depth = 0;
        tokens.clear();
        loop {
            let token = self.token(tokens);
            tokens.push(token);
            if matches!(token.kind, Kind::RightDelim | Kind::Fault(_)) {
                return Some(Piece::Action(range(open, open + 2)));
            }
        }
    }

    /// Goes on after something that could not be read up to `from`: behind the next `}}`, or at the next `{{` if that
    /// comes first. Answers whether a `}}` was found.
    pub(super) fn resume(&mut self, from: u32) -> bool {
        let from = (from as usize).min(self.text.len());
        let bytes = &self.text.as_bytes()[from..];
        match bytes.windows(2).position(|two| two == b"}}" || two == b"{{") {
            Some(found) if bytes[found] == b'}' => {
                self.at = from + found + 2;
                true
            }
            found => {
                self.at = found.map_or(self.text.len(), |found| from + found);
                false
            }
        }
    }

    /// Where the next piece starts.
    pub(super) fn position(&self) -> u32 {
        offset(self.at)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Length of the right delimiter that is here, with its trim marker.
    fn right_delimiter(&self) -> Option<usize> {
        let rest = self.rest().as_bytes();
        match rest {
            [b'}', b'}', ..] => Some(2),
            [b' ' | b'\t' | b'\r' | b'\n', b'-', b'}', b'}', ..] => Some(4),
            _ => None,
        }
    }

    /// Goes behind a right delimiter of this length, and behind the spaces it trims.
    fn close(&mut self, length: usize) {
        self.at += length;
        if length == 4 {
            self.at += self.rest().len() - self.rest().trim_start_matches(is_space).len();
        }
    }

    fn comment(&mut self, open: usize) -> Piece {
        let Some(length) = self.rest()[2..].find("*/") else {
            // Nothing after this can be read.
            self.at = self.text.len();
            return Piece::BadComment(range(open, open + 4), Fault::UnclosedComment);
        };
        self.at += 2 + length + 2;
        match self.right_delimiter() {
            Some(length) => {
                let end = self.at + length;
                self.close(length);
                Piece::Comment(range(open, end))
            }
            None => Piece::BadComment(range(open, self.at), Fault::CommentNotAlone),
        }
    }

    /// The next token of an action.
    fn token(&mut self, before: &[Token]) -> Token {
        let start = self.at;
        if let Some(length) = self.right_delimiter() {
            return self.right_delim(start, length, before);
        }
        let Some(c) = self.peek() else { return self.make(Kind::Fault(Fault::UnclosedAction), start) };
        if is_space(c) {
            return self.space(start);
        }
        if self.rest().starts_with("{{") {
            return Token { kind: Kind::Fault(Fault::Reopened), range: range(start, start + 2) };
        }
        if is_number_start(self.rest().as_bytes()) {
            return self.number(start);
        }
        if is_alphanumeric(c) {
            return self.name(start, Kind::Identifier);
        }
        self.at += c.len_utf8();
        let kind = match c {
            '=' => Kind::Assign,
            ':' if self.peek() == Some('=') => {
                self.at += 1;
                Kind::Declare
            }
            ':' => Kind::Fault(Fault::ExpectedDeclare),
            '|' => Kind::Pipe,
            '"' => return self.quoted(start, c, Kind::String, Fault::UnterminatedString),
            '\'' => return self.quoted(start, c, Kind::CharConstant, Fault::UnterminatedChar),
            '`' => return self.raw(start),
            '$' => return self.name(start, Kind::Variable),
            '.' => return self.name(start, Kind::Field),
            '(' => {
                self.depth += 1;
                Kind::LeftParen
            }
            ')' if self.depth == 0 => Kind::Fault(Fault::UnexpectedParen),
            ')' => {
                self.depth -= 1;
                Kind::RightParen
            }
            _ if c.is_ascii_graphic() => Kind::Char,
            _ => Kind::Fault(Fault::Unrecognized(c)),
        };
        self.make(kind, start)
    }

    /// A token from `start` to here.
    fn make(&self, kind: Kind, start: usize) -> Token {
        Token { kind, range: range(start, self.at) }
    }

    fn right_delim(&mut self, start: usize, length: usize, before: &[Token]) -> Token {
        if self.depth > 0 {
            let mut closed = 0_u32;
            let open = before.iter().rev().find(|token| match token.kind {
                Kind::RightParen => {
                    closed += 1;
                    false
                }
                Kind::LeftParen if closed > 0 => {
                    closed -= 1;
                    false
                }
                kind => kind == Kind::LeftParen,
            });
            let range = open.map_or(range(start, start + length), |open| open.range);
            return Token { kind: Kind::Fault(Fault::UnclosedParen), range };
        }
        self.close(length);
        Token { kind: Kind::RightDelim, range: range(start, start + length) }
    }

    fn space(&mut self, start: usize) -> Token {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches(is_space).len();
        self.at += length;
        // The last space may belong to a trim marker. It is not the first, or this were a delimiter.
        if self.rest().starts_with("-}}") {
            self.at -= 1;
        }
        self.make(Kind::Space, start)
    }

    /// An identifier, or what follows a `.` or a `$`.
    fn name(&mut self, start: usize, kind: Kind) -> Token {
        let from = self.at;
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_alphanumeric).len();
        let next = self.peek();
        let ends = next.is_none_or(|c| is_space(c) || matches!(c, '.' | ',' | '|' | ':' | ')' | '('));
        if let Some(c) = next
            && !ends
            && !self.rest().starts_with("}}")
        {
            return Token { kind: Kind::Fault(Fault::BadCharacter(c)), range: range(self.at, self.at + c.len_utf8()) };
        }
        let kind = match kind {
            Kind::Identifier => keyword(&self.text[start..self.at]),
            Kind::Field if self.at == from => Kind::Dot,
            kind => kind,
        };
        self.make(kind, start)
    }

    /// A string or character with escapes, whose first quote has been read.
    fn quoted(&mut self, start: usize, quote: char, kind: Kind, fault: Fault) -> Token {
        let mut escaped = false;
        for (at, c) in self.rest().char_indices() {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if c == quote => {
                    self.at += at + 1;
                    return self.make(kind, start);
                }
                _ => {}
            }
        }
        self.make(Kind::Fault(fault), start)
    }

    fn raw(&mut self, start: usize) -> Token {
        match self.rest().find('`') {
            Some(length) => {
                self.at += length + 1;
                self.make(Kind::RawString, start)
            }
            None => self.make(Kind::Fault(Fault::UnterminatedRawString), start),
        }
    }

    fn number(&mut self, start: usize) -> Token {
        let mut kind = Kind::Number;
        let mut fine = self.scan_number();
        if fine && matches!(self.peek(), Some('+' | '-')) {
            kind = Kind::Complex;
            fine = self.scan_number() && self.text[..self.at].ends_with('i');
        }
        self.make(if fine { kind } else { Kind::Fault(Fault::BadNumber) }, start)
    }

    /// `scanNumber`: takes what looks like a number; whether it is one, is seen later.
    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let (mut digits, mut exponent) = ("0123456789_", "eE");
        if self.accept("0") {
            if self.accept("xX") {
                (digits, exponent) = ("0123456789abcdefABCDEF_", "pP");
            } else if self.accept("oO") {
                (digits, exponent) = ("01234567_", "");
            } else if self.accept("bB") {
                (digits, exponent) = ("01_", "");
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        if self.accept(exponent) {
            self.accept("+-");
            self.accept_run("0123456789_");
        }
        self.accept("i");
        match self.peek() {
            Some(c) if is_alphanumeric(c) => {
                self.at += c.len_utf8();
                false
            }
            _ => true,
        }
    }

    fn accept(&mut self, set: &str) -> bool {
        let found = self.peek().is_some_and(|c| set.contains(c));
        self.at += usize::from(found);
        found
    }

    fn accept_run(&mut self, set: &str) {
        while self.accept(set) {}
    }
}

/// Whether a number starts here: at a digit, a sign, or a point with a digit (or nothing at all) after it.
fn is_number_start(rest: &[u8]) -> bool {
    match rest {
        [b'+' | b'-' | b'0'..=b'9', ..] | [b'.'] => true,
        [b'.', next, ..] => next.is_ascii_digit(),
        _ => false,
    }
}

fn has_left_trim(rest: &str) -> bool {
    matches!(rest.as_bytes(), [b'-', b' ' | b'\t' | b'\r' | b'\n', ..])
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

pub(super) fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(offset(start), offset(end))
}
