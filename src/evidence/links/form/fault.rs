//! Mistakes in references: where, what, and what to write instead.

use std::ops::Range;

use crate::source::TextRange;

/// A mistake in a reference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Which.
    pub kind: FaultKind,
    /// Where, in bytes of the reference as it was given.
    pub range: TextRange,
    /// What is wrong there: the text of a label. Never holds a credential.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// The whole reference with the mistake mended, where that is certain.
    pub fixed: Option<String>,
}

/// The kinds of mistakes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FaultKind {
    /// Nothing there.
    Empty,
    /// A word that stands for "later" or "none".
    Word,
    /// A host or path that stands for another one.
    Example,
    /// A host that the Internet's registries keep for examples.
    ExampleHost,
    /// Text for people.
    Prose,
    /// One word, neither URL nor path. It can still be the name of a page, where a base is set.
    BareWord,
    /// Markup of a chat or a text around the reference.
    Markup,
    /// More than one reference.
    Several,
    /// Blanks inside.
    Whitespace,
    /// A character that has no place there.
    Character,
    /// A character that nobody sees.
    Invisible,
    /// `%` without two hexadecimal digits.
    PercentEncoding,
    /// A fragment before the query.
    FragmentBeforeQuery,
    /// No scheme, or a misspelled one.
    Scheme,
    /// Host or port that no URL can have.
    Host,
    /// A scheme that runs or reads something.
    UnsafeScheme,
    /// A password or a token.
    Credentials,
}

impl Fault {
    /// The same fault in a text with `by` more bytes before it.
    pub(super) fn shift(mut self, by: usize) -> Self {
        self.range = self.range.shift(u32::try_from(by).unwrap_or(u32::MAX));
        self
    }
}

/// A fault of the scheme.
pub(super) fn scheme_fault(range: Range<usize>, message: String, fixed: Option<String>) -> Fault {
    let help = "write the whole URL, from `https://` on".into();
    Fault { kind: FaultKind::Scheme, range: text_range(&range), message, help, fixed }
}

/// A fault of a placeholder.
pub(super) fn example_fault(range: Range<usize>, message: &str) -> Fault {
    let help = "write the page first, then put its URL here".into();
    Fault { kind: FaultKind::Example, range: text_range(&range), message: message.into(), help, fixed: None }
}

/// A range of bytes as faults have it.
pub(super) fn text_range(range: &Range<usize>) -> TextRange {
    let offset = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    TextRange::new(offset(range.start), offset(range.end))
}
