//! Login pages, walls against robots and pages that say "not found" with a success: every signal by itself, and what looks like
//! one and is none.
#![cfg(feature = "online")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

#[path = "support/client.rs"]
mod client;
#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "support/server.rs"]
mod server;

use client::{PAGE, ask, settings, verdict};
use groundrules::evidence::links::Verdict;
use server::{Reply, Request, Server, html, redirect, status};

/// The server's port, from a request.
fn port(request: &Request) -> &str {
    request.headers["host"].split(':').nth(1).unwrap()
}

#[test]
fn login_pages_are_known_by_where_they_lie() {
    const LOGINS: [(&str, &str); 18] = [
        ("wiki.acme.io", "/login"),
        ("wiki.acme.io", "/users/sign_in"),
        ("wiki.acme.io", "/signin"),
        ("wiki.acme.io", "/session/new"),
        ("wiki.acme.io", "/oauth2/authorize"),
        ("wiki.acme.io", "/saml2/idp/x"),
        ("wiki.acme.io", "/adfs/ls/"),
        ("wiki.acme.io", "/cas/login"),
        ("wiki.acme.io", "/login.action"),
        ("wiki.acme.io", "/ServiceLogin"),
        ("wiki.acme.io", "/realms/acme/protocol/openid-connect/auth"),
        ("sso.acme.io", "/x"),
        ("accounts.acme.io", "/x"),
        ("acme.okta.com", "/x"),
        ("acme.onelogin.com", "/x"),
        ("acme.auth0.com", "/x"),
        ("login.microsoftonline.com", "/x"),
        ("keycloak.acme.io", "/x"),
    ];
    const PAGES: [(&str, &str); 4] = [
        ("wiki.acme.io", "/author/x"),
        ("wiki.acme.io", "/blogin"),
        ("authority.acme.io", "/x"),
        ("wiki.acme.io", "/runbooks/signings"),
    ];
    let server = Server::start(|request| {
        let target = |of: &[(&str, &str)], at: &str| {
            let (host, path) = of[at.parse::<usize>().unwrap()];
            redirect(302, &format!("http://{host}:{}{path}", port(request)))
        };
        match (request.path.strip_prefix("/to/"), request.path.strip_prefix("/page/")) {
            (Some(at), _) => target(&LOGINS, at),
            (_, Some(at)) => target(&PAGES, at),
            _ if request.path == "/old/sso" => redirect(302, "/runbooks/sso"),
            _ => html("<title>Welcome</title><p>Please go on."),
        }
    });
    for (at, target) in LOGINS.iter().enumerate() {
        let answer = ask(&settings(""), &server.url("wiki.acme.io", &format!("/to/{at}")));
        assert_eq!(answer.verdict, Verdict::LoginWall, "{target:?}: {}", answer.reason);
    }
    for (at, target) in PAGES.iter().enumerate() {
        assert_eq!(
            verdict(&settings(""), &server.url("wiki.acme.io", &format!("/page/{at}"))),
            Verdict::Alive,
            "{target:?}"
        );
    }
    let own = server.url("wiki.acme.io", "/old/sso");
    assert_eq!(verdict(&settings(""), &own), Verdict::Alive, "a page about single sign-on that moved");
}

#[test]
fn login_pages_are_known_by_the_address_that_they_carry() {
    let server = Server::start(|request| match request.path.split_once("?via=") {
        Some((_, name)) => redirect(302, &format!("/gate?{name}=%2Frunbooks%2Fdisk&x=1")),
        None if request.path.starts_with("/whole") => {
            redirect(303, &format!("http://gate.acme.io:{0}/?u=http%3A%2F%2Fwiki.acme.io%3A{0}%2Fwhole", port(request)))
        }
        None => html("<title>Welcome</title><p>Please go on."),
    });
    for name in ["next", "continue", "redirect_uri", "return_to", "RelayState", "os_destination", "rd", "redir"] {
        let url = server.url("wiki.acme.io", &format!("/runbooks/disk?via={name}"));
        assert_eq!(verdict(&settings(""), &url), Verdict::LoginWall, "{name}");
    }
    assert_eq!(verdict(&settings(""), &server.url("wiki.acme.io", "/whole")), Verdict::LoginWall);
}

