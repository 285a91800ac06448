//! From the command line's paths to everything that was read, and the policy over it.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Common, Stop};
use crate::diagnostic::{Diagnostic, Severity, count};
use crate::discover::{self, Candidate, Content, Found, Target};
use crate::evidence::links::Given;
use crate::lint::Setup;
use crate::lint::facts::Facts;
use crate::model::{self, File, Part, Reading, Rule, RuleKind, Workspace, lower};
use crate::parallel;
use crate::policy::{self, Policy};
use crate::source::{Encoding, Source, SourceId, Span, TextRange};

/// Everything that was read.
pub(super) struct Loaded {
    /// Files and their texts.
    pub(super) workspace: Workspace,
    /// The policy of each part.
    pub(super) policies: Vec<Policy>,
    /// The policies' paths, without those parts that have none.
    pub(super) policy_paths: Vec<String>,
    /// What is wrong with the policies.
    pub(super) mistakes: Vec<Diagnostic>,
    /// Files that a policy excludes.
    pub(super) excluded: usize,
    /// Links that were not followed.
    pub(super) links: usize,
    /// Pipes, sockets and devices, which were not opened.
    pub(super) special: usize,
    /// Files named on the command line that could not be read: path and reason.
    pub(super) unreadable: Vec<(String, String)>,
}

/// A rule and what it stands in.
pub(super) struct Placed<'a> {
    pub(super) part: &'a Part,
    pub(super) policy: &'a Policy,
    pub(super) file: &'a File,
    pub(super) source: &'a Source,
    pub(super) rule: &'a Rule,
}

impl<'a> Placed<'a> {
    /// Its facts; none where an owner is asked for who does not own it.
    pub(super) fn facts(&self, owner: Option<&str>) -> Option<Facts<'a>> {
        let facts = self.policy.setup.conventions.facts(self.file, self.source, self.rule);
        let own = owner.is_none_or(|owner| facts.owner.found().is_some_and(|found| found.value == owner));
        own.then_some(facts)
    }
}

/// Finds and reads everything, in parallel.
pub(super) fn load(common: &Common) -> Result<Loaded, Stop> {
    parallel::at_most(common.threads.unwrap_or_default());
    let mut loaded = Loaded {
        workspace: Workspace::default(),
        policies: Vec::new(),
        policy_paths: Vec::new(),
        mistakes: Vec::new(),
        excluded: 0,
        links: 0,
        special: 0,
        unreadable: Vec::new(),
    };
    let (standard, paths): (Vec<_>, Vec<_>) = common.paths.iter().cloned().partition(|path| path.as_os_str() == "-");
    if !standard.is_empty() {
        loaded.stdin(common)?;
    }
    for target in discover::targets(&paths) {
        loaded.target(common, &target)?;
    }
    Ok(loaded)
}

/// So many files are read by one thread before another one is worth it.
const FILES: usize = 512;

impl Loaded {
    /// The lint rules' share of the policies.
    pub(super) fn setups(&self) -> Vec<&Setup> {
        self.policies.iter().map(|policy| &policy.setup).collect()
    }

