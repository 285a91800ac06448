//! Policies: what they set, and what is wrong with them.

use jiff::civil::date;

use super::{KEYS, Policy, load};
use crate::diagnostic::Severity;
use crate::lint::Level;
use crate::lint::waiver::Target;
use crate::model::Dialect;
use crate::promql::Version;
use crate::source::{Source, SourceId, Span};

fn good(text: &str) -> Policy {
    let (policy, mistakes) = load(&Source::new("groundrules.yaml", text), SourceId(0));
    assert!(mistakes.is_empty(), "{text}\n{mistakes:#?}");
    policy
}

/// Text, message and label of each mistake.
fn bad(text: &str) -> Vec<(String, String, String)> {
    let source = Source::new("groundrules.yaml", text);
    let (_, mistakes) = load(&source, SourceId(7));
    let seen = |span: Span| {
        assert_eq!(span.source, SourceId(7));
        source.slice(span.range()).to_owned()
    };
    mistakes
        .into_iter()
        .map(|mistake| (seen(mistake.span), mistake.message.clone(), mistake.advice().label.to_string()))
        .collect()
}

/// The texts of the mistakes alone.
fn places(text: &str) -> Vec<String> {
    bad(text).into_iter().map(|(place, _, _)| place).collect()
}

fn levels(policy: &Policy, id: &str) -> Vec<Option<Level>> {
    let active = policy.setup.rules.iter().find(|active| active.meta.id == id);
    active.map(|active| active.blocks.iter().map(|block| block.level).collect()).unwrap_or_default()
}

const PAGE: &str = include_str!("../../docs/policy.md");

fn example() -> &'static str {
    PAGE.split("```policy\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap()
}

#[test]
fn a_key_with_nothing_under_it_is_a_mistake() {
    for key in KEYS {
        assert_eq!(places(&format!("{key}:\n")).len(), 1, "{key}");
    }
    assert_eq!(places("owner:\nrules: # all of them\n"), ["owner", "rules"]);
    assert_eq!(places("owner: {labels: }\n").len(), 2);
    good("waivers: []\nfeatures: []\n");
}

#[test]
fn the_example_of_the_page_is_right() {
    let policy = good(example());
    let conventions = &policy.setup.conventions;
    assert!(conventions.owner_named);
    assert_eq!(conventions.owner.labels, ["team"]);
    assert_eq!(conventions.owner.annotations, [""; 0], "what is not named is not looked at");
    assert_eq!(conventions.severities, ["page", "ticket", "info"]);
    assert!(conventions.pages("Page") && !conventions.pages("critical") && conventions.is_silent("info"));
    assert!(conventions.exempt.len() == 1 && conventions.exempts("Watchdog"));
    assert_eq!(policy.links.mappings.len(), 1);
    assert!(policy.links.hosts["wiki.acme.io"].skip);
    assert_eq!(
        levels(&policy, "runbook-missing"),
        [Some(Level::At(Severity::Warning)), Some(Level::At(Severity::Error))]
    );
    assert_eq!(levels(&policy, "label-required"), [None], "off by default, on with options");
    assert_eq!(levels(&policy, "annotation-required"), []);
    assert_eq!(levels(&policy, "duplicate-rule"), []);
    let waiver = &policy.setup.waivers[0];
    assert_eq!((waiver.until, waiver.because.as_str()), (Some(date(2026, 12, 31)), "the wiki moves in December"));
    let Target::Scope(scope) = &waiver.target else { panic!("a waiver of the policy has a scope") };
    assert!(scope.fits_path("rules/storage.yaml") && !scope.fits_path("rules/other.yaml"));
    assert!(
        policy.exclude.is_match("vendor/a/b.yaml")
            && policy.exclude.is_match("testdata/x")
            && !policy.exclude.is_match("a/testdata")
    );
    assert_eq!(policy.dialect, Some(Dialect::Prometheus));
    assert_eq!(policy.promql.version, Version { major: 3, minor: 14 });
    assert!(policy.promql.features.experimental_functions && !policy.promql.features.fill_modifiers);
    assert_eq!(policy.history.map(|history| history.value).as_deref(), Some("history/week.jsonl.zst"));
    assert_eq!(policy.fail_on, Severity::Warning);
    for key in KEYS {
        assert!(PAGE.contains(&format!("`{key}")) && example().contains(&format!("{key}:")), "{key}");
    }
}

