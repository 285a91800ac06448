//! One queue a host: how many requests at once, how far apart, and until when not at all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use tokio::time::Instant;
use url::Url;

use super::judge::Probe;
use crate::evidence::links::settings::Settings;

/// Scheme, host and port: what credentials and limits belong to.
pub(super) fn origin(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}://{}:{port}", url.scheme(), url.host_str().unwrap_or_default())
}

/// The limits of a host.
pub(super) struct Host {
    slots: Semaphore,
    interval: Duration,
    state: Mutex<State>,
    /// What the host's answer of success is worth.
    pub(super) probe: OnceCell<Option<Probe>>,
}

struct State {
    /// When the next request may start.
    next: Instant,
    /// Until when the host asked for silence. No answer clears it, only time does.
    silent: Option<Instant>,
    /// Whether it asked for more than we wait.
    closed: bool,
}

/// Why there is no turn for a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NoTurn {
    /// The host asked to be left alone for too long.
    Closed,
}

/// A turn: ends when it is dropped.
pub(super) type Turn<'a> = (SemaphorePermit<'a>, SemaphorePermit<'a>);

impl Host {
    fn new(concurrency: u32, interval: Duration) -> Self {
        let state = State { next: Instant::now(), silent: None, closed: false };
        Self {
            slots: Semaphore::new(concurrency.max(1) as usize),
            interval,
            state: Mutex::new(state),
            probe: OnceCell::new(),
        }
    }

    /// Waits for a turn. The slot of the host is taken before one of the run's, so that nobody holds those while waiting.
    pub(super) async fn turn<'a>(&'a self, all: &'a Semaphore) -> Result<Turn<'a>, NoTurn> {
        let slot = self.slots.acquire().await.map_err(|_| NoTurn::Closed)?;
        while let Some(start) = self.reserve()? {
            tokio::time::sleep_until(start).await;
        }
        let run = all.acquire().await.map_err(|_| NoTurn::Closed)?;
        Ok((slot, run))
    }

    /// Takes the next start if it is now; else when to ask again.
    fn reserve(&self) -> Result<Option<Instant>, NoTurn> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return Err(NoTurn::Closed);
        }
        let now = Instant::now();
        let start = state.silent.map_or(state.next, |silent| silent.max(state.next));
        if start > now {
            return Ok(Some(start));
        }
        state.next = now + self.interval;
        Ok(None)
    }

    /// The host asked for silence.
    pub(super) fn silence(&self, until: Instant, longest: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed |= until > longest;
        state.silent = Some(state.silent.map_or(until, |silent| silent.max(until)));
    }
}

/// All hosts of a run.
pub(super) struct Hosts {
    known: Mutex<HashMap<String, Arc<Host>>>,
    /// Requests under way, over all hosts.
    pub(super) all: Semaphore,
}

impl Hosts {
    pub(super) fn new(concurrency: u32) -> Self {
        Self { known: Mutex::default(), all: Semaphore::new(concurrency.max(1) as usize) }
    }

    /// The host of `url`.
    pub(super) fn of(&self, url: &Url, settings: &Settings) -> Arc<Host> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let host = known.entry(origin(url)).or_insert_with(|| {
            let interval = settings.host(url).and_then(|host| host.interval).unwrap_or(settings.host_interval);
            Arc::new(Host::new(concurrency(url, settings), interval.get()))
        });
        Arc::clone(host)
    }
}

/// Requests under way at once to the host of `url`.
pub(super) fn concurrency(url: &Url, settings: &Settings) -> u32 {
    settings.host(url).and_then(|host| host.concurrency).unwrap_or(settings.host_concurrency).max(1)
}
