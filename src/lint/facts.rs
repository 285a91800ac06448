//! What a policy finds in an alert: its owner, its severity, its runbook, and where each came from.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use memchr::memmem;

use super::conventions::{Conventions, Keys};
use super::references::{Known, References};
use crate::evidence::Evidence;
use crate::evidence::links::{Answer, FaultKind, Form, Question, form_under};
use crate::model::{self, File, Rule, Text};
use crate::promql::{ClauseKind, MatchOp, walk};
use crate::source::{Source, Span, TextRange};

/// Owner, severity and runbook of a rule.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Who answers for it.
    pub owner: Field<'a>,
    /// How urgent it is.
    pub severity: Field<'a>,
    /// What to do about it.
    pub runbook: Field<'a>,
    /// Whether somebody is woken; none where the severity cannot be told.
    pub pages: Option<bool>,
    /// Whether its severity says that nobody is called; none where it cannot be told.
    pub silent: Option<bool>,
    rule: &'a Rule,
    conventions: &'a Conventions,
    /// What is known of the runbook's reference, where that is the same wherever it stands.
    known: Option<&'a Known<'a>>,
    /// Why the alert is not meant for people, found once for all lint rules.
    exempt: OnceCell<Option<&'static str>>,
    /// What the runbook's reference is, told once for all lint rules.
    form: OnceCell<Option<Form>>,
    /// The question about it, made once for all lint rules.
    question: OnceCell<Option<Question>>,
    /// Its answer, looked up once for all lint rules.
    answer: OnceCell<Option<&'a Answer>>,
}

/// What was found for one of them.
#[derive(Clone, Debug)]
pub enum Field<'a> {
    /// A key that says it.
    Found(Found<'a>),
    /// No key.
    Missing,
    /// No key, but a placeholder of a template engine may bring one.
    Unknown,
}

/// A value, as written.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The value, without the blanks around it.
    pub value: Cow<'a, str>,
    /// `label`, `annotation`, `group label`, `resource label`, `expression group_left`, `expression group_right`.
    pub kind: &'static str,
    /// The key.
    pub key: &'a str,
    /// The scalar; none where the value comes from the expression.
    pub text: Option<&'a Text>,
    /// Where it stands.
    pub span: Span,
    /// Whether a placeholder of a template engine decides it.
    pub templated: bool,
}

impl<'a> Facts<'a> {
    /// The answer to [`Self::question`], where it is known.
    pub fn answer(&self, file: &File, rule: &Rule, root: &str, evidence: &'a Evidence) -> Option<&'a Answer> {
        let look = || evidence.runbooks.get(self.question(file, rule, root)?);
        self.known.map(|known| known.answer).or_else(|| *self.answer.get_or_init(look))
    }

    /// The same facts with what is known of references.
    pub(super) fn beside(self, references: Option<&'a References<'a>>) -> Self {
        let known = references.and_then(|references| references.get(self.runbook.fixed()?));
        Self { known, ..self }
    }

    /// Why the alert is not meant for people, where it is not.
    pub fn exempt(&self) -> Option<&'static str> {
        *self.exempt.get_or_init(|| self.conventions.exemption(self.rule, self.severity.fixed()))
    }

    /// What the runbook's reference is, where one is written out.
    pub fn form(&self) -> Option<&Form> {
        if let Some(known) = self.known {
            return Some(known.form(self.runbook.known()?, self.conventions));
        }
        let read = || self.runbook.known_or_empty().map(|found| self.conventions.form(found));
        self.form.get_or_init(read).as_ref()
    }

    /// The question about the runbook, where its reference is one that can be asked about; `root` is that of the file.
    pub fn question(&self, file: &File, rule: &Rule, root: &str) -> Option<&Question> {
        let ask = || self.runbook.known()?.asked(self.form()?, file, rule, root);
        self.question.get_or_init(ask).as_ref()
    }
}

impl<'a> Field<'a> {
    /// The value, where there is one.
    #[must_use]
    pub fn found(&self) -> Option<&Found<'a>> {
        match self {
            Self::Found(found) => Some(found),
            Self::Missing | Self::Unknown => None,
        }
    }

    /// The value; empty where there is none.
    #[must_use]
    pub fn value(&self) -> &str {
        self.found().map_or("", |found| &found.value)
    }

    /// The value where it stands in the file, empty or not.
    fn known_or_empty(&self) -> Option<&Found<'a>> {
        self.found().filter(|found| !found.templated)
    }

    /// The value where it stands in the file and is not empty.
    #[must_use]
    pub fn known(&self) -> Option<&Found<'a>> {
        self.known_or_empty().filter(|found| !found.is_empty())
    }

    /// The same, where it is the same whenever the alert fires.
    fn fixed(&self) -> Option<&str> {
        self.known().filter(|found| !found.is_dynamic()).map(|found| &*found.value)
    }
}

