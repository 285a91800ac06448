//! `groundrules parse`: how an expression or a template is read, for people and as JSON Lines.

use std::io::{self, BufRead, Write};

use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Stop, exit, stdout};
use crate::promql::{self, Features, compat, print};
use crate::report::safe;
use crate::source::TextRange;
use crate::template;

/// Show how an expression or a template is read.
#[derive(Args, Debug)]
pub(super) struct Parse {
    /// A PromQL expression, or with `--template` a label or annotation template
    #[arg(value_name = "EXPR", required_unless_present_any = ["jsonl", "functions"])]
    text: Option<String>,
    /// Answer one JSON line for each JSON line of standard input
    #[arg(long)]
    jsonl: bool,
    /// Read templates instead of expressions
    #[arg(long)]
    template: bool,
    /// Print the table of functions as JSON
    #[arg(long)]
    functions: bool,
    /// What the server is started with: exp_funcs, duration_expr, ext_range, fill
    #[arg(long, value_name = "FEATURE")]
    feature: Vec<String>,
}

/// A line of standard input.
#[derive(Deserialize)]
struct Asked {
    #[serde(alias = "text")]
    input: String,
    #[serde(default)]
    features: Vec<String>,
}

pub(super) fn run(command: &Parse) -> Result<u8, Stop> {
    let mut out = stdout();
    if command.functions {
        line(&mut out, &Value::Object(functions()))?;
    } else if command.jsonl {
        for asked in io::stdin().lock().lines() {
            let asked: Asked = serde_json::from_str(&asked?).map_err(|error| Stop::Usage(format!("not a line of JSON: {error}")))?;
            let answer = if command.template { answer_template(&asked.input) } else { answer(&asked.input, features(&asked.features)?) };
            line(&mut out, &answer)?;
        }
    } else if let Some(text) = &command.text {
        return person(command, text, &mut out);
    }
    out.flush()?;
    Ok(exit::CLEAN)
}

fn line(out: &mut impl Write, value: &Value) -> io::Result<()> {
    crate::report::json::put(value, out)?;
    out.write_all(b"\n")
}

fn features(names: &[String]) -> Result<Features, Stop> {
    let mut features = Features::default();
    for name in names {
        if !features.enable(name) {
            return Err(Stop::Usage(format!("there is no feature `{name}`: they are exp_funcs, duration_expr, ext_range, fill")));
        }
    }
    Ok(features)
}

fn errors<'a>(errors: impl Iterator<Item = (TextRange, &'a str)>) -> Value {
    let errors = errors.map(|(range, message)| json!({ "start": range.start, "end": range.end, "message": message }));
    json!({ "ok": false, "errors": errors.collect::<Vec<_>>() })
}

fn answer(text: &str, features: Features) -> Value {
    let parsed = promql::parse(text, &promql::Options { features, ..promql::Options::default() });
    if !parsed.errors.is_empty() {
        return errors(parsed.errors.iter().map(|error| (error.range, error.message.as_str())));
    }
    let ty = parsed.ast.ty(parsed.ast.root()).map(promql::Type::name);
    json!({ "ok": true, "type": ty, "printed": print::canonical(&parsed.ast, text), "tree": tree(&compat::tree(&parsed.ast, text)) })
}

/// Nodes in preorder as objects in each other.
fn tree(nodes: &[compat::TreeNode]) -> Value {
    let mut open: Vec<(u32, Map<String, Value>)> = Vec::new();
    let close = |open: &mut Vec<(u32, Map<String, Value>)>| {
        let Some((_, node)) = open.pop() else { return Value::Null };
        if let Some((_, parent)) = open.last_mut() {
            let children = parent.entry("children").or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(children) = children {
                children.push(Value::Object(node));
            }
            return Value::Null;
        }
        Value::Object(node)
    };
    for node in nodes {
        while open.last().is_some_and(|(depth, _)| *depth >= node.depth) {
            close(&mut open);
        }
        let fields = [("kind", node.kind.into()), ("start", node.range.start.into()), ("end", node.range.end.into())];
        open.push((node.depth, fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()));
    }
    while open.len() > 1 {
        close(&mut open);
    }
    close(&mut open)
}

fn answer_template(text: &str) -> Value {
    let parsed = template::parse(text);
    let mut answer = errors(parsed.errors.iter().map(|error| (error.range, error.message.as_str())));
    answer["ok"] = parsed.errors.is_empty().into();
    answer
}

fn functions() -> Map<String, Value> {
    let row = |function: &promql::Function| {
        let arguments: Vec<_> = function.arguments.iter().map(|ty| ty.name()).collect();
        (function.name.to_owned(), json!([arguments, function.variadic, function.returns.name(), function.experimental]))
    };
    promql::functions().iter().map(row).collect()
}

/// The tree with an indentation a level, or what is wrong.
fn person(command: &Parse, text: &str, out: &mut impl Write) -> Result<u8, Stop> {
    let wrong: Vec<(TextRange, String, Vec<String>)> = if command.template {
        template::parse(text).errors.into_iter().map(|error| (error.range, error.message, error.help)).collect()
    } else {
        let options = promql::Options { features: features(&command.feature)?, ..promql::Options::default() };
        let parsed = promql::parse(text, &options);
        if parsed.errors.is_empty() {
            writeln!(out, "{}\n", print::canonical(&parsed.ast, text))?;
            show(&compat::tree(&parsed.ast, text), text, out)?;
        }
        parsed.errors.into_iter().map(|error| (error.range, error.message, error.help)).collect()
    };
    for (range, message, help) in &wrong {
        writeln!(out, "{}..{}: {message}", range.start, range.end)?;
        for help in help {
            writeln!(out, "  = help: {help}")?;
        }
    }
    if wrong.is_empty() && command.template {
        writeln!(out, "this template can be read")?;
    }
    out.flush()?;
    Ok(if wrong.is_empty() { exit::CLEAN } else { exit::FINDINGS })
}

fn show(nodes: &[compat::TreeNode], text: &str, out: &mut impl Write) -> io::Result<()> {
    for node in nodes {
        let written = safe::line(text.get(node.range.range()).unwrap_or_default());
        let indent = "  ".repeat(node.depth as usize);
        writeln!(out, "{indent}{} {}..{}  {written}", node.kind, node.range.start, node.range.end)?;
    }
    Ok(())
}
