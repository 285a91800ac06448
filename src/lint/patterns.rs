//! Which episodes of firing history belong to which alert of a part, told once for all lint rules.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::context::Shared;
use crate::evidence::history::{
    History, Inhibition, Millis, Pattern, Period, Remedy, RuleHistory, RulePattern, Timing, WEEK, covered, frequency,
    helped, inhibition, print_time, redundant, sparkline,
};
use crate::model::{File, Rule, RuleKind, is_dynamic, time};
use crate::parallel;
use crate::source::{SourceId, Span};

/// What the history tells of the alerts of a part.
#[derive(Debug)]
pub struct Patterns<'a> {
    history: &'a History,
    tracks: Vec<Track<'a>>,
    by_place: HashMap<(SourceId, u32), usize>,
    redundant: OnceLock<HashMap<usize, (usize, usize)>>,
}

/// What the history tells of one alert.
#[derive(Debug)]
pub struct Track<'a> {
    /// Its episodes since it is as it is.
    pub found: RuleHistory<'a>,
    /// When it became so, if that was after the history began.
    pub since: Option<Millis>,
    /// Pages before that, which are not judged.
    pub before: Vec<Period>,
    /// Whether there are episodes of an alert of its name, but none with its labels.
    pub nameless: bool,
    /// Whether the server of the history had loaded no rule of its name; none where that is not known.
    pub unloaded: Option<bool>,
    pattern: RulePattern,
    name: Span,
    helped: OnceLock<Option<Remedy>>,
}

/// An alert whose pages lie inside those of another.
#[derive(Clone, Debug)]
pub struct Within<'a> {
    /// Pages that do, of how many.
    pub pages: (usize, usize),
    /// The other's name.
    pub other: &'a str,
    /// Where it is written.
    pub span: Span,
    /// The inhibition that would make one of the two.
    pub inhibition: Inhibition,
}

/// The share of pages inside those of another that makes an alert redundant, and how many there must be.
const INSIDE: (f64, usize) = (0.9, 5);
/// Pages that are compared with each other, of the quietest alerts first: one with many has other troubles.
const MOST_COMPARED: usize = 1_000_000;
/// An alert with more pages a week is likely to be asked what would have helped.
const OFTEN: f64 = 3.0;
/// Bars of a sparkline.
const BARS: usize = 56;

impl<'a> Patterns<'a> {
    /// What `history` tells of all alerts under one policy.
    pub(super) fn of(shared: &Shared<'a>, history: &'a History) -> Self {
        let mut names = Names::default();
        let mut alerts = Vec::new();
        for (file, _) in shared.workspace.files(shared.part) {
            for (index, rule) in file.rules.iter().enumerate().filter(|(_, rule)| rule.kind == RuleKind::Alert) {
                names.add(pattern(file, rule));
                alerts.push((file.source, index as u32, rule));
            }
        }
        let asked = alerts.iter().zip(&names.all).collect();
        let tracks = parallel::map(asked, 1, |(&(source, index, rule), own)| {
            let past = shared.evidence.pasts.get(&(source, index));
            let rivals = names.rivals(own);
            let mut found = history.of(own, rivals.iter().copied());
            for former in past.iter().flat_map(|past| &past.names) {
                let former = RulePattern { name: Pattern::Exact(former.clone()), labels: own.labels.clone() };
                found = found.and(history.of(&former, names.rivals(&former)));
            }
            // Labels that came later, or that relabelling took away: the episodes may be its own, and nobody can tell.
            let any = RulePattern::any_labels(own);
            let nameless = found.series.is_empty() && history.of(&any, rivals).firing().next().is_some();
            found = found.grouped_by(shared.setup.rotation.group_by());
            let since = past.and_then(|past| past.since).filter(|&since| since > history.head().window.from);
            let mut before = Vec::new();
            if let Some(since) = since {
                before.extend(found.pages().iter().filter(|page| page.from < since));
                found = found.since(since);
            }
            let loaded = &history.head().rules;
            let unloaded = own.name.exact().filter(|_| !loaded.is_empty());
            let unloaded = unloaded.map(|name| !loaded.iter().any(|one| one.rule == name));
            let (pattern, name) = (own.clone(), rule.name.span());
            let track = Track { found, since, before, nameless, unloaded, pattern, name, helped: OnceLock::new() };
            // Here it is worked out for many alerts at once.
            if frequency(history, &track.found).per_week.is_some_and(|rate| rate > OFTEN) {
                track.helped(rule);
            }
            track
        });
        let by_place = alerts.iter().enumerate().map(|(at, &(source, index, _))| ((source, index), at)).collect();
        Self { history, tracks, by_place, redundant: OnceLock::new() }
    }

