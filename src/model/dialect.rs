//! Who reads a rule group, told by its keys, its expressions, its resource and its path.

use std::sync::LazyLock;

use memchr::memmem;

use super::keys::{Fields, Key};
use super::lower::Lowering;
use super::shapes::View;
use super::{Dialect, suggest};
use crate::yaml::{Kind, NodeId};

/// Where a key stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Level {
    /// The top of a rule file.
    File,
    /// The `spec` of a resource.
    Spec,
    /// A rule group.
    Group,
    /// A rule.
    Rule,
}

/// `model/rulefmt/rulefmt.go` of Prometheus 3.14.
const FILE: &[&str] = &["groups"];
const GROUP: &[&str] = &["name", "interval", "query_offset", "limit", "rules", "labels"];
const RULE: &[&str] = &["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"];
/// `pkg/rules/rulespb` of Thanos.
const THANOS_GROUP: &[&str] = &["partial_response_strategy"];
/// `pkg/ruler/rulespb` and `pkg/mimirtool/rules` of Mimir; Cortex and Loki have a part of them.
const MIMIR_FILE: &[&str] = &["namespace"];
const MIMIR_GROUP: &[&str] =
    &["source_tenants", "evaluation_delay", "align_evaluation_time_on_interval", "remote_write"];
/// `app/vmalert/config/config.go` of VictoriaMetrics and `VMRule` of its operator.
const VM_GROUP: &[&str] = &[
    "type",
    "concurrency",
    "params",
    "headers",
    "notifier_headers",
    "eval_offset",
    "eval_delay",
    "eval_alignment",
    "debug",
    "tenant",
    "extra_filter_labels",
];
const VM_RULE: &[&str] = &["debug", "update_entries_limit"];

/// The keys that all dialects share, and those that this one adds.
pub(super) fn known(dialect: Dialect, level: Level) -> (&'static [&'static str], &'static [&'static str]) {
    let more: &[&str] = match (dialect, level) {
        (Dialect::Thanos, Level::Group) => THANOS_GROUP,
        (Dialect::Mimir | Dialect::Loki, Level::File) => MIMIR_FILE,
        (Dialect::Mimir | Dialect::Loki, Level::Group) => MIMIR_GROUP,
        (Dialect::VictoriaMetrics, Level::Group) => VM_GROUP,
        (Dialect::VictoriaMetrics, Level::Rule) => VM_RULE,
        _ => &[],
    };
    let common = match level {
        Level::File | Level::Spec => FILE,
        Level::Group => GROUP,
        Level::Rule => RULE,
    };
    (common, more)
}

/// The dialect that knows this key, where Prometheus does not.
pub(super) fn of_key(key: &str, level: Level) -> Option<Dialect> {
    let all = [Dialect::VictoriaMetrics, Dialect::Mimir, Dialect::Thanos];
    let found = all.into_iter().find(|&dialect| known(dialect, level).1.contains(&key));
    found.filter(|_| !known(Dialect::Prometheus, level).0.contains(&key))
}

/// The name people know it by.
pub(super) fn name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Prometheus => "Prometheus",
        Dialect::Thanos => "Thanos",
        Dialect::Mimir => "Mimir",
        Dialect::VictoriaMetrics => "VictoriaMetrics",
        Dialect::Loki => "Loki",
    }
}

/// What the path alone says: files of LogQL and of vmalert are often named so. Alerts about Loki and about VictoriaMetrics are
/// often PromQL.
pub(super) fn of_path(path: &str) -> Option<Dialect> {
    let path = path.to_ascii_lowercase();
    let logs = [".logs.yml", ".logs.yaml", ".logs", ".logql", ".logql.yml", ".logql.yaml"];
    if logs.iter().any(|end| path.ends_with(end)) {
        return Some(Dialect::Loki);
    }
    let vm = |part: &str| part.starts_with("vmalert") || part.starts_with("vmrule");
    path.split('/').any(vm).then_some(Dialect::VictoriaMetrics)
}

