//! What a reference is, from its text alone: a URL, a path, a template, a placeholder, or a mistake and how to mend it.

mod parts;
mod words;

use std::ops::Range;

use crate::source::TextRange;

pub(super) use parts::{masked, parts, tail, templates};

/// What a reference is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Form {
    /// An absolute URL, `http` or `https`.
    Url,
    /// A path, relative to the repository or to a base.
    Path,
    /// A URL or a path with a template in it.
    Templated,
    /// Nothing that anybody could open yet.
    Placeholder(Fault),
    /// Neither a URL nor a path, or one with a mistake in it.
    Malformed(Fault),
    /// A URL that must not be asked for.
    Unsafe(Fault),
}

/// A mistake in a reference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Which.
    pub kind: FaultKind,
    /// Where, in bytes of the reference as it was given.
    pub range: TextRange,
    /// What is wrong there: the text of a label. Never holds a credential.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// The whole reference with the mistake mended, where that is certain.
    pub fixed: Option<String>,
}

/// The kinds of mistakes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FaultKind {
    /// Nothing there.
    Empty,
    /// A word that stands for "later" or "none".
    Word,
    /// A host or path that stands for another one.
    Example,
    /// Text for people.
    Prose,
    /// One word, neither URL nor path. It can still be the name of a page, where a base is set.
    BareWord,
    /// Markup of a chat or a text around the reference.
    Markup,
    /// More than one reference.
    Several,
    /// Blanks inside.
    Whitespace,
    /// A character that has no place there.
    Character,
    /// `%` without two hexadecimal digits.
    PercentEncoding,
    /// A fragment before the query.
    FragmentBeforeQuery,
    /// No scheme, or a misspelled one.
    Scheme,
    /// Host or port that no URL can have.
    Host,
    /// A scheme that runs or reads something.
    UnsafeScheme,
    /// A password or a token.
    Credentials,
}

/// What `reference` is. Blanks around it do not count; ranges are those of the text as given.
///
/// ```
/// # use groundrules::evidence::links::{Form, form};
/// assert_eq!(form("https://wiki.acme.io/runbooks/disk#full"), Form::Url);
/// assert_eq!(form("docs/runbooks/disk.md"), Form::Path);
/// assert!(matches!(form("TODO"), Form::Placeholder(_)));
/// ```
pub fn form(reference: &str) -> Form {
    let text = reference.trim();
    let shift = reference.len() - reference.trim_start().len();
    let found = Reading::new(text).form();
    match found {
        Form::Placeholder(fault) => Form::Placeholder(fault.shift(shift)),
        Form::Malformed(fault) => Form::Malformed(fault.shift(shift)),
        Form::Unsafe(fault) => Form::Unsafe(fault.shift(shift)),
        plain => plain,
    }
}

/// Names of the labels that the templates of `reference` read.
pub(super) fn labels_read(reference: &str) -> Vec<&str> {
    templates(reference).into_iter().filter_map(|range| label_read(&reference[range])).collect()
}

