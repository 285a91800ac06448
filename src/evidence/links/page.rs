//! What a page holds, as far as lint rules and verdicts care.

use serde::{Deserialize, Serialize};

use super::near::closest;
use super::settings::Anchors;
use super::slug::{Slugs, is_mark};

/// What was read from a page.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PageFacts {
    /// The page's title: front matter, `<title>` or the first heading.
    pub title: Option<String>,
    /// The headings in order.
    pub headings: Vec<Heading>,
    /// Words of text before the first heading, code left out.
    pub lead_words: u32,
    /// Words of the whole page, headings and code left out.
    pub words: u32,
}

/// A heading, and the size of what stands under it before the next heading of any level.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// The anchors that lead to it.
    pub anchors: Vec<String>,
    /// Words of text, code left out.
    pub words: u32,
    /// Items of lists.
    pub items: u32,
    /// Blocks of code.
    pub code_blocks: u32,
}

impl PageFacts {
    /// The heading that `anchor` leads to and all deeper ones that follow it; empty when it leads to no heading.
    pub fn section(&self, anchor: &str) -> &[Heading] {
        let Some(start) = self.headings.iter().position(|heading| heading.anchors.iter().any(|a| a == anchor)) else {
            return &[];
        };
        let level = self.headings[start].level;
        let len = self.headings[start + 1..].iter().take_while(|heading| heading.level > level).count();
        &self.headings[start..=start + len]
    }
}

/// A page with its anchors.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// What lint rules may read.
    pub facts: PageFacts,
    /// Ids and names of elements.
    pub ids: Vec<String>,
    /// Whether there may be anchors that can't be seen: made by a script, taken from another file, cut off.
    pub hidden: bool,
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
        let anchor = anchor.strip_prefix("user-content-").unwrap_or(anchor);
        if self.anchors().any(|a| a == anchor) || self.anchors().any(|a| loose(a).eq(loose(anchor))) {
            return Look::Found;
        }
        if self.hidden {
            return Look::Hidden;
        }
        closest(anchor, self.anchors()).map_or(Look::Missing, |near| Look::Near(near.to_owned()))
    }

    /// All anchors, those of headings first.
    fn anchors(&self) -> impl Iterator<Item = &str> {
        let ids = self.ids.iter().map(|id| id.strip_prefix("user-content-").unwrap_or(id));
        self.facts.headings.iter().flat_map(|heading| heading.anchors.iter().map(String::as_str)).chain(ids)
    }
}

/// An anchor without the marks that renderers disagree on.
fn loose(anchor: &str) -> impl Iterator<Item = char> {
    anchor.chars().filter(|&c| !is_mark(c))
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

/// Gathers a page while it is read.
pub struct Outline {
    page: Page,
    slugs: Slugs,
}

impl Outline {
    /// An empty page whose headings get anchors in this style.
    pub fn new(style: Anchors) -> Self {
        Self { page: Page::default(), slugs: Slugs::new(style) }
    }

    /// Whether no more anchors are taken. A page is then no longer known to its end.
    fn full(&mut self) -> bool {
        let full = self.page.ids.len() + self.page.facts.headings.len() >= MOST_ANCHORS;
        self.page.hidden |= full;
        full
    }

    /// A heading.
    pub fn heading(&mut self, level: u8, text: &str, id: Option<&str>) {
        if self.full() {
            return;
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let anchors = self.slugs.next(&text, id);
        let (bare, _) = super::slug::explicit_id(&text);
        self.page.facts.title.get_or_insert_with(|| bare.to_owned());
        let heading = Heading { level, text: bare.to_owned(), anchors, ..Heading::default() };
        self.page.facts.headings.push(heading);
    }

    /// A heading whose page makes no anchors of headings by itself.
    pub fn plain_heading(&mut self, level: u8, text: &str, id: Option<&str>) {
        if self.full() {
            return;
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let anchors = id.map(String::from).into_iter().collect();
        self.page.facts.headings.push(Heading { level, text, anchors, ..Heading::default() });
    }

    /// Text outside of headings and code.
    pub fn text(&mut self, text: &str) {
        let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
        let words = u32::try_from(words).unwrap_or(u32::MAX);
        let facts = &mut self.page.facts;
        facts.words = facts.words.saturating_add(words);
        let here = facts.headings.last_mut().map_or(&mut facts.lead_words, |heading| &mut heading.words);
        *here = here.saturating_add(words);
    }

    /// An item of a list.
    pub fn item(&mut self) {
        if let Some(heading) = self.page.facts.headings.last_mut() {
            heading.items = heading.items.saturating_add(1);
        }
    }

    /// A block of code.
    pub fn code(&mut self) {
        if let Some(heading) = self.page.facts.headings.last_mut() {
            heading.code_blocks = heading.code_blocks.saturating_add(1);
        }
    }

    /// The id or name of an element.
    pub fn id(&mut self, id: &str) {
        if !id.is_empty() && !self.full() {
            self.page.ids.push(id.to_owned());
        }
    }

    /// The title, unless one is known.
    pub fn title(&mut self, title: &str) {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if !title.is_empty() && self.page.facts.title.is_none() {
            self.page.facts.title = Some(title);
        }
    }

    /// Words so far, those of headings included.
    pub fn words(&self) -> u32 {
        let headings: usize =
            self.page.facts.headings.iter().map(|heading| heading.text.split_whitespace().count()).sum();
        self.page.facts.words.saturating_add(u32::try_from(headings).unwrap_or(u32::MAX))
    }

    /// Says that there may be anchors that were not seen.
    pub fn hide(&mut self) {
        self.page.hidden = true;
    }

    /// The page.
    pub fn done(self) -> Page {
        self.page
    }
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
