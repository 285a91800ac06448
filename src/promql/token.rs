//! The words of `PromQL`: kinds of tokens, operators, aggregation operators, keywords.

use crate::source::TextRange;

/// A token and its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub range: TextRange,
}

/// What a token is. Keywords are told apart without regard to case, as the server does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    End,
    /// A name without a colon that is no keyword.
    Identifier,
    /// A name with a colon.
    MetricIdentifier,
    Number,
    Duration,
    String,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    /// `=`
    Assign,
    /// `=~`, inside braces only.
    EqualRegex,
    /// `!~`, inside braces only.
    NotEqualRegex,
    At,
    Operator(BinaryOp),
    Aggregator(Aggregator),
    Bool,
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Fill,
    FillLeft,
    FillRight,
    Offset,
    Anchored,
    Smoothed,
    Start,
    Finish,
    Step,
    Range,
    MaxOf,
    MinOf,
    /// Something that another program would have replaced, such as `$interval`; it was reported already.
    Placeholder,
}

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `^`
    Pow,
    /// `atan2`
    Atan2,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `<`
    Less,
    /// `>=`
    GreaterEqual,
    /// `<=`
    LessEqual,
    /// `</`, keeps a histogram's observations below a bound.
    TrimUpper,
    /// `>/`, keeps a histogram's observations above a bound.
    TrimLower,
    /// `and`
    And,
    /// `or`
    Or,
    /// `unless`
    Unless,
    /// Two expressions stand side by side with no operator; only in a tree with errors.
    Missing,
}

impl BinaryOp {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Pow => "^",
            Self::Atan2 => "atan2",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::Less => "<",
            Self::GreaterEqual => ">=",
            Self::LessEqual => "<=",
            Self::TrimUpper => "</",
            Self::TrimLower => ">/",
            Self::And => "and",
            Self::Or => "or",
            Self::Unless => "unless",
            Self::Missing => "",
        }
    }

    /// `==`, `!=`, `<`, `<=`, `>`, `>=`.
    pub fn is_comparison(self) -> bool {
        use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        matches!(self, Equal | NotEqual | Greater | Less | GreaterEqual | LessEqual)
    }

    /// `and`, `or`, `unless`.
    pub fn is_set(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Unless)
    }

    /// How tightly it binds; higher binds tighter. All but `^` group to the left.
    pub(super) fn precedence(self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Or => 1,
            Self::And | Self::Unless => 2,
            Self::Equal
            | Self::NotEqual
            | Self::Greater
            | Self::Less
            | Self::GreaterEqual
            | Self::LessEqual
            | Self::TrimUpper
            | Self::TrimLower => 3,
            Self::Add | Self::Sub => 4,
            Self::Mul | Self::Div | Self::Mod | Self::Atan2 => SIGN_PRECEDENCE,
            Self::Pow => 6,
        }
    }
}

/// A sign binds like `*`, so `-1^2` is `-(1^2)`.
pub(super) const SIGN_PRECEDENCE: u8 = 5;

/// An aggregation operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Aggregator {
    /// `avg`
    Avg,
    /// `bottomk`
    Bottomk,
    /// `count`
    Count,
    /// `count_values`
    CountValues,
    /// `group`
    Group,
    /// `limitk`
    Limitk,
    /// `limit_ratio`
    LimitRatio,
    /// `max`
    Max,
    /// `min`
    Min,
    /// `quantile`
    Quantile,
    /// `stddev`
    Stddev,
    /// `stdvar`
    Stdvar,
    /// `sum`
    Sum,
    /// `topk`
    Topk,
}

impl Aggregator {
    /// All of them, by name.
    pub const ALL: [Self; 14] = [
        Self::Avg,
        Self::Bottomk,
        Self::Count,
        Self::CountValues,
        Self::Group,
        Self::LimitRatio,
        Self::Limitk,
        Self::Max,
        Self::Min,
        Self::Quantile,
        Self::Stddev,
        Self::Stdvar,
        Self::Sum,
        Self::Topk,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avg => "avg",
            Self::Bottomk => "bottomk",
            Self::Count => "count",
            Self::CountValues => "count_values",
            Self::Group => "group",
            Self::Limitk => "limitk",
            Self::LimitRatio => "limit_ratio",
            Self::Max => "max",
            Self::Min => "min",
            Self::Quantile => "quantile",
            Self::Stddev => "stddev",
            Self::Stdvar => "stdvar",
            Self::Sum => "sum",
            Self::Topk => "topk",
        }
    }

    /// Whether a parameter stands before the expression, as in `topk(3, …)`.
    pub fn takes_parameter(self) -> bool {
        use Aggregator::{Bottomk, CountValues, LimitRatio, Limitk, Quantile, Topk};
        matches!(self, Topk | Bottomk | Quantile | CountValues | Limitk | LimitRatio)
    }

    /// Whether the server wants a feature flag for it.
    pub fn is_experimental(self) -> bool {
        matches!(self, Self::Limitk | Self::LimitRatio)
    }
}

