//! A server in trouble: what the client makes of it is an answer or an error, never a wrong number.

use groundrules::evidence::history::Period;
use groundrules::evidence::prometheus::{Client, Options, Query, QueryError};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

const GOOD: &str = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"]]}]}}"#;

/// Gives these answers (status line and headers, body) one after the other, and says how often it was asked.
fn serve(answers: Vec<(&'static str, String)>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for (head, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = vec![0; 1 << 16];
            let length = stream.read(&mut request).unwrap();
            asked.push(String::from_utf8_lossy(&request[..length]).into_owned());
            let length = if head.contains("Content-Length") {
                String::new()
            } else {
                format!("Content-Length: {}\r\n", body.len())
            };
            let _ = write!(stream, "HTTP/1.1 {head}\r\n{length}Connection: close\r\n\r\n{body}");
        }
        asked
    });
    (url, asked)
}

fn ask(answers: Vec<(&'static str, String)>) -> (Result<usize, QueryError>, Vec<String>) {
    let (url, asked) = serve(answers);
    let headers = vec![("X-Scope-OrgID".to_owned(), "tenant".to_owned())];
    let client = Client::new(&url, &Options { headers, timeout: Duration::from_secs(5) }).unwrap();
    let answer = client.range("up", Period::new(1000, 1000), 1000).map(|matrix| matrix.len());
    drop(client);
    (answer, asked.join().unwrap())
}

#[test]
fn a_server_that_recovers_is_asked_again() {
    let trouble = |head| (head, String::new());
    let good = ("200 OK", GOOD.to_owned());
    let (answer, asked) = ask(vec![trouble("500 Oops"), trouble("429 Slow\r\nRetry-After: 0"), good]);
    assert_eq!(answer, Ok(1));
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|request| request.to_lowercase().contains("x-scope-orgid: tenant")));
}

#[test]
fn half_an_answer_is_none() {
    let half = || ("200 OK", GOOD[..GOOD.len() / 2].to_owned());
    assert!(matches!(ask(vec![half()]).0, Err(QueryError::Malformed(_))));
    // A connection that ends before the announced length.
    let cut = || ("200 OK\r\nContent-Length: 1000", GOOD.to_owned());
    assert!(matches!(ask(vec![cut(), cut(), cut(), cut()]).0, Err(QueryError::Unreachable(_))));
}

#[test]
fn redirects_are_not_followed_and_refusals_not_repeated() {
    let (answer, asked) = ask(vec![("302 Found\r\nLocation: http://127.0.0.1:1/", String::new())]);
    assert!(matches!(answer, Err(QueryError::Unreachable(_))));
    assert_eq!(asked.len(), 1);
    assert!(matches!(ask(vec![("401 No", String::new())]).0, Err(QueryError::Refused(_))));
    assert!(matches!(ask(vec![("503 Busy", String::new())]).0, Err(QueryError::TooMuch(_))));
}

#[test]
fn addresses_that_are_none_are_refused() {
    for url in ["localhost:9090", "ftp://x", "http://x/?a=b", "not a url"] {
        assert!(Client::new(url, &Options::default()).is_err(), "{url}");
    }
    let headers = vec![("bad header".to_owned(), "x".to_owned())];
    assert!(Client::new("http://x", &Options { headers, ..Options::default() }).is_err());
}
