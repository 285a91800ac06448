use super::*;
use proptest::prelude::*;

/// A server that evaluates one rule, and what it stores.
#[derive(Clone, Debug)]
struct World {
    interval: Millis,
    phase: Millis,
    /// Evaluations in which the alert is active.
    active: Vec<bool>,
    /// Evaluations that do not take place: the server is down.
    down: Vec<(usize, usize)>,
    hold: usize,
}

/// State, first and last evaluation, number of them.
type Shown = (State, Millis, Millis, u32);

const START: Millis = 1_780_272_000_000;

impl World {
    fn time(&self, evaluation: usize) -> Millis {
        START + self.phase + self.interval * Millis::try_from(evaluation).unwrap()
    }

    fn is_down(&self, evaluation: usize) -> bool {
        self.down.iter().any(|&(from, to)| (from..to).contains(&evaluation))
    }

    /// What `ALERTS` and `ALERTS_FOR_STATE` hold, and the true episodes: an alert that is active all through a time when the server is down is one
    /// alert, since its `ActiveAt` is restored.
    fn run(&self) -> (Vec<Samples>, Vec<Shown>) {
        let labels = vec![("alertname".to_owned(), "A".to_owned())];
        let mut pending = Samples { labels: labels.clone(), state: State::Pending, ..Samples::default() };
        let mut firing = Samples { labels, ..Samples::default() };
        let mut truth: Vec<Shown> = Vec::new();
        let mut since = None;
        let mut before: Option<State> = None;
        for (i, &active) in self.active.iter().enumerate() {
            if !active {
                (since, before) = (None, None);
                continue;
            }
            let began = *since.get_or_insert(i);
            if self.is_down(i) {
                // Nobody sees whether it is active now: only what is evaluated counts.
                if began == i {
                    since = None;
                }
                continue;
            }
            let state = if i - began >= self.hold { State::Firing } else { State::Pending };
            let series = if state == State::Firing { &mut firing } else { &mut pending };
            series.times.push(self.time(i));
            series.active_at.push((self.time(i), self.time(began)));
            match truth.last_mut() {
                Some(last) if before == Some(state) => (last.2, last.3) = (self.time(i), last.3 + 1),
                _ => truth.push((state, self.time(i), self.time(i), 1)),
            }
            before = Some(state);
        }
        truth.sort_unstable_by_key(|one| (one.0, one.1));
        (vec![pending, firing], truth)
    }

    fn down(&self) -> Vec<Period> {
        let end = self.active.len();
        self.down
            .iter()
            .map(|&(from, to)| Period::new(self.time(from) - self.interval + 1, self.time(to.min(end)) - 1))
            .collect()
    }

    fn grid(&self, known: bool) -> Grid {
        let window = Period::new(START, self.time(self.active.len() + 10));
        let intervals = if known { [("A".to_owned(), vec![(Millis::MIN, self.interval)])].into() } else { [].into() };
        Grid { window, intervals, down: self.down(), replicas: vec!["replica".to_owned()] }
    }
}

fn shown(records: &[Record]) -> Vec<Shown> {
    let mut shown: Vec<_> = records.iter().map(|r| (r.state, r.first, r.last, r.samples)).collect();
    shown.sort_unstable_by_key(|one| (one.0, one.1));
    shown
}

fn worlds() -> impl Strategy<Value = World> {
    let runs = prop::collection::vec((any::<bool>(), 1usize..9), 1..40);
    let intervals = prop::sample::select(vec![1000, 15_000, 30_000, 60_000, 300_000]);
    (intervals, 0i64..60_000, runs, 0usize..4, prop::option::of((5usize..60, 1usize..12))).prop_map(
        |(interval, phase, runs, hold, down)| {
            let active: Vec<bool> = runs.into_iter().flat_map(|(on, length)| vec![on; length]).collect();
            let down = down.map(|(from, length)| (from, from + length));
            // Alerts change only while the server sees it.
            let mut active = active;
            if let Some((from, to)) = down {
                let before = active.get(from.wrapping_sub(1)).copied().unwrap_or(false);
                for on in active.iter_mut().take(to + 1).skip(from) {
                    *on = before;
                }
            }
            World { interval, phase, active, down: down.into_iter().collect(), hold }
        },
    )
}

