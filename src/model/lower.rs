//! From a text to a [`File`]: which texts are read, and what the file turns out to be.

use std::collections::HashSet;
use std::sync::Arc;

use super::actions::{Engine, Named};
use super::desugar;
use super::layer::Run;
use super::placeholder::Marks;
use super::problems::UNREADABLE;
use super::shapes::{Place, View};
use super::{Comment, Dialect, File, Layer, Problem, Reading, recognise};
use crate::diagnostic::Severity;
use crate::promql;
use crate::source::{Source, SourceId, Span, TextRange};
use crate::yaml::{self, ErrorKind, Kind, NodeId, Parsed};

/// So many words are kept to be shared, at most; fewer for a short text.
const WORDS: usize = 256;
/// A text of so many bytes for each of them has few others.
const A_WORD: usize = 64;

/// How files are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// The dialect of every file, whatever it looks like. `Prometheus` means more than the dialect: each file is judged as a
    /// stock Prometheus 3.14 would load it, and none is taken for another kind of file.
    pub dialect: Option<Dialect>,
    /// The server that expressions are written for.
    pub promql: promql::Options,
    /// Whether the file was named by the user: then its name does not speak against it.
    pub named: bool,
}

/// Reads a source as far as it can be read. Linear in its length; never fails.
#[must_use]
pub fn lower(source: &Source, id: SourceId, options: &Options) -> File {
    let mut lowering = Lowering::new(source, id, options);
    lowering.file.reading = if lowering.stock() { lowering.as_prometheus() } else { lowering.as_anything() };
    lowering.finish()
}

/// A file in the making.
pub(super) struct Lowering<'a> {
    pub source: &'a Source,
    pub options: &'a Options,
    pub file: File,
    /// Placeholders that may stand in values.
    pub marks: Marks,
    /// Index of the rule that problems are about.
    pub rule: Option<u32>,
    /// Nodes that may still be visited; aliases could lead round for ever.
    visits: usize,
    /// Bytes of values that may still be kept; aliases could ask for any amount.
    bytes: usize,
    /// Whether they did.
    cut: bool,
    /// Which limit of the YAML reader the file goes beyond.
    pub limit: Option<String>,
    /// Whether something was read as a rule file, though it may hold no rule.
    pub rule_file: bool,
    /// Whether a string looks like rules and none of them could be read.
    pub hidden: bool,
    /// Strings that were read.
    pub strings: HashSet<(Span, NodeId)>,
    /// Room for a problem that is not told any more.
    pub spare: Option<Problem>,
    /// Words that were met lately, each in its place.
    words: Vec<Option<Arc<str>>>,
}

impl<'a> Lowering<'a> {
    fn new(source: &'a Source, id: SourceId, options: &'a Options) -> Self {
        let file = File {
            source: id,
            reading: Reading::Rules,
            resources: Vec::new(),
            groups: Vec::new(),
            rules: Vec::new(),
            comments: Vec::new(),
            problems: Vec::new(),
            layers: vec![Layer::file()],
        };
        Self {
            source,
            options,
            file,
            marks: Marks::default(),
            rule: None,
            visits: 0,
            bytes: 0,
            cut: false,
            limit: None,
            rule_file: false,
            hidden: false,
            strings: HashSet::new(),
            spare: None,
            words: vec![None; (source.text().len() / A_WORD).clamp(16, WORDS).next_power_of_two()],
        }
    }

    /// Whether the file is judged as a stock Prometheus would load it.
    pub(super) fn stock(&self) -> bool {
        self.options.dialect == Some(Dialect::Prometheus)
    }

    /// One copy of each key and other short word, as long as no other word takes its place.
    pub(super) fn word(&mut self, text: &str) -> Arc<str> {
        let bytes = text.as_bytes();
        let letter = |at: usize| bytes.get(at).copied().map_or(0, usize::from);
        let place =
            bytes.len() * 7 + letter(0) * 31 + letter(bytes.len() / 2) * 13 + letter(bytes.len().saturating_sub(1));
        // Their number is a power of two.
        let place = place & (self.words.len() - 1);
        let Some(word) = self.words.get_mut(place) else { return Arc::from(text) };
        match word {
            Some(word) if **word == *text => word.clone(),
            _ => word.insert(Arc::from(text)).clone(),
        }
    }

    /// Whether a value of this length may still be kept.
    pub(super) fn keep(&mut self, len: usize) -> bool {
        match self.bytes.checked_sub(len) {
            Some(left) => self.bytes = left,
            None => self.cut = true,
        }
        !self.cut
    }

    /// Whether this much may still be done; aliases and merge keys could ask for any amount.
    pub(super) fn spend(&mut self, amount: usize) -> bool {
        match self.visits.checked_sub(amount) {
            Some(left) => self.visits = left,
            None => self.cut = true,
        }
        !self.cut
    }

