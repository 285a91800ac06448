//! Events of granit-parser to the builder: the only module that knows that parser.

use granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span, Tag};

pub(super) use granit_parser::ErrorKind as Problem;

use super::builder::Builder;
use super::{Kind, Style, message, repair, tags};
use crate::source::TextRange;

/// Collections may be nested this deep.
pub(super) const DEPTH: usize = 200;

/// So many comments may stand in a row; each costs some 500 bytes while they wait.
const COMMENTS: usize = 1 << 16;

/// Why reading stopped, and where.
#[derive(Debug)]
pub(super) struct Stop {
    pub problem: Problem,
    pub at: u32,
    /// The quoted scalar behind the last token that was read, if that is what comes next.
    pub quoted: Option<TextRange>,
}

/// A stretch of the text to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub range: TextRange,
    /// Its outermost collection goes on with the one that is open in the builder.
    pub splice: bool,
    /// The text goes on behind it: what is open at its end stays open.
    pub open: bool,
}

/// Reads `stretch` of `text` into the builder, up to its end or the first error. `text` is as long as the builder's own.
pub(super) fn read(builder: &mut Builder, text: &str, stretch: Stretch) -> Result<(), Stop> {
    let part = text.get(stretch.range.range()).unwrap_or("");
    let mut options = Options::default();
    options.set_emit_comments(true);
    options.max_buffered_comment_events = COMMENTS;
    options.emit_anchor_events = true;
    options.emit_unresolved_aliases = true;
    options.flow_nesting_limit = DEPTH;
    options.block_nesting_limit = DEPTH;
    let mut reader =
        Reader { builder, text, base: stretch.range.start, splice: stretch.splice, depth: 0, limit: None, ahead: None };
    reader.limit = stretch.open.then_some(stretch.range.end);
    for event in Parser::new_from_str_with_options(part, options) {
        match event {
            Ok((event, span)) => reader.event(event, span),
            Err(error) => {
                let at = reader.offset(error.marker());
                let quoted = repair::quoted(text, reader.builder.cursor as usize);
                return Err(Stop { problem: error.kind().clone(), at, quoted });
            }
        }
    }
    Ok(())
}

struct Reader<'b, 't> {
    builder: &'b mut Builder,
    text: &'t str,
    base: u32,
    splice: bool,
    depth: usize,
    /// Where the text was cut: what the parser makes up there is left out.
    limit: Option<u32>,
    /// The next thing that stands before the cut, once it was looked for; beyond every text where there is none.
    ahead: Option<u32>,
}

impl Reader<'_, '_> {
    fn offset(&self, marker: &Marker) -> u32 {
        let mut at = self.base as usize + marker.byte_offset().unwrap_or(0);
        // The copy that is read may have other characters, of the same length together.
        while !self.builder.tree.text.is_char_boundary(at.min(self.text.len())) {
            at -= 1;
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn range(&self, span: &Span) -> TextRange {
        TextRange::new(self.offset(&span.start), self.offset(&span.end))
    }

    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::DocumentEnd if span.is_empty() && self.beyond_cut() && !self.before_marker() => {}
            Event::DocumentEnd if !self.splice => self.builder.end_document(),
            _ if span.is_empty() && self.beyond_cut() => {}
            Event::Scalar(value, style, _, tag) => self.scalar(&value, style, span, tag.as_deref()),
            Event::SequenceStart(_, _, tag) => self.begin(Kind::Sequence, span, tag.as_deref()),
            Event::MappingStart(_, _, tag) => self.begin(Kind::Mapping, span, tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let range = self.range(&span);
                self.builder.alias(range);
            }
            Event::Anchor(_, name) => {
                let range = self.range(&span);
                self.builder.anchor(&name, range);
            }
            Event::Comment(..) => {
                let range = self.range(&span);
                let before = self.builder.tree.text.get(..range.start as usize).unwrap_or("");
                let before = before.trim_end_matches([' ', '\t', '\u{FEFF}']);
                let own_line = before.is_empty() || before.ends_with(['\n', '\r']);
                self.builder.comment(range, own_line);
            }
            Event::DocumentStart(..) => self.directives(),
            _ => {}
        }
    }

    /// go-yaml knows version 1.1 only (`parserc.go`: "found incompatible YAML document").
    fn directives(&mut self) {
        let from = self.builder.cursor as usize;
        let rest = self.text.get(from..).unwrap_or("");
        let mut at = self.builder.cursor;
        for line in
            rest.split_inclusive('\n').take_while(|line| line.trim().is_empty() || line.starts_with(['%', '#', '.']))
        {
            let words: Vec<&str> = line.split_whitespace().take(2).collect();
            if words.first() == Some(&"%YAML") && words.get(1) != Some(&"1.1") {
                let len = u32::try_from(line.trim_end().len()).unwrap_or(0);
                self.builder.errors.push(message::version(TextRange::new(at, at + len)));
            }
            at += u32::try_from(line.len()).unwrap_or(0);
        }
    }

