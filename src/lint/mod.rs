//! What a lint rule is, what it is given, and how a run of them is made.
//!
//! A lint rule is synchronous, infallible and knows no other. It sees an alert, a file or everything, reads evidence and says
//! what is wrong. For each alert it comes to one of three verdicts: the alert holds (nothing was said), it is broken (something
//! was), or the answer is unknown (and why); an alert that the ground rule does not concern is exempt.

mod allow;
mod cap;
mod compose;
mod context;
pub mod conventions;
mod exceptions;
pub mod facts;
pub mod fingerprint;
pub mod patterns;
mod references;
pub mod report;
pub mod rotation;
mod run;
pub mod scope;
mod suggest;
mod summary;
pub mod waiver;

pub use cap::LISTED;
pub use context::Context;
pub use exceptions::NO_HISTORY;
pub use run::{Input, is_noise, patterns, run, run_with, suggestions, wanted};

use crate::diagnostic::Severity;
use crate::evidence::links::Question;
use crate::model::{File, Rule};
use crate::source::Span;
use conventions::Conventions;
use rotation::Rotation;
use scope::Scope;
use waiver::Waiver;

/// How loud a lint rule is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// It does not run.
    Off,
    /// Its findings have this severity.
    At(Severity),
}

/// What is said of a lint rule in lists, pages and machine formats.
#[derive(Debug)]
pub struct Meta {
    /// Kebab-case, subject first; never reused.
    pub id: &'static str,
    /// What it asks for, in one line.
    pub summary: &'static str,
    /// Severity of its findings unless the policy says otherwise; a rule may be milder where its page says so.
    pub level: Level,
    /// The default levels in words, where one does not say it all.
    pub levels: &'static str,
    /// Its page, Markdown.
    pub page: &'static str,
}

/// What a lint rule does; its fields are its options.
pub trait LintRule: Send + Sync {
    /// Looks at one alerting or recording rule. Verdicts are kept for alerts alone.
    fn rule(&self, _rule: &Rule, _cx: &mut Context<'_>) {}

    /// Looks at one file.
    fn file(&self, _file: &File, _cx: &mut Context<'_>) {}

    /// Looks at all files under one policy ([`Context::part`]); only on runs over a whole root.
    fn workspace(&self, _cx: &mut Context<'_>) {}

    /// Looks at the policy itself, on every run.
    fn policy(&self, _cx: &mut Context<'_>) {}

    /// Looks at one waiver, after all waivers were applied.
    fn waiver(&self, _waiver: &Waiver, _cx: &mut Context<'_>) {}

    /// Whether it reads the answer to a question about the runbook of an alert.
    fn asks(&self, _question: &Question) -> bool {
        false
    }
}

/// A lint rule that can be made from its options; `Default` is what it does without a policy.
pub trait Configurable: LintRule + Default + serde::de::DeserializeOwned + 'static {
    /// What is said of it.
    const META: Meta;
}

/// A lint rule as the policy sets it up.
pub struct Active {
    /// What is said of it.
    pub meta: &'static Meta,
    /// Its blocks: the first whose scope fits an alert judges it; where none fits, the alert is exempt.
    pub blocks: Vec<Block>,
}

impl Active {
    /// The block that judges everything, where there is one.
    #[must_use]
    pub fn always(&self) -> Option<&Block> {
        self.blocks.first().filter(|block| block.scope.is_unconditional())
    }
}

/// One way to apply a lint rule.
pub struct Block {
    /// The rule with its options.
    pub rule: Box<dyn LintRule>,
    /// The severity of all its findings; none leaves it to the rule.
    pub level: Option<Level>,
    /// What it is applied to.
    pub scope: Scope,
    /// Whether waivers are refused.
    pub locked: bool,
}

/// A policy, as the lint rules need it.
pub struct Setup {
    /// The lint rules that run, in the order of the list.
    pub rules: Vec<Active>,
    /// Where owner, severity and runbook are found.
    pub conventions: Conventions,
    /// Who is called, and when they work.
    pub rotation: Rotation,
    /// Waivers that the policy itself grants.
    pub waivers: Vec<Waiver>,
    /// Keys of the policy that are not heard, each with the reason: what only a policy named with `--config` may say.
    pub unheard: Vec<(Span, &'static str)>,
    /// All ids there are, also of rules that do not run: a waiver may name them.
    pub known: Vec<&'static str>,
}

/// What a lint rule came to about an alert.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// Looked at, nothing wrong.
    Holds,
    /// Something is wrong.
    Broken,
    /// It cannot be told.
    Unknown,
    /// Something is wrong, and a waiver allows it.
    Waived,
    /// The ground rule does not concern it.
    Exempt,
}

impl Verdict {
    /// The word of the machine formats.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Broken => "broken",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
            Self::Exempt => "exempt",
        }
    }
}