#[test]
fn nothing_is_the_default() {
    for text in ["", "# nothing yet\n", "---\n", "rules: {}\nwaivers: []\n", "{}"] {
        let policy = good(text);
        assert_eq!(policy.setup.rules.len(), Policy::default().setup.rules.len(), "{text:?}");
        assert!(!policy.setup.conventions.owner_named);
    }
}

#[test]
fn all_mistakes_are_said_at_once() {
    let text = "\
onwer: {labels: [team]}
severity:
  values: [page, ticket]
  paging: [pages]
  silent: [page, page]
  lables: [severity]
rules:
  runbook-mising: error
  runbook-dead: eror
  owner-missing: {level: warning, lokked: true, match: {owner: 'team-(a|b'}}
  noisy-frequent: {dais: 3, days: many, paging: {warning: 1, eror: 2}}
  severity-missing:
online: yes
dialect: thnaos
features: [fil]
waivers:
  - {rule: runbok-dead, alert: A, until: 2026-02-30, because: x}
  - {rule: runbook-dead, alert: A}
  - rule: [runbook-dead, waiver-unused]
    until: 2026-12-31
    because: x
fail_on: info
";
    #[rustfmt::skip]
    let wanted = [
        ("onwer", "did you mean `owner`?"),
        ("pages", "did you mean `page`?"),
        ("page", ""),
        ("lables", "did you mean `labels`?"),
        ("runbook-mising", "did you mean `runbook-missing`?"),
        ("eror", "did you mean `error`?"),
        ("lokked", "did you mean `locked`?"),
        ("(", ""),
        ("dais", "did you mean `days`?"),
        ("many", ""),
        ("eror", "did you mean `error`?"),
        ("severity-missing", ""),
        ("yes", ""),
        ("thnaos", "did you mean `thanos`?"),
        ("fil", "did you mean `fill`?"),
        ("runbok-dead", "did you mean `runbook-dead`?"),
        ("2026-02-30", ""),
        ("{rule: runbook-dead, alert: A}", ""),
        ("rule: [runbook-dead, waiver-unused]\n    until: 2026-12-31\n    because: x", ""),
        ("waiver-unused", ""),
        ("info", ""),
    ];
    let found = bad(text);
    let found: Vec<(&str, &str)> = found.iter().map(|(place, _, label)| (place.as_str(), label.as_str())).collect();
    assert_eq!(found, wanted);
}

