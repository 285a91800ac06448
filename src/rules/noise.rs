//! What the lint rules about firing history share: whether an alert can be judged, limits, figures for people, and what would have helped.

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Edit, Severity, count};
use crate::evidence::history::{
    DAY, Episode, HOUR, History, MINUTE, Millis, RuleHistory, SECOND, Sufficiency, frequency, print_day, sparkline,
};
use crate::lint::patterns::Track;
use crate::lint::{Context, NO_HISTORY};
use crate::model::{Rule, RuleKind};

/// Bars of a sparkline.
const BARS: usize = 56;

/// An alert and its history.
pub(super) struct Judged<'a> {
    pub(super) history: &'a History,
    /// Its episodes since it is as it is.
    pub(super) found: &'a RuleHistory<'a>,
    pub(super) track: &'a Track<'a>,
}

/// The history of an alert, where it can be judged by `days` of it; says otherwise why it cannot.
pub(super) fn judged<'a>(rule: &Rule, cx: &mut Context<'a>, days: u32) -> Option<Judged<'a>> {
    let judged = seen(rule, cx)?;
    if let Some(early) = judged.early(days) {
        cx.unanswered(early);
        return None;
    }
    match judged.insufficient(days) {
        Some(why) => {
            cx.unanswered(why);
            None
        }
        None => Some(judged),
    }
}

/// The history of an alert, however short; says why where there is none that speaks for it.
pub(super) fn seen<'a>(rule: &Rule, cx: &mut Context<'a>) -> Option<Judged<'a>> {
    let history = given(rule, cx)?;
    if let Some(why) = stale(history, cx) {
        cx.unanswered(why);
        return None;
    }
    let track = cx.track()?;
    if track.nameless {
        cx.unanswered("the history holds episodes of an alert of this name, but none with its labels");
        return None;
    }
    if track.found.shared {
        cx.unknown("no label tells its episodes from those of another rule of this name");
        return None;
    }
    Some(Judged { history, found: &track.found, track })
}

/// The history, where this is an alert that can be found in one; says otherwise why not.
pub(super) fn given<'a>(rule: &Rule, cx: &mut Context<'a>) -> Option<&'a History> {
    if rule.kind != RuleKind::Alert {
        return None;
    }
    let Some(history) = &cx.evidence().history else {
        cx.not_asked(NO_HISTORY);
        return None;
    };
    if cx.exempts() {
        return None;
    }
    cx.seen_at(Some(history.head().window.to / SECOND));
    if rule.name.templated() {
        cx.unknown("the name comes from a template engine's placeholder");
        return None;
    }
    Some(history)
}

/// Why a history says too little of the present.
pub(super) fn stale(history: &History, cx: &Context<'_>) -> Option<String> {
    let end = history.head().window.to;
    let midnight = cx.today().to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
    let limit = cx.setup().rotation.stale();
    history.stale(midnight, limit).then(|| format!("the history ended {} ago", days(midnight - end)))
}

/// The history of an alert that pages, where the history tells which pages somebody acknowledged; says otherwise why not.
pub(super) fn acknowledged<'a>(rule: &Rule, cx: &mut Context<'a>, days: u32) -> Option<Judged<'a>> {
    let history = given(rule, cx)?;
    if !paging(cx)? {
        cx.exempt("its severity pages nobody");
        return None;
    }
    let judged = judged(rule, cx, days)?;
    // Of a snapshot of one source it is known that it tells; in one of several each rule has to show it.
    let several = history.head().source.contains(", ");
    if !history.knows_acknowledgements() || several && !judged.found.knows_acknowledgements() {
        cx.unknown("the history does not tell which pages somebody acknowledged");
        return None;
    }
    Some(judged)
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
    /// Why the time since the rule was changed is too short, and when a verdict is due; none where it was not, or is long enough.
    pub(super) fn early(&self, least: u32) -> Option<String> {
        let since = self.track.since?;
        let due = since + Millis::from(least) * DAY;
        let before = count(self.track.before.len(), "page");
        (self.found.window.to < due).then(|| {
            format!(
                "it was changed on {}: a verdict is due on {} ({before} before that do not count)",
                print_day(since),
                print_day(due)
            )
        })
    }

    /// Why the history is too short, or has too many holes.
    pub(super) fn insufficient(&self, least: u32) -> Option<String> {
        let enough = self.history.suffices_for(self.found.window, Millis::from(least) * DAY);
        match enough {
            Sufficiency::Enough => None,
            Sufficiency::ShortWindow(have, want) => {
                Some(format!("the history spans {}, a verdict needs {}", days(have), days(want)))
            }
            Sufficiency::LittleCoverage(have, want) => {
                let said = !self.history.head().coverage.is_empty();
                let have = if said {
                    format!("covers {}", days(have))
                } else {
                    "says of no time that it is covered".to_owned()
                };
                Some(format!("the history {have}, a verdict needs {}", days(want)))
            }
        }
    }

    /// Adds how often it paged, drawn over the window.
    pub(super) fn draw(&self, diagnostic: &mut Diagnostic) {
        let head = self.history.head();
        let often = frequency(self.history, self.found);
        let covered = days(often.covered);
        let (paged, episodes) = (count(often.pages, "page"), count(often.episodes, "episode"));
        diagnostic.note(format!("{paged} ({episodes} of single series) in {covered} of history"));
        if let Some(since) = self.track.since {
            let before = count(self.track.before.len(), "page");
            diagnostic.note(format!("it was changed on {}; {before} before that are not judged", print_day(since)));
        }
        let line = sparkline(self.found.pages(), &head.coverage, head.window, BARS);
        diagnostic.note(format!("from first to last: `{line}`"));
    }

    /// Adds when it was pending.
    pub(super) fn draw_pending(&self, diagnostic: &mut Diagnostic) {
        let head = self.history.head();
        let pending: Vec<_> =
            self.found.series.iter().flat_map(|series| series.episodes).map(Episode::period).collect();
        let line = sparkline(&pending, &head.coverage, head.window, BARS);
        diagnostic.note(format!("pending, from first to last: `{line}`"));
    }

    /// Adds what would have helped, where `for` or `keep_firing_for` would have; else `otherwise`.
    pub(super) fn help(&self, rule: &Rule, cx: &mut Context<'_>, otherwise: &'static str) {
        let helped = self.track.helped(rule);
        let Some((now, remedy)) = helped else {
            if let Some(diagnostic) = cx.last() {
                diagnostic.help(otherwise);
            }
            return;
        };
        let changed = now.changed(remedy.timing);
        let written: Vec<_> = changed.clone().map(|(key, time)| format!("`{key}: {}`", duration(time))).collect();
        let edits: Option<Vec<Edit>> = changed.map(|(key, time)| cx.set(rule, key, &duration(time))).collect();
        let mut text =
            format!("{} would have left {} of {}", written.join(" with "), remedy.after, count(remedy.before, "page"));
        if remedy.long > 0 && remedy.delay > 0 {
            let by = duration(remedy.delay);
            text += &format!("; the {} that lasted over an hour would have come at most {by} later", remedy.long);
        }
        let Some(diagnostic) = cx.last() else { return };
        diagnostic.help(text);
        // What an alert waits for is for its owner to say: nobody knows whether ten minutes cost anything.
        if let Some(edits) = edits {
            diagnostic.fix(false, edits);
        }
    }
}
