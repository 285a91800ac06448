//! The structure of a template: text, actions, blocks and definitions, with a stack of its own for what is open.

use super::ast::{
    Action, Ast, Control, ControlKind, Definition, ListId, Name, Node, Pipeline, PipelineId, TemplateCall,
};
use super::lexer::{Keyword, Kind, Lexer, Piece, Token};
use super::message::{self, Context};
use super::scope::Scope;
use super::{Error, Parsed};
use crate::source::TextRange;
use std::collections::HashMap;

/// After so many errors the rest is not read.
const MAX_ERRORS: usize = 50;

/// An action cannot be read on; why has been reported.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop;

/// Something that waits for its `{{end}}`.
struct Frame<'a> {
    kind: FrameKind<'a>,
    /// The action that opened it, from delimiter to delimiter.
    opening: TextRange,
    nodes: Vec<Node>,
}

enum FrameKind<'a> {
    /// The template itself.
    Root,
    Control {
        kind: ControlKind,
        pipeline: PipelineId,
        /// Variables from this mark on end with it.
        mark: usize,
        /// What was before `{{else}}`, and where that was.
        body: Option<(ListId, TextRange)>,
        /// An `{{else if}}`, which the `{{end}}` of the first `{{if}}` ends too.
        chained: bool,
    },
    Definition {
        name: Name,
        /// Variables of the template around it.
        outer: Scope<'a>,
        /// A block calls itself with this value.
        call: Option<PipelineId>,
    },
}

