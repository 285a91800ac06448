//! Credentials: named by the policy, valued by the environment, sent to one origin only.

use std::collections::BTreeMap;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use url::Url;

use super::queue::origin;
use crate::evidence::links::guard;
use crate::evidence::links::settings::{Host, Settings};

/// A header that proves who asks.
#[derive(Clone)]
pub(super) struct Credential {
    origin: String,
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
}

impl Credential {
    /// The credential for the host of `url`, if the policy names one, is trusted, and the environment has it.
    pub(super) fn of(url: &Url, settings: &Settings, env: &BTreeMap<String, String>) -> Option<Self> {
        let host = settings.host(url).filter(|_| settings.given.trusted)?;
        // Over plain http everybody on the way reads it; to the machine itself nobody does.
        let own = guard::literal(url).is_some_and(|reason| reason.contains("loopback"));
        if url.scheme() != "https" && !own {
            return None;
        }
        let (name, value) = header(host, env)?;
        let mut value = HeaderValue::from_str(&value).ok()?;
        value.set_sensitive(true);
        Some(Self { origin: origin(url), name, value })
    }

    /// The same for the API of the same forge, which may have a host of its own.
    pub(super) fn moved(mut self, api: &Url) -> Self {
        self.origin = origin(api);
        self
    }

    /// Whether it may go with a request to `url`.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        self.origin == origin(url)
    }
}

fn header(host: &Host, env: &BTreeMap<String, String>) -> Option<(HeaderName, String)> {
    let get =
        |name: &Option<String>| env.get(name.as_ref()?).map(|value| value.trim()).filter(|value| !value.is_empty());
    if let Some(token) = get(&host.token_env) {
        return match &host.token_header {
            Some(name) => Some((HeaderName::from_bytes(name.as_bytes()).ok()?, token.to_owned())),
            None => Some((AUTHORIZATION, format!("Bearer {token}"))),
        };
    }
    let pair = format!("{}:{}", get(&host.user_env)?, get(&host.password_env)?);
    Some((AUTHORIZATION, format!("Basic {}", base64(pair.as_bytes()))))
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * place)) as usize & 63];
            out.push(if place > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

/// The key of a page in the cache: what is seen depends on who asks, so the name of the credential is part of it.
pub(super) fn cache_key(settings: &Settings, url: &Url) -> String {
    let host = settings.host(url).filter(|_| settings.given.trusted);
    let name = host.and_then(|host| host.token_env.as_deref().or(host.user_env.as_deref()));
    name.map_or_else(|| url.to_string(), |name| format!("{url} {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_belong_to_one_origin_and_need_trust() {
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"ab"), "YWI=");
        assert_eq!(base64(b"user:pass"), "dXNlcjpwYXNz");
        let mut settings: Settings =
            serde_json::from_str(r#"{"hosts": {"wiki.acme.io": {"token_env": "T", "token_header": "PRIVATE-TOKEN"}}}"#)
                .unwrap();
        let env = BTreeMap::from([("T".to_owned(), "hunter2".to_owned())]);
        let url = |text: &str| Url::parse(text).unwrap();
        assert!(Credential::of(&url("https://wiki.acme.io/"), &settings, &env).is_none(), "the policy is not trusted");
        settings.given.trusted = true;
        assert!(Credential::of(&url("http://wiki.acme.io/"), &settings, &env).is_none(), "not encrypted");
        let credential = Credential::of(&url("https://wiki.acme.io/"), &settings, &env).unwrap();
        assert_eq!(credential.name.as_str(), "private-token");
        assert!(!format!("{:?}", credential.value).contains("hunter2"));
        assert!(credential.is_for(&url("https://wiki.acme.io/x")));
        for other in
            ["http://wiki.acme.io/", "https://wiki.acme.io:8443/", "https://evil.io/", "https://x.wiki.acme.io/"]
        {
            assert!(!credential.is_for(&url(other)), "{other}");
        }
    }
}
