//! Where rules lie in a tree: rule files, custom resources, lists, single rules, and anything that holds them deeper down.

use std::cell::Cell;

use super::dialect::{self, Level};
use super::lower::Lowering;
use super::{Dialect, Group, Resource, Shape};
use crate::source::Span;
use crate::yaml::{Kind, NodeId, Tree};

/// A tree and the layer whose text it is of.
#[derive(Clone, Copy)]
pub(super) struct View<'t> {
    pub tree: &'t Tree,
    pub layer: u32,
}

/// What a node lies in.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    /// The shape of a group that is found here.
    pub shape: Shape,
    /// The nearest resource.
    pub resource: Option<&'p Pending<'p>>,
    /// What the surroundings say about the dialect.
    pub dialect: Option<Dialect>,
    /// Whether a `List` is around it.
    pub list: bool,
    /// Nodes above.
    pub depth: u32,
    /// Strings around.
    pub strings: u32,
}

/// A resource that is written down as soon as a group is found in it.
pub(super) struct Pending<'p> {
    view: View<'p>,
    id: NodeId,
    index: Cell<Option<u32>>,
}

/// What the groups of a sequence have in common.
#[derive(Clone, Copy)]
pub(super) struct Holder {
    pub shape: Shape,
    pub dialect: Dialect,
    pub resource: Option<u32>,
    /// Whether a key that the dialect does not know is an error.
    pub strict: bool,
    /// Whether expressions are in a language that is not read: LogQL, LogsQL, Graphite's.
    pub other_language: bool,
}

/// Nodes may be nested this deep, aliases counted.
const DEPTH: u32 = 256;

/// The keys that tell what a mapping is.
#[derive(Default)]
struct Telling {
    alert: Option<NodeId>,
    record: Option<NodeId>,
    expr: Option<NodeId>,
    groups: Option<NodeId>,
    rules: Option<NodeId>,
    kind: Option<NodeId>,
    metadata: Option<NodeId>,
    spec: Option<NodeId>,
    items: Option<NodeId>,
}

impl<'t> View<'t> {
    /// The node's kind, aliases followed.
    pub(super) fn kind(self, id: NodeId) -> Kind {
        self.tree.kind(self.tree.resolve(id))
    }

    /// Keys and values, merge keys applied.
    pub(super) fn entries(self, id: NodeId) -> Vec<(NodeId, NodeId)> {
        if self.tree.entries(id).any(|(key, _)| self.tree.is_merge(key)) {
            return self.tree.merged(id);
        }
        self.tree.entries(id).collect()
    }

    /// The text of a scalar key; none for any other key.
    pub(super) fn key(self, key: NodeId) -> Option<&'t str> {
        (self.kind(key) == Kind::Scalar).then(|| self.tree.text(key))
    }

    /// Whether the mapping is a rule: a scalar `expr` and a scalar `alert` or `record`.
    pub(super) fn is_rule(self, id: NodeId) -> bool {
        self.kind(id) == Kind::Mapping && self.telling(&self.entries(id)).is_rule(self)
    }

    fn telling(self, entries: &[(NodeId, NodeId)]) -> Telling {
        let mut telling = Telling::default();
        for &(key, value) in entries {
            let slot = match self.key(key) {
                Some("alert") => &mut telling.alert,
                Some("record") => &mut telling.record,
                Some("expr") => &mut telling.expr,
                Some("groups") => &mut telling.groups,
                Some("rules") => &mut telling.rules,
                Some("kind") => &mut telling.kind,
                Some("metadata") => &mut telling.metadata,
                Some("spec") => &mut telling.spec,
                Some("items") => &mut telling.items,
                _ => continue,
            };
            slot.get_or_insert(value);
        }
        telling
    }
}

impl Telling {
    fn is_rule(&self, view: View<'_>) -> bool {
        let scalar = |id: Option<NodeId>| id.is_some_and(|id| view.kind(id) == Kind::Scalar);
        scalar(self.expr) && (scalar(self.alert) || scalar(self.record))
    }
}

impl Place<'_> {
    pub(super) fn new(shape: Shape, dialect: Option<Dialect>) -> Self {
        Self { shape, resource: None, dialect, list: false, depth: 0, strings: 0 }
    }

    fn deeper(self) -> Self {
        let shape = match self.shape {
            Shape::Plain | Shape::Bare | Shape::Single => Shape::Nested,
            shape => shape,
        };
        Self { shape, depth: self.depth + 1, ..self }
    }
}

