//! Answers packed with gzip for those who ask for it.

use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::json;

use crate::harness::{Api, Call, Incoming, TestHub, api_record, contracts};

/// A hub with one small and one large record.
async fn hub() -> (TestHub, Api) {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"small"}"#).await.is(201);
    let text = "Kalimantan Timur ".repeat(200);
    barang.push(json!({"id": "large", "text": text})).await.is(201);
    (hub, barang)
}

fn packed(call: Call) -> Call {
    call.header("Accept-Encoding", "gzip")
}

async fn unpacked(answer: Incoming) -> String {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert!(answer.header("vary").contains("Accept-Encoding"));
    let bytes = answer.rest().await.unwrap();
    let mut text = String::new();
    GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    assert!(bytes.len() < text.len() / 2, "{} of {}", bytes.len(), text.len());
    text
}

#[tokio::test]
async fn whoever_asks_gets_the_same_packed() {
    let (_hub, barang) = hub().await;
    let lines: String = (0..3_000).map(|n| format!("{{\"id\":\"{n}\"}}\n")).collect();
    barang.lines(lines).await.is(200);
    let large = api_record("large");
    for path in [
        large.as_str(),
        "/records?limit=500",
        "/changes?limit=500",
        "/schema",
    ] {
        let plain = barang.get(path).await;
        if plain.body.len() < 1_024 {
            continue;
        }
        let answer = packed(barang.get(path)).open().await;
        assert_eq!(unpacked(answer).await, plain.body, "{path}");
    }
    let lines = |call: Call| call.header("Accept", "application/x-ndjson");
    let plain = lines(barang.get("/changes")).await;
    let answer = packed(lines(barang.get("/changes"))).open().await;
    assert_eq!(unpacked(answer).await, plain.body);
}

#[tokio::test]
async fn whoever_does_not_ask_gets_it_as_it_is() {
    let (_hub, barang) = hub().await;
    let large = api_record("large");
    for accept in [
        None,
        Some("identity"),
        Some("gzip;q=0"),
        Some("br"),
        Some("identity, gzip;q=0.5"),
    ] {
        let call = barang.get(&large);
        let call = match accept {
            Some(accept) => call.header("Accept-Encoding", accept),
            None => call,
        };
        let answer = call.await;
        assert_eq!(answer.header("content-encoding"), "", "{accept:?}");
        assert!(answer.header("vary").contains("Accept-Encoding"));
        assert_eq!(answer.header("content-length"), answer.body.len().to_string());
        assert!(answer.header("etag").starts_with('"'), "{accept:?}");
    }
}

#[tokio::test]
async fn what_is_small_and_events_are_not_packed() {
    let (_hub, barang) = hub().await;
    let answer = packed(barang.record("small")).await;
    assert_eq!(answer.header("content-encoding"), "");
    assert!(answer.header("etag").starts_with('"'));
    let mut events = packed(barang.get("/changes").header("Accept", "text/event-stream"))
        .open()
        .await;
    assert_eq!(events.header("content-encoding"), "");
    assert!(events.block().await.unwrap().unwrap().starts_with("id: 1\n"));
}

#[tokio::test]
async fn the_tag_of_a_packed_record_is_weak_and_works_as_a_condition() {
    let (_hub, barang) = hub().await;
    let strong = barang.record("large").await.header("etag").to_owned();
    let weak = packed(barang.record("large"))
        .open()
        .await
        .header("etag")
        .to_owned();
    assert_eq!(weak, format!("W/{strong}"));
    for tag in [&strong, &weak] {
        let unchanged = packed(barang.record("large")).header("If-None-Match", tag).await;
        assert_eq!(unchanged.is(304).header("etag"), weak);
        let unchanged = barang.record("large").header("If-None-Match", tag).await;
        assert_eq!(unchanged.is(304).header("etag"), strong);
    }
    barang
        .put("large", r#"{"id":"large"}"#)
        .header("If-Match", &weak)
        .await
        .is(200);
    barang
        .put("large", r#"{"id":"large","n":1}"#)
        .header("If-Match", &weak)
        .await
        .problem(412, "precondition-failed");
}

#[tokio::test]
async fn a_large_problem_is_packed_too() {
    let (_hub, barang) = hub().await;
    let lines = "{\"no\":1}\n".repeat(50);
    let answer = packed(barang.lines(lines)).open().await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert_eq!(answer.header("content-type"), "application/problem+json");
}