impl<'a> Found<'a> {
    fn new(kind: &'static str, key: &'a str, text: &'a Text) -> Self {
        Self {
            value: Cow::Borrowed(text.value().trim()),
            kind,
            key,
            text: Some(text),
            span: text.span(),
            templated: text.templated(),
        }
    }

    /// The question about this reference, where one of that form can be asked about; `root` is that of the file.
    pub(super) fn asked(&self, form: &Form, file: &File, rule: &Rule, root: &str) -> Option<Question> {
        let asks = match form {
            Form::Url | Form::Path | Form::Templated | Form::Unsafe(_) => true,
            // A word may be a page's name where a base is set; what nobody sees hides nothing.
            Form::Malformed(fault) => matches!(fault.kind, FaultKind::BareWord | FaultKind::Invisible),
            Form::Placeholder(_) => false,
        };
        asks.then(|| self.question(file, rule, root))
    }

    /// The question about this reference; `root` is that of the file.
    #[must_use]
    pub fn question(&self, file: &File, rule: &Rule, root: &str) -> Question {
        Question::new(&self.value, root, runbook_labels(file, rule, &self.value))
    }

    /// Where it was found: `label team`, `annotation runbook_url`, `expression group_left(team)`.
    #[must_use]
    pub fn from(&self) -> String {
        let Self { kind, key, .. } = self;
        if self.text.is_some() { format!("{kind} {key}") } else { format!("{kind}({key})") }
    }

    /// The value, shared with the scalar where that has nothing more.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        match self.text.filter(|text| text.value().len() == self.value.len()) {
            Some(text) => text.shared(),
            None => Arc::from(&*self.value),
        }
    }

    /// Whether nothing is written: no value, blanks, a null.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value.is_empty() || self.text.is_some_and(Text::is_null)
    }

    /// Whether Prometheus fills the value in when the alert fires.
    #[must_use]
    pub fn is_dynamic(&self) -> bool {
        model::is_dynamic(&self.value)
    }
}

impl Conventions {
    /// What these conventions find in `rule`.
    #[must_use]
    pub fn facts<'a>(&'a self, file: &'a File, source: &Source, rule: &'a Rule) -> Facts<'a> {
        let severity = find(file, rule, &self.severity, false);
        let owner = match find(file, rule, &self.owner, true) {
            Field::Found(found) if found.templated || !found.is_empty() => Field::Found(found),
            other => joined_owner(file, source, rule, &self.owner.labels).map_or(other, Field::Found),
        };
        let known = severity.fixed();
        let missing = matches!(severity, Field::Missing);
        Facts {
            pages: known.map(|value| self.pages(value)).or(missing.then_some(false)),
            silent: known.map(|value| self.is_silent(value)).or(missing.then_some(false)),
            owner,
            runbook: find(file, rule, &self.runbook, false),
            severity,
            rule,
            conventions: self,
            known: None,
            exempt: OnceCell::new(),
            form: OnceCell::new(),
            question: OnceCell::new(),
            answer: OnceCell::new(),
        }
    }

    /// The runbook of `rule` alone.
    #[must_use]
    pub fn runbook<'a>(&'a self, file: &'a File, rule: &'a Rule) -> Field<'a> {
        find(file, rule, &self.runbook, false)
    }

    /// What the reference of a runbook is.
    pub(super) fn form(&self, found: &Found<'_>) -> Form {
        form_under(&found.value, &self.mappings)
    }

    fn exemption(&self, rule: &Rule, severity: Option<&str>) -> Option<&'static str> {
        if self.exempts(rule.name.value()) {
            return Some("a watchdog, heartbeat or inhibitor");
        }
        if severity.is_some_and(|value| value.eq_ignore_ascii_case("none")) {
            return Some("its severity is `none`");
        }
        let expr = rule.expr.value();
        (expr.len() < 40 && expr.replace([' ', '\n', '\t'], "") == "vector(1)")
            .then_some("it always fires: `vector(1)`")
    }
}