/// The label that `{{ $labels.x }}` or `{{ .Labels.x }}` prints; `None` for all other templates.
pub(super) fn label_read(template: &str) -> Option<&str> {
    let action = template.strip_prefix("{{")?.strip_suffix("}}")?;
    let action = action.strip_prefix("- ").unwrap_or(action);
    let action = action.strip_suffix(" -").unwrap_or(action).trim();
    let name = action.strip_prefix("$labels.").or_else(|| action.strip_prefix(".Labels."))?;
    (!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')).then_some(name)
}

/// Hides credentials of a URL, for every text that is shown: user and password, and the values of query parameters that
/// carry tokens.
pub fn redact(text: &str) -> String {
    let Some(parts) = parts(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut hide = |range: Range<usize>| {
        out.push_str(&text[at..range.start]);
        out.push_str("***");
        at = range.end;
    };
    if let Some(i) = text[parts.authority.clone()].rfind('@') {
        hide(parts.authority.start..parts.authority.start + i);
    }
    for range in [parts.query.clone(), parts.fragment.clone()].into_iter().flatten() {
        secrets(text, range).for_each(|(_, value)| hide(value));
    }
    out.push_str(&text[at..]);
    out
}

/// Query parameters whose values are tokens, in lower case.
const SECRETS: [&str; 15] = [
    "access_token",
    "api_key",
    "api_token",
    "apikey",
    "auth_token",
    "client_secret",
    "passwd",
    "password",
    "private_token",
    "pwd",
    "secret",
    "sig",
    "signature",
    "token",
    "x-amz-signature",
];

/// Names and values of the parameters in `range` that carry secrets.
fn secrets(text: &str, range: Range<usize>) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = range.start;
    text[range].split('&').filter_map(move |pair| {
        let start = at;
        at += pair.len() + 1;
        let (name, value) = pair.split_once('=')?;
        let from = start + name.len() + 1;
        let secret = SECRETS.contains(&name.to_ascii_lowercase().as_str()) && !value.is_empty();
        secret.then_some((name, from..from + value.len()))
    })
}

/// A reference being looked at.
struct Reading<'a> {
    text: &'a str,
    /// The text with its templates masked, of the same length.
    plain: String,
    templated: Vec<Range<usize>>,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str) -> Self {
        let templated = templates(text);
        Self { text, plain: masked(text, &templated), templated }
    }

    fn form(&self) -> Form {
        if let Some(fault) = self.placeholder() {
            return Form::Placeholder(fault);
        }
        if let Some(fault) = self.markup().or_else(|| self.whitespace()) {
            return Form::Malformed(fault);
        }
        if self.templated.first().is_some_and(|range| range.start == 0) {
            return Form::Templated;
        }
        let Some(parts) = parts(&self.plain) else { return self.without_scheme() };
        let scheme = self.plain[parts.scheme.clone()].to_ascii_lowercase();
        if scheme == "file" {
            return Form::Unsafe(unsafe_scheme(&scheme, parts.scheme));
        }
        if scheme != "http" && scheme != "https" {
            return Form::Malformed(self.unknown_scheme(&scheme, parts.scheme, parts.authority.start));
        }
        if let Some(fault) = self.credentials(&parts) {
            return Form::Unsafe(fault);
        }
        if let Some(fault) = self.host(&parts) {
            return Form::Malformed(fault);
        }
        if let Some(fault) = self.example(&parts) {
            return Form::Placeholder(fault);
        }
        match self.fragment_order(&parts).or_else(|| self.characters(parts.path.start)) {
            Some(fault) => Form::Malformed(fault),
            None if self.templated.is_empty() => Form::Url,
            None => Form::Templated,
        }
    }

    /// All that is not written as `scheme://…`.
    fn without_scheme(&self) -> Form {
        if let Some(range) = parts::scheme(&self.plain) {
            let scheme = self.plain[range.clone()].to_ascii_lowercase();
            if ["javascript", "data", "vbscript", "file"].contains(&scheme.as_str()) {
                return Form::Unsafe(unsafe_scheme(&scheme, range));
            }
            let after = self.plain[range.end + 1..].trim_start_matches('/');
            let at = self.plain.len() - after.len();
            return Form::Malformed(self.unknown_scheme(&scheme, range, at));
        }
        for start in ["https//", "http//", "https;//", "http;//", "//"] {
            if let Some(rest) = self.plain.strip_prefix(start) {
                let fixed = format!("https://{}", &self.text[self.text.len() - rest.len()..]);
                return Form::Malformed(scheme_fault(0..start.len(), "this is no scheme".into(), Some(fixed)));
            }
        }
        if self.looks_like_host() {
            let fixed = format!("https://{}", self.text);
            let end = self.plain.find('/').unwrap_or(self.plain.len());
            return Form::Malformed(scheme_fault(0..end, "a host without a scheme".into(), Some(fixed)));
        }
        if let Some(fault) = self.chat_name().or_else(|| self.fragment_order_of_path()).or_else(|| self.characters(0)) {
            return Form::Malformed(fault);
        }
        if !self.templated.is_empty() {
            return Form::Templated;
        }
        if let Some(range) = words::example_segment(&self.plain) {
            return Form::Placeholder(example_fault(range, "this segment is a placeholder"));
        }
        if self.plain.contains(['/', '.', '#']) {
            return Form::Path;
        }
        let mut fault = self.prose("one word, neither a URL nor a path");
        fault.kind = FaultKind::BareWord;
        Form::Malformed(fault)
    }

    fn placeholder(&self) -> Option<Fault> {
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
    fn markup(&self) -> Option<Fault> {
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
        let (plain, last) = (self.plain.as_str(), self.plain.len().saturating_sub(1));
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
    fn whitespace(&self) -> Option<Fault> {
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

    fn prose(&self, message: &str) -> Fault {
        Fault {
            kind: FaultKind::Prose,
            range: text_range(&(0..self.text.len())),
            message: message.into(),
            help: "write the URL of the page, or its path in the repository".into(),
            fixed: None,
        }
    }

    fn chat_name(&self) -> Option<Fault> {
        let plain = &self.plain;
        let chat = plain.starts_with('@') || plain.starts_with('#') && !plain.contains('/');
        let mail = plain.split_once('@').is_some_and(|(user, host)| !user.contains('/') && host.contains('.'));
        (chat || mail).then(|| self.prose("a channel or a person, not a page"))
    }

    /// Whether the first segment can only be the name of a host.
    fn looks_like_host(&self) -> bool {
        let host = self.plain.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let Some((_, last)) = host.rsplit_once('.') else { return false };
        let www = host.starts_with("www.");
        let name = host.split('.').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !part.starts_with('-')
        });
        let file = ["md", "html", "htm", "txt", "rst", "sh", "py", "rs", "pl", "zip"].contains(&last);
        let known = psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known());
        name && known && (www || !file && self.plain.contains('/'))
    }

    /// `rest` is where the host begins.
    fn unknown_scheme(&self, scheme: &str, range: Range<usize>, rest: usize) -> Fault {
        let near = ["http", "https"].iter().any(|known| close(scheme, known));
        let after = &self.text[rest..];
        let doubled = after.starts_with("http://") || after.starts_with("https://");
        let fixed = if doubled {
            Some(after.to_owned())
        } else {
            near.then(|| format!("{}://{after}", if scheme == "http" { "http" } else { "https" }))
        };
        let message = match &fixed {
            Some(_) => "a misspelled scheme".into(),
            None => format!("`{scheme}:` does not lead to a page"),
        };
        scheme_fault(range, message, fixed)
    }

    fn credentials(&self, parts: &parts::Parts) -> Option<Fault> {
        let user =
            self.plain[parts.authority.clone()].rfind('@').map(|i| parts.authority.start..parts.authority.start + i);
        let query = parts.query.clone().into_iter().chain(parts.fragment.clone());
        let range = user
            .clone()
            .or_else(|| query.flat_map(|range| secrets(&self.plain, range)).map(|(_, value)| value).next())?;
        if self.templated.iter().any(|template| template.start < range.end && range.start < template.end) {
            return None;
        }
        let fixed = user.map(|range| format!("{}{}", &self.text[..range.start], &self.text[range.end + 1..]));
        Some(Fault {
            kind: FaultKind::Credentials,
            range: text_range(&range),
            message: "a credential, readable to everybody who sees the alert".into(),
            help: "take it out and make it invalid; a host's credentials go into an environment variable".into(),
            fixed,
        })
    }

    fn host(&self, parts: &parts::Parts) -> Option<Fault> {
        let authority = &self.plain[parts.authority.clone()];
        let rest = &self.plain[parts.authority.start..];
        if authority.is_empty() || rest.starts_with("http://") || rest.starts_with("https://") {
            let after = rest.trim_start_matches('/');
            let fixed = (after.starts_with("http://") || after.starts_with("https://"))
                .then(|| self.text[self.text.len() - after.len()..].to_owned());
            let message = if fixed.is_some() { "the scheme is there twice" } else { "no host after the scheme" };
            return Some(scheme_fault(parts.scheme.start..parts.authority.start, message.into(), fixed));
        }
        let reason = match url::Url::parse(&self.plain[..parts.authority.end]) {
            Ok(url) if url.host_str().is_some_and(|host| host.contains("..")) => "an empty label".to_owned(),
            Ok(_) => return None,
            Err(error) => error.to_string(),
        };
        Some(Fault {
            kind: FaultKind::Host,
            range: text_range(&parts.authority),
            message: format!("no URL can have this host: {reason}"),
            help: "write the host's name as the browser's address bar shows it".into(),
            fixed: None,
        })
    }

    fn example(&self, parts: &parts::Parts) -> Option<Fault> {
        let host = self.plain[parts.authority.clone()].split(':').next().unwrap_or_default();
        if words::example_host(host) {
            let range = parts.authority.start..parts.authority.start + host.len();
            return Some(example_fault(range, "a host kept for examples"));
        }
        let segment = words::example_segment(&self.plain[parts.path.clone()])?;
        let range = parts.path.start + segment.start..parts.path.start + segment.end;
        Some(example_fault(range, "this segment is a placeholder"))
    }

    /// `#fragment?query`: servers never see such a query, and the anchor is not the one meant.
    fn fragment_order(&self, parts: &parts::Parts) -> Option<Fault> {
        self.fragment_order_at(parts.query.is_some(), parts.fragment.clone()?)
    }

    fn fragment_order_of_path(&self) -> Option<Fault> {
        let (query, fragment) = tail(&self.plain, 0);
        self.fragment_order_at(query.is_some(), fragment?)
    }

    fn fragment_order_at(&self, query: bool, fragment: Range<usize>) -> Option<Fault> {
        let inside = &self.plain[fragment.clone()];
        // `#/route?x=y` and `#!route` are addresses inside of a script's page.
        if query || inside.starts_with(['/', '!', ':']) {
            return None;
        }
        let mark = fragment.start + inside.find('?')?;
        if !self.plain[mark..].contains('=') {
            return None;
        }
        let (page, anchor, tail) =
            (&self.text[..fragment.start - 1], &self.text[fragment.start..mark], &self.text[mark + 1..]);
        Some(Fault {
            kind: FaultKind::FragmentBeforeQuery,
            range: text_range(&(fragment.start - 1..self.text.len())),
            message: "the fragment stands before the query, so all of it is the fragment".into(),
            help: "write the query first, then the fragment".into(),
            fixed: Some(format!("{page}?{tail}#{anchor}")),
        })
    }

    /// Characters from `from` on that have no place in a URL or a path.
    fn characters(&self, from: usize) -> Option<Fault> {
        for (i, c) in self.plain[from..].char_indices() {
            let at = from + i;
            let fixed = match c {
                '\\' => Some(self.text.replace('\\', "/")),
                '<' | '>' | '"' | '`' | '{' | '}' | '^' | '|' => None,
                _ if invisible(c) => Some(self.text.chars().filter(|c| !invisible(*c)).collect()),
                '%' if !hex_pair(&self.plain.as_bytes()[at + 1..]) => {
                    return Some(Fault {
                        kind: FaultKind::PercentEncoding,
                        range: text_range(&(at..at + 1)),
                        message: "`%` without two hexadecimal digits after it".into(),
                        help: "write `%25` for the character itself".into(),
                        fixed: None,
                    });
                }
                _ => continue,
            };
            let shown = if invisible(c) { format!("U+{:04X}", c as u32) } else { c.to_string() };
            return Some(Fault {
                kind: FaultKind::Character,
                range: text_range(&(at..at + c.len_utf8())),
                message: format!("`{shown}` has no place in a reference"),
                help: "write the reference as the browser's address bar shows it".into(),
                fixed,
            });
        }
        None
    }
}

