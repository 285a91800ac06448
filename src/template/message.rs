//! What is said about an error: Go's finding in words for people, with the place, the reason and what to write.

use super::ast::{ControlKind, Name};
use super::lexer::{Fault, Kind};
use super::number::NumberError;
use super::scope::{GIVEN, Scope};
use super::slip::{bad_character, curly_quote, is_curly, no_operator, operator, show, single_brace, trim_marker};
use super::{constant, functions};
use crate::fault::Error;
use crate::source::TextRange;
use crate::suggest::closest;

/// Where in an action something stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Context {
    Command,
    Operand,
    Parenthesis,
    If,
    With,
    Range,
    Template,
    Block,
    Define,
    Break,
    Continue,
    Else,
    End,
}

impl Context {
    pub(super) fn of(kind: ControlKind) -> Self {
        match kind {
            ControlKind::If => Self::If,
            ControlKind::With => Self::With,
            ControlKind::Range => Self::Range,
        }
    }

    /// The action it is, in code.
    fn action(self) -> &'static str {
        match self {
            Self::Command | Self::Operand => "`{{ … }}`",
            Self::Parenthesis => "`( … )`",
            Self::If => "`{{ if }}`",
            Self::With => "`{{ with }}`",
            Self::Range => "`{{ range }}`",
            Self::Template => "`{{ template }}`",
            Self::Block => "`{{ block }}`",
            Self::Define => "`{{ define }}`",
            Self::Break => "`{{ break }}`",
            Self::Continue => "`{{ continue }}`",
            Self::Else => "`{{ else }}`",
            Self::End => "`{{ end }}`",
        }
    }
}

pub(super) fn undefined_function(range: TextRange, name: &str, field: Option<&str>) -> Error {
    let error = Error::new(range, format!("function `{name}` is not defined"));
    let variable = GIVEN.iter().find(|given| given.len() > 1 && given[1..].eq_ignore_ascii_case(name));
    if let Some(variable) = variable {
        let written = field.map_or_else(|| (*variable).to_owned(), |field| format!("{variable}{field}"));
        return error
            .with_note("a bare name calls a function; variables start with `$`")
            .with_help(format!("write `{written}`"))
            .with_edit(range, *variable, true);
    }
    if let Some(help) = functions::instead_of(name) {
        return error.with_note("it is a function of another template language").with_help(help);
    }
    if let Some(similar) = functions::similar_function(name) {
        return error.with_help(format!("did you mean `{similar}`?")).with_edit(
            range,
            similar,
            name.eq_ignore_ascii_case(similar),
        );
    }
    if let Some(variable) = closest(name, GIVEN.iter().skip(1).filter_map(|given| given.get(1..))) {
        return error.with_help(format!("did you mean `${variable}`?")).with_edit(range, format!("${variable}"), false);
    }
    error
        .with_note("a bare name calls a function, of which Prometheus has its own and those of Go's text/template")
        .with_help(format!("a label is read with `$labels.{name}`, a text needs quotes: `\"{name}\"`"))
}

pub(super) fn undefined_variable(range: TextRange, name: &str, scope: &Scope<'_>) -> Error {
    let error = Error::new(range, format!("undefined variable `{name}`"));
    if scope.is_definition && GIVEN.contains(&name) {
        return error
            .with_note("a definition does not see the variables of the template around it, only `.` and `$`")
            .with_help("hand the value over, as in `{{ template \"name\" $labels }}`, and read it with `.`");
    }
    if name == "$values" {
        return error
            .with_note("`$values` is Grafana's; in Prometheus an alert has one value")
            .with_help("write `$value`")
            .with_edit(range, "$value", false);
    }
    if let Some(declared) = scope.ended(name) {
        return error
            .with_related(declared, "declared here, in a block that has ended")
            .with_help(format!("declare `{name}` before the block and assign it there with `=`"));
    }
    let names = scope.names();
    if let Some(similar) = closest(name, names.iter().copied()) {
        let sure = name.eq_ignore_ascii_case(similar) || similar.strip_suffix('s') == Some(name);
        return error.with_help(format!("did you mean `{similar}`?")).with_edit(
            range,
            similar,
            sure && GIVEN.contains(&similar),
        );
    }
    let error =
        if names.is_empty() { error } else { error.with_note(format!("defined here: `{}`", names.join("`, `"))) };
    error.with_help(format!("a label is read with `$labels.{}`", name.trim_start_matches('$')))
}

pub(super) fn bad_constant(range: TextRange, text: &str, fault: &constant::Fault) -> Error {
    let error = Error::new(fault.at.shift(range.start), fault.message);
    match text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        Some(inner) if !inner.contains(['\\', '"', '\n']) => error.with_help(format!("write `\"{inner}\"`")).with_edit(
            range,
            format!("\"{inner}\""),
            inner.chars().count() > 1,
        ),
        None if text.starts_with('"') && !text.contains('`') => {
            error.with_help("a text in backquotes has no escapes, which suits regexes")
        }
        _ => error,
    }
}