    /// Whether a mapping, or the items of a sequence, may be looked at with all their keys, and with those of their rules: an alias
    /// costs what it stands for, wherever it stands.
    pub(super) fn affords(&mut self, view: View<'_>, id: NodeId) -> bool {
        let one = [id];
        let items = if view.kind(id) == Kind::Sequence { view.tree.items(id) } else { &one[..] };
        let keys = |id: NodeId| 1 + view.tree.pairs(id).len();
        items.iter().all(|&item| {
            self.spend(keys(item)) && {
                let rules = view.tree.get(item, "rules").map_or(&[][..], |rules| view.tree.items(rules));
                rules.iter().all(|&rule| self.spend(keys(rule)))
            }
        })
    }

    /// Where a range of a layer's text stands in the file.
    pub(super) fn span(&self, layer: u32, range: TextRange) -> Span {
        let layer = self.file.layers.get(layer as usize);
        Span::new(self.file.source, layer.map_or(range, |layer| layer.locate(range)))
    }

    fn as_prometheus(&mut self) -> Reading {
        let parsed = yaml::parse(self.source.shared());
        let view = self.view(&parsed, 0);
        self.yaml_errors(&parsed, 0);
        self.comments(view);
        if let Some(&root) = parsed.tree.documents().first() {
            self.stock_file(view, root);
        }
        Reading::Rules
    }

    fn as_anything(&mut self) -> Reading {
        let text = self.source.text();
        if let Some(reading) = recognise::program(&self.source.path, text) {
            return reading;
        }
        if !recognise::mentions_rules(text) {
            return Reading::Skipped(recognise::kind(text));
        }
        let parsed = yaml::parse(self.source.shared());
        let readable = self.desugared(0, &parsed);
        let (parsed, layer) = match readable {
            Some((parsed, layer)) => (parsed, layer),
            None => (parsed, 0),
        };
        self.marks = Marks::of(text, layer > 0).in_file(Named::of(&self.source.path));
        self.layer(&parsed, layer, None);
        self.verdict(&parsed, layer)
    }

    /// Reads all that a text holds; `place` is where the string that it came from stands.
    pub(super) fn layer(&mut self, parsed: &Parsed, layer: u32, place: Option<Place<'_>>) {
        let view = self.view(parsed, layer);
        let before = (self.file.rules.len(), self.file.groups.len());
        for (index, &root) in parsed.tree.documents().iter().enumerate() {
            self.document(view, root, index, place);
        }
        let found = before != (self.file.rules.len(), self.file.groups.len());
        if found || place.is_none() {
            self.comments(view);
            self.yaml_errors(parsed, layer);
        }
    }

