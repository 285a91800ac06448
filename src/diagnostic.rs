//! What the linter says: owned data, made anywhere, rendered elsewhere.

mod advice;
mod words;

use std::sync::Arc;

use crate::source::Span;
pub use advice::Advice;
pub use words::Words;

/// How much a finding matters. The order is from harmless to grave.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Breaks a ground rule, but does not stop a change by default.
    Warning,
    /// Breaks a ground rule and stops a change.
    Error,
}

impl Severity {
    /// `error`, `warning` or `note`, as in every machine format.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// `1 alert`, `2 alerts`.
#[must_use]
pub fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// A further place and what it has to do with the finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there; may be empty.
    pub message: String,
}

/// A replacement of bytes; an empty span inserts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// A change that settles the finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// Whether it may be applied without a look: it cannot change what the rule means, or is surely what was meant.
    pub safe: bool,
    /// Non-overlapping replacements, in any order.
    pub edits: Vec<Edit>,
    /// Whether it cannot be made together with that of an earlier finding: both write into one place. People see it, programs that
    /// make all fixes at once do not.
    pub clashes: bool,
}

/// One finding, with everything a person needs to mend it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Id of the lint rule.
    pub rule: &'static str,
    /// How much it matters, after the policy.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The bytes that are wrong.
    pub span: Span,
    /// Further places.
    pub related: Vec<Label>,
    /// What is said beside, shared by findings of which it is all the same; see [`Self::advice`].
    advice: Option<Arc<Advice>>,
    /// What to write instead as a change of bytes, where it is certain enough to offer.
    pub fix: Option<Fix>,
    /// What told one finding from another of the same rule and alert: the offending text.
    pub subject: String,
}

impl Diagnostic {
    /// A finding with a place and a message.
    #[must_use]
    pub fn new(rule: &'static str, severity: Severity, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity,
            message: message.into(),
            span,
            related: Vec::new(),
            advice: None,
            fix: None,
            subject: String::new(),
        }
    }

    /// Why a verdict is broken, in words that many findings share where there are any.
    #[must_use]
    pub fn reason(&self) -> Words {
        let cause = &self.advice().cause;
        if cause.is_empty() { Words::from(self.message.clone()) } else { cause.clone() }
    }

    /// What is said beside the message.
    #[must_use]
    pub fn advice(&self) -> &Advice {
        static NONE: Advice = Advice::NONE;
        self.advice.as_deref().unwrap_or(&NONE)
    }

    /// The same, to say more; what others share with it stays as it is.
    pub fn advice_mut(&mut self) -> &mut Advice {
        Arc::make_mut(self.advice.get_or_insert_default())
    }

    /// Says what other findings say too.
    pub fn advise(&mut self, advice: &Arc<Advice>) -> &mut Self {
        self.advice = Some(advice.clone());
        self
    }

    /// Says what stands at the place itself.
    pub fn label(&mut self, message: impl Into<Words>) -> &mut Self {
        self.advice_mut().label(message);
        self
    }

    /// Adds a further place. Most findings have one at most, and the list is as long as what is in it.
    pub fn related(&mut self, span: Span, message: impl Into<String>) -> &mut Self {
        self.related.reserve_exact(1);
        self.related.push(Label { span, message: message.into() });
        self
    }

    /// Adds why it matters.
    pub fn note(&mut self, note: impl Into<Words>) -> &mut Self {
        self.advice_mut().note(note);
        self
    }

    /// Adds what to write.
    pub fn help(&mut self, help: impl Into<Words>) -> &mut Self {
        self.advice_mut().help(help);
        self
    }

    /// Offers a change.
    pub fn fix(&mut self, safe: bool, edits: Vec<Edit>) -> &mut Self {
        self.fix = Some(Fix { safe, edits, clashes: false });
        self
    }

    /// Offers a change that wants a look, where one can be made.
    pub fn offer(&mut self, edit: Option<Edit>) -> &mut Self {
        match edit {
            Some(edit) => self.fix(false, vec![edit]),
            None => self,
        }
    }

    /// Names the cause shared with other findings.
    pub fn cause(&mut self, cause: impl Into<Words>) -> &mut Self {
        self.advice_mut().cause(cause);
        self
    }

    /// Names the offending text, which tells this finding from others of the same rule and alert across edits.
    pub fn subject(&mut self, subject: impl Into<String>) -> &mut Self {
        self.subject = subject.into();
        self
    }
}
