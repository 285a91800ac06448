//! YAML text to a tree in which every node, and every piece of every scalar, knows its bytes.
//!
//! The measure is what Prometheus loads, that is go-yaml v3 (`go.yaml.in/yaml/v3`), not the letter of YAML 1.2. Reading
//! never fails: what was complete before an error, and what can be read safely after it, is in the tree.

mod ahead;
mod alias;
mod builder;
mod check;
pub mod de;
mod fast;
mod fault;
mod load;
mod message;
mod opinion;
mod raw;
mod read;
mod repair;
mod resolve;
mod resync;
mod scalar;
mod tags;
mod tree;

use crate::source::TextRange;

pub use load::parse;
pub use raw::{Leaf, Piece, Raw};
pub(crate) use resolve::Resolved;
pub use tree::{Kind, NodeId, Style, Tree};

/// A comment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comment {
    /// From the `#` to the end of the line, the line break not included.
    pub range: TextRange,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// What sort of thing is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// Not YAML, for Prometheus as for everybody.
    Syntax,
    /// YAML that Prometheus's reader refuses all the same: directives, merge keys without a mapping, alias bombs.
    Refused,
    /// Prometheus reads it, YAML 1.2 does not allow it.
    Lenient,
    /// Too deep or too large: this part of the text was not checked.
    Limit,
}

/// Something wrong with the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// The bytes to look at.
    pub range: TextRange,
    /// What is wrong.
    pub message: String,
    /// Why it is so.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Vec<String>,
    /// Other places that play a part.
    pub related: Vec<(TextRange, String)>,
    /// What sort of thing it is.
    pub kind: ErrorKind,
    /// Whether Prometheus refuses the file for it.
    pub fatal: bool,
}

/// A text that was read.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// All that could be read.
    pub tree: Tree,
    /// All that is wrong, in the order of the text.
    pub errors: Vec<Error>,
}

#[cfg(test)]
mod tests;
