//! What a parser of expressions or templates found wrong, as a finding.

use crate::diagnostic::{Diagnostic, Edit};
use crate::fault::{Error, Fix};
use crate::lint::Context;
use crate::model::Text;

/// So many times a text is read again to hold fixes against what they are for; fixes beyond that want a look.
const READ_AGAIN: usize = 8;

/// Keeps of the fixes of a text those that leave less wrong with it; `errors` counts what is wrong with another text.
pub(super) fn keep_mending(text: &str, found: &mut [Error], errors: impl Fn(&str) -> usize) {
    let (before, mut read) = (found.len(), 0);
    for error in found {
        let Some(fix) = &mut error.fix else { continue };
        read += 1;
        if read > READ_AGAIN {
            fix.safe = false;
            continue;
        }
        if mended(text, fix).is_none_or(|text| errors(&text) >= before) {
            error.fix = None;
        }
    }
}

/// The text after a fix.
fn mended(text: &str, fix: &Fix) -> Option<String> {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut out, mut at) = (String::with_capacity(text.len() + 16), 0);
    for (range, written) in edits {
        out.push_str(text.get(at..range.start as usize)?);
        out.push_str(written);
        at = range.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Reports what is wrong in `text` under this message; every place in it becomes one of the file.
pub(super) fn report<'c>(cx: &'c mut Context<'_>, text: &Text, error: Error, message: String) -> &'c mut Diagnostic {
    let span = cx.part(text, error.range);
    let related: Vec<_> = error.related.into_iter().map(|(range, message)| (cx.part(text, range), message)).collect();
    let fix = error.fix.and_then(|fix| {
        let edits: Option<Vec<Edit>> =
            fix.edits.into_iter().map(|(range, written)| cx.replaced(text, range, &written)).collect();
        Some((fix.safe, edits?))
    });
    let diagnostic = cx.report(span, message);
    for (span, message) in related {
        diagnostic.related(span, message);
    }
    diagnostic.advice_mut().notes.extend(error.notes.into_iter().map(Into::into));
    diagnostic.advice_mut().help.extend(error.help.into_iter().map(Into::into));
    if let Some((safe, edits)) = fix {
        diagnostic.fix(safe, edits);
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{self, Options};
    use crate::source::TextRange;

    #[test]
    fn a_fix_that_mends_nothing_is_none() {
        let fixes = |text: &str| {
            let errors = |text: &str| promql::parse(text, &Options::default()).errors;
            let mut found = errors(text);
            keep_mending(text, &mut found, |text| errors(text).len());
            found.iter().filter(|error| error.fix.is_some()).count()
        };
        for text in ["foo{a=b}", "RATE(x[5m])", "foo(a=\"b\")", "up{job=“api”}"] {
            assert_eq!(fixes(text), 1, "{text}");
        }
        for text in ["minute() == 5 and on hour() == 3", "foo in (1, 2)"] {
            assert_eq!(fixes(text), 0, "{text}");
        }
        let two = [(TextRange::new(2, 3), "X".to_owned()), (TextRange::at(0), "Y".to_owned())];
        assert_eq!(mended("abc", &Fix { edits: two.to_vec(), safe: true }), Some("YabX".to_owned()));
    }
}
