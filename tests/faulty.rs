//! A server in trouble while a snapshot is pulled or rules are played: what comes of it is the truth, a part of it that says so, or nothing; and it never ends well.
#![cfg(feature = "online")]

#[path = "snapshots/api.rs"]
mod api;
mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::serve;
use serde_json::{Value, json};
use support::program::{Ran, program};

/// Midnight of 2026-01-01.
const START: i64 = 1_767_225_600;
const DAYS: i64 = 10;
const NAME: &str = "Disk\"\\\nFull";

/// Whether the alert fires at an evaluation: ten minutes every six hours, never at midnight.
fn fires(at: i64) -> bool {
    (START..START + DAYS * 86_400).contains(&at) && (3000..3600).contains(&(at % 21_600))
}

fn answer(kind: &str, result: &Value) -> (u16, String) {
    (200, json!({"status": "success", "data": {"resultType": kind, "result": result}}).to_string())
}

/// A server that has one alert, evaluated every minute.
fn healthy(path: &str, form: &str) -> (u16, String) {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let field =
        |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default();
    let time = |name: &str| field(name).parse::<f64>().unwrap() as i64;
    let query = field("query");
    let labels = json!({"alertname": NAME, "alertstate": "firing", "severity": "page", "__name__": "ALERTS"});
    match path {
        "query" if query.starts_with("ALERTS[") || query.starts_with("ALERTS{") => {
            let reach = query.rsplit('[').next().unwrap().trim_end_matches("ms]").parse::<i64>().unwrap_or(3_600_000);
            let (from, to) = (time("time") - reach / 1000, time("time"));
            let values: Vec<Value> =
                (from..=to).filter(|at| at % 60 == 0 && fires(*at)).map(|at| json!([at, "1"])).collect();
            let series = json!([{"metric": labels, "values": values}]);
            answer("matrix", &if values.is_empty() { json!([]) } else { series })
        }
        "query" if query.starts_with("sum(") => {
            answer("vector", &json!([{"metric": {}, "value": [time("time"), "100"]}]))
        }
        "query" if query.starts_with("count(") => {
            answer("vector", &json!([{"metric": {}, "value": [time("time"), "1"]}]))
        }
        "query_range" if query.contains("count_over_time(ALERTS[") => {
            let step = field("step").trim_end_matches("ms").parse::<i64>().unwrap() / 1000;
            let at = (time("start")..=time("end")).step_by(usize::try_from(step).unwrap());
            let values: Vec<Value> = at.filter(|at| *at > START).map(|at| json!([at, "1"])).collect();
            answer("matrix", &json!([{"metric": {}, "values": values}]))
        }
        "query_range" if query == "m > 1" => {
            let values: Vec<Value> =
                (time("start")..=time("end")).step_by(60).filter(|at| fires(*at)).map(|at| json!([at, "2"])).collect();
            answer("matrix", &json!([{"metric": {"__name__": "m"}, "values": values}]))
        }
        "rules?type=alert" => (200, json!({"status": "success", "data": {"groups": []}}).to_string()),
        _ => answer(if path == "query" { "vector" } else { "matrix" }, &json!([])),
    }
}

type Fault = fn((u16, String)) -> (u16, String);

/// A server that answers so many questions and then has a fault, once or for good.
fn faulty(after: usize, once: bool, fault: Fault) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let url = serve(move |path, form| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let good = healthy(path, form);
        if number == after || number > after && !once { fault(good) } else { good }
    });
    (url, asked)
}

fn pull(folder: &Path, url: &str) -> Ran {
    let args = ["history", "pull", "--server", url, "--from", "2026-01-01", "--to", "2026-01-11", "--way", "raw"];
    program(folder, &[&args, &["--timeout", "1", "--out", "h.jsonl"][..]].concat(), "")
}

/// First and last evaluations of all episodes of a snapshot, and the end of its window.
fn told(folder: &Path) -> (Vec<(i64, i64)>, String) {
    let text = fs::read_to_string(folder.join("h.jsonl")).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let end = lines.next().unwrap()["window"]["to"].as_str().unwrap().to_owned();
    let episode = |line: Value| {
        assert_eq!(line["labels"]["alertname"], NAME);
        (line["first"].as_i64().unwrap(), line["last"].as_i64().unwrap())
    };
    (lines.map(episode).collect(), end)
}

fn truth() -> Vec<(i64, i64)> {
    (0..DAYS * 4).map(|i| (START + i * 21_600 + 3000, START + i * 21_600 + 3540)).collect()
}

/// Every way to be in trouble for good.
const FAULTS: &[(&str, Fault)] = &[
    ("400", |_| (400, json!({"status": "error", "errorType": "bad_data", "error": "parse error"}).to_string())),
    ("422", |_| (422, json!({"status": "error", "errorType": "execution", "error": "matching"}).to_string())),
    ("429", |_| (429, "slow down".to_owned())),
    ("500", |_| (500, String::new())),
    ("half JSON", |(status, body)| (status, body[..body.len() / 2].to_owned())),
    ("NaN for a time", |(status, body)| {
        (status, body.replace("\"result\":[{", "\"result\":[{\"values\":[[NaN,\"1\"]],"))
    }),
    ("a warning", |(status, body)| (status, body.replacen('{', "{\"warnings\":[\"a store was not reached\"],", 1))),
    ("wrong types", |(status, body)| {
        (status, body.replace("\"1\"]", "1]").replace("[]", "{}").replace("\"100\"", "100"))
    }),
    ("another kind", |(status, body)| (status, body.replace("matrix", "streams").replace("vector", "streams"))),
    ("a page", |_| (200, "<html>log in</html>".to_owned())),
];

