//! A template made readable as YAML: what its actions write is unknown, what stands between them is read.
//!
//! Lines stay lines. Both branches of a condition stay. An action on lines of its own leaves nothing; one that writes something
//! inside of a value leaves a filler, which the model turns back into the action as written.

use std::collections::HashSet;

use super::actions::{Does, Engine, Piece, pieces};
use super::branches;
use super::layer::{FILLER, Run};
use crate::source::TextRange;

/// The readable text, and where its bytes stand in `text`.
pub(super) fn desugar(text: &str, engine: Engine) -> (String, Vec<Run>) {
    let mut lines: Vec<(Vec<Piece>, Option<u32>)> = Vec::new();
    let mut line: Vec<Piece> = Vec::new();
    for piece in pieces(text, engine) {
        let Piece::Text(range) = piece else {
            line.push(piece);
            continue;
        };
        let mut from = range.start;
        for (at, _) in text[range.range()].match_indices('\n') {
            let end = range.start + offset(at);
            line.push(Piece::Text(TextRange::new(from, end)));
            lines.push((std::mem::take(&mut line), Some(end)));
            from = end + 1;
        }
        line.push(Piece::Text(TextRange::new(from, range.end)));
    }
    lines.push((line, None));
    let shared = branches::shared_tails(text, lines.iter().map(|(line, _)| &line[..]));
    let ends = branches::named_ends(text, lines.iter().map(|(line, _)| &line[..]));
    let out = String::with_capacity(text.len());
    let mut writer = Writer { text, out, runs: Vec::new(), block: None, shared, ends };
    for (line, end) in &lines {
        writer.line(line, *end);
    }
    if writer.runs.is_empty() {
        writer.runs.push(Run { at: 0, file: TextRange::at(0), verbatim: true, unknown: false });
    }
    (writer.out, writer.runs)
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

struct Writer<'t> {
    text: &'t str,
    out: String,
    runs: Vec<Run>,
    /// Indentation of the key whose block scalar goes on here.
    block: Option<usize>,
    /// Actions in whose place lines may follow that stand behind their condition.
    shared: HashSet<u32>,
    /// Actions behind which another document begins.
    ends: HashSet<u32>,
}

impl<'t> Writer<'t> {
    fn verbatim(&mut self, range: TextRange) {
        if range.is_empty() {
            return;
        }
        match self.runs.last_mut().filter(|last| last.verbatim && !last.unknown && last.file.end == range.start) {
            Some(last) => last.file.end = range.end,
            None => self.runs.push(Run { at: offset(self.out.len()), file: range, verbatim: true, unknown: false }),
        }
        self.out.push_str(&self.text[range.range()]);
    }

    fn filler(&mut self, range: TextRange) {
        self.runs.push(Run { at: offset(self.out.len()), file: range, verbatim: false, unknown: true });
        self.out.push(FILLER);
    }

    /// Nothing, in place of an action that may write lines, or decides on lines of a value.
    fn hole(&mut self, range: TextRange, does: Does) {
        let verbatim = does == Does::Control;
        self.runs.push(Run { at: offset(self.out.len()), file: range, verbatim, unknown: true });
    }

    /// The beginning of another document, in place of an action.
    fn document(&mut self, range: TextRange) {
        self.runs.push(Run { at: offset(self.out.len()), file: range, verbatim: false, unknown: false });
        self.out.push_str("---");
        self.block = None;
    }