    /// Whether nothing that was written is left before the cut.
    fn beyond_cut(&mut self) -> bool {
        let (Some(limit), cursor) = (self.limit, self.builder.cursor) else { return false };
        // The cursor goes forward, and what stands ahead stays there until it is behind it.
        if self.ahead.is_none_or(|at| at < cursor) {
            let above = self.text.get(..limit as usize).unwrap_or("");
            self.ahead = Some(repair::token(above, cursor as usize, b":-?").unwrap_or(u32::MAX));
        }
        self.ahead == Some(u32::MAX)
    }

    /// Whether a `---` or `...` of the text ends the document that was read.
    fn before_marker(&self) -> bool {
        let from = self.builder.cursor as usize;
        let rest = self.text.get(from..self.limit.unwrap_or(0) as usize).unwrap_or("");
        rest.lines().any(|line| line.starts_with("---") || line.starts_with("..."))
    }

    fn begin(&mut self, kind: Kind, span: Span, tag: Option<&Tag>) {
        self.depth += 1;
        if self.splice && self.depth == 1 {
            return;
        }
        let mut start = self.offset(&span.start);
        if kind == Kind::Sequence && self.builder.open.last().is_some_and(|open| open.kind == Kind::Mapping) {
            // The parser places a list in the column of its key behind its first `-`.
            let token = repair::token(self.text, self.builder.cursor as usize, b":?");
            start = token.filter(|&at| self.text.as_bytes().get(at as usize) == Some(&b'-')).unwrap_or(start);
        }
        self.builder.begin(kind, start, tag.map(tag_name));
    }

    fn end(&mut self, span: Span) {
        self.depth = self.depth.saturating_sub(1);
        if self.splice && self.depth == 0 {
            return;
        }
        let range = self.range(&span);
        let bracket = self.text.get(range.range()).is_some_and(|s| matches!(s, "]" | "}"));
        self.builder.end(bracket.then_some(range.end));
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, span: Span, tag: Option<&Tag>) {
        let range = self.range(&span);
        let (range, style, indent) = match style {
            ScalarStyle::Plain if range.is_empty() || value.is_empty() => (self.nothing(&span), Style::Plain, 0),
            ScalarStyle::Plain => (self.uncommented(range), Style::Plain, 0),
            ScalarStyle::SingleQuoted => (range, Style::Single, 0),
            ScalarStyle::DoubleQuoted => (range, Style::Double, 0),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // Without content there is no column: nothing that follows belongs to the scalar.
                let empty = value.chars().all(|c| c == '\n');
                let column = if empty { u16::MAX } else { u16::try_from(span.start.col()).unwrap_or(u16::MAX) };
                let style = if style == ScalarStyle::Literal { Style::Literal } else { Style::Folded };
                (self.block(range), style, column)
            }
        };
        self.builder.scalar(range, style, indent, tag.map(tag_name));
    }

    /// Where an empty value would stand: right behind its `:` or `-`.
    fn nothing(&self, span: &Span) -> TextRange {
        let indicator = match self.builder.open.last().map(|open| open.kind) {
            Some(Kind::Mapping) => b':',
            _ => b'-',
        };
        let token = repair::token(self.text, self.builder.cursor as usize, b"");
        let here = token.filter(|&at| self.text.as_bytes().get(at as usize) == Some(&indicator));
        TextRange::at(here.map_or_else(|| self.offset(&span.start), |at| at + 1))
    }

    /// A plain scalar without the comment that may end it, which the parser's range can run over.
    fn uncommented(&self, range: TextRange) -> TextRange {
        let raw = self.text.get(range.range()).unwrap_or("");
        let blank = |i: usize| i > 0 && matches!(raw.as_bytes()[i - 1], b' ' | b'\t' | b'\n' | b'\r');
        let Some((hash, _)) = raw.match_indices('#').find(|&(i, _)| blank(i)) else { return range };
        let len = raw[..hash].trim_end_matches([' ', '\t', '\n', '\r']).len();
        TextRange::new(range.start, range.start + u32::try_from(len).unwrap_or(0))
    }

    /// A block scalar from its header to the last byte of its content. The parser's own range begins at the content.
    fn block(&self, content: TextRange) -> TextRange {
        let start = self.header(content.start);
        let end = self.text.get(start as usize..content.end as usize).unwrap_or("");
        let end = end.trim_end_matches([' ', '\t', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        TextRange::new(start, start + u32::try_from(end.len()).unwrap_or(0))
    }

    /// The `|` or `>` between the last token and the content; what stands there besides is indicators, properties, comments.
    fn header(&self, content: u32) -> u32 {
        let from = self.builder.cursor.min(content);
        let between = self.text.as_bytes().get(from as usize..content as usize).unwrap_or(&[]);
        let (mut comment, mut word) = (false, false);
        for (i, &byte) in between.iter().enumerate() {
            match byte {
                b'\n' | b'\r' => (comment, word) = (false, false),
                b' ' | b'\t' => word = false,
                b'#' if !word => comment = true,
                b'|' | b'>' if !comment && !word => return from + u32::try_from(i).unwrap_or(0),
                _ => word = true,
            }
        }
        content
    }
}

fn tag_name(tag: &Tag) -> String {
    tags::short(&format!("{}{}", tag.handle(), tag.suffix()))
}
