//! An expression in words for people, and what of it to look at: metrics, functions, windows, thresholds, grouping.

use std::cell::Cell;

use super::ast::{Aggregate, Call, Clause, ClauseKind, Kind, MatchOp, ModifierKind, NodeId, Range, Vector};
use super::token::{Aggregator, BinaryOp};
use super::tree::Ast;
use super::walk::text_of;

/// What the expression asks, as the rest of "it fires when …".
///
/// ```
/// # use groundrules::promql::{Options, explain, parse};
/// let text = "rate(errors_total[5m]) > 3";
/// let parsed = parse(text, &Options::default());
/// assert_eq!(explain::condition(&parsed.ast, text), "the rate per second of `errors_total` over 5m is above 3");
/// ```
pub fn condition(ast: &Ast, text: &str) -> String {
    Words { ast, text, depth: Cell::new(0) }.condition(ast.root())
}

/// The parts of the expression whose values decide, without their comparisons, in the order of the text.
pub fn observed(ast: &Ast, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    Words { ast, text, depth: Cell::new(0) }.observed(ast.root(), &mut found);
    let mut all: Vec<String> = Vec::new();
    for part in found {
        let written = text.get(ast.range(part).range()).unwrap_or_default().trim();
        if !all.iter().any(|known| known == written) {
            all.push(written.to_owned());
        }
    }
    all
}

/// Deepest nesting that is put into words; nobody reads more.
const DEEPEST: u32 = 48;

struct Words<'a> {
    ast: &'a Ast,
    text: &'a str,
    depth: Cell<u32>,
}

