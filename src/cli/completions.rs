//! `groundrules completions SHELL`.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Stop, exit, stdout};

/// Print a completion script.
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

pub(super) fn run(command: &Completions) -> Result<u8, Stop> {
    let mut out = stdout();
    clap_complete::generate(command.shell, &mut Cli::command(), "groundrules", &mut out);
    out.flush()?;
    Ok(exit::CLEAN)
}
