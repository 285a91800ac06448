//! Go's `text/template` as Prometheus reads the labels and annotations of an alert.
//!
//! When Prometheus loads a rule, it parses each template and does not run it (`template.Expander.ParseTest`,
//! Prometheus 3.14 built with Go 1.26): so a text is refused here if and only if it is refused there. Before it is
//! parsed, `$labels`, `$externalLabels`, `$externalURL` and `$value` are declared; offsets here are those of the text
//! as written.
//!
//! [`parse`] goes on after an error, so that several are reported and the tree holds what can be understood. The first
//! error is at the place of Go's only one, or at the delimiter or block whose end is missing.

mod action;
mod ast;
mod chars;
mod constant;
mod functions;
mod lexer;
mod message;
mod number;
mod parser;
mod plain;
mod scope;
mod slip;
#[cfg(test)]
mod tests;
mod walk;

pub use ast::{
    Action, Ast, Command, Control, ControlKind, Definition, ListId, Name, Node, Number, Operand, Pipeline, PipelineId,
    TemplateCall, Term,
};
pub use functions::is_function;
pub(crate) use plain::doubled;
pub use plain::{has_action, is_plain};
pub use walk::{Call, LabelUse};

use crate::fault::Error;

/// What became of a template.
#[derive(Clone, PartialEq, Debug)]
pub struct Parsed {
    /// The tree; with errors, as much of it as could be understood.
    pub ast: Ast,
    /// Empty if and only if Prometheus accepts the template. The first is the one Prometheus reports. At most 50.
    pub errors: Vec<Error>,
    /// Whether a name was let pass that Prometheus does not know.
    pub strange: bool,
}

/// Parses the text of a label or an annotation of an alert, in time linear in its length.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    parser::Parser::new(text, false).run()
}

/// The same for a reader of Prometheus's templates that gives them more functions and variables, as vmalert does: names that
/// Prometheus does not know are no errors, and [`Parsed::strange`] says that there are some.
#[must_use]
pub fn parse_with_more(text: &str) -> Parsed {
    parser::Parser::new(text, true).run()
}
