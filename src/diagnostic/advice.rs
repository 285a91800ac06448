//! What is said of a finding beside its message.

use super::Words;

/// The words under a finding. Thousands of findings have the same, and then share them.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Advice {
    /// What stands at the place itself; may be empty.
    pub label: Words,
    /// Why it matters, and facts behind it.
    pub notes: Vec<Words>,
    /// What to write instead.
    pub help: Vec<Words>,
    /// What findings of one cause have in common ("no alert names an owner"); empty where the message says it.
    pub cause: Words,
}

impl Advice {
    /// Nothing is said.
    pub(super) const NONE: Self =
        Self { label: Words::Fixed(""), notes: Vec::new(), help: Vec::new(), cause: Words::Fixed("") };

    /// Says what stands at the place itself.
    pub fn label(&mut self, message: impl Into<Words>) -> &mut Self {
        self.label = message.into();
        self
    }

    /// Adds why it matters. Most findings have one note, and the list is as long as what is in it.
    pub fn note(&mut self, note: impl Into<Words>) -> &mut Self {
        self.notes.reserve_exact(1);
        self.notes.push(note.into());
        self
    }

    /// Adds what to write.
    pub fn help(&mut self, help: impl Into<Words>) -> &mut Self {
        self.help.reserve_exact(1);
        self.help.push(help.into());
        self
    }

    /// Names the cause shared with other findings.
    pub fn cause(&mut self, cause: impl Into<Words>) -> &mut Self {
        self.cause = cause.into();
        self
    }
}
