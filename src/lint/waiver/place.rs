//! What a comment stands on: a rule, the head of a rule group, the top of the file, or nothing.

use std::collections::HashMap;

use super::Target;
use crate::model::{Comment, File};
use crate::source::{Source, Span};

/// The lines of a file's rules and groups.
pub(super) struct Places<'a> {
    source: &'a Source,
    comments: &'a [Comment],
    /// For each comment the line after it and the comments that stand right below it.
    below: Vec<u32>,
    rules: Vec<Block>,
    groups: Vec<Block>,
    /// The rule, else the group, that begins on a line.
    begins: HashMap<u32, Head>,
    /// The first byte of the file that is neither blank nor a comment.
    content: u32,
}

/// The bytes and lines of a rule or a group.
#[derive(Clone, Copy)]
struct Block {
    start: u32,
    /// The first line, that of the dash of its item.
    first: u32,
    last: u32,
    index: u32,
    /// Groups: the first byte of their first rule.
    body: u32,
}

#[derive(Clone, Copy)]
enum Head {
    Rule(u32),
    Group(u32),
}

impl<'a> Places<'a> {
    pub(super) fn of(file: &'a File, source: &'a Source) -> Self {
        let mut first = vec![u32::MAX; file.groups.len()];
        for rule in &file.rules {
            if let Some(first) = first.get_mut(rule.group as usize) {
                *first = rule.span.start.min(*first);
            }
        }
        let rules = blocks(source, file.rules.iter().map(|rule| (rule.span, u32::MAX)));
        let groups = blocks(source, file.groups.iter().map(|group| group.span).zip(first));
        let mut begins = HashMap::new();
        for block in &rules {
            begins.entry(block.first).or_insert(Head::Rule(block.index));
        }
        for block in groups.iter().filter(|block| block.start < block.body) {
            begins.entry(block.first).or_insert(Head::Group(block.index));
        }
        let comments = &file.comments;
        Self {
            source,
            comments,
            below: below(source, comments),
            rules,
            groups,
            begins,
            content: content(source.text()),
        }
    }

    /// What the comment of this index stands on. The narrowest wins: a rule, then a group, then the file.
    pub(super) fn target(&self, index: usize) -> Target {
        let Some(comment) = self.comments.get(index) else { return Target::Nothing };
        let at = comment.span.start;
        let line = line(self.source, at);
        if let Some(rule) = around(&self.rules, at, line) {
            return Target::Rule(rule.index);
        }
        let below = self.below.get(index).filter(|_| comment.own_line).and_then(|line| self.begins.get(line));
        match below {
            Some(Head::Rule(rule)) => return Target::Rule(*rule),
            Some(Head::Group(group)) => return Target::Group(*group),
            None => {}
        }
        if let Some(group) = around(&self.groups, at, line).filter(|group| at < group.body) {
            return Target::Group(group.index);
        }
        if at < self.content { Target::File } else { Target::Nothing }
    }
}

/// The block that holds the byte `at` or has bytes on its line: one that begins before it, else the one that follows.
fn around(blocks: &[Block], at: u32, line: u32) -> Option<Block> {
    let after = blocks.partition_point(|block| block.start <= at);
    let before = after.checked_sub(1).and_then(|index| blocks.get(index)).filter(|block| line <= block.last);
    before.or_else(|| blocks.get(after).filter(|block| block.first <= line)).copied()
}

fn line(source: &Source, offset: u32) -> u32 {
    source.line_starts().partition_point(|&start| start <= offset) as u32
}

fn blocks(source: &Source, spans: impl Iterator<Item = (Span, u32)>) -> Vec<Block> {
    // Aliases make many rules of one text.
    let mut known = HashMap::new();
    let block = |(index, (span, body)): (usize, (Span, u32))| {
        let last = line(source, span.end.saturating_sub(1).max(span.start));
        let first = *known.entry(span.start).or_insert_with(|| first_line(source, span.start));
        Block { start: span.start, first, last, index: index as u32, body }
    };
    let mut blocks: Vec<Block> = spans.enumerate().map(block).collect();
    blocks.sort_by_key(|block| block.start);
    blocks
}

/// The line of `start`, or that of the dash before it where nothing but comments stands between.
fn first_line(source: &Source, start: u32) -> u32 {
    let first = line(source, start);
    let text = |line| source.slice(source.line(line)).trim();
    let column = start.saturating_sub(source.line(first).start) as usize;
    let lead = source.slice(source.line(first)).get(..column).unwrap_or("");
    if !lead.trim().is_empty() {
        return first;
    }
    let mut dash = first - 1;
    while dash > 0 && text(dash).starts_with('#') {
        dash -= 1;
    }
    let opens = |text: &str| {
        text.strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with(' ') && !rest.contains(": "))
    };
    if dash > 0 && opens(text(dash)) { dash } else { first }
}

fn below(source: &Source, comments: &[Comment]) -> Vec<u32> {
    let mut below = vec![0; comments.len()];
    let mut next = None;
    for (comment, slot) in comments.iter().zip(&mut below).rev() {
        let line = line(source, comment.span.start);
        *slot = match next {
            Some((next_line, next_below)) if next_line == line + 1 => next_below,
            _ => line + 1,
        };
        if comment.own_line {
            next = Some((line, *slot));
        }
    }
    below
}

/// Where a file's content begins: after blank lines, comments, directives and the marker of the first document.
fn content(text: &str) -> u32 {
    let mut at = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    for line in text[at..].split_inclusive(['\n', '\r']) {
        let bare = line.trim();
        if !(bare.is_empty() || bare.starts_with(['#', '%']) || bare == "---") {
            break;
        }
        at += line.len();
    }
    at as u32
}
