//! The tree: nodes in one vector, children in another, scalar values as slices of the text wherever they stand there verbatim.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::Comment;
use super::resolve::{self, Resolved};
use super::scalar;
use crate::source::TextRange;

/// Names a node of one [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub(super) u32);

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Text of any style; also an empty value.
    Scalar,
    /// Keys and values.
    Mapping,
    /// Items.
    Sequence,
    /// `*name`.
    Alias,
}

/// How a scalar is written; collections are `Plain`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`.
    Single,
    /// `"…"`.
    Double,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

/// No node, no properties.
pub(super) const NONE: u32 = u32::MAX;

/// 24 bytes a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub start: u32,
    pub end: u32,
    /// Scalar: start of the value in the text, or, counted from the text's end on, in `Tree::side`. Collection: first of `Tree::children`. Alias: its target.
    pub a: u32,
    /// Scalar: length of the value. Collection: number of children.
    pub b: u32,
    /// Index into `Tree::props`.
    pub props: u32,
    /// Block scalars: the column of their content.
    pub indent: u16,
    pub kind: Kind,
    pub style: Style,
}

/// Tag and anchor of a node.
#[derive(Clone, Default, Debug)]
pub(super) struct Props {
    /// The short form, as go-yaml has it: `!!str`, `!local`, `!`.
    pub tag: Option<String>,
    pub anchor: Option<String>,
}

/// A text and its nodes.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(super) text: Arc<str>,
    pub(super) nodes: Vec<Node>,
    pub(super) children: Vec<NodeId>,
    pub(super) side: String,
    pub(super) props: Vec<Props>,
    pub(super) documents: Vec<NodeId>,
    pub(super) comments: Vec<Comment>,
}

/// The most entries that merge keys may bring into one mapping.
const MERGE_BUDGET: usize = 10_000;

const GONE: Node =
    Node { start: 0, end: 0, a: 0, b: 0, props: NONE, indent: 0, kind: Kind::Scalar, style: Style::Plain };

impl Tree {
    pub(super) fn node(&self, id: NodeId) -> Node {
        self.nodes.get(id.0 as usize).copied().unwrap_or(GONE)
    }

    /// The text as it was given.
    pub fn source(&self) -> &str {
        &self.text
    }

    /// The root of each document, in order. An empty text has none.
    pub fn documents(&self) -> &[NodeId] {
        &self.documents
    }

