//! HTML pages: ids, names, headings, and the signs of a login page or a page that scripts make.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use super::page::{Outline, Page};
use super::settings::Anchors;

/// What a page shows beside its text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Signs {
    /// `<input type=password>`.
    pub password: bool,
    /// A form that carries a single sign-on request.
    pub sign_on: bool,
    /// The address of `<meta http-equiv=refresh>`.
    pub refresh: Option<String>,
    /// Bytes of scripts in the page, and number of scripts beside it.
    pub scripts: usize,
    /// Text of the first `<h1>`.
    pub headline: String,
    /// Text of `<title>`.
    pub title: String,
}

/// Reads an HTML page. Linear in its length, without a tree.
pub fn read(text: &str) -> (Page, Signs) {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut reader = Reader {
        outline: Outline::new(Anchors::Any),
        signs: Signs::default(),
        at: At::Text,
        buffer: String::new(),
        label: None,
        id: None,
    };
    for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
        match token {
            Token::StartTag(tag) => reader.open(&tag),
            Token::EndTag(tag) => reader.close(&tag.name),
            Token::String(text) => reader.text(&String::from_utf8_lossy(&text)),
            _ => {}
        }
    }
    reader.done()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Text,
    Title,
    Heading(u8),
    Script,
    Code,
}

struct Reader {
    outline: Outline,
    signs: Signs,
    at: At,
    buffer: String,
    /// Bold text that is open.
    label: Option<String>,
    /// Id of the open heading.
    id: Option<String>,
}

impl Reader {
    fn open(&mut self, tag: &StartTag<()>) {
        let get = |name: &str| {
            tag.attributes.get(name.as_bytes()).map(|value| String::from_utf8_lossy(value).trim().to_owned())
        };
        let is = |name: &str, value: &str| get(name).is_some_and(|v| v.eq_ignore_ascii_case(value));
        let id = get("id");
        if let Some(id) = &id {
            self.outline.id(id);
        }
        if self.at == At::Script {
            // Inside of `<noscript>` and `<template>`: not what the reader sees.
            return;
        }
        match tag.name.as_slice() {
            b"a" => get("name").into_iter().for_each(|name| self.outline.id(&name)),
            b"title" => self.start(At::Title),
            b"script" | b"style" | b"template" | b"noscript" => {
                self.signs.scripts += usize::from(get("src").is_some()) * EXTERNAL_SCRIPT;
                self.start(At::Script);
            }
            b"pre" => {
                self.outline.code();
                self.start(At::Code);
            }
            b"li" => self.outline.item(),
            b"code" if self.at == At::Text => self.outline.command(),
            b"b" | b"strong" | b"em" | b"dt" | b"th" => self.label = Some(String::new()),
            b"input" => {
                self.signs.password |= is("type", "password");
                self.signs.sign_on |= ["SAMLRequest", "RelayState", "wresult"].iter().any(|name| is("name", name));
            }
            b"meta" if is("http-equiv", "refresh") => {
                self.signs.refresh = get("content").and_then(|content| refresh_target(&content));
            }
            [b'h', level @ b'1'..=b'6'] => {
                self.id = id;
                self.start(At::Heading(level - b'0'));
            }
            _ => {}
        }
    }

    fn start(&mut self, at: At) {
        self.at = at;
        self.buffer.clear();
    }

    fn text(&mut self, text: &str) {
        match self.at {
            At::Text => {
                if let Some(label) = &mut self.label {
                    label.push_str(text);
                }
                self.outline.text(text);
            }
            At::Script => self.signs.scripts += text.len(),
            At::Code => {}
            At::Title | At::Heading(_) => self.buffer.push_str(text),
        }
    }

