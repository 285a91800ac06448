//! Tokens into a tree: operator precedence with its own stack, so that no depth of nesting is too deep.
//!
//! The loop alternates between two places: before an operand ([`Parser::operand`]) and after one ([`Parser::after`]). What waits
//! for an operand (an open parenthesis, a sign, an operator with its left side) waits in a [`Frame`].

use super::ast::{Aggregate, Call, Clause, Kind as Node, MatchingId, NodeId, Type};
use super::error::Sink;
use super::functions::{self, Function};
use super::lexer::Lexer;
use super::token::{Aggregator, BinaryOp, Kind, SIGN_PRECEDENCE, Token};
use super::tree::Builder;
use super::words::{At, List};
use super::{Options, Parsed, check, mistakes};
use crate::source::TextRange;

pub(super) struct Parser<'a> {
    pub text: &'a str,
    pub options: Options,
    pub sink: Sink,
    pub tree: Builder,
    /// The token that comes next.
    pub token: Token,
    /// Where the token before it ends.
    pub previous_end: u32,
    pub lexer: Lexer<'a>,
    pub frames: Vec<Frame>,
    /// Which of `frames` are parentheses.
    parentheses: Vec<usize>,
    /// Finished arguments of the calls in `frames`.
    arguments: Vec<NodeId>,
    /// Second arguments of `info()`, which may select everything.
    pub selects_all: Vec<NodeId>,
    /// Whether arithmetic in durations was reported already; once is enough.
    pub experimental_duration: bool,
}

/// Something that waits for the operand that is being read.
#[derive(Clone, Copy)]
pub(super) enum Frame {
    Paren { open: TextRange },
    Call { name: TextRange, function: Option<&'static Function>, open: TextRange, base: usize },
    Aggregate { op: Aggregator, name: TextRange, grouping: Option<Clause>, open: TextRange, base: usize },
    Sign { negative: bool, start: u32 },
    Binary { lhs: NodeId, op: BinaryOp, op_range: TextRange, matching: Option<MatchingId> },
}

/// What follows an operand.
pub(super) enum After {
    /// It became part of this operand, after which the same question arises.
    Operand(NodeId),
    /// Another operand.
    Next,
    /// The end.
    Done(NodeId),
}

pub(super) fn parse(text: &str, options: Options) -> Parsed {
    // Offsets are 32 bits wide; such a text is reported and not read.
    let (text, too_long) = if u32::try_from(text.len()).is_ok() { (text, false) } else { ("", true) };
    let mut sink = Sink::new();
    let mut lexer = Lexer::new(text);
    let token = lexer.next(&mut sink);
    let mut parser = Parser {
        text,
        options,
        sink,
        tree: Builder::new(text.len()),
        token,
        previous_end: 0,
        lexer,
        frames: Vec::new(),
        parentheses: Vec::new(),
        arguments: Vec::new(),
        selects_all: Vec::new(),
        experimental_duration: false,
    };
    if too_long {
        parser.sink.report(0, TextRange::at(0), "the expression is longer than 4 GiB");
    }
    let root = parser.expression();
    let Parser { mut sink, tree, lexer, mut selects_all, .. } = parser;
    selects_all.sort_unstable();
    let ast = tree.finish(root, lexer.comments);
    sink.settle();
    check::check(&ast, text, &selects_all, &mut sink);
    Parsed { ast, errors: sink.into_errors() }
}

impl<'a> Parser<'a> {
    /// Steps over the next token and returns it.
    pub fn take(&mut self) -> Token {
        let taken = self.token;
        self.previous_end = taken.range.end;
        self.sink.tokens += 1;
        self.token = self.lexer.next(&mut self.sink);
        taken
    }

    /// The bytes of `range`.
    pub fn slice(&self, range: TextRange) -> &'a str {
        self.text.get(range.range()).unwrap_or("")
    }

    /// Where the next token starts.
    pub fn here(&self) -> usize {
        self.token.range.start as usize
    }

    pub fn missing(&mut self, range: TextRange) -> NodeId {
        self.tree.push(range, None, Node::Missing)
    }

    fn expression(&mut self) -> NodeId {
        if self.token.kind == Kind::End {
            mistakes::empty(self);
        }
        loop {
            let Some(mut operand) = self.operand() else { continue };
            loop {
                match self.after(operand) {
                    After::Operand(node) => operand = node,
                    After::Next => break,
                    After::Done(root) => return root,
                }
            }
        }
    }

    /// Reads an operand, or what stands before one: then it waits in a frame and there is no node yet.
    fn operand(&mut self) -> Option<NodeId> {
        let token = self.token;
        match token.kind {
            Kind::Number | Kind::Duration => Some(self.number()),
            Kind::String => {
                self.take();
                Some(self.tree.push(token.range, Some(Type::String), Node::String))
            }
            Kind::LeftParen => {
                self.take();
                self.open(Frame::Paren { open: token.range });
                None
            }
            Kind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => {
                self.take();
                self.frames.push(Frame::Sign { negative: op == BinaryOp::Sub, start: token.range.start });
                None
            }
            Kind::LeftBrace => Some(self.selector(None)),
            Kind::Placeholder => {
                self.take();
                Some(self.missing(token.range))
            }
            kind if kind.names_metric() => {
                self.take();
                self.named(token)
            }
            _ => mistakes::no_operand(self),
        }
    }

