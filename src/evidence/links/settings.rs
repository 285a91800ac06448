//! What the policy's section `runbook` says of links: where runbooks lie, and how to ask for those that lie elsewhere.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use url::Url;

use super::mapping::Mapping;

/// The keys on links of the section `runbook` of `groundrules.yaml`. Every key may be left out.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What a reference that is a path is relative to, beside the root of the repository: folders (relative to the policy
    /// file) or URLs that end with `/`. They are tried in order. A path that none of the named folders holds is dead.
    pub bases: Vec<String>,
    /// Which references are answered by files at hand. The first whose `from` matches decides.
    pub mappings: Vec<Mapping>,
    /// Settings of single hosts. The key is a host name, `*.` before it for all names below it, `:port` after it where the
    /// port is not that of the scheme.
    pub hosts: BTreeMap<String, Host>,
    /// Whether anchors are checked. Default `true`.
    pub anchors: bool,
    /// Requests under way at once, over all hosts. Default 32.
    pub concurrency: u32,
    /// Requests under way at once to one host. Default 4.
    pub host_concurrency: u32,
    /// Least time between the starts of two requests to one host. Default `100ms`.
    pub host_interval: Lapse,
    /// Longest time for a connection. Default `5s`.
    pub connect_timeout: Lapse,
    /// Longest time for one request with its answer. Default `15s`.
    pub timeout: Lapse,
    /// Longest time for all of the network. What is not answered then is unverified. Default `5m`.
    pub deadline: Lapse,
    /// Further tries after an answer that may be a passing trouble. Default 2.
    pub retries: u32,
    /// Time before the first further try; each next one waits twice as long. Default `500ms`.
    pub retry_pause: Lapse,
    /// Longest wait that a server may ask for (`Retry-After`); who asks for more is not asked again. Default `30s`.
    pub longest_wait: Lapse,
    /// Redirects that are followed. Default 5.
    pub redirects: u32,
    /// Largest page that is read, in bytes after decompression; of larger ones only the beginning counts. Default 2 MiB.
    pub max_page: u32,
    /// Whether a host that answers 200 is asked once for a page that can't exist, to learn what its 200 is worth. Default
    /// `true`.
    pub probe: bool,
    /// A PEM file of certificate authorities to trust beside those of the system. Heard only from a trusted policy.
    pub ca_file: Option<String>,
    /// Whether hosts in private address ranges may be asked. Heard only from a trusted policy. Default `false`.
    pub allow_private: bool,
    /// What is known of the policy and the command line; not part of the file.
    #[serde(skip)]
    pub given: Given,
}

/// What the caller knows and the policy file can't say of itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Given {
    /// Folder of the policy file, to which paths in it are relative; empty is the current folder.
    pub folder: String,
    /// Whether the policy was named with `--config`, so that no pull request can have written it. Only such a policy may map to
    /// trees outside the repository, send credentials, add authorities and allow private addresses.
    pub trusted: bool,
    /// Whether the command line said `--allow-private`.
    pub allow_private: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bases: Vec::new(),
            mappings: Vec::new(),
            hosts: BTreeMap::new(),
            anchors: true,
            concurrency: 32,
            host_concurrency: 4,
            host_interval: Lapse::millis(100),
            connect_timeout: Lapse::millis(5_000),
            timeout: Lapse::millis(15_000),
            deadline: Lapse::millis(300_000),
            retries: 2,
            retry_pause: Lapse::millis(500),
            longest_wait: Lapse::millis(30_000),
            redirects: 5,
            max_page: 2 << 20,
            probe: true,
            ca_file: None,
            allow_private: false,
            given: Given::default(),
        }
    }
}

