//! Connections that are kept busy with as little as possible.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{PATIENCE, answers, until_closed};
use crate::harness::{TestHub, contracts};

async fn impatient() -> TestHub {
    TestHub::builder()
        .setting("MAHAKAM_IDLE_SECONDS", 1)
        .setting("MAHAKAM_KEEP_ALIVE_SECONDS", 1)
        .start()
        .await
}

/// Sends `text` byte by byte until the hub closes the connection or answers; fails when it does neither.
fn trickle(stream: &mut TcpStream, text: &str) -> String {
    stream.set_read_timeout(Some(Duration::from_millis(40))).unwrap();
    let (deadline, mut buffer) = (Instant::now() + PATIENCE, [0; 4096]);
    for byte in text.bytes().cycle() {
        if stream.write_all(&[byte]).is_err() {
            return String::new();
        }
        match stream.read(&mut buffer) {
            Ok(0) => return String::new(),
            Ok(count) => {
                let begun = String::from_utf8_lossy(&buffer[..count]).into_owned();
                return begun + &until_closed(stream);
            }
            Err(_) => assert!(Instant::now() < deadline, "the hub goes on waiting"),
        }
    }
    unreachable!("the text goes round");
}

#[tokio::test]
async fn a_connection_on_which_nothing_comes_is_closed() {
    let hub = impatient().await;
    let mut stream = TcpStream::connect(hub.address()).unwrap();
    let answer = until_closed(&mut stream);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408 "),
        "{answer}"
    );
}

#[tokio::test]
async fn a_head_that_trickles_in_is_given_up_the_first_and_every_later_one() {
    let hub = impatient().await;
    let mut stream = TcpStream::connect(hub.address()).unwrap();
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n")
        .unwrap();
    let answer = trickle(&mut stream, "X-Slow: a\r\n");
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408 "),
        "{answer}"
    );

    let mut stream = TcpStream::connect(hub.address()).unwrap();
    let whole = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(whole).unwrap();
    let mut buffer = [0; 4096];
    assert!(stream.read(&mut buffer).unwrap() > 0);
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n")
        .unwrap();
    let answer = trickle(&mut stream, "X-Slow: a\r\n");
    assert!(!answer.contains(" 200 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_stops_or_trickles_in_is_given_up() {
    let hub = impatient().await;
    let barang = hub.publish(&contracts::barang());
    let key = hub.key("bkd");
    let head = format!(
        "POST /api/bkd/barang/v1/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    );
    let mut stops = TcpStream::connect(hub.address()).unwrap();
    stops.write_all(format!("{head}{{").as_bytes()).unwrap();
    let answer = until_closed(&mut stops);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    let mut trickles = TcpStream::connect(hub.address()).unwrap();
    trickles.write_all(format!("{head}{{").as_bytes()).unwrap();
    let answer = trickle(&mut trickles, " ");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(barang.all_records(10).await.is_empty());
}

#[tokio::test]
async fn a_body_that_nobody_wants_does_not_hold_the_connection() {
    let hub = impatient().await;
    for head in [
        "GET /health/live HTTP/1.1\r\nContent-Length: 100000",
        "POST /nothing HTTP/1.1\r\nTransfer-Encoding: chunked",
        "POST /api/bkd/barang/v1/records HTTP/1.1\r\nContent-Length: 100000",
    ] {
        let mut stream = TcpStream::connect(hub.address()).unwrap();
        stream
            .write_all(format!("{head}\r\nHost: x\r\n\r\n").as_bytes())
            .unwrap();
        let answer = until_closed(&mut stream);
        assert_eq!(answers(&answer), 1, "{head}: {answer}");
    }
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_given_up() {
    let hub = impatient().await;
    let barang = hub.publish(&contracts::barang());
    let filler = "x".repeat(900_000);
    for id in 0..24 {
        barang
            .push(format!(r#"{{"id":"{id}","isi":"{filler}"}}"#))
            .await
            .is(201);
    }
    let mut stream = TcpStream::connect(hub.address()).unwrap();
    let key = hub.key("bkd");
    let request = format!(
        "GET /api/bkd/barang/v1/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
         Accept: application/x-ndjson\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    // Bytes that the hub does not look at meanwhile; once it has closed the connection they are refused.
    let deadline = Instant::now() + 20 * PATIENCE;
    while stream.write_all(b"\n").is_ok() {
        assert!(Instant::now() < deadline, "the hub goes on waiting");
        std::thread::sleep(Duration::from_millis(40));
    }
}

#[tokio::test]
async fn whoever_waits_for_news_or_asks_again_is_not_cut_off() {
    let hub = impatient().await;
    let barang = hub.publish(&contracts::barang());
    let mut events = barang
        .get("/changes?since=0")
        .header("accept", "text/event-stream")
        .open()
        .await;
    // Longer than a connection may be quiet.
    barang.get("/changes?since=0&wait=4").await.is(200);
    barang.push(r#"{"id":"a"}"#).await.is(201);
    loop {
        let block = events.block().await.unwrap().unwrap();
        if block.contains("event: change") {
            break;
        }
    }
}
