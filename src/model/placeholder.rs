//! Placeholders of template engines in values, told from Prometheus's own `{{ $labels.x }}`.

use memchr::memmem;

use super::actions::{Named, stranger};
use crate::promql::Inside;
use crate::template::doubled;

/// Which placeholders a file may hold at all; most files hold none, and their values are not searched.
#[expect(clippy::struct_excessive_bools, reason = "independent marks")]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Marks {
    /// `%%x%%`.
    percent: bool,
    /// `((x))`.
    parens: bool,
    /// The same where PromQL could have it too: something else in the file is certainly one.
    parens_in_code: bool,
    /// `[[ .x ]]`.
    brackets: bool,
    /// `${x}`, `$XY`.
    dollar: bool,
    /// `$X`, `$x`: beside `${X}` or `$XY` they are what the shell takes them for.
    shell: bool,
    /// `{% … %}`, `<%= … %>`.
    tags: bool,
    /// `{{ .Values.x }}`.
    go: bool,
    /// `{{ … }}` of any kind, of which PromQL has none.
    braces: bool,
    /// `{{ x }}` in a file whose name is that of a template.
    strange: bool,
}

/// What only Helm brings into an action, by what it begins with.
const HELM: &[&[u8]] =
    &[b".Values", b".Release.", b".Chart.", b".Capabilities", b".Files.", b".Template.", b"include "];

/// Functions of Helm and Sprig that Prometheus does not have.
const SPRIG: &[&str] = &[
    "include",
    "tpl",
    "template",
    "toYaml",
    "toJson",
    "fromYaml",
    "nindent",
    "indent",
    "required",
    "lookup",
    "default",
    "quote",
    "squote",
    "upper",
    "lower",
    "trunc",
    "trimSuffix",
    "trimPrefix",
    "trim",
    "replace",
    "ternary",
    "dict",
    "list",
    "dig",
    "get",
    "hasKey",
    "coalesce",
    "empty",
    "join",
    "split",
    "camelcase",
    "kebabcase",
    "b64enc",
    "sha256sum",
    "merge",
    "tuple",
    "until",
    "contains",
    "hasPrefix",
    "hasSuffix",
    "int",
    "int64",
    "float64",
    "add",
    "sub",
    "mul",
    "div",
];

/// Whether a text has actions that only Helm brings in.
pub(super) fn certainly_helm(text: &str) -> bool {
    // Prometheus has `template` too, but only for templates that the same text defines.
    let (mut named, mut defines) = (false, false);
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| doubled(rest, b'{')) {
        let rest = &text[at + open + 2..];
        let inner = &rest[..doubled(rest, b'}').unwrap_or(rest.len())];
        if has_helm(inner) {
            return true;
        }
        at = text.len() - rest.len() + inner.len();
        let word = inner.trim_start_matches('-').trim_start();
        named |= word.starts_with("template \"");
        defines |= word.starts_with("define \"");
    }
    named && !defines
}

/// Whether a part of an action is one of those that only Helm brings in.
fn has_helm(action: &str) -> bool {
    let bytes = action.as_bytes();
    // Actions are short, and two bytes tell nearly all others.
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default()).enumerate();
    let likely = pairs.filter(|(_, pair)| matches!(pair, (b'.', b'A'..=b'Z') | (b'i', b'n')));
    likely.into_iter().any(|(at, _)| HELM.iter().any(|word| bytes[at..].starts_with(word)))
}

/// The letters, digits and `_` at the beginning.
pub(super) fn word(text: &str) -> &str {
    &text[..text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()]
}

/// Whether an action of Go's templates, without its braces, is one of Helm: it uses a function, a field or a variable that
/// Prometheus does not define.
pub(super) fn helm(inner: &str) -> bool {
    let body = inner.trim_start_matches('-').trim();
    if has_helm(body) {
        return true;
    }
    if let Some(field) = body.strip_prefix('.') {
        return !matches!(word(field), "" | "Labels" | "ExternalLabels" | "ExternalURL" | "Value");
    }
    if let Some(variable) = body.strip_prefix('$') {
        return !matches!(word(variable), "labels" | "externalLabels" | "externalURL" | "value");
    }
    let piped = body.rsplit_once('|').map_or("", |(_, last)| last.trim_start());
    SPRIG.contains(&word(body)) || SPRIG.contains(&word(piped))
}