pub(super) fn bad_number(range: TextRange, text: &str, error: NumberError, opening: TextRange) -> Error {
    match (error, text) {
        (NumberError::TooLarge, _) => Error::new(range, format!("`{text}` is too large for a whole number"))
            .with_help(format!("write `{text}.0` for a float")),
        (NumberError::Syntax, "-") if range.start == opening.end => trim_marker(range),
        (NumberError::Syntax, "+" | "-") => no_operator(range, text),
        (NumberError::Syntax, _) => Error::new(range, format!("`{text}` is not a number")),
    }
}

pub(super) fn field_of_constant(range: TextRange, term: &str, field: &str) -> Error {
    let error = Error::new(range, format!("`{term}` has no field `{field}`"));
    if term == "." { error.with_help(format!("write `{field}`, with one dot")) } else { error }
}

pub(super) fn not_a_function(range: TextRange, text: &str) -> Error {
    Error::new(range, format!("`{text}` stands after `|` but is not a function"))
        .with_note("each stage after a `|` is called with the value of the one before as its last argument")
}

pub(super) fn missing_value(range: TextRange, context: Context) -> Error {
    match context {
        Context::Command => Error::new(range, "an action without content"),
        _ => Error::new(range, format!("{} has no value", context.action())),
    }
}

pub(super) fn too_many_variables(range: TextRange, context: Context) -> Error {
    if context == Context::Range {
        return Error::new(range, "`{{ range }}` declares two variables at most");
    }
    Error::new(range, format!("a comma after a variable in {}", context.action()))
        .with_note("only `{{ range $key, $element := … }}` declares two variables; arguments are separated by spaces")
}

pub(super) fn only_variables(range: TextRange) -> Error {
    Error::new(range, "only a variable can follow the comma in `{{ range }}`")
        .with_help("write `{{ range $key, $element := … }}`")
}

pub(super) fn too_deep(range: TextRange) -> Error {
    Error::new(range, "parentheses nest too deeply").with_note("Go stops at 10000 of them")
}

pub(super) fn outside_range(range: TextRange, context: Context) -> Error {
    Error::new(range, format!("{} outside of `{{{{ range }}}}`", context.action()))
}

pub(super) fn mixed_else(range: TextRange, open: ControlKind, next: ControlKind) -> Error {
    let (open, next) = (word(open), word(next));
    Error::new(range, format!("`{{{{ else {next} }}}}` cannot continue `{{{{ {open} }}}}`"))
        .with_help(format!("write `{{{{ else }}}}{{{{ {next} … }}}}`, and one more `{{{{ end }}}}`"))
}

fn word(kind: ControlKind) -> &'static str {
    match kind {
        ControlKind::If => "if",
        ControlKind::With => "with",
        ControlKind::Range => "range",
    }
}

pub(super) fn second_else(range: TextRange, opening: TextRange, first: TextRange) -> Error {
    Error::new(range, "a second `{{ else }}`")
        .with_related(first, "the first one is here")
        .with_related(opening, "both belong to this")
}

/// An `{{end}}` or `{{else}}` that belongs to nothing, or an `{{else}}` in a definition.
pub(super) fn stray(range: TextRange, what: &str, definition: Option<TextRange>) -> Error {
    let error = Error::new(range, format!("`{{{{ {what} }}}}` without a block it belongs to"));
    match definition {
        Some(opening) => error.with_related(opening, "a definition has no `{{ else }}`"),
        None if what == "end" => error.with_help("remove it, or open a block before it").with_edit(range, "", false),
        None => error.with_help("it belongs between `{{ if … }}`, `{{ with … }}` or `{{ range … }}` and `{{ end }}`"),
    }
}

pub(super) fn defined_twice(name: &Name, first: TextRange) -> Error {
    Error::new(name.range, format!("template `{}` is defined twice", name.text))
        .with_related(first, "first defined here")
}

/// A block without an end; `others` are open around it.
pub(super) fn never_ended(text: &str, opening: TextRange, others: impl Iterator<Item = TextRange>) -> Error {
    let inner = text.get(opening.range()).unwrap_or_default().trim_matches(['{', '}', '-']);
    let keyword = inner.split_whitespace().next().unwrap_or_default();
    let message = format!("`{{{{ {keyword} … }}}}` is never closed: an `{{{{ end }}}}` is missing");
    let mut error = Error::new(opening, message).with_help("write `{{ end }}` where it should stop");
    for other in others.take(5) {
        error = error.with_related(other, "this is not closed either");
    }
    error
}

/// An action that is not closed before the next one, or before the end. `fault` is where Go stumbles.
pub(super) fn unclosed_action(text: &str, opening: TextRange, fault: TextRange) -> Error {
    let start = opening.end as usize;
    let inside = text.get(start..).unwrap_or_default();
    let inside = inside.split_once("{{").map_or(inside, |(inside, _)| inside);
    let error = Error::new(opening, "the action opened here is never closed: `}}` is missing");
    if let Some(brace) = inside.find('}') {
        let at = start + brace + 1;
        let at = TextRange::at(u32::try_from(at).unwrap_or(u32::MAX));
        return error
            .with_related(TextRange::new(at.start - 1, at.start), "one brace does not close it")
            .with_help("write `}}`")
            .with_edit(at, "}", is_operand(&inside[..brace]));
    }
    let error = if fault.start > opening.end { error.with_related(fault, "Go stumbles here") } else { error };
    if inside.trim().is_empty() {
        return error.with_help("write `}}`, or `{{ \"{{\" }}` for two braces");
    }
    let end = u32::try_from(start + inside.trim_end().len()).unwrap_or(u32::MAX);
    let error = error.with_help("write `}}` where the action should end");
    if is_operand(inside) { error.with_edit(TextRange::at(end), " }}", false) } else { error }
}

