//! What the lint rules about firing history share: whether an alert can be judged, limits, figures for people, and what would have helped.

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::evidence::history::{
    DAY, HOUR, History, MINUTE, Millis, RuleHistory, RulePattern, SECOND, Sufficiency, Timing, frequency, helped,
    pages, sparkline,
};
use crate::lint::Context;
use crate::model::{Rule, RuleKind, Text};

/// A snapshot that ended longer ago than this says little of the present.
const STALE: Millis = 14 * DAY;
/// Bars of a sparkline.
const BARS: usize = 56;

/// An alert and its history.
pub(super) struct Judged<'a> {
    pub(super) history: &'a History,
    pub(super) found: RuleHistory<'a>,
}

/// The history of an alert, where it can be judged by `days` of it; says otherwise why it cannot.
pub(super) fn judged<'a>(rule: &Rule, cx: &mut Context<'a>, days: u32) -> Option<Judged<'a>> {
    if rule.kind != RuleKind::Alert {
        return None;
    }
    let Some(history) = &cx.evidence().history else {
        cx.not_asked("no firing history was given: `--history FILE` gives it");
        return None;
    };
    if cx.exempts() {
        return None;
    }
    if rule.name.templated() {
        cx.unknown("the name comes from a template engine's placeholder");
        return None;
    }
    if let Some(why) = insufficient(history, cx, days) {
        cx.unanswered(why);
        return None;
    }
    let (own, others) = cx.history_patterns()?;
    let found = history.of(own, others.iter().copied());
    // Labels that came later, or that relabelling took away: the episodes may be its own, and nobody can tell.
    let nameless = RulePattern::any_labels(own);
    if found.series.is_empty() && history.of(&nameless, others).firing().next().is_some() {
        cx.unanswered("the history holds episodes of an alert of this name, but none with its labels");
        return None;
    }
    if found.shared {
        cx.unknown("no label tells its episodes from those of another rule of this name");
        return None;
    }
    Some(Judged { history, found })
}

fn insufficient(history: &History, cx: &Context<'_>, least: u32) -> Option<String> {
    let end = history.head().window.to;
    let midnight = cx.today().to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    if history.stale(midnight, STALE) {
        return Some(format!("the history ended {} ago", days(midnight - end)));
    }
    match history.suffices(Millis::from(least) * DAY) {
        Sufficiency::Enough => None,
        Sufficiency::ShortWindow(have, want) => {
            Some(format!("the history spans {}, a verdict needs {}", days(have), days(want)))
        }
        Sufficiency::LittleCoverage(have, want) => {
            Some(format!("the history covers {}, a verdict needs {}", days(have), days(want)))
        }
    }
}

/// Whether the alert's severity pages; says that the answer is unknown where that cannot be told.
pub(super) fn paging(cx: &mut Context<'_>) -> Option<bool> {
    let pages = cx.facts().and_then(|facts| facts.pages);
    if pages.is_none() {
        cx.unknown("the severity cannot be told, and the limit depends on it");
    }
    pages
}

/// More than this is a warning, and more than that an error; none is no limit.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Limits {
    pub(super) warning: Option<f64>,
    pub(super) error: Option<f64>,
}

impl Limits {
    /// The gravest limit that `value` is over.
    pub(super) fn over(&self, value: f64) -> Option<(Severity, f64)> {
        let over = |limit: Option<f64>| limit.filter(|limit| value > *limit);
        let error = over(self.error).map(|limit| (Severity::Error, limit));
        error.or_else(|| over(self.warning).map(|limit| (Severity::Warning, limit)))
    }
}

/// Days with one digit.
#[expect(clippy::cast_precision_loss, reason = "days are few")]
pub(super) fn days(time: Millis) -> String {
    format!("{:.1} days", time as f64 / DAY as f64)
}

/// A number of things.
pub(super) fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// A share as whole percent.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A duration as a rule has it.
pub(super) fn duration(time: Millis) -> String {
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s")];
    let unit = units.into_iter().find(|(unit, _)| time >= *unit && time % unit == 0);
    unit.map_or_else(|| format!("{time}ms"), |(unit, name)| format!("{}{name}", time / unit))
}

impl Judged<'_> {
    /// Adds how often it paged, drawn over the window.
    pub(super) fn draw(&self, diagnostic: &mut Diagnostic) {
        let head = self.history.head();
        let often = frequency(self.history, &self.found);
        let covered = days(self.history.covered());
        let (paged, episodes) = (counted(often.pages, "page"), counted(often.episodes, "episode"));
        diagnostic.note(format!("{paged} ({episodes} of single series) in {covered} of history"));
        let line = sparkline(&pages(&self.found), &head.coverage, head.window, BARS);
        diagnostic.note(format!("from first to last: `{line}`"));
    }

    /// Adds what would have helped, where `for` or `keep_firing_for` would have; else `otherwise`.
    pub(super) fn help(&self, rule: &Rule, diagnostic: &mut Diagnostic, otherwise: &'static str) {
        let time = |text: &Option<Text>| text.as_ref().map_or(Some(0), Text::duration);
        let now = time(&rule.hold).zip(time(&rule.keep)).map(|(hold, keep)| Timing { hold, keep });
        let Some((now, remedy)) = now.and_then(|now| Some((now, helped(&self.found, now)?))) else {
            diagnostic.help(otherwise);
            return;
        };
        let fields = [
            ("for", now.hold, remedy.timing.hold, &rule.hold),
            ("keep_firing_for", now.keep, remedy.timing.keep, &rule.keep),
        ];
        let changed: Vec<_> = fields.into_iter().filter(|(_, before, after, _)| before != after).collect();
        let written: Vec<_> =
            changed.iter().map(|(key, _, after, _)| format!("`{key}: {}`", duration(*after))).collect();
        let mut text =
            format!("{} would have left {} of {} pages", written.join(" with "), remedy.after, remedy.before);
        if remedy.long > 0 && remedy.delay > 0 {
            let by = duration(remedy.delay);
            text += &format!("; the {} that lasted over an hour would have come at most {by} later", remedy.long);
        }
        diagnostic.help(text);
        let edits = changed.iter().map(|(_, _, after, text)| {
            let span = text.as_ref()?.span();
            Some(Edit { span, text: duration(*after) })
        });
        if let Some(edits) = edits.collect::<Option<Vec<_>>>() {
            diagnostic.fix(false, edits);
        }
    }
}
