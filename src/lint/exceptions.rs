//! What alerts do not plainly hold. Of most alerts it is all the same, and the list is made once.

use std::collections::VecDeque;
use std::sync::Arc;

use super::report::Exception;
use super::run::is_noise;
use super::{Active, Level, Verdict};
use crate::evidence::Evidence;

/// Why nothing is known of how an alert fires.
pub const NO_HISTORY: &str = "no firing history was given: `--history FILE` gives it";

/// What came of an alert, in the order of the lint rules.
pub(super) type Exceptions = Arc<Vec<Exception>>;

/// So many of the lists that were met last are looked through for an equal one.
const RECENT: usize = 8;

/// The lists that were met last: what came of an alert that was looked at, and that with what is said of every alert.
#[derive(Clone, Default)]
pub(super) struct Recent(VecDeque<(Vec<Exception>, Exceptions)>);

impl Recent {
    /// What came of an alert: its `own` exceptions, and those that every alert has.
    pub(super) fn list(&mut self, own: &[Exception], alike: &[Alike]) -> Exceptions {
        if let Some((_, list)) = self.0.iter().find(|(met, _)| *met == own) {
            return list.clone();
        }
        let mut list: Vec<Exception> = own.iter().chain(alike.iter().map(|alike| &alike.said)).cloned().collect();
        list.sort_by_key(|exception| exception.lint);
        let list = Arc::new(list);
        self.0.truncate(RECENT - 1);
        self.0.push_front((own.to_vec(), list.clone()));
        list
    }
}

/// What a lint rule says of every alert, whatever it is.
pub(super) struct Alike {
    /// The lint rule's id.
    pub(super) id: &'static str,
    /// What it says.
    pub(super) said: Exception,
}

impl Alike {
    /// What `active`, of this index, says where no alert has to be looked at for it: without a firing history nothing is known of any.
    pub(super) fn of(active: &Active, lint: u16, evidence: &Evidence) -> Option<Self> {
        let id = active.meta.id;
        let in_force = active.always().is_some_and(|block| block.level != Some(Level::Off));
        let unknown = in_force && evidence.history.is_none() && (is_noise(active.meta) || id.starts_with("history-"));
        let (verdict, reason) = (Verdict::Unknown, NO_HISTORY.into());
        unknown.then_some(Self { id, said: Exception { lint, verdict, reason, not_asked: true, lacking: true } })
    }
}