impl Words<'_> {
    fn written(&self, range: crate::source::TextRange) -> String {
        self.text.get(range.range()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// One level deeper, unless that is too deep.
    fn deeper<T>(&self, otherwise: T, inner: impl FnOnce() -> T) -> T {
        if self.depth.get() >= DEEPEST {
            return otherwise;
        }
        self.depth.set(self.depth.get() + 1);
        let result = inner();
        self.depth.set(self.depth.get() - 1);
        result
    }

    fn condition(&self, id: NodeId) -> String {
        self.deeper("…".to_owned(), || self.condition_here(id))
    }

    fn condition_here(&self, id: NodeId) -> String {
        match self.ast.kind(id) {
            Kind::Paren(inner) => self.condition(inner),
            Kind::Binary { op, lhs, rhs, matching, .. } => {
                if let Some(how) = compared(op) {
                    return format!("{} {how} {}", self.value(lhs), self.value(rhs));
                }
                let both = |word: &str| format!("{}, {word} {}", self.condition(lhs), self.condition(rhs));
                let on = matching.and_then(|id| self.ast.matching(id).labels);
                let same = on.map(|clause| self.matched(clause)).unwrap_or_default();
                match op {
                    BinaryOp::And => both(&format!("and at the same time{same}")),
                    BinaryOp::Or => both("or"),
                    BinaryOp::Unless => both(&format!("unless{same}")),
                    _ => format!("there is a value of {}", self.value(id)),
                }
            }
            Kind::Call(at) => {
                let (name, arguments) = self.function(at);
                match (name, arguments.as_slice()) {
                    ("absent", [of]) => format!("there is no series of {}", self.value(*of)),
                    ("absent_over_time", [of]) => format!("there was no series of {}", self.value(*of)),
                    ("vector", _) => "at all times".to_owned(),
                    _ => format!("there is a value of {}", self.value(id)),
                }
            }
            _ => format!("there is a value of {}", self.value(id)),
        }
    }

    /// `for the same …` of a join.
    fn matched(&self, clause: Clause) -> String {
        let labels = self.labels(clause);
        match (clause.kind, labels.is_empty()) {
            (ClauseKind::On, false) => format!(" for the same {labels}"),
            (ClauseKind::Ignoring, false) => format!(" whatever {labels}"),
            _ => String::new(),
        }
    }

    fn labels(&self, clause: Clause) -> String {
        let names = self.ast.list(clause.labels).map(|range| format!("`{}`", self.name(range)));
        names.collect::<Vec<_>>().join(", ")
    }

    fn name(&self, range: crate::source::TextRange) -> String {
        text_of(self.text, range).map_or_else(|| self.written(range), std::borrow::Cow::into_owned)
    }

    fn value(&self, id: NodeId) -> String {
        self.deeper("…".to_owned(), || self.value_here(id))
    }

    fn value_here(&self, id: NodeId) -> String {
        match self.ast.kind(id) {
            Kind::Vector(at) => self.selector(self.ast.get(at)),
            Kind::Matrix { vector, range } => self.over(vector, self.ast.get(range)),
            Kind::Subquery { expr, range } => self.over(expr, self.ast.get(range)),
            Kind::Call(at) => self.call(at),
            Kind::Aggregate(at) => self.aggregate(self.ast.get(at)),
            Kind::Binary { op, lhs, rhs, .. } => self.binary(op, lhs, rhs),
            Kind::Paren(inner) if matches!(self.ast.kind(inner), Kind::Binary { op, .. } if compared(op).is_none()) => {
                format!("({})", self.value(inner))
            }
            Kind::Paren(inner) => self.value(inner),
            Kind::Unary { negative: true, expr } => format!("minus {}", self.value(expr)),
            Kind::Unary { expr, .. } => self.value(expr),
            Kind::Number { .. } | Kind::String | Kind::DurationCall { .. } | Kind::Missing => {
                self.written(self.ast.range(id))
            }
        }
    }

    fn binary(&self, op: BinaryOp, lhs: NodeId, rhs: NodeId) -> String {
        let (left, right) = (self.value(lhs), self.value(rhs));
        if let Some(how) = compared(op) {
            return format!("{left} where it {how} {right}");
        }
        let word = match op {
            BinaryOp::Add => "plus",
            BinaryOp::Sub => "minus",
            BinaryOp::Mul => "times",
            BinaryOp::Div => "divided by",
            BinaryOp::Mod => "modulo",
            BinaryOp::Pow => "to the power of",
            BinaryOp::And => "where there is",
            BinaryOp::Or => "or else",
            BinaryOp::Unless => "where there is no",
            _ => return format!("{left} `{}` {right}", op.text()),
        };
        format!("{left} {word} {right}")
    }

    fn selector(&self, vector: Vector) -> String {
        let mut name = vector.name.map(|range| format!("`{}`", self.name(range)));
        let mut conditions = Vec::new();
        for matcher in self.ast.list(vector.matchers) {
            let value = self.name(matcher.value);
            let label = matcher.name.map(|range| self.name(range));
            match (label.as_deref(), matcher.op) {
                (None, _) | (Some("__name__"), MatchOp::Equal) => name = Some(format!("`{value}`")),
                (Some(label), MatchOp::Equal) => conditions.push(format!("`{label}` is `{value}`")),
                (Some(label), MatchOp::NotEqual) if value.is_empty() => conditions.push(format!("`{label}` is there")),
                (Some(label), MatchOp::NotEqual) => conditions.push(format!("`{label}` is not `{value}`")),
                (Some(label), MatchOp::Regex) => conditions.push(format!("`{label}` matches `{value}`")),
                (Some(label), MatchOp::NotRegex) => conditions.push(format!("`{label}` does not match `{value}`")),
            }
        }
        let mut out = name.unwrap_or_else(|| "any metric".to_owned());
        if !conditions.is_empty() {
            out += &format!(" ({})", conditions.join(", "));
        }
        out + &self.modifiers(self.ast.list(vector.modifiers))
    }

    fn modifiers(&self, modifiers: impl Iterator<Item = super::ast::Modifier>) -> String {
        let told = modifiers.map(|modifier| match (modifier.kind, modifier.argument) {
            (ModifierKind::Offset, Some(argument)) => {
                let span = self.written(self.ast.range(argument));
                match span.strip_prefix('-') {
                    Some(ahead) => format!(" {ahead} later"),
                    None => format!(" {span} earlier"),
                }
            }
            _ => format!(" `{}`", self.written(modifier.range)),
        });
        told.collect()
    }

    /// `X over 5m`.
    fn over(&self, id: NodeId, range: Range) -> String {
        let span = self.written(self.ast.range(range.duration));
        format!("{} over {span}{}", self.value(id), self.modifiers(self.ast.list(range.modifiers)))
    }

    /// Name and arguments.
    fn function(&self, at: super::words::At<Call>) -> (&str, Vec<NodeId>) {
        let call = self.ast.get(at);
        (self.text.get(call.name.range()).unwrap_or_default(), self.ast.list(call.arguments).collect())
    }

    fn call(&self, at: super::words::At<Call>) -> String {
        let (name, arguments) = self.function(at);
        let of = |words: &str, id: NodeId| format!("{words} {}", self.value(id));
        match (name, arguments.as_slice()) {
            ("histogram_quantile" | "quantile_over_time", [quantile, of]) => {
                format!("the {} quantile of {}", self.value(*quantile), self.value(*of))
            }
            ("predict_linear", [series, ahead]) => {
                format!("{}, carried on for {} seconds", of("the trend of", *series), self.value(*ahead))
            }
            ("label_replace" | "label_join" | "scalar" | "sort" | "sort_desc" | "vector", [first, ..]) => {
                self.value(*first)
            }
            ("clamp_max", [value, most]) => format!("{}, at most {}", self.value(*value), self.value(*most)),
            ("clamp_min", [value, least]) => format!("{}, at least {}", self.value(*value), self.value(*least)),
            ("time", []) => "the time now".to_owned(),
            ("timestamp", [series]) => of("the time of the last sample of", *series),
            ("absent" | "absent_over_time", [series]) => of("the lack of", *series),
            (name, [one]) => match FUNCTIONS.iter().find(|(function, _)| *function == name) {
                Some((_, words)) => of(words, *one),
                None => format!("`{name}` of {}", self.value(*one)),
            },
            (name, []) => format!("`{name}()`"),
            (name, several) => {
                let several: Vec<String> = several.iter().map(|id| self.value(*id)).collect();
                format!("`{name}` of {}", several.join(" and "))
            }
        }
    }

    fn aggregate(&self, aggregate: Aggregate) -> String {
        let arguments: Vec<NodeId> = self.ast.list(aggregate.arguments).collect();
        let Some((series, parameter)) = arguments.split_last() else { return aggregate.op.name().to_owned() };
        let parameter = parameter.first().map(|id| self.value(*id)).unwrap_or_default();
        let what = match aggregate.op {
            Aggregator::Sum => "the sum of".to_owned(),
            Aggregator::Avg => "the average of".to_owned(),
            Aggregator::Min => "the least of".to_owned(),
            Aggregator::Max => "the greatest of".to_owned(),
            Aggregator::Count => "the number of series of".to_owned(),
            Aggregator::Group => "whether there is any of".to_owned(),
            Aggregator::Stddev => "the standard deviation of".to_owned(),
            Aggregator::Stdvar => "the variance of".to_owned(),
            Aggregator::Topk => format!("the {parameter} greatest of"),
            Aggregator::Bottomk => format!("the {parameter} least of"),
            Aggregator::Quantile => format!("the {parameter} quantile of"),
            Aggregator::CountValues | Aggregator::Limitk | Aggregator::LimitRatio => {
                format!("`{}` {parameter} of", aggregate.op.name())
            }
        };
        let grouping = match aggregate.grouping.map(|clause| (clause.kind, self.labels(clause))) {
            Some((ClauseKind::Without, labels)) if !labels.is_empty() => format!(", {labels} aside"),
            Some((_, labels)) if !labels.is_empty() => format!(" for each {labels}"),
            _ => String::new(),
        };
        format!("{what} {}{grouping}", self.value(*series))
    }

    fn observed(&self, id: NodeId, found: &mut Vec<NodeId>) {
        self.deeper((), || self.observed_here(id, found));
    }

    fn observed_here(&self, id: NodeId, found: &mut Vec<NodeId>) {
        match self.ast.kind(id) {
            Kind::Paren(inner) => self.observed(inner, found),
            Kind::Binary { op, lhs, rhs, .. } if compared(op).is_some() || op.is_set() => {
                self.observed(lhs, found);
                self.observed(rhs, found);
            }
            Kind::Call(at) => match self.function(at) {
                ("absent" | "absent_over_time", arguments) => found.extend(arguments),
                _ => self.keep(id, found),
            },
            _ => self.keep(id, found),
        }
    }

    fn keep(&self, id: NodeId, found: &mut Vec<NodeId>) {
        let has_series = super::walk::preorder(self.ast, id).any(|node| matches!(self.ast.kind(node), Kind::Vector(_)));
        if has_series {
            found.push(id);
        }
    }
}

/// How a comparison reads.
fn compared(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::Equal => "is",
        BinaryOp::NotEqual => "is not",
        BinaryOp::Greater => "is above",
        BinaryOp::Less => "is below",
        BinaryOp::GreaterEqual => "is at least",
        BinaryOp::LessEqual => "is at most",
        _ => return None,
    })
}

