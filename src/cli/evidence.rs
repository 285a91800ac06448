//! Gathers the answers to what the lint rules ask: from local trees, from a snapshot, and from the network where that is allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
#[cfg(feature = "online")]
use std::sync::Arc;

use jiff::civil::Date;

use super::load::Loaded;
use super::{Common, Stop, past};
use crate::discover;
use crate::evidence::history::{self, History};
use crate::evidence::links::disk::Disk;
use crate::evidence::links::{Answer, Question};
use crate::evidence::{Evidence, links};
use crate::lint::{self, Input};
use crate::policy::Policy;

/// Everything that can be known in this run.
pub(super) fn gather(common: &Common, snapshot: Option<&Path>, loaded: &Loaded, today: Date) -> Result<Evidence, Stop> {
    let mut evidence = Evidence { history: history(snapshot, loaded, today)?, ..Evidence::default() };
    past::gather(&mut evidence, loaded, today);
    let setups = loaded.setups();
    let questions = lint::wanted(&Input { workspace: &loaded.workspace, setups: &setups, evidence: &evidence, today });
    evidence.runbooks = runbooks(common, loaded, &questions)?;
    if runs(loaded, "runbook-orphan") {
        evidence.orphans = orphans(loaded, &evidence.runbooks);
    }
    if runs(loaded, "runbook-stale") {
        super::git::last_changes(&mut evidence.runbooks);
    }
    Ok(evidence)
}

/// Whether a lint rule runs under some policy.
fn runs(loaded: &Loaded, id: &str) -> bool {
    loaded.policies.iter().flat_map(|policy| &policy.setup.rules).any(|active| active.meta.id == id)
}

/// Pages that no alert of the run links, each under the first root whose policy maps it. On a run over less than whole roots
/// nobody knows all links.
fn orphans(loaded: &Loaded, answers: &BTreeMap<Question, Answer>) -> BTreeMap<String, Vec<links::tree::TreePage>> {
    let parts = &loaded.workspace.parts;
    if !parts.iter().all(|part| part.whole) {
        return BTreeMap::new();
    }
    let linked: BTreeSet<&str> = answers.values().filter_map(Answer::file).collect();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found = BTreeMap::new();
    for (part, policy) in parts.iter().zip(&loaded.policies) {
        let mut pages = links::tree::unlinked(&linked, &part.root, &policy.links, &Disk);
        pages.retain(|page| seen.insert(page.file.clone()));
        found.insert(part.root.clone(), pages);
    }
    found
}

/// Answers about runbooks: from local trees, and from the network where that is allowed.
pub(super) fn runbooks(
    common: &Common,
    loaded: &Loaded,
    questions: &[Question],
) -> Result<BTreeMap<Question, Answer>, Stop> {
    let mut answers = BTreeMap::new();
    for (part, policy) in loaded.workspace.parts.iter().zip(&loaded.policies) {
        let own = questions.iter().filter(|question| question.root() == part.root);
        let mut found = links::tree::resolve(own, &policy.links, &Disk);
        if !common.offline && (common.online || policy.online) {
            ask(&mut found, policy)?;
        }
        answers.append(&mut found);
    }
    Ok(answers)
}

/// Asks the network for what no file answers.
#[cfg(feature = "online")]
fn ask(answers: &mut BTreeMap<Question, Answer>, policy: &Policy) -> Result<(), Stop> {
    use super::progress::{Bar, pages};
    use crate::evidence::fetch;
    let open: Vec<Question> =
        answers.iter().filter(|(_, answer)| !answer.asked).map(|(question, _)| question.clone()).collect();
    let bar = Bar::on_terminal();
    let progress = bar.map(|bar| -> fetch::Progress { Arc::new(move |done, all| bar.draw(pages, done, all)) });
    let fetched = fetch::fetch(&open, &policy.links, &fetch::Net { progress, ..net(policy)? })
        .map_err(|error| Stop::Usage(format!("cannot ask the network: {error}")))?;
    for note in &fetched.notes {
        super::warn(note);
    }
    answers.extend(fetched.answers);
    Ok(())
}

#[cfg(not(feature = "online"))]
fn ask(_: &mut BTreeMap<Question, Answer>, _: &Policy) -> Result<(), Stop> {
    Err(Stop::Usage("this program was built without the feature `online`".to_owned()))
}

/// What the fetching may know of this machine.
#[cfg(feature = "online")]
fn net(policy: &Policy) -> Result<crate::evidence::fetch::Net, Stop> {
    let settings = &policy.links;
    let trusted = settings.ca_file.as_ref().filter(|_| settings.given.trusted);
    let authorities = trusted.map(|file| {
        let path = Path::new(&settings.given.folder).join(file);
        std::fs::read(&path).map_err(|error| Stop::Usage(format!("cannot read {}: {error}", path.display())))
    });
    let env: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let folder =
        env.get("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| Some(Path::new(env.get("HOME")?).join(".cache")));
    Ok(crate::evidence::fetch::Net {
        cache: folder.map(|folder| folder.join("groundrules/links-v1.jsonl")),
        now: jiff::Timestamp::now().as_second(),
        env,
        authorities: authorities.transpose()?,
        ..crate::evidence::fetch::Net::default()
    })
}

/// The snapshot that a policy names. One that anybody may have written names a plain file below its own folder.
fn of_policy(policy: &Policy) -> Result<Option<PathBuf>, Stop> {
    let Some(named) = &policy.history else { return Ok(None) };
    let folder = Path::new(&policy.links.given.folder);
    let path = folder.join(&named.value);
    if policy.links.given.trusted {
        return Ok(Some(path));
    }
    let below = matches!((path.canonicalize(), super::here(folder).canonicalize()), (Ok(path), Ok(folder)) if path.starts_with(&folder));
    if below && discover::is_plain_file(&path) {
        return Ok(Some(path));
    }
    let why = "`history` of a policy names a plain file below its folder (`--history` and a policy named with `--config` may name any)";
    Err(Stop::Usage(format!("cannot read the history {}: {why}", path.display())))
}

/// Whether an instant lies after a day, wherever on earth that day is meant: it ends twelve hours later than in UTC at the latest.
fn ends_after(today: Date, instant: history::Millis) -> bool {
    let midnight = today.tomorrow().and_then(|next| next.to_zoned(jiff::tz::TimeZone::UTC));
    midnight.is_ok_and(|midnight| instant > midnight.timestamp().as_millisecond() + 12 * history::HOUR)
}

/// The snapshot that the command line names, else the policy's.
fn history(snapshot: Option<&Path>, loaded: &Loaded, today: Date) -> Result<Option<History>, Stop> {
    let path = match snapshot {
        Some(path) => path.to_path_buf(),
        None => match loaded.policies.iter().find_map(|policy| of_policy(policy).transpose()) {
            Some(path) => path?,
            None => return Ok(None),
        },
    };
    let file = File::open(&path)
        .map_err(|error| Stop::Usage(format!("cannot read the history {}: {error}", path.display())))?;
    let read = history::read(BufReader::new(file));
    let read = read.map_err(|error| Stop::Usage(format!("{}:{}: {}", path.display(), error.line, error.message)))?;
    let end = read.head().window.to;
    if ends_after(today, end) {
        let end = history::print_time(end);
        let why = format!("the window of the history ends at {end}, after the day of this run ({today})");
        return Err(Stop::Usage(format!("{}:1: {why}", path.display())));
    }
    Ok(Some(read))
}
