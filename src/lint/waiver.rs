//! Waivers: who allows a finding to stay, until when and why.
//!
//! A waiver is a comment of a rule file, `# groundrules: allow(runbook-dead) until 2026-12-31 because moving the wiki`, or an
//! entry of the policy. Without a date or a reason it waives nothing, and whatever keeps it from being read is a
//! [`Fault`], never silence.

mod comment;
mod index;
mod place;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use memchr::memchr;

use super::facts::Facts;
use super::scope::Scope;
use crate::diagnostic::Label;
use crate::evidence::Evidence;
use crate::evidence::history::Millis;
use crate::model::{Comment, File, Rule};
use crate::promql;
use crate::source::{Source, Span, TextRange};
use comment::Slip;
pub use comment::date;
pub use index::Index;
use place::Places;

/// Leave to break some ground rules for a while.
#[derive(Debug)]
pub struct Waiver {
    /// The comment, or the entry of the policy.
    pub span: Span,
    /// The lint rules it names.
    pub rules: Vec<Allowed>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Why; empty where nothing is said.
    pub because: String,
    /// What it is for.
    pub target: Target,
    /// Why it cannot waive anything.
    pub fault: Option<Fault>,
    /// Alerts whose noise it waives and that fired on, with their pages since it was written.
    refuted: Mutex<BTreeMap<String, usize>>,
}

/// A lint rule that a waiver names.
#[derive(Debug)]
pub struct Allowed {
    /// The id as written; perhaps of no lint rule.
    pub id: String,
    /// Where it is written.
    pub span: Span,
    used: AtomicBool,
}

/// What a waiver is for.
#[derive(Debug)]
pub enum Target {
    /// Everything in its file.
    File,
    /// A rule group, by index into [`File::groups`].
    Group(u32),
    /// An alerting or recording rule, by index into [`File::rules`].
    Rule(u32),
    /// What fits this scope of the policy.
    Scope(Box<Scope>),
    /// The comment stands neither on a rule, nor in the head of a group, nor at the top of its file.
    Nothing,
}

/// Why a waiver cannot waive anything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What is wrong, the worst first.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What else is wrong with it.
    pub related: Vec<Label>,
}

impl Allowed {
    /// A lint rule named at `span`.
    #[must_use]
    pub fn new(id: impl Into<String>, span: Span) -> Self {
        Self { id: id.into(), span, used: AtomicBool::new(false) }
    }

    /// Whether [`Waiver::count`] was told of it.
    #[must_use]
    pub fn was_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }
}

impl Waiver {
    /// A waiver as it was read.
    #[must_use]
    pub fn new(span: Span, rules: Vec<Allowed>, until: Option<Date>, because: String, target: Target) -> Self {
        Self { span, rules, until, because, target, fault: None, refuted: Mutex::default() }
    }

    /// When it was written, where that is known.
    #[must_use]
    pub fn written(&self, evidence: &Evidence) -> Option<Millis> {
        evidence.granted.get(&(self.span.source, self.span.start)).copied()
    }

    /// Notes that an alert whose noise it waives fired on.
    pub fn refute(&self, alert: &str, pages: usize) {
        let mut refuted = self.refuted.lock().unwrap_or_else(PoisonError::into_inner);
        refuted.insert(alert.to_owned(), pages);
    }

