//! The edit that gives a rule a further label or annotation.

use std::fmt::Write;

use memchr::{memchr2, memrchr2};

use super::{Block, Entry, File, Rule, Text};
use crate::diagnostic::Edit;
use crate::source::{Source, Span, TextRange};

/// The mapping of a rule that gets an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockKind {
    /// `labels`.
    Labels,
    /// `annotations`.
    Annotations,
}

/// The edit that adds `key: value` to the block of `rule`, in the place, the indentation and the style of what stands there; a
/// block that is not there is added behind the last field. None where that cannot be done without changing something else:
/// in a mapping that is shared by an alias, in a string whose lines are not those of the file, next to a template's actions.
#[must_use]
pub fn entry(file: &File, source: &Source, rule: &Rule, block: BlockKind, key: &str, value: &str) -> Option<Edit> {
    let (name, block) = match block {
        BlockKind::Labels => ("labels", &rule.labels),
        BlockKind::Annotations => ("annotations", &rule.annotations),
    };
    let place = Place { text: source.text(), source: rule.span, rule };
    let shared = place.anchored(rule.span) || block.span.is_some_and(|span| place.anchored(span));
    if block.open || shared || !place.of_the_file(file, source) {
        return None;
    }
    let inside = |span: Span| rule.span.range().contains(span.range());
    match (block.key, block.span) {
        (Some(key_span), Some(span)) if inside(key_span) && inside(span) => {
            if place.text.get(span.start as usize..)?.starts_with('{') {
                return place.flow(span, last(block, span).map(end), &pair(key, value, place.json(span)));
            }
            place.below(last(block, span)?, &pair(key, value, false))
        }
        (Some(key_span), None) if inside(key_span) => place.empty(key_span, &pair(key, value, false)),
        (None, _) => place.missing(name, key, value),
        _ => None,
    }
}

/// The edit that gives `rule` the field `key` (`for`, `keep_firing_for`) with a value that YAML takes as it is: in the place of the one it has, else as a line before its labels, its
/// annotations, or behind its last field. None where that cannot be done without changing something else.
#[must_use]
pub fn field(file: &File, source: &Source, rule: &Rule, key: &str, value: &str) -> Option<Edit> {
    let place = Place { text: source.text(), source: rule.span, rule };
    let inside = |span: Span| rule.span.range().contains(span.range());
    if place.anchored(rule.span) || !place.of_the_file(file, source) {
        return None;
    }
    let own = if key == "for" { rule.hold.as_ref() } else { rule.keep.as_deref() };
    if let Some(own) = own {
        let fits = inside(own.span()) && own.alias().is_none() && !own.templated() && !own.is_null();
        return fits.then(|| Edit { span: own.span(), text: value.to_owned() });
    }
    let flow = place.text.get(rule.span.start as usize..)?.starts_with('{');
    let block = [&rule.labels, &rule.annotations].into_iter().filter_map(|block| block.key).find(|key| inside(*key));
    let Some(block) = block.filter(|_| !flow) else {
        return place.behind(|json| if json { pair(key, value, true) } else { format!("{key}: {value}") });
    };
    let (start, indent) = (place.line_start(block.start as usize), place.indent(rule.span.start as usize)?);
    let before = place.text.get(start..block.start as usize)?;
    (before == indent).then(|| place.edit(start, format!("{indent}{key}: {value}{}", place.line_break(start))))
}

/// The entry that stands last in the block; entries that a merge key brought in stand elsewhere.
fn last(block: &Block, span: Span) -> Option<&Entry> {
    let own = block.entries.iter().filter(|entry| span.range().contains(entry.key.span().range()));
    own.max_by_key(|entry| entry.key.span().start)
}

struct Place<'a> {
    text: &'a str,
    source: Span,
    rule: &'a Rule,
}

