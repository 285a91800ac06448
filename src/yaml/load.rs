//! From a text to its tree and its errors.
//!
//! granit-parser follows YAML 1.2, Prometheus's parser does not. Where granit stops at something that Prometheus reads, a
//! copy of the text of the same length is made in which that piece is harmless, and the copy gives the structure; values are
//! always decoded from the text itself.

use std::sync::Arc;

use super::builder::Builder;
use super::fault::{self, Fault};
use super::opinion::{self, Refusal};
use super::read::{self, Problem, Stop, Stretch};
use super::repair::Copy;
use super::{Error, Parsed, check, fast, message, resync};
use crate::source::TextRange;

/// Re-reading after a repair may cost this many times the text, or this many bytes.
const REREAD: (usize, usize) = (16, 4 << 20);

/// Reads a text. Invalid bytes must have been replaced one for one before, so that the offsets are those of the file.
pub fn parse(text: impl Into<Arc<str>>) -> Parsed {
    let text = text.into();
    let mut builder = Builder::new(&text);
    if let Some(errors) = fast::read(&mut builder, &text) {
        return Parsed { tree: builder.tree, errors };
    }
    parse_fully(&text)
}

/// The same with the full parser alone.
pub(super) fn parse_fully(text: &Arc<str>) -> Parsed {
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let start = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let all = Stretch { range: TextRange::new(start, end), splice: false, open: false };
    let mut copy = Copy::new(text);
    let mut budget = REREAD.1.max(REREAD.0 * text.len());
    let (mut builder, stop) = loop {
        let mut builder = Builder::new(text);
        builder.cursor = start;
        let Err(stop) = read::read(&mut builder, copy.structure(), all) else { break (builder, None) };
        budget = budget.saturating_sub(text.len());
        if budget == 0 || !copy.repair(&stop) {
            break (builder, Some(stop));
        }
    };
    if let Some(stop) = stop.as_ref().filter(|stop| fault::of_granit(&stop.problem) != Fault::Ended) {
        builder = up_to(text, copy.structure(), all, stop).unwrap_or(builder);
    }
    check::ignore_later(&mut builder);
    let verdict = judge(text, &builder, stop.as_ref(), &copy);
    let sound = !verdict.iter().any(|error| error.fatal);
    builder.errors.extend(verdict);
    if stop.is_some() {
        resync::go_on(&mut builder, copy.lines(), sound);
    }
    builder.end_all();
    check::check(&mut builder);
    let Builder { tree, mut errors, .. } = builder;
    errors.sort_by_key(|error| (error.range.start, error.range.end));
    errors.dedup();
    Parsed { tree, errors }
}

/// Reads again what stands above the line at which reading stopped: the parser holds back what it has not looked behind.
fn up_to(text: &Arc<str>, structure: &str, all: Stretch, stop: &Stop) -> Option<Builder> {
    let at = stop.at as usize;
    let line = match stop.problem {
        // The line above would be complete but for the tab below it.
        Problem::TabInPlainScalar => at + text.get(at..)?.find(['\n', '\r'])? + 1,
        _ => text.get(..at)?.rfind(['\n', '\r'])? + 1,
    };
    // A mark at its beginning ends the document above it.
    let marked = text.get(line..at).is_some_and(|before| before.starts_with("---"));
    let line = if marked { line + 3 } else { line };
    let end = u32::try_from(line).ok()?.max(all.range.start);
    let mut builder = Builder::new(text);
    builder.cursor = all.range.start;
    let above = Stretch { range: TextRange::new(all.range.start, end), splice: false, open: true };
    read::read(&mut builder, structure, above).ok().map(|()| builder)
}

/// What there is to report of the structure, from what both parsers say.
fn judge(text: &str, builder: &Builder, stop: Option<&Stop>, copy: &Copy<'_>) -> Vec<Error> {
    let later = builder.first_end.is_some();
    match (stop, opinion(builder, stop, copy)) {
        (stop, Some(Err(refusal))) => {
            message::refused(text, &refusal, stop, builder.unknown.is_empty()).into_iter().collect()
        }
        // The whole document is the text that was left in quotes by mistake.
        (Some(stop), Some(Ok(()))) if builder.tree.documents.is_empty() => vec![message::stopped(text, stop)],
        (Some(stop), Some(Ok(()))) if stop.problem == Problem::ExpectedDocumentStart || !later => {
            vec![message::tolerated(text, stop)]
        }
        (Some(stop), _) => {
            let mut error = message::stopped(text, stop);
            if later && !check::seen_ahead(builder, stop) {
                message::ignored(&mut error);
            }
            vec![error]
        }
        (None, _) => {
            let quotes = copy.leniencies.iter().map(|range| message::quote_indent(*range));
            quotes.chain(copy.ended.iter().map(|stop| message::tolerated(text, stop))).collect()
        }
    }
}

/// libyaml's opinion, where there is doubt.
fn opinion(builder: &Builder, stop: Option<&Stop>, copy: &Copy<'_>) -> Option<Result<(), Refusal>> {
    let limit =
        stop.is_some_and(|stop| matches!(stop.problem, Problem::RecursionLimitExceeded | Problem::TooManyComments));
    let doubt = stop.is_some() || copy.repaired() || builder.doubt || check::doubtful(&builder.tree.text);
    if doubt && !limit { opinion::ask(copy.escapes()) } else { None }
}
