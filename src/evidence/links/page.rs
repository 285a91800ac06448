//! What a page holds, as far as lint rules and verdicts care.

/// What was read from a page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
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
#[derive(Clone, PartialEq, Eq, Debug, Default)]
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
