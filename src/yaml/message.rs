//! Errors with their place and their words.

use super::fault::{self, Fault};
use super::opinion::Refusal;
use super::read::Stop;
use super::scalar::Escape;
use super::{Error, ErrorKind, ahead};
use crate::source::TextRange;

const IGNORED: &str = "Prometheus reads the first document of a file and ignores the rest";

fn error(range: TextRange, kind: ErrorKind, message: impl Into<String>) -> Error {
    let fatal = kind != ErrorKind::Lenient;
    Error { range, message: message.into(), notes: Vec::new(), help: Vec::new(), related: Vec::new(), kind, fatal }
}

fn of(fault: Fault, range: TextRange) -> Error {
    let kind = if matches!(fault, Fault::Deep | Fault::Comments) { ErrorKind::Limit } else { ErrorKind::Syntax };
    let (message, help) = fault::words(fault);
    let mut error = error(range, kind, message);
    error.help.push(help.to_owned());
    error
}

/// An escape that go-yaml refuses, as written.
pub(super) fn escape(range: TextRange, what: Escape) -> Error {
    let fault = match what {
        Escape::Unknown => Fault::Escape,
        Escape::Digits => Fault::Digits,
        Escape::Code => Fault::Code,
    };
    of(fault, range)
}

/// `!!binary` with something else than base64.
pub(super) fn binary(range: TextRange) -> Error {
    error(range, ErrorKind::Refused, "a value of `!!binary` must be base64")
}

/// A text that is not what its tag says.
pub(super) fn tag(range: TextRange, tag: &str) -> Error {
    let mut error = error(range, ErrorKind::Refused, format!("this value is not what its tag `{tag}` says"));
    error.help.push("remove the tag: values of rules are text".to_owned());
    error
}

/// A character that YAML does not allow anywhere.
pub(super) fn control(at: usize, c: char) -> Error {
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    let range = TextRange::new(at, at.saturating_add(u32::try_from(c.len_utf8()).unwrap_or(1)));
    let mut error =
        error(range, ErrorKind::Syntax, format!("the control character U+{:04X} is not allowed", u32::from(c)));
    error.help.push("remove it, or write it as an escape in double quotes".to_owned());
    error
}

/// An alias without an anchor before it.
pub(super) fn unknown_anchor(range: TextRange, alias: &str) -> Error {
    let name = alias.trim_start_matches('*');
    let mut error =
        error(range, ErrorKind::Refused, format!("`{alias}` refers to an anchor that is not defined before it"));
    error.help.push(format!("define `&{name}` before it, or quote the text: `\"{alias}\"`"));
    error
}

/// A merge key with something else than mappings.
pub(super) fn merge(range: TextRange) -> Error {
    let mut error = error(range, ErrorKind::Refused, "only a mapping, or a list of mappings, can be merged with `<<`");
    error.help.push("write `<<: *name` for the name of an anchored mapping".to_owned());
    error
}

/// An anchor around an alias to itself.
pub(super) fn cycle(range: TextRange, alias: &str) -> Error {
    error(range, ErrorKind::Refused, format!("`{alias}` stands inside the value that it stands for"))
}

/// Aliases of aliases of aliases.
pub(super) fn aliasing(range: TextRange) -> Error {
    let mut error = error(range, ErrorKind::Refused, "the aliases of this document stand for far more than its text");
    error.notes.push("Prometheus refuses such a file (\"document contains excessive aliasing\")".to_owned());
    error
}

/// A `?` in unquoted text inside brackets, which go-yaml ends there (`yaml_parser_scan_plain_scalar`).
pub(super) fn question(at: u32) -> Error {
    let mut error =
        error(TextRange::new(at, at + 1), ErrorKind::Syntax, "`?` cannot stand in unquoted text inside brackets");
    error.help.push("quote the text".to_owned());
    error
}

/// A `%YAML` directive of another version.
pub(super) fn version(range: TextRange) -> Error {
    let mut error = error(range, ErrorKind::Refused, "Prometheus reads YAML 1.1 only and refuses this directive");
    error.help.push("remove the line".to_owned());
    error
}

