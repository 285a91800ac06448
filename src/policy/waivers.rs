//! The section `waivers`: findings that are allowed for now, by the identity of their alert.

use jiff::civil::Date;

use super::reader::{Fields, Reader};
use crate::lint::Setup;
use crate::lint::scope::Scope;
use crate::lint::waiver::{Allowed, Target, Waiver, date, not_for_waivers};
use crate::yaml::{Kind, NodeId};

const KEYS: &[&str] = &["rule", "file", "group", "alert", "labels", "until", "because"];
/// The keys that say what is waived.
const IDENTITY: &[&str] = &["file", "group", "alert", "labels"];

pub(super) fn read(reader: &mut Reader<'_>, id: NodeId, known: &[&str]) -> Vec<Waiver> {
    if reader.tree.kind(reader.tree.resolve(id)) != Kind::Sequence {
        reader
            .wrong(id, format!("expected a list of waivers, found {}", reader.found(id)))
            .help("begin each waiver with `- rule: …`");
        return Vec::new();
    }
    reader.tree.items(id).iter().filter_map(|&item| waiver(reader, item, known)).collect()
}

/// Waivers of lint rules that the policy itself locks against them.
pub(super) fn check(reader: &mut Reader<'_>, setup: &Setup) {
    for allowed in setup.waivers.iter().flat_map(|waiver| &waiver.rules) {
        let active = setup.rules.iter().find(|active| active.meta.id == allowed.id);
        let locked = active.and_then(|active| active.blocks.iter().find(|block| block.locked));
        if let Some(block) = locked {
            let mistake = reader.mistake(allowed.span.range(), format!("`{}` is locked against waivers", allowed.id));
            if let Some(span) = block.scope.span {
                mistake.related(span, "locked by this block");
            }
        }
    }
}

/// A waiver; what is wrong in it is a mistake of the policy, so that it never waives by half.
fn waiver(reader: &mut Reader<'_>, id: NodeId, known: &[&str]) -> Option<Waiver> {
    let fields = reader.fields(id, KEYS)?;
    let rules = rules(reader, &fields, known);
    let until = until(reader, &fields);
    let because = fields.value("because").and_then(|id| reader.text(id)).map(str::trim);
    let range = reader.tree.range(id);
    let missing: Vec<&str> =
        ["rule", "until", "because"].into_iter().filter(|name| fields.get(name).is_none()).collect();
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        let mistake = reader.mistake(range, format!("this waiver waives nothing: it has no {}", names.join(", no ")));
        mistake.help("a waiver says which `rule` is waived, `until` which day, and the reason: `because`");
    }
    if IDENTITY.iter().all(|name| fields.get(name).is_none()) {
        reader
            .mistake(range, "this waiver names no alert and no file")
            .help("name the `alert`, its `group`, `labels` or `file`; to switch a lint rule off, set its level");
    }
    let mut scope = Scope::default();
    scope.span = Some(reader.span(range));
    scope.paths = fields.value("file").and_then(|id| reader.globs(id));
    scope.group = fields.value("group").and_then(|id| reader.exactly(id));
    scope.alert = fields.value("alert").and_then(|id| reader.exactly(id));
    scope.labels = reader.labels(fields.value("labels"), Reader::exactly);
    let target = Target::Scope(Box::new(scope));
    Some(Waiver::new(reader.span(range), rules, Some(until?), because?.to_owned(), target))
}

fn rules(reader: &mut Reader<'_>, fields: &Fields<'_>, known: &[&str]) -> Vec<Allowed> {
    let named = fields.value("rule").map(|id| (id, reader.texts(id)));
    let Some((id, named)) = named else { return Vec::new() };
    if named.is_empty() && !reader.tree.is_null(id) {
        reader.wrong(id, "no lint rule is named here");
    }
    let mut rules = Vec::new();
    for (rule, id) in named {
        if let Some(message) = not_for_waivers(rule) {
            reader.wrong(id, message);
        } else if known.contains(&rule) {
            rules.push(Allowed::new(rule, reader.span(reader.tree.range(id))));
        } else {
            reader.unknown(reader.tree.range(id), format!("there is no lint rule `{rule}`"), rule, known);
        }
    }
    rules
}

fn until(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Date> {
    let id = fields.value("until")?;
    let text = reader.text(id)?;
    date(text.trim()).map_err(|message| reader.wrong(id, message)).ok()
}
