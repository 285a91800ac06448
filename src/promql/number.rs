//! Numbers and durations: which characters belong to one, and what it is worth.
//!
//! Scanning follows `scanNumber` and `lexNumberOrDuration` of `promql/parser/lex.go`, oddities included (a second `e` of a
//! hexadecimal number is taken for an exponent); values follow Go's `strconv` and `model.ParseDuration`.

use std::borrow::Cow;

use crate::name::is_name_byte;

/// What [`scan`] found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scanned {
    Number,
    Duration,
    Bad,
}

/// Reads the number or duration at `start` and says where it ends.
pub(super) fn scan(text: &str, start: usize) -> (Scanned, usize) {
    let bytes = text.as_bytes();
    // By far the most: a run of digits and nothing else.
    let digits = start + bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !bytes.get(digits).is_some_and(|&byte| is_name_byte(byte) || byte == b'.') {
        return (Scanned::Number, digits);
    }
    let mut cursor = Cursor { bytes, at: start };
    if cursor.number() {
        return (Scanned::Number, cursor.at);
    }
    if cursor.rest_of_duration() {
        return (Scanned::Duration, cursor.at);
    }
    (Scanned::Bad, cursor.at)
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn is(&self, set: &[u8]) -> bool {
        self.peek().is_some_and(|byte| set.contains(&byte))
    }

    fn accept(&mut self, set: &[u8]) -> bool {
        let found = self.is(set);
        self.at += usize::from(found);
        found
    }

    fn digit(&self, hex: bool) -> bool {
        self.peek().is_some_and(|byte| if hex { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() })
    }

    fn number(&mut self) -> bool {
        let start = self.at;
        let hex = self.accept(b"0") && self.accept(b"xX");
        if hex {
            self.accept(b"_");
        }
        self.accept(b".");
        self.at += usize::from(self.digit(hex));
        let (mut dot, mut exponent) = (false, false);
        loop {
            match self.peek() {
                Some(b'.') => {
                    self.at += 1;
                    if std::mem::replace(&mut dot, true) || self.accept(b"_.") || hex {
                        return false;
                    }
                }
                Some(b'e' | b'E') => {
                    self.at += 1;
                    if std::mem::replace(&mut exponent, true) {
                        return false;
                    }
                    self.accept(b"+-");
                    if self.accept(b"._eE") || self.peek().is_none() {
                        return false;
                    }
                }
                Some(b'_') => {
                    self.at += 1;
                    if self.accept(b"._eE") || self.peek().is_none() {
                        return false;
                    }
                }
                _ if self.digit(hex) => {
                    while self.digit(hex) {
                        self.at += 1;
                    }
                }
                _ => break,
            }
        }
        self.at > start && !self.peek().is_some_and(is_name_byte)
    }

    /// What follows the first number of a duration: its unit, and further numbers with units.
    fn rest_of_duration(&mut self) -> bool {
        if !self.accept(b"smhdwy") {
            return false;
        }
        self.accept(b"s");
        while self.digit(false) {
            while self.digit(false) {
                self.at += 1;
            }
            if !self.accept(b"smhdw") {
                return false;
            }
            self.accept(b"s");
        }
        !self.peek().is_some_and(is_name_byte)
    }
}

/// Why a number or duration has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum BadValue {
    Syntax,
    OutOfRange,
    UnknownUnit(String),
    /// Units must go from the biggest to the smallest, each once.
    UnitOrder,
}

