//! `groundrules explain ID`: the page of a lint rule.

use std::io::Write;

use clap::Args;

use super::{Stop, exit, stdout};
use crate::{rules, suggest};

/// Show the page of a lint rule.
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// The lint rule, such as `runbook-missing`
    id: String,
}

pub(super) fn run(command: &Explain) -> Result<u8, Stop> {
    let all = rules::all();
    let Some(meta) = all.iter().find(|meta| meta.id == command.id) else {
        let hint = suggest::meant(&command.id, all.iter().map(|meta| meta.id), "; `groundrules rules` lists them");
        return Err(Stop::Usage(format!("there is no lint rule `{}`{hint}", command.id)));
    };
    let mut out = stdout();
    out.write_all(meta.page.as_bytes())?;
    out.flush()?;
    Ok(exit::CLEAN)
}