    /// What starts with a word: an aggregation, a call, or a metric.
    fn named(&mut self, word: Token) -> Option<NodeId> {
        match (word.kind, self.token.kind) {
            (Kind::Aggregator(op), Kind::LeftParen | Kind::By | Kind::Without) => self.aggregate(op, word.range),
            (kind, Kind::LeftParen) if kind == Kind::Identifier || kind.names_call() => self.call(word.range),
            (_, next) => {
                mistakes::word_as_metric(self, word, next);
                Some(self.selector(Some(word.range)))
            }
        }
    }

    /// A number or duration as an operand.
    pub fn number(&mut self) -> NodeId {
        let Token { kind, range } = self.take();
        let duration = kind == Kind::Duration;
        mistakes::number_value(self, range, duration);
        self.tree.push(range, Some(Type::Scalar), Node::Number { literal: range.start, duration, negative: false })
    }

    fn call(&mut self, name: TextRange) -> Option<NodeId> {
        let function = functions::function(self.slice(name));
        let open = self.take().range;
        self.open(Frame::Call { name, function, open, base: self.arguments.len() });
        self.no_arguments()
    }

    fn aggregate(&mut self, op: Aggregator, name: TextRange) -> Option<NodeId> {
        let grouping = self.grouping();
        if self.token.kind != Kind::LeftParen {
            return Some(mistakes::no_aggregated(self, op, name, grouping));
        }
        let open = self.take().range;
        self.open(Frame::Aggregate { op, name, grouping, open, base: self.arguments.len() });
        self.no_arguments()
    }

    /// The node of a call that is closed right where it was opened.
    fn no_arguments(&mut self) -> Option<NodeId> {
        if self.token.kind != Kind::RightParen {
            return None;
        }
        let close = self.take().range;
        let frame = self.leave()?;
        Some(self.close(frame, None, close))
    }

    /// Decides with the token after an operand what becomes of it.
    fn after(&mut self, operand: NodeId) -> After {
        let operand = self.postfix(operand);
        match self.token.kind {
            Kind::Operator(op) => {
                self.binary(operand, op);
                After::Next
            }
            Kind::RightParen => self.right_paren(operand),
            Kind::Comma => self.comma(operand),
            Kind::End => self.end(operand),
            _ => mistakes::after_operand(self, operand),
        }
    }

    /// Takes the next token for `op` and puts it on the stack with all to its left that binds at least as tightly.
    pub fn binary(&mut self, operand: NodeId, op: BinaryOp) {
        let lhs = self.reduce(operand, op);
        let op_range = self.take().range;
        mistakes::operator_version(self, op, op_range);
        let matching = self.matching();
        self.frames.push(Frame::Binary { lhs, op, op_range, matching });
    }

    fn reduce(&mut self, operand: NodeId, next: BinaryOp) -> NodeId {
        let mut operand = operand;
        loop {
            let (precedence, right) = match self.frames.last() {
                Some(Frame::Sign { .. }) => (SIGN_PRECEDENCE, false),
                Some(Frame::Binary { op, .. }) => (op.precedence(), *op == BinaryOp::Pow),
                _ => return operand,
            };
            if precedence < next.precedence() || right && next == BinaryOp::Pow {
                return operand;
            }
            operand = self.apply(operand);
        }
    }

    /// Builds everything up to the innermost open parenthesis.
    pub fn reduce_all(&mut self, operand: NodeId) -> NodeId {
        let mut operand = operand;
        while let Some(Frame::Sign { .. } | Frame::Binary { .. }) = self.frames.last() {
            operand = self.apply(operand);
        }
        operand
    }

    /// Builds the node of the sign or operator on top of the stack, `operand` being its right side.
    fn apply(&mut self, operand: NodeId) -> NodeId {
        let right = self.tree.node(operand);
        match self.frames.pop() {
            Some(Frame::Sign { negative, start }) => self.signed(operand, negative, start),
            Some(Frame::Binary { lhs, op, op_range, matching }) => {
                let left = self.tree.node(lhs);
                let ty = binary_type(left.ty, right.ty);
                let kind = Node::binary(op, op_range, lhs, operand, matching);
                self.tree.push(left.range.cover(right.range), ty, kind)
            }
            other => {
                self.frames.extend(other);
                operand
            }
        }
    }

    /// A sign becomes part of a number; before anything else it is a node of its own.
    pub fn signed(&mut self, operand: NodeId, minus: bool, start: u32) -> NodeId {
        let node = self.tree.node_mut(operand);
        let range = TextRange::new(start, node.range.end);
        if let Node::Number { negative, .. } = &mut node.kind {
            *negative ^= minus;
            node.range = range;
            return operand;
        }
        let ty = node.ty;
        self.tree.push(range, ty, Node::Unary { negative: minus, expr: operand })
    }

