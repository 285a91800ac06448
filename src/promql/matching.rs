//! What stands between a binary operator and its right operand: `bool`, label lists, fill values.

use super::ast::{Clause, ClauseKind, Fill, Matching, MatchingId};
use super::mistakes;
use super::parser::Parser;
use super::token::{BinaryOp, Kind};
use crate::source::TextRange;

impl Parser<'_> {
    /// The modifiers of a binary operator that was read just now; none where nothing of the kind follows.
    pub fn matching(&mut self) -> Option<MatchingId> {
        if !matches!(
            self.token.kind,
            Kind::Bool
                | Kind::On
                | Kind::Ignoring
                | Kind::GroupLeft
                | Kind::GroupRight
                | Kind::Fill
                | Kind::FillLeft
                | Kind::FillRight
        ) {
            return None;
        }
        let returns_bool = (self.token.kind == Kind::Bool).then(|| self.take().range);
        let labels = match self.token.kind {
            Kind::On => Some(self.clause(ClauseKind::On)),
            Kind::Ignoring => Some(self.clause(ClauseKind::Ignoring)),
            _ => None,
        };
        let group = self.group(labels);
        let (fill_left, fill_right) = self.fills();
        self.tree.matching(Matching { returns_bool, labels, group, fill_left, fill_right })
    }

    fn group(&mut self, labels: Option<Clause>) -> Option<Clause> {
        let kind = match self.token.kind {
            Kind::GroupLeft => ClauseKind::GroupLeft,
            Kind::GroupRight => ClauseKind::GroupRight,
            _ => return None,
        };
        if labels.is_none() {
            mistakes::group_without_labels(self, kind);
        }
        Some(self.clause(kind))
    }

    /// `fill(x)`, or `fill_left(x)` and `fill_right(x)` in either order.
    fn fills(&mut self) -> (Option<Fill>, Option<Fill>) {
        match self.token.kind {
            Kind::Fill => {
                let both = self.fill();
                (Some(both), Some(both))
            }
            Kind::FillLeft => {
                let left = self.fill();
                (Some(left), (self.token.kind == Kind::FillRight).then(|| self.fill()))
            }
            Kind::FillRight => {
                let right = self.fill();
                ((self.token.kind == Kind::FillLeft).then(|| self.fill()), Some(right))
            }
            _ => (None, None),
        }
    }

    fn fill(&mut self) -> Fill {
        let keyword = self.take().range;
        mistakes::fill(self, keyword);
        if self.token.kind == Kind::LeftParen {
            self.take();
        }
        let start = self.token.range.start;
        let sign = match self.token.kind {
            Kind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => {
                self.take();
                Some(op == BinaryOp::Sub)
            }
            _ => None,
        };
        let value = match self.token.kind {
            Kind::Number | Kind::Duration => {
                let number = self.number();
                sign.map_or(number, |minus| self.signed(number, minus, start))
            }
            _ => mistakes::no_fill_value(self),
        };
        if self.token.kind == Kind::RightParen {
            self.take();
        } else {
            mistakes::open_fill(self);
        }
        Fill { keyword, range: TextRange::new(keyword.start, self.previous_end), value }
    }
}
