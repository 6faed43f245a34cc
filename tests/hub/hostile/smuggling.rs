//! Requests whose end two readers could see at two places, and heads that are no heads.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use super::{answers, talk, until_closed};
use crate::harness::TestHub;

/// What would be answered if the hub took the body for a request.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn a_request_with_two_ends_or_a_broken_head_is_refused_and_the_connection_closed() {
    let hub = TestHub::start().await;
    let heads = [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length: 5 5",
        "Content-Length: 99999999999999999999999",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: \x0bchunked",
        "Transfer-Encoding : chunked",
        "Content-Length : 5",
        "X-Folded: a\r\n b",
        "X-Folded: a\r\n\tContent-Length: 5",
        " X-Leading: a",
        "X-Cr: a\rb",
        "X-Nul: a\0b",
        "X-Name\0: a",
        "X Name: a",
        ": nameless",
        "nocolon",
        "Host: y",
    ];
    for head in heads {
        let request = format!("POST /health/live HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n0\r\n\r\n{SMUGGLED}");
        let answer = talk(hub.address(), request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400 "), "{head:?}: {answer:?}");
        assert_eq!(answers(&answer), 1, "{head:?}: {answer}");
    }
}

#[tokio::test]
async fn a_broken_request_line_is_refused() {
    let hub = TestHub::start().await;
    for request in [
        "GET /health/live HTTP/1.1\r\n\r\n".to_owned(),
        format!("POST /health/live HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "GET /health/live HTTP/3.0\r\nHost: x\r\n\r\n".to_owned(),
        "GET /health/live\0 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET /health/live x HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET  /health/live HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "\0\0\0\0\r\n\r\n".to_owned(),
    ] {
        let answer = talk(hub.address(), request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400 "), "{request:?}: {answer:?}");
        assert_eq!(answers(&answer), 1, "{request:?}: {answer}");
    }
}

#[tokio::test]
async fn broken_chunks_end_the_request_and_the_connection() {
    let hub = TestHub::start().await;
    let (_, key) = hub.new_application("bkd", "uji");
    for chunks in [
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
        "\r\n0\r\n\r\n",
        "5;\n\r\nhello\r\n0\r\n\r\n",
    ] {
        let request = format!(
            "POST /api/bkd/barang/v1/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}{SMUGGLED}"
        );
        let answer = talk(hub.address(), request.as_bytes());
        assert!(
            !answer.contains(" 200 ") && !answer.contains("unknown-path"),
            "{chunks:?}: {answer}"
        );
    }
}

#[tokio::test]
async fn the_body_of_a_request_that_has_none_is_never_taken_for_the_next_request() {
    let hub = TestHub::start().await;
    let length = SMUGGLED.len();
    for method in ["GET", "HEAD", "OPTIONS", "DELETE"] {
        let request = format!(
            "{method} /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{SMUGGLED}\
             GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        );
        let answer = talk(hub.address(), request.as_bytes());
        assert!(!answer.contains("unknown-path"), "{method}: {answer}");
    }
    for upgrade in ["websocket", "h2c"] {
        let request = format!(
            "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: {upgrade}\r\n\
             Content-Length: {length}\r\n\r\n{SMUGGLED}"
        );
        let answer = talk(hub.address(), request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 200 "), "{upgrade}: {answer}");
        assert_eq!(answers(&answer), 1, "{upgrade}: {answer}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_before_it_ends() {
    let hub = TestHub::start().await;
    let filler = "a".repeat(400_000);
    let many: String = (0..200).map(|number| format!("X-{number}: a\r\n")).collect();
    for request in [
        format!("GET /health/live HTTP/1.1\r\nHost: x\r\nX-Large: {filler}"),
        format!("GET /{filler}"),
        format!("GET /health/live?{filler} HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("GET /health/live HTTP/1.1\r\nHost: x\r\n{many}\r\n"),
    ] {
        let answer = talk(hub.address(), request.as_bytes());
        let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4");
        assert!(refused && answers(&answer) <= 1, "{answer}");
    }
    hub.call("GET", "/health/live").await.is(200);
}

#[tokio::test]
async fn after_a_refusal_of_a_small_body_the_connection_goes_on() {
    let hub = TestHub::start().await;
    let body = format!("{{\"id\":\"{}\"}}", "x".repeat(30_000));
    let head = format!(
        "POST /api/bkd/barang/v1/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer nobody\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(hub.address()).unwrap();
    // As it comes through a network: the head first, and the body when the hub has that.
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    let (first, second) = body.split_at(10_000);
    stream.write_all(first.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    stream.write_all(second.as_bytes()).unwrap();
    let next = format!("{head}Connection: close\r\n\r\n{body}");
    stream.write_all(next.as_bytes()).unwrap();
    let told = until_closed(&mut stream);
    assert_eq!(told.matches("HTTP/1.1 401 ").count(), 2, "{told}");
}
