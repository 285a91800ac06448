//! The tree of an expression: nodes in an arena, children before their parents, every part with its place.
//!
//! Nothing is copied out of the text: names, labels and strings are ranges of bytes, to be read with the text at hand.

use super::functions::Function;
use super::token::{Aggregator, BinaryOp};
use super::words::{At, List, Record, record, word};
use crate::source::TextRange;
use std::num::NonZeroU32;

/// Names a node of an [`Ast`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(NonZeroU32);

impl NodeId {
    pub(super) fn number(self) -> u32 {
        self.0.get()
    }

    /// The node of that number, from 1; 0 is taken for 1.
    pub(super) fn from_number(number: u32) -> Self {
        Self(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN))
    }

    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// What an expression evaluates to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// An instant vector.
    Vector,
    /// A range vector.
    Matrix,
    /// A number.
    Scalar,
    /// A text.
    String,
}

impl Type {
    /// `vector`, `matrix`, `scalar`, `string`, as the server's interfaces name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vector => "vector",
            Self::Matrix => "matrix",
            Self::Scalar => "scalar",
            Self::String => "string",
        }
    }

    /// As the server's messages name it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Vector => "instant vector",
            Self::Matrix => "range vector",
            Self::Scalar => "scalar",
            Self::String => "string",
        }
    }
}

/// A node.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Node {
    /// The bytes it was made of, modifiers included.
    pub range: TextRange,
    /// What it evaluates to; none where an error hides it, and for the parts of a duration.
    pub ty: Option<Type>,
    /// What it is.
    pub kind: Kind,
}

/// What a node is, with its children.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    /// Nothing that can be understood stands here; only in a tree with errors.
    Missing,
    /// A number, a duration, `inf` or `nan`; its value is [`Ast::number`].
    Number {
        /// Where the literal starts, after its signs.
        literal: u32,
        /// Whether it was written with a unit.
        duration: bool,
        /// Whether an odd number of minus signs stands before it.
        negative: bool,
    },
    /// A quoted text.
    String,
    /// `name{matchers}` with its modifiers.
    Vector(At<Vector>),
    /// A selector with a range; the modifiers after the bracket stand here.
    Matrix {
        /// The selector; in a tree with errors possibly something else.
        vector: NodeId,
        /// The range.
        range: At<Range>,
    },
    /// `expression[range:step]`.
    Subquery {
        /// What is evaluated repeatedly.
        expr: NodeId,
        /// Range and step.
        range: At<Range>,
    },
    /// `function(…)`.
    Call(At<Call>),
    /// `sum by (…) (…)`.
    Aggregate(At<Aggregate>),
    /// `lhs op rhs`.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// How many bytes it has; more or less than its name has only in a tree with errors.
        op_len: u8,
        /// Where it starts.
        op_start: u32,
        /// The left operand.
        lhs: NodeId,
        /// The right operand.
        rhs: NodeId,
        /// `bool`, `on (…)` and so on, where anything of it was written.
        matching: Option<MatchingId>,
    },
    /// `(expression)`.
    Paren(NodeId),
    /// `-expression` or `+expression`.
    Unary {
        /// Whether the sign is a minus.
        negative: bool,
        /// The operand.
        expr: NodeId,
    },
    /// `step()`, `range()`, `min_of(…)`, `max_of(…)` as a duration.
    DurationCall {
        /// The function.
        function: DurationFunction,
        /// Its two arguments, where it has any.
        arguments: Option<(NodeId, NodeId)>,
    },
}

impl Kind {
    pub(super) fn binary(
        op: BinaryOp,
        op_range: TextRange,
        lhs: NodeId,
        rhs: NodeId,
        matching: Option<MatchingId>,
    ) -> Self {
        let op_len = u8::try_from(op_range.len()).unwrap_or(0);
        Self::Binary { op, op_len, op_start: op_range.start, lhs, rhs, matching }
    }
}

/// The place of a [`Matching`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MatchingId(pub(super) NonZeroU32);

/// What can be called in a duration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DurationFunction {
    /// `step()`, the evaluation interval.
    Step,
    /// `range()`, the range of the query.
    Range,
    /// `min_of(a, b)`
    MinOf,
    /// `max_of(a, b)`
    MaxOf,
}

record! {
    /// A selector of series.
    pub struct Vector {
        /// The metric's name before the braces.
        pub name: Option<TextRange>,
        /// The braces and all between them.
        pub braces: Option<TextRange>,
        /// What stands between the braces.
        pub matchers: List<Matcher>,
        /// `offset`, `@` and the like, in the order of the text.
        pub modifiers: List<Modifier>,
    }
}

record! {
    /// `name="value"`, or a quoted metric name alone.
    pub struct Matcher {
        /// All of it.
        pub range: TextRange,
        /// The label's name, quoted or not; none where a metric name stands alone (then it is the value).
        pub name: Option<TextRange>,
        /// The operator; [`MatchOp::Equal`] where a metric name stands alone.
        pub op: MatchOp,
        /// Where the operator stands; empty where there is none.
        pub op_range: TextRange,
        /// The value with its quotes; empty where it is missing.
        pub value: TextRange,
    }
}