impl Place<'_> {
    fn edit(&self, at: usize, text: String) -> Edit {
        let at = TextRange::at(u32::try_from(at).unwrap_or(u32::MAX));
        Edit { span: Span::new(self.source.source, at), text }
    }

    /// Whether the lines of the rule are lines of the file, with no action of a template engine among them.
    fn of_the_file(&self, file: &File, source: &Source) -> bool {
        let Some(layer) = file.layers.get(self.rule.name.layer() as usize) else { return false };
        if layer.runs.is_empty() {
            return true;
        }
        let lines = source.slice(self.source.range());
        let action = |line: &str| ["{{", "{%", "<%", "[["].iter().any(|open| line.trim_start().starts_with(open));
        layer.same_lines(self.rule.name.raw().range) && !lines.split(['\n', '\r']).any(action)
    }

    /// Whether the mapping has an anchor, so that it may be used elsewhere as well.
    fn anchored(&self, mapping: Span) -> bool {
        let before = self.text.get(..mapping.start as usize).unwrap_or("").trim_end();
        let word = before.len() - before.bytes().rev().take(256).take_while(|byte| !byte.is_ascii_whitespace()).count();
        before.as_bytes().get(word) == Some(&b'&')
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| memrchr2(b'\n', b'\r', before.as_bytes())).map_or(0, |end| end + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).and_then(|rest| memchr2(b'\n', b'\r', rest.as_bytes()));
        rest.map_or(self.text.len(), |len| at + len)
    }

    /// The line break behind `at`, else the one before it.
    fn line_break(&self, at: usize) -> &'static str {
        let rest = self.text.get(self.line_end(at)..).unwrap_or("");
        let near = if rest.is_empty() { self.text } else { rest };
        match memchr2(b'\n', b'\r', near.as_bytes()).map(|at| &near[at..]) {
            Some(found) if found.starts_with("\r\n") => "\r\n",
            Some(found) if found.starts_with('\r') => "\r",
            _ => "\n",
        }
    }

    /// Whether keys are quoted here as in JSON.
    fn json(&self, flow: Span) -> bool {
        let inner = self.text.get(flow.start as usize + 1..).unwrap_or("");
        inner.trim_start().starts_with('"')
            || self
                .text
                .get(self.source.start as usize..)
                .is_some_and(|rule| rule.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"')))
    }

    /// Into a mapping in braces, behind its last entry.
    fn flow(&self, span: Span, last: Option<usize>, pair: &str) -> Option<Edit> {
        let close = (span.end as usize).checked_sub(1)?;
        let from = last.unwrap_or(span.start as usize + 1);
        let rest = self.text.get(from..close)?;
        if !self.text[close..].starts_with('}') || !rest.chars().all(|c| c.is_whitespace() || c == ',') {
            return None;
        }
        Some(match rest.find(',') {
            _ if last.is_none() => self.edit(from, pair.to_owned()),
            Some(comma) => self.edit(from + comma + 1, format!(" {pair}")),
            None => self.edit(from, format!(", {pair}")),
        })
    }

    /// On a line of its own behind this entry.
    fn below(&self, entry: &Entry, pair: &str) -> Option<Edit> {
        let key = entry.key.alias().unwrap_or(entry.key.span()).start as usize;
        let indent = self.text.get(self.line_start(key)..key)?;
        if !indent.bytes().all(|byte| byte == b' ') || entry.value.ends_open(self.text) {
            return None;
        }
        let end = self.line_end(end(entry));
        Some(self.edit(end, [self.line_break(end), indent, pair].concat()))
    }

    /// Under a key that has nothing.
    fn empty(&self, key: Span, pair: &str) -> Option<Edit> {
        let start = key.start as usize;
        let indent = self.indent(start)?;
        let end = self.line_end(key.end as usize);
        let rest = self.text.get(key.end as usize..end)?.trim_start().strip_prefix(':')?.trim_start();
        if !(rest.is_empty() || rest.starts_with('#')) {
            return None;
        }
        Some(self.edit(end, format!("{}{indent}{}{pair}", self.line_break(end), self.step(indent.len()))))
    }

    /// A whole block, behind the last field of the rule.
    fn missing(&self, name: &str, key: &str, value: &str) -> Option<Edit> {
        let text = self.text.get(self.source.start as usize..)?;
        if text.starts_with('{') {
            let quote = |json| if json { "\"" } else { "" };
            return self.behind(|json| format!("{0}{name}{0}: {{{1}}}", quote(json), pair(key, value, json)));
        }
        let indent = self.indent(self.source.start as usize)?;
        let line_break = self.line_break(self.source.end as usize);
        let step = self.step(indent.len());
        self.behind(|_| [name, ":", line_break, &indent, &step, &pair(key, value, false)].concat())
    }

    /// A field behind the last field of the rule; told whether it is to be spelled as in JSON.
    fn behind(&self, field: impl Fn(bool) -> String) -> Option<Edit> {
        let (start, end) = (self.source.start as usize, self.source.end as usize);
        if self.text.get(start..)?.starts_with('{') {
            let inner = self.text.get(start + 1..end.checked_sub(1)?)?;
            let last = start + 1 + inner.trim_end().trim_end_matches(',').trim_end().len();
            return self.flow(self.source, Some(last), &field(self.json(self.source)));
        }
        if self.texts().any(|text| text.span().end as usize == end && text.ends_open(self.text)) {
            return None;
        }
        let (at, line_break) = (self.line_end(end), self.line_break(end));
        Some(self.edit(at, [line_break, &self.indent(start)?, &field(false)].concat()))
    }

    fn texts(&self) -> impl Iterator<Item = &Text> {
        let rule = self.rule;
        let blocks = [&rule.labels, &rule.annotations].into_iter().flat_map(|block| &block.entries);
        [&rule.name, &rule.expr]
            .into_iter()
            .chain(&rule.hold)
            .chain(rule.keep.as_deref())
            .chain(blocks.map(|entry| &entry.value))
    }

    /// The indentation of the fields of the mapping that begins at `start`.
    fn indent(&self, start: usize) -> Option<String> {
        let before = self.text.get(self.line_start(start)..start)?;
        before.bytes().all(|byte| matches!(byte, b' ' | b'-')).then(|| " ".repeat(before.len()))
    }

    /// How much deeper an entry stands than the key of its block: as in the other block of the rule, else two blanks.
    fn step(&self, indent: usize) -> String {
        let blocks = [&self.rule.labels, &self.rule.annotations];
        let first = blocks.into_iter().filter_map(|block| block.entries.first()).map(|entry| entry.key.span());
        let columns = first.filter(|span| self.source.range().contains(span.range())).filter_map(|span| {
            let start = span.start as usize;
            let before = self.text.get(self.line_start(start)..start)?;
            before.bytes().all(|byte| byte == b' ').then_some(before.len())
        });
        let column = columns.filter(|column| *column > indent).min();
        " ".repeat(column.map_or(2, |column| column - indent))
    }
}

/// The end of an entry: of its value, of the alias that stands for it, or of its key.
fn end(entry: &Entry) -> usize {
    let written = |text: &Text| text.alias().unwrap_or(text.span()).end;
    written(&entry.value).max(written(&entry.key)) as usize
}

/// An entry as YAML, quoted where it has to be or as JSON wants it.
fn pair(key: &str, value: &str, json: bool) -> String {
    let mut out = String::with_capacity(key.len() + value.len() + 8);
    scalar(&mut out, key, json);
    out.push_str(": ");
    scalar(&mut out, value, json);
    out
}

/// Words that are no text without quotes.
const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

fn scalar(out: &mut String, text: &str, json: bool) {
    let letter = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let safe = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'.' | b'/' | b':' | b'@' | b'%' | b'?' | b'&' | b'=' | b'+' | b'~' | b'-')
    };
    let word = || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    if letter && !json && text.bytes().all(safe) && !word() && !text.ends_with(':') {
        return out.push_str(text);
    }
    out.push('"');
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
        out.push_str(text);
        return out.push('"');
    }
    escaped(out, text);
    out.push('"');
}

/// A text as it stands between double quotes.
pub(super) fn escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}') => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
