//! The functions of `PromQL`: arguments, result, and since when the server knows them.
//!
//! Rows follow `promql/parser/functions.go` of Prometheus 3.14, versions its changelog.

use super::ast::Type;
use super::words::Record;
use super::{Options, Version};

/// What is known of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The types of its arguments.
    pub arguments: &'static [Type],
    /// 0: all arguments are needed. Above 0: the last one may be left out, or stand up to so many times. Below 0: any number of times.
    pub variadic: i8,
    /// What it returns.
    pub returns: Type,
    /// Whether the server wants `--enable-feature=promql-experimental-functions` for it.
    pub experimental: bool,
    /// The first version that knows it; 2.0 stands for all before.
    pub since: Version,
}

impl Function {
    /// The fewest arguments it takes, and the most where there is a limit.
    pub fn arity(&self) -> (usize, Option<usize>) {
        let all = self.arguments.len();
        match self.variadic {
            0 => (all, Some(all)),
            more => (all - 1, usize::try_from(more).ok().map(|more| all - 1 + more)),
        }
    }

    /// The type that the argument of that number (from 0) must have; none past the last one.
    pub fn argument(&self, number: usize) -> Option<Type> {
        let last = if self.variadic == 0 { None } else { self.arguments.last() };
        self.arguments.get(number).or(last).copied()
    }

    /// Whether a server like that knows it, feature flags aside.
    pub fn is_known(&self, options: &Options) -> bool {
        self.since <= options.version
    }
}

/// All functions, sorted by name.
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

/// The function of that name; names are told apart by case.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.binary_search_by(|row| row.name.cmp(name)).ok().and_then(|at| FUNCTIONS.get(at))
}

/// Stored as its place in the table.
impl Record for &'static Function {
    const WORDS: usize = 1;
    fn store(self, words: &mut Vec<u32>) {
        // All functions stand in the one table, so the distance from its start is the place.
        let distance = std::ptr::from_ref(self) as usize - FUNCTIONS.as_ptr() as usize;
        words.push(super::offset(distance / size_of::<Function>()));
    }
    fn load(words: &[u32]) -> Self {
        FUNCTIONS.get(u32::load(words) as usize).unwrap_or(&FUNCTIONS[0])
    }
}

const V: Type = Type::Vector;
const M: Type = Type::Matrix;
const S: Type = Type::Scalar;
const T: Type = Type::String;

const fn row(
    name: &'static str,
    arguments: &'static [Type],
    variadic: i8,
    returns: Type,
    experimental: bool,
    (major, minor): (u16, u16),
) -> Function {
    Function { name, arguments, variadic, returns, experimental, since: Version { major, minor } }
}

