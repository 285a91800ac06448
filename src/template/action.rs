//! The inside of an action: pipelines, commands, operands (`pipeline`, `command`, `operand` and `term` of
//! `text/template/parse/parse.go`), with a stack of its own for parentheses.

use super::ast::{Command, Name, Operand, Pipeline, PipelineId, Term};
use super::lexer::{Keyword, Kind, Token};
use super::message::{self, Context};
use super::parser::{Parser, Stop};
use super::{constant, functions, number};
use crate::source::TextRange;

/// How deep Go lets parentheses nest (`maxStackDepth`).
const MAX_DEPTH: usize = 10_000;

/// A pipeline that is being read.
struct Level {
    id: PipelineId,
    pipeline: Pipeline,
    /// Operands of the command that is being read; `None` between commands.
    command: Option<Vec<Operand>>,
    /// The parenthesis it is in.
    paren: Option<TextRange>,
}

impl Level {
    fn end_command(&mut self) {
        let Some(operands) = self.command.take() else { return };
        let (Some(first), Some(last)) = (operands.first(), operands.last()) else { return };
        self.pipeline.commands.push(Command { range: first.range.cover(last.range), operands });
    }
}

impl<'a> Parser<'a> {
    /// Reads the pipeline up to the end of the action; even a broken one is in the tree.
    pub(super) fn pipeline(&mut self, context: Context) -> (PipelineId, Result<(), Stop>) {
        let mut levels = Vec::new();
        let id = self.open_level(&mut levels, None);
        let result = self.declarations(context, &mut levels).and_then(|()| self.levels(context, &mut levels));
        while let Some(level) = levels.pop() {
            let paren = level.paren;
            let end = self.position();
            let operand = self.close_level(level, end);
            if let (Some(_), Some(parent)) = (paren, levels.last_mut()) {
                parent.command.get_or_insert_default().push(operand);
            }
        }
        (id, result)
    }

    fn open_level(&mut self, levels: &mut Vec<Level>, paren: Option<TextRange>) -> PipelineId {
        let start = self.peek_non_space().range.start;
        let pipeline =
            Pipeline { range: TextRange::at(start), variables: Vec::new(), assigns: false, commands: Vec::new() };
        let id = self.ast.reserve(pipeline.clone());
        levels.push(Level { id, pipeline, command: None, paren });
        id
    }

    /// Puts a pipeline that ends before `end` into the tree, and answers it as an operand.
    fn close_level(&mut self, mut level: Level, end: TextRange) -> Operand {
        level.end_command();
        let Level { id, mut pipeline, paren, .. } = level;
        let last_variable = pipeline.variables.last().map_or(pipeline.range.start, |variable| variable.range.end);
        let last = pipeline.commands.last().map_or(last_variable, |command| command.range.end);
        pipeline.range = TextRange::new(pipeline.range.start, last);
        let range = paren.unwrap_or(pipeline.range).cover(TextRange::at(end.end.max(last)));
        self.ast.fill(id, pipeline);
        Operand { range, term: Term::Paren(id), fields: Vec::new() }
    }