    /// Every rule, file by file.
    pub(super) fn rules(&self) -> impl Iterator<Item = Placed<'_>> {
        let parts = self.workspace.parts.iter().zip(&self.policies);
        let files =
            parts.flat_map(|(part, policy)| self.workspace.files(part).map(move |(file, _)| (part, policy, file)));
        files.flat_map(|(part, policy, file)| {
            let source = self.workspace.source(file.source);
            file.rules.iter().map(move |rule| Placed { part, policy, file, source, rule })
        })
    }

    /// The alerting ones of them.
    pub(super) fn alerts(&self) -> impl Iterator<Item = Placed<'_>> {
        self.rules().filter(|placed| placed.rule.kind == RuleKind::Alert)
    }

    /// Says which keys of the policies are not heard; `check` has findings for them.
    pub(super) fn warn_of_unheard(&self) {
        for (span, what) in self.policies.iter().flat_map(|policy| &policy.setup.unheard) {
            let place = self.place(*span);
            super::warn(&format!("{place}: this key is not heard: {what} need a policy named with `--config`"));
        }
    }

    /// `path:line:column` of a span.
    pub(super) fn place(&self, span: Span) -> String {
        let source = self.workspace.source(span.source);
        let at = source.position(span.start, Encoding::Scalar);
        format!("{}:{}:{}", source.path, at.line, at.column)
    }

    /// Ends the run where a policy has mistakes; `check` shows them all.
    pub(super) fn refuse_mistakes(&self) -> Result<(), Stop> {
        let Some(mistake) = self.mistakes.first() else { return Ok(()) };
        let place = self.place(mistake.span);
        Err(Stop::Usage(format!("{place}: {} (`groundrules check` shows all mistakes of the policy)", mistake.message)))
    }

    /// Ends the run where a file that was named cannot be read.
    pub(super) fn refuse_unreadable(&self) -> Result<(), Stop> {
        let Some((path, why)) = self.unreadable.first() else { return Ok(()) };
        Err(Stop::Usage(format!("cannot read {path}: {why}")))
    }

    /// The least severity that makes a run fail: that of the strictest policy.
    pub(super) fn fail_on(&self) -> Severity {
        self.policies.iter().map(|policy| policy.fail_on).min().unwrap_or(Severity::Error)
    }

    fn target(&mut self, common: &Common, target: &Target) -> Result<(), Stop> {
        let path = common.config.clone().or_else(|| target.policy.clone());
        let policy = self.policy(common, path.as_deref(), &target.root)?;
        let exclude = policy.exclude.clone();
        self.policies.push(policy);
        let Found { files: mut candidates, excluded, links, special, index, errors } =
            discover::files(target, &exclude);
        self.excluded += excluded;
        self.links += links;
        self.special += special;
        if let Some((index, ignored)) = index {
            // The path on this machine is nobody's business.
            let index = index.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let files = count(ignored, "file");
            super::warn(&format!(
                "git's {index} cannot be read: whether git tracks any of the {files} that a .gitignore hides is not known"
            ));
        }
        self.unreadable.extend(errors.into_iter().map(|(path, error)| (path.display().to_string(), error.to_string())));
        // The policy is not one of the files that it is about.
        candidates.retain(|file| file.named || path.as_deref() != Some(file.real.as_path()));
        let read = parallel::map(candidates, FILES, |file| (discover::read(&file.real), file));
        let part = self.add(common, read);
        self.workspace.parts.push(Part { root: target.root.display().to_string(), files: part, whole: target.whole });
        Ok(())
    }

    /// Standard input, as the file it is said to be.
    fn stdin(&mut self, common: &Common) -> Result<(), Stop> {
        let named = common.stdin_filename.clone();
        let (path, target) = match &named {
            Some(path) => (path.display().to_string(), discover::targets(std::slice::from_ref(path)).pop()),
            None => ("-".to_owned(), discover::targets(&[PathBuf::from(".")]).pop()),
        };
        let Some(target) = target else { return Ok(()) };
        let policy = self.policy(common, common.config.as_deref().or(target.policy.as_deref()), &target.root)?;
        self.policies.push(policy);
        let relative = named
            .as_deref()
            .and_then(|path| path.strip_prefix(&target.root).ok())
            .map_or(path.clone(), |path| path.display().to_string());
        let content = discover::content(io::stdin().lock(), named.as_deref().unwrap_or(Path::new("-.yaml")));
        let candidate = Candidate { path, relative, real: named.unwrap_or_default(), named: true };
        let files = self.add(common, vec![(content, candidate)]);
        self.workspace.parts.push(Part { root: target.root.display().to_string(), files, whole: false });
        Ok(())
    }

    /// The policy of the part in `root`; mistakes are kept for the caller to show.
    fn policy(&mut self, common: &Common, path: Option<&Path>, root: &Path) -> Result<Policy, Stop> {
        let Some(path) = path else { return Ok(Policy::default()) };
        if common.config.is_none() && !discover::is_plain_file(path) {
            let why = "a policy that is found must be a plain file, not a link (`--config` may name one)";
            return Err(Stop::Usage(format!("cannot read the policy {}: {why}", path.display())));
        }
        let text = match discover::read(path) {
            Content::Text(text, None) => text,
            Content::Unreadable(error) => {
                return Err(Stop::Usage(format!("cannot read the policy {}: {error}", path.display())));
            }
            _ => return Err(Stop::Usage(format!("the policy {} is not a text in UTF-8", path.display()))),
        };
        let id = SourceId(self.workspace.sources.len() as u32);
        let source = Source::new(discover::display(path), text);
        let (mut policy, mistakes) = policy::load(&source, id);
        let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        policy.links.given = Given { folder, trusted: common.config.is_some(), allow_private: common.allow_private };
        if policy.links.given.trusted {
            policy.setup.unheard.clear();
        } else {
            let out = policy.folders.iter().filter(|(_, named)| leads_out(root, &policy.links.given.folder, named));
            policy.setup.unheard.extend(out.map(|(span, _)| (*span, "folders outside of the repository")));
        }
        self.policy_paths.push(source.path.clone());
        self.workspace.sources.push(source);
        self.mistakes.extend(mistakes);
        Ok(policy)
    }

    fn add(&mut self, common: &Common, read: Vec<(Content, Candidate)>) -> std::ops::Range<usize> {
        let first = self.workspace.sources.len();
        let policy = self.policies.last();
        let dialect = common.dialect.map(Into::into).or(policy.and_then(|policy| policy.dialect));
        let options =
            lower::Options { dialect, promql: policy.map(|policy| policy.promql).unwrap_or_default(), named: false };
        let from = self.workspace.files.len();
        let len =
            |(content, _): &(Content, Candidate)| if let Content::Text(text, _) = content { text.len() } else { 0 };
        let share = model::files_a_thread(read.len(), read.iter().map(len).sum());
        let read = read.into_iter().zip(first as u32..).collect();
        let made =
            parallel::map(read, share, |((content, candidate), id)| file(SourceId(id), content, candidate, &options));
        self.workspace.sources.reserve_exact(made.len());
        self.workspace.files.reserve_exact(made.len());
        self.workspace.paths.reserve_exact(made.len());
        for (source, file, candidate) in made {
            if candidate.named
                && let Reading::NotChecked("unreadable", why) = &file.reading
            {
                self.unreadable.push((source.path.clone(), why.clone()));
            }
            self.workspace.sources.push(source);
            self.workspace.files.push(file);
            self.workspace.paths.push(candidate.relative);
        }
        from..self.workspace.files.len()
    }
}

