//! The tree of a template: typed, complete, with a place for every name.
//!
//! Lists and pipelines live in two flat tables and refer to each other by number, so that neither walking nor dropping
//! a hostile template recurses. All ranges are bytes of the template text.

use crate::source::TextRange;

/// Names a list of nodes of one [`Ast`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListId(pub(super) u32);

/// Names a pipeline of one [`Ast`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PipelineId(pub(super) u32);

/// A parsed template. With errors it holds what could be understood.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Ast {
    pub(super) lists: Vec<Vec<Node>>,
    pub(super) pipelines: Vec<Pipeline>,
    /// `{{define}}` and `{{block}}`, in the order of their ends.
    pub definitions: Vec<Definition>,
    /// `{{/* comments */}}`, from delimiter to delimiter.
    pub comments: Vec<TextRange>,
}

impl Ast {
    /// The nodes of the template itself.
    #[must_use]
    pub fn root(&self) -> &[Node] {
        self.lists.first().map_or(&[], Vec::as_slice)
    }

    /// The nodes of a list; none for an id of another tree.
    #[must_use]
    pub fn list(&self, id: ListId) -> &[Node] {
        self.lists.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// A pipeline; `None` for an id of another tree.
    #[must_use]
    pub fn pipeline(&self, id: PipelineId) -> Option<&Pipeline> {
        self.pipelines.get(id.0 as usize)
    }

    /// All pipelines, whatever they stand in, in the order of their starts.
    #[must_use]
    pub fn pipelines(&self) -> &[Pipeline] {
        &self.pipelines
    }
}

/// A piece of a template.
#[derive(Clone, PartialEq, Debug)]
pub enum Node {
    /// Plain text; what trim markers cut off is not in it.
    Text(TextRange),
    /// `{{pipeline}}`
    Action(Action),
    /// `{{if}}`, `{{with}}`, `{{range}}` to its `{{end}}`.
    Control(Control),
    /// `{{break}}`
    Break(TextRange),
    /// `{{continue}}`
    Continue(TextRange),
    /// `{{template "name" pipeline}}`, and the call a `{{block}}` makes of itself.
    Template(TemplateCall),
}

/// `{{pipeline}}`
#[derive(Clone, PartialEq, Debug)]
pub struct Action {
    /// From delimiter to delimiter.
    pub range: TextRange,
    /// What is printed, unless it declares or assigns.
    pub pipeline: PipelineId,
}

/// Which control structure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ControlKind {
    /// `if`
    If,
    /// `with`
    With,
    /// `range`
    Range,
}

/// `{{if pipeline}} body {{else}} otherwise {{end}}` and its relatives. `{{else if}}` is an `otherwise` that holds one
/// more [`Control`].
#[derive(Clone, PartialEq, Debug)]
pub struct Control {
    /// From the first delimiter of the opening action to the last of its `{{end}}`, as far as there is one.
    pub range: TextRange,
    /// The opening action, from delimiter to delimiter.
    pub opening: TextRange,
    /// Which one.
    pub kind: ControlKind,
    /// The condition, the value, or what is ranged over.
    pub pipeline: PipelineId,
    /// What is between the opening action and `{{else}}` or `{{end}}`.
    pub body: ListId,
    /// What is after `{{else}}`.
    pub otherwise: Option<ListId>,
}

/// `{{template "name" pipeline}}`
#[derive(Clone, PartialEq, Debug)]
pub struct TemplateCall {
    /// From delimiter to delimiter.
    pub range: TextRange,
    /// The called template; that it exists is not checked when a rule is loaded.
    pub name: Name,
    /// The dot of the called template.
    pub pipeline: Option<PipelineId>,
}

/// `{{define "name"}} body {{end}}`, or the same as a `{{block}}`.
#[derive(Clone, PartialEq, Debug)]
pub struct Definition {
    /// From the first delimiter of the opening action to the last of its `{{end}}`.
    pub range: TextRange,
    /// Its name, unquoted.
    pub name: Name,
    /// Its nodes. Variables of the outside are not known in it.
    pub body: ListId,
}

/// A name and where it stands, with the quotes, the `$` or the `.` it was written with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Name {
    /// Without quotes, `$` or `.`.
    pub text: String,
    /// With them.
    pub range: TextRange,
}

/// `$a, $b := first | second | third`
#[derive(Clone, PartialEq, Debug)]
pub struct Pipeline {
    /// What it is written as, without delimiters or parentheses.
    pub range: TextRange,
    /// Variables that are declared or assigned.
    pub variables: Vec<Name>,
    /// Whether they are assigned (`=`), not declared (`:=`).
    pub assigns: bool,
    /// Stages; each gets the value of the one before as its last argument. At least one, unless there are errors.
    pub commands: Vec<Command>,
}

/// One stage of a pipeline: operands with spaces between them.
#[derive(Clone, PartialEq, Debug)]
pub struct Command {
    /// From the first operand to the last.
    pub range: TextRange,
    /// At least one. If the first is a function, a field or a variable, the others are its arguments.
    pub operands: Vec<Operand>,
}

/// A term and the fields that are read from it: `$labels.instance`, `.Labels`, `(query "up").Value`.
#[derive(Clone, PartialEq, Debug)]
pub struct Operand {
    /// All of it.
    pub range: TextRange,
    /// What it starts with.
    pub term: Term,
    /// `.a.b` after the term. A text that starts with a field has the term [`Term::Dot`].
    pub fields: Vec<Name>,
}

/// The start of an operand.
#[derive(Clone, PartialEq, Debug)]
pub enum Term {
    /// `.`
    Dot,
    /// `nil`
    Nil,
    /// `true` or `false`
    Bool(bool),
    /// A number or a character.
    Number(Number),
    /// `"…"` or `` `…` ``, unquoted; bytes that are not UTF-8 are replaced by U+FFFD.
    String(String),
    /// The name of a function.
    Function(Name),
    /// `$` or `$name`.
    Variable(Name),
    /// `(pipeline)`
    Paren(PipelineId),
}

/// A constant and all the types it can take (`parse.NumberNode`).
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Number {
    /// As a signed integer.
    pub int: Option<i64>,
    /// As an unsigned integer.
    pub uint: Option<u64>,
    /// As a float.
    pub float: Option<f64>,
    /// As a complex number: real and imaginary part.
    pub complex: Option<(f64, f64)>,
}
