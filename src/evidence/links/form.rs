//! What a reference is, from its text alone: a URL, a path, a template, a placeholder, or a mistake and how to mend it.

mod fault;
mod parts;
mod prose;
mod reading;
mod words;

use std::borrow::Cow;
use std::ops::Range;

use url::Url;

use super::address::Address;
use super::mapping::Mapping;

pub use fault::{Fault, FaultKind};
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

/// What `reference` is. Blanks around it do not count; ranges are those of the text as given.
///
/// ```
/// # use groundrules::evidence::links::{Form, form};
/// assert_eq!(form("https://wiki.acme.io/runbooks/disk#full"), Form::Url);
/// assert_eq!(form("docs/runbooks/disk.md"), Form::Path);
/// assert!(matches!(form("TODO"), Form::Placeholder(_)));
/// ```
pub fn form(reference: &str) -> Form {
    read(reference, false)
}

/// What `reference` is under the mappings of a policy: a host that one of them leads to files is kept for no example.
pub fn form_under(reference: &str, mappings: &[Mapping]) -> Form {
    match form(reference) {
        Form::Placeholder(fault) if fault.kind == FaultKind::ExampleHost && is_mapped(reference, mappings) => {
            read(reference, true)
        }
        plain => plain,
    }
}

/// Whether a mapping is for the address, whatever its templates bring.
fn is_mapped(reference: &str, mappings: &[Mapping]) -> bool {
    let seen = visible(reference.trim());
    let plain = masked(&seen, &templates(&seen));
    let address = Url::parse(&plain).ok().and_then(|url| Address::of_url(&url).ok());
    address.is_some_and(|address| mappings.iter().any(|mapping| mapping.matches(&address).is_some()))
}

fn read(reference: &str, known_host: bool) -> Form {
    let text = reference.trim();
    let shift = reference.len() - reference.trim_start().len();
    let found = match visible(text) {
        Cow::Borrowed(_) => reading::Reading { known_host, ..reading::Reading::new(text) }.form(),
        Cow::Owned(seen) => with_invisible(text, seen, known_host),
    };
    match found {
        Form::Placeholder(fault) => Form::Placeholder(fault.shift(shift)),
        Form::Malformed(fault) => Form::Malformed(fault.shift(shift)),
        Form::Unsafe(fault) => Form::Unsafe(fault.shift(shift)),
        plain => plain,
    }
}

/// The text without characters that nobody sees.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let plain = text.bytes().fold(true, |all, byte| all & (b' '..=b'~').contains(&byte));
    if !plain && text.contains(reading::invisible) {
        Cow::Owned(text.chars().filter(|c| !reading::invisible(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// What a text with invisible characters is: they are a mistake of their own, and hide no worse one.
fn with_invisible(text: &str, seen: String, known_host: bool) -> Form {
    let whole = |fault: Fault| Fault { range: fault::text_range(&(0..text.len())), ..fault };
    let mended = match (reading::Reading { known_host, ..reading::Reading::new(seen.trim()) }).form() {
        Form::Placeholder(fault) => return Form::Placeholder(whole(fault)),
        Form::Unsafe(fault) => return Form::Unsafe(whole(fault)),
        Form::Malformed(fault) if fault.kind != FaultKind::BareWord => return Form::Malformed(whole(fault)),
        _ => seen,
    };
    let (at, c) = text.char_indices().find(|(_, c)| reading::invisible(*c)).unwrap_or_default();
    Form::Malformed(Fault {
        kind: FaultKind::Invisible,
        range: fault::text_range(&(at..at + c.len_utf8())),
        message: format!("`U+{:04X}`, which nobody sees, has no place in a reference", u32::from(c)),
        help: "write the reference as the browser's address bar shows it".into(),
        fixed: Some(mended),
    })
}

/// Whether `reference` is the address of a whole site: a URL with nothing after its host.
pub fn is_front(reference: &str) -> bool {
    let Some(parts) = parts(reference) else { return false };
    reference[parts.authority.end..].trim_end_matches(['/', '?', '#']).is_empty()
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

#[cfg(test)]
mod tests;
