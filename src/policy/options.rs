//! The entries of a mapping as a struct of somebody else, with all that is wrong in them.

use std::cell::Cell;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::reader::{Field, Fields, Reader};
use crate::source::TextRange;
use crate::suggest;
use crate::yaml::de::{self, Error};
use crate::yaml::{NodeId, Tree};

impl<'t> Reader<'t> {
    /// Reads a whole mapping as `T`.
    pub(super) fn as_options<T: DeserializeOwned>(&mut self, id: NodeId) -> Option<T> {
        let fields = self.entries(id)?;
        self.options(fields, self.tree.range(id), &[])
    }

    /// Reads `fields` as `T`. `whole` answers for a field that is missing; `shared` are keys beside those of `T`, to be
    /// suggested for misspelt ones.
    pub(super) fn options<T: DeserializeOwned>(
        &mut self,
        fields: Fields<'t>,
        whole: TextRange,
        shared: &[&str],
    ) -> Option<T> {
        let mut left = fields.0;
        let mut gone: Vec<&str> = Vec::new();
        loop {
            let at = Cell::new(Step::End);
            let error = match T::deserialize(Entries { tree: self.tree, fields: &left, at: &at, next: 0 }) {
                Ok(options) => return gone.is_empty().then_some(options),
                Err(error) => error,
            };
            match at.get() {
                Step::End => {
                    // What is missing may be what was wrong, or misspelt.
                    let missing =
                        error.message.strip_prefix("the key `").and_then(|rest| rest.strip_suffix("` is missing"));
                    if !missing
                        .is_some_and(|missing| gone.iter().any(|name| suggest::closest(name, [missing]).is_some()))
                    {
                        self.mistake(whole, error.message);
                    }
                    return None;
                }
                Step::Key(index) => {
                    let known: Vec<&str> = error.unknown_field.map(|(_, known)| known).unwrap_or_default();
                    let all: Vec<&str> = known.iter().chain(shared).copied().collect();
                    // All that are unknown at once, so that the time does not grow with their square.
                    let first = left.get(index).map(|field| field.key);
                    let unknown = |field: &Field<'_>| {
                        Some(field.key) == first || !known.is_empty() && !known.contains(&field.name)
                    };
                    let (unknown, rest) = left.into_iter().partition(unknown);
                    left = rest;
                    gone.extend(unknown.iter().map(|field| field.name));
                    for field in unknown {
                        self.unknown_key(field, &all);
                    }
                }
                Step::Value(index) => {
                    self.wrong_value(error);
                    gone.push(left.remove(index).name);
                }
            }
        }
    }

    fn wrong_value(&mut self, error: Error) {
        if let Some((word, known)) = &error.unknown_field {
            return self.unknown(error.range, error.message, word, known);
        }
        let written = self.tree.source().get(error.range.range()).unwrap_or_default();
        let message = match error.message.split_once(", expected ") {
            Some((found, expected)) if found.starts_with("invalid ") => {
                format!("expected {expected}, found `{written}`")
            }
            _ => error.message,
        };
        let message = TYPES.iter().fold(message, |text, (rust, plain)| {
            text.replace(&format!("expected {rust},"), &format!("expected {plain},"))
        });
        self.mistake(error.range, message);
    }
}

/// What people call the types that serde names.
const TYPES: &[(&str, &str)] = &[
    ("u8", "a whole number"),
    ("u16", "a whole number"),
    ("u32", "a whole number"),
    ("u64", "a whole number"),
    ("f64", "a number"),
    ("a boolean", "`true` or `false`"),
    ("a string", "a text"),
    ("a sequence", "a list"),
];

/// Where the reading of a mapping is.
#[derive(Clone, Copy)]
enum Step {
    Key(usize),
    Value(usize),
    End,
}

/// Some entries of a mapping as a deserializer.
struct Entries<'f, 't> {
    tree: &'t Tree,
    fields: &'f [Field<'t>],
    at: &'f Cell<Step>,
    next: usize,
}

impl<'t> Deserializer<'t> for Entries<'_, 't> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        <V: Visitor<'t>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'t> MapAccess<'t> for Entries<'_, 't> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'t>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(field) = self.fields.get(self.next) else {
            self.at.set(Step::End);
            return Ok(None);
        };
        self.at.set(Step::Key(self.next));
        let key: serde::de::value::StrDeserializer<'_, Error> = field.name.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.at.set(Step::Value(self.next));
        let Some(field) = self.fields.get(self.next) else {
            return Err(serde::de::Error::custom("a value without a key"));
        };
        self.next += 1;
        let range = self.tree.range(field.value);
        seed.deserialize(de::deserializer(self.tree, field.value)).map_err(|error| error.at(range))
    }
}
