//! The feed as server-sent events.

use serde_json::{Value, json};

use super::{filled, logged, replace_feed};
use crate::harness::{Api, Incoming, TestHub, actor};

async fn listen(api: &Api, query: &str, last: Option<&str>) -> Incoming {
    let call = api
        .apart()
        .get(&format!("/changes{query}"))
        .header("Accept", "text/event-stream");
    let stream = match last {
        Some(last) => call.header("Last-Event-ID", last).open().await,
        None => call.open().await,
    };
    assert_eq!(stream.status, 200);
    assert_eq!(stream.header("content-type"), "text/event-stream");
    assert_eq!(stream.header("cache-control"), "no-store");
    stream
}

/// The next event: its id and its change. Comments are passed over.
async fn event(stream: &mut Incoming) -> (u64, Value) {
    loop {
        let block = stream.block().await.unwrap().unwrap();
        if block.starts_with(':') {
            continue;
        }
        let lines: Vec<&str> = block.lines().collect();
        let [id, "event: change", data] = lines.as_slice() else {
            panic!("{block:?}");
        };
        let id = id.strip_prefix("id: ").unwrap().parse().unwrap();
        let change: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(change["seq"], id);
        return (id, change);
    }
}

/// Reads to the end; fails unless the end is a proper one.
async fn ends(stream: &mut Incoming) {
    while let Some(block) = stream.block().await.unwrap() {
        assert!(block.starts_with(':'), "{block}");
    }
}

#[tokio::test]
async fn events_tell_what_was_and_then_what_comes() {
    let (hub, barang) = filled(3).await;
    let mut stream = listen(&barang, "?since=1", None).await;
    assert_eq!(event(&mut stream).await.0, 2);
    let page = barang.get("/changes?since=2").await.expect(200);
    assert_eq!(event(&mut stream).await.1, page["changes"][0]);
    barang.put("1", r#"{"id":"1","n":1.50}"#).await.is(200);
    let (id, change) = event(&mut stream).await;
    assert_eq!((id, &change["key"]), (4, &json!("1")));
    assert_eq!(change["data"]["n"].to_string(), "1.50", "as it was sent");
    barang.delete("1").await.is(200);
    assert_eq!(event(&mut stream).await.1["op"], "delete");
    let other = TestHub::builder().on(&hub.database).start().await;
    let there = other.api("bkd/barang/v1", Some(&hub.key("bkd")));
    there.push(r#"{"id":"there"}"#).await.is(201);
    assert_eq!(event(&mut stream).await.1["key"], "there");
}

#[tokio::test]
async fn the_last_event_that_was_received_wins_over_since() {
    let (_hub, barang) = filled(5).await;
    let mut stream = listen(&barang, "?since=1", Some("3")).await;
    assert_eq!(event(&mut stream).await.0, 4);
    let mut stream = listen(&barang, "?since=4", Some("")).await;
    assert_eq!(event(&mut stream).await.0, 5);
    // It is a matter of events alone.
    let page = barang.get("/changes?since=4").header("Last-Event-ID", "1").await;
    assert_eq!(page.expect(200)["changes"][0]["seq"], 5);
}

#[tokio::test]
async fn a_position_that_makes_no_sense_is_a_problem_and_no_stream() {
    let (_hub, barang) = filled(2).await;
    let ask = |path: &str, last: &str| {
        barang
            .get(path)
            .header("Accept", "text/event-stream")
            .header("Last-Event-ID", last)
    };
    for last in [
        "x",
        "-1",
        "1.5",
        "99999999999999999999",
        "9223372036854775808",
        "1 2",
    ] {
        ask("/changes", last).await.problem(400, "bad-parameter");
    }
    ask("/changes", "3").await.problem(410, "cursor-gone");
    ask("/changes?feed=000000000000", "1")
        .await
        .problem(410, "cursor-gone");
    ask("/changes?since=x", "1").await.problem(400, "bad-parameter");
}

#[tokio::test]
async fn a_comment_shows_that_a_quiet_stream_is_alive() {
    let (_hub, barang) = filled(1).await;
    let mut stream = listen(&barang, "?since=1", None).await;
    assert_eq!(stream.block().await.unwrap().unwrap(), ":");
    barang.push(r#"{"id":"new"}"#).await.is(201);
    assert_eq!(event(&mut stream).await.0, 2);
}

#[tokio::test]
async fn the_newest_of_each_key_may_be_listened_to() {
    let (_hub, barang) = filled(2).await;
    barang.put("0", r#"{"id":"0","n":1}"#).await.is(200);
    let mut stream = listen(&barang, "?latest=true", None).await;
    assert_eq!(event(&mut stream).await.0, 2);
    assert_eq!(event(&mut stream).await.0, 3);
    barang.put("0", r#"{"id":"0","n":2}"#).await.is(200);
    assert_eq!(event(&mut stream).await.0, 4);
}

#[tokio::test]
async fn a_revoked_key_ends_its_stream() {
    let (hub, barang) = filled(1).await;
    let (id, key) = hub.new_application("bkd", "sementara");
    let mut stream = listen(&barang.with_key(Some(&key)), "", None).await;
    let mut other = listen(&barang, "", None).await;
    assert_eq!(event(&mut stream).await.0, 1);
    assert_eq!(event(&mut other).await.0, 1);
    hub.hub.revoke_keys(&actor(), id).unwrap();
    ends(&mut stream).await;
    logged(&hub, "credentials-invalid", 1).await;
    barang.push(r#"{"id":"new"}"#).await.is(201);
    assert_eq!(event(&mut other).await.0, 2);
}

#[tokio::test]
async fn a_feed_that_is_replaced_ends_the_stream() {
    let (hub, barang) = filled(1).await;
    let mut stream = listen(&barang, "?since=1", None).await;
    replace_feed(&hub, "0123456789ab");
    ends(&mut stream).await;
    logged(&hub, "cursor-gone", 0).await;
}

#[tokio::test]
async fn a_hub_that_stops_ends_its_streams_properly() {
    let (hub, barang) = filled(1).await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut stream = listen(&barang, "", None).await;
        assert_eq!(event(&mut stream).await.0, 1);
        streams.push(stream);
    }
    let database = std::sync::Arc::clone(&hub.database);
    tokio::task::spawn_blocking(move || drop(hub)).await.unwrap();
    for mut stream in streams {
        ends(&mut stream).await;
    }
    let rows = "SELECT count(*) FROM exchange WHERE action = 'changes' AND outcome = 'ok' AND records = 1";
    assert_eq!(
        database.beside().number(rows),
        5,
        "they are logged before it has ended"
    );
}
