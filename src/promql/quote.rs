//! Texts and numbers as Go prints them.

use std::fmt::Write as _;

/// `strconv.Quote`: what is no printable character becomes an escape, what is no UTF-8 `\x…`.
pub(super) fn quote(bytes: &[u8], out: &mut String) {
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            quote_char(c, out);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
}

fn quote_char(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\x0c' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0b' => out.push_str("\\v"),
        ' '..='~' => out.push(c),
        _ if is_printable(c) => out.push(c),
        _ => {
            let code = u32::from(c);
            let _ = match code {
                0..0x80 => write!(out, "\\x{code:02x}"),
                0x80..0x1_0000 => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
        }
    }
}

/// Letters, marks, numbers, punctuation and symbols, as Go's `unicode.IsPrint`. The standard library keeps its table of them behind
/// `escape_debug`, which leaves a printable character alone unless it is a mark at the start of the text.
fn is_printable(c: char) -> bool {
    let mut text = [b'a'; 5];
    let len = 1 + c.encode_utf8(&mut text[1..]).len();
    std::str::from_utf8(&text[..len]).is_ok_and(|text| text.escape_debug().nth(1) == Some(c))
}

/// `strconv.FormatFloat(value, 'f', -1, 64)`.
pub(super) fn float(value: f64, out: &mut String) {
    let _ = match value {
        _ if value.is_nan() => out.write_str("NaN"),
        f64::INFINITY => out.write_str("+Inf"),
        f64::NEG_INFINITY => out.write_str("-Inf"),
        _ => write!(out, "{value}"),
    };
}

/// `fmt.Sprintf("%v", value)`: with an exponent from a million on, and below a ten-thousandth.
pub(super) fn short_float(value: f64, out: &mut String) {
    let scientific = format!("{value:e}");
    let parts = scientific.split_once('e').and_then(|(digits, power)| Some((digits, power.parse::<i32>().ok()?)));
    match parts {
        Some((digits, power)) if value != 0.0 && !(-4..6).contains(&power) => {
            let sign = if power < 0 { '-' } else { '+' };
            let _ = write!(out, "{digits}e{sign}{:02}", power.abs());
        }
        _ => float(value, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go_does() {
        let quoted = |bytes: &[u8]| {
            let mut out = String::new();
            quote(bytes, &mut out);
            out
        };
        assert_eq!(quoted(b"a\\\"b\xff\n\x00\x7f"), r#""a\\\"b\xff\n\x00\x7f""#);
        assert_eq!(quoted("é\u{301}☺\u{a0}\u{200b}\u{e0100}".as_bytes()), "\"é\u{301}☺\\u00a0\\u200b\u{e0100}\"");
    }

    #[test]
    fn writes_numbers_as_go_does() {
        let all = |write: fn(f64, &mut String)| {
            [1e5, 1e6, 123_456.5, 1e-4, 1e-5, -1e22, 0.0, f64::INFINITY].map(|value| {
                let mut out = String::new();
                write(value, &mut out);
                out
            })
        };
        assert_eq!(all(short_float), ["100000", "1e+06", "123456.5", "0.0001", "1e-05", "-1e+22", "0", "+Inf"]);
        let plain = ["100000", "1000000", "123456.5", "0.0001", "0.00001", "-10000000000000000000000", "0", "+Inf"];
        assert_eq!(all(float), plain);
    }
}
