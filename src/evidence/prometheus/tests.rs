use super::*;
use std::cell::RefCell;

/// Answers with one point a step and takes no more than so many steps at once.
struct Small {
    most: i64,
    asked: RefCell<Vec<Period>>,
}

impl Query for Small {
    fn range(&self, _: &str, range: Period, step: Millis) -> Result<Matrix, QueryError> {
        self.asked.borrow_mut().push(range);
        let steps = range.length() / step + 1;
        if steps > self.most {
            return Err(QueryError::TooMuch("too many samples".into()));
        }
        Ok(vec![Sampled { labels: Vec::new(), points: (0..steps).map(|i| (range.from + i * step, 1.0)).collect() }])
    }

    fn instant(&self, _: &str, _: Millis) -> Result<Matrix, QueryError> {
        Ok(Vec::new())
    }

    fn rules(&self) -> Result<Vec<LoadedRule>, QueryError> {
        Ok(Vec::new())
    }
}

fn points(most: i64, range: Period, step: Millis) -> Result<Vec<Millis>, QueryError> {
    let server = Small { most, asked: RefCell::default() };
    let mut points = Vec::new();
    fetch(&server, "m", range, step, &mut |_, answer| {
        points.extend(answer.unwrap().iter().flat_map(|s| &s.points).map(|&(at, _)| at));
    })?;
    Ok(points)
}

#[test]
fn asks_for_every_step_once_whatever_the_server_can_bear() {
    let range = Period::new(500, 500 + 25_000 * 1000);
    let want: Vec<_> = (0..=25_000).map(|i| 500 + i * 1000).collect();
    for most in [100_000, 11_000, 7000, 613, 7] {
        assert_eq!(points(most, range, 1000).unwrap(), want, "{most}");
    }
    assert!(matches!(points(0, Period::new(0, 10), 5), Err(QueryError::TooMuch(_))));
}

fn read(status: u16, body: &str) -> Result<Matrix, QueryError> {
    matrix(status, body.as_bytes())
}

#[test]
fn reads_answers_strictly() {
    let good = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"b":"2","a":"1"},"values":[[1.5,"1"],[2,"NaN"],[3,"+Inf"]]}]}}"#;
    let answer = read(200, good).unwrap();
    assert_eq!(answer[0].labels, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
    assert_eq!((answer[0].points[0], answer[0].points[1].0), ((1500, 1.0), 2000));
    assert!(answer[0].points[1].1.is_nan());
    let vector =
        r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[7,"2"]}]},"infos":["x"]}"#;
    assert_eq!(read(200, vector).unwrap()[0].points, [(7000, 2.0)]);
    for bad in [
        &good[..good.len() - 20],
        "",
        "<html>",
        r#"{"status":"success"}"#,
        r#"{"status":"error","data":{"resultType":"vector","result":[]}}"#,
        &good.replace("\"1\"]", "1]"),
        &good.replace("\"1\"]", "\"one\"]"),
        &good.replace("1.5", "\"1.5\""),
        &good.replace("1.5", "1e300"),
        &good.replace("\"values\"", "\"histograms\""),
        &good.replace("\"values\"", "\"other\""),
        &good.replace("matrix", "streams"),
        &good.replace("}]}}", "}]},\"warnings\":[\"partial response\"]}"),
    ] {
        assert!(matches!(read(200, bad), Err(QueryError::Malformed(_))), "{bad}");
    }
}

#[test]
fn tells_what_a_refusal_means() {
    let error = |kind: &str, why: &str| format!(r#"{{"status":"error","errorType":"{kind}","error":"{why}"}}"#);
    let samples = "query processing would load too many samples into memory in query execution";
    assert!(matches!(read(422, &error("execution", samples)), Err(QueryError::TooMuch(_))));
    assert!(matches!(
        read(400, &error("bad_data", "exceeded maximum resolution of 11,000")),
        Err(QueryError::TooMuch(_))
    ));
    assert!(matches!(read(503, "busy"), Err(QueryError::TooMuch(_))));
    assert!(matches!(read(422, &error("execution", "multiple matches for labels")), Err(QueryError::Fails(_))));
    assert!(matches!(read(400, &error("bad_data", "parse error")), Err(QueryError::Refused(_))));
    assert!(matches!(read(401, ""), Err(QueryError::Refused(_))));
    assert!(matches!(read(500, ""), Err(QueryError::Unreachable(_))));
    let shown = read(400, &error("bad_data", "a\\u001b[31mb")).unwrap_err().to_string();
    assert_eq!(shown, "the server refuses: a [31mb (status 400)");
}

#[test]
fn reads_the_rules_of_a_server() {
    let body = r#"{"status":"success","data":{"groups":[{"name":"g","interval":15.5,"rules":[{"name":"A","type":"alerting"},{"name":"r","type":"recording"}]}]}}"#;
    assert_eq!(
        loaded(200, body.as_bytes()).unwrap(),
        [LoadedRule { name: "A".into(), interval: 15_500, digest: String::new() }]
    );
    assert!(loaded(404, b"").is_err());
    assert!(loaded(200, b"{}").is_err());
}

#[test]
fn a_rule_is_known_by_what_makes_it_fire() {
    let rule = |query: &str, more: &str| {
        let body = format!(
            r#"{{"data":{{"groups":[{{"interval":60,"rules":[{{"name":"A","type":"alerting","query":"{query}","duration":300{more}}}]}}]}}}}"#
        );
        loaded(200, body.as_bytes()).unwrap()[0].digest.clone()
    };
    let own = rule("sum by (job) (up) == 0", r#","labels":{"severity":"page"}"#);
    let digest =
        |expr, hold, labels: &[_]| crate::evidence::history::digest(expr, hold, Some(0), labels.iter().copied());
    let label = ("severity", "page");
    assert_eq!(own, digest("sum(up) by(job)==0", Some(300_000), &[label, ("empty", "")]));
    assert_ne!(own, digest("sum(up) by(job)==1", Some(300_000), &[label]));
    assert_ne!(own, digest("sum(up) by(job)==0", Some(0), &[label]));
    assert_ne!(own, digest("sum(up) by(job)==0", Some(300_000), &[("severity", "info")]));
    assert_ne!(own, rule("sum by (job) (up) == 0", r#","labels":{"severity":"page"},"keepFiringFor":60"#));
}
