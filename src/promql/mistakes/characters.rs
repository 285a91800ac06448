//! Characters that mean nothing in `PromQL`, or something else than was meant.

use crate::fault::Error;
use crate::name::is_name_byte;
use crate::promql::error::Sink;
use crate::promql::lexer::{Lexer, after, is_alpha, is_blank};
use crate::promql::token::{BinaryOp, Kind, keyword};
use crate::promql::{Inside, function, number, range};
use crate::source::TextRange;
use crate::unquote::UnquoteError;

/// Habits from other languages: what is written, what it is for, and the token it becomes.
const HABITS: [(&str, &str, Option<Kind>); 20] = [
    ("&&", "and", Some(Kind::Operator(BinaryOp::And))),
    ("||", "or", Some(Kind::Operator(BinaryOp::Or))),
    ("&", "and", Some(Kind::Operator(BinaryOp::And))),
    ("|", "or", Some(Kind::Operator(BinaryOp::Or))),
    ("=>", ">=", Some(Kind::Operator(BinaryOp::GreaterEqual))),
    ("=<", "<=", Some(Kind::Operator(BinaryOp::LessEqual))),
    ("===", "==", Some(Kind::Operator(BinaryOp::Equal))),
    ("!==", "!=", Some(Kind::Operator(BinaryOp::NotEqual))),
    ("=!", "!=", Some(Kind::Operator(BinaryOp::NotEqual))),
    ("<>", "!=", Some(Kind::Operator(BinaryOp::NotEqual))),
    ("≥", ">=", Some(Kind::Operator(BinaryOp::GreaterEqual))),
    ("≤", "<=", Some(Kind::Operator(BinaryOp::LessEqual))),
    ("≠", "!=", Some(Kind::Operator(BinaryOp::NotEqual))),
    ("×", "*", Some(Kind::Operator(BinaryOp::Mul))),
    ("÷", "/", Some(Kind::Operator(BinaryOp::Div))),
    ("–", "-", Some(Kind::Operator(BinaryOp::Sub))),
    ("—", "-", Some(Kind::Operator(BinaryOp::Sub))),
    ("−", "-", Some(Kind::Operator(BinaryOp::Sub))),
    ("；", ",", Some(Kind::Comma)),
    ("，", ",", Some(Kind::Comma)),
];

const SMART_QUOTES: [char; 8] = ['“', '”', '„', '‟', '‘', '’', '‚', '«'];

/// A character that starts no token here.
pub(in crate::promql) fn character(lexer: &mut Lexer, sink: &mut Sink) -> Option<Kind> {
    let rest = lexer.rest();
    let first = rest.chars().next()?;
    if SMART_QUOTES.contains(&first) {
        return smart_quote(lexer, sink);
    }
    if let Some(len) = escaped_quotes(rest) {
        return Some(escaped(lexer, len, sink));
    }
    if let Some(len) = placeholder(lexer) {
        return variable(lexer, len, sink);
    }
    if lexer.in_braces() {
        return in_braces(lexer, first, sink);
    }
    if first == '=' && rest.starts_with("=~") || first == '!' && !rest.starts_with("!==") {
        return regex_outside_braces(lexer, sink);
    }
    if let Some(&(wrong, right, kind)) = HABITS.iter().find(|(wrong, ..)| rest.starts_with(wrong)) {
        let at = step(lexer, wrong.len());
        let what = format!("`{wrong}` is no operator of PromQL");
        sink.report(at.start as usize, at, what).help(format!("write `{right}`")).fix(at, spaced(lexer, at, right));
        return kind;
    }
    if is_invisible(first) {
        return invisible(lexer, first, sink);
    }
    if lexer.in_brackets() && first.is_ascii_alphabetic() {
        return word_in_brackets(lexer, sink);
    }
    unknown(lexer, first, sink)
}

/// Steps over so many bytes and says which they were.
fn step(lexer: &mut Lexer, len: usize) -> TextRange {
    let start = lexer.offset();
    lexer.advance(len);
    range(start, lexer.offset())
}

/// A word in the place of `at`, with blanks where it would run into a name.
fn spaced(lexer: &Lexer, at: TextRange, word: &str) -> String {
    let bytes = lexer.text().as_bytes();
    let letters = word.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let touches =
        |at: Option<usize>| letters && at.and_then(|at| bytes.get(at)).is_some_and(|&byte| is_name_byte(byte));
    let before = if touches((at.start as usize).checked_sub(1)) { " " } else { "" };
    let after = if touches(Some(at.end as usize)) { " " } else { "" };
    format!("{before}{word}{after}")
}

