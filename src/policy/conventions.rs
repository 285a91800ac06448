//! The sections `owner`, `severity`, `runbook` and `exempt`: where things are found, and which words there are.

use super::reader::{Field, Fields, Reader};
use crate::evidence::links::{Host, Mapping, Settings};
use crate::lint::conventions::{Conventions, Keys};
use crate::yaml::NodeId;

/// The keys of `runbook` that say where a reference is found; all others are those of [`Settings`].
const KEYS: &[&str] = &["labels", "annotations"];

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>) -> (Conventions, Settings) {
    let mut conventions = Conventions::default();
    let mut links = Settings::default();
    if let Some((id, section)) = reader.section(fields, "owner").and_then(|id| Some((id, reader.fields(id, KEYS)?))) {
        if let Some(keys) = reader.keys(id, &section) {
            conventions.owner = keys;
            conventions.owner_named = true;
        } else {
            reader.wrong(id, "this section names no key").help("name labels, annotations or both: `labels: [team]`");
        }
    }
    if let Some((id, section)) =
        reader.section(fields, "severity").and_then(|id| Some((id, reader.fields(id, SEVERITY)?)))
    {
        severity(reader, id, &section, &mut conventions);
    }
    if let Some((id, mut section)) = reader.section(fields, "runbook").and_then(|id| Some((id, reader.entries(id)?))) {
        let keys = section.take(KEYS);
        conventions.runbook = reader.keys(id, &keys).unwrap_or(conventions.runbook);
        links = settings(reader, id, section);
        conventions.mappings.clone_from(&links.mappings);
    }
    if let Some(section) = reader.section(fields, "exempt").and_then(|id| reader.fields(id, &["alerts", "defaults"])) {
        exempt(reader, &section, &mut conventions);
    }
    (conventions, links)
}

const SEVERITY: &[&str] = &["labels", "annotations", "values", "paging", "silent"];

fn severity<'t>(reader: &mut Reader<'t>, id: NodeId, section: &Fields<'t>, conventions: &mut Conventions) {
    if section.0.is_empty() {
        reader.wrong(id, "this section says nothing");
    }
    if let Some(keys) = reader.keys(id, section) {
        conventions.severity = keys;
    }
    let values = section.value("values").map(|id| reader.texts(id)).unwrap_or_default();
    conventions.severities = values.iter().map(|(word, _)| (*word).to_owned()).collect();
    let known = |word: &str| values.is_empty() || values.iter().any(|(value, _)| *value == word);
    let vocabulary: Vec<&str> = values.iter().map(|(word, _)| *word).collect();
    let paging = section.value("paging").map(|id| reader.texts(id));
    let silent = section.value("silent").map(|id| reader.texts(id));
    for (word, at) in paging.iter().chain(&silent).flatten().filter(|(word, _)| !known(word)) {
        let message = format!("`{word}` is not among the severities of `values`");
        reader.unknown(reader.tree.range(*at), message, word, &vocabulary);
    }
    for (word, at) in silent.iter().flatten() {
        let both = paging.iter().flatten().find(|(other, _)| other.eq_ignore_ascii_case(word));
        if let Some((_, other)) = both {
            let other = reader.span(reader.tree.range(*other));
            reader.wrong(*at, format!("`{word}` cannot both page and call nobody")).related(other, "here it pages");
        }
    }
    let lower = |words: &[(&str, NodeId)]| words.iter().map(|(word, _)| word.to_lowercase()).collect();
    if let Some(words) = &paging {
        conventions.paging = lower(words);
        conventions.silent.retain(|word| !conventions.paging.contains(word));
    }
    if let Some(words) = &silent {
        conventions.silent = lower(words);
        conventions.paging.retain(|word| !conventions.silent.contains(word));
    }
    if paging.is_none() && !values.is_empty() && !vocabulary.iter().any(|word| conventions.pages(word)) {
        let values = section.value("values").unwrap_or(id);
        reader
            .wrong(values, "which of these severities page is not known")
            .help("say it: `paging: […]`, empty if none does");
    }
}

fn exempt(reader: &mut Reader<'_>, section: &Fields<'_>, conventions: &mut Conventions) {
    conventions.exempt_watchdogs = section.value("defaults").and_then(|id| reader.boolean(id)).unwrap_or(true);
    for (_, id) in section.value("alerts").map(|id| reader.texts(id)).unwrap_or_default() {
        conventions.exempt.extend(reader.regex(id));
    }
}

