//! What a text without rules is: kinds of files that are not checked by intent.

use std::borrow::Cow;

use super::Reading;

/// Whether the text could hold a rule or a rule group at all.
pub(super) fn mentions_rules(text: &str) -> bool {
    let words = |text: &str| ["expr", "alert", "record", "groups", "Rule"].iter().any(|word| text.contains(word));
    // A key may be written in base64 too, with a tag.
    words(text) || text.contains("binary") || words(&unescaped(text))
}

/// The text with the escapes of double-quoted YAML undone that can write a word: `"\x67roups"`.
fn unescaped(text: &str) -> Cow<'_, str> {
    let digits = |next: Option<&u8>| match next {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        _ => 0,
    };
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut from = 0;
    for (at, _) in text.match_indices('\\') {
        let len = 2 + digits(bytes.get(at + 1));
        let code = text.get(at + 2..at + len).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let letter = code.and_then(char::from_u32).filter(char::is_ascii_graphic);
        let rest = text.get(at + 1..).unwrap_or("");
        let line = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])).map(str::trim_start);
        let (end, letter) = match (letter, line) {
            (Some(letter), _) => (at + len, Some(letter)),
            (None, Some(line)) => (text.len() - line.len(), None),
            (None, None) => continue,
        };
        out.push_str(text.get(from..at).unwrap_or(""));
        out.extend(letter);
        from = from.max(end);
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(from..).unwrap_or(""));
    Cow::Owned(out)
}

/// Whether lines of the text look like those of rules: a name, and an expression.
pub(super) fn has_rule_lines(text: &str) -> bool {
    let text = unescaped(text);
    (has_key(&text, "alert") || has_key(&text, "record")) && has_key(&text, "expr")
}

/// Whether the word stands as a key with a value, first on its line or in brackets.
fn has_key(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].trim_end_matches([' ', '\t', '-', '"', '\'', '?']);
        if !(before.is_empty() || before.ends_with(['\n', '\r', '{', ',', '['])) {
            return false;
        }
        let asked = text[before.len()..at].contains('?');
        let rest = text[at + word.len()..].trim_start_matches(['"', '\'']);
        let rest = if asked { rest.trim_start() } else { rest.trim_start_matches([' ', '\t']) };
        let line_break = |c: char| matches!(c, '\n' | '\r');
        let value =
            rest.strip_prefix(':').unwrap_or("").trim_start_matches(|c: char| c.is_whitespace() && !line_break(c));
        let collection =
            value.starts_with(['{', '[']) && !["{{", "{%", "[["].iter().any(|open| value.starts_with(open));
        !value.is_empty() && !value.starts_with(line_break) && !collection
    })
}

/// Programs and documents: rules in them are examples or data of theirs.
const FOREIGN: &[&str] = &[
    "md", "markdown", "rst", "adoc", "html", "htm", "txt", "go", "py", "rb", "js", "ts", "tsx", "jsx", "java", "kt",
    "rs", "c", "h", "cc", "cpp", "cs", "php", "sh", "bash", "lua", "css", "scss", "svg", "lock", "sum", "mod", "log",
    "diff", "patch", "ipynb",
];

/// What stands behind the last dot of a file's name.
pub(super) fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether a file of this name is a program or a document.
pub(super) fn foreign(path: &str) -> bool {
    FOREIGN.contains(&extension(path).to_ascii_lowercase().as_str())
}

/// What is said of a program that makes rules when it runs, if the file is one: only what never speaks of rules is none of ours.
pub(super) fn program(path: &str, text: &str) -> Option<Reading> {
    match extension(path) {
        "jsonnet" | "libsonnet" => Some(jsonnet(text)),
        "tf" | "hcl" | "nomad" if has_rule_lines(text) => {
            let why = "rules inside of HCL have to be evaluated: check the YAML that it makes".to_owned();
            Some(Reading::NotChecked("other-language", why))
        }
        "tf" | "hcl" | "nomad" => Some(Reading::Skipped("other-yaml")),
        _ => None,
    }
}

fn jsonnet(text: &str) -> Reading {
    let text = text.to_ascii_lowercase();
    if ["alert", "record", "rules", "groups"].iter().any(|word| text.contains(word)) {
        let why = "jsonnet has to be evaluated: check the YAML that it makes".to_owned();
        return Reading::NotChecked("jsonnet", why);
    }
    Reading::Skipped("other-yaml")
}

/// The kind of a text by its outermost keys, as the machine formats name it.
pub(super) fn kind(text: &str) -> &'static str {
    if text.chars().filter(|c| c.is_control() && !c.is_whitespace()).take(9).count() > 8 || text.contains('\0') {
        return "not-text";
    }
    let start = text.trim_start();
    let keys: Vec<(&str, &str)> = if start.starts_with('{') && !start.starts_with("{{") && !start.starts_with("{%") {
        json_keys(start)
    } else {
        text.split(['\n', '\r']).filter_map(top_key).take(MOST_KEYS).collect()
    };
    let has = |name: &str| keys.iter().any(|(key, _)| *key == name);
    let is = |kind: &str| keys.contains(&("kind", kind));
    if has("tests") && (has("rule_files") || has("evaluation_interval") || text.contains("input_series")) {
        "promtool-test"
    } else if has("route") && has("receivers") || is("AlertmanagerConfig") || is("VMAlertmanagerConfig") {
        "alertmanager-config"
    } else if has("scrape_configs") || has("rule_files") && (has("global") || has("alerting")) {
        "prometheus-config"
    } else if has("panels")
        || has("rows") && has("templating")
        || has("schemaVersion") && has("title")
        || has("dashboard") && text.contains("\"panels\"")
        || ["Dashboard", "PersesDashboard", "GrafanaDashboard"].into_iter().any(is)
    {
        "dashboard"
    } else {
        "other-yaml"
    }
}