    fn view<'t>(&mut self, parsed: &'t Parsed, layer: u32) -> View<'t> {
        self.visits = self.visits.saturating_add(parsed.tree.nodes().count().saturating_mul(8)).saturating_add(10_000);
        self.bytes = self.bytes.saturating_add(parsed.tree.source().len().saturating_mul(4)).saturating_add(1 << 20);
        View { tree: &parsed.tree, layer }
    }

    /// A layer made readable, where it is a template.
    pub(super) fn desugared(&mut self, layer: u32, parsed: &Parsed) -> Option<(Parsed, u32)> {
        let outer = &self.file.layers[layer as usize];
        let text = outer.text(self.source);
        let named = if layer == 0 { Named::of(&self.source.path) } else { None };
        let engine = Engine::of(text, parsed, named)?;
        let (readable, runs) = desugar::desugar(text, engine);
        let again = yaml::parse(readable.as_str());
        let (before, left) = (syntax_errors(parsed), syntax_errors(&again));
        if left > 0 && left >= before && !engine.certain {
            return None;
        }
        let runs = outer.through(&runs, u32::try_from(readable.len()).unwrap_or(u32::MAX));
        self.file.layers.push(Layer { text: readable, runs, template: true });
        Some((again, u32::try_from(self.file.layers.len() - 1).unwrap_or(0)))
    }

    fn verdict(&mut self, parsed: &Parsed, layer: u32) -> Reading {
        let text = self.source.text();
        if self.file.rules.is_empty() && self.is_filled_in(layer) && (self.rule_file || recognise::rule_resource(text))
        {
            self.file.problems.clear();
            let why = "its rules come from a template engine: check the YAML that it renders to";
            return Reading::NotChecked("unknown-shape", why.to_owned());
        }
        if !self.file.rules.is_empty() || self.rule_file {
            return Reading::Rules;
        }
        let broken = parsed.errors.iter().any(|error| error.kind == ErrorKind::Syntax);
        let kind = recognise::kind(text);
        let ours = self.options.named || !recognise::foreign(&self.source.path);
        if ours && (self.hidden || recognise::has_rule_lines(text)) {
            if broken && layer == 0 {
                // Prometheus may load it, and would have none of its rules.
                for problem in &mut self.file.problems {
                    problem.diagnostic.severity = Severity::Error;
                }
                return Reading::Rules;
            }
            if broken || self.hidden || kind == "other-yaml" {
                self.file.problems.clear();
                let why = if layer > 0 {
                    "a template that could not be made readable"
                } else {
                    "its rules are in no known shape"
                };
                return Reading::NotChecked("unknown-shape", why.to_owned());
            }
        }
        self.file.problems.clear();
        Reading::Skipped(kind)
    }

    /// Whether a template engine writes the groups or rules of a template: where lines are, or items, or the value of their key.
    fn is_filled_in(&self, layer: u32) -> bool {
        let layer = &self.file.layers[layer as usize];
        let groups = ["spec:", "groups:"].iter().filter_map(|key| layer.text.find(key)).min();
        let all = |start| TextRange::new(u32::try_from(start).unwrap_or(u32::MAX), u32::MAX);
        let whole = |run: &Run| {
            let (at, text) = (run.at as usize, &layer.text);
            let near = &text[text.floor_char_boundary(at.saturating_sub(256))..at];
            let before = near.rsplit('\n').next().unwrap_or("").trim();
            before.is_empty() || before == "-" || ["spec:", "groups:", "rules:"].iter().any(|key| before.ends_with(key))
        };
        let written = |start| layer.unknowns(all(start)).any(|run| !run.verbatim && whole(run));
        layer.template && groups.is_some_and(written)
    }

    fn comments(&mut self, view: View<'_>) {
        let text = view.tree.source();
        for comment in view.tree.comments() {
            let read = text.get(comment.range.range()).unwrap_or("");
            let span = self.span(view.layer, comment.range);
            let decoded = (self.source.slice(span.range()) != read).then(|| read.into());
            self.file.comments.push(Comment { span, decoded, own_line: comment.own_line });
        }
    }

    fn finish(self) -> File {
        let mut file = self.file;
        let cut =
            self.cut.then(|| "its aliases, merge keys and labels of groups stand for more than is read".to_owned());
        let rules = || file.reading == Reading::Rules || self.hidden || recognise::has_rule_lines(self.source.text());
        if let Some(why) = self.limit.or(cut).filter(|_| rules()) {
            file.reading = Reading::NotChecked("too-large", why);
        }
        file.comments.sort_by_key(|comment| comment.span.start);
        hide_what_was_not_read(&mut file);
        // Files stay until the end of the run.
        file.rules.shrink_to_fit();
        file.groups.shrink_to_fit();
        file.comments.shrink_to_fit();
        file.problems.sort_by_key(|problem| (problem.diagnostic.span.start, problem.diagnostic.span.end));
        file
    }
}

/// Where YAML breaks off inside of a rule, what follows in it was not read: its labels and annotations may be there, and that a
/// key is missing, or its name or expression, is not said.
fn hide_what_was_not_read(file: &mut File) {
    let breaks: Vec<u32> = file
        .problems
        .iter()
        .map(|problem| &problem.diagnostic)
        .filter(|diagnostic| diagnostic.rule == "yaml-syntax")
        .filter(|diagnostic| diagnostic.severity == Severity::Error || diagnostic.message == UNREADABLE)
        .flat_map(|diagnostic| {
            std::iter::once(diagnostic.span.start).chain(diagnostic.related.iter().map(|label| label.span.start))
        })
        .collect();
    let mut starts: Vec<(u32, usize)> =
        file.rules.iter().enumerate().map(|(index, rule)| (rule.span.start, index)).collect();
    starts.sort_unstable();
    let absent = file.problems.iter().filter(|problem| problem.missing).map(|problem| problem.diagnostic.span.start);
    let mut items: Vec<u32> = absent.chain(starts.iter().map(|&(start, _)| start)).collect();
    items.sort_unstable();
    let last = |at| items[..items.partition_point(|&start| start <= at)].last().copied();
    let hidden: HashSet<u32> = breaks.iter().filter_map(|&at| last(at)).collect();
    file.problems.retain(|problem| !(problem.missing && hidden.contains(&problem.diagnostic.span.start)));
    for at in breaks {
        let before = starts.partition_point(|(start, _)| *start <= at);
        let Some(&(_, index)) = before.checked_sub(1).and_then(|last| starts.get(last)) else { continue };
        let rule = &mut file.rules[index];
        for block in [&mut rule.labels, &mut rule.annotations] {
            (block.open, block.broken) = (true, true);
        }
    }
}

fn syntax_errors(parsed: &Parsed) -> usize {
    parsed.errors.iter().filter(|error| error.kind == ErrorKind::Syntax).count()
}

#[cfg(test)]
mod tests;
