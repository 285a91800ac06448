//! Proxies of the environment. They look names up themselves, so the names that they are asked for are looked up here first,
//! as far as this network knows them.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{NoProxy, Proxy};
use url::Url;

/// The proxies of a run.
pub(super) struct Proxies {
    pub(super) proxies: Vec<Proxy>,
    /// Their hosts, which may well be private.
    pub(super) hosts: BTreeSet<String>,
}

impl Proxies {
    /// Reads the variables in either case, as curl does.
    pub(super) fn of(env: &BTreeMap<String, String>) -> Result<Self, String> {
        type Make = fn(&str) -> reqwest::Result<Proxy>;
        const KINDS: [(&str, Make); 3] = [
            ("HTTP_PROXY", |url| Proxy::http(url)),
            ("HTTPS_PROXY", |url| Proxy::https(url)),
            ("ALL_PROXY", |url| Proxy::all(url)),
        ];
        let get = |name: &str| {
            let value = env.get(&name.to_lowercase()).or_else(|| env.get(name));
            value.map(|value| value.trim()).filter(|value| !value.is_empty())
        };
        let mut found = Self { proxies: Vec::new(), hosts: BTreeSet::new() };
        for (name, make) in KINDS {
            let Some(value) = get(name) else { continue };
            let full = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
            let host = Url::parse(&full).ok().and_then(|url| url.host_str().map(String::from));
            found.hosts.insert(host.ok_or_else(|| format!("`{name}` is no URL"))?);
            let proxy = make(&full).map_err(|_| format!("`{name}` is no URL"))?;
            found.proxies.push(proxy.no_proxy(get("NO_PROXY").and_then(NoProxy::from_string)));
        }
        Ok(found)
    }
}
