//! What is played: the alerts of some files, and what they were in an earlier revision.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use crate::cli::load::{Loaded, Placed};
use crate::cli::revisions::{Repository, is_revision};
use crate::cli::{Stop, warn};
use crate::evidence::history::Millis;
use crate::evidence::history::backtest::{AlertRule, RuleGroup};
use crate::lint::patterns::digest;
use crate::model::{Dialect, File, Group, Rule, RuleKind, Text, lower, time};
use crate::promql::Parsed;
use crate::source::{Source, SourceId};

/// An alert and its group as they are played.
pub(super) struct Play<'a> {
    pub(super) group: RuleGroup,
    pub(super) rule: AlertRule,
    pub(super) query: Cow<'a, Parsed>,
}

/// An alert, where it stands, and what it was before.
pub(super) struct Case<'a> {
    pub(super) file: &'a File,
    pub(super) model: &'a Rule,
    pub(super) play: Play<'a>,
    pub(super) before: Option<Play<'a>>,
}

/// All that is to be played.
#[derive(Default)]
pub(super) struct Cases<'a> {
    pub(super) all: Vec<Case<'a>>,
    /// Alerts that cannot be played.
    pub(super) left_out: usize,
    /// Alerts that are as they were.
    pub(super) unchanged: usize,
}

/// Old versions of files, by path as the workspace has it.
pub(super) type Base = HashMap<String, File>;

/// The files of a workspace as they were in a revision.
pub(super) fn base(loaded: &Loaded, revision: &str) -> Result<Base, Stop> {
    let mut base = Base::new();
    for (part, policy) in loaded.workspace.parts.iter().zip(&loaded.policies) {
        let root = Path::new(&part.root);
        let repository = Repository::open(root).filter(|_| is_revision(root, revision));
        let Some(mut repository) = repository else {
            return Err(Stop::Usage(format!(
                "--base: `{revision}` is no revision of the repository around {}",
                part.root
            )));
        };
        let options = lower::Options { dialect: policy.dialect, promql: policy.promql, named: true };
        for (file, path) in loaded.workspace.files(part).filter(|(file, _)| !file.rules.is_empty()) {
            if let Some(text) = repository.text(&format!("{revision}:./{path}")) {
                let name = loaded.workspace.source(file.source).path.clone();
                base.insert(name.clone(), lower::lower(&Source::new(name, text), SourceId(0), &options));
            }
        }
    }
    Ok(base)
}

/// The alerts of a workspace, those of one owner where one is given. With a base only those that differ from it.
pub(super) fn cases<'a>(
    loaded: &'a Loaded,
    base: Option<&'a Base>,
    owner: Option<&str>,
    interval: Millis,
) -> Cases<'a> {
    let mut cases = Cases::default();
    for Placed { file, source, rule, .. } in loaded.alerts().filter(|alert| alert.facts(owner).is_some()) {
        let before = match base.map(|base| former(base.get(&source.path), file, rule)) {
            Some(Former::Same) => {
                cases.unchanged += 1;
                continue;
            }
            Some(Former::Other(file, rule)) => play(file, rule, &source.path, interval).ok(),
            Some(Former::None) | None => None,
        };
        match play(file, rule, &source.path, interval) {
            Ok(play) => cases.all.push(Case { file, model: rule, play, before }),
            Err(why) => {
                cases.left_out += 1;
                warn(&format!("{}: alert `{}` is left out: {why}", source.path, rule.name.value()));
            }
        }
    }
    cases
}

/// What an alert was.
enum Former<'a> {
    /// It was not there.
    None,
    /// The same, perhaps under another name.
    Same,
    /// Another.
    Other(&'a File, &'a Rule),
}

fn former<'a>(old: Option<&'a File>, file: &File, rule: &Rule) -> Former<'a> {
    let Some(old) = old else { return Former::None };
    let own = digest(file, rule);
    let alerts = old.rules.iter().filter(|one| one.kind == RuleKind::Alert);
    if alerts.clone().any(|one| digest(old, one) == own) {
        return Former::Same;
    }
    let named = || alerts.clone().filter(|one| one.name.value() == rule.name.value());
    // Of several of one name, the one that is gone now.
    let now: Vec<String> = file.rules.iter().map(|one| digest(file, one)).collect();
    let gone = named().find(|one| !now.contains(&digest(old, one)));
    gone.map_or(Former::None, |one| Former::Other(old, one))
}

/// A rule as it is played; why not where its file does not say all that decides.
fn play<'a>(file: &File, rule: &'a Rule, path: &str, default: Millis) -> Result<Play<'a>, &'static str> {
    let group = file.group(rule);
    let time = |text: Option<&Text>, why| time(text).ok_or(why);
    let Some(query) = rule.query().filter(|query| query.errors.is_empty()) else {
        return Err(match group.dialect {
            Dialect::Loki => "its expression is LogQL",
            _ => "its expression cannot be read",
        });
    };
    if rule.expr.templated() || rule.name.templated() || file.labels(rule).any(|entry| entry.value.templated()) {
        return Err("a template engine's placeholder decides what it is");
    }
    let own = time(group.interval.as_ref(), "the interval of its group cannot be read")?;
    Ok(Play {
        group: RuleGroup {
            name: group.name.as_ref().map(Text::value).unwrap_or_default().to_owned(),
            file: path.to_owned(),
            interval: if own > 0 { own } else { default },
            limit: limit(group).ok_or("the limit of its group cannot be read")?,
            query_offset: time(group.query_offset.as_ref(), "the query_offset of its group cannot be read")?,
            rules: Vec::new(),
        },
        rule: AlertRule {
            name: rule.name.value().to_owned(),
            expr: rule.expr.value().to_owned(),
            hold: time(rule.hold.as_ref(), "its `for` cannot be read")?,
            keep: time(rule.keep.as_deref(), "its `keep_firing_for` cannot be read")?,
            labels: file
                .labels(rule)
                .map(|entry| (entry.key.value().to_owned(), entry.value.value().to_owned()))
                .collect(),
        },
        query,
    })
}

fn limit(group: &Group) -> Option<usize> {
    let Some(limit) = group.limit.as_ref().filter(|limit| !limit.is_null()) else { return Some(0) };
    let number: i64 = limit.value().replace('_', "").parse().ok().filter(|_| !limit.templated())?;
    Some(usize::try_from(number).unwrap_or(0))
}
