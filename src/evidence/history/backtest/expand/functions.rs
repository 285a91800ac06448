//! The functions a label template can call: Prometheus's own (`template/template.go`) and Go's built-in ones.

use super::value::Value;
use super::{Data, Unknown, float, printf};
use regex::Regex;
use std::net::IpAddr;
use std::rc::Rc;

type Answer = Result<Value, Unknown>;

/// Calls `name`. `and`, `or` are not here: they look at their arguments one by one.
pub(super) fn call(name: &str, args: &[Value], data: &Data) -> Answer {
    match (name, args) {
        ("toUpper", [Value::Text(text)]) => Ok(Value::Text(text.to_uppercase())),
        ("toLower", [Value::Text(text)]) => Ok(Value::Text(text.to_lowercase())),
        ("title", [Value::Text(text)]) => title(text),
        ("safeHtml", [Value::Text(text)]) => Ok(Value::Text(text.clone())),
        ("match", [Value::Text(pattern), Value::Text(text)]) => Ok(Value::Bool(regex(pattern)?.is_match(text))),
        ("reReplaceAll", [Value::Text(pattern), Value::Text(new), Value::Text(text)]) => {
            Ok(Value::Text(regex(pattern)?.replace_all(text, new.as_str()).into_owned()))
        }
        ("stripPort", [Value::Text(text)]) => {
            Ok(Value::Text(split_host_port(text).map_or(&**text, |(host, _)| host).to_owned()))
        }
        ("stripDomain", [Value::Text(text)]) => Ok(Value::Text(strip_domain(text))),
        ("humanize", [value]) => Ok(Value::Text(humanize(number(value)?))),
        ("humanize1024", [value]) => Ok(Value::Text(humanize1024(number(value)?))),
        ("humanizeDuration", [value]) => match number(value)? {
            v if v.is_finite() && v.abs() > 9e18 => Err(Unknown::new("no duration")),
            v => Ok(Value::Text(humanize_duration(v))),
        },
        ("humanizePercentage", [value]) => {
            Ok(Value::Text(format!("{}%", float::general(number(value)? * 100.0, Some(4)))))
        }
        ("humanizeTimestamp", [value]) => humanize_timestamp(number(value)?),
        ("toTime", [value]) => Ok(Value::Time(millis(number(value)?).ok_or_else(|| Unknown::new("no time"))?)),
        ("toDuration", [value]) => to_duration(number(value)?),
        ("now", []) => Ok(Value::Float(data.seconds())),
        ("args", args) => {
            let named = args.iter().enumerate().map(|(i, value)| (format!("arg{i}"), value.clone()));
            Ok(Value::Map(Rc::new(named.collect())))
        }
        ("urlQueryEscape" | "urlquery", [Value::Text(text)]) => Ok(Value::Text(
            url::form_urlencoded::byte_serialize(text.as_bytes())
                .collect::<String>()
                .replace('*', "%2A")
                .replace("%7E", "~"),
        )),
        ("printf", [Value::Text(format), args @ ..]) => printf::printf(format, args).map(Value::Text),
        ("print", args) => print(args, false).map(Value::Text),
        ("println", args) => print(args, true).map(Value::Text),
        ("not", [value]) => Ok(Value::Bool(!value.truth())),
        ("len", [Value::Text(text)]) => length(text.len()),
        ("len", [Value::Labels(map)]) => length(map.len()),
        ("len", [Value::Map(map)]) => length(map.len()),
        ("index", [Value::Labels(map), Value::Text(key)]) => Ok(Value::Text(map.get(key).cloned().unwrap_or_default())),
        ("index", [Value::Map(map), Value::Text(key)]) => Ok(map.get(key).cloned().unwrap_or(Value::Nil)),
        ("eq", [first, rest @ ..]) if !rest.is_empty() => {
            let equal: Result<Vec<_>, _> = rest.iter().map(|other| equal(first, other)).collect();
            Ok(Value::Bool(equal?.contains(&true)))
        }
        ("ne", [a, b]) => Ok(Value::Bool(!equal(a, b)?)),
        ("lt", [a, b]) => Ok(Value::Bool(less(a, b)?)),
        ("le", [a, b]) => Ok(Value::Bool(less(a, b)? || equal(a, b)?)),
        ("gt", [a, b]) => Ok(Value::Bool(!(less(a, b)? || equal(a, b)?))),
        ("ge", [a, b]) => Ok(Value::Bool(!less(a, b)?)),
        ("query" | "first" | "value" | "label" | "strvalue" | "sortByLabel", _) => Err(Unknown::new("calls `query`")),
        ("externalURL" | "pathPrefix" | "graphLink" | "tableLink", _) => {
            Err(Unknown::new(format!("calls `{name}`, which depends on the server")))
        }
        _ => Err(Unknown::new(format!("calls `{name}` in a way that fails or that is not known"))),
    }
}

