//! `groundrules runbook new`: the skeleton of a runbook entry, written from the alert itself.

mod skeleton;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::load::{self, Loaded, Placed};
use super::{Common, Stop, exit, stdout};
use crate::evidence::links::disk::Disk;
use crate::evidence::links::{Form, NOWHERE, Question, form_under, tree};
use crate::lint::facts::Field;
use crate::model::Part;
use crate::source::Encoding;
use crate::suggest;
use skeleton::Fired;

/// Write runbooks.
#[derive(Args, Debug)]
pub(super) struct Runbook {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Write the skeleton of an alert's entry, with what the alert itself can tell
    New(New),
}

#[derive(Args, Debug)]
struct New {
    /// Name of the alert
    #[arg(value_name = "ALERT")]
    alert: String,
    #[command(flatten)]
    common: Common,
    /// Write it to the file that the alert's reference leads to; never over one that is there
    #[arg(long)]
    write: bool,
}

/// Where the entry belongs.
struct Place {
    file: PathBuf,
    anchor: Option<String>,
    /// Whether a policy that anybody may have written says so; then it stays inside of the root.
    within: Option<String>,
}

pub(super) fn run(command: &Runbook) -> Result<u8, Stop> {
    let Command::New(new) = &command.command;
    let loaded = load::load(&new.common)?;
    loaded.refuse_mistakes()?;
    loaded.warn_of_unheard();
    let fired = alerts(&loaded, &new.alert);
    if fired.is_empty() {
        return Err(Stop::Usage(unknown(&loaded, &new.alert)));
    }
    let place = place(&loaded, &new.alert);
    let anchor = place.as_ref().ok().and_then(|place| place.anchor.as_deref());
    let text = skeleton::write(&new.alert, anchor, &fired);
    match (new.write, place) {
        (true, Ok(place)) => create(&place, &text)?,
        (true, Err(why)) => {
            return Err(Stop::Usage(format!(
                "nothing was written: {why}; `groundrules runbook new {}` prints it",
                new.alert
            )));
        }
        (false, place) => {
            let mut out = stdout();
            out.write_all(text.as_bytes())?;
            out.flush()?;
            if let Ok(place) = place {
                let there =
                    if place.file.exists() { "is there already: add the entry to it" } else { "is where it would go" };
                super::tell(&format!("{} {there}", place.file.display()));
            }
        }
    }
    Ok(exit::CLEAN)
}

/// The alerting rules of that name.
fn alerts<'a>(loaded: &'a Loaded, name: &str) -> Vec<Fired<'a>> {
    let of = |field: &Field<'_>| field.found().map(|found| (found.value.to_string(), found.from()));
    let fired = |alert: Placed<'a>| {
        let Placed { file, source, rule, .. } = alert;
        let facts = alert.facts(None)?;
        let line = source.position(rule.span.start, Encoding::Scalar).line;
        let place = format!("{}:{line}", source.path);
        Some(Fired { rule, group: file.group(rule), place, owner: of(&facts.owner), severity: of(&facts.severity) })
    };
    loaded.alerts().filter(|alert| alert.rule.name.value() == name).filter_map(fired).collect()
}

fn unknown(loaded: &Loaded, name: &str) -> String {
    let near = suggest::meant(name, loaded.alerts().map(|alert| alert.rule.name.value()), "");
    format!("there is no alert `{name}`{near}")
}

/// Where the entry of an alert belongs; the reason where that can't be told.
fn place(loaded: &Loaded, name: &str) -> Result<Place, String> {
    let mut why = None;
    for alert in loaded.alerts().filter(|alert| alert.rule.name.value() == name) {
        match place_of(&alert) {
            Ok(place) => return Ok(place),
            Err(reason) => drop(why.get_or_insert(reason)),
        }
    }
    Err(why.unwrap_or_else(|| NOWHERE.to_owned()))
}

/// Where the alert's reference leads; where it has none, where a base or a mapping would look for its name.
fn place_of(alert: &Placed<'_>) -> Result<Place, String> {
    let &Placed { part: Part { root, .. }, policy, file, rule, .. } = alert;
    let links = &policy.links;
    let unknown = "a template engine's placeholder decides its reference";
    let question = match policy.setup.conventions.runbook(file, rule) {
        Field::Unknown => return Err(unknown.to_owned()),
        Field::Found(found) if found.templated => return Err(unknown.to_owned()),
        Field::Found(found) if !matches!(form_under(&found.value, &links.mappings), Form::Placeholder(_)) => {
            found.question(file, rule, root)
        }
        _ => {
            let guess = links.guess(rule.name.value()).ok_or(NOWHERE)?;
            Question::new(&guess, root, std::iter::empty::<(String, String)>())
        }
    };
    let path = tree::place(&question, links, &Disk)?;
    let anchor = question.reference().split_once('#').map(|(_, anchor)| anchor.to_owned());
    let within = (!links.given.trusted).then(|| root.clone());
    Ok(Place { file: PathBuf::from(path), anchor, within })
}

/// Makes the file and the folders above it.
fn create(place: &Place, text: &str) -> Result<(), Stop> {
    let shown = place.file.display();
    let failed = |why: &dyn std::fmt::Display| Stop::Usage(format!("nothing was written: {shown}: {why}"));
    let folder = super::here(place.file.parent().unwrap_or(Path::new("")));
    if let Some(root) = &place.within {
        let root = super::here(Path::new(root));
        let there = folder.ancestors().find_map(|folder| super::here(folder).canonicalize().ok());
        let inside = matches!((there, root.canonicalize()), (Some(there), Ok(root)) if there.starts_with(&root));
        if !inside {
            return Err(failed(&"it lies outside of the repository, which only `--config` may allow"));
        }
    }
    fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    let made = OpenOptions::new().write(true).create_new(true).open(&place.file);
    let mut file = made.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => failed(&"it is there already, and is never written over"),
        _ => failed(&error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
    super::tell(&format!("{shown} is written"));
    Ok(())
}