#[test]
fn a_fault_for_good_leaves_a_part_that_says_so_and_the_next_pull_goes_on() {
    std::thread::scope(|scope| {
        for (name, fault) in FAULTS {
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                let folder = folder.path();
                let (url, asked) = faulty(usize::MAX, false, |good| good);
                assert_eq!(pull(folder, &url).code, 0);
                let all = asked.load(Ordering::SeqCst);
                fs::remove_file(folder.join("h.jsonl")).unwrap();
                // The last questions are about slices of ten days: some are there already.
                let (url, _) = faulty(all - 3, false, *fault);
                let ran = pull(folder, &url);
                assert_eq!(ran.code, 3, "{name}: {}", ran.stderr);
                let (part, end) = told(folder);
                assert!(("2026-01-05".."2026-01-11").contains(&&end[..10]), "{name}: {end}");
                assert_eq!(part, truth()[..part.len()], "{name}");
                let (url, _) = faulty(usize::MAX, false, |good| good);
                let ran = pull(folder, &url);
                assert_eq!((ran.code, told(folder).0), (0, truth()), "{name}: {}", ran.stderr);
            });
        }
    });
}

#[test]
fn a_fault_at_any_question_never_ends_well_and_never_tells_wrong() {
    let (url, asked) = faulty(usize::MAX, false, |good| good);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(pull(folder.path(), &url).code, 0);
    assert_eq!(told(folder.path()), (truth(), "2026-01-11T00:00:00Z".to_owned()));
    for after in 0..asked.load(Ordering::SeqCst) {
        let folder = tempfile::tempdir().unwrap();
        let (url, _) = faulty(after, false, |(status, body)| (status, body[..body.len() / 2].to_owned()));
        let ran = pull(folder.path(), &url);
        assert_eq!(ran.code, 3, "{after}: {}", ran.stderr);
        if folder.path().join("h.jsonl").exists() {
            let (part, _) = told(folder.path());
            assert_eq!(part, truth()[..part.len()], "{after}");
        }
    }
}

#[test]
fn a_fault_that_passes_is_waited_out() {
    for fault in [(|_| (500, String::new())) as Fault, |_| (429, String::new()), |_| (502, String::new())] {
        let folder = tempfile::tempdir().unwrap();
        let (url, _) = faulty(7, true, fault);
        let ran = pull(folder.path(), &url);
        assert_eq!((ran.code, told(folder.path()).0), (0, truth()), "{}", ran.stderr);
    }
    // What is too much at once is asked for in smaller parts.
    let folder = tempfile::tempdir().unwrap();
    let url = serve(|path, form| {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let query = pairs.iter().find(|(key, _)| key == "query").map(|(_, value)| value.clone()).unwrap_or_default();
        let reach = query.strip_prefix("ALERTS[").and_then(|rest| rest.trim_end_matches("ms]").parse::<i64>().ok());
        if reach.is_some_and(|reach| reach > 50_000_000) {
            let error = "query processing would load too many samples into memory in query execution";
            return (422, json!({"status": "error", "errorType": "execution", "error": error}).to_string());
        }
        healthy(path, form)
    });
    let ran = pull(folder.path(), &url);
    assert_eq!((ran.code, told(folder.path()).0), (0, truth()), "{}", ran.stderr);
}

#[test]
fn a_server_that_is_killed_or_hangs_in_the_middle_is_no_end() {
    let dies: Fault = |_| panic!("the server is killed");
    let hangs: Fault = |good| {
        std::thread::sleep(std::time::Duration::from_secs(3));
        good
    };
    for fault in [dies, hangs] {
        let folder = tempfile::tempdir().unwrap();
        let (url, _) = faulty(12, false, fault);
        let ran = pull(folder.path(), &url);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        let (part, end) = told(folder.path());
        assert!(part.len() < truth().len() && part == truth()[..part.len()], "{part:?}");
        let rule = json!({"groups": [{"name": "g", "rules": [{"alert": NAME, "expr": "m > 1", "labels": {"severity": "page"}}]}]});
        fs::write(folder.path().join("a.yaml"), rule.to_string()).unwrap();
        let today = end.get(..10).unwrap();
        let args =
            ["check", ".", "--history", "h.jsonl", "--only", "noisy-stuck", "--require-evidence", "--today", today];
        let ran = program(folder.path(), &args, "");
        assert_eq!(ran.code, 3, "half a pull is not the evidence that was demanded: {}", ran.stdout);
        let (url, _) = faulty(usize::MAX, false, |good| good);
        assert_eq!((pull(folder.path(), &url).code, told(folder.path()).0), (0, truth()));
        let args = [
            "check",
            ".",
            "--history",
            "h.jsonl",
            "--only",
            "noisy-stuck",
            "--require-evidence",
            "--today",
            "2026-01-11",
        ];
        let ran = program(folder.path(), &args, "");
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn a_play_with_a_fault_does_not_end_well_either() {
    let rule = json!({"groups": [{"name": "g", "interval": "1m", "rules": [{"alert": NAME, "expr": "m > 1"}]}]});
    std::thread::scope(|scope| {
        for (name, fault) in FAULTS.iter().filter(|(name, _)| *name != "wrong types") {
            let rule = rule.to_string();
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                fs::write(folder.path().join("a.yaml"), rule).unwrap();
                let (url, _) = faulty(1, false, *fault);
                let args = ["backtest", "a.yaml", "--server", &url, "--from", "2026-01-01", "--to", "2026-01-11"];
                let ran = program(folder.path(), &[&args, &["--format", "jsonl", "--timeout", "1"][..]].concat(), "");
                assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{name}: {}", ran.stderr);
            });
        }
    });
}
