//! YAML inside a string: `ConfigMap`s, Helm values, patches.

use super::layer::{Layer, Run};
use super::lower::Lowering;
use super::shapes::{Place, View};
use super::{Shape, recognise};
use crate::diagnostic::Severity;
use crate::yaml::{self, NodeId, Parsed, Piece};

/// How many strings may lie in one another.
const DEPTH: u32 = 4;

/// Shorter texts hold no rule: a name and an expression of one letter each.
const SHORTEST: usize = 16;

impl Lowering<'_> {
    /// Reads a scalar that may hold YAML with rules.
    pub(super) fn string(&mut self, view: View<'_>, id: NodeId, place: Place<'_>) {
        let text = view.tree.text(id);
        if text.len() < SHORTEST || !promising(text) {
            return;
        }
        if place.strings >= DEPTH {
            self.limit.get_or_insert_with(|| "strings in strings: what is inside was not checked".to_owned());
            return;
        }
        let raw = view.tree.raw(id);
        // What many aliases stand for is read once.
        if !self.strings.insert((self.span(view.layer, raw.range), id)) {
            return;
        }
        let (mut value, mut pieces) = raw.decode(view.tree.source());
        if value != text {
            // Written in a way that is not known to the byte: the whole scalar stands for each part.
            (value, pieces) = (text.to_owned(), vec![Piece { at: 0, range: raw.range, verbatim: false }]);
        }
        let outer = &self.file.layers[view.layer as usize];
        let runs = pieces.iter().map(|piece| Run {
            at: piece.at,
            file: piece.range,
            verbatim: piece.verbatim,
            unknown: !piece.verbatim && outer.unknown(piece.range),
        });
        let runs = outer.through(&runs.collect::<Vec<_>>(), u32::try_from(text.len()).unwrap_or(0));
        let template = outer.template;
        let parsed = yaml::parse(text);
        let index = u32::try_from(self.file.layers.len()).unwrap_or(u32::MAX);
        self.file.layers.push(Layer { text: value, runs, template });
        let inner = Place { shape: Shape::String, strings: place.strings + 1, ..place };
        let before = (self.file.groups.len(), self.file.problems.len(), self.file.layers.len());
        let readable = self.desugared(index, &parsed);
        let (parsed, layer) = readable.as_ref().map_or((&parsed, index), |(parsed, layer)| (parsed, *layer));
        self.layer(parsed, layer, Some(inner));
        if before.0 == self.file.groups.len() {
            self.file.problems.truncate(before.1);
            self.unread(parsed, layer, text);
            self.file.layers.truncate(index as usize);
        }
    }

    /// Says that a text which looks like rules holds none that can be read.
    fn unread(&mut self, parsed: &Parsed, layer: u32, text: &str) {
        if parsed.errors.is_empty() || !recognise::has_rule_lines(text) {
            return;
        }
        self.hidden = true;
        let from = self.file.problems.len();
        self.yaml_errors(parsed, layer);
        self.file.problems.truncate(from + 1);
        let file = text.lines().any(|line| line.starts_with("groups:"));
        for problem in self.file.problems.iter_mut().skip(from) {
            let diagnostic = &mut problem.diagnostic;
            diagnostic.note("this text in a string looks like rules, and none of them can be read");
            if !file {
                diagnostic.severity = Severity::Warning;
            }
        }
    }
}

/// Whether a text of several lines, or of JSON, has the words of a rule.
fn promising(text: &str) -> bool {
    (text.contains('\n') || text.trim_start().starts_with(['{', '['])) && recognise::mentions_rules(text)
}
