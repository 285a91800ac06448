//! Where rules lie in a tree: rule files, custom resources, lists, single rules, and anything that holds them deeper down.

use std::borrow::Cow;
use std::cell::Cell;

use super::check::DROPPED;
use super::dialect::{self, Level};
use super::keys::{Fields, Key};
use super::lower::Lowering;
use super::{Dialect, Group, Resource, Shape};
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
    /// Whether the key above is the name of a rule file, so that this is what Prometheus loads.
    pub file: bool,
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

impl<'t> View<'t> {
    /// The node's kind, aliases followed.
    pub(super) fn kind(self, id: NodeId) -> Kind {
        self.tree.kind(self.tree.resolve(id))
    }

    /// Keys and values, merge keys applied.
    pub(super) fn entries(self, id: NodeId) -> Cow<'t, [[NodeId; 2]]> {
        let written = self.tree.pairs(id);
        let merges = written.iter().any(|&[key, _]| self.tree.is_merge(key));
        if merges { Cow::Owned(self.tree.merged(id)) } else { Cow::Borrowed(written) }
    }

    /// The text of a scalar key; none for any other key.
    pub(super) fn key(self, key: NodeId) -> Option<&'t str> {
        self.tree.scalar(key)
    }

    /// Whether the mapping is a rule.
    pub(super) fn is_rule(self, id: NodeId) -> bool {
        self.kind(id) == Kind::Mapping && Fields::of(self, id).is_rule(self)
    }
}

impl Holder {
    fn new(shape: Shape, dialect: Dialect, resource: Option<u32>, strict: bool) -> Self {
        Self { shape, dialect, resource, strict, other_language: dialect == Dialect::Loki }
    }
}

