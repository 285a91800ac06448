//! Functions a template of an alert can call, and what people write instead of them.

use crate::suggest::closest;

/// Functions of Prometheus (`template/template.go` of 3.14).
const PROMETHEUS: [&str; 29] = [
    "args",
    "externalURL",
    "first",
    "graphLink",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "label",
    "match",
    "now",
    "parseDuration",
    "pathPrefix",
    "query",
    "reReplaceAll",
    "safeHtml",
    "sortByLabel",
    "stripDomain",
    "stripPort",
    "strvalue",
    "tableLink",
    "title",
    "toDuration",
    "toLower",
    "toTime",
    "toUpper",
    "urlQueryEscape",
    "value",
];

/// Functions of Go's `text/template` (`funcs.go`).
const BUILTIN: [&str; 19] = [
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print", "printf",
    "println", "slice", "urlquery",
];

/// Functions of other template languages and what does the same here.
const ELSEWHERE: [(&str, &str); 20] = [
    ("add", "arithmetic belongs in the expression of the rule"),
    ("contains", "write `match \"part\" .Labels.x`"),
    ("default", "write `{{ if $labels.x }}{{ $labels.x }}{{ else }}…{{ end }}`"),
    ("div", "arithmetic belongs in the expression of the rule"),
    ("float64", "`$value` is a number already"),
    ("int", "write `printf \"%.0f\" $value`"),
    ("join", "there is no such function"),
    ("lower", "write `toLower`"),
    ("mul", "arithmetic belongs in the expression of the rule"),
    ("parseDurationTime", "write `parseDuration`, which gives seconds"),
    ("quote", "write `printf \"%q\"`"),
    ("regexReplaceAll", "write `reReplaceAll \"pattern\" \"replacement\" text`"),
    ("replace", "write `reReplaceAll \"pattern\" \"replacement\" text`"),
    ("round", "write `printf \"%.2f\" $value`"),
    ("sub", "arithmetic belongs in the expression of the rule"),
    ("tmpl", "it exists in console templates only"),
    ("toString", "write `print`"),
    ("trim", "write `reReplaceAll \"^ +| +$\" \"\" text`"),
    ("trimSuffix", "write `reReplaceAll \"suffix$\" \"\" text`"),
    ("upper", "write `toUpper`"),
];

/// Whether an alert's template can call `name`.
#[must_use]
pub fn is_function(name: &str) -> bool {
    PROMETHEUS.contains(&name) || BUILTIN.contains(&name)
}

/// What to write instead of a function of another template language.
pub(super) fn instead_of(name: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(elsewhere, _)| *elsewhere == name).map(|(_, help)| *help)
}

/// The one function `name` looks like.
pub(super) fn similar_function(name: &str) -> Option<&'static str> {
    closest(name, PROMETHEUS.into_iter().chain(BUILTIN))
}
