//! The section `rules`: which lint rules run, on what, how loudly and with which options.

use super::reader::{Field, Fields, Reader};
use crate::diagnostic::Severity;
use crate::lint::scope::Scope;
use crate::lint::{Active, Block, Configurable, Level};
use crate::rules::{Visitor, all, visit};
use crate::source::TextRange;
use crate::yaml::{Kind, NodeId};

/// Words for a level.
const LEVELS: &[(&str, Level)] = &[
    ("off", Level::Off),
    ("note", Level::At(Severity::Note)),
    ("warning", Level::At(Severity::Warning)),
    ("error", Level::At(Severity::Error)),
];

/// The keys of a block that are not the lint rule's own.
const SHARED: &[&str] = &["level", "paths", "match", "locked"];

/// The lint rules that run without a policy.
pub(super) fn defaults() -> Vec<Active> {
    struct Defaults(Vec<Active>);
    impl Visitor for Defaults {
        fn visit<R: Configurable>(&mut self) {
            self.0.extend((R::META.level != Level::Off).then(plain::<R>));
        }
    }
    let mut defaults = Defaults(Vec::new());
    visit(&mut defaults);
    defaults.0
}

/// A lint rule with its defaults, on everything.
pub(super) fn plain<R: Configurable>() -> Active {
    Active { meta: &R::META, blocks: vec![block::<R>(None)] }
}

fn block<R: Configurable>(level: Option<Level>) -> Block {
    Block { rule: Box::new(R::default()), level, scope: Scope::default(), locked: false }
}

/// Reads the section: the lint rules that run, in the order of the list.
pub(super) fn read(reader: &mut Reader<'_>, id: NodeId) -> Vec<Active> {
    let known: Vec<&str> = all().iter().map(|meta| meta.id).collect();
    let Some(mut named) = reader.entries(id) else { return defaults() };
    let fields = named.take(&known);
    for field in named.0 {
        reader.unknown(
            reader.tree.range(field.key),
            format!("there is no lint rule `{}`", field.name),
            field.name,
            &known,
        );
    }
    let mut rules = Rules { reader, fields, active: Vec::new() };
    visit(&mut rules);
    rules.active
}

struct Rules<'r, 't> {
    reader: &'r mut Reader<'t>,
    fields: Fields<'t>,
    active: Vec<Active>,
}

impl Visitor for Rules<'_, '_> {
    fn visit<R: Configurable>(&mut self) {
        let Some(field) = self.fields.get(R::META.id) else {
            self.active.extend((R::META.level != Level::Off).then(plain::<R>));
            return;
        };
        let blocks = self.blocks::<R>(field);
        if blocks.iter().any(|block| block.level != Some(Level::Off)) {
            self.active.push(Active { meta: &R::META, blocks });
        }
    }
}

impl<'t> Rules<'_, 't> {
    fn blocks<R: Configurable>(&mut self, field: Field<'t>) -> Vec<Block> {
        let tree = self.reader.tree;
        if tree.is_null(field.value) {
            let id = field.name;
            self.reader
                .mistake(tree.range(field.key), format!("nothing is said of `{id}`"))
                .help(format!("write a level, `{id}: warning` for example, or a mapping of options"));
            return vec![block::<R>(None)];
        }
        let nodes = match tree.kind(tree.resolve(field.value)) {
            Kind::Sequence => tree.items(field.value).to_vec(),
            _ => vec![field.value],
        };
        let before = self.reader.count();
        let blocks: Vec<Block> = nodes.iter().map(|&node| self.block::<R>(node)).collect();
        // A scope that cannot be read looks like one that fits everything.
        if self.reader.count() == before {
            self.check(field, &nodes, &blocks);
        }
        blocks
    }

    fn block<R: Configurable>(&mut self, id: NodeId) -> Block {
        let reader = &mut *self.reader;
        let tree = reader.tree;
        let range = tree.range(id);
        if tree.kind(tree.resolve(id)) == Kind::Scalar {
            let mut block = block::<R>(reader.word(id, "level", LEVELS));
            block.scope.span = Some(reader.span(range));
            return block;
        }
        let Some(mut fields) = reader.entries(id) else { return block::<R>(None) };
        if fields.0.is_empty() {
            reader.wrong(id, "this block says nothing");
        }
        let shared = fields.take(SHARED);
        let level = shared.value("level").and_then(|level| reader.word(level, "level", LEVELS));
        let scope = reader.scope(&shared, range);
        let locked = shared.value("locked").and_then(|locked| reader.boolean(locked)).unwrap_or(false);
        let rule: R = reader.options(fields, range, SHARED).unwrap_or_default();
        Block { rule: Box::new(rule), level, scope, locked }
    }

    /// Blocks that contradict each other.
    fn check(&mut self, field: Field<'t>, nodes: &[NodeId], blocks: &[Block]) {
        let (reader, id) = (&mut *self.reader, field.name);
        if blocks.is_empty() {
            reader
                .wrong(field.value, format!("no block is given for `{id}`"))
                .help(format!("write `{id}: off` to switch it off"));
        }
        let range = |at: usize| nodes.get(at).map_or(TextRange::default(), |&node| reader.tree.range(node));
        let everything = blocks.iter().position(|block| block.scope.is_everything());
        let hidden = everything.filter(|&at| at + 1 < blocks.len()).map(|at| (range(at), range(at + 1)));
        if let Some((above, below)) = hidden {
            let above = reader.span(above);
            reader
                .mistake(below, "this block never applies: the first that fits an alert decides")
                .related(above, "this one fits every alert")
                .help("put the block without `paths` and `match` last");
        }
        let off = |block: &Block| block.level == Some(Level::Off);
        if everything.is_none() && !blocks.is_empty() && blocks.iter().all(off) {
            reader
                .wrong(field.value, format!("this switches `{id}` off everywhere"))
                .note("an alert that no block fits is exempt")
                .help(format!("write `{id}: off`, or add a last block for all other alerts: `- level: error`"));
        }
    }
}
