//! The entry of an alert: the part of a runbook page that its reference leads to, and the sections in it.

use std::ops::Range;

use serde::Deserialize;

use crate::evidence::links::{Answer, Heading, PageFacts};

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
    const ALL: [Self; 5] = [Self::Meaning, Self::Impact, Self::Diagnosis, Self::Mitigation, Self::Escalation];

    /// Its bit in the mark of a heading that announces it, or that has a label which does.
    fn bit(self, label: bool) -> u16 {
        1 << (2 * self as u16 + u16::from(label))
    }

    /// The sections that a heading and the labels under it announce, a bit each.
    fn mark(heading: &Heading) -> u16 {
        let texts = std::iter::once((false, &heading.text)).chain(heading.labels.iter().map(|label| (true, label)));
        texts.fold(0, |mark, (label, text)| {
            let text = text.to_lowercase();
            let announced = Self::ALL.into_iter().filter(|section| section.is_announced_by(&text));
            announced.fold(mark, |mark, section| mark | section.bit(label))
        })
    }

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

    /// Whether a heading or a label in lower case announces it.
    fn is_announced_by(self, text: &str) -> bool {
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty());
        let begins = |word: &str, stem: &str| word == stem || stem.len() > 3 && word.starts_with(stem);
        words.any(|word| self.stems().iter().any(|stem| begins(word, stem)))
            || self == Self::Mitigation && text.contains("to do")
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
    facts: &'a PageFacts,
    /// The sections that the page's lead and headings announce.
    marks: &'a [u16],
    /// Its places: 0 is the page's lead, those from 1 on are its headings.
    places: Range<usize>,
}

impl<'a> Entry<'a> {
    /// The entry that an answer leads to; the error says why it can't be told.
    pub(super) fn of(answer: &'a Answer) -> Result<Self, &'static str> {
        let Some(facts) = &answer.facts else { return Err("the text of the page was not read") };
        if facts.partial {
            return Err("not all of the page's text can be seen");
        }
        let marks = facts.marks(Section::mark);
        let Some(anchor) = &answer.anchor else {
            return Ok(Self { facts, marks, places: 0..facts.headings.len() + 1 });
        };
        let Range { start, end } = facts.section(anchor);
        if start == end {
            return Err("the anchor leads to no heading, so nobody can tell where the entry ends");
        }
        Ok(Self { facts, marks, places: start + 1..end + 1 })
    }

    fn part(&self, place: usize) -> &'a Heading {
        place.checked_sub(1).map_or(&self.facts.lead, |at| &self.facts.headings[at])
    }

    fn parts(&self) -> impl Iterator<Item = &'a Heading> {
        self.places.clone().map(|place| self.part(place))
    }

    /// Words of text, its headings left out.
    pub(super) fn words(&self) -> u32 {
        self.parts().fold(0, |sum, part| sum.saturating_add(part.words))
    }

    /// Whether there is a block of code.
    pub(super) fn has_code(&self) -> bool {
        self.parts().any(|part| part.code_blocks > 0)
    }

    /// The places that a heading, or a label under it, announces this at; `further` are words of the policy.
    fn announced(&self, section: Section, label: bool, further: &[String]) -> impl Iterator<Item = usize> {
        let further: Vec<String> = further.iter().map(|word| word.to_lowercase()).collect();
        let fits = move |text: &String| {
            let text = if further.is_empty() { String::new() } else { text.to_lowercase() };
            further.iter().any(|word| text.contains(word))
        };
        let named = move |part: &Heading| if label { part.labels.iter().any(&fits) } else { fits(&part.text) };
        let bit = section.bit(label);
        self.places.clone().filter(move |&place| self.marks[place] & bit != 0 || named(self.part(place)))
    }

    /// Whether it has this section.
    pub(super) fn presence(&self, section: Section, further: &[String]) -> Presence {
        if self.announced(section, true, further).next().is_some() {
            return Presence::There;
        }
        // Before its first subheading an entry tells what it is about.
        let title = self.parts().take(if self.places.start == 0 { 2 } else { 1 });
        if section == Section::Meaning && title.map(|part| part.words).sum::<u32>() >= MEANING_WORDS {
            return Presence::There;
        }
        let mut empty = None;
        for place in self.announced(section, false, further) {
            if self.below(place).any(|part| part.words > 0 || part.items > 0 || part.code_blocks > 0) {
                return Presence::There;
            }
            empty.get_or_insert_with(|| self.part(place).text.clone());
        }
        empty.map_or(Presence::Missing, Presence::Empty)
    }

    /// The parts of the first section that this announces.
    pub(super) fn section(&self, section: Section) -> Vec<&'a Heading> {
        let first = self.announced(section, false, &[]).next();
        first.map(|place| self.below(place).collect()).unwrap_or_default()
    }

    /// A heading and the deeper ones that follow it.
    fn below(&self, place: usize) -> impl Iterator<Item = &'a Heading> {
        let heading = self.part(place);
        let after = (place + 1..self.places.end).map(|place| self.part(place));
        std::iter::once(heading).chain(after.take_while(|part| part.level > heading.level))
    }

    /// Its headings, the first few.
    pub(super) fn headings(&self) -> Vec<&'a str> {
        self.parts().map(|part| part.text.as_str()).filter(|text| !text.is_empty()).take(8).collect()
    }
}