/// The length of a variable or template of another program that comes next.
fn placeholder(lexer: &mut Lexer) -> Option<usize> {
    let rest = lexer.rest();
    if rest.starts_with("{{") {
        let end = if lexer.no_template_end { None } else { rest.find("}}") };
        lexer.no_template_end = end.is_none();
        return Some(end.map_or(2, |end| end + 2));
    }
    let after = rest.strip_prefix('$')?;
    if let Some(inner) = after.strip_prefix('{') {
        let end = if lexer.no_variable_end { None } else { inner.find(['}', '\n']) };
        lexer.no_variable_end = end.is_none();
        return Some(end.map_or(2, |end| end + 2 + usize::from(inner[end..].starts_with('}'))));
    }
    Some(1 + after.bytes().take_while(|&byte| is_name_byte(byte)).count())
}

fn variable(lexer: &mut Lexer, len: usize, sink: &mut Sink) -> Option<Kind> {
    let at = step(lexer, len);
    let text = &lexer.text()[at.range()];
    if text == "$" {
        sink.report(at.start as usize, at, "a `$` means nothing here");
        return None;
    }
    let shown = super::quoted(text);
    if text.starts_with("{{") {
        sink.report(at.start as usize, at, format!("{shown} is a template, and expressions are not templated"))
            .note("only labels and annotations of an alert are expanded, after its expression was evaluated")
            .help("write the value itself");
    } else {
        let error = sink.report(at.start as usize, at, format!("{shown} is a variable of a dashboard"));
        error.note("Grafana replaces it before it asks; a rule is evaluated as it is written");
        error.help(match text.trim_matches(['$', '{', '}']) {
            "__rate_interval" | "__interval" | "interval" => "write a duration, such as `5m`",
            "__range" => "write a duration, such as `1h`",
            _ => "write the value itself",
        });
    }
    Some(Kind::Placeholder)
}

/// A string between quotes of a text processor.
fn smart_quote(lexer: &mut Lexer, sink: &mut Sink) -> Option<Kind> {
    let rest = lexer.rest();
    let open = rest.chars().next().map_or(1, char::len_utf8);
    let start = lexer.offset();
    let closes = |c: char| SMART_QUOTES.contains(&c) || matches!(c, '"' | '»' | '\n');
    let close = rest[open..].char_indices().find(|&(_, c)| closes(c));
    let message = "typographic quotes mean nothing in PromQL";
    let first = range(start, start + open);
    let Some((len, close)) = close.filter(|&(_, c)| c != '\n') else {
        lexer.advance(open);
        sink.report(start, first, message).help("write `\"`");
        return None;
    };
    lexer.advance(open + len + close.len_utf8());
    let inner = &rest[open..open + len];
    let whole = range(start, lexer.offset());
    let error = sink.report(start, first, message);
    if inner.contains(['\\', '"']) {
        error.help("write `\"` on both sides");
    } else {
        error.help(format!("write `\"{inner}\"`"));
        error.fix(whole, format!("\"{inner}\""));
    }
    Some(Kind::String)
}

/// Length of the text between quotes that stand here with a `\` before each, as within other quotes.
fn escaped_quotes(rest: &str) -> Option<usize> {
    let quote = ["\\\"", "\\'"].into_iter().find(|quote| rest.starts_with(quote))?;
    let inner = &rest[quote.len()..];
    let len = inner.find(quote).filter(|len| !inner[..*len].contains('\n'))?;
    Some(len + 2 * quote.len())
}

fn escaped(lexer: &mut Lexer, len: usize, sink: &mut Sink) -> Kind {
    let (start, rest) = (lexer.offset(), lexer.rest());
    lexer.advance(len);
    // Who escapes one escapes all.
    if !std::mem::replace(&mut lexer.escapes_told, true) {
        let error =
            sink.report(start, range(start, start + 1), "this quote is escaped, though no quotes are around it");
        error.help("write the quotes of this expression without `\\`");
        for (at, _) in rest.match_indices(&rest[..2]) {
            error.suggest(range(start + at, start + at + 1), "");
        }
    }
    Kind::String
}

