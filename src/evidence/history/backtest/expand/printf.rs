//! `printf` as Go's `fmt` does it, for the values a label can be made of.

use super::Unknown;
use super::float;
use super::value::Value;
use std::fmt::Write;

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of a verb")]
#[derive(Default)]
struct Verb {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Wider or more precise than this is nobody's label.
const MOST: usize = 1000;

/// Formats `args` by `format`.
pub(super) fn printf(format: &str, args: &[Value]) -> Result<String, Unknown> {
    let mut out = String::new();
    let mut rest = format.chars().peekable();
    let mut args = args.iter();
    while let Some(c) = rest.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut verb = Verb::default();
        while let Some(&flag) = rest.peek() {
            match flag {
                '-' => verb.minus = true,
                '+' => verb.plus = true,
                '#' => verb.sharp = true,
                ' ' => verb.space = true,
                '0' => verb.zero = true,
                _ => break,
            }
            rest.next();
        }
        verb.width = number(&mut rest)?;
        if rest.next_if_eq(&'.').is_some() {
            verb.precision = Some(number(&mut rest)?.unwrap_or(0));
        }
        match rest.next() {
            None => out.push_str("%!(NOVERB)"),
            Some('%') => out.push('%'),
            Some('*' | '[') => return Err(Unknown::new("`printf` with a width from its arguments")),
            Some(name) => match args.next() {
                None => {
                    let _ = write!(out, "%!{name}(MISSING)");
                }
                Some(value) => out.push_str(&verb.format(name, value)?),
            },
        }
    }
    let extra: Vec<_> = args.collect();
    if !extra.is_empty() {
        let shown: Result<Vec<_>, _> = extra.iter().map(|value| typed(value)).collect();
        let _ = write!(out, "%!(EXTRA {})", shown?.join(", "));
    }
    Ok(out)
}

fn number(rest: &mut std::iter::Peekable<std::str::Chars>) -> Result<Option<usize>, Unknown> {
    let mut number = None;
    while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
        let value = number.unwrap_or(0) * 10 + digit as usize;
        if value > MOST {
            return Err(Unknown::new("`printf` with a huge width"));
        }
        number = Some(value);
        rest.next();
    }
    Ok(number)
}

/// `type=value`, as Go shows what does not fit.
fn typed(value: &Value) -> Result<String, Unknown> {
    match value {
        Value::Nil => Ok("<nil>".to_owned()),
        value => Ok(format!("{}={}", value.type_name(), plain(value)?)),
    }
}

fn plain(value: &Value) -> Result<String, Unknown> {
    value.text().ok_or_else(|| Unknown::new("prints the whole of its data"))
}

impl Verb {
    fn format(&self, verb: char, value: &Value) -> Result<String, Unknown> {
        match (verb, value) {
            ('T', value) => Ok(self.pad(value.type_name(), Fill::Zeros)),
            ('v', _) if self.sharp || self.plus => Err(Unknown::new("`printf` with `%#v` or `%+v`")),
            ('v', Value::Nil) => Ok(self.pad("<nil>", Fill::Zeros)),
            (_, Value::Nil) => Ok(format!("%!{verb}(<nil>)")),
            ('v' | 'g' | 'G', Value::Float(v)) => Ok(self.float(verb, float::general(*v, self.precision))),
            ('f' | 'F', Value::Float(v)) => Ok(self.float(verb, float::fixed(*v, self.precision.unwrap_or(6)))),
            ('e' | 'E', Value::Float(v)) => Ok(self.float(verb, float::scientific(*v, self.precision.unwrap_or(6)))),
            ('v' | 'd', Value::Int(v)) => Ok(self.int(*v, v.unsigned_abs().to_string(), "")),
            ('x', Value::Int(v)) => Ok(self.int(*v, format!("{:x}", v.unsigned_abs()), "0x")),
            ('X', Value::Int(v)) => Ok(self.int(*v, format!("{:X}", v.unsigned_abs()), "0X")),
            ('o', Value::Int(v)) => Ok(self.int(*v, format!("{:o}", v.unsigned_abs()), "0")),
            ('b', Value::Int(v)) => Ok(self.int(*v, format!("{:b}", v.unsigned_abs()), "0b")),
            ('v' | 't', Value::Bool(v)) => Ok(self.pad(&v.to_string(), Fill::Zeros)),
            ('v' | 's', Value::Text(text)) => Ok(self.pad(self.cut(text), Fill::Zeros)),
            ('q', Value::Text(text)) => self.quoted(text),
            ('v' | 's', Value::Time(_) | Value::Duration(_)) => Ok(self.pad(self.cut(&plain(value)?), Fill::Zeros)),
            ('v', Value::Map(_) | Value::Labels(_)) if self.width.is_none() && self.precision.is_none() => plain(value),
            (_, Value::Text(_) | Value::Float(_) | Value::Int(_) | Value::Bool(_)) if !exotic(verb, value) => {
                let shown = self.format('v', value)?;
                Ok(format!("%!{verb}({}={shown})", value.type_name()))
            }
            _ => Err(Unknown::new(format!("`printf` with `%{verb}` of a {}", value.type_name()))),
        }
    }

