//! References that are meant for people: placeholders, prose, markup, names of channels.

use std::ops::Range;

use super::fault::{Fault, FaultKind, text_range};
use super::parts::{masked, templates};
use super::reading::Reading;
use super::words;
use crate::source::TextRange;

impl Reading<'_> {
    pub(super) fn placeholder(&self) -> Option<Fault> {
        let help = "write the page first, then put its URL here".to_owned();
        if self.text.is_empty() {
            let message = "nothing here".to_owned();
            return Some(Fault { kind: FaultKind::Empty, range: TextRange::default(), message, help, fixed: None });
        }
        if !self.templated.is_empty() {
            return None;
        }
        let range = words::placeholder(self.text)?;
        let message = "a placeholder, not a runbook".to_owned();
        Some(Fault { kind: FaultKind::Word, range: text_range(&range), message, help, fixed: None })
    }

    /// `<url|text>`, `[text](url)`, and quotes or angle brackets around a URL.
    pub(super) fn markup(&self) -> Option<Fault> {
        let (name, inner) = self.markup_inside()?;
        let fixed = &self.text[inner.clone()];
        let certain = fixed.starts_with("http") && !masked(fixed, &templates(fixed)).contains(char::is_whitespace);
        Some(Fault {
            kind: FaultKind::Markup,
            range: text_range(&(0..self.text.len())),
            message: format!("{name}, which only some programs understand"),
            help: "write the URL alone".into(),
            fixed: certain.then(|| fixed.to_owned()),
        })
    }

    fn markup_inside(&self) -> Option<(&'static str, Range<usize>)> {
        let (plain, last) = (&*self.plain, self.plain.len().saturating_sub(1));
        let (first, end) = (plain.chars().next()?, plain.chars().next_back()?);
        match (first, end) {
            ('<', '>') if last > 1 => {
                let bar = plain.find('|');
                Some((if bar.is_some() { "Slack markup" } else { "angle brackets" }, 1..bar.unwrap_or(last)))
            }
            ('"' | '\'' | '`', _) if first == end && last > 1 => Some(("quotes", 1..last)),
            ('[', ')') => plain.find("](").map(|i| ("a Markdown link", i + 2..last)),
            ('[', ']') if plain.contains("://") => {
                let stop = plain.find(['|', ' ']).unwrap_or(last);
                Some(("link markup", 1..stop))
            }
            _ => None,
        }
    }

    /// Prose, several references, blanks inside.
    pub(super) fn whitespace(&self) -> Option<Fault> {
        let at = self.plain.find(char::is_whitespace)?;
        let urls = self.urls();
        if urls.len() > 1 {
            return Some(Fault {
                kind: FaultKind::Several,
                range: text_range(&urls[1]),
                message: format!("the second of {} URLs", urls.len()),
                help: "keep one URL here and link the others from its page".into(),
                fixed: None,
            });
        }
        if urls.first().is_none_or(|range| range.start > 0) {
            let mut fault = self.prose("text for people, neither a URL nor a path");
            if let Some(range) = urls.into_iter().next() {
                fault.help = "write the URL alone, and the text into the description".into();
                fault.fixed = Some(self.text[range].to_owned());
            }
            return Some(fault);
        }
        let len = self.plain[at..].chars().next().map_or(1, char::len_utf8);
        Some(Fault {
            kind: FaultKind::Whitespace,
            range: text_range(&(at..at + len)),
            message: "a URL ends at the first blank".into(),
            help: "write `%20` for a blank of the address, and leave out what is not part of it".into(),
            fixed: None,
        })
    }

    /// The ranges of the URLs in a text with blanks.
    fn urls(&self) -> Vec<Range<usize>> {
        let mut urls = Vec::new();
        let mut at = 0;
        while let Some(i) = self.plain[at..].find("http") {
            let start = at + i;
            let rest = &self.plain[start..];
            let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let url = rest[..len].trim_end_matches(['.', ',', ';', ')', '>', '"', '\'']);
            if url.starts_with("http://") || url.starts_with("https://") {
                urls.push(start..start + url.len());
            }
            at = start + len;
        }
        urls
    }

    pub(super) fn prose(&self, message: &str) -> Fault {
        Fault {
            kind: FaultKind::Prose,
            range: text_range(&(0..self.text.len())),
            message: message.into(),
            help: "write the URL of the page, or its path in the repository".into(),
            fixed: None,
        }
    }

    pub(super) fn chat_name(&self) -> Option<Fault> {
        let plain = &self.plain;
        let chat = plain.starts_with('@') || plain.starts_with('#') && !plain.contains('/');
        let mail = plain.split_once('@').is_some_and(|(user, host)| !user.contains('/') && host.contains('.'));
        (chat || mail).then(|| self.prose("a channel or a person, not a page"))
    }
}