#[test]
fn refusals_are_told_from_missing_pages() {
    let server = Server::start(|request| match request.path.as_str() {
        "/401" => Reply::Page(401, "www-authenticate: Basic realm=x\r\n".into(), Vec::new()),
        "/407" => status(407),
        "/403" => status(403),
        "/cloudflare" => Reply::Page(403, "cf-mitigated: challenge\r\n".into(), Vec::new()),
        "/cloudflare-503" => Reply::Page(503, "server: cloudflare\r\n".into(), Vec::new()),
        "/aws" => Reply::Page(403, "x-amzn-waf-action: challenge\r\n".into(), Vec::new()),
        "/akamai" => Reply::Page(403, "server: AkamaiGHost\r\n".into(), Vec::new()),
        "/sucuri" => Reply::Page(403, "x-sucuri-id: 1\r\n".into(), Vec::new()),
        "/none-left" => Reply::Page(403, "x-ratelimit-remaining: 0\r\n".into(), Vec::new()),
        _ => status(500),
    });
    let of = |path: &str| ask(&settings(r#""retries": 0"#), &server.url("wiki.acme.io", path));
    for path in ["/401", "/407", "/403", "/cloudflare", "/cloudflare-503", "/aws", "/akamai", "/sucuri"] {
        assert_eq!(of(path).verdict, Verdict::Blocked, "{path}");
    }
    assert!(of("/401").reason.contains("Basic") && of("/cloudflare").reason.contains("Cloudflare"));
    assert_eq!(of("/none-left").verdict, Verdict::RateLimited);
    assert_eq!(of("/500").verdict, Verdict::Unverified);
}

#[test]
fn login_pages_and_walls_are_known_by_what_they_show() {
    let long = "word ".repeat(400);
    let pages = [
        ("<form><input name=u><input type=password></form>".to_owned(), Verdict::LoginWall),
        (
            "<body onload=submit()><form><input type=hidden name=SAMLRequest value=x></form>".to_owned(),
            Verdict::LoginWall,
        ),
        ("<title>Sign in · GitLab</title>".to_owned(), Verdict::LoginWall),
        ("<title>Log in - Acme Wiki</title>".to_owned(), Verdict::LoginWall),
        ("<title>Authentication required</title>".to_owned(), Verdict::LoginWall),
        ("<title>Just a moment...</title>".to_owned(), Verdict::Blocked),
        ("<title>Making sure you're not a bot!</title>".to_owned(), Verdict::Blocked),
        (format!("<title>Disk full</title><p>{long}<form><input type=password></form>"), Verdict::Alive),
        ("<title>Signing keys are old</title><p>Ask for a new one.".to_owned(), Verdict::Alive),
        ("<title>Disk full</title><pre>&lt;input type=password&gt;</pre>".to_owned(), Verdict::Alive),
    ];
    let shown = pages.clone();
    let server = Server::start(move |request| html(&shown[request.path[1..].parse::<usize>().unwrap()].0));
    for (at, (page, wanted)) in pages.iter().enumerate() {
        assert_eq!(verdict(&settings(""), &server.url("wiki.acme.io", &format!("/{at}"))), *wanted, "{page}");
    }
}

#[test]
fn pages_that_say_they_are_not_there_are_believed() {
    let pages = [
        ("<title>404</title>", Verdict::Soft404),
        ("<title>Page not found · Acme</title>", Verdict::Soft404),
        ("<title>Acme</title><h1>Page not found</h1>", Verdict::Soft404),
        ("<title>This page doesn't exist</title>", Verdict::Soft404),
        ("<title>Page no longer available | Acme</title>", Verdict::Soft404),
        ("<title>HTTP 404 errors of the proxy</title><p>What to do about them.", Verdict::Alive),
        ("<title>DNS name not found</title><h1>DNSNameNotFound</h1><p>It means that", Verdict::Alive),
    ];
    let server = Server::start(move |request| match request.path.as_str() {
        "/deep/gone" => redirect(302, "/"),
        "/deep/gone-for-ever" => redirect(301, &format!("http://wiki.acme.io:{}/", port(request))),
        "/" => html(PAGE),
        path => html(pages[path[1..].parse::<usize>().unwrap()].0),
    });
    let of = |path: &str| verdict(&settings(""), &server.url("wiki.acme.io", path));
    for (at, (page, wanted)) in pages.iter().enumerate() {
        assert_eq!(of(&format!("/{at}")), *wanted, "{page}");
    }
    assert_eq!([of("/deep/gone"), of("/deep/gone-for-ever")], [Verdict::Soft404; 2]);
    assert_eq!(of("/"), Verdict::Alive);
}

#[test]
fn a_probe_tells_what_a_success_is_worth() {
    let server = Server::start(|request| match (request.host(), request.path.as_str()) {
        // The same address, and nearly the same page, whatever is asked for.
        ("spa.acme.io", path) => html(&format!("<title>App</title><p>{}<i>{}</i>", "text ".repeat(200), path.len())),
        // All lead to one login page without any sign of it.
        ("gate.acme.io", "/hello") => html("<title>Hello</title>"),
        ("gate.acme.io", _) => redirect(302, "/hello"),
        (_, path) if path.contains("groundrules-") => status(404),
        _ => html(PAGE),
    });
    let probing = settings(r#""probe": true"#);
    let of = |host: &str, path: &str| verdict(&probing, &server.url(host, path));
    assert_eq!([of("spa.acme.io", "/a/b"), of("gate.acme.io", "/a/b")], [Verdict::Unverified; 2]);
    assert_eq!([of("spa.acme.io", "/"), of("wiki.acme.io", "/a/b")], [Verdict::Alive; 2], "a front page is not probed");
    assert_eq!(
        verdict(&settings(""), &server.url("spa.acme.io", "/a/b")),
        Verdict::Alive,
        "the policy may switch it off"
    );
}
