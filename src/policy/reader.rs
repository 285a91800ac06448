//! Reads values out of a policy's tree and keeps every mistake.

use std::collections::HashSet;

use super::ID;
use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::source::{SourceId, Span, TextRange};
use crate::suggest;
use crate::yaml::{Kind, NodeId, Style, Tree};

/// A policy that is being read.
pub(super) struct Reader<'t> {
    pub tree: &'t Tree,
    source: SourceId,
    mistakes: Vec<Diagnostic>,
    unheard: Vec<(Span, &'static str)>,
    folders: Vec<(Span, String)>,
}

/// A key and its value.
#[derive(Clone, Copy)]
pub(super) struct Field<'t> {
    pub name: &'t str,
    pub key: NodeId,
    pub value: NodeId,
}

/// The fields of a mapping, each name once.
pub(super) struct Fields<'t>(pub Vec<Field<'t>>);

impl<'t> Fields<'t> {
    pub(super) fn get(&self, name: &str) -> Option<Field<'t>> {
        self.0.iter().find(|field| field.name == name).copied()
    }

    pub(super) fn value(&self, name: &str) -> Option<NodeId> {
        self.get(name).map(|field| field.value)
    }

    /// Takes the fields of these names out.
    pub(super) fn take(&mut self, names: &[&str]) -> Self {
        let (taken, rest) = std::mem::take(&mut self.0).into_iter().partition(|field| names.contains(&field.name));
        self.0 = rest;
        Self(taken)
    }
}

impl<'t> Reader<'t> {
    pub(super) fn new(tree: &'t Tree, source: SourceId) -> Self {
        Self { tree, source, mistakes: Vec::new(), unheard: Vec::new(), folders: Vec::new() }
    }