fn in_braces(lexer: &mut Lexer, first: char, sink: &mut Sink) -> Option<Kind> {
    let start = lexer.offset();
    match first {
        '~' => {
            let at = step(lexer, 1);
            sink.report(start, at, "`~` is no operator of a matcher").help("write `=~`").fix(at, "=~");
            Some(Kind::EqualRegex)
        }
        '!' => {
            let at = step(lexer, 1);
            let error = sink.report(start, at, "`!` is no operator of a matcher");
            error.help("write `!=`, or `!~` for a regex");
            // After `=` it is the other half of a `!=` written backwards.
            let text = lexer.text();
            if text[..start].ends_with('=') {
                error.fix(range(start - 1, start + 1), "!=");
            }
            None
        }
        ':' | '<' | '>' => {
            let at = step(lexer, 1);
            let error = sink.report(start, at, format!("`{first}` is no operator of a matcher"));
            if first == ':' {
                error.help("write `=`").suggest(at, "=");
            } else {
                error.note("labels are texts; only the values of samples are compared by size");
            }
            Some(Kind::Assign)
        }
        '{' => {
            let at = step(lexer, 1);
            sink.report(start, at, "a second `{` before the first one is closed");
            None
        }
        c if is_invisible(c) => invisible(lexer, c, sink),
        ')' | ']' | '(' | '[' => {
            let at = step(lexer, 1);
            let error = sink.report(start, at, format!("`{first}` between braces"));
            error.note("a label's value stands between quotes, and the matchers end with `}`");
            None
        }
        '0'..='9' | '.' | '-' | '+' | '/' | '*' => {
            let rest = lexer.rest();
            let len = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._-+/*".contains(c))).unwrap_or(rest.len());
            let at = step(lexer, len);
            let before = lexer.text()[..start].trim_end();
            let word = &rest[..len];
            let error = sink.report(start, at, format!("{} stands without quotes", super::quoted(word)));
            if before.ends_with(['=', '~']) {
                error.help(format!("write `\"{word}\"`")).fix(at, format!("\"{word}\""));
                return Some(Kind::String);
            }
            error.note("a label's name is made of letters, digits and `_`; other names need quotes");
            None
        }
        _ => unknown(lexer, first, sink),
    }
}

fn regex_outside_braces(lexer: &mut Lexer, sink: &mut Sink) -> Option<Kind> {
    let start = lexer.offset();
    let rest = lexer.rest();
    if rest.starts_with("=~") || rest.starts_with("!~") {
        let at = step(lexer, 2);
        let text = &lexer.text()[at.range()];
        sink.report(start, at, format!("`{text}` only compares labels, between braces"))
            .help(format!("write `metric{{label{text}\"regex\"}}`"));
        return Some(Kind::Operator(BinaryOp::Missing));
    }
    let at = step(lexer, 1);
    sink.report(start, at, "`!` is no operator of PromQL")
        .help("write `!=` to compare, or `unless` for series that are not on the other side");
    None
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{ad}' | '\u{1680}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}')
        || c.is_control()
}

fn invisible(lexer: &mut Lexer, c: char, sink: &mut Sink) -> Option<Kind> {
    let rest = lexer.rest();
    let len = rest.find(|next| next != c).unwrap_or(rest.len());
    let at = step(lexer, len);
    let code = u32::from(c);
    sink.report(at.start as usize, at, format!("an invisible character, U+{code:04X}"))
        .note("the server takes only blanks, tabs and line breaks for space")
        .help("write a blank")
        .fix(at, " ");
    None
}

/// A word in brackets: most often a unit that the server does not know.
fn word_in_brackets(lexer: &mut Lexer, sink: &mut Sink) -> Option<Kind> {
    let (rest, start) = (lexer.rest(), lexer.offset());
    let len = rest.bytes().take_while(|&byte| is_name_byte(byte)).count().max(1);
    let at = step(lexer, len);
    let word = &rest[..len];
    let before = &lexer.text()[..start];
    let number = before.trim_end();
    let blanks = range(number.len(), start);
    let error = sink.unexpected(start, at, format!("unexpected {} in the brackets", super::quoted(word)));
    if number.ends_with(|c: char| c.is_ascii_digit())
        && let Some(unit) = unit(word)
    {
        let digits = number.len() - number.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let amount = &number[number.len() - digits..];
        error.help(format!("write the unit right after the number: `{amount}{unit}`"));
        error.fix(blanks.cover(at), unit);
    } else {
        error.help("write a duration, such as `5m`");
    }
    None
}

/// Matchers in other brackets than braces, behind a name: whether they begin here, which is said.
pub(in crate::promql) fn matchers_elsewhere(lexer: &Lexer, sink: &mut Sink) -> bool {
    let named = |byte: &u8| is_name_byte(*byte) || *byte == b':';
    let before = lexer.text().as_bytes()[..lexer.offset()].iter().rfind(|byte| !is_blank(**byte));
    if !before.is_some_and(named) {
        return false;
    }
    let rest = lexer.rest();
    let name = after(rest, 1, is_blank);
    if !rest.as_bytes().get(name).is_some_and(|byte| is_alpha(*byte)) {
        return false;
    }
    let word = after(rest, name, is_name_byte);
    let operator = after(rest, word, is_blank);
    if !rest.as_bytes().get(operator).is_some_and(|byte| matches!(byte, b'=' | b'!')) {
        return false;
    }
    let Some(written) = ["=~", "!~", "!=", "="].into_iter().find(|op| rest[operator..].starts_with(op)) else {
        return false;
    };
    let value = after(rest, operator + written.len(), is_blank);
    let metric = lexer.text()[..lexer.offset()].trim_end_matches([' ', '\t', '\n', '\r']);
    let start = metric.trim_end_matches(|c: char| c.is_ascii() && is_name_byte(c as u8) || c == ':').len();
    let metric = &metric[start..];
    let free = keyword(metric).is_none() && (rest.starts_with('[') || function(metric).is_none());
    if !free || !rest[value..].starts_with(['"', '\'']) {
        return false;
    }
    let start = lexer.offset();
    let (open, close) = if rest.starts_with('[') { ('[', ']') } else { ('(', ')') };
    let at = range(start + name, start + operator + written.len());
    let error =
        sink.unexpected(at.start as usize, at, format!("matchers stand between braces, not in `{open}{close}`"));
    error.help(format!("write `{metric}{{…}}`"));
    if let Some(end) = closing(&rest[1..], close) {
        error.suggest(range(start, start + 1), "{").suggest(range(start + 1 + end, start + 2 + end), "}");
    }
    true
}

/// Where `close` stands outside of quotes.
fn closing(text: &str, close: char) -> Option<usize> {
    let (mut inside, mut escaped) = (Inside::Code, false);
    let closes = |&(_, c): &(usize, char)| {
        let here = inside == Inside::Code && c == close;
        if c.is_ascii() && !std::mem::take(&mut escaped) {
            (inside, escaped) = inside.after(c as u8);
        }
        here
    };
    text.char_indices().find(closes).map(|(at, _)| at)
}

/// A text between quotes in the place of a duration.
pub(in crate::promql) fn quoted_duration(lexer: &mut Lexer, sink: &mut Sink) -> Option<Kind> {
    let rest = lexer.rest();
    let quote = rest.chars().next()?;
    let Some(len) = rest[1..].find([quote, ']', '\n']).filter(|end| rest[1 + end..].starts_with(quote)) else {
        return unknown(lexer, quote, sink);
    };
    let at = step(lexer, len + 2);
    let inner = &rest[1..=len];
    let error = sink.unexpected(
        at.start as usize,
        at,
        format!("{} is a text, not a duration", super::quoted(&rest[..len + 2])),
    );
    match number::scan(inner, 0) {
        (number::Scanned::Duration, end) if end == inner.len() => {
            error.help(format!("write `{inner}`")).fix(at, inner);
        }
        _ => {
            error.help("write a duration, such as `5m`");
        }
    }
    Some(Kind::Placeholder)
}

/// The unit that a word surely means.
fn unit(word: &str) -> Option<&'static str> {
    Some(match word {
        "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "S" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "H" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "D" | "day" | "days" => "d",
        "w" | "W" | "week" | "weeks" => "w",
        "y" | "Y" | "year" | "years" => "y",
        _ => return None,
    })
}

fn unknown(lexer: &mut Lexer, first: char, sink: &mut Sink) -> Option<Kind> {
    let at = step(lexer, first.len_utf8());
    let message = format!("unexpected character `{first}`");
    // In brackets the next ones only follow from the first.
    let error = if lexer.in_brackets() {
        sink.unexpected(at.start as usize, at, message)
    } else {
        sink.report(at.start as usize, at, message)
    };
    match first {
        '\\' => error.note("a `\\` has a meaning between quotes only"),
        '#' => error.note("between the bracket and its number the server knows no comments"),
        '.' => error
            .note("the name of a metric is made of letters, digits, `_` and `:`")
            .help("write any other one between quotes, as in `{\"a.b\"}`"),
        '?' | ';' => error.help("leave it out"),
        _ => error,
    };
    None
}

/// A number that is none. `lexer` stands where the server's lexer would have stopped.
pub(in crate::promql) fn number(lexer: &mut Lexer, start: usize, sink: &mut Sink) -> Kind {
    let rest = lexer.rest();
    let tail = rest.bytes().take_while(|&byte| is_name_byte(byte) || byte == b'.').count();
    lexer.advance(tail);
    let at = range(start, lexer.offset());
    let text = &lexer.text()[at.range()];
    let error = sink.report(start, at, format!("{} is neither a number nor a duration", super::quoted(text)));
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (amount, word) = text.split_at(digits);
    if word == "M" && lexer.in_brackets() {
        error.note("units are told apart by case").help(format!("write `{amount}m` for minutes"));
        error.suggest(at, format!("{amount}m"));
    } else if let Some(unit) = unit(word) {
        error.help(format!("write `{amount}{unit}`")).fix(at, format!("{amount}{unit}"));
    } else {
        magnitude(error, at, amount, word);
    }
    Kind::Placeholder
}

/// Prefixes such as `k` and `Mi`, which `PromQL` does not know.
fn magnitude(error: &mut Error, at: TextRange, amount: &str, word: &str) {
    let factor = match word.trim_end_matches('B') {
        "k" | "K" => "e3",
        "M" => "e6",
        "G" => "e9",
        "T" => "e12",
        "Ki" => " * 1024",
        "Mi" => " * 1024^2",
        "Gi" => " * 1024^3",
        "Ti" => " * 1024^4",
        _ => {
            if word.is_empty() && amount.matches('.').count() > 1 {
                error.note("a number has one decimal point at most");
            } else {
                error.note(
                    "a name can't start with a digit; a duration has the units `ms`, `s`, `m`, `h`, `d`, `w`, `y`",
                );
            }
            return;
        }
    };
    let written = format!("{amount}{factor}");
    let brackets = if factor.starts_with(' ') { format!("({written})") } else { written };
    error.note("numbers have no units").help(format!("write `{brackets}`")).suggest(at, brackets.clone());
}

/// A quote that is never closed. `lexer` stands at the end of the line, or of the text.
pub(in crate::promql) fn open_quote(lexer: &mut Lexer, start: usize, sink: &mut Sink) -> Kind {
    let quote = &lexer.text()[start..=start];
    let raw = quote == "`";
    let error = sink.report(start, range(start, start + 1), "this quote is never closed");
    if !raw && lexer.offset() < lexer.text().len() {
        error.note("a quoted text ends on the line where it starts; only one between backticks may hold line breaks");
    }
    error.help(if raw {
        "write another backtick after the text".to_owned()
    } else {
        format!("write another `{quote}` after the text")
    });
    Kind::String
}

/// An escape that is none, in the string at `at`.
pub(in crate::promql) fn escape(sink: &mut Sink, at: TextRange, text: &str, error: &UnquoteError) {
    let place = error.at.shift(at.start);
    let written = text.get(place.range()).unwrap_or_default();
    let reported = sink.report(at.start as usize, place, format!("{}: {}", error.message, super::quoted(written)));
    if error.message == "unknown escape" {
        reported.note("between quotes a backslash starts an escape, in regexes too");
        reported.help(format!("write `\\{written}` for a backslash of the text, or put it between backticks"));
        reported.fix(TextRange::at(place.start), "\\");
    }
}

pub(in crate::promql) fn colon_without_number(sink: &mut Sink, at: TextRange) {
    sink.report(at.start as usize, at, "a colon before any number in brackets")
        .note("the server's lexer only knows the colon once it has read a number in brackets")
        .help("write a number before it, as in `[step()+0s:1m]`");
}
