//! Where the parser collects what is wrong with an expression.

use crate::fault::Error;
use crate::source::TextRange;

/// No text has more errors than this; nobody reads further, and a hostile one could have millions.
const MOST: usize = 100;

/// After so many complaints, those included that only follow from one before, nothing is read any more: this is no expression,
/// and each costs far more than a token.
const PATIENCE: usize = 1000;

/// Collects errors in the order in which the server would meet them.
pub(super) struct Sink {
    errors: Vec<(usize, Error)>,
    /// Tokens read so far, counted by the parser.
    pub tokens: usize,
    /// The count at the last error of syntax.
    last: Option<usize>,
    /// How often something was wrong.
    complaints: usize,
    muted: Error,
}

impl Sink {
    pub fn new() -> Self {
        let muted = Error::new(TextRange::default(), String::new());
        Self { errors: Vec::new(), tokens: 0, last: None, complaints: 0, muted }
    }

    /// An error met at byte `at` of the text, to be mended at `range`.
    pub fn report(&mut self, at: usize, range: TextRange, message: impl Into<String>) -> &mut Error {
        self.last = Some(self.tokens);
        self.push(at, range, message)
    }

    /// As [`Self::report`], unless the token before was an error already: then this one only follows from it.
    pub fn unexpected(&mut self, at: usize, range: TextRange, message: impl Into<String>) -> &mut Error {
        if self.last.is_some_and(|last| self.tokens <= last + 1) {
            self.muted = Error::new(range, String::new());
            self.last = Some(self.tokens);
            self.complaints += 1;
            return &mut self.muted;
        }
        self.report(at, range, message)
    }

    /// An error of meaning: it makes none after it doubtful.
    pub fn push(&mut self, at: usize, range: TextRange, message: impl Into<String>) -> &mut Error {
        self.complaints += 1;
        if !self.is_full() {
            self.errors.push((at, Error::new(range, message)));
            if let Some((_, error)) = self.errors.last_mut() {
                return error;
            }
        }
        self.muted = Error::new(range, String::new());
        &mut self.muted
    }

    /// The error that was reported last, unless there are too many.
    pub fn last_mut(&mut self) -> Option<&mut Error> {
        if self.is_full() { None } else { self.errors.last_mut().map(|(_, error)| error) }
    }

    /// Whether no further error is kept, so that nobody need look for one.
    pub fn is_full(&self) -> bool {
        self.errors.len() >= MOST || self.is_spent()
    }

    /// Whether so much is wrong that the rest need not be read.
    pub fn is_spent(&self) -> bool {
        self.complaints > PATIENCE
    }

    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// Sorts what was collected so far by the place where it was met.
    pub fn settle(&mut self) {
        self.errors.sort_by_key(|(at, _)| *at);
    }

    pub fn into_errors(self) -> Vec<Error> {
        self.errors.into_iter().map(|(_, error)| error).collect()
    }
}
