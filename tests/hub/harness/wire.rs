//! Talking to a hub byte by byte: what a well-behaved client library would never send.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// An answer as it came over the wire.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The status code.
    pub status: u16,
    /// The lines of the head, as they were sent.
    pub head: String,
    /// What came behind the head.
    pub body: String,
}

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

/// Sends bytes and reads until the hub closes the connection.
pub fn raw(address: &str, request: &[u8]) -> Raw {
    raw_parts(address, std::iter::once(request.to_vec()))
}

/// Sends bytes part by part, as long as the hub takes them, and reads until it closes the
/// connection. The request must ask for that.
pub fn raw_parts(address: &str, parts: impl IntoIterator<Item = Vec<u8>>) -> Raw {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    for part in parts {
        // A hub that has heard enough answers and closes.
        if stream.write_all(&part).is_err() {
            break;
        }
    }
    let mut bytes = Vec::new();
    let mut buffer = [0; 65536];
    // A connection that is reset after the answer has given the answer.
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        bytes.extend_from_slice(&buffer[..count]);
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
    }
}
