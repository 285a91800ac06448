//! Finds the waiver of a finding among those of its file, however many there are.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::civil::Date;

use super::{Target, Waiver};
use crate::model::{File, Rule};

/// The waivers of one file by what they are for. Of those for the same thing the one that lasts longest counts; the others are
/// of no use, and no finding tells of thousands.
#[derive(Debug, Default)]
pub struct Index(HashMap<Slot, HashMap<String, (Date, usize)>>);

/// What a waiver is for. A rule or group used through an alias is there several times, with the same bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Slot {
    Rule(u32),
    Group(u32),
    File,
}

impl Index {
    /// The index of the waivers that [`super::of_file`] gave for `file`.
    #[must_use]
    pub fn of(file: &File, waivers: &[Waiver]) -> Self {
        let mut slots: HashMap<Slot, HashMap<String, (Date, usize)>> = HashMap::new();
        for (index, waiver) in waivers.iter().enumerate().filter(|(_, waiver)| waiver.fault.is_none()) {
            let slot = match waiver.target {
                Target::File => Some(Slot::File),
                Target::Group(group) => file.groups.get(group as usize).map(|group| Slot::Group(group.span.start)),
                Target::Rule(rule) => file.rules.get(rule as usize).map(|rule| Slot::Rule(rule.span.start)),
                Target::Scope(_) | Target::Nothing => None,
            };
            let Some((slot, until)) = slot.zip(waiver.until) else { continue };
            for allowed in &waiver.rules {
                let best = slots.entry(slot).or_default().entry(allowed.id.clone()).or_insert((until, index));
                if until > best.0 {
                    *best = (until, index);
                }
            }
        }
        Self(slots)
    }

    /// The waiver that lasts longest, of equal ones the narrowest, for findings of `lint` about `rule`, or about the file as a
    /// whole. `waivers` are those of the index.
    #[must_use]
    pub fn find<'a>(&self, waivers: &'a [Waiver], lint: &str, file: &File, rule: Option<&Rule>) -> Option<&'a Waiver> {
        let of_rule = rule.map(|rule| [Slot::Rule(rule.span.start), Slot::Group(file.group(rule).span.start)]);
        let slots = of_rule.into_iter().flatten().chain([Slot::File]);
        let found = slots.filter_map(|slot| self.0.get(&slot)?.get(lint));
        waivers.get(found.min_by_key(|(until, _)| Reverse(*until))?.1)
    }
}