impl Marks {
    /// The placeholders of `text`; what is left of `{{ … }}` in a text that was made readable is Prometheus's own.
    pub(super) fn of(text: &str, desugared: bool) -> Self {
        let bytes = text.as_bytes();
        let find = |mark: &'static str| memmem::find_iter(bytes, mark).filter_map(|at| bytes.get(at..));
        let braces = find("{{").next().is_some();
        // Most files write `((` in PromQL, and `$labels` and `$1` are no placeholders, whatever they stand in.
        let variable = |at: usize| {
            bytes.get(at + 1).is_some_and(|next| *next == b'{' || next.is_ascii_uppercase() || *next == b'\\')
        };
        let parens = find("((").any(|rest| named(rest, 2, b"))").is_some() || operator(rest).is_some());
        let dollar = memchr::memchr_iter(b'$', bytes).any(variable);
        Self {
            percent: find("%%").any(|rest| named(rest, 2, b"%%").is_some()),
            parens,
            parens_in_code: parens && memmem::find_iter(bytes, "((").any(|at| outside_code(text, at)),
            brackets: find("[[").any(|rest| rest.get(2).is_some_and(|next| b" -.$".contains(next))),
            dollar,
            shell: dollar && memchr::memchr_iter(b'$', bytes).any(|at| upper_variable(&bytes[at..]).is_some()),
            tags: find("{%").chain(find("<%")).next().is_some(),
            go: braces && !desugared && certainly_helm(text),
            braces,
            strange: false,
        }
    }

    /// The same in a file of this name.
    pub(super) fn in_file(self, named: Option<Named>) -> Self {
        Self { strange: self.braces && named.is_some(), ..self }
    }

    /// Whether values may hold any, expressions (`promql`) or others: outside of expressions `{{ … }}` is Prometheus's own.
    pub(super) fn any(self, promql: bool) -> bool {
        let Self { percent, parens, brackets, dollar, tags, go, braces, strange, .. } = self;
        percent || parens || brackets || dollar || tags || go || strange || promql && braces
    }
}

/// The bytes that a placeholder may begin with.
const BEGINS: [bool; 256] = table(b"{<%([$");
/// Those, and quotes.
const TOLD: [bool; 256] = table(b"{<%([$\"'");

const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}

/// Whether a placeholder stands in `value`; with `promql`, what cannot be part of an expression, and nothing that can.
pub(super) fn foreign(value: &str, marks: Marks, promql: bool) -> bool {
    let may_begin = if marks.any(false) {
        value.bytes().any(|byte| BEGINS[usize::from(byte)])
    } else {
        marks.any(promql) && doubled(value, b'{').is_some()
    };
    may_begin && Placeholders::new(value, marks, promql).next().is_some()
}

/// The placeholders of a value: the bytes of each, in order.
struct Placeholders<'v> {
    value: &'v str,
    marks: Marks,
    promql: bool,
    at: usize,
    quoted: bool,
    /// Whether some `{{` was never closed; no later one is.
    unclosed: bool,
}

impl<'v> Placeholders<'v> {
    fn new(value: &'v str, marks: Marks, promql: bool) -> Self {
        Self { value, marks, promql, at: 0, quoted: false, unclosed: false }
    }

