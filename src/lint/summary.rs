//! The numbers of a run.

use super::report::{AlertVerdicts, Finding, Summary, Tally};
use crate::model::{Reading, RuleKind, Workspace};

/// Counts files, rules, verdicts and findings. The policies' names are the caller's to add.
pub(super) fn summary(workspace: &Workspace, findings: &[Finding], alerts: &[AlertVerdicts], lints: usize) -> Summary {
    let mut summary = Summary { files: workspace.files.len(), ..Summary::default() };
    for file in &workspace.files {
        let of = |kind| file.rules.iter().filter(|rule| rule.kind == kind).count();
        summary.groups += file.groups.iter().filter(|group| group.name.is_some()).count();
        summary.alerts += of(RuleKind::Alert);
        summary.recording_rules += of(RuleKind::Record);
        summary.rule_files += usize::from(!file.rules.is_empty());
        match &file.reading {
            Reading::Rules => {}
            Reading::Skipped(reason) => *summary.skipped.entry((*reason).to_owned()).or_default() += 1,
            Reading::NotChecked(reason, more) => {
                *summary.not_checked.entry((*reason).to_owned()).or_default() += 1;
                let path = workspace.source(file.source).path.clone();
                summary.not_checked_files.push((path, (*reason).to_owned(), more.clone()));
            }
        }
    }
    summary.verdicts = vec![Tally::default(); lints];
    summary.judge(findings, alerts);
    summary
}