/// Whether a text is a variable or field alone, so that nothing else can be meant.
fn is_operand(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(['$', '.']) && text[1..].chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}

/// A text that is no token.
pub(super) fn fault(text: &str, range: TextRange, fault: Fault, opening: TextRange) -> Error {
    match fault {
        Fault::UnclosedAction | Fault::Reopened => unclosed_action(text, opening, range),
        Fault::UnclosedParen => {
            Error::new(range, "this parenthesis is not closed in its action").with_help("write `)`")
        }
        Fault::UnexpectedParen => Error::new(range, "a `)` without its `(`").with_edit(range, "", false),
        Fault::BadCharacter('}') | Fault::Unrecognized('}') => single_brace(range),
        Fault::BadCharacter(c) | Fault::Unrecognized(c) if is_curly(c) => curly_quote(text, range, c, opening),
        Fault::BadCharacter(c) => bad_character(text, range, c, opening),
        Fault::BadNumber => bad_number_text(text, range, opening),
        Fault::ExpectedDeclare => {
            Error::new(range, "a colon alone means nothing").with_help("a variable is declared with `:=`")
        }
        Fault::UnterminatedString => {
            Error::new(range, "the string is not closed on its line").with_help("write the second `\"`")
        }
        Fault::UnterminatedRawString => {
            Error::new(range, "the raw string is never closed").with_help("write the second `` ` ``")
        }
        Fault::UnterminatedChar => Error::new(range, "the character is not closed on its line")
            .with_note("single quotes hold one character; strings have double quotes"),
        Fault::Unrecognized(c) => Error::new(range, format!("`{}` means nothing in an action", show(c))),
        Fault::UnclosedComment => Error::new(range, "the comment is never closed").with_help("write `*/}}`"),
        Fault::CommentNotAlone => Error::new(range, "a comment must be alone in its action")
            .with_help("write `}}` directly after `*/`, or ` -}}` to trim"),
    }
}

fn bad_number_text(text: &str, range: TextRange, opening: TextRange) -> Error {
    let shown = text.get(range.range()).unwrap_or_default();
    if range.start == opening.end && shown.starts_with('-') {
        return trim_marker(TextRange::new(range.start, range.start + 1));
    }
    Error::new(range, format!("`{shown}` is not a number"))
}

/// A token that cannot stand where it does.
pub(super) fn unexpected(text: &str, range: TextRange, kind: Kind, context: Context) -> Error {
    let shown = text.get(range.range()).unwrap_or_default();
    let after = text.get(range.end as usize..).unwrap_or_default();
    let error = Error::new(range, format!("unexpected `{shown}` in {}", context.action()));
    match (kind, context) {
        (Kind::RightDelim, Context::Template | Context::Block | Context::Define) => {
            Error::new(range, format!("{} needs the name of a template", context.action()))
                .with_help("write its name in quotes: `\"name\"`")
        }
        (Kind::Char, _) if shown == "}" => single_brace(range),
        (Kind::Char, _) if shown == "," => {
            let space = if after.starts_with([' ', '\t', '\n']) { "" } else { " " };
            error
                .with_note("arguments are separated by spaces")
                .with_help("remove the comma")
                .with_edit(range, space, true)
        }
        (Kind::Char, _) if matches!(shown, "<" | ">" | "!" | "&") => operator(text, range),
        (Kind::Char, _) if matches!(shown, "*" | "/" | "%") => no_operator(range, shown),
        (Kind::Assign, _) => operator(text, range),
        (Kind::Pipe, _) if text.as_bytes().get((range.start as usize).wrapping_sub(1)) == Some(&b'|') => {
            operator(text, range)
        }
        (Kind::Pipe, _) => error.with_note("`|` hands the value before it to the function after it"),
        (Kind::Keyword(_), Context::Command) if shown == "define" => {
            error.with_note("a definition stands outside of all blocks")
        }
        (Kind::Keyword(_), _) => error.with_note(format!("`{shown}` is a keyword")),
        (Kind::Dot, Context::Operand) => Error::new(range, "a name is missing after the dot"),
        (_, Context::Operand) => error.with_help("write a space between two arguments"),
        (_, Context::Template | Context::Block | Context::Define) => {
            error.with_help("write the name of the template in quotes: `\"name\"`")
        }
        (_, Context::Break | Context::Continue | Context::Else | Context::End) => {
            error.with_note("nothing can stand after this keyword")
        }
        _ => error,
    }
}
