//! What was read, in Prometheus's own terms: files, rule groups, alerting and recording rules, each part with its bytes.
//!
//! A [`Text`] knows where it was written, also through escapes, folding and layers (YAML inside a string, a template that was
//! made readable). [`lower`] makes a [`File`] of a source; nothing here judges.

mod actions;
mod branches;
mod check;
mod desugar;
mod dialect;
mod duration;
mod fields;
mod identity;
pub mod insert;
mod keys;
mod layer;
pub mod lower;
mod maps;
mod number;
mod placeholder;
mod problems;
mod recognise;
mod replace;
mod shapes;
mod strings;
mod suggest;
mod text;
mod workspace;

pub use identity::{Identity, identities};
pub use insert::BlockKind;
pub use layer::Layer;
pub use maps::{Maps, check_maps};
pub use replace::replaced;
pub use text::{Text, is_dynamic};
pub use workspace::{Part, Workspace, files_a_thread};

use std::borrow::Cow;
use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::promql;
use crate::source::{Source, SourceId, Span};

/// One file, read as far as it can be.
#[derive(Debug)]
pub struct File {
    /// Its text in the run.
    pub source: SourceId,
    /// What it is.
    pub reading: Reading,
    /// Custom resources, in file order.
    pub resources: Vec<Resource>,
    /// Rule groups, in file order. Rules that stand in no group have one made for them, without a name.
    pub groups: Vec<Group>,
    /// Alerting and recording rules, in file order.
    pub rules: Vec<Rule>,
    /// Comments of the file itself and of YAML inside its strings, in file order, each from its `#` to the end of its line.
    pub comments: Vec<Comment>,
    /// What is wrong with the file's YAML and with the structure of its rules.
    pub problems: Vec<Problem>,
    /// Texts that came out of the file's text: YAML in strings, templates made readable. `layers[0]` is the file itself.
    pub layers: Vec<Layer>,
}

/// What a file turned out to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reading {
    /// It holds rules, or would if it were not empty.
    Rules,
    /// Recognised as something that is not checked by intent; the reason is a key of `skipped` in the machine formats.
    Skipped(&'static str),
    /// It should have been checked and was not; the reason is a key of `not_checked`, and the text says more.
    NotChecked(&'static str, String),
}

/// The language and the keys that a file's rules are written in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Dialect {
    /// Prometheus and what loads its rule files unchanged.
    #[default]
    Prometheus,
    /// Thanos Ruler: `partial_response_strategy`.
    Thanos,
    /// Grafana Mimir and Cortex: `namespace`, `source_tenants`, `remote_write`.
    Mimir,
    /// VictoriaMetrics' vmalert: MetricsQL, `type`, `params`, `headers` and others.
    VictoriaMetrics,
    /// Grafana Loki: LogQL.
    Loki,
}

/// In what a rule group lies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Shape {
    /// A rule file as Prometheus loads it.
    #[default]
    Plain,
    /// A `PrometheusRule` resource or one of its kin.
    Resource,
    /// Such a resource inside a `List`.
    List,
    /// A bare sequence of groups or rules.
    Bare,
    /// One rule a file.
    Single,
    /// Somewhere else in a YAML tree.
    Nested,
    /// In a string that holds YAML.
    String,
}

/// A resource of Kubernetes that holds rule groups.
#[derive(Debug)]
pub struct Resource {
    /// `kind`, such as `PrometheusRule`.
    pub kind: Text,
    /// `metadata.name`.
    pub name: Option<Text>,
    /// `metadata.labels`.
    pub labels: Vec<Entry>,
    /// The whole mapping.
    pub span: Span,
}

/// A rule group.
#[derive(Debug)]
pub struct Group {
    /// The whole mapping; for rules in no group the rules' own bytes.
    pub span: Span,
    /// `name`.
    pub name: Option<Text>,
    /// `interval`.
    pub interval: Option<Text>,
    /// `limit`.
    pub limit: Option<Text>,
    /// `query_offset`.
    pub query_offset: Option<Text>,
    /// `labels` of the group, which Prometheus 3 gives to each of its rules that has no label of that name.
    pub labels: Vec<Entry>,
    /// Where the group lies.
    pub shape: Shape,
    /// What reads it.
    pub dialect: Dialect,
    /// Index into [`File::resources`].
    pub resource: Option<u32>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Text,
    /// The value as Prometheus loads it; null is the empty text.
    pub value: Text,
}

/// What a rule makes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RuleKind {
    /// An alerting rule.
    Alert,
    /// A recording rule.
    Record,
}

/// An alerting or a recording rule.
#[derive(Debug)]
pub struct Rule {
    /// Which of the two.
    pub kind: RuleKind,
    /// The whole mapping.
    pub span: Span,
    /// Index into [`File::groups`].
    pub group: u32,
    /// `alert` or `record`.
    pub name: Text,
    /// `expr`.
    pub expr: Text,
    /// `for`.
    pub hold: Option<Text>,
    /// `keep_firing_for`, which few rules have.
    pub keep: Option<Box<Text>>,
    /// `labels`, without those of the group.
    pub labels: Block,
    /// `annotations`.
    pub annotations: Block,
    /// What to read the expression as; [`Rule::query`] does.
    pub(crate) language: Query,
}

/// What an expression is. Trees are large beside their texts, and each is wanted about once: most are made anew.
#[derive(Debug)]
pub(crate) enum Query {
    /// Not PromQL, or a placeholder makes it unreadable.
    Foreign,
    /// PromQL as it is written, for this server.
    Written(promql::Options),
    /// PromQL around placeholders of a template engine.
    Read(Box<promql::Parsed>),
}

