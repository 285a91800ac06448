//! What is made of a value when somebody first asks for it.

use std::sync::OnceLock;

/// Made once, kept with the value. Two values are equal whatever was made of them.
#[derive(Clone, Debug)]
pub struct Once<T>(OnceLock<T>);

impl<T> Once<T> {
    /// What was made; makes it for the first who asks.
    pub(super) fn get(&self, make: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(make)
    }
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> PartialEq for Once<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Once<T> {}