/// Functions of one argument, and what they make of it.
const FUNCTIONS: [(&str, &str); 23] = [
    ("abs", "the distance from 0 of"),
    ("avg_over_time", "the average of"),
    ("ceil", "the next whole number above"),
    ("changes", "the number of changes of"),
    ("count_over_time", "the number of samples of"),
    ("delta", "the change of"),
    ("deriv", "the slope per second of"),
    ("floor", "the next whole number below"),
    ("histogram_count", "the number of observations of"),
    ("histogram_sum", "the sum of observations of"),
    ("idelta", "the last change of"),
    ("increase", "the growth of"),
    ("irate", "the latest rate per second of"),
    ("last_over_time", "the last value of"),
    ("max_over_time", "the greatest value of"),
    ("min_over_time", "the least value of"),
    ("present_over_time", "whether there was any of"),
    ("rate", "the rate per second of"),
    ("resets", "the number of restarts from 0 of"),
    ("round", "the rounded value of"),
    ("stddev_over_time", "the standard deviation of"),
    ("stdvar_over_time", "the variance of"),
    ("sum_over_time", "the sum of"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{Options, parse};

    fn told(text: &str) -> String {
        condition(&parse(text, &Options::default()).ast, text)
    }

    fn look(text: &str) -> Vec<String> {
        observed(&parse(text, &Options::default()).ast, text)
    }

    #[test]
    fn conditions_are_put_into_words() {
        for (text, words) in [
            ("up == 0", "`up` is 0"),
            ("up{job=\"api\", zone!=\"\"} < 1", "`up` (`job` is `api`, `zone` is there) is below 1"),
            (
                "sum by (job) (rate(http_requests_total{code=~\"5..\"}[5m])) / sum by (job) (rate(http_requests_total[5m])) > 0.05",
                "the sum of the rate per second of `http_requests_total` (`code` matches `5..`) over 5m for each `job` divided by \
                 the sum of the rate per second of `http_requests_total` over 5m for each `job` is above 0.05",
            ),
            ("absent(up{job=\"api\"})", "there is no series of `up` (`job` is `api`)"),
            (
                "predict_linear(free_bytes[6h], 4 * 3600) < 0",
                "the trend of `free_bytes` over 6h, carried on for 4 times 3600 seconds is below 0",
            ),
            (
                "histogram_quantile(0.99, sum without (pod) (rate(x_bucket[5m] offset 1h))) >= 2",
                "the 0.99 quantile of the sum of the rate per second of `x_bucket` over 5m 1h earlier, `pod` aside is at least 2",
            ),
            (
                "up == 0 and on (zone) maintenance != 1 unless (b > 2)",
                "`up` is 0, and at the same time for the same `zone` `maintenance` is not 1, unless `b` is above 2",
            ),
            ("count(up == 0) > 2", "the number of series of `up` where it is 0 is above 2"),
            ("(a + b) * 2 > c", "(`a` plus `b`) times 2 is above `c`"),
            (
                "max_over_time(rate(a[5m])[1h:1m]) > 1",
                "the greatest value of the rate per second of `a` over 5m over 1h is above 1",
            ),
            ("vector(1)", "at all times"),
            ("errors", "there is a value of `errors`"),
        ] {
            assert_eq!(told(text), words, "{text}");
        }
    }

    #[test]
    fn what_to_look_at_has_no_comparison() {
        assert_eq!(look("(rate(a[5m]) > 3) and on () b == 1"), ["rate(a[5m])", "b"]);
        assert_eq!(look("a > b * 2"), ["a", "b * 2"]);
        assert_eq!(look("absent(up{job=\"x\"}) or up == 0"), ["up{job=\"x\"}", "up"]);
        assert_eq!(look("time() - last_seen > 600"), ["time() - last_seen"]);
        assert!(look("vector(1)").is_empty());
    }

    #[test]
    fn broken_and_deep_expressions_end() {
        for text in [
            "",
            "sum(",
            "rate(a[",
            "a > ",
            "topk(",
            &"(".repeat(3_000),
            &"-".repeat(3_000),
            &format!("{}a{}", "abs(".repeat(200), ")".repeat(200)),
        ] {
            let _ = (told(text), look(text));
        }
    }
}
