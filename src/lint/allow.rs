//! Waivers at work: which finding each allows, and what that makes of the verdicts.

use super::context::Shared;
use super::facts::Facts;
use super::report::{AlertVerdicts, Finding, Waived};
use super::run::Judged;
use super::waiver::Waiver;
use super::{Active, Verdict};
use crate::model::{File, Rule};

/// Lets the first waiver in force that covers a finding allow it; one that has ended, or may not, is mentioned.
pub(super) fn apply(
    own: &[Waiver],
    shared: &Shared<'_>,
    active: &Active,
    (path, file): (&str, &File),
    rule: Option<(u32, &Rule, &Facts<'_>)>,
    finding: &mut Finding,
) {
    let locked = active.blocks.iter().any(|block| block.locked);
    for waiver in own.iter().chain(&shared.setup.waivers) {
        if waiver.fault.is_some() || !waiver.covers(finding.diagnostic.rule, path, file, rule) {
            continue;
        }
        waiver.count(finding.diagnostic.rule);
        let Some(until) = waiver.until else { continue };
        if locked {
            finding.diagnostic.note("the policy lets nobody waive this lint rule");
            finding.diagnostic.related(waiver.span, "this waiver has no effect");
        } else if !waiver.is_in_force(shared.today) {
            finding.diagnostic.note(format!("a waiver of this ended on {until}; its reason was: {}", waiver.because));
            finding.diagnostic.related(waiver.span, format!("ended on {until}"));
        } else if finding.waiver.is_none() {
            finding.waiver = Some(Waived { until, because: waiver.because.clone(), span: waiver.span });
        }
    }
}

/// Turns `broken` into `waived` where no finding is left that is not waived. Both lists are in the order of the rules.
pub(super) fn settle(alerts: &mut [(u32, AlertVerdicts)], findings: &[Judged]) {
    for judged in findings.iter().filter(|judged| judged.finding.waiver.is_some()) {
        let Some(at) = judged.rule.and_then(|rule| alerts.binary_search_by_key(&rule, |(index, _)| *index).ok()) else { continue };
        let same = |other: &&Judged| other.rule == judged.rule && other.lint == judged.lint;
        if findings.iter().filter(same).any(|other| other.finding.waiver.is_none()) {
            continue;
        }
        let exceptions = alerts.get_mut(at).map(|(_, verdicts)| &mut verdicts.exceptions);
        for exception in exceptions.into_iter().flatten().filter(|exception| exception.lint == judged.lint) {
            exception.verdict = Verdict::Waived;
            exception.reason = judged.finding.waiver.as_ref().map(|waiver| waiver.because.clone()).unwrap_or_default().into();
        }
    }
}