/// A template that is being read.
pub(super) struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// Tokens of the current action, the next of them, and the delimiter that opened it.
    tokens: Vec<Token>,
    pub(super) at: usize,
    pub(super) opening: TextRange,
    pub(super) scope: Scope<'a>,
    pub(super) ast: Ast,
    frames: Vec<Frame<'a>>,
    /// Definitions by name: the place of the name, and whether the body is empty.
    defined: HashMap<String, (TextRange, bool)>,
    errors: Vec<Error>,
    /// Whether names that Prometheus does not know are let pass, and whether there was one.
    more: bool,
    strange: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, more: bool) -> Self {
        let root = Frame { kind: FrameKind::Root, opening: TextRange::default(), nodes: Vec::new() };
        Self {
            text,
            lexer: Lexer::new(text),
            tokens: Vec::new(),
            at: 0,
            opening: TextRange::default(),
            scope: Scope::new(false),
            ast: Ast { lists: vec![Vec::new()], ..Ast::default() },
            frames: vec![root],
            defined: HashMap::new(),
            errors: Vec::new(),
            more,
            strange: false,
        }
    }

    /// Reads all of the text.
    pub(super) fn run(mut self) -> Parsed {
        while !self.is_full() {
            let Some(piece) = self.lexer.next_piece(&mut self.tokens) else { break };
            match piece {
                Piece::Text(range) => self.push(Node::Text(range)),
                Piece::Comment(range) => self.ast.comments.push(range),
                Piece::BadComment(range, fault) => {
                    self.report(message::fault(self.text, range, fault, range));
                    self.lexer.resume(self.lexer.position());
                }
                Piece::Action(opening) => self.action(opening),
            }
        }
        if !self.is_full() {
            self.report_unclosed();
        }
        let end = TextRange::at(self.lexer.position());
        while self.frames.len() > 1 {
            self.close(end);
        }
        if let (Some(root), Some(list)) = (self.frames.pop(), self.ast.lists.first_mut()) {
            *list = root.nodes;
        }
        Parsed { ast: self.ast, errors: self.errors, strange: self.strange }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Whether so much is wrong that reading on serves nobody.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= MAX_ERRORS
    }

    pub(super) fn report(&mut self, error: Error) {
        if !self.is_full() {
            self.errors.push(error);
        }
    }

    /// Whether the last error ends where something else would be reported now, which follows from it.
    pub(super) fn just_reported(&self, start: u32) -> bool {
        self.errors.last().is_some_and(|error| error.range.end == start && error.range.start >= self.opening.end)
    }

    /// A name that Prometheus does not know.
    pub(super) fn unknown(&mut self, error: Error) {
        if self.more {
            self.strange = true;
        } else {
            self.report(error);
        }
    }

    pub(super) fn stop(&mut self, error: Error) -> Result<(), Stop> {
        self.report(error);
        Err(Stop)
    }

    /// The next token without taking it. After the last one it stays at it.
    pub(super) fn peek(&self) -> Token {
        let nothing = Token { kind: Kind::RightDelim, range: TextRange::default() };
        self.tokens.get(self.at).or(self.tokens.last()).copied().unwrap_or(nothing)
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    pub(super) fn next_non_space(&mut self) -> Token {
        self.peek_non_space();
        self.next()
    }

    /// Goes over spaces.
    pub(super) fn peek_non_space(&mut self) -> Token {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
        self.peek()
    }

    /// The place of the next token.
    pub(super) fn position(&self) -> TextRange {
        TextRange::at(self.peek().range.start)
    }

    fn push(&mut self, node: Node) {
        if let Some(frame) = self.frames.last_mut() {
            frame.nodes.push(node);
        }
    }

    /// The whole current action, as far as it has been cut into tokens.
    fn action_range(&self) -> TextRange {
        self.tokens.last().map_or(self.opening, |token| self.opening.cover(token.range))
    }

    fn action(&mut self, opening: TextRange) {
        self.opening = opening;
        self.at = 0;
        let before = self.errors.len();
        // What stopped it has been reported.
        let _ = self.statement();
        let Some(&Token { kind: Kind::Fault(_), range: fault }) = self.tokens.last() else { return };
        if !self.lexer.resume(self.lexer.position()) {
            self.errors.truncate(before);
            self.report(message::unclosed_action(self.text, opening, fault));
        }
    }

    fn statement(&mut self) -> Result<(), Stop> {
        let Some(keyword) = self.peek_keyword() else { return self.output() };
        if keyword == Keyword::Define && self.frames.len() > 1 {
            return self.output();
        }
        self.at += 1;
        match keyword {
            Keyword::Define => self.definition(Context::Define),
            Keyword::Block => self.definition(Context::Block),
            Keyword::Break => self.leave(Context::Break, Node::Break(self.action_range())),
            Keyword::Continue => self.leave(Context::Continue, Node::Continue(self.action_range())),
            Keyword::Else => self.otherwise(),
            Keyword::End => self.end(),
            Keyword::If => self.control(ControlKind::If, false),
            Keyword::Range => self.control(ControlKind::Range, false),
            Keyword::With => self.control(ControlKind::With, false),
            Keyword::Template => self.template(),
        }
    }

    fn output(&mut self) -> Result<(), Stop> {
        let (pipeline, result) = self.pipeline(Context::Command);
        self.push(Node::Action(Action { range: self.action_range(), pipeline }));
        result
    }

    fn leave(&mut self, context: Context, node: Node) -> Result<(), Stop> {
        self.expect_end(context)?;
        if self.scope.ranges == 0 {
            self.report(message::outside_range(self.action_range(), context));
        }
        self.push(node);
        Ok(())
    }

    fn template(&mut self) -> Result<(), Stop> {
        let name = self.template_name(Context::Template)?;
        let (pipeline, result) = if self.peek_non_space().kind == Kind::RightDelim {
            (None, Ok(()))
        } else {
            let (pipeline, result) = self.pipeline(Context::Template);
            (Some(pipeline), result)
        };
        self.push(Node::Template(TemplateCall { range: self.action_range(), name, pipeline }));
        result
    }

    fn definition(&mut self, context: Context) -> Result<(), Stop> {
        let mut result = Ok(());
        let mut call = None;
        let name = self.template_name(context).unwrap_or_else(|stop| {
            result = Err(stop);
            Name { text: String::new(), range: TextRange::default() }
        });
        if result.is_ok() && context == Context::Block {
            let (pipeline, ended) = self.pipeline(context);
            call = Some(pipeline);
            result = ended;
        } else if result.is_ok() {
            result = self.expect_end(context);
        }
        let outer = std::mem::replace(&mut self.scope, Scope::new(true));
        self.open(FrameKind::Definition { name, outer, call });
        result
    }

    fn open(&mut self, kind: FrameKind<'a>) {
        self.frames.push(Frame { kind, opening: self.action_range(), nodes: Vec::new() });
    }

    fn control(&mut self, kind: ControlKind, chained: bool) -> Result<(), Stop> {
        let mark = self.scope.mark();
        let (pipeline, result) = self.pipeline(Context::of(kind));
        if kind == ControlKind::Range {
            self.scope.ranges += 1;
        }
        self.open(FrameKind::Control { kind, pipeline, mark, body: None, chained });
        result
    }

    /// `{{else}}`, `{{else if}}` or `{{else with}}`
    fn otherwise(&mut self) -> Result<(), Stop> {
        let next = match self.peek_keyword() {
            Some(Keyword::If) => Some(ControlKind::If),
            Some(Keyword::With) => Some(ControlKind::With),
            _ => None,
        };
        if next.is_none() {
            self.expect_end(Context::Else)?;
        }
        let range = self.action_range();
        let lists = &mut self.ast.lists;
        match self.frames.last_mut() {
            Some(Frame { kind: FrameKind::Control { kind, body: body @ None, .. }, nodes, .. }) => {
                *body = Some((store(lists, std::mem::take(nodes)), range));
                let kind = *kind;
                if kind == ControlKind::Range {
                    self.scope.ranges = self.scope.ranges.saturating_sub(1);
                }
                if let Some(next) = next.filter(|next| *next != kind) {
                    self.report(message::mixed_else(range, kind, next));
                }
            }
            Some(Frame { kind: FrameKind::Control { body: Some((_, first)), .. }, opening, .. }) => {
                let error = message::second_else(range, *opening, *first);
                return self.stop(error);
            }
            Some(Frame { kind: FrameKind::Definition { .. }, opening, .. }) => {
                let opening = *opening;
                return self.stop(message::stray(range, "else", Some(opening)));
            }
            _ => return self.stop(message::stray(range, "else", None)),
        }
        let Some(next) = next else { return Ok(()) };
        self.at += 1;
        self.control(next, true)
    }

    fn end(&mut self) -> Result<(), Stop> {
        let result = self.expect_end(Context::End);
        if self.frames.len() > 1 {
            self.close(self.action_range());
        } else if result.is_ok() {
            self.report(message::stray(self.action_range(), "end", None));
        }
        result
    }

    /// Ends the innermost frame, and with an `{{else if}}` all that it belongs to.
    fn close(&mut self, end: TextRange) {
        while self.frames.len() > 1 {
            let Some(Frame { kind, opening, nodes }) = self.frames.pop() else { return };
            let range = opening.cover(end);
            match kind {
                FrameKind::Root => {}
                FrameKind::Control { kind, pipeline, mark, body, chained } => {
                    let last = store(&mut self.ast.lists, nodes);
                    if kind == ControlKind::Range && body.is_none() {
                        self.scope.ranges = self.scope.ranges.saturating_sub(1);
                    }
                    self.scope.forget(mark);
                    let (body, otherwise) = body.map_or((last, None), |(body, _)| (body, Some(last)));
                    self.push(Node::Control(Control { range, opening, kind, pipeline, body, otherwise }));
                    if chained {
                        continue;
                    }
                }
                FrameKind::Definition { name, outer, call } => {
                    self.scope = outer;
                    self.define(&name, is_empty(self.text, &nodes));
                    let body = store(&mut self.ast.lists, nodes);
                    self.ast.definitions.push(Definition { range, name: name.clone(), body });
                    if call.is_some() {
                        self.push(Node::Template(TemplateCall { range: opening, name, pipeline: call }));
                    }
                }
            }
            return;
        }
    }

    /// Only one definition of a name may have something in it.
    fn define(&mut self, name: &Name, empty: bool) {
        match self.defined.get(&name.text) {
            Some(&(first, false)) => {
                if !empty {
                    self.report(message::defined_twice(name, first));
                }
            }
            _ => {
                self.defined.insert(name.text.clone(), (name.range, empty));
            }
        }
    }

    fn report_unclosed(&mut self) {
        let mut open = self.frames.iter().rev().filter(|frame| match frame.kind {
            FrameKind::Root => false,
            FrameKind::Control { chained, .. } => !chained,
            FrameKind::Definition { .. } => true,
        });
        let Some(innermost) = open.next() else { return };
        let error = message::never_ended(self.text, innermost.opening, open.map(|frame| frame.opening));
        self.report(error);
    }
}

impl Ast {
    pub(super) fn reserve(&mut self, pipeline: Pipeline) -> PipelineId {
        self.pipelines.push(pipeline);
        PipelineId(u32::try_from(self.pipelines.len() - 1).unwrap_or(u32::MAX))
    }

    pub(super) fn fill(&mut self, id: PipelineId, pipeline: Pipeline) {
        if let Some(place) = self.pipelines.get_mut(id.0 as usize) {
            *place = pipeline;
        }
    }
}

fn store(lists: &mut Vec<Vec<Node>>, nodes: Vec<Node>) -> ListId {
    lists.push(nodes);
    ListId(u32::try_from(lists.len() - 1).unwrap_or(u32::MAX))
}

/// `IsEmptyTree`: nothing but spaces.
fn is_empty(text: &str, nodes: &[Node]) -> bool {
    nodes.iter().all(|node| match node {
        Node::Text(range) => text.get(range.range()).is_none_or(|text| text.trim().is_empty()),
        _ => false,
    })
}
