//! Floating-point numbers as Go prints them (`strconv/ftoa.go`).

/// The verb `%g` with `precision` digits, or the fewest that tell the number from its neighbours.
pub(super) fn general(value: f64, precision: Option<usize>) -> String {
    if let Some(special) = special(value) {
        return special;
    }
    let precision = precision.map(|p| p.max(1));
    let (digits, exponent) = digits(value, precision);
    let most = match precision {
        None => 6,
        Some(p) if p > digits.len() && i64::try_from(digits.len()).is_ok_and(|n| n > exponent) => digits.len(),
        Some(p) => p,
    };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let scientific = value != 0.0 && (exponent < -4 || usize::try_from(exponent).is_ok_and(|e| e >= most));
    let text = if scientific { scientific_text(&digits, exponent) } else { plain_text(&digits, exponent) };
    format!("{sign}{text}")
}

/// The verb `%e`.
pub(super) fn scientific(value: f64, precision: usize) -> String {
    special(value).unwrap_or_else(|| go_exponent(&format!("{value:.precision$e}")))
}

/// The verb `%f`.
pub(super) fn fixed(value: f64, precision: usize) -> String {
    special(value).unwrap_or_else(|| format!("{value:.precision$}"))
}

fn special(value: f64) -> Option<String> {
    let text = if value.is_nan() {
        "NaN"
    } else if value == f64::INFINITY {
        "+Inf"
    } else if value == f64::NEG_INFINITY {
        "-Inf"
    } else {
        return None;
    };
    Some(text.to_owned())
}

/// Significant digits without trailing zeros, and the decimal exponent of the first.
fn digits(value: f64, precision: Option<usize>) -> (String, i64) {
    let text = match precision {
        Some(p) => format!("{:.*e}", p - 1, value.abs()),
        None => format!("{:e}", value.abs()),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let trimmed = digits.trim_end_matches('0');
    let digits = if trimmed.is_empty() { "0" } else { trimmed };
    (digits.to_owned(), exponent.parse().unwrap_or(0))
}

fn scientific_text(digits: &str, exponent: i64) -> String {
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    go_exponent(&format!("{first}{point}{rest}e{exponent}"))
}

/// Go writes at least two digits and always a sign.
fn go_exponent(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn plain_text(digits: &str, exponent: i64) -> String {
    let Ok(whole) = usize::try_from(exponent + 1) else {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("0.{}{digits}", "0".repeat(zeros));
    };
    match digits.split_at_checked(whole) {
        Some(("", _)) => format!("0.{digits}"),
        Some((all, "")) => all.to_owned(),
        Some((whole, rest)) => format!("{whole}.{rest}"),
        None => format!("{digits}{}", "0".repeat(whole - digits.len())),
    }
}