    /// What the history tells of an alert.
    pub fn track(&self, file: SourceId, rule: u32) -> Option<&Track<'a>> {
        self.tracks.get(*self.by_place.get(&(file, rule))?)
    }

    /// The alert around this one, if nearly all its pages lie inside the other's. Of two that lie inside each other the one with fewer pages is inside.
    pub fn within(&self, file: SourceId, rule: u32) -> Option<Within<'_>> {
        let at = *self.by_place.get(&(file, rule))?;
        let found = self.redundant.get_or_init(|| self.redundancies());
        let &(around, inside) = found.get(&at)?;
        let (own, other) = (self.tracks.get(at)?, self.tracks.get(around)?);
        let name = other.pattern.name.exact()?;
        if own.pattern.name.exact() == Some(name) {
            return None;
        }
        let whole = own.found.united().len();
        let mutual = found.get(&around).is_some_and(|&(back, _)| back == at);
        if mutual && (other.found.united().len(), around) < (whole, at) {
            return None;
        }
        let inhibition = inhibition(
            (&own.pattern, &own.found),
            (&other.pattern, &other.found),
            |rule| self.tracks.iter().filter(|track| track.pattern.name == rule.name).count() > 1,
            INSIDE.0,
        );
        Some(Within { pages: (inside, whole), other: name, span: other.name, inhibition })
    }

    /// By alert, the alert around it and how many pages lie inside.
    fn redundancies(&self) -> HashMap<usize, (usize, usize)> {
        let mut order: Vec<(usize, usize)> =
            self.tracks.iter().enumerate().map(|(at, track)| (track.found.pages().len(), at)).collect();
        order.sort_unstable();
        let mut total = 0;
        let compared: Vec<usize> = order
            .into_iter()
            .take_while(|(pages, _)| {
                total += pages;
                total <= MOST_COMPARED
            })
            .map(|(_, at)| at)
            .collect();
        let rules: Vec<&RuleHistory> =
            compared.iter().filter_map(|&at| self.tracks.get(at)).map(|t| &t.found).collect();
        let found = redundant(self.history, &rules, INSIDE.0, INSIDE.1);
        let place = |index: usize| compared.get(index).copied();
        found.into_iter().filter_map(|one| Some((place(one.rule)?, (place(one.inside)?, one.pages.part)))).collect()
    }

    /// Pages of an alert that began after `written`, where they came no more seldom than before; none where there is too little of either.
    pub(super) fn refutes(&self, file: SourceId, rule: u32, written: Millis) -> Option<usize> {
        let found = &self.track(file, rule)?.found;
        let (before, after) = (Period::new(found.window.from, written), Period::new(written, found.window.to));
        let covered = |period| covered(&self.history.head().coverage, period);
        let pages = found.pages();
        let earlier = pages.partition_point(|page| page.from < written);
        let later = pages.len() - earlier;
        let product = |pages: usize, time: Millis| i128::try_from(pages).unwrap_or(0) * i128::from(time);
        let enough = later >= MOST_FORGIVEN && covered(after) >= WEEK;
        let no_better = product(later, covered(before)) >= product(earlier, covered(after));
        (enough && no_better).then_some(later)
    }

    /// The figures of an alert, as facts for other programs: names and values.
    pub fn facts(&self, file: SourceId, rule: u32) -> Vec<(String, String)> {
        let Some(track) = self.track(file, rule) else { return Vec::new() };
        let head = self.history.head();
        let often = frequency(self.history, &track.found);
        let longest = track.found.longest().unwrap_or(0);
        let mut facts = vec![
            ("window_from", print_time(track.found.window.from)),
            ("window_to", print_time(track.found.window.to)),
            ("pages", often.pages.to_string()),
        ];
        facts.extend(often.per_week.map(|rate| ("pages_a_week", format!("{rate:.2}"))));
        facts.extend([
            ("episodes", often.episodes.to_string()),
            ("longest_page_seconds", (longest / 1000).to_string()),
            ("sparkline", sparkline(track.found.pages(), &head.coverage, head.window, BARS)),
        ]);
        if let Some(since) = track.since {
            facts.push(("changed", print_time(since)));
            facts.push(("pages_before_the_change", track.before.len().to_string()));
        }
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Track<'_> {
    /// What would have helped; worked out once for all lint rules. None where nothing would have, or the rule's times cannot be read.
    pub fn helped(&self, rule: &Rule) -> Option<(Timing, Remedy)> {
        let now = Timing { hold: time(rule.hold.as_ref())?, keep: time(rule.keep.as_deref())? };
        let remedy = *self.helped.get_or_init(|| helped(&self.found, now));
        Some((now, remedy?))
    }
}

