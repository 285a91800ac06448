//! Questions that lint rules ask of the world, and the answers, as data.
//!
//! A lint rule names its questions beforehand and reads the answers later; who finds them (a local tree, a cache, the network,
//! a snapshot of firing history) is no concern of the rule. A question without an answer was not asked.

#[cfg(feature = "online")]
pub mod fetch;
pub mod history;
pub mod links;
pub mod prometheus;

use std::collections::BTreeMap;

use crate::source::SourceId;

/// Everything that is known of the world in a run.
#[derive(Debug, Default)]
pub struct Evidence {
    /// What is known of each runbook reference that was asked about.
    pub runbooks: BTreeMap<links::Question, links::Answer>,
    /// Pages of mapped trees that no alert links, by the root of the policy's part, where all links of the run are known.
    pub orphans: BTreeMap<String, Vec<links::tree::TreePage>>,
    /// Firing history, where a snapshot was given.
    pub history: Option<history::History>,
    /// What is known of the past of alerts: by file and index of the rule in it.
    pub pasts: BTreeMap<(SourceId, u32), history::Past>,
    /// When waivers were written, by where they stand; only what version control knows.
    pub granted: BTreeMap<(SourceId, u32), history::Millis>,
}
