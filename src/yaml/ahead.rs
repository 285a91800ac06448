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

/// Where the first token begins behind the mark that follows a document ending at `end`.
pub(super) fn first_token(text: &str, end: u32) -> Option<usize> {
    let mark = next(text, end as usize);
    if !marker(text, mark) {
        return None;
    }
    let first = next(text, mark + 3);
    (first < text.len()).then_some(first)
}

/// Whether the scanner, which looks two tokens past the mark that follows a document ending at `end`, comes by `at`.
pub(super) fn scanned(text: &str, end: u32, at: u32) -> bool {
    (at as usize) < scanned_to(text, end)
}

/// How far it comes.
pub(super) fn scanned_to(text: &str, end: u32) -> usize {
    let Some(first) = first_token(text, end) else { return 0 };
    let rest = text.get(first..).unwrap_or("");
    let flow = rest.starts_with(['[', '{']);
    let behind = token_end(text, first, flow);
    if rest.starts_with(['-', '?', ':']) && blank(rest.as_bytes().get(1)) {
        // The list or mapping that begins here is a token too.
        return behind;
    }
    token_end(text, next(text, behind), flow)
}

/// Whether this place is on the line of the mark that follows a document ending at `end`; no block may begin there.
pub(super) fn beside_mark(text: &str, end: u32, at: u32) -> bool {
    let mark = next(text, end as usize);
    marker(text, mark) && text.get(mark..at as usize).is_some_and(|between| !between.contains(['\n', '\r']))
}

/// The end of the token that begins here; of a broken one, the end of the text.
fn token_end(text: &str, start: usize, flow: bool) -> usize {
    let rest = text.get(start..).unwrap_or("");
    let word = rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
    let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
    start
        + match rest.as_bytes().first() {
            _ if marker(text, start) => 3,
            Some(b'"' | b'\'') => super::repair::quoted(text, start).map_or(rest.len(), |range| range.len() as usize),
            Some(b'[' | b']' | b'{' | b'}' | b',') => 1,
            Some(b'-' | b'?' | b':') if word == 1 => 1,
            Some(b'|' | b'>') => line + 1 + block_len(rest.get(line + 1..).unwrap_or("")),
            Some(b'&' | b'*' | b'!' | b'@' | b'`') => word,
            Some(b'%') => line,
            _ if flow => rest.find([',', '[', ']', '{', '}']).unwrap_or(rest.len()),
            _ => rest
                .match_indices(':')
                .map(|(at, _)| at)
                .find(|at| blank(rest.as_bytes().get(at + 1)))
                .unwrap_or(rest.len()),
        }
}

/// The length of the lines of a block scalar.
fn block_len(text: &str) -> usize {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let full = |line: &&str| !line.trim().is_empty();
    let column = text.lines().find(full).map_or(0, indent);
    let inside =
        text.split_inclusive('\n').take_while(|line| !full(line) || indent(line) >= column && !line.starts_with("---"));
    inside.map(str::len).sum()
}

/// The place behind blanks, line breaks and comments.
fn next(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = text.get(at..).unwrap_or("");
        let body = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        at = text.len().max(at) - body.len();
        if !body.starts_with('#') {
            return at;
        }
        at += body.find(['\n', '\r']).unwrap_or(body.len());
    }
}

fn blank(byte: Option<&u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\t' | b'\n' | b'\r'))
}

/// Whether `---` or `...` stands here alone at the beginning of a line.
fn marker(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let line = at == 0 || matches!(bytes.get(at - 1), Some(b'\n' | b'\r'));
    line && matches!(bytes.get(at..at + 3), Some(b"---" | b"...")) && blank(bytes.get(at + 3))
}

#[cfg(test)]
mod tests {
    use super::colon;

    #[test]
    fn the_scanner_comes_by_two_tokens_behind_the_mark() {
        // The `^` is the place that is asked about.
        for (seen, text) in [
            (true, "a\n---\n^@"),
            (true, "a\n--- ^@"),
            (true, "a\n---\t# c\n\n^@"),
            (true, "a\n...\n---\n^@"),
            (true, "a\n---\n&a ^@"),
            (true, "a\n---\n!!str ^*"),
            (true, "a\n---\n[^@"),
            (true, "a\n---\n\"b\"\n^@"),
            (true, "a\n---\n|\n b\n^@"),
            (true, "a\n---\n\"b^\\q"),
            (true, "a\n---\n^\"b"),
            (false, "a\n---\n- ^@"),
            (false, "a\n---\n? ^@"),
            (false, "a\n---\nb: ^@"),
            (false, "a\n---\n[b, ^@"),
            (false, "a\n---\n[b]\n^@"),
            (false, "a\n---\n&a !b ^@"),
            (false, "a\nb: ^@"),
        ] {
            let at = text.find('^').unwrap();
            let text = text.replace('^', "");
            assert_eq!(super::scanned(&text, 1, u32::try_from(at).unwrap()), seen, "{text}");
        }
    }

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
