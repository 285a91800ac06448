//! Waivers in comments: what they say, what is wrong with them, what they stand on.

use jiff::civil::date;

use super::{Index, Target, Waiver, comment, of_file};
use crate::model::File;
use crate::model::lower::{Options, lower};
use crate::source::{Source, SourceId};

/// Lint rules, date, reason, and the text of each slip.
type Said = (Vec<String>, String, String, Vec<String>);

fn parse(text: &str) -> Option<Said> {
    let parsed = comment::parse(text)?;
    for (id, range) in &parsed.rules {
        assert_eq!(&text[range.range()], id, "{text}");
    }
    let rules = parsed.rules.into_iter().map(|(id, _)| id).collect();
    let until = parsed.until.map(|until| until.to_string()).unwrap_or_default();
    let slips = parsed.slips.into_iter().map(|slip| text[slip.range.range()].to_owned()).collect();
    Some((rules, until, parsed.because, slips))
}

fn slips(text: &str) -> Vec<String> {
    parse(text).unwrap_or_else(|| panic!("{text} is no waiver")).3
}

proptest::proptest! {
    #[test]
    fn any_comment_is_read(words in proptest::collection::vec(
        proptest::sample::select(vec![
            "# ", "groundrules", "ground rules", ":", " ", "allow", "ignore", "(", ")", "runbook-dead", ",", "until", "because",
            "2026-12-31", "é", "…", "#", "reason", "\t", "*", "waiver-unused", "2026",
        ]), 0..14)) {
        // Slices by the ranges, so that one that splits a character or leaves the text would panic.
        parse(&words.concat());
    }
}

#[test]
fn a_waiver_says_what_until_when_and_why() {
    for text in [
        "# groundrules: allow(runbook-dead, owner-missing) until 2026-12-31 because moving the wiki",
        "#groundrules:allow( runbook-dead owner-missing ,) until 2026-12-31, because moving the wiki  ",
        "groundrules: allow (runbook-dead,owner-missing) until: 2026-12-31 because: moving the wiki",
    ] {
        let (rules, until, because, slips) = parse(text).unwrap();
        assert_eq!(rules, ["runbook-dead", "owner-missing"], "{text}");
        assert_eq!((until.as_str(), because.as_str()), ("2026-12-31", "moving the wiki"), "{text}");
        assert_eq!(slips, [""; 0], "{text}");
    }
}

