//! `PromQL` as Prometheus 3.14 reads it: text to tree, with every error a person can mend and the place of every part.
//!
//! The language is that of `promql/parser` (`lex.go`, `generated_parser.y`, `parse.go`): [`parse`] accepts what the server
//! accepts, no more and no less, under the same feature flags. Unlike the server it goes on after an error, so that a
//! half-typed expression still has its metrics and matchers. It never fails, never panics, and takes time and memory
//! linear in the length of the text, however deep the nesting: nothing here recurses.

mod ast;
mod check;
mod comments;
pub mod compat;
mod duration;
mod error;
pub mod explain;
mod functions;
mod lexer;
mod matching;
mod mistakes;
mod nullable;
mod number;
mod parser;
pub mod print;
mod quote;
pub mod re2;
mod selector;
mod token;
mod tree;
pub mod walk;
mod words;

#[cfg(test)]
mod tests;

pub use ast::{
    Aggregate, Call, Clause, ClauseKind, DurationFunction, Fill, Kind, MatchOp, Matcher, Matching, MatchingId,
    Modifier, ModifierKind, Node, NodeId, Range, Type, Vector,
};
pub use comments::{Inside, comments};
pub use functions::{Function, function, functions};
pub use token::{Aggregator, BinaryOp};
pub use tree::Ast;
pub use words::{At, List};

use crate::fault::Error;
use crate::source::TextRange;

/// The server whose language is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// What was switched on by feature flags.
    pub features: Features,
    /// Its version: what came later is an error that says since when it exists.
    pub version: Version,
}

/// A stock server of the newest version known.
impl Default for Options {
    fn default() -> Self {
        Self { features: Features::default(), version: Version::NEWEST }
    }
}

/// Feature flags that change the language; a stock server has none.
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Features {
    /// `promql-experimental-functions`: functions and aggregations that may still change.
    pub experimental_functions: bool,
    /// `promql-duration-expr`: arithmetic in durations.
    pub duration_expressions: bool,
    /// `promql-extended-range-selectors`: `anchored` and `smoothed`.
    pub extended_range_selectors: bool,
    /// `promql-binop-fill-modifiers`: `fill`, `fill_left`, `fill_right`.
    pub fill_modifiers: bool,
}

impl Features {
    /// Everything switched on.
    pub const ALL: Self = Self {
        experimental_functions: true,
        duration_expressions: true,
        extended_range_selectors: true,
        fill_modifiers: true,
    };

    /// Switches a feature on by its short name or by that of Prometheus's `--enable-feature`; `false` where there is none of that name.
    pub fn enable(&mut self, name: &str) -> bool {
        match name {
            "exp_funcs" | "promql-experimental-functions" => self.experimental_functions = true,
            "duration_expr" | "promql-duration-expr" => self.duration_expressions = true,
            "ext_range" | "promql-extended-range-selectors" => self.extended_range_selectors = true,
            "fill" | "promql-binop-fill-modifiers" => self.fill_modifiers = true,
            _ => return false,
        }
        true
    }
}

/// A version of Prometheus, as far as the language goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Version {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
}

impl Version {
    /// The newest version whose language is known here.
    pub const NEWEST: Self = Self { major: 3, minor: 14 };
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A text that was read.
#[derive(Clone, PartialEq, Debug)]
pub struct Parsed {
    /// The tree; with errors, what could be made of the text.
    pub ast: Ast,
    /// What the server would refuse, the first one the one to show. Empty if and only if the server takes the text;
    /// never more than a hundred.
    pub errors: Vec<Error>,
}

/// Reads an expression. A text over 4 GiB is an error of its own and is not read.
pub fn parse(input: &str, options: &Options) -> Parsed {
    parser::parse(input, *options)
}

/// The value of the number or duration (in seconds) at `start`, none where it has none, and where it ends.
pub fn number_at(text: &str, start: usize) -> (Option<f64>, usize) {
    let (kind, end) = number::scan(text, start);
    let value = match kind {
        number::Scanned::Number => number::value(&text[start..end]).ok(),
        number::Scanned::Duration => number::duration(&text[start..end]).ok(),
        number::Scanned::Bad => None,
    };
    (value, end.max(start + 1))
}

/// An offset as the tree holds it; [`parse`] reads no text whose offsets don't fit.
fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(offset(start), offset(end))
}
