//! What a page holds, as far as lint rules and verdicts care.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::anchors::{self, Index};
use super::near::Names;
use super::once::Once;
use super::settings::Anchors;
use super::slug::Slugs;

/// What was read from a page.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PageFacts {
    /// The page's title: front matter, `<title>` or the first heading.
    pub title: Option<String>,
    /// What stands before the first heading, of level 0 and without a text of its own.
    pub lead: Heading,
    /// The headings in order.
    pub headings: Vec<Heading>,
    /// Words of the whole page, headings and blocks of code left out.
    pub words: u32,
    /// Whether there is more on the page than was read: text from elsewhere, made by a script, behind a limit.
    pub partial: bool,
    /// Where its anchors lead.
    #[serde(skip)]
    starts: Once<Index>,
    /// What a lint rule read out of each heading, the lead first.
    #[serde(skip)]
    marks: Once<Vec<u16>>,
}

/// A heading, and what stands under it before the next heading of any level. Lines that only promise a text (`TODO: …`) count
/// for nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// The anchors that lead to it.
    pub anchors: Vec<String>,
    /// Words of text, blocks of code left out.
    pub words: u32,
    /// Items of lists.
    pub items: u32,
    /// Blocks of code.
    pub code_blocks: u32,
    /// Pieces of code inside of the text.
    pub commands: u32,
    /// Words that lead in what follows, as headings of a line do: bold or emphasised text, `Impact:` at the start of a line.
    pub labels: Vec<String>,
    /// The first word of the text, in lower case.
    pub first: String,
}

impl PageFacts {
    /// What `read` reads out of the lead and of each heading: once, however many alerts lead to the page. All who ask must read alike.
    pub fn marks(&self, read: impl Fn(&Heading) -> u16) -> &[u16] {
        self.marks.get(|| std::iter::once(&self.lead).chain(&self.headings).map(read).collect())
    }

    /// The heading that `anchor` leads to and all deeper ones that follow it, as their places among all; empty when it leads to no heading.
    pub fn section(&self, anchor: &str) -> Range<usize> {
        let headings = self.headings.iter().enumerate();
        let anchors = headings.flat_map(|(at, heading)| heading.anchors.iter().map(move |own| (own.as_str(), at)));
        let Some(start) = self.starts.get(|| Index::of(anchors)).find(anchor) else { return 0..0 };
        let level = self.headings[start].level;
        let len = self.headings[start + 1..].iter().take_while(|heading| heading.level > level).count();
        start..start + 1 + len
    }
}

/// A page with its anchors.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// What lint rules may read.
    pub facts: Arc<PageFacts>,
    /// Ids and names of elements.
    pub ids: Vec<String>,
    /// Whether there may be anchors that can't be seen: made by a script, taken from another file, cut off.
    pub hidden: bool,
    /// Its anchors, as they are looked for, and as a slip would write them.
    index: Once<Index>,
    near: Once<Names<String>>,
}

/// Where an anchor leads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Look {
    /// To a place of the page.
    Found,
    /// Nowhere; another anchor comes near.
    Near(String),
    /// Nowhere.
    Missing,
    /// That can't be told.
    Hidden,
}

impl Page {
    /// Where `anchor` leads.
    pub fn look(&self, anchor: &str) -> Look {
        if self.has(anchor) {
            return Look::Found;
        }
        if self.hidden {
            return Look::Hidden;
        }
        let near = self.near.get(|| self.anchors().map(str::to_owned).collect()).closest(anchors::plain(anchor));
        near.map_or(Look::Missing, |near| Look::Near(near.clone()))
    }

    /// Whether `anchor` leads to a place of the page.
    pub fn has(&self, anchor: &str) -> bool {
        self.index.get(|| Index::of(self.anchors().map(|anchor| (anchor, 0)))).find(anchor).is_some()
    }

    /// All anchors, those of headings first.
    fn anchors(&self) -> impl Iterator<Item = &str> {
        let ids = self.ids.iter().map(|id| anchors::plain(id));
        self.facts.headings.iter().flat_map(|heading| heading.anchors.iter().map(String::as_str)).chain(ids)
    }
}

/// Fragments that are no anchors: lines of a forge's view, text to highlight, the top of the page.
pub fn is_anchor(fragment: &str) -> bool {
    let line = |text: &str| {
        text.strip_prefix('L').is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'C' | b'L' | b'-'))
        })
    };
    !fragment.is_empty() && fragment != "top" && !fragment.starts_with(":~:") && !line(fragment)
}

/// Most anchors of a page that are kept.
const MOST_ANCHORS: usize = 20_000;
/// Most labels under a heading that are kept, and most letters of one.
const MOST_LABELS: usize = 24;
const LONGEST_LABEL: usize = 48;
/// Words that promise a text, in lower case.
const PROMISES: [&str; 8] = ["todo", "tbd", "fixme", "wip", "tbc", "tba", "n/a", "xxx"];

/// Gathers a page while it is read.
pub struct Outline {
    page: Page,
    facts: PageFacts,
    slugs: Slugs,
    /// Ids since the last text: they belong to a heading that follows at once.
    pending: Vec<String>,
}

