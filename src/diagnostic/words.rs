//! Words that many findings share.

use std::borrow::{Borrow, Cow};
use std::fmt::{self, Debug, Display, Formatter};
use std::ops::Deref;
use std::sync::Arc;

/// Words that are mostly the same in every finding of a lint rule, and then not copied.
#[derive(Clone)]
pub enum Words {
    /// The same in every run.
    Fixed(&'static str),
    /// Put together in this run.
    Shared(Arc<str>),
}

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Fixed(words) => words,
            Self::Shared(words) => words,
        }
    }
}

impl AsRef<str> for Words {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Words {
    fn borrow(&self) -> &str {
        self
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::Fixed("")
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (&**self, &**other);
        // Words that are shared are mostly compared with themselves.
        std::ptr::eq(one, other) || one == other
    }
}

impl PartialEq<&str> for Words {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl Eq for Words {}

impl Debug for Words {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        Debug::fmt(&**self, out)
    }
}

impl Display for Words {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&**self, out)
    }
}

impl From<&'static str> for Words {
    fn from(words: &'static str) -> Self {
        Self::Fixed(words)
    }
}

impl From<String> for Words {
    fn from(words: String) -> Self {
        Self::Shared(words.into())
    }
}

impl From<Cow<'static, str>> for Words {
    fn from(words: Cow<'static, str>) -> Self {
        match words {
            Cow::Borrowed(words) => words.into(),
            Cow::Owned(words) => words.into(),
        }
    }
}
