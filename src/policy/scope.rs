//! Paths and matchers of a policy: what a block or a waiver applies to.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use regex::Regex;

use super::reader::{Fields, Reader};
use crate::lint::scope::Scope;
use crate::pattern;
use crate::source::TextRange;
use crate::yaml::NodeId;

impl Reader<'_> {
    /// A regular expression that is matched as a whole.
    pub(super) fn regex(&mut self, id: NodeId) -> Option<Regex> {
        let text = self.text(id)?;
        let built = pattern::anchored(text);
        built
            .map_err(|fault| {
                self.mistake(self.tree.span_of(id, fault.range), fault.message)
                    .help("write a pattern of the Rust regex crate; it must match the whole value")
            })
            .ok()
    }

    /// A regular expression that matches just this text.
    pub(super) fn exactly(&mut self, id: NodeId) -> Option<Regex> {
        let text = self.text(id)?;
        pattern::anchored(&regex::escape(text)).map_err(|fault| self.wrong(id, fault.message)).ok()
    }

    /// A list of globs over paths relative to the policy's folder. A folder's name means all that is in it.
    pub(super) fn globs(&mut self, id: NodeId) -> Option<GlobSet> {
        let mut set = GlobSetBuilder::new();
        let texts = self.texts(id);
        for &(text, item) in &texts {
            for glob in self.glob(text, item) {
                set.add(glob);
            }
        }
        if texts.is_empty() && !self.tree.is_null(id) {
            self.wrong(id, "no path is named here");
        }
        set.build()
            .map_err(|error| self.wrong(id, format!("these globs are too large together: {}", error.kind())))
            .ok()
    }

    fn glob(&mut self, text: &str, id: NodeId) -> Vec<Glob> {
        let bare = text.strip_prefix("./").unwrap_or(text).trim_end_matches('/');
        let lead = |found: usize| TextRange::new(0, found as u32);
        let fault = if text.starts_with('/') {
            Some((lead(1), "paths are relative to the policy's folder", "leave the `/` at the start out"))
        } else if bare.split('/').any(|part| part == "..") {
            Some((lead(text.len()), "a path cannot leave the policy's folder", "leave the `..` out"))
        } else if text.starts_with('!') {
            Some((lead(1), "a `!` is not understood here", "name the paths that are meant, not those that are not"))
        } else {
            None
        };
        if let Some((range, message, help)) = fault {
            self.mistake(self.tree.span_of(id, range), message).help(help);
            return Vec::new();
        }
        let build = |text: &str| GlobBuilder::new(text).literal_separator(true).build();
        let below = build(&if bare.is_empty() || bare == "." { "**".to_owned() } else { format!("{bare}/**") });
        match (build(bare), below) {
            (Ok(own), Ok(below)) => vec![own, below],
            (Err(error), _) | (_, Err(error)) => {
                self.mistake(self.tree.span_of(id, lead(text.len())), format!("not a glob: {}", error.kind()));
                Vec::new()
            }
        }
    }

    /// The shared keys `paths` and `match` of a block, whose bytes are `range`.
    pub(super) fn scope(&mut self, fields: &Fields<'_>, range: TextRange) -> Scope {
        let mut scope = Scope::default();
        scope.span = Some(self.span(range));
        scope.paths = fields.value("paths").and_then(|paths| self.globs(paths));
        let Some(matched) = fields.value("match") else { return scope };
        let Some(fields) = self.fields(matched, &["alert", "group", "label", "severity", "owner"]) else {
            return scope;
        };
        if fields.0.is_empty() && self.tree.entries(matched).next().is_none() {
            self.wrong(matched, "nothing is matched here")
                .help("name an alert, group, label, severity or owner, or leave `match` out");
        }
        scope.alert = fields.value("alert").and_then(|regex| self.regex(regex));
        scope.group = fields.value("group").and_then(|regex| self.regex(regex));
        scope.severity = fields.value("severity").and_then(|regex| self.regex(regex));
        scope.owner = fields.value("owner").and_then(|regex| self.regex(regex));
        scope.labels = self.labels(fields.value("label"), Self::regex);
        scope
    }

    /// Label names, each with what its value must be.
    pub(super) fn labels(
        &mut self,
        id: Option<NodeId>,
        value: impl Fn(&mut Self, NodeId) -> Option<Regex>,
    ) -> Vec<(String, Regex)> {
        let Some(fields) = id.and_then(|id| self.entries(id)) else { return Vec::new() };
        if let (Some(id), true) = (id, fields.0.is_empty()) {
            self.wrong(id, "no label is named here");
        }
        fields.0.into_iter().filter_map(|field| Some((field.name.to_owned(), value(self, field.value)?))).collect()
    }
}
