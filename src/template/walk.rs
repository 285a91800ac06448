//! Questions to a tree that need no order: what a template uses.

use super::ast::{Ast, Command, Name, Node, Operand, Pipeline, Term};
use crate::source::TextRange;

/// A call of a function.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Call<'a> {
    /// The function.
    pub function: &'a Name,
    /// All of the call.
    pub range: TextRange,
    /// Its written arguments.
    pub arguments: &'a [Operand],
    /// The stage before it in the pipeline, whose value is one more argument, the last.
    pub piped: Option<&'a Command>,
}

impl<'a> Call<'a> {
    /// Arguments that are string constants, the piped one included, with their places (quotes included).
    pub fn strings(&self) -> impl Iterator<Item = (&'a str, TextRange)> + use<'a> {
        let piped = self.piped.filter(|command| command.operands.len() == 1);
        self.arguments.iter().chain(piped.into_iter().flat_map(|command| &command.operands)).filter_map(as_string)
    }
}

/// A label that a template reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LabelUse<'a> {
    /// The label.
    pub name: &'a str,
    /// The name with its `.` or its quotes.
    pub range: TextRange,
    /// Whether it is one of the server's external labels, not of the alert.
    pub external: bool,
}

impl Ast {
    /// Whether there is no action, comment or definition: the text stands for itself.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.comments.is_empty()
            && self.definitions.is_empty()
            && self.root().iter().all(|node| matches!(node, Node::Text(_)))
    }

    /// All operands, in the order of their pipelines.
    pub fn operands(&self) -> impl Iterator<Item = &Operand> {
        self.pipelines().iter().flat_map(|pipeline| &pipeline.commands).flat_map(|command| &command.operands)
    }

    /// All calls of functions.
    pub fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.pipelines().iter().flat_map(|pipeline| {
            pipeline.commands.iter().enumerate().flat_map(move |(at, command)| calls_of(pipeline, at, command))
        })
    }

    /// Labels that are read by name: `$labels.x`, `.Labels.x`, `$.Labels.x`, `index $labels "x"`, and the same of the
    /// external labels. A `.Labels` inside of `{{with}}`, `{{range}}` or a definition may be another one.
    pub fn labels(&self) -> impl Iterator<Item = LabelUse<'_>> {
        let direct = self.operands().filter_map(|operand| {
            let (external, fields) = label_set(operand)?;
            fields.first().map(|field| LabelUse { name: &field.text, range: field.range, external })
        });
        let indexed = self.calls().filter(|call| call.function.text == "index").filter_map(|call| {
            let [set, key, ..] = call.arguments else { return None };
            let (external, []) = label_set(set)? else { return None };
            as_string(key).map(|(name, range)| LabelUse { name, range, external })
        });
        direct.chain(indexed)
    }
}

/// Calls in one stage: of its first operand, and of functions without arguments among the others.
fn calls_of<'a>(pipeline: &'a Pipeline, at: usize, command: &'a Command) -> impl Iterator<Item = Call<'a>> {
    command.operands.iter().enumerate().filter_map(move |(i, operand)| {
        let Term::Function(function) = &operand.term else { return None };
        Some(if i == 0 && operand.fields.is_empty() {
            let piped = at.checked_sub(1).and_then(|before| pipeline.commands.get(before));
            Call { function, range: command.range, arguments: &command.operands[1..], piped }
        } else {
            Call { function, range: operand.range, arguments: &[], piped: None }
        })
    })
}

/// Whether an operand reads the external labels or those of the alert, and the fields read of them.
fn label_set(operand: &Operand) -> Option<(bool, &[Name])> {
    let fields = operand.fields.as_slice();
    let of_data = || match fields.split_first()? {
        (set, rest) if set.text == "Labels" => Some((false, rest)),
        (set, rest) if set.text == "ExternalLabels" => Some((true, rest)),
        _ => None,
    };
    match &operand.term {
        Term::Variable(name) => match name.text.as_str() {
            "labels" => Some((false, fields)),
            "externalLabels" => Some((true, fields)),
            "" => of_data(),
            _ => None,
        },
        Term::Dot => of_data(),
        _ => None,
    }
}

fn as_string(operand: &Operand) -> Option<(&str, TextRange)> {
    match &operand.term {
        Term::String(text) => Some((text, operand.range)),
        _ => None,
    }
}
