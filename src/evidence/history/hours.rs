//! Working hours and shifts, in the time zone of a team.

use super::time::Millis;
use jiff::civil::{Date, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

/// The hours of a team.
#[derive(Clone, PartialEq, Debug)]
pub struct Hours {
    zone: TimeZone,
    /// The first hour of work (0 to 23) on Monday to Friday.
    from: i8,
    /// The first hour after it.
    to: i8,
}

impl Default for Hours {
    /// From 8 to 18 in UTC.
    fn default() -> Self {
        Self { zone: TimeZone::UTC, from: 8, to: 18 }
    }
}

impl Hours {
    /// Hours from `from` to `to` (0 to 24) on Monday to Friday in a zone of the IANA data base, such as `Europe/Berlin`. The data base is a part of the
    /// program, so that a verdict does not depend on the machine.
    pub fn new(zone: &str, from: u8, to: u8) -> Result<Self, String> {
        let unknown = || format!("`{}` is no time zone", zone.escape_debug());
        let zone = if zone == "UTC" { TimeZone::UTC } else { TimeZone::get(zone).map_err(|_| unknown())? };
        match (i8::try_from(from), i8::try_from(to)) {
            (Ok(from), Ok(to)) if from < to && to <= 24 => Ok(Self { zone, from, to }),
            _ => Err(format!("working hours from {from} to {to} do not fit into a day")),
        }
    }

    /// Whether people are at work at an instant.
    pub fn working(&self, at: Millis) -> bool {
        let Some(local) = self.local(at) else { return false };
        let weekend = matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && (self.from..self.to).contains(&local.hour())
    }

    /// The shift of twelve hours that an instant lies in: days from 8 to 20, nights from 20 to 8.
    pub fn shift(&self, at: Millis) -> Option<Shift> {
        let local = self.local(at)?;
        let (date, hour) = (local.date(), local.hour());
        Some(match hour {
            0..8 => Shift { date: date.yesterday().ok()?, night: true },
            8..20 => Shift { date, night: false },
            _ => Shift { date, night: true },
        })
    }

    /// When a shift begins.
    pub(super) fn start(&self, shift: Shift) -> Option<Millis> {
        let hour = if shift.night { 20 } else { 8 };
        let start = shift.date.to_datetime(time(hour, 0, 0, 0)).to_zoned(self.zone.clone()).ok()?;
        Some(start.timestamp().as_millisecond())
    }

    fn local(&self, at: Millis) -> Option<Zoned> {
        Some(Timestamp::from_millisecond(at).ok()?.to_zoned(self.zone.clone()))
    }
}

/// Twelve hours of being on call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Shift {
    /// The day on which it begins.
    pub date: Date,
    /// From 20 to 8 o'clock instead of from 8 to 20.
    pub night: bool,
}

impl Shift {
    /// The shift after it.
    pub(super) fn next(self) -> Option<Self> {
        let date = if self.night { self.date.checked_add(1.day()).ok()? } else { self.date };
        Some(Self { date, night: !self.night })
    }
}
