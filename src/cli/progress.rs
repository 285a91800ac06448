//! How far a long asking is, in one line on a terminal. Written on standard error alone, and only where that is a terminal.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Least time between two drawings.
const PAUSE: Duration = Duration::from_millis(100);
/// Letters of a bar.
const WIDTH: u64 = 30;

/// A line that goes away when it is dropped.
#[derive(Default)]
pub(super) struct Bar {
    drawn: Mutex<Option<Instant>>,
}

impl Bar {
    /// A bar, where a person looks on.
    #[expect(clippy::disallowed_methods, reason = "the environment is the command line's to read")]
    pub(super) fn on_terminal() -> Option<Self> {
        let simple = std::env::var_os("TERM").is_none_or(|term| term == "dumb") || std::env::var_os("CI").is_some();
        (io::stderr().is_terminal() && !simple).then(Self::default)
    }

    /// Draws what `line` makes of what is done, unless that was done just now.
    pub(super) fn draw(&self, line: impl Fn(u64, u64) -> String, done: u64, all: u64) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if drawn.is_none_or(|last| now.duration_since(last) >= PAUSE) {
            *drawn = Some(now);
            let mut stderr = io::stderr().lock();
            // Where nobody can read it, nobody misses it.
            let _ = write!(stderr, "\r{}\x1b[K", line(done, all));
            let _ = stderr.flush();
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

/// How many of all runbook pages are done.
#[cfg(feature = "online")]
pub(super) fn pages(done: u64, all: u64) -> String {
    format!("asking for runbook pages {} {done}/{all}", blocks(done, all, ["━", "╌"]))
}

/// How many of all evaluations are done.
pub(super) fn evaluations(done: u64, all: u64) -> String {
    let percent = done.saturating_mul(100) / all.max(1);
    format!("{} {percent:3} %, {done} of {all} evaluations", blocks(done, all, ["█", "░"]))
}

/// The bar itself, of what is full and what is not.
fn blocks(done: u64, all: u64, [full, rest]: [&str; 2]) -> String {
    let part = done.min(all).saturating_mul(WIDTH).checked_div(all).unwrap_or(WIDTH);
    full.repeat(part as usize) + &rest.repeat((WIDTH - part) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "online")]
    #[test]
    fn the_line_is_full_at_the_end_and_never_over() {
        let bar = |done, all| pages(done, all).matches('━').count() as u64;
        assert_eq!([bar(0, 10), bar(5, 10), bar(10, 10), bar(0, 0), bar(12, 10)], [0, 15, WIDTH, WIDTH, WIDTH]);
        assert!(pages(3, 7).ends_with(" 3/7"));
        assert_eq!(pages(1, 3).chars().count(), pages(2, 3).chars().count());
    }

    #[test]
    fn a_bar_says_how_far_it_is() {
        assert_eq!(evaluations(0, 4), format!("{}   0 %, 0 of 4 evaluations", "░".repeat(30)));
        assert_eq!(evaluations(2, 4), format!("{}{}  50 %, 2 of 4 evaluations", "█".repeat(15), "░".repeat(15)));
        assert_eq!(evaluations(4, 4), format!("{} 100 %, 4 of 4 evaluations", "█".repeat(30)));
    }
}
