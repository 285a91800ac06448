//! Constants: which texts are numbers, and what they are worth (`newNumber` of `text/template/parse/node.go`).

use super::ast::Number;

/// Why a text is no number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NumberError {
    /// Not written as Go writes numbers.
    Syntax,
    /// A whole number that fits neither an `int64` nor a `uint64`.
    TooLarge,
}

/// A constant that the lexer took for a plain number.
pub(super) fn number(text: &str) -> Result<Number, NumberError> {
    if let Some(float) = text.strip_suffix('i').and_then(float) {
        return Ok(simplified(0.0, float));
    }
    let uint = unsigned(text);
    let int = signed(text);
    if int.is_some() || uint.is_some() {
        let uint = if int == Some(0) { Some(0) } else { uint };
        #[allow(clippy::cast_precision_loss)] // as Go rounds
        let float = int.map(|int| int as f64).or(uint.map(|uint| uint as f64));
        return Ok(Number { int, uint, float, complex: None });
    }
    let float = float(text).ok_or(NumberError::Syntax)?;
    if !text.contains(['.', 'e', 'E', 'p', 'P']) {
        return Err(NumberError::TooLarge);
    }
    Ok(Number { int: whole_int(float), uint: whole_uint(float), float: Some(float), complex: None })
}

/// A constant of two parts, like `1+2i`.
pub(super) fn complex(text: &str) -> Result<Number, NumberError> {
    let parts = || {
        let text = text.strip_suffix('i')?;
        let sign = float_token(text);
        let (real, imaginary) = text.split_at(sign);
        if !imaginary.starts_with(['+', '-']) || float_token(imaginary) != imaginary.len() {
            return None;
        }
        Some((float(real)?, float(imaginary)?))
    };
    let (real, imaginary) = parts().ok_or(NumberError::Syntax)?;
    Ok(simplified(real, imaginary))
}

/// A character constant of this value.
pub(super) fn character(value: u32) -> Number {
    let (int, uint) = (i64::from(value), u64::from(value));
    Number { int: Some(int), uint: Some(uint), float: Some(f64::from(value)), complex: None }
}

/// `simplifyComplex`: a number without an imaginary part is a float too, and perhaps an integer.
fn simplified(real: f64, imaginary: f64) -> Number {
    let float = (imaginary == 0.0).then_some(real);
    Number { int: float.and_then(whole_int), uint: float.and_then(whole_uint), float, complex: Some((real, imaginary)) }
}

#[allow(clippy::cast_possible_truncation)] // the bounds are checked
fn whole_int(float: f64) -> Option<i64> {
    let bound = 2_f64.powi(63);
    (float.fract() == 0.0 && (-bound..bound).contains(&float)).then_some(float as i64)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the bounds are checked
fn whole_uint(float: f64) -> Option<u64> {
    (float.fract() == 0.0 && (0.0..2_f64.powi(64)).contains(&float)).then_some(float as u64)
}

/// `strconv.ParseUint` with base 0.
fn unsigned(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    if lower.is_empty() || !underscores_separate(&lower) {
        return None;
    }
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'b', _, ..] => (2, &lower[2..]),
        [b'0', b'o', _, ..] => (8, &lower[2..]),
        [b'0', b'x', _, ..] => (16, &lower[2..]),
        [b'0'] => return Some(0),
        [b'0', ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    let digits: String = digits.chars().filter(|&c| c != '_').collect();
    if digits.starts_with('+') { None } else { u64::from_str_radix(&digits, radix).ok() }
}

/// `strconv.ParseInt` with base 0.
fn signed(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let value = i128::from(unsigned(digits)?);
    i64::try_from(if negative { -value } else { value }).ok()
}

/// `strconv.ParseFloat`, where too large a number is none.
fn float(text: &str) -> Option<f64> {
    if float_token(text) != text.len() || !underscores_separate(text.trim_start_matches(['+', '-'])) {
        return None;
    }
    let plain: String = text.chars().filter(|&c| c != '_').map(|c| c.to_ascii_lowercase()).collect();
    let unsigned = plain.trim_start_matches(['+', '-']);
    let value = match unsigned.strip_prefix("0x") {
        Some(digits) => hex_float(digits)?,
        // The letters of a number: `inf` and `nan` are none here.
        None if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') => unsigned.parse().ok()?,
        None => return None,
    };
    value.is_finite().then_some(if plain.starts_with('-') { -value } else { value })
}

/// `1.8p3` after `0x`: digits with a point somewhere, and an exponent of two that must be there.
fn hex_float(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once('p')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 || !exponent.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let written: i32 = exponent.trim_start_matches(['+', '-']).parse().unwrap_or(100_000).min(100_000);
    let mut exponent = if exponent.starts_with('-') { -written } else { written };
    let mut mantissa = 0_u64;
    for (i, c) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u64::from(c.to_digit(16)?);
        let is_fraction = i >= whole.len();
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | digit;
            exponent -= if is_fraction { 4 } else { 0 };
        } else {
            // Digits past the 64th bit only decide which way to round.
            mantissa |= u64::from(digit != 0);
            exponent = exponent.saturating_add(if is_fraction { 0 } else { 4 });
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let mut value = mantissa as f64;
    while value != 0.0 && value.is_finite() && exponent != 0 {
        let step = exponent.clamp(-500, 500);
        value *= 2_f64.powi(step);
        exponent -= step;
    }
    Some(value)
}

/// Length of the start of `text` that looks like a float (`floatToken` of `fmt/scan.go`).
fn float_token(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    let accept = |at: &mut usize, set: &[u8]| {
        let found = bytes.get(*at).is_some_and(|byte| set.contains(byte));
        *at += usize::from(found);
        found
    };
    let (mut digits, mut exponent): (&[u8], &[u8]) = (b"0123456789_", b"eE");
    accept(&mut at, b"+-");
    if accept(&mut at, b"0") && accept(&mut at, b"xX") {
        (digits, exponent) = (b"0123456789aAbBcCdDeEfF_", b"pP");
    }
    while accept(&mut at, digits) {}
    if accept(&mut at, b".") {
        while accept(&mut at, digits) {}
    }
    if accept(&mut at, exponent) {
        accept(&mut at, b"+-");
        while accept(&mut at, b"0123456789_") {}
    }
    at
}

/// `underscoreOK` of `strconv`: an underscore has a digit or the prefix of a base before it and a digit after it.
fn underscores_separate(text: &str) -> bool {
    let bytes = text.as_bytes();
    let prefix = matches!(bytes, [b'0', b'b' | b'o' | b'x' | b'B' | b'O' | b'X', ..]);
    let hex = matches!(bytes, [b'0', b'x' | b'X', ..]);
    let is_digit = |byte: u8| byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit();
    let start = if prefix { 2 } else { 0 };
    (start..bytes.len()).filter(|&at| bytes[at] == b'_').all(|at| {
        let before = if at == start { prefix } else { is_digit(bytes[at - 1]) };
        before && bytes.get(at + 1).copied().is_some_and(is_digit)
    })
}
