//! What a text without rules is: kinds of files that are not checked by intent.

use std::borrow::Cow;

use super::Reading;

/// Whether the text could hold a rule or a rule group at all.
pub(super) fn mentions_rules(text: &str) -> bool {
    let words = |text: &str| ["expr", "alert", "record", "groups"].iter().any(|word| text.contains(word));
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
        let asked = text[before.len()..at].contains('?');
        let rest = text[at + word.len()..].trim_start_matches(['"', '\'']);
        let rest = if asked { rest.trim_start() } else { rest.trim_start_matches([' ', '\t']) };
        let value = rest.strip_prefix(':').and_then(|value| value.split(['\n', '\r']).next()).unwrap_or("").trim();
        let collection =
            value.starts_with(['{', '[']) && !["{{", "{%", "[["].iter().any(|open| value.starts_with(open));
        (before.is_empty() || before.ends_with(['\n', '\r', '{', ',', '['])) && !value.is_empty() && !collection
    })
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

/// What is said of jsonnet, which cannot be read without running it: only what never speaks of rules is none of ours.
pub(super) fn jsonnet_reading(text: &str) -> Reading {
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
