//! Functions a template of an alert can call, and what people write instead of them.

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
    nearest(name, PROMETHEUS.into_iter().chain(BUILTIN))
}

/// The candidate that `name` is most likely a slip of: equal but for case, one or two letters off, or its start.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 40;
    if name.len() > LONGEST {
        return None;
    }
    let allowed = match name.chars().count() {
        0..3 => 0,
        3..5 => 1,
        _ => 2,
    };
    let starts = |candidate: &str| candidate.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    candidates
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (if allowed > 1 && starts(candidate) { 1 } else { distance(name, candidate) }, candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, dropped, replaced or swapped with their neighbour; case does not count.
fn distance(a: &str, b: &str) -> usize {
    let fold = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (a, b) = (fold(a), fold(b));
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut cost = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
