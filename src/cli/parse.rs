//! `groundrules parse`: how an expression or a template is read, for people and as JSON Lines.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Stop, exit, maps, stdout};
use crate::promql::{self, Features, compat, print};
use crate::report::{json, safe};
use crate::source::TextRange;
use crate::template;

/// Show how an expression or a template is read.
#[derive(Args, Debug)]
pub(super) struct Parse {
    /// A PromQL expression, or with `--template` a label or annotation template
    #[arg(value_name = "EXPR", required_unless_present_any = ["jsonl", "functions", "maps"])]
    text: Option<String>,
    /// Answer one JSON line for each JSON line of standard input
    #[arg(long)]
    jsonl: bool,
    /// Read templates instead of expressions
    #[arg(long)]
    template: bool,
    /// Read files of YAML, and hold the bytes of every scalar against its text
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["text", "jsonl", "template", "functions"])]
    maps: Vec<PathBuf>,
    /// Print the table of functions as JSON
    #[arg(long)]
    functions: bool,
    /// What the server is started with: `exp_funcs`, `duration_expr`, `ext_range`, `fill`
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
    if !command.maps.is_empty() {
        return maps::run(&command.maps);
    }
    let mut out = stdout();
    if command.functions {
        json::put(&functions(), &mut out)?;
    } else if command.jsonl {
        for line in io::stdin().lock().split(b'\n') {
            answer_line(&line?, command.template, &mut out)?;
        }
    } else if let Some(text) = &command.text {
        return person(command, text, &mut out);
    }
    out.flush()?;
    Ok(exit::CLEAN)
}

/// One line for one line, so that whoever asks can tell which answer is whose: a line that is no question gets an error too.
fn answer_line(line: &[u8], template: bool, out: &mut impl Write) -> io::Result<()> {
    let asked = serde_json::from_slice::<Asked>(line).map_err(|error| format!("not a line of JSON: {error}"));
    let wrong = match asked.and_then(|asked| Ok((features(&asked.features)?, asked.input))) {
        Ok((_, text)) if template => return json::put(&answer_template(&text), out),
        Ok((features, text)) => return answer(&text, features, out),
        Err(wrong) => wrong,
    };
    json::put(&errors(std::iter::once((TextRange::default(), wrong.as_str()))), out)
}

fn features(names: &[String]) -> Result<Features, String> {
    let mut features = Features::default();
    for name in names {
        if !features.enable(name) {
            return Err(format!("there is no feature `{name}`: they are exp_funcs, duration_expr, ext_range, fill"));
        }
    }
    Ok(features)
}

fn errors<'a>(errors: impl Iterator<Item = (TextRange, &'a str)>) -> Value {
    let errors = errors.map(|(range, message)| json!({ "start": range.start, "end": range.end, "message": message }));
    json!({ "ok": false, "errors": errors.collect::<Vec<_>>() })
}

fn answer(text: &str, features: Features, out: &mut impl Write) -> io::Result<()> {
    let parsed = promql::parse(text, &promql::Options { features, ..promql::Options::default() });
    if !parsed.errors.is_empty() {
        let found = parsed.errors.iter().map(|error| (error.range, error.message.as_str()));
        return json::put(&errors(found), out);
    }
    let ty = parsed.ast.ty(parsed.ast.root()).map_or("none", promql::Type::name);
    write!(out, "{{\"ok\":true,\"type\":\"{ty}\",\"printed\":")?;
    json::bare(&print::canonical(&parsed.ast, text), out)?;
    out.write_all(b",\"tree\":")?;
    tree(&compat::tree(&parsed.ast, text), out)?;
    out.write_all(b"}\n")
}

/// Nodes in preorder as objects in each other. Written without recursion: an expression may nest half a million deep.
fn tree(nodes: &[compat::TreeNode], out: &mut impl Write) -> io::Result<()> {
    let mut open: Vec<(u32, bool)> = Vec::new();
    for node in nodes {
        while let Some((_, children)) = open.pop_if(|(depth, _)| *depth >= node.depth) {
            out.write_all(if children { b"]}" } else { b"}" })?;
        }
        if let Some((_, children)) = open.last_mut() {
            out.write_all(if *children { b"," } else { b",\"children\":[" })?;
            *children = true;
        }
        write!(out, "{{\"kind\":\"{}\",\"start\":{},\"end\":{}", node.kind, node.range.start, node.range.end)?;
        open.push((node.depth, false));
    }
    while let Some((_, children)) = open.pop() {
        out.write_all(if children { b"]}" } else { b"}" })?;
    }
    Ok(())
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
        (
            function.name.to_owned(),
            json!([arguments, function.variadic, function.returns.name(), function.experimental]),
        )
    };
    promql::functions().iter().map(row).collect()
}

/// The tree with an indentation a level, or what is wrong.
fn person(command: &Parse, text: &str, out: &mut impl Write) -> Result<u8, Stop> {
    let wrong: Vec<(TextRange, String, Vec<String>)> = if command.template {
        template::parse(text).errors.into_iter().map(|error| (error.range, error.message, error.help)).collect()
    } else {
        let features = features(&command.feature).map_err(Stop::Usage)?;
        let options = promql::Options { features, ..promql::Options::default() };
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
