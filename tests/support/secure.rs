//! A server on the loopback address that speaks TLS, well or badly. The certificates are signed by an authority made for these
//! tests, whose key was thrown away.

use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The authority, as PEM.
pub const AUTHORITY: &[u8] = include_bytes!("tls/ca.pem");
const KEY: &[u8] = include_bytes!("tls/key.pem");

/// How the server behaves.
#[derive(Clone, Debug, PartialEq)]
pub enum Wire {
    /// A certificate for `wiki.acme.io`.
    Good,
    /// The same, and every answer is a redirect to there.
    RedirectTo(String),
    /// A certificate for another name.
    OtherName,
    /// A certificate that ended.
    Expired,
    /// An alert that the protocol's version is refused.
    OldProtocol,
    /// The end of the connection after the client's greeting.
    EndsInGreeting,
    /// HTTP without TLS.
    Plain,
}

/// The server; it ends with its value.
pub struct Secure {
    pub port: u16,
    _runtime: Runtime,
}

impl Secure {
    pub fn start(wire: Wire) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let wire = wire.clone();
                tokio::spawn(async move {
                    let _ = connection(stream, &wire).await;
                });
            }
        });
        Self { port, _runtime: runtime }
    }
}

fn acceptor(certificate: &[u8]) -> TlsAcceptor {
    let chain = vec![CertificateDer::from_pem_slice(certificate).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn connection(mut stream: TcpStream, wire: &Wire) -> std::io::Result<()> {
    let certificate: &[u8] = match wire {
        Wire::Good | Wire::RedirectTo(_) => include_bytes!("tls/good.pem"),
        Wire::OtherName => include_bytes!("tls/other.pem"),
        Wire::Expired => include_bytes!("tls/expired.pem"),
        Wire::OldProtocol | Wire::EndsInGreeting | Wire::Plain => {
            let mut greeting = [0; 2048];
            let _ = stream.read(&mut greeting).await?;
            return match wire {
                // Alert, TLS 1.0, two bytes: fatal, protocol_version (RFC 8446, 6).
                Wire::OldProtocol => stream.write_all(&[0x15, 3, 1, 0, 2, 2, 70]).await,
                Wire::Plain => stream.write_all(b"HTTP/1.1 400 X\r\ncontent-length: 0\r\n\r\n").await,
                _ => Ok(()),
            };
        }
    };
    let mut stream = acceptor(certificate).accept(stream).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let page = "<title>Disk full</title><h1 id=disk-full>Disk full</h1>";
    let reply = match wire {
        Wire::RedirectTo(target) => format!("HTTP/1.1 302 X\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n"),
        _ => format!("HTTP/1.1 200 X\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}", page.len()),
    };
    stream.write_all(reply.as_bytes()).await?;
    stream.flush().await
}
