//! The canonical form of an expression, equal to what `String()` of Prometheus's tree gives (`promql/parser/printer.go`).

use super::ast::{
    Aggregate, Clause, DurationFunction, Kind, MatchOp, Matcher, Matching, Modifier, ModifierKind, NodeId, Range, Type,
    Vector,
};
use super::number;
use super::quote;
use super::tree::Ast;
use super::words::List;
use crate::unquote;
use std::fmt::Write as _;

/// The canonical form of `ast`, which was read from `text`. Only for a tree without errors it is the server's.
pub fn canonical(ast: &Ast, text: &str) -> String {
    let mut printer = Printer { ast, text, out: String::with_capacity(text.len() + 16), todo: Vec::new() };
    printer.todo.push(Piece::Node(ast.root()));
    while let Some(piece) = printer.todo.pop() {
        printer.piece(piece);
    }
    printer.out
}

/// What is still to be printed, the next last.
#[derive(Clone, Copy)]
enum Piece {
    Node(NodeId),
    Text(&'static str),
    /// Brackets and modifiers of a range selector or subquery.
    Brackets(NodeId),
    /// All of a duration: a bare number is shown with units.
    Whole(NodeId),
    /// A part of one.
    Duration(NodeId),
    /// The modifiers after the brackets or the selector.
    Modifiers(NodeId),
    Operator(NodeId),
}

struct Printer<'a> {
    ast: &'a Ast,
    text: &'a str,
    out: String,
    todo: Vec<Piece>,
}