/// The first key that has a value, else the first key that is there, else nothing. Labels route an alert, so an owner is looked
/// for there first; a runbook is an annotation that some keep as a label.
fn find<'a>(file: &'a File, rule: &'a Rule, keys: &'a Keys, of_owner: bool) -> Field<'a> {
    let annotations = (("annotation", &keys.annotations[..]), &rule.annotations.entries[..]);
    let labels = (("label", &keys.labels[..]), &rule.labels.entries[..]);
    let of_group = (("group label", &keys.labels[..]), &file.group(rule).labels[..]);
    let resource = file.resource(rule).map_or(&[][..], |resource| &resource.labels);
    let places = if of_owner {
        [labels, of_group, annotations, (("resource label", &keys.labels), resource)]
    } else {
        [annotations, labels, of_group, (("", &[]), &[])]
    };
    let mut empty = None;
    for ((kind, keys), entries) in places.into_iter().filter(|(_, entries)| !entries.is_empty()) {
        // A label of the rule takes the place of its group's, empty or not.
        let hidden = |key: &str| kind == "group label" && rule.labels.get(key).is_some();
        for key in keys.iter().filter(|key| !hidden(key)) {
            for entry in entries.iter().filter(|entry| entry.key.value() == key) {
                let found = Found::new(kind, key, &entry.value);
                if found.templated || !found.is_empty() {
                    return Field::Found(found);
                }
                empty.get_or_insert(found);
            }
        }
    }
    match empty {
        Some(found) => Field::Found(found),
        None if rule.labels.open || (rule.annotations.open && !keys.annotations.is_empty()) => Field::Unknown,
        None => Field::Missing,
    }
}

/// How the clauses begin that join labels.
static GROUP: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("group_"));

/// An owner that the expression itself joins in: `… * on(x) group_left(team) owners`.
fn joined_owner<'a>(file: &File, source: &Source, rule: &Rule, keys: &'a [String]) -> Option<Found<'a>> {
    let expression = rule.expr.value();
    let joins = GROUP.find(expression.as_bytes()).is_some() && keys.iter().any(|key| expression.contains(key.as_str()));
    let query = joins.then(|| rule.query())??;
    let joins = walk::clauses(&query.ast)
        .filter(|(_, clause)| matches!(clause.kind, ClauseKind::GroupLeft | ClauseKind::GroupRight));
    let named = |range: &TextRange| {
        let name = expression.get(range.range())?;
        Some((keys.iter().find(|key| *key == name)?, *range))
    };
    let (side, (key, range)) = joins
        .into_iter()
        .find_map(|(_, clause)| Some((clause.kind, query.ast.list(clause.labels).find_map(|range| named(&range))?)))?;
    let left = side == ClauseKind::GroupLeft;
    Some(Found {
        value: Cow::Owned(format!("{{{{ $labels.{key} }}}}")),
        kind: if left { "expression group_left" } else { "expression group_right" },
        key,
        text: None,
        span: rule.expr.part(file, source, range),
        templated: false,
    })
}

/// Label values that the alert is known to have: its own, and those that its selectors agree on. Only a reference with a template
/// in it asks for them.
fn runbook_labels(file: &File, rule: &Rule, reference: &str) -> BTreeMap<String, String> {
    if !model::is_dynamic(reference) {
        return BTreeMap::new();
    }
    let mut labels: BTreeMap<String, Option<String>> = BTreeMap::new();
    let expression = rule.expr.value();
    let query = rule.query();
    let matchers = query.iter().flat_map(|query| walk::selectors(&query.ast)).flat_map(|selector| selector.matchers);
    for matcher in matchers.filter(|matcher| matcher.op == MatchOp::Equal) {
        let text = |range| walk::text_of(expression, range).map(Cow::into_owned);
        let Some((name, value)) = matcher.name.and_then(text).zip(text(matcher.value)) else { continue };
        let known = labels.entry(name).or_insert_with(|| Some(value.clone()));
        if known.as_ref() != Some(&value) {
            *known = None;
        }
    }
    for entry in file.labels(rule) {
        let value = entry.value.value();
        let written = !entry.value.templated() && !model::is_dynamic(value);
        labels.insert(entry.key.value().to_owned(), written.then(|| value.to_owned()));
    }
    labels.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
