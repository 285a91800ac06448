//! What a block of the policy applies to: paths, and alerts by group, name, label, severity and owner.

use std::sync::atomic::{AtomicBool, Ordering};

use globset::GlobSet;
use regex::Regex;

use super::facts::Facts;
use crate::model::{File, Rule};
use crate::source::Span;

/// Conditions that all must hold; an empty scope fits everything.
#[derive(Debug, Default)]
pub struct Scope {
    /// Paths relative to the policy's folder.
    pub paths: Option<GlobSet>,
    /// Name of the alert or recording rule.
    pub alert: Option<Regex>,
    /// Name of the rule group.
    pub group: Option<Regex>,
    /// Labels, group labels included; a label that is not there is the empty text.
    pub labels: Vec<(String, Regex)>,
    /// Severity; empty where there is none.
    pub severity: Option<Regex>,
    /// Owner; empty where there is none.
    pub owner: Option<Regex>,
    /// Where the policy says so.
    pub span: Option<Span>,
    used: AtomicBool,
}

impl Scope {
    /// Whether a file is meant, by its path relative to the policy's folder.
    #[must_use]
    pub fn fits_path(&self, path: &str) -> bool {
        self.paths.as_ref().is_none_or(|globs| globs.is_match(path))
    }

    /// Whether a rule is meant.
    #[must_use]
    pub fn fits(&self, path: &str, file: &File, rule: &Rule, facts: &Facts<'_>) -> bool {
        if self.is_unconditional() {
            return true;
        }
        let one = |wanted: &Option<Regex>, value: &str| wanted.as_ref().is_none_or(|regex| regex.is_match(value));
        let label = |key: &str| file.label(rule, key).map_or("", |entry| entry.value.value());
        let fits = self.fits_path(path)
            && one(&self.alert, rule.name.value())
            && one(&self.group, file.group(rule).name.as_ref().map_or("", |name| name.value()))
            && self.labels.iter().all(|(key, regex)| regex.is_match(label(key)))
            && (self.severity.is_none() || one(&self.severity, facts.severity.value()))
            && (self.owner.is_none() || one(&self.owner, facts.owner.value()));
        if fits && !self.was_used() {
            self.used.store(true, Ordering::Relaxed);
        }
        fits
    }

    /// Whether anything fitted so far.
    #[must_use]
    pub fn was_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether it is met by whole files, not by some of their rules.
    #[must_use]
    pub fn is_about_files(&self) -> bool {
        let Self { alert, group, labels, severity, owner, .. } = self;
        alert.is_none() && group.is_none() && labels.is_empty() && severity.is_none() && owner.is_none()
    }

    /// Whether no policy sets a condition, so that it fits without a look.
    #[must_use]
    pub fn is_unconditional(&self) -> bool {
        self.span.is_none() && self.is_everything()
    }

    /// Whether it fits everything.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.paths.is_none() && self.is_about_files()
    }
}
