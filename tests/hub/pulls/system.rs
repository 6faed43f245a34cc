//! [`System`]: an agency's own system on loopback, well behaved or not.

use std::io::{BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The path, as it was sent.
    pub path: String,
    /// The query, decoded, in its order.
    pub query: Vec<(String, String)>,
    /// How many requests came before.
    pub before: usize,
}

impl Asked {
    /// The value of a query parameter; empty when there is none.
    pub fn parameter(&self, name: &str) -> &str {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The same as a number; 0 when there is none.
    pub fn number(&self, name: &str) -> usize {
        self.parameter(name).parse().unwrap_or_default()
    }
}

/// What is answered.
pub enum Reply {
    /// JSON with status 200.
    Json(String),
    /// A status, header fields and a body.
    Whole(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Bytes as they are; then the connection ends.
    Raw(Vec<u8>),
    /// Nothing, for as long as the system lives.
    Hang,
    /// Bytes, one at a time.
    Drip(Vec<u8>),
}

/// See the module; it ends when this is dropped.
pub struct System {
    /// `http://127.0.0.1:<port>/api`, the connector's base.
    pub base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    ended: Arc<AtomicBool>,
}

impl System {
    /// A system that answers as `answer` says.
    pub fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/api", listener.local_addr().unwrap());
        let (asked, ended) = (Arc::<Mutex<Vec<Asked>>>::default(), Arc::<AtomicBool>::default());
        let (answer, noted, end) = (Arc::new(answer), Arc::clone(&asked), Arc::clone(&ended));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let (answer, noted, end) = (Arc::clone(&answer), Arc::clone(&noted), Arc::clone(&end));
                std::thread::spawn(move || serve(stream, &*answer, &noted, &end));
            }
        });
        System { base, asked, ended }
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for System {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // So that the listener notices.
        let address = self.base.trim_start_matches("http://").trim_end_matches("/api");
        let _ = TcpStream::connect(address);
    }
}

fn serve(
    stream: TcpStream,
    answer: &(dyn Fn(&Asked) -> Reply + Send + Sync),
    noted: &Mutex<Vec<Asked>>,
    ended: &AtomicBool,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(asked) = read(&mut reader, noted) {
        // Who asks may go at any time.
        let written = match answer(&asked) {
            Reply::Json(body) => write(
                &mut stream,
                200,
                &[("Content-Type", "application/json".into())],
                body.as_bytes(),
            ),
            Reply::Whole(status, fields, body) => write(&mut stream, status, &fields, &body),
            Reply::Raw(bytes) => {
                let _ = stream.write_all(&bytes);
                return;
            }
            Reply::Hang => {
                while !ended.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                return;
            }
            Reply::Drip(bytes) => bytes.iter().try_for_each(|byte| {
                std::thread::sleep(Duration::from_millis(20));
                stream.write_all(&[*byte])
            }),
        };
        if written.is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl std::io::BufRead, noted: &Mutex<Vec<Asked>>) -> Option<Asked> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let target = head.split(' ').nth(1)?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut noted = noted.lock().unwrap();
    let asked = Asked {
        path: path.to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        before: noted.len(),
    };
    noted.push(asked.clone());
    Some(asked)
}

fn write(stream: &mut TcpStream, status: u16, fields: &[(&str, String)], body: &[u8]) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in fields {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(&[head.as_bytes(), body].concat())
}
