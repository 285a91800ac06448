//! Firing history: what alerting rules really did, episode by episode.
//!
//! A snapshot ([`History`]) is the only form in which lint rules see it. An *episode* is a run of evaluations in which one series
//! of a rule was pending or firing; a *page* unites the episodes of a rule's series that overlap, since people are called once for
//! them. Everything here is data and pure functions: who asks a server lives beside this module.

pub mod backtest;
mod helped;
mod hours;
mod import;
mod inhibition;
mod line;
mod load;
mod measure;
mod merge;
mod noise;
mod past;
mod read;
mod redundant;
mod rule;
mod segment;
mod spark;
mod store;
mod time;
mod write;
mod zstd;

#[cfg(test)]
mod tests;

pub use helped::{Remedy, Timing, helped};
pub use hours::{Hours, Shift};
pub use import::{Export, import};
pub use inhibition::{Inhibition, inhibition};
pub use line::Resolver;
pub use load::{Load, load};
pub use measure::{Frequency, Sufficiency, covered, frequency, share_at_least};
pub use merge::merge;
pub use noise::{Flapping, Quiet, Share, Stuck, flapping, off_hours, quiet, short_lived, stuck, unacknowledged};
pub use past::{Loaded, Past, digest, past};
pub use read::{ReadError, read};
pub use redundant::{Redundant, redundant};
pub use rule::{Pattern, RuleHistory, RulePattern};
pub(super) use segment::gaps;
pub use segment::{Grid, Samples, segment};
pub use spark::sparkline;
pub use store::{Acknowledgement, Episode, Labels, Series, State};
pub use time::{DAY, HOUR, MINUTE, Millis, Period, SECOND, WEEK, parse_time, print_day, print_time};
pub use write::{Record, write, write_episodes};

use store::Store;
pub(super) use time::millis;
#[cfg(feature = "online")]
pub(super) use time::seconds;

/// The first line of a snapshot: what was looked at, and when.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Head {
    /// The time that was looked at.
    pub window: Period,
    /// The parts of the window for which data was there, in order and disjoint.
    pub coverage: Vec<Period>,
    /// Where the episodes come from, for people.
    pub source: String,
    /// What wrote the snapshot.
    pub tool: String,
    /// A digest of the episodes, empty where the head has none. Ours begins with `episodes:` and is verified on reading.
    pub digest: String,
    /// The alerting rules that the server had loaded at the end of the window; empty where nothing is known of them.
    pub rules: Vec<Loaded>,
}

/// A snapshot of firing history.
#[derive(Debug, Default)]
pub struct History {
    head: Head,
    store: Store,
}

impl History {
    /// What was looked at.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The same with the rules that the server had loaded.
    #[must_use]
    pub fn with_rules(mut self, rules: Vec<Loaded>) -> Self {
        self.head.rules = rules;
        self
    }

    /// Number of episodes, pending ones included.
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// Whether there is no episode at all.
    pub fn is_empty(&self) -> bool {
        self.store.len() == 0
    }

    /// Every series of a rule that has episodes, sorted by rule, labels and state.
    pub fn series(&self) -> impl Iterator<Item = Series<'_>> {
        self.store.series()
    }

    /// Whether any episode is pending. Where none is, the source may not tell of them.
    pub fn knows_pending(&self) -> bool {
        self.store.pending()
    }

    /// Whether the source says of any episode what people did about it. Where it does not, nothing is known of acknowledgements.
    pub fn knows_acknowledgements(&self) -> bool {
        self.store.acknowledged()
    }

    /// The share of the window (0 to 1) for which data was there.
    pub fn coverage(&self) -> f64 {
        time::share(covered(&self.head.coverage, self.head.window), self.head.window.length())
    }
}
