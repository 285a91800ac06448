//! One page: ask, judge, and what is asked beside it to be sure.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::Method;
use tokio::time::Instant;
use url::Url;

use super::exchange::{Exchange, Journey, Trouble};
use super::forge::{self, InForge};
use super::judge::{self, Probe};
use super::queue;
use super::record::Record;
use super::{Net, Page};
use crate::evidence::links::html::{self, Signs};
use crate::evidence::links::page as read_page;
use crate::evidence::links::settings::{Anchors, Forge, Settings};
use crate::evidence::links::{Verdict, guard, markdown};

/// Ends of names of files that are no HTML: that they are there is all that can be seen.
const NO_PAGES: [&str; 9] = [".pdf", ".doc", ".docx", ".ppt", ".pptx", ".xls", ".xlsx", ".png", ".zip"];

/// Asks for pages.
pub(super) struct Asker {
    exchange: Exchange,
    pub(super) settings: Arc<Settings>,
    now: i64,
}

/// What was read of an answer.
struct Reading {
    page: read_page::Page,
    signs: Signs,
}

impl Asker {
    pub(super) fn new(settings: &Settings, net: &Net) -> Result<Self, String> {
        let exchange = Exchange::new(settings, net)?;
        Ok(Self { settings: Arc::clone(&exchange.settings), exchange, now: net.now })
    }

    pub(super) fn deadline(&self) -> Instant {
        self.exchange.deadline
    }

    pub(super) fn requests(&self) -> u64 {
        self.exchange.sent.load(Ordering::Relaxed)
    }

    pub(super) fn host_concurrency(&self, url: &Url) -> usize {
        queue::concurrency(url, &self.settings) as usize
    }

    /// What is learnt about a page.
    pub(super) async fn look(&self, page: &Page) -> Record {
        let mut record = match self.refusal(&page.url) {
            Some(refused) => refused,
            None => self.ask(page).await,
        };
        record.checked_at = self.now;
        record
    }

    /// What is not asked at all.
    fn refusal(&self, url: &Url) -> Option<Record> {
        if let Some(reason) = guard::literal(url).filter(|_| !self.settings.may_ask_private(url)) {
            return Some(Record::new(Verdict::Unsafe, format!("the host is {reason}")));
        }
        let skip = self.settings.host(url).is_some_and(|host| host.skip);
        skip.then(|| Record::new(Verdict::Unverified, "the policy leaves this host out"))
    }

    async fn ask(&self, page: &Page) -> Record {
        let forge = forge::kind(&page.url, &self.settings).and_then(|forge| InForge::of(&page.url, forge));
        if let Some(forge) = forge.as_ref().filter(|_| self.exchange.credential(&page.url).is_some())
            && let Some(record) = self.by_contents(page, forge).await
        {
            return record;
        }
        let journey = match self.patiently(&page.url).await {
            Ok(journey) => journey,
            Err(trouble) => return self.failed(trouble).await,
        };
        let reading = read(&page.url, &journey);
        let mut record = judge::judge(&page.url, &journey, &reading.signs, reading.page.facts.words);
        match record.verdict {
            Verdict::Dead => self.doubt(record, &page.url, forge.as_ref()).await,
            Verdict::Alive => {
                let mut found = reading.page;
                let lost = page.anchors.iter().any(|anchor| !found.has(anchor));
                let anchored = !page.anchors.is_empty() && !lost;
                if !anchored && self.proves_nothing(&page.url, &journey, &reading.signs).await {
                    let reason = "the host answers the same for a page that can't exist";
                    return Record { evidence: record.evidence, ..Record::new(Verdict::Unverified, reason) };
                }
                if let Some(forge) = forge.as_ref().filter(|forge| forge.file.is_some()) {
                    // The page of a forge is a frame around the file; anchors and text are those of the file.
                    found.hidden |= lost;
                    Arc::make_mut(&mut found.facts).partial = true;
                    found = self.source(forge).await.unwrap_or(found);
                }
                record.read(found, &page.anchors);
                record
            }
            _ => record,
        }
    }

    /// Asks until there is an answer that is not a passing trouble, as often as the settings allow.
    async fn patiently(&self, url: &Url) -> Result<Journey, Trouble> {
        let path = url.path().to_ascii_lowercase();
        if NO_PAGES.iter().any(|end| path.ends_with(end))
            && let Ok(journey) = self.exchange.follow(url, &Method::HEAD, None).await
            && journey.reply.status.is_success()
            && !content_type(&journey).contains("html")
        {
            return Ok(journey);
        }
        let mut tries = 0;
        loop {
            let answer = self.exchange.follow(url, &Method::GET, None).await;
            let passing = match &answer {
                Ok(journey) => matches!(journey.reply.status.as_u16(), 429 | 500 | 502 | 503 | 504),
                Err(trouble) => matches!(trouble, Trouble::Passing(_)),
            };
            if !passing || tries >= self.settings.retries {
                return answer;
            }
            tokio::time::sleep(pause(self.settings.retry_pause.get(), tries)).await;
            tries += 1;
        }
    }

    async fn failed(&self, trouble: Trouble) -> Record {
        match trouble {
            Trouble::Unsafe(reason) => Record::new(Verdict::Unsafe, reason),
            Trouble::Lasting(reason) => Record::new(Verdict::Unverified, reason),
            Trouble::Passing(reason) => Record::new(Verdict::Unverified, reason).again(),
            Trouble::Closed => {
                Record::new(Verdict::RateLimited, "the server asks to be left alone for longer than we wait")
            }
            Trouble::NoHost(host) if self.exchange.names.domain_is_missing(&host).await => {
                Record::new(Verdict::Dead, format!("there is no host `{host}`, and nothing of its domain"))
            }
            Trouble::NoHost(host) => Record::new(
                Verdict::Unverified,
                format!("no host `{host}` is known here; an inner network may know it"),
            ),
        }
    }

