//! One request and its answer, within all limits, and a chain of them along redirects.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER, USER_AGENT};
use reqwest::{Client, Method, StatusCode};
use tokio::time::Instant;
use url::Url;

use super::Net;
use super::credentials::Credential;
use super::judge::none_left;
use super::names::{Guarded, NameTrouble, system};
use super::proxy::Proxies;
use super::queue::{Host, Hosts};
use crate::evidence::links::form::redact;
use crate::evidence::links::guard;
use crate::evidence::links::html;
use crate::evidence::links::settings::Settings;

/// Sends requests.
pub(super) struct Exchange {
    client: Client,
    pub(super) settings: Arc<Settings>,
    pub(super) names: Guarded,
    pub(super) hosts: Hosts,
    env: BTreeMap<String, String>,
    pub(super) deadline: Instant,
    pub(super) sent: AtomicU64,
    /// Seconds since 1970.
    now: i64,
}

/// What a server sent.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Decoded, up to the cap.
    pub(super) body: Vec<u8>,
    /// Whether the body goes on behind the cap.
    pub(super) cut: bool,
}

/// Where a chain of redirects led.
#[derive(Debug)]
pub(super) struct Journey {
    /// Status and target of each redirect.
    pub(super) hops: Vec<(u16, Url)>,
    /// The last page.
    pub(super) last: Url,
    pub(super) reply: Reply,
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Trouble {
    /// A redirect to an address that is never asked.
    Unsafe(String),
    /// No such name; the host.
    NoHost(String),
    /// Something that may pass: a reset, a time-out.
    Passing(String),
    /// Something that will not pass by itself.
    Lasting(String),
    /// The host asked to be left alone.
    Closed,
}

impl Exchange {
    pub(super) fn new(settings: &Settings, net: &Net) -> Result<Self, String> {
        let settings = Arc::new(settings.clone());
        let proxies = Proxies::of(&net.env)?;
        let names = Guarded::new(net.names.clone().unwrap_or_else(system), Arc::clone(&settings), proxies.hosts);
        let mut builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .dns_resolver(names.clone())
            .connect_timeout(settings.connect_timeout.get())
            .timeout(settings.timeout.get())
            .pool_max_idle_per_host(settings.host_concurrency as usize)
            .pool_idle_timeout(Duration::from_secs(10))
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            .no_proxy()
            .user_agent(concat!("groundrules/", env!("CARGO_PKG_VERSION")));
        for proxy in proxies.proxies {
            builder = builder.proxy(proxy);
        }
        if let Some(pem) = net.authorities.as_ref().filter(|_| settings.given.trusted) {
            let authorities = reqwest::Certificate::from_pem_bundle(pem);
            builder =
                builder.tls_certs_merge(authorities.map_err(|error| format!("`ca_file`: {}", innermost(&error)))?);
        }
        let client = builder.build().map_err(|error| format!("no client for the network: {}", innermost(&error)))?;
        Ok(Self {
            client,
            names,
            hosts: Hosts::new(settings.concurrency),
            env: net.env.clone(),
            deadline: Instant::now() + settings.deadline.get(),
            settings,
            sent: AtomicU64::new(0),
            now: net.now,
        })
    }

    /// The credential for a host, if there is one.
    pub(super) fn credential(&self, url: &Url) -> Option<Credential> {
        Credential::of(url, &self.settings, &self.env)
    }

    /// Follows redirects from `url` on, with the same checks at every hop.
    pub(super) async fn follow(
        &self,
        url: &Url,
        method: &Method,
        extra: Option<(&'static str, &'static str)>,
    ) -> Result<Journey, Trouble> {
        self.follow_with(self.credential(url), url, method, extra).await
    }

    /// Asks the API that belongs to the forge of `page`, with the credential of that forge.
    pub(super) async fn follow_as(
        &self,
        page: &Url,
        api: &Url,
        extra: Option<(&'static str, &'static str)>,
    ) -> Result<Journey, Trouble> {
        let credential = self.credential(page).map(|credential| credential.moved(api));
        self.follow_with(credential, api, &Method::GET, extra).await
    }

