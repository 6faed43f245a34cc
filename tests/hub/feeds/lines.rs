//! The feed as NDJSON: everything to the end, a change a line.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::{feed_of, filled, logged};
use crate::harness::{Api, Call, TestHub, contracts};

const LINES: &str = "application/x-ndjson";

fn lines(api: &Api, query: &str) -> Call {
    api.get(&format!("/changes{query}")).header("Accept", LINES)
}

fn values(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn lines_tell_what_pages_tell_without_limit() {
    let (hub, barang) = filled(6_000).await;
    barang.delete("7").await.is(200);
    barang.put("8", r#"{"id":"8","n":1.50}"#).await.is(200);
    let answer = lines(&barang, "").await;
    assert_eq!(answer.header("content-type"), LINES);
    assert_eq!(answer.header("mahakam-feed"), feed_of(&barang).await);
    assert!(answer.body.ends_with("\n"));
    let expected = barang.all_changes(0, 1_000).await;
    assert_eq!(values(&answer.body), expected);
    logged(&hub, "ok", 6_002).await;
    let rest = lines(&barang, "?since=5000&limit=10").await;
    assert_eq!(values(&rest.body), expected[5_000..]);
    assert!(
        rest.body.contains(r#""data":{"id":"8","n":1.50}"#),
        "as it was sent"
    );
    let newest = lines(&barang, "?latest=true").await;
    assert_eq!(values(&newest.body).len(), 6_000);
    assert_eq!(lines(&barang, "?since=6002").await.is(200).body, "");
}

#[tokio::test]
async fn what_is_wrong_from_the_start_is_a_problem_and_no_stream() {
    let (_hub, barang) = filled(1).await;
    lines(&barang, "?since=2").await.problem(410, "cursor-gone");
    lines(&barang, "?feed=000000000000")
        .await
        .problem(410, "cursor-gone");
    lines(&barang, "?since=x").await.problem(400, "bad-parameter");
    lines(&barang.with_key(None), "").await.is(401);
    for accept in ["text/csv", "application/xml", "text/event-stream;q=0"] {
        let refused = barang.get("/changes").header("Accept", accept).await;
        let problem = refused.problem(406, "not-acceptable");
        assert!(problem["detail"].as_str().unwrap().contains("text/event-stream"));
    }
    barang
        .call("HEAD", "/changes")
        .header("Accept", LINES)
        .await
        .is(200);
}

#[tokio::test]
async fn lines_may_be_waited_for() {
    let (_hub, barang) = filled(1).await;
    let wait = tokio::spawn(lines(&barang.apart(), "?since=1&wait=50").into_future());
    barang.push(r#"{"id":"new"}"#).await.is(201);
    let answer = wait.await.unwrap();
    assert_eq!(values(&answer.body).len(), 1);
}

#[tokio::test]
async fn lines_hold_the_granted_fields_only() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    pegawai
        .push(r#"{"nip":"198001012005011001","nama":"A","unit":{"kode":"x","nama":"y"}}"#)
        .await
        .is(201);
    let part = pegawai.with_key(Some(&hub.key("bappeda")));
    let answer = lines(&part, "").await;
    assert_eq!(
        values(&answer.body)[0]["data"],
        serde_json::json!({"nip": "198001012005011001", "unit": {"kode": "x"}})
    );
}

#[tokio::test]
async fn a_failure_in_the_middle_breaks_the_connection_off() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let text = "x".repeat(10_000);
    let body: String = (0..8_000)
        .map(|n| format!("{{\"id\":\"{n}\",\"t\":\"{text}\"}}\n"))
        .collect();
    barang.lines(body).await.is(200);
    let mut stream = lines(&barang.apart(), "").open().await;
    assert_eq!(stream.status, 200);
    assert!(stream.line().await.unwrap().is_some());
    // A gap that no hub makes: what stands behind it can't be served whole.
    hub.database.beside().run("DELETE FROM change WHERE seq = 8000");
    let mut count = 1;
    let ended = loop {
        match stream.line().await {
            Ok(Some(_)) => count += 1,
            ended => break ended,
        }
    };
    assert!(
        ended.is_err(),
        "an answer that is not whole must not look whole: {count}"
    );
    assert!(count < 8_000);
}

#[tokio::test]
async fn whoever_leaves_early_is_logged_with_what_was_given_out() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let text = "x".repeat(10_000);
    let body: String = (0..3_000)
        .map(|n| format!("{{\"id\":\"{n}\",\"t\":\"{text}\"}}\n"))
        .collect();
    barang.lines(body).await.is(200);
    let mut stream = lines(&barang.apart(), "").open().await;
    assert!(stream.line().await.unwrap().is_some());
    drop(stream);
    let rows = "SELECT count(*) FROM exchange WHERE action = 'changes' AND outcome = 'left' \
                AND records > 0 AND records < 3000";
    crate::harness::eventually("the exchange is logged", || async {
        (hub.database.beside().number(rows) == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn readers_that_do_not_read_keep_nobody_else_from_a_feed() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let lain = hub.publish(&contracts::named(contracts::barang(), "lain"));
    lain.push(r#"{"id":"a"}"#).await.is(201);
    let text = "x".repeat(40_000);
    let lines: String = (0..300)
        .map(|n| format!("{{\"id\":\"{n}\",\"x\":\"{text}\"}}\n"))
        .collect();
    barang.lines(&lines).await.is(200);
    let address = hub.url.trim_start_matches("http://");
    let request = format!(
        "GET /api/bkd/barang/v1/changes HTTP/1.1\r\nHost: hub\r\nAccept: {LINES}\r\nAuthorization: Bearer {}\r\n\r\n",
        hub.key("bkd")
    );
    // As many as have a turn at once, and more.
    let stalled: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            // The answer has begun, and goes no further.
            stream.read_exact(&mut [0; 1]).unwrap();
            stream
        })
        .collect();
    for _ in 0..20 {
        let page = tokio::time::timeout(Duration::from_secs(60), lain.get("/changes?limit=1")).await;
        page.expect("a feed that nobody reads").is(200);
    }
    drop(stalled);
}
