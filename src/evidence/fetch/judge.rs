//! What an answer of the network means: page, login page, "not found" that says 200. Pure.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use url::Url;

use super::exchange::Journey;
use super::record::Record;
use crate::evidence::links::Verdict;
use crate::evidence::links::address::decode;
use crate::evidence::links::form::redact;
use crate::evidence::links::html::Signs;

/// Words of hosts and paths that login pages have.
const LOGIN_WORDS: [&str; 29] = [
    "login",
    "signin",
    "sign-in",
    "sign_in",
    "sso",
    "auth",
    "oauth",
    "oauth2",
    "authorize",
    "authenticate",
    "saml",
    "saml2",
    "adfs",
    "idp",
    "accounts",
    "okta",
    "onelogin",
    "auth0",
    "keycloak",
    "openid-connect",
    "servicelogin",
    "login.action",
    "login.jsp",
    "login.html",
    "login.php",
    "logon",
    "cas",
    "session",
    "passport",
];

/// Titles of login pages, in lower case.
const LOGIN_TITLES: [&str; 12] = [
    "sign in",
    "signin",
    "log in",
    "login",
    "log on",
    "authentication required",
    "access denied",
    "unauthorized",
    "single sign-on",
    "please log in",
    "sign in to your account",
    "forbidden",
];

/// Titles of walls against robots, in lower case.
const ROBOT_TITLES: [&str; 7] = [
    "just a moment",
    "attention required",
    "checking your browser",
    "making sure you're not a bot",
    "are you a robot",
    "verify you are human",
    "security check",
];

/// Titles of pages that are not there, in lower case, as a whole or as a part between separators.
const MISSING_TITLES: [&str; 22] = [
    "404",
    "404 not found",
    "404 error",
    "error 404",
    "404 page not found",
    "404 - not found",
    "not found",
    "page not found",
    "the page could not be found",
    "this page could not be found",
    "page doesn't exist",
    "page does not exist",
    "this page does not exist",
    "this page doesn't exist",
    "page no longer available",
    "no longer available",
    "we couldn't find that page",
    "oops! page not found",
    "http 404",
    "file not found",
    "object not found",
    "nothing here",
];

/// What a host answered to a question for a page that can't exist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Probe {
    pub(super) last: Url,
    pub(super) title: String,
    pub(super) size: usize,
}

/// The verdict on the page, without anchors, forges and probes.
pub(super) fn judge(first: &Url, journey: &Journey, signs: &Signs, words: u32) -> Record {
    let status = journey.reply.status;
    let mut record = by_status(status, &journey.reply.headers);
    if record.verdict == Verdict::Alive {
        record = by_address(first, journey)
            .or_else(|| by_text(signs, words))
            .or_else(|| not_there(first, journey, signs))
            .unwrap_or(record);
    }
    record.evidence.push(("status".into(), status.as_u16().to_string()));
    if !journey.hops.is_empty() {
        record.evidence.push(("final_url".into(), redact(journey.last.as_str())));
        record.evidence.push(("redirects".into(), journey.hops.len().to_string()));
    }
    if !signs.title.trim().is_empty() {
        let title: String = signs.title.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
        record.evidence.push(("title".into(), title));
    }
    let moved = !journey.hops.is_empty() && journey.hops.iter().all(|(status, _)| matches!(status, 301 | 308));
    if record.verdict == Verdict::Alive && moved {
        record.moved_to = Some(journey.last.to_string());
    }
    record
}

fn by_status(status: StatusCode, headers: &HeaderMap) -> Record {
    let code = status.as_u16();
    let robots = robot_wall(headers).filter(|_| matches!(code, 403 | 503));
    match (code, robots) {
        (200..=299, _) => Record::new(Verdict::Alive, format!("the server answered {code}")),
        (_, Some(wall)) => Record::new(Verdict::Blocked, format!("{wall} keeps robots out ({code})")),
        (401 | 407, _) => {
            let how = headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()?.split(' ').next());
            let how = how.map(|how| format!(", by {how}")).unwrap_or_default();
            Record::new(Verdict::Blocked, format!("the server asks for credentials ({code}{how})"))
        }
        (403 | 429, _) if none_left(headers) => {
            Record::new(Verdict::RateLimited, "no requests are left for strangers").again()
        }
        (403, _) => Record::new(Verdict::Blocked, "the server refuses strangers (403)"),
        (404 | 410, _) => Record::new(Verdict::Dead, format!("the server answered {code}")).again(),
        (429, _) => Record::new(Verdict::RateLimited, "the server asks to come later (429)").again(),
        (500..=599, _) => Record::new(Verdict::Unverified, format!("the server fails ({code})")).again(),
        _ => Record::new(Verdict::Unverified, format!("the server answered {code}")),
    }
}

/// Whether the forge says that its limit of requests is reached (GitHub's and GitLab's headers).
pub(super) fn none_left(headers: &HeaderMap) -> bool {
    ["x-ratelimit-remaining", "ratelimit-remaining"]
        .iter()
        .any(|name| headers.get(*name).is_some_and(|left| left == "0"))
}