/// Whether the text is a resource that holds rule groups.
pub(super) fn rule_resource(text: &str) -> bool {
    let kinds = ["PrometheusRule", "VMRule", "AlertingRule", "RecordingRule"];
    text.split(['\n', '\r']).filter_map(top_key).any(|(key, value)| key == "kind" && kinds.contains(&value))
}

/// So many outermost keys are looked at.
const MOST_KEYS: usize = 256;

/// The key at the start of a line, and a word behind it.
fn top_key(line: &str) -> Option<(&str, &str)> {
    let start = line.trim_start_matches(['"', '\'']);
    let len = start.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let value = start.get(len..)?.trim_start_matches(['"', '\'']).strip_prefix(':')?;
    let value = value.split('#').next().unwrap_or("").trim().trim_matches(['"', '\'']);
    (len > 0).then(|| (&start[..len], value))
}

/// The keys of the outermost object of a JSON text, and the text that is the value of each, where it is one.
fn json_keys(text: &str) -> Vec<(&str, &str)> {
    let mut keys: Vec<(&str, &str)> = Vec::new();
    let (mut depth, mut at) = (0usize, 0);
    let bytes = text.as_bytes();
    // The string that was read last in the outermost object, and whether a `:` followed it.
    let (mut last, mut colon) = ("", false);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b':' if depth == 1 => {
                keys.push((last, ""));
                colon = true;
            }
            b',' => colon = false,
            b'"' => {
                let start = at;
                while let Some(&byte) = bytes.get(at).filter(|byte| **byte != b'"') {
                    at += if byte == b'\\' { 2 } else { 1 };
                }
                let string = text.get(start..at).unwrap_or("");
                at += 1;
                match keys.last_mut().filter(|_| colon && depth == 1) {
                    Some(key) => key.1 = string,
                    None if depth == 1 => last = string,
                    None => {}
                }
            }
            _ => {}
        }
        if keys.len() == MOST_KEYS {
            break;
        }
    }
    keys
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
        for dashboard in [
            "{\"panels\":[{\"kind\":\"x\"}],\"title\":\"x\"}",
            "{\n        \"title\": \"x\",\n        \"panels\": []\n}",
            "{\"dashboard\": {\"panels\": []}, \"overwrite\": true}",
            "{\"a\": \"\\\"{\", \"kind\": \"Dashboard\", \"spec\": {}}",
            "kind: Dashboard # of Perses\nmetadata: {name: x}\nspec: {panels: {}}\n",
            "apiVersion: grafana.integreatly.org/v1beta1\nkind: \"GrafanaDashboard\"\n",
        ] {
            assert_eq!(kind(dashboard), "dashboard", "{dashboard}");
        }
        assert_eq!(kind("apiVersion: v1\nkind: AlertmanagerConfig\nspec: {}\n"), "alertmanager-config");
        for other in
            ["kind: Deployment\n", "{\"spec\": {\"panels\": []}}", "{\"a\": \"panels\", \"b\": [\"panels\"]}", "{\"a"]
        {
            assert_eq!(kind(other), "other-yaml", "{other}");
        }
    }

    #[test]
    fn rule_words_are_keys_not_mentions() {
        for text in [
            "- alert: A\n  expr: up\n",
            "{\"alert\": \"A\",\n \"expr\": \"up\"}",
            "groups: [{rules: [{alert: A, expr: up}]",
            "- ? alert\n  : A\n  expr\t: up",
            "\t-\talert:\tA\n\t\texpr:\tup\n",
            "- \"a\\x6cert\": A\n  \"\\u0065xpr\": up\n",
        ] {
            assert!(has_rule_lines(text) && mentions_rules(text), "{text}");
        }
        for text in [
            "an alert: see expr\n",
            "alert:\n  type: string\nexpr:\n  type: string\n",
            "{\n  \"alert\": {\n    \"expr\": \"up\"\n",
        ] {
            assert!(!has_rule_lines(text), "no rule lies in {text}");
        }
        assert!(mentions_rules("\"\\x67\\x72oups\": []\n") && !mentions_rules("kind: Deployment\n"));
    }

    #[test]
    fn escapes_hide_no_word() {
        assert_eq!(unescaped(r#""a\x6C\u0065rt\U00000021""#), "\"alert!\"");
        assert_eq!(unescaped("\"al\\\r\n   ert\\\n"), "\"alert");
        assert_eq!(unescaped(r"\x6 \x \u12 \\ \é"), r"\x6 \x \u12 \\ \é");
    }
}