    /// Length of the placeholder at the current byte; what Prometheus itself puts into braces is skipped.
    fn here(&mut self, byte: u8) -> Option<usize> {
        let (marks, rest) = (self.marks, &self.value.as_bytes()[self.at..]);
        match byte {
            b'"' | b'\'' => {
                self.quoted = !self.quoted;
                None
            }
            b'{' if rest.starts_with(b"{{") && !self.unclosed => {
                let Some((len, foreign)) = action(&self.value[self.at..], marks, self.promql) else {
                    self.unclosed = true;
                    return None;
                };
                if foreign {
                    return Some(len);
                }
                self.at += len - 1;
                None
            }
            b'{' if marks.tags && rest.starts_with(b"{%") && rest.get(2) != Some(&b'%') => enclosed(rest, b"%}"),
            b'<' if marks.tags => erb(rest),
            b'%' if marks.percent && rest.starts_with(b"%%") => named(rest, 2, b"%%"),
            b'(' if marks.parens && rest.starts_with(b"((") => {
                let told = self.quoted || !self.promql || marks.parens_in_code;
                named(rest, 2, b"))").filter(|_| told).or_else(|| operator(rest))
            }
            b'[' if marks.brackets && rest.starts_with(b"[[") => go_brackets(rest),
            b'$' if marks.dollar => variable(rest).or_else(|| self.shell_variable(rest)),
            _ => None,
        }
    }
}

impl Placeholders<'_> {
    /// `$x` in a file that the shell's variables are put into. In a string of PromQL it may be a group of `label_replace`.
    fn shell_variable(&self, bytes: &[u8]) -> Option<usize> {
        let len = bytes[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let name = &bytes[1..=len];
        let own = OWN.iter().any(|own| own.as_bytes() == &bytes[..=len]);
        let told = name.first().is_some_and(u8::is_ascii_alphabetic) && !own;
        let group = self.promql && self.quoted && name.iter().any(u8::is_ascii_lowercase);
        (self.marks.shell && told && !group).then_some(1 + len)
    }
}

impl Iterator for Placeholders<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.value.as_bytes();
        while let Some(skipped) = bytes.get(self.at..)?.iter().position(|byte| TOLD[usize::from(*byte)]) {
            self.at += skipped;
            if let Some(len) = self.here(bytes[self.at]) {
                let start = self.at;
                self.at += len;
                return Some((start, self.at));
            }
            self.at += 1;
        }
        None
    }
}

/// Length of the `{{ … }}` at the start, and whether it is no action that Prometheus could run: only Helm can mean it, another
/// engine writes a part of it, or it stands in PromQL.
fn action(text: &str, marks: Marks, promql: bool) -> Option<(usize, bool)> {
    let len = doubled(text, b'}')? + 2;
    let inner = &text[2..len - 2];
    let named = || marks.go && helm(inner) || marks.strange && stranger(inner);
    let foreign = if promql { !own(inner) } else { named() };
    Some((len, foreign || engine_inside(inner, marks)))
}

/// The variables that Prometheus declares.
pub(super) const OWN: [&str; 4] = ["$labels", "$value", "$externalLabels", "$externalURL"];

/// Whether an action without its braces uses Prometheus's own variables, which is a mistake in PromQL and no placeholder.
fn own(inner: &str) -> bool {
    OWN.iter().any(|name| inner.trim_start().starts_with(name))
}

/// Whether another engine writes a part of an action: `{{ humanizeDuration <%= p('x') %> }}`.
fn engine_inside(inner: &str, marks: Marks) -> bool {
    let bytes = inner.as_bytes();
    let found = |at: usize| {
        let rest = &bytes[at..];
        match bytes[at] {
            b'<' if marks.tags => erb(rest),
            b'(' if marks.parens && rest.starts_with(b"((") => named(rest, 2, b"))"),
            b'[' if marks.brackets && rest.starts_with(b"[[") => go_brackets(rest),
            b'$' if marks.dollar && rest.starts_with(b"${") => braced_variable(rest),
            _ => None,
        }
    };
    (marks.tags || marks.parens || marks.brackets || marks.dollar) && (0..bytes.len()).any(|at| found(at).is_some())
}

/// `<%= … %>` and its kin, but no `<%s`.
fn erb(bytes: &[u8]) -> Option<usize> {
    let tag = bytes.starts_with(b"<%") && bytes.get(2).is_some_and(|byte| b"=-# \n\t".contains(byte));
    if tag { enclosed(bytes, b"%>") } else { None }
}

fn enclosed(bytes: &[u8], close: &[u8]) -> Option<usize> {
    bytes.windows(close.len()).take(256).position(|window| window == close).map(|at| at + close.len())
}

fn name_len(bytes: &[u8]) -> usize {
    if !bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
        return 0;
    }
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-./:".contains(byte)).count()
}

