//! Which variables are known at a place.

use crate::source::TextRange;
use std::collections::HashMap;

/// Declared by Prometheus in front of every template of an alert, and `$`, the data the template gets.
pub(super) const GIVEN: [&str; 5] = ["$", "$labels", "$externalLabels", "$externalURL", "$value"];

/// The variables of a template or of one definition in it. Names start with `$`.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    declared: Vec<(&'a str, TextRange)>,
    /// How many declarations of a name are in force, besides those that are given.
    known: HashMap<&'a str, u32>,
    /// Where a name was declared last, though it is no longer known.
    ended: HashMap<&'a str, TextRange>,
    /// Whether this is a definition, which does not see the variables of the template around it.
    pub(super) is_definition: bool,
    /// How many bodies of `{{range}}` are open.
    pub(super) ranges: u32,
}

impl<'a> Scope<'a> {
    /// What a whole template starts with, or a definition.
    pub(super) fn new(is_definition: bool) -> Self {
        Self { declared: Vec::new(), known: HashMap::new(), ended: HashMap::new(), is_definition, ranges: 0 }
    }

    pub(super) fn declare(&mut self, name: &'a str, range: TextRange) {
        self.declared.push((name, range));
        *self.known.entry(name).or_default() += 1;
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        let given = if self.is_definition { &GIVEN[..1] } else { &GIVEN[..] };
        given.contains(&name) || self.known.get(name).is_some_and(|&count| count > 0)
    }

    /// Known names but `$`, sorted; of many declared ones the last 50.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let given = GIVEN.into_iter().skip(1).filter(|name| self.knows(name));
        let declared = self.declared.iter().rev().take(50).map(|(name, _)| *name);
        let mut names: Vec<_> = given.chain(declared).filter(|name| name.len() > 1).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Where `name` was declared in a block that has ended.
    pub(super) fn ended(&self, name: &str) -> Option<TextRange> {
        self.ended.get(name).copied()
    }

    /// A mark for [`Self::forget`].
    pub(super) fn mark(&self) -> usize {
        self.declared.len()
    }

    /// Ends all declarations made since the mark.
    pub(super) fn forget(&mut self, mark: usize) {
        for (name, range) in self.declared.drain(mark.min(self.declared.len())..) {
            self.ended.insert(name, range);
            if let Some(count) = self.known.get_mut(name) {
                *count = count.saturating_sub(1);
            }
        }
    }
}
