//! How far a play is, drawn on a terminal.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};

use crate::evidence::history::{Millis, Period};
use crate::evidence::prometheus::{LoadedRule, Matrix, Query, QueryError};

/// Blocks of the bar.
const WIDTH: u64 = 30;

/// A server that is watched while it answers.
pub(super) struct Watched<'a> {
    server: &'a dyn Query,
    /// Evaluations asked for in all, and those answered.
    all: u64,
    done: Cell<u64>,
    shown: bool,
}

impl<'a> Watched<'a> {
    /// Watches a server that is about to be asked for so many evaluations.
    pub(super) fn new(server: &'a dyn Query, all: u64) -> Self {
        Self { server, all, done: Cell::new(0), shown: io::stderr().is_terminal() }
    }

    fn step(&self, evaluations: u64) {
        self.done.set(self.done.get().saturating_add(evaluations).min(self.all));
        if self.shown {
            // Where nobody can read it, nobody misses it.
            let _ = write!(io::stderr(), "\r{}", bar(self.done.get(), self.all));
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

fn bar(done: u64, all: u64) -> String {
    let part = |of: u64| done.saturating_mul(of) / all.max(1);
    let full: String = (0..WIDTH).map(|block| if block < part(WIDTH) { '█' } else { '░' }).collect();
    format!("{full} {:3} %, {done} of {all} evaluations", part(100))
}

impl Query for Watched<'_> {
    fn range(&self, expr: &str, range: Period, step: Millis) -> Result<Matrix, QueryError> {
        let answer = self.server.range(expr, range, step);
        if answer.is_ok() {
            self.step(u64::try_from(range.length() / step.max(1) + 1).unwrap_or(0));
        }
        answer
    }

    fn instant(&self, expr: &str, at: Millis) -> Result<Matrix, QueryError> {
        self.server.instant(expr, at)
    }

    fn rules(&self) -> Result<Vec<LoadedRule>, QueryError> {
        self.server.rules()
    }
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar_says_how_far_it_is() {
        assert_eq!(bar(0, 4), format!("{}   0 %, 0 of 4 evaluations", "░".repeat(30)));
        assert_eq!(bar(2, 4), format!("{}{}  50 %, 2 of 4 evaluations", "█".repeat(15), "░".repeat(15)));
        assert_eq!(bar(4, 4), format!("{} 100 %, 4 of 4 evaluations", "█".repeat(30)));
    }
}
