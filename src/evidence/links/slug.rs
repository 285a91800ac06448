//! How headings become anchors, as the renderers do it.
//!
//! GitHub: `html-pipeline`, `toc_filter.rb`. GitLab: `lib/gitlab/utils/markdown.rb`. Hugo: `goldmark/autoid.go`. Python-Markdown:
//! `extensions/toc.py`.

use std::collections::{HashMap, HashSet};

use super::settings::Anchors;

/// Numbers the anchors of a page in one way of making them.
#[derive(Debug)]
pub struct Slugs {
    style: Anchors,
    seen: HashMap<(u8, String), u32>,
}

/// A way to make an anchor of a heading.
type Way = fn(&str) -> String;

impl Slugs {
    /// Nothing seen yet.
    pub fn new(style: Anchors) -> Self {
        Self { style, seen: HashMap::new() }
    }

    /// The anchors of the next heading, duplicates numbered. `explicit` is the id that it names itself.
    pub fn next(&mut self, text: &str, explicit: Option<&str>) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        let (bare, written) = explicit_id(text);
        let written = written.filter(|_| self.style != Anchors::Github);
        anchors.extend(explicit.or(written).map(String::from));
        let ways: &[(u8, Way)] = match self.style {
            Anchors::Github => &[(0, github)],
            Anchors::Gitlab => &[(0, github), (1, gitlab)],
            Anchors::Hugo => &[(2, hugo), (3, hugo_ascii)],
            Anchors::Mkdocs => &[(4, mkdocs)],
            Anchors::Auto | Anchors::Any => &[(0, github), (1, gitlab), (2, hugo), (3, hugo_ascii), (4, mkdocs)],
        };
        // Outside of GitHub an id that a heading names replaces the made one.
        let any = matches!(self.style, Anchors::Auto | Anchors::Any);
        if written.is_none() || any {
            for (way, slug) in ways {
                let anchor = slug(if self.style == Anchors::Github { text } else { bare });
                anchors.push(self.numbered(*way, anchor));
            }
            if any && bare != text {
                let anchor = github(text);
                anchors.push(self.numbered(0, anchor));
            }
        }
        anchors.retain(|anchor| !anchor.is_empty());
        let mut seen = HashSet::new();
        anchors.retain(|anchor| seen.insert(anchor.clone()));
        anchors
    }

    fn numbered(&mut self, way: u8, anchor: String) -> String {
        let count = self.seen.entry((way, anchor.clone())).or_default();
        *count += 1;
        match (*count - 1, way) {
            (0, _) => anchor,
            (n, 4) => format!("{anchor}_{n}"),
            (n, _) => format!("{anchor}-{n}"),
        }
    }
}

/// `Title {#id .class}` or `Title {: #id }`: the title and the id.
pub fn explicit_id(text: &str) -> (&str, Option<&str>) {
    let none = (text, None);
    let Some(inner) = text.trim_end().strip_suffix('}') else { return none };
    let Some(at) = inner.rfind('{') else { return none };
    let attributes = inner[at + 1..].trim_start_matches(':');
    let id = attributes.split_whitespace().find_map(|word| word.strip_prefix('#')).filter(|id| !id.is_empty());
    if id.is_some() { (text[..at].trim_end(), id) } else { none }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c) || matches!(c, '_' | '\u{203f}' | '\u{2040}' | '\u{2054}')
}

/// Marks that are drawn over the letter before them, or choose its look: part of a word for Ruby.
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{200c}' | '\u{200d}')
}

fn github(text: &str) -> String {
    let kept = text.trim().chars().flat_map(char::to_lowercase).filter(|&c| is_word(c) || c == '-' || c == ' ');
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn gitlab(text: &str) -> String {
    let slug = squeezed(&github(text));
    let digits = !slug.is_empty() && slug.bytes().all(|b| b.is_ascii_digit());
    if digits { format!("anchor-{slug}") } else { slug }
}

fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '-' || !out.ends_with('-') {
            out.push(c);
        }
    }
    out
}

fn hugo(text: &str) -> String {
    let kept = text.trim().chars().filter(|&c| c.is_alphanumeric() || matches!(c, '-' | '_') || c.is_whitespace());
    kept.map(|c| if c.is_whitespace() { '-' } else { c }).flat_map(char::to_lowercase).collect()
}

fn hugo_ascii(text: &str) -> String {
    hugo(text).chars().filter(char::is_ascii).collect()
}

fn mkdocs(text: &str) -> String {
    let kept: String =
        text.chars().filter(|&c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | '\t')).collect();
    let dashed: String = kept
        .trim()
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c == '_' || c.is_alphanumeric() { c } else { '-' })
        .collect();
    squeezed(&dashed)
}

/// The id that docutils gives a title of reStructuredText.
pub fn docutils(text: &str) -> String {
    let dashed: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    squeezed(&dashed)
        .trim_matches('-')
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start_matches('-')
        .to_owned()
}

/// The id that Asciidoctor gives a title.
pub fn asciidoc(text: &str) -> String {
    let kept = text.trim().to_lowercase();
    let kept = kept.chars().filter(|&c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '-' | '.'));
    let joined: String = kept.map(|c| if matches!(c, ' ' | '-' | '.') { '_' } else { c }).collect();
    let mut out = String::from("_");
    joined.chars().for_each(|c| {
        if c != '_' || !out.ends_with('_') {
            out.push(c);
        }
    });
    out.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(style: Anchors, headings: &[&str]) -> Vec<Vec<String>> {
        let mut slugs = Slugs::new(style);
        headings.iter().map(|text| slugs.next(text, None)).collect()
    }

    #[test]
    fn github_keeps_words_dashes_and_case_of_no_letter() {
        let got = all(
            Anchors::Github,
            &[
                "Alert Name: \"Kube_Down\"",
                "What's up?",
                "A - B",
                "🚀 Launch",
                ":rocket: Launch",
                "Übung",
                "Usage",
                "Usage",
                "X {#y}",
                "C++ & C#",
            ],
        );
        let want = [
            "alert-name-kube_down",
            "whats-up",
            "a---b",
            "-launch",
            "rocket-launch",
            "übung",
            "usage",
            "usage-1",
            "x-y",
            "c--c",
        ];
        assert_eq!(got, want.map(|anchor| vec![anchor.to_owned()]));
    }

    #[test]
    fn the_others_have_ways_of_their_own() {
        assert!(all(Anchors::Gitlab, &["A - B"])[0].contains(&"a-b".to_owned()));
        assert!(all(Anchors::Gitlab, &["2024"])[0].contains(&"anchor-2024".to_owned()));
        assert_eq!(all(Anchors::Hugo, &["Disk full {#full .big}"]), [["full"]]);
        assert!(all(Anchors::Hugo, &["Übung"])[0].contains(&"bung".to_owned()));
        assert_eq!(all(Anchors::Mkdocs, &["A - B!", "A - B!"]), [["a-b"], ["a-b_1"]]);
        let any = &all(Anchors::Any, &["Disk full {#full}"])[0];
        for anchor in ["full", "disk-full", "disk-full-full"] {
            assert!(any.contains(&anchor.to_owned()), "{anchor} in {any:?}");
        }
    }

    #[test]
    fn explicit_ids_end_a_heading() {
        assert_eq!(explicit_id("A {#b}"), ("A", Some("b")));
        assert_eq!(explicit_id("A {: #b .c }"), ("A", Some("b")));
        assert_eq!(explicit_id("A {b}"), ("A {b}", None));
        assert_eq!(explicit_id("A {#b} c"), ("A {#b} c", None));
    }
}
