//! The people who are called: when they work, how much they can bear, and how their Alertmanager groups what it sends.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::evidence::history::{DAY, Hours, Millis};

/// The section `rotation` of a policy.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields, default)]
pub struct Rotation {
    time_zone: Option<Zone>,
    working_hours: Working,
    budget: usize,
    group_by: Vec<String>,
    stale_days: u32,
    owners: BTreeMap<String, Own>,
}

impl Default for Rotation {
    fn default() -> Self {
        Self {
            time_zone: None,
            working_hours: Working::default(),
            budget: 2,
            group_by: Vec::new(),
            stale_days: 14,
            owners: BTreeMap::new(),
        }
    }
}

/// What is different for one owner.
#[derive(Clone, Deserialize, Default, Debug)]
#[serde(deny_unknown_fields, default)]
struct Own {
    time_zone: Option<Zone>,
    working_hours: Option<Working>,
    budget: Option<usize>,
}

/// A name of the IANA data base.
#[derive(Clone, Debug)]
struct Zone(String);

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        let Working { from, to } = Working::default();
        Hours::new(&name, from, to).map_err(D::Error::custom)?;
        Ok(Self(name))
    }
}

/// Hours on Monday to Friday.
#[derive(Clone, Copy, Debug)]
struct Working {
    from: u8,
    to: u8,
}

impl Default for Working {
    /// As PagerDuty's reports have it: business hours are 8 to 18.
    fn default() -> Self {
        Self { from: 8, to: 18 }
    }
}

impl fmt::Display for Working {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {} o'clock on Monday to Friday", self.from, self.to)
    }
}

impl<'de> Deserialize<'de> for Working {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = || D::Error::custom("working hours are two hours of a day, as in `8-18`");
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let hour = |text: &str| text.trim().parse::<u8>().map_err(|_| wrong());
        let (from, to) = (hour(from)?, hour(to)?);
        if from < to && to <= 24 { Ok(Self { from, to }) } else { Err(wrong()) }
    }
}

impl Rotation {
    fn own(&self, owner: Option<&str>) -> Option<&Own> {
        self.owners.get(owner?)
    }

    fn working(&self, owner: Option<&str>) -> Working {
        self.own(owner).and_then(|own| own.working_hours).unwrap_or(self.working_hours)
    }

    fn zone(&self, owner: Option<&str>) -> Option<&str> {
        let own = self.own(owner).and_then(|own| own.time_zone.as_ref());
        own.or(self.time_zone.as_ref()).map(|zone| zone.0.as_str())
    }

    /// When an owner works; none where the policy does not say in which time zone.
    #[must_use]
    pub fn hours(&self, owner: Option<&str>) -> Option<Hours> {
        let Working { from, to } = self.working(owner);
        Hours::new(self.zone(owner)?, from, to).ok()
    }

    /// The same, in UTC where the policy does not say in which time zone.
    #[must_use]
    pub fn hours_or_utc(&self, owner: Option<&str>) -> Hours {
        let Working { from, to } = self.working(owner);
        self.hours(owner).or_else(|| Hours::new("UTC", from, to).ok()).unwrap_or_default()
    }

    /// The working hours of an owner in words.
    #[must_use]
    pub fn described(&self, owner: Option<&str>) -> String {
        format!("{}, {}", self.working(owner), self.zone(owner).unwrap_or("UTC"))
    }

    /// Pages in a shift of twelve hours that an owner can bear.
    #[must_use]
    pub fn budget(&self, owner: Option<&str>) -> usize {
        self.own(owner).and_then(|own| own.budget).unwrap_or(self.budget)
    }

    /// Labels by which the Alertmanager groups what it sends; none where all series of a rule are one page.
    #[must_use]
    pub fn group_by(&self) -> &[String] {
        &self.group_by
    }

    /// A history that ended longer ago says little of the present.
    #[must_use]
    pub fn stale(&self) -> Millis {
        Millis::from(self.stale_days) * DAY
    }
}
