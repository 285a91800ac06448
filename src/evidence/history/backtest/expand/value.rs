//! Values of a template while it runs.

use super::float;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A value, with the Go type it has on a server.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// The absence of a value.
    Nil,
    /// What the dot is at the start: `.Labels`, `.Value` and others.
    Root,
    /// `string`
    Text(String),
    /// `float64`
    Float(f64),
    /// `int`
    Int(i64),
    /// `bool`
    Bool(bool),
    /// `map[string]string`
    Labels(Rc<BTreeMap<String, String>>),
    /// `map[string]any`, what `args` makes.
    Map(Rc<BTreeMap<String, Value>>),
    /// `*time.Time`, in milliseconds, UTC.
    Time(i64),
    /// `*time.Duration`, in nanoseconds.
    Duration(i64),
}

impl Value {
    /// Whether `if` and `with` take it for true.
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Root | Self::Time(_) | Self::Duration(_) => true,
            Self::Text(text) => !text.is_empty(),
            Self::Float(value) => *value != 0.0,
            Self::Int(value) => *value != 0,
            Self::Bool(value) => *value,
            Self::Labels(map) => !map.is_empty(),
            Self::Map(map) => !map.is_empty(),
        }
    }

    /// What Go calls its type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Root => "struct",
            Self::Text(_) => "string",
            Self::Float(_) => "float64",
            Self::Int(_) => "int",
            Self::Bool(_) => "bool",
            Self::Labels(_) => "map[string]string",
            Self::Map(_) => "map[string]interface {}",
            Self::Time(_) => "*time.Time",
            Self::Duration(_) => "*time.Duration",
        }
    }

    /// As the verb `%v` prints it; none for what we do not print.
    pub(super) fn text(&self) -> Option<String> {
        Some(match self {
            Self::Nil => "<nil>".to_owned(),
            Self::Root => return None,
            Self::Text(text) => text.clone(),
            Self::Float(value) => float::general(*value, None),
            Self::Int(value) => value.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::Labels(map) => {
                let pairs: Vec<_> = map.iter().map(|(name, value)| format!("{name}:{value}")).collect();
                format!("map[{}]", pairs.join(" "))
            }
            Self::Map(map) => {
                let pair = |(name, value): (&String, &Self)| Some(format!("{name}:{}", value.text()?));
                let pairs: Option<Vec<_>> = map.iter().map(pair).collect();
                format!("map[{}]", pairs?.join(" "))
            }
            Self::Time(millis) => time(*millis)?,
            Self::Duration(nanos) => duration(*nanos),
        })
    }
}

/// `time.Time.String` in UTC.
pub(super) fn time(millis: i64) -> Option<String> {
    let time = Timestamp::from_millisecond(millis).ok()?;
    let fraction = match millis.rem_euclid(1000) {
        0 => String::new(),
        part => format!(".{part:03}").trim_end_matches('0').to_owned(),
    };
    Some(format!("{}{fraction} +0000 UTC", time.strftime("%Y-%m-%d %H:%M:%S")))
}

/// `time.Duration.String`: `1h2m3.5s`, `1.5ms`.
fn duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    let decimal = |unit: u64, suffix: &str| {
        let (whole, rest) = (nanos / unit, nanos % unit);
        let width = unit.ilog10() as usize;
        let rest = format!("{rest:0width$}");
        let rest = rest.trim_end_matches('0');
        if rest.is_empty() || width == 0 { format!("{whole}{suffix}") } else { format!("{whole}.{rest}{suffix}") }
    };
    let text = match nanos {
        0 => "0s".to_owned(),
        1..1_000 => decimal(1, "ns"),
        1_000..1_000_000 => decimal(1_000, "µs"),
        1_000_000..1_000_000_000 => decimal(1_000_000, "ms"),
        _ => {
            let (hours, minutes) = (nanos / 3_600_000_000_000, nanos / 60_000_000_000 % 60);
            let seconds = nanos % 60_000_000_000;
            let rest = format!("{:09}", seconds % 1_000_000_000);
            let rest = rest.trim_end_matches('0');
            let point = if rest.is_empty() { "" } else { "." };
            let seconds = format!("{}{point}{rest}s", seconds / 1_000_000_000);
            match (hours, minutes) {
                (0, 0) => seconds,
                (0, minutes) => format!("{minutes}m{seconds}"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}"),
            }
        }
    };
    format!("{sign}{text}")
}
