//! What Prometheus checks when it loads a rule file (`model/rulefmt/rulefmt.go`: the strict decoding, then `Validate`).

use super::dialect::{self, Level};
use super::duration;
use super::keys::{Fields, Key};
use super::lower::Lowering;
use super::problems::{first_line, shown};
use super::shapes::{Holder, View};
use super::{Dialect, suggest};
use crate::diagnostic::{Diagnostic, Edit};
use crate::source::Span;
use crate::yaml::{Kind, NodeId, Style};

/// Names that `for` has elsewhere.
const HOLD: &[&str] = &["duration", "pending_period", "wait", "hold"];
/// Keys that people write one level too high.
const LABELS: &[&str] = &["severity", "team", "owner", "squad", "service", "component", "tier", "namespace"];
const ANNOTATIONS: &[&str] =
    &["summary", "description", "message", "runbook_url", "runbook", "dashboard", "dashboard_url"];

/// The keys of a rule.
const RULE: [Key; 7] =
    [Key::Alert, Key::Record, Key::Expr, Key::For, Key::KeepFiringFor, Key::Labels, Key::Annotations];

/// What becomes of a key of a resource that its kind does not have.
pub(super) const DROPPED: &str = "the cluster drops a key that it does not know, and all rules with it";

impl Lowering<'_> {
    fn at(&self, view: View<'_>, id: NodeId) -> Span {
        self.span(view.layer, view.tree.range(id))
    }

    /// Keys that are written twice.
    pub(super) fn check_duplicates(&mut self, view: View<'_>, id: NodeId) {
        if self.file.layers[view.layer as usize].template || !twice(view, id) {
            return;
        }
        for (first, again) in view.tree.duplicates(id) {
            let key = shown(view.tree.text(first)).into_owned();
            let line = self.source.position(self.at(view, first).start, crate::source::Encoding::Scalar).line;
            let (first, again) = (self.at(view, first), self.at(view, again));
            let diagnostic = self.wrong(again, format!("the key `{key}` is written twice"));
            diagnostic.label("again here").related(first, "first here");
            diagnostic.note(format!("Prometheus refuses the file: mapping key {key:?} already defined at line {line}"));
            diagnostic.help("keep one of the two");
        }
    }

    /// Keys that the dialect does not know.
    pub(super) fn check_keys(&mut self, view: View<'_>, fields: &Fields<'_>, level: Level, holder: Holder) {
        let (common, more) = dialect::known(holder.dialect, level);
        let known = |name: &str| common.contains(&name) || more.contains(&name);
        let mut free: Option<Vec<&str>> = None;
        for &[key, _] in &*fields.entries {
            if view.tree.is_null(key) {
                continue;
            }
            let Some(name) = view.key(key) else {
                self.want_text(view, key, "a key");
                continue;
            };
            let patches = name == "$patch" && holder.resource.is_some();
            if known(name) || patches || self.unknown(view, key) {
                continue;
            }
            let free = free.get_or_insert_with(|| {
                let mut free: Vec<&str> = common.iter().chain(more).copied().collect();
                for name in fields.entries.iter().filter_map(|[key, _]| view.key(*key)).filter(|name| known(name)) {
                    free.retain(|other| *other != name);
                }
                free
            });
            let near = suggest::nearest(name, free);
            if holder.strict || near.is_some() {
                self.unknown_key(view, key, level, holder, near);
            }
            // A key of a merged mapping is met once a rule; whoever merges thousands has been told enough.
            if self.told_enough() {
                return;
            }
        }
    }

    pub(super) fn unknown_key(
        &mut self,
        view: View<'_>,
        key: NodeId,
        level: Level,
        holder: Holder,
        near: Option<&str>,
    ) {
        let name = shown(view.tree.text(key));
        let (what, kind) = match level {
            Level::File => ("a rule file", "rulefmt.RuleGroups"),
            Level::Spec => ("the resource's `spec`", ""),
            Level::Group => ("a rule group", "rulefmt.RuleGroup"),
            Level::Rule => ("a rule", "rulefmt.Rule"),
        };
        let span = self.at(view, key);
        let message = format!("`{name}` is not a key of {what}");
        let diagnostic = if holder.strict { self.wrong(span, message) } else { self.doubtful(span, message) };
        diagnostic.label("unknown key");
        if level == Level::Spec {
            diagnostic.note(DROPPED);
        } else if holder.strict && holder.dialect == Dialect::Prometheus {
            diagnostic.note(format!("Prometheus refuses the file: field {name} not found in type {kind}"));
        } else if holder.strict {
            diagnostic.note(format!("the file was taken for one of {}", dialect::name(holder.dialect)));
        }
        if let Some(near) = near {
            diagnostic.help(format!("did you mean `{near}`?"));
            if view.tree.style(key) == Style::Plain {
                diagnostic.fix(true, vec![Edit { span, text: near.to_owned() }]);
            }
        } else {
            key_help(diagnostic, &name, level);
        }
    }

    /// Everything about a group but its rules.
    pub(super) fn check_group(&mut self, view: View<'_>, id: NodeId, fields: &Fields<'_>, holder: Holder) {
        self.check_duplicates(view, id);
        self.check_keys(view, fields, Level::Group, holder);
        self.check_group_name(view, id, fields, holder);
        for key in [Key::Interval, Key::QueryOffset] {
            self.check_duration(view, fields, key, holder);
        }
        if let Some((_, value)) = fields.get(Key::Limit) {
            self.check_int(view, value);
        }
        if let Some((_, value)) = fields.get(Key::Labels) {
            self.check_strings(view, value, Key::Labels);
        }
    }

    fn check_group_name(&mut self, view: View<'_>, id: NodeId, fields: &Fields<'_>, holder: Holder) {
        let Some((key, value)) = fields.get(Key::Name) else {
            if holder.strict {
                let span = self.span(view.layer, first_line(view, id));
                let diagnostic = self.missing(span, "this rule group has no name");
                diagnostic
                    .label("a `name` is missing")
                    .note("Prometheus refuses the file: Groupname must not be empty");
            }
            return;
        };
        let text = self.want_text(view, value, "the name of a rule group");
        if text && empty(view, value) && !self.unknown(view, value) {
            let span = self.at(view, key);
            let diagnostic = self.wrong(span, "this rule group has an empty name");
            diagnostic.label("no name here").note("Prometheus refuses the file: Groupname must not be empty");
        }
    }

    /// Names of groups that come twice among those from `first` on.
    pub(super) fn check_group_names(&mut self, first: usize) {
        let mut seen = std::collections::HashMap::new();
        let mut found = Vec::new();
        for group in self.file.groups.iter().skip(first) {
            let Some(name) = group.name.as_ref().filter(|name| !name.templated() && !name.value().is_empty()) else {
                continue;
            };
            if matches!(group.dialect, Dialect::VictoriaMetrics) {
                return;
            }
            match seen.entry(name.value().to_owned()) {
                std::collections::hash_map::Entry::Occupied(entry) => {
                    found.push((*entry.get(), name.span(), entry.key().clone()));
                }
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(name.span());
                }
            }
        }
        for (before, again, name) in found {
            let diagnostic = self.wrong(again, format!("two rule groups of this file are named `{name}`"));
            diagnostic.label("again here").related(before, "first here");
            diagnostic.note(format!("Prometheus refuses the file: groupname: {name:?} is repeated in the same file"));
        }
    }

    /// Everything about a rule but its expression and its templates.
    pub(super) fn check_rule(&mut self, view: View<'_>, id: NodeId, fields: &Fields<'_>, holder: Holder) {
        // Nearly all rules have the keys of Prometheus alone.
        if !fields.only(&RULE) {
            self.check_duplicates(view, id);
            self.check_keys(view, fields, Level::Rule, holder);
        }
        for key in [Key::Record, Key::Alert, Key::Expr] {
            if let Some(value) = fields.value(key) {
                self.want_text(view, value, key.shown());
            }
        }
        for key in [Key::For, Key::KeepFiringFor] {
            self.check_duration(view, fields, key, holder);
        }
        for key in [Key::Labels, Key::Annotations] {
            if let Some(value) = fields.value(key) {
                self.check_strings(view, value, key);
            }
        }
        self.check_names(view, id, fields, holder);
        self.check_expr(view, id, fields);
    }

    fn check_names(&mut self, view: View<'_>, id: NodeId, fields: &Fields<'_>, holder: Holder) {
        let record = fields.get(Key::Record).filter(|&(_, value)| !empty(view, value));
        let alert = fields.get(Key::Alert).filter(|&(_, value)| !empty(view, value));
        match (record, alert) {
            // The branches of a condition may write one each.
            (Some(_), Some(_)) if self.file.layers[view.layer as usize].template => {}
            (Some((record, _)), Some((alert, _))) => {
                let (record, alert) = (self.at(view, record), self.at(view, alert));
                let diagnostic = self.wrong(record, "a rule has either `record` or `alert`, not both");
                diagnostic.label("makes it a recording rule").related(alert, "makes it an alerting rule");
                diagnostic.help("make two rules of it");
            }
            (None, None) => self.nameless(view, id, fields),
            (Some((_, value)), None) if holder.dialect != Dialect::VictoriaMetrics => {
                self.check_record(view, value, fields);
            }
            _ => {}
        }
    }

    fn nameless(&mut self, view: View<'_>, id: NodeId, fields: &Fields<'_>) {
        let written = fields.get(Key::Alert).or_else(|| fields.get(Key::Record));
        if written.is_some_and(|(_, value)| self.unknown(view, value)) || self.file.layers[view.layer as usize].template
        {
            return;
        }
        let span = match written {
            Some((key, value)) => {
                Span { end: self.at(view, value).end.max(self.at(view, key).end), ..self.at(view, key) }
            }
            None => self.span(view.layer, first_line(view, id)),
        };
        let diagnostic = self.missing(span, "this rule has no name");
        diagnostic.label("no `alert` and no `record`");
        diagnostic.note("Prometheus refuses the file: one of 'record' or 'alert' must be set");
        diagnostic.help(
            "name it: `alert: Name` for an alerting rule, `record: level:metric:operations` for a recording rule",
        );
    }

    fn check_record(&mut self, view: View<'_>, name: NodeId, fields: &Fields<'_>) {
        if fields
            .get(Key::Annotations)
            .is_some_and(|(_, value)| view.tree.entries(value).any(|(key, _)| !view.tree.is_null(key)))
        {
            self.not_of_recording(view, fields, Key::Annotations);
        }
        for field in [Key::For, Key::KeepFiringFor] {
            let text = fields.get(field).map(|(_, value)| view.tree.text(value));
            if text.and_then(|text| duration::parse(text).ok()).is_some_and(|length| length > 0) {
                self.not_of_recording(view, fields, field);
            }
        }
        let text = view.tree.text(name);
        if text.contains(['{', '}']) && view.kind(name) == Kind::Scalar && !self.unknown(view, name) {
            let span = self.at(view, name);
            let diagnostic = self.wrong(span, "the name of a recording rule cannot have braces");
            diagnostic.label("braces here");
            diagnostic.help("a selector belongs in `expr`; labels that the rule adds belong under `labels`");
        }
    }

    fn not_of_recording(&mut self, view: View<'_>, fields: &Fields<'_>, field: Key) {
        let Some((key, _)) = fields.get(field) else { return };
        let span = self.at(view, key);
        let diagnostic = self.wrong(span, format!("a recording rule cannot have {}", field.shown()));
        diagnostic.label("only for alerting rules");
        diagnostic.note(format!("Prometheus refuses the file: invalid field '{}' in recording rule", field.name()));
        diagnostic.help("remove it, or write `alert` instead of `record`");
    }

    fn check_expr(&mut self, view: View<'_>, id: NodeId, fields: &Fields<'_>) {
        let found = fields.get(Key::Expr);
        if found.is_some_and(|(_, value)| {
            !empty(view, value) || view.kind(value) != Kind::Scalar || self.unknown(view, value)
        }) {
            return;
        }
        if self.file.layers[view.layer as usize].template {
            return;
        }
        let span = match found {
            Some((key, value)) => {
                Span { end: self.at(view, value).end.max(self.at(view, key).end), ..self.at(view, key) }
            }
            None => self.span(view.layer, first_line(view, id)),
        };
        let diagnostic = self.missing(span, "this rule has no expression");
        diagnostic.label(if found.is_some() { "nothing here" } else { "an `expr` is missing" });
        diagnostic.note("Prometheus refuses the file: field 'expr' must be set in rule");
    }

    fn check_duration(&mut self, view: View<'_>, fields: &Fields<'_>, key: Key, holder: Holder) {
        let Some(value) = fields.value(key) else { return };
        if !self.want_text(view, value, key.shown()) || view.tree.is_null(value) || self.unknown(view, value) {
            return;
        }
        let text = view.tree.text(value);
        let Err(fault) = duration::parse(text) else { return };
        let metricsql = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        if holder.dialect == Dialect::VictoriaMetrics && !text.is_empty() && text.bytes().all(metricsql) {
            return;
        }
        let span = self.at(view, value);
        let diagnostic = self.wrong(span, format!("{} is not a duration", key.shown()));
        duration_help(diagnostic, text, &fault);
    }

    fn check_int(&mut self, view: View<'_>, value: NodeId) {
        let int = view.kind(value) == Kind::Scalar && super::number::is_int(view, value);
        if !int && !view.tree.is_null(value) && !self.unknown(view, value) {
            let span = self.span(view.layer, first_line(view, value));
            let diagnostic = self.wrong(span, "`limit` must be a whole number");
            diagnostic.label("no whole number").help("write digits, without quotes around them");
        }
    }

    /// A mapping of strings.
    fn check_strings(&mut self, view: View<'_>, id: NodeId, name: Key) {
        if !self.want_mapping(view, id, name.shown()) {
            return;
        }
        self.check_duplicates(view, view.tree.resolve(id));
        let (article, what) = if name == Key::Labels { ("a", "label") } else { ("an", "annotation") };
        for &[key, value] in &*view.entries(id) {
            if view.tree.is_null(key) {
                continue;
            }
            let Some(text) = view.key(key) else {
                self.want_text(view, key, "a key");
                continue;
            };
            if view.kind(value) != Kind::Scalar {
                self.want_text(view, value, &format!("the {what} `{}`", shown(text)));
            }
            for part in [Some(key), Some(value).filter(|_| what == "label")].into_iter().flatten() {
                if view.tree.tag(part) == Some("!!binary") && view.tree.text(part).contains(char::REPLACEMENT_CHARACTER)
                {
                    self.wrong(self.at(view, part), format!("these bytes of {article} {what} are not UTF-8"));
                }
            }
            if text.is_empty() || text == "__name__" && what == "label" {
                let span = self.at(view, key);
                let diagnostic = self.wrong(span, format!("`{text}` cannot be the name of {article} {what}"));
                diagnostic.note(format!("Prometheus refuses the file: invalid {what} name: {text}"));
            }
        }
    }

    /// Whether a document is not the first, and it is the file that says so and not the end of a named template.
    pub(super) fn is_parted(&self, view: View<'_>, root: NodeId, index: usize) -> bool {
        let Some(&before) = index.checked_sub(1).and_then(|before| view.tree.documents().get(before)) else {
            return false;
        };
        let between = self.at(view, before).start as usize..self.at(view, root).start as usize;
        let between = self.source.text().get(between).unwrap_or("");
        !self.file.layers[view.layer as usize].template || between.lines().any(|line| line.starts_with("---"))
    }

    /// A further document, which Prometheus never reads.
    pub(super) fn second_document(&mut self, view: View<'_>, root: NodeId) {
        let span = self.span(view.layer, first_line(view, root));
        let diagnostic = self.doubtful(span, "Prometheus reads only the first document of a rule file");
        diagnostic
            .label("never loaded")
            .help("put these groups under the first `groups:`, or into a file of their own");
    }
}