/// For whom a resource of this kind holds rule groups under `spec.groups`; none for a kind that is not known.
pub(super) fn of_kind(kind: &str, version: &str) -> Option<Dialect> {
    let group = version.split('/').next().unwrap_or("");
    match (kind, group) {
        ("AlertingRule" | "RecordingRule", "loki.grafana.com") => Some(Dialect::Loki),
        ("PrometheusRule" | "AlertingRule", _) => Some(Dialect::Prometheus),
        ("VMRule", _) => Some(Dialect::VictoriaMetrics),
        _ => None,
    }
}

/// Functions that LogQL alone has.
static LOGQL: LazyLock<[memmem::Finder<'static>; 3]> =
    LazyLock::new(|| ["bytes_over_time(", "bytes_rate(", "rate_counter("].map(memmem::Finder::new));

/// Whether an expression is LogQL: a pipe, or an operator before a string, behind a selector or its range, which PromQL never has.
fn logql(expr: &str) -> bool {
    let bytes = expr.as_bytes();
    if LOGQL.iter().any(|function| function.find(bytes).is_some()) {
        return true;
    }
    if memchr::memchr2(b'|', b'!', bytes).is_none() {
        return false;
    }
    let filters = |at: usize| {
        let rest = bytes.get(at + 2..).unwrap_or_default().trim_ascii_start();
        matches!(bytes.get(at + 1), Some(b'=' | b'~' | b'>')) && matches!(rest.first(), Some(b'"' | b'`'))
    };
    let mut quote = None;
    let mut selector = false;
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        match (quote, byte) {
            (Some(b'"' | b'\''), b'\\') => i += 1,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'}' | b']') => selector = true,
            (None, b'|') if selector => return true,
            (None, b'!') if selector && filters(i) => return true,
            (None, byte) => selector &= byte.is_ascii_whitespace(),
        }
        i += 1;
    }
    false
}

/// How many keys speak for each dialect.
#[derive(Default)]
struct Votes {
    thanos: usize,
    mimir: usize,
    victoria: usize,
    loki: bool,
}

impl Votes {
    fn keys(&mut self, view: View<'_>, id: NodeId, level: Level) {
        // Beside other keys a `namespace` is that of a cluster.
        let alone = |key: &str| matches!(key, "groups" | "namespace");
        let mut keys = view.tree.entries(id).map(|(key, _)| view.key(key));
        if level == Level::File && !keys.all(|key| key.is_some_and(alone)) {
            return;
        }
        for (key, value) in view.tree.entries(id) {
            let Some(key) = view.key(key) else { continue };
            match Key::of(key) {
                Some(Key::Expr) => self.loki |= level == Level::Rule && logql(view.tree.text(value)),
                // `type` is one of VictoriaMetrics, the others are everybody's.
                None | Some(Key::Type) => match of_key(key, level) {
                    Some(Dialect::Thanos) => self.thanos += 1,
                    Some(Dialect::Mimir) => self.mimir += 1,
                    Some(Dialect::VictoriaMetrics) => self.victoria += 1,
                    _ => {}
                },
                Some(_) => {}
            }
        }
    }

    fn group(&mut self, view: View<'_>, id: NodeId) {
        self.keys(view, id, Level::Group);
        for &rule in view.tree.get(id, "rules").map_or(&[][..], |rules| view.tree.items(rules)) {
            self.keys(view, rule, Level::Rule);
        }
    }
}

