//! A real Prometheus on a free port of the loopback, filled by remote write.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Prometheus's marker of a series that ended (`model/value/value.go`).
pub(crate) const STALE: u64 = 0x7ff0_0000_0000_0002;

/// Labels and samples of a series: milliseconds and the bits of the value.
pub(crate) type Stored = (Vec<(String, String)>, Vec<(i64, u64)>);

pub(crate) struct Server {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The binary that `PROMETHEUS` names, that is installed, or that Debian's package holds; the reason where none can be had.
pub(crate) fn binary(folder: &Path) -> Result<PathBuf, String> {
    #[expect(clippy::disallowed_methods, reason = "the user says where a Prometheus is")]
    let variable = |name: &str| std::env::var_os(name);
    if let Some(path) = variable("PROMETHEUS") {
        return Ok(path.into());
    }
    let paths = variable("PATH").unwrap_or_default();
    if let Some(found) = std::env::split_paths(&paths).map(|path| path.join("prometheus")).find(|path| path.is_file()) {
        return Ok(found);
    }
    let run = |program: &str, args: &[&str]| {
        let done =
            Command::new(program).args(args).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success())
    };
    if !run("apt-get", &["download", "prometheus"]) {
        return Err("no Prometheus: not in PATH, PROMETHEUS is not set, `apt-get download prometheus` failed".into());
    }
    let packages = fs::read_dir(folder).map_err(|e| e.to_string())?.flatten().map(|entry| entry.file_name());
    let package = packages
        .filter_map(|name| name.into_string().ok())
        .find(|name| Path::new(name).extension().is_some_and(|extension| extension == "deb"));
    let unpacked = package.is_some_and(|package| run("dpkg", &["-x", &package, "."]));
    if unpacked { Ok(folder.join("usr/bin/prometheus")) } else { Err("no Prometheus: `dpkg -x` failed".into()) }
}

/// Lets everything through to a server and counts the bytes of its answers as they go over the wire.
pub(crate) struct Counted {
    port: u16,
    bytes: Arc<AtomicU64>,
}

impl Counted {
    pub(crate) fn of(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (bytes, to) = (Arc::new(AtomicU64::new(0)), server.port);
        let counter = bytes.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let upstream = TcpStream::connect(("127.0.0.1", to)).unwrap();
                let (asked, sent) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
                std::thread::spawn(move || pass(asked, sent, &AtomicU64::new(0)));
                let counter = counter.clone();
                std::thread::spawn(move || pass(upstream, client, &counter));
            }
        });
        Self { port, bytes }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, counter: &AtomicU64) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        counter.fetch_add(count as u64, Ordering::SeqCst);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Write);
}

impl Server {
    /// Starts a server without data. `rules` is a rule file, empty for none.
    pub(crate) fn start(rules: &str) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let binary = binary(folder.path())?;
        let config = "storage: {tsdb: {out_of_order_time_window: 100d}}\nrule_files: [rules.yml]\n";
        fs::write(folder.path().join("prometheus.yml"), config).map_err(|e| e.to_string())?;
        fs::write(folder.path().join("rules.yml"), if rules.is_empty() { "groups: []" } else { rules })
            .map_err(|e| e.to_string())?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| e.to_string())?.port();
        let process = Command::new(binary)
            .arg(format!("--config.file={}", folder.path().join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg("--storage.tsdb.retention.time=100y")
            .arg("--web.enable-remote-write-receiver")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("Prometheus does not start: {e}"))?;
        let server = Self { process, port, _folder: folder };
        for _ in 0..300 {
            if server.post("GET", "/-/ready", b"") == Some(200) {
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err("Prometheus does not get ready".into())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn post(&self, method: &str, path: &str, body: &[u8]) -> Option<u16> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Encoding: snappy\r\nContent-Type: application/x-protobuf\r\nX-Prometheus-Remote-Write-Version: 0.1.0\r\nContent-Length: {length}\r\n\r\n").ok()?;
        stream.write_all(body).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }

    /// Stores series, in order of time, as a server does it.
    pub(crate) fn write(&self, series: &[Stored]) {
        const HOURS: i64 = 12 * 3_600_000;
        let times = series.iter().flat_map(|(_, samples)| samples).map(|&(at, _)| at);
        let (Some(mut from), Some(last)) = (times.clone().min(), times.max()) else { return };
        let mut next = vec![0; series.len()];
        while from <= last {
            let mut request = Vec::new();
            for ((labels, samples), next) in series.iter().zip(&mut next) {
                let count = samples[*next..].iter().take_while(|(at, _)| *at < from + HOURS).count();
                if count > 0 {
                    field(&mut request, 1, &encoded(labels, &samples[*next..*next + count]));
                    *next += count;
                }
            }
            let packed = packed(&request);
            let status = self.post("POST", "/api/v1/write", &packed);
            assert!(matches!(status, Some(200 | 204)), "remote write: {status:?}");
            from += HOURS;
        }
    }
}

/// A `TimeSeries` of the remote-write protocol.
fn encoded(labels: &[(String, String)], samples: &[(i64, u64)]) -> Vec<u8> {
    let mut sorted = labels.to_vec();
    sorted.sort();
    let mut series = Vec::new();
    for (name, value) in &sorted {
        let mut label = Vec::new();
        field(&mut label, 1, name.as_bytes());
        field(&mut label, 2, value.as_bytes());
        field(&mut series, 1, &label);
    }
    for &(at, bits) in samples {
        let mut sample = vec![0x09];
        sample.extend_from_slice(&bits.to_le_bytes());
        sample.push(0x10);
        varint(&mut sample, at.cast_unsigned());
        field(&mut series, 2, &sample);
    }
    series
}

/// A length-delimited field of protobuf.
fn field(to: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    to.push(number << 3 | 2);
    varint(to, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

fn varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    to.push(value.to_le_bytes()[0]);
}

/// A snappy block of literals alone: valid, and no shorter than what it holds.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut block = Vec::new();
    varint(&mut block, bytes.len() as u64);
    for part in bytes.chunks(1 << 16) {
        block.push(61 << 2);
        block.extend_from_slice(&u16::try_from(part.len() - 1).unwrap().to_le_bytes());
        block.extend_from_slice(part);
    }
    block
}
