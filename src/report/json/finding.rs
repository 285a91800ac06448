//! One finding as the machine formats show it: keys, order and shapes.

use std::cell::Cell;

use super::pieces::Pieces;
use crate::diagnostic::{Edit, Fix};
use crate::lint::report::{Finding, Waived};
use crate::report::positions::Positions;
use crate::report::safe;
use crate::source::Span;

/// Writes findings, whose places it knows in lines and columns.
pub(super) struct Writer<'a> {
    positions: &'a Positions<'a>,
    /// The place of the finding before: those of an alert stand at its name.
    last: Cell<Option<Place>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(positions: &'a Positions<'a>) -> Self {
        Self { positions, last: Cell::new(None) }
    }

    /// The object of a finding.
    pub(super) fn finding(&self, out: &mut Pieces, finding: &Finding) {
        let diagnostic = &*finding.diagnostic;
        let own = self.own(diagnostic.span);
        let file = self.path(diagnostic.span);
        out.raw("{\"rule\":").text(diagnostic.rule);
        out.raw(",\"level\":").text(diagnostic.severity.as_str());
        open(out.raw(",\"message\":"), &diagnostic.message);
        out.raw(",\"file\":").text(file).raw(",\"span\":");
        own.write(out);
        out.raw(",\"labels\":");
        let label = (!diagnostic.label.is_empty()).then_some((file, own, &*diagnostic.label));
        let related = diagnostic
            .related
            .iter()
            .map(|label| (self.path(label.span), Place::new(label.span, self.positions), label.message.as_str()));
        out.list(label.into_iter().chain(related), |out, (file, place, message)| {
            out.raw("{\"file\":").text(file).raw(",\"span\":");
            place.write(out);
            open(out.raw(",\"message\":"), message);
            out.raw("}");
        });
        out.raw(",\"notes\":").list(&diagnostic.notes, open);
        out.raw(",\"help\":").list(&diagnostic.help, open);
        out.raw(",\"fix\":").optional(shown(diagnostic.fix.as_ref()), |out, fix| self.fix(out, fix));
        out.raw(",\"group\":").optional(finding.group.as_deref(), open);
        out.raw(",\"alert\":").optional(finding.alert.as_deref(), open);
        out.raw(",\"owner\":").optional(finding.owner.as_deref(), open);
        out.raw(",\"severity\":").optional(finding.severity.as_deref(), open);
        out.raw(",\"fingerprint\":\"").hex(finding.fingerprint.0).raw("\"");
        let facts = (!finding.evidence.is_empty()).then_some(&finding.evidence[..]);
        out.raw(",\"evidence\":").optional(facts, evidence);
        out.raw(",\"waiver\":").optional(finding.waiver.as_deref(), |out, waiver| self.waiver(out, waiver));
        out.raw("}");
    }

    fn own(&self, span: Span) -> Place {
        let last = self.last.get().filter(|last| last.span == span);
        let place = last.unwrap_or_else(|| Place::new(span, self.positions));
        self.last.set(Some(place));
        place
    }

    fn path(&self, span: Span) -> &'a str {
        &self.positions.source(span.source).path
    }

    fn fix(&self, out: &mut Pieces, fix: &Fix) {
        out.raw(if fix.safe { "{\"safe\":true,\"edits\":" } else { "{\"safe\":false,\"edits\":" });
        out.list(&fix.edits, |out, Edit { span, text }| {
            out.raw("{\"file\":").text(self.path(*span));
            out.raw(",\"start\":").number(span.start).raw(",\"end\":").number(span.end);
            out.raw(",\"text\":").text(text).raw("}");
        });
        out.raw("}");
    }

    fn waiver(&self, out: &mut Pieces, waiver: &Waived) {
        out.raw("{\"until\":").text(&waiver.until.to_string());
        open(out.raw(",\"because\":"), &waiver.because);
        out.raw(",\"span\":");
        Place::new(waiver.span, self.positions).write(out);
        out.raw("}");
    }
}

/// A text without the secrets in its addresses.
fn open(out: &mut Pieces, text: &(impl AsRef<str> + ?Sized)) {
    let text = text.as_ref();
    if !out.plain(text, |byte| !safe::may_be_secret(byte)) {
        out.text(&safe::redact(text));
    }
}

/// The fix, unless it would write a secret: half of one must not be applied, the whole not shown.
fn shown(fix: Option<&Fix>) -> Option<&Fix> {
    fix.filter(|fix| !fix.clashes && fix.edits.iter().all(|edit| safe::redact(&edit.text) == edit.text))
}

fn evidence(out: &mut Pieces, facts: &[(String, String)]) {
    for (index, (key, value)) in facts.iter().enumerate() {
        out.raw(if index == 0 { "{" } else { "," }).text(key).raw(":");
        open(out, value);
    }
    out.raw("}");
}

/// A span in bytes, lines and columns.
#[derive(Clone, Copy)]
struct Place {
    span: Span,
    /// Line and column of its start, then of its end.
    at: [u32; 4],
}

impl Place {
    fn new(span: Span, positions: &Positions<'_>) -> Self {
        let (start, end) = positions.both(span);
        Self { span, at: [start.line, start.column, end.line, end.column] }
    }

    fn write(&self, out: &mut Pieces) {
        let Self { span, at: [line, column, end_line, end_column] } = *self;
        out.raw("{\"start\":").number(span.start).raw(",\"end\":").number(span.end);
        out.raw(",\"line\":").number(line).raw(",\"column\":").number(column);
        out.raw(",\"end_line\":").number(end_line).raw(",\"end_column\":").number(end_column).raw("}");
    }
}