    fn right_paren(&mut self, operand: NodeId) -> After {
        let operand = self.reduce_all(operand);
        let Some(frame) = self.leave() else {
            mistakes::extra_paren(self);
            return After::Operand(operand);
        };
        let close = self.take().range;
        After::Operand(self.close(frame, Some(operand), close))
    }

    fn comma(&mut self, operand: NodeId) -> After {
        let operand = self.reduce_all(operand);
        if !matches!(self.frames.last(), Some(Frame::Call { .. } | Frame::Aggregate { .. })) {
            return mistakes::comma_outside_call(self, operand);
        }
        let comma = self.take().range;
        if self.token.kind != Kind::RightParen {
            self.arguments.push(operand);
            return After::Next;
        }
        mistakes::trailing_comma(self, comma);
        self.right_paren(operand)
    }

    /// Ends the argument that is being read as if a comma stood here.
    pub fn next_argument(&mut self, operand: NodeId) {
        let operand = self.reduce_all(operand);
        self.arguments.push(operand);
    }

    /// Ends the side that is being read as if an operator stood here.
    pub fn side_by_side(&mut self, operand: NodeId) {
        let lhs = self.reduce_all(operand);
        let op_range = TextRange::at(self.token.range.start);
        self.frames.push(Frame::Binary { lhs, op: BinaryOp::Missing, op_range, matching: None });
    }

    /// The innermost call or parenthesis that is open.
    pub fn innermost(&self) -> Option<&Frame> {
        self.frames.get(*self.parentheses.last()?)
    }

    fn open(&mut self, parenthesis: Frame) {
        self.parentheses.push(self.frames.len());
        self.frames.push(parenthesis);
    }

    /// Takes the parenthesis on top of the stack off it, all that it holds being built.
    fn leave(&mut self) -> Option<Frame> {
        self.parentheses.pop();
        self.frames.pop()
    }

    fn end(&mut self, operand: NodeId) -> After {
        let mut operand = self.reduce_all(operand);
        mistakes::unclosed(self);
        while let Some(frame) = self.leave() {
            let close = self.token.range;
            operand = self.close(frame, Some(operand), close);
            operand = self.reduce_all(operand);
        }
        After::Done(operand)
    }

    /// Builds the node of a parenthesis, `last` being its last argument.
    fn close(&mut self, frame: Frame, last: Option<NodeId>, close: TextRange) -> NodeId {
        match frame {
            Frame::Call { name, function, open, base } => {
                let arguments = self.arguments_from(base, last);
                mistakes::call(self, name, function, close.end as usize);
                if function.is_some_and(|function| function.name == "info") {
                    self.selects_all.extend(arguments.iter(&self.tree.words).nth(1));
                }
                let ty = function.map(|function| function.returns);
                let call = Call { name, function, parens: open.cover(close), arguments };
                let at = At::store(call, &mut self.tree.words);
                self.tree.push(name.cover(close), ty, Node::Call(at))
            }
            Frame::Aggregate { op, name, grouping, open, base } => {
                let arguments = self.arguments_from(base, last);
                let grouping = grouping.or_else(|| self.grouping());
                self.aggregate_node(Aggregate { op, name, grouping, parens: open.cover(close), arguments })
            }
            Frame::Paren { open } => {
                let inner = last.unwrap_or_else(|| self.missing(close));
                let ty = self.tree.node(inner).ty;
                self.tree.push(open.cover(close), ty, Node::Paren(inner))
            }
            Frame::Sign { .. } | Frame::Binary { .. } => last.unwrap_or_else(|| self.missing(close)),
        }
    }

    pub fn aggregate_node(&mut self, aggregate: Aggregate) -> NodeId {
        let end = aggregate.grouping.map_or(aggregate.parens, |grouping| grouping.range().cover(aggregate.parens));
        let range = aggregate.name.cover(end);
        mistakes::aggregate(self, &aggregate, range);
        let at = At::store(aggregate, &mut self.tree.words);
        self.tree.push(range, Some(Type::Vector), Node::Aggregate(at))
    }

    fn arguments_from(&mut self, base: usize, last: Option<NodeId>) -> List<NodeId> {
        self.arguments.extend(last);
        let stored = List::store(self.arguments.get(base..).unwrap_or_default(), &mut self.tree.words);
        self.arguments.truncate(base);
        stored
    }
}

/// Two scalars make a scalar, anything else a vector; what is unknown stays so unless a vector decides it.
fn binary_type(left: Option<Type>, right: Option<Type>) -> Option<Type> {
    match (left, right) {
        (Some(Type::Scalar), Some(Type::Scalar)) => Some(Type::Scalar),
        (Some(Type::Vector), _) | (_, Some(Type::Vector)) | (Some(_), Some(_)) => Some(Type::Vector),
        _ => None,
    }
}
