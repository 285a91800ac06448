//! Runbook references as evidence: what is asked, what is answered, and the words for both.
//!
//! A lint rule asks a [`Question`] for each reference and reads the [`Answer`]. [`form`] tells what a reference is from its
//! text alone; `tree` answers from files at hand, `evidence::fetch` from the network. One answer a reference, one verdict an
//! answer, and everything that is not sure is [`Verdict::Unverified`].

pub(super) mod address;
mod anchors;
pub mod disk;
pub mod files;
pub mod form;
mod front;
pub(super) mod guard;
pub(super) mod html;
mod lookup;
mod mapping;
pub(super) mod markdown;
mod near;
mod once;
pub mod page;
mod pattern;
mod plain;
pub mod settings;
mod slug;
pub(super) mod target;
pub mod tree;

pub use form::{Fault, FaultKind, Form, form, form_under, is_front};
pub use mapping::Mapping;
pub use page::{Heading, PageFacts};
pub use settings::{Anchors, Case, Given, Host, Lapse, Settings};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Why a page of the network has no verdict while nobody asks there.
pub const NOT_ASKED: &str = "not asked: the network is asked with `--online`";

/// Why nobody knows where a page would lie.
pub const NOWHERE: &str = "no path, base or mapping says where its entry lies";

/// A reference to a runbook, with all that decides what it points at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Question {
    reference: Arc<str>,
    root: Arc<str>,
    labels: BTreeMap<String, String>,
}

impl Question {
    /// The reference as written in the alert, the root folder of its file (a path as given on the command line, for
    /// references that are paths in the repository), and the label values that the alert is known to have. Of the labels only
    /// those are kept that the reference's template reads, so that equal references of different alerts stay one question.
    pub fn new<K, V>(reference: &str, root: &str, labels: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        let reference: Arc<str> = form::visible(reference).trim().into();
        let read = form::labels_read(&reference);
        let labels = labels
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .filter(|(name, _)| read.contains(&name.as_str()))
            .collect();
        Self { reference, root: root.into(), labels }
    }

    /// The reference, without blanks around it and without characters that nobody sees.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The root folder of the file that holds the reference.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Values of the labels that the reference's template reads, where they are known.
    pub fn labels(&self) -> &BTreeMap<String, String> {
        &self.labels
    }
}

/// What is known of a reference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The page is there, and the anchor where one is named.
    Alive,
    /// The page is certainly not there.
    Dead,
    /// The page is there, the anchor certainly not.
    AnchorMissing,
    /// A login page stands before the page.
    LoginWall,
    /// An answer of success that says "not found".
    #[serde(rename = "soft-404")]
    Soft404,
    /// Refused to strangers: 401, 403, a wall against robots.
    Blocked,
    /// Too many requests, to the end.
    RateLimited,
    /// Never asked, because asking is dangerous.
    Unsafe,
    /// Not known, with the reason.
    Unverified,
}

impl Verdict {
    /// The word of the machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Dead => "dead",
            Self::AnchorMissing => "anchor-missing",
            Self::LoginWall => "login-wall",
            Self::Soft404 => "soft-404",
            Self::Blocked => "blocked",
            Self::RateLimited => "rate-limited",
            Self::Unsafe => "unsafe",
            Self::Unverified => "unverified",
        }
    }
}

/// Where an answer comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Via {
    /// Files at hand: the repository, or a tree that a mapping names.
    Tree,
    /// An earlier run's answer of the network.
    Cache,
    /// The network, in this run.
    Network,
    /// Nobody: refused before any request.
    Refused,
}

impl Via {
    /// The word of the machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Cache => "cache",
            Self::Network => "network",
            Self::Refused => "refused",
        }
    }
}

/// The answer to a [`Question`].
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// What is known.
    pub verdict: Verdict,
    /// The page without its anchor: a URL, or a path below the root. Answers about one page have the same text here.
    pub page: String,
    /// The anchor, percent-decoded, where the reference names one.
    pub anchor: Option<String>,
    /// Who said so; `None` where nobody was asked.
    pub via: Option<Via>,
    /// What was probably meant: a whole reference that would be alive.
    pub near: Option<String>,
    /// Why, in a few words for people; no credentials in it.
    pub reason: Cow<'static, str>,
    /// Whether everything was tried that could settle it. `false`: the network was not asked, `--online` asks it.
    pub asked: bool,
    /// The reference to write instead, when the page moved for good.
    pub moved_to: Option<String>,
    /// When the page was looked at, in seconds since 1970 (UTC); `None` for files at hand.
    pub checked_at: Option<i64>,
    /// When the file last changed, in seconds since 1970 (UTC), where somebody asked its history.
    pub changed_at: Option<i64>,
    /// What the page holds, where it was read.
    pub facts: Option<Arc<PageFacts>>,
    /// What was seen, by name: `file`, `status`, `final_url`, …
    pub evidence: Vec<(String, String)>,
}

impl Answer {
    /// The file that answered, as the current folder sees it.
    pub fn file(&self) -> Option<&str> {
        self.evidence.iter().find(|(name, _)| name == "file").map(|(_, file)| file.as_str())
    }

    /// What the verdict rests on, by name, for machine formats.
    pub fn grounds(&self) -> Vec<(String, String)> {
        let known = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), value));
        let time = |seconds: Option<i64>| Some(jiff::Timestamp::from_second(seconds?).ok()?.to_string());
        let own = [
            known("verdict", Some(self.verdict.as_str().to_owned())),
            known("page", Some(form::redact(&self.page))),
            known("anchor", self.anchor.clone()),
            known("via", self.via.map(|via| via.as_str().to_owned())),
            known("reason", Some(self.reason.clone().into_owned())),
            known("checked_at", time(self.checked_at)),
            known("changed_at", time(self.changed_at)),
        ];
        own.into_iter().flatten().chain(self.evidence.iter().cloned()).collect()
    }

    /// An answer of this verdict and reason, with nothing else known.
    pub fn new(verdict: Verdict, page: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            verdict,
            page: page.into(),
            anchor: None,
            via: None,
            near: None,
            reason: reason.into(),
            asked: true,
            moved_to: None,
            checked_at: None,
            changed_at: None,
            facts: None,
            evidence: Vec::new(),
        }
    }
}