fn length(length: usize) -> Answer {
    i64::try_from(length).map(Value::Int).map_err(|_| Unknown::new("too long"))
}

/// Go's `regexp` and ours understand the same in all that labels use.
fn regex(pattern: &str) -> Result<Regex, Unknown> {
    regex::RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .build()
        .map_err(|_| Unknown::new("its regular expression cannot be compiled"))
}

/// Upper-cases the first letter of each word; only plain words, since Unicode's rules for the others are long.
fn title(text: &str) -> Answer {
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_')) {
        return Err(Unknown::new("`title` of unusual characters"));
    }
    let mut start = true;
    let raised = text.chars().map(|c| {
        let c = if start { c.to_ascii_uppercase() } else { c };
        start = c == ' ';
        c
    });
    Ok(Value::Text(raised.collect()))
}

/// `convertToFloat`.
#[expect(clippy::cast_precision_loss, reason = "as Go converts")]
fn number(value: &Value) -> Result<f64, Unknown> {
    match value {
        Value::Float(value) => Ok(*value),
        Value::Int(value) => Ok(*value as f64),
        Value::Text(text) => parse_float(text).ok_or_else(|| Unknown::new("a text that is no number")),
        other => Err(Unknown::new(format!("a {} where a number belongs", other.type_name()))),
    }
}

fn parse_float(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    if plain { text.parse().ok().filter(|value: &f64| value.is_finite()) } else { None }
}

fn humanize(mut v: f64) -> String {
    let four = |v| float::general(v, Some(4));
    if v == 0.0 || !v.is_finite() {
        return four(v);
    }
    let mut prefix = "";
    if v.abs() >= 1.0 {
        for p in ["k", "M", "G", "T", "P", "E", "Z", "Y"] {
            if v.abs() < 1000.0 {
                break;
            }
            prefix = p;
            v /= 1000.0;
        }
        return format!("{}{prefix}", four(v));
    }
    let (v, prefix) = small(v);
    format!("{}{prefix}", four(v))
}

fn small(mut v: f64) -> (f64, &'static str) {
    let mut prefix = "";
    for p in ["m", "u", "n", "p", "f", "a", "z", "y"] {
        if v.abs() >= 1.0 {
            break;
        }
        prefix = p;
        v *= 1000.0;
    }
    (v, prefix)
}

fn humanize1024(mut v: f64) -> String {
    let mut prefix = "";
    if v.abs() > 1.0 && v.is_finite() {
        for p in ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"] {
            if v.abs() < 1024.0 {
                break;
            }
            prefix = p;
            v /= 1024.0;
        }
    }
    format!("{}{prefix}", float::general(v, Some(4)))
}

