//! A reference taken apart: the place it names, in a form that mappings compare, and the address to ask.

use std::borrow::Cow;
use std::collections::BTreeMap;

use url::Url;

/// Where a URL or a path leads: host, decoded path, query. The fragment is kept apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// Host and port in lower case, empty for a path. Ports 80 and 443 are left out.
    pub host: String,
    /// Decoded, with a `/` before each segment, without one at the end.
    pub path: String,
    /// Decoded parameters.
    pub query: BTreeMap<String, String>,
    /// Decoded fragment.
    pub fragment: Option<String>,
}

/// Why a path is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It leaves the folder that it is relative to.
    Escapes,
    /// A segment holds a separator, a NUL or `..` in disguise.
    Disguised,
}

impl Refusal {
    /// The reason, for people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Escapes => "the path leaves the repository",
            Self::Disguised => "the path hides a separator or `..` behind percent-encoding",
        }
    }
}

impl Address {
    /// Of a URL.
    pub fn of_url(url: &Url) -> Result<Self, Refusal> {
        let mut host = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        if let Some(port) = url.port().filter(|port| *port != 80 && *port != 443) {
            host.push(':');
            host.push_str(&port.to_string());
        }
        let query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let fragment = url.fragment().map(|text| decode(text).into_owned());
        Ok(Self { host, path: path(url.path())?, query, fragment })
    }

    /// Of a path, with or without `/` before it.
    pub fn of_path(text: &str) -> Result<Self, Refusal> {
        let (before, fragment) = text.split_once('#').map_or((text, None), |(page, tail)| (page, Some(tail)));
        let page = before.split('?').next().unwrap_or_default();
        Ok(Self {
            host: String::new(),
            path: path(page)?,
            query: BTreeMap::new(),
            fragment: fragment.map(|text| decode(text).into_owned()),
        })
    }

    /// The segments below each other, without a `/` before them.
    pub fn relative(&self) -> &str {
        self.path.trim_start_matches('/')
    }
}

/// Decodes a path segment by segment and removes `.`, `..` and empty ones.
pub fn path(text: &str) -> Result<String, Refusal> {
    let mut segments: Vec<Cow<'_, str>> = Vec::new();
    for raw in text.split('/') {
        let segment = decode(raw);
        if segment.contains(['/', '\\', '\0']) || segment != raw && (segment == ".." || segment == ".") {
            return Err(Refusal::Disguised);
        }
        match &*segment {
            "" | "." => {}
            ".." => drop(segments.pop().ok_or(Refusal::Escapes)?),
            _ => segments.push(segment),
        }
    }
    let mut path = String::with_capacity(text.len() + 1);
    for segment in segments {
        path.push('/');
        path.push_str(&segment);
    }
    Ok(path)
}

/// Percent-decoding, once; what is no UTF-8 then stays as it was.
pub fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let pair = bytes.get(i + 1..i + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if bytes[i] == b'%' && bytes[i + 1] != b'+' => {
                out.push(byte);
                i += 3;
            }
            _ => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_once_and_stay_inside() {
        assert_eq!(path("a/./b//c%20d/"), Ok("/a/b/c d".into()));
        assert_eq!(path("a/../b"), Ok("/b".into()));
        assert_eq!(path("%252e"), Ok("/%2e".into()));
        assert_eq!(path("../b"), Err(Refusal::Escapes));
        assert_eq!(path("a/../../b"), Err(Refusal::Escapes));
        for hidden in ["a/%2e%2e/b", "a/..%2fb", "a%5cb", "a%00", "..\\b"] {
            assert_eq!(path(hidden), Err(Refusal::Disguised), "{hidden}");
        }
        assert_eq!(path("100%/%+1/%é"), Ok("/100%/%+1/%é".into()));
    }

    #[test]
    fn urls_are_compared_without_what_does_not_matter() {
        let of = |text| Address::of_url(&Url::parse(text).unwrap()).unwrap();
        assert_eq!(of("https://Wiki.Acme.io./a/b/?x=1#A%20b"), of("http://wiki.acme.io:80/a//b?x=1#A b"));
        assert_eq!(of("https://wiki.acme.io:8443/a").host, "wiki.acme.io:8443");
        assert_eq!(of("https://wiki.acme.io/%C3%9Cbung").path, "/Übung");
    }
}
