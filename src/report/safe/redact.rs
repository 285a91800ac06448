//! Finds credentials in addresses, so that no output repeats them.

use std::borrow::Cow;
use std::ops::Range;

/// Words that make the value of a query's parameter a secret, wherever they stand in its name.
const SECRET: [&str; 7] = ["token", "secret", "password", "passwd", "signature", "credential", "apikey"];
/// Words that do so only as a word of their own.
const SECRET_WORD: [&str; 5] = ["pwd", "pass", "sig", "auth", "jwt"];
/// Words that make a secret of a `key`.
const KEY_OF: [&str; 7] = ["api", "access", "secret", "private", "auth", "account", "subscription"];

/// `text` with the credentials of its addresses as `***`: user and password before a host, and the values of a query's or a
/// fragment's parameters whose names say that they are secret.
pub fn redact(text: &str) -> Cow<'_, str> {
    let secrets = secrets(text);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for secret in secrets {
        out.push_str(&text[from..secret.start]);
        out.push_str("***");
        from = secret.end;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// A text without one of these bytes holds no credential.
pub const MARKS_OF_SECRETS: [u8; 2] = *b"@=";

/// The ranges of `text` that hold a credential, in order, none inside another.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let [user, value] = MARKS_OF_SECRETS;
    if memchr::memchr2(user, value, text.as_bytes()).is_none() {
        return found;
    }
    if text.contains('@') {
        found.extend(memchr::memmem::find_iter(text.as_bytes(), "//").filter_map(|at| user_of(text, at + 2)));
    }
    if text.contains('=') {
        let mut done = 0;
        found.extend(text.match_indices(['?', '&', ';', '#']).filter_map(|(at, _)| {
            let secret = if at >= done { parameter(text, at + 1) } else { None }?;
            done = secret.end;
            Some(secret)
        }));
    }
    found.sort_by_key(|range| range.start);
    found.dedup_by(|next, kept| next.start < kept.end);
    found
}

fn ends_address(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`')
}

fn user_of(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let authority = &rest[..rest.find(|c| ends_address(c) || matches!(c, '/' | '?' | '#')).unwrap_or(rest.len())];
    authority.rfind('@').filter(|&end| end > 0).map(|end| start..start + end)
}

fn parameter(text: &str, start: usize) -> Option<Range<usize>> {
    let name_end = text[start..].find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.'))? + start;
    if !text[name_end..].starts_with('=') || !is_secret(&text[start..name_end]) {
        return None;
    }
    let start = name_end + 1;
    let rest = &text[start..];
    if ["{{", "$", "%%"].iter().any(|open| rest.starts_with(open)) {
        return None;
    }
    let end = rest.find(|c| ends_address(c) || matches!(c, '&' | '#' | ';' | ')' | '|')).unwrap_or(rest.len());
    (end > 0).then(|| start..start + end)
}

fn is_secret(name: &str) -> bool {
    if name.len() > 64 {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let mut words = name.split(['_', '-', '.']);
    name == "key"
        || SECRET.iter().any(|word| name.contains(word))
        || words.clone().any(|word| SECRET_WORD.contains(&word))
        || words.clone().next_back() == Some("key") && words.any(|word| KEY_OF.contains(&word))
        || name.strip_suffix("key").is_some_and(|of| KEY_OF.contains(&of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_users_and_secret_parameters() {
        for (text, safe) in [
            ("see https://bob:pw@wiki.example.org/x now", "see https://***@wiki.example.org/x now"),
            ("https://a@b@host/, //u:p@host", "https://***@host/, //***@host"),
            ("https://host/x?a=1&access_token=abc&b=2#top", "https://host/x?a=1&access_token=***&b=2#top"),
            ("docs/x.md?token=abc", "docs/x.md?token=***"),
            ("https://host/#accessToken=abc", "https://host/#accessToken=***"),
            ("https://host/?X-Amz-Signature=ff&key=k", "https://host/?X-Amz-Signature=***&key=***"),
            ("https://host/?api_key=1&secret-key=2;sig=3", "https://host/?api_key=***&secret-key=***;sig=***"),
            ("`https://u:p?x=1`", "`https://u:p?x=1`"),
            ("https://u:t&token=1@host/x", "https://***@host/x"),
        ] {
            assert_eq!(redact(text), safe);
        }
    }

    #[test]
    fn leaves_what_is_no_secret() {
        for text in [
            "mail bob@example.org, or https://example.org/@bob",
            "https://grafana.example.org/d/x?var-key={{ $labels.key }}&var-key=a&monkey=b&author=c",
            "https://host/?token={{ $labels.token }}",
            r#"sum by (token) (rate(x{token="a"}[5m]))"#,
            "https://host/?token=",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