    fn close(&mut self, name: &[u8]) {
        match (self.at, name) {
            (At::Title, b"title") => {
                self.outline.title(&self.buffer);
                if self.signs.title.is_empty() {
                    self.signs.title = std::mem::take(&mut self.buffer);
                }
            }
            (At::Heading(level), [b'h', b'1'..=b'6']) => {
                let id = self.id.take();
                self.outline.plain_heading(level, self.buffer.trim_end_matches(['#', '¶', ' ']), id.as_deref());
                if level == 1 && self.signs.headline.is_empty() {
                    self.signs.headline = std::mem::take(&mut self.buffer);
                }
            }
            (At::Text, b"b" | b"strong" | b"em" | b"dt" | b"th") => {
                if let Some(label) = self.label.take() {
                    self.outline.label(&label);
                }
            }
            (At::Script, b"script" | b"style" | b"template" | b"noscript") | (At::Code, b"pre") => {}
            _ => return,
        }
        self.at = At::Text;
    }

    fn done(mut self) -> (Page, Signs) {
        let words = self.outline.words();
        // A page of little text and much script is made in the reader's browser.
        if words < 50 && self.signs.scripts > SCRIPTED || words < 5 && self.signs.scripts > 0 {
            self.outline.hide();
        }
        (self.outline.done(), self.signs)
    }
}

/// What a script that lies elsewhere counts, in bytes.
const EXTERNAL_SCRIPT: usize = 2_000;
/// Bytes of script from which a page without text counts as made by it.
const SCRIPTED: usize = 4_000;

/// The address in `0; url=/login`; a page that stays for a while is read itself.
fn refresh_target(content: &str) -> Option<String> {
    let (seconds, rest) = content.split_once([';', ','])?;
    if !seconds.trim().parse::<f32>().is_ok_and(|seconds| seconds <= 5.0) {
        return None;
    }
    let rest = rest.trim();
    let target = rest.get(..4).filter(|head| head.eq_ignore_ascii_case("url=")).map_or(rest, |_| &rest[4..]);
    Some(target.trim_matches(['"', '\'', ' ']).to_owned()).filter(|target| !target.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::page::Look;
    use super::*;

    #[test]
    fn ids_names_and_headings_are_read() {
        let (page, signs) = read(
            "<title>Disk &amp; co</title><body id=body><h1 id=full>Disk <b>full</b></h1><a name=old></a><p>Two words\
             <script>var x = '<h1 id=no>';</script><h2>Next</h2><!-- <p id=gone> --><li>one<pre>a b c</pre>",
        );
        for id in ["body", "full", "old"] {
            assert_eq!(page.look(id), Look::Found, "{id}");
        }
        assert_eq!(page.look("no"), Look::Missing);
        assert_eq!(page.look("gone"), Look::Missing);
        assert_eq!(signs.title, "Disk & co");
        assert_eq!(signs.headline, "Disk full");
        assert_eq!(page.facts.headings.len(), 2);
        assert_eq!((page.facts.words, page.facts.headings[1].items, page.facts.headings[1].code_blocks), (3, 1, 1));
    }

    #[test]
    fn signs_of_walls_and_of_scripts_are_seen() {
        assert!(read("<form><input name=u><input TYPE='Password'>").1.password);
        assert!(read("<form><input type=hidden name=SAMLRequest value=x>").1.sign_on);
        assert_eq!(read("<meta http-equiv=Refresh content=\"0; URL='/login'\">").1.refresh.as_deref(), Some("/login"));
        let quiet = "<noscript><meta http-equiv=refresh content='0; url=/no-script'></noscript><meta http-equiv=refresh content='300; url=/'>";
        assert_eq!(read(quiet).1.refresh, None);
        assert_eq!(read("<div id=root></div><script src=/app.js></script>").0.look("x"), Look::Hidden);
    }

    #[test]
    fn broken_pages_are_read_to_the_end() {
        for text in ["<", "<h1", "<h1>", "<a name", "<title>", "</", "<!--", "<script>", "&#x110000;", "<h1 id=\"a"] {
            let _ = read(text);
        }
    }
}