/// Who stands before the page, when its headers say so.
fn robot_wall(headers: &HeaderMap) -> Option<&'static str> {
    let has = |name: &str| headers.get(name).is_some();
    let server = headers.get("server").map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase());
    if has("cf-mitigated") || server.as_deref().is_some_and(|server| server.contains("cloudflare")) {
        return Some("Cloudflare");
    }
    if has("x-amzn-waf-action") {
        return Some("AWS WAF");
    }
    if has("x-sucuri-id") {
        return Some("Sucuri");
    }
    server.is_some_and(|server| server.contains("akamaighost")).then_some("Akamai")
}

/// Login pages by where they lie, and by what they carry of the first address.
fn by_address(first: &Url, journey: &Journey) -> Option<Record> {
    let last = &journey.last;
    if journey.hops.is_empty() {
        return None;
    }
    let before = login_words(first);
    let new = login_words(last).into_iter().find(|word| !before.contains(word));
    let carried = last.query_pairs().any(|(name, value)| {
        let value = decode(&value);
        let known = first.query_pairs().any(|(before, _)| before == name);
        !known && (value.contains(first.as_str()) || first.path().len() > 1 && value.contains(first.path()))
    });
    if new.is_some() || carried {
        let host = last.host_str().unwrap_or_default();
        return Some(Record::new(Verdict::LoginWall, format!("it leads to a login page at `{host}`")));
    }
    let to_root = last.path().trim_end_matches('/').is_empty() && last.query().is_none();
    (to_root && !is_front(first)).then(|| Record::new(Verdict::Soft404, "it leads to the front page of the site"))
}

/// Whether `url` is itself one of the names of a site's front page.
fn is_front(url: &Url) -> bool {
    let path = url.path().trim_matches('/').to_ascii_lowercase();
    let locale = matches!(path.len(), 2 | 5) && path.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_');
    url.query().is_none() && (path.is_empty() || path.starts_with("index.") || path == "home" || locale)
}

/// The words of the host and path of `url` that login pages have.
fn login_words(url: &Url) -> Vec<String> {
    let host = url.host_str().unwrap_or_default().split('.');
    let path = url.path().split(['/', ';']);
    let mut words: Vec<String> = host.chain(path).map(str::to_ascii_lowercase).collect();
    words.retain(|word| LOGIN_WORDS.contains(&word.as_str()));
    words
}

/// Login pages and walls by what they show.
fn by_text(signs: &Signs, words: u32) -> Option<Record> {
    let title = plain(&signs.title);
    if ROBOT_TITLES.iter().any(|wall| title.starts_with(wall)) {
        return Some(Record::new(Verdict::Blocked, "a wall against robots answers"));
    }
    let titled = parts(&title).any(|part| LOGIN_TITLES.contains(&part));
    // A page of text may have a login box in its margin.
    let boxed = (signs.password || signs.sign_on) && words < 300;
    (titled && words < 300 || boxed).then(|| Record::new(Verdict::LoginWall, "a login page answers"))
}

/// Pages that say "not found" with an answer of success.
fn not_there(first: &Url, journey: &Journey, signs: &Signs) -> Option<Record> {
    let about_it =
        |text: &str| ["404", "not-found", "not_found", "notfound", "missing"].iter().any(|word| text.contains(word));
    if about_it(&first.path().to_lowercase()) {
        return None;
    }
    let says = |text: &str| {
        let text = plain(text);
        MISSING_TITLES.contains(&text.as_str()) || parts(&text).any(|part| MISSING_TITLES.contains(&part))
    };
    let moved = !journey.hops.is_empty() && about_it(&journey.last.path().to_lowercase());
    (says(&signs.title) || says(&signs.headline) || moved)
        .then(|| Record::new(Verdict::Soft404, format!("it says \"not found\" with {}", journey.reply.status.as_u16())))
}

