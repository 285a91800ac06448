//! Which findings are shown, where not all are.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::Page;
use crate::report::causes::Cause;

/// Findings shown in full without a policy.
const WORST: usize = 20;
/// Findings of one cause and severity that come before all others of milder causes.
const FEW: usize = 5;
/// Findings of one cause shown with a policy.
const OF_EACH: usize = 20;

/// A finding to show, by its index in the report.
pub(super) struct Shown<'p> {
    pub(super) index: usize,
    /// Its cause and how many more of it there are, at the last that is shown.
    pub(super) more: Option<(&'p Cause, usize)>,
}

/// What the options ask for: everything, some of each cause, or without a policy the worst.
pub(super) fn shown<'p>(page: &'p Page<'_>) -> Vec<Shown<'p>> {
    let alone = |index| Shown { index, more: None };
    if page.options.all {
        page.causes.iter().flat_map(|cause| told(page, cause)).collect::<BTreeSet<_>>().into_iter().map(alone).collect()
    } else if page.options.has_policy {
        some_of_each(page)
    } else {
        worst(page).into_iter().map(alone).collect()
    }
}

/// The findings of a cause, but for those that others stand for.
fn told<'p>(page: &'p Page<'_>, cause: &'p Cause) -> impl Iterator<Item = usize> + use<'p> {
    cause.findings.iter().copied().filter(|&index| !page.shared.hides(index))
}

/// The first findings of each cause, in the order of the report.
fn some_of_each<'p>(page: &'p Page<'_>) -> Vec<Shown<'p>> {
    let mut shown = Vec::new();
    for cause in &page.causes {
        let left = told(page, cause).count().saturating_sub(OF_EACH);
        shown.extend(
            told(page, cause).take(OF_EACH).enumerate().map(|(place, index)| Shown {
                index,
                more: (left > 0 && place + 1 == OF_EACH).then_some((cause, left)),
            }),
        );
    }
    shown.sort_by_key(|it| it.index);
    shown
}

/// The gravest findings, spread over causes so that one thing does not fill the page: errors before warnings before notes, the
/// first of each cause, then the second of each, and so on; more than a few of one cause only where there is room.
fn worst(page: &Page<'_>) -> Vec<usize> {
    let mut ranked = Vec::new();
    for (cause, of_cause) in page.causes.iter().enumerate() {
        let mut seen = [0; 3];
        for index in told(page, of_cause) {
            let severity = page.finding(index).diagnostic.severity;
            let turn = &mut seen[severity as usize];
            *turn += 1;
            if *turn <= WORST {
                ranked.push((*turn > FEW, Reverse(severity), *turn, cause, index));
            }
        }
    }
    ranked.sort_unstable();
    ranked.truncate(WORST);
    ranked.sort_unstable_by_key(|&(_, severity, _, cause, index)| (severity, cause, index));
    ranked.into_iter().map(|(.., index)| index).collect()
}
