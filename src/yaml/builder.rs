//! Makes a [`Tree`] out of events, whoever reads them.

use std::collections::HashMap;
use std::sync::Arc;

use super::scalar;
use super::tree::{NONE, Node, Props, Tree};
use super::{Comment, Error, Kind, NodeId, Style, message, tags};
use super::{repair, resolve};
use crate::source::TextRange;

/// A collection that is not closed yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub id: NodeId,
    pub kind: Kind,
    /// Its children begin here in `Builder::pending`.
    first: usize,
}

/// A tree in the making.
pub(super) struct Builder {
    pub tree: Tree,
    pub errors: Vec<Error>,
    pub open: Vec<Open>,
    /// One past the last byte that belongs to a node or its properties.
    pub cursor: u32,
    pending: Vec<NodeId>,
    anchors: HashMap<String, NodeId>,
    /// Aliases whose anchor is not before them.
    pub unknown: Vec<NodeId>,
    /// Whether any alias has its anchor.
    pub aliases: bool,
    /// Something was read that libyaml may see otherwise.
    pub doubt: bool,
    /// Where the first document ends: Prometheus reads no further.
    pub first_end: Option<u32>,
}

/// From this many bytes on a key may be longer than the 1024 characters that libyaml allows.
const LONG_KEY: usize = 1000;

impl Builder {
    pub(super) fn new(text: &Arc<str>) -> Self {
        // Rule files have a node for every twenty bytes or so.
        let nodes = text.len() / 24 + 8;
        let tree = Tree {
            text: text.clone(),
            nodes: Vec::with_capacity(nodes),
            children: Vec::with_capacity(nodes),
            ..Tree::default()
        };
        Self {
            tree,
            errors: Vec::new(),
            open: Vec::with_capacity(16),
            cursor: 0,
            pending: Vec::with_capacity(64),
            anchors: HashMap::new(),
            unknown: Vec::new(),
            aliases: false,
            doubt: false,
            first_end: None,
        }
    }

    fn push(&mut self, node: Node) -> NodeId {
        let id = NodeId(u32::try_from(self.tree.nodes.len()).unwrap_or(NONE));
        self.tree.nodes.push(node);
        if self.open.is_empty() {
            self.tree.documents.push(id);
        } else {
            self.pending.push(id);
        }
        id
    }

    /// A scalar as it stands in the text; `indent` is the column of a block scalar's content.
    pub(super) fn scalar(&mut self, range: TextRange, style: Style, indent: u16, tag: Option<String>) {
        if style == Style::Plain && self.property_key(range) {
            return;
        }
        let mut node = self.untagged(range, style, indent, false);
        if tag.as_deref() == Some("!!binary") {
            self.binary(&mut node, range);
        }
        if let Some(tag) = tag.as_deref().filter(|tag| !resolve::fits(tag, self.tree.value(&node))) {
            self.errors.push(message::tag(range, tag));
        }
        self.doubt |= tag.is_some() || self.odd(range, style);
        let id = self.push(node);
        self.cursor = self.cursor.max(range.end);
        self.set_tag(id, tag);
    }

    /// The same for a scalar in a collection, without a tag, that is known to be nothing odd; `value` is where its value stands
    /// in the text, or, counted from its end on, among the decoded values.
    #[inline]
    pub(super) fn common_scalar(&mut self, range: TextRange, style: Style, indent: u16, value: TextRange) {
        self.pending.push(NodeId(self.tree.nodes.len() as u32));
        self.tree.nodes.push(Node { a: value.start, b: value.len(), ..scalar_node(range, style, indent) });
        self.cursor = self.cursor.max(range.end);
    }

    /// Decodes a scalar of a text whose lines are broken by LF: where its value stands then.
    pub(super) fn decode(&mut self, range: TextRange, style: Style, indent: u16) -> TextRange {
        let node = self.untagged(range, style, indent, true);
        TextRange::new(node.a, node.a + node.b)
    }

    /// The end of the decoded values.
    pub(super) fn decoded_end(&self) -> u32 {
        (self.tree.text.len() + self.tree.side.len()) as u32
    }