impl Settings {
    /// The settings of the host of `url`: the entry with its name and port, its name, or the closest `*.` above it.
    pub fn host(&self, url: &Url) -> Option<&Host> {
        let name = url.host_str()?.trim_end_matches('.').to_ascii_lowercase();
        let with_port = url.port().map(|port| format!("{name}:{port}"));
        let exact = with_port.iter().chain([&name]).find_map(|key| self.hosts.get(key));
        let above = || {
            let parents = name.match_indices('.').map(|(at, _)| format!("*{}", &name[at..]));
            parents.into_iter().find_map(|key| self.hosts.get(&key))
        };
        exact.or_else(above)
    }

    /// A reference for the entry of an alert that has none: a file of its name in the first folder of `bases`, else what the
    /// first mapping with one capture makes of its name.
    pub fn guess(&self, alert: &str) -> Option<String> {
        if self.bases.iter().any(|base| !base.contains("://")) {
            return Some(format!("{alert}.md"));
        }
        self.mappings.iter().find_map(|mapping| mapping.reference_for(alert))
    }

    /// Whether the host of `url` may have an address that is not public.
    pub fn may_ask_private(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|name| self.may_be_private(name))
    }

    /// The same for the name or address of a host.
    pub fn may_be_private(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let named = |key: &str| match key.strip_prefix('*') {
            Some(end) => name.ends_with(end),
            None => name == key || key.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(':')),
        };
        let listed = || self.hosts.iter().any(|(key, host)| host.private && named(key));
        self.given.allow_private || self.given.trusted && (self.allow_private || listed())
    }
}

/// How letters of a reference are compared with those of a file's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// As they are: forges and plain file servers. Other case means that the page is not there.
    #[default]
    Exact,
    /// Pages are published under the lower-case form of their file's name, as Hugo does: the reference must be lower-case.
    Lower,
    /// Case does not count.
    Ignore,
}

/// How headings become anchors.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchors {
    /// By the host of the mapping; any known way where the host says nothing.
    #[default]
    Auto,
    /// Like GitHub.
    Github,
    /// Like GitLab.
    Gitlab,
    /// Like Hugo.
    Hugo,
    /// Like `MkDocs` (Python-Markdown's `toc`).
    Mkdocs,
    /// In any of these ways.
    Any,
}

/// Settings of a host.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Host {
    /// Environment variable with a token. Like all credentials it is heard only from a trusted policy, sent only over `https`,
    /// and never to another host.
    pub token_env: Option<String>,
    /// Header that carries the token, `PRIVATE-TOKEN` for example. Default: `Authorization: Bearer`.
    pub token_header: Option<String>,
    /// Environment variable with a user's name, for basic authentication.
    pub user_env: Option<String>,
    /// Environment variable with the password that goes with it.
    pub password_env: Option<String>,
    /// What kind of server it is. Default: told by the name (`github.com`, `gitlab.com`).
    pub forge: Option<Forge>,
    /// Requests under way at once.
    pub concurrency: Option<u32>,
    /// Least time between the starts of two requests.
    pub interval: Option<Lapse>,
    /// `User-Agent` to send instead of the program's own.
    pub user_agent: Option<String>,
    /// Whether the host may have a private address. Heard only from a trusted policy.
    pub private: bool,
    /// Whether the host is never asked. What it holds stays unverified.
    pub skip: bool,
}

/// Servers of git repositories that know private ones: their 404 to strangers proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forge {
    /// GitHub, or GitHub Enterprise.
    Github,
    /// GitLab.
    Gitlab,
}

/// A span of time as Prometheus writes it: `100ms`, `15s`, `5m`, `1h`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Lapse(Duration);

impl Lapse {
    /// So many milliseconds.
    pub const fn millis(ms: u64) -> Self {
        Self(Duration::from_millis(ms))
    }

    /// As the standard library has it.
    pub const fn get(self) -> Duration {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let factor = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "" if number == "0" => 1,
            _ => return None,
        };
        number.parse::<u64>().ok()?.checked_mul(factor).map(Self::millis)
    }
}

impl<'de> Deserialize<'de> for Lapse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Lapse;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration like `100ms`, `15s`, `5m` or `1h`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Lapse, E> {
                Lapse::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Lapse, E> {
                self.visit_str(&number.to_string())
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
