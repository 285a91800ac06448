//! The shortest way to say that a template is fine: nearly all actions of real alerts print one variable.

use memchr::memchr_iter;

use super::functions::is_function;

/// Whether a text has an action.
#[must_use]
pub fn has_action(text: &str) -> bool {
    next_action(text).is_some()
}

/// Whether all actions of a text are of the plainest kind, such as `{{ $labels.x }}` or `{{ $value | printf "%.1f" }}`, so that
/// Prometheus accepts it. Nothing is said of any other text: [`super::parse`] tells.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let mut rest = text;
    while let Some(after) = next_action(rest) {
        let Some(after) = action(after) else { return false };
        rest = after;
    }
    true
}

/// What stands behind the next `{{`.
fn next_action(text: &str) -> Option<&str> {
    text.get(doubled(text, b'{')? + 2..)
}

/// Where this byte first stands twice.
pub(crate) fn doubled(text: &str, byte: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr_iter(byte, bytes).find(|at| bytes.get(at + 1) == Some(&byte))
}

/// What stands behind the action whose `{{` was read, where it is plain: a value or a call, piped to calls.
fn action(text: &str) -> Option<&str> {
    let text = text.strip_prefix("- ").unwrap_or(text).trim_start_matches(' ');
    let mut rest = match value(text) {
        Some(rest) => rest,
        None => call(text)?,
    };
    loop {
        rest = rest.trim_start_matches(' ');
        match rest.strip_prefix('|') {
            Some(piped) => rest = call(piped.trim_start_matches(' '))?,
            None => return rest.strip_prefix("}}"),
        }
    }
}

/// What stands behind the name of a function and the values that it is given.
fn call(text: &str) -> Option<&str> {
    let (name, mut rest) = text.split_at(name_len(text));
    if !is_function(name) || !ends(rest) {
        return None;
    }
    while let Some(after) = value(rest.trim_start_matches(' ')) {
        rest = after;
    }
    Some(rest)
}

/// What stands behind a variable that Prometheus declares, a field, or text in quotes without an escape.
fn value(text: &str) -> Option<&str> {
    let rest = match text.as_bytes().first()? {
        b'"' => {
            let inner = &text[1..];
            let end = inner.find(['"', '\\', '\n'])?;
            inner[end..].strip_prefix('"')?
        }
        b'.' => field(text)?,
        b'$' => {
            let (name, rest) = text[1..].split_at(name_len(&text[1..]));
            match name {
                "value" | "labels" | "externalLabels" | "externalURL" => field(rest).unwrap_or(rest),
                _ => return None,
            }
        }
        _ => return None,
    };
    ends(rest).then_some(rest)
}

/// What stands behind `.x`.
fn field(text: &str) -> Option<&str> {
    let name = text.strip_prefix('.')?;
    let first = name.bytes().next()?;
    (first.is_ascii_alphabetic() || first == b'_').then(|| &name[name_len(name)..])
}

/// Whether a word ends here: neither a longer name, nor a field, nor a character that ends no word.
fn ends(rest: &str) -> bool {
    rest.starts_with([' ', '|', '}'])
}

fn name_len(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_variable_and_its_functions_are_plain() {
        for text in [
            "",
            "no action",
            "{{ $labels.job }} is {{$value|humanize}}",
            "{{$value | humanize | title}}}",
            "}} {{  $value  }}",
            "{{- .Labels }} {{ .Value }} {{ $labels }} {{ \"a\" }} {{ $externalURL }}",
            "{{ printf \"%.1f\" $value | humanize }}{{ $value | printf \"%s %s\" .Labels }}",
        ] {
            assert!(is_plain(text), "{text}");
        }
        for text in ["{{ $x }}", "{{ if $value }}", "{{ $value | f }}", "{{ $value", "{{-$value }}", "{{ printf\"\" }}"]
        {
            assert!(!is_plain(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_plain_has_no_error(
            pieces in prop::collection::vec(
                prop::sample::select(&[
                    "{{", "}}", "$", "labels", ".", "value", "x", "1", " ", "|", "humanize", "len", "-", "\n", "é", "\"", "(",
                    "{{ $value", "{{ $labels.a", " }}", "{{/*", "*/}}", "if", "end", ".x", " \"a\"", "{{ printf", " $value", " | ",
                ][..]),
                0..16,
            )
        ) {
            let text = pieces.concat();
            prop_assert!(!is_plain(&text) || super::super::parse(&text).errors.is_empty(), "{text}");
        }
    }
}