impl Fault {
    fn shift(mut self, by: usize) -> Self {
        self.range = self.range.shift(u32::try_from(by).unwrap_or(u32::MAX));
        self
    }
}

fn scheme_fault(range: Range<usize>, message: String, fixed: Option<String>) -> Fault {
    let help = "write the whole URL, from `https://` on".into();
    Fault { kind: FaultKind::Scheme, range: text_range(&range), message, help, fixed }
}

fn unsafe_scheme(scheme: &str, range: Range<usize>) -> Fault {
    Fault {
        kind: FaultKind::UnsafeScheme,
        range: text_range(&range),
        message: format!("`{scheme}:` is not opened: it reads or runs something on the reader's machine"),
        help: "link a page with `https://`".into(),
        fixed: None,
    }
}

fn example_fault(range: Range<usize>, message: &str) -> Fault {
    let help = "write the page first, then put its URL here".into();
    Fault { kind: FaultKind::Example, range: text_range(&range), message: message.into(), help, fixed: None }
}

fn text_range(range: &Range<usize>) -> TextRange {
    let offset = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    TextRange::new(offset(range.start), offset(range.end))
}

fn hex_pair(bytes: &[u8]) -> bool {
    bytes.get(..2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
}

/// Controls, and characters that are not seen or turn the text around.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether one letter added, left out or changed, or two neighbours swapped, makes `a` of `b`.
fn close(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    a.len() <= 1 && b.len() <= 1 || a.len() == 2 && b.len() == 2 && a[0] == b[1] && a[1] == b[0]
}

#[cfg(test)]
mod tests;
