//! Scalars, mappings of strings, groups and rules of a tree as parts of the model.

use std::collections::HashMap;

use super::keys::{Fields, Key};
use super::lower::Lowering;
use super::shapes::{Holder, Place, View};
use super::{Block, Dialect, Entry, Group, Query, Rule, RuleKind, Text, branches, placeholder};
use crate::promql;
use crate::source::TextRange;
use crate::yaml::{Kind, Leaf, NodeId, Style};

/// What a scalar is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// A key or another word that comes again and again.
    Word,
    /// The name of a rule, which findings and verdicts share.
    Name,
    /// Any value.
    Value,
    /// PromQL.
    Expression,
}

/// Values of at most so many bytes are mostly those of labels, the same over and over.
const SHORT: usize = 16;

/// Room is made for so many groups or rules at once; a sequence may hold anything.
const MANY: usize = 1024;

impl Lowering<'_> {
    /// A scalar as Prometheus loads it; none for a collection.
    pub(super) fn scalar(&mut self, view: View<'_>, id: NodeId) -> Option<Text> {
        self.text(view, id, Use::Value)
    }

    fn text(&mut self, view: View<'_>, id: NodeId, used: Use) -> Option<Text> {
        let Leaf { raw, value: loaded, null, verbatim } = view.tree.leaf(id)?;
        let layer = &self.file.layers[view.layer as usize];
        let below = || TextRange::new(raw.range.start, after(view.tree.source(), raw.range.end));
        let loaded = if null { "" } else { loaded };
        let empty = null || loaded.is_empty() && matches!(raw.style, Style::Literal | Style::Folded);
        let written_below = empty && layer.template && layer.holes(below()).next().is_some();
        let unknown = written_below || layer.unknown(raw.range);
        let written = unknown.then(|| layer.written(self.source, raw.range, loaded));
        let value = written.as_deref().unwrap_or(loaded);
        let len = value.len();
        if !self.keep(len) {
            return None;
        }
        let alias = (view.tree.kind(id) == Kind::Alias).then(|| self.span(view.layer, view.tree.range(id)));
        let span = self.span(view.layer, raw.range);
        let often = used == Use::Word || len <= SHORT && used == Use::Value;
        let mut text = if often {
            Text::new(self.word(value), span, raw, view.layer, alias)
        } else if used != Use::Name && view.layer == 0 && !unknown && !null && verbatim {
            Text::in_file(self.source.shared(), span, raw, alias)
        } else {
            Text::new(value.into(), span, raw, view.layer, alias)
        };
        if null && !unknown {
            text.set_null();
        }
        if unknown || placeholder::foreign(text.value(), self.marks, used == Use::Expression) {
            text.set_templated();
        }
        Some(text)
    }

    /// The entries of a mapping of strings, merge keys applied.
    pub(super) fn pairs(&mut self, view: View<'_>, id: NodeId) -> Vec<Entry> {
        let entries = view.entries(id);
        if !self.spend(entries.len()) {
            return Vec::new();
        }
        let template = self.file.layers[view.layer as usize].template;
        let mut known = HashMap::new();
        let mut out: Vec<Entry> = Vec::with_capacity(entries.len());
        for &[key, value] in &*entries {
            if view.tree.is_null(key) {
                continue;
            }
            let (Some(key), Some(value)) = (self.text(view, key, Use::Word), self.text(view, value, Use::Value)) else {
                continue;
            };
            let entry = Entry { key, value };
            if template {
                branches::add(&mut out, &mut known, entry);
            } else {
                out.push(entry);
            }
        }
        out
    }

    fn block(&mut self, view: View<'_>, rule: NodeId, found: Option<(NodeId, NodeId)>) -> Block {
        let Some((key, value)) = found else { return Block { open: self.is_open(view, rule), ..Block::default() } };
        let mapping = view.kind(value) == Kind::Mapping;
        let entries = if mapping { self.pairs(view, value) } else { Vec::new() };
        let templated = entries.iter().any(|entry| entry.key.templated())
            || !mapping && self.scalar(view, value).is_some_and(|text| text.templated());
        let range = view.tree.range(view.tree.resolve(value));
        let inside = TextRange::new(view.tree.range(key).end, range.end);
        let other = !mapping && !view.tree.is_null(value);
        let open = templated || other || self.has_hole(view, value, inside);
        Block {
            entries,
            key: Some(self.span(view.layer, view.tree.range(key))),
            span: mapping.then(|| self.span(view.layer, range)),
            open,
            broken: other && !templated,
        }
    }

    /// Whether lines that nobody knows may stand among the entries of a mapping or right behind it.
    pub(super) fn is_open(&self, view: View<'_>, mapping: NodeId) -> bool {
        let range = view.tree.range(mapping);
        let merged = |&[key, value]: &[NodeId; 2]| view.tree.is_merge(key) && self.unknown(view, value);
        self.has_hole(view, mapping, range) || view.tree.pairs(mapping).iter().any(merged)
    }

    /// Whether lines that nobody knows may stand among the entries of a mapping or right behind this range, not inside of a value
    /// or in place of one.
    fn has_hole(&self, view: View<'_>, mapping: NodeId, range: TextRange) -> bool {
        if !self.file.layers[view.layer as usize].template {
            return false;
        }
        let range = TextRange::new(range.start, after(view.tree.source(), range.end));
        let values: Vec<TextRange> = view.tree.entries(mapping).map(|(_, value)| view.tree.range(value)).collect();
        self.file.layers[view.layer as usize].holes(range).any(|at| {
            let before = values.partition_point(|value| value.start <= at);
            !values[..before].last().is_some_and(|value| at < value.end || value.is_empty())
        })
    }

    /// The groups of a sequence.
    pub(super) fn groups(&mut self, view: View<'_>, groups: NodeId, holder: Holder, place: Place<'_>) {
        if !self.want_sequence(view, groups, "`groups`") {
            if !self.stock() && view.kind(groups) == Kind::Mapping {
                let target = view.tree.resolve(groups);
                self.group(view, target, holder, place);
            }
            return;
        }
        let first = self.file.groups.len();
        let items = view.tree.items(groups);
        let rules = |group: &NodeId| view.tree.get(*group, "rules").map_or(0, |rules| view.tree.items(rules).len());
        // Most files have one such sequence: their lists end at their length.
        if self.file.rules.is_empty() {
            self.file.groups.reserve_exact(items.len().min(MANY));
            self.file.rules.reserve_exact(items.iter().map(rules).sum::<usize>().min(MANY));
        }
        for &item in items {
            if !self.spend(1) {
                return;
            }
            let target = view.tree.resolve(item);
            if view.tree.kind(target) == Kind::Mapping {
                self.group(view, target, holder, place);
            } else if !view.tree.is_null(target) {
                self.want_mapping(view, target, "a rule group");
            }
        }
        if holder.strict {
            self.check_group_names(first);
        }
    }

    pub(super) fn group(&mut self, view: View<'_>, id: NodeId, holder: Holder, place: Place<'_>) {
        let fields = Fields::of(view, id);
        if deletes(view, &fields, holder) {
            return;
        }
        let group = Group {
            span: self.span(view.layer, view.tree.range(id)),
            name: fields.value(Key::Name).and_then(|id| self.text(view, id, Use::Word)),
            interval: fields.value(Key::Interval).and_then(|id| self.text(view, id, Use::Word)),
            limit: fields.value(Key::Limit).and_then(|id| self.text(view, id, Use::Word)),
            query_offset: fields.value(Key::QueryOffset).and_then(|id| self.text(view, id, Use::Word)),
            labels: fields.value(Key::Labels).map(|id| self.pairs(view, id)).unwrap_or_default(),
            shape: holder.shape,
            dialect: holder.dialect,
            resource: holder.resource,
        };
        let group = self.add_group(group);
        self.check_group(view, id, &fields, holder);
        let language = fields.value(Key::Type).filter(|_| holder.dialect == Dialect::VictoriaMetrics);
        let other = language.is_some_and(|id| !view.tree.is_null(id) && view.tree.text(id) != "prometheus");
        let holder = Holder { other_language: holder.other_language || other, ..holder };
        let misspelt = || fields.misspelt(view, Key::Rules).filter(|_| !self.stock()).map(|(_, rules)| rules);
        let rules = fields.value(Key::Rules).or_else(misspelt);
        if let Some(rules) = rules {
            self.rules(view, rules, group, holder, place);
        }
        if !self.stock() {
            self.others(view, &fields, rules, place);
        }
    }

    fn rules(&mut self, view: View<'_>, rules: NodeId, group: u32, holder: Holder, place: Place<'_>) {
        let one = !self.want_sequence(view, rules, "`rules`");
        if one && self.stock() {
            return;
        }
        let one = [rules];
        let items = if view.kind(rules) == Kind::Sequence { view.tree.items(rules) } else { &one[..] };
        // Each rule has the labels of its group.
        let labels = self.file.groups.get(group as usize).map_or(0, |group| group.labels.len());
        if !self.spend(items.len().saturating_mul(labels)) {
            return;
        }
        for &item in items {
            if !self.spend(1) {
                return;
            }
            self.item(view, view.tree.resolve(item), group, holder, place);
        }
    }

    fn item(&mut self, view: View<'_>, id: NodeId, group: u32, holder: Holder, place: Place<'_>) {
        if view.tree.is_null(id) || !self.want_mapping(view, id, "a rule") {
            return;
        }
        let fields = Fields::of(view, id);
        if fields.is_rule(view) {
            return self.rule(view, id, &fields, group, holder);
        }
        if deletes(view, &fields, holder) {
            return;
        }
        if self.torn(view, id, &fields, group, holder) {
            return;
        }
        self.check_rule(view, id, &fields, holder);
        if !self.stock() {
            self.others(view, &fields, None, place);
        }
    }

    /// A rule: a mapping with a scalar `expr` and a scalar `alert` or `record`; in a template, as many as it has names.
    pub(super) fn rule(&mut self, view: View<'_>, id: NodeId, fields: &Fields<'_>, group: u32, holder: Holder) {
        if self.file.layers[view.layer as usize].template {
            let first = self.file.rules.len();
            for (kind, name) in self.names(view, fields) {
                if !self.spend(fields.entries.len()) {
                    break;
                }
                self.named_rule(view, id, fields, (kind, name), group, holder);
            }
            self.rule = u32::try_from(first).ok();
        } else {
            let mut field = |key: Key| fields.value(key).and_then(|value| self.text(view, value, Use::Name));
            let (alert, record) = (field(Key::Alert), field(Key::Record));
            let named = alert.as_ref().is_some_and(|alert| !alert.value().is_empty());
            let name = match (alert, record) {
                (Some(alert), None) => (RuleKind::Alert, alert),
                (Some(alert), Some(_)) if named => (RuleKind::Alert, alert),
                (_, Some(record)) => (RuleKind::Record, record),
                (None, None) => return,
            };
            self.rule = u32::try_from(self.file.rules.len()).ok();
            self.named_rule(view, id, fields, name, group, holder);
        }
        self.check_rule(view, id, fields, holder);
        self.rule = None;
    }

    fn named_rule(
        &mut self,
        view: View<'_>,
        id: NodeId,
        fields: &Fields<'_>,
        (kind, name): (RuleKind, Text),
        group: u32,
        holder: Holder,
    ) {
        let template = self.file.layers[view.layer as usize].template;
        let twice = |key| template && branches::twice(view, fields, key);
        let mut field = |key: Key, used: Use| {
            let mut text = fields.value(key).and_then(|value| self.text(view, value, used))?;
            if twice(key) {
                text.set_templated();
            }
            Some(text)
        };
        let (hold, keep) = (field(Key::For, Use::Word), field(Key::KeepFiringFor, Use::Word));
        let expr = field(Key::Expr, Use::Expression);
        let Some(expr) = expr.or_else(|| template.then(|| self.unwritten(view, &name))) else { return };
        let language = if twice(Key::Expr) { Query::Foreign } else { self.query(&expr, holder) };
        let mut labels = self.block(view, id, fields.get(Key::Labels));
        let mut annotations = self.block(view, id, fields.get(Key::Annotations));
        if template && fields.twice {
            self.take_in(view, fields, Key::Labels, &mut labels);
            self.take_in(view, fields, Key::Annotations, &mut annotations);
        }
        let span = self.span(view.layer, view.tree.range(id));
        let keep = keep.map(Box::new);
        self.file.rules.push(Rule { kind, span, group, name, expr, hold, keep, labels, annotations, language });
    }

    /// The expression's tree, where it is PromQL.
    fn query(&self, expr: &Text, holder: Holder) -> Query {
        if holder.other_language || expr.value().is_empty() {
            return Query::Foreign;
        }
        if expr.templated() {
            return self.query_around(expr).map_or(Query::Foreign, |parsed| Query::Read(Box::new(parsed)));
        }
        let metricsql = || !promql::parse(expr.value(), &self.options.promql).errors.is_empty();
        if holder.dialect == Dialect::VictoriaMetrics && metricsql() {
            return Query::Foreign;
        }
        Query::Written(self.options.promql)
    }
}