impl<'a> Printer<'a> {
    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Text(text) => self.out.push_str(text),
            Piece::Node(id) => self.node(id),
            Piece::Brackets(id) => self.brackets(id),
            Piece::Whole(id) => match self.nanos(id) {
                Some(nanos) => number::write_duration(nanos, &mut self.out),
                None => self.duration(id),
            },
            Piece::Duration(id) => self.duration(id),
            Piece::Modifiers(id) => self.modifiers(id),
            Piece::Operator(id) => self.operator(id),
        }
    }

    /// Puts pieces in the order in which they are to be printed.
    fn then<const N: usize>(&mut self, pieces: [Piece; N]) {
        self.todo.extend(pieces.into_iter().rev());
    }

    fn slice(&self, range: crate::source::TextRange) -> &'a str {
        self.text.get(range.range()).unwrap_or("")
    }

    fn node(&mut self, id: NodeId) {
        let node = self.ast.node(id);
        match node.kind {
            Kind::Missing => {}
            Kind::Number { .. } => self.number(id),
            Kind::String => {
                let value = unquote::unquote_bytes(self.slice(node.range)).unwrap_or_default();
                quote::quote(&value, &mut self.out);
            }
            Kind::Vector(at) => {
                self.vector(&self.ast.get(at));
                self.modifiers(id);
            }
            Kind::Matrix { vector, .. } => {
                if let Kind::Vector(at) = self.ast.kind(vector) {
                    self.vector(&self.ast.get(at));
                }
                self.then([Piece::Brackets(id), Piece::Modifiers(id)]);
            }
            Kind::Subquery { expr, .. } => {
                self.then([Piece::Node(expr), Piece::Brackets(id), Piece::Modifiers(id)]);
            }
            Kind::Call(at) => {
                let call = self.ast.get(at);
                self.out.push_str(self.slice(call.name));
                self.out.push('(');
                self.arguments(call.arguments);
            }
            Kind::Aggregate(at) => self.aggregate(&self.ast.get(at)),
            Kind::Binary { lhs, rhs, .. } => {
                self.then([Piece::Node(lhs), Piece::Operator(id), Piece::Node(rhs)]);
            }
            Kind::Paren(inner) => self.then([Piece::Text("("), Piece::Node(inner), Piece::Text(")")]),
            Kind::Unary { negative, expr } => {
                self.out.push(if negative { '-' } else { '+' });
                self.todo.push(Piece::Node(expr));
            }
            Kind::DurationCall { .. } => self.duration(id),
        }
    }

    fn arguments(&mut self, arguments: List<NodeId>) {
        let start = self.todo.len();
        for (number, argument) in self.ast.list(arguments).enumerate() {
            if number > 0 {
                self.todo.push(Piece::Text(", "));
            }
            self.todo.push(Piece::Node(argument));
        }
        self.todo.push(Piece::Text(")"));
        self.todo[start..].reverse();
    }

    fn number(&mut self, id: NodeId) {
        let value = self.ast.number(id, self.text);
        if !matches!(self.ast.kind(id), Kind::Number { duration: true, .. }) {
            return quote::float(value, &mut self.out);
        }
        if value < 0.0 {
            self.out.push('-');
        }
        #[expect(clippy::cast_possible_truncation, reason = "saturates; durations fit by their own limit")]
        let nanos = (value.abs() * 1e9) as i64;
        number::write_duration(nanos, &mut self.out);
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.out.push_str(aggregate.op.name());
        if let Some(grouping) = aggregate.grouping {
            let without = grouping.kind == super::ast::ClauseKind::Without;
            if without || grouping.labels.len > 0 {
                self.clause(&grouping);
                self.out.push(' ');
            }
        }
        self.out.push('(');
        self.arguments(aggregate.arguments);
    }

    /// ` keyword (labels)`
    fn clause(&mut self, clause: &Clause) {
        self.out.push(' ');
        self.out.push_str(clause.kind.text());
        self.out.push_str(" (");
        for (number, label) in self.ast.list(clause.labels).enumerate() {
            if number > 0 {
                self.out.push_str(", ");
            }
            name(self.slice(label), &mut self.out);
        }
        self.out.push(')');
    }

    fn operator(&mut self, id: NodeId) {
        let Kind::Binary { op, lhs, rhs, matching, .. } = self.ast.kind(id) else { return };
        self.out.push(' ');
        self.out.push_str(op.text());
        if let Some(matching) = matching {
            let vectors = [lhs, rhs].map(|side| self.ast.ty(side)) == [Some(Type::Vector); 2];
            self.matching(&self.ast.matching(matching), vectors);
        }
        self.out.push(' ');
    }

    /// The server forgets all but `bool` where not both sides are vectors.
    fn matching(&mut self, matching: &Matching, vectors: bool) {
        if matching.returns_bool.is_some() {
            self.out.push_str(" bool");
        }
        if !vectors {
            return;
        }
        if let Some(clause) = matching.labels {
            let on = clause.kind == super::ast::ClauseKind::On;
            if on || clause.labels.len > 0 || matching.group.is_some() {
                self.clause(&clause);
            }
        }
        if let Some(group) = matching.group {
            self.clause(&group);
        }
        let value = |fill: Option<super::ast::Fill>| fill.map(|fill| self.ast.number(fill.value, self.text));
        let (left, right) = (value(matching.fill_left), value(matching.fill_right));
        // As the server compares them: NaN is never equal.
        if left.is_some() && left == right {
            return self.fill(" fill (", left);
        }
        self.fill(" fill_left (", left);
        self.fill(" fill_right (", right);
    }

    fn fill(&mut self, keyword: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.out.push_str(keyword);
            quote::short_float(value, &mut self.out);
            self.out.push(')');
        }
    }

    /// Name and matchers, without modifiers.
    fn vector(&mut self, vector: &Vector) {
        if let Some(name) = vector.name {
            self.out.push_str(self.slice(name));
        }
        let mut matchers: Vec<String> = self.ast.list(vector.matchers).map(|matcher| self.matcher(&matcher)).collect();
        if matchers.is_empty() {
            return;
        }
        matchers.sort_unstable();
        self.out.push('{');
        self.out.push_str(&matchers.join(","));
        self.out.push('}');
    }

    fn matcher(&self, matcher: &Matcher) -> String {
        let mut out = String::new();
        match matcher.name {
            Some(label) => name(self.slice(label), &mut out),
            None => out.push_str("__name__"),
        }
        out.push_str(if matcher.name.is_some() { matcher.op.text() } else { MatchOp::Equal.text() });
        let value = unquote::unquote_bytes(self.slice(matcher.value)).unwrap_or_default();
        quote::quote(&value, &mut out);
        out
    }

    fn range(&self, id: NodeId) -> Option<Range> {
        match self.ast.kind(id) {
            Kind::Matrix { range, .. } | Kind::Subquery { range, .. } => Some(self.ast.get(range)),
            _ => None,
        }
    }

    fn brackets(&mut self, id: NodeId) {
        let Some(range) = self.range(id) else { return };
        self.out.push('[');
        let step = match range.step {
            // A step that is too short to count is none.
            Some(step) if self.nanos(step) != Some(0) => Piece::Whole(step),
            _ => Piece::Text(""),
        };
        let colon = if range.colon.is_some() { ":" } else { "" };
        self.then([Piece::Whole(range.duration), Piece::Text(colon), step, Piece::Text("]")]);
    }

    /// Nanoseconds of a duration that is a mere number.
    fn nanos(&self, id: NodeId) -> Option<i64> {
        matches!(self.ast.kind(id), Kind::Number { .. }).then(|| number::nanoseconds(self.ast.number(id, self.text)))
    }

    /// In the server's order: `anchored` or `smoothed`, then `@`, then `offset`; for a bare selector `@` first.
    fn modifiers(&mut self, id: NodeId) {
        let mut all: Vec<Modifier> = Vec::new();
        let mut bare = false;
        match self.ast.kind(id) {
            Kind::Vector(at) => {
                bare = true;
                all.extend(self.ast.list(self.ast.get(at).modifiers));
            }
            Kind::Matrix { vector, range } => {
                if let Kind::Vector(at) = self.ast.kind(vector) {
                    all.extend(self.ast.list(self.ast.get(at).modifiers));
                }
                all.extend(self.ast.list(self.ast.get(range).modifiers));
            }
            Kind::Subquery { range, .. } => all.extend(self.ast.list(self.ast.get(range).modifiers)),
            _ => {}
        }
        if all.is_empty() {
            return;
        }
        if bare {
            self.timestamp(&all);
        }
        let has = |kind| all.iter().any(|modifier: &Modifier| modifier.kind == kind);
        if has(ModifierKind::Anchored) {
            self.out.push_str(" anchored");
        } else if has(ModifierKind::Smoothed) {
            self.out.push_str(" smoothed");
        }
        if !bare {
            self.timestamp(&all);
        }
        self.offset(&all);
    }

    fn timestamp(&mut self, all: &[Modifier]) {
        for modifier in all {
            match (modifier.kind, modifier.argument) {
                (ModifierKind::AtStart, _) => self.out.push_str(" @ start()"),
                (ModifierKind::AtEnd, _) => self.out.push_str(" @ end()"),
                (ModifierKind::At, Some(number)) => {
                    let millis = milliseconds(self.ast.number(number, self.text));
                    self.out.push_str(" @ ");
                    #[expect(clippy::cast_precision_loss, reason = "Go converts the same way")]
                    let _ = write!(self.out, "{:.3}", millis as f64 / 1000.0);
                }
                _ => {}
            }
        }
    }

    fn offset(&mut self, all: &[Modifier]) {
        let offsets = all.iter().filter(|modifier| modifier.kind == ModifierKind::Offset);
        for duration in offsets.filter_map(|modifier| modifier.argument) {
            // The server can't turn the smallest number around, which it takes `NaN` for, and writes two signs.
            let keyword = if self.nanos(duration) == Some(i64::MIN) { " offset -" } else { " offset " };
            if self.nanos(duration) != Some(0) {
                self.then([Piece::Text(keyword), Piece::Whole(duration)]);
            }
        }
    }

    /// A plus before anything but a number says nothing, and of parentheses around parentheses one is enough.
    fn duration(&mut self, id: NodeId) {
        let (mut id, mut wrapped) = (id, false);
        loop {
            match self.ast.kind(id) {
                Kind::Paren(inner) => (id, wrapped) = (inner, true),
                Kind::Unary { negative: false, expr } => id = expr,
                _ => break,
            }
        }
        if wrapped {
            self.out.push('(');
            self.todo.push(Piece::Text(")"));
        }
        match self.ast.kind(id) {
            Kind::Number { .. } => self.number(id),
            Kind::Unary { expr, .. } => self.then([Piece::Text("-"), Piece::Duration(expr)]),
            Kind::Binary { op, lhs, rhs, .. } => {
                let op = op.text();
                self.then([
                    Piece::Duration(lhs),
                    Piece::Text(" "),
                    Piece::Text(op),
                    Piece::Text(" "),
                    Piece::Duration(rhs),
                ]);
            }
            Kind::DurationCall { function, arguments } => {
                let open = match function {
                    DurationFunction::Step => "step(",
                    DurationFunction::Range => "range(",
                    DurationFunction::MinOf => "min_of(",
                    DurationFunction::MaxOf => "max_of(",
                };
                self.out.push_str(open);
                match arguments {
                    Some((first, second)) => self.then([
                        Piece::Duration(first),
                        Piece::Text(", "),
                        Piece::Duration(second),
                        Piece::Text(")"),
                    ]),
                    None => self.out.push(')'),
                }
            }
            _ => {}
        }
    }
}

/// A label's name, quoted where it is none of the old kind.
fn name(written: &str, out: &mut String) {
    let decoded = if written.starts_with(['"', '\'', '`']) {
        unquote::unquote_bytes(written).unwrap_or_default()
    } else {
        written.as_bytes().into()
    };
    let plain =
        |(at, byte): (usize, &u8)| byte.is_ascii_alphabetic() || *byte == b'_' || at > 0 && byte.is_ascii_digit();
    match std::str::from_utf8(&decoded) {
        Ok(text) if !text.is_empty() && decoded.iter().enumerate().all(plain) => out.push_str(text),
        _ => quote::quote(&decoded, out),
    }
}

/// Milliseconds of a Unix time, as Go converts them.
fn milliseconds(seconds: f64) -> i64 {
    let rounded = (seconds * 1000.0).round();
    if rounded.is_nan() || rounded.abs() >= 9_223_372_036_854_775_808.0 {
        return i64::MIN;
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    let whole = rounded as i64;
    whole
}
