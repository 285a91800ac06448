//! A serde deserializer over the tree: the policy file into structs, every mistake with its bytes.
//!
//! Plain scalars are numbers, booleans and null as YAML 1.2's core schema reads them; quoted ones are strings. A struct field of
//! type [`Located`] also gets its place. Unknown fields come back with the names that were expected.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::{Kind, NodeId, Style, Tree};
use crate::source::TextRange;

/// A value and the bytes it was read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Located<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub range: TextRange,
}

/// Why a node does not fit its type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// The bytes of the node, or of the key.
    pub range: TextRange,
    /// What is wrong.
    pub message: String,
    /// The field that nobody knows, and those that are known there.
    pub unknown_field: Option<(String, Vec<&'static str>)>,
    located: bool,
}

impl Error {
    /// The same error at `range`, where it has no place yet.
    #[must_use]
    pub fn at(mut self, range: TextRange) -> Self {
        if !self.located {
            self.range = range;
            self.located = true;
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { range: TextRange::default(), message: message.to_string(), unknown_field: None, located: false }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let unknown_field = Some((field.to_owned(), expected.to_vec()));
        Self { unknown_field, ..Self::custom(format_args!("unknown key `{field}`")) }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let unknown_field = Some((variant.to_owned(), expected.to_vec()));
        Self { unknown_field, ..Self::custom(format_args!("unknown value `{variant}`")) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format_args!("the key `{field}` is missing"))
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {}", Found(found)))
    }
}

/// What was found, in the words of YAML.
struct Found<'a>(de::Unexpected<'a>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            de::Unexpected::Map => f.write_str("a mapping"),
            de::Unexpected::Seq => f.write_str("a list"),
            de::Unexpected::Unit | de::Unexpected::Option => f.write_str("nothing"),
            de::Unexpected::Str(text) => write!(f, "the text `{text}`"),
            other => write!(f, "{other}"),
        }
    }
}

/// Reads a node as `T`. The first mistake is returned; [`each`] finds those of a whole mapping.
pub fn from_node<'t, T: Deserialize<'t>>(tree: &'t Tree, id: NodeId) -> Result<T, Error> {
    let node = Node { tree, id, depth: 0 };
    T::deserialize(node).map_err(|error| error.at(tree.range(id)))
}

/// A node as a deserializer, for readers that choose themselves which entries of a mapping to read.
pub fn deserializer(tree: &Tree, id: NodeId) -> impl Deserializer<'_, Error = Error> {
    Node { tree, id, depth: 0 }
}

/// Reads a mapping entry by entry, so that one bad entry does not hide the next: each key with its value or its error, and an
/// error for each duplicate key. What is no mapping is one error; nothing at all is an empty mapping.
pub fn each<'t, T: Deserialize<'t>>(tree: &'t Tree, id: NodeId) -> (Vec<(Located<&'t str>, T)>, Vec<Error>) {
    let mut good = Vec::new();
    let mut bad = Vec::new();
    if tree.kind(tree.resolve(id)) != Kind::Mapping && !tree.is_null(id) {
        bad.push(<Error as de::Error>::custom("expected a mapping").at(tree.range(id)));
    }
    bad.extend(tree.duplicates(id).into_iter().map(|pair| duplicate(tree, pair)));
    for (key, value) in tree.entries(id) {
        match from_node(tree, value) {
            Ok(value) => good.push((Located { value: tree.text(key), range: tree.range(key) }, value)),
            Err(error) => bad.push(error),
        }
    }
    (good, bad)
}

fn duplicate(tree: &Tree, (_, later): (NodeId, NodeId)) -> Error {
    <Error as de::Error>::custom(format_args!("the key `{}` is given twice", tree.text(later))).at(tree.range(later))
}

const LOCATED: &str = "$groundrules::Located";
const FIELDS: [&str; 3] = ["value", "start", "end"];

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
            type Value = Located<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value of a YAML tree")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let short = || de::Error::custom("only a YAML tree knows places");
                let start = seq.next_element()?.ok_or_else(short)?;
                let end = seq.next_element()?.ok_or_else(short)?;
                let value = seq.next_element()?.ok_or_else(short)?;
                Ok(Located { value, range: TextRange::new(start, end) })
            }
        }
        deserializer.deserialize_struct(LOCATED, &FIELDS, Parts(PhantomData))
    }
}

/// How deep aliases may lead: a cycle ends here.
const DEPTH: usize = 100;

#[derive(Clone, Copy)]
struct Node<'t> {
    tree: &'t Tree,
    id: NodeId,
    depth: usize,
}

