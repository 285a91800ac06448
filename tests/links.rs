//! Runbook pages over the network, against a server that misbehaves. Nothing but the loopback address is asked.
#![cfg(feature = "online")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "helpers of tests may fail like tests")]

#[path = "support/client.rs"]
mod client;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{PAGE, ask, ask_with, net, settings, verdict};
use groundrules::evidence::fetch::{Fetched, NameTrouble, Net};
use groundrules::evidence::links::{Question, Settings, Verdict, Via};
use server::{Reply, Server, bomb, html, redirect, status};

#[test]
fn pages_and_their_anchors_are_found_with_one_request_a_page() {
    let server = Server::start(|_| html(PAGE));
    let url = |tail: &str| server.url("wiki.acme.io", tail);
    let urls = [url("/disk"), url("/disk#disk-full"), url("/disk#Disk-Full"), url("/disk#gone"), url("/disk#L12")];
    let fetched = ask_with(&settings(""), &net(), &urls);
    let got: Vec<Verdict> =
        urls.iter().map(|u| fetched.answers[&Question::new(u, ".", [("a", "b")])].verdict).collect();
    let (alive, missing) = (Verdict::Alive, Verdict::AnchorMissing);
    assert_eq!(got, [alive, alive, missing, missing, alive]);
    let near = &fetched.answers[&Question::new(&urls[2], ".", [("a", "b")])];
    assert_eq!(near.near, Some(url("/disk#disk-full")));
    assert_eq!((near.via, near.checked_at), (Some(Via::Network), Some(1_000_000)));
    assert_eq!(near.facts.as_ref().unwrap().headings.len(), 1);
    assert_eq!((fetched.pages, fetched.requests, server.lines().len()), (1, 1, 1));
}

#[test]
fn not_found_is_dead_after_a_second_look() {
    let server = Server::start(|request| match (request.path.as_str(), request.nth) {
        ("/flaky", 0) => status(404),
        ("/flaky", _) => html(PAGE),
        ("/gone", _) => status(410),
        _ => status(404),
    });
    let of = |path: &str| verdict(&settings(""), &server.url("wiki.acme.io", path));
    assert_eq!([of("/none"), of("/gone"), of("/flaky")], [Verdict::Dead, Verdict::Dead, Verdict::Alive]);
    assert_eq!(server.lines().iter().filter(|line| line.ends_with("/none")).count(), 2);
}

#[test]
fn a_page_is_asked_once_however_many_link_it_and_head_is_for_files() {
    let server = Server::start(|request| match (request.method.as_str(), request.path.as_str()) {
        ("HEAD", "/b.pdf") => status(405),
        (_, "/a.pdf" | "/b.pdf") => Reply::Page(200, "content-type: application/pdf\r\n".into(), vec![b'x'; 4096]),
        _ => html(PAGE),
    });
    let url = |path: &str| server.url("wiki.acme.io", path);
    let fetched = ask_with(&settings(""), &net(), &[url("/a.pdf"), url("/b.pdf"), url("/c"), url("/c#disk-full")]);
    assert!(fetched.answers.values().all(|answer| answer.verdict == Verdict::Alive));
    let mut lines = server.lines();
    lines.sort();
    assert_eq!(lines, ["GET /b.pdf", "GET /c", "HEAD /a.pdf", "HEAD /b.pdf"]);
}

#[test]
fn login_pages_walls_and_soft_404_are_told_apart() {
    let server = Server::start(|request| match request.path.as_str() {
        "/a" => redirect(302, "/sso/login?next=%2Fa"),
        "/b" => redirect(302, "http://idp.acme.io/x?RelayState=%2Fb"),
        "/c" => html("<form action=/x><input type=password></form>"),
        "/d" => html("<meta http-equiv=refresh content='0; url=/login'>"),
        "/e" => html("<title>404 - Page not found</title>"),
        "/f" => redirect(301, "/"),
        "/g" => status(401),
        "/h" => status(403),
        "/i" => Reply::Page(503, "cf-mitigated: challenge\r\nserver: cloudflare\r\n".into(), Vec::new()),
        "/j" => html("<title>Just a moment...</title>"),
        "/k" => status(418),
        _ => html(PAGE),
    });
    // The identity provider's name leads to nobody who listens on port 80.
    let of = |path: &str| verdict(&settings(""), &server.url("wiki.acme.io", path));
    assert_eq!([of("/a"), of("/c"), of("/d")], [Verdict::LoginWall; 3]);
    assert_eq!([of("/e"), of("/f")], [Verdict::Soft404; 2]);
    assert_eq!([of("/g"), of("/h"), of("/i"), of("/j")], [Verdict::Blocked; 4]);
    assert_eq!([of("/b"), of("/k")], [Verdict::Unverified; 2]);
}

