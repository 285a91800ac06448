//! The actions of template engines in a text: where each begins and ends, and whether it writes something.

use std::collections::HashSet;

use memchr::memmem;

use super::placeholder::{OWN, braced_variable, certainly_helm, doubled_percent, go_brackets, helm, word};
use super::recognise;
use crate::source::TextRange;
use crate::template::is_function;
use crate::yaml::{Kind, Parsed};

/// The languages that a template is written in.
#[expect(clippy::struct_excessive_bools, reason = "independent marks")]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Engine {
    /// Go's `{{ … }}`, as Helm has it.
    pub go: bool,
    /// Jinja's `{% … %}`, `{{ … }}` and `{# … #}`.
    pub jinja: bool,
    /// ERB's `<% … %>`.
    pub erb: bool,
    /// Go's with other delimiters: `[[ … ]]`.
    pub brackets: bool,
    /// `${x}`, as `envsubst` has it.
    pub dollar: bool,
    /// `%%x%%`, as Juju has it.
    pub percent: bool,
    /// `%{ if x }`, as Terraform has it.
    pub directives: bool,
    /// Whether nothing but such an engine writes these actions.
    pub certain: bool,
}

/// What an action does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Does {
    /// Nothing is written in its place: a condition, a comment, an assignment.
    Control,
    /// Something unknown is written.
    Output,
}

/// A piece of a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// Text that comes out as it is.
    Text(TextRange),
    /// An action, with its delimiters.
    Action(TextRange, Does),
}

/// The engine that a file's name promises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Named {
    /// `.j2` and the like.
    Jinja,
    /// `.tmpl`, `.tpl` and the like.
    Other,
}

impl Named {
    /// What a path promises.
    pub(super) fn of(path: &str) -> Option<Self> {
        match recognise::extension(path) {
            "j2" | "jinja" | "jinja2" => Some(Self::Jinja),
            "tmpl" | "ctmpl" | "gotmpl" | "tpl" => Some(Self::Other),
            _ => None,
        }
    }
}

impl Piece {
    /// The bytes of a text.
    pub(super) fn text(&self) -> Option<TextRange> {
        match *self {
            Self::Text(range) => Some(range),
            Self::Action(..) => None,
        }
    }
}

impl Engine {
    /// The engine of a text, where it is a template: it is not YAML as it stands, or takes an action for a mapping; its
    /// name may promise one.
    pub(super) fn of(text: &str, parsed: &Parsed, named: Option<Named>) -> Option<Self> {
        let tree = &parsed.tree;
        let raw = |id| text.get(tree.range(id).range()).unwrap_or("");
        let list = |raw: &str| raw.starts_with("[[") && !raw.contains(',') && go_brackets(raw.as_bytes()).is_some();
        let action = |id| match tree.kind(id) {
            Kind::Mapping => raw(id).starts_with("{{"),
            Kind::Sequence => list(raw(id)),
            Kind::Scalar | Kind::Alias => false,
        };
        let has = |mark: &str| memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
        let braces = has("{{");
        let quoted = braces && quotes_braces(text);
        // Jinja's ways to write what it must not read: no other program knows them, though YAML takes them.
        let protected = quoted || has("{%") && has("endraw");
        if !parsed.errors.iter().any(|error| error.fatal) && !tree.nodes().any(action) && !protected {
            return None;
        }
        let tag = |at: usize| !text[at + 2..].starts_with('%');
        let tags = memmem::find_iter(text.as_bytes(), "{%").any(tag) || has("{#");
        let ends = || ["{{end", "{{ end", "{{- end", "{{-end"].iter().any(|end| has(end));
        let jinja = tags || protected || braces && named == Some(Named::Jinja) && !ends();
        let erb = has("<%");
        let brackets = has("[[ ") || has("[[-") || has("[[.");
        let dollar = has("${");
        let percent = has(": %%");
        let directives = ["%{ if ", "%{ for ", "%{~ if ", "%{~ for "].iter().any(|mark| has(mark));
        if !(braces || jinja || erb || brackets || dollar || percent || directives) {
            return None;
        }
        let go = braces && !jinja && !erb;
        // Nobody writes a literal brace or a comment that way but to bring it through Helm.
        let escaped = ["{{`", "{{ `", "{{ \"{{", "{{\"{{", "{{/*"].iter().any(|mark| has(mark));
        let certain = jinja || erb || directives || go && (has("{{-") || escaped || certainly_helm(text));
        let engine = Self { go, jinja, erb, brackets, dollar, percent, directives, certain };
        let pieces = pieces(text, engine);
        let foreign = |piece: &Piece| match *piece {
            Piece::Action(range, _) => {
                let action = &text[range.range()];
                let inner = action.get(2..action.len().saturating_sub(2)).unwrap_or("");
                let place = || named.is_some() || is_value(text, range.start);
                !action.starts_with("{{") || tags || helm(inner) || stranger(inner) && place()
            }
            Piece::Text(_) => false,
        };
        // Nothing but a template begins like that.
        let alone = tree.documents().iter().any(|&root| action(root));
        let literal = go && memmem::find_iter(text.as_bytes(), "{{").any(|at| literal_value(text, at));
        let conditional = |piece: &Piece| matches!(piece, Piece::Action(_, Does::Control));
        let found = alone
            || protected
            || literal
            || pieces.iter().any(foreign)
            || go && escaped
            || named.is_some() && pieces.iter().any(conditional)
            || decides(text, &pieces, parsed);
        found.then_some(engine)
    }
}

