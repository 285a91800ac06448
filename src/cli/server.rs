//! The server that history comes from: its address, headers and times, as the command line says them.

use clap::Args;

use super::Stop;
use crate::evidence::history::{Millis, Period, parse_time, print_time};
#[cfg(feature = "online")]
use crate::evidence::prometheus::{Client, Options};

/// Where to ask, and about what time.
#[derive(Args, Debug)]
pub(super) struct Server {
    /// The server, up to but not including `/api/v1`: `http://prometheus:9090`, `https://mimir/prometheus`
    #[arg(long = "server", value_name = "URL")]
    url: String,
    /// Sent with every question; may be given several times
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(String, String)>,
    /// The same with a value that an environment variable holds, for credentials
    #[arg(long, value_name = "NAME=VARIABLE", value_parser = variable)]
    header_env: Vec<(String, String)>,
    /// The longest that one answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 130)]
    timeout: u64,
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write NAME: VALUE, as in X-Scope-OrgID: acme")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, variable) = text.split_once('=').ok_or("write NAME=VARIABLE, as in Authorization=PROMETHEUS_TOKEN")?;
    Ok((name.to_owned(), variable.to_owned()))
}

/// An instant of RFC 3339 or a day, which begins at midnight in UTC.
pub(super) fn instant(text: &str) -> Result<Millis, String> {
    let day = text.parse::<jiff::civil::Date>().is_ok() && text.len() == "2026-01-31".len();
    if day { parse_time(&format!("{text}T00:00:00Z")) } else { parse_time(text) }
}

/// The time between two instants.
pub(super) fn window(from: Millis, to: Millis) -> Result<Period, Stop> {
    if from < to {
        return Ok(Period { from, to });
    }
    Err(Stop::Usage(format!("--from {} is not before --to {}", print_time(from), print_time(to))))
}

#[cfg(feature = "online")]
impl Server {
    /// A client of it. Nothing is asked yet.
    pub(super) fn client(&self) -> Result<Client, Stop> {
        let mut headers = self.header.clone();
        for (name, variable) in &self.header_env {
            headers.push((name.clone(), environment(variable)?));
        }
        let timeout = std::time::Duration::from_secs(self.timeout.max(1));
        Client::new(&self.url, &Options { headers, timeout }).map_err(|error| Stop::Usage(format!("--server: {error}")))
    }

    /// Its address without credentials, for people.
    pub(super) fn shown(&self) -> String {
        let Ok(mut url) = url::Url::parse(&self.url) else { return String::new() };
        // Only addresses that cannot hold credentials refuse to lose them.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.as_str().trim_end_matches('/').to_owned()
    }
}

#[cfg(feature = "online")]
#[expect(clippy::disallowed_methods, reason = "the environment is the command line's to read")]
fn environment(variable: &str) -> Result<String, Stop> {
    std::env::var(variable).map_err(|_| Stop::Usage(format!("--header-env: `{variable}` is not set, or not a text")))
}

#[cfg(not(feature = "online"))]
impl Server {
    /// A program without the network has no client.
    pub(super) fn client(&self) -> Result<Nobody, Stop> {
        let _ = (&self.header, &self.header_env);
        Err(Stop::Usage(format!("cannot ask {}: this program was built without the feature `online`", self.url)))
    }

    /// Its address, for people.
    pub(super) fn shown(&self) -> String {
        self.url.clone()
    }
}

/// The client that a program without the network never has.
#[cfg(not(feature = "online"))]
pub(super) enum Nobody {}

#[cfg(not(feature = "online"))]
impl crate::evidence::prometheus::Query for Nobody {
    fn range(
        &self,
        _: &str,
        _: Period,
        _: Millis,
    ) -> Result<crate::evidence::prometheus::Matrix, crate::evidence::prometheus::QueryError> {
        match *self {}
    }

    fn instant(
        &self,
        _: &str,
        _: Millis,
    ) -> Result<crate::evidence::prometheus::Matrix, crate::evidence::prometheus::QueryError> {
        match *self {}
    }

    fn rules(&self) -> Result<Vec<crate::evidence::prometheus::LoadedRule>, crate::evidence::prometheus::QueryError> {
        match *self {}
    }
}