/// Fewer pages than this refute nothing.
const MOST_FORGIVEN: usize = 3;

/// The patterns of all alerts, and which share a name.
#[derive(Default)]
struct Names {
    all: Vec<RulePattern>,
    by_name: HashMap<String, Vec<usize>>,
    /// Alerts whose names are templates: they may be rivals of any other.
    templated: Vec<usize>,
}

impl Names {
    fn add(&mut self, pattern: RulePattern) {
        let at = self.all.len();
        match &pattern.name {
            Pattern::Exact(name) => self.by_name.entry(name.clone()).or_default().push(at),
            Pattern::Pieces(_) => self.templated.push(at),
        }
        self.all.push(pattern);
    }

    /// Those of all that may claim the same episodes.
    fn rivals(&self, own: &RulePattern) -> Vec<&RulePattern> {
        let same = match &own.name {
            Pattern::Exact(name) => self.by_name.get(name).map(Vec::as_slice).unwrap_or_default(),
            Pattern::Pieces(_) => &[],
        };
        same.iter().chain(&self.templated).filter_map(|&at| self.all.get(at)).collect()
    }
}

/// The identity of an alert in firing history.
#[must_use]
pub fn pattern(file: &File, rule: &Rule) -> RulePattern {
    let labels = file.labels(rule).map(|entry| {
        let value = if entry.value.templated() { Pattern::any() } else { written(entry.value.value()) };
        (entry.key.value().to_owned(), value)
    });
    RulePattern { name: written(rule.name.value()), labels: labels.collect() }
}

/// What makes an alert fire, as a digest. Times that cannot be read count as they are written.
#[must_use]
pub fn digest(file: &File, rule: &Rule) -> String {
    let (hold, keep) = (time(rule.hold.as_ref()), time(rule.keep.as_deref()));
    let unread = [("for", hold, rule.hold.as_ref()), ("keep_firing_for", keep, rule.keep.as_deref())];
    let unread = unread.into_iter().filter(|(_, time, _)| time.is_none());
    let unread = unread.filter_map(|(key, _, text)| Some((key, text?.value())));
    let labels = file.labels(rule).map(|entry| (entry.key.value(), entry.value.value()));
    crate::evidence::history::digest(rule.expr.value(), hold, keep, labels.chain(unread))
}

/// The text between the actions of a template; the whole text where there are none.
fn written(text: &str) -> Pattern {
    if !is_dynamic(text) {
        return Pattern::Exact(text.to_owned());
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        pieces.push(before.to_owned());
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    pieces.push(rest.to_owned());
    Pattern::Pieces(pieces)
}
