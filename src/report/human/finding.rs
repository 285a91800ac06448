//! One finding in full: its message, its places in their source, why it matters, what to write.

use std::io;

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::Error;
use codespan_reporting::term::termcolor::{Ansi, NoColor, WriteColor};
use codespan_reporting::term::{self, Config};

use super::excerpt::{Excerpt, Mark};
use super::suggestion::Suggestion;
use super::{Page, wrap};
use crate::diagnostic::{Diagnostic, Severity};
use crate::report::{count, safe};

/// Further places shown; a note counts the rest.
const RELATED: usize = 8;

/// Writes the finding of this index and an empty line.
pub(super) fn write(page: &Page<'_>, index: usize, out: &mut dyn WriteColor) -> io::Result<()> {
    let diagnostic = &page.finding(index).diagnostic;
    let also = page.shared.also(page.report, index);
    let marks = marks(diagnostic);
    let excerpt = Excerpt::new(&page.positions, &marks, page.width);
    let gutter = excerpt.gutter();
    let related = marks.iter().enumerate().map(|(index, mark)| {
        let (file, range) = excerpt.place(mark);
        let style = if index == 0 { codespan::LabelStyle::Primary } else { codespan::LabelStyle::Secondary };
        codespan::Label::new(style, file, range).with_message(safe::line(mark.message))
    });
    let rendered = codespan::Diagnostic::new(severity(diagnostic.severity))
        .with_code(diagnostic.rule)
        .with_message(safe::line(&diagnostic.message))
        .with_labels(related.collect())
        .with_notes(notes(diagnostic, also, page.width.saturating_sub(gutter + 3)));
    let fix = diagnostic.fix.as_ref().map(|fix| Suggestion::new(page, fix));
    let wide = fix.as_ref().map_or(gutter, |fix| fix.gutter().max(gutter));
    // Codespan ends with an empty line; the suggestion belongs before it.
    let text = emit(page, &excerpt, &rendered)?;
    let text = text.strip_suffix("\n").unwrap_or(&text);
    for (index, line) in text.lines().enumerate() {
        let indent = if index == 0 { 0 } else { wide - gutter };
        writeln!(out, "{:indent$}{}", "", line.trim_end())?;
    }
    if let Some(fix) = fix {
        fix.write(diagnostic.span.source, wide, out)?;
    }
    writeln!(out)
}

fn marks(diagnostic: &Diagnostic) -> Vec<Mark<'_>> {
    let own = Mark { span: diagnostic.span, message: &diagnostic.advice().label };
    let related = diagnostic.related.iter().take(RELATED);
    std::iter::once(own).chain(related.map(|label| Mark { span: label.span, message: &label.message })).collect()
}

fn notes(diagnostic: &Diagnostic, also: Option<String>, width: usize) -> Vec<String> {
    let more = diagnostic.related.len().saturating_sub(RELATED);
    let more = (more > 0).then(|| note("note: ", &format!("and {}", count(more, "more place")), width));
    let notes = diagnostic.advice().notes.iter().map(|text| note("note: ", text, width));
    let help = diagnostic.advice().help.iter().map(|text| note("help: ", text, width));
    let also = also.map(|also| note("note: ", &also, width));
    also.into_iter().chain(more).chain(notes).chain(help).collect()
}

/// A note as wide as the terminal, its further lines under its first word.
fn note(kind: &str, text: &str, width: usize) -> String {
    let indent = format!("\n{:width$}", "", width = kind.len());
    let lines = wrap(&safe::lines(text), width.saturating_sub(kind.len()));
    format!("{kind}{}", lines.join(&indent))
}

fn severity(severity: Severity) -> codespan::Severity {
    match severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Note => codespan::Severity::Note,
    }
}

fn emit(page: &Page<'_>, excerpt: &Excerpt<'_>, diagnostic: &codespan::Diagnostic<usize>) -> io::Result<String> {
    let config = Config::default();
    let result = if page.options.color {
        let mut out = Ansi::new(Vec::new());
        term::emit_to_write_style(&mut out, &config, excerpt, diagnostic).map(|()| out.into_inner())
    } else {
        let mut out = NoColor::new(Vec::new());
        term::emit_to_write_style(&mut out, &config, excerpt, diagnostic).map(|()| out.into_inner())
    };
    let text = result.map_err(|error| match error {
        Error::Io(error) => error,
        other => io::Error::other(other),
    })?;
    String::from_utf8(text).map_err(io::Error::other)
}