    fn untagged(&mut self, range: TextRange, style: Style, indent: u16, common: bool) -> Node {
        let mut node = scalar_node(range, style, indent);
        let verbatim = if common { None } else { verbatim(&self.tree.text, range, style) };
        if let Some((start, len)) = verbatim {
            (node.a, node.b) = (start, len);
            return node;
        }
        let before = self.decoded_end();
        let bad = scalar::decode(&self.tree.text, range, style, indent, common, &mut self.tree.side);
        if let Some((range, what)) = bad {
            self.errors.push(message::escape(range, what));
        }
        self.stored(&mut node, before);
        node
    }

    /// `&name:` and `*name:`, which the copy that is read has a stand-in for: a null key with an anchor, and an alias as key.
    fn property_key(&mut self, range: TextRange) -> bool {
        let rest = self.tree.text.as_bytes().get(range.start as usize..).unwrap_or(&[]);
        let Some(len) = repair::property_key(rest).and_then(|len| u32::try_from(len).ok()) else { return false };
        let whole = TextRange::new(range.start, range.start + len);
        let anchor = rest.first() == Some(&b'&');
        if anchor {
            let name = self.tree.text[range.start as usize + 1..whole.end as usize].to_owned();
            self.scalar(TextRange::at(whole.end), Style::Plain, 0, None);
            self.anchor(&name, whole);
        } else {
            self.alias(whole);
        }
        true
    }

    /// Keys that are empty or go over several lines, and plain text in brackets with anything but words.
    fn odd(&mut self, range: TextRange, style: Style) -> bool {
        let Some(open) = self.open.last() else { return false };
        let key = open.kind == Kind::Mapping && (self.pending.len() - open.first).is_multiple_of(2);
        let bytes = self.tree.text.as_bytes();
        let raw = bytes.get(range.range()).unwrap_or(&[]);
        let flow = matches!(bytes.get(self.tree.range(open.id).start as usize), Some(b'[' | b'{'));
        let plain = style == Style::Plain;
        if let (true, true, Some(at)) = (plain, flow, raw.iter().position(|&b| b == b'?')) {
            self.errors.push(message::question(range.start + u32::try_from(at).unwrap_or(0)));
        }
        key && (raw.is_empty() || raw.len() > LONG_KEY || raw.contains(&b'\n') || raw.contains(&b'\r'))
            || plain && flow && (raw.is_empty() || raw.iter().any(|b| b"?:\n\r#".contains(b)))
            || plain && matches!(raw.first(), Some(b'?' | b':' | b'-' | b'@' | b'`' | b'%'))
    }

    /// The value of the node is what was added to the decoded values since they ended there.
    fn stored(&self, node: &mut Node, before: u32) {
        node.a = before;
        node.b = self.decoded_end() - before;
    }

    fn binary(&mut self, node: &mut Node, range: TextRange) {
        let raw = self.tree.value(node).to_owned();
        match tags::base64(&raw) {
            Some(bytes) => {
                let before = self.decoded_end();
                self.tree.side.push_str(&String::from_utf8_lossy(&bytes));
                self.stored(node, before);
            }
            None => self.errors.push(message::binary(range)),
        }
    }

    /// The beginning of a mapping or a sequence.
    pub(super) fn begin(&mut self, kind: Kind, start: u32, tag: Option<String>) {
        let node = Node { start, end: start, a: 0, b: 0, props: NONE, indent: 0, kind, style: Style::Plain };
        let id = self.push(node);
        let bracket = matches!(self.tree.text.as_bytes().get(start as usize), Some(b'[' | b'{'));
        self.cursor = self.cursor.max(start + u32::from(bracket));
        self.doubt |= tag.is_some();
        self.open.push(Open { id, kind, first: self.pending.len() });
        self.set_tag(id, tag);
    }

