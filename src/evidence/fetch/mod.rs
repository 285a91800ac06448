//! Asks the network about runbook pages: the only async code.
//!
//! Everything that comes in is hostile: references were written by anybody, answers by whoever runs the host. Each page is asked
//! for once, each hop of a redirect is checked like the first, nothing is read beyond a cap, and all of it ends at a deadline.

mod cache;
mod credentials;
mod exchange;
mod forge;
mod judge;
mod names;
mod page;
mod proxy;
mod queue;
mod record;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

use super::links::settings::Settings;
use super::links::{Answer, Question, Verdict, Via, tree};
pub use names::{NameTrouble, Names};
use page::Asker;
use record::Record;

/// What the run lends to the fetching: no module of the library reads the clock or the environment by itself.
#[derive(Clone, Default)]
pub struct Net {
    /// The cache file; none keeps nothing.
    pub cache: Option<PathBuf>,
    /// The time, in seconds since 1970 (UTC).
    pub now: i64,
    /// The environment: the variables that hosts name, and `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`.
    pub env: BTreeMap<String, String>,
    /// Certificate authorities to trust beside those of the system, as PEM: what `ca_file` holds.
    pub authorities: Option<Vec<u8>>,
    /// Looks names up; none asks the system.
    pub names: Option<Names>,
    /// Told the pages that are done and all pages, after each one.
    pub progress: Option<Progress>,
}

/// Told how far the fetching is: pages done, pages in all.
pub type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// What the network said.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fetched {
    /// An answer for each question that has a page to ask for.
    pub answers: BTreeMap<Question, Answer>,
    /// Different pages.
    pub pages: u64,
    /// Requests made.
    pub requests: u64,
    /// What people should know of the run itself: a cache that can't be written.
    pub notes: Vec<String>,
}

/// A page to ask for.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    url: Url,
    anchors: BTreeSet<String>,
}

/// Asks for the pages of the questions (those that [`tree::resolve`] left with [`Answer::asked`] `false`), within the limits of the settings. Questions with nothing to ask for are left out.
/// An error means that nothing could be asked: no certificate authorities, no runtime.
pub fn fetch<'q>(
    questions: impl IntoIterator<Item = &'q Question>,
    settings: &Settings,
    net: &Net,
) -> Result<Fetched, String> {
    let mut targets = Vec::new();
    let mut pages: BTreeMap<String, Page> = BTreeMap::new();
    for question in questions {
        let Some((url, target)) = tree::network_target(question, settings) else { continue };
        let page = pages.entry(url.to_string()).or_insert_with(|| Page { url: url.clone(), anchors: BTreeSet::new() });
        if settings.anchors {
            page.anchors.extend(target.anchor.clone());
        }
        targets.push((question, url.to_string(), target));
    }
    let mut fetched = Fetched { pages: pages.len() as u64, ..Fetched::default() };
    if pages.is_empty() {
        return Ok(fetched);
    }
    let mut cache = cache::Cache::open(net.cache.as_deref(), net.now);
    let mut records: BTreeMap<String, (Record, Via)> = BTreeMap::new();
    pages.retain(|key, page| match cache.get(&credentials::cache_key(settings, &page.url), page) {
        Some(record) => records.insert(key.clone(), (record, Via::Cache)).is_some(),
        None => true,
    });
    if !pages.is_empty() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("no runtime for the network: {error}"))?;
        let asker = Arc::new(Asker::new(settings, net)?);
        let found = runtime.block_on(ask_all(&asker, pages, &cache, net));
        // Lookups of names can't be ended; they must not hold the run up.
        runtime.shutdown_background();
        fetched.requests = asker.requests();
        records.extend(found.into_iter().map(|(key, record)| (key, (record, Via::Network))));
    }
    fetched.notes.extend(cache.close());
    for (question, key, target) in targets {
        let late = || (Record::new(Verdict::Unverified, "the deadline of the run passed"), Via::Network);
        let (record, via) = records.get(&key).cloned().unwrap_or_else(late);
        fetched.answers.insert(question.clone(), record.answer(question, &key, &target, via, settings));
    }
    Ok(fetched)
}

/// Pages that are still to ask for, a queue a host.
type Queues = Vec<(usize, VecDeque<(String, Page)>)>;

/// Asks for all pages, and a second time for those whose first answer may have been a passing trouble.
async fn ask_all(
    asker: &Arc<Asker>,
    pages: BTreeMap<String, Page>,
    cache: &cache::Cache,
    net: &Net,
) -> BTreeMap<String, Record> {
    let total = pages.len() as u64;
    let done = Arc::new(AtomicU64::new(0));
    let records: Arc<Mutex<BTreeMap<String, Record>>> = Arc::default();
    let later: Arc<Mutex<BTreeMap<String, Page>>> = Arc::default();
    let mut left = pages;
    for second in [false, true] {
        let mut workers = JoinSet::new();
        for (many, queue) in queues(asker, std::mem::take(&mut left)) {
            let queue = Arc::new(Mutex::new(queue));
            for _ in 0..many {
                let work = Work {
                    asker: Arc::clone(asker),
                    queue: Arc::clone(&queue),
                    records: Arc::clone(&records),
                    later: Arc::clone(&later),
                    cache: cache.writer(),
                    done: Arc::clone(&done),
                    total,
                    progress: net.progress.clone(),
                    second,
                };
                workers.spawn(work.run());
            }
        }
        let all = async { while workers.join_next().await.is_some() {} };
        if tokio::time::timeout_at(asker.deadline(), all).await.is_err() {
            break;
        }
        left = std::mem::take(&mut *later.lock().unwrap_or_else(PoisonError::into_inner));
        if left.is_empty() {
            break;
        }
    }
    let mut seen = records.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *seen).into_iter().map(|(key, record)| (key, record.unconfirmed())).collect()
}

/// The pages by host, with the number of workers for each.
fn queues(asker: &Asker, pages: BTreeMap<String, Page>) -> Queues {
    let mut hosts: BTreeMap<String, VecDeque<(String, Page)>> = BTreeMap::new();
    for (key, page) in pages {
        hosts.entry(queue::origin(&page.url)).or_default().push_back((key, page));
    }
    let many = |pages: &VecDeque<(String, Page)>| {
        pages.front().map_or(1, |(_, page)| asker.host_concurrency(&page.url)).clamp(1, pages.len().max(1))
    };
    hosts.into_values().map(|pages| (many(&pages), pages)).collect()
}

/// What a worker needs: it takes the pages of its host one after the other.
struct Work {
    asker: Arc<Asker>,
    queue: Arc<Mutex<VecDeque<(String, Page)>>>,
    records: Arc<Mutex<BTreeMap<String, Record>>>,
    /// Pages to look at again at the end.
    later: Arc<Mutex<BTreeMap<String, Page>>>,
    cache: cache::Writer,
    done: Arc<AtomicU64>,
    total: u64,
    progress: Option<Progress>,
    second: bool,
}

impl Work {
    async fn run(self) {
        while Instant::now() < self.asker.deadline() {
            let next = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some((key, page)) = next else { return };
            let mut record = self.asker.look(&page).await;
            record.again &= !self.second;
            if record.again {
                self.later.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), page);
            } else {
                self.cache.keep(&credentials::cache_key(&self.asker.settings, &page.url), &record);
                let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
                if let Some(progress) = &self.progress {
                    progress(done, self.total);
                }
            }
            self.records.lock().unwrap_or_else(PoisonError::into_inner).insert(key, record);
        }
    }
}