    /// What [`Self::refute`] was told, by name of the alert.
    #[must_use]
    pub fn refutations(&self) -> BTreeMap<String, usize> {
        self.refuted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a waiver of the policy means findings of the lint rule `lint` about `rule`, or about the file as a whole. `path` is the
    /// file's path relative to the policy's folder. Neither the date nor a fault is looked at.
    #[must_use]
    pub fn grants(&self, lint: &str, path: &str, file: &File, rule: Option<(&Rule, &Facts<'_>)>) -> bool {
        let Target::Scope(scope) = &self.target else { return false };
        self.rules.iter().any(|allowed| allowed.id == lint)
            && match rule {
                Some((rule, facts)) => scope.fits(path, file, rule, facts),
                None => scope.is_about_files() && scope.fits_path(path),
            }
    }

    /// Notes that a finding of this lint rule is covered, or a verdict that is unknown: the waiver is of use, or may be.
    pub fn count(&self, lint: &str) {
        for allowed in self.rules.iter().filter(|allowed| allowed.id == lint) {
            allowed.used.store(true, Ordering::Relaxed);
        }
    }

    /// Whether it can be read and its last day has not passed.
    #[must_use]
    pub fn is_in_force(&self, today: Date) -> bool {
        self.fault.is_none() && self.until.is_some_and(|until| today <= until)
    }

    /// The comment as it should be written, with capitals where something is still to be said.
    #[must_use]
    pub fn wording(&self) -> String {
        let ids: Vec<&str> = self.rules.iter().map(|allowed| allowed.id.as_str()).collect();
        let ids = if ids.is_empty() { "LINT-RULE".to_owned() } else { ids.join(", ") };
        let until = self.until.map_or_else(|| "YYYY-MM-DD".to_owned(), |until| until.to_string());
        let because = if self.because.is_empty() { "REASON" } else { &self.because };
        format!("# groundrules: allow({ids}) until {until} because {because}")
    }
}

/// Why findings of this lint rule cannot be waived: they are about waivers and the policy themselves.
#[must_use]
pub fn not_for_waivers(id: &str) -> Option<String> {
    let about = id.starts_with("waiver-") || id.starts_with("policy-");
    about.then(|| format!("`{id}` cannot be waived, only switched off in the policy"))
}

/// The waivers that the comments of a file grant or try to grant, in file order. Linear in the number of comments and rules.
#[must_use]
pub fn of_file(file: &File, source: &Source) -> Vec<Waiver> {
    let comments = file.comments.iter().enumerate().filter(|(_, comment)| comment::concerns(comment.text(source)));
    let found: Vec<(usize, comment::Parsed, bool)> = comments
        .filter_map(|(index, comment)| {
            // Inside an escaped string the bytes of the file are not the comment's own; its whole span answers for each part.
            comment::parse(comment.text(source)).map(|parsed| (index, parsed, comment.decoded.is_none()))
        })
        .collect();
    let mut waivers = in_expressions(file, source);
    if !found.is_empty() {
        let places = Places::of(file, source);
        waivers.extend(found.into_iter().filter_map(|(index, parsed, verbatim)| {
            let comment: &Comment = file.comments.get(index)?;
            let locate = |range: TextRange| {
                if verbatim { Span::new(comment.span.source, range.shift(comment.span.start)) } else { comment.span }
            };
            Some(waiver(parsed, comment.span, places.target(index), locate))
        }));
    }
    waivers.sort_by_key(|waiver| waiver.span.start);
    waivers
}

/// Inside of an expression written as a block a `#` belongs to `PromQL`, but whoever writes a waiver there means this rule.
fn in_expressions(file: &File, source: &Source) -> Vec<Waiver> {
    let mut waivers = Vec::new();
    for (index, rule) in file.rules.iter().enumerate() {
        let text = rule.expr.value();
        if memchr(b'#', text.as_bytes()).is_none() || !comment::concerns(text) {
            continue;
        }
        let parts = rule.expr.parts(file, source);
        for range in promql::comments(text) {
            let written = text.get(range.range()).unwrap_or_default().trim_end();
            let Some(parsed) = comment::parse(written) else { continue };
            let locate = |part: TextRange| parts(part.shift(range.start));
            let span = locate(TextRange::new(0, written.len() as u32));
            waivers.push(waiver(parsed, span, Target::Rule(index as u32), locate));
        }
    }
    waivers
}

fn waiver(parsed: comment::Parsed, span: Span, target: Target, locate: impl Fn(TextRange) -> Span) -> Waiver {
    let comment::Parsed { rules, until, because, slips } = parsed;
    let rules: Vec<Allowed> = rules.into_iter().map(|(id, range)| Allowed::new(id, locate(range))).collect();
    let mut slips = slips.into_iter();
    let fault = slips.next().map(|Slip { range, message }| Fault {
        message,
        span: locate(range),
        related: slips.map(|slip| Label { span: locate(slip.range), message: slip.message }).collect(),
    });
    Waiver { fault, ..Waiver::new(span, rules, until, because, target) }
}
