//! A runbook page was looked at in living memory.

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

use super::runbook;
use crate::diagnostic::Severity;
use crate::evidence::links::{Question, form::redact};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `runbook-stale`.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunbookStale {
    /// Days since the last change of the page, at most.
    days: u32,
}

impl Default for RunbookStale {
    fn default() -> Self {
        Self { days: 730 }
    }
}

impl Configurable for RunbookStale {
    const META: Meta = Meta {
        id: "runbook-stale",
        summary: "a runbook page changed within the time that the policy gives",
        level: Level::Off,
        levels: "off; warning once the policy names it",
        page: include_str!("../../rules/runbook-stale.md"),
    };
}

impl LintRule for RunbookStale {
    fn asks(&self, _question: &Question) -> bool {
        true
    }

    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some((reference, answer)) = runbook::alive(rule, cx) else { return };
        let changed = answer.changed_at.and_then(|seconds| Timestamp::from_second(seconds).ok());
        let Some(changed) = changed.map(|time| time.to_zoned(TimeZone::UTC).date()) else {
            return cx.unanswered("git does not tell when the page last changed");
        };
        let age = changed.until(cx.today()).map_or(0, |span| span.get_days());
        if i64::from(age) <= i64::from(self.days) {
            return;
        }
        let value = &reference.found.value;
        let span = runbook::whole(&reference, cx);
        let message = format!("the runbook of alert `{}` did not change for {age} days", rule.name.value());
        let diagnostic = cx.report_as(Severity::Warning, span, message);
        diagnostic
            .cause("alerts whose runbook did not change for long")
            .subject(redact(value))
            .label(format!("last changed on {changed}"));
        diagnostic.note(runbook::looked_at(answer));
        diagnostic.help(format!(
            "go through it with those who are on call; the policy asks for that every {} days",
            self.days
        ));
        cx.rests_on(answer.grounds());
    }
}