    /// Whether a 404 may be a private page's.
    async fn doubt(&self, dead: Record, url: &Url, forge: Option<&InForge>) -> Record {
        let unsure =
            |reason: &str| Record { evidence: dead.evidence.clone(), ..Record::new(Verdict::Unverified, reason) };
        if forge::secretive(url) {
            return unsure("not found, but this host says so of private pages too");
        }
        if forge::kind(url, &self.settings).is_none() {
            return dead;
        }
        let Some(forge) = forge else { return unsure("not found, but this forge says so of private projects too") };
        if forge.project == *url || !self.shows(&forge.project).await {
            return unsure("not found, but its project is not shown to strangers either, so it may be private");
        }
        let mut dead = dead;
        dead.evidence.push(("project".into(), forge.project.to_string()));
        dead
    }

    /// Whether a page is shown, and is no login page.
    async fn shows(&self, url: &Url) -> bool {
        let Ok(journey) = self.patiently(url).await else { return false };
        let reading = read(url, &journey);
        judge::judge(url, &journey, &reading.signs, reading.page.facts.words).verdict == Verdict::Alive
    }

    /// The Markdown behind a page of a forge, if it can be had.
    async fn source(&self, forge: &InForge) -> Option<read_page::Page> {
        let file = forge.file.as_ref().filter(|file| is_markdown(&file.path))?;
        let reply = self.patiently(&file.raw).await.ok()?.reply;
        let whole = reply.status.is_success() && !reply.cut;
        whole.then(|| markdown::read(&String::from_utf8_lossy(&reply.body), style(forge.forge)))
    }

    /// By the forge's API, which a token opens: exact for private repositories too.
    async fn by_contents(&self, page: &Page, forge: &InForge) -> Option<Record> {
        let file = forge.file.as_ref()?;
        let raw = Some(("accept", "application/vnd.github.raw"));
        let extra = if forge.forge == Forge::Github { raw } else { None };
        let journey = self.exchange.follow_as(&page.url, &file.contents, extra).await.ok()?;
        let mut record = match journey.reply.status.as_u16() {
            200 => Record::new(Verdict::Alive, "the forge has the file"),
            404 => {
                let commit = self.exchange.follow_as(&page.url, &file.commit, None).await.ok()?;
                let known = commit.reply.status.is_success();
                known.then(|| Record::new(Verdict::Dead, "the branch is there, and has no such file"))?
            }
            _ => return None,
        };
        record.evidence.push(("api".into(), file.contents.to_string()));
        if record.verdict == Verdict::Alive {
            let text = String::from_utf8_lossy(&journey.reply.body);
            let mut found = read_page::read(&file.path, &text, style(forge.forge));
            found.hidden |= journey.reply.cut;
            record.read(found, &page.anchors);
        }
        Some(record)
    }

    /// Whether the host answers everything in the same way. Asked once a host, for a sibling that can't exist.
    async fn proves_nothing(&self, url: &Url, journey: &Journey, signs: &Signs) -> bool {
        if !self.settings.probe || url.path().trim_end_matches('/').is_empty() {
            return false;
        }
        let host = self.exchange.hosts.of(url, &self.settings);
        let probe = host.probe.get_or_init(|| self.probe(url)).await;
        probe.as_ref().is_some_and(|probe| judge::same_as_probe(journey, signs, probe))
    }

    async fn probe(&self, url: &Url) -> Option<Probe> {
        let mut sibling = url.clone();
        let name = format!("groundrules-{:016x}", RandomState::new().hash_one(url.as_str()));
        sibling.path_segments_mut().ok()?.pop_if_empty().pop().push(&name);
        sibling.set_query(None);
        let journey = self.exchange.follow(&sibling, &Method::GET, None).await.ok()?;
        let reading = read(&sibling, &journey);
        // A page that carries its own name differs from its siblings by it.
        let answered = journey.reply.status.is_success();
        let probe = Probe { size: journey.reply.body.len(), last: journey.last, title: reading.signs.title };
        answered.then_some(probe)
    }
}

fn style(forge: Forge) -> Anchors {
    match forge {
        Forge::Github => Anchors::Github,
        Forge::Gitlab => Anchors::Gitlab,
    }
}

fn is_markdown(path: &str) -> bool {
    [".md", ".markdown", ".mdx"].iter().any(|end| path.to_ascii_lowercase().ends_with(end))
}

/// Reads the body by what the server says it is.
fn read(url: &Url, journey: &Journey) -> Reading {
    let kind = content_type(journey);
    let text = String::from_utf8_lossy(&journey.reply.body);
    let (mut page, signs) = if kind.is_empty() || kind.contains("html") {
        html::read(&text)
    } else if kind.contains("markdown") || kind.contains("text/plain") && is_markdown(url.path()) {
        (markdown::read(&text, Anchors::Any), Signs::default())
    } else {
        let mut page = read_page::Page::default();
        page.hidden = true;
        (page, Signs::default())
    };
    page.hidden |= journey.reply.cut || journey.reply.body.is_empty();
    Reading { page, signs }
}

fn content_type(journey: &Journey) -> String {
    let kind = journey.reply.headers.get(reqwest::header::CONTENT_TYPE);
    kind.map(|kind| String::from_utf8_lossy(kind.as_bytes()).to_ascii_lowercase()).unwrap_or_default()
}

/// The wait before a further try: twice as long each time, a quarter more or less.
fn pause(first: Duration, tries: u32) -> Duration {
    let base = first.saturating_mul(1 << tries.min(6));
    let chance = u32::try_from(RandomState::new().hash_one(tries) % 501).unwrap_or(250);
    base.saturating_mul(750 + chance) / 1000
}
