//! What a tree must hold beyond the grammar: types, arguments, and how operators match their sides (`checkAST` of
//! `promql/parser/parse.go`).
//!
//! Children stand before their parents in the arena, so one pass over it sees every type in time. Parts whose type an error hides
//! are left alone.

mod binary;
mod calls;

use super::ast::{Kind, MatchOp, Matcher, NodeId, Type, Vector};
use super::error::Sink;
use super::nullable;
use super::tree::Ast;
use crate::fault::Error;
use crate::source::TextRange;
use crate::unquote;

/// A pass over a tree.
struct Check<'a> {
    ast: &'a Ast,
    text: &'a str,
    sink: &'a mut Sink,
}

/// Reports what is wrong with the meaning of `ast`. `selects_all`: selectors that need no matcher, in their order.
pub(super) fn check(ast: &Ast, text: &str, selects_all: &[NodeId], sink: &mut Sink) {
    let mut check = Check { ast, text, sink };
    for id in ast.ids() {
        if check.sink.is_full() {
            return;
        }
        match ast.kind(id) {
            Kind::Vector(at) => check.vector(id, &ast.get(at), selects_all.binary_search(&id).is_err()),
            Kind::Subquery { expr, .. } => check.subquery(expr),
            Kind::Call(at) => check.call(id, &ast.get(at)),
            Kind::Aggregate(at) => check.aggregate(&ast.get(at)),
            Kind::Binary { op, op_len, op_start, lhs, rhs, matching } => {
                let matching = matching.map(|matching| ast.matching(matching));
                let op_range = TextRange::new(op_start, op_start + u32::from(op_len));
                check.binary(&binary::Binary { op, op_range, lhs, rhs, matching });
            }
            Kind::Unary { expr, .. } => check.unary(id, expr),
            _ => {}
        }
    }
}

impl<'a> Check<'a> {
    fn report(&mut self, id: NodeId, message: impl Into<String>) -> &mut Error {
        self.sink.push(self.text.len(), self.ast.range(id), message)
    }

    fn slice(&self, id: NodeId) -> &'a str {
        self.text.get(self.ast.range(id).range()).unwrap_or("")
    }

    fn unary(&mut self, id: NodeId, expr: NodeId) {
        if let Some(ty @ (Type::Matrix | Type::String)) = self.ast.ty(expr) {
            let message = format!("a sign can't stand before a {}", ty.words());
            let error = self.report(id, message);
            error.note("it takes a scalar or an instant vector");
        }
    }

    fn subquery(&mut self, expr: NodeId) {
        let Some(ty) = self.ast.ty(expr) else { return };
        if ty == Type::Vector {
            return;
        }
        let error = self.report(expr, format!("a subquery needs an instant vector, and this is a {}", ty.words()));
        if ty == Type::Scalar {
            error.help("write `vector(…)` around it");
        }
    }

    fn vector(&mut self, id: NodeId, vector: &Vector, needs_matcher: bool) {
        if let Some(name) = vector.name {
            let text = self.text.get(name.range()).unwrap_or("");
            for matcher in self.ast.list(vector.matchers) {
                if matcher.name.is_none_or(|label| decoded(self.text, label).as_deref() == Some(b"__name__")) {
                    let range = matcher.range;
                    self.sink
                        .push(self.text.len(), range, "the metric's name is given twice")
                        .related(name, format!("it is `{text}` already"))
                        .help("leave one of them out");
                }
            }
            return;
        }
        let all_empty = |matcher| matches_empty(self.text, &matcher) == Some(true);
        if needs_matcher && self.ast.list(vector.matchers).all(all_empty) {
            self.report(id, "this selects every series there is")
                .note("at least one matcher must not match the empty text, which stands for a label that is not there")
                .help("name the metric");
        }
    }
}

fn decoded(text: &str, range: TextRange) -> Option<std::borrow::Cow<'_, [u8]>> {
    let written = text.get(range.range())?;
    if written.starts_with(['"', '\'', '`']) {
        return unquote::unquote_bytes(written).ok();
    }
    Some(written.as_bytes().into())
}

/// Whether series without the label pass; none where the value can't be read.
fn matches_empty(text: &str, matcher: &Matcher) -> Option<bool> {
    let value = decoded(text, matcher.value)?;
    let regex = || std::str::from_utf8(&value).map_or(value.is_empty(), nullable::matches_empty);
    Some(match matcher.op {
        MatchOp::Equal => value.is_empty(),
        MatchOp::NotEqual => !value.is_empty(),
        MatchOp::Regex => regex(),
        MatchOp::NotRegex => !regex(),
    })
}
