//! `groundrules backtest`: when rules would have fired, had a server evaluated them in the past.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;

use clap::{Args, ValueEnum};

use super::server::{self, Server};
use super::{Common, Stop, exit, load, stdout};
use crate::evidence::history::backtest::{self, AlertRule, Outcome, RuleGroup};
use crate::evidence::history::{
    DAY, HOUR, Head, History, MINUTE, Millis, Period, RulePattern, SECOND, State, frequency, pages, write_episodes,
};
use crate::evidence::prometheus::Query;
use crate::model::{Dialect, File, Group, Rule, RuleKind, Text};
use crate::promql::{Parsed, walk};
use crate::report::table::{self, Column};

/// Tell when rules would have fired.
#[derive(Args, Debug)]
pub(super) struct Backtest {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    server: Server,
    /// The first evaluation is at or after this time (RFC 3339, or a day); no alert was active before it
    #[arg(long, value_name = "TIME", value_parser = server::instant)]
    from: Millis,
    /// The last evaluation is at or before this time
    #[arg(long, value_name = "TIME", value_parser = server::instant)]
    to: Millis,
    /// How often groups are evaluated that do not say so themselves
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = interval)]
    interval: Millis,
    /// Ask for no more than so many samples: series of the expressions' selectors times evaluations
    #[arg(long, value_name = "SAMPLES", default_value_t = 1_000_000_000)]
    most: u64,
    /// How to print what would have fired
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Table,
    Csv,
    /// One episode a line, as in a snapshot
    Jsonl,
}

fn interval(text: &str) -> Result<Millis, String> {
    let why = || "write a duration, as in 30s or 1m".to_owned();
    crate::model::duration(text).filter(|&millis| millis > 0).ok_or_else(why)
}

/// What is asked: the rule, its group, and where it stands.
struct Case<'a> {
    group: RuleGroup,
    rule: AlertRule,
    query: Cow<'a, Parsed>,
}

pub(super) fn run(command: &Backtest) -> Result<u8, Stop> {
    let window = server::window(command.from, command.to)?;
    let loaded = load::load(&command.common)?;
    loaded.refuse_mistakes()?;
    if let Some((path, why)) = loaded.unreadable.first() {
        return Err(Stop::Usage(format!("cannot read {path}: {why}")));
    }
    let mut cases = Vec::new();
    let mut left_out = 0;
    for (part, policy) in loaded.workspace.parts.iter().zip(&loaded.policies) {
        for (file, _) in loaded.workspace.files(part) {
            let source = loaded.workspace.source(file.source);
            for rule in file.rules.iter().filter(|rule| rule.kind == RuleKind::Alert) {
                let facts = policy.setup.conventions.facts(file, source, rule);
                let owner = facts.owner.found().map(|found| &*found.value);
                if command.common.owner.is_some() && command.common.owner.as_deref() != owner {
                    continue;
                }
                match case(file, rule, &source.path, command.interval) {
                    Ok(case) => cases.push(case),
                    Err(why) => {
                        left_out += 1;
                        super::warn(&format!("{}: alert `{}` is left out: {why}", source.path, rule.name.value()));
                    }
                }
            }
        }
    }
    if cases.is_empty() {
        if left_out == 0 && command.common.allow_empty {
            return Ok(exit::CLEAN);
        }
        return Err(Stop::Usage("no alert was found that a server can evaluate".to_owned()));
    }
    let client = command.server.client()?;
    costs(&client, &cases, window, command.most)?;
    let (outcomes, refused) = play(&client, cases, window);
    write(command.format, &outcomes, window)?;
    Ok(if refused + left_out == 0 { exit::CLEAN } else { exit::EVIDENCE })
}

/// A rule as it is played; why not where its file does not say all that decides.
fn case<'a>(file: &File, rule: &'a Rule, path: &str, default: Millis) -> Result<Case<'a>, &'static str> {
    let group = file.group(rule);
    let time = |text: &Option<Text>, why| text.as_ref().map_or(Some(0), Text::duration).ok_or(why);
    let Some(query) = rule.query().filter(|query| query.errors.is_empty()) else {
        return Err(match group.dialect {
            Dialect::Loki => "its expression is LogQL",
            _ => "its expression cannot be read",
        });
    };
    if rule.expr.templated() || rule.name.templated() || file.labels(rule).any(|entry| entry.value.templated()) {
        return Err("a template engine's placeholder decides what it is");
    }
    let own = time(&group.interval, "the interval of its group cannot be read")?;
    Ok(Case {
        group: RuleGroup {
            name: group.name.as_ref().map(Text::value).unwrap_or_default().to_owned(),
            file: path.to_owned(),
            interval: if own > 0 { own } else { default },
            limit: limit(group).ok_or("the limit of its group cannot be read")?,
            query_offset: time(&group.query_offset, "the query_offset of its group cannot be read")?,
            rules: Vec::new(),
        },
        rule: AlertRule {
            name: rule.name.value().to_owned(),
            expr: rule.expr.value().to_owned(),
            hold: time(&rule.hold, "its `for` cannot be read")?,
            keep: time(&rule.keep, "its `keep_firing_for` cannot be read")?,
            labels: file
                .labels(rule)
                .map(|entry| (entry.key.value().to_owned(), entry.value.value().to_owned()))
                .collect(),
        },
        query,
    })
}

