//! The keys of a mapping that say what it is, found in one pass.

use std::borrow::Cow;

use super::shapes::View;
use super::suggest;
use crate::yaml::{Kind, NodeId};

/// A key that plays a part in rule files and in resources.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Key {
    Alert,
    Record,
    Expr,
    For,
    KeepFiringFor,
    Labels,
    Annotations,
    Name,
    Interval,
    QueryOffset,
    Limit,
    Rules,
    Groups,
    Type,
    Kind,
    ApiVersion,
    Metadata,
    Spec,
    Items,
    Patch,
}

const KEYS: usize = Key::Patch as usize + 1;

impl Key {
    pub(super) fn of(text: &str) -> Option<Self> {
        Some(match text {
            "alert" => Self::Alert,
            "record" => Self::Record,
            "expr" => Self::Expr,
            "for" => Self::For,
            "keep_firing_for" => Self::KeepFiringFor,
            "labels" => Self::Labels,
            "annotations" => Self::Annotations,
            "name" => Self::Name,
            "interval" => Self::Interval,
            "query_offset" => Self::QueryOffset,
            "limit" => Self::Limit,
            "rules" => Self::Rules,
            "groups" => Self::Groups,
            "type" => Self::Type,
            "kind" => Self::Kind,
            "apiVersion" => Self::ApiVersion,
            "metadata" => Self::Metadata,
            "spec" => Self::Spec,
            "items" => Self::Items,
            "$patch" => Self::Patch,
            _ => return None,
        })
    }

    /// As it is written.
    pub(super) fn name(self) -> &'static str {
        self.shown().trim_matches('`')
    }

    /// As it is shown to people.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Alert => "`alert`",
            Self::Record => "`record`",
            Self::Expr => "`expr`",
            Self::For => "`for`",
            Self::KeepFiringFor => "`keep_firing_for`",
            Self::Labels => "`labels`",
            Self::Annotations => "`annotations`",
            Self::Name => "`name`",
            Self::Interval => "`interval`",
            Self::QueryOffset => "`query_offset`",
            Self::Limit => "`limit`",
            Self::Rules => "`rules`",
            Self::Groups => "`groups`",
            Self::Type => "`type`",
            Self::Kind => "`kind`",
            Self::ApiVersion => "`apiVersion`",
            Self::Metadata => "`metadata`",
            Self::Spec => "`spec`",
            Self::Items => "`items`",
            Self::Patch => "`$patch`",
        }
    }
}

/// The entries of a mapping, merge keys applied, and the first of each telling key among them.
pub(super) struct Fields<'t> {
    pub entries: Cow<'t, [[NodeId; 2]]>,
    /// For each key one more than its place in `entries`; 0 where it is not there.
    slots: [u32; KEYS],
    /// Whether some telling key is there twice.
    pub twice: bool,
}

impl<'t> Fields<'t> {
    pub(super) fn of(view: View<'t>, id: NodeId) -> Self {
        let mut fields = Self { entries: view.entries(id), slots: [0; KEYS], twice: false };
        for (i, &[key, _]) in fields.entries.iter().enumerate() {
            let Some(key) = view.key(key).and_then(Key::of) else { continue };
            let slot = &mut fields.slots[key as usize];
            fields.twice |= *slot != 0;
            if *slot == 0 {
                *slot = u32::try_from(i + 1).unwrap_or(0);
            }
        }
        fields
    }

    /// The key as written, and its value.
    pub(super) fn get(&self, key: Key) -> Option<(NodeId, NodeId)> {
        let at = (self.slots[key as usize] as usize).checked_sub(1)?;
        self.entries.get(at).map(|&[key, value]| (key, value))
    }

    pub(super) fn value(&self, key: Key) -> Option<NodeId> {
        self.get(key).map(|(_, value)| value)
    }

    /// The entry whose key is nearly this one, where the key itself is not there.
    pub(super) fn misspelt(&self, view: View<'_>, key: Key) -> Option<(NodeId, NodeId)> {
        let near = |id: NodeId| view.key(id).is_some_and(|name| suggest::nearest(name, &[key.name()]).is_some());
        let found = self.entries.iter().find(|[key, _]| near(*key)).filter(|_| self.get(key).is_none());
        found.map(|&[key, value]| (key, value))
    }

    /// Whether every entry has one of these keys and none is there twice, as written.
    pub(super) fn only(&self, keys: &[Key]) -> bool {
        let there = keys.iter().filter(|key| self.slots[**key as usize] != 0).count();
        there == self.entries.len() && matches!(self.entries, Cow::Borrowed(_))
    }

    /// Whether the mapping is a rule: a scalar `expr` and a scalar `alert` or `record`.
    pub(super) fn is_rule(&self, view: View<'_>) -> bool {
        let scalar = |key| self.value(key).is_some_and(|id| view.kind(id) == Kind::Scalar);
        scalar(Key::Expr) && (scalar(Key::Alert) || scalar(Key::Record))
    }
}
