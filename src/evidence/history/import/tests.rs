use super::*;
use crate::evidence::history::{MINUTE, Resolver};

/// Rule, start and end in minutes after midnight of 2026-06-01, whether it lasts, who acknowledged and who resolved.
type Shown = (String, i64, i64, bool, Option<String>, Option<Resolver>);

fn shown(export: Export, text: &str, names: &[&str]) -> Vec<Shown> {
    let history = import(export, text, names, None, "t").unwrap();
    let midnight = parse_time("2026-06-01T00:00:00Z").unwrap();
    let minutes = |at: Millis| (at - midnight) / MINUTE;
    let mut shown = Vec::new();
    for series in history.series() {
        for e in series.episodes {
            let done = series.acknowledgement(e).cloned().unwrap_or_default();
            let by = done.by.map(|by| by.to_string());
            shown.push((series.rule.to_owned(), minutes(e.first), minutes(e.last), e.open(), by, done.resolved));
        }
    }
    shown
}

#[test]
fn notifications_that_are_repeated_are_one_episode() {
    let alert = |status: &str, start: &str, end: &str| {
        format!(
            r#"{{"status":"{status}","labels":{{"alertname":"A","i":"1"}},"startsAt":"2026-06-01T{start}Z","endsAt":"{end}","fingerprint":"f"}}"#
        )
    };
    let never = "0001-01-01T00:00:00Z";
    let line = |alerts: &[String]| format!(r#"{{"version":"4","alerts":[{}]}}"#, alerts.join(","));
    let text = [
        line(&[alert("firing", "00:10:00", never)]),
        line(&[alert("firing", "00:10:00", never)]),
        line(&[alert("resolved", "00:10:00", "2026-06-01T00:20:00Z"), alert("firing", "01:00:00", never)]),
        String::new(),
    ];
    let found = shown(Export::Alertmanager, &text.join("\n"), &[]);
    assert_eq!(found, [("A".into(), 10, 20, false, None, None), ("A".into(), 60, 60, true, None, None)]);
    let error = import(Export::Alertmanager, &format!("{}\n{{", text[0]), &[], None, "t").unwrap_err();
    assert_eq!(error.line, 2);
}

#[test]
fn pagerduty_says_who_acknowledged() {
    let incidents = r#"{"incidents":[
      {"title":"[FIRING:1] DiskFull db (critical)","created_at":"2026-06-01T00:10:00Z","status":"resolved","last_status_change_at":"2026-06-01T00:30:00Z",
       "last_status_change_by":{"type":"user_reference"},"acknowledgements":[{"at":"2026-06-01T00:12:00Z","acknowledger":{"summary":"Ann"}}],"service":{"summary":"db"}},
      {"title":"db: DiskFullSoon on h1","created_at":"2026-06-01T01:00:00Z","status":"triggered","last_status_change_at":"2026-06-01T01:00:00Z"}]}"#;
    let found = shown(Export::PagerDuty, incidents, &["DiskFull", "DiskFullSoon"]);
    assert_eq!(
        found,
        [
            ("DiskFull".into(), 10, 30, false, Some("Ann".into()), Some(Resolver::Human)),
            ("DiskFullSoon".into(), 60, 60, true, None, None),
        ]
    );
    let analytics = r#"{"data":[{"description":"High latency","created_at":"2026-06-01T00:10:00Z","resolved_at":"2026-06-01T00:11:00Z","auto_resolved":true,"seconds_to_first_ack":30}]}"#;
    let history = import(Export::PagerDuty, analytics, &[], None, "t").unwrap();
    let series = history.series().next().unwrap();
    let done = series.acknowledgement(&series.episodes[0]).unwrap();
    assert_eq!(
        (series.rule, done.at, done.resolved),
        ("High", Some(series.episodes[0].first + 30_000), Some(Resolver::Auto))
    );
}

#[test]
fn opsgenie_counts_from_the_start() {
    let alerts = r#"[{"message":"[Prometheus]: A on x","status":"closed","acknowledged":true,"createdAt":"2026-06-01T00:10:00Z",
      "report":{"ackTime":60000,"closeTime":600000,"acknowledgedBy":"ann@example.com","closedBy":"System"}},
      {"message":"B","status":"open","createdAt":"2026-06-01T00:20:00Z"}]"#;
    let found = shown(Export::Opsgenie, alerts, &["A"]);
    assert_eq!(found[0], ("A".into(), 10, 20, false, Some("ann@example.com".into()), Some(Resolver::Auto)));
    assert_eq!(found[1].0, "B");
    assert!(
        import(
            Export::Opsgenie,
            r#"[{"message":"x","status":"closed","createdAt":"2026-06-01T00:10:00Z"}]"#,
            &[],
            None,
            "t"
        )
        .is_err()
    );
}

#[test]
fn csv_has_labels_in_its_other_columns() {
    let text = "rule,start,end,acked_by,\"team\"\r\nA,2026-06-01T00:10:00Z,1780272900,ann,\"x, \"\"y\"\"\nz\"\r\nB,2026-06-01T00:10:00Z,,,\r\n";
    let found = shown(Export::Csv, text, &[]);
    assert_eq!(found[0], ("A".into(), 10, 15, false, Some("ann".into()), None));
    assert_eq!(found[1], ("B".into(), 10, 15, true, None, None));
    let history = import(Export::Csv, text, &[], None, "t").unwrap();
    let team = history.series().next().and_then(|series| series.labels.get("team").map(str::to_owned));
    assert_eq!(team.as_deref(), Some("x, \"y\"\nz"));
    let line = |text: &str| import(Export::Csv, text, &[], None, "t").unwrap_err().line;
    assert_eq!(line(""), 1);
    assert_eq!(line("rule,start\n"), 1);
    assert_eq!(line("rule,start,end\nA,1,2\nA,1\n"), 3);
    assert_eq!(line("rule,start,end\nA,3,2\n"), 2);
    assert_eq!(line("rule,start,end\nA,\"3\"4,2\n"), 2);
    assert_eq!(line("rule,start,end\nA,soon,2\n"), 2);
}

#[test]
fn a_window_that_is_known_cuts_what_is_outside() {
    let window = Period::new(10_000, 20_000);
    let text = "rule,start,end\nA,1,5\nB,5,12\nC,15,\nD,30,40\n";
    let history = import(Export::Csv, text, &[], Some(window), "t").unwrap();
    let found: Vec<_> = history.series().map(|s| (s.rule, s.episodes[0].last, s.episodes[0].open())).collect();
    assert_eq!(found, [("B", 12_000, false), ("C", 20_000, true)]);
}