    fn raw(&self, range: TextRange) -> &'t str {
        &self.text[range.range()]
    }

    /// A line of pieces, and where its line break is.
    fn line(&mut self, pieces: &[Piece], end: Option<u32>) {
        let content = |piece: &Piece| matches!(piece, Piece::Text(range) if !self.raw(*range).trim().is_empty());
        if pieces.iter().any(content) {
            self.content(pieces, end);
        } else if pieces.iter().any(|piece| matches!(piece, Piece::Action(..))) {
            self.actions(pieces);
        } else {
            for piece in pieces {
                self.piece(*piece);
            }
        }
        if let Some(end) = end {
            self.verbatim(TextRange::new(end, end + 1));
        }
    }

    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Text(range) => self.verbatim(range),
            Piece::Action(range, _) => self.filler(range),
        }
    }

    /// A line with nothing but actions.
    fn actions(&mut self, pieces: &[Piece]) {
        let mut indent = None;
        for piece in pieces {
            match *piece {
                Piece::Text(range) if indent.is_none() => indent = Some(range),
                Piece::Text(_) => {}
                Piece::Action(range, _) if self.ends.contains(&range.start) => self.document(range),
                Piece::Action(range, does) => {
                    let deep = indent.map_or(0, TextRange::len) as usize;
                    let inside = self.block.is_some_and(|block| deep > block);
                    if inside && does == Does::Output {
                        if let Some(indent) = indent.take() {
                            self.verbatim(indent);
                        }
                        self.filler(range);
                    } else if inside || does == Does::Output {
                        self.hole(range, does);
                    } else if self.shared.contains(&range.start) {
                        self.hole(range, Does::Output);
                    }
                    indent = indent.or(Some(TextRange::at(range.end)));
                }
            }
        }
    }

    /// A line with text of its own.
    fn content(&mut self, pieces: &[Piece], end: Option<u32>) {
        let first = pieces.iter().position(|piece| match piece {
            Piece::Text(range) => !self.raw(*range).trim().is_empty(),
            Piece::Action(_, does) => *does == Does::Output,
        });
        let (lead, rest) = pieces.split_at(first.unwrap_or(0));
        let indent: usize = lead.iter().chain(rest.first()).map(|piece| self.indent(*piece)).sum();
        self.track(indent);
        for piece in lead {
            if let Piece::Text(range) = piece {
                self.verbatim(*range);
            }
        }
        let around = self.block.is_none().then(|| branches::around_keys(self.text, rest));
        let rest = around.as_deref().unwrap_or(rest);
        let blank = |piece: &Piece| matches!(piece, Piece::Text(range) if self.raw(*range).trim().is_empty());
        let control = |piece: &Piece| matches!(piece, Piece::Action(_, Does::Control));
        let last = rest.iter().rposition(|piece| !blank(piece));
        // Conditions behind everything else decide on the lines below.
        let behind = rest.iter().rposition(|piece| !blank(piece) && !control(piece)).map_or(0, |last| last + 1);
        let within = rest[..behind].iter().any(control);
        for (i, piece) in rest.iter().enumerate() {
            match *piece {
                Piece::Action(_, Does::Control) if i >= behind && !within => {}
                Piece::Action(range, does @ Does::Output) if Some(i) == last && self.below(&rest[..i], indent, end) => {
                    self.hole(range, does);
                }
                piece => self.piece(piece),
            }
        }
        self.remember(pieces, indent);
    }

    fn indent(&self, piece: Piece) -> usize {
        match piece {
            Piece::Text(range) => self.raw(range).bytes().take_while(|byte| *byte == b' ').count(),
            Piece::Action(..) => 0,
        }
    }

    /// Leaves the block scalar when a line is not deep enough for it.
    fn track(&mut self, indent: usize) {
        if self.block.is_some_and(|block| indent <= block) {
            self.block = None;
        }
    }

    /// Whether an action behind `key:` stands beside a mapping on the lines below.
    fn below(&self, before: &[Piece], indent: usize, end: Option<u32>) -> bool {
        let Some(Piece::Text(range)) = before.last() else { return false };
        let line = self.raw(*range).trim_end();
        if self.block.is_some() || !line.ends_with(':') {
            return false;
        }
        let rest = end.and_then(|end| self.text.get(end as usize + 1..)).unwrap_or("");
        let next = rest.lines().take(8).find(|line| {
            let line = line.trim();
            !line.is_empty() && !["{{", "{%", "<%", "[[", "#"].iter().any(|open| line.starts_with(open))
        });
        next.is_some_and(|next| next.len() - next.trim_start_matches(' ').len() > key_column(indent, line))
    }

    /// Remembers a block scalar that begins on this line.
    fn remember(&mut self, pieces: &[Piece], indent: usize) {
        if self.block.is_some() {
            return;
        }
        let empty = |piece: &&Piece| matches!(piece, Piece::Text(range) if range.is_empty());
        let Some(Piece::Text(range)) = pieces.iter().rev().find(|piece| !empty(piece)) else { return };
        let line = self.raw(*range).trim_end();
        let word = line.rsplit([' ', '\t']).next().unwrap_or("");
        let header =
            word.starts_with(['|', '>']) && word[1..].bytes().all(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9'));
        let before = line[..line.len() - word.len()].trim_end();
        if header && (before.ends_with([':', '-']) || before.contains(": !") || before.contains(": &")) {
            let item = before.ends_with('-') && !before.contains(':');
            self.block = Some(if item { indent } else { key_column(indent, line) });
        }
    }
}

/// The column of the key on a line of this indentation, behind the dashes of its items.
fn key_column(indent: usize, line: &str) -> usize {
    let mut column = indent;
    let mut rest = line.trim_start();
    while let Some(item) = rest.strip_prefix("- ") {
        let item = item.trim_start();
        column += rest.len() - item.len();
        rest = item;
    }
    column
}
