//! An alert pages only so often a week, by its real firing history.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::evidence::history::{DAY, Millis, RulePattern, Sufficiency, frequency};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{Rule, RuleKind};

/// `noisy-frequent`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoisyFrequent {
    /// Pages a week of an alert whose severity pages.
    paging: Limits,
    /// Of all others.
    others: Limits,
    /// Days of history that a verdict needs.
    days: u32,
}

/// More than this many a week.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    warning: f64,
    error: f64,
}

impl Default for NoisyFrequent {
    fn default() -> Self {
        Self { paging: Limits { warning: 3.0, error: 10.0 }, others: Limits { warning: 10.0, error: 50.0 }, days: 7 }
    }
}

impl Configurable for NoisyFrequent {
    const META: Meta = Meta {
        id: "noisy-frequent",
        summary: "an alert pages only so often a week, by its real firing history",
        level: Level::At(Severity::Warning),
        levels: "where the severity pages: warning over 3 a week, error over 10; elsewhere: over 10 and over 50",
        page: include_str!("../../rules/noisy-frequent.md"),
    };
}

impl LintRule for NoisyFrequent {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(facts) = cx.facts().filter(|_| rule.kind == RuleKind::Alert) else { return };
        let Some(history) = &cx.evidence().history else {
            return cx.not_asked("no firing history was given: `--history FILE` gives it");
        };
        if cx.exempts() {
            return;
        }
        if rule.name.templated() {
            return cx.unknown("the name comes from a template engine's placeholder");
        }
        match history.suffices(Millis::from(self.days) * DAY) {
            Sufficiency::Enough => {}
            Sufficiency::ShortWindow(have, want) => {
                return cx.unanswered(format!("the history spans {}, a verdict needs {}", days(have), days(want)));
            }
            Sufficiency::LittleCoverage(have, want) => {
                return cx.unanswered(format!("the history covers {}, a verdict needs {}", days(have), days(want)));
            }
        }
        let Some(pages) = facts.pages else {
            return cx.unknown("the severity cannot be told, and the limit depends on it");
        };
        let Some((own, others)) = cx.history_patterns() else { return };
        let found = history.of(own, others.iter().copied());
        // Labels that came later, or that relabelling took away: the episodes may be its own, and nobody can tell.
        let nameless = RulePattern::any_labels(own);
        if found.series.is_empty() && history.of(&nameless, others).firing().next().is_some() {
            return cx.unanswered("the history holds episodes of an alert of this name, but none with its labels");
        }
        if found.shared {
            return cx.unknown("no label tells its episodes from those of another rule of this name");
        }
        let frequency = frequency(history, &found);
        let limits = if pages { &self.paging } else { &self.others };
        let (severity, limit) = match frequency.per_week {
            often if often > limits.error => (Severity::Error, limits.error),
            often if often > limits.warning => (Severity::Warning, limits.warning),
            _ => return,
        };
        let word = if pages { "pages" } else { "fires" };
        let message = format!("alert `{}` {word} {:.1} times a week", rule.name.value(), frequency.per_week);
        let diagnostic = cx.report_as(severity, rule.name.span(), message);
        diagnostic.cause("alerts that fire too often").subject("frequency");
        diagnostic.label(format!("more than {limit} a week"));
        let covered = days(history.covered());
        diagnostic.note(format!(
            "{} pages ({} episodes of single series) in {covered} of history",
            frequency.pages, frequency.episodes
        ));
        diagnostic
            .help("raise `for` or the threshold, mend what makes it fire, or remove it: nobody can act on so many");
    }
}

#[expect(clippy::cast_precision_loss, reason = "days are few")]
fn days(time: Millis) -> String {
    format!("{:.1} days", time as f64 / DAY as f64)
}