/// Lines of a quoted scalar that stand too far left: only YAML 1.2 minds.
pub(super) fn quote_indent(range: TextRange) -> Error {
    let mut error = of(Fault::QuoteIndent, range);
    lenient(&mut error);
    error
}

fn lenient(error: &mut Error) {
    error.kind = ErrorKind::Lenient;
    error.fatal = false;
    error.notes.push("Prometheus reads it, but it is not valid YAML and other programs refuse it".to_owned());
}

/// Makes an error behind the first document one that Prometheus never sees.
pub(super) fn ignored(error: &mut Error) {
    error.fatal = false;
    error.notes.push(IGNORED.to_owned());
}

/// What granit refused and libyaml accepts.
pub(super) fn tolerated(text: &str, stop: &Stop) -> Error {
    let mut error = stopped(text, stop);
    if fault::of_granit(&stop.problem) == Fault::Ended {
        let item = text.get(stop.at as usize..).is_some_and(|rest| rest.starts_with('-'));
        error.fatal = !item && ahead::colon(text, stop.at, None).is_some();
        if !error.fatal {
            error.notes.push("Prometheus ignores everything from here on".to_owned());
        }
    } else {
        lenient(&mut error);
    }
    error
}

/// What stopped granit.
pub(super) fn stopped(text: &str, stop: &Stop) -> Error {
    let fault = fault::of_granit(&stop.problem);
    let mut error = of(fault, pointed(text, fault, stop.at, None));
    specify(&mut error, text, fault, stop.at);
    trailing(&mut error, text, stop);
    error
}

/// What libyaml refused; `stop` is where granit stopped, if it did.
/// `alias` says whether an unknown anchor is news: the tree knows of most of them.
pub(super) fn refused(text: &str, refusal: &Refusal, stop: Option<&Stop>, alias: bool) -> Option<Error> {
    let anchor = refusal.problem.starts_with("unknown anchor");
    if anchor && alias {
        let range = refusal.at.map(|at| word(text, at))?;
        return Some(unknown_anchor(range, text.get(range.range()).unwrap_or("").trim_end_matches(':')));
    }
    // Control characters are looked for in the text itself.
    if anchor || refusal.problem.starts_with("control characters") {
        return None;
    }
    let context = refusal.context.as_ref().and_then(|(_, at)| *at);
    // No place means the very first byte.
    let first = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let at = refusal.at.or(context).unwrap_or(first);
    if let Some(stop) = stop.filter(|stop| fault::of_granit(&stop.problem) == Fault::Trailing) {
        let mut error = stopped(text, stop);
        error.range = error.range.cover(pointed(text, Fault::Key, at, context));
        return Some(error);
    }
    let mut fault = fault::of_libyaml(&refusal.problem);
    let directive = refusal.context.as_ref().is_some_and(|(what, _)| what.contains("directive"));
    if directive {
        fault = Fault::Directive;
    }
    let mut error = of(fault, pointed(text, fault, at, context));
    if fault == Fault::Other {
        error.notes.push(format!("the parser says: {}", refusal.problem));
    }
    specify(&mut error, text, fault, at);
    if let (Fault::Key | Fault::Item, Some(context)) = (fault, context) {
        columns(&mut error, text, fault, at, context);
    }
    if let (Fault::Key, Some(context), Some(colon)) =
        (fault, context, ahead::colon(text, at, Some(column_of(text, at))))
    {
        error.range = TextRange::new(at, colon + 1);
        error.related = vec![(first_char(text, context), "the mapping around it begins here".to_owned())];
        error.notes.push("these lines are read as one text, behind which no `: ` can stand".to_owned());
    }
    Some(error)
}

/// The bytes to show. Where a whole collection is cut off, from its beginning, which is also the line Prometheus names.
fn pointed(text: &str, fault: Fault, at: u32, context: Option<u32>) -> TextRange {
    let word = word(text, at);
    match (fault, context) {
        (Fault::Key | Fault::Item | Fault::Bracket, Some(context)) => TextRange::at(context.min(at)).cover(word),
        (Fault::NoColon, Some(context)) => line_rest(text, context),
        (Fault::Unclosed, Some(context)) => first_char(text, context),
        (Fault::Escape, _) => {
            let next = text.get(at as usize + 1..).and_then(|s| s.chars().next()).map_or(0, char::len_utf8);
            TextRange::new(at, at + 1 + u32::try_from(next).unwrap_or(0))
        }
        (Fault::Tab | Fault::Start | Fault::Colon, _) => first_char(text, at),
        _ => word,
    }
}

