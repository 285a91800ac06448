//! `groundrules.yaml`: what a rotation asks for, beyond the defaults.
//!
//! [`load`] reads the whole file and says all its mistakes at once, each with its bytes. Whatever the policy says is used or is a
//! mistake; nothing is passed over. The page `docs/policy.md` lists every key.

mod conventions;
mod options;
mod reader;
mod rules;
mod scope;
mod select;
mod switches;
#[cfg(test)]
mod tests;
mod waivers;

use globset::GlobSet;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::evidence::links;
use crate::lint::Setup;
use crate::lint::conventions::Conventions;
use crate::lint::rotation::Rotation;
use crate::model::Dialect;
use crate::source::{Source, SourceId, Span, Spanned};
use crate::yaml::{Kind, NodeId};
use crate::{promql, yaml};
use reader::Reader;

/// Id under which mistakes of a policy are reported.
pub const ID: &str = "policy";

/// A policy that can be applied.
pub struct Policy {
    /// Lint rules, conventions and waivers.
    pub setup: Setup,
    /// Where runbooks lie and how they are asked for (`runbook`).
    pub links: links::Settings,
    /// The folders of runbooks that it names, each with its key: only with `--config` they may lie outside of the repository.
    pub folders: Vec<(Span, String)>,
    /// Whether the network is asked (`online`).
    pub online: bool,
    /// What reads all rule files, where that is said (`dialect`).
    pub dialect: Option<Dialect>,
    /// The server whose expressions are read (`prometheus_version`, `features`).
    pub promql: promql::Options,
    /// A snapshot of the firing history, relative to the policy's folder (`history`).
    pub history: Option<Spanned<String>>,
    /// Whether evidence that could not be had fails a run (`require_evidence`).
    pub require_evidence: bool,
    /// The mildest severity that fails a run (`fail_on`).
    pub fail_on: Severity,
    /// Files that are not looked at, by path relative to the policy's folder (`exclude`).
    pub exclude: GlobSet,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            setup: Setup {
                rules: rules::defaults(),
                conventions: Conventions::default(),
                rotation: Rotation::default(),
                waivers: Vec::new(),
                unheard: Vec::new(),
                known: crate::rules::all().iter().map(|meta| meta.id).collect(),
            },
            links: links::Settings::default(),
            folders: Vec::new(),
            online: false,
            dialect: None,
            promql: promql::Options::default(),
            history: None,
            require_evidence: false,
            fail_on: Severity::Error,
            exclude: GlobSet::empty(),
        }
    }
}

/// The sections and switches of a policy.
const KEYS: &[&str] = &[
    "owner",
    "severity",
    "runbook",
    "exempt",
    "rotation",
    "rules",
    "waivers",
    "exclude",
    "online",
    "dialect",
    "prometheus_version",
    "features",
    "history",
    "require_evidence",
    "fail_on",
];

/// Reads a policy: what it says where it is right, the default elsewhere, and every mistake, in file order.
#[must_use]
pub fn load(source: &Source, id: SourceId) -> (Policy, Vec<Diagnostic>) {
    let parsed = yaml::parse(source.shared());
    if !parsed.errors.is_empty() {
        return (Policy::default(), parsed.errors.iter().map(|error| of_yaml(error, id)).collect());
    }
    let mut reader = Reader::new(&parsed.tree, id);
    if !is_short(&mut reader) {
        return (Policy::default(), reader.finish());
    }
    let policy = read(&mut reader);
    (policy, reader.finish())
}

/// Most entries of a list or a mapping of a policy: many of them are compared with every alert.
const MOST: usize = 1000;

/// Whether no list and no mapping is longer than [`MOST`]; says otherwise which is.
fn is_short(reader: &mut Reader<'_>) -> bool {
    let tree = reader.tree;
    let length = |id: NodeId| match tree.kind(id) {
        Kind::Sequence => tree.items(id).len(),
        Kind::Mapping => tree.merged(id).len(),
        Kind::Scalar | Kind::Alias => 0,
    };
    let long = tree.nodes().map(|id| (id, length(id))).find(|(_, length)| *length > MOST);
    if let Some((id, length)) = long {
        let first = tree.items(id).first().or(tree.pairs(id).first().map(|[key, _]| key)).copied();
        let message = format!("{length} entries are too many: a policy has at most {MOST} in one place");
        reader
            .wrong(first.unwrap_or(id), message)
            .help("say it with fewer patterns, or give each part of the repository a policy of its own");
    }
    long.is_none()
}

fn read(reader: &mut Reader<'_>) -> Policy {
    let mut policy = Policy::default();
    let documents = reader.tree.documents();
    if let Some(&second) = documents.get(1) {
        reader
            .mistake(reader.tree.range(second), "a policy is one document")
            .help("remove the `---` between them, or one of the two");
    }
    let Some(&root) = documents.first().filter(|&&root| !reader.tree.is_null(root)) else { return policy };
    let Some(fields) = reader.fields(root, KEYS) else { return policy };
    (policy.setup.conventions, policy.links) = conventions::read(reader, &fields);
    policy.setup.unheard = reader.unheard();
    policy.folders = reader.folders();
    switches::read(reader, &fields, &mut policy);
    if let Some(rotation) = reader.section(&fields, "rotation").and_then(|id| reader.as_options(id)) {
        policy.setup.rotation = rotation;
    }
    if let Some(section) = reader.section(&fields, "rules") {
        policy.setup.rules = rules::read(reader, section);
    }
    if let Some(section) = reader.section(&fields, "waivers") {
        policy.setup.waivers = waivers::read(reader, section, &policy.setup.known);
        waivers::check(reader, &policy.setup);
    }
    policy
}

fn of_yaml(error: &yaml::Error, id: SourceId) -> Diagnostic {
    let mut mistake = Diagnostic::new(ID, Severity::Error, Span::new(id, error.range), error.message.clone());
    mistake.advice_mut().notes.extend(error.notes.iter().cloned().map(Into::into));
    mistake.advice_mut().help.extend(error.help.iter().cloned().map(Into::into));
    mistake.related = error
        .related
        .iter()
        .map(|(range, message)| Label { span: Span::new(id, *range), message: message.clone() })
        .collect();
    mistake
}
