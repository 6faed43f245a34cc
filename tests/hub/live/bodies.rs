//! Bodies: passed on part by part, framed anew on both sides, never taken for whole when they are not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::started;
use crate::harness::{Reply, raw_parts};

#[tokio::test]
async fn large_bodies_pass_both_ways() {
    let answer: Vec<u8> = (0..3_000_000_u32)
        .map(|n| u8::try_from(n % 251).unwrap())
        .collect();
    let sent = answer.clone();
    let (_hub, api, system) = started(json!({}), json!({}), move |_| {
        Reply::Answer(
            200,
            "content-type: application/octet-stream\r\n".into(),
            answer.clone(),
        )
    })
    .await;
    let call = api
        .call("POST", "/live/pegawai")
        .body("application/octet-stream", sent.clone());
    let (headers, got) = call.downloaded().await;
    assert_eq!(headers["content-type"], "application/octet-stream");
    assert!(got == sent, "the answer came back as it was");
    let received = &system.received()[0];
    assert!(received.body == sent, "the request arrived as it was");
    assert_eq!(received.header("content-length"), Some("3000000"));
}

#[tokio::test]
async fn a_body_without_a_length_is_passed_on_in_chunks() {
    let (hub, _api, system) = started(json!({}), json!({}), |_| Reply::json(r#"{"id":"1"}"#)).await;
    let head = format!(
        "POST /api/bkd/langsung/v1/live/pegawai HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        hub.key("bappeda")
    );
    let parts = [
        head.into_bytes(),
        b"5\r\nhello\r\n".to_vec(),
        b"6\r\n world\r\n0\r\n\r\n".to_vec(),
    ];
    let address = hub.address().to_owned();
    let answer = tokio::task::spawn_blocking(move || raw_parts(&address, parts))
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let received = &system.received()[0];
    assert_eq!(received.body, b"hello world");
    assert_eq!(received.header("transfer-encoding"), Some("chunked"));
    assert_eq!(received.header("content-length"), None);
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused_where_it_must_be_read_whole() {
    let (_hub, api, _system) = started(
        json!({"validate": "report"}),
        json!({"max_answer_bytes": 2_000}),
        |_| Reply::json(format!("[\"{}\"]", "x".repeat(3_000))),
    )
    .await;
    api.get("/live/pegawai")
        .await
        .problem(502, "system-answer-invalid");
}

#[tokio::test]
async fn an_answer_unpacks_to_no_more_than_the_connector_allows() {
    let bomb = {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b' '; 20_000_000]).unwrap();
        encoder.finish().unwrap()
    };
    let (_hub, api, _system) = started(
        json!({"validate": "report"}),
        json!({"max_answer_bytes": 1_000_000}),
        move |_| {
            Reply::Answer(
                200,
                "content-encoding: gzip\r\ncontent-type: application/json\r\n".into(),
                bomb.clone(),
            )
        },
    )
    .await;
    api.get("/live/pegawai")
        .await
        .problem(502, "system-answer-invalid");
}

#[tokio::test]
async fn a_post_that_may_have_arrived_is_not_sent_again() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let (_hub, api, _system) = started(json!({}), json!({}), move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Reply::Raw(Vec::new())
    })
    .await;
    api.call("POST", "/live/pegawai")
        .json(r#"{"id":"1"}"#)
        .await
        .problem(502, "system-unreachable");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    api.get("/live/pegawai").await.is(502);
    assert_eq!(calls.load(Ordering::SeqCst), 4, "a GET is tried three times");
}
