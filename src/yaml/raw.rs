//! What is kept of a scalar when the tree is gone: enough to find the bytes of its value again.

use super::tree::Node;
use super::{Kind, NodeId, Style, Tree, scalar};
use crate::source::TextRange;

/// How and where a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Raw {
    /// Its bytes, with quotes and block header.
    pub range: TextRange,
    /// Its style.
    pub style: Style,
    /// Block scalars: the column of their content.
    pub indent: u16,
}

/// A piece of a value and the bytes it was written with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Where it starts in the value.
    pub at: u32,
    /// Its bytes.
    pub range: TextRange,
    /// Whether these are the bytes of the value, one for one.
    pub verbatim: bool,
}

/// All that there is to know of a scalar.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'t> {
    /// How and where it is written.
    pub raw: Raw,
    /// Its decoded value.
    pub value: &'t str,
    /// Whether go-yaml loads it as null ([`Tree::is_null`]).
    pub null: bool,
    /// Whether the value is its bytes as written, between its quotes.
    pub verbatim: bool,
}

impl Tree {
    /// How the scalar is written (through an alias: the scalar that it stands for).
    pub fn raw(&self, id: NodeId) -> Raw {
        Raw::of(&self.node(self.resolve(id)))
    }

    /// The scalar (through an alias: the one that it stands for); none for a collection.
    #[inline]
    pub fn leaf(&self, id: NodeId) -> Option<Leaf<'_>> {
        let id = self.resolve(id);
        let node = self.nodes.get(id.0 as usize).filter(|node| node.kind == Kind::Scalar)?;
        let quotes = match node.style {
            Style::Plain => Some(0),
            Style::Single | Style::Double => Some(1),
            Style::Literal | Style::Folded => None,
        };
        let verbatim = quotes.is_some_and(|len| node.a == node.start + len && node.a + node.b + len == node.end);
        Some(Leaf { raw: Raw::of(node), value: self.value(node), null: self.is_null(id), verbatim })
    }
}

impl Raw {
    fn of(node: &Node) -> Self {
        Self { range: TextRange::new(node.start, node.end), style: node.style, indent: node.indent }
    }

    /// The value and its pieces, in order and gap-free.
    pub fn decode(self, text: &str) -> (String, Vec<Piece>) {
        let decoded = scalar::map(text, self.range, self.style, self.indent);
        let pieces = decoded.segments().map(|(at, range, verbatim)| Piece { at, range, verbatim }).collect();
        (decoded.into_value(), pieces)
    }

    /// The bytes of ranges of `value`, each as one range that covers it; the whole scalar where its bytes do not make that value.
    pub fn locate(self, text: &str, value: &str) -> impl Fn(TextRange) -> TextRange {
        let map = scalar::map(text, self.range, self.style, self.indent);
        let (known, len) = (map.value() == value, value.len());
        move |decoded| {
            let pieces = (known && decoded.end as usize <= len).then(|| map.pieces(decoded));
            pieces.into_iter().flatten().reduce(TextRange::cover).unwrap_or(self.range)
        }
    }
}
