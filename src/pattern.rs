//! Regular expressions that people write in a policy and in the options of its lint rules: matched as a whole, limited in size, wrong ones with the place.

use regex::{Regex, RegexBuilder};

use crate::source::TextRange;

/// Most memory of a compiled pattern, in bytes.
const SIZE: usize = 1 << 20;
/// Parentheses may be nested this deep.
const DEPTH: u32 = 50;

/// Why a text is no pattern.
#[derive(Debug)]
pub struct Fault {
    /// The bytes of the text that are wrong.
    pub range: TextRange,
    /// What is wrong with them.
    pub message: String,
}

/// The pattern `text` of the `regex` crate, to be matched as a whole: `^(?:text)$`, so that `a|b` is not `^a` or `b$`.
pub fn anchored(text: &str) -> Result<Regex, Fault> {
    // Read alone first: `a)|(b` is a pattern only between the parentheses that are put around it.
    let read = regex_syntax::ParserBuilder::new().nest_limit(DEPTH).build().parse(text);
    read.map_err(|error| syntax_fault(text, &error))?;
    let whole = |message| Fault { range: TextRange::new(0, text.len() as u32), message };
    RegexBuilder::new(&format!("^(?:{text})$")).size_limit(SIZE).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => whole("this regular expression is too large".to_owned()),
        // `(?x)` with a comment at the end swallows the parenthesis.
        _ => whole("this regular expression cannot be matched as a whole".to_owned()),
    })
}

fn syntax_fault(text: &str, error: &regex_syntax::Error) -> Fault {
    let (span, kind) = match error {
        regex_syntax::Error::Parse(error) => (Some(*error.span()), error.kind().to_string()),
        regex_syntax::Error::Translate(error) => (Some(*error.span()), error.kind().to_string()),
        _ => (None, "it cannot be read".to_owned()),
    };
    let (start, end) = span.map_or((0, text.len()), |span| (span.start.offset, span.end.offset));
    Fault { range: TextRange::new(start as u32, end as u32), message: format!("not a regular expression: {kind}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_a_whole() {
        let regex = anchored("critical|page").unwrap();
        assert!(regex.is_match("critical") && regex.is_match("page"));
        assert!(!regex.is_match("criticalish") && !regex.is_match("homepage"));
        assert!(anchored("(?i)Watch.*").unwrap().is_match("watchdog"));
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let fault = |text: &str| {
            let fault = anchored(text).unwrap_err();
            (text[fault.range.range()].to_owned(), fault.message)
        };
        assert_eq!(fault("team-(a|b").0, "(");
        assert_eq!(fault("a)|(b").0, ")", "the anchors' parentheses cannot be closed");
        assert_eq!(fault("[z-a]").0, "z-a");
        assert!(
            fault("x{999999999}").1.contains("not a regular expression")
                || fault("x{999999999}").1.contains("too large")
        );
        assert!(anchored(&"(".repeat(100_000)).is_err());
        assert!(anchored(r"(\w{100}){100}").unwrap_err().message.contains("too large"));
        assert!(anchored("(?x) a # b").is_err());
    }
}