/// Whether an action writes braces in single quotes, `{{ '{{ $labels.x }}' }}`, as Jinja alone has it.
fn quotes_braces(text: &str) -> bool {
    memmem::find_iter(text.as_bytes(), "{{").any(|at| {
        let inner = text[at + 2..].trim_start_matches('-').trim_start();
        if !inner.starts_with('\'') {
            return false;
        }
        let (written, rest) = inner.split_at(string_end(inner.as_bytes(), 0));
        let closed = rest.trim_start().trim_start_matches('-').starts_with("}}");
        closed && (written.contains("{{") || written.contains("}}"))
    })
}

/// What `print` or `printf` writes, where an action begins with one of them.
fn printed(body: &str) -> Option<&str> {
    body.strip_prefix("printf ").or_else(|| body.strip_prefix("print ")).map(str::trim_start)
}

/// Whether an action stands in the place of a value, without quotes: YAML takes it for something else, so Prometheus never reads it.
fn is_value(text: &str, start: u32) -> bool {
    let start = start as usize;
    let before = &text[text.floor_char_boundary(start.saturating_sub(64))..start];
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    blanks > 0 && before[..before.len() - blanks].ends_with([':', '-'])
}

/// Whether the action that begins here is the text of a value, `key: {{ "text" }}`: nobody writes that but for Helm.
fn literal_value(text: &str, at: usize) -> bool {
    let inner = text[at + 2..].trim_start_matches('-').trim_start();
    let quote = inner.as_bytes().first().filter(|quote| matches!(quote, b'"' | b'`'));
    quote.is_some()
        && is_value(text, offset(at))
        && inner[string_end(inner.as_bytes(), 0)..].trim_start().trim_start_matches('-').starts_with("}}")
}

/// Words of Go's templates that are no names.
const KEYWORDS: [&str; 14] = [
    "if", "else", "end", "range", "with", "define", "block", "template", "break", "continue", "nil", "true", "false",
    "not",
];

/// Whether an action begins with a name that Prometheus does not know, and mentions none that it does.
pub(super) fn stranger(inner: &str) -> bool {
    let body = inner.trim_start_matches('-').trim_start();
    let word = word(body);
    let own = || OWN.iter().chain(&[".Labels", ".Value"]).any(|name| body.contains(name));
    let named = word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    named && !KEYWORDS.contains(&word) && !is_function(word) && !own()
}

/// So many actions on lines that are no YAML are asked what they decide on.
const MOST_BROKEN: usize = 64;

