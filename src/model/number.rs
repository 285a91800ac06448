//! Which scalars go-yaml v3 loads into an integer (`resolve.go`, `decode.go`).

use super::shapes::View;
use crate::yaml::{NodeId, Style};

/// Whether the scalar fits an `int` field: YAML 1.1 and 1.2 integers of 64 bits with underscores, and floats, which are cut.
pub(super) fn is_int(view: View<'_>, id: NodeId) -> bool {
    let id = view.tree.resolve(id);
    let plain = view.tree.style(id) == Style::Plain;
    match view.tree.tag(id) {
        Some("!!int" | "!!float") => number(view.tree.text(id)),
        None | Some("!") => plain && number(view.tree.text(id)),
        Some(_) => false,
    }
}

fn number(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'.') => float(text).is_some_and(|value| value < MOST),
        Some(b'0'..=b'9' | b'+' | b'-') => {
            let plain = text.replace('_', "");
            integer(&plain).unwrap_or_else(|| text == "-.inf" || float_form(&plain).is_some_and(|value| value < MOST))
        }
        _ => false,
    }
}

const MOST: f64 = 9_223_372_036_854_775_807.0;

/// Whether an integer fits; none for what is no integer. Go's `ParseInt` with base 0.
fn integer(plain: &str) -> Option<bool> {
    let (negative, digits) = match plain.strip_prefix(['+', '-']) {
        Some(rest) => (plain.starts_with('-'), rest),
        None => (false, plain),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = u64::from_str_radix(digits, base).ok()?;
    let most = i64::MAX.unsigned_abs() + u64::from(negative);
    Some(value <= most)
}

fn float_form(plain: &str) -> Option<f64> {
    let shape = plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if shape { float(plain) } else { None }
}

fn float(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn integers_are_those_of_go_yaml() {
        for good in ["5", "-5", "014", "0o14", "0x1F", "0b11", "1_000", "1e3", "1.5", ".5", "-.inf", "-1e300"] {
            assert!(number(good), "{good}");
        }
        for bad in [".inf", ".nan", "yes", "1:30", "99999999999999999999", "1e400", "", "0x", "2026-01-02", "--5"] {
            assert!(!number(bad), "{bad}");
        }
    }
}