impl Lowering<'_> {
    /// The dialect of `groups` under `root`; where both are the same node: of the rules or groups right in it.
    pub(super) fn dialect(&self, view: View<'_>, root: NodeId, groups: NodeId, hint: Option<Dialect>) -> Dialect {
        if let Some(forced) = self.options.dialect {
            return forced;
        }
        let mut votes = Votes::default();
        if root == groups && view.kind(root) == Kind::Mapping {
            votes.group(view, root);
            votes.keys(view, root, Level::Rule);
        } else if root != groups {
            votes.keys(view, root, Level::File);
        }
        for &item in view.tree.items(groups) {
            votes.group(view, item);
            votes.keys(view, item, Level::Rule);
        }
        if votes.loki {
            return Dialect::Loki;
        }
        match hint {
            Some(Dialect::Prometheus) | None if votes.thanos > votes.mimir.max(votes.victoria) => Dialect::Thanos,
            Some(hint) => hint,
            None if votes.victoria > 0 && votes.victoria >= votes.mimir => Dialect::VictoriaMetrics,
            None if votes.mimir > 0 => Dialect::Mimir,
            None => Dialect::Prometheus,
        }
    }

    /// Whether these are rule groups and not groups of something else: one of them has rules, or nothing could.
    pub(super) fn looks_like_rules(&mut self, view: View<'_>, root: NodeId, groups: NodeId) -> bool {
        if !self.affords(view, groups) {
            return false;
        }
        let telling = |&rule: &NodeId| {
            ["alert", "record", "expr"].iter().any(|key| view.tree.get(rule, key).is_some()) || misspelt(view, rule)
        };
        let group = |id: NodeId| {
            let named = view.tree.get(id, "name").is_some();
            let misspelt = || Fields::of(view, id).misspelt(view, Key::Rules).filter(|_| named).map(|(_, rules)| rules);
            view.tree.get(id, "rules").or_else(misspelt).is_some_and(|rules| {
                let items = view.tree.items(rules);
                view.tree.is_null(rules)
                    || view.kind(rules) == Kind::Sequence && items.is_empty()
                    || view.kind(rules) == Kind::Mapping && telling(&rules)
                    || items.iter().any(|item| telling(item) || self.is_written(view, *item))
            })
        };
        match view.kind(groups) {
            Kind::Sequence => {
                let items = view.tree.items(groups);
                items.iter().any(|&item| group(item)) || items.is_empty() && self.only_groups(view, root)
            }
            Kind::Mapping => group(groups),
            _ => view.tree.is_null(groups) && self.only_groups(view, root),
        }
    }

    /// Whether a template engine writes an item.
    fn is_written(&self, view: View<'_>, item: NodeId) -> bool {
        self.file.layers[view.layer as usize].template && self.unknown(view, item)
    }

    fn only_groups(&self, view: View<'_>, root: NodeId) -> bool {
        let forced = self.options.dialect.is_some();
        forced || view.tree.entries(root).all(|(key, _)| matches!(view.key(key), Some("groups" | "namespace")))
    }
}

/// Whether a mapping has both keys of a rule, each of them nearly: `Alert` and `Expr`.
fn misspelt(view: View<'_>, rule: NodeId) -> bool {
    let near = |words: &[&str]| {
        let mut keys = view.tree.entries(rule).filter_map(|(key, _)| view.key(key));
        keys.any(|key| suggest::nearest(key.trim(), words).is_some())
    };
    near(&["expr"]) && near(&["alert", "record"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_behind_a_selector_is_logql() {
        assert!(logql(r#"sum(rate({app="a"} |= "error" [5m]))"#));
        assert!(logql("{app=\"a\"}\n  | json"));
        assert!(!logql(r#"up{a="}|="} > 0"#));
        assert!(!logql("a{b=~\"x|y\"} or c"));
        assert!(logql(r#"rate({a="b"} !~ "c" [5m]) > 1"#) && logql(r#"rate({a="b"}[5m] |= "c")"#));
        assert!(logql("sum(bytes_rate({a=\"b\"}[1h])) > 1") && !logql("{a!=\"b\"} != bool 1"));
    }

    #[test]
    fn a_path_or_a_kind_may_tell() {
        assert_eq!(of_path("rules/nginx.logs.yml"), Some(Dialect::Loki));
        assert_eq!(of_path("rules/loki.rules.yml"), None, "alerts about Loki are PromQL");
        assert_eq!(of_path("charts/vmalert/rules/a.yml"), Some(Dialect::VictoriaMetrics));
        assert_eq!(of_path("rules/victoriametrics.yml"), None, "so are alerts about VictoriaMetrics");
        assert_eq!(of_kind("AlertingRule", "loki.grafana.com/v1"), Some(Dialect::Loki));
        assert_eq!(of_kind("AlertingRule", "monitoring.openshift.io/v1"), Some(Dialect::Prometheus));
        assert_eq!(of_kind("Deployment", "apps/v1"), None);
    }
}