    async fn follow_with(
        &self,
        credential: Option<Credential>,
        url: &Url,
        method: &Method,
        extra: Option<(&'static str, &'static str)>,
    ) -> Result<Journey, Trouble> {
        let mut hops: Vec<(u16, Url)> = Vec::new();
        let mut here = url.clone();
        loop {
            let host = self.hosts.of(&here, &self.settings);
            let credential = credential.as_ref().filter(|credential| credential.is_for(&here));
            let reply = self.once(&host, &here, method, credential, extra).await?;
            let Some((status, next)) = redirect(&here, &reply) else { return Ok(Journey { hops, last: here, reply }) };
            let next = next.map_err(Trouble::Lasting)?;
            self.check_hop(&here, &next)?;
            if next == *url || hops.iter().any(|(_, seen)| *seen == next) {
                return Err(Trouble::Lasting("the redirects go round in a circle".into()));
            }
            if hops.len() >= self.settings.redirects as usize {
                return Err(Trouble::Lasting(format!("more than {} redirects", self.settings.redirects)));
            }
            hops.push((status, next.clone()));
            here = next;
        }
    }

    fn check_hop(&self, from: &Url, to: &Url) -> Result<(), Trouble> {
        let shown = || redact(to.as_str());
        if to.scheme() != "http" && to.scheme() != "https" {
            return Err(Trouble::Unsafe(format!("a redirect leads to `{}:`", to.scheme())));
        }
        if let Some(reason) = guard::literal(to).filter(|_| !self.settings.may_ask_private(to)) {
            return Err(Trouble::Unsafe(format!("a redirect leads to {reason}")));
        }
        if !to.username().is_empty() || to.password().is_some() {
            return Err(Trouble::Unsafe("a redirect brings credentials".into()));
        }
        if from.scheme() == "https" && to.scheme() == "http" {
            return Err(Trouble::Lasting(format!("a redirect from https to http is not followed: {}", shown())));
        }
        if self.settings.host(to).is_some_and(|host| host.skip) {
            return Err(Trouble::Lasting(format!(
                "a redirect leads to a host that the policy leaves out: {}",
                shown()
            )));
        }
        Ok(())
    }

    /// One request, in its host's turn.
    async fn once(
        &self,
        host: &Host,
        url: &Url,
        method: &Method,
        credential: Option<&Credential>,
        extra: Option<(&'static str, &'static str)>,
    ) -> Result<Reply, Trouble> {
        if let Some(private) = self.names.refusal_by_proxy(url.host_str().unwrap_or_default()).await {
            return Err(Trouble::Lasting(format!("{private}; `--allow-private` allows it")));
        }
        let _turn = host.turn(&self.hosts.all).await.map_err(|_| Trouble::Closed)?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        let mut request = self.client.request(method.clone(), url.clone());
        if let Some((name, value)) = extra {
            request = request.header(name, value);
        }
        if let Some(credential) = credential {
            request = request.header(credential.name.clone(), credential.value.clone());
        }
        if let Some(agent) = self.settings.host(url).and_then(|host| host.user_agent.as_deref()) {
            request = request.header(USER_AGENT, agent);
        }
        let mut response = request.send().await.map_err(|error| trouble(&error, url))?;
        let mut reply =
            Reply { status: response.status(), headers: response.headers().clone(), body: Vec::new(), cut: false };
        self.obey(host, &reply);
        if *method == Method::HEAD || redirect(url, &reply).is_some_and(|(_, next)| next.is_ok() && reply.status != 200)
        {
            return Ok(reply);
        }
        let cap = self.settings.max_page as usize;
        while let Some(chunk) = response.chunk().await.map_err(|error| trouble(&error, url))? {
            let left = cap.saturating_sub(reply.body.len());
            reply.body.extend_from_slice(&chunk[..chunk.len().min(left)]);
            if chunk.len() > left {
                reply.cut = true;
                break;
            }
        }
        Ok(reply)
    }

