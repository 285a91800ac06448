//! Long ranges in parts that a server can bear.

use super::{Matrix, Query, QueryError};
use crate::evidence::history::{Millis, Period};

/// `web/api/v1/api.go`: a query of more steps a series is refused.
const MOST_POINTS: Millis = 11_000;
/// After so many instants at which an expression fails the question is given up.
const MOST_FAILURES: usize = 200;

/// Asks for `expr` over `range` at every `step` and hands the answers to `take`, part by part in order of time, so that no more than a part is in memory. A
/// part that is too much is halved, down to single instants; an instant at which the expression fails is handed over as none.
pub fn fetch(
    server: &dyn Query,
    expr: &str,
    range: Period,
    step: Millis,
    take: &mut dyn FnMut(Period, Option<&Matrix>),
) -> Result<(), QueryError> {
    let step = step.max(1);
    let last = (range.length() / step).max(0);
    let mut failures = 0;
    let mut next = 0;
    let mut width = MOST_POINTS;
    while next <= last {
        let end = last.min(next + width - 1);
        let part = Period { from: range.from + next * step, to: range.from + end * step };
        match server.range(expr, part, step) {
            Ok(matrix) => {
                take(part, Some(&check(matrix, part, step)?));
                next = end + 1;
                width = (width * 2).min(MOST_POINTS);
            }
            Err(QueryError::Fails(why)) if end == next => {
                failures += 1;
                if failures > MOST_FAILURES {
                    return Err(QueryError::Fails(why));
                }
                take(part, None);
                next = end + 1;
            }
            Err(QueryError::TooMuch(_) | QueryError::Fails(_)) if end > next => width = (end - next + 1) / 2,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// An answer must lie on the steps that were asked for.
fn check(matrix: Matrix, part: Period, step: Millis) -> Result<Matrix, QueryError> {
    let fits = |at: Millis| (part.from..=part.to).contains(&at) && (at - part.from) % step == 0;
    for series in &matrix {
        let ordered = series.points.is_sorted_by(|a, b| a.0 < b.0);
        if !ordered || !series.points.iter().all(|&(at, _)| fits(at)) {
            return Err(QueryError::Malformed("points at other times than were asked for".to_owned()));
        }
    }
    Ok(matrix)
}