/// The keyword that `word` is, without regard to case. `inf` and `nan` are numbers.
pub(super) fn keyword(word: &str) -> Option<Kind> {
    let bytes = word.as_bytes();
    let first = bytes.first()? | 0x20;
    let candidates: &[(&str, Kind)] = match first {
        b'a' => &[
            ("and", Kind::Operator(BinaryOp::And)),
            ("avg", Kind::Aggregator(Aggregator::Avg)),
            ("atan2", Kind::Operator(BinaryOp::Atan2)),
            ("anchored", Kind::Anchored),
        ],
        b'b' => &[("by", Kind::By), ("bool", Kind::Bool), ("bottomk", Kind::Aggregator(Aggregator::Bottomk))],
        b'c' => &[
            ("count", Kind::Aggregator(Aggregator::Count)),
            ("count_values", Kind::Aggregator(Aggregator::CountValues)),
        ],
        b'e' => &[("end", Kind::Finish)],
        b'f' => &[("fill", Kind::Fill), ("fill_left", Kind::FillLeft), ("fill_right", Kind::FillRight)],
        b'g' => &[
            ("group_left", Kind::GroupLeft),
            ("group_right", Kind::GroupRight),
            ("group", Kind::Aggregator(Aggregator::Group)),
        ],
        b'i' => &[("ignoring", Kind::Ignoring), ("inf", Kind::Number)],
        b'l' => &[
            ("limitk", Kind::Aggregator(Aggregator::Limitk)),
            ("limit_ratio", Kind::Aggregator(Aggregator::LimitRatio)),
        ],
        b'm' => &[
            ("max", Kind::Aggregator(Aggregator::Max)),
            ("min", Kind::Aggregator(Aggregator::Min)),
            ("max_of", Kind::MaxOf),
            ("min_of", Kind::MinOf),
        ],
        b'n' => &[("nan", Kind::Number)],
        b'o' => &[("or", Kind::Operator(BinaryOp::Or)), ("on", Kind::On), ("offset", Kind::Offset)],
        b'q' => &[("quantile", Kind::Aggregator(Aggregator::Quantile))],
        b'r' => &[("range", Kind::Range)],
        b's' => &[
            ("sum", Kind::Aggregator(Aggregator::Sum)),
            ("stddev", Kind::Aggregator(Aggregator::Stddev)),
            ("stdvar", Kind::Aggregator(Aggregator::Stdvar)),
            ("smoothed", Kind::Smoothed),
            ("start", Kind::Start),
            ("step", Kind::Step),
        ],
        b't' => &[("topk", Kind::Aggregator(Aggregator::Topk))],
        b'u' => &[("unless", Kind::Operator(BinaryOp::Unless))],
        b'w' => &[("without", Kind::Without)],
        _ => return None,
    };
    let found = candidates.iter().find(|(text, _)| text.len() == bytes.len() && word.eq_ignore_ascii_case(text));
    found.map(|&(_, kind)| kind)
}

impl Kind {
    /// Words that may name a metric although they are keywords (`metric_identifier` of the server's grammar).
    pub fn names_metric(self) -> bool {
        use BinaryOp::{And, Or, Unless};
        matches!(
            self,
            Self::Identifier
                | Self::MetricIdentifier
                | Self::Aggregator(_)
                | Self::Operator(And | Or | Unless)
                | Self::By
                | Self::Without
                | Self::Offset
                | Self::Anchored
                | Self::Smoothed
                | Self::Fill
                | Self::FillLeft
                | Self::FillRight
        ) || self.names_call()
    }

    /// Keywords that are functions when a parenthesis follows.
    pub fn names_call(self) -> bool {
        matches!(self, Self::Start | Self::Finish | Self::Step | Self::Range | Self::MaxOf | Self::MinOf)
    }

    /// Words that may stand in a list of labels (`maybe_label` of the server's grammar): all but `without`, `inf` and `nan`.
    pub fn names_label(self) -> bool {
        self.names_metric() && self != Self::Without
            || matches!(self, Self::Bool | Self::On | Self::Ignoring | Self::GroupLeft | Self::GroupRight)
            || self == Self::Operator(BinaryOp::Atan2)
    }

    /// Whether an operand can start with it, besides keywords.
    pub fn starts_operand(self) -> bool {
        matches!(
            self,
            Self::Identifier
                | Self::MetricIdentifier
                | Self::Number
                | Self::Duration
                | Self::String
                | Self::LeftParen
                | Self::LeftBrace
                | Self::Aggregator(_)
                | Self::Placeholder
        ) || self.names_call()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_keywords_in_any_case() {
        assert_eq!(keyword("GROUP_left"), Some(Kind::GroupLeft));
        assert_eq!(keyword("Sum"), Some(Kind::Aggregator(Aggregator::Sum)));
        assert_eq!(keyword("NaN"), Some(Kind::Number));
        assert_eq!(keyword("summ"), None);
        for aggregator in Aggregator::ALL {
            assert_eq!(keyword(aggregator.name()), Some(Kind::Aggregator(aggregator)));
        }
    }

    #[test]
    fn without_is_no_label_and_on_is_no_metric() {
        let kind = |word| keyword(word).unwrap();
        assert!(kind("without").names_metric() && !kind("without").names_label());
        assert!(!kind("on").names_metric() && kind("on").names_label());
        assert!(!kind("inf").names_label() && !kind("atan2").names_metric() && kind("atan2").names_label());
    }
}
