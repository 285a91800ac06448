//! Whether a regular expression of a matcher is one that Prometheus can compile.
//!
//! Prometheus reads the regexes of `=~` and `!~` with Go's RE2 syntax (`regexp/syntax` of the fork
//! `github.com/grafana/regexp`, flags `Perl|DotNL`), in two steps (`model/labels/regexp.go`): the text as written must
//! parse, and then its tree, printed and wrapped as `^(?s:…)$`, must compile. So `a)(b` is refused although the
//! wrapped text would be balanced. A text of plain alternatives (`foo|bar`) is never parsed at all.
//!
//! Only the verdict is wanted, so no tree is built: a stack of summaries ([`limits`]) is enough for Go's limits on
//! nesting, on counted repetition and on size. Common prefixes of alternatives, which Go factors out before it
//! measures, are left alone; that can matter only within a hair of a limit.

mod limits;
mod names;
mod parser;
#[cfg(test)]
mod tests;

use crate::source::TextRange;

/// Why Prometheus refuses a regex.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// The offending bytes of the pattern: for a parenthesis without a partner that parenthesis, for a broken limit
    /// the whole.
    pub range: TextRange,
    /// Go's own words, without their prefix `error parsing regexp: `.
    pub message: String,
}

/// Checks `pattern` (unquoted, not anchored) as Prometheus does when it loads a matcher, in time linear in its length.
///
/// # Errors
///
/// The first error Go would report.
pub fn check(pattern: &str) -> Result<(), Error> {
    if is_plain(pattern) { Ok(()) } else { parser::parse(pattern) }
}

/// Whether it has no more than literals, `.`, `|`, and `*` or `+` behind one character: that is always a regex, and no limit is near.
fn is_plain(pattern: &str) -> bool {
    let mut one = false;
    let plain = |byte: u8| match byte {
        b'*' | b'+' => std::mem::take(&mut one),
        _ => {
            one = byte != b'|';
            matches!(byte, b'.' | b'|') || !is_special(byte)
        }
    };
    pattern.len() <= LONGEST_PLAIN && pattern.bytes().all(plain)
}

/// Longer patterns are measured against Go's limits.
const LONGEST_PLAIN: usize = 1000;

/// Whether `regexp.QuoteMeta` would escape the byte.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'\\' | b'.' | b'+' | b'*' | b'?' | b'(' | b')' | b'|' | b'[' | b']' | b'{' | b'}' | b'^' | b'$')
}
