//! What go-yaml's scanner meets before its parser complains: it looks two tokens ahead, and an error there is the one that
//! Prometheus names.

/// The `:` behind text over several lines that begins at `at`, or behind one character that is no text: no key can be so long
/// (`scannerc.go`: "mapping values are not allowed in this context").
/// Lines of this column or further left end the text.
pub(super) fn colon(text: &str, at: u32, column: Option<usize>) -> Option<u32> {
    let at = at as usize;
    let rest = text.get(at..)?;
    let marker = rest.strip_prefix(['-', '}', ']', ',']).filter(|rest| rest.starts_with([' ', '\t', '\n', '\r']));
    let body = marker.unwrap_or(rest).trim_start();
    let plain = !body.starts_with(['"', '\'', '|', '>', '[', '{', ']', '}', ',', '#', '&', '*', '!', '%', '@', '`']);
    if !plain || body.starts_with("- ") || body.starts_with("? ") {
        return None;
    }
    let mut from = text.len() - body.len();
    for (lines, raw) in body.split_inclusive('\n').enumerate() {
        let indent = raw.len() - raw.trim_start_matches(' ').len();
        let blank = raw.trim().is_empty();
        if lines > 0 && !blank && column.is_some_and(|column| indent <= column) {
            return None;
        }
        let comment = raw.find(" #").unwrap_or(raw.len());
        let mut colons = raw[..comment].match_indices(':').map(|(i, _)| i);
        if let Some(i) = colons.find(|i| matches!(raw.as_bytes().get(i + 1), None | Some(b' ' | b'\t' | b'\n' | b'\r')))
        {
            return if lines > 0 { u32::try_from(from + i).ok() } else { None };
        }
        if comment < raw.len() || lines > 0 && raw.trim_start().starts_with('#') {
            return None;
        }
        from += raw.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::colon;

    #[test]
    fn text_over_lines_ends_at_a_colon() {
        let found = |text: &'static str, at: u32| {
            colon(text, at, Some(0)).map(|colon| text[..colon as usize].rsplit('\n').next().unwrap_or(""))
        };
        assert_eq!(found("a: b\n- c\n  d\n  e: f\n", 5), Some("  e"));
        assert_eq!(found("a: b\n}\n    c. d: e\n", 5), None, "a key on one line");
        assert_eq!(found("a: b\n}\n  c\n  d: e\n", 5), Some("  d"));
        assert_eq!(found("a: b\n- c # d\n  e: f\n", 5), None, "a comment ends the text");
        assert_eq!(found("a: b\n- c\ne: f\n", 5), None, "further left ends it");
        assert!(colon("... x\ny: z\n", 4, None).is_some());
        assert_eq!(found("a: b\n- 'c'\n  e: f\n", 5), None);
    }
}
