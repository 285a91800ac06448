//! What was learnt about a page, as it is kept: facts about the page, no policy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::evidence::links::page::{self, Look};
use crate::evidence::links::settings::Settings;
use crate::evidence::links::target::Target;
use crate::evidence::links::{Answer, PageFacts, Question, Verdict, Via};

/// Most headings of a page that are kept.
const MOST_HEADINGS: usize = 400;
/// Most letters of a heading that are kept.
const LONGEST_HEADING: usize = 200;

/// What was learnt about a page.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Of the page, its anchors aside.
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    pub(crate) checked_at: i64,
    #[serde(default)]
    pub(crate) evidence: Vec<(String, String)>,
    /// Where the page moved to for good.
    #[serde(default)]
    pub(crate) moved_to: Option<String>,
    /// Where the anchors lead that were asked for.
    #[serde(default)]
    pub(crate) looks: BTreeMap<String, Look>,
    #[serde(default)]
    pub(crate) facts: Option<PageFacts>,
    /// Whether a second look at the end of the run may help.
    #[serde(skip)]
    pub(crate) again: bool,
}

impl Record {
    /// A record of this verdict, with nothing else known.
    pub(crate) fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self {
            verdict,
            reason: reason.into(),
            checked_at: 0,
            evidence: Vec::new(),
            moved_to: None,
            looks: BTreeMap::new(),
            facts: None,
            again: false,
        }
    }

    /// The same, to be looked at again before it counts.
    pub(crate) fn again(mut self) -> Self {
        self.again = true;
        self
    }

    /// What it is worth when there was no time for the second look.
    pub(crate) fn unconfirmed(mut self) -> Self {
        if self.again && self.verdict == Verdict::Dead {
            self.verdict = Verdict::Unverified;
            self.reason = format!("{}, and no time was left to look again", self.reason);
        }
        self
    }

    /// Keeps of a page what was asked for.
    pub(crate) fn read(&mut self, page: page::Page, anchors: &BTreeSet<String>) {
        self.looks = anchors.iter().map(|anchor| (anchor.clone(), page.look(anchor))).collect();
        let mut facts = Arc::unwrap_or_clone(page.facts);
        facts.partial |= page.hidden || facts.headings.len() > MOST_HEADINGS;
        facts.headings.truncate(MOST_HEADINGS);
        for heading in &mut facts.headings {
            shorten(&mut heading.text);
            heading.anchors.truncate(4);
            heading.anchors.iter_mut().for_each(shorten);
        }
        facts.title.iter_mut().for_each(shorten);
        self.facts = Some(facts);
    }

    /// For how many seconds the record may be believed; 0 for what is not kept.
    pub(crate) fn life(&self) -> i64 {
        let whole = self.looks.values().all(|look| *look == Look::Found);
        match self.verdict {
            Verdict::Alive if whole => 24 * 3600,
            Verdict::LoginWall | Verdict::Blocked => 3600,
            // What is broken must be seen as mended soon.
            Verdict::Alive | Verdict::Dead | Verdict::Soft404 | Verdict::AnchorMissing => 600,
            Verdict::RateLimited | Verdict::Unsafe | Verdict::Unverified => 0,
        }
    }

    /// The answer to a question about this page.
    pub(crate) fn answer(
        self,
        question: &Question,
        page: &str,
        target: &Target,
        via: Via,
        settings: &Settings,
    ) -> Answer {
        let mut answer = Answer::new(self.verdict, page, self.reason);
        answer.anchor.clone_from(&target.anchor);
        answer.via = Some(if self.verdict == Verdict::Unsafe { Via::Refused } else { via });
        answer.checked_at = Some(self.checked_at);
        answer.evidence = self.evidence;
        answer.facts = self.facts.map(Arc::new);
        let fragment =
            question.reference().split_once('#').map(|(_, fragment)| format!("#{fragment}")).unwrap_or_default();
        let moved = self.moved_to.filter(|_| question.reference().contains("://"));
        answer.moved_to = moved.map(|url| format!("{url}{fragment}"));
        if answer.verdict != Verdict::Alive {
            return answer;
        }
        if target.anchor_open {
            answer.verdict = Verdict::Unverified;
            answer.reason = "the page is there, a template decides the anchor".into();
        }
        let Some(anchor) = target.anchor.as_ref().filter(|_| settings.anchors) else { return answer };
        match self.looks.get(anchor) {
            Some(Look::Found) => {}
            Some(Look::Near(near)) => {
                answer.verdict = Verdict::AnchorMissing;
                answer.reason = format!("the page has no anchor `{anchor}`, but `{near}`").into();
                answer.near = Some(format!("{page}#{near}"));
            }
            Some(Look::Missing) => {
                answer.verdict = Verdict::AnchorMissing;
                answer.reason = format!("the page has no anchor `{anchor}`").into();
            }
            Some(Look::Hidden) | None => {
                answer.verdict = Verdict::Unverified;
                answer.reason = "the page is there, but its anchors can't be seen in what the server sends".into();
            }
        }
        answer
    }
}

fn shorten(text: &mut String) {
    if let Some((at, _)) = text.char_indices().nth(LONGEST_HEADING) {
        text.truncate(at);
    }
}
