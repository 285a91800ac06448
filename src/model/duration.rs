//! Durations as `for` and `interval` have them (`model.ParseDuration` of `prometheus/common`).

/// Units from the largest to the smallest, in milliseconds.
const UNITS: &[(&str, u64)] = &[
    ("y", 31_536_000_000),
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// The most milliseconds that Go's nanoseconds in 64 bits hold.
const MOST: u64 = 9_223_372_036_854;

/// What is wrong with a duration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// Nothing there.
    Empty,
    /// Not digits and units in turn, from the largest unit to the smallest.
    Form,
    /// A unit that is none.
    Unit(String),
    /// More than 292 years.
    Range,
}

impl Fault {
    /// Prometheus's own words.
    pub(super) fn upstream(&self, text: &str) -> String {
        match self {
            Self::Empty => "empty duration string".to_owned(),
            Self::Form => format!("not a valid duration string: {text:?}"),
            Self::Unit(unit) => format!("unknown unit {unit:?} in duration {text:?}"),
            Self::Range => "duration out of range".to_owned(),
        }
    }
}

/// The milliseconds of a duration.
pub(super) fn parse(text: &str) -> Result<u64, Fault> {
    match text {
        "0" => return Ok(0),
        "" => return Err(Fault::Empty),
        _ => {}
    }
    let mut rest = text;
    let mut sum: u64 = 0;
    let mut next = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(number) = rest[..digits].parse::<u64>() else { return Err(Fault::Form) };
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        if unit == 0 {
            return Err(Fault::Form);
        }
        let name = &rest[..unit];
        rest = &rest[unit..];
        let Some(position) = UNITS.iter().position(|(unit, _)| *unit == name) else {
            return Err(Fault::Unit(name.to_owned()));
        };
        if position < next {
            return Err(Fault::Form);
        }
        next = position + 1;
        sum = number.checked_mul(UNITS[position].1).and_then(|ms| ms.checked_add(sum)).unwrap_or(u64::MAX);
        if sum > MOST {
            return Err(Fault::Range);
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_prometheus() {
        assert_eq!(parse("1h30m"), Ok(5_400_000));
        assert_eq!(parse("0"), Ok(0));
        assert_eq!(parse("5ms"), Ok(5));
        assert_eq!(parse(""), Err(Fault::Empty));
        assert_eq!(parse("5"), Err(Fault::Form));
        assert_eq!(parse("-5m"), Err(Fault::Form));
        assert_eq!(parse("30m1h"), Err(Fault::Form));
        assert_eq!(parse("5m5m"), Err(Fault::Form));
        assert_eq!(parse("1.5h"), Err(Fault::Unit(".".into())));
        assert_eq!(parse("5min"), Err(Fault::Unit("min".into())));
        assert_eq!(parse("293y"), Err(Fault::Range));
        assert_eq!(parse("99999999999999999999s"), Err(Fault::Form));
    }
}