/// Whether an action stands at the beginning of a line that is no YAML for it, and decides on rules or on the whole text. In the
/// template of an annotation it does neither.
fn decides(text: &str, pieces: &[Piece], parsed: &Parsed) -> bool {
    let broken = broken_lines(text, parsed);
    let keys = ["alert:", "record:", "expr:", "groups:", "rules:", "labels:", "annotations:"];
    let around_rules = |action: TextRange, rest: &[Piece]| {
        let inside = rest.iter().take_while(|piece| match **piece {
            Piece::Action(range, _) => block_word(&text[range.range()]) != "end",
            Piece::Text(_) => true,
        });
        let strange = !OWN.iter().any(|own| text[action.range()].contains(own));
        inside.filter_map(Piece::text).any(|range| {
            let inside = &text[range.range()];
            keys.iter().any(|key| inside.contains(key)) || strange && begins_with_key(inside)
        })
    };
    // Each piece is looked at once for where lines begin and whether nothing stands before it.
    let (mut line, mut blank, mut told) = (0, true, 0);
    for (index, &piece) in pieces.iter().enumerate() {
        let (Piece::Text(range) | Piece::Action(range, _)) = piece;
        let written = &text[range.range()];
        match piece {
            Piece::Text(_) => blank &= written.trim().is_empty(),
            Piece::Action(_, Does::Control) if told < MOST_BROKEN && broken.contains(&line) => {
                told += 1;
                if blank || around_rules(range, &pieces[index + 1..]) {
                    return true;
                }
            }
            Piece::Action(..) => {}
        }
        line = written.rfind(['\n', '\r']).map_or(line, |end| range.start as usize + end + 1);
    }
    false
}

/// Whether the first line of a text that is not blank begins with a key.
fn begins_with_key(text: &str) -> bool {
    let rest = text.trim_start();
    let key = word(rest);
    let value = rest[key.len()..].strip_prefix(':');
    !key.is_empty() && value.is_some_and(|value| value.is_empty() || value.starts_with([' ', '\n', '\r']))
}

/// Where the lines begin in which the text is no YAML, and that hold nothing but an action where they begin.
fn broken_lines(text: &str, parsed: &Parsed) -> HashSet<usize> {
    let fatal = parsed.errors.iter().filter(|error| error.fatal);
    let lines = fatal.map(|error| line_of(text, error.range.start));
    lines.filter(|&line| text[line..].trim_start_matches([' ', '\t']).starts_with("{{")).collect()
}

/// Where the line of a byte begins.
fn line_of(text: &str, at: u32) -> usize {
    text.get(..at as usize).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |end| end + 1)
}

/// The text in pieces, in order; delimiters around literals are left out.
pub(super) fn pieces(text: &str, engine: Engine) -> Vec<Piece> {
    let own = !text.contains("$labels :=") && !text.contains("$labels:=");
    let mut reader = Reader { text, engine, own, out: Vec::new(), from: 0, failures: 0, unprotected: false };
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['{', '<', '[', '$', '%'])) {
        at += found;
        at = reader.action(at).unwrap_or(at + 1);
    }
    reader.text_until(text.len());
    without_helpers(text, reader.out)
}

/// Takes named templates that hold no rule for one action: they stand where they are used, not where they are written.
fn without_helpers(text: &str, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    // For each open block: where it begins in `out`, whether it is a named template, whether rules lie in it.
    let mut open: Vec<(usize, bool, bool)> = Vec::new();
    for piece in pieces {
        out.push(piece);
        let range = match piece {
            Piece::Action(range, Does::Control) => range,
            Piece::Action(..) => continue,
            Piece::Text(range) => {
                let raw = &text[range.range()];
                let rules = ["alert:", "record:", "expr:"].iter().any(|key| raw.contains(key));
                if let Some(last) = open.last_mut() {
                    last.2 |= rules;
                }
                continue;
            }
        };
        match block_word(&text[range.range()]) {
            "if" | "range" | "with" | "block" => open.push((out.len() - 1, false, false)),
            "define" => open.push((out.len() - 1, true, false)),
            "end" => {
                let Some((start, named, rules)) = open.pop() else { continue };
                if let Some(around) = open.last_mut() {
                    around.2 |= rules;
                }
                if let Some(Piece::Action(first, _)) = out.get(start).copied().filter(|_| named && !rules) {
                    out.truncate(start);
                    out.push(Piece::Action(first.cover(range), Does::Control));
                }
            }
            _ => {}
        }
    }
    out
}