impl Place<'_> {
    pub(super) fn new(shape: Shape, dialect: Option<Dialect>) -> Self {
        Self { shape, resource: None, dialect, list: false, file: false, depth: 0, strings: 0 }
    }

    fn deeper(self) -> Self {
        let shape = match self.shape {
            Shape::Plain | Shape::Bare | Shape::Single => Shape::Nested,
            shape => shape,
        };
        Self { shape, file: false, depth: self.depth + 1, ..self }
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
        let fields = Fields::of(view, root);
        if fields.is_rule(view) {
            let shape = if place.shape == Shape::Plain { Shape::Single } else { place.shape };
            return self.node(view, root, Place { shape, ..place });
        }
        let groups = fields.value(Key::Groups).filter(|_| fields.get(Key::Kind).is_none());
        let misspelt = || misspelt(view, &fields).filter(|_| place.shape == Shape::Plain);
        let groups = groups.or_else(misspelt);
        let Some(groups) = groups.filter(|&groups| self.looks_like_rules(view, root, groups)) else {
            return self.mapping(view, root, place);
        };
        self.rule_file = true;
        let dialect = self.dialect(view, root, groups, place.dialect);
        let holder = Holder::new(place.shape, dialect, self.resource(place.resource), true);
        self.check_keys(view, &fields, Level::File, holder);
        self.check_duplicates(view, root);
        self.groups(view, groups, holder, place);
        let plain = place.shape == Shape::Plain && dialect == Dialect::Prometheus;
        if plain && self.is_parted(view, root, index) {
            self.second_document(view, root);
        }
        if fields.get(Key::Groups).is_some() {
            self.others(view, &fields, fields.value(Key::Groups), place);
        }
    }

    /// The first document of a file, as Prometheus loads it.
    pub(super) fn stock_file(&mut self, view: View<'_>, root: NodeId) {
        if !self.want_mapping(view, root, "a rule file") {
            return;
        }
        let holder = Holder::new(Shape::Plain, Dialect::Prometheus, None, true);
        let fields = Fields::of(view, root);
        self.check_keys(view, &fields, Level::File, holder);
        self.check_duplicates(view, root);
        if let Some(groups) = fields.value(Key::Groups).filter(|groups| self.affords(view, *groups)) {
            self.groups(view, groups, holder, Place::new(Shape::Plain, Some(Dialect::Prometheus)));
        }
    }

    /// Anything below the place where a rule file could begin.
    fn node(&mut self, view: View<'_>, id: NodeId, place: Place<'_>) {
        if place.depth > DEPTH {
            self.limit.get_or_insert_with(|| "nested too deeply: what is inside was not checked".to_owned());
            return;
        }
        if !self.spend(1) {
            return;
        }
        let id = view.tree.resolve(id);
        match view.tree.kind(id) {
            Kind::Mapping => self.mapping(view, id, place),
            Kind::Sequence => self.sequence(view, id, place),
            Kind::Scalar => self.string(view, id, place),
            Kind::Alias => {}
        }
    }

    fn mapping(&mut self, view: View<'_>, id: NodeId, place: Place<'_>) {
        if !self.affords(view, id) {
            return;
        }
        let fields = Fields::of(view, id);
        if fields.is_rule(view) {
            let holder = self.holder(view, id, place);
            let group = self.unnamed(view, id, holder);
            return self.rule(view, id, &fields, group, holder);
        }
        let scalar = |key| fields.value(key).filter(|&value| view.kind(value) == Kind::Scalar);
        let Some(kind) = scalar(Key::Kind) else { return self.body(view, id, &fields, place) };
        let place = Place { list: place.list || view.tree.text(kind).ends_with("List"), ..place };
        if fields.value(Key::Metadata).is_some_and(|metadata| view.kind(metadata) == Kind::Mapping) {
            let pending = Pending { view, id, index: Cell::new(None) };
            return self.resource_body(view, &fields, Place { resource: Some(&pending), ..place });
        }
        self.body(view, id, &fields, place);
    }

    fn body(&mut self, view: View<'_>, id: NodeId, fields: &Fields<'_>, place: Place<'_>) {
        if let Some(groups) = fields.value(Key::Groups).filter(|&groups| self.looks_like_rules(view, id, groups)) {
            let dialect = self.dialect(view, id, groups, place.dialect);
            let file = place.file;
            let place = place.deeper();
            let holder = Holder::new(place.shape, dialect, self.resource(place.resource), file);
            self.groups(view, groups, holder, place);
            return self.others(view, fields, fields.value(Key::Groups), place);
        }
        let items = fields.value(Key::Rules).map_or(&[][..], |rules| view.tree.items(rules));
        if items.iter().any(|&item| view.is_rule(item)) {
            let holder = self.holder(view, id, place);
            return self.group(view, id, holder, place);
        }
        self.others(view, fields, None, place);
    }

    fn resource_body(&mut self, view: View<'_>, fields: &Fields<'_>, place: Place<'_>) {
        let text = |key| fields.value(key).map_or("", |value| view.tree.text(value));
        let spec = fields.value(Key::Spec).filter(|&spec| view.kind(spec) == Kind::Mapping);
        let inner = spec.map(|spec| (spec, Fields::of(view, spec)));
        let known = dialect::of_kind(text(Key::Kind), text(Key::ApiVersion));
        let found = inner.and_then(|(spec, inner)| {
            let misspelt = inner.misspelt(view, Key::Groups).filter(|_| known.is_some());
            let groups = inner.value(Key::Groups).or(misspelt.map(|(_, groups)| groups))?;
            let told = known.is_some() && misspelt.is_none() && self.affords(view, groups);
            let ours = told || self.looks_like_rules(view, spec, groups);
            ours.then_some((spec, inner, groups, misspelt))
        });
        let Some((spec, inner, groups, misspelt)) = found else {
            let outside = fields.get(Key::Groups).filter(|_| known.is_some());
            if let Some((key, _)) = outside.filter(|&(_, groups)| self.looks_like_rules(view, groups, groups)) {
                let kind = text(Key::Kind).to_owned();
                let span = self.span(view.layer, view.tree.range(key));
                let diagnostic = self.wrong(span, format!("the `groups` of a `{kind}` stand under `spec`"));
                diagnostic.note(DROPPED);
            }
            return self.others(view, fields, None, place);
        };
        self.rule_file = true;
        let shape = if place.list { Shape::List } else { Shape::Resource };
        let place = Place { dialect: self.options.dialect.or(known).or(place.dialect), shape, ..place };
        let dialect = self.dialect(view, spec, groups, place.dialect);
        let holder = Holder::new(shape, dialect, self.resource(place.resource), known.is_some());
        if holder.strict {
            self.check_duplicates(view, spec);
        }
        if let Some((key, _)) = misspelt {
            self.unknown_key(view, key, Level::Spec, holder, Some(Key::Groups.name()));
        }
        self.groups(view, groups, holder, place);
        self.others(view, &inner, Some(groups), place);
        self.others(view, fields, fields.value(Key::Spec), place);
    }

    /// Everything but this value.
    pub(super) fn others(&mut self, view: View<'_>, fields: &Fields<'_>, but: Option<NodeId>, place: Place<'_>) {
        for &[key, value] in &*fields.entries {
            if Some(value) != but {
                let file = view.key(key).is_some_and(names_a_file);
                self.node(view, value, Place { file, ..place.deeper() });
            }
        }
    }

    fn sequence(&mut self, view: View<'_>, id: NodeId, place: Place<'_>) {
        if !self.affords(view, id) {
            return;
        }
        let mut made = None;
        let mut rules = None;
        let items = view.tree.items(id);
        for &item in items {
            let item = view.tree.resolve(item);
            let fields = (view.tree.kind(item) == Kind::Mapping).then(|| Fields::of(view, item));
            let template = self.file.layers[view.layer as usize].template;
            let mut among_rules =
                || template && *rules.get_or_insert_with(|| items.iter().any(|&item| view.is_rule(item)));
            let Some(fields) = fields.filter(|fields| fields.is_rule(view) || among_rules()) else {
                self.node(view, item, Place { depth: place.depth + 1, ..place });
                continue;
            };
            if !self.spend(1) {
                return;
            }
            let (group, holder) = *made.get_or_insert_with(|| {
                let holder = self.holder(view, id, place);
                (self.unnamed(view, id, holder), holder)
            });
            if fields.is_rule(view) {
                self.rule(view, item, &fields, group, holder);
            } else if !self.torn(view, item, &fields, group, holder) {
                self.node(view, item, Place { depth: place.depth + 1, ..place });
            }
        }
    }

    fn holder(&mut self, view: View<'_>, id: NodeId, place: Place<'_>) -> Holder {
        let dialect = self.dialect(view, id, id, place.dialect);
        Holder::new(place.shape, dialect, self.resource(place.resource), false)
    }

    /// A group made for rules that stand in none.
    fn unnamed(&mut self, view: View<'_>, id: NodeId, holder: Holder) -> u32 {
        self.add_group(Group {
            span: self.span(view.layer, view.tree.range(id)),
            name: None,
            interval: None,
            limit: None,
            query_offset: None,
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
            let fields = Fields::of(view, pending.id);
            let metadata = Fields::of(view, fields.value(Key::Metadata)?);
            let kind = self.scalar(view, fields.value(Key::Kind)?)?;
            let name = metadata.value(Key::Name).and_then(|id| self.scalar(view, id));
            let labels = metadata.value(Key::Labels).map(|id| self.pairs(view, id)).unwrap_or_default();
            let span = self.span(view.layer, view.tree.range(pending.id));
            self.file.resources.push(Resource { kind, name, labels, span });
            pending.index.set(u32::try_from(self.file.resources.len() - 1).ok());
        }
        pending.index.get()
    }
}

/// Whether a key is the name of a file with rules: `alerting_rules.yml: {groups: …}` in the values of a chart.
fn names_a_file(key: &str) -> bool {
    [".yml", ".yaml", ".rules"].iter().any(|end| key.ends_with(end))
}

/// The value of the only key of a text, where that key is nearly `groups`: a rule file that Prometheus refuses.
fn misspelt(view: View<'_>, fields: &Fields<'_>) -> Option<NodeId> {
    fields.misspelt(view, Key::Groups).filter(|_| fields.entries.len() == 1).map(|(_, groups)| groups)
}
