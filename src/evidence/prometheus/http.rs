//! The HTTP API of a server, over the network. Async inside, one blocking entry point.

use super::answer::matrix;
use super::{LoadedRule, Matrix, Query, QueryError, loaded};
use crate::evidence::history::{Millis, Period, seconds};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Response, redirect};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use url::Url;

/// Answers above this are too much; a smaller question may do.
const MOST_BYTES: usize = 64 << 20;
/// How often a question is asked again when the server is in trouble.
const RETRIES: u32 = 3;
/// The longest that we wait because a server says so.
const MOST_PATIENCE: Duration = Duration::from_secs(30);

/// How to reach a server.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Sent with every question: a tenant, credentials. Names and values.
    pub headers: Vec<(String, String)>,
    /// The longest that one answer may take; zero means two minutes, as long as a server lets a query run.
    pub timeout: Duration,
}

/// A server that speaks the HTTP API of Prometheus.
#[derive(Debug)]
pub struct Client {
    base: Url,
    http: reqwest::Client,
    runtime: Runtime,
    received: AtomicU64,
}

impl Client {
    /// A client of the server whose API lies below `base` (`http://host:9090`, `https://mimir/prometheus`). Nothing is asked yet. Redirects are not followed:
    /// credentials stay with the host they were given for.
    pub fn new(base: &str, options: &Options) -> Result<Self, String> {
        let mut base = Url::parse(base).map_err(|error| format!("`{}` is no URL: {error}", base.escape_debug()))?;
        if !matches!(base.scheme(), "http" | "https") || base.query().is_some() || base.fragment().is_some() {
            return Err("the server's URL is `http://…` or `https://…`, without query and fragment".to_owned());
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let timeout = if options.timeout.is_zero() { Duration::from_secs(130) } else { options.timeout };
        let http = reqwest::Client::builder()
            .default_headers(headers(&options.headers)?)
            .redirect(redirect::Policy::none())
            .timeout(timeout)
            .connect_timeout(timeout.min(Duration::from_secs(10)))
            .user_agent(concat!("groundrules/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| plain(&error))?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        Ok(Self { base, http, runtime, received: AtomicU64::new(0) })
    }

    /// Bytes of answers received so far, decompressed.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    fn query(&self, path: &str, form: &[(&str, &str)]) -> Result<Matrix, QueryError> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let (status, body) = self.ask(path, Some(&form))?;
        matrix(status, &body)
    }

    fn ask(&self, path: &str, form: Option<&str>) -> Result<(u16, Vec<u8>), QueryError> {
        let url = self.base.join("api/v1/").and_then(|api| api.join(path));
        let url = url.map_err(|error| QueryError::Refused(error.to_string()))?;
        self.runtime.block_on(self.ask_patiently(&url, form))
    }

    async fn ask_patiently(&self, url: &Url, form: Option<&str>) -> Result<(u16, Vec<u8>), QueryError> {
        let mut wait = Duration::from_millis(200);
        let mut asked = 0;
        loop {
            asked += 1;
            let answer = self.ask_once(url, form).await;
            let pause = match &answer {
                Ok((429 | 500 | 502 | 504, _, patience)) => patience.unwrap_or(wait),
                Err(QueryError::Unreachable(_)) => wait,
                _ => return answer.map(|(status, body, _)| (status, body)),
            };
            if asked > RETRIES {
                return answer.map(|(status, body, _)| (status, body));
            }
            tokio::time::sleep(pause.min(MOST_PATIENCE)).await;
            wait *= 3;
        }
    }

    async fn ask_once(&self, url: &Url, form: Option<&str>) -> Result<(u16, Vec<u8>, Option<Duration>), QueryError> {
        let request = match form {
            Some(form) => {
                let kind = (CONTENT_TYPE, "application/x-www-form-urlencoded");
                self.http.post(url.clone()).header(kind.0, kind.1).body(form.to_owned())
            }
            None => self.http.get(url.clone()),
        };
        let failed = |error: reqwest::Error| QueryError::Unreachable(plain(&error));
        let response = request.header(ACCEPT, "application/json").send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let patience = patience(&response);
        let body = self.body(response).await?;
        Ok((status, body, patience))
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, QueryError> {
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    self.received.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                    if body.len() + chunk.len() > MOST_BYTES {
                        return Err(QueryError::TooMuch(format!("an answer of more than {MOST_BYTES} bytes")));
                    }
                    body.extend_from_slice(&chunk);
                }
                Ok(None) => return Ok(body),
                Err(error) => return Err(QueryError::Unreachable(plain(&error))),
            }
        }
    }
}

impl Query for Client {
    fn range(&self, expr: &str, range: Period, step: Millis) -> Result<Matrix, QueryError> {
        // A step in seconds would go through a float on the server, and lose a millisecond.
        let (start, end, step) = (seconds(range.from), seconds(range.to), format!("{step}ms"));
        self.query("query_range", &[("query", expr), ("start", &start), ("end", &end), ("step", &step)])
    }

    fn instant(&self, expr: &str, at: Millis) -> Result<Matrix, QueryError> {
        self.query("query", &[("query", expr), ("time", &seconds(at))])
    }

    fn rules(&self) -> Result<Vec<LoadedRule>, QueryError> {
        let (status, body) = self.ask("rules?type=alert", None)?;
        loaded(status, &body)
    }
}

fn headers(given: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let bad = || format!("`{}` is no header", name.escape_debug());
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| bad())?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

fn patience(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// An error with its causes, without the URL: that may hold a password.
fn plain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        let text = text.split(" for url (").next().unwrap_or("").to_owned();
        if !parts.contains(&text) {
            parts.push(text);
        }
        next = error.source();
    }
    parts.join(": ")
}
