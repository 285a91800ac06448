//! Waivers at work: which finding each allows, and what that makes of the verdicts.

use std::collections::HashMap;
use std::sync::Arc;

use super::cap::Unlisted;
use super::context::Shared;
use super::facts::Facts;
use super::report::{AlertVerdicts, Exception, Finding, Waived};
use super::run::{Judged, is_noise};
use super::waiver::{Index, Waiver, of_file};
use super::{Active, Verdict};
use crate::model::{File, Rule};
use crate::source::Source;

/// So many waivers that are of no effect are told with a finding.
const TOLD: usize = 8;

/// The waivers over one file: its own, and those of the policy.
pub(super) struct Waivers<'a> {
    /// Those that the file's comments grant or try to grant.
    pub own: Vec<Waiver>,
    index: Index,
    granted: &'a [Waiver],
    path: &'a str,
    file: &'a File,
}

impl<'a> Waivers<'a> {
    /// The waivers over a file, `path` being relative to the policy's folder.
    pub fn of(shared: &Shared<'a>, path: &'a str, file: &'a File, source: &Source) -> Self {
        let own = of_file(file, source);
        let index = Index::of(file, &own);
        Self { own, index, granted: &shared.setup.waivers, path, file }
    }

    /// Whether there is any.
    pub fn any(&self) -> bool {
        !(self.own.is_empty() && self.granted.is_empty())
    }

    /// The waivers without a fault that cover findings of a lint rule about a rule, or about the file as a whole.
    pub fn over(&self, lint: &str, rule: Option<(&Rule, &Facts<'_>)>) -> impl Iterator<Item = &Waiver> {
        let own = self.index.find(&self.own, lint, self.file, rule.map(|(rule, _)| rule));
        let granted = self
            .granted
            .iter()
            .filter(move |waiver| waiver.fault.is_none() && waiver.grants(lint, self.path, self.file, rule));
        own.into_iter().chain(granted)
    }

    /// Lets the first waiver in force that covers a finding allow it; one that has ended, or may not, is mentioned.
    pub fn apply(
        &self,
        shared: &Shared<'_>,
        active: &Active,
        rule: Option<(u32, &Rule, &Facts<'_>)>,
        finding: &mut Finding,
    ) {
        let lint = finding.diagnostic.rule;
        let locked = active.blocks.iter().any(|block| block.locked);
        let mut told = 0;
        for waiver in self.over(lint, rule.map(|(_, rule, facts)| (rule, facts))) {
            waiver.count(lint);
            let Some(until) = waiver.until else { continue };
            let ended = !waiver.is_in_force(shared.today);
            if locked || ended {
                told += 1;
                if told > TOLD {
                    continue;
                }
            }
            if locked {
                finding.diagnostic.note("the policy lets nobody waive this lint rule");
                finding.diagnostic.related(waiver.span, "this waiver has no effect");
            } else if ended {
                finding
                    .diagnostic
                    .note(format!("a waiver of this ended on {until}; its reason was: {}", waiver.because));
                finding.diagnostic.related(waiver.span, format!("ended on {until}"));
            } else if finding.waiver.is_none() {
                finding.waiver = Some(Box::new(Waived { until, because: waiver.because.clone(), span: waiver.span }));
                refute(shared, active, rule.map(|(index, rule, _)| (index, rule)), waiver);
            }
        }
    }
}

/// Tells a waiver of noise where later episodes speak against it.
fn refute(shared: &Shared<'_>, active: &Active, rule: Option<(u32, &Rule)>, waiver: &Waiver) {
    let Some((index, rule)) = rule.filter(|_| is_noise(active.meta)) else { return };
    let Some((patterns, written)) = shared.patterns.zip(waiver.written(shared.evidence)) else { return };
    if let Some(pages) = patterns.refutes(rule.name.span().source, index, written) {
        waiver.refute(rule.name.value(), pages);
    }
}

/// Turns `broken` into `waived` where no finding is left that is not waived. The alerts are in the order of their rules.
pub(super) fn settle<'f>(
    alerts: &mut [(u32, AlertVerdicts)],
    findings: impl Iterator<Item = &'f Judged> + Clone,
    unlisted: &'f [Unlisted],
) {
    let listed = findings.map(|judged| (judged.rule, judged.lint, judged.finding.waiver.as_deref()));
    let all = listed.chain(unlisted.iter().map(|other| (other.rule, other.lint, other.waiver.as_deref())));
    if all.clone().all(|(.., waiver)| waiver.is_none()) {
        return;
    }
    let mut waived: HashMap<(u32, u16), Option<&Waived>> = HashMap::new();
    for (rule, lint, waiver) in all {
        let Some(rule) = rule else { continue };
        let all = waived.entry((rule, lint)).or_insert(waiver);
        if waiver.is_none() {
            *all = None;
        }
    }
    for (index, verdicts) in alerts {
        let allows = |exception: &Exception| waived.get(&(*index, exception.lint)).copied().flatten();
        if !verdicts.exceptions.iter().any(|exception| allows(exception).is_some()) {
            continue;
        }
        for exception in Arc::make_mut(&mut verdicts.exceptions) {
            if let Some(waiver) = allows(exception) {
                exception.verdict = Verdict::Waived;
                exception.reason = waiver.because.clone().into();
            }
        }
    }
}
