//! Instants and periods in milliseconds since the Unix epoch, as Prometheus counts them.

use jiff::Timestamp;

/// Milliseconds since the Unix epoch, or a length in milliseconds.
pub type Millis = i64;

/// A second in [`Millis`].
pub const SECOND: Millis = 1000;
/// A minute in [`Millis`].
pub const MINUTE: Millis = 60 * SECOND;
/// An hour in [`Millis`].
pub const HOUR: Millis = 60 * MINUTE;
/// A day of 24 hours in [`Millis`].
pub const DAY: Millis = 24 * HOUR;
/// A week in [`Millis`].
pub const WEEK: Millis = 7 * DAY;

/// The last instant of the year 9999; nothing lies further from the epoch.
pub(super) const MAX_TIME: Millis = 253_402_300_799_999;

/// A stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Period {
    /// Its first instant.
    pub from: Millis,
    /// Its last instant.
    pub to: Millis,
}

impl Period {
    /// The period between two instants; an end before the start gives an empty period.
    pub fn new(from: Millis, to: Millis) -> Self {
        Self { from, to: to.max(from) }
    }

    /// How long it is.
    pub fn length(self) -> Millis {
        self.to - self.from
    }

    /// The part that lies in both; none where they do not touch.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from <= to).then_some(Self { from, to })
    }
}

/// An instant of RFC 3339.
pub fn parse_time(text: &str) -> Result<Millis, String> {
    let time: Timestamp = text.parse().map_err(|_| format!("`{}` is not a time of RFC 3339", text.escape_debug()))?;
    let millis = time.as_millisecond();
    if millis.abs() > MAX_TIME { Err(format!("`{text}` is out of range")) } else { Ok(millis) }
}

/// An instant as RFC 3339 in UTC, with milliseconds only where there are any.
pub fn print_time(time: Millis) -> String {
    Timestamp::from_millisecond(time).map_or_else(|_| seconds(time), |t| t.to_string())
}

/// The day of an instant, in UTC.
pub fn print_day(time: Millis) -> String {
    print_time(time).chars().take("2026-01-31".len()).collect()
}

/// Seconds as JSON writes them: no fraction where there is none.
pub(in crate::evidence) fn seconds(time: Millis) -> String {
    let (sign, time) = (if time < 0 { "-" } else { "" }, time.unsigned_abs());
    let (whole, fraction) = (time / 1000, time % 1000);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let text = format!("{sign}{whole}.{fraction:03}");
    text.trim_end_matches('0').to_owned()
}

/// Milliseconds of a number of seconds, to the nearest; none for what is no time between the years -9999 and 9999.
#[expect(clippy::cast_precision_loss, reason = "both bounds are far below 2^53")]
#[expect(clippy::cast_possible_truncation, reason = "the bound is checked before")]
pub(in crate::evidence) fn millis(seconds: f64) -> Option<Millis> {
    let millis = (seconds * 1000.0).round();
    (millis.abs() <= MAX_TIME as f64).then_some(millis as Millis)
}

/// `part` of `whole`, 0 where there is no whole.
#[expect(clippy::cast_precision_loss, reason = "lengths in milliseconds are far below 2^53")]
pub(super) fn share(part: Millis, whole: Millis) -> f64 {
    if whole <= 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Periods in order, those that touch united.
pub(super) fn unite(mut periods: Vec<Period>) -> Vec<Period> {
    // Not unstable: they mostly come as runs that are in order already.
    periods.sort();
    periods.dedup_by(|next, kept| {
        let touches = next.from <= kept.to;
        if touches {
            kept.to = kept.to.max(next.to);
        }
        touches
    });
    periods
}