/// Whether the value loads as the empty text.
fn empty(view: View<'_>, value: NodeId) -> bool {
    view.tree.is_null(value) || view.tree.text(value).is_empty() && view.kind(value) == Kind::Scalar
}

/// Whether some key may be there twice; cheap for the small mappings of rules.
fn twice(view: View<'_>, id: NodeId) -> bool {
    let mut seen = [(Kind::Alias, ""); 16];
    view.tree.entries(id).enumerate().any(|(index, (key, _))| {
        let key = (view.tree.kind(key), view.tree.text(key));
        let Some(place) = seen.get_mut(index) else { return true };
        *place = key;
        seen[..index].contains(&key)
    })
}

fn key_help(diagnostic: &mut Diagnostic, name: &str, level: Level) {
    let place = [Level::File, Level::Group, Level::Rule]
        .into_iter()
        .find(|&other| other != level && dialect::known(Dialect::Prometheus, other).0.contains(&name));
    if level == Level::Rule && LABELS.contains(&name) {
        diagnostic.help("put it under `labels:`");
    } else if level == Level::Rule && ANNOTATIONS.contains(&name) {
        diagnostic.help("put it under `annotations:`");
    } else if level == Level::Rule && HOLD.contains(&name) {
        diagnostic.help("how long the expression must hold before the alert fires is `for`");
    } else if let Some(place) = place {
        let what = match place {
            Level::File | Level::Spec => "a rule file",
            Level::Group => "a rule group",
            Level::Rule => "a rule",
        };
        diagnostic.help(format!("it is a key of {what}: check the indentation"));
    } else if let Some(other) = dialect::of_key(name, level) {
        let other = dialect::name(other);
        diagnostic
            .help(format!("it is a key of {other}: `dialect:` in the policy or `--dialect` says who reads the file"));
    }
}

fn duration_help(diagnostic: &mut Diagnostic, text: &str, fault: &duration::Fault) {
    use duration::Fault;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let label = match fault {
        Fault::Empty => "empty".to_owned(),
        Fault::Unit(unit) => format!("`{unit}` is not a unit"),
        Fault::Range => "longer than 292 years".to_owned(),
        Fault::Form if digits => "a number without a unit".to_owned(),
        Fault::Form => "not numbers with units, the largest unit first".to_owned(),
    };
    diagnostic.label(label).note(format!("Prometheus refuses the file: {}", fault.upstream(text)));
    let help = if digits {
        format!("write `{text}s` for seconds or `{text}m` for minutes")
    } else {
        "write for example `90s`, `5m` or `1h30m`; units are y, w, d, h, m, s and ms".to_owned()
    };
    diagnostic.help(help);
}

#[cfg(test)]
mod tests;
