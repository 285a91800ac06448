//! How far the asking is, in one line on a terminal. Written on standard error alone, and only where that is a terminal.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Least time between two drawings.
const PAUSE: Duration = Duration::from_millis(100);
/// Letters of the bar.
const WIDTH: u64 = 30;

/// A bar that goes away when it is dropped.
pub(super) struct Bar {
    drawn: Arc<Mutex<Option<Instant>>>,
}

impl Bar {
    /// A bar, where a person looks on.
    #[expect(clippy::disallowed_methods, reason = "the environment is the command line's to read")]
    pub(super) fn on_terminal() -> Option<Self> {
        let simple = std::env::var_os("TERM").is_none_or(|term| term == "dumb") || std::env::var_os("CI").is_some();
        (io::stderr().is_terminal() && !simple).then(|| Self { drawn: Arc::default() })
    }

    /// Told how many of all pages are done.
    pub(super) fn teller(&self) -> impl Fn(u64, u64) + Send + Sync + 'static {
        let drawn = Arc::clone(&self.drawn);
        move |done, all| {
            let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            if drawn.is_none_or(|last| now.duration_since(last) >= PAUSE) {
                *drawn = Some(now);
                let mut stderr = io::stderr().lock();
                let _ = write!(stderr, "\r{}\x1b[K", line(done, all));
                let _ = stderr.flush();
            }
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.drawn.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// The line: bar and numbers.
fn line(done: u64, all: u64) -> String {
    let full = (done.min(all) * WIDTH).checked_div(all).unwrap_or(WIDTH);
    let (full, rest) = ("━".repeat(full as usize), "╌".repeat((WIDTH - full) as usize));
    format!("asking for runbook pages {full}{rest} {done}/{all}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_full_at_the_end_and_never_over() {
        let bar = |done, all| line(done, all).matches('━').count() as u64;
        assert_eq!([bar(0, 10), bar(5, 10), bar(10, 10), bar(0, 0), bar(12, 10)], [0, 15, WIDTH, WIDTH, WIDTH]);
        assert!(line(3, 7).ends_with(" 3/7"));
        assert_eq!(line(1, 3).chars().count(), line(2, 3).chars().count());
    }
}
