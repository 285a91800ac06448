//! A scalar as Prometheus loads it, and the bytes it was written with.

use std::sync::Arc;

use super::{File, duration};
use crate::source::{Source, Span, TextRange};
use crate::template::doubled;
use crate::yaml::{Raw, Style};

/// A scalar of a rule file: its value and where it was written. 32 bytes, for millions of them are held.
#[derive(Clone, Debug)]
pub struct Text {
    held: Held,
    span: Span,
    indent: u16,
    style: Style,
    flags: u8,
}

/// The value, or the text of the whole file where the value stands there as it is.
#[derive(Clone, Debug)]
enum Held {
    /// Of a scalar of the file itself.
    Near(Arc<str>),
    /// Of any other.
    Far(Box<Far>),
}

/// A scalar of another layer, or one used through an alias, and where it was written.
#[derive(Clone, Debug)]
struct Far {
    held: Arc<str>,
    layer: u32,
    range: TextRange,
    alias: Option<Span>,
}

const TEMPLATED: u8 = 1;
const NULL: u8 = 2;
const IN_FILE: u8 = 4;

impl Text {
    /// A scalar of `layer`, written there as `raw` says and in the file at `span`.
    pub(super) fn new(value: Arc<str>, span: Span, raw: Raw, layer: u32, alias: Option<Span>) -> Self {
        let near = layer == 0 && alias.is_none() && raw.range == span.range();
        let held = if near {
            Held::Near(value)
        } else {
            Held::Far(Box::new(Far { held: value, layer, range: raw.range, alias }))
        };
        Self { held, span, indent: raw.indent, style: raw.style, flags: 0 }
    }

    fn held(&self) -> &Arc<str> {
        match &self.held {
            Held::Near(held) => held,
            Held::Far(far) => &far.held,
        }
    }

    fn far(&self) -> Option<&Far> {
        match &self.held {
            Held::Near(_) => None,
            Held::Far(far) => Some(far),
        }
    }

    /// A scalar of the file itself whose value is the bytes of `file` between its quotes.
    pub(super) fn in_file(file: Arc<str>, span: Span, raw: Raw, alias: Option<Span>) -> Self {
        Self { flags: IN_FILE, ..Self::new(file, span, raw, 0, alias) }
    }

    pub(super) fn set_templated(&mut self) {
        self.flags |= TEMPLATED;
    }

    pub(super) fn set_null(&mut self) {
        self.flags |= NULL;
    }

    /// The value as Prometheus loads it; where a template engine's placeholder stands in it, the placeholder as written.
    #[must_use]
    pub fn value(&self) -> &str {
        if self.flags & IN_FILE == 0 { self.held() } else { self.in_place() }
    }

    fn in_place(&self) -> &str {
        let quotes = usize::from(self.style != Style::Plain);
        let range = self.span.range().range();
        self.held().get(range.start + quotes..range.end - quotes).unwrap_or("")
    }

    /// The value, shared with whoever else keeps it.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        if self.flags & IN_FILE == 0 { self.held().clone() } else { Arc::from(self.value()) }
    }

    /// The milliseconds of a duration, 0 for a null; none where it is not one, or a template engine's placeholder stands in it.
    #[must_use]
    pub fn duration(&self) -> Option<i64> {
        if self.templated() {
            return None;
        }
        if self.is_null() {
            return Some(0);
        }
        duration(self.value())
    }

    /// The bytes of the scalar as written in the file, quotes and block header included.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// How it is written in its layer.
    pub(super) fn raw(&self) -> Raw {
        let range = self.far().map_or(self.span.range(), |far| far.range);
        Raw { range, style: self.style, indent: self.indent }
    }

    /// Whether a line behind it would change it: a block scalar that keeps the line breaks behind it (`|+`), or one at the end of a
    /// text that has no line break there. `text` is that of the file.
    pub(super) fn ends_open(&self, text: &str) -> bool {
        if !matches!(self.style, Style::Literal | Style::Folded) {
            return false;
        }
        let header = text.get(self.span.range().range()).unwrap_or("");
        let header = header.split(['\n', '\r', '#']).next().unwrap_or("");
        header.contains('+') || !header.contains('-') && !self.value().ends_with('\n')
    }

    /// Index into [`File::layers`] of the text that it is a scalar of.
    #[must_use]
    pub fn layer(&self) -> u32 {
        self.far().map_or(0, |far| far.layer)
    }

    /// Where `part`, bytes of the value, was written in the file: the smallest range that covers it, and the whole scalar where
    /// that cannot be told to the byte.
    #[must_use]
    pub fn part(&self, file: &File, source: &Source, part: TextRange) -> Span {
        self.parts(file, source)(part)
    }

    /// The same for many parts.
    pub fn parts<'a>(&'a self, file: &'a File, source: &'a Source) -> impl Fn(TextRange) -> Span + use<'a> {
        let (raw, span) = (self.raw(), self.span);
        let layer = file.layers.get(self.layer() as usize);
        let text = layer.map_or(source.text(), |layer| layer.text(source));
        let locate = raw.locate(text, self.value());
        move |part| {
            let range = locate(part);
            if range == raw.range {
                return span;
            }
            let found = layer.map_or(range, |layer| layer.locate(range));
            // The last line break of a block scalar is a part of the value, but not of the scalar as people see it.
            let inside = |at: u32| at.clamp(span.start, span.end);
            Span::new(span.source, TextRange::new(inside(found.start), inside(found.end)))
        }
    }

    /// Whether a placeholder of a template engine stands in it (Helm, Jinja, ERB, `${X}`, `((x))`, `%%x%%` and the like), so
    /// that the value is not known; Prometheus's own `{{ $labels.x }}` is none.
    #[must_use]
    pub fn templated(&self) -> bool {
        self.flags & TEMPLATED != 0
    }

    /// Whether it is a null (`~`, `null`, nothing at all), which Prometheus loads as the empty text.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.flags & NULL != 0
    }

    /// The `*alias` that stands for it, where one does; its own bytes are at the anchor.
    #[must_use]
    pub fn alias(&self) -> Option<Span> {
        self.far().and_then(|far| far.alias)
    }
}

/// Whether Prometheus fills a value in when the alert fires: an action of a template stands in it.
#[must_use]
pub fn is_dynamic(value: &str) -> bool {
    doubled(value, b'{').is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_of_them_fit() {
        assert!(size_of::<Text>() <= 32 && size_of::<Option<Text>>() <= 32);
    }
}