impl Outline {
    /// An empty page whose headings get anchors in this style.
    pub fn new(style: Anchors) -> Self {
        Self { page: Page::default(), facts: PageFacts::default(), slugs: Slugs::new(style), pending: Vec::new() }
    }

    /// Whether no more anchors are taken. A page is then no longer known to its end.
    fn full(&mut self) -> bool {
        let full = self.page.ids.len() + self.facts.headings.len() >= MOST_ANCHORS;
        self.page.hidden |= full;
        full
    }

    /// A heading.
    pub fn heading(&mut self, level: u8, text: &str, id: Option<&str>) {
        if self.full() {
            return;
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut anchors = self.slugs.next(&text, id);
        self.take_pending(&mut anchors);
        let (bare, _) = super::slug::explicit_id(&text);
        self.facts.title.get_or_insert_with(|| bare.to_owned());
        let heading = Heading { level, text: bare.to_owned(), anchors, ..Heading::default() };
        self.facts.headings.push(heading);
    }

    /// A heading whose page makes no anchors of headings by itself.
    pub fn plain_heading(&mut self, level: u8, text: &str, id: Option<&str>) {
        if self.full() {
            return;
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut anchors = id.map(String::from).into_iter().collect();
        self.take_pending(&mut anchors);
        self.facts.headings.push(Heading { level, text, anchors, ..Heading::default() });
    }

    /// Adds the ids right before a heading to its anchors, the nearest first.
    fn take_pending(&mut self, anchors: &mut Vec<String>) {
        for id in self.pending.drain(..).rev() {
            if !anchors.contains(&id) {
                anchors.push(id);
            }
        }
    }

    /// Text outside of headings and code. `Impact: …` is a label with what it leads in.
    pub fn text(&mut self, text: &str) {
        if let Some((label, _)) = text.split_once(':') {
            self.label(label);
        }
        let mut words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).peekable();
        let Some(first) = words.peek().map(|word| bare(word).to_lowercase()) else { return };
        self.pending.clear();
        if PROMISES.contains(&first.as_str()) {
            return;
        }
        let words = u32::try_from(words.count()).unwrap_or(u32::MAX);
        self.count(words);
        let here = self.here();
        if here.first.is_empty() {
            here.first = first.chars().take(LONGEST_LABEL).collect();
        }
    }

    /// Counts words of text.
    pub fn count(&mut self, words: u32) {
        self.facts.words = self.facts.words.saturating_add(words);
        let here = self.here();
        here.words = here.words.saturating_add(words);
    }

    /// Where text goes.
    fn here(&mut self) -> &mut Heading {
        let facts = &mut self.facts;
        facts.headings.last_mut().unwrap_or(&mut facts.lead)
    }

    /// Words that lead in what follows; long ones are text like all other.
    pub fn label(&mut self, text: &str) {
        let text = text.trim().trim_end_matches(':');
        let short = text.len() <= LONGEST_LABEL && text.contains(char::is_alphabetic);
        let here = self.here();
        if short && here.labels.len() < MOST_LABELS {
            here.labels.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }

    /// An item of a list.
    pub fn item(&mut self) {
        self.pending.clear();
        let here = self.here();
        here.items = here.items.saturating_add(1);
    }

    /// A block of code.
    pub fn code(&mut self) {
        self.pending.clear();
        let here = self.here();
        here.code_blocks = here.code_blocks.saturating_add(1);
    }

    /// A piece of code inside of the text.
    pub fn command(&mut self) {
        let here = self.here();
        here.commands = here.commands.saturating_add(1);
    }

    /// The id or name of an element.
    pub fn id(&mut self, id: &str) {
        if !id.is_empty() && !self.full() {
            self.page.ids.push(id.to_owned());
            self.pending.push(id.to_owned());
        }
    }

    /// The title, unless one is known.
    pub fn title(&mut self, title: &str) {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if !title.is_empty() && self.facts.title.is_none() {
            self.facts.title = Some(title);
        }
    }

    /// Words so far, those of headings included.
    pub fn words(&self) -> u32 {
        let headings: usize = self.facts.headings.iter().map(|heading| heading.text.split_whitespace().count()).sum();
        self.facts.words.saturating_add(u32::try_from(headings).unwrap_or(u32::MAX))
    }

    /// Says that there may be anchors that were not seen.
    pub fn hide(&mut self) {
        self.page.hidden = true;
    }

    /// The page.
    pub fn done(mut self) -> Page {
        self.facts.partial = self.page.hidden;
        Page { facts: Arc::new(self.facts), ..self.page }
    }
}

/// A word without marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Reads a file by the end of its name.
pub fn read(name: &str, text: &str, style: Anchors) -> Page {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    match extension.as_str() {
        "md" | "markdown" | "mdx" | "mkd" => super::markdown::read(text, style),
        "html" | "htm" | "xhtml" => super::html::read(text).0,
        "adoc" | "asciidoc" => super::plain::asciidoc(text),
        "rst" => super::plain::restructured(text),
        _ => {
            let mut outline = Outline::new(style);
            outline.text(text);
            outline.hide();
            outline.done()
        }
    }
}
