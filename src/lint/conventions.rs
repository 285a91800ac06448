//! Where a repository keeps owner, severity and runbook, which severities page, and which alerts are no alerts for people.
//!
//! The defaults are the keys that public repositories use for just this (counted over 12,774 alerts of 80 repositories). Keys
//! that only sometimes mean an owner (`service`, `namespace`, `tier` …) are never among them.

use crate::evidence::links::Mapping;
use regex::Regex;

/// The keys and words of one policy.
#[derive(Debug)]
pub struct Conventions {
    /// Where an owner is looked for.
    pub owner: Keys,
    /// Whether the policy named the owner's keys.
    pub owner_named: bool,
    /// Where a severity is looked for.
    pub severity: Keys,
    /// Where a runbook is looked for.
    pub runbook: Keys,
    /// Which references of runbooks lead to files.
    pub mappings: Vec<Mapping>,
    /// The severities there are; empty where nobody said.
    pub severities: Vec<String>,
    /// The severities that page, in lower case.
    pub paging: Vec<String>,
    /// The severities that nobody is called for, in lower case.
    pub silent: Vec<String>,
    /// Names of alerts that are not meant for people; matched as a whole.
    pub exempt: Vec<Regex>,
    /// Whether those of watchdogs, heartbeats and inhibitors are among them.
    pub exempt_watchdogs: bool,
}

/// Keys in the order in which they are looked for.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Label names.
    pub labels: Vec<String>,
    /// Annotation names.
    pub annotations: Vec<String>,
}

/// What the names of alerts have in them that fire so that something else works, by its first letter.
const WATCHDOGS: [(u8, &[&str]); 3] = [
    (b'h', &["heartbeat"]),
    (b'i', &["inhibitor", "inhibition"]),
    (b'd', &["deadmanswitch", "deadmansswitch", "deadmansnitch", "deadmanssnitch"]),
];

impl Default for Conventions {
    fn default() -> Self {
        let strings = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        Self {
            owner: Keys {
                labels: strings(&["team", "owner", "squad", "support_group"]),
                annotations: strings(&["team", "alert_team_handle", "alert_routing_key"]),
            },
            owner_named: false,
            severity: Keys { labels: strings(&["severity"]), annotations: Vec::new() },
            runbook: Keys {
                annotations: strings(&[
                    "runbook_url",
                    "runbook",
                    "playbook",
                    "playbook_url",
                    "sop_url",
                    "SOP",
                    "documentation",
                    "opsrecipe",
                ]),
                labels: strings(&["playbook", "runbook"]),
            },
            mappings: Vec::new(),
            severities: Vec::new(),
            paging: strings(&[
                "critical",
                "crit",
                "page",
                "pager",
                "paging",
                "emergency",
                "fatal",
                "disaster",
                "urgent",
                "s0",
                "s1",
                "p0",
                "p1",
                "sev0",
                "sev1",
                "sev-0",
                "sev-1",
            ]),
            silent: strings(&["info", "information", "informational", "none", "notice", "debug"]),
            exempt: Vec::new(),
            exempt_watchdogs: true,
        }
    }
}

impl Conventions {
    /// Whether somebody is woken at this severity.
    #[must_use]
    pub fn pages(&self, severity: &str) -> bool {
        self.paging.iter().any(|word| word.eq_ignore_ascii_case(severity))
    }

    /// Whether an alert of this name is not meant for people.
    #[must_use]
    pub fn exempts(&self, name: &str) -> bool {
        self.exempt_watchdogs && is_watchdog(name) || self.exempt.iter().any(|exempt| exempt.is_match(name))
    }

    /// Whether nobody is called at this severity.
    #[must_use]
    pub fn is_silent(&self, severity: &str) -> bool {
        self.silent.iter().any(|word| word.eq_ignore_ascii_case(severity))
    }
}

fn is_watchdog(name: &str) -> bool {
    let letters = |at: usize| name.as_bytes()[at..].iter().filter(|byte| **byte != b'_').map(u8::to_ascii_lowercase);
    let begins = |at: usize, word: &str| letters(at).take(word.len()).eq(word.bytes());
    // Every alert is asked, and few letters begin one of the words.
    let words = |at: usize| WATCHDOGS.iter().find(|(first, _)| *first == name.as_bytes()[at] | 0x20);
    (0..name.len()).any(|at| words(at).is_some_and(|(_, words)| words.iter().any(|word| begins(at, word))))
        || begins(0, "watchdog") && letters(0).count() == "watchdog".len()
}

/// The words that most repositories use (57 of 80 use no others), and those that are near them.
const COMMON: &[&str] = &["critical", "warning", "info", "none", "page"];
/// Abbreviations and inflections of them that are too far for spelling alone.
const NEAR: &[(&str, &str)] = &[
    ("warn", "warning"),
    ("warnings", "warning"),
    ("crit", "critical"),
    ("information", "info"),
    ("informational", "info"),
    ("infos", "info"),
];
/// Words of other vocabularies that only look like a misspelt common one.
const OTHERS: &[&str] = &["pager", "paging", "minor", "major", "note", "notice"];

/// The common severity that a near miss of it was surely meant to be.
#[must_use]
pub fn near_severity(value: &str) -> Option<&'static str> {
    if COMMON.contains(&value) || OTHERS.contains(&value) {
        return None;
    }
    let lower = value.to_lowercase();
    let spelt = NEAR.iter().find(|(word, _)| *word == lower).map(|(_, meant)| *meant);
    let cased = COMMON.iter().find(|word| **word == lower);
    let close = || {
        COMMON.iter().find(|word| {
            word.len() > 4 && strsim::osa_distance(word, &lower) == 1
                || word.len() > 6 && strsim::osa_distance(word, &lower) == 2
        })
    };
    spelt.or(cased.copied()).or_else(|| close().copied())
}

#[cfg(test)]
mod tests {
    use super::{is_watchdog, near_severity};

    #[test]
    fn watchdogs_are_told_by_their_names() {
        for name in
            ["Watchdog", "DeadMansSwitch", "dead_man_switch", "TeamDeadmanSnitch", "VaultHeartbeat", "InfoInhibitor"]
        {
            assert!(is_watchdog(name), "{name}");
        }
        for name in ["", "_", "WatchdogMissing", "DeadMan", "HeartBeta", "Inhibited", "HostDown"] {
            assert!(!is_watchdog(name), "{name}");
        }
    }

    #[test]
    fn near_misses_are_told_from_other_vocabularies() {
        for (word, meant) in
            [("Info", "info"), ("warn", "warning"), ("critcal", "critical"), ("WARNING", "warning"), ("Page", "page")]
        {
            assert_eq!(near_severity(word), Some(meant), "{word}");
        }
        for word in ["critical", "page", "Low", "s1", "ticket", "team-billing", "minor", "p1", "paging"] {
            assert_eq!(near_severity(word), None, "{word}");
        }
    }
}
