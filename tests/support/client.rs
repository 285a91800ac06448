//! Asks a server of the tests for pages, with names that all lead to the loopback address.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use groundrules::evidence::fetch::{Fetched, NameTrouble, Net, fetch};
use groundrules::evidence::links::{Answer, Question, Settings, Verdict};

/// Settings without waits, of a trusted policy, that may ask the loopback address. `more` comes on top.
pub fn settings(more: &str) -> Settings {
    let quick = r#"{"host_interval": "0", "retry_pause": "1ms", "timeout": "700ms", "connect_timeout": "500ms", "probe": false}"#;
    let mut all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(quick).unwrap();
    all.extend(serde_json::from_str::<serde_json::Map<_, _>>(&format!("{{{more}}}")).unwrap());
    let mut settings: Settings = serde_json::from_value(all.into()).unwrap();
    settings.given.trusted = true;
    settings.given.allow_private = true;
    settings
}

/// Every name leads to the loopback address, but for those of `gone.…`.
pub fn net() -> Net {
    let names = |name: &str| -> Result<Vec<IpAddr>, NameTrouble> {
        match name {
            "dead.gone-for-ever.io" | "gone-for-ever.io" | "old.acme.io" | "wiki.corp" => Err(NameTrouble::Missing),
            "later.acme.io" => Err(NameTrouble::Failing("try again".into())),
            _ => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
        }
    };
    Net { now: 1_000_000, names: Some(Arc::new(names)), ..Net::default() }
}

/// Asks for these URLs.
pub fn ask_with(settings: &Settings, net: &Net, urls: &[String]) -> Fetched {
    let questions: Vec<Question> = urls.iter().map(|url| Question::new(url, ".", [("a", "b")])).collect();
    fetch(&questions, settings, net).unwrap()
}

/// Asks for one URL.
pub fn ask(settings: &Settings, url: &str) -> Answer {
    let mut fetched = ask_with(settings, &net(), &[url.to_owned()]);
    fetched.answers.pop_first().unwrap().1
}

/// The verdict on one URL.
pub fn verdict(settings: &Settings, url: &str) -> Verdict {
    ask(settings, url).verdict
}

/// A page that is one.
pub const PAGE: &str = "<title>Disk full</title><h1 id=disk-full>Disk full</h1><p>It is full.";
