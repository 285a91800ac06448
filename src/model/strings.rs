//! YAML inside a string: `ConfigMap`s, Helm values, patches.

use super::Shape;
use super::layer::{Layer, Run};
use super::lower::Lowering;
use super::shapes::{Place, View};
use crate::yaml::{self, NodeId};

/// How many strings may lie in one another.
const DEPTH: u32 = 4;

/// Shorter texts hold no rule.
const SHORTEST: usize = 24;

impl Lowering<'_> {
    /// Reads a scalar that may hold YAML with rules.
    pub(super) fn string(&mut self, view: View<'_>, id: NodeId, place: Place<'_>) {
        let text = view.tree.text(id);
        if place.strings >= DEPTH || text.len() < SHORTEST || !promising(text) {
            return;
        }
        let raw = view.tree.raw(id);
        let (value, pieces) = raw.decode(view.tree.source());
        if value != text {
            return;
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
        match self.desugared(index, &parsed) {
            Some((parsed, layer)) => self.layer(&parsed, layer, Some(inner)),
            None => self.layer(&parsed, index, Some(inner)),
        }
        if before.0 == self.file.groups.len() {
            self.file.problems.truncate(before.1);
            self.file.layers.truncate(index as usize);
        }
    }
}

/// Whether a text has the words of a rule, its key at the start of a line or quoted as in JSON.
fn promising(text: &str) -> bool {
    let rule = |name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let after = text[at + name.len()..].trim_start_matches(['"', '\'', ' ', '\\']);
            after.starts_with(':')
        })
    };
    (text.contains('\n') || text.trim_start().starts_with(['{', '[']))
        && text.contains("expr")
        && (rule("alert") || rule("record"))
}