fn plain(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().replace('\u{2019}', "'");
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

/// The parts of a title between separators.
fn parts(title: &str) -> impl Iterator<Item = &str> {
    let separators = [" | ", " - ", " – ", " — ", " · ", " • ", " :: ", ": "];
    let cut = separators.iter().find(|separator| title.contains(**separator)).copied().unwrap_or(" | ");
    title.split(cut).map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// Whether a page is the same as what the host answers for a page that can't exist.
pub(super) fn same_as_probe(journey: &Journey, signs: &Signs, probe: &Probe) -> bool {
    let size = journey.reply.body.len();
    let near = size.abs_diff(probe.size) * 50 <= size.max(probe.size);
    journey.last == probe.last || near && signs.title.trim() == probe.title.trim()
}

#[cfg(test)]
mod tests {
    use super::super::exchange::Reply;
    use super::*;
    use crate::evidence::links::html;

    fn verdict(
        first: &str,
        hops: &[(u16, &str)],
        status: u16,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Verdict {
        let url = |text: &str| Url::parse(text).unwrap();
        let hops: Vec<(u16, Url)> = hops.iter().map(|(status, target)| (*status, url(target))).collect();
        let last = hops.last().map_or_else(|| url(first), |(_, last)| last.clone());
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let status = StatusCode::from_u16(status).unwrap();
        let journey = Journey { hops, last, reply: Reply { status, headers, body: body.into(), cut: false } };
        let (page, signs) = html::read(body);
        judge(&url(first), &journey, &signs, page.facts.words).verdict
    }

    const PAGE: &str = "<title>Disk full</title><h1>Disk full</h1><p>Text";

    #[test]
    fn login_pages_are_not_taken_for_the_page() {
        let first = "https://wiki.acme.io/runbooks/disk";
        for hop in [
            "https://wiki.acme.io/login?next=%2Frunbooks%2Fdisk",
            "https://acme.okta.com/app/x",
            "https://login.microsoftonline.com/common/oauth2/authorize?x=1",
            "https://wiki.acme.io/users/sign_in",
            "https://id.acme.io/realms/a/protocol/openid-connect/x",
            "https://door.acme.io/?rd=https://wiki.acme.io/runbooks/disk",
            "https://door.acme.io/x?RelayState=https%3A%2F%2Fwiki.acme.io%2Frunbooks%2Fdisk",
        ] {
            assert_eq!(verdict(first, &[(302, hop)], 200, &[], PAGE), Verdict::LoginWall, "{hop}");
        }
        for body in [
            "<form><input type=password>",
            "<form><input type=hidden name=SAMLRequest>",
            "<title>Sign in · Acme</title>",
            "<title>Wiki - Log In</title>",
        ] {
            assert_eq!(verdict(first, &[], 200, &[], body), Verdict::LoginWall, "{body}");
        }
        let about = "https://wiki.acme.io/runbooks/login";
        assert_eq!(verdict(about, &[(301, "https://wiki.acme.io/runbooks/login/")], 200, &[], PAGE), Verdict::Alive);
        let long = format!("<title>Disk</title><input type=password><p>{}", "word ".repeat(500));
        assert_eq!(verdict(first, &[], 200, &[], &long), Verdict::Alive, "a login box in the margin");
    }

    #[test]
    fn pages_that_say_not_found_are_not_there() {
        let first = "https://wiki.acme.io/runbooks/disk";
        for body in [
            "<title>404 | Acme</title>",
            "<title>Page not found - Acme Docs</title>",
            "<h1>Page Not Found!</h1>",
            "<title>This page doesn’t exist</title>",
        ] {
            assert_eq!(verdict(first, &[], 200, &[], body), Verdict::Soft404, "{body}");
        }
        assert_eq!(verdict(first, &[(302, "https://wiki.acme.io/")], 200, &[], PAGE), Verdict::Soft404);
        assert_eq!(verdict("https://a.io/index.html", &[(301, "https://a.io/")], 200, &[], PAGE), Verdict::Alive);
        assert_eq!(verdict("https://a.io/en", &[(301, "https://a.io/")], 200, &[], PAGE), Verdict::Alive);
        assert_eq!(verdict(first, &[], 200, &[], "<title>Why 404 answers rise</title>"), Verdict::Alive);
        let about = "https://wiki.acme.io/runbooks/http-404";
        assert_eq!(verdict(about, &[], 200, &[], "<title>404</title>"), Verdict::Alive);
    }

    #[test]
    fn statuses_have_their_verdicts() {
        let first = "https://wiki.acme.io/x";
        let of = |status| verdict(first, &[], status, &[], "");
        assert_eq!([of(200), of(204)], [Verdict::Alive; 2]);
        assert_eq!([of(404), of(410)], [Verdict::Dead; 2]);
        assert_eq!([of(401), of(403), of(407)], [Verdict::Blocked; 3]);
        assert_eq!(of(429), Verdict::RateLimited);
        assert_eq!([of(400), of(405), of(500), of(503), of(599)], [Verdict::Unverified; 5]);
        assert_eq!(verdict(first, &[], 403, &[("x-ratelimit-remaining", "0")], ""), Verdict::RateLimited);
        assert_eq!(verdict(first, &[], 503, &[("server", "cloudflare")], ""), Verdict::Blocked);
        assert_eq!(verdict(first, &[], 200, &[], "<title>Just a moment...</title>"), Verdict::Blocked);
    }

    #[test]
    fn only_permanent_redirects_are_moves() {
        let url = |text: &str| Url::parse(text).unwrap();
        let moved = |hops: Vec<(u16, Url)>| {
            let last = hops.last().unwrap().1.clone();
            let reply = Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: Vec::new(), cut: false };
            judge(&url("https://a.io/x"), &Journey { hops, last, reply }, &Signs::default(), 0).moved_to
        };
        assert_eq!(
            moved(vec![(301, url("https://a.io/y")), (308, url("https://b.io/y"))]),
            Some("https://b.io/y".into())
        );
        assert_eq!(moved(vec![(301, url("https://a.io/y")), (302, url("https://b.io/y"))]), None);
    }
}
