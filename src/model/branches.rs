//! Conditions of a template engine inside of rules: branches that share what follows them, and rules of which they write parts.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::actions::{Does, Piece, block_word};
use super::keys::{Fields, Key};
use super::lower::Lowering;
use super::shapes::{Holder, View};
use super::{Block, Entry, File, RuleKind, Text};
use crate::source::{Source, TextRange};
use crate::yaml::{Kind, NodeId, Raw, Style};

impl File {
    /// Where the lines begin, in order, on which a template engine ends a branch: rules before and behind need not come together.
    #[must_use]
    pub fn branch_ends(&self, source: &Source) -> Vec<u32> {
        if !self.layers.iter().any(|layer| layer.template) {
            return Vec::new();
        }
        let text = source.text();
        let ends = |line: &str| {
            let line = line.trim_start();
            let word = block_word(line);
            ["{{", "{%", "<%", "[[", "%{"].iter().any(|open| line.starts_with(open))
                && (word.starts_with("end") || word.starts_with("els") || word == "elif")
        };
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        let found = text.split('\n').zip(starts).filter(|(line, _)| ends(line));
        found.filter_map(|(_, start)| u32::try_from(start).ok()).collect()
    }
}

/// A condition that is open, or was just closed.
#[derive(Default)]
struct Condition {
    /// Where its `else`s begin.
    others: Vec<u32>,
    /// Whether its latest branch has a line yet.
    begun: bool,
    /// Indentation of the list item that its latest branch begins with.
    item: Option<usize>,
}

/// Words that open a block which an `end` closes.
const OPENING: &[&str] = &["if", "unless", "range", "for", "with", "block", "define", "macro", "call", "filter"];

/// The `else`s, by where they begin, behind which lines of the branch before them may follow: the last branch begins an item, and
/// the line behind the condition goes on with it, as with the item of each other branch.
pub(super) fn shared_tails<'p>(text: &str, lines: impl Iterator<Item = &'p [Piece]>) -> HashSet<u32> {
    let mut shared = HashSet::new();
    let (mut open, mut closed): (Vec<Condition>, Vec<Condition>) = (Vec::new(), Vec::new());
    for line in lines {
        if let Some((indent, item)) = content(text, line) {
            let going_on = |condition: &Condition| condition.item.is_some_and(|item| indent > item);
            shared.extend(closed.drain(..).filter(going_on).flat_map(|condition| condition.others));
            for condition in open.iter_mut().rev().take_while(|condition| !condition.begun) {
                (condition.begun, condition.item) = (true, item.then_some(indent));
            }
        }
        for piece in line {
            let Piece::Action(range, Does::Control) = *piece else { continue };
            let action = &text[range.range()];
            match block_word(action) {
                "else" | "elif" | "elsif" => {
                    closed.clear();
                    if let Some(condition) = open.last_mut() {
                        condition.others.push(range.start);
                        condition.begun = false;
                    }
                }
                word if word.starts_with("end") => closed.extend(open.pop()),
                word if OPENING.contains(&word) || action.contains(" do ") => open.push(Condition::default()),
                _ => {}
            }
        }
    }
    shared
}

/// The ends, by where they begin, of the named templates that a text begins with. Each is written where it is used, at an indentation
/// of its own, so that what follows is another document.
pub(super) fn named_ends<'p>(text: &str, lines: impl Iterator<Item = &'p [Piece]>) -> HashSet<u32> {
    let (mut ends, mut depth) = (HashSet::new(), 0usize);
    for line in lines {
        let written = content(text, line).is_some();
        if written && depth == 0 {
            break;
        }
        for piece in line {
            let Piece::Action(range, Does::Control) = *piece else { continue };
            match block_word(&text[range.range()]) {
                "define" | "macro" => depth += 1,
                word if OPENING.contains(&word) && depth == 0 => return ends,
                word if OPENING.contains(&word) => depth += 1,
                word if word.starts_with("end") && depth > 0 => {
                    depth -= 1;
                    ends.extend((depth == 0 && !written).then_some(range.start));
                }
                _ => {}
            }
        }
    }
    ends
}

/// The indentation of a line with text of its own, and whether it begins an item of a list.
fn content(text: &str, line: &[Piece]) -> Option<(usize, bool)> {
    let written = line.iter().filter_map(Piece::text).map(|range| &text[range.range()]);
    let mut indent = 0;
    for part in written {
        let rest = part.trim_start();
        indent += part.len() - rest.len();
        if !rest.is_empty() {
            return (!rest.starts_with('#')).then_some((indent, rest.starts_with('-')));
        }
    }
    None
}

/// A line whose conditions stand around keys: `- {{ if a }}alert: A{{ else }}alert: B{{ end }}`. What is written first is read, what
/// other branches write is a part of its value that nobody knows.
pub(super) fn around_keys(text: &str, line: &[Piece]) -> Vec<Piece> {
    let control = |piece: &Piece| match *piece {
        Piece::Action(range, Does::Control) => Some(block_word(&text[range.range()])),
        _ => None,
    };
    let key_at =
        |at: usize| line.get(at).and_then(Piece::text).is_some_and(|range| begins_with_key(&text[range.range()]));
    let mut out: Vec<Piece> = Vec::with_capacity(line.len());
    let (mut at, mut closed) = (0, true);
    while let Some(&piece) = line.get(at) {
        at += 1;
        let dashes =
            |before: &Piece| before.text().is_some_and(|range| text[range.range()].trim_matches([' ', '-']).is_empty());
        match control(&piece) {
            Some("if" | "with" | "unless") if key_at(at) && out.iter().all(dashes) => {}
            Some("else" | "elif" | "elsif") if closed && key_at(at) => {
                let Some(end) = end_of(&line[at..], control) else {
                    // No later one has an end either, or it would be that of this one.
                    closed = false;
                    out.push(piece);
                    continue;
                };
                if let (Piece::Action(first, _), Some(Piece::Action(last, _))) = (piece, line.get(at + end)) {
                    out.push(Piece::Action(first.cover(*last), Does::Output));
                }
                at += end + 1;
            }
            _ => out.push(piece),
        }
    }
    out
}