    fn cut<'t>(&self, text: &'t str) -> &'t str {
        let end = self.precision.and_then(|most| text.char_indices().nth(most)).map_or(text.len(), |(at, _)| at);
        &text[..end]
    }

    fn quoted(&self, text: &str) -> Result<String, Unknown> {
        let text = self.cut(text);
        let simple = |c: char| (' '..='~').contains(&c) && !matches!(c, '"' | '\\');
        if self.sharp || self.plus || !text.chars().all(|c| simple(c) || matches!(c, '"' | '\\' | '\n' | '\t')) {
            return Err(Unknown::new("`printf` with `%q` of unusual characters"));
        }
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
        Ok(self.pad(&format!("\"{escaped}\""), Fill::Zeros))
    }

    fn float(&self, verb: char, mut text: String) -> String {
        let finite = text.bytes().next_back().is_some_and(|b| b.is_ascii_digit());
        let unsigned = !text.starts_with(['-', '+']);
        if unsigned && self.plus {
            text.insert(0, '+');
        } else if self.space && !self.plus && (unsigned || text.starts_with('+')) {
            text = format!(" {}", text.trim_start_matches('+'));
        }
        if verb.is_ascii_uppercase() {
            text = text.replace('e', "E");
        }
        self.pad(&text, if finite { Fill::AfterSign } else { Fill::Blanks })
    }

    fn int(&self, value: i64, mut digits: String, prefix: &str) -> String {
        if let Some(least) = self.precision {
            let missing = least.saturating_sub(digits.len());
            digits = if least == 0 && value == 0 { String::new() } else { format!("{}{digits}", "0".repeat(missing)) };
        }
        let prefix = if self.sharp { prefix } else { "" };
        let sign = match value {
            ..0 => "-",
            _ if self.plus => "+",
            _ if self.space => " ",
            _ => "",
        };
        let fill = if self.precision.is_some() { Fill::Blanks } else { Fill::AfterSign };
        self.pad(&format!("{sign}{prefix}{digits}"), fill)
    }

    /// Fills up to the width.
    fn pad(&self, text: &str, fill: Fill) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if self.minus {
            return format!("{text}{}", " ".repeat(missing));
        }
        match fill {
            Fill::Zeros if self.zero => format!("{}{text}", "0".repeat(missing)),
            Fill::AfterSign if self.zero => {
                let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+', ' '])));
                format!("{sign}{}{digits}", "0".repeat(missing))
            }
            _ => format!("{}{text}", " ".repeat(missing)),
        }
    }
}

/// What the flag `0` fills with.
#[derive(Clone, Copy, PartialEq)]
enum Fill {
    /// Blanks all the same.
    Blanks,
    /// Zeros.
    Zeros,
    /// Zeros between sign and digits.
    AfterSign,
}

/// What we leave to Go: verbs of other types, and what no flag survives.
fn exotic(verb: char, value: &Value) -> bool {
    let own = match value {
        Value::Float(_) => "xXbp",
        Value::Text(_) => "xXp",
        Value::Int(_) => "cqUOp",
        _ => "p",
    };
    own.contains(verb) || !verb.is_ascii_alphabetic()
}