fn limit(group: &Group) -> Option<usize> {
    let Some(limit) = group.limit.as_ref().filter(|limit| !limit.is_null()) else { return Some(0) };
    let number: i64 = limit.value().replace('_', "").parse().ok().filter(|_| !limit.templated())?;
    Some(usize::try_from(number).unwrap_or(0))
}

/// Says what will be asked, before it is; ends the run where that is too much.
fn costs(client: &dyn Query, cases: &[Case<'_>], window: Period, most: u64) -> Result<(), Stop> {
    let mut known: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut series, mut evaluations, mut samples) = (0, 0, 0_u64);
    for Case { group, rule, query } in cases {
        let steps = backtest::evaluations(group, window).map_or(0, |asked| asked.length() / group.interval.max(1) + 1);
        let steps = u64::try_from(steps).unwrap_or(0);
        evaluations += steps;
        for selector in walk::selectors(&query.ast) {
            let Some(text) = rule.expr.get(query.ast.range(selector.node).range()) else { continue };
            let count = if let Some(&count) = known.get(text) {
                count
            } else {
                let count = count(client, text, window.to)?;
                series += count;
                *known.entry(text).or_insert(count)
            };
            samples = samples.saturating_add(count.saturating_mul(steps));
        }
    }
    let rules = cases.len();
    super::tell(&format!(
        "asking: {rules} alerts, {evaluations} evaluations, {series} series of {} selectors",
        known.len()
    ));
    if samples > most {
        let why = format!("that is about {samples} samples, more than {most}: shorten the time, or raise --most");
        return Err(Stop::Usage(why));
    }
    Ok(())
}

/// How many series a selector finds at the end of the window; none where the server cannot say.
fn count(client: &dyn Query, selector: &str, at: Millis) -> Result<u64, Stop> {
    use crate::evidence::prometheus::QueryError;
    match client.instant(&format!("count({selector})"), at) {
        #[expect(clippy::cast_sign_loss, reason = "a count is not negative")]
        Ok(answer) => Ok(answer.first().and_then(|one| one.points.first()).map_or(0, |&(_, value)| value as u64)),
        Err(error @ QueryError::Unreachable(_)) => Err(Stop::Evidence(error.to_string())),
        Err(_) => Ok(0),
    }
}

/// What each rule would have done, and how many the server does not tell of.
fn play<'a>(client: &dyn Query, cases: Vec<Case<'a>>, window: Period) -> (Vec<(Case<'a>, Outcome)>, usize) {
    let mut outcomes = Vec::new();
    let mut refused = 0;
    for case in cases {
        let name = format!("{}: alert `{}`", case.group.file, case.rule.name);
        match backtest::backtest(client, &case.group, &case.rule, window) {
            Ok(outcome) => {
                if outcome.failed > 0 {
                    super::warn(&format!("{name}: {} of {} evaluations failed", outcome.failed, outcome.evaluations));
                }
                for (label, why) in &outcome.unknown_labels {
                    super::warn(&format!("{name}: the label `{label}` cannot be told: {why}"));
                }
                outcomes.push((case, outcome));
            }
            Err(error) => {
                refused += 1;
                super::warn(&format!("{name} is unknown: {error}"));
            }
        }
    }
    (outcomes, refused)
}

fn write(format: Format, outcomes: &[(Case<'_>, Outcome)], window: Period) -> Result<(), Stop> {
    let history = |episodes| {
        let head = Head { window, coverage: vec![window], ..Head::default() };
        History::new(head, episodes)
    };
    let mut out = stdout();
    if format == Format::Jsonl {
        let all: Vec<_> = outcomes.iter().flat_map(|(_, outcome)| outcome.episodes.clone()).collect();
        write_episodes(&history(all), &mut out)?;
        return Ok(out.flush()?);
    }
    let columns = [
        Column::left("alert"),
        Column::right("pages"),
        Column::right("a week"),
        Column::right("episodes"),
        Column::right("only pending"),
        Column::right("longest"),
        Column::left("file"),
    ];
    let rows: Vec<Vec<String>> =
        outcomes.iter().map(|(case, outcome)| cells(case, &history(outcome.episodes.clone()))).collect();
    let print = if format == Format::Csv { table::csv } else { table::plain };
    print(&columns, &rows, &mut out)?;
    Ok(out.flush()?)
}

fn cells(case: &Case<'_>, history: &History) -> Vec<String> {
    let rule = RulePattern::named(case.rule.name.as_str());
    let found = history.of(&rule, []);
    let often = frequency(history, &found);
    let longest = pages(&found).into_iter().map(Period::length).max();
    let pending: usize =
        found.series.iter().filter(|series| series.state == State::Pending).map(|series| series.episodes.len()).sum();
    vec![
        case.rule.name.clone(),
        often.pages.to_string(),
        format!("{:.1}", often.per_week),
        often.episodes.to_string(),
        pending.saturating_sub(often.episodes).to_string(),
        longest.map(time).unwrap_or_default(),
        case.group.file.clone(),
    ]
}

/// A length of time for people, in its two largest units.
pub(super) fn time(millis: Millis) -> String {
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s")];
    let mut rest = millis;
    let mut text = String::new();
    for (unit, name) in units.into_iter().skip_while(|(unit, _)| *unit > millis).take(2) {
        if rest >= unit {
            text += &format!("{}{name}", rest / unit);
            rest %= unit;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
