//! The keys of a policy that are no sections: what is read, what is asked, what fails.

use super::Policy;
use super::reader::{Fields, Reader};
use crate::diagnostic::Severity;
use crate::model::Dialect;
use crate::promql::{Features, Version};
use crate::source::Spanned;
use crate::yaml::NodeId;

const DIALECTS: &[(&str, Dialect)] = &[
    ("prometheus", Dialect::Prometheus),
    ("thanos", Dialect::Thanos),
    ("mimir", Dialect::Mimir),
    ("victoriametrics", Dialect::VictoriaMetrics),
    ("loki", Dialect::Loki),
];

const SEVERITIES: &[(&str, Severity)] =
    &[("note", Severity::Note), ("warning", Severity::Warning), ("error", Severity::Error)];

/// How a feature is switched on.
type Switch = fn(&mut Features);

/// Our short names and those of Prometheus's `--enable-feature`.
const FEATURES: &[(&str, Switch)] = &[
    ("exp_funcs", |features| features.experimental_functions = true),
    ("duration_expr", |features| features.duration_expressions = true),
    ("ext_range", |features| features.extended_range_selectors = true),
    ("fill", |features| features.fill_modifiers = true),
    ("promql-experimental-functions", |features| features.experimental_functions = true),
    ("promql-duration-expr", |features| features.duration_expressions = true),
    ("promql-extended-range-selectors", |features| features.extended_range_selectors = true),
    ("promql-binop-fill-modifiers", |features| features.fill_modifiers = true),
];

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let get = |name| fields.value(name);
    if let Some(online) = get("online").and_then(|id| reader.boolean(id)) {
        policy.online = online;
    }
    if let Some(require) = get("require_evidence").and_then(|id| reader.boolean(id)) {
        policy.require_evidence = require;
    }
    if let Some(severity) = get("fail_on").and_then(|id| reader.word(id, "severity", SEVERITIES)) {
        policy.fail_on = severity;
    }
    policy.dialect = get("dialect").and_then(|id| reader.word(id, "dialect", DIALECTS));
    if let Some(version) = get("prometheus_version").and_then(|id| reader.version(id)) {
        policy.promql.version = version;
    }
    for (_, id) in get("features").map(|id| reader.texts(id)).unwrap_or_default() {
        if let Some(switch) = reader.word(id, "feature", FEATURES) {
            switch(&mut policy.promql.features);
        }
    }
    if let Some(id) = get("history") {
        let span = reader.span(reader.tree.range(id));
        policy.history = reader.text(id).map(|path| Spanned { value: path.to_owned(), span });
    }
    if let Some(globs) = reader.section(fields, "exclude").and_then(|id| reader.globs(id)) {
        policy.exclude = globs;
    }
}

impl Reader<'_> {
    /// `3.14`, perhaps with a patch number or a `v` before it.
    fn version(&mut self, id: NodeId) -> Option<Version> {
        let text = self.text(id)?;
        let mut numbers = text.strip_prefix('v').unwrap_or(text).split('.').map(|part| part.parse::<u16>().ok());
        let version = match (numbers.next().flatten(), numbers.next().flatten(), numbers.next(), numbers.next()) {
            (Some(major), Some(minor), None | Some(Some(_)), None) => Some(Version { major, minor }),
            _ => None,
        };
        if version.is_none_or(|version| version.major < 2) {
            let help = format!("write two numbers, `{}` for example", Version::NEWEST);
            self.wrong(id, format!("`{text}` is not a version of Prometheus that is known")).help(help);
            return None;
        }
        version
    }
}
