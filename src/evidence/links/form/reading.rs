//! Takes a reference apart and finds the first mistake in it.

use std::borrow::Cow;
use std::ops::Range;

use super::fault::{Fault, FaultKind, example_fault, scheme_fault, text_range};
use super::parts::{Parts, masked, parts, scheme, tail, templates};
use super::{Form, secrets, words};

/// A reference being looked at.
pub(super) struct Reading<'a> {
    pub(super) text: &'a str,
    /// The text with its templates masked, of the same length.
    pub(super) plain: Cow<'a, str>,
    pub(super) templated: Vec<Range<usize>>,
    /// Whether a mapping of the policy knows the host, whatever it is kept for.
    pub(super) known_host: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let templated = templates(text);
        Self { text, plain: masked(text, &templated), templated, known_host: false }
    }

    pub(super) fn form(&self) -> Form {
        if let Some(parts) = plain_url(self.text) {
            let fault = self.example(&parts).map(Form::Placeholder);
            return fault.or_else(|| self.host(&parts).map(Form::Malformed)).unwrap_or(Form::Url);
        }
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
        let scheme = &self.plain[parts.scheme.clone()];
        if !(scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")) {
            let scheme = scheme.to_ascii_lowercase();
            return if scheme == "file" {
                Form::Unsafe(unsafe_scheme(&scheme, parts.scheme))
            } else {
                Form::Malformed(self.unknown_scheme(&scheme, parts.scheme, parts.authority.start))
            };
        }
        if let Some(fault) = self.credentials(&parts) {
            return Form::Unsafe(fault);
        }
        if let Some(fault) = self.unfilled().or_else(|| self.example(&parts)) {
            return Form::Placeholder(fault);
        }
        if let Some(fault) = self.host(&parts) {
            return Form::Malformed(fault);
        }
        match self.fragment_order(&parts).or_else(|| self.characters(parts.path.start)) {
            Some(fault) => Form::Malformed(fault),
            None if self.templated.is_empty() => Form::Url,
            None => Form::Templated,
        }
    }

    /// All that is not written as `scheme://…`.
    fn without_scheme(&self) -> Form {
        if let Some(range) = scheme(&self.plain) {
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
        if let Some(fault) = self.unfilled() {
            return Form::Placeholder(fault);
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

    fn credentials(&self, parts: &Parts) -> Option<Fault> {
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

    fn host(&self, parts: &Parts) -> Option<Fault> {
        let authority = &self.plain[parts.authority.clone()];
        let rest = &self.plain[parts.authority.start..];
        if authority.is_empty() || rest.starts_with("http://") || rest.starts_with("https://") {
            let after = rest.trim_start_matches('/');
            let fixed = (after.starts_with("http://") || after.starts_with("https://"))
                .then(|| self.text[self.text.len() - after.len()..].to_owned());
            let message = if fixed.is_some() { "the scheme is there twice" } else { "no host after the scheme" };
            return Some(scheme_fault(parts.scheme.start..parts.authority.start, message.into(), fixed));
        }
        if is_ordinary_host(authority) {
            return None;
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

    /// `<name>` or `{name}`, left to be filled in.
    fn unfilled(&self) -> Option<Fault> {
        let range = words::unfilled(&self.plain)?;
        Some(example_fault(range, "a placeholder that nobody filled in"))
    }

    fn example(&self, parts: &Parts) -> Option<Fault> {
        let host = &self.plain[parts.authority.clone()];
        let host = &host[..memchr::memchr(b':', host.as_bytes()).unwrap_or(host.len())];
        if !self.known_host && words::example_host(host) {
            let range = parts.authority.start..parts.authority.start + host.len();
            return Some(Fault { kind: FaultKind::ExampleHost, ..example_fault(range, "a host kept for examples") });
        }
        let segment = words::example_segment(&self.plain[parts.path.clone()])?;
        let range = parts.path.start + segment.start..parts.path.start + segment.end;
        Some(example_fault(range, "this segment is a placeholder"))
    }

    /// `#fragment?query`: servers never see such a query, and the anchor is not the one meant.
    fn fragment_order(&self, parts: &Parts) -> Option<Fault> {
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

    /// Characters from `from` on that have no place in a URL or a path. Browsers are generous with fragments, and so are we.
    fn characters(&self, from: usize) -> Option<Fault> {
        let odd = |byte: u8| matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'`' | b'{' | b'}' | b'%');
        if !self.plain.bytes().skip(from).any(odd) {
            return None;
        }
        let fragment = self.plain.find('#').unwrap_or(self.plain.len());
        let odd_quote = self.plain.ends_with('"') && self.plain.matches('"').count() % 2 == 1;
        for (i, c) in self.plain[from..].char_indices() {
            let at = from + i;
            let fixed = match c {
                '"' if odd_quote && at + 1 == self.plain.len() => Some(self.text[..self.text.len() - 1].to_owned()),
                '\\' if at < fragment => Some(self.text.replace('\\', "/")),
                '<' | '>' | '"' | '`' | '{' | '}' if at < fragment => None,
                '%' if at < fragment && !hex_pair(&self.plain.as_bytes()[at + 1..]) => {
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
            return Some(Fault {
                kind: FaultKind::Character,
                range: text_range(&(at..at + c.len_utf8())),
                message: format!("`{c}` has no place in a reference"),
                help: "write the reference as the browser's address bar shows it".into(),
                fixed,
            });
        }
        None
    }
}

/// The parts of a URL as most are written, with letters, digits, `-`, `.`, `_` and `~` between its slashes and behind one `#`: only its
/// host and its last segment can be a mistake.
fn plain_url(text: &str) -> Option<Parts> {
    let rest = text.strip_prefix("http")?;
    let rest = rest.strip_prefix('s').unwrap_or(rest).strip_prefix("://")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() | matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~' | b'#');
    // Without an early end the compiler looks at many bytes at once.
    rest.bytes().fold(true, |all, byte| all & plain(byte)).then(|| parts(text))?
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

/// Whether this is the name of a host as nearly all are written, so that any URL can have it: labels of ASCII letters, digits and
/// `-`, the last of them with a letter first, no punycode and no port.
fn is_ordinary_host(host: &str) -> bool {
    let label = |label: &[u8]| {
        let plain = label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        plain && !label.is_empty() && !label.get(..4).is_some_and(|head| head.eq_ignore_ascii_case(b"xn--"))
    };
    let bytes = host.as_bytes();
    let top = memchr::memrchr(b'.', bytes).map_or(0, |dot| dot + 1);
    let letter = bytes.get(top).is_some_and(u8::is_ascii_alphabetic);
    host.len() < 254 && letter && bytes.split(|byte| *byte == b'.').all(label)
}

fn hex_pair(bytes: &[u8]) -> bool {
    bytes.get(..2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
}

/// Controls, and characters that are not seen or turn the text around. Blanks are seen.
pub(super) fn invisible(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
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
