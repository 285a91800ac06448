//! The lint rules: one file each, and the one list of them.

use crate::lint::{Configurable, LintRule, Meta};

mod annotation_required;
mod duplicate_rule;
mod entry;
mod history_insufficient;
mod history_stale;
mod label_required;
mod never_fired;
mod noise;
mod noisy_flapping;
mod noisy_frequent;
mod noisy_off_hours;
mod noisy_redundant;
mod noisy_short_lived;
mod noisy_stuck;
mod noisy_unacknowledged;
mod owner_missing;
mod pending_only;
mod policy_unused;
mod promql_syntax;
mod required;
mod rule_structure;
mod runbook;
mod runbook_anchor_missing;
mod runbook_dead;
mod runbook_incomplete;
mod runbook_malformed;
mod runbook_manual_remediation;
mod runbook_missing;
mod runbook_moved;
mod runbook_not_its_own;
mod runbook_orphan;
mod runbook_placeholder;
mod runbook_stale;
mod runbook_unsafe;
mod severity_missing;
mod severity_unknown;
mod summary_missing;
mod syntax;
mod template_syntax;
mod waiver_expiring;
mod waiver_refuted;
mod waiver_unexplained;
mod waiver_unknown_rule;
mod waiver_unused;
mod yaml_syntax;

/// Something done for every lint rule, in the order of lists and tables.
pub trait Visitor {
    /// Visits one lint rule.
    fn visit<R: Configurable>(&mut self);
}

/// Visits every lint rule. This is the list.
pub fn visit(visitor: &mut impl Visitor) {
    visitor.visit::<yaml_syntax::YamlSyntax>();
    visitor.visit::<rule_structure::RuleStructure>();
    visitor.visit::<promql_syntax::PromqlSyntax>();
    visitor.visit::<template_syntax::TemplateSyntax>();
    visitor.visit::<duplicate_rule::DuplicateRule>();
    visitor.visit::<summary_missing::SummaryMissing>();
    visitor.visit::<annotation_required::AnnotationRequired>();
    visitor.visit::<label_required::LabelRequired>();
    visitor.visit::<runbook_missing::RunbookMissing>();
    visitor.visit::<runbook_placeholder::RunbookPlaceholder>();
    visitor.visit::<runbook_malformed::RunbookMalformed>();
    visitor.visit::<runbook_unsafe::RunbookUnsafe>();
    visitor.visit::<runbook_dead::RunbookDead>();
    visitor.visit::<runbook_anchor_missing::RunbookAnchorMissing>();
    visitor.visit::<runbook_not_its_own::RunbookNotItsOwn>();
    visitor.visit::<runbook_incomplete::RunbookIncomplete>();
    visitor.visit::<runbook_moved::RunbookMoved>();
    visitor.visit::<runbook_orphan::RunbookOrphan>();
    visitor.visit::<runbook_stale::RunbookStale>();
    visitor.visit::<runbook_manual_remediation::RunbookManualRemediation>();
    visitor.visit::<owner_missing::OwnerMissing>();
    visitor.visit::<severity_missing::SeverityMissing>();
    visitor.visit::<severity_unknown::SeverityUnknown>();
    visitor.visit::<noisy_frequent::NoisyFrequent>();
    visitor.visit::<noisy_short_lived::NoisyShortLived>();
    visitor.visit::<noisy_flapping::NoisyFlapping>();
    visitor.visit::<noisy_stuck::NoisyStuck>();
    visitor.visit::<noisy_off_hours::NoisyOffHours>();
    visitor.visit::<noisy_unacknowledged::NoisyUnacknowledged>();
    visitor.visit::<noisy_redundant::NoisyRedundant>();
    visitor.visit::<never_fired::NeverFired>();
    visitor.visit::<pending_only::PendingOnly>();
    visitor.visit::<history_stale::HistoryStale>();
    visitor.visit::<history_insufficient::HistoryInsufficient>();
    visitor.visit::<waiver_unexplained::WaiverUnexplained>();
    visitor.visit::<waiver_expiring::WaiverExpiring>();
    visitor.visit::<waiver_refuted::WaiverRefuted>();
    visitor.visit::<waiver_unused::WaiverUnused>();
    visitor.visit::<waiver_unknown_rule::WaiverUnknownRule>();
    visitor.visit::<policy_unused::PolicyUnused>();
}

/// What is said of every lint rule.
#[must_use]
pub fn all() -> Vec<&'static Meta> {
    struct All(Vec<&'static Meta>);
    impl Visitor for All {
        fn visit<R: Configurable>(&mut self) {
            self.0.push(&R::META);
        }
    }
    let mut all = All(Vec::new());
    visit(&mut all);
    all.0
}

/// Every lint rule as it is without a policy.
#[must_use]
pub fn defaults() -> Vec<(&'static Meta, Box<dyn LintRule>)> {
    struct Defaults(Vec<(&'static Meta, Box<dyn LintRule>)>);
    impl Visitor for Defaults {
        fn visit<R: Configurable>(&mut self) {
            self.0.push((&R::META, Box::new(R::default())));
        }
    }
    let mut defaults = Defaults(Vec::new());
    visit(&mut defaults);
    defaults.0
}
