use super::*;

/// Firing minutes of series, counted from the start of a window of `days`, every evaluation a minute.
fn fired(days: i64, episodes: &[(&str, i64, i64)]) -> History {
    let head = head(days);
    let from = head.window.from;
    let records = episodes.iter().map(|&(series, a, b)| {
        let mut one = record("A", &[("i", series)], from + a * MINUTE, from + b * MINUTE);
        one.samples = u32::try_from(b - a + 1).unwrap();
        one
    });
    History::new(head, records.collect::<Vec<_>>())
}

fn rule(history: &History) -> RuleHistory<'_> {
    history.of(&RulePattern::named("A"), &[])
}

#[test]
fn short_pages_are_those_that_end_within_the_limit() {
    let history = fired(7, &[("1", 0, 10), ("1", 20, 31), ("2", 25, 26), ("2", 40, 41)]);
    assert_eq!(short_lived(&rule(&history), 10 * MINUTE), Share { part: 2, whole: 3 });
}

#[test]
fn a_page_that_the_window_cut_is_not_short() {
    let mut cut = record("A", &[], 0, MINUTE);
    cut.open = true;
    let history = History::new(head(7), [cut]);
    assert_eq!(short_lived(&rule(&history), 10 * MINUTE), Share { part: 0, whole: 0 });
    assert_eq!(short_lived(&rule(&history), 10), Share { part: 0, whole: 1 });
}

#[test]
fn flapping_is_the_same_series_firing_again() {
    let day = 24 * 60;
    let history = fired(7, &[("1", 0, 1), ("2", 2, 3), ("1", 16, 17), ("1", 33, 34), ("2", day, day + 1)]);
    let found = flapping(&rule(&history), 15 * MINUTE);
    assert_eq!(found, Flapping { again: Share { part: 1, whole: 5 }, days: 2 });
}

#[test]
fn stuck_rules_fire_most_of_the_covered_time() {
    let day = 24 * 60;
    let history = fired(10, &[("1", 0, 4 * day), ("2", 3 * day, 9 * day)]);
    let found = stuck(&history, &rule(&history));
    assert!((found.share - 0.9).abs() < 1e-9);
    assert_eq!(found.longest, 6 * DAY);
}

#[test]
fn what_was_before_a_change_is_not_judged() {
    let day = 24 * 60;
    let history = fired(10, &[("1", 0, 1), ("1", day, day + 1), ("2", 5 * day, 5 * day + 1)]);
    let since = history.head().window.from + 4 * DAY;
    let changed = rule(&history).since(since);
    assert_eq!(changed.pages().len(), 1);
    assert_eq!(changed.window.length(), 6 * DAY);
    assert_eq!(history.suffices_for(changed.window, 7 * DAY), Sufficiency::ShortWindow(6 * DAY, 7 * DAY));
    assert!((frequency(&history, &changed).per_week.unwrap() - 7.0 / 6.0).abs() < 1e-9);
}

#[test]
fn groups_of_the_alertmanager_make_pages_of_their_own() {
    let history = fired(7, &[("1", 0, 10), ("2", 5, 15), ("1", 12, 13)]);
    assert_eq!(rule(&history).pages().len(), 1);
    assert_eq!(rule(&history).grouped_by(&["i".to_owned()]).pages().len(), 3);
    assert_eq!(rule(&history).grouped_by(&["cluster".to_owned()]).pages().len(), 1);
}

#[test]
fn acknowledgements_count_by_page() {
    let monday = parse_time("2026-06-01T00:00:00Z").unwrap();
    let page = |hours: i64, by: Option<&str>| {
        let mut one = record("A", &[], monday + hours * HOUR, monday + hours * HOUR + MINUTE);
        one.acknowledgement.by = by.map(Into::into);
        one
    };
    // Monday 03:00, 10:00 and 19:00 in Berlin, Saturday 14:00.
    let saturday = 5 * 24 + 12;
    let history = History::new(head(7), [page(1, Some("ann")), page(8, None), page(17, None), page(saturday, None)]);
    assert!(history.knows_acknowledgements());
    assert_eq!(unacknowledged(&rule(&history)), Share { part: 3, whole: 4 });
    let hours = Hours::new("Europe/Berlin", 8, 18).unwrap();
    assert_eq!(off_hours(&rule(&history), &hours), Share { part: 2, whole: 4 });
    assert!(Hours::new("Mars/Olympus", 8, 18).is_err());
    assert!(Hours::new("UTC", 18, 8).is_err());
}

