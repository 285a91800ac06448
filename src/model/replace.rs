//! The edit that writes something else in the place of a part of a value, as the style of its scalar has it.

use super::insert::escaped;
use super::{File, Text};
use crate::diagnostic::Edit;
use crate::source::{Source, TextRange};
use crate::yaml::Style;

/// The edit after which `written` stands in the place of `part`, bytes of the value. None where the scalar would end there or come
/// to mean something else, and where the bytes of the part cannot be told.
#[must_use]
pub fn replaced(file: &File, source: &Source, text: &Text, part: TextRange, written: &str) -> Option<Edit> {
    let span = text.part(file, source, part);
    let style = text.raw().style;
    let layer = file.layers.get(text.layer() as usize)?;
    // YAML in a string in quotes is written in two styles at once.
    let near = layer.runs.is_empty() || layer.same_lines(text.raw().range);
    if !near && !written.bytes().all(is_plain) || span == text.span() && style != Style::Plain {
        return None;
    }
    let line = || {
        let before = source.text().get(..text.span().start as usize)?;
        before.rsplit(['\n', '\r']).next()
    };
    let fits = match style {
        Style::Plain => {
            let alone = span == text.span();
            alone == (part.len() as usize == text.value().len())
                && stays_plain(written, span.start == text.span().start)
                && !line()?.contains(['{', '['])
        }
        Style::Literal | Style::Folded | Style::Single => !written.contains(['\n', '\r']),
        Style::Double => true,
    };
    fits.then(|| Edit { span, text: encoded(written, style) })
}

/// Bytes that are the same in every style.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_./-()=+".contains(&byte)
}

/// Whether a scalar without quotes goes on over this text, and begins with it where it stands first.
fn stays_plain(written: &str, first: bool) -> bool {
    let begins =
        || written.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '(' | '+'));
    let ends = written.ends_with([':', ' ']) || written.starts_with('#');
    !ends
        && !written.contains(['\n', '\r'])
        && !written.contains(": ")
        && !written.contains(" #")
        && (!first || begins())
}

fn encoded(written: &str, style: Style) -> String {
    match style {
        Style::Single => written.replace('\'', "''"),
        Style::Double => {
            let mut out = String::with_capacity(written.len() + 8);
            escaped(&mut out, written);
            out
        }
        Style::Plain | Style::Literal | Style::Folded => written.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lower::{Options, lower};
    use crate::source::SourceId;

    fn expression(text: &str) -> Option<String> {
        let source = Source::new("rules.yml", text);
        let file = lower(&source, SourceId(0), &Options::default());
        let sound = file.problems.is_empty() && file.rules.len() == 1;
        sound.then(|| file.rules[0].expr.value().trim_end().to_owned())
    }

    /// What is loaded after the edit is the old value with the part replaced, or there is no edit; whether there is one.
    fn check(text: &str, part: &str, written: &str) -> bool {
        let source = Source::new("rules.yml", text);
        let file = lower(&source, SourceId(0), &Options::default());
        let expr = &file.rules[0].expr;
        let at = u32::try_from(expr.value().find(part).unwrap()).unwrap();
        let range = TextRange::new(at, at + u32::try_from(part.len()).unwrap());
        let Some(edit) = replaced(&file, &source, expr, range, written) else { return false };
        let place = edit.span.range().range();
        let changed = format!("{}{}{}", &text[..place.start], edit.text, &text[place.end..]);
        let wanted = expr.value().trim_end().replacen(part, written, 1);
        assert_eq!(expression(&changed), Some(wanted), "{text}\n{changed}");
        true
    }

    #[test]
    fn what_is_written_is_what_is_loaded() {
        let styles = ["up > 15", "'up > 15'", "\"up > 15\"", "|\n    up > 15", ">-\n    up > 15", "\"up\\x20> 15\""];
        let written = ["\"x\"", "'x'", r"\d", "a b", ": x", "# x", "x: y", "x #y", "{a}", "[1]", "a\tb", "x"];
        let mut made = 0;
        for (style, written) in styles.iter().flat_map(|style| written.map(|written| (style, written))) {
            for part in ["up", ">", "15"] {
                for text in [
                    format!("- alert: A\n  expr: {style}\n"),
                    format!("data:\n  a: |\n    - alert: A\n      expr: {}\n", style.replace('\n', "\n    ")),
                ] {
                    made += usize::from(check(&text, part, written));
                }
            }
        }
        assert!(made > 300, "{made} edits");
        for text in ["- {alert: A, expr: up > 15}\n", "[{\"alert\": \"A\", \"expr\": \"up > 15\"}]\n"] {
            for written in written {
                check(text, "15", written);
            }
        }
        assert!(check("[{\"alert\": \"A\", \"expr\": \"up > 15\"}]\n", "15", "\"x\""));
        assert!(!check("- {alert: A, expr: up > 15}\n", "15", "x, y"));
        let nested = "data:\n  a: \"- alert: A\\n  expr: up > 15\\n\"\n";
        assert!(check(nested, "15", "16") && !check(nested, "15", "\"x\""));
    }
}