/// An opening of this length, a name, and `close`.
fn named(bytes: &[u8], open: usize, close: &[u8]) -> Option<usize> {
    let name = name_len(bytes.get(open..)?);
    let end = open + name;
    (name > 0 && bytes.get(end..)?.starts_with(close)).then_some(end + close.len())
}

/// Operators of Spruce, by far the most that are written.
const OPERATORS: [&[u8]; 12] = [
    b"grab",
    b"concat",
    b"param",
    b"vault",
    b"join",
    b"inject",
    b"static_ips",
    b"load",
    b"file",
    b"base64",
    b"keys",
    b"calc",
];

/// `(( grab x.y ))`, which PromQL never has: a word follows a word.
fn operator(bytes: &[u8]) -> Option<usize> {
    let inner = bytes.strip_prefix(b"((")?.trim_ascii_start();
    let word = OPERATORS.iter().find(|word| inner.strip_prefix(**word).is_some_and(|rest| rest.starts_with(b" ")))?;
    let operand = inner[word.len()..].trim_ascii_start().first()?;
    let len = enclosed(bytes, b"))")?;
    let line = !bytes[..len].contains(&b'\n') && !bytes[..len].contains(&b'\r');
    (line && (operand.is_ascii_alphabetic() || matches!(operand, b'"' | b'$' | b'_'))).then_some(len)
}

/// `[[ .x ]]`, but neither `[[:alpha:]]` nor a regex.
pub(super) fn go_brackets(bytes: &[u8]) -> Option<usize> {
    let inner = bytes.get(2..)?;
    let inner = inner.strip_prefix(b"-").unwrap_or(inner);
    let spaced = inner.first().is_some_and(|byte| matches!(byte, b' ' | b'.' | b'$'));
    let word =
        inner.iter().find(|byte| **byte != b' ').is_some_and(|byte| byte.is_ascii_alphabetic() || b".$".contains(byte));
    if spaced && word { enclosed(bytes, b"]]") } else { None }
}

/// Length of the `${x}` at the start, also with what makes another value of it: `${x:=5m}`, `${x,,}`, `${x:-${y}}`, `${f(x)}`.
pub(super) fn braced_variable(bytes: &[u8]) -> Option<usize> {
    if let Some(len) = named(bytes, 2, b"}") {
        return Some(len);
    }
    let inner = bytes.get(2..)?;
    let name = inner.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let letter = inner.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    let changed = inner.get(name).is_some_and(|byte| b":-=?+,^#%/@.[(".contains(byte));
    if !letter || !changed {
        return None;
    }
    let mut depth = 1usize;
    let line = inner.iter().take(256).take_while(|byte| !matches!(byte, b'\n' | b'\r'));
    let end = line.enumerate().find(|(_, byte)| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    end.map(|(at, _)| 2 + at + 1)
}

/// Length of the `%%x%%` at the start.
pub(super) fn doubled_percent(text: &str) -> Option<usize> {
    named(text.as_bytes(), 2, b"%%")
}

/// Whether the `((x))` here is certainly none of PromQL: in quotes, the value of another key than `expr`, or a duration.
fn outside_code(text: &str, at: usize) -> bool {
    let Some(len) = named(&text.as_bytes()[at..], 2, b"))") else { return false };
    let before = &text[text.floor_char_boundary(at.saturating_sub(256))..at];
    let line = before.rsplit(['\n', '\r']).next().unwrap_or("");
    let end = text.as_bytes().get(at + len);
    let quotes = line.bytes().filter(|byte| matches!(byte, b'"' | b'\'')).count();
    let key = line.trim_start_matches([' ', '-']).split_once(": ").map(|(key, _)| key);
    let other = key.is_some_and(|key| key != "expr" && word(key) == key);
    line.ends_with('[') && end == Some(&b']') || quotes % 2 == 1 || other
}

/// `${X}` or `$XY`, in capitals.
fn upper_variable(bytes: &[u8]) -> Option<usize> {
    let len = variable(bytes)?;
    (!bytes[..len].iter().any(u8::is_ascii_lowercase)).then_some(len)
}

/// `${x}` or `$XY`; `$1`, `$labels` and `$value` are others' business.
fn variable(bytes: &[u8]) -> Option<usize> {
    if bytes.get(1) == Some(&b'{') {
        return braced_variable(bytes);
    }
    let upper = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    let name = bytes.get(1..)?.iter().take_while(|byte| upper(byte)).count();
    let after = bytes.get(1 + name).is_some_and(u8::is_ascii_lowercase);
    (name > 1 && bytes[1].is_ascii_uppercase() && !after).then_some(1 + name)
}

/// An expression in which each placeholder leaves a readable whole.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Readable {
    /// Those in strings and comments stay as they are but for what could end them, `%%x%%` in a selector becomes as many
    /// blanks, its comma with it.
    pub text: String,
    /// The same with letters for all placeholders, if each of them can only be a part of a string or a comment, whatever it
    /// stands for: what is wrong with this text is wrong with the expression.
    pub certain: Option<String>,
    /// How many there are.
    pub count: usize,
}

