//! What a text without rules is: kinds of files that are not checked by intent.

use super::Reading;

/// Whether the text could hold a rule or a rule group at all.
pub(super) fn mentions_rules(text: &str) -> bool {
    ["expr", "alert", "record", "groups"].iter().any(|word| text.contains(word))
}

/// Whether lines of the text look like those of rules: a name, and an expression.
pub(super) fn has_rule_lines(text: &str) -> bool {
    let (mut name, mut expr) = (false, false);
    for line in text.split(['\n', '\r']) {
        let start = line.trim_start_matches([' ', '\t', '-', '{', '"', '\'']);
        let key = |key: &str| {
            let rest = start.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'', ' ']));
            rest.and_then(|rest| rest.strip_prefix(':')).is_some_and(|value| !value.trim().is_empty())
        };
        name |= key("alert") || key("record");
        expr |= key("expr");
    }
    name && expr
}

/// Programs and documents: rules in them are examples or data of theirs.
const FOREIGN: &[&str] = &[
    "md", "markdown", "rst", "adoc", "html", "htm", "txt", "go", "py", "rb", "js", "ts", "tsx", "jsx", "java", "kt",
    "rs", "c", "h", "cc", "cpp", "cs", "php", "sh", "bash", "lua", "css", "scss", "svg", "lock", "sum", "mod", "log",
    "diff", "patch", "ipynb",
];

fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether a file of this name is a program or a document.
pub(super) fn foreign(path: &str) -> bool {
    FOREIGN.contains(&extension(path).to_ascii_lowercase().as_str())
}

/// Whether the file is a program that makes rules when it runs.
pub(super) fn jsonnet(path: &str) -> bool {
    matches!(extension(path), "jsonnet" | "libsonnet")
}

/// What is said of jsonnet: it cannot be read without running it.
pub(super) fn jsonnet_reading(text: &str) -> Reading {
    if has_rule_lines(text) {
        let why = "jsonnet has to be evaluated: check the YAML that it makes".to_owned();
        return Reading::NotChecked("jsonnet", why);
    }
    Reading::Skipped("other-yaml")
}

/// The kind of a text by its outermost keys, as the machine formats name it.
pub(super) fn kind(text: &str) -> &'static str {
    if text.contains('\0') {
        return "not-text";
    }
    let mut keys = Vec::new();
    for line in text.split(['\n', '\r']) {
        if let Some(key) = top_key(line).filter(|_| keys.len() < 256) {
            keys.push(key);
        }
    }
    let has = |name: &str| keys.contains(&name);
    if has("tests") && (has("rule_files") || has("evaluation_interval") || text.contains("input_series")) {
        "promtool-test"
    } else if has("route") && has("receivers") {
        "alertmanager-config"
    } else if has("scrape_configs") || has("rule_files") && (has("global") || has("alerting")) {
        "prometheus-config"
    } else if has("panels") || has("rows") && has("templating") || has("schemaVersion") && has("title") {
        "dashboard"
    } else {
        "other-yaml"
    }
}

/// The key at the start of a line, also of JSON that is laid out one key a line.
fn top_key(line: &str) -> Option<&str> {
    let json = line.trim_start_matches([' ', '\t', '{']);
    let start = if json.starts_with('"') && line.len() - json.len() <= 4 { json } else { line };
    let start = start.trim_start_matches(['"', '\'']);
    let len = start.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let rest = start.get(len..)?.trim_start_matches(['"', '\'']);
    (len > 0 && rest.starts_with(':')).then(|| &start[..len])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_kinds_are_told_by_their_outermost_keys() {
        assert_eq!(kind("rule_files: [a.yml]\ntests:\n- interval: 1m\n"), "promtool-test");
        assert_eq!(kind("route: {}\nreceivers: []\n"), "alertmanager-config");
        assert_eq!(kind("global: {}\nrule_files: []\nscrape_configs: []\n"), "prometheus-config");
        assert_eq!(kind("{\n  \"panels\": [],\n  \"title\": \"x\"\n}\n"), "dashboard");
        assert_eq!(kind("kind: Deployment\n"), "other-yaml");
    }

    #[test]
    fn rule_words_are_keys_not_mentions() {
        assert!(has_rule_lines("- alert: A\n  expr: up\n"));
        assert!(has_rule_lines("{\"alert\": \"A\",\n \"expr\": \"up\"}"));
        assert!(!has_rule_lines("an alert: see expr\n"));
        assert!(!has_rule_lines("alert:\n  type: string\nexpr:\n  type: string\n"), "a schema of rules holds none");
    }
}
