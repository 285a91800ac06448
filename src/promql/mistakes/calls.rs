//! Mistakes in calls and aggregations, and what a server is too old for or has not switched on.

use super::quoted;
use crate::promql::Version;
use crate::promql::ast::Aggregate;
use crate::promql::functions::{self, Function};
use crate::promql::parser::Parser;
use crate::promql::token::{Aggregator, BinaryOp};
use crate::source::TextRange;
use crate::suggest::closest;

/// Operators that older servers do not know.
pub(in crate::promql) fn operator_version(parser: &mut Parser, op: BinaryOp, range: TextRange) {
    let since = match op {
        BinaryOp::TrimLower | BinaryOp::TrimUpper => Version { major: 3, minor: 11 },
        BinaryOp::Atan2 => Version { major: 2, minor: 31 },
        _ => return,
    };
    if parser.options.version < since {
        needs(parser, range, &format!("`{}`", op.text()), since);
    }
}

/// Reports that the server is too old for something.
pub(super) fn needs(parser: &mut Parser, range: TextRange, what: &str, since: Version) {
    let version = parser.options.version;
    parser
        .sink
        .report(range.start as usize, range, format!("{what} needs Prometheus {since}"))
        .note(format!("the policy says that this runs on Prometheus {version}"));
}

/// A call whose arguments are read, up to byte `at`: the name must be known, and switched on.
pub(in crate::promql) fn call(parser: &mut Parser, name: TextRange, function: Option<&'static Function>, at: usize) {
    let written = parser.slice(name);
    let Some(function) = function else { return unknown_function(parser, name, written, at) };
    if !function.is_known(&parser.options) {
        return needs(parser, name, &format!("`{written}`"), function.since);
    }
    if function.experimental && !parser.options.features.experimental_functions {
        parser
            .sink
            .report(at, name, format!("`{written}` is an experiment that this server has not switched on"))
            .help("start the server with `--enable-feature=promql-experimental-functions`");
    }
}

/// Functions as other languages call them, and what they are here.
const ELSEWHERE: [(&str, &str); 5] =
    [("mean", "avg"), ("average", "avg"), ("log", "ln"), ("percentile", "quantile"), ("now", "time")];

fn unknown_function(parser: &mut Parser, name: TextRange, written: &str, at: usize) {
    if parser.sink.is_full() {
        return;
    }
    let error = parser.sink.report(at, name, format!("there is no function {}", quoted(written)));
    let lower = written.to_ascii_lowercase();
    if functions::function(&lower).is_some() {
        error.note("functions are told apart by case").help(format!("write `{lower}`")).fix(name, lower);
        return;
    }
    if written == "holt_winters" {
        error.note("since Prometheus 3.0 it is called `double_exponential_smoothing`, and is an experiment");
        error.suggest(name, "double_exponential_smoothing");
        return;
    }
    if let Some((_, ours)) = ELSEWHERE.iter().find(|(other, _)| *other == lower) {
        error.help(format!("write `{ours}`")).suggest(name, *ours);
        return;
    }
    let all = functions::functions().iter().map(|function| function.name);
    let all = all.chain(Aggregator::ALL.map(Aggregator::name));
    if let Some(known) = closest(&lower, all) {
        error.help(format!("did you mean `{known}`?")).suggest(name, known);
    }
}

/// An aggregation that is complete: its number of arguments, and whether it is switched on.
pub(in crate::promql) fn aggregate(parser: &mut Parser, aggregate: &Aggregate, range: TextRange) {
    let op = aggregate.op;
    let got = aggregate.arguments.len as usize;
    let name = op.name();
    let at = range.end as usize;
    let place = aggregate.name;
    if aggregate.parens.is_empty() {
        return;
    }
    if got == 0 {
        parser
            .sink
            .report(at, range, format!("`{name}` has nothing to aggregate"))
            .help(format!("write `{name}(expression)`"));
        return;
    }
    if op.is_experimental() {
        let since = Version { major: 2, minor: 54 };
        if parser.options.version < since {
            return needs(parser, place, &format!("`{name}`"), since);
        }
        if !parser.options.features.experimental_functions {
            parser
                .sink
                .report(at, place, format!("`{name}` is an experiment that this server has not switched on"))
                .help("start the server with `--enable-feature=promql-experimental-functions`");
            return;
        }
    }
    let wanted = 1 + usize::from(op.takes_parameter());
    if got != wanted {
        let error = parser.sink.report(at, aggregate.name.cover(aggregate.parens), wrong_count(name, wanted, got));
        if op.takes_parameter() {
            let parameter = if op == Aggregator::CountValues { "\"label\"" } else { "number" };
            error.help(format!("write `{name}({parameter}, expression)`"));
        } else {
            error.help(format!("write `{name} by (label, …) (expression)` to group by labels"));
        }
    }
}

fn wrong_count(name: &str, wanted: usize, got: usize) -> String {
    let s = if wanted == 1 { "" } else { "s" };
    format!("`{name}` takes {wanted} argument{s}, not {got}")
}
