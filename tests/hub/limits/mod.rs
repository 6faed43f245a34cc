//! How often, and how much at once, somebody may call.

mod addresses;

use std::time::{Duration, Instant};

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
    let (_, other) = hub.new_application("bkd", "lain");
    let other = barang.with_key(Some(&other));
    other.record(&id.to_string()).await.is(404);
    // A list of several records counts as many.
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
async fn small_bulks_and_snapshots_are_counted_line_by_line() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_RECORDS_PER_SECOND", 2)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    let lines = "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}\n{\"id\":\"d\"}\n";
    for (method, path) in [
        ("POST", "/records"),
        ("POST", "/records?atomic=true"),
        ("POST", "/validate"),
        ("PUT", "/snapshot"),
    ] {
        let (_, key) = hub.new_application("bkd", "sendiri");
        let api = barang.with_key(Some(&key));
        let began = Instant::now();
        let call = api.call(method, path).body("application/x-ndjson", lines);
        call.await.is(200);
        // Two at once, and two more in the second that follows.
        assert!(began.elapsed() >= Duration::from_millis(900), "{method} {path}");
    }
}

#[tokio::test]
async fn bulks_of_one_unended_line_are_no_way_around() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_RECORDS_PER_SECOND", 1)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    for _ in 0..200 {
        let answer = barang.lines(r#"{"id":"a"}"#).await;
        if answer.status == 429 {
            assert_eq!(answer.header("ratelimit-policy"), "\"records\";q=1;w=1");
            return;
        }
    }
    panic!("never limited");
}

#[tokio::test]
async fn a_page_of_more_records_than_a_second_allows_is_paid_for_by_the_calls_after_it() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    let barang = hub.publish(&contract);
    let lines: String = (0..60).map(|id| format!("{{\"id\":\"{id:02}\"}}\n")).collect();
    barang.lines(lines).await.is(200);
    contract["version"] = "1.1.0".into();
    contract["limits"] = json!({"records_per_second": 2});
    hub.publish(&contract);
    let page = barang.get("/records").await.expect(200);
    assert_eq!(page["records"].as_array().unwrap().len(), 60);
    let refused = barang.get("/records").await;
    refused.problem(429, "rate-limited");
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!(wait > 10, "58 more are to be paid for: {wait}");
    barang.push(r#"{"id":"x"}"#).await.problem(429, "rate-limited");
    assert_eq!(refused.header("ratelimit-policy"), "\"records\";q=2;w=1");
    assert_eq!(refused.header("ratelimit"), format!("\"records\";r=0;t={wait}"));
}

#[tokio::test]
async fn whoever_is_refused_is_counted_too() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_REQUESTS_PER_SECOND", 1)
        .start()
        .await;
    hub.publish(&contracts::barang());
    for path in [
        "/api/bkd/tiada/v1/records",
        "/api/bkd/barang/v1/records",
        "/api/bkd/barang/x/records",
        "/admin/opds",
        "/openapi.json",
        "/catalog",
        "/docs",
        "/api",
    ] {
        let (_, key) = hub.new_application("dinkes", "lain");
        let mut limited = false;
        for _ in 0..200 {
            let answer = hub.call("GET", path).key(&key).await;
            assert!(
                !answer.header("ratelimit-policy").is_empty(),
                "{path}: {answer:?}"
            );
            limited |= answer.status == 429;
            if limited {
                break;
            }
        }
        assert!(limited, "{path}");
    }
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
