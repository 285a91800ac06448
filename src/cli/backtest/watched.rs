//! A server that is watched while it answers: a bar shows how far a play is.

use std::cell::Cell;

use crate::cli::progress::{Bar, evaluations};
use crate::evidence::history::{Millis, Period};
use crate::evidence::prometheus::{LoadedRule, Matrix, Query, QueryError};

/// A server that is watched while it answers.
pub(super) struct Watched<'a> {
    server: &'a dyn Query,
    /// Evaluations asked for in all, and those answered.
    all: u64,
    done: Cell<u64>,
    bar: Option<Bar>,
}

impl<'a> Watched<'a> {
    /// Watches a server that is about to be asked for so many evaluations.
    pub(super) fn new(server: &'a dyn Query, all: u64) -> Self {
        Self { server, all, done: Cell::new(0), bar: Bar::on_terminal() }
    }

    fn step(&self, answered: u64) {
        self.done.set(self.done.get().saturating_add(answered).min(self.all));
        if let Some(bar) = &self.bar {
            bar.draw(evaluations, self.done.get(), self.all);
        }
    }
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
