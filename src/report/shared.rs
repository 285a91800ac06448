//! Findings that alerts have in common because an anchor gives them the same lines: for people one finding that names them all.

use std::collections::{HashMap, HashSet};

use crate::lint::report::{Finding, Report};

/// Alerts named before the rest is only counted.
const NAMED: usize = 8;

/// Which findings say what another one says already.
pub(super) struct Shared {
    /// Findings by index, and those that say the same of other alerts.
    others: HashMap<usize, Vec<usize>>,
    hidden: HashSet<usize>,
}

impl Shared {
    /// Looks through a report, whose findings are sorted by their place.
    pub(super) fn new(report: &Report<'_>) -> Self {
        let mut shared = Self { others: HashMap::new(), hidden: HashSet::new() };
        let mut at = 0;
        for run in report.findings.chunk_by(same_place) {
            if run.len() > 1 {
                shared.run(run, at);
            }
            at += run.len();
        }
        shared
    }

    fn run(&mut self, run: &[Finding], at: usize) {
        let mut known: HashMap<String, usize> = HashMap::new();
        for (index, finding) in run.iter().enumerate().filter(|(_, finding)| finding.waiver.is_none()) {
            let Some(alert) = finding.alert() else { continue };
            let words = finding.diagnostic.message.replace(&format!("`{alert}`"), "`…`");
            let first = *known.entry(words).or_insert(at + index);
            if first != at + index {
                self.others.entry(first).or_default().push(at + index);
                self.hidden.insert(at + index);
            }
        }
    }

    /// Whether an earlier finding stands for this one.
    pub(super) fn hides(&self, index: usize) -> bool {
        self.hidden.contains(&index)
    }

    /// How many findings others stand for.
    pub(super) fn len(&self) -> usize {
        self.hidden.len()
    }

    /// The other alerts that a finding is about, in words.
    pub(super) fn also(&self, report: &Report<'_>, index: usize) -> Option<String> {
        let others = self.others.get(&index)?;
        let own = report.findings.get(index)?.alert();
        let name = |finding: &Finding| {
            let name = finding.alert().unwrap_or_default();
            match finding.group().filter(|_| Some(name) == own) {
                Some(group) => format!("`{name}` of the group `{group}`"),
                None => format!("`{name}`"),
            }
        };
        let mut names: Vec<String> =
            others.iter().take(NAMED).filter_map(|&other| report.findings.get(other)).map(name).collect();
        if others.len() > NAMED {
            names.push(format!("{} more", others.len() - NAMED));
        }
        let last = names.pop().unwrap_or_default();
        Some(match names.as_slice() {
            [] => format!("{last} has it too, by the same lines"),
            _ => format!("{} and {last} have it too, by the same lines", names.join(", ")),
        })
    }
}

fn same_place(a: &Finding, b: &Finding) -> bool {
    (a.diagnostic.rule, a.diagnostic.span) == (b.diagnostic.rule, b.diagnostic.span)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::report::testing::Sample;
    use crate::report::{Format, Options, write};

    fn written(sample: &Sample, format: Format) -> String {
        let mut out = Vec::new();
        let options = Options { color: false, width: 100, all: true, has_policy: true, github: false, quiet: true };
        write(format, &sample.report(), &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_alerts_share_is_said_once_to_people_and_of_each_to_programs() {
        let mut sample = Sample::new();
        let file = sample.file("a.yaml", "- alert: A\n  x: bad\n- alert: B\n- alert: C\n");
        for alert in ["A", "B", "A"] {
            let message = format!("alert `{alert}` has no `x`");
            sample.find("severity-unknown", Severity::Error, file, "bad", &message);
            sample.concern().alert = alert.into();
        }
        sample.find("severity-unknown", Severity::Error, file, "bad", "alert `A` has no `y`");
        sample.concern().alert = "A".into();
        let also = "`B` and `A` of the group `g` have it too, by the same lines";
        for format in [Format::Concise, Format::Human, Format::Github] {
            let out = written(&sample, format);
            assert_eq!(out.matches("has no `x`").count(), 1, "{out}");
            assert_eq!(out.matches("has no `y`").count(), 1, "{out}");
            assert_eq!(out.matches(also).count(), 1, "{out}");
        }
        assert_eq!(written(&sample, Format::Jsonl).matches("has no `x`").count(), 3);
    }
}
