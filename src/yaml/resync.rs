//! Reading on after an error: at the next `---`, or at the next item of a list that was open at the error.

use super::builder::{Builder, Open};
use super::fault::{self, Fault};
use super::read::{self, Stop, Stretch};
use super::{Kind, message};
use crate::source::TextRange;

/// After this many errors the rest is left alone.
const MOST: usize = 50;

/// Reads what can be read safely of the text behind the builder's cursor. `sound` says that the error before was none for
/// Prometheus, so that those found now are none either.
pub(super) fn go_on(builder: &mut Builder, text: &str, sound: bool) {
    let mut at = next_line(text, builder.cursor as usize);
    for _ in 0..MOST {
        let Some(stretch) = next_stretch(builder, text, at) else { return };
        builder.cursor = stretch.range.start;
        let before = builder.errors.len();
        match read::read(builder, text, stretch) {
            Ok(()) => at = stretch.range.end as usize,
            Err(stop) => {
                report(builder, text, &stop);
                at = next_line(text, (builder.cursor as usize).max(stretch.range.start as usize));
            }
        }
        if sound {
            builder.errors.iter_mut().skip(before).for_each(|error| error.fatal = false);
        }
    }
}

fn report(builder: &mut Builder, text: &str, stop: &Stop) {
    let mut error = message::stopped(text, stop);
    error.fatal &= fault::of_granit(&stop.problem) != Fault::QuoteIndent;
    if builder.errors.iter().any(|known| known.range == error.range) {
        return;
    }
    error.notes.push("read after the error above".to_owned());
    builder.errors.push(error);
}

fn next_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |i| at + i + 1)
}

/// The next stretch that can be read by itself; collections that end before it are ended.
fn next_stretch(builder: &mut Builder, text: &str, from: usize) -> Option<Stretch> {
    let mut at = from;
    while at < text.len() {
        let line = Line::of(text, at);
        if line.marker {
            builder.end_all();
            builder.cursor = u32::try_from(at).unwrap_or(u32::MAX);
            builder.end_document();
            return Some(stretch(at, text.len(), false));
        }
        if !line.empty {
            while builder.open.last().is_some_and(|&open| !holds(builder, text, open, line)) {
                builder.end(None);
            }
            let here = |open: &Open| open.kind == Kind::Sequence && column(builder, text, *open) == Some(line.indent);
            let list = builder.open.iter().rposition(here).filter(|_| line.item);
            if let Some(list) = list {
                while builder.open.len() > list + 1 {
                    builder.end(None);
                }
                return Some(stretch(at, region_end(text, at, line.indent), true));
            }
        }
        at = next_line(text, at);
    }
    None
}

fn stretch(start: usize, end: usize, splice: bool) -> Stretch {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Stretch { range: TextRange::new(number(start), number(end)), splice, open: false }
}

/// The column of a block collection, from 0; none for one in brackets.
fn column(builder: &Builder, text: &str, open: Open) -> Option<usize> {
    let start = builder.tree.range(open.id).start as usize;
    let flow = matches!(text.as_bytes().get(start), Some(b'[' | b'{'));
    let line = text.get(..start)?.rfind('\n').map_or(0, |i| i + 1);
    (!flow).then_some(start - line)
}

/// Whether a collection can go on at this line.
fn holds(builder: &Builder, text: &str, open: Open, line: Line) -> bool {
    match column(builder, text, open) {
        None => false,
        Some(column) if open.kind == Kind::Sequence => column < line.indent || column == line.indent && line.item,
        Some(column) => column <= line.indent,
    }
}

/// Where a list in this column ends: before the first line further left, or a key in its column, or the document's end.
fn region_end(text: &str, from: usize, column: usize) -> usize {
    let mut at = from;
    while at < text.len() {
        let line = Line::of(text, at);
        if line.marker || !line.empty && (line.indent < column || line.indent == column && !line.item) {
            return at;
        }
        at = next_line(text, at);
    }
    at
}

/// What the beginning of a line says.
#[derive(Clone, Copy)]
struct Line {
    indent: usize,
    /// Blank, or a comment.
    empty: bool,
    /// Begins with `- `.
    item: bool,
    /// `---`.
    marker: bool,
}

impl Line {
    fn of(text: &str, at: usize) -> Self {
        let rest = text.as_bytes().get(at..).unwrap_or(&[]);
        let indent = rest.iter().take_while(|&&b| b == b' ').count();
        let body = &rest[indent..];
        let blank = |b: Option<&u8>| matches!(b, None | Some(b' ' | b'\t' | b'\r' | b'\n'));
        Self {
            indent,
            empty: matches!(body.first(), None | Some(b'\r' | b'\n' | b'#')),
            item: body.first() == Some(&b'-') && blank(body.get(1)),
            marker: rest.starts_with(b"---") && blank(rest.get(3)),
        }
    }
}
