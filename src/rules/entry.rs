//! The entry of an alert: the part of a runbook page that its reference leads to, and the sections in it.

use serde::Deserialize;

use crate::evidence::links::{Answer, Heading};

/// Words under an entry's own heading from which on they tell what the alert means.
const MEANING_WORDS: u32 = 8;

/// What a runbook entry tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Section {
    /// What the alert means.
    Meaning,
    /// What it costs.
    Impact,
    /// How to find out more.
    Diagnosis,
    /// What to do.
    Mitigation,
    /// Whom to call.
    Escalation,
}

impl Section {
    /// The word of the policy, which is a good heading too.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Meaning => "meaning",
            Self::Impact => "impact",
            Self::Diagnosis => "diagnosis",
            Self::Mitigation => "mitigation",
            Self::Escalation => "escalation",
        }
    }

    /// How words of its headings begin, in lower case; short ones are the whole word.
    fn stems(self) -> &'static [&'static str] {
        match self {
            Self::Meaning => &[
                "meaning",
                "mean",
                "what",
                "why",
                "overview",
                "descri",
                "context",
                "background",
                "about",
                "summary",
                "intro",
                "expla",
                "definition",
                "purpose",
                "detail",
                "symptom",
                "message",
                "general",
            ],
            Self::Impact => &["impact", "consequence", "effect", "affect", "risk", "severity", "blast", "damage"],
            Self::Diagnosis => &[
                "diagnos",
                "debug",
                "investigat",
                "troubleshoot",
                "triag",
                "analy",
                "inspect",
                "check",
                "verif",
                "confirm",
                "identif",
                "cause",
                "examin",
                "evidence",
                "dashboard",
                "quer",
                "log",
                "logs",
                "metric",
            ],
            Self::Mitigation => &[
                "mitigat",
                "action",
                "resol",
                "remed",
                "fix",
                "fixes",
                "fixing",
                "recover",
                "solution",
                "solv",
                "step",
                "workaround",
                "procedure",
                "respon",
                "instruction",
                "repair",
                "restor",
                "handl",
                "correct",
                "playbook",
            ],
            Self::Escalation => &[
                "escalat",
                "contact",
                "owner",
                "owning",
                "support",
                "who",
                "whom",
                "call",
                "team",
                "oncall",
                "on-call",
                "responsib",
                "help",
            ],
        }
    }

    /// Whether a heading or a label announces it; `further` are words of the policy.
    fn is_announced_by(self, text: &str, further: &[String]) -> bool {
        let text = text.to_lowercase();
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty());
        let begins = |word: &str, stem: &str| word == stem || stem.len() > 3 && word.starts_with(stem);
        words.any(|word| self.stems().iter().any(|stem| begins(word, stem)))
            || self == Self::Mitigation && text.contains("to do")
            || further.iter().any(|further| text.contains(&further.to_lowercase()))
    }
}

/// Whether an entry has a section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Presence {
    /// With something in it.
    There,
    /// Only the heading, which is this.
    Empty(String),
    /// No heading that announces it.
    Missing,
}

/// A part of a page, heading by heading.
pub(super) struct Entry<'a> {
    parts: Vec<&'a Heading>,
    /// Whether it is the whole page.
    pub(super) whole: bool,
}

impl<'a> Entry<'a> {
    /// The entry that an answer leads to; the error says why it can't be told.
    pub(super) fn of(answer: &'a Answer) -> Result<Self, &'static str> {
        let Some(facts) = &answer.facts else { return Err("the text of the page was not read") };
        if facts.partial {
            return Err("not all of the page's text can be seen");
        }
        let Some(anchor) = &answer.anchor else {
            return Ok(Self { parts: std::iter::once(&facts.lead).chain(&facts.headings).collect(), whole: true });
        };
        let parts: Vec<&Heading> = facts.section(anchor).iter().collect();
        if parts.is_empty() {
            return Err("the anchor leads to no heading, so nobody can tell where the entry ends");
        }
        Ok(Self { parts, whole: false })
    }

    /// Words of text, its headings left out.
    pub(super) fn words(&self) -> u32 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.words))
    }

    /// Whether there is a block of code.
    pub(super) fn has_code(&self) -> bool {
        self.parts.iter().any(|part| part.code_blocks > 0)
    }

    /// Whether it has this section.
    pub(super) fn presence(&self, section: Section, further: &[String]) -> Presence {
        let announced = |text: &String| section.is_announced_by(text, further);
        if self.parts.iter().any(|part| part.labels.iter().any(announced)) {
            return Presence::There;
        }
        // Before its first subheading an entry tells what it is about.
        let title = self.parts.iter().take(if self.whole { 2 } else { 1 });
        if section == Section::Meaning && title.map(|part| part.words).sum::<u32>() >= MEANING_WORDS {
            return Presence::There;
        }
        let mut empty = None;
        for (at, part) in self.parts.iter().enumerate().filter(|(_, part)| announced(&part.text)) {
            if self.below(at).any(|part| part.words > 0 || part.items > 0 || part.code_blocks > 0) {
                return Presence::There;
            }
            empty.get_or_insert_with(|| part.text.clone());
        }
        empty.map_or(Presence::Missing, Presence::Empty)
    }

    /// The parts of the first section that this announces.
    pub(super) fn section(&self, section: Section) -> Vec<&'a Heading> {
        let at = self.parts.iter().position(|part| section.is_announced_by(&part.text, &[]));
        at.map(|at| self.below(at).collect()).unwrap_or_default()
    }

    /// A heading and the deeper ones that follow it.
    fn below(&self, at: usize) -> impl Iterator<Item = &'a Heading> {
        let level = self.parts.get(at).map_or(0, |part| part.level);
        let deeper = self.parts.iter().skip(at + 1).take_while(move |part| part.level > level);
        self.parts.get(at).into_iter().chain(deeper).copied()
    }

    /// Its headings, the first few.
    pub(super) fn headings(&self) -> Vec<&'a str> {
        self.parts.iter().map(|part| part.text.as_str()).filter(|text| !text.is_empty()).take(8).collect()
    }
}
