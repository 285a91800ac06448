//! Asks a Prometheus, or what speaks its HTTP API, about the past.
//!
//! [`Query`] is what the rest needs of a server. Answers are taken whole or not at all: half an answer, a warning that something is missing, or a
//! value of another type is an error, never a number.

mod answer;
mod fetch;
#[cfg(feature = "online")]
mod http;
mod pull;
mod pushed;
mod rules;

#[cfg(test)]
mod tests;

pub use answer::matrix;
pub use fetch::fetch;
#[cfg(feature = "online")]
pub use http::{Client, Options};

pub use pull::{Pull, REPLICAS, Way, pull};
pub use rules::{LoadedRule, loaded};

use super::history::{Millis, Period};
use std::fmt;

/// A series and its points.
#[derive(Clone, PartialEq, Debug)]
pub struct Sampled {
    /// Its labels, sorted by name, `__name__` among them.
    pub labels: Vec<(String, String)>,
    /// Time and value, in order of time.
    pub points: Vec<(Millis, f64)>,
}

/// What a query over a range answers.
pub type Matrix = Vec<Sampled>;

/// Why a query has no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum QueryError {
    /// The server or we cannot bear so much at once; less may work.
    TooMuch(String),
    /// The expression fails on what the server holds at some instant.
    Fails(String),
    /// The server does not take the question.
    Refused(String),
    /// No server, no answer in time, or a server in trouble.
    Unreachable(String),
    /// The answer is not what the API promises, or is said to be incomplete.
    Malformed(String),
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMuch(why) => write!(f, "too much for the server: {why}"),
            Self::Fails(why) => write!(f, "the expression cannot be evaluated: {why}"),
            Self::Refused(why) => write!(f, "the server refuses: {why}"),
            Self::Unreachable(why) => write!(f, "no answer: {why}"),
            Self::Malformed(why) => write!(f, "no valid answer: {why}"),
        }
    }
}

impl std::error::Error for QueryError {}

/// A server that evaluates expressions.
pub trait Query {
    /// `expr` at `range.from` and every `step` after it up to `range.to`, both inclusive.
    fn range(&self, expr: &str, range: Period, step: Millis) -> Result<Matrix, QueryError>;

    /// `expr` at one instant: one point a series, or the points of a range selector.
    fn instant(&self, expr: &str, at: Millis) -> Result<Matrix, QueryError>;

    /// The alerting rules the server has loaded; none where it does not say.
    fn rules(&self) -> Result<Vec<LoadedRule>, QueryError>;
}
