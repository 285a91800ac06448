mod judged;
mod replayed;
mod segmented;

use super::*;

fn record(rule: &str, labels: &[(&str, &str)], first: Millis, last: Millis) -> Record {
    let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Record { rule: rule.to_owned(), labels, first, last, samples: 3, ..Record::default() }
}

fn head(days: i64) -> Head {
    let window = Period::new(1_780_272_000_000, 1_780_272_000_000 + days * DAY);
    Head { window, coverage: vec![window], source: "a test".into(), tool: "groundrules 0".into(), ..Head::default() }
}

/// A head from 1970 on.
fn long_head() -> Head {
    let mut head = head(7);
    head.window.from = 0;
    head
}

fn bytes(history: &History, compressed: bool) -> Vec<u8> {
    let mut out = Vec::new();
    write(history, &mut out, compressed).unwrap();
    out
}

#[test]
fn reads_back_what_it_wrote_plain_and_compressed() {
    let mut acked = record("B\"é", &[("alertname", "B\"é"), ("path", "\\d\n")], 1_780_272_000_647, 1_780_272_060_000);
    acked.acknowledgement = Acknowledgement { at: Some(5500), by: Some("ann".into()), resolved: Some(Resolver::Human) };
    acked.file = Some("a/b.yaml".into());
    let mut open = record("A", &[("alertname", "A")], 2000, 3000);
    (open.open, open.group) = (true, Some("g".into()));
    let mut pending = record("A", &[("alertname", "A")], 1000, 1500);
    pending.state = State::Pending;
    let history = History::new(long_head(), [acked, open, pending]);
    let text = bytes(&history, false);
    for form in [text.clone(), bytes(&history, true)] {
        let back = read(&form[..]).unwrap();
        assert_eq!(back.head(), history.head());
        assert_eq!(bytes(&back, false), text);
    }
    let series: Vec<_> = history.series().map(|s| (s.rule, s.state, s.episodes.len())).collect();
    assert_eq!(series, [("A", State::Pending, 1), ("A", State::Firing, 1), ("B\"é", State::Firing, 1)]);
}

const HEAD: &str = r#"{"schema_version":1,"kind":"groundrules-history","window":{"from":"1970-01-01T00:00:00Z","to":"1970-01-08T00:00:00Z"}}"#;

fn fails(lines: &str) -> (u64, String) {
    let error = read(format!("{HEAD}\n{lines}").as_bytes()).unwrap_err();
    (error.line, error.message)
}

