//! How often, and how much at once, somebody may call.

mod addresses;

use serde_json::json;

use crate::harness::{ADMIN_KEY, TestHub, contracts, raw};

/// Calls until an answer is 429, at most `most` times.
async fn until_limited(api: &crate::harness::Api, path: &str, most: usize) -> crate::harness::Answer {
    for _ in 0..most {
        let answer = api.get(path).await;
        if answer.status == 429 {
            return answer;
        }
    }
    panic!("never limited");
}

#[tokio::test]
async fn an_application_that_asks_too_often_is_told_when_to_come_back_and_others_go_on() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_REQUESTS_PER_SECOND", 2)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    let answer = barang.get("/records").await;
    assert_eq!(
        answer.header("ratelimit-policy"),
        "\"requests\";q=2;w=1, \"records\";q=1000000;w=1"
    );
    assert_eq!(answer.header("ratelimit"), "\"requests\";r=1;t=1");
    let refused = until_limited(&barang, "/records", 200).await;
    refused.problem(429, "rate-limited");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.header("ratelimit-policy"), "\"requests\";q=2;w=1");
    assert_eq!(refused.header("ratelimit"), "\"requests\";r=0;t=1");
    let (_, other) = hub.new_application("bkd", "lain");
    barang.with_key(Some(&other)).get("/records").await.is(200);
    // Whoever manages the hub by its key is never shut out.
    for _ in 0..10 {
        hub.call("GET", "/admin/opds").key(ADMIN_KEY).await.is(200);
    }
}

#[tokio::test]
async fn a_contract_may_allow_less_than_the_hub_and_the_rest_of_the_hub_stays_open() {
    let hub = TestHub::start().await;
    let mut slow = contracts::named(contracts::barang(), "lambat");
    slow["limits"] = json!({"requests_per_second": 1, "records_per_second": 3});
    let (slow, barang) = (hub.publish(&slow), hub.publish(&contracts::barang()));
    until_limited(&slow, "/records", 200).await;
    for _ in 0..20 {
        barang.get("/records").await.is(200);
    }
}

#[tokio::test]
async fn records_are_counted_in_and_out() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_RECORDS_PER_SECOND", 3)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    let mut refused = None;
    for id in 0..200 {
        let answer = barang.push(format!(r#"{{"id":"{id}"}}"#)).await;
        if answer.status == 429 {
            refused = Some((id, answer));
            break;
        }
    }
    let (id, refused) = refused.unwrap();
    refused.problem(429, "rate-limited");
    assert_eq!(refused.header("ratelimit-policy"), "\"records\";q=3;w=1");
    let unlimited = hub.hub.clone();
    let stored = barang.record(&id.to_string()).await;
    assert_ne!(stored.status, 200, "what was refused is not stored");
    drop(unlimited);
    // A list of several records needs as many.
    let (_, other) = hub.new_application("bkd", "lain");
    let other = barang.with_key(Some(&other));
    let refused = until_limited(&other, "/records", 200).await;
    assert_eq!(refused.header("ratelimit-policy"), "\"records\";q=3;w=1");
    assert!(!refused.body.contains("\"records\":["));
}

#[tokio::test]
async fn streams_are_slowed_down_and_come_to_their_end() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_RECORDS_PER_SECOND", 1000)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    let lines: String = (0..1500).map(|id| format!("{{\"id\":\"{id:04}\"}}\n")).collect();
    let report = barang.lines(lines).await.expect(200);
    assert_eq!(report["created"], 1500);
    let read = barang
        .get("/records")
        .header("accept", "application/x-ndjson")
        .await;
    assert_eq!(read.is(200).body.lines().count(), 1500);
    let file = barang.get("/export?format=ndjson").await;
    assert_eq!(file.is(200).body.lines().count(), 1500);
}

#[tokio::test]
async fn only_so_many_calls_and_so_many_bytes_at_the_same_time() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_CONCURRENT_REQUESTS", 1)
        .setting("MAHAKAM_CONCURRENT_BYTES", 1000)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    let events = barang
        .get("/changes?since=0")
        .header("accept", "text/event-stream")
        .open()
        .await;
    assert_eq!(events.header("ratelimit"), "\"requests\";r=99999;t=1");
    let refused = barang.get("/records").await;
    refused.problem(429, "rate-limited");
    assert_eq!(
        refused.header("ratelimit-policy"),
        "\"concurrent\";q=1;qu=\"concurrent-requests\""
    );
    let key = hub.key("bkd");
    drop(events);
    let (_, other) = hub.new_application("bkd", "lain");
    let other = barang.with_key(Some(&other));
    // That the caller has gone is seen when the next event is sent.
    crate::harness::eventually("a free place", || async {
        other.push(r#"{"id":"a"}"#).await;
        other.delete("a").await;
        let answer = barang.get("/records").await;
        (answer.status == 200).then_some(())
    })
    .await;
    let body = format!("{{\"id\":\"{}\"}}", "x".repeat(300));
    barang.push(&body).await.is(201);
    let head = format!(
        "POST /api/bkd/barang/v1/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nConnection: close\r\nContent-Length: 2000\r\n\r\n"
    );
    let answer = raw(hub.address(), head.as_bytes());
    assert_eq!(answer.status, 429, "{}", answer.body);
}

#[tokio::test]
async fn a_person_is_limited_as_an_application_is() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_REQUESTS_PER_SECOND", 2)
        .start()
        .await;
    let cookie = hub.person("sari", &[mahakam::access::Role::Auditor], None).await;
    let mut limited = false;
    for _ in 0..200 {
        limited |= hub.call("GET", "/admin/opds").cookie(&cookie).await.status == 429;
        if limited {
            break;
        }
    }
    assert!(limited);
}