#[test]
fn other_comments_are_none() {
    for text in [
        "# the ground rules: be kind",
        "# see groundrules.yaml",
        "# groundrules are kept in groundrules.yaml",
        "# # groundrules: allow(runbook-dead) until 2026-12-31 because it was commented out",
        "# write `groundrules: allow(runbook-dead) …` to waive",
        "# grounds: allow nobody",
        "# rules",
        "#",
        "",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn near_misses_are_faults_and_not_silence() {
    for (text, places) in [
        ("# groundrule: allow(a) until 2026-12-31 because x", vec!["groundrule:"]),
        ("# ground-rules: allow(a) until 2026-12-31 because x", vec!["ground-rules:"]),
        ("# Ground rules: allow(a) until 2026-12-31 because x", vec!["Ground rules:"]),
        ("# GroundRules: allow(a) until 2026-12-31 because x", vec!["GroundRules:"]),
        ("# groundrules allow(a) until 2026-12-31 because x", vec!["groundrules"]),
        ("# groundrules: ignore(a) until 2026-12-31 because x", vec!["ignore"]),
        ("# groundrules: alow(a) until 2026-12-31 because x", vec!["alow"]),
        ("# groundrules: disable-next-line", vec!["disable-next-line"]),
        ("# groundrules:", vec![""]),
        ("# groundrules: allow runbook-dead until 2026-12-31 because x", vec!["allow"]),
        ("# groundrules: allow(a until 2026-12-31 because x", vec!["("]),
        ("# groundrules: allow() until 2026-12-31 because x", vec!["()"]),
        ("# groundrules: allow(*) until 2026-12-31 because x", vec!["*", "(*)"]),
        ("# groundrules: allow(waiver-unused) until 2026-12-31 because x", vec!["waiver-unused", "(waiver-unused)"]),
        ("# groundrules: allow(a) untill 2026-12-31 because x", vec!["untill"]),
        ("# groundrules: allow(a) until 2026-12-31 reason: x", vec!["reason"]),
        ("# groundrules: allow(a) until 31.12.2026 because x", vec!["31.12.2026"]),
        ("# groundrules: allow(a) until 2026-02-30 because x", vec!["2026-02-30"]),
        ("# groundrules: allow(a) until because x", vec!["until"]),
        ("# groundrules: allow(a) until", vec!["until", "groundrules: allow(a)"]),
        ("# groundrules: allow(a) until 2026-12-31 because", vec![""]),
        ("# groundrules: allow(a) until 2026-12-31 because …", vec!["…"]),
        ("# groundrules: allow(a) until 2026-12-31", vec!["groundrules: allow(a)"]),
        ("# groundrules: allow(a) because x", vec!["groundrules: allow(a)"]),
        ("# groundrules: allow(a)", vec!["groundrules: allow(a)"]),
        ("# groundrules: allow(a) because x until 2026-12-31", vec!["until 2026-12-31"]),
        ("# groundrules: allow(a) 2026-12-31 because x", vec!["2026-12-31", "groundrules: allow(a)"]),
        ("# mended soon. groundrules: allow(a) until 2026-12-31 because x", vec!["groundrules:"]),
    ] {
        assert_eq!(slips(text), places, "{text}");
    }
}

#[test]
fn dates_have_one_form() {
    assert!(comment::date("2028-02-29").is_ok());
    for wrong in ["", "2026-1-1", "20261231", "2026-13-01", "2026-12-31T00:00", "tomorrow", "２０２６-12-31"] {
        assert!(comment::date(wrong).is_err(), "{wrong}");
    }
}

const W: &str = "# groundrules: allow(a) until 2026-12-31 because x";

fn read(text: &str) -> (File, Source) {
    let source = Source::new("rules.yaml", text.replace("#W", W));
    (lower(&source, SourceId(0), &Options::default()), source)
}

fn targets(text: &str) -> Vec<String> {
    let (file, source) = read(text);
    let name = |waiver: &Waiver| match &waiver.target {
        Target::File => "file".to_owned(),
        Target::Group(group) => {
            format!("group {}", file.groups[*group as usize].name.as_ref().map_or("", |name| name.value()))
        }
        Target::Rule(rule) => format!("rule {}", file.rules[*rule as usize].name.value()),
        Target::Scope(_) => "scope".to_owned(),
        Target::Nothing => "nothing".to_owned(),
    };
    of_file(&file, &source).iter().map(name).collect()
}

#[test]
fn a_comment_stands_on_what_is_narrowest() {
    let found = targets(
        "\
#W
---
# about the file #W is prose
groups: #W
  #W
  # more words
  - name: g #W
    interval: 1m

    #W

    rules:
      #W
      - alert: A #W
        expr: up
        # words
        #W
        for: 5m #W
      #W
      #W
      -
        # words
        #W
        alert: B
        expr: up == 0 #W

      #W

      - record: C
        expr: up
    #W
  - name: h
    rules: []
",
    );
    #[rustfmt::skip]
    let wanted = [
        "file", "nothing", "group g", "group g", "group g", "rule A", "rule A", "rule A", "rule A", "rule B", "rule B", "rule B",
        "rule B", "nothing", "group h",
    ];
    let mut found = found;
    // The second comment only mentions a waiver, and in the wrong place.
    assert_eq!(found.remove(1), "file");
    assert_eq!(found, wanted);
}

#[test]
fn a_blank_line_keeps_a_comment_apart() {
    let found =
        targets("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n  #W\n\n  - alert: B\n    expr: up\n#W\n");
    assert_eq!(found, ["nothing", "nothing"]);
}

#[test]
fn a_comment_of_the_expression_is_the_rules() {
    let text = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: |\n      up # round one\n      == 0 #W\n";
    let (file, source) = read(text);
    let waivers = of_file(&file, &source);
    assert!(matches!(waivers[..], [Waiver { target: Target::Rule(0), fault: None, .. }]));
    assert_eq!(source.slice(waivers[0].span.range()), W);
    assert_eq!(source.slice(waivers[0].rules[0].span.range()), "a");
}

#[test]
fn a_string_of_the_expression_is_no_comment() {
    for expr in
        ["up{a=\"#W\"}", "up{a='x\\' #W'}", "up{a=`#W`}", "label_replace(up, \"a\", \"#W\", \"\", \"\")", "up # # W"]
    {
        let text = format!("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: |\n      {expr}\n");
        let (file, source) = read(&text);
        let found = of_file(&file, &source).into_iter().filter(|waiver| waiver.fault.is_none()).count();
        assert_eq!(found, 0, "{expr}");
    }
}

#[test]
fn faults_point_into_the_file() {
    let (file, source) = read("groups: []\n# é groundrules\n# groundrules: allow(a, *) untill 2026-12-31\n");
    let waivers = of_file(&file, &source);
    let fault = waivers[0].fault.as_ref().unwrap();
    assert_eq!(source.slice(fault.span.range()), "*");
    let related: Vec<&str> = fault.related.iter().map(|label| source.slice(label.span.range())).collect();
    assert_eq!(related, ["untill", "groundrules: allow(a, *)"]);
    assert_eq!(waivers[0].wording(), "# groundrules: allow(a) until 2026-12-31 because REASON");
    assert!(!waivers[0].is_in_force(date(2026, 1, 1)), "with a fault it never is");
}

#[test]
fn the_last_day_counts() {
    let (file, source) = read("#W\ngroups: []\n");
    let waiver = &of_file(&file, &source)[0];
    assert!(waiver.is_in_force(date(2026, 12, 31)));
    assert!(!waiver.is_in_force(date(2027, 1, 1)));
}

#[test]
fn it_covers_its_own_lint_rules_on_its_own_target() {
    let (file, source) = read(
        "groups:\n- name: g\n  rules:\n  #W\n  - alert: A\n    expr: up\n  - alert: B\n    expr: up\n#W\n- name: h\n  rules:\n  - alert: C\n    expr: up\n",
    );
    let waivers = of_file(&file, &source);
    let index = Index::of(&file, &waivers);
    let over = |lint: &str, rule: Option<usize>| {
        index.find(&waivers, lint, &file, rule.map(|at| &file.rules[at])).map(|waiver| waiver.span.start)
    };
    let starts: Vec<u32> = waivers.iter().map(|waiver| waiver.span.start).collect();
    assert_eq!([0, 1, 2].map(|rule| over("a", Some(rule))), [Some(starts[0]), None, Some(starts[1])]);
    assert_eq!(over("b", Some(0)), None);
    assert_eq!(over("a", None), None, "a finding about the whole file is not the alert's");
    assert!(!waivers[0].rules[0].was_used());
    waivers[0].count("b");
    assert!(!waivers[0].rules[0].was_used());
    waivers[0].count("a");
    assert!(waivers[0].rules[0].was_used());
}

#[test]
fn of_several_waivers_the_one_that_lasts_longest_counts() {
    let text = "\
# groundrules: allow(a, b) until 2026-06-01 because the file
# groundrules: allow(b) until 2026-05-01 because it is over
groups:
- name: g # groundrules: allow(a) until 2026-07-01 because the group
  rules:
  - alert: A # groundrules: allow(a) until 2026-05-01 because the alert
    expr: up
  - alert: B # groundrules: allow(a) until 2026-08-01 because
    expr: up
- name: h
  rules:
  - alert: C
    expr: up
";
    let (file, source) = read(text);
    let waivers = of_file(&file, &source);
    let index = Index::of(&file, &waivers);
    let reason = |lint: &str, rule: Option<usize>| {
        index.find(&waivers, lint, &file, rule.map(|at| &file.rules[at])).map_or("", |waiver| waiver.because.as_str())
    };
    assert_eq!(reason("a", Some(0)), "the group");
    assert_eq!(reason("a", Some(1)), "the group", "one with a fault counts for nothing");
    assert_eq!(reason("a", Some(2)), "the file");
    assert_eq!(reason("a", None), "the file");
    assert_eq!(reason("b", None), "the file");
    assert_eq!(reason("c", Some(0)), "");
}

#[test]
fn many_comments_are_read_in_one_go() {
    let one = "  #W\n  - alert: A\n    expr: up\n";
    let found = targets(&format!("groups:\n- name: g\n  rules:\n{}", one.repeat(3000)));
    assert_eq!(found.len(), 3000);
    assert!(found.iter().all(|target| target == "rule A"));
}
