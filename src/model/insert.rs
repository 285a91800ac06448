//! The edit that gives a rule a further label or annotation.

use super::{File, Rule};
use crate::diagnostic::Edit;
use crate::source::Source;

/// The mapping of a rule that gets an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockKind {
    /// `labels`.
    Labels,
    /// `annotations`.
    Annotations,
}

/// The edit that adds `key: value` to the block of `rule`, in the place, the indentation and the style of what stands there; none
/// where that cannot be done safely.
#[must_use]
pub fn entry(file: &File, source: &Source, rule: &Rule, block: BlockKind, key: &str, value: &str) -> Option<Edit> {
    let _ = (file, source, rule, block, key, value);
    None
}