#[test]
fn refuses_a_line_that_is_not_an_episode_and_says_which() {
    let good = r#"{"rule":"A","labels":{},"state":"firing","first":1,"last":2,"samples":3,"open":false}"#;
    let cases = [
        (r#"{"rule":"A","labels":{},"state":"firing","first":1,"last":2,"samples":3"#, "EOF while parsing"),
        (r#"{"rule":"A","labels":{},"state":"firing","first":1,"last":2,"samples":3}"#, "missing field `open`"),
        (r#"{"rule":"A","labels":{},"state":"firing","first":1,"last":2,"samples":-3,"open":false}"#, "invalid value"),
        (r#"{"rule":"A","labels":{},"state":"firing","first":1,"last":2,"samples":3.5,"open":false}"#, "invalid type"),
        (r#"{"rule":"A","labels":{},"state":"firing","first":1e99,"last":2,"samples":3,"open":false}"#, "no time"),
        (r#"{"rule":"A","labels":{},"state":"firing","first":01,"last":2,"samples":3,"open":false}"#, "invalid number"),
        (r#"{"rule":"A","labels":{},"state":"firing","first":3,"last":2,"samples":3,"open":false}"#, "before `first`"),
        (
            r#"{"rule":"A","labels":{},"state":"resolved","first":1,"last":2,"samples":3,"open":false}"#,
            "unknown variant",
        ),
        (
            r#"{"rule":"A","labels":{"a":"1","a":"2"},"state":"firing","first":1,"last":2,"samples":3,"open":false}"#,
            "twice",
        ),
        (
            r#"{"rule":"A","labels":{"a":1},"state":"firing","first":1,"last":2,"samples":3,"open":false}"#,
            "invalid type",
        ),
        (
            r#"{"rule":"A","rule":"B","labels":{},"state":"firing","first":1,"last":2,"samples":3,"open":false}"#,
            "duplicate",
        ),
        (r#"{"rule":"A","labels":{},"state":"firing","first":1,"last":2,"samples":3,"open":false} x"#, "trailing"),
        ("[]", "invalid length"),
    ];
    for (bad, message) in cases {
        let (line, said) = fails(&format!("{good}\n\n{good}\n{bad}\n{good}\n"));
        assert_eq!(line, 5, "{bad}");
        assert!(said.contains(message), "{said} of {bad}");
        assert!(!said.contains("line 1"), "{said}");
    }
}

#[test]
fn refuses_heads_of_other_kinds_and_versions() {
    let said = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(said(""), "line 1: the snapshot is empty");
    assert!(said("{}").contains("`kind` is not"));
    assert!(said(&HEAD.replace(":1,", ":2,")).contains("`schema_version` 2 is not known"));
    assert!(said(&HEAD.replace("1970-01-08", "1969-05-08")).contains("is after"));
    assert!(said(&HEAD.replace("1970-01-08T", "yesterday")).contains("not a time"));
    assert!(said("\u{1}\u{2}").contains("no head"));
}

#[test]
fn what_is_known_twice_is_one_episode_inside_the_window() {
    let line = |first: i64, last: i64| {
        format!(
            r#"{{"rule":"A","labels":{{}},"state":"firing","first":{first},"last":{last},"samples":3,"open":false}}"#
        )
    };
    let week = WEEK / SECOND;
    let lines = [line(50, 60), line(50, 60), line(55, 70), line(80, 90), line(-5, 2), line(week - 1, week + 1)];
    let history = read(format!("{HEAD}\n{}\n", lines.join("\n")).as_bytes()).unwrap();
    let episodes = history.series().next().unwrap().episodes;
    let times: Vec<_> = episodes.iter().map(|e| (e.first / SECOND, e.last / SECOND, e.samples, e.open())).collect();
    assert_eq!(times, [(0, 2, 3, false), (50, 70, 3, false), (80, 90, 3, false), (week - 1, week, 3, true)]);
    for outside in [line(-9, -3), line(week + 1, week + 2)] {
        let (at, said) = fails(&format!("{}\n{outside}\n", line(1, 2)));
        assert_eq!(at, 3);
        assert!(said.contains("lies outside of the window"), "{said}");
    }
}

#[test]
fn what_a_head_does_not_say_is_not_taken_for_granted() {
    assert_eq!(read(HEAD.as_bytes()).unwrap().suffices(DAY), Sufficiency::LittleCoverage(0, DAY));
    let empty = HEAD.replace("\"kind\"", "\"digest\":\"\",\"kind\"");
    assert!(read(empty.as_bytes()).unwrap_err().to_string().contains("`digest` of the head is empty"));
}

#[test]
fn refuses_what_was_cut_short_or_changed() {
    let history = History::new(long_head(), (0..50).map(|i| record("A", &[("a", "b")], i * 10_000, i * 10_000 + 5000)));
    let text = String::from_utf8(bytes(&history, false)).unwrap();
    let (shorter, _) = text.trim_end().rsplit_once('\n').unwrap();
    assert!(read(shorter.as_bytes()).unwrap_err().message.contains("digest"));
    assert!(read(text.replace("\"first\":10,", "\"first\":11,").as_bytes()).unwrap_err().message.contains("digest"));
    let packed = bytes(&history, true);
    for end in 1..packed.len() {
        assert!(read(&packed[..end]).is_err(), "{end} of {} bytes", packed.len());
    }
}

#[test]
fn reads_other_spellings_of_the_same_line() {
    let lines = [
        r#"{"rule":"A","labels":{"a":"x","b":"y"},"state":"firing","first":1.5,"last":2,"samples":3,"open":false}"#,
        r#"{"first":11.5,"labels":{"a":"x","b":"y"},"last":12,"open":false,"rule":"A","samples":3,"state":"firing"}"#,
        r#"{"first": 21.5, "labels": {"b": "y", "a": "x"}, "last": 22, "open": false, "rule": "A", "samples": 3, "state": "firing"}"#,
        r#" {"first":315e-1,"labels":{"\u0062":"y","a":"x"},"last":32.0,"open":false,"new":[{"x":1}],"rule":"A","samples":3,"state":"firing"}  "#,
    ];
    let history = read(format!("{HEAD}\r\n{}\r\n", lines.join("\r\n")).as_bytes()).unwrap();
    let series: Vec<_> = history.series().collect();
    assert_eq!(series.len(), 1);
    assert_eq!(series[0].labels.iter().collect::<Vec<_>>(), [("a", "x"), ("b", "y")]);
    let times: Vec<_> = series[0].episodes.iter().map(|e| (e.first, e.last, e.samples)).collect();
    assert_eq!(times, [1500, 11_500, 21_500, 31_500].map(|first| (first, first + 500, 3)));
}

#[test]
fn blocks_and_threads_change_nothing() {
    let records =
        || (0..40_000).map(|i| record(&format!("R{}", i % 7), &[("n", &(i % 90).to_string())], i * 1000, i * 1000 + 7));
    let history = History::new(long_head(), records());
    let text = bytes(&history, false);
    assert!(text.len() > 3 << 20);
    let back = read(&text[..]).unwrap();
    assert_eq!(bytes(&back, false), text);
    let mut broken = text;
    broken.extend_from_slice(b"{}\n");
    assert_eq!(read(&broken[..]).unwrap_err().line, 40_002);
}

#[test]
fn tells_rules_of_one_name_apart() {
    let history = History::new(
        head(7),
        [
            record("A", &[("severity", "page"), ("i", "1")], 0, 10),
            record("A", &[("severity", "info"), ("i", "1")], 0, 10),
            record("A", &[("severity", "page"), ("team", "db-7")], 0, 10),
            record("Disk7Full", &[], 0, 10),
        ],
    );
    let exact = |text: &str| Pattern::Exact(text.into());
    let pieces = |pieces: &[&str]| Pattern::Pieces(pieces.iter().map(|&p| p.into()).collect());
    let label = |name: &str, value: Pattern| (name.to_owned(), value);
    let page = RulePattern { labels: vec![label("severity", exact("page"))], ..RulePattern::named("A") };
    let db = RulePattern {
        labels: vec![label("severity", exact("page")), label("team", pieces(&["db-", ""]))],
        ..RulePattern::named("A")
    };
    let copy = RulePattern { labels: vec![label("severity", exact("page")), label("x", exact(""))], ..page.clone() };
    let count = |rule: &RulePattern, others: &[RulePattern]| {
        let of = history.of(rule, others);
        (of.series.len(), of.shared)
    };
    assert_eq!(count(&page, &[]), (2, false));
    assert_eq!(count(&page, &[db.clone(), page.clone()]), (1, false));
    assert_eq!(count(&db, std::slice::from_ref(&page)), (1, false));
    assert_eq!(count(&RulePattern::named("A"), &[]), (3, false));
    let templated = RulePattern { labels: vec![label("severity", pieces(&["", ""]))], ..RulePattern::named("A") };
    assert_eq!(count(&templated, &[RulePattern::named("A"), page, copy]), (1, false));
    let disk = RulePattern { name: pieces(&["Disk", "Full"]), labels: vec![] };
    assert_eq!(count(&disk, &[]), (1, false));
    assert_eq!(count(&RulePattern { name: pieces(&["Disk7Full", "Full"]), labels: vec![] }, &[]), (0, false));
    let twin = RulePattern { labels: vec![label("i", pieces(&["", ""]))], ..RulePattern::named("A") };
    assert_eq!(count(&twin, &[templated]), (3, true), "nothing tells these two apart");
}

#[test]
fn counts_pages_over_the_covered_time() {
    let mut head = head(14);
    let from = head.window.from;
    head.coverage = vec![Period::new(from, from + 5 * DAY), Period::new(from + 4 * DAY, from + 7 * DAY)];
    let minute = |series: &str, a: i64, b: i64| record("A", &[("i", series)], from + a * MINUTE, from + b * MINUTE);
    let mut pending = minute("1", 500, 600);
    pending.state = State::Pending;
    let records =
        [minute("1", 0, 10), minute("2", 10, 20), minute("3", 2, 3), minute("1", 21, 30), minute("2", 50, 50), pending];
    let history = History::new(head, records);
    let rule = history.of(&RulePattern::named("A"), &[]);
    assert_eq!(frequency(&history, &rule), Frequency { pages: 3, episodes: 5, per_week: Some(3.0), covered: 7 * DAY });
    assert_eq!(history.suffices(7 * DAY), Sufficiency::Enough);
    assert_eq!(history.suffices(14 * DAY), Sufficiency::LittleCoverage(7 * DAY, 14 * DAY));
    assert_eq!(history.suffices(15 * DAY), Sufficiency::ShortWindow(14 * DAY, 15 * DAY));
    assert!((history.coverage() - 0.5).abs() < 1e-9);
}

#[test]
fn bounds_shares_from_below() {
    assert!((share_at_least(5, 5) - 0.648_9).abs() < 1e-3);
    assert!((share_at_least(50, 100) - 0.419).abs() < 1e-3);
    assert!(share_at_least(0, 0).abs() < f64::EPSILON);
}