#[test]
fn a_host_that_says_yes_to_everything_proves_nothing() {
    let server = Server::start(|request| match request.host() {
        "app.acme.io" => html("<title>App</title><div id=root></div><script src=/app.js></script>"),
        _ if request.path.contains("groundrules-") => status(404),
        _ => html(PAGE),
    });
    let probing = settings(r#""probe": true"#);
    assert_eq!(verdict(&probing, &server.url("app.acme.io", "/runbooks/disk")), Verdict::Unverified);
    assert_eq!(verdict(&probing, &server.url("wiki.acme.io", "/runbooks/disk")), Verdict::Alive);
    assert_eq!(verdict(&settings(""), &server.url("app.acme.io", "/x#a")), Verdict::Unverified, "made by a script");
    let urls: Vec<String> = (0..5).map(|n| server.url("wiki.acme.io", &format!("/runbooks/{n}"))).collect();
    assert_eq!(ask_with(&probing, &net(), &urls).requests, 6, "one probe a host");
}

#[test]
fn redirects_are_followed_by_hand_and_end() {
    let server = Server::start(|request| match request.path.as_str() {
        "/moved" => redirect(301, "/new"),
        "/twice" => redirect(308, "/moved"),
        "/for-now" => redirect(302, "/new"),
        "/circle" => redirect(302, "/circle2"),
        "/circle2" => redirect(302, "/circle"),
        "/nowhere" => status(302),
        "/broken" => redirect(302, "http://[::"),
        "/file" => redirect(302, "file:///etc/passwd"),
        "/user" => redirect(302, "http://a:b@wiki.acme.io/new"),
        path if path.starts_with("/long") => redirect(302, &format!("{path}x")),
        _ => html(PAGE),
    });
    let of = |path: &str| ask(&settings(""), &server.url("wiki.acme.io", path));
    assert_eq!(of("/moved#disk-full").moved_to, Some(server.url("wiki.acme.io", "/new#disk-full")));
    assert_eq!(of("/twice").moved_to, Some(server.url("wiki.acme.io", "/new")));
    assert_eq!((of("/for-now").verdict, of("/for-now").moved_to), (Verdict::Alive, None));
    for path in ["/circle", "/nowhere", "/broken", "/long"] {
        assert_eq!(of(path).verdict, Verdict::Unverified, "{path}");
    }
    assert_eq!([of("/file").verdict, of("/user").verdict], [Verdict::Unsafe; 2]);
    assert_eq!(server.lines().iter().filter(|line| line.contains("/long")).count(), 6);
}

#[test]
fn private_addresses_are_never_asked() {
    let server = Server::start(|request| match request.path.as_str() {
        "/to-literal" => redirect(302, "http://127.0.0.1:1/x"),
        "/to-hex" => redirect(302, "http://0x7f.1:1/x"),
        "/to-mapped" => redirect(302, "http://[::ffff:127.0.0.1]:1/x"),
        "/to-name" => {
            redirect(302, &format!("http://inner.acme.io:{}/x", request.headers["host"].split(':').nth(1).unwrap()))
        }
        _ => html(PAGE),
    });
    let port = server.address.port();
    let mut strict = settings(r#""allow_private": true, "hosts": {"inner.acme.io": {"private": true}}"#);
    strict.given.allow_private = false;
    strict.given.trusted = false;
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", "127.1"] {
        assert_eq!(verdict(&strict, &format!("http://{host}:{port}/x")), Verdict::Unsafe, "{host}");
    }
    let inner = ask(&strict, &server.url("inner.acme.io", "/x"));
    assert_eq!(inner.verdict, Verdict::Unverified, "a name of an inner network is not the alert's fault");
    assert!(inner.reason.contains("--allow-private"), "{}", inner.reason);
    assert!(server.requests().is_empty());
    let mut one = settings(r#""hosts": {"front.acme.io": {"private": true}}"#);
    one.given.allow_private = false;
    let of = |path: &str| verdict(&one, &server.url("front.acme.io", path));
    assert_eq!(of("/x"), Verdict::Alive);
    assert_eq!([of("/to-literal"), of("/to-hex"), of("/to-mapped")], [Verdict::Unsafe; 3]);
    assert_eq!(of("/to-name"), Verdict::Unverified);
    assert!(server.requests().iter().all(|request| request.host() == "front.acme.io"));
}

#[test]
fn credentials_stay_with_their_host() {
    let server = Server::start(|request| match request.path.as_str() {
        "/same" => redirect(302, "/x"),
        "/other" => {
            redirect(302, &format!("http://localhost:{}/x", request.headers["host"].split(':').nth(1).unwrap()))
        }
        _ if request.headers.contains_key("private-token") => html(PAGE),
        _ => status(401),
    });
    let mut own = settings(r#""hosts": {"127.0.0.1": {"token_env": "WIKI", "token_header": "PRIVATE-TOKEN"}}"#);
    let net = Net { env: BTreeMap::from([("WIKI".into(), "hunter2".into())]), ..net() };
    let of = |settings: &Settings, path: &str| {
        ask_with(settings, &net, &[server.url("127.0.0.1", path)]).answers.pop_first().unwrap().1
    };
    assert_eq!([of(&own, "/x").verdict, of(&own, "/same").verdict], [Verdict::Alive; 2]);
    let other = of(&own, "/other");
    assert_eq!(other.verdict, Verdict::Blocked);
    assert!(!format!("{other:?}").contains("hunter2"));
    let leaked =
        |request: &&server::Request| request.host() == "localhost" && request.headers.contains_key("private-token");
    assert_eq!(server.requests().iter().find(leaked).map(|request| &request.path), None);
    assert!(server.requests().iter().all(|request| !request.headers.contains_key("referer")));
    own.given.trusted = false;
    assert_eq!(of(&own, "/x").verdict, Verdict::Blocked, "a pull request can't send credentials");
}

#[test]
fn names_are_dead_only_with_their_domain() {
    let of = |url: &str| verdict(&settings(""), url);
    assert_eq!(of("http://dead.gone-for-ever.io/x"), Verdict::Dead);
    assert_eq!(of("http://gone-for-ever.io/x"), Verdict::Dead);
    assert_eq!(of("http://old.acme.io/x"), Verdict::Unverified, "its domain is there");
    assert_eq!(of("http://wiki.corp/x"), Verdict::Unverified, "an inner name");
    assert_eq!(of("http://later.acme.io/x"), Verdict::Unverified);
    let nothing = Net { names: Some(Arc::new(|_| Err(NameTrouble::Missing))), ..net() };
    let offline = ask_with(&settings(""), &nothing, &["http://dead.gone-for-ever.io/x".to_owned()]);
    assert_eq!(offline.answers.values().next().unwrap().verdict, Verdict::Unverified, "no name is known here at all");
}

#[test]
fn forges_say_dead_only_of_projects_that_they_show() {
    let server = Server::start(|request| match request.path.as_str() {
        "/acme/open" | "/acme/open/-/x" => html("<title>acme/open</title>"),
        "/acme/open/blob/main/a.md" => html("<title>a.md</title><div id=app></div><script>x</script>"),
        "/acme/open/raw/main/a.md" => {
            Reply::Page(200, "content-type: text/plain\r\n".into(), b"# A\n\n## Disk full\n".to_vec())
        }
        "/acme/walled" => redirect(302, "/users/sign_in"),
        "/users/sign_in" => html("<input type=password>"),
        _ => status(404),
    });
    let github = settings(r#""hosts": {"git.acme.io": {"forge": "github"}}"#);
    let of = |path: &str| verdict(&github, &server.url("git.acme.io", path));
    assert_eq!(of("/acme/open/blob/main/gone.md"), Verdict::Dead);
    assert_eq!(of("/acme/secret/blob/main/gone.md"), Verdict::Unverified);
    assert_eq!(of("/acme/walled/blob/main/gone.md"), Verdict::Unverified);
    assert_eq!(of("/acme/secret"), Verdict::Unverified);
    assert_eq!(of("/acme"), Verdict::Unverified);
    assert_eq!(of("/acme/open/blob/main/a.md#disk-full"), Verdict::Alive);
    assert_eq!(of("/acme/open/blob/main/a.md#disk-empty"), Verdict::AnchorMissing);
    let gitlab = settings(r#""hosts": {"git.acme.io": {"forge": "gitlab"}}"#);
    let of = |path: &str| verdict(&gitlab, &server.url("git.acme.io", path));
    assert_eq!(of("/acme/open/-/blob/main/gone.md"), Verdict::Dead);
    assert_eq!(of("/acme/gone.md"), Verdict::Unverified, "where does the project end");
    assert_eq!(verdict(&settings(""), &server.url("acme.atlassian.net", "/wiki/gone")), Verdict::Unverified);
}

#[test]
fn a_token_opens_the_api_of_a_forge() {
    let server = Server::start(|request| {
        if request.headers.get("authorization").map(String::as_str) != Some("Bearer hunter2") {
            return status(404);
        }
        match request.path.as_str() {
            "/api/v3/repos/acme/secret/contents/a.md?ref=main" => {
                Reply::Page(200, "content-type: application/vnd.github.raw\r\n".into(), b"# Disk full\n".to_vec())
            }
            "/api/v3/repos/acme/secret/commits/main" => status(200),
            _ => status(404),
        }
    });
    let forge = settings(r#""hosts": {"127.0.0.1": {"forge": "github", "token_env": "GIT"}}"#);
    let net = Net { env: BTreeMap::from([("GIT".into(), "hunter2".into())]), ..net() };
    let of =
        |path: &str| ask_with(&forge, &net, &[server.url("127.0.0.1", path)]).answers.pop_first().unwrap().1.verdict;
    assert_eq!(of("/acme/secret/blob/main/a.md#disk-full"), Verdict::Alive);
    assert_eq!(of("/acme/secret/blob/main/b.md"), Verdict::Dead);
    assert_eq!(of("/acme/secret/blob/feature/x/a.md"), Verdict::Unverified, "the branch may have a slash in its name");
    assert_eq!(of("/acme/other/blob/main/a.md"), Verdict::Unverified);
}

#[test]
fn too_many_requests_silence_the_host_whatever_else_it_answers() {
    let until = Arc::new(std::sync::Mutex::new(None::<Instant>));
    let early = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let (until_there, early_there) = (Arc::clone(&until), Arc::clone(&early));
    let server = Server::start(move |request| {
        let mut until = until_there.lock().unwrap();
        if until.is_some_and(|until| Instant::now() < until) {
            early_there.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        if request.path == "/throttled" && request.nth == 0 {
            *until = Some(Instant::now() + Duration::from_millis(950));
            return Reply::Page(429, "retry-after: 1\r\n".into(), Vec::new());
        }
        html(PAGE)
    });
    // One at a time: the throttled page is the first, all others come after its answer.
    let one = settings(r#""host_concurrency": 1"#);
    let mut urls: Vec<String> = (0..10).map(|n| server.url("wiki.acme.io", &format!("/x{n}"))).collect();
    urls.push(server.url("wiki.acme.io", "/throttled"));
    let fetched = ask_with(&one, &net(), &urls);
    assert!(fetched.answers.values().all(|answer| answer.verdict == Verdict::Alive));
    assert_eq!(early.load(std::sync::atomic::Ordering::Relaxed), 0);
    assert!(until.lock().unwrap().is_some());
}

#[test]
fn who_asks_for_too_long_a_wait_is_left_alone() {
    let server = Server::start(|request| match request.host() {
        "slow.acme.io" => Reply::Page(429, "retry-after: 3600\r\n".into(), Vec::new()),
        _ => status(429),
    });
    let one = settings(r#""host_concurrency": 1"#);
    let urls: Vec<String> = (0..5).map(|n| server.url("slow.acme.io", &format!("/x{n}"))).collect();
    let fetched = ask_with(&one, &net(), &urls);
    assert!(fetched.answers.values().all(|answer| answer.verdict == Verdict::RateLimited));
    assert_eq!(server.requests().len(), 1);
    assert_eq!(verdict(&one, &server.url("busy.acme.io", "/x")), Verdict::RateLimited);
}

#[test]
fn broken_answers_are_tried_again_and_then_unknown() {
    let half = b"HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\n<title>".to_vec();
    let server = Server::start(move |request| match (request.path.as_str(), request.nth) {
        ("/reset-once" | "/half-once" | "/fails-once", 1) => html(PAGE),
        ("/reset-once" | "/reset", _) => Reply::Reset,
        ("/half-once" | "/half", _) => Reply::Raw(half.clone()),
        ("/fails-once" | "/fails", _) => status(502),
        ("/garbage", _) => Reply::Raw(b"\x00\x01\x02 what\r\n\r\n".to_vec()),
        ("/closed", _) => Reply::Raw(Vec::new()),
        ("/chunks", _) => Reply::Raw(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec()),
        ("/headers", _) => Reply::Raw([b"HTTP/1.1 200 X\r\n".to_vec(), b"a: b\r\n".repeat(100_000)].concat()),
        ("/silent", _) => Reply::Silence,
        ("/drip-head", _) => Reply::Drip(b"HTTP/1.1 200 X\r\na: ".to_vec(), Duration::from_millis(20)),
        ("/drip-body", _) => Reply::Drip(b"HTTP/1.1 200 X\r\n\r\n<p>".to_vec(), Duration::from_millis(20)),
        _ => status(404),
    });
    let of = |path: &str| ask(&settings(r#""retries": 1"#), &server.url("wiki.acme.io", path));
    for path in ["/reset-once", "/half-once", "/fails-once"] {
        assert_eq!(of(path).verdict, Verdict::Alive, "{path}");
    }
    for path in [
        "/reset",
        "/half",
        "/fails",
        "/garbage",
        "/closed",
        "/chunks",
        "/headers",
        "/silent",
        "/drip-head",
        "/drip-body",
    ] {
        let answer = of(path);
        assert_eq!(answer.verdict, Verdict::Unverified, "{path}: {}", answer.reason);
        assert!(!answer.reason.is_empty() && !answer.reason.contains(char::is_control), "{path}");
    }
    let tries = server.lines().iter().filter(|line| line.ends_with("/fails")).count();
    assert_eq!(tries, 4, "two, and two at the second look");
    let tls = format!("https://127.0.0.1:{}/x", server.address.port());
    assert_eq!(verdict(&settings(""), &tls), Verdict::Unverified);
    assert_eq!(verdict(&settings(""), "http://wiki.acme.io:1/x"), Verdict::Unverified, "nobody listens");
}

#[test]
fn bodies_are_read_up_to_the_cap() {
    let packed = bomb(200_000_000);
    let server = Server::start(move |request| match request.path.as_str() {
        "/bomb" => Reply::Page(200, "content-type: text/html\r\ncontent-encoding: gzip\r\n".into(), packed.clone()),
        "/endless" => {
            Reply::Drip([b"HTTP/1.1 200 X\r\n\r\n".to_vec(), vec![b'x'; 4 << 20]].concat(), Duration::from_millis(1))
        }
        "/ids" => html(&"<a id=x>".repeat(200_000)),
        _ => html(&format!("{PAGE}{}<p id=late>", "word ".repeat(500_000))),
    });
    let of = |path: &str| verdict(&settings(r#""timeout": "20s""#), &server.url("wiki.acme.io", path));
    assert_eq!(of("/bomb#x"), Verdict::Unverified, "its end was not seen");
    assert_eq!(of("/bomb"), Verdict::Alive);
    assert_eq!(of("/endless"), Verdict::Alive);
    assert_eq!(of("/big#disk-full"), Verdict::Alive);
    assert_eq!(of("/big#late"), Verdict::Unverified);
    assert_eq!(of("/ids#y"), Verdict::Unverified);
}

#[test]
fn the_run_ends_at_its_deadline_and_says_what_is_left() {
    let server = Server::start(|request| if request.path == "/first" { html(PAGE) } else { Reply::Silence });
    let short = settings(r#""deadline": "1s", "timeout": "30s", "host_concurrency": 2"#);
    let urls: Vec<String> =
        ["/first", "/second", "/third", "/x4", "/x5"].map(|path| server.url("wiki.acme.io", path)).to_vec();
    let folder = tempfile::tempdir().unwrap();
    let net = Net { cache: Some(folder.path().join("links.jsonl")), ..net() };
    let fetched = ask_with(&short, &net, &urls);
    let late = fetched.answers.values().filter(|answer| answer.reason.contains("deadline")).count();
    let alive = fetched.answers.values().filter(|answer| answer.verdict == Verdict::Alive).count();
    assert_eq!((alive, late), (1, 4));
    assert_eq!(ask_with(&short, &net, &urls[..1]).requests, 0, "what was answered before the end is kept");
}

#[test]
fn what_is_fresh_is_not_asked_again() {
    let server = Server::start(|request| match request.path.as_str() {
        "/gone" => status(404),
        "/fails" => status(500),
        _ => html(PAGE),
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/links.jsonl");
    let at = |now: i64| Net { cache: Some(path.clone()), now, ..net() };
    let quick = settings(r#""retries": 0"#);
    let urls: Vec<String> =
        ["/a#disk-full", "/b", "/gone", "/fails"].map(|path| server.url("wiki.acme.io", path)).to_vec();
    let first = ask_with(&quick, &at(1_000), &urls);
    assert_eq!(first.requests, 6, "two second looks");
    let again = ask_with(&quick, &at(1_100), &urls);
    assert_eq!(again.requests, 2, "only the failing server is asked");
    let verdicts = |fetched: &Fetched| fetched.answers.values().map(|answer| answer.verdict).collect::<Vec<_>>();
    assert_eq!(verdicts(&first), verdicts(&again));
    let cached = &again.answers[&Question::new(&urls[0], ".", [("a", "b")])];
    assert_eq!((cached.via, cached.checked_at), (Some(Via::Cache), Some(1_000)));
    assert_eq!(ask_with(&quick, &at(1_000 + 700), &urls).requests, 4, "what is dead is asked again soon");
    assert_eq!(ask_with(&quick, &at(1_000 + 90_000), &urls[..1]).requests, 1);
    let other = server.url("wiki.acme.io", "/b#disk-full");
    assert_eq!(ask_with(&quick, &at(1_100), &[other]).requests, 1, "the anchor was not looked for before");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_torn_or_foreign_cache_is_as_if_it_were_not_there() {
    let server = Server::start(|_| html(PAGE));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("links.jsonl");
    let net = Net { cache: Some(path.clone()), ..net() };
    let url = |n: usize| vec![server.url("wiki.acme.io", &format!("/{n}"))];
    assert_eq!(ask_with(&settings(""), &net, &url(1)).requests, 1);
    let text = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&b"\xff{\"v\":9}\n[]\n"[..], &text, &text[..text.len() / 2]].concat()).unwrap();
    assert_eq!(ask_with(&settings(""), &net, &url(2)).requests, 1);
    assert_eq!(ask_with(&settings(""), &net, &[url(1), url(2)].concat()).requests, 0, "a torn line loses no other");
    std::fs::write(&path, "nonsense\n".repeat(500)).unwrap();
    assert_eq!(ask_with(&settings(""), &net, &url(3)).requests, 1);
    assert!(!std::fs::read_to_string(&path).unwrap().contains("nonsense"), "the file is written anew");
    let nowhere = Net { cache: Some(folder.path().to_path_buf()), ..net };
    let fetched = ask_with(&settings(""), &nowhere, &url(4));
    assert_eq!((fetched.answers.len(), fetched.notes.len()), (1, 1));
}

#[test]
fn hosts_have_settings_of_their_own() {
    let server = Server::start(|_| html(PAGE));
    let own = settings(r#""hosts": {"*.acme.io": {"user_agent": "acme-bot"}, "not.acme.io": {"skip": true}}"#);
    assert_eq!(verdict(&own, &server.url("wiki.acme.io", "/x")), Verdict::Alive);
    assert_eq!(verdict(&own, &server.url("not.acme.io", "/x")), Verdict::Unverified);
    assert_eq!(verdict(&own, &server.url("wiki.other.io", "/x")), Verdict::Alive);
    let agents: Vec<String> = server.requests().iter().map(|request| request.headers["user-agent"].clone()).collect();
    assert_eq!(agents[0], "acme-bot");
    assert!(agents[1].starts_with("groundrules/"));
    assert_eq!(agents.len(), 2);
}

#[test]
fn a_proxy_may_be_private_and_opens_no_door_to_private_hosts() {
    let server = Server::start(|_| html(PAGE));
    let mut strict = settings("");
    strict.given.allow_private = false;
    let proxy = format!("http://proxy.corp:{}", server.address.port());
    let names = |name: &str| match name {
        "proxy.corp" | "inner.acme.io" => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
        _ => Err(NameTrouble::Missing),
    };
    let net = Net { env: BTreeMap::from([("HTTP_PROXY".into(), proxy)]), names: Some(Arc::new(names)), ..net() };
    let of = |url: &str| ask_with(&strict, &net, &[url.to_owned()]).answers.pop_first().unwrap().1.verdict;
    assert_eq!(of("http://wiki.acme.io/x"), Verdict::Alive);
    assert_eq!(of("http://inner.acme.io/x"), Verdict::Unverified);
    assert_eq!(of("http://10.0.0.1/x"), Verdict::Unsafe);
    assert_eq!(server.lines(), ["GET http://wiki.acme.io/x"]);
}