static FUNCTIONS: &[Function] = &[
    row("abs", &[V], 0, V, false, (2, 0)),
    row("absent", &[V], 0, V, false, (2, 0)),
    row("absent_over_time", &[M], 0, V, false, (2, 16)),
    row("acos", &[V], 0, V, false, (2, 31)),
    row("acosh", &[V], 0, V, false, (2, 31)),
    row("asin", &[V], 0, V, false, (2, 31)),
    row("asinh", &[V], 0, V, false, (2, 31)),
    row("atan", &[V], 0, V, false, (2, 31)),
    row("atanh", &[V], 0, V, false, (2, 31)),
    row("avg_over_time", &[M], 0, V, false, (2, 0)),
    row("ceil", &[V], 0, V, false, (2, 0)),
    row("changes", &[M], 0, V, false, (2, 0)),
    row("clamp", &[V, S, S], 0, V, false, (2, 26)),
    row("clamp_max", &[V, S], 0, V, false, (2, 0)),
    row("clamp_min", &[V, S], 0, V, false, (2, 0)),
    row("cos", &[V], 0, V, false, (2, 31)),
    row("cosh", &[V], 0, V, false, (2, 31)),
    row("count_over_time", &[M], 0, V, false, (2, 0)),
    row("day_of_month", &[V], 1, V, false, (2, 0)),
    row("day_of_week", &[V], 1, V, false, (2, 0)),
    row("day_of_year", &[V], 1, V, false, (2, 39)),
    row("days_in_month", &[V], 1, V, false, (2, 0)),
    row("deg", &[V], 0, V, false, (2, 31)),
    row("delta", &[M], 0, V, false, (2, 0)),
    row("deriv", &[M], 0, V, false, (2, 0)),
    row("double_exponential_smoothing", &[M, S, S], 0, V, true, (3, 0)),
    row("end", &[], 0, S, true, (3, 12)),
    row("exp", &[V], 0, V, false, (2, 0)),
    row("first_over_time", &[M], 0, V, false, (3, 7)),
    row("floor", &[V], 0, V, false, (2, 0)),
    row("histogram_avg", &[V], 0, V, false, (2, 51)),
    row("histogram_count", &[V], 0, V, false, (2, 40)),
    row("histogram_fraction", &[S, S, V], 0, V, false, (2, 40)),
    row("histogram_quantile", &[S, V], 0, V, false, (2, 0)),
    row("histogram_quantiles", &[V, T, S, S], 9, V, true, (3, 11)),
    row("histogram_stddev", &[V], 0, V, false, (2, 47)),
    row("histogram_stdvar", &[V], 0, V, false, (2, 47)),
    row("histogram_sum", &[V], 0, V, false, (2, 40)),
    row("hour", &[V], 1, V, false, (2, 0)),
    row("idelta", &[M], 0, V, false, (2, 0)),
    row("increase", &[M], 0, V, false, (2, 0)),
    row("info", &[V, V], 1, V, true, (2, 55)),
    row("irate", &[M], 0, V, false, (2, 0)),
    row("label_join", &[V, T, T, T], -1, V, false, (2, 0)),
    row("label_replace", &[V, T, T, T, T], 0, V, false, (2, 0)),
    row("last_over_time", &[M], 0, V, false, (2, 26)),
    row("ln", &[V], 0, V, false, (2, 0)),
    row("log10", &[V], 0, V, false, (2, 0)),
    row("log2", &[V], 0, V, false, (2, 0)),
    row("mad_over_time", &[M], 0, V, true, (2, 49)),
    row("max_of", &[S, S], 0, S, true, (3, 13)),
    row("max_over_time", &[M], 0, V, false, (2, 0)),
    row("min_of", &[S, S], 0, S, true, (3, 13)),
    row("min_over_time", &[M], 0, V, false, (2, 0)),
    row("minute", &[V], 1, V, false, (2, 0)),
    row("month", &[V], 1, V, false, (2, 0)),
    row("pi", &[], 0, S, false, (2, 31)),
    row("predict_linear", &[M, S], 0, V, false, (2, 0)),
    row("present_over_time", &[M], 0, V, false, (2, 29)),
    row("quantile_over_time", &[S, M], 0, V, false, (2, 0)),
    row("rad", &[V], 0, V, false, (2, 31)),
    row("range", &[], 0, S, true, (3, 12)),
    row("rate", &[M], 0, V, false, (2, 0)),
    row("resets", &[M], 0, V, false, (2, 0)),
    row("round", &[V, S], 1, V, false, (2, 0)),
    row("scalar", &[V], 0, S, false, (2, 0)),
    row("sgn", &[V], 0, V, false, (2, 26)),
    row("sin", &[V], 0, V, false, (2, 31)),
    row("sinh", &[V], 0, V, false, (2, 31)),
    row("sort", &[V], 0, V, false, (2, 0)),
    row("sort_by_label", &[V, T], -1, V, true, (2, 49)),
    row("sort_by_label_desc", &[V, T], -1, V, true, (2, 49)),
    row("sort_desc", &[V], 0, V, false, (2, 0)),
    row("sqrt", &[V], 0, V, false, (2, 0)),
    row("start", &[], 0, S, true, (3, 12)),
    row("start_timestamp", &[V], 0, V, true, (3, 13)),
    row("stddev_over_time", &[M], 0, V, false, (2, 0)),
    row("stdvar_over_time", &[M], 0, V, false, (2, 0)),
    row("step", &[], 0, S, true, (3, 12)),
    row("sum_over_time", &[M], 0, V, false, (2, 0)),
    row("tan", &[V], 0, V, false, (2, 31)),
    row("tanh", &[V], 0, V, false, (2, 31)),
    row("time", &[], 0, S, false, (2, 0)),
    row("timestamp", &[V], 0, V, false, (2, 0)),
    row("ts_of_first_over_time", &[M], 0, V, true, (3, 7)),
    row("ts_of_last_over_time", &[M], 0, V, true, (3, 5)),
    row("ts_of_max_over_time", &[M], 0, V, true, (3, 5)),
    row("ts_of_min_over_time", &[M], 0, V, true, (3, 5)),
    row("vector", &[S], 0, V, false, (2, 0)),
    row("year", &[V], 1, V, false, (2, 0)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_function_is_found() {
        assert!(FUNCTIONS.is_sorted_by(|a, b| a.name < b.name));
        assert!(FUNCTIONS.iter().all(|row| function(row.name) == Some(row)));
        assert_eq!(function("Rate"), None);
    }

    #[test]
    fn counts_arguments() {
        let arity = |name| function(name).unwrap().arity();
        assert_eq!(arity("rate"), (1, Some(1)));
        assert_eq!(arity("round"), (1, Some(2)));
        assert_eq!(arity("hour"), (0, Some(1)));
        assert_eq!(arity("label_join"), (3, None));
        assert_eq!(function("label_join").unwrap().argument(9), Some(Type::String));
        assert_eq!(function("rate").unwrap().argument(1), None);
    }
}
