//! [`Upstream`]: an agency's own system, as well or as badly behaved as a test wants it.

use std::sync::{Arc, Mutex};

use mahakam::connector::Settings;
use mahakam::hub::{ConnectorView, NewConnector};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;

use super::{TestHub, actor};

/// A request as the system got it.
#[derive(Debug, Clone)]
pub struct Received {
    /// The method.
    pub method: String,
    /// Path and query, as they were sent.
    pub target: String,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Received {
    /// The first field of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What the system does with a request.
pub enum Reply {
    /// It answers: status, header lines, body.
    Answer(u16, String, Vec<u8>),
    /// It sends just these bytes and closes the connection.
    Raw(Vec<u8>),
    /// It answers with this status and no body once so many requests wait for that.
    Together(Arc<Barrier>, u16),
    /// It never answers.
    Hang,
    /// It answers byte by byte, for longer than anybody waits.
    Drip,
}

impl Reply {
    /// A JSON answer.
    pub fn json(body: impl ToString) -> Self {
        Reply::Answer(
            200,
            "content-type: application/json\r\n".into(),
            body.to_string().into_bytes(),
        )
    }

    /// An answer of this status without a body.
    pub fn status(status: u16) -> Self {
        Reply::Answer(status, String::new(), Vec::new())
    }
}

/// See the module.
pub struct Upstream {
    /// `http://127.0.0.1:<port>`
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Upstream {
    /// A system that replies to each request as `reply` says.
    pub async fn start(reply: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let (reply, seen) = (Arc::new(reply), Arc::clone(&received));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (reply, seen) = (Arc::clone(&reply), Arc::clone(&seen));
                tokio::spawn(async move { converse(stream, &*reply, &seen).await });
            }
        });
        Upstream { url, received, task }
    }

    /// The requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers the requests of one connection, one after the other.
async fn converse(
    mut stream: TcpStream,
    reply: &(impl Fn(&Received) -> Reply + Send + Sync),
    seen: &Mutex<Vec<Received>>,
) {
    while let Some(request) = receive(&mut stream).await {
        seen.lock().unwrap().push(request.clone());
        match reply(&request) {
            Reply::Answer(status, headers, body) => {
                let head = format!(
                    "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n",
                    body.len()
                );
                let body = if request.method == "HEAD" {
                    Vec::new()
                } else {
                    body
                };
                if stream
                    .write_all(&[head.into_bytes(), body].concat())
                    .await
                    .is_err()
                {
                    return;
                }
            }
            Reply::Raw(bytes) => {
                // Whoever called may be gone already.
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Reply::Together(others, status) => {
                others.wait().await;
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
                if stream.write_all(head.as_bytes()).await.is_err() {
                    return;
                }
            }
            Reply::Hang => std::future::pending().await,
            Reply::Drip => return drip(&mut stream).await,
        }
    }
}

/// Sends a byte twenty times a second until the other side has had enough, a minute at the most.
async fn drip(stream: &mut TcpStream) {
    let mut part: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for _ in 0..1_200 {
        if stream.write_all(part).await.is_err() {
            return;
        }
        part = b"1\r\n[\r\n";
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn receive(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        more(stream, &mut bytes).await?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut request = Received {
        method,
        target,
        headers,
        body: bytes.split_off(end),
    };
    if let Some(length) = request
        .header("content-length")
        .map(|length| length.parse::<usize>().unwrap())
    {
        while request.body.len() < length {
            more(stream, &mut request.body).await?;
        }
    } else if request.header("transfer-encoding").is_some() {
        while !request.body.ends_with(b"0\r\n\r\n") {
            more(stream, &mut request.body).await?;
        }
        request.body = unchunked(&request.body);
    }
    Some(request)
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let count = stream.read_buf(bytes).await.ok()?;
    (count > 0).then_some(())
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        whole.extend_from_slice(&bytes[line + 2..line + 2 + size]);
        bytes = &bytes[line + 4 + size..];
    }
    whole
}

impl TestHub {
    /// Registers a connector of `bkd` to a system of the test, with further settings.
    pub fn connect(&self, name: &str, base: &str, more: Value) -> ConnectorView {
        self.connect_with(name, base, more, None)
    }

    /// The same with a credential.
    pub fn connect_with(
        &self,
        name: &str,
        base: &str,
        more: Value,
        credential: Option<&str>,
    ) -> ConnectorView {
        self.key("bkd");
        let mut settings = json!({"base_url": base, "allow_networks": ["127.0.0.0/8"]});
        settings
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().cloned().unwrap_or_default());
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let new = NewConnector {
            opd: "bkd".parse().unwrap(),
            name: name.into(),
            settings,
            credential: credential.map(|text| mahakam::types::SecretBytes::new(text.into())),
        };
        self.hub.add_connector(&actor(), &new).unwrap()
    }
}