/// The first word of an action of Go.
pub(super) fn block_word(action: &str) -> &str {
    let body = action.get(2..).unwrap_or("").trim_start_matches(['-', '~']).trim_start();
    body.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("")
}

struct Reader<'t> {
    text: &'t str,
    engine: Engine,
    /// Whether `$labels` is Prometheus's variable.
    own: bool,
    out: Vec<Piece>,
    /// End of what is in `out`.
    from: usize,
    failures: usize,
    /// Whether some `{% raw %}` has no end; no later one has.
    unprotected: bool,
}

/// So many actions without an end are looked for; after that nothing is taken for an action any more.
const FAILURES: usize = 64;

/// Words that begin an action of Go which writes nothing itself.
const CONTROL: &[&str] = &["if", "else", "end", "range", "with", "define", "block", "break", "continue"];

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Reader<'_> {
    fn text_until(&mut self, end: usize) {
        if end > self.from {
            self.out.push(Piece::Text(TextRange::new(offset(self.from), offset(end))));
        }
        self.from = self.from.max(end);
    }

    /// Reads the action at `at`, if there is one: where it ends.
    fn action(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let Engine { go, jinja, erb, brackets, dollar, percent, directives, .. } = self.engine;
        let (len, does) = if (go || jinja) && rest.starts_with("{{") {
            let len = self.braces(rest)?;
            match self.output(at, len) {
                Ok(does) => (len, does),
                Err(literal) => {
                    self.text_until(at);
                    self.from = literal.start as usize;
                    self.text_until(literal.end as usize);
                    self.from = at + len;
                    return Some(at + len);
                }
            }
        } else if jinja && rest.starts_with("{%") && !rest.starts_with("{%%") {
            let len = self.until(rest, "%}")?;
            if let Some((inner, end)) = self.raw_block(rest, len) {
                self.text_until(at);
                self.from = at + len;
                self.text_until(at + inner);
                self.from = at + end;
                return Some(at + end);
            }
            let inner = rest[2..].trim_start_matches(['-', '+']).trim_start();
            (len, if word(inner) == "include" { Does::Output } else { Does::Control })
        } else if jinja && rest.starts_with("{#") {
            (self.until(rest, "#}")?, Does::Control)
        } else if erb && rest.starts_with("<%") {
            let does = if rest.starts_with("<%=") { Does::Output } else { Does::Control };
            (self.until(rest, "%>")?, does)
        } else if brackets && rest.starts_with("[[") && !rest.starts_with("[[:") {
            let len = self.until(rest, "]]")?;
            (len, go_word(&rest[2..len - 2]))
        } else if dollar && rest.starts_with("${") {
            (braced_variable(rest.as_bytes())?, Does::Output)
        } else if percent && rest.starts_with("%%") {
            (doubled_percent(rest)?, Does::Output)
        } else if directives && rest.starts_with("%{") {
            (self.until(rest, "}")?, Does::Control)
        } else {
            return None;
        };
        self.text_until(at);
        self.out.push(Piece::Action(TextRange::new(offset(at), offset(at + len)), does));
        self.from = at + len;
        Some(at + len)
    }

    fn until(&mut self, rest: &str, close: &str) -> Option<usize> {
        if self.failures >= FAILURES {
            return None;
        }
        let found = rest[2..].find(close).map(|end| 2 + end + close.len());
        self.failures += usize::from(found.is_none());
        found
    }

    /// Length of `{{ … }}`, strings in it skipped.
    fn braces(&mut self, rest: &str) -> Option<usize> {
        if self.failures >= FAILURES {
            return None;
        }
        let inner = rest[2..].trim_start_matches('-').trim_start();
        if self.engine.go && inner.starts_with("/*") {
            return self.until(rest, "}}");
        }
        let bytes = rest.as_bytes();
        let mut at = 2;
        // Up to where no string of this quote ends.
        let (mut open_double, mut open_single) = (0, 0);
        while let Some(&byte) = bytes.get(at) {
            at = match byte {
                b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
                b'`' => string_end(bytes, at),
                b'"' => string_in_line(bytes, at, &mut open_double),
                b'\'' if self.engine.jinja => string_in_line(bytes, at, &mut open_single),
                _ => at + 1,
            };
        }
        self.failures += 1;
        None
    }

    /// Where what `{% raw %}` protects ends, and where its `{% endraw %}` does, when the tag at the start is one.
    fn raw_block(&mut self, rest: &str, len: usize) -> Option<(usize, usize)> {
        let name = |tag: &str| tag.trim_matches(|c: char| c == '-' || c == '+' || c.is_whitespace()).to_owned();
        if self.unprotected || name(&rest[2..len - 2]) != "raw" {
            return None;
        }
        let mut at = len;
        while let Some(found) = rest[at..].find("{%") {
            let open = at + found;
            let Some(close) = rest[open + 2..].find("%}").map(|close| open + 2 + close) else { break };
            if name(&rest[open + 2..close]) == "endraw" {
                return Some((open, close + 2));
            }
            at = close;
        }
        self.unprotected = true;
        None
    }

    /// What the action of this length at `at` does; an error is the text that it stands for.
    fn output(&self, at: usize, len: usize) -> Result<Does, TextRange> {
        let whole = TextRange::new(offset(at), offset(at + len));
        let inner = &self.text[at + 2..at + len - 2];
        let body = inner.trim_start_matches('-').trim();
        let body = body.strip_suffix('-').map_or(body, str::trim_end);
        let start = at + 2 + (inner.len() - inner.trim_start_matches('-').trim_start().len());
        let print = printed(body).filter(|written| self.engine.go && !written.contains('%'));
        let (start, body) = print.map_or((start, body), |written| (start + body.len() - written.len(), written));
        let bytes = body.as_bytes();
        let quoted = matches!(bytes.first(), Some(b'"' | b'`')) || self.engine.jinja && bytes.first() == Some(&b'\'');
        if quoted && string_end(bytes, 0) == bytes.len() && bytes.len() >= 2 {
            let literal = &body[1..body.len() - 1];
            if bytes[0] == b'`' || !literal.contains('\\') {
                return Err(TextRange::new(offset(start + 1), offset(start + body.len() - 1)));
            }
        }
        if self.own && prometheus(body) {
            return Err(whole);
        }
        Ok(if self.engine.jinja { Does::Output } else { go_word(inner) })
    }
}

