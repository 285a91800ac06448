//! Runs the template of a label, as Prometheus does at each evaluation. What depends on anything but the series and its value (a query, the
//! server's address), and what fails, is unknown: the answer is then not guessed.

mod float;
mod functions;
mod printf;
mod value;

#[cfg(test)]
mod tests;

use crate::evidence::history::Millis;
use crate::template::{Ast, Command, Control, ControlKind, ListId, Node, Operand, Pipeline, PipelineId, Term};
use std::collections::BTreeMap;
use std::rc::Rc;
use value::Value;

/// Why the text of a label cannot be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Unknown(pub String);

impl Unknown {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// What a template sees: a series, its value, the time.
pub(super) struct Data {
    labels: Rc<BTreeMap<String, String>>,
    value: f64,
    now: Millis,
}

impl Data {
    pub(super) fn new(labels: impl IntoIterator<Item = (String, String)>, value: f64, now: Millis) -> Self {
        Self { labels: Rc::new(labels.into_iter().collect()), value, now }
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    fn seconds(&self) -> f64 {
        self.now as f64 / 1000.0
    }
}

/// More steps than this are not run: loops in loops end somewhere.
const MOST_STEPS: usize = 100_000;
/// No label is longer.
const MOST_TEXT: usize = 1 << 16;
/// Parentheses and controls deeper than this are not followed.
const DEEPEST: usize = 100;

/// The text that `ast`, parsed from `text`, gives for `data`.
pub(super) fn expand(text: &str, ast: &Ast, data: &Data) -> Result<String, Unknown> {
    let variables = ["labels", "externalLabels", "externalURL", "value"].map(|name| (name.to_owned(), Value::Nil));
    let mut run = Run { text, ast, data, out: String::new(), variables: variables.into(), steps: 0, depth: 0 };
    run.set("labels", Value::Labels(data.labels.clone()));
    run.set("value", Value::Float(data.value));
    run.nodes(ast.root(), &Value::Root)?;
    Ok(run.out)
}

/// Whether the loop goes on.
#[derive(PartialEq)]
enum Flow {
    On,
    Continue,
    Break,
}

struct Run<'a> {
    text: &'a str,
    ast: &'a Ast,
    data: &'a Data,
    out: String,
    variables: Vec<(String, Value)>,
    steps: usize,
    depth: usize,
}

impl<'a> Run<'a> {
    fn step(&mut self) -> Result<(), Unknown> {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.out.len() > MOST_TEXT || self.depth > DEEPEST {
            return Err(Unknown::new("too long"));
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Some(variable) = self.variables.iter_mut().rev().find(|(own, _)| own == name) {
            variable.1 = value;
        }
    }

    fn list(&mut self, list: ListId, dot: &Value) -> Result<Flow, Unknown> {
        let (ast, scope) = (self.ast, self.variables.len());
        self.depth += 1;
        let flow = self.nodes(ast.list(list), dot);
        self.depth -= 1;
        self.variables.truncate(scope);
        flow
    }

    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<Flow, Unknown> {
        for node in nodes {
            self.step()?;
            match node {
                Node::Text(range) => self.out.push_str(self.text.get(range.range()).unwrap_or("")),
                Node::Action(action) => {
                    let pipeline = self.pipeline_of(action.pipeline)?;
                    let value = self.pipeline(pipeline, dot)?;
                    if pipeline.variables.is_empty() {
                        self.print(&value)?;
                    }
                }
                Node::Control(control) => match self.control(control, dot)? {
                    Flow::On => {}
                    flow => return Ok(flow),
                },
                Node::Break(_) => return Ok(Flow::Break),
                Node::Continue(_) => return Ok(Flow::Continue),
                Node::Template(_) => return Err(Unknown::new("calls another template")),
            }
        }
        Ok(Flow::On)
    }

    fn print(&mut self, value: &Value) -> Result<(), Unknown> {
        if *value == Value::Nil {
            self.out.push_str("<no value>");
            return Ok(());
        }
        let text = value.text().ok_or_else(|| Unknown::new("prints the whole of its data"))?;
        self.out.push_str(&text);
        Ok(())
    }

    fn control(&mut self, control: &Control, dot: &Value) -> Result<Flow, Unknown> {
        let scope = self.variables.len();
        let pipeline = self.pipeline_of(control.pipeline)?;
        let flow = if control.kind == ControlKind::Range {
            self.range(control, pipeline, dot)
        } else {
            let value = self.pipeline(pipeline, dot)?;
            let inner = if control.kind == ControlKind::With { &value } else { dot };
            match (value.truth(), control.otherwise) {
                (true, _) => self.list(control.body, inner),
                (false, Some(otherwise)) => self.list(otherwise, dot),
                (false, None) => Ok(Flow::On),
            }
        };
        self.variables.truncate(scope);
        flow
    }

    fn range(&mut self, control: &Control, pipeline: &Pipeline, dot: &Value) -> Result<Flow, Unknown> {
        let items: Vec<(Value, Value)> = match self.commands(pipeline, dot)? {
            Value::Labels(map) => map.iter().map(|(k, v)| (Value::Text(k.clone()), Value::Text(v.clone()))).collect(),
            Value::Map(map) => map.iter().map(|(k, v)| (Value::Text(k.clone()), v.clone())).collect(),
            Value::Nil => Vec::new(),
            other => return Err(Unknown::new(format!("`range` over a {}", other.type_name()))),
        };
        if items.is_empty() {
            return control.otherwise.map_or(Ok(Flow::On), |otherwise| self.list(otherwise, dot));
        }
        if pipeline.assigns {
            return Err(Unknown::new("`range` that assigns"));
        }
        for (key, value) in items {
            let scope = self.variables.len();
            match pipeline.variables.as_slice() {
                [] => {}
                [one] => self.variables.push((one.text.clone(), value.clone())),
                [first, second, ..] => {
                    self.variables.push((first.text.clone(), key));
                    self.variables.push((second.text.clone(), value.clone()));
                }
            }
            let flow = self.list(control.body, &value)?;
            self.variables.truncate(scope);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    fn pipeline_of(&self, id: PipelineId) -> Result<&'a Pipeline, Unknown> {
        self.ast.pipeline(id).ok_or_else(|| Unknown::new("cannot be parsed"))
    }

    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Value, Unknown> {
        let value = self.commands(pipeline, dot)?;
        for variable in &pipeline.variables {
            if pipeline.assigns {
                self.set(&variable.text, value.clone());
            } else {
                self.variables.push((variable.text.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    fn commands(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Value, Unknown> {
        let mut last = None;
        for command in &pipeline.commands {
            self.step()?;
            last = Some(self.command(command, last, dot)?);
        }
        last.ok_or_else(|| Unknown::new("cannot be parsed"))
    }

    fn command(&mut self, command: &Command, last: Option<Value>, dot: &Value) -> Result<Value, Unknown> {
        let Some((first, rest)) = command.operands.split_first() else { return Err(Unknown::new("cannot be parsed")) };
        if first.term == Term::Nil {
            return Err(Unknown::new("takes `nil` for a command"));
        }
        let Term::Function(name) = &first.term else {
            if !rest.is_empty() || last.is_some() {
                return Err(Unknown::new("gives arguments to what is no function"));
            }
            return self.operand(first, dot);
        };
        let short = match name.text.as_str() {
            "and" => Some(false),
            "or" => Some(true),
            _ => None,
        };
        let mut args = Vec::new();
        for operand in rest {
            let value = self.operand(operand, dot)?;
            if short == Some(value.truth()) {
                return self.fields(value, first);
            }
            args.push(value);
        }
        args.extend(last);
        let value = match short {
            Some(_) => args.pop().ok_or_else(|| Unknown::new("calls a function without arguments"))?,
            None => functions::call(&name.text, &args, self.data)?,
        };
        self.fields(value, first)
    }

    fn operand(&mut self, operand: &Operand, dot: &Value) -> Result<Value, Unknown> {
        self.step()?;
        let value = match &operand.term {
            Term::Dot => dot.clone(),
            Term::Nil => Value::Nil,
            Term::Bool(value) => Value::Bool(*value),
            Term::Number(number) => {
                let text = self.text.get(operand.range.range()).unwrap_or("");
                let hex = text.to_ascii_lowercase().contains("0x");
                let as_float = !hex && !text.starts_with('\'') && text.contains(['.', 'e', 'E', 'p', 'P']);
                match (number.int, number.float) {
                    (_, Some(float)) if as_float => Value::Float(float),
                    (Some(int), _) => Value::Int(int),
                    _ => return Err(Unknown::new("an unusual number")),
                }
            }
            Term::String(text) => Value::Text(text.clone()),
            Term::Function(name) => functions::call(&name.text, &[], self.data)?,
            Term::Variable(name) => self.variable(&name.text)?,
            Term::Paren(id) => {
                self.depth += 1;
                let pipeline = self.pipeline_of(*id)?;
                let value = self.pipeline(pipeline, dot)?;
                self.depth -= 1;
                value
            }
        };
        self.fields(value, operand)
    }

    fn variable(&self, name: &str) -> Result<Value, Unknown> {
        match name {
            "" => return Ok(Value::Root),
            "externalLabels" | "externalURL" => return Err(Unknown::new("depends on the server")),
            _ => {}
        }
        let found = self.variables.iter().rev().find(|(own, _)| own == name);
        found.map(|(_, value)| value.clone()).ok_or_else(|| Unknown::new("cannot be parsed"))
    }

    fn fields(&self, mut value: Value, operand: &Operand) -> Result<Value, Unknown> {
        for field in &operand.fields {
            value = match (value, field.text.as_str()) {
                (Value::Root, "Labels") => Value::Labels(self.data.labels.clone()),
                (Value::Root, "Value") => Value::Float(self.data.value),
                (Value::Root, "ExternalLabels" | "ExternalURL") => return Err(Unknown::new("depends on the server")),
                (Value::Labels(map), name) => Value::Text(map.get(name).cloned().unwrap_or_default()),
                (Value::Map(map), name) => map.get(name).cloned().unwrap_or(Value::Nil),
                (other, name) => return Err(Unknown::new(format!("asks a {} for `{name}`", other.type_name()))),
            };
        }
        Ok(value)
    }
}
