use super::*;

fn history(minutes: &[(State, i64, i64)]) -> History {
    let records = minutes.iter().map(|&(state, a, b)| {
        let samples = u32::try_from(b - a + 1).unwrap();
        Record { rule: "A".into(), state, first: a * MINUTE, last: b * MINUTE, samples, ..Record::default() }
    });
    History::new(head(7), records.collect::<Vec<_>>())
}

fn remedy(history: &History, hold: i64, keep: i64) -> Option<Remedy> {
    let now = Timing { hold: hold * MINUTE, keep: keep * MINUTE };
    helped(&history.of(&RulePattern::named("A"), &[]), now)
}

#[test]
fn a_longer_for_takes_away_short_pages() {
    let mut minutes: Vec<_> = (0..20).map(|i| (State::Firing, i * 500, i * 500 + 3)).collect();
    minutes.extend([(State::Firing, 20_000, 20_090), (State::Firing, 21_000, 21_061)]);
    let found = remedy(&history(&minutes), 0, 0).unwrap();
    let timing = Timing { hold: 5 * MINUTE, keep: 0 };
    assert_eq!(found, Remedy { timing, before: 22, after: 2, long: 2, delay: 5 * MINUTE });
}

#[test]
fn keeping_it_firing_joins_a_flapping_page_without_any_delay() {
    let minutes: Vec<_> = (0..30).map(|i| (State::Firing, i * 10, i * 10 + 5)).collect();
    let found = remedy(&history(&minutes), 0, 0).unwrap();
    // After the last evaluation that holds at minute 5 the next one is at minute 10: four evaluations are to be bridged.
    assert_eq!((found.timing, found.after, found.delay), (Timing { hold: 0, keep: 5 * MINUTE }, 1, 0));
}

#[test]
fn pending_episodes_tell_how_long_the_expression_held() {
    let mut minutes = Vec::new();
    for i in 0..10 {
        minutes.extend([(State::Pending, i * 100, i * 100 + 4), (State::Firing, i * 100 + 5, i * 100 + 7)]);
    }
    let known = remedy(&history(&minutes), 5, 0).unwrap();
    assert_eq!((known.timing.hold, known.after), (10 * MINUTE, 0));
    minutes.retain(|(state, ..)| *state == State::Firing);
    assert_eq!(remedy(&history(&minutes), 5, 0).unwrap(), known);
}

#[test]
fn nothing_helps_against_pages_that_are_meant() {
    let minutes: Vec<_> = (0..10).map(|i| (State::Firing, i * 900, i * 900 + 200)).collect();
    assert_eq!(remedy(&history(&minutes), 0, 0), None);
    assert_eq!(remedy(&history(&[]), 0, 0), None);
}

#[test]
fn a_rule_that_keeps_firing_is_only_kept_longer() {
    let minutes: Vec<_> = (0..30).map(|i| (State::Firing, i * 10, i * 10 + 3)).collect();
    let found = remedy(&history(&minutes), 0, 2).unwrap();
    assert_eq!((found.timing.hold, found.after), (0, 1));
    assert!(found.timing.keep > 2 * MINUTE);
}
