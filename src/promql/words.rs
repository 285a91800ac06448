//! Records in a flat array of words, so that a whole expression lives in two allocations.

use super::ast::NodeId;
use crate::source::TextRange;
use std::marker::PhantomData;

/// Something that fits into a fixed number of words. Reading past the end gives zeroes, never a panic.
pub trait Record: Copy {
    /// Words it takes.
    const WORDS: usize;
    /// Appends its words.
    fn store(self, words: &mut Vec<u32>);
    /// Reads it back from the first words.
    fn load(words: &[u32]) -> Self;
}

/// The place of one record.
pub struct At<T> {
    start: u32,
    kind: PhantomData<T>,
}

/// The place of several records one after the other.
pub struct List<T> {
    start: u32,
    /// How many there are.
    pub len: u32,
    kind: PhantomData<T>,
}

macro_rules! plain {
    ($name:ident, $($field:ident),+) => {
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<T> Copy for $name<T> {}
        impl<T> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                $(self.$field == other.$field)&&+
            }
        }
        impl<T> Eq for $name<T> {}
        impl<T> std::fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_list()$(.entry(&self.$field))+.finish()
            }
        }
    };
}
plain!(At, start);
plain!(List, start, len);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { start: 0, len: 0, kind: PhantomData }
    }
}

impl<T: Record> At<T> {
    pub(super) fn store(value: T, words: &mut Vec<u32>) -> Self {
        let start = super::offset(words.len());
        value.store(words);
        Self { start, kind: PhantomData }
    }

    pub(super) fn load(self, words: &[u32]) -> T {
        T::load(words.get(self.start as usize..).unwrap_or_default())
    }

    pub(super) fn replace(self, value: T, words: &mut Vec<u32>) {
        let end = words.len();
        value.store(words);
        words.copy_within(end.., self.start as usize);
        words.truncate(end);
    }
}

impl<T: Record> List<T> {
    /// The `len` records that end at the end of `words`.
    pub(super) fn last(len: usize, words: &[u32]) -> Self {
        Self { start: super::offset(words.len() - len * T::WORDS), len: super::offset(len), kind: PhantomData }
    }

    pub(super) fn store(values: &[T], words: &mut Vec<u32>) -> Self {
        for value in values {
            value.store(words);
        }
        Self::last(values.len(), words)
    }

    pub(super) fn iter<'a>(self, words: &'a [u32]) -> impl ExactSizeIterator<Item = T> + DoubleEndedIterator + 'a
    where
        T: 'a,
    {
        let end = self.start as usize + self.len as usize * T::WORDS;
        let words = words.get(self.start as usize..end).unwrap_or_default();
        words.chunks_exact(T::WORDS).map(T::load)
    }
}

impl Record for u32 {
    const WORDS: usize = 1;
    fn store(self, words: &mut Vec<u32>) {
        words.push(self);
    }
    fn load(words: &[u32]) -> Self {
        words.first().copied().unwrap_or(0)
    }
}

impl Record for bool {
    const WORDS: usize = 1;
    fn store(self, words: &mut Vec<u32>) {
        words.push(u32::from(self));
    }
    fn load(words: &[u32]) -> Self {
        u32::load(words) != 0
    }
}

impl Record for TextRange {
    const WORDS: usize = 2;
    fn store(self, words: &mut Vec<u32>) {
        words.extend([self.start, self.end]);
    }
    fn load(words: &[u32]) -> Self {
        Self::new(u32::load(words), words.get(1).copied().unwrap_or(0))
    }
}

impl Record for NodeId {
    const WORDS: usize = 1;
    fn store(self, words: &mut Vec<u32>) {
        words.push(self.number());
    }
    fn load(words: &[u32]) -> Self {
        Self::from_number(u32::load(words))
    }
}

impl<T> Record for List<T> {
    const WORDS: usize = 2;
    fn store(self, words: &mut Vec<u32>) {
        words.extend([self.start, self.len]);
    }
    fn load(words: &[u32]) -> Self {
        Self { start: u32::load(words), len: words.get(1).copied().unwrap_or(0), kind: PhantomData }
    }
}

/// A word that says whether there is a value, then the value.
impl<T: Record> Record for Option<T> {
    const WORDS: usize = 1 + T::WORDS;
    fn store(self, words: &mut Vec<u32>) {
        words.push(u32::from(self.is_some()));
        match self {
            Some(value) => value.store(words),
            None => words.resize(words.len() + T::WORDS, 0),
        }
    }
    fn load(words: &[u32]) -> Self {
        bool::load(words).then(|| T::load(words.get(1..).unwrap_or_default()))
    }
}

/// A struct whose fields are records one after the other.
macro_rules! record {
    ($(#[$outer:meta])* pub struct $name:ident { $($(#[$inner:meta])* pub $field:ident: $kind:ty,)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct $name {
            $($(#[$inner])* pub $field: $kind,)+
        }

        impl Record for $name {
            const WORDS: usize = 0 $(+ <$kind as Record>::WORDS)+;
            fn store(self, words: &mut Vec<u32>) {
                $(self.$field.store(words);)+
            }
            #[expect(unused_assignments, reason = "the last field moves the offset too")]
            fn load(words: &[u32]) -> Self {
                let mut at = 0;
                Self {
                    $($field: {
                        let value = <$kind as Record>::load(words.get(at..).unwrap_or_default());
                        at += <$kind as Record>::WORDS;
                        value
                    },)+
                }
            }
        }
    };
}

/// An enum without fields, stored as the place in the list of its values.
macro_rules! word {
    ($name:ty: $($value:path),+ $(,)?) => {
        impl Record for $name {
            const WORDS: usize = 1;
            fn store(self, words: &mut Vec<u32>) {
                words.push(self as u32);
            }
            fn load(words: &[u32]) -> Self {
                const VALUES: &[$name] = &[$($value),+];
                VALUES.get(u32::load(words) as usize).copied().unwrap_or(VALUES[0])
            }
        }
    };
}

pub(super) use {record, word};