#[expect(clippy::cast_possible_truncation, reason = "the caller checks the bound")]
fn humanize_duration(v: f64) -> String {
    let four = |v| float::general(v, Some(4));
    if !v.is_finite() {
        return four(v);
    }
    if v == 0.0 {
        return format!("{}s", four(v));
    }
    if v.abs() < 1.0 {
        let (v, prefix) = small(v);
        return format!("{}{prefix}s", four(v));
    }
    let (sign, v) = (if v < 0.0 { "-" } else { "" }, v.abs());
    let whole = v as i64;
    let (days, hours, minutes, seconds) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60, whole % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{sign}{}s", four(v)),
        (0, 0, _) => format!("{sign}{minutes}m {seconds}s"),
        (0, ..) => format!("{sign}{hours}h {minutes}m {seconds}s"),
        _ => format!("{sign}{days}d {hours}h {minutes}m {seconds}s"),
    }
}

/// Seconds as an instant, to the millisecond as `model.Time` has it.
#[expect(clippy::cast_possible_truncation, reason = "the bound is checked before")]
fn millis(seconds: f64) -> Option<i64> {
    let nanos = seconds * 1e9;
    (nanos.abs() < 9.2e18).then_some((nanos as i64) / 1_000_000)
}

fn humanize_timestamp(v: f64) -> Answer {
    if !v.is_finite() {
        return Ok(Value::Text(float::general(v, Some(4))));
    }
    let text = millis(v).and_then(super::value::time).ok_or_else(|| Unknown::new("no time"))?;
    Ok(Value::Text(text))
}

#[expect(clippy::cast_possible_truncation, reason = "the bound is checked before")]
fn to_duration(v: f64) -> Answer {
    let nanos = v * 1e9;
    if nanos.abs() < 9.2e18 { Ok(Value::Duration(nanos as i64)) } else { Err(Unknown::new("no duration")) }
}

/// `net.SplitHostPort`, for what it accepts.
fn split_host_port(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.rsplit_once(':')?;
    let host = match host.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']')?,
        None if host.contains(':') => return None,
        None => host,
    };
    (!host.contains(['[', ']']) && !port.contains(['[', ']'])).then_some((host, port))
}

fn strip_domain(text: &str) -> String {
    let (host, port) = split_host_port(text).unwrap_or((text, ""));
    if host.parse::<IpAddr>().is_ok() {
        return text.to_owned();
    }
    let host = host.split('.').next().unwrap_or("");
    match port {
        "" => host.to_owned(),
        port if host.contains(':') => format!("[{host}]:{port}"),
        port => format!("{host}:{port}"),
    }
}

/// `fmt.Sprint`, `fmt.Sprintln`: the former has blanks only between operands of which neither is a string.
fn print(args: &[Value], line: bool) -> Result<String, Unknown> {
    let mut out = String::new();
    let mut before: Option<&Value> = None;
    for value in args {
        let both = before.is_some_and(|b| !matches!(b, Value::Text(_))) && !matches!(value, Value::Text(_));
        if before.is_some() && (line || both) {
            out.push(' ');
        }
        out.push_str(&value.text().ok_or_else(|| Unknown::new("prints the whole of its data"))?);
        before = Some(value);
    }
    if line {
        out.push('\n');
    }
    Ok(out)
}

#[expect(clippy::float_cmp, reason = "as Go compares")]
fn equal(a: &Value, b: &Value) -> Result<bool, Unknown> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Ok(a == b),
        (Value::Float(a), Value::Float(b)) => Ok(a == b),
        (Value::Int(a), Value::Int(b)) => Ok(a == b),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        _ => Err(Unknown::new(format!("compares a {} with a {}", a.type_name(), b.type_name()))),
    }
}

fn less(a: &Value, b: &Value) -> Result<bool, Unknown> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Ok(a < b),
        (Value::Float(a), Value::Float(b)) => Ok(a < b),
        (Value::Int(a), Value::Int(b)) => Ok(a < b),
        _ => Err(Unknown::new(format!("compares a {} with a {}", a.type_name(), b.type_name()))),
    }
}
