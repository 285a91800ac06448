//! What the command line changes in a policy.

use super::Policy;
use super::rules::plain;
use crate::lint::{Active, Configurable};
use crate::rules::{Visitor, visit};
use crate::suggest;

/// Adds the lint rules that are wanted and do not run yet.
struct Missing<'a> {
    ids: &'a [String],
    rules: &'a mut Vec<Active>,
}

impl Visitor for Missing<'_> {
    fn visit<R: Configurable>(&mut self) {
        let id = R::META.id;
        if self.ids.iter().any(|wanted| wanted == id) && !self.rules.iter().any(|active| active.meta.id == id) {
            self.rules.push(plain::<R>());
        }
    }
}

impl Policy {
    /// Runs only these lint rules, also those that are off; the options that the policy gives them stay.
    ///
    /// # Errors
    /// One message for each id that no lint rule has.
    pub fn only(&mut self, ids: &[String]) -> Result<(), Vec<String>> {
        self.check(ids)?;
        let rules = &mut self.setup.rules;
        rules.retain(|active| ids.iter().any(|id| id == active.meta.id));
        visit(&mut Missing { ids, rules });
        let known = &self.setup.known;
        rules.sort_by_key(|active| known.iter().position(|id| *id == active.meta.id));
        Ok(())
    }

    /// Does not run these lint rules.
    ///
    /// # Errors
    /// One message for each id that no lint rule has.
    pub fn ignore(&mut self, ids: &[String]) -> Result<(), Vec<String>> {
        self.check(ids)?;
        self.setup.rules.retain(|active| !ids.iter().any(|id| id == active.meta.id));
        Ok(())
    }

    fn check(&self, ids: &[String]) -> Result<(), Vec<String>> {
        let known = &self.setup.known;
        let wrong = |id: &&String| !known.contains(&id.as_str());
        let message = |id: &String| {
            let hint = suggest::meant(id, known.iter().copied(), "; `groundrules rules` lists them");
            format!("there is no lint rule `{id}`{hint}")
        };
        let messages: Vec<String> = ids.iter().filter(wrong).map(message).collect();
        if messages.is_empty() { Ok(()) } else { Err(messages) }
    }
}
