//! The arena of an expression: all nodes of it, and the way to their parts.

use super::ast::{Kind, Matching, MatchingId, Node, NodeId, Type};
use super::words::{At, List, Record};
use crate::source::TextRange;
use std::num::NonZeroU32;

/// An expression as a tree.
#[derive(Clone, PartialEq, Debug)]
pub struct Ast {
    nodes: Vec<Node>,
    words: Vec<u32>,
    comments: Vec<TextRange>,
    root: NodeId,
}

impl Ast {
    /// The outermost node.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The node of that id. An id of another tree gives some node or [`Kind::Missing`], never a panic.
    pub fn node(&self, id: NodeId) -> Node {
        const MISSING: Node = Node { range: TextRange { start: 0, end: 0 }, ty: None, kind: Kind::Missing };
        self.nodes.get(id.index()).copied().unwrap_or(MISSING)
    }

    /// What the node is.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// Where the node stands.
    pub fn range(&self, id: NodeId) -> TextRange {
        self.node(id).range
    }

    /// What the node evaluates to.
    pub fn ty(&self, id: NodeId) -> Option<Type> {
        self.node(id).ty
    }

    /// All nodes, children before their parents, the parts of durations among them.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = NodeId> + DoubleEndedIterator + use<> {
        (0..super::offset(self.nodes.len())).map(|index| NodeId::from_number(index + 1))
    }

    /// The record at a place.
    pub fn get<T: Record>(&self, at: At<T>) -> T {
        at.load(&self.words)
    }

    /// The records of a list.
    pub fn list<'a, T: Record + 'a>(
        &'a self,
        list: List<T>,
    ) -> impl ExactSizeIterator<Item = T> + DoubleEndedIterator + 'a {
        list.iter(&self.words)
    }

    /// The modifiers between an operator and its right operand.
    pub fn matching(&self, id: MatchingId) -> Matching {
        Matching::load(self.words.get(id.0.get() as usize - 1..).unwrap_or_default())
    }

    /// The comments, in the order of the text.
    pub fn comments(&self) -> &[TextRange] {
        &self.comments
    }

    /// The value of a [`Kind::Number`], in seconds for a duration; `NaN` for any other node and for what has no value.
    pub fn number(&self, id: NodeId, text: &str) -> f64 {
        number_value(self.node(id), text).unwrap_or(f64::NAN)
    }
}

/// The value of a number, its signs applied; zero for a literal that has none, as on the server.
pub(super) fn number_value(node: Node, text: &str) -> Option<f64> {
    let Kind::Number { literal, duration, negative } = node.kind else { return None };
    let literal = text.get(TextRange::new(literal, node.range.end).range())?;
    let value = if duration { super::number::duration(literal) } else { super::number::value(literal) };
    let value = value.unwrap_or(0.0);
    Some(if negative { -value } else { value })
}

/// An [`Ast`] in the making.
pub(super) struct Builder {
    pub nodes: Vec<Node>,
    pub words: Vec<u32>,
}

impl Builder {
    /// Room for a text of so many bytes; real expressions have a node for ten bytes.
    pub fn new(len: usize) -> Self {
        Self { nodes: Vec::with_capacity(len / 10 + 4), words: Vec::with_capacity(len / 2 + 16) }
    }

    pub fn push(&mut self, range: TextRange, ty: Option<Type>, kind: Kind) -> NodeId {
        self.nodes.push(Node { range, ty, kind });
        NodeId::from_number(super::offset(self.nodes.len()))
    }

    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    pub fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.index()]
    }

    /// The value of a number; none for any other node.
    pub fn value(&self, id: NodeId, text: &str) -> Option<f64> {
        number_value(self.node(id), text)
    }

    pub fn matching(&mut self, matching: Matching) -> Option<MatchingId> {
        let start = super::offset(self.words.len());
        matching.store(&mut self.words);
        NonZeroU32::new(start + 1).map(MatchingId)
    }

    pub fn finish(self, root: NodeId, comments: Vec<TextRange>) -> Ast {
        Ast { nodes: self.nodes, words: self.words, comments, root }
    }
}