    /// All mistakes, in file order.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.mistakes.sort_by_key(|mistake| (mistake.span.start, mistake.span.end));
        self.mistakes
    }

    /// Notes a key that only a policy named with `--config` may say.
    pub(super) fn reserved(&mut self, key: NodeId, what: &'static str) {
        let span = self.span(self.tree.range(key));
        self.unheard.push((span, what));
    }

    /// Notes a folder that only a policy named with `--config` may say, where it lies outside of the repository.
    pub(super) fn folder(&mut self, key: NodeId, folder: NodeId) {
        let span = self.span(self.tree.range(key));
        self.folders.push((span, self.tree.text(folder).to_owned()));
    }

    /// The folders that are named, each with its key.
    pub(super) fn folders(&mut self) -> Vec<(Span, String)> {
        std::mem::take(&mut self.folders)
    }

    /// The keys that only a policy named with `--config` may say.
    pub(super) fn unheard(&mut self) -> Vec<(Span, &'static str)> {
        std::mem::take(&mut self.unheard)
    }

    /// How many there are so far.
    pub(super) fn count(&self) -> usize {
        self.mistakes.len()
    }

    pub(super) fn span(&self, range: TextRange) -> Span {
        Span::new(self.source, range)
    }

    pub(super) fn mistake(&mut self, range: TextRange, message: impl Into<String>) -> &mut Diagnostic {
        let at = self.mistakes.len();
        self.mistakes.push(Diagnostic::new(ID, Severity::Error, self.span(range), message));
        &mut self.mistakes[at]
    }

    pub(super) fn wrong(&mut self, id: NodeId, message: impl Into<String>) -> &mut Diagnostic {
        self.mistake(self.tree.range(id), message)
    }

    /// A word that is none of `known`: the nearest one is offered, else all are listed.
    pub(super) fn unknown(&mut self, range: TextRange, message: impl Into<String>, word: &str, known: &[&str]) {
        let span = self.span(range);
        let meant = suggest::closest(word, known.iter().copied());
        let mistake = self.mistake(range, message);
        if let Some(meant) = meant {
            mistake.label(format!("did you mean `{meant}`?")).fix(false, vec![Edit { span, text: meant.to_owned() }]);
            return;
        }
        let known: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
        mistake.help(format!("known here: {}", known.join(", ")));
    }

    /// The fields of a mapping, whatever their names; duplicates are mistakes, the first one counts. Nothing at all has none.
    pub(super) fn entries(&mut self, id: NodeId) -> Option<Fields<'t>> {
        if self.tree.kind(self.tree.resolve(id)) != Kind::Mapping {
            self.wrong(id, format!("expected a mapping, found {}", self.found(id)));
            return None;
        }
        for (first, again) in self.tree.duplicates(id) {
            let (first, name) = (self.span(self.tree.range(first)), self.tree.text(again));
            self.wrong(again, format!("the key `{name}` is given twice")).related(first, "first given here");
        }
        let mut seen = HashSet::new();
        let mut fields = Vec::new();
        for [key, value] in self.tree.merged(id) {
            let name = self.tree.text(key);
            if self.tree.kind(self.tree.resolve(key)) != Kind::Scalar || self.tree.is_null(key) {
                self.wrong(key, "a key is one word");
            } else if seen.insert(name) {
                fields.push(Field { name, key, value });
            }
        }
        Some(Fields(fields))
    }

    /// The fields of a mapping of which only `known` are expected.
    pub(super) fn fields(&mut self, id: NodeId, known: &[&str]) -> Option<Fields<'t>> {
        let mut fields = self.entries(id)?;
        let known_fields = fields.take(known);
        for field in fields.0 {
            self.unknown_key(field, known);
        }
        Some(known_fields)
    }

    pub(super) fn unknown_key(&mut self, field: Field<'_>, known: &[&str]) {
        self.unknown(self.tree.range(field.key), format!("unknown key `{}`", field.name), field.name, known);
    }

    /// The value of a section; one with nothing in it is a mistake.
    pub(super) fn section(&mut self, fields: &Fields<'_>, name: &str) -> Option<NodeId> {
        let field = fields.get(name)?;
        if self.tree.is_null(field.value) {
            self.wrong(field.key, format!("nothing stands under `{name}`")).help("remove the key, or fill it");
            return None;
        }
        Some(field.value)
    }

    /// The items of a list; a single value is a list of one.
    pub(super) fn items(&mut self, id: NodeId) -> Vec<NodeId> {
        match self.tree.kind(self.tree.resolve(id)) {
            Kind::Sequence => self.tree.items(id).to_vec(),
            Kind::Scalar if self.tree.is_null(id) => {
                self.wrong(id, "expected a list, found nothing")
                    .help("remove the key, or write `[]` for an empty list");
                Vec::new()
            }
            Kind::Scalar => vec![id],
            Kind::Mapping | Kind::Alias => {
                self.wrong(id, format!("expected a list, found {}", self.found(id)));
                Vec::new()
            }
        }
    }

    /// A text that is not empty; numbers count as written.
    pub(super) fn text(&mut self, id: NodeId) -> Option<&'t str> {
        let text = self.tree.text(id);
        if self.tree.kind(self.tree.resolve(id)) != Kind::Scalar || self.tree.is_null(id) {
            self.wrong(id, format!("expected a text, found {}", self.found(id)));
            return None;
        }
        if text.trim().is_empty() {
            self.wrong(id, "this text is empty");
            return None;
        }
        Some(text)
    }

    /// A list of texts, each once.
    pub(super) fn texts(&mut self, id: NodeId) -> Vec<(&'t str, NodeId)> {
        let mut texts: Vec<(&str, NodeId)> = Vec::new();
        let mut seen = HashSet::new();
        for item in self.items(id) {
            let Some(text) = self.text(item) else { continue };
            if seen.insert(text) {
                texts.push((text, item));
            } else {
                self.wrong(item, format!("`{text}` is given twice"));
            }
        }
        texts
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, id: NodeId) -> Option<bool> {
        let plain = self.tree.kind(self.tree.resolve(id)) == Kind::Scalar
            && self.tree.style(self.tree.resolve(id)) == Style::Plain;
        match self.tree.text(id) {
            "true" | "True" | "TRUE" if plain => Some(true),
            "false" | "False" | "FALSE" if plain => Some(false),
            text => {
                let meant = match text.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "on" | "y" | "1" => "write `true`",
                    "false" | "no" | "off" | "n" | "0" => "write `false`",
                    _ => "write `true` or `false`",
                };
                self.wrong(id, format!("expected `true` or `false`, found {}", self.found(id))).help(meant);
                None
            }
        }
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&mut self, id: NodeId, what: &str, table: &[(&str, T)]) -> Option<T> {
        let text = self.text(id)?;
        let found = table.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = table.iter().map(|(word, _)| *word).collect();
            self.unknown(self.tree.range(id), format!("unknown {what} `{text}`"), text, &known);
        }
        found
    }

    /// What a node is, in words.
    pub(super) fn found(&self, id: NodeId) -> String {
        match self.tree.kind(self.tree.resolve(id)) {
            Kind::Mapping => "a mapping".to_owned(),
            Kind::Sequence => "a list".to_owned(),
            Kind::Alias => "an alias without an anchor".to_owned(),
            Kind::Scalar if self.tree.is_null(id) => "nothing".to_owned(),
            Kind::Scalar => format!("`{}`", shortened(self.tree.text(id))),
        }
    }
}

/// Enough of a text to know it again.
fn shortened(text: &str) -> String {
    let mut start: String = text.chars().take(40).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}