    /// Leaves the host alone when it asks for it.
    fn obey(&self, host: &Host, reply: &Reply) {
        let throttled = matches!(reply.status.as_u16(), 403 | 429 | 503);
        let Some(wait) = retry_after(&reply.headers, self.now).filter(|_| throttled) else { return };
        let now = Instant::now();
        let longest = (now + self.settings.longest_wait.get()).min(self.deadline);
        host.silence(now + wait, longest);
    }
}

/// Status and target of a redirect: by `Location`, or by a page that refreshes itself.
fn redirect(here: &Url, reply: &Reply) -> Option<(u16, Result<Url, String>)> {
    let status = reply.status.as_u16();
    let join = |target: &str| match here.join(target) {
        Ok(mut url) => {
            url.set_fragment(None);
            Ok(url)
        }
        Err(error) => Err(format!("a redirect leads to no URL: {error}")),
    };
    if matches!(status, 301 | 302 | 303 | 307 | 308) {
        let target = reply.headers.get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes()));
        return Some((
            status,
            target.map_or_else(|| Err("a redirect without a target".into()), |target| join(&target)),
        ));
    }
    if status != 200 || reply.body.is_empty() || reply.body.len() > 16_384 {
        return None;
    }
    let (_, signs) = html::read(&String::from_utf8_lossy(&reply.body));
    let next = join(&signs.refresh?).ok().filter(|next| next != here)?;
    Some((status, Ok(next)))
}

/// How long a server asks to be left alone: seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: i64) -> Option<Duration> {
    let Some(value) = headers.get(RETRY_AFTER) else {
        let reset = headers.get("x-ratelimit-reset").or_else(|| headers.get("ratelimit-reset"))?;
        let reset: i64 = reset.to_str().ok().filter(|_| none_left(headers))?.trim().parse().ok()?;
        return Some(Duration::from_secs(u64::try_from(reset.saturating_sub(now)).unwrap_or(0).min(86_400)));
    };
    let value = value.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds.min(86_400)));
    }
    let date = headers.get(reqwest::header::DATE).and_then(|date| http_date(date.to_str().ok()?));
    let now = date.or_else(|| u64::try_from(now).ok())?;
    Some(Duration::from_secs(http_date(value)?.saturating_sub(now).min(86_400)))
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut words = text.split([' ', ':', ',']).filter(|word| !word.is_empty()).skip(1);
    let day: u64 = words.next()?.parse().ok()?;
    let month = MONTHS.find(words.next()?)? as u64 / 3 + 1;
    let year: u64 = words.next()?.parse().ok().filter(|year| (1970..10_000).contains(year))?;
    let mut number = || words.next()?.parse::<u64>().ok();
    let (hours, minutes, seconds) = (number()?, number()?, number()?);
    // Days from the civil calendar, after Howard Hinnant: years begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day.checked_sub(1)?;
    Some(days.checked_sub(719_468)? * 86_400 + hours * 3_600 + minutes * 60 + seconds)
}

/// What an error of the client means.
fn trouble(error: &reqwest::Error, url: &Url) -> Trouble {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = source {
        match inner.downcast_ref::<NameTrouble>() {
            Some(NameTrouble::Missing) => return Trouble::NoHost(url.host_str().unwrap_or_default().to_owned()),
            Some(private @ NameTrouble::Private(_)) => {
                return Trouble::Lasting(format!("{private}; `--allow-private` allows it"));
            }
            Some(failing) => return Trouble::Passing(failing.to_string()),
            None => source = inner.source(),
        }
    }
    let text = innermost(error);
    if error.is_timeout() {
        return Trouble::Passing("no answer in time".into());
    }
    let lower = text.to_lowercase();
    if ["certificate", "handshake", "tls", "alert"].iter().any(|word| lower.contains(word)) {
        return Trouble::Lasting(format!("no safe connection: {text}"));
    }
    Trouble::Passing(text)
}

/// The cause at the end of the chain: it names what happened, and not the URL.
fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    last.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_read_in_both_forms() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_date("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        for text in ["", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 0000 1:1:1 GMT"]
        {
            assert_eq!(http_date(text), None, "{text}");
        }
        let mut headers = HeaderMap::new();
        assert_eq!(retry_after(&headers, 0), None);
        headers.insert(RETRY_AFTER, "7".parse().unwrap());
        assert_eq!(retry_after(&headers, 0), Some(Duration::from_secs(7)));
        headers.insert(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        headers.insert(reqwest::header::DATE, "Sun, 06 Nov 1994 08:49:30 GMT".parse().unwrap());
        assert_eq!(retry_after(&headers, 0), Some(Duration::from_secs(7)));
    }
}
