//! The entries of a mapping as a struct of somebody else, with all that is wrong in them.

use std::cell::Cell;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::reader::{Field, Fields, Reader};
use crate::source::TextRange;
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
        let mut wrong = false;
        loop {
            let at = Cell::new(Step::End);
            let error = match T::deserialize(Entries { tree: self.tree, fields: &left, at: &at, next: 0 }) {
                Ok(options) => return (!wrong).then_some(options),
                Err(error) => error,
            };
            match at.get() {
                // What is missing may be what was wrong.
                Step::End if wrong => return None,
                Step::End => {
                    self.mistake(whole, error.message);
                    return None;
                }
                Step::Key(index) => {
                    let known: Vec<&str> = error.unknown_field.map(|(_, known)| known).unwrap_or_default();
                    // All that are unknown at once, so that the time does not grow with their square.
                    let unknown = |index: usize, field: &Field<'_>, at: usize| {
                        index == at || !known.is_empty() && !known.contains(&field.name)
                    };
                    let gone: Vec<Field<'_>> = left
                        .iter()
                        .enumerate()
                        .filter(|(i, field)| unknown(*i, field, index))
                        .map(|(_, field)| *field)
                        .collect();
                    left.retain(|field| !gone.iter().any(|other| other.key == field.key));
                    let all: Vec<&str> = known.iter().copied().chain(shared.iter().copied()).collect();
                    for field in gone {
                        self.unknown_key(field, &all);
                    }
                }
                Step::Value(index) => {
                    match error.unknown_field {
                        Some((word, known)) => self.unknown(error.range, error.message, &word, &known),
                        None => drop(self.mistake(error.range, error.message)),
                    }
                    left.remove(index);
                }
            }
            wrong = true;
        }
    }
}

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
        seed.deserialize(de::deserializer(self.tree, field.value))
    }
}
