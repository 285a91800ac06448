//! Which episodes are those of a rule: its name and its static labels say so.

use super::measure;
use super::store::Series;
use super::time::{Millis, Period};
use super::{History, State};
use std::borrow::Cow;
use std::sync::OnceLock;

/// What a text of a rule may have become when it was evaluated.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Pattern {
    /// This text.
    Exact(String),
    /// These pieces in this order, anything between them: what is written between the actions of a template. `["a", ""]` begins
    /// with `a`; `["", ""]` is anything.
    Pieces(Vec<String>),
}

impl Pattern {
    /// Matches anything.
    pub fn any() -> Self {
        Self::Pieces(vec![String::new(), String::new()])
    }

    /// Whether `text` can have come from it.
    pub fn matches(&self, text: &str) -> bool {
        let pieces = match self {
            Self::Exact(exact) => return exact == text,
            Self::Pieces(pieces) => pieces,
        };
        let (Some((first, rest)), Some(text)) = (pieces.split_first(), pieces.first().map(|p| text.strip_prefix(&**p)))
        else {
            return true;
        };
        let Some(mut text) = text else { return false };
        let Some((last, middle)) = rest.split_last() else { return text.is_empty() || first.is_empty() };
        for piece in middle {
            let Some(at) = text.find(&**piece) else { return false };
            text = &text[at + piece.len()..];
        }
        text.ends_with(&**last)
    }

    /// The text, where it is always the same.
    pub fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(text) => Some(text),
            Self::Pieces(_) => None,
        }
    }
}

/// The identity of an alerting rule in firing history.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RulePattern {
    /// Its name.
    pub name: Pattern,
    /// The labels it sets. One whose exact value is empty is absent from its series.
    pub labels: Vec<(String, Pattern)>,
}

impl RulePattern {
    /// A rule without labels of its own.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Pattern::Exact(name.into()), labels: Vec::new() }
    }

    /// The same rule, whatever labels it sets.
    pub fn any_labels(rule: &Self) -> Self {
        Self { name: rule.name.clone(), labels: Vec::new() }
    }

    /// Whether `series` can be one of this rule. Where incidents carry the alert's name alone, that is enough.
    pub fn matches(&self, series: &Series) -> bool {
        let fits = |(name, value): &(String, Pattern)| value.matches(series.labels.get(name).unwrap_or(""));
        self.name.matches(series.rule) && (is_bare(series) || self.labels.iter().all(fits))
    }

    /// How much the rule demands of a series: exact labels count before templated ones.
    fn demands(&self) -> (usize, usize, usize) {
        let exact = self.labels.iter().filter(|(_, value)| value.exact().is_some()).count();
        (usize::from(self.name.exact().is_some()), exact, self.labels.len())
    }
}

/// Whether a series comes from a source of incidents without labels: one of a server has those of its rule, and counts its samples.
fn is_bare(series: &Series) -> bool {
    let counted = series.episodes.first().is_some_and(|episode| episode.samples > 0);
    !counted && series.labels.iter().all(|(name, _)| name == "alertname")
}

/// The episodes of one rule.
#[derive(Clone, Debug)]
pub struct RuleHistory<'a> {
    /// Its series that have episodes, pending ones too.
    pub series: Vec<Series<'a>>,
    /// Whether some of the series may as well be those of another rule: nothing tells the two apart.
    pub shared: bool,
    /// The time that is judged: the snapshot's window, or the part of it since the rule was changed.
    pub window: Period,
    group_by: Vec<String>,
    pages: OnceLock<Vec<Period>>,
}

impl<'a> RuleHistory<'a> {
    fn new(series: Vec<Series<'a>>, shared: bool, window: Period) -> Self {
        Self { series, shared, window, group_by: Vec::new(), pages: OnceLock::new() }
    }

    /// The pages: periods in which at least one series fired, in order of time. Series that fire at the same evaluation are one page; where the
    /// Alertmanager groups by some labels, those whose values of them are the same.
    pub fn pages(&self) -> &[Period] {
        self.pages.get_or_init(|| match self.group_by.as_slice() {
            [] => measure::united(self),
            labels => measure::grouped(self, labels),
        })
    }

    /// How long the longest page lasted; none where there is none.
    pub fn longest(&self) -> Option<Millis> {
        self.pages().iter().map(|page| page.length()).max()
    }

    /// When at least one series fired, however the Alertmanager groups.
    pub fn united(&self) -> Cow<'_, [Period]> {
        if self.group_by.is_empty() { Cow::Borrowed(self.pages()) } else { Cow::Owned(measure::united(self)) }
    }

    /// The same history, its pages made as an Alertmanager does that groups by these labels.
    #[must_use]
    pub fn grouped_by(mut self, labels: &[String]) -> Self {
        (self.group_by, self.pages) = (labels.to_vec(), OnceLock::new());
        self
    }

    /// The same history with that of the rule under a former name.
    #[must_use]
    pub fn and(mut self, former: Self) -> Self {
        self.series.extend(former.series);
        self.shared |= former.shared;
        self.pages = OnceLock::new();
        self
    }

    /// Only what began at or after `since`, when the rule was last changed: what was before does not speak for it as it is now.
    #[must_use]
    pub fn since(mut self, since: Millis) -> Self {
        for series in &mut self.series {
            let start = series.episodes.partition_point(|episode| episode.first < since);
            series.episodes = series.episodes.get(start..).unwrap_or(&[]);
        }
        self.series.retain(|series| !series.episodes.is_empty());
        self.window = Period::new(since.clamp(self.window.from, self.window.to), self.window.to);
        self.pages = OnceLock::new();
        self
    }

    /// Whether any of its episodes says what people did about it.
    pub fn knows_acknowledgements(&self) -> bool {
        self.series.iter().any(|series| series.episodes.iter().any(|one| series.acknowledgement(one).is_some()))
    }

    /// The series that fired.
    pub fn firing(&self) -> impl Iterator<Item = &Series<'a>> {
        self.series.iter().filter(|series| series.state == State::Firing)
    }
}

impl History {
    /// The episodes of `rule`. `others` are the other rules that the server may have (`rule` itself may be among them): where a series fits several, it
    /// belongs to the one that demands most of it.
    pub fn of<'r>(
        &self,
        rule: &RulePattern,
        others: impl IntoIterator<Item = &'r RulePattern, IntoIter: Clone>,
    ) -> RuleHistory<'_> {
        let others = others.into_iter();
        let demands = rule.demands();
        let mut shared = false;
        let mut series: Vec<_> = match rule.name.exact() {
            Some(name) => self.store.named(name).filter(|series| rule.matches(series)).collect(),
            None => self.store.series().filter(|series| rule.matches(series)).collect(),
        };
        series.retain(|series| {
            let rivals = others.clone().filter(|other| *other != rule && other.matches(series));
            let strongest = rivals.map(RulePattern::demands).max();
            shared |= strongest == Some(demands);
            strongest.is_none_or(|strongest| strongest <= demands)
        });
        RuleHistory::new(series, shared, self.head.window)
    }
}