    /// All nodes, in the order in which they begin.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(NONE)).map(NodeId)
    }

    /// What the node is.
    #[inline]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.nodes.get(id.0 as usize).map_or(GONE.kind, |node| node.kind)
    }

    /// The bytes of the node as written: scalars with their quotes, block scalars from the header to the last byte of content,
    /// collections from the first to the last byte of what they hold, aliases with the `*`. Tags and anchors are outside.
    pub fn range(&self, id: NodeId) -> TextRange {
        let node = self.node(id);
        TextRange::new(node.start, node.end)
    }

    /// The node that an alias stands for; any other node is itself, and so is an alias that leads nowhere.
    #[inline]
    pub fn resolve(&self, id: NodeId) -> NodeId {
        if self.kind(id) == Kind::Alias { self.target(id) } else { id }
    }

    fn target(&self, id: NodeId) -> NodeId {
        let mut at = id;
        // An alias can only point to a node before it, so this ends; the bound is for safety.
        for _ in 0..8 {
            let node = self.node(at);
            if node.kind != Kind::Alias || node.a == NONE {
                return at;
            }
            at = NodeId(node.a);
        }
        id
    }

    /// The decoded value of a scalar (through an alias, too); empty for anything else.
    #[inline]
    pub fn text(&self, id: NodeId) -> &str {
        self.scalar(id).unwrap_or("")
    }

    /// The same; none for anything else.
    #[inline]
    pub fn scalar(&self, id: NodeId) -> Option<&str> {
        let node = self.nodes.get(self.resolve(id).0 as usize).filter(|node| node.kind == Kind::Scalar)?;
        Some(self.value(node))
    }

    pub(super) fn value(&self, node: &Node) -> &str {
        let (start, len) = (node.a as usize, node.b as usize);
        match start.checked_sub(self.text.len()) {
            None => self.text.get(start..start + len),
            Some(start) => self.side.get(start..start + len),
        }
        .unwrap_or("")
    }

    /// How the scalar is written.
    pub fn style(&self, id: NodeId) -> Style {
        self.node(id).style
    }

    fn props(&self, id: NodeId) -> Option<&Props> {
        if self.props.is_empty() {
            return None;
        }
        self.props.get(self.node(id).props as usize)
    }

    /// The tag that was written, in its short form: `!!str` for `tag:yaml.org,2002:str`, else as it resolves.
    pub fn tag(&self, id: NodeId) -> Option<&str> {
        self.props(id)?.tag.as_deref()
    }

    /// The name of the anchor on the node.
    pub fn anchor(&self, id: NodeId) -> Option<&str> {
        self.props(id)?.anchor.as_deref()
    }

    /// Whether go-yaml loads the node as null: a plain `~`, `null`, `Null`, `NULL` or nothing, with no tag or that of null.
    #[inline]
    pub fn is_null(&self, id: NodeId) -> bool {
        // No spelling of null is longer; nothing is kept there of an alias.
        self.nodes.get(id.0 as usize).is_some_and(|node| node.b <= 4) && self.spells_null(self.resolve(id))
    }

    fn spells_null(&self, id: NodeId) -> bool {
        let node = self.node(id);
        if node.kind != Kind::Scalar || !matches!(self.value(&node), "" | "~" | "null" | "Null" | "NULL") {
            return false;
        }
        match self.tag(id) {
            None | Some("!") => node.style == Style::Plain,
            tag => tag == Some("!!null"),
        }
    }

    /// What go-yaml takes the scalar for by its looks, were it plain.
    pub(crate) fn resolved(&self, id: NodeId) -> Resolved {
        resolve::resolve(self.text(id))
    }

    fn children(&self, id: NodeId, kind: Kind) -> &[NodeId] {
        let node = self.nodes.get(self.resolve(id).0 as usize).filter(|node| node.kind == kind);
        node.and_then(|node| self.children.get(node.a as usize..node.a as usize + node.b as usize)).unwrap_or(&[])
    }

    /// Keys and values of a mapping (through an alias, too) as written, merge keys included; nothing for anything else.
    pub fn entries(&self, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        self.pairs(id).iter().map(|&[key, value]| (key, value))
    }

    /// The same as a slice.
    pub fn pairs(&self, id: NodeId) -> &[[NodeId; 2]] {
        self.children(id, Kind::Mapping).as_chunks().0
    }

    /// The items of a sequence (through an alias, too); nothing for anything else.
    pub fn items(&self, id: NodeId) -> &[NodeId] {
        self.children(id, Kind::Sequence)
    }

    /// The value of the first entry of this key, merge keys not followed.
    pub fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.entries(id).find(|&(k, _)| self.scalar(k) == Some(key)).map(|(_, v)| v)
    }

    /// Whether this key is a merge key (`isMerge` of go-yaml's `decode.go`): an untagged `<<`, quoted or not.
    pub fn is_merge(&self, key: NodeId) -> bool {
        self.nodes.get(key.0 as usize).is_some_and(|node| node.kind == Kind::Scalar && node.b == 2)
            && self.text(key) == "<<"
            && match self.tag(key) {
                None | Some("!") => self.style(key) == Style::Plain,
                tag => tag == Some("!!merge"),
            }
    }

    /// The entries after the merge keys are applied: the mapping's own first, then what each merged mapping adds; the earlier
    /// wins. At most some thousand entries are added; what is not a mapping merges nothing.
    pub fn merged(&self, id: NodeId) -> Vec<[NodeId; 2]> {
        let mut out = Vec::new();
        let mut seen = HashSet::new();
        let mut budget = MERGE_BUDGET;
        self.merge_into(self.resolve(id), &mut out, &mut seen, &mut budget, &mut Vec::new());
        out
    }

    fn merge_into<'t>(
        &'t self,
        id: NodeId,
        out: &mut Vec<[NodeId; 2]>,
        seen: &mut HashSet<&'t str>,
        budget: &mut usize,
        open: &mut Vec<NodeId>,
    ) {
        if open.contains(&id) || open.len() > 64 {
            return;
        }
        let mut merge = None;
        for (key, value) in self.entries(id) {
            if self.is_merge(key) {
                merge = Some(value);
                continue;
            }
            if !open.is_empty() {
                if *budget == 0 {
                    return;
                }
                *budget -= 1;
            }
            let scalar = self.kind(self.resolve(key)) == Kind::Scalar;
            if !scalar || seen.insert(self.text(key)) || open.is_empty() {
                out.push([key, value]);
            }
        }
        let Some(merge) = merge else { return };
        open.push(id);
        let from = self.resolve(merge);
        if self.kind(from) == Kind::Mapping {
            self.merge_into(from, out, seen, budget, open);
        } else {
            for &item in self.items(from) {
                if *budget == 0 {
                    break;
                }
                *budget -= 1;
                self.merge_into(self.resolve(item), out, seen, budget, open);
            }
        }
        open.pop();
    }

    /// Keys that go-yaml calls duplicate: the first and each later one of the same kind and text (`1` and `'1'` are equal, `1`
    /// and `0x1` are not; collections as keys are all equal).
    pub fn duplicates(&self, id: NodeId) -> Vec<(NodeId, NodeId)> {
        let mut first = std::collections::HashMap::new();
        let mut found = Vec::new();
        for (key, _) in self.entries(id) {
            let kind = self.kind(key);
            let text = match kind {
                Kind::Scalar => self.written(key),
                Kind::Alias => Cow::Borrowed(self.text.get(self.range(key).range()).unwrap_or("")),
                Kind::Mapping | Kind::Sequence => Cow::Borrowed(""),
            };
            match first.entry((kind as u8, text)) {
                std::collections::hash_map::Entry::Occupied(entry) => found.push((*entry.get(), key)),
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(key);
                }
            }
        }
        found
    }

    /// The text of a scalar before the tag `!!binary` does its work.
    fn written(&self, id: NodeId) -> Cow<'_, str> {
        if self.tag(id) != Some("!!binary") {
            return Cow::Borrowed(self.text(id));
        }
        let node = self.node(id);
        let mut value = String::new();
        scalar::decode(&self.text, self.range(id), node.style, node.indent, false, &mut value);
        Cow::Owned(value)
    }

    /// Every comment, in order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// Where a range of the decoded value lies in the text, as one range that covers it. The whole scalar when that cannot be
    /// told to the byte; an alias answers for the scalar that it stands for.
    pub fn span_of(&self, id: NodeId, decoded: TextRange) -> TextRange {
        let all = self.spans_of(id, decoded);
        let first = all.first().copied().unwrap_or_else(|| self.range(id));
        all.iter().fold(first, |sum, &range| sum.cover(range))
    }

    /// The same in pieces: several where line folding or indentation splits the value. Never empty.
    pub fn spans_of(&self, id: NodeId, decoded: TextRange) -> Vec<TextRange> {
        let id = self.resolve(id);
        let node = self.node(id);
        let whole = vec![self.range(id)];
        if node.kind != Kind::Scalar || decoded.end > node.b {
            return whole;
        }
        if (node.a as usize) < self.text.len() || node.b == 0 && node.a as usize == self.text.len() {
            return vec![TextRange::new(node.a + decoded.start, node.a + decoded.end)];
        }
        let map = scalar::map(&self.text, self.range(id), node.style, node.indent);
        if map.value() != self.text(id) {
            return whole;
        }
        map.pieces(decoded)
    }

    /// Scalars whose raw bytes, decoded by the map, do not give the loaded text. There should be none.
    /// (A `!!binary` has no map.)
    pub fn check_maps(&self) -> Vec<NodeId> {
        let wrong = |&id: &NodeId| {
            let node = self.node(id);
            let decode = || scalar::map(&self.text, self.range(id), node.style, node.indent);
            let plain = node.kind == Kind::Scalar && !self.range(id).is_empty() && self.tag(id) != Some("!!binary");
            plain && !decode().holds(&self.text, self.text(id))
        };
        self.nodes().filter(wrong).collect()
    }
}
