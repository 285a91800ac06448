//! The parse stack of Go's `regexp/syntax`, each tree on it reduced to what the limits ask for.
//!
//! Follows `parse.go` step by step, down to the moments at which Go starts to count: nodes, reused nodes, and the
//! sizes it remembers decide when a limit is looked at.

/// Greatest height of a tree (`maxHeight`).
const MAX_HEIGHT: u32 = 1000;
/// Greatest number of instructions (`maxSize`: 128 MiB of 40 bytes each).
const MAX_SIZE: u64 = (128 << 20) / 40;
/// Greatest number of copies of the innermost thing that nested counted repetitions may ask for.
pub(super) const MAX_REPEAT: u32 = 1000;

/// A limit of Go's parser.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Limit {
    /// The tree is too high.
    Height,
    /// The program would be too large.
    Size,
}

/// How a repetition operator repeats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Repeat {
    /// `*`
    Star,
    /// `+` or `?`
    Once,
    /// `{min}`, `{min,}` or `{min,max}`
    Counted { min: u32, max: Option<u32> },
}

/// What a stack element is, as far as the rules of concatenation and alternation look at it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// An open parenthesis: its place, whether it captures, and whether case was folded before it.
    Open {
        at: usize,
        captures: bool,
        fold: bool,
    },
    /// `|`
    Bar,
    /// This many literal characters with the same case folding.
    Literal {
        runes: u64,
        fold: bool,
    },
    /// One character of a set.
    Class,
    Concat,
    Alternate,
    /// A counted repetition that makes this many copies.
    Counted(u32),
    Other,
}

impl Kind {
    fn is_pseudo(self) -> bool {
        matches!(self, Self::Open { .. } | Self::Bar)
    }

    /// `isCharClass`: matches exactly one character.
    fn is_class(self) -> bool {
        matches!(self, Self::Class | Self::Literal { runes: 1, .. })
    }
}

/// One element: a parsed tree, or an operator that waits for its other half.
#[derive(Clone, Copy, Debug)]
struct Node {
    kind: Kind,
    /// Height of the tree.
    height: u32,
    /// Compiled size of the tree, as Go estimates it.
    size: u64,
    /// Greatest product of counted repetitions on a way from the root to a leaf.
    copies: u32,
}

impl Node {
    fn leaf(kind: Kind) -> Self {
        Self { kind, height: 1, size: 1, copies: 1 }
    }
}

/// What became of a `)` that had its `(`.
pub(super) struct Closed {
    /// Whether case was folded before the group.
    pub(super) fold: bool,
}

/// The stack.
#[derive(Debug, Default)]
pub(super) struct Stack {
    nodes: Vec<Node>,
    /// Nodes Go has allocated, and those it holds for reuse.
    allocated: u64,
    free: u64,
    /// Product of the counted repetitions at every look at the limits so far, until sizes are tracked.
    repeats: u64,
    tracks_size: bool,
}

impl Stack {
    /// `newRegexp`.
    pub(super) fn allocate(&mut self) {
        if self.free > 0 {
            self.free -= 1;
        } else {
            self.allocated += 1;
        }
    }

    /// `reuse`.
    pub(super) fn release(&mut self) {
        self.free += 1;
    }

    pub(super) fn literal(&mut self, fold: bool) -> Result<(), Limit> {
        self.allocate();
        self.push(Node::leaf(Kind::Literal { runes: 1, fold }))
    }

    /// A character class whose node was allocated when its first character was read.
    pub(super) fn class(&mut self) -> Result<(), Limit> {
        self.push(Node::leaf(Kind::Class))
    }

    /// `.`
    pub(super) fn any(&mut self) -> Result<(), Limit> {
        self.allocate();
        self.push(Node::leaf(Kind::Class))
    }

    /// `^`, `$`, `\b` and the like.
    pub(super) fn assertion(&mut self) -> Result<(), Limit> {
        self.allocate();
        self.push(Node::leaf(Kind::Other))
    }

    /// `(` at a place.
    pub(super) fn open(&mut self, at: usize, captures: bool, fold: bool) -> Result<(), Limit> {
        self.allocate();
        self.push(Node::leaf(Kind::Open { at, captures, fold }))
    }

    /// `|`
    pub(super) fn bar(&mut self) -> Result<(), Limit> {
        self.concat()?;
        if self.swap_bar() {
            return Ok(());
        }
        self.allocate();
        self.push(Node::leaf(Kind::Bar))
    }

    /// `)`: `None` when there is no parenthesis to close.
    pub(super) fn close(&mut self) -> Result<Option<Closed>, Limit> {
        self.finish_alternation()?;
        let (Some(inner), Some(open)) = (self.nodes.pop(), self.nodes.pop()) else { return Ok(None) };
        let Kind::Open { captures, fold, .. } = open.kind else { return Ok(None) };
        self.push(if captures {
            Node { kind: Kind::Other, height: inner.height + 1, size: inner.size + 2, ..inner }
        } else {
            inner
        })?;
        Ok(Some(Closed { fold }))
    }

    /// The end of the pattern: the place of the innermost parenthesis that is still open.
    pub(super) fn finish(&mut self) -> Result<Option<usize>, Limit> {
        self.finish_alternation()?;
        let open = self.nodes.iter().rev().find_map(|node| match node.kind {
            Kind::Open { at, .. } => Some(at),
            _ => None,
        });
        let wrapped = self.nodes.first().map_or(0, |root| root.height + u32::from(root.kind != Kind::Concat));
        // Wrapping as `^(?s:…)$` is one more concatenation, unless the whole is one already.
        if open.is_none() && wrapped > MAX_HEIGHT { Err(Limit::Height) } else { Ok(open) }
    }