/// The settings for runbook pages: the section `runbook` without the keys of alerts.
fn settings<'t>(reader: &mut Reader<'t>, id: NodeId, mut section: Fields<'t>) -> Settings {
    for field in section.take(&["online"]).0 {
        reader
            .wrong(field.key, "`online` is a key of the policy itself")
            .help("write it at the start of a line, beside `runbook:`");
    }
    if let Some(bases) = section.value("bases") {
        let items = reader.tree.items(bases);
        for base in if items.is_empty() { vec![bases] } else { items.to_vec() } {
            reader.folder(base, base);
        }
    }
    let limits = ["concurrency", "host_concurrency"].map(|name| section.value(name));
    // Item by item, so that one mistake does not hide the next.
    let many = section.take(&["mappings", "hosts"]);
    let mappings = many.value("mappings").map(|id| reader.items(id)).unwrap_or_default();
    let mapping = |item: NodeId| {
        let span = reader.span(reader.tree.range(item));
        if let Some([key, tree]) = key_of(reader, item, "tree") {
            reader.folder(key, tree);
        }
        reader.as_options::<Mapping>(item).map(|mapping| mapping.at(span))
    };
    let mappings = mappings.into_iter().filter_map(mapping).collect();
    let hosts = many.value("hosts").and_then(|id| reader.entries(id)).map(|hosts| hosts.0).unwrap_or_default();
    for field in &section.0 {
        reserve(reader, field);
    }
    for host in &hosts {
        let fields = reader.tree.merged(host.value);
        for [key, value] in fields {
            reserve(reader, &Field { name: reader.tree.text(key), key, value });
        }
    }
    let host = |field: Field<'t>| {
        let host = reader.as_options::<Host>(field.value)?;
        let limit = key_of(reader, field.value, "concurrency").map(|[_, value]| value);
        at_least_one(reader, limit, host.concurrency.unwrap_or(1));
        Some((field.name.to_owned(), host))
    };
    let hosts = hosts.into_iter().filter_map(host).collect();
    let settings: Settings = reader.options(section, reader.tree.range(id), KEYS).unwrap_or_default();
    for (limit, number) in limits.into_iter().zip([settings.concurrency, settings.host_concurrency]) {
        at_least_one(reader, limit, number);
    }
    Settings { mappings, hosts, ..settings }
}

/// The key and the value of this name in a mapping.
fn key_of(reader: &Reader<'_>, mapping: NodeId, name: &str) -> Option<[NodeId; 2]> {
    reader.tree.merged(mapping).into_iter().find(|[key, _]| reader.tree.text(*key) == name)
}

/// With no request at once nothing would ever be asked.
fn at_least_one(reader: &mut Reader<'_>, value: Option<NodeId>, number: u32) {
    if let Some(value) = value.filter(|_| number == 0) {
        reader.wrong(value, "expected at least 1, found `0`").help("the network is not asked without `--online`");
    }
}

/// Notes a key that must not be heard from a policy that anybody may have written.
fn reserve(reader: &mut Reader<'_>, field: &Field<'_>) {
    let what = match field.name {
        "ca_file" => "further certificate authorities",
        "allow_private" | "private" if reader.tree.text(field.value) != "false" => "requests to private addresses",
        "token_env" | "user_env" | "password_env" => "credentials",
        _ => return,
    };
    reader.reserved(field.key, what);
}

impl<'t> Reader<'t> {
    /// `labels` and `annotations` of a section; where one of them is named, the other is empty unless it is, too.
    fn keys(&mut self, id: NodeId, section: &Fields<'t>) -> Option<Keys> {
        let named = KEYS.iter().any(|name| section.get(name).is_some());
        let mut words = |name: &str| -> Vec<String> {
            let texts = section.value(name).map(|id| self.texts(id)).unwrap_or_default();
            texts.into_iter().map(|(word, _)| word.to_owned()).collect()
        };
        let keys = Keys { labels: words("labels"), annotations: words("annotations") };
        if named && keys.labels.is_empty() && keys.annotations.is_empty() {
            self.wrong(id, "this names no key at all");
        }
        named.then_some(keys)
    }
}