/// How a matcher compares.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`
    NotRegex,
}

word!(MatchOp: MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex);

impl MatchOp {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }
}

record! {
    /// A word after a selector or subquery.
    pub struct Modifier {
        /// All of it.
        pub range: TextRange,
        /// Its keyword, or the `@`.
        pub keyword: TextRange,
        /// What it does.
        pub kind: ModifierKind,
        /// The duration of an `offset`, the number after an `@`.
        pub argument: Option<NodeId>,
    }
}

/// What a modifier does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModifierKind {
    /// `offset 5m`
    Offset,
    /// `@ 1700000000`
    At,
    /// `@ start()`
    AtStart,
    /// `@ end()`
    AtEnd,
    /// `anchored`
    Anchored,
    /// `smoothed`
    Smoothed,
}

word!(ModifierKind: ModifierKind::Offset, ModifierKind::At, ModifierKind::AtStart, ModifierKind::AtEnd,
    ModifierKind::Anchored, ModifierKind::Smoothed);

record! {
    /// `[range]` or `[range:step]`.
    pub struct Range {
        /// The brackets and all between them.
        pub brackets: TextRange,
        /// The duration before the colon.
        pub duration: NodeId,
        /// The colon of a subquery.
        pub colon: Option<TextRange>,
        /// The duration after it.
        pub step: Option<NodeId>,
        /// What stands after the brackets.
        pub modifiers: List<Modifier>,
    }
}

record! {
    /// A function and its arguments.
    pub struct Call {
        /// The function's name.
        pub name: TextRange,
        /// The function; none where the name is unknown.
        pub function: Option<&'static Function>,
        /// The parentheses and all between them.
        pub parens: TextRange,
        /// What stands between them.
        pub arguments: List<NodeId>,
    }
}

record! {
    /// An aggregation.
    pub struct Aggregate {
        /// What it does.
        pub op: Aggregator,
        /// Where the operator stands.
        pub name: TextRange,
        /// `by (…)` or `without (…)`.
        pub grouping: Option<Clause>,
        /// The parentheses and all between them.
        pub parens: TextRange,
        /// Parameter and expression, in the order of the text.
        pub arguments: List<NodeId>,
    }
}

word!(Aggregator: Aggregator::Avg, Aggregator::Bottomk, Aggregator::Count, Aggregator::CountValues, Aggregator::Group,
    Aggregator::Limitk, Aggregator::LimitRatio, Aggregator::Max, Aggregator::Min, Aggregator::Quantile,
    Aggregator::Stddev, Aggregator::Stdvar, Aggregator::Sum, Aggregator::Topk);

record! {
    /// A keyword with a list of labels.
    pub struct Clause {
        /// Which keyword.
        pub kind: ClauseKind,
        /// Where it stands.
        pub keyword: TextRange,
        /// The parentheses and all between them; none after a bare `group_left`.
        pub parens: Option<TextRange>,
        /// The labels, quoted or not.
        pub labels: List<TextRange>,
    }
}

impl Clause {
    /// Keyword and labels.
    pub fn range(&self) -> TextRange {
        self.parens.map_or(self.keyword, |parens| self.keyword.cover(parens))
    }
}

/// The keywords with a list of labels.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ClauseKind {
    /// `by`
    By,
    /// `without`
    Without,
    /// `on`
    On,
    /// `ignoring`
    Ignoring,
    /// `group_left`
    GroupLeft,
    /// `group_right`
    GroupRight,
}

word!(ClauseKind: ClauseKind::By, ClauseKind::Without, ClauseKind::On, ClauseKind::Ignoring, ClauseKind::GroupLeft,
    ClauseKind::GroupRight);

impl ClauseKind {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::By => "by",
            Self::Without => "without",
            Self::On => "on",
            Self::Ignoring => "ignoring",
            Self::GroupLeft => "group_left",
            Self::GroupRight => "group_right",
        }
    }
}

record! {
    /// What stands between an operator and its right operand.
    pub struct Matching {
        /// `bool`.
        pub returns_bool: Option<TextRange>,
        /// `on (…)` or `ignoring (…)`.
        pub labels: Option<Clause>,
        /// `group_left (…)` or `group_right (…)`.
        pub group: Option<Clause>,
        /// What stands in for a missing series on the left: of `fill` or `fill_left`.
        pub fill_left: Option<Fill>,
        /// What stands in for a missing series on the right: of `fill` or `fill_right`.
        pub fill_right: Option<Fill>,
    }
}

record! {
    /// `fill(0)` and its kin.
    pub struct Fill {
        /// The keyword.
        pub keyword: TextRange,
        /// All of it.
        pub range: TextRange,
        /// The number between the parentheses.
        pub value: NodeId,
    }
}
