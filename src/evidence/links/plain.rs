//! `reStructuredText` and `AsciiDoc`: headings and explicit targets, enough to look for an anchor.

use super::page::{Outline, Page};
use super::settings::Anchors;
use super::slug;

/// Reads `reStructuredText`: titles are lines with a line of one punctuation character below.
pub fn restructured(text: &str) -> Page {
    let mut outline = Outline::new(Anchors::Any);
    let mut order: Vec<char> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        let line = line.trim_end();
        if let Some(label) = line.trim_start().strip_prefix(".. _").and_then(|rest| rest.strip_suffix(':')) {
            let label = label.trim_matches('`').to_lowercase();
            outline.id(&label);
            outline.id(&label.replace(['_', ' ', '.'], "-"));
            continue;
        }
        if [".. include::", ".. auto", ".. literalinclude::"].iter().any(|start| line.trim_start().starts_with(start)) {
            outline.hide();
        }
        let Some(mark) = lines.get(i + 1).and_then(|next| underline(next, line)) else {
            if underline(line, "x").is_none() {
                outline.text(line);
            }
            continue;
        };
        let level = order.iter().position(|known| *known == mark).unwrap_or_else(|| {
            order.push(mark);
            order.len() - 1
        });
        outline.id(&slug::docutils(line));
        outline.heading(u8::try_from(level.min(5)).unwrap_or(5) + 1, line, None);
    }
    outline.done()
}

/// The character of `line` when it is an underline as long as `title`.
fn underline(line: &str, title: &str) -> Option<char> {
    let line = line.trim_end();
    let mark = line.chars().next().filter(char::is_ascii_punctuation)?;
    let same = line.chars().all(|c| c == mark);
    let titled = title.starts_with(|c: char| !c.is_whitespace()) && underline_free(title);
    (same && titled && line.chars().count() >= title.chars().count().max(2)).then_some(mark)
}

fn underline_free(title: &str) -> bool {
    title.contains(char::is_alphanumeric)
}

/// Reads `AsciiDoc`: `== Title`, `[[id]]`, `[#id]`.
pub fn asciidoc(text: &str) -> Page {
    let mut outline = Outline::new(Anchors::Any);
    for line in text.lines() {
        let marks = line.len() - line.trim_start_matches('=').len();
        match line.get(marks..).and_then(|rest| rest.strip_prefix(' ')) {
            Some(title) if (1..=6).contains(&marks) => {
                outline.id(&slug::asciidoc(title));
                outline.heading(u8::try_from(marks).unwrap_or(6), title.trim_end(), None);
            }
            _ => outline.text(line),
        }
        for (open, close) in [("[[", "]]"), ("[#", "]"), ("anchor:", "[")] {
            let ids = line.split(open).skip(1).filter_map(|rest| rest.split_once(close));
            ids.for_each(|(id, _)| outline.id(id.split([',', '.', '%']).next().unwrap_or_default().trim()));
        }
        if line.starts_with("include::") {
            outline.hide();
        }
    }
    outline.done()
}

#[cfg(test)]
mod tests {
    use super::super::page::Look;
    use super::*;

    #[test]
    fn anchors_of_restructured_text() {
        let page =
            restructured("=====\nDisks\n=====\n\nText.\n\n.. _disk-full:\n\nDisk is full\n------------\n\nMore text\n");
        for anchor in ["disks", "disk-full", "disk-is-full"] {
            assert_eq!(page.look(anchor), Look::Found, "{anchor}");
        }
        assert_eq!(page.look("nothing"), Look::Missing);
        assert_eq!(page.facts.headings.len(), 2);
        assert_eq!(restructured(".. include:: x.rst\n").look("a"), Look::Hidden);
    }

    #[test]
    fn anchors_of_asciidoc() {
        let page = asciidoc("= Disks\n\n[[full]]\n== Disk is full\n\n[#slow]\n=== Slow\n");
        for anchor in ["full", "slow", "_disk_is_full", "disk-is-full"] {
            assert_eq!(page.look(anchor), Look::Found, "{anchor}");
        }
        assert_eq!(page.look("nothing"), Look::Missing);
    }
}
