//! What an attacker would send: broken and ambiguous requests, endless ones, and texts meant for another
//! reader than the hub. Refused, and nothing told.

mod injection;
mod slow;
mod smuggling;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How long a hub may leave a connection open that it is to close.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends bytes and reads until the hub closes the connection; fails when it stays open.
fn talk(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    // It may close while we still send.
    let _ = stream.write_all(request);
    until_closed(&mut stream)
}

fn until_closed(stream: &mut TcpStream) -> String {
    let (mut answer, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {}
            Err(_) => break,
        }
        assert!(
            Instant::now() < deadline,
            "the connection stays open: {:?}",
            String::from_utf8_lossy(&answer)
        );
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// How many answers came.
fn answers(text: &str) -> usize {
    text.matches("HTTP/1.").count()
}
