//! How what is wrong is written down.

use std::borrow::Cow;

use super::Problem;
use super::lower::Lowering;
use super::placeholder;
use super::shapes::View;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Span, TextRange};
use crate::yaml::{self, ErrorKind, Kind, NodeId, Parsed};

/// The lint rules that these findings belong to.
const SYNTAX: &str = "yaml-syntax";
const STRUCTURE: &str = "rule-structure";

/// What is said of the place from which a template is not read.
pub(super) const UNREADABLE: &str = "this template cannot be read here without rendering it";

/// So many problems of a file are told; of those behind them, one a rule is kept, so that no rule passes for sound.
const MOST: usize = 10_000;

impl Lowering<'_> {
    fn add(&mut self, rule: &'static str, severity: Severity, span: Span, message: String) -> &mut Problem {
        let span = Span::new(span.source, self.source.visible(span.range()));
        let mut diagnostic = Diagnostic::new(rule, severity, span, message);
        let subject = self.source.slice(span.range());
        diagnostic.subject(subject.chars().take(80).collect::<String>());
        let problem = Problem { diagnostic, rule: self.rule, missing: false };
        let index = self.file.problems.len();
        if index < MOST {
            self.file.problems.push(problem);
            return &mut self.file.problems[index];
        }
        if self.rule.is_some() && self.file.problems.last().is_none_or(|last| last.rule != self.rule) {
            let short = Diagnostic::new(rule, severity, span, "more is wrong here: too much of the file to say what");
            self.file.problems.push(Problem { diagnostic: short, rule: self.rule, missing: false });
        }
        self.spare.insert(problem)
    }

    /// Whether no further problem of the file is told.
    pub(super) fn told_enough(&self) -> bool {
        self.file.problems.len() >= MOST
    }

    /// Something for which the file is refused.
    pub(super) fn wrong(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        &mut self.add(STRUCTURE, Severity::Error, span, message.into()).diagnostic
    }

    /// The same of something that is not there.
    pub(super) fn missing(&mut self, span: Span, message: &str) -> &mut Diagnostic {
        let problem = self.add(STRUCTURE, Severity::Error, span, message.to_owned());
        problem.missing = true;
        &mut problem.diagnostic
    }

    /// Something that is loaded, but hardly meant.
    pub(super) fn doubtful(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        &mut self.add(STRUCTURE, Severity::Warning, span, message.into()).diagnostic
    }

    /// The errors of a text's YAML.
    pub(super) fn yaml_errors(&mut self, parsed: &Parsed, layer: u32) {
        let template = self.file.layers[layer as usize].template;
        for error in &parsed.errors {
            if error.kind == ErrorKind::Limit {
                self.limit = Some(error.message.clone());
                continue;
            }
            if template {
                self.unreadable(layer, error);
                return;
            }
            let severity = if error.fatal { Severity::Error } else { Severity::Warning };
            let span = self.span(layer, error.range);
            let related: Vec<_> =
                error.related.iter().map(|(range, message)| (self.span(layer, *range), message.clone())).collect();
            let diagnostic = &mut self.add(SYNTAX, severity, span, error.message.clone()).diagnostic;
            diagnostic.advice_mut().notes.extend(error.notes.iter().cloned().map(Into::into));
            diagnostic.advice_mut().help.extend(error.help.iter().cloned().map(Into::into));
            for (span, message) in related {
                diagnostic.related(span, message);
            }
        }
    }

    /// Says once that a template is not read from here on; its YAML is not what was written.
    fn unreadable(&mut self, layer: u32, error: &yaml::Error) {
        let span = self.span(layer, error.range);
        let diagnostic = &mut self.add(SYNTAX, Severity::Warning, span, UNREADABLE.to_owned()).diagnostic;
        diagnostic.note(format!("with its actions taken out: {}", error.message));
        diagnostic.help("check the YAML that it renders to as well");
    }

    /// Whether the node is a mapping; else says so. Null is none, and nothing is said.
    pub(super) fn want_mapping(&mut self, view: View<'_>, id: NodeId, what: &str) -> bool {
        self.want(view, id, Kind::Mapping, what)
    }

    /// The same of a sequence.
    pub(super) fn want_sequence(&mut self, view: View<'_>, id: NodeId, what: &str) -> bool {
        self.want(view, id, Kind::Sequence, what)
    }

    fn want(&mut self, view: View<'_>, id: NodeId, kind: Kind, what: &str) -> bool {
        let found = view.kind(id);
        if found != kind && !view.tree.is_null(id) && !self.unknown(view, id) {
            let (wanted, found) = (kind_name(kind), kind_name(found));
            let range = first_line(view, id);
            let diagnostic = self.wrong(self.span(view.layer, range), format!("{what} must be {wanted}, not {found}"));
            diagnostic.label(format!("this is {found}"));
        }
        found == kind
    }

    /// Whether the node is text, or nothing; else says so.
    pub(super) fn want_text(&mut self, view: View<'_>, id: NodeId, what: &str) -> bool {
        let found = view.kind(id);
        if found != Kind::Scalar {
            let range = first_line(view, id);
            let found = kind_name(found);
            let diagnostic = self.wrong(self.span(view.layer, range), format!("{what} must be text, not {found}"));
            diagnostic.label(format!("this is {found}"));
            if view.tree.source().get(range.range()).is_some_and(|raw| raw.starts_with('{')) {
                diagnostic.help("put quotes around a text that begins with `{` or `[`");
            }
        }
        found == Kind::Scalar
    }

    /// Whether a template engine decides what stands here.
    pub(super) fn unknown(&self, view: View<'_>, id: NodeId) -> bool {
        let id = view.tree.resolve(id);
        let layer = &self.file.layers[view.layer as usize];
        let range = view.tree.range(id);
        let scalar = view.tree.kind(id) == Kind::Scalar;
        scalar && layer.unknown(range)
            || layer.template && view.tree.is_null(id)
            || scalar && placeholder::foreign(view.tree.text(id), self.marks, false)
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Scalar => "text",
        Kind::Mapping => "a mapping",
        Kind::Sequence => "a list",
        Kind::Alias => "an alias",
    }
}

/// The first line of what a node spans.
pub(super) fn first_line(view: View<'_>, id: NodeId) -> TextRange {
    let range = view.tree.range(id);
    let text = view.tree.source().get(range.range()).unwrap_or("");
    let line = memchr::memchr2(b'\n', b'\r', text.as_bytes()).unwrap_or(text.len());
    TextRange::new(range.start, range.start + u32::try_from(line).unwrap_or(0))
}

/// A name of a file as a message shows it: whole, unless nobody would read it to its end.
pub(super) fn shown(name: &str) -> Cow<'_, str> {
    if name.len() <= LONGEST_NAME {
        return Cow::Borrowed(name);
    }
    Cow::Owned(format!("{}…", &name[..name.floor_char_boundary(LONGEST_NAME / 2)]))
}

/// Most bytes of a name that is shown whole.
const LONGEST_NAME: usize = 200;