#[test]
fn quiet_rules_are_pending_at_most() {
    let mut pending = record("A", &[], 0, 10);
    pending.state = State::Pending;
    let history = History::new(head(90), [pending]);
    assert_eq!(quiet(&rule(&history)), Quiet { firing: 0, pending: 1 });
    assert!(history.stale(history.head().window.to + 15 * DAY, 14 * DAY));
    assert!(!history.stale(history.head().window.to, 14 * DAY));
}

#[test]
fn redundant_rules_fire_inside_another() {
    let head = head(7);
    let at =
        |rule: &str, a: i64, b: i64| record(rule, &[], head.window.from + a * MINUTE, head.window.from + b * MINUTE);
    let mut records = vec![at("Always", 0, 7 * 24 * 60)];
    for i in 0..10 {
        records.extend([at("Outer", i * 100, i * 100 + 50), at("Inner", i * 100 + i, i * 100 + 40 + i)]);
        records.push(at("Twin", i * 100, i * 100 + 50 + i % 2));
    }
    records.push(at("Rare", 1, 2));
    let history = History::new(head.clone(), records);
    let names = ["Always", "Outer", "Inner", "Twin", "Rare"];
    let rules: Vec<_> = names.iter().map(|name| history.of(&RulePattern::named(*name), &[])).collect();
    let found: Vec<_> = redundant(&history, &rules.iter().collect::<Vec<_>>(), 0.9, 5)
        .into_iter()
        .map(|r| (r.rule, r.inside, r.pages.part))
        .collect();
    assert_eq!(
        found,
        [(1, 3, 10), (2, 1, 10)],
        "Outer lies inside Twin, Inner inside Outer, nothing counts inside Always"
    );
}

#[test]
fn incidents_without_labels_belong_to_the_only_rule_of_their_name() {
    let label = |value: &str| ("severity".to_owned(), Pattern::Exact(value.to_owned()));
    let page = RulePattern { labels: vec![label("page")], ..RulePattern::named("A") };
    let ticket = RulePattern { labels: vec![label("ticket")], ..RulePattern::named("A") };
    let incident = Record { rule: "A".into(), labels: vec![("alertname".into(), "A".into())], ..Record::default() };
    let counted = Record { samples: 1, ..incident.clone() };
    let history = History::new(head(7), [incident]);
    assert_eq!(history.of(&page, [&page]).series.len(), 1);
    assert!(history.of(&page, [&page, &ticket]).shared, "which of the two it was nobody can tell");
    assert!(History::new(head(7), [counted]).of(&page, [&page]).series.is_empty(), "a server tells labels");
}

#[test]
fn load_is_counted_by_shift() {
    let monday = parse_time("2026-06-01T06:00:00Z").unwrap();
    let page = |hours: i64| Period::new(monday + hours * HOUR, monday + hours * HOUR + MINUTE);
    let coverage = [Period::new(monday, monday + 2 * DAY)];
    let hours = Hours::new("Europe/Berlin", 8, 18).unwrap();
    // 08:00 in Berlin is 06:00 in UTC: the window begins with a day's shift.
    let alerts = [
        ("A".to_owned(), vec![page(1), page(13), page(14), page(15)]),
        ("B".to_owned(), vec![page(11), page(26), page(99)]),
    ];
    let load = load(&alerts, &coverage, &hours, 2);
    assert_eq!((load.shifts, load.pages, load.nights, load.over_budget), (4, 6, 3, 1));
    assert_eq!((load.p50, load.p90), (1, 3));
    assert_eq!(load.alerts, [("A".to_owned(), 4), ("B".to_owned(), 2)]);
    let (worst, count) = load.worst.unwrap();
    assert_eq!((worst.date.to_string(), worst.night, count), ("2026-06-01".to_owned(), true, 3));
}

#[test]
fn shifts_follow_the_clock_when_summer_time_begins() {
    let from = parse_time("2026-03-28T19:00:00Z").unwrap();
    let coverage = [Period::new(from, from + 11 * HOUR)];
    let load = load(&[], &coverage, &Hours::new("Europe/Berlin", 8, 18).unwrap(), 2);
    assert_eq!(load.shifts, 1, "20:00 to 08:00 is eleven hours in that night");
}

#[test]
fn a_sparkline_shows_pages_gaps_and_quiet_time() {
    let window = Period::new(0, 8 * DAY);
    let page = |day: i64| Period::new(day * DAY + 5, day * DAY + 6);
    let pages = [page(0), page(0), page(0), page(0), page(1), page(3), page(3)];
    let coverage = [Period::new(0, 5 * DAY)];
    assert_eq!(sparkline(&pages, &coverage, window, 8), "█▂ ▄ ···");
    assert_eq!(sparkline(&[], &[], window, 2), "··");
}