    /// The end of the innermost open collection; `end` where it has a bracket of its own.
    pub(super) fn end(&mut self, end: Option<u32>) {
        let Some(open) = self.open.pop() else { return };
        let mut count = self.pending.len() - open.first;
        if open.kind == Kind::Mapping && count % 2 == 1 {
            // A key that an error cut off from its value.
            self.pending.pop();
            count -= 1;
        }
        let first = self.tree.children.len();
        self.tree.children.extend_from_slice(self.pending.get(open.first..).unwrap_or(&[]));
        self.pending.truncate(open.first);
        let last = self.tree.children.get(first..).and_then(<[NodeId]>::last).map(|&id| self.tree.range(id).end);
        let Some(node) = self.tree.nodes.get_mut(open.id.0 as usize) else { return };
        node.a = u32::try_from(first).unwrap_or(0);
        node.b = u32::try_from(count).unwrap_or(0);
        node.end = end.or(last).unwrap_or(node.start).max(node.start);
        self.cursor = self.cursor.max(node.end);
    }

    /// Ends every collection that is still open, innermost first.
    pub(super) fn end_all(&mut self) {
        while !self.open.is_empty() {
            self.end(None);
        }
    }

    /// `*name`.
    pub(super) fn alias(&mut self, range: TextRange) {
        let name = self.tree.text.get(range.start as usize + 1..range.end as usize).unwrap_or("");
        self.doubt |= !name.bytes().all(word);
        let target = self.anchors.get(name).map_or(NONE, |id| id.0);
        let id = self.push(Node {
            start: range.start,
            end: range.end,
            a: target,
            b: 0,
            props: NONE,
            indent: 0,
            kind: Kind::Alias,
            style: Style::Plain,
        });
        if target == NONE {
            self.unknown.push(id);
        } else {
            self.aliases = true;
        }
        self.cursor = self.cursor.max(range.end);
    }

    fn set_tag(&mut self, id: NodeId, tag: Option<String>) {
        if let Some(tag) = tag {
            self.props_of(id).tag = Some(tag);
        }
    }

    /// Names the node that was added last.
    pub(super) fn anchor(&mut self, name: &str, range: TextRange) {
        let Some(last) = self.tree.nodes.len().checked_sub(1) else { return };
        let id = NodeId(u32::try_from(last).unwrap_or(NONE));
        self.doubt |= !name.bytes().all(word);
        self.props_of(id).anchor = Some(name.to_owned());
        self.anchors.insert(name.to_owned(), id);
        self.cursor = self.cursor.max(range.end);
    }

    fn props_of(&mut self, id: NodeId) -> &mut Props {
        let next = u32::try_from(self.tree.props.len()).unwrap_or(NONE);
        let mut at = next;
        if let Some(node) = self.tree.nodes.get_mut(id.0 as usize) {
            at = if node.props == NONE { next } else { node.props };
            node.props = at;
        }
        if at == next {
            self.tree.props.push(Props::default());
        }
        &mut self.tree.props[at as usize]
    }

    /// Anchors do not reach into the next document.
    pub(super) fn end_document(&mut self) {
        self.end_all();
        self.first_end.get_or_insert(self.cursor);
        self.anchors.clear();
    }

    pub(super) fn comment(&mut self, range: TextRange, own_line: bool) {
        self.tree.comments.push(Comment { range, own_line });
    }
}

fn scalar_node(range: TextRange, style: Style, indent: u16) -> Node {
    Node { start: range.start, end: range.end, a: 0, b: 0, props: NONE, indent, kind: Kind::Scalar, style }
}

/// What libyaml allows in the name of an anchor.
fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Where the value of a scalar stands in the text as it is, if it does.
fn verbatim(text: &str, range: TextRange, style: Style) -> Option<(u32, u32)> {
    let raw = text.get(range.range())?;
    // Without an early end the compiler looks at many bytes at once.
    let plain = |s: &str| !s.bytes().fold(false, |found, b| found | matches!(b, b'\n' | b'\r' | 0xC2 | 0xE2));
    match style {
        Style::Plain => plain(raw).then_some((range.start, range.len())),
        Style::Single | Style::Double => {
            let special = if style == Style::Single { '\'' } else { '\\' };
            let inner = raw.get(1..raw.len().checked_sub(1)?)?;
            (plain(inner) && !inner.contains(special)).then_some((range.start + 1, range.len() - 2))
        }
        Style::Literal | Style::Folded => None,
    }
}