/// Makes an expression readable; none where a placeholder stands anywhere else.
pub(super) fn blanked(expr: &str, marks: Marks) -> Option<Readable> {
    let mut text = expr.as_bytes().to_vec();
    let mut letters = text.clone();
    let (mut inside, mut escaped, mut braces) = (Inside::Code, false, 0usize);
    let (mut certain, mut count, mut at) = (true, 0, 0);
    for (start, end) in Placeholders::new(expr, marks, true) {
        while at < start {
            let byte = expr.as_bytes()[at];
            if !std::mem::take(&mut escaped) || byte == b'\n' {
                (inside, escaped) = inside.after(byte);
            }
            match byte {
                b'{' if inside == Inside::Code => braces += 1,
                b'}' if inside == Inside::Code => braces = braces.saturating_sub(1),
                _ => {}
            }
            at += 1;
        }
        count += 1;
        at = end;
        if inside != Inside::Code {
            // `"{{ include "x" . }}"` writes one string, though its quotes are those of three.
            text[start..end].iter_mut().filter(|byte| b"\"'`\\\n\r".contains(byte)).for_each(|byte| *byte = b'_');
            letters[start..end].fill(b'_');
            certain &= !escaped;
        } else if braces > 0 && expr[start..].starts_with('%') {
            let blanks = expr[end..].len() - expr[end..].trim_start().len();
            let comma = expr.as_bytes().get(end + blanks) == Some(&b',');
            at = end + if comma { blanks + 1 } else { 0 };
            text[start..at].fill(b' ');
            certain = false;
        } else {
            return None;
        }
    }
    let certain = if certain { String::from_utf8(letters).ok() } else { None };
    Some(Readable { text: String::from_utf8(text).ok()?, certain, count })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_foreign(value: &str) -> bool {
        foreign(value, Marks::of(value, false), false)
    }

    #[test]
    fn placeholders_are_told_from_prometheus_templates_and_regexes() {
        for value in [
            "%%juju%%",
            "a ((region)) b",
            "[[ .Url ]]",
            "${ENV}-x",
            "${env:=prod}",
            "${KFF:?is not set}",
            "${sev,,}",
            "${a:-${b:=c}} d",
            "${lookup(m, k)}",
            "$ENV/x",
            "{{ .Values.team }}",
            "{% if x %}",
            "<%= p('a') %>",
            "{{ $labels.pod }} of {{ include \"name\" . }}",
        ] {
            assert!(is_foreign(value), "{value}");
        }
        let chart = "{{ .Values.x }}{{ $value | quote }}";
        assert!(foreign("{{ .name }}", Marks::of(chart, false), false), "in a file of Helm");
        assert!(is_foreign("{{ humanizeDuration <%= p('limit') %> }}"), "ERB in an action of Prometheus");
        assert!(is_foreign("{{ humanize ${LIMIT} }}"));
        assert!(is_foreign("{{ template \"app.name\" . }} is down"));
        assert!(!is_foreign("{{ define \"x\" }}a{{ end }}{{ template \"x\" . }}"), "defined where it is used");
        assert!(!is_foreign("{{ printf \"<%s> 5%>\" $value }}"), "a verb of printf");
        for value in [
            "{{ $labels.pod }} is at {{ printf \"%.2f%%\" $value }}",
            "x[[:alpha:]]",
            "a$|b$",
            "$1-$2",
            "{{ $labels.POD }}",
            "100 %%",
            "((a) / (b))",
            "US$5",
            "${1}",
            "${a b}",
            "${a:=b",
            "$labels.x",
            "a $b",
            "$A",
        ] {
            assert!(!is_foreign(value), "{value}");
        }
        assert!(!foreign("((up))", Marks::of("((up))", false), true), "parentheses belong to PromQL");
        let promql = |expr: &str| foreign(expr, Marks::of(expr, false), true);
        assert!(promql("up{job=\"{{ template \"app.name\" . }}\"}") && promql("up > {{ .limit }}"));
        assert!(!promql("up > {{ $value }}"), "a mistake of its author");
    }

    #[test]
    fn what_else_stands_in_a_file_tells_placeholders_from_promql_and_regexes() {
        let shell = Marks::of("env: ${ENV}\n", false);
        for value in ["$N", "a $team", "$labels.x of $team"] {
            assert!(foreign(value, shell, false), "{value}");
        }
        for value in ["$labels.x", "$value", "$1", "a$|b$", "{{ $x := 1 }}{{ $x }}", "US$5", "$"] {
            assert!(!foreign(value, shell, false), "{value}");
        }
        for expr in ["up > $N", "up > $limit", "up{a=\"$N\"}"] {
            assert!(foreign(expr, shell, true), "{expr}");
            assert!(!foreign(expr, Marks::of(expr, false), true), "alone a mistake, or a regex: {expr}");
        }
        for expr in ["label_replace(up, \"a\", \"$name\", \"b\", \"(?P<name>.*)$\")", "up > $__interval"] {
            assert!(!foreign(expr, shell, true), "{expr}");
        }
        for text in
            ["for: ((for))\n", "- alert: x-((env))\n", "expr: up{a=\"((env))\"}\n", "expr: rate(up[((window))])\n"]
        {
            assert!(foreign("up > ((n))", Marks::of(&[text, "expr: up > ((n))"].concat(), false), true), "{text}");
        }
        for text in ["expr: ((up)) > 1\n", "expr: |\n  sum((up))\n  / ((down))\n", "expr: a{b=\"c\"} > ((up))\n"] {
            assert!(!foreign("up > ((n))", Marks::of(text, false), true), "{text}");
            assert!(!foreign("((a) + (b))", Marks::of("for: ((for))\n", false), true), "no name");
        }
    }

    #[test]
    fn a_placeholder_in_a_selector_or_a_string_leaves_a_readable_expression() {
        let blank = |expr: &str| blanked(expr, Marks::of(expr, false)).map(|readable| readable.text);
        assert_eq!(blank("up{%%j%%}").as_deref(), Some("up{     }"));
        assert_eq!(blank("up{%%j%%, a=\"%%b%%\"}").as_deref(), Some("up{       a=\"%%b%%\"}"));
        assert_eq!(blank("up > %%limit%%"), None);
        assert_eq!(blank("up{a=\"{{ f \"x\" }}\"}").as_deref(), Some("up{a=\"{{ f _x_ }}\"}"));
        assert_eq!(blank("up{a=\"${X}\"} > 1").as_deref(), Some("up{a=\"${X}\"} > 1"));
        assert_eq!(blank("up # ${X} it's\n> ${Y}"), None, "a quote in a comment opens nothing");
    }

    #[test]
    fn what_a_placeholder_in_a_string_or_a_comment_cannot_change_is_certain() {
        let certain = |expr: &str| blanked(expr, Marks::of(expr, false)).and_then(|readable| readable.certain);
        assert_eq!(certain("up{a=\"${X}\"} # {{ f \"x\" }}\n>").as_deref(), Some("up{a=\"____\"} # ___________\n>"));
        assert_eq!(certain("up{%%j%%} >"), None);
        assert_eq!(certain("up{a=\"\\${X}\"} >"), None, "an escape of what is not known");
    }
}