/// Whether an action begins with a variable that Prometheus defines; template engines do not know it.
fn prometheus(body: &str) -> bool {
    ["$labels", "$value", "$externalLabels", "$externalURL"].iter().any(|name| {
        let rest = body.strip_prefix(name);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

/// What an action of Go does, by its first word.
fn go_word(inner: &str) -> Does {
    let body = inner.trim_start_matches('-').trim_start();
    let word = body.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or("");
    let assigned = body.starts_with('$') && {
        let rest = body[1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').trim_start();
        rest.starts_with(":=") || rest.starts_with('=')
    };
    if body.starts_with("/*") || assigned || CONTROL.contains(&word) { Does::Control } else { Does::Output }
}

/// The end of the interpreted string that begins at `at`. Where it is not closed on its line, none of its quotes closes one that
/// begins later on it: `open` is the end of such a line.
fn string_in_line(bytes: &[u8], at: usize, open: &mut usize) -> usize {
    if at < *open {
        return at + 1;
    }
    let end = string_end(bytes, at);
    if end == at + 1 {
        *open = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |len| at + len);
    }
    end
}

/// The end of the string that begins at `at`; of the line, where an interpreted string is not closed on it.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'\\' if quote != b'`' => end += 1,
            b'\n' if quote != b'`' => return at + 1,
            _ if byte == quote => return end + 1,
            _ => {}
        }
        end += 1;
    }
    if quote == b'`' { bytes.len() } else { at + 1 }
}