fn first_char(text: &str, at: u32) -> TextRange {
    let len = text.get(at as usize..).and_then(|s| s.chars().next()).map_or(0, char::len_utf8);
    TextRange::new(at, at + u32::try_from(len).unwrap_or(0))
}

/// From `at` to the next blank or line break; one character at least.
fn word(text: &str, at: u32) -> TextRange {
    let rest = text.get(at as usize..).unwrap_or("");
    let len = rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
    TextRange::new(at, at + u32::try_from(len).unwrap_or(0)).cover(first_char(text, at))
}

fn line_rest(text: &str, at: u32) -> TextRange {
    let rest = text.get(at as usize..).unwrap_or("");
    let line = rest.split(['\n', '\r']).next().unwrap_or("").trim_end();
    TextRange::new(at, at + u32::try_from(line.len()).unwrap_or(0))
}

/// Better words where the text itself says what was meant.
fn specify(error: &mut Error, text: &str, fault: Fault, at: u32) {
    let here = text.get(at as usize..).unwrap_or("");
    let before = text.get(..at as usize).unwrap_or("");
    let line = &before[before.rfind(['\n', '\r']).map_or(0, |i| i + 1)..];
    match fault {
        Fault::Start if here.starts_with('\t') => {
            let (message, help) = fault::words(Fault::Tab);
            message.clone_into(&mut error.message);
            error.help = vec![help.to_owned()];
        }
        Fault::Start => {
            let c = here.chars().next().unwrap_or(' ');
            if !c.is_whitespace() && !c.is_control() {
                error.message = format!("no value can begin with `{c}`");
            }
        }
        Fault::Key | Fault::Bracket | Fault::Content
            if line.contains(": {{") || line.contains("- {{") || here.starts_with("{{") =>
        {
            "a value that begins with `{{` must be quoted".clone_into(&mut error.message);
            error.help = vec!["put the whole value in quotes".to_owned()];
        }
        _ => {}
    }
}

fn column_of(text: &str, at: u32) -> usize {
    let before = text.get(..at as usize).unwrap_or("");
    before.len() - before.rfind(['\n', '\r']).map_or(0, |i| i + 1)
}

/// Says which columns differ.
fn columns(error: &mut Error, text: &str, fault: Fault, at: u32, context: u32) {
    let column = |at: u32| {
        let before = text.get(..at as usize).unwrap_or("");
        let line = before.rfind(['\n', '\r']).map_or(before, |i| &before[i + 1..]);
        (line.trim_start_matches([' ', '-', '\u{FEFF}']).is_empty(), line.chars().count() + 1)
    };
    let ((alone, here), (_, there)) = (column(at), column(context));
    if alone && here != there {
        let what = if fault == Fault::Key {
            "keys of the mapping around it start"
        } else {
            "items of the list around it start"
        };
        error.message = format!("this line starts in column {here}, the {what} in column {there}");
    }
    error.related.push((word(text, at), "here".to_owned()));
}

/// A closing quote with text behind it: the quote that was meant to close is often some lines up.
fn trailing(error: &mut Error, text: &str, stop: &Stop) {
    let Some(quoted) = stop.quoted.filter(|_| fault::of_granit(&stop.problem) == Fault::Trailing) else { return };
    if text.get(quoted.range()).is_some_and(|raw| raw.contains(['\n', '\r'])) {
        "the closing quote of this text is missing".clone_into(&mut error.message);
        error.notes.push("the text runs on to the next quote, and the line does not end there".to_owned());
        error.related.push((TextRange::new(quoted.start, quoted.start + 1), "it opens here".to_owned()));
        error.related.push((TextRange::new(quoted.end.saturating_sub(1), quoted.end), "and closes here".to_owned()));
    }
    error.range = TextRange::new(quoted.start, quoted.start + 1);
}
