//! 10,000 runbook pages on 200 hosts, all on the loopback address: time against what the limits of the hosts allow, requests,
//! and the peak memory of the asking side. `cargo bench --bench links`
//!
//! The server runs in a process of its own, so that its memory does not count.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a program that measures")]

#[path = "../tests/support/server.rs"]
#[allow(dead_code)]
mod server;

use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use groundrules::evidence::fetch::{NameTrouble, Net, fetch};
use groundrules::evidence::links::{Question, Settings, Verdict};

const HOSTS: usize = 200;
const PAGES: usize = 10_000;

fn main() {
    if std::env::args().any(|argument| argument == "serve") {
        return serve();
    }
    let this = std::env::current_exe().unwrap();
    let mut child = Command::new(this).arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut port).unwrap();
    let questions: Vec<Question> = (0..PAGES)
        .map(|n| {
            let url = format!("http://host{}.acme.io:{}/runbooks/{n}#disk-full", n % HOSTS, port.trim());
            Question::new(&url, ".", [("a", "b")])
        })
        .collect();
    println!("before: {} KiB", peak());
    run("no interval", r#"{"host_interval": "0", "concurrency": 64}"#, &questions, 0.0);
    let per_host = u32::try_from(PAGES / HOSTS).unwrap();
    run("defaults", "{}", &questions, f64::from(per_host) * 0.1);
    child.kill().unwrap();
    child.wait().unwrap();
}

fn run(name: &str, settings: &str, questions: &[Question], least: f64) {
    let mut settings: Settings = serde_json::from_str(settings).unwrap();
    settings.given.allow_private = true;
    let names = |_: &str| -> Result<Vec<IpAddr>, NameTrouble> { Ok(vec![Ipv4Addr::LOCALHOST.into()]) };
    let net = Net { names: Some(Arc::new(names)), ..Net::default() };
    let start = Instant::now();
    let fetched = fetch(questions, &settings, &net).unwrap();
    let alive = fetched.answers.values().filter(|answer| answer.verdict == Verdict::Alive).count();
    println!(
        "{name}: {} pages, {alive} alive, {} requests, {:.2} s (the intervals alone: {least:.2} s), peak {} KiB",
        fetched.pages,
        fetched.requests,
        start.elapsed().as_secs_f64(),
        peak()
    );
}

/// Answers until standard input ends.
fn serve() {
    let text = "Look at the graphs, then at the logs, then free some space. ".repeat(300);
    let page = format!("<title>Disk full</title><h1 id=disk-full>Disk full</h1><p>{text}");
    let server = server::Server::start(move |request| {
        if request.path.contains("groundrules-") { server::status(404) } else { server::html(&page) }
    });
    println!("{}", server.address.port());
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// Most memory that this process ever held, in KiB; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or_default()
}
