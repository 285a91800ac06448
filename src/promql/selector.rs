//! Braces, lists of labels, and what may follow a selector: ranges and modifiers.

use super::ast::{
    Clause, ClauseKind, Kind as Node, MatchOp, Matcher, Modifier, ModifierKind, NodeId, Range, Type, Vector,
};
use super::mistakes;
use super::parser::Parser;
use super::token::{BinaryOp, Kind, Token};
use super::words::{At, List};
use crate::source::TextRange;

/// What modifiers a selector has, for the rules about having them twice.
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
#[derive(Clone, Copy, Default)]
pub(super) struct Modifiers {
    pub offset: bool,
    pub at: bool,
    pub anchored: bool,
    pub smoothed: bool,
}

impl Parser<'_> {
    /// A selector whose name was read already, or that starts with a brace.
    pub fn selector(&mut self, name: Option<TextRange>) -> NodeId {
        let mut matchers = List::default();
        let mut braces = None;
        if self.token.kind == Kind::LeftBrace {
            let open = self.take().range;
            matchers = self.matchers(open);
            braces = Some(TextRange::new(open.start, self.previous_end));
        }
        let range = match (name, braces) {
            (Some(name), Some(braces)) => name.cover(braces),
            (range, None) | (None, range) => range.unwrap_or_default(),
        };
        let vector = Vector { name, braces, matchers, modifiers: List::default() };
        let at = At::store(vector, &mut self.tree.words);
        self.tree.push(range, Some(Type::Vector), Node::Vector(at))
    }

    /// All between the braces, and the closing one.
    fn matchers(&mut self, open: TextRange) -> List<Matcher> {
        let mut count = 0;
        let mut comma = true;
        loop {
            match self.token.kind {
                Kind::RightBrace => {
                    self.take();
                    break;
                }
                Kind::End => {
                    mistakes::open_braces(self, open);
                    break;
                }
                Kind::Comma if comma => mistakes::comma_in_braces(self),
                Kind::Comma => {
                    self.take();
                    comma = true;
                }
                Kind::Identifier | Kind::String => {
                    if !comma {
                        mistakes::no_comma_in_braces(self);
                        // A word that joined two matchers was stepped over; what follows is read like any other.
                        comma = true;
                        continue;
                    }
                    let matcher = self.matcher();
                    self.push(matcher);
                    count += 1;
                    comma = false;
                }
                _ => mistakes::in_braces(self, comma),
            }
        }
        List::last(count, &self.tree.words)
    }

    fn push(&mut self, matcher: Matcher) {
        use super::words::Record;
        matcher.store(&mut self.tree.words);
    }

    fn matcher(&mut self) -> Matcher {
        let name = self.take();
        let op = match self.token.kind {
            Kind::Assign => Some(MatchOp::Equal),
            Kind::Operator(BinaryOp::NotEqual) => Some(MatchOp::NotEqual),
            Kind::EqualRegex => Some(MatchOp::Regex),
            Kind::NotEqualRegex => Some(MatchOp::NotRegex),
            _ => None,
        };
        let Some(op) = op else {
            if name.kind == Kind::String {
                mistakes::quoted_name(self, name.range);
                return metric_name(name.range);
            }
            return mistakes::no_match_operator(self, name.range);
        };
        if name.kind == Kind::String {
            mistakes::quoted_name(self, name.range);
        }
        let op_range = self.take().range;
        let value = if self.token.kind == Kind::String {
            self.take().range
        } else {
            mistakes::no_match_value(self, name.range, op_range)
        };
        mistakes::matcher(self, op, value);
        Matcher { range: name.range.cover(op_range).cover(value), name: Some(name.range), op, op_range, value }
    }

    /// `by (…)` or `without (…)`, if it comes next.
    pub fn grouping(&mut self) -> Option<Clause> {
        match self.token.kind {
            Kind::By => Some(self.clause(ClauseKind::By)),
            Kind::Without => Some(self.clause(ClauseKind::Without)),
            _ => None,
        }
    }

    /// A keyword and its labels.
    pub fn clause(&mut self, kind: ClauseKind) -> Clause {
        let keyword = self.take().range;
        if self.token.kind == Kind::LeftParen {
            let open = self.take().range;
            let labels = self.labels(open);
            let parens = Some(TextRange::new(open.start, self.previous_end));
            return Clause { kind, keyword, parens, labels };
        }
        if matches!(kind, ClauseKind::GroupLeft | ClauseKind::GroupRight) {
            return Clause { kind, keyword, parens: None, labels: List::default() };
        }
        mistakes::no_label_parens(self, kind, keyword)
    }

    /// All between the parentheses of a clause, and the closing one.
    fn labels(&mut self, open: TextRange) -> List<TextRange> {
        use super::words::Record;
        let mut count = 0;
        let mut comma = true;
        loop {
            let Token { kind, range } = self.token;
            match kind {
                Kind::RightParen => {
                    self.take();
                    break;
                }
                Kind::Comma if !comma => {
                    self.take();
                    comma = true;
                }
                _ if kind == Kind::String || kind.names_label() => {
                    if !comma {
                        mistakes::no_comma_in_labels(self);
                    }
                    self.take();
                    mistakes::label(self, range, kind);
                    range.store(&mut self.tree.words);
                    count += 1;
                    comma = false;
                }
                _ => {
                    if mistakes::in_labels(self, open, comma) {
                        break;
                    }
                }
            }
        }
        List::last(count, &self.tree.words)
    }

    /// Ranges, offsets and the like after an operand.
    pub fn postfix(&mut self, operand: NodeId) -> NodeId {
        use super::words::Record;
        let (mut node, mut seen) = (operand, Modifiers::default());
        let mut count = 0;
        loop {
            let modifier = match self.token.kind {
                Kind::LeftBracket => {
                    self.keep_modifiers(node, count);
                    count = 0;
                    node = self.brackets(node, &mut seen);
                    continue;
                }
                Kind::Offset => self.offset(node, &mut seen),
                Kind::At => self.at(node, &mut seen),
                Kind::Anchored => self.extended(node, ModifierKind::Anchored, &mut seen),
                Kind::Smoothed => self.extended(node, ModifierKind::Smoothed, &mut seen),
                _ => {
                    self.keep_modifiers(node, count);
                    return node;
                }
            };
            let range = modifier.range;
            let node = self.tree.node_mut(node);
            if matches!(node.kind, Node::Vector(_) | Node::Matrix { .. } | Node::Subquery { .. }) {
                node.range = node.range.cover(range);
                modifier.store(&mut self.tree.words);
                count += 1;
            }
        }
    }

    /// Makes the last `count` modifiers those of `node`.
    fn keep_modifiers(&mut self, node: NodeId, count: usize) {
        if count == 0 {
            return;
        }
        let words = &mut self.tree.words;
        let modifiers = List::last(count, words);
        match self.tree.nodes.get(node.number() as usize - 1).map(|node| node.kind) {
            Some(Node::Vector(at)) => at.replace(Vector { modifiers, ..at.load(words) }, words),
            Some(Node::Matrix { range: at, .. } | Node::Subquery { range: at, .. }) => {
                at.replace(Range { modifiers, ..at.load(words) }, words);
            }
            _ => {}
        }
    }

    fn offset(&mut self, node: NodeId, seen: &mut Modifiers) -> Modifier {
        let keyword = self.take().range;
        let duration = self.offset_duration();
        let range = keyword.cover(self.tree.node(duration).range);
        mistakes::offset(self, node, keyword, range, seen.offset);
        // The server takes an offset of zero for none.
        seen.offset |=
            self.tree.value(duration, self.text).is_none_or(|seconds| super::number::nanoseconds(seconds) != 0);
        Modifier { range, keyword, kind: ModifierKind::Offset, argument: Some(duration) }
    }

    fn at(&mut self, node: NodeId, seen: &mut Modifiers) -> Modifier {
        let keyword = self.take().range;
        let (kind, argument) = self.timestamp();
        let range = TextRange::new(keyword.start, self.previous_end.max(keyword.end));
        mistakes::at(self, node, keyword, range, seen.at);
        seen.at = true;
        Modifier { range, keyword, kind, argument }
    }

    /// What stands after an `@`: a number with at most one sign, `start()` or `end()`.
    fn timestamp(&mut self) -> (ModifierKind, Option<NodeId>) {
        let kind = match self.token.kind {
            Kind::Start => ModifierKind::AtStart,
            Kind::Finish => ModifierKind::AtEnd,
            _ => {
                let start = self.token.range.start;
                let sign = match self.token.kind {
                    Kind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => Some(op),
                    _ => None,
                };
                if sign.is_some() {
                    self.take();
                }
                if !matches!(self.token.kind, Kind::Number | Kind::Duration) {
                    mistakes::no_timestamp(self);
                    return (ModifierKind::At, None);
                }
                let number = self.number();
                let number = sign.map_or(number, |op| self.signed(number, op == BinaryOp::Sub, start));
                mistakes::timestamp(self, number);
                return (ModifierKind::At, Some(number));
            }
        };
        self.take();
        for expected in [Kind::LeftParen, Kind::RightParen] {
            if self.token.kind != expected {
                mistakes::no_timestamp(self);
                break;
            }
            self.take();
        }
        (kind, None)
    }

    fn extended(&mut self, node: NodeId, kind: ModifierKind, seen: &mut Modifiers) -> Modifier {
        let keyword = self.take().range;
        let (this, other) = match kind {
            ModifierKind::Anchored => (&mut seen.anchored, seen.smoothed),
            _ => (&mut seen.smoothed, seen.anchored),
        };
        *this = true;
        mistakes::extended(self, node, keyword, other);
        Modifier { range: keyword, keyword, kind, argument: None }
    }

    /// `[range]` or `[range:step]` after `node`.
    fn brackets(&mut self, node: NodeId, seen: &mut Modifiers) -> NodeId {
        let open = self.take().range;
        let duration = self.positive_duration(false);
        let colon = (self.token.kind == Kind::Colon).then(|| self.take().range);
        let step = (colon.is_some() && self.token.kind != Kind::RightBracket).then(|| self.positive_duration(true));
        if self.token.kind == Kind::RightBracket {
            self.take();
        } else {
            mistakes::open_brackets(self, open, colon);
            self.lexer.leave_brackets();
        }
        let brackets = TextRange::new(open.start, self.previous_end);
        if colon.is_none() {
            mistakes::matrix(self, node, brackets, *seen);
        } else {
            *seen = Modifiers::default();
        }
        let range = Range { brackets, duration, colon, step, modifiers: List::default() };
        let range = At::store(range, &mut self.tree.words);
        let place = self.tree.node(node).range.cover(brackets);
        let kind = match colon {
            None => Node::Matrix { vector: node, range },
            Some(_) => Node::Subquery { expr: node, range },
        };
        self.tree.push(place, Some(Type::Matrix), kind)
    }
}

/// A quoted metric name alone between braces.
fn metric_name(value: TextRange) -> Matcher {
    Matcher { range: value, name: None, op: MatchOp::Equal, op_range: TextRange::at(value.start), value }
}