impl Lowering<'_> {
    /// The tree of an expression with placeholders. Its errors are those that it has whatever they stand for.
    fn query_around(&self, expr: &Text) -> Option<promql::Parsed> {
        let readable = placeholder::blanked(expr.value(), self.marks)?;
        let parsed = promql::parse(&readable.text, &self.options.promql);
        let layer = self.file.layers.get(expr.layer() as usize)?;
        let seen = readable.count > 0 && layer.unknowns(expr.raw().range).count() <= readable.count;
        match readable.certain.filter(|_| seen) {
            Some(certain) => {
                let mut errors = promql::parse(&certain, &self.options.promql).errors;
                // A correction may write the letters that stand for placeholders.
                for error in &mut errors {
                    error.fix = None;
                }
                Some(promql::Parsed { errors, ..parsed })
            }
            None => parsed.errors.is_empty().then_some(parsed),
        }
    }
}

/// Whether a part of a resource only says that another resource's part goes, or makes room for others, as patches of kustomize do.
fn deletes(view: View<'_>, fields: &Fields<'_>, holder: Holder) -> bool {
    let word = fields.value(Key::Patch).filter(|_| holder.resource.is_some()).map_or("", |value| view.tree.text(value));
    word == "delete" || word == "replace" && fields.entries.len() == 1
}

/// The end of the blanks and blank lines behind `end`.
fn after(text: &str, end: u32) -> u32 {
    let rest = text.get(end as usize..).unwrap_or("");
    let blanks = rest.len() - rest.trim_start().len();
    end.saturating_add(u32::try_from(blanks).unwrap_or(0))
}
