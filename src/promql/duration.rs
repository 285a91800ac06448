//! Durations in brackets and after `offset`: a number, or arithmetic with `step()`, `range()`, `min_of()` and `max_of()`.

use super::ast::{DurationFunction, Kind as Node, NodeId};
use super::mistakes;
use super::parser::Parser;
use super::token::{BinaryOp, Kind, SIGN_PRECEDENCE};
use crate::source::TextRange;

/// What waits for a part of a duration.
#[derive(Clone, Copy)]
enum Frame {
    Paren { open: TextRange },
    Function { function: DurationFunction, name: TextRange, first: Option<NodeId> },
    Sign { negative: bool, start: u32 },
    Binary { lhs: NodeId, op: BinaryOp, op_range: TextRange },
}

impl Parser<'_> {
    /// The range of a selector, or the step of a subquery.
    pub fn positive_duration(&mut self, step: bool) -> NodeId {
        if !starts_duration(self.token.kind) {
            return mistakes::no_duration(self, if step { mistakes::Place::Step } else { mistakes::Place::Range });
        }
        let duration = self.duration(Pending::default(), true);
        mistakes::not_positive(self, duration);
        duration
    }

    /// The duration of an `offset`. A number, a call, or a parenthesis with a sign is all of it: `x offset 5m - y` subtracts y,
    /// and so does `x offset -(5m) - y`. Only after a parenthesis without a sign, or after two signs, does the server go on.
    pub fn offset_duration(&mut self) -> NodeId {
        let start = self.token.range.start;
        let sign = match self.token.kind {
            Kind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => Some(op == BinaryOp::Sub),
            kind if starts_duration(kind) => None,
            _ => return mistakes::no_duration(self, mistakes::Place::Offset),
        };
        let Some(minus) = sign else {
            let whole = self.token.kind == Kind::LeftParen;
            return self.duration(Pending::default(), whole);
        };
        self.take();
        match self.token.kind {
            Kind::LeftParen => {
                let part = self.signed_parenthesis();
                self.signed_duration(part, minus, start)
            }
            Kind::Operator(_) => {
                let sign = Frame::Sign { negative: minus, start };
                self.duration(Pending { frames: vec![sign], open: 0 }, true)
            }
            _ => {
                let part = self.duration(Pending::default(), false);
                self.signed_duration(part, minus, start)
            }
        }
    }

    /// The parenthesis of `offset -(…)`: no experiment, unlike any other one.
    fn signed_parenthesis(&mut self) -> NodeId {
        let open = self.take().range;
        let inner = self.duration(Pending::default(), true);
        if self.token.kind == Kind::RightParen {
            self.take();
        } else {
            mistakes::open_duration(self);
        }
        self.tree.push(TextRange::new(open.start, self.previous_end), None, Node::Paren(inner))
    }

    /// Reads a duration, `pending` waiting already; where it is not the `whole`, operators outside parentheses are left alone.
    fn duration(&mut self, mut pending: Pending, whole: bool) -> NodeId {
        loop {
            let Some(mut part) = self.duration_part(&mut pending) else { continue };
            loop {
                match self.token.kind {
                    Kind::Operator(op) if (whole || pending.open > 0) && is_duration_operator(op) => {
                        let lhs = self.reduce_duration(&mut pending, part, op);
                        let op_range = self.take().range;
                        pending.frames.push(Frame::Binary { lhs, op, op_range });
                        break;
                    }
                    Kind::RightParen if pending.open > 0 => {
                        part = self.reduce_duration(&mut pending, part, BinaryOp::Missing);
                        self.take();
                        part = self.close_duration(&mut pending, part);
                        continue;
                    }
                    Kind::Comma if pending.open > 0 => {
                        part = self.reduce_duration(&mut pending, part, BinaryOp::Missing);
                        if let Some(Frame::Function { first: first @ None, .. }) = pending.frames.last_mut() {
                            *first = Some(part);
                            self.take();
                            break;
                        }
                    }
                    _ => {}
                }
                part = self.reduce_duration(&mut pending, part, BinaryOp::Missing);
                if pending.open > 0 {
                    mistakes::open_duration(self);
                }
                while pending.open > 0 {
                    part = self.close_duration(&mut pending, part);
                    part = self.reduce_duration(&mut pending, part, BinaryOp::Missing);
                }
                return part;
            }
        }
    }

    fn duration_part(&mut self, pending: &mut Pending) -> Option<NodeId> {
        let token = self.token;
        let function = match token.kind {
            Kind::Number | Kind::Duration => {
                let number = self.number();
                self.tree.node_mut(number).ty = None;
                mistakes::duration_range(self, number, token.range);
                return Some(number);
            }
            Kind::Placeholder => {
                self.take();
                return Some(self.missing(token.range));
            }
            Kind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => {
                self.take();
                pending.frames.push(Frame::Sign { negative: op == BinaryOp::Sub, start: token.range.start });
                return None;
            }
            Kind::LeftParen => {
                self.take();
                pending.open(Frame::Paren { open: token.range });
                return None;
            }
            Kind::Step => DurationFunction::Step,
            Kind::Range => DurationFunction::Range,
            Kind::MinOf => DurationFunction::MinOf,
            Kind::MaxOf => DurationFunction::MaxOf,
            _ => return Some(mistakes::no_duration(self, mistakes::Place::Part)),
        };
        self.take();
        if self.token.kind != Kind::LeftParen {
            return Some(mistakes::no_duration(self, mistakes::Place::Call));
        }
        self.take();
        if matches!(function, DurationFunction::MinOf | DurationFunction::MaxOf) {
            pending.open(Frame::Function { function, name: token.range, first: None });
            return None;
        }
        if self.token.kind == Kind::RightParen {
            self.take();
        } else {
            mistakes::no_duration(self, mistakes::Place::Empty);
        }
        Some(self.duration_call(function, token.range, None))
    }

    fn duration_call(
        &mut self,
        function: DurationFunction,
        name: TextRange,
        arguments: Option<(NodeId, NodeId)>,
    ) -> NodeId {
        let range = TextRange::new(name.start, self.previous_end);
        mistakes::experimental_duration(self, range);
        self.tree.push(range, None, Node::DurationCall { function, arguments })
    }

    /// Builds the innermost parenthesis, whose end was read just now.
    fn close_duration(&mut self, pending: &mut Pending, part: NodeId) -> NodeId {
        match pending.frames.pop() {
            Some(Frame::Paren { open }) => {
                pending.open -= 1;
                let inner = self.tree.node(part).range;
                mistakes::experimental_duration(self, inner);
                self.tree.push(TextRange::new(open.start, self.previous_end), None, Node::Paren(part))
            }
            Some(Frame::Function { function, name, first }) => {
                pending.open -= 1;
                let arguments = if let Some(first) = first {
                    (first, part)
                } else {
                    mistakes::one_duration(self, name);
                    (part, self.missing(TextRange::at(self.previous_end)))
                };
                self.duration_call(function, name, Some(arguments))
            }
            other => {
                pending.frames.extend(other);
                part
            }
        }
    }

    fn reduce_duration(&mut self, pending: &mut Pending, part: NodeId, next: BinaryOp) -> NodeId {
        let mut part = part;
        loop {
            let (precedence, right) = match pending.frames.last() {
                Some(Frame::Sign { .. }) => (SIGN_PRECEDENCE, false),
                Some(Frame::Binary { op, .. }) => (op.precedence(), *op == BinaryOp::Pow),
                _ => return part,
            };
            if precedence < next.precedence() || right && next == BinaryOp::Pow {
                return part;
            }
            part = match pending.frames.pop() {
                Some(Frame::Sign { negative, start }) => self.signed_duration(part, negative, start),
                Some(Frame::Binary { lhs, op, op_range }) => self.binary_duration(lhs, op, op_range, part),
                _ => part,
            };
        }
    }

    fn binary_duration(&mut self, lhs: NodeId, op: BinaryOp, op_range: TextRange, rhs: NodeId) -> NodeId {
        let (left, right) = (self.tree.node(lhs).range, self.tree.node(rhs).range);
        mistakes::experimental_duration(self, left);
        mistakes::division_by_zero(self, op, op_range, rhs);
        self.tree.push(left.cover(right), None, Node::binary(op, op_range, lhs, rhs, None))
    }

    fn signed_duration(&mut self, part: NodeId, negative: bool, start: u32) -> NodeId {
        let signed = self.signed(part, negative, start);
        self.tree.node_mut(signed).ty = None;
        mistakes::duration_range(self, signed, TextRange::new(start, start + 1));
        signed
    }
}

/// What waits while a duration is read, and how many parentheses of it are open.
#[derive(Default)]
struct Pending {
    frames: Vec<Frame>,
    open: usize,
}

impl Pending {
    fn open(&mut self, frame: Frame) {
        self.frames.push(frame);
        self.open += 1;
    }
}

fn is_duration_operator(op: BinaryOp) -> bool {
    use BinaryOp::{Add, Div, Mod, Mul, Pow, Sub};
    matches!(op, Add | Sub | Mul | Div | Mod | Pow)
}

fn starts_duration(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Number
            | Kind::Duration
            | Kind::LeftParen
            | Kind::Placeholder
            | Kind::Step
            | Kind::Range
            | Kind::MinOf
            | Kind::MaxOf
            | Kind::Operator(BinaryOp::Add | BinaryOp::Sub)
    )
}
