//! Answers of the HTTP API, read strictly.

use super::{Matrix, QueryError, Sampled};
use crate::evidence::history::Millis;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Answer {
    status: String,
    data: Option<Data>,
    #[serde(default, rename = "errorType")]
    error_type: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    warnings: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Matrix(Vec<Series>),
    Vector(Vec<Series>),
    Scalar(Point),
    String(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    value: Option<Point>,
    values: Option<Vec<Point>>,
    /// Native histograms: the values of such a series are no numbers.
    histogram: Option<serde::de::IgnoredAny>,
    histograms: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Point(f64, String);

/// The series of an answer of `query` or `query_range`. `status` is the HTTP status.
pub fn matrix(status: u16, body: &[u8]) -> Result<Matrix, QueryError> {
    match answer(status, body)? {
        Data::Matrix(series) | Data::Vector(series) => series.into_iter().map(sampled).collect(),
        Data::Scalar(point) => Ok(vec![Sampled { labels: Vec::new(), points: vec![read(&point)?] }]),
        Data::String(_) => Err(malformed("a string where series belong")),
    }
}

fn answer(status: u16, body: &[u8]) -> Result<Data, QueryError> {
    let answer: Result<Answer, _> = serde_json::from_slice(body);
    match (status, answer) {
        (200, Ok(answer)) if answer.status == "success" => match answer.warnings.unwrap_or_default().first() {
            Some(warning) => Err(malformed(&format!("it comes with a warning: {}", clean(warning)))),
            None => answer.data.ok_or_else(|| malformed("no `data`")),
        },
        (200, Ok(answer)) => Err(malformed(&format!("its status is `{}`", clean(&answer.status)))),
        (200, Err(error)) => Err(malformed(&error.to_string())),
        (status, answer) => Err(refusal(status, answer.ok(), body)),
    }
}

/// What an error of the API means. `errorType` is one of `web/api/v1/api.go`.
fn refusal(status: u16, answer: Option<Answer>, body: &[u8]) -> QueryError {
    let (kind, why) = match answer {
        Some(answer) => (answer.error_type, clean(&answer.error)),
        None => (String::new(), clean(&String::from_utf8_lossy(body))),
    };
    let why = if why.is_empty() { format!("status {status}") } else { format!("{why} (status {status})") };
    let load = ["too many samples", "maximum resolution", "timed out", "too many points", "limit"];
    let too_much = load.iter().any(|part| why.contains(part));
    match status {
        413 | 503 => QueryError::TooMuch(why),
        400 | 422 if too_much => QueryError::TooMuch(why),
        422 if kind == "execution" || kind.is_empty() => QueryError::Fails(why),
        400 | 401 | 403 | 404 | 405 | 422 => QueryError::Refused(why),
        _ => QueryError::Unreachable(why),
    }
}

fn sampled(series: Series) -> Result<Sampled, QueryError> {
    if series.histogram.is_some() || series.histograms.is_some() {
        return Err(malformed("native histograms where numbers belong"));
    }
    let points = match (series.value, series.values) {
        (Some(point), None) => vec![read(&point)?],
        (None, Some(points)) => points.iter().map(read).collect::<Result<_, _>>()?,
        _ => return Err(malformed("a series without values")),
    };
    Ok(Sampled { labels: series.metric.into_iter().collect(), points })
}

fn read(point: &Point) -> Result<(Millis, f64), QueryError> {
    let at = crate::evidence::history::millis(point.0).ok_or_else(|| malformed("a time out of range"))?;
    let value = match point.1.as_str() {
        "NaN" => f64::NAN,
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        text => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => value,
            _ => return Err(malformed(&format!("`{}` is no value", clean(text)))),
        },
    };
    Ok((at, value))
}

fn malformed(why: &str) -> QueryError {
    QueryError::Malformed(why.to_owned())
}

/// Text of a server for people: one line, short, nothing that a terminal obeys.
fn clean(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    line.trim().to_owned()
}
