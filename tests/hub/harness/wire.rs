//! Talking to a hub byte by byte: what a well-behaved client library would never send.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// An answer as it came over the wire.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The status code.
    pub status: u16,
    /// The lines of the head, as they were sent.
    pub head: String,
    /// What came behind the head until the connection was closed.
    pub body: String,
    /// Whether the hub closed the connection.
    pub closed: bool,
}

/// How long a hub may keep a connection open that it was asked to close.
const PATIENCE: Duration = Duration::from_secs(30);

impl Raw {
    /// A header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }
}

/// Sends bytes that ask for the connection to be closed, and reads until it is.
pub fn raw(address: &str, request: &[u8]) -> Raw {
    raw_parts(address, std::iter::once(request.to_vec()))
}

/// Sends bytes part by part, until the hub answers, and reads until it closes the connection. The
/// request must ask for that.
pub fn raw_parts(address: &str, parts: impl IntoIterator<Item = Vec<u8>>) -> Raw {
    let mut stream = TcpStream::connect(address).unwrap();
    let brief = Some(Duration::from_millis(1));
    stream.set_read_timeout(brief).unwrap();
    stream.set_write_timeout(Some(Duration::from_millis(50))).unwrap();
    let mut bytes = Vec::new();
    for part in parts {
        let sent = write(&mut stream, &part, &mut bytes);
        let ended = read(&mut stream, &mut bytes);
        if !sent || ended || !bytes.is_empty() {
            break;
        }
    }
    let deadline = Instant::now() + PATIENCE;
    let mut closed = false;
    while !closed && Instant::now() < deadline {
        closed = read(&mut stream, &mut bytes);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Raw {
        status: status.unwrap_or_else(|| panic!("no status: {head}")),
        head: head.to_owned(),
        body: body.to_owned(),
        closed,
    }
}

/// Writes a part and looks for an answer meanwhile; tells whether all of it went out.
fn write(stream: &mut TcpStream, mut part: &[u8], answer: &mut Vec<u8>) -> bool {
    while !part.is_empty() {
        match stream.write(part) {
            Ok(count) => part = &part[count..],
            Err(error) if is_patience(error.kind()) => {
                read(stream, answer);
                if !answer.is_empty() {
                    return false;
                }
            }
            Err(_) => return false,
        }
    }
    true
}

/// Reads what is there; tells whether the connection was closed.
fn read(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> bool {
    let mut buffer = [0; 65536];
    match stream.read(&mut buffer) {
        Ok(0) => true,
        Ok(count) => {
            bytes.extend_from_slice(&buffer[..count]);
            false
        }
        Err(error) => !is_patience(error.kind()),
    }
}

fn is_patience(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}