proptest! {
    #[test]
    fn samples_give_the_true_episodes(world in worlds()) {
        let (samples, truth) = world.run();
        prop_assert_eq!(shown(&segment(samples, &world.grid(true))), truth);
    }

    #[test]
    fn slices_that_overlap_give_the_same(world in worlds(), cut in 1usize..100) {
        let (samples, truth) = world.run();
        let cut = world.time(cut);
        let slice = |from: Millis, to: Millis| {
            let mut part = samples.clone();
            for series in &mut part {
                series.times.retain(|time| (from..=to).contains(time));
            }
            let window = Period::new(from, to);
            let grid = Grid { window, ..world.grid(true) };
            let head = Head { window: Period::new(from, to), coverage: vec![window], ..Head::default() };
            History::new(head, segment(part, &grid))
        };
        let end = world.grid(true).window.to;
        let both = merge(&[slice(START, cut), slice(cut - 10 * world.interval, end)], "test").unwrap();
        // The cut may lie inside the time when the server was down: then the two parts cannot know of each other.
        prop_assume!(world.down().iter().all(|d| !(d.from - 11 * world.interval..=d.to + 11 * world.interval).contains(&cut)));
        let mut found: Vec<_> = both.series().flat_map(|s| s.episodes.iter().map(move |e| (s.state, e.first, e.last))).collect();
        found.sort_unstable_by_key(|one| (one.0, one.1));
        let truth: Vec<_> = truth.into_iter().map(|(state, first, last, _)| (state, first, last)).collect();
        prop_assert_eq!(found, truth);
    }
}

fn samples(labels: &[(&str, &str)], seconds: &[i64]) -> Samples {
    let labels = labels.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Samples { labels, times: seconds.iter().map(|s| START + s * 1000 + 647).collect(), ..Samples::default() }
}

fn seconds(records: &[Record]) -> Vec<(i64, i64, u32)> {
    records.iter().map(|r| ((r.first - START) / 1000, (r.last - START) / 1000, r.samples)).collect()
}

#[test]
fn the_samples_of_a_rule_tell_its_interval() {
    let grid = Grid { window: Period::new(START, START + DAY), ..Grid::default() };
    let a = samples(&[("alertname", "A"), ("i", "1")], &[0, 60, 120, 240]);
    let b = samples(&[("alertname", "A"), ("i", "2")], &[30, 60, 90]);
    let found = segment(vec![a.clone()], &grid);
    assert_eq!(seconds(&found), [(0, 120, 3), (240, 240, 1)]);
    let found = segment(vec![a, b], &grid);
    assert_eq!(seconds(&found), [(0, 0, 1), (60, 60, 1), (120, 120, 1), (240, 240, 1), (30, 90, 3)]);
}

#[test]
fn an_interval_that_changed_is_known_by_time() {
    let known = vec![(Millis::MIN, 30_000), (START + 100_000, 60_000)];
    let window = Period::new(START, START + DAY);
    let grid = Grid { window, intervals: [("A".to_owned(), known)].into(), ..Grid::default() };
    let one = samples(&[("alertname", "A")], &[0, 30, 60, 120, 180, 300]);
    assert_eq!(seconds(&segment(vec![one], &grid)), [(0, 180, 5), (300, 300, 1)]);
}

#[test]
fn replicas_of_one_server_are_one() {
    let replicas = vec!["replica".to_owned()];
    let intervals = [("A".to_owned(), vec![(Millis::MIN, 60_000)])].into();
    let grid = Grid { window: Period::new(START, START + DAY), intervals, replicas, ..Grid::default() };
    let a = samples(&[("alertname", "A"), ("replica", "a")], &[0, 60, 120, 600]);
    let b = samples(&[("alertname", "A"), ("replica", "b")], &[20, 80, 140, 200, 620]);
    let found = segment(vec![a, b], &grid);
    assert_eq!(seconds(&found).iter().map(|e| (e.0, e.1)).collect::<Vec<_>>(), [(0, 200), (600, 620)]);
    assert!(found.iter().all(|r| r.labels.len() == 1));
}

#[test]
fn an_episode_at_the_end_of_the_window_is_open() {
    let intervals = [("A".to_owned(), vec![(Millis::MIN, 60_000)])].into();
    let grid = Grid { window: Period::new(START, START + 250_000), intervals, ..Grid::default() };
    let found = segment(vec![samples(&[("alertname", "A")], &[0, 180, 240])], &grid);
    assert_eq!(found.iter().map(|r| r.open).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn merging_keeps_what_either_knows() {
    let head = |a: i64, b: i64| {
        let window = Period::new(a * DAY, b * DAY);
        Head { window, coverage: vec![window], source: format!("s{a}"), ..Head::default() }
    };
    let mut cut = record("A", &[], DAY - 2 * MINUTE, DAY);
    cut.open = true;
    let rest = record("A", &[], DAY + MINUTE, DAY + 3 * MINUTE);
    let mut known = rest.clone();
    known.acknowledgement.by = Some("ann".into());
    let parts = [History::new(head(0, 1), [cut]), History::new(head(1, 2), [rest]), History::new(head(3, 4), [known])];
    let merged = merge(&parts, "t").unwrap();
    assert_eq!(merged.head().window, Period::new(0, 4 * DAY));
    assert_eq!(merged.covered(), 3 * DAY);
    assert_eq!(merged.head().source, "s0, s1, s3");
    let series: Vec<_> = merged.series().collect();
    let episode = series[0].episodes[0];
    assert_eq!((merged.len(), episode.first, episode.last), (1, DAY - 2 * MINUTE, DAY + 3 * MINUTE));
    assert!(series[0].acknowledgement(&episode).is_some());
    assert!(merge(&[], "t").is_none());
}
