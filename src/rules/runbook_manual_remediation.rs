//! What a runbook asks a person to do is more than one mechanical step.

use serde::Deserialize;

use super::entry::{Entry, Presence, Section};
use super::runbook;
use crate::diagnostic::Severity;
use crate::evidence::links::{Heading, Question, form::redact};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// Words that begin a step which needs no thought, in lower case.
const VERBS: [&str; 20] = [
    "restart", "reboot", "delete", "run", "execute", "kill", "rerun", "re-run", "retry", "recreate", "scale", "bounce",
    "reload", "rollout", "roll", "clear", "purge", "drain", "trigger", "kubectl",
];

/// `runbook-manual-remediation`.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunbookManualRemediation {
    /// Words of a section that is still one step.
    most_words: u32,
}

impl Default for RunbookManualRemediation {
    fn default() -> Self {
        Self { most_words: 20 }
    }
}

impl Configurable for RunbookManualRemediation {
    const META: Meta = Meta {
        id: "runbook-manual-remediation",
        summary: "what a runbook asks a person to do is more than one mechanical step",
        level: Level::Off,
        levels: "off; warning once the policy names it",
        page: include_str!("../../rules/runbook-manual-remediation.md"),
    };
}

impl LintRule for RunbookManualRemediation {
    fn asks(&self, _question: &Question) -> bool {
        true
    }

    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some((reference, answer)) = runbook::alive(rule, cx) else { return };
        let entry = match Entry::of(answer) {
            Ok(entry) => entry,
            Err(why) => return cx.unanswered(why),
        };
        if entry.presence(Section::Diagnosis, &[]) == Presence::There {
            return;
        }
        let steps = entry.section(Section::Mitigation);
        let Some(heading) = steps.first().filter(|_| self.is_one_step(&steps)) else { return };
        let value = &reference.found.value;
        let span = runbook::whole(&reference, cx);
        let message = format!("what the runbook of alert `{}` asks for is one mechanical step", rule.name.value());
        let diagnostic = cx.report_as(Severity::Warning, span, message);
        diagnostic
            .cause("alerts whose runbook is one mechanical step")
            .subject(redact(value))
            .label(format!("all of `{}` is one command or one short order", heading.text));
        diagnostic.note("what is always the same needs nobody to be woken");
        diagnostic.help("let a machine do it, and page when that fails");
        cx.rests_on(answer.grounds());
    }
}

impl RunbookManualRemediation {
    /// One command or one short order.
    fn is_one_step(&self, steps: &[&Heading]) -> bool {
        let sum = |of: fn(&Heading) -> u32| steps.iter().fold(0u32, |sum, part| sum.saturating_add(of(part)));
        let first = steps.iter().map(|part| part.first.as_str()).find(|first| !first.is_empty()).unwrap_or_default();
        let codes = sum(|part| part.code_blocks);
        let short = sum(|part| part.items) <= 1 && codes <= 1 && sum(|part| part.words) <= self.most_words;
        short && (VERBS.contains(&first) || codes == 1 && first.is_empty())
    }
}