/// Whether a folder that the policy in `folder` names lies outside of `root`; one that is not there by its name alone.
fn leads_out(root: &Path, folder: &str, named: &str) -> bool {
    let real = |path: &Path| super::here(path).canonicalize();
    let (Ok(root), Ok(folder)) = (real(root), real(Path::new(folder))) else { return false };
    if named.contains("://") {
        return false;
    }
    let plain = || {
        Path::new(named).components().fold(folder.clone(), |mut path, part| {
            match part {
                Component::ParentDir => drop(path.pop()),
                part => path.push(part),
            }
            path
        })
    };
    !real(&folder.join(named)).unwrap_or_else(|_| plain()).starts_with(root)
}

/// Reads one file into the model.
fn file(
    id: SourceId,
    content: Content,
    candidate: Candidate,
    options: &lower::Options,
) -> (Source, model::File, Candidate) {
    let unread = |reading| model::File::unread(id, reading);
    let (text, file) = match content {
        Content::Text(text, bad) => {
            let source = Source::new(candidate.path.as_str(), text);
            let mut file = lower::lower(&source, id, &lower::Options { named: candidate.named, ..*options });
            if let Some(at) = bad.filter(|_| file.reading == Reading::Rules) {
                file.problems.push(model::Problem { diagnostic: not_utf8(id, at), rule: None, missing: false });
            }
            return (source, file, candidate);
        }
        Content::NotText => (String::new(), unread(Reading::Skipped("not-text"))),
        Content::Encoded(encoding, read) => {
            let why = format!("it is {encoding}: save it as UTF-8");
            let mut file = unread(Reading::NotChecked("unreadable", why));
            file.problems.push(model::Problem { diagnostic: encoded(id, encoding, read), rule: None, missing: false });
            (String::new(), file)
        }
        Content::TooLarge(size) => {
            let why = format!("{} MiB, the limit is {}", size >> 20, discover::MAX_FILE >> 20);
            (String::new(), unread(Reading::NotChecked("too-large", why)))
        }
        Content::Unreadable(error) => (String::new(), unread(Reading::NotChecked("unreadable", error.to_string()))),
    };
    (Source::new(candidate.path.as_str(), text), file, candidate)
}

fn encoded(id: SourceId, encoding: &str, read: bool) -> Diagnostic {
    let span = Span::new(id, TextRange::at(0));
    let message = format!("this file is {encoding} and was not read");
    let mut diagnostic =
        Diagnostic::new("yaml-syntax", if read { Severity::Warning } else { Severity::Error }, span, message);
    diagnostic.help("save it as UTF-8");
    diagnostic
}

fn not_utf8(id: SourceId, at: usize) -> Diagnostic {
    let span = Span::new(id, TextRange::new(at as u32, at as u32 + 1));
    let mut diagnostic = Diagnostic::new("yaml-syntax", Severity::Error, span, "a byte that is not UTF-8");
    diagnostic.label("this byte").note("Prometheus refuses a file that is not UTF-8").help("save the file as UTF-8");
    diagnostic
}
