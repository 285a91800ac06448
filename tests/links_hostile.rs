//! Threats from the network and to it: TLS that proves nothing, names that change, pages made to choke on, and runs that are
//! killed.
#![cfg(feature = "online")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "helpers of tests may fail like tests")]

#[path = "support/client.rs"]
mod client;
#[path = "support/secure.rs"]
mod secure;
#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use client::{PAGE, ask, ask_with, net, settings, verdict};
use groundrules::evidence::fetch::{NameTrouble, Net};
use groundrules::evidence::links::{Answer, Settings, Verdict};
use secure::{AUTHORITY, Secure, Wire};
use server::{Reply, Server, html, redirect};

fn over_tls(settings: &Settings, url: &str) -> Answer {
    let net = Net { authorities: Some(AUTHORITY.to_vec()), ..net() };
    ask_with(settings, &net, &[url.to_owned()]).answers.pop_first().unwrap().1
}

#[test]
fn a_connection_that_proves_nothing_is_no_answer() {
    let answer = |wire: &Wire| {
        let server = Secure::start(wire.clone());
        over_tls(&settings(r#""retries": 0"#), &format!("https://wiki.acme.io:{}/x#disk-full", server.port))
    };
    assert_eq!(answer(&Wire::Good).verdict, Verdict::Alive, "{}", answer(&Wire::Good).reason);
    for wire in [Wire::OtherName, Wire::Expired, Wire::OldProtocol, Wire::EndsInGreeting, Wire::Plain] {
        let answer = answer(&wire);
        assert_eq!(answer.verdict, Verdict::Unverified, "{wire:?}");
        assert!(!answer.reason.is_empty() && !answer.reason.contains(char::is_control), "{wire:?}: {}", answer.reason);
    }
    for wire in [Wire::OtherName, Wire::Expired] {
        let reason = answer(&wire).reason;
        assert!(reason.contains("no safe connection"), "{wire:?}: {reason}");
    }
}

#[test]
fn authorities_are_trusted_only_from_a_named_policy() {
    let server = Secure::start(Wire::Good);
    let url = format!("https://wiki.acme.io:{}/x", server.port);
    assert!(ask(&settings(""), &url).reason.contains("no safe connection"), "nobody knows the authority");
    let mut found = settings("");
    found.given.trusted = false;
    let answer = over_tls(&found, &url);
    assert_eq!(answer.verdict, Verdict::Unverified, "a pull request must not add one: {}", answer.reason);
}

#[test]
fn a_redirect_does_not_lead_from_https_to_http() {
    let plain = Server::start(|_| html(PAGE));
    let target = plain.url("wiki.acme.io", "/x");
    let server = Secure::start(Wire::RedirectTo(target));
    let answer = over_tls(&settings(""), &format!("https://wiki.acme.io:{}/x", server.port));
    assert_eq!(answer.verdict, Verdict::Unverified);
    assert!(answer.reason.contains("https to http"), "{}", answer.reason);
    assert!(plain.requests().is_empty());
}

#[test]
fn a_name_is_looked_up_once_a_connection() {
    let server = Server::start(|_| html(PAGE));
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    // Whoever looks a second time would be led elsewhere.
    let names = move |_: &str| match counted.fetch_add(1, Ordering::Relaxed) {
        0 => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
        _ => Err(NameTrouble::Failing("looked up again".into())),
    };
    let net = Net { names: Some(Arc::new(names)), ..net() };
    let fetched = ask_with(&settings(""), &net, &[server.url("wiki.acme.io", "/x")]);
    assert_eq!(fetched.answers.values().next().unwrap().verdict, Verdict::Alive);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn pages_made_to_choke_on_are_read_to_their_end() {
    let pages: Vec<(&str, Vec<u8>)> = vec![
        ("text/html", b"<div>".repeat(300_000)),
        ("text/html", b"<".repeat(1_500_000)),
        ("text/html", b"<a ".repeat(400_000)),
        ("text/html", [b"<a id=x ".as_slice(), &b"b=c ".repeat(300_000)].concat()),
        ("text/html", b"&#x10ffff;".repeat(150_000)),
        ("text/html", b"<title>".repeat(200_000)),
        ("text/markdown", b"> ".repeat(500_000)),
        ("text/markdown", b"[".repeat(500_000)),
        ("text/markdown", b"*a **b ".repeat(100_000)),
        ("text/markdown", b"`".repeat(500_000)),
        ("text/markdown", b"- ".repeat(300_000)),
        ("text/markdown", b"# a\n".repeat(300_000)),
        ("text/html", vec![0xff; 1_000_000]),
        ("text/html; charset=utf-16", vec![0xd8; 100_000]),
    ];
    let shown = pages.clone();
    let server = Server::start(move |request| {
        let (kind, body) = &shown[request.path[1..].parse::<usize>().unwrap()];
        Reply::Page(200, format!("content-type: {kind}\r\n"), body.clone())
    });
    let patient = settings(r#""timeout": "30s", "retries": 0"#);
    for at in 0..pages.len() {
        let answer = ask(&patient, &server.url("wiki.acme.io", &format!("/{at}#x")));
        assert_ne!(answer.verdict, Verdict::Dead, "page {at}: {}", answer.reason);
        assert!(answer.reason.len() < 1_000, "page {at}");
    }
}

#[test]
fn a_host_alone_that_asks_for_a_pause_gets_it() {
    let times = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&times);
    let server = Server::start(move |request| {
        seen.lock().unwrap().push(Instant::now());
        if request.nth == 0 { Reply::Page(429, "retry-after: 1\r\n".into(), Vec::new()) } else { html(PAGE) }
    });
    assert_eq!(verdict(&settings(""), &server.url("wiki.acme.io", "/x")), Verdict::Alive);
    let times = times.lock().unwrap();
    assert_eq!(times.len(), 2);
    assert!(times[1] - times[0] >= Duration::from_millis(950));
}

#[test]
fn what_a_server_sends_is_never_said_as_it_came() {
    let server = Server::start(|request| match request.path.as_str() {
        "/title" => html("<title>\u{1b}[31mNot found\u{7} ::error::x\u{202e}</title>"),
        "/location" => redirect(302, "http://wiki.acme.io\u{1b}[2J:1/?token=hunter2"),
        _ => Reply::Page(401, "www-authenticate: \u{1b}[31mBasic\r\n".into(), Vec::new()),
    });
    for path in ["/title", "/location", "/header"] {
        let answer = ask(&settings(r#""retries": 0"#), &server.url("wiki.acme.io", path));
        assert!(
            !answer.reason.contains(char::is_control) && !answer.reason.contains("hunter2"),
            "{path}: {:?}",
            answer.reason
        );
    }
}

/// The program over a repository of `pages` links to the server, with a cache folder.
fn start(folder: &Path, cache: &Path, offline: bool) -> Child {
    let network: &[&str] = if offline { &["--offline"] } else { &["--online", "--allow-private"] };
    let mut command = Command::new(env!("CARGO_BIN_EXE_groundrules"));
    command.args(["runbooks", ".", "--format", "jsonl"]).args(network).current_dir(folder).env_clear();
    command.env("XDG_CACHE_HOME", cache).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn the_network_is_asked_only_when_somebody_says_so() {
    let server = Server::start(|_| html(PAGE));
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    let url = server.url("127.0.0.1", "/x");
    let rules = format!(
        "groups:\n  - name: g\n    rules:\n      - {{alert: A, expr: up, annotations: {{runbook_url: \"{url}\"}}}}\n"
    );
    std::fs::write(folder.path().join("a.yaml"), rules).unwrap();
    let run = |policy: &str, arguments: &[&str]| {
        std::fs::write(folder.path().join("groundrules.yaml"), policy).unwrap();
        let before = server.requests().len();
        let mut command = Command::new(env!("CARGO_BIN_EXE_groundrules"));
        command.args(["check", ".", "--allow-private"]).args(arguments).current_dir(folder.path()).env_clear();
        let output = command.output().unwrap();
        assert!(!output.stderr.contains(&0x1b) && !output.stdout.contains(&0x1b), "no bar where nobody looks on");
        server.requests().len() > before
    };
    let quiet = "runbook: {probe: false}\n";
    let online = "runbook: {probe: false}\nonline: true\n";
    assert!(!run(quiet, &[]), "nobody asked for it");
    assert!(run(quiet, &["--online"]));
    assert!(run(online, &[]));
    assert!(!run(online, &["--offline"]), "the command line wins");
}

#[test]
fn a_kill_in_the_middle_loses_nothing_that_was_learnt() {
    let stall = Arc::new(AtomicBool::new(true));
    let stalling = Arc::clone(&stall);
    let server = Server::start(move |request| match request.path.as_str() {
        path if path > "/p20" && stalling.load(Ordering::Relaxed) => Reply::Silence,
        _ => html(PAGE),
    });
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    let rules = (10..40).fold(String::from("groups:\n  - name: g\n    rules:\n"), |text, n| {
        let url = server.url("127.0.0.1", &format!("/p{n}"));
        text + &format!("      - {{alert: A{n}, expr: up, annotations: {{runbook_url: \"{url}\"}}}}\n")
    });
    std::fs::write(folder.path().join("a.yaml"), rules).unwrap();
    let policy = "runbook: {host_interval: 0, probe: false, host_concurrency: 1}\n";
    std::fs::write(folder.path().join("groundrules.yaml"), policy).unwrap();
    let mut first = start(folder.path(), &cache, false);
    // Pages are asked for in their order, one after the other; the 12th never comes.
    let until = Instant::now() + Duration::from_mins(1);
    while server.requests().len() < 12 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(server.requests().len(), 12, "eleven pages and the one that stalls");
    stall.store(false, Ordering::Relaxed);
    let rows = |offline: bool| {
        let output = start(folder.path(), &cache, offline).wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let verdicts = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        verdicts.for_each(|row| *counted.entry(format!("{} {}", row["verdict"], row["via"])).or_default() += 1);
        counted
    };
    let told = rows(false);
    assert_eq!(told["\"alive\" \"cache\""], 11);
    assert_eq!(told["\"alive\" \"network\""], 19);
    assert_eq!(server.requests().len(), 12 + 19);
    assert_eq!(rows(false)["\"alive\" \"cache\""], 30);
    assert_eq!(server.requests().len(), 12 + 19, "what is fresh is not asked again");
}