#[test]
fn contradictions_are_mistakes() {
    for (text, place) in [
        ("owner: {}", "{}"),
        ("owner: {labels: []}", "{labels: []}"),
        ("owner: {labels: }", ""),
        ("owner: team", "team"),
        ("severity: {values: [high, low]}", "[high, low]"),
        ("severity: {paging: [a, b], silent: [B]}", "B"),
        ("runbook: {online: true}", "online"),
        ("runbook: {case: exact}", "case"),
        ("rules: {runbook-dead: []}", "[]"),
        ("rules: {runbook-dead: {}}", "{}"),
        ("rules: {runbook-dead: {match: {}}}", "{}"),
        ("rules: {runbook-dead: [{level: note}, error]}", "error"),
        ("rules: {runbook-dead: {paths: legacy, level: off}}", "{paths: legacy, level: off}"),
        ("rules: {runbook-dead: off, owner-missing: off, runbook-dead: note}", "runbook-dead"),
        ("rules: {runbook-dead: {paths: /rules}}", "/"),
        ("rules: {runbook-dead: {paths: ../rules}}", "../rules"),
        ("rules: {runbook-dead: {paths: '!x'}}", "!"),
        ("rules: {runbook-dead: {paths: 'a[b'}}", "a[b"),
        ("rules: {runbook-dead: {paths: []}}", "[]"),
        ("rules: {runbook-dead: {match: {alert: 'a)|(b'}}}", ")"),
        ("rules: {runbook-dead: {match: {label: {}}}}", "{}"),
        ("rules: {runbook-dead: {locked: 'true'}}", "'true'"),
        ("waivers: {rule: runbook-dead}", "{rule: runbook-dead}"),
        (
            "rules: {runbook-dead: {locked: true}}\nwaivers: [{rule: runbook-dead, alert: A, until: 2026-12-31, because: x}]",
            "runbook-dead",
        ),
        ("rules: {runbook-dead: [{paths: /rules}, error]}", "/"),
        ("prometheus_version: three", "three"),
        ("prometheus_version: 1.8", "1.8"),
        ("history: ''", "''"),
        ("features: [fill, fill]", "fill"),
        ("online: true\n---\nonline: false", "online: false"),
    ] {
        let found = places(text);
        assert!(found.iter().any(|found| found == place), "{text}: {found:?}");
        assert!(found.len() <= 2, "{text}: {found:?}");
    }
}

#[test]
fn what_is_compared_with_every_alert_is_not_endless() {
    let words = |n: usize| (0..n).map(|i| format!("w{i}")).collect::<Vec<_>>();
    let values = |n| format!("severity: {{values: [{}], paging: []}}", words(n).join(", "));
    let keys = |n| format!("rules: {{label-required: {{keys: {{{}: ''}}}}}}", words(n).join(": '', "));
    let merged = format!("x: &x {{{0}: 1}}\ny: {{<<: *x, z: 1}}", words(1000).join(": 1, "));
    for text in [values(1001), keys(101), keys(1001), merged] {
        let found = bad(&text);
        assert!(found.len() == 1 && found[0].1.contains(" are too many"), "{found:?}");
    }
    good(&values(1000));
    good(&keys(100));
}

#[test]
fn a_regex_is_wrong_at_its_own_bytes_in_every_style() {
    for (written, place) in [("'it''s [z-a]'", "z-a"), ("\"\\u0061[z-a]\"", "z-a"), ("|-\n    b\n    [z-a]", "z-a")] {
        assert_eq!(places(&format!("exempt:\n  alerts: {written}\n")), [place], "{written}");
    }
}

#[test]
fn options_of_others_are_said_in_plain_words() {
    let message =
        |text: &str| bad(text).into_iter().map(|(place, message, _)| format!("{place}: {message}")).collect::<Vec<_>>();
    assert_eq!(
        message("rules: {noisy-frequent: {days: many}}"),
        ["many: expected a whole number, found the text `many`"]
    );
    assert_eq!(message("rules: {waiver-expiring: {days: -1}}"), ["-1: expected a whole number, found `-1`"]);
    assert_eq!(
        message("runbook: {timeout: 3 parsecs, anchors: 1, mappings: [{frm: a, to: b}, {to: b}]}"),
        [
            "3 parsecs: expected a duration like `100ms`, `15s`, `5m` or `1h`, found `3 parsecs`",
            "1: expected `true` or `false`, found integer `1`",
            "frm: unknown key `frm`",
            "{to: b}: the key `from` is missing",
        ]
    );
}

#[test]
fn patterns_are_held_to_the_whole_value() {
    let policy = good("exempt: {alerts: 'A|B', defaults: false}");
    let exempts = |name| policy.setup.conventions.exempts(name);
    assert!(exempts("A") && exempts("B") && !exempts("AB") && !exempts("Watchdog"));
}