impl Lowering<'_> {
    /// A document: of the file itself, or of a string inside of it, then with the place of that string.
    pub(super) fn document(&mut self, view: View<'_>, root: NodeId, index: usize, place: Option<Place<'_>>) {
        let own = Place::new(Shape::Plain, self.options.dialect.or_else(|| dialect::of_path(&self.source.path)));
        let place = place.unwrap_or(own);
        let Kind::Mapping = view.kind(root) else {
            let shape = if place.shape == Shape::Plain { Shape::Bare } else { place.shape };
            return self.node(view, root, Place { shape, ..place });
        };
        let entries = view.entries(root);
        let telling = view.telling(&entries);
        if telling.is_rule(view) {
            let shape = if place.shape == Shape::Plain { Shape::Single } else { place.shape };
            return self.node(view, root, Place { shape, ..place });
        }
        let Some(groups) =
            telling.groups.filter(|&groups| telling.kind.is_none() && self.looks_like_rules(view, root, groups))
        else {
            return self.mapping(view, root, place);
        };
        self.rule_file = true;
        let dialect = self.dialect(view, root, groups, place.dialect);
        let holder = Holder {
            shape: place.shape,
            dialect,
            resource: self.resource(place.resource),
            strict: true,
            other_language: false,
        };
        self.check_keys(view, &entries, Level::File, holder);
        self.check_duplicates(view, root);
        self.groups(view, groups, holder, place);
        if index > 0 && place.shape == Shape::Plain && dialect == Dialect::Prometheus {
            self.second_document(view, root);
        }
        self.others(view, &entries, &["groups"], place);
    }

    /// The first document of a file, as Prometheus loads it.
    pub(super) fn stock_file(&mut self, view: View<'_>, root: NodeId) {
        let holder = Holder {
            shape: Shape::Plain,
            dialect: Dialect::Prometheus,
            resource: None,
            strict: true,
            other_language: false,
        };
        if !self.want_mapping(view, root, "a rule file") {
            return;
        }
        let entries = view.entries(root);
        self.check_keys(view, &entries, Level::File, holder);
        self.check_duplicates(view, root);
        if let Some(groups) = view.telling(&entries).groups {
            self.groups(view, groups, holder, Place::new(Shape::Plain, Some(Dialect::Prometheus)));
        }
    }

    /// Anything below the place where a rule file could begin.
    fn node(&mut self, view: View<'_>, id: NodeId, place: Place<'_>) {
        if place.depth > DEPTH || self.visits == 0 {
            return;
        }
        self.visits -= 1;
        let id = view.tree.resolve(id);
        match view.tree.kind(id) {
            Kind::Mapping => self.mapping(view, id, place),
            Kind::Sequence => self.sequence(view, id, place),
            Kind::Scalar => self.string(view, id, place),
            Kind::Alias => {}
        }
    }

    fn mapping(&mut self, view: View<'_>, id: NodeId, place: Place<'_>) {
        let entries = view.entries(id);
        let telling = view.telling(&entries);
        if telling.is_rule(view) {
            let holder = self.holder(view, id, place);
            let group = self.unnamed(view, id, holder);
            return self.rule(view, id, group, holder);
        }
        if let (Some(kind), Some(metadata)) = (telling.kind, telling.metadata)
            && view.kind(kind) == Kind::Scalar
            && view.kind(metadata) == Kind::Mapping
        {
            let pending = Pending { view, id, index: Cell::new(None) };
            let list = place.list || telling.items.is_some() && view.tree.text(kind).ends_with("List");
            let place = Place { resource: Some(&pending), list, ..place };
            return self.resource_body(view, &entries, &telling, place);
        }
        let list = place.list || telling.kind.is_some_and(|kind| view.tree.text(kind).ends_with("List"));
        self.body(view, id, &entries, &telling, Place { list, ..place });
    }

    fn body(&mut self, view: View<'_>, id: NodeId, entries: &[(NodeId, NodeId)], telling: &Telling, place: Place<'_>) {
        if let Some(groups) = telling.groups.filter(|&groups| self.looks_like_rules(view, id, groups)) {
            let dialect = self.dialect(view, id, groups, place.dialect);
            let resource = self.resource(place.resource);
            let place = place.deeper();
            self.groups(
                view,
                groups,
                Holder { shape: place.shape, dialect, resource, strict: false, other_language: false },
                place,
            );
            return self.others(view, entries, &["groups"], place);
        }
        if telling.rules.is_some_and(|rules| view.tree.items(rules).iter().any(|&item| view.is_rule(item))) {
            let dialect = self.dialect(view, id, id, place.dialect);
            let holder = Holder {
                shape: place.shape,
                dialect,
                resource: self.resource(place.resource),
                strict: false,
                other_language: false,
            };
            return self.group(view, id, holder, place);
        }
        self.others(view, entries, &[], place);
    }

    fn resource_body(&mut self, view: View<'_>, entries: &[(NodeId, NodeId)], telling: &Telling, place: Place<'_>) {
        let kind = telling.kind.map_or("", |kind| view.tree.text(kind));
        let version = entries.iter().find(|(key, _)| view.key(*key) == Some("apiVersion"));
        let version = version.map_or("", |&(_, value)| view.tree.text(value));
        let shape = if place.list { Shape::List } else { Shape::Resource };
        let spec = telling.spec.filter(|&spec| view.kind(spec) == Kind::Mapping);
        let groups = spec.and_then(|spec| view.telling(&view.entries(spec)).groups);
        let (Some(known), Some(spec), Some(groups)) = (dialect::of_kind(kind, version), spec, groups) else {
            return self.others(view, entries, &[], place);
        };
        self.rule_file = true;
        let place = Place { dialect: self.options.dialect.or(known).or(place.dialect), shape, ..place };
        let dialect = self.dialect(view, spec, groups, place.dialect);
        let holder = Holder {
            shape,
            dialect,
            resource: self.resource(place.resource),
            strict: known.is_some(),
            other_language: false,
        };
        let inner = view.entries(spec);
        if holder.strict {
            self.check_duplicates(view, spec);
        }
        self.groups(view, groups, holder, place);
        self.others(view, &inner, &["groups"], place);
        self.others(view, entries, &["spec"], place);
    }

    /// Everything but these keys.
    pub(super) fn others(&mut self, view: View<'_>, entries: &[(NodeId, NodeId)], but: &[&str], place: Place<'_>) {
        for &(key, value) in entries {
            if !view.key(key).is_some_and(|key| but.contains(&key)) {
                self.node(view, value, place.deeper());
            }
        }
    }

    fn sequence(&mut self, view: View<'_>, id: NodeId, place: Place<'_>) {
        let mut made = None;
        for &item in view.tree.items(id) {
            if self.visits == 0 || !view.is_rule(item) {
                self.node(view, item, Place { depth: place.depth + 1, ..place });
                continue;
            }
            self.visits -= 1;
            let (group, holder) = *made.get_or_insert_with(|| {
                let holder = self.holder(view, id, place);
                (self.unnamed(view, id, holder), holder)
            });
            self.rule(view, item, group, holder);
        }
    }

    fn holder(&mut self, view: View<'_>, id: NodeId, place: Place<'_>) -> Holder {
        let dialect = self.dialect(view, id, id, place.dialect);
        Holder {
            shape: place.shape,
            dialect,
            resource: self.resource(place.resource),
            strict: false,
            other_language: false,
        }
    }

    /// A group made for rules that stand in none.
    fn unnamed(&mut self, view: View<'_>, id: NodeId, holder: Holder) -> u32 {
        self.add_group(Group {
            span: self.span(view.layer, view.tree.range(id)),
            name: None,
            interval: None,
            labels: Vec::new(),
            shape: holder.shape,
            dialect: holder.dialect,
            resource: holder.resource,
        })
    }

    pub(super) fn add_group(&mut self, group: Group) -> u32 {
        self.file.groups.push(group);
        u32::try_from(self.file.groups.len() - 1).unwrap_or(u32::MAX)
    }

    /// Index of the resource, written down on first use.
    fn resource(&mut self, pending: Option<&Pending<'_>>) -> Option<u32> {
        let pending = pending?;
        if pending.index.get().is_none() {
            let view = pending.view;
            let entries = view.entries(pending.id);
            let telling = view.telling(&entries);
            let metadata = telling.metadata.map(|id| view.entries(id)).unwrap_or_default();
            let of =
                |name: &str| metadata.iter().find(|(key, _)| view.key(*key) == Some(name)).map(|&(_, value)| value);
            let kind = telling.kind.and_then(|id| self.scalar(view, id))?;
            let name = of("name").and_then(|id| self.scalar(view, id));
            let labels = of("labels").map(|id| self.pairs(view, id)).unwrap_or_default();
            let span: Span = self.span(view.layer, view.tree.range(pending.id));
            self.file.resources.push(Resource { kind, name, labels, span });
            pending.index.set(u32::try_from(self.file.resources.len() - 1).ok());
        }
        pending.index.get()
    }
}