    /// Whether there is something for a repetition operator to repeat.
    pub(super) fn can_repeat(&self) -> bool {
        self.nodes.last().is_some_and(|node| !node.kind.is_pseudo())
    }

    /// Repeats the top element; `false` when nested counts multiply to more than [`MAX_REPEAT`].
    pub(super) fn repeat(&mut self, repeat: Repeat) -> Result<bool, Limit> {
        let Some(sub) = self.nodes.pop() else { return Ok(true) };
        self.allocate();
        let (size, factor) = match repeat {
            Repeat::Star | Repeat::Counted { min: 0, max: None } => (sub.size + 2, 1),
            Repeat::Once => (sub.size + 1, 1),
            Repeat::Counted { min, max: None } => (sub.size * u64::from(min) + 1, min),
            Repeat::Counted { min, max: Some(max) } => {
                (sub.size * u64::from(max) + u64::from(max.saturating_sub(min)), max)
            }
        };
        // `x{0}` is nothing, whatever is in it.
        let copies = if factor == 0 { 1 } else { sub.copies.saturating_mul(factor) };
        let kind = if matches!(repeat, Repeat::Counted { .. }) { Kind::Counted(factor) } else { Kind::Other };
        let node = Node { kind, height: sub.height + 1, size: size.max(1), copies };
        self.nodes.push(node);
        self.check_limits(node)?;
        Ok(copies <= MAX_REPEAT)
    }

    fn push(&mut self, mut node: Node) -> Result<(), Limit> {
        self.join_literals();
        if let Kind::Literal { runes, .. } = node.kind {
            node.size = runes;
        }
        self.nodes.push(node);
        self.check_limits(node)
    }

    /// `checkLimits`.
    fn check_limits(&mut self, node: Node) -> Result<(), Limit> {
        // Go multiplies again whenever it meets the same repetition again.
        if let Kind::Counted(factor) = node.kind
            && !self.tracks_size
        {
            self.repeats = self.repeats.max(1).saturating_mul(u64::from(factor.max(1))).min(MAX_SIZE);
        }
        if !self.tracks_size && self.allocated >= MAX_SIZE / self.repeats.max(1) {
            self.tracks_size = true;
            if self.nodes.iter().any(|node| node.size > MAX_SIZE) {
                return Err(Limit::Size);
            }
        }
        if self.tracks_size && node.size > MAX_SIZE {
            return Err(Limit::Size);
        }
        if self.allocated >= u64::from(MAX_HEIGHT) && node.height > MAX_HEIGHT {
            return Err(Limit::Height);
        }
        Ok(())
    }

    /// `maybeConcat`: makes one string of the two literals on top.
    fn join_literals(&mut self) {
        let [
            ..,
            Node { kind: Kind::Literal { runes, fold }, size, .. },
            Node { kind: Kind::Literal { runes: more, fold: same }, .. },
        ] = self.nodes.as_mut_slice()
        else {
            return;
        };
        if fold != same {
            return;
        }
        *runes += *more;
        // Once Go tracks sizes, it goes on with the size the first literal had.
        if !self.tracks_size {
            *size = *runes;
        }
        self.nodes.pop();
        self.release();
    }

    fn concat(&mut self) -> Result<(), Limit> {
        self.join_literals();
        self.collapse(Kind::Concat)
    }

    fn finish_alternation(&mut self) -> Result<(), Limit> {
        self.concat()?;
        if self.swap_bar() {
            self.nodes.pop();
        }
        self.collapse(Kind::Alternate)
    }

    /// `collapse` of everything above the last operator: a concatenation in a concatenation becomes part of it,
    /// likewise for alternations.
    fn collapse(&mut self, kind: Kind) -> Result<(), Limit> {
        let from = self.nodes.iter().rposition(|node| node.kind.is_pseudo()).map_or(0, |at| at + 1);
        if let [only] = self.nodes[from..] {
            self.nodes.truncate(from);
            return self.push(only);
        }
        self.allocate();
        let mut whole = Node { kind, height: 1, size: 0, copies: 1 };
        for node in &self.nodes[from..] {
            // The children of a merged node are one less high than it.
            whole.height = whole.height.max(node.height + u32::from(node.kind != kind));
            whole.size += node.size;
            whole.copies = whole.copies.max(node.copies);
        }
        let count = self.nodes.len() - from;
        if kind == Kind::Alternate {
            whole.size += count.saturating_sub(1) as u64;
        }
        whole.size = whole.size.max(1);
        if count == 0 {
            whole.kind = Kind::Other;
        }
        self.free += self.nodes[from..].iter().filter(|node| node.kind == kind).count() as u64;
        self.nodes.truncate(from);
        self.push(whole)
    }

    /// `swapVerticalBar`: moves the top element below a `|`, merging two single characters into a class.
    fn swap_bar(&mut self) -> bool {
        match self.nodes.as_mut_slice() {
            [.., left, Node { kind: Kind::Bar, .. }, right] if left.kind.is_class() && right.kind.is_class() => {
                *left = Node::leaf(Kind::Class);
                self.nodes.pop();
                self.release();
                true
            }
            [.., bar @ Node { kind: Kind::Bar, .. }, right] => {
                std::mem::swap(bar, right);
                true
            }
            _ => false,
        }
    }
}
