//! What a parser of expressions or templates found wrong, as a finding.

use crate::diagnostic::{Diagnostic, Edit};
use crate::fault::Error;
use crate::lint::Context;
use crate::model::Text;

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
    diagnostic.notes.extend(error.notes.into_iter().map(Into::into));
    diagnostic.help.extend(error.help.into_iter().map(Into::into));
    if let Some((safe, edits)) = fix {
        diagnostic.fix(safe, edits);
    }
    diagnostic
}
