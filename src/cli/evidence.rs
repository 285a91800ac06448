//! Gathers the answers to what the lint rules ask: from local trees, from a snapshot, and from the network where that is allowed.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use jiff::civil::Date;

use super::load::Loaded;
use super::{Common, Stop};
use crate::evidence::history::{self, History};
use crate::evidence::{Evidence, links};
use crate::lint::{self, Input};

/// Everything that can be known in this run.
pub(super) fn gather(common: &Common, snapshot: Option<&Path>, loaded: &Loaded, today: Date) -> Result<Evidence, Stop> {
    let mut evidence = Evidence { history: history(snapshot, loaded)?, ..Evidence::default() };
    let setups = loaded.setups();
    let questions = lint::wanted(&Input { workspace: &loaded.workspace, setups: &setups, evidence: &evidence, today });
    for (part, policy) in loaded.workspace.parts.iter().zip(&loaded.policies) {
        let own = questions.iter().filter(|question| question.root() == part.root);
        evidence.runbooks.extend(links::tree::resolve(own, &policy.links, &links::disk::Disk));
    }
    let _ = common;
    Ok(evidence)
}

/// The snapshot that the command line names, else the policy's.
fn history(snapshot: Option<&Path>, loaded: &Loaded) -> Result<Option<History>, Stop> {
    let of_policy = || loaded.policies.iter().find_map(|policy| {
        let folder = Path::new(&policy.links.given.folder);
        policy.history.as_ref().map(|path| folder.join(&path.value))
    });
    let Some(path) = snapshot.map(Path::to_path_buf).or_else(of_policy) else { return Ok(None) };
    let file = File::open(&path).map_err(|error| Stop::Usage(format!("cannot read the history {}: {error}", path.display())))?;
    let read = history::read(BufReader::new(file));
    read.map(Some).map_err(|error| Stop::Usage(format!("{}:{}: {}", path.display(), error.line, error.message)))
}
