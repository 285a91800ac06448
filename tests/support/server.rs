//! A raw server on the loopback address that can misbehave in every way.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: HashMap<String, String>,
    /// How often this path was asked for before.
    pub nth: usize,
}

impl Request {
    /// The `Host` header without its port.
    pub fn host(&self) -> &str {
        self.headers.get("host").map_or("", |host| host.split(':').next().unwrap_or_default())
    }
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Status, further headers (each with CR LF), body.
    Page(u16, String, Vec<u8>),
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// A reset of the connection.
    Reset,
    /// These bytes, then one more each time, for ever.
    Drip(Vec<u8>, Duration),
    /// Nothing at all.
    Silence,
}

/// 200 with HTML.
pub fn html(body: &str) -> Reply {
    Reply::Page(200, "content-type: text/html\r\n".into(), body.into())
}

/// A status without a body.
pub fn status(code: u16) -> Reply {
    Reply::Page(code, String::new(), Vec::new())
}

/// A redirect.
pub fn redirect(code: u16, target: &str) -> Reply {
    Reply::Page(code, format!("location: {target}\r\n"), Vec::new())
}

/// A gzip stream of so many zero bytes: one literal, then copies of 258 bytes in fixed codes (RFC 1951, 3.2.6).
pub fn bomb(bytes: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut count) = (0u64, 0);
    let mut push = |value: u64, len: u32, out: &mut Vec<u8>| {
        bits |= value << count;
        count += len;
        while count >= 8 {
            out.push((bits & 255) as u8);
            bits >>= 8;
            count -= 8;
        }
    };
    push(0b011, 3, &mut out);
    push(u64::from(0b0011_0000u8.reverse_bits()), 8, &mut out);
    for _ in 0..bytes / 258 {
        push(u64::from(0b1100_0101u8.reverse_bits()), 8, &mut out);
        push(0, 5, &mut out);
    }
    push(0, 16, &mut out);
    out
}

/// The server; it ends with its value.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    _runtime: Runtime,
}

impl Server {
    /// Answers every request by this function.
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let shared = Arc::new((answer, Arc::clone(&seen)));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    let _ = connection(stream, &shared.0, &shared.1).await;
                });
            }
        });
        Self { address, seen, _runtime: runtime }
    }

    /// `http://host:port/path` for a host that the tests resolve to this server.
    pub fn url(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.address.port())
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// `METHOD /path` of the requests so far.
    pub fn lines(&self) -> Vec<String> {
        self.requests().iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }
}

async fn connection(
    mut stream: TcpStream,
    answer: &(impl Fn(&Request) -> Reply + Send + Sync),
    seen: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut head).await? == 0 {
                return Ok(());
            }
            // Anything that is no HTTP, a TLS greeting for example, is met with nonsense.
            if !head.first().is_some_and(u8::is_ascii_alphabetic) {
                return stream.write_all(b"no greeting of this kind\r\n\r\n").await;
            }
        }
        let text = String::from_utf8_lossy(&head).into_owned();
        let mut lines = text.lines();
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (method, path) = (first.next().unwrap_or_default().to_owned(), first.next().unwrap_or_default().to_owned());
        let headers =
            lines.filter_map(|line| line.split_once(": ")).map(|(k, v)| (k.to_lowercase(), v.to_owned())).collect();
        let request = {
            let mut seen = seen.lock().unwrap();
            let nth = seen.iter().filter(|request| request.path == path).count();
            let request = Request { method, path, headers, nth };
            seen.push(request.clone());
            request
        };
        match answer(&request) {
            Reply::Page(status, headers, body) => {
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
                stream.write_all(head.as_bytes()).await?;
                if request.method != "HEAD" {
                    stream.write_all(&body).await?;
                }
            }
            Reply::Raw(bytes) => return stream.write_all(&bytes).await,
            Reply::Reset => {
                // Closing with something unread makes the kernel reset the connection.
                stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\n").await?;
                return stream.set_zero_linger();
            }
            Reply::Drip(bytes, pause) => {
                stream.write_all(&bytes).await?;
                loop {
                    tokio::time::sleep(pause).await;
                    stream.write_all(b"x").await?;
                }
            }
            Reply::Silence => tokio::time::sleep(Duration::from_hours(1)).await,
        }
    }
}
