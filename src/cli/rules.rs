//! `groundrules rules`: the lint rules.

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::{Stop, exit, stdout};
use crate::lint::{Level, Meta};
use crate::rules;

/// List the lint rules.
#[derive(Args, Debug)]
pub(super) struct Rules {
    /// How to print them
    #[arg(long, value_parser = ["table", "markdown", "json"], default_value = "table")]
    format: String,
}

pub(super) fn run(command: &Rules) -> Result<u8, Stop> {
    let all = rules::all();
    let mut out = stdout();
    match command.format.as_str() {
        "json" => {
            let rows = all.iter().map(
                |meta| json!({ "id": meta.id, "summary": meta.summary, "level": level(meta), "levels": meta.levels }),
            );
            serde_json::to_writer_pretty(&mut out, &rows.collect::<Vec<_>>()).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        "markdown" => {
            writeln!(out, "| lint rule | asks that | default |\n| --- | --- | --- |")?;
            for meta in &all {
                writeln!(out, "| [`{0}`](rules/{0}.md) | {1} | {2} |", meta.id, meta.summary, meta.levels)?;
            }
        }
        _ => {
            let width = all.iter().map(|meta| meta.id.len()).max().unwrap_or_default();
            for meta in &all {
                writeln!(out, "{:width$}  {:7}  {}", meta.id, level(meta), meta.summary)?;
            }
            writeln!(out, "\n`groundrules explain ID` tells why, and shows what to write.")?;
        }
    }
    out.flush()?;
    Ok(exit::CLEAN)
}

fn level(meta: &Meta) -> &'static str {
    match meta.level {
        Level::Off => "off",
        Level::At(severity) => severity.as_str(),
    }
}
