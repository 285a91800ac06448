//! What a rule was before: when it last became another, and what it was called. Two rules are the same where their digests are.

use super::Millis;
use crate::promql;

/// What is known of a rule's past, from version control or from the server that a snapshot was pulled from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Past {
    /// When `expr`, `for`, `keep_firing_for` or labels last changed, or the rule was added; none where it did not in all the time that can be seen.
    pub since: Option<Millis>,
    /// Names under which it ran before.
    pub names: Vec<String>,
}

impl Past {
    /// What two sources know together: the later change counts.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.since = self.since.max(other.since);
        let new: Vec<String> = other.names.into_iter().filter(|name| !self.names.contains(name)).collect();
        self.names.extend(new);
        self
    }
}

/// A rule as the server of a snapshot had loaded it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Loaded {
    /// Its name.
    pub rule: String,
    /// Its [`digest`].
    pub digest: String,
    /// When it was first seen as it is; none where it was so from the first look on.
    pub since: Option<Millis>,
}

/// What makes an alerting rule fire, in 16 hexadecimal digits: its expression in canonical form, its times in milliseconds, and its labels in any order. Neither
/// name nor annotations are a part of it, nor empty labels.
pub fn digest<'a>(
    expr: &str,
    hold: Option<Millis>,
    keep: Option<Millis>,
    labels: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let parsed = promql::parse(expr, &promql::Options::default());
    let expr = if parsed.errors.is_empty() {
        promql::print::canonical(&parsed.ast, expr)
    } else {
        expr.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut labels: Vec<(&str, &str)> = labels.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    labels.sort_unstable();
    let times = [hold, keep].map(|time| time.map(|time| time.to_string()).unwrap_or_default());
    let texts = [expr.as_str(), &times[0], &times[1]].into_iter();
    let sum = super::write::fnv(texts.chain(labels.into_iter().flat_map(|(name, value)| [name, value])));
    format!("{sum:016x}")
}

/// What the rules that a server had loaded say of the past of a rule: those of its name, and those of its digest. `still` tells whether there is a rule of a name now. A
/// server that had loaded the rule in another form ran that one up to `end`, the last instant of the snapshot.
pub fn past(
    of_name: &[&Loaded],
    of_digest: &[&Loaded],
    digest: &str,
    end: Millis,
    still: impl Fn(&str) -> bool,
) -> Option<Past> {
    if let Some(same) = of_name.iter().find(|one| one.digest == digest) {
        return Some(Past { since: same.since, names: Vec::new() });
    }
    if !of_name.is_empty() {
        return Some(Past { since: Some(end), names: Vec::new() });
    }
    let renamed = of_digest.iter().find(|one| !still(&one.rule))?;
    Some(Past { since: renamed.since, names: vec![renamed.rule.clone()] })
}
