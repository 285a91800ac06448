//! What go-yaml takes a scalar for by its looks (`resolve.go`), which matters where a tag or a field asks for something.

/// What a plain scalar is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Resolved {
    Text,
    Null,
    Bool,
    /// A whole number of 64 bits.
    Int(i64),
    /// A whole number that only fits without a sign.
    Unsigned,
    Float(f64),
    Timestamp,
}

/// What go-yaml takes `text` for.
pub(crate) fn resolve(text: &str) -> Resolved {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return Resolved::Bool,
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    match text.as_bytes().first() {
        Some(b'.') => float(text),
        Some(b'0'..=b'9') if timestamp(text) => Some(Resolved::Timestamp),
        Some(b'0'..=b'9' | b'+' | b'-') => {
            let plain = text.replace('_', "");
            integer(&plain).or_else(|| float(&plain))
        }
        _ => None,
    }
    .unwrap_or(Resolved::Text)
}

/// Whether go-yaml decodes a scalar with this tag; tags that it does not know are always fine.
pub(super) fn fits(tag: &str, text: &str) -> bool {
    let found = resolve(text);
    match tag {
        "!!null" => found == Resolved::Null,
        "!!bool" => found == Resolved::Bool,
        "!!int" => matches!(found, Resolved::Int(_) | Resolved::Unsigned),
        "!!float" => matches!(found, Resolved::Int(_) | Resolved::Float(_)),
        "!!timestamp" => found == Resolved::Timestamp,
        _ => true,
    }
}

/// Go's `ParseInt` with base 0, then what go-yaml makes of `0b` and `0o` itself, which may have a sign behind them.
fn integer(plain: &str) -> Option<Resolved> {
    let (sign, digits) = match plain.as_bytes().first() {
        Some(b'-') => (-1, &plain[1..]),
        Some(b'+') => (1, &plain[1..]),
        _ => (1, plain),
    };
    let signed = plain.len() > digits.len();
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    let late = !signed && (plain.starts_with("0b") || plain.starts_with("0o"));
    if digits.starts_with(['+', '-']) && !late {
        return None;
    }
    let value = sign * i128::from_str_radix(digits, base).ok()?;
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => Some(Resolved::Int(value)),
        (_, Ok(_)) if !signed => Some(Resolved::Unsigned),
        _ => None,
    }
}

/// A decimal number as YAML writes it; one beyond 64 bits is text.
fn float(plain: &str) -> Option<Resolved> {
    let shape = plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    let value: f64 = if shape { plain.parse().ok()? } else { return None };
    value.is_finite().then_some(Resolved::Float(value))
}

/// `allowedTimestampFormats`: a date, or a date and a time.
fn timestamp(text: &str) -> bool {
    date_and_rest(text).is_some_and(|rest| match rest.as_bytes().first() {
        None => true,
        Some(b' ') => time_and_rest(&rest[1..]).is_some_and(str::is_empty),
        Some(b'T' | b't') => time_and_rest(&rest[1..]).is_some_and(zone),
        Some(_) => false,
    })
}

fn date_and_rest(text: &str) -> Option<&str> {
    let (year, rest) = text.split_once('-')?;
    if year.len() != 4 {
        return None;
    }
    let year: u32 = digits(year)?;
    let (month, rest) = rest.split_once('-')?;
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, rest) = rest.split_at(end);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match small(month)? {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return None,
    };
    (1..=days).contains(&small(day)?).then_some(rest)
}

fn time_and_rest(text: &str) -> Option<&str> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (second, rest) = rest.split_at(end);
    let good = small(hour)? < 24 && small(minute)? < 60 && small(second)? < 60;
    let fraction = rest.strip_prefix(['.', ',']).map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    good.then_some(if fraction > 0 { &rest[1 + fraction..] } else { rest })
}

fn zone(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['+', '-']) else { return text == "Z" };
    let parts = rest.split_once(':').filter(|(hour, minute)| hour.len() == 2 && minute.len() == 2);
    parts.and_then(|(hour, minute)| Some(digits(hour)? <= 24 && digits(minute)? <= 60)).unwrap_or(false)
}

fn small(text: &str) -> Option<u32> {
    if text.len() > 2 { None } else { digits(text) }
}

fn digits(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_what_go_yaml_takes_them_for() {
        for (text, want) in [
            ("yes", Resolved::Text),
            ("~", Resolved::Null),
            ("True", Resolved::Bool),
            ("0b-11", Resolved::Int(-3)),
            ("-0b11", Resolved::Int(-3)),
            ("1_000", Resolved::Int(1000)),
            ("18446744073709551615", Resolved::Unsigned),
            ("+18446744073709551615", Resolved::Float(18_446_744_073_709_551_615.0)),
            ("08", Resolved::Float(8.0)),
            ("1e400", Resolved::Text),
            ("2026-2-29", Resolved::Text),
            ("2024-2-29", Resolved::Timestamp),
            ("2001-12-14t21:59:43.10-05:00", Resolved::Timestamp),
            ("2001-12-14 21:59:43.10", Resolved::Timestamp),
            ("2001-12-14 21:59:43 -5", Resolved::Text),
            ("1:30", Resolved::Text),
        ] {
            assert_eq!(resolve(text), want, "{text}");
        }
    }

    #[test]
    fn a_tag_must_fit_its_text() {
        for (tag, text) in [("!!int", "5"), ("!!float", "5"), ("!!null", ""), ("!!str", "5"), ("!mine", "x")] {
            assert!(fits(tag, text), "{tag} {text}");
        }
        for (tag, text) in
            [("!!int", "5.5"), ("!!bool", "yes"), ("!!null", "x"), ("!!float", "x"), ("!!timestamp", "5")]
        {
            assert!(!fits(tag, text), "{tag} {text}");
        }
    }
}
