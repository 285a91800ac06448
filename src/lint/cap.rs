//! A bound on what one file can bring: of each lint rule so many findings are listed, the rest are counted and said in one.

use std::collections::BTreeMap;

use super::fingerprint::fingerprint;
use super::report::{Finding, Waived};
use super::run::Judged;
use crate::diagnostic::{Diagnostic, Severity, count};
use crate::source::Span;

/// So many findings of one lint rule are listed for a file. Files with as many alerts are rare and honest; a finding takes a
/// kilobyte, and a file of the largest size could bring millions.
pub const LISTED: usize = 10_000;

/// A finding that is not listed, as the verdict on its alert needs it.
pub(super) struct Unlisted {
    /// Index into `Report::ran`.
    pub lint: u16,
    /// Index of the rule in its file.
    pub rule: Option<u32>,
    /// The waiver that allows it.
    pub waiver: Option<Box<Waived>>,
}

/// Findings of one lint rule that are not listed, waived or not.
struct Rest {
    rule: &'static str,
    number: usize,
    severity: Severity,
    /// The first of them.
    span: Span,
    waiver: Option<Box<Waived>>,
}

/// What a file brought so far.
#[derive(Default)]
pub(super) struct Cap {
    listed: BTreeMap<u16, usize>,
    rest: BTreeMap<(u16, bool), Rest>,
    /// Findings that are not listed.
    pub unlisted: Vec<Unlisted>,
}

impl Cap {
    /// The finding, if it is one to list.
    pub(super) fn admit(&mut self, judged: Judged) -> Option<Judged> {
        let listed = self.listed.entry(judged.lint).or_default();
        if *listed < LISTED {
            *listed += 1;
            return Some(judged);
        }
        let Judged { lint, rule, finding } = judged;
        let Finding { diagnostic, waiver, .. } = finding;
        let Diagnostic { rule: id, severity, span, .. } = *diagnostic;
        let first = || Rest { rule: id, number: 0, severity, span, waiver: waiver.clone() };
        let rest = self.rest.entry((lint, waiver.is_some())).or_insert_with(first);
        rest.number += 1;
        rest.severity = rest.severity.max(severity);
        self.unlisted.push(Unlisted { lint, rule, waiver });
        None
    }

    /// A finding for those of each lint rule that are not listed.
    pub(super) fn told(&mut self, path: &str) -> impl Iterator<Item = Finding> {
        let told = move |rest: Rest| {
            let more = count(rest.number, "more finding");
            let message = format!("{more} of `{}` in this file, which are not listed", rest.rule);
            let mut diagnostic = Diagnostic::new(rest.rule, rest.severity, rest.span, message);
            diagnostic.label("the first of them").subject("more");
            diagnostic.note(format!("{LISTED} findings of a lint rule are listed for a file; verdicts count them all"));
            let mut finding = Finding::new(Box::new(diagnostic));
            finding.fingerprint = fingerprint([rest.rule, path, "more"]);
            (finding.rest, finding.waiver) = (rest.number, rest.waiver);
            finding
        };
        std::mem::take(&mut self.rest).into_values().map(told)
    }
}