impl<'t> Node<'t> {
    fn child(self, id: NodeId) -> Self {
        Self { id, depth: self.depth + 1, ..self }
    }

    fn entries(self) -> Result<Entries<'t>, Error> {
        if let Some(&pair) = self.tree.duplicates(self.id).first() {
            return Err(duplicate(self.tree, pair));
        }
        Ok(Entries { all: self.tree.merged(self.id).into_iter(), node: self, value: None })
    }

    fn scalar<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.tree.text(self.id);
        let style = self.tree.style(self.tree.resolve(self.id));
        if style != Style::Plain || self.tree.tag(self.id) == Some("!!str") {
            return visitor.visit_borrowed_str(text);
        }
        match text {
            "true" | "True" | "TRUE" => return visitor.visit_bool(true),
            "false" | "False" | "FALSE" => return visitor.visit_bool(false),
            _ => {}
        }
        if let Ok(number) = text.parse::<u64>() {
            return visitor.visit_u64(number);
        }
        if let Ok(number) = text.parse::<i64>() {
            return visitor.visit_i64(number);
        }
        let numeric = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
        match text.parse::<f64>() {
            Ok(number) if numeric => visitor.visit_f64(number),
            _ => visitor.visit_borrowed_str(text),
        }
    }
}

impl<'t> Deserializer<'t> for Node<'t> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Error> {
        let range = self.tree.range(self.id);
        let read = match self.tree.kind(self.tree.resolve(self.id)) {
            _ if self.depth > DEPTH => Err(de::Error::custom("nested too deeply")),
            Kind::Mapping => self.entries().and_then(|entries| visitor.visit_map(entries)),
            Kind::Sequence => visitor.visit_seq(Items { all: self.tree.items(self.id).iter(), node: self }),
            Kind::Scalar if self.tree.is_null(self.id) => visitor.visit_unit(),
            Kind::Scalar => self.scalar(visitor),
            Kind::Alias => Err(de::Error::custom("this alias has no anchor")),
        };
        read.map_err(|error| error.at(range))
    }

    /// A number or a boolean where text is wanted is the text as written.
    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Error> {
        let range = self.tree.range(self.id);
        if self.tree.kind(self.tree.resolve(self.id)) != Kind::Scalar || self.tree.is_null(self.id) {
            return self.deserialize_any(visitor);
        }
        visitor.visit_borrowed_str(self.tree.text(self.id)).map_err(|error: Error| error.at(range))
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.tree.is_null(self.id) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name != LOCATED {
            return self.deserialize_any(visitor);
        }
        visitor.visit_seq(Place { node: self, step: 0 })
    }

    /// A variant by its name, or a mapping of one entry.
    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let range = self.tree.range(self.id);
        let read = match self.tree.kind(self.tree.resolve(self.id)) {
            Kind::Scalar => visitor.visit_enum(self.tree.text(self.id).into_deserializer()),
            _ => self.entries().and_then(|entries| visitor.visit_enum(de::value::MapAccessDeserializer::new(entries))),
        };
        read.map_err(|error: Error| error.at(range))
    }

    forward_to_deserialize_any! {
        <V: Visitor<'t>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map
        ignored_any
    }
}

struct Entries<'t> {
    all: std::vec::IntoIter<[NodeId; 2]>,
    node: Node<'t>,
    value: Option<NodeId>,
}

impl<'t> MapAccess<'t> for Entries<'t> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'t>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some([key, value]) = self.all.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(self.node.child(key)).map(Some).map_err(|error| error.at(self.node.tree.range(key)))
    }

    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let value = self.value.take().ok_or_else(|| de::Error::custom("a value without a key"))?;
        seed.deserialize(self.node.child(value)).map_err(|error| error.at(self.node.tree.range(value)))
    }
}

struct Items<'t> {
    all: std::slice::Iter<'t, NodeId>,
    node: Node<'t>,
}

impl<'t> SeqAccess<'t> for Items<'t> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(&item) = self.all.next() else { return Ok(None) };
        seed.deserialize(self.node.child(item)).map(Some).map_err(|error| error.at(self.node.tree.range(item)))
    }
}

/// Start, end, and the value of a [`Located`].
struct Place<'t> {
    node: Node<'t>,
    step: u8,
}

impl<'t> SeqAccess<'t> for Place<'t> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let range = self.node.tree.range(self.node.id);
        self.step += 1;
        match self.step {
            1 => seed.deserialize(range.start.into_deserializer()).map(Some),
            2 => seed.deserialize(range.end.into_deserializer()).map(Some),
            _ => seed.deserialize(self.node).map(Some),
        }
    }
}

#[cfg(test)]
mod tests;