    /// Variables before `:=` or `=`.
    fn declarations(&mut self, context: Context, levels: &mut [Level]) -> Result<(), Stop> {
        let Some(Level { pipeline, .. }) = levels.last_mut() else { return Ok(()) };
        loop {
            let variable = self.peek_non_space();
            if variable.kind != Kind::Variable {
                return Ok(());
            }
            let mark = self.at;
            self.at += 1;
            let next = self.next_non_space();
            let comma = next.kind == Kind::Char && self.slice(next.range) == ",";
            if !comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                self.at = mark;
                return Ok(());
            }
            pipeline.variables.push(self.variable_name(variable));
            self.scope.declare(self.slice(variable.range), variable.range);
            if !comma {
                pipeline.assigns = next.kind == Kind::Assign;
                return Ok(());
            }
            if context != Context::Range || pipeline.variables.len() > 1 {
                return self.stop(message::too_many_variables(next.range, context));
            }
            let after = self.peek_non_space();
            if !matches!(after.kind, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                return self.stop(message::only_variables(after.range));
            }
        }
    }

    /// Reads until the outermost level is complete.
    fn levels(&mut self, context: Context, levels: &mut Vec<Level>) -> Result<(), Stop> {
        loop {
            if self.is_full() {
                return Err(Stop);
            }
            let depth = levels.len();
            let outer = depth < 2;
            let context = if outer { context } else { Context::Parenthesis };
            let Some(level) = levels.last_mut() else { return Ok(()) };
            let token = self.next_non_space();
            let operand = match token.kind {
                kind if level.command.is_none() && kind == end_of(outer) => {
                    self.check_pipeline(&level.pipeline, token, context)?;
                    let Some(level) = levels.pop() else { return Ok(()) };
                    let operand = self.close_level(level, token.range);
                    if levels.is_empty() {
                        return Ok(());
                    }
                    operand
                }
                Kind::LeftParen => {
                    if depth > MAX_DEPTH {
                        return self.stop(message::too_deep(token.range));
                    }
                    level.command.get_or_insert_default();
                    self.open_level(levels, Some(token.range));
                    self.declarations(Context::Parenthesis, levels)?;
                    continue;
                }
                kind if starts_operand(kind) => self.term(token),
                _ if level.command.is_none() => return self.unexpected(token, context),
                _ => {
                    // After a space, where an operand could have been.
                    self.at -= 1;
                    self.after_operand(level)?;
                    continue;
                }
            };
            let operand = self.fields(operand);
            let Some(level) = levels.last_mut() else { return Ok(()) };
            level.command.get_or_insert_default().push(operand);
            self.after_operand(level)?;
        }
    }

    /// What follows an operand: a space before the next one, or the end of the command.
    fn after_operand(&mut self, level: &mut Level) -> Result<(), Stop> {
        let token = self.next();
        match token.kind {
            Kind::Space => {}
            Kind::Pipe => level.end_command(),
            Kind::RightDelim | Kind::RightParen => {
                self.at -= 1;
                level.end_command();
            }
            _ => return self.unexpected(token, Context::Operand),
        }
        Ok(())
    }

    fn check_pipeline(&mut self, pipeline: &Pipeline, end: Token, context: Context) -> Result<(), Stop> {
        if pipeline.commands.is_empty() {
            return self.stop(message::missing_value(end.range, context));
        }
        for command in pipeline.commands.iter().skip(1) {
            let Some(first) = command.operands.first() else { continue };
            let constant = match first.term {
                Term::Dot => first.fields.is_empty(),
                Term::Bool(_) | Term::Nil | Term::Number(_) | Term::String(_) => true,
                Term::Function(_) | Term::Variable(_) | Term::Paren(_) => false,
            };
            if constant {
                self.report(message::not_a_function(first.range, self.slice(first.range)));
            }
        }
        Ok(())
    }

    /// The operand a token starts; unknown names and broken constants are reported and gone over.
    fn term(&mut self, token: Token) -> Operand {
        let text = self.slice(token.range);
        let mut fields = Vec::new();
        let term = match token.kind {
            Kind::Nil => Term::Nil,
            Kind::Bool => Term::Bool(text == "true"),
            Kind::Identifier => self.function(token),
            Kind::Variable => self.variable(token),
            Kind::Field => {
                fields.push(Name { text: text[1..].to_owned(), range: token.range });
                Term::Dot
            }
            Kind::Number | Kind::Complex | Kind::CharConstant => Term::Number(self.number(token)),
            Kind::String | Kind::RawString => Term::String(self.string(token)),
            _ => Term::Dot,
        };
        Operand { range: token.range, term, fields }
    }

    fn function(&mut self, token: Token) -> Term {
        let text = self.slice(token.range);
        if !functions::is_function(text) {
            let field = Some(self.peek()).filter(|next| next.kind == Kind::Field).map(|next| self.slice(next.range));
            self.unknown(message::undefined_function(token.range, text, field));
        }
        Term::Function(Name { text: text.to_owned(), range: token.range })
    }

    fn variable(&mut self, token: Token) -> Term {
        let text = self.slice(token.range);
        if !self.scope.knows(text) {
            self.unknown(message::undefined_variable(token.range, text, &self.scope));
        }
        Term::Variable(self.variable_name(token))
    }

    fn variable_name(&self, token: Token) -> Name {
        Name { text: self.slice(token.range)[1..].to_owned(), range: token.range }
    }

    fn number(&mut self, token: Token) -> super::Number {
        let text = self.slice(token.range);
        if token.kind == Kind::CharConstant {
            return constant::char(text).unwrap_or_else(|fault| {
                self.report(message::bad_constant(token.range, text, &fault));
                super::Number::default()
            });
        }
        let value = if token.kind == Kind::Complex { number::complex(text) } else { number::number(text) };
        value.unwrap_or_else(|error| {
            self.report(message::bad_number(token.range, text, error, self.opening));
            super::Number::default()
        })
    }

    /// The value of a string; empty if it is none.
    pub(super) fn string(&mut self, token: Token) -> String {
        let text = self.slice(token.range);
        constant::string(text).unwrap_or_else(|fault| {
            self.report(message::bad_constant(token.range, text, &fault));
            String::new()
        })
    }

    /// Adds the fields that follow an operand directly.
    fn fields(&mut self, mut operand: Operand) -> Operand {
        let constant = match operand.term {
            Term::Dot => operand.fields.is_empty(),
            Term::Bool(_) | Term::Nil | Term::Number(_) | Term::String(_) => true,
            Term::Function(_) | Term::Variable(_) | Term::Paren(_) => false,
        };
        if constant && self.peek().kind == Kind::Field {
            let field = self.peek().range;
            self.report(message::field_of_constant(field, self.slice(operand.range), self.slice(field)));
        }
        while self.peek().kind == Kind::Field {
            let range = self.next().range;
            operand.range = operand.range.cover(range);
            operand.fields.push(Name { text: self.slice(range)[1..].to_owned(), range });
        }
        operand
    }

    /// The name after `template`, `block` or `define`.
    pub(super) fn template_name(&mut self, context: Context) -> Result<Name, Stop> {
        let token = self.next_non_space();
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(token, context).err().unwrap_or(Stop));
        }
        Ok(Name { text: self.string(token), range: token.range })
    }

    /// The end of an action that can hold nothing more.
    pub(super) fn expect_end(&mut self, context: Context) -> Result<(), Stop> {
        let token = self.next_non_space();
        if token.kind == Kind::RightDelim { Ok(()) } else { self.unexpected(token, context) }
    }

    /// Whether a keyword is next, not counting spaces.
    pub(super) fn peek_keyword(&mut self) -> Option<Keyword> {
        match self.peek_non_space().kind {
            Kind::Keyword(keyword) => Some(keyword),
            _ => None,
        }
    }

    fn unexpected(&mut self, token: Token, context: Context) -> Result<(), Stop> {
        if self.just_reported(token.range.start) {
            return Err(Stop);
        }
        let error = match token.kind {
            Kind::Fault(fault) => message::fault(self.text(), token.range, fault, self.opening),
            kind => message::unexpected(self.text(), token.range, kind, context),
        };
        self.stop(error)
    }

    /// Source text of a range.
    pub(super) fn slice(&self, range: TextRange) -> &'a str {
        self.text().get(range.range()).unwrap_or_default()
    }
}

/// What ends a pipeline.
fn end_of(outer: bool) -> Kind {
    if outer { Kind::RightDelim } else { Kind::RightParen }
}

/// Whether an operand other than a parenthesis starts with this token.
fn starts_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Bool
            | Kind::CharConstant
            | Kind::Complex
            | Kind::Dot
            | Kind::Field
            | Kind::Identifier
            | Kind::Number
            | Kind::Nil
            | Kind::RawString
            | Kind::String
            | Kind::Variable
    )
}