/// The action of these that closes what was open before them.
fn end_of<'t>(line: &[Piece], control: impl Fn(&Piece) -> Option<&'t str>) -> Option<usize> {
    let mut depth = 0usize;
    line.iter().position(|piece| match control(piece) {
        Some(word) if OPENING.contains(&word) => {
            depth += 1;
            false
        }
        Some(word) if word.starts_with("end") => match depth.checked_sub(1) {
            Some(less) => {
                depth = less;
                false
            }
            None => true,
        },
        _ => false,
    })
}

/// Whether a text begins with `key:`.
fn begins_with_key(text: &str) -> bool {
    let text = text.trim_start();
    let len = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-./\"'".contains(byte)).count();
    let value = text[len..].strip_prefix(':');
    len > 0 && value.is_some_and(|value| value.is_empty() || value.starts_with([' ', '\t', '\r']))
}

impl Lowering<'_> {
    /// An item of a template that is no rule by itself: its expression, or its name, comes from the engine. Whether it is one.
    pub(super) fn torn(&mut self, view: View<'_>, id: NodeId, fields: &Fields<'_>, group: u32, holder: Holder) -> bool {
        // Without an action where the rest could stand, its author left it out, or a mistake in the YAML hides it.
        let written = |&[key, _]: &[NodeId; 2]| self.unknown(view, key);
        if !self.is_open(view, id) && !fields.entries.iter().any(written) {
            return false;
        }
        let scalar = |key| fields.value(key).is_some_and(|value| view.kind(value) == Kind::Scalar);
        let named = scalar(Key::Alert) || scalar(Key::Record);
        if named && fields.value(Key::Expr).is_none() {
            self.rule(view, id, fields, group, holder);
            return true;
        }
        let nameless = fields.value(Key::Alert).or(fields.value(Key::Record)).is_none();
        if nameless && scalar(Key::Expr) {
            let span = self.span(view.layer, super::problems::first_line(view, id));
            let diagnostic = self.doubtful(span, "this rule cannot be read here without rendering its template");
            diagnostic.label("its name comes from a template engine");
            diagnostic.help("check the YAML that it renders to as well");
            return true;
        }
        false
    }

    /// The value of a field that a template engine writes, behind the name of its rule.
    pub(super) fn unwritten(&self, view: View<'_>, name: &Text) -> Text {
        let raw = Raw { range: TextRange::at(name.raw().range.end), style: Style::Plain, indent: 0 };
        let mut text = Text::new(Arc::from(""), self.span(view.layer, raw.range), raw, view.layer, None);
        text.set_templated();
        text
    }

    /// The names that the branches of a condition give to one rule of a template.
    pub(super) fn names(&mut self, view: View<'_>, fields: &Fields<'_>) -> Vec<(RuleKind, Text)> {
        let mut names: Vec<(RuleKind, Text)> = Vec::new();
        for &[key, value] in &*fields.entries {
            let kind = match view.key(key) {
                Some("alert") => RuleKind::Alert,
                Some("record") => RuleKind::Record,
                _ => continue,
            };
            names.extend(self.scalar(view, value).map(|name| (kind, name)));
        }
        names
    }

    /// Takes in the labels or annotations that other branches write for the same rule.
    pub(super) fn take_in(&mut self, view: View<'_>, fields: &Fields<'_>, key: Key, block: &mut Block) {
        let again = all(view, fields, key).skip(1);
        let mut known: HashMap<Arc<str>, usize> = HashMap::new();
        for value in again {
            block.open = true;
            if known.is_empty() {
                known.extend(block.entries.iter().enumerate().map(|(at, entry)| (entry.key.shared(), at)));
            }
            for entry in self.pairs(view, value) {
                add(&mut block.entries, &mut known, entry);
            }
        }
    }
}

/// Adds an entry to those of a template's mapping, of which `known` says where each key is. Branches of a condition may write the
/// same key with values of their own: which one comes out is not known.
pub(super) fn add(entries: &mut Vec<Entry>, known: &mut HashMap<Arc<str>, usize>, entry: Entry) {
    let at = *known.entry(entry.key.shared()).or_insert(entries.len());
    match entries.get_mut(at) {
        None => entries.push(entry),
        Some(other) if other.value.value() != entry.value.value() => other.value.set_templated(),
        Some(_) => {}
    }
}

/// Whether a key is there twice.
pub(super) fn twice(view: View<'_>, fields: &Fields<'_>, key: Key) -> bool {
    fields.twice && all(view, fields, key).nth(1).is_some()
}

/// The values of all entries of a key.
fn all<'a>(view: View<'a>, fields: &'a Fields<'_>, key: Key) -> impl Iterator<Item = NodeId> + 'a {
    let of_key = move |&&[name, _]: &&[NodeId; 2]| view.key(name) == Some(key.name());
    fields.entries.iter().filter(of_key).map(|&[_, value]| value)
}

#[cfg(test)]
mod tests;
