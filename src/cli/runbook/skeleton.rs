//! The text of a skeleton: what an alert tells of itself, and what a person must add.

use std::fmt::Write as _;

use crate::model::{Group, Rule};
use crate::promql::explain;

/// A rule of the alert.
pub(super) struct Fired<'a> {
    pub(super) rule: &'a Rule,
    pub(super) group: &'a Group,
    /// `path:line`.
    pub(super) place: String,
    /// Who answers for it, and where that is said.
    pub(super) owner: Option<(String, String)>,
    /// The same for how urgent it is.
    pub(super) severity: Option<(String, String)>,
}

/// Annotations that say what is wrong, the shortest first.
const MEANING: [&str; 4] = ["summary", "message", "title", "description"];

/// The entry: Markdown.
pub(super) fn write(alert: &str, anchor: Option<&str>, fired: &[Fired<'_>]) -> String {
    let mut out = String::new();
    if let Some(anchor) = anchor.filter(|anchor| *anchor != alert.to_lowercase()) {
        let _ = writeln!(out, "<a name=\"{}\"></a>\n", anchor.replace(['"', '<', '>', '&'], ""));
    }
    let _ = writeln!(out, "# {alert}\n\n## Meaning\n");
    let texts = meanings(fired);
    for text in &texts {
        let _ = writeln!(out, "{text}\n");
    }
    for one in fired {
        condition(one, fired.len() > 1, &mut out);
    }
    let _ = writeln!(out, "## Impact\n\nTODO: who notices, and what fails for them\n\n## Diagnosis\n");
    diagnosis(fired, &mut out);
    let _ =
        writeln!(out, "TODO: what tells one cause from another\n\n## Mitigation\n\nTODO: what to do for each cause\n");
    let _ = writeln!(out, "## Escalation\n");
    let mut owners: Vec<String> = fired.iter().filter_map(|one| one.owner.as_ref()).map(owner).collect();
    owners.dedup();
    match owners.as_slice() {
        [] => out += "TODO: no label or annotation of the alert names its owner\n",
        owners => {
            for owner in owners {
                out.extend([owner.as_str(), "\n\n"]);
            }
            out += "TODO: how to reach them, and who decides when they do not answer\n";
        }
    }
    out
}

fn owner((value, from): &(String, String)) -> String {
    format!("Call {} ({from}).", plain(value))
}

/// What the annotations say, each text once.
fn meanings(fired: &[Fired<'_>]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for key in MEANING {
        for entry in fired.iter().filter_map(|one| one.rule.annotations.get(key)) {
            let text = plain(entry.value.value());
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    texts
}

/// When it fires: the query in words, how long, how urgent.
fn condition(one: &Fired<'_>, several: bool, out: &mut String) {
    let expression = one.rule.expr.value().trim();
    let words = match one.rule.query().filter(|query| query.errors.is_empty()) {
        Some(query) => explain::condition(&query.ast, one.rule.expr.value()),
        None => "the query below has a result".to_owned(),
    };
    let urgent = one.severity.as_ref().map(|(value, _)| format!(" as `{}`", plain(value))).unwrap_or_default();
    let head =
        if several { format!("It fires{urgent} ({}) when", one.place) } else { format!("It fires{urgent} when") };
    let _ = writeln!(out, "{head} {words}.\n\n{}\n", fenced(expression));
    let _ = writeln!(out, "{}\n", held(one));
}

/// What `for` and `keep_firing_for` mean here.
fn held(one: &Fired<'_>) -> String {
    let interval = one.group.interval.as_ref().map(|interval| format!(" (every {})", interval.value()));
    let interval = interval.unwrap_or_default();
    let hold = one.rule.hold.as_ref().map(|hold| hold.value().trim()).filter(|hold| !matches!(*hold, "" | "0" | "0s"));
    let mut text = match hold {
        Some(hold) => format!(
            "`for: {hold}`: it must be so at every evaluation{interval} for {hold} before anybody is told; one evaluation without it starts \
             the time anew."
        ),
        None => format!("It has no `for`: one evaluation{interval} that finds it is enough to tell somebody."),
    };
    if let Some(keep) = one.rule.keep.as_ref().map(|keep| keep.value().trim()).filter(|keep| !keep.is_empty()) {
        let _ = write!(text, " `keep_firing_for: {keep}`: it goes on for {keep} after it was last found.");
    }
    text
}

/// The queries to look at.
fn diagnosis(fired: &[Fired<'_>], out: &mut String) {
    let mut seen: Vec<String> = Vec::new();
    for query in fired.iter().filter_map(|one| Some((one.rule, one.rule.query()?))) {
        let (rule, query) = query;
        for text in explain::observed(&query.ast, rule.expr.value()) {
            if !seen.contains(&text) {
                seen.push(text);
            }
        }
    }
    if seen.is_empty() {
        return;
    }
    let _ = writeln!(out, "Look at these series, over the last hours and next to their neighbours:\n");
    for text in seen {
        let _ = writeln!(out, "{}\n", fenced(&text));
    }
}

/// A block of code that no back-ticks inside can end.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}promql\n{text}\n{fence}")
}

/// A text of the alert as prose: what a template fills in by the label's name, and nothing that Markdown or HTML takes for its own.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.trim();
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((action, tail)) = after.split_once("}}") else { break };
        out += &escaped(before);
        let action = action.trim_matches(['-', ' ']);
        let word = action.split([' ', '|']).find(|word| word.starts_with(['$', '.']));
        match word.map(|word| word.trim_start_matches(['$', '.'])) {
            Some(word) if word.starts_with("labels.") || word.starts_with("Labels.") => {
                let _ = write!(out, "*{}*", escaped(&word["labels.".len()..]));
            }
            Some("value" | "Value") => out += "*the value*",
            _ => out += "…",
        }
        rest = tail;
    }
    out += &escaped(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '<' | '>' | '[' | ']' | '`' | '*' | '\\') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}
