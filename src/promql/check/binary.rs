//! Binary operators: types of the sides, `bool`, and how series are matched.

use super::Check;
use crate::promql::ast::{Clause, Matching, NodeId, Type};
use crate::promql::token::BinaryOp;
use crate::promql::tree::Ast;
use crate::source::TextRange;
use std::borrow::Cow;

/// A binary expression.
pub(super) struct Binary {
    pub op: BinaryOp,
    pub op_range: TextRange,
    pub lhs: NodeId,
    pub rhs: NodeId,
    pub matching: Option<Matching>,
}

impl Check<'_> {
    pub(super) fn binary(&mut self, binary: &Binary) {
        let end = self.text.len();
        let (Some(left), Some(right)) = (self.ast.ty(binary.lhs), self.ast.ty(binary.rhs)) else { return };
        if binary.op == BinaryOp::Missing {
            return;
        }
        let returns_bool = binary.matching.and_then(|matching| matching.returns_bool);
        if let Some(range) = returns_bool.filter(|_| !binary.op.is_comparison()) {
            self.sink
                .push(end, range, format!("`bool` can't follow `{}`", binary.op.text()))
                .note("it makes a comparison return 0 or 1 instead of dropping series")
                .help("leave it out")
                .fix(TextRange::new(binary.op_range.end, range.end), "");
        }
        if binary.op.is_comparison() && returns_bool.is_none() && left == Type::Scalar && right == Type::Scalar {
            let (op, range) = (binary.op.text(), binary.op_range);
            self.sink
                .push(end, range, "two scalars are compared without `bool`")
                .note("a comparison drops series that fail it, and a scalar can't be dropped")
                .help(format!("write `{op} bool`"))
                .fix(TextRange::at(range.end), " bool");
        }
        if let Some(matching) = &binary.matching {
            self.label_on_both_lists(matching);
        }
        self.operand(binary.lhs, left);
        self.operand(binary.rhs, right);
        if left != Type::Vector || right != Type::Vector {
            self.matching_of_scalars(binary, left, right);
        } else if binary.op.is_set() {
            self.set_operator(binary);
        }
    }

    fn operand(&mut self, id: NodeId, ty: Type) {
        if matches!(ty, Type::Scalar | Type::Vector) {
            return;
        }
        let text = self.slice(id);
        let place = self.ast.range(id);
        let error = self.report(id, format!("a {} can't be an operand", ty.words()));
        error.note("operators take scalars and instant vectors");
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        if ty == Type::String && inner.parse::<f64>().is_ok() {
            error.help(format!("write `{inner}` without quotes")).fix(place, inner);
        } else if ty == Type::String {
            error.help("a label is compared between braces, as in `metric{label=\"value\"}`");
        } else {
            error.help(format!("make an instant vector of it, as in {}", super::calls::example("rate", text)));
        }
    }

    fn label_on_both_lists(&mut self, matching: &Matching) {
        let (Some(labels), Some(group)) = (&matching.labels, &matching.group) else { return };
        if labels.kind != crate::promql::ast::ClauseKind::On {
            return;
        }
        let mut on = names(self.ast, self.text, labels);
        on.sort_unstable();
        for (name, range) in names(self.ast, self.text, group) {
            if let Ok(at) = on.binary_search_by(|(other, _)| other.cmp(&name)) {
                let shown = String::from_utf8_lossy(&name).into_owned();
                self.sink
                    .push(self.text.len(), range, format!("the label `{shown}` is matched on already"))
                    .related(on[at].1, "here")
                    .note(format!("`{}` copies labels that are not matched on", group.kind.text()))
                    .help("leave it out");
            }
        }
    }

    /// Labels and fill values say how two vectors are matched.
    fn matching_of_scalars(&mut self, binary: &Binary, left: Type, right: Type) {
        let end = self.text.len();
        let scalar = if left == Type::Vector { binary.rhs } else { binary.lhs };
        let place = self.ast.range(scalar);
        if let Some(matching) = &binary.matching {
            if let Some(clause) = matching.labels.filter(|clause| clause.labels.len > 0) {
                self.sink
                    .push(
                        end,
                        clause.range(),
                        format!("`{}` needs an instant vector on both sides", clause.kind.text()),
                    )
                    .related(place, "this side is none")
                    .help("leave it out");
            }
            if let Some(fill) = matching.fill_left.or(matching.fill_right) {
                self.sink
                    .push(end, fill.range, "missing series can only be filled in between instant vectors")
                    .related(place, "this side is none");
            }
        }
        if binary.op.is_set() && (left == Type::Scalar || right == Type::Scalar) {
            let op = binary.op.text();
            self.sink
                .push(end, binary.op_range, format!("`{op}` needs an instant vector on both sides"))
                .related(place, "this is a scalar")
                .help("write `vector(…)` around the scalar");
        }
    }

    fn set_operator(&mut self, binary: &Binary) {
        let end = self.text.len();
        let op = binary.op.text();
        let Some(matching) = &binary.matching else { return };
        if let Some(group) = matching.group {
            self.sink
                .push(end, group.range(), format!("`{}` can't follow `{op}`", group.kind.text()))
                .note(format!("`{op}` always matches many series to many"))
                .help("leave it out");
        }
        if let Some(fill) = matching.fill_left.or(matching.fill_right) {
            self.sink.push(end, fill.range, format!("missing series can't be filled in for `{op}`"));
        }
    }
}

/// The labels of a clause, decoded.
fn names<'a>(ast: &Ast, text: &'a str, clause: &Clause) -> Vec<(Cow<'a, [u8]>, TextRange)> {
    ast.list(clause.labels).filter_map(|range| Some((super::decoded(text, range)?, range))).collect()
}