#[test]
fn paths_mean_files_and_folders() {
    let policy = good("exclude: [./a/, 'b/*.yaml', '**/c']");
    let fits = |path: &str| policy.exclude.is_match(path);
    assert!(fits("a/x") && fits("a/b/x") && fits("b/x.yaml") && fits("c") && fits("x/y/c/z"));
    assert!(!fits("x/a/y") && !fits("b/c.d/x.yaml") && !fits("b/x.yml"));
}

#[test]
fn something_is_always_asked() {
    let text = "runbook: {concurrency: 0, host_concurrency: 0, retries: 0, hosts: {wiki.acme.io: {concurrency: 0}}}";
    let (_, mistakes) = load(&Source::new("groundrules.yaml", text), SourceId(0));
    let found: Vec<_> = mistakes.iter().map(|mistake| (mistake.span.start, mistake.message.as_str())).collect();
    let message = "expected at least 1, found `0`";
    assert_eq!(found, [(23, message), (44, message), (95, message)]);
    good("runbook: {concurrency: 1, host_concurrency: 1, hosts: {wiki.acme.io: {concurrency: 1, skip: true}}}");
}

#[test]
fn blocks_share_anchors() {
    let policy = good(
        "rules:\n  runbook-dead: &mild {level: note, match: {severity: info}}\n  owner-missing:\n    <<: *mild\n    level: warning\n",
    );
    assert_eq!(levels(&policy, "owner-missing"), [Some(Level::At(Severity::Warning))]);
    assert_eq!(levels(&policy, "runbook-dead"), [Some(Level::At(Severity::Note))]);
}

#[test]
fn the_command_line_chooses_rules() {
    let ids = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    let ran = |policy: &Policy| policy.setup.rules.iter().map(|active| active.meta.id).collect::<Vec<_>>();
    let mut policy = good("rules: {owner-missing: off, runbook-missing: note}");
    policy.only(&ids(&["owner-missing", "label-required", "runbook-missing"])).unwrap();
    assert_eq!(ran(&policy), ["label-required", "runbook-missing", "owner-missing"], "in the order of the list");
    assert_eq!(
        levels(&policy, "runbook-missing"),
        [Some(Level::At(Severity::Note))],
        "what the policy says of it stays"
    );
    policy.ignore(&ids(&["label-required"])).unwrap();
    assert_eq!(ran(&policy), ["runbook-missing", "owner-missing"]);
    let errors = policy.ignore(&ids(&["owner-misssing", "nonsense"])).unwrap_err();
    assert!(errors[0].contains("`owner-missing`") && errors[1].contains("groundrules rules"));
}

proptest::proptest! {
    #[test]
    fn a_mangled_policy_is_still_read(at in proptest::arbitrary::any::<proptest::sample::Index>(), cut in 0usize..40, put in "[ -~\n\té{}\\[\\]*&<:#'\"]{0,12}") {
        let mut text = example().to_owned();
        let mut at = at.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let end = (at..=text.len()).filter(|&end| text.is_char_boundary(end)).nth(cut).unwrap_or(text.len());
        text.replace_range(at..end, &put);
        let (_, mistakes) = load(&Source::new("groundrules.yaml", text.as_str()), SourceId(0));
        for mistake in mistakes {
            assert!(text.get(mistake.span.range().range()).is_some(), "{mistake:?} in {text}");
        }
    }
}

#[test]
fn no_policy_is_too_strange() {
    let long =
        format!("rules: {{runbook-dead: {{{}}}}}", (0..500).map(|i| format!("k{i}: 1")).collect::<Vec<_>>().join(", "));
    assert_eq!(places(&long).len(), 500);
    for text in [
        "[]",
        "3",
        "'x",
        "\t",
        "a: b: c",
        "{[a]: b}",
        "? {}\n: x",
        "<<: x",
        "*a",
        "rules: [a]",
        "rules: {3: error}",
        "\u{0}",
    ] {
        assert!(!places(text).is_empty(), "{text:?}");
    }
}
