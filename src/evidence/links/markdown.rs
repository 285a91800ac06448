//! Markdown pages: headings of both kinds, explicit ids, HTML inside, front matter.

use pulldown_cmark::{Event, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use super::html;
use super::page::{Outline, Page};
use super::settings::Anchors;

/// Parts of names of shortcodes and tags that bring text from elsewhere, in lower case.
const INCLUDES: [&str; 7] = ["include", "readfile", "readme", "partial", "snippet", "import", "content"];

/// Reads a Markdown page.
pub fn read(text: &str, style: Anchors) -> Page {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut reader = Reader {
        outline: Outline::new(style),
        heading: None,
        label: None,
        html: String::new(),
        html_text: String::new(),
        state: State::Text,
    };
    for event in Parser::new_ext(text, options) {
        reader.event(event);
    }
    reader.flush_html();
    if includes(text) {
        reader.outline.hide();
    }
    reader.outline.done()
}

enum State {
    Text,
    Code,
    Metadata(MetadataBlockKind),
}

struct Reader {
    outline: Outline,
    heading: Option<(u8, String)>,
    /// Bold or emphasised text that is open.
    label: Option<String>,
    /// HTML since the last text; a block can come in several events.
    html: String,
    /// The part of it that is counted as text already.
    html_text: String,
    state: State,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        if let Event::Html(html) | Event::InlineHtml(html) = &event {
            self.html.push_str(html);
            return;
        }
        let inside_html = matches!(event, Event::Text(_)) && self.heading.is_none() && !self.html.is_empty();
        if !inside_html {
            self.flush_html();
        }
        match event {
            Event::Start(Tag::Heading { level, id, .. }) => {
                if let Some(id) = id {
                    self.outline.id(&id);
                }
                self.heading = Some((level as u8, String::new()));
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, text)) = self.heading.take() {
                    self.outline.heading(level, &text, None);
                }
            }
            Event::Start(Tag::CodeBlock(_)) => {
                self.outline.code();
                self.state = State::Code;
            }
            Event::Start(Tag::MetadataBlock(kind)) => self.state = State::Metadata(kind),
            Event::End(TagEnd::CodeBlock | TagEnd::MetadataBlock(_)) => self.state = State::Text,
            Event::Start(Tag::Item) => self.outline.item(),
            Event::Start(Tag::Strong | Tag::Emphasis) => self.label = Some(String::new()),
            Event::End(TagEnd::Strong | TagEnd::Emphasis) => {
                if let Some(label) = self.label.take().filter(|_| self.heading.is_none()) {
                    self.outline.label(&label);
                }
            }
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                if let Some((_, heading)) = &mut self.heading {
                    heading.push_str(&text);
                } else {
                    self.outline.command();
                    self.outline.text(&text);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some((_, heading)) = &mut self.heading {
                    heading.push(' ');
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(label) = &mut self.label {
            label.push_str(text);
        }
        match (&mut self.heading, &self.state) {
            (Some((_, heading)), _) => heading.push_str(text),
            (None, State::Text) => {
                if !self.html.is_empty() {
                    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
                    self.html.push_str(&escaped);
                    self.html_text.extend([escaped.as_str(), " "]);
                }
                self.outline.text(text);
            }
            (None, State::Metadata(kind)) => {
                let sign = if matches!(kind, MetadataBlockKind::YamlStyle) { ':' } else { '=' };
                let title =
                    text.lines().filter_map(|line| line.split_once(sign)).find(|(key, _)| key.trim() == "title");
                if let Some((_, title)) = title {
                    self.outline.title(title.trim().trim_matches(['"', '\'']));
                }
            }
            (None, State::Code) => {}
        }
    }

    /// Ids and headings of the HTML since the last flush.
    fn flush_html(&mut self) {
        if self.html.is_empty() {
            return;
        }
        let html = std::mem::take(&mut self.html);
        let (inside, _) = html::read(&html);
        inside.ids.iter().for_each(|id| self.outline.id(id));
        // Text between tags of one block; what came as text of its own is counted already.
        let counted = std::mem::take(&mut self.html_text);
        let (all, known) = (inside.facts.words, html::read(&counted).0.facts.words);
        self.outline.count(all.saturating_sub(known));
        for heading in &inside.facts.headings {
            self.outline.heading(heading.level, &heading.text, None);
        }
    }
}

/// Whether the page takes text from another file.
fn includes(text: &str) -> bool {
    let shortcode = |open: &str| {
        text.match_indices(open).any(|(at, _)| {
            let head: String = text[at + open.len()..].chars().take(24).collect();
            let name = head.trim_start_matches(['<', '%', ' ']).split([' ', '>', '%']).next().unwrap_or_default();
            INCLUDES.iter().any(|include| name.to_lowercase().contains(include))
        })
    };
    shortcode("{{<") || shortcode("{{%") || shortcode("{% ") || text.contains("--8<--") || text.contains("<Include")
}

#[cfg(test)]
mod tests {
    use super::super::page::Look;
    use super::*;

    const PAGE: &str = "---\ntitle: \"Disk\"\n---\nLead text here.\n\n# Disk `full_now`\n\nWhy *it* matters.\n\n\
        Setext one\n----------\n\n- one\n- two\n\n```sh\n# not a heading\ndf -h\n```\n\n## [Linked](https://a.io) text\n\n\
        ## Usage\n\n## Usage\n\n<a name=\"old-name\"></a>\n\n## Custom {#mine}\n\n<h3 id=\"raw\">Raw html</h3>\n\n## 🚀 Go <a id=\"in\"></a>\n";

    #[test]
    fn anchors_of_all_kinds_are_found() {
        let page = read(PAGE, Anchors::Any);
        for anchor in [
            "disk-full_now",
            "setext-one",
            "linked-text",
            "usage",
            "usage-1",
            "old-name",
            "mine",
            "custom",
            "raw",
            "raw-html",
            "-go",
            "in",
            "user-content-usage",
        ] {
            assert_eq!(page.look(anchor), Look::Found, "{anchor}");
        }
        assert_eq!(page.look("usage-2"), Look::Near("usage".into()));
        assert_eq!(page.look("Setext-One"), Look::Near("setext-one".into()));
        assert_eq!(page.look("not-a-heading"), Look::Missing);
        assert_eq!(read(PAGE, Anchors::Github).look("mine"), Look::Missing, "GitHub knows ids in braces");
    }

    #[test]
    fn facts_count_what_stands_under_each_heading() {
        let facts = read(PAGE, Anchors::Github).facts;
        assert_eq!(facts.title.as_deref(), Some("Disk"));
        assert_eq!(facts.lead.words, 3);
        let at = |text: &str| facts.headings.iter().find(|heading| heading.text == text).unwrap();
        assert_eq!(at("Disk full_now").words, 3);
        assert_eq!((at("Setext one").items, at("Setext one").code_blocks, at("Setext one").words), (2, 1, 2));
        assert_eq!(facts.section("disk-full_now").len(), facts.headings.len());
        assert_eq!(facts.section("usage").len(), 1);
    }

    #[test]
    fn words_that_lead_in_a_line_are_labels_and_promises_are_no_text() {
        let page = "## A\n\n**Meaning**: it is full\n\n+ *What to do*: run `df`\nImpact: all of it\n\n## B\n\nTODO: write this\n\n- TBD\n";
        let facts = read(page, Anchors::Github).facts;
        let (a, b) = (&facts.headings[0], &facts.headings[1]);
        for label in ["Meaning", "What to do", "Impact"] {
            assert!(a.labels.iter().any(|own| own == label), "{label} in {:?}", a.labels);
        }
        assert_eq!((a.commands, a.first.as_str()), (1, "meaning"));
        assert_eq!((b.words, b.first.as_str()), (0, ""));
    }

    #[test]
    fn an_anchor_right_before_a_heading_is_the_headings() {
        let facts = read(
            "<a name=\"old\"></a>\n\n## Disk full\n\ntext\n\n<a name=\"mid\"></a>\n\nmore\n\n## B\n",
            Anchors::Github,
        )
        .facts;
        assert_eq!(facts.headings[facts.section("old")][0].text, "Disk full");
        assert!(facts.section("mid").is_empty(), "it leads into a text");
    }

    #[test]
    fn anchors_of_included_text_are_not_known() {
        assert_eq!(read("# A\n\n{{< readfile file=\"b.md\" >}}\n", Anchors::Hugo).look("b"), Look::Hidden);
        assert_eq!(read("# A\n\n{{< hint info >}}x{{< /hint >}}\n", Anchors::Hugo).look("b"), Look::Missing);
    }
}