/// The value of a number token.
pub(super) fn value(text: &str) -> Result<f64, BadValue> {
    // Integers below 2^53 without a leading zero need no more than this.
    let bytes = text.as_bytes();
    if bytes.len() <= 15 && (bytes == b"0" || bytes[0] != b'0') && bytes.iter().all(u8::is_ascii_digit) {
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        return Ok(bytes.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0')) as f64);
    }
    integer(text).map_or_else(|| float(text), Ok)
}

/// `strconv.ParseInt(text, 0, 64)`: `0x…` is hexadecimal, a leading `0` octal, `_` separates digits.
fn integer(text: &str) -> Option<f64> {
    if text.contains('.') {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let (base, digits) = match lower.strip_prefix("0x") {
        Some(digits) => (16, digits.strip_prefix('_').unwrap_or(digits)),
        None if lower.len() > 1 && lower.starts_with('0') => (8, &lower[1..]),
        None => (10, lower.as_str()),
    };
    if digits.starts_with('_') && base != 8 || !separators_between_digits(digits) {
        return None;
    }
    let digits = digits.replace('_', "");
    #[expect(clippy::cast_precision_loss, reason = "Go converts the integer the same way")]
    i64::from_str_radix(&digits, base).ok().map(|value| value as f64)
}

fn separators_between_digits(digits: &str) -> bool {
    !digits.ends_with('_') && !digits.contains("__")
}

/// `strconv.ParseFloat(text, 64)` for what [`scan`] lets through.
fn float(text: &str) -> Result<f64, BadValue> {
    if text.eq_ignore_ascii_case("inf") {
        return Ok(f64::INFINITY);
    }
    if text.eq_ignore_ascii_case("nan") {
        return Ok(f64::NAN);
    }
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let between = |(at, _): (usize, &str)| at > 0 && digit(at - 1) && digit(at + 1);
    if matches!(bytes, [b'0', b'x' | b'X', ..]) || !text.match_indices('_').all(between) {
        return Err(BadValue::Syntax);
    }
    let digits = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    match digits.parse::<f64>() {
        Ok(value) if value.is_infinite() => Err(BadValue::OutOfRange),
        Ok(value) => Ok(value),
        Err(_) => Err(BadValue::Syntax),
    }
}

const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// Seconds of a duration token, as `model.ParseDuration` counts them.
pub(super) fn duration(text: &str) -> Result<f64, BadValue> {
    let (mut rest, mut nanos, mut last) = (text, 0_u64, None);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let amount: u64 = rest[..digits].parse().map_err(|_| BadValue::Syntax)?;
        rest = &rest[digits..];
        let unit = &rest[..rest.bytes().take_while(|byte| !byte.is_ascii_digit()).count()];
        if unit.is_empty() {
            return Err(BadValue::Syntax);
        }
        rest = &rest[unit.len()..];
        let found = UNITS.iter().position(|(name, _)| *name == unit);
        let Some(position) = found else { return Err(BadValue::UnknownUnit(unit.to_owned())) };
        if last.is_some_and(|last| position <= last) {
            return Err(BadValue::UnitOrder);
        }
        last = Some(position);
        let added = amount.checked_mul(UNITS[position].1 * 1_000_000).ok_or(BadValue::OutOfRange)?;
        nanos = nanos.checked_add(added).filter(|sum| i64::try_from(*sum).is_ok()).ok_or(BadValue::OutOfRange)?;
    }
    // As Go's `Duration.Seconds`: whole seconds and the fraction apart.
    #[expect(clippy::cast_precision_loss, reason = "Go converts the same way")]
    Ok((nanos / 1_000_000_000) as f64 + (nanos % 1_000_000_000) as f64 / 1e9)
}

/// Whether so many seconds do not fit Go's `time.Duration`.
pub(super) fn out_of_range(seconds: f64) -> bool {
    seconds.abs() > 9_223_372_036.854_776
}

/// Nanoseconds of so many seconds, as `time.Duration(math.Round(seconds * 1e9))` gives them.
pub(super) fn nanoseconds(seconds: f64) -> i64 {
    let rounded = (seconds * 1e9).round();
    // Go's conversion of what does not fit an int64 gives the smallest one on amd64.
    if rounded.is_nan() || rounded.abs() >= 9_223_372_036_854_775_808.0 {
        return i64::MIN;
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    let whole = rounded as i64;
    whole
}

/// A duration as `model.Duration.String` writes it: years and weeks only where nothing remains.
pub(super) fn write_duration(nanos: i64, out: &mut String) {
    let mut rest = nanos / 1_000_000;
    if rest == 0 {
        out.push_str("0s");
        return;
    }
    if rest < 0 {
        out.push('-');
        rest = -rest;
    }
    let mut rest = rest.unsigned_abs();
    for (at, (unit, size)) in UNITS.into_iter().enumerate() {
        let mixes = at >= 2;
        if rest >= size && (mixes || rest.is_multiple_of(size)) {
            out.push_str(&(rest / size).to_string());
            out.push_str(unit);
            rest %= size;
        }
    }
}
