//! References of runbooks that are one question wherever they stand. Many alerts have the same: each is read and looked up once.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::conventions::Conventions;
use super::facts::Found;
use crate::evidence::Evidence;
use crate::evidence::links::{Answer, Form};
use crate::model;

/// Those of one root, under one policy.
pub type References<'a> = HashMap<&'a str, Known<'a>>;

/// A reference without templates that was asked about.
#[derive(Debug)]
pub struct Known<'a> {
    /// What is known of it.
    pub answer: &'a Answer,
    form: OnceLock<Form>,
}

impl Known<'_> {
    /// What it is under the conventions of its policy.
    pub(super) fn form(&self, found: &Found<'_>, conventions: &Conventions) -> &Form {
        self.form.get_or_init(|| conventions.form(found))
    }
}

/// The questions that are the same wherever their reference stands, and their answers, by root.
pub(super) fn by_root(evidence: &Evidence) -> HashMap<&str, Vec<(&str, &Answer)>> {
    let mut roots: HashMap<&str, Vec<_>> = HashMap::new();
    for (question, answer) in &evidence.runbooks {
        // Others are a question of their alert's labels too.
        if !model::is_dynamic(question.reference()) {
            roots.entry(question.root()).or_default().push((question.reference(), answer));
        }
    }
    roots
}

/// What is known of these references, under one policy.
pub(super) fn references<'a>(answers: &[(&'a str, &'a Answer)]) -> References<'a> {
    answers.iter().map(|&(reference, answer)| (reference, Known { answer, form: OnceLock::new() })).collect()
}
