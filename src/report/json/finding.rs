//! One finding as the machine formats show it: keys, order and shapes.

use super::pieces::Pieces;
use crate::diagnostic::{Edit, Fix};
use crate::lint::report::{Finding, Waived};
use crate::report::positions::Positions;
use crate::report::safe;
use crate::source::Span;

/// Writes findings, whose places it knows in lines and columns.
pub(super) struct Writer<'a> {
    positions: &'a Positions<'a>,
    /// The span that was written last, and how: the findings of an alert and their labels stand at its name.
    last: (Option<Span>, Pieces),
}

impl<'a> Writer<'a> {
    pub(super) fn new(positions: &'a Positions<'a>) -> Self {
        Self { positions, last: Default::default() }
    }

    /// The object of a finding.
    pub(super) fn finding(&mut self, out: &mut Pieces, finding: &Finding) {
        let diagnostic = &*finding.diagnostic;
        let advice = diagnostic.advice();
        let file = self.path(diagnostic.span);
        out.raw("{\"rule\":").text(diagnostic.rule);
        out.raw(",\"level\":").text(diagnostic.severity.as_str());
        open(out.raw(",\"message\":"), &diagnostic.message);
        out.raw(",\"file\":").text(file).raw(",\"span\":");
        self.place(out, diagnostic.span);
        out.raw(",\"labels\":");
        let label = (!advice.label.is_empty()).then_some((diagnostic.span, &*advice.label));
        let related = diagnostic.related.iter().map(|label| (label.span, label.message.as_str()));
        out.list(label.into_iter().chain(related), |out, (span, message)| {
            out.raw("{\"file\":").text(self.path(span)).raw(",\"span\":");
            self.place(out, span);
            open(out.raw(",\"message\":"), message);
            out.raw("}");
        });
        out.raw(",\"notes\":").list(&advice.notes, open);
        out.raw(",\"help\":").list(&advice.help, open);
        out.raw(",\"fix\":").optional(shown(diagnostic.fix.as_ref()), |out, fix| self.fix(out, fix));
        out.raw(",\"group\":").optional(finding.group(), open);
        out.raw(",\"alert\":").optional(finding.alert(), open);
        out.raw(",\"owner\":").optional(finding.owner(), open);
        out.raw(",\"severity\":").optional(finding.severity(), open);
        out.raw(",\"fingerprint\":").text(&finding.fingerprint.to_string());
        let facts = (!finding.evidence.is_empty()).then_some(&finding.evidence[..]);
        out.raw(",\"evidence\":").optional(facts, evidence);
        out.raw(",\"waiver\":").optional(finding.waiver.as_deref(), |out, waiver| self.waiver(out, waiver));
        out.raw("}");
    }

    /// A span in bytes, lines and columns.
    fn place(&mut self, out: &mut Pieces, span: Span) {
        let (last, pieces) = &mut self.last;
        if last.replace(span) != Some(span) {
            let (start, end) = self.positions.both(span);
            pieces.clear();
            pieces.raw("{\"start\":").number(span.start).raw(",\"end\":").number(span.end);
            pieces.raw(",\"line\":").number(start.line).raw(",\"column\":").number(start.column);
            pieces.raw(",\"end_line\":").number(end.line).raw(",\"end_column\":").number(end.column).raw("}");
        }
        out.append(pieces);
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

    fn waiver(&mut self, out: &mut Pieces, waiver: &Waived) {
        out.raw("{\"until\":").text(&waiver.until.to_string());
        open(out.raw(",\"because\":"), &waiver.because);
        out.raw(",\"span\":");
        self.place(out, waiver.span);
        out.raw("}");
    }
}

/// A text without the secrets in its addresses.
fn open(out: &mut Pieces, text: &(impl AsRef<str> + ?Sized)) {
    let text = text.as_ref();
    if !out.plain(text, safe::MARKS_OF_SECRETS) {
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
