//! What a parser of expressions or templates found wrong in a text, in words for a person. Places count bytes of that text;
//! where it stands in a file is not known here.

use crate::source::TextRange;

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// The bytes to mend.
    pub range: TextRange,
    /// What is wrong, in one line.
    pub message: String,
    /// Why it is wrong.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Vec<String>,
    /// Further places, each with what is there.
    pub related: Vec<(TextRange, String)>,
    /// The same as a change of bytes.
    pub fix: Option<Fix>,
}

/// A change that settles an [`Error`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// Replacements that do not overlap; an empty range inserts.
    pub edits: Vec<(TextRange, String)>,
    /// Whether it is surely what was meant, so that it may be applied without a look.
    pub safe: bool,
}

impl Error {
    /// An error without any help yet.
    pub fn new(range: TextRange, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), notes: Vec::new(), help: Vec::new(), related: Vec::new(), fix: None }
    }

    /// Adds why it is wrong.
    pub fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what to write instead.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help.push(help.into());
        self
    }

    /// Adds a further place.
    pub fn related(&mut self, range: TextRange, message: impl Into<String>) -> &mut Self {
        self.related.push((range, message.into()));
        self
    }

    /// Adds an edit that is surely what was meant.
    pub fn fix(&mut self, range: TextRange, text: impl Into<String>) -> &mut Self {
        self.edit(range, text, true)
    }

    /// Adds an edit that is likely, but changes the meaning or guesses; the whole fix then does.
    pub fn suggest(&mut self, range: TextRange, text: impl Into<String>) -> &mut Self {
        self.edit(range, text, false)
    }

    /// Adds an edit; a fix is as safe as the least safe of them.
    pub fn edit(&mut self, range: TextRange, text: impl Into<String>, safe: bool) -> &mut Self {
        let fix = self.fix.get_or_insert_with(|| Fix { edits: Vec::new(), safe });
        fix.edits.push((range, text.into()));
        fix.safe &= safe;
        self
    }

    /// As [`Self::note`], in a chain that makes an error.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note(note);
        self
    }

    /// As [`Self::help`], in a chain that makes an error.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help(help);
        self
    }

    /// As [`Self::related`], in a chain that makes an error.
    #[must_use]
    pub fn with_related(mut self, range: TextRange, message: impl Into<String>) -> Self {
        self.related(range, message);
        self
    }

    /// As [`Self::edit`], in a chain that makes an error.
    #[must_use]
    pub fn with_edit(mut self, range: TextRange, text: impl Into<String>, safe: bool) -> Self {
        self.edit(range, text, safe);
        self
    }
}
