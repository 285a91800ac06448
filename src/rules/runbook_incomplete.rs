//! A runbook entry says something: no stub, and the sections that the policy asks for.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::entry::{Entry, Presence, Section};
use super::runbook;
use crate::diagnostic::Severity;
use crate::evidence::links::{Question, form::redact};
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::Rule;

/// `runbook-incomplete`.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunbookIncomplete {
    /// Sections that every entry has.
    sections: Vec<Section>,
    /// Further words of headings, by section.
    headings: BTreeMap<Section, Vec<String>>,
    /// Words that an entry has at least, code and headings left out.
    least_words: u32,
}

impl Default for RunbookIncomplete {
    fn default() -> Self {
        Self { sections: Vec::new(), headings: BTreeMap::new(), least_words: 5 }
    }
}

impl Configurable for RunbookIncomplete {
    const META: Meta = Meta {
        id: "runbook-incomplete",
        summary: "a runbook entry is no stub and has the sections that the policy asks for",
        level: Level::At(Severity::Warning),
        levels: "warning",
        page: include_str!("../../rules/runbook-incomplete.md"),
    };
}

impl LintRule for RunbookIncomplete {
    fn asks(&self, _question: &Question) -> bool {
        true
    }

    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some((reference, answer)) = runbook::alive(rule, cx) else { return };
        let entry = match Entry::of(answer) {
            Ok(entry) => entry,
            Err(why) => return cx.unanswered(why),
        };
        let name = rule.name.value();
        let stub = entry.words() < self.least_words && !entry.has_code();
        let lacking = self.lacking(&entry);
        let (message, label) = match lacking.as_slice() {
            _ if stub => {
                let words = entry.words();
                (format!("the runbook entry of alert `{name}` is a stub"), format!("{words} words in all"))
            }
            [] => return,
            some => {
                let words: Vec<&str> = some.iter().map(|(section, _)| section.word()).collect();
                let empty = some.iter().filter_map(|(_, presence)| match presence {
                    Presence::Empty(heading) => Some(format!("nothing stands under `{heading}`")),
                    Presence::There | Presence::Missing => None,
                });
                let empty: Vec<String> = empty.collect();
                let label = if empty.is_empty() { "no heading tells of it".to_owned() } else { empty.join(", ") };
                (format!("the runbook entry of alert `{name}` lacks {}", words.join(", ")), label)
            }
        };
        let value = &reference.found.value;
        let span = runbook::whole(&reference, cx);
        let diagnostic = cx.report(span, message);
        let cause =
            if stub { "alerts whose runbook entry is a stub" } else { "alerts whose runbook entry lacks sections" };
        diagnostic.cause(cause).subject(redact(value)).label(label);
        let headings = entry.headings();
        if !stub && !headings.is_empty() {
            diagnostic.note(format!("its headings are: `{}`", headings.join("`, `")));
        }
        diagnostic.note(runbook::looked_at(answer));
        diagnostic.help(format!("`groundrules runbook new {name}` writes what the alert itself can tell"));
        cx.rests_on(answer.grounds());
    }
}

impl RunbookIncomplete {
    /// The sections that an entry lacks.
    fn lacking(&self, entry: &Entry<'_>) -> Vec<(Section, Presence)> {
        let further = |section: &Section| self.headings.get(section).map(Vec::as_slice).unwrap_or_default();
        let all = self.sections.iter().map(|section| (*section, entry.presence(*section, further(section))));
        all.filter(|(_, presence)| *presence != Presence::There).collect()
    }
}
