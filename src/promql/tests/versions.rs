//! Older servers know less, and the error says since when.

use crate::promql::{Features, Options, Version, parse};

fn first(text: &str, major: u16, minor: u16) -> Option<String> {
    let options = Options { features: Features::ALL, version: Version { major, minor } };
    parse(text, &options).errors.first().map(|error| error.message.clone())
}

#[test]
fn what_came_later_is_an_error_that_says_since_when() {
    for (text, major, minor, since) in [
        ("last_over_time(x[5m])", 2, 25, "2.26"),
        ("x atan2 y", 2, 30, "2.31"),
        ("{\"a.b\"}", 2, 55, "3.0"),
        ("sum by (\"a.b\") (x)", 2, 55, "3.0"),
        ("limitk(1, x)", 2, 53, "2.54"),
        ("x </ 1", 3, 0, "3.11"),
        ("x[5m] anchored", 3, 6, "3.7"),
        ("a + fill(0) b", 3, 9, "3.10"),
        ("x[5m + 1m]", 3, 3, "3.4"),
    ] {
        let message = first(text, major, minor).unwrap_or_default();
        assert!(message.ends_with(&format!("needs Prometheus {since}")), "{text}: {message}");
        assert_eq!(first(text, 3, 14), None, "{text}");
    }
    assert!(first("x[300]", 2, 53).is_some_and(|message| message.contains("lacks a unit")));
}
