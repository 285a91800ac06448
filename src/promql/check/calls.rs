//! Calls and aggregations: how many arguments, and of what types.

use super::Check;
use crate::promql::ast::{Aggregate, Call, Kind, NodeId, Type};
use crate::promql::functions::{Function, functions};
use crate::promql::token::Aggregator;
use crate::source::TextRange;

impl Check<'_> {
    pub(super) fn call(&mut self, id: NodeId, call: &Call) {
        let Some(function) = call.function else { return };
        let got = call.arguments.len as usize;
        self.arity(id, function, got);
        if function.name == "info" {
            self.info(call);
        }
        for (number, argument) in self.ast.list(call.arguments).enumerate() {
            let (Some(wanted), Some(ty)) = (function.argument(number), self.ast.ty(argument)) else { continue };
            if wanted != ty {
                let mut types = self.ast.list(call.arguments).map(|argument| self.ast.ty(argument));
                let swapped = got == 2 && types.next_back().flatten() == function.argument(0);
                self.mismatch(argument, wanted, ty, function.name);
                if swapped && number == 0 {
                    self.swapped(self.ast.list(call.arguments));
                    return;
                }
            }
        }
    }

    fn arity(&mut self, id: NodeId, function: &Function, got: usize) {
        let (least, most) = function.arity();
        if got >= least && most.is_none_or(|most| got <= most) {
            return;
        }
        let wanted = match most {
            Some(most) if most == least => count(least),
            Some(most) if got > most => format!("at most {}", count(most)),
            _ => format!("at least {}", count(least)),
        };
        let error = self.report(id, format!("`{}` takes {wanted}, not {got}", function.name));
        let shown: Vec<&str> = function.arguments.iter().map(|ty| ty.words()).collect();
        if function.arguments == [Type::Matrix] {
            error.help(format!("write `{}(metric[5m])`", function.name));
        } else if !shown.is_empty() {
            error.help(format!("write `{}({})`", function.name, shown.join(", ")));
        }
    }

    /// The second argument of `info()` is a bare list of matchers.
    fn info(&mut self, call: &Call) {
        let Some(argument) = self.ast.list(call.arguments).nth(1) else { return };
        let message = match self.ast.kind(argument) {
            Kind::Vector(at) if self.ast.get(at).name.is_some() => "`info` takes matchers alone here, without a name",
            Kind::Vector(_) | Kind::Missing => return,
            _ => "`info` takes matchers alone here",
        };
        self.report(argument, message).help("write `{label=\"value\"}`");
    }

    pub(super) fn aggregate(&mut self, aggregate: &Aggregate) {
        let wanted = 1 + u32::from(aggregate.op.takes_parameter());
        if aggregate.arguments.len != wanted {
            return;
        }
        let name = aggregate.op.name();
        let mut arguments = self.ast.list(aggregate.arguments);
        let types: Vec<_> = self.ast.list(aggregate.arguments).map(|argument| self.ast.ty(argument)).collect();
        if types == [Some(Type::Vector), Some(Type::Scalar)] && aggregate.op != Aggregator::CountValues {
            if let Some(parameter) = arguments.next() {
                self.mismatch(parameter, Type::Scalar, Type::Vector, name);
                self.swapped(self.ast.list(aggregate.arguments));
            }
            return;
        }
        if let Some(expr) = arguments.next_back()
            && let Some(ty) = self.ast.ty(expr).filter(|&ty| ty != Type::Vector)
        {
            self.mismatch(expr, Type::Vector, ty, name);
        }
        let Some(parameter) = arguments.next() else { return };
        let wanted = if aggregate.op == Aggregator::CountValues { Type::String } else { Type::Scalar };
        if let Some(ty) = self.ast.ty(parameter).filter(|&ty| ty != wanted) {
            self.mismatch(parameter, wanted, ty, name);
        }
    }

    /// An argument of the wrong type.
    fn mismatch(&mut self, argument: NodeId, wanted: Type, got: Type, name: &str) {
        let text = self.slice(argument);
        let range = self.ast.range(argument);
        let kind = self.ast.kind(argument);
        let error = self.report(argument, format!("`{name}` wants {} here, not {}", article(wanted), article(got)));
        let end = TextRange::at(range.end);
        match (wanted, got, kind) {
            (Type::Matrix, Type::Vector, Kind::Vector(_)) => {
                error.note("it looks at the samples of a time range, and a bare selector has only the last one");
                error.help("write the range after the selector, as in `[5m]`").suggest(end, "[5m]");
            }
            (Type::Matrix, Type::Vector, _) => {
                error.note("a range can be taken of a selector, or of anything as a subquery");
                error
                    .help("put the range right after the metric, or write a subquery, as in `[5m:]`")
                    .suggest(end, "[5m:]");
            }
            (Type::Vector, Type::Matrix, _) => {
                error.note("a range vector has many samples a series; first make one of them");
                error.help(format!("leave the range out, or write {}", example(better(name), text)));
            }
            (Type::Vector, Type::Scalar, _) => {
                error.help(format!("write {}", example("vector", text)));
            }
            (Type::Scalar, Type::Vector, _) => {
                error.help(format!("write {} if it is always one series", example("scalar", text)));
            }
            (Type::String, ..) => {
                error.help("write a text between quotes");
            }
            _ => {}
        }
    }

    /// Two arguments stand in each other's place: the error that was made last says so.
    fn swapped(&mut self, mut arguments: impl Iterator<Item = NodeId>) {
        let (Some(first), Some(second)) = (arguments.next(), arguments.next()) else { return };
        let (a, b) = (self.ast.range(first), self.ast.range(second));
        let (left, right) = (self.slice(first), self.slice(second));
        if left.len() + right.len() > LONGEST_SWAP {
            return;
        }
        if let Some(error) = self.sink.last_mut() {
            error.help.clear();
            error.help("swap the arguments");
            error.fix = None;
            error.suggest(a, right).suggest(b, left);
        }
    }
}

/// Longer arguments are not swapped for people: nested, each would be copied once more.
const LONGEST_SWAP: usize = 1000;

/// The function over a range that people mean by one over a vector.
fn better(name: &str) -> &'static str {
    let over_time = |function: &&'static Function| function.name.strip_suffix("_over_time") == Some(name);
    functions()
        .iter()
        .find(over_time)
        .filter(|_| name != "sum" && name != "count")
        .map_or("rate", |function| function.name)
}

/// A call as an example, cut where the argument is long.
pub(super) fn example(function: &str, argument: &str) -> String {
    if argument.len() > 40 || argument.contains('\n') {
        return format!("`{function}(…)`");
    }
    format!("`{function}({argument})`")
}

fn article(ty: Type) -> &'static str {
    match ty {
        Type::Vector => "an instant vector",
        Type::Matrix => "a range vector",
        Type::Scalar => "a scalar",
        Type::String => "a string",
    }
}

fn count(arguments: usize) -> String {
    match arguments {
        0 => "no argument".to_owned(),
        1 => "1 argument".to_owned(),
        more => format!("{more} arguments"),
    }
}