/// The mapping under `labels` or `annotations`.
#[derive(Debug, Default)]
pub struct Block {
    /// Its entries, merge keys applied.
    pub entries: Vec<Entry>,
    /// The key `labels` or `annotations` itself, where it is written.
    pub key: Option<Span>,
    /// The mapping, where it is written.
    pub span: Option<Span>,
    /// Whether a template engine's placeholder or action among the entries may add others: a key that is not there is then
    /// unknown, not missing.
    pub open: bool,
    /// Whether it is open because a mistake in the YAML hides what follows.
    pub broken: bool,
}

/// A comment.
#[derive(Clone, Debug)]
pub struct Comment {
    /// From `#` to the end of the line.
    pub span: Span,
    /// The same as the YAML inside of a string has it, where the bytes of the file are others.
    pub decoded: Option<Box<str>>,
    /// Whether nothing else stands on its line.
    pub own_line: bool,
}

/// Something wrong with a file's YAML or with the structure of its rules.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The finding at its default severity, its rule being `yaml-syntax` or `rule-structure`.
    pub diagnostic: Diagnostic,
    /// Index into [`File::rules`] of the rule it is about.
    pub rule: Option<u32>,
    /// Whether it says that something is not there: behind a mistake in the YAML nobody knows.
    pub missing: bool,
}

/// The milliseconds of a duration as `for` and `interval` have it; none for what is not one.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    duration::parse(text).ok().and_then(|millis| i64::try_from(millis).ok())
}

/// The milliseconds of a time that may be left out, 0 then; none where it is not one, or not known.
#[must_use]
pub fn time(text: Option<&Text>) -> Option<i64> {
    text.map_or(Some(0), Text::duration)
}

impl Dialect {
    /// Its name on the command line, in the policy and in the machine formats.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Thanos => "thanos",
            Self::Mimir => "mimir",
            Self::VictoriaMetrics => "victoriametrics",
            Self::Loki => "loki",
        }
    }
}

impl Shape {
    /// Its name in the machine formats.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Resource => "prometheusrule",
            Self::List => "list",
            Self::Bare => "bare",
            Self::Single => "single",
            Self::Nested => "nested",
            Self::String => "string",
        }
    }
}

impl Rule {
    /// What may bring, for all one knows, a label or an annotation that is not there: the beginning of a sentence.
    #[must_use]
    pub fn hidden(&self) -> &'static str {
        let broken = self.labels.broken || self.annotations.broken;
        if broken { "what a mistake in the YAML hides may be" } else { "a template engine may bring" }
    }

    /// The expression's tree; none where it is not PromQL, or holds a placeholder that makes it unreadable.
    #[must_use]
    pub fn query(&self) -> Option<Cow<'_, promql::Parsed>> {
        match &self.language {
            Query::Foreign => None,
            Query::Written(options) => Some(Cow::Owned(promql::parse(self.expr.value(), options))),
            Query::Read(parsed) => Some(Cow::Borrowed(parsed)),
        }
    }

    /// The server that the expression is written for; none where it is not PromQL, or holds a placeholder.
    #[must_use]
    pub fn written_for(&self) -> Option<promql::Options> {
        match self.language {
            Query::Written(options) => Some(options),
            Query::Foreign | Query::Read(_) => None,
        }
    }
}

impl Comment {
    /// It as it was meant, from its `#` on.
    #[must_use]
    pub fn text<'a>(&'a self, source: &'a Source) -> &'a str {
        self.decoded.as_deref().unwrap_or_else(|| source.slice(self.span.range()))
    }
}

impl Block {
    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.value() == key)
    }
}

impl File {
    /// A file of which nothing was read, and why.
    #[must_use]
    pub fn unread(source: SourceId, reading: Reading) -> Self {
        Self {
            source,
            reading,
            resources: Vec::new(),
            groups: Vec::new(),
            rules: Vec::new(),
            comments: Vec::new(),
            problems: Vec::new(),
            layers: vec![Layer::file()],
        }
    }

    /// The group of `rule`.
    #[must_use]
    pub fn group(&self, rule: &Rule) -> &Group {
        &self.groups[rule.group as usize]
    }

    /// The resource that holds `rule`.
    #[must_use]
    pub fn resource(&self, rule: &Rule) -> Option<&Resource> {
        self.group(rule).resource.and_then(|i| self.resources.get(i as usize))
    }

    /// The label `key` of `rule` as Prometheus gives it: its own, else its group's.
    #[must_use]
    pub fn label<'a>(&'a self, rule: &'a Rule, key: &str) -> Option<&'a Entry> {
        rule.labels.get(key).or_else(|| self.group(rule).labels.iter().find(|entry| entry.key.value() == key))
    }

    /// All labels of `rule`, those of its group first, a label of the rule taking its place.
    pub fn labels<'a>(&'a self, rule: &'a Rule) -> impl Iterator<Item = &'a Entry> {
        let group = &self.group(rule).labels;
        let own = if group.is_empty() { &[][..] } else { &rule.labels.entries[..] };
        let own: HashSet<&str> = own.iter().map(|entry| entry.key.value()).collect();
        let inherited = group.iter().filter(move |entry| !own.contains(entry.key.value()));
        inherited.chain(&rule.labels.entries)
    }
}
