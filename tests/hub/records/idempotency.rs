//! `Idempotency-Key`.

use serde_json::json;

use crate::harness::{Answer, Call, TestHub, contracts};

const HEADER: &str = "Idempotency-Key";

fn replayed(answer: &Answer) -> bool {
    answer
        .headers
        .get("idempotency-replayed")
        .is_some_and(|value| value == "true")
}

/// Sends it twice and checks that the second answer is the first one.
async fn twice(call: impl Fn() -> Call) -> Answer {
    let first = call().await;
    assert!(!replayed(&first), "{first:?}");
    let second = call().await;
    assert!(replayed(&second), "{second:?}");
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!(first.headers.get("etag"), second.headers.get("etag"));
    assert_eq!(first.headers.get("location"), second.headers.get("location"));
    assert_eq!(
        first.headers.get("content-type"),
        second.headers.get("content-type")
    );
    first
}

#[tokio::test]
async fn a_request_that_is_sent_again_gets_its_first_answer() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let push = || barang.push(r#"{"id":"a"}"#).header(HEADER, "\"k1\"");
    twice(push).await.is(201);
    let put = || barang.put("b", r#"{"id":"b"}"#).header(HEADER, "k2");
    twice(put).await.is(201);
    let patch = || {
        barang
            .call("PATCH", "/records/a")
            .json(r#"{"n":1}"#)
            .header(HEADER, "k3")
    };
    assert_eq!(twice(patch).await.expect(200)["seq"], 3);
    barang.push(r#"{"id":"a","n":9}"#).await.is(200);
    twice(patch_again(&barang)).await.is(422);
    let delete = || barang.delete("b").header(HEADER, "k4");
    assert_eq!(twice(delete).await.expect(200)["outcome"], "deleted");
    assert_eq!(barang.all_changes(0, 100).await.len(), 5);
}

/// A push that is refused is not done anew either.
fn patch_again(barang: &crate::harness::Api) -> impl Fn() -> Call {
    let barang = barang.clone();
    move || barang.push(r#"{"id":true}"#).header(HEADER, "k5")
}

#[tokio::test]
async fn a_bulk_and_a_snapshot_that_are_sent_again_get_their_first_answer() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let lines = "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":false}\n";
    let bulk = || barang.lines(lines).header(HEADER, "k1");
    assert_eq!(twice(bulk).await.expect(200)["created"], 2);
    barang.delete("a").await.is(200);
    let snapshot = || {
        barang
            .call("PUT", "/snapshot?max_delete=1")
            .body("application/x-ndjson", "{\"id\":\"c\"}\n")
            .header(HEADER, "k2")
    };
    assert_eq!(twice(snapshot).await.expect(200)["removed"], 1);
    let refused = || {
        barang
            .call("POST", "/records?atomic=true")
            .body("application/x-ndjson", lines)
            .header(HEADER, "k3")
    };
    twice(refused).await.is(422);
    assert_eq!(barang.all_changes(0, 100).await.len(), 5);
}

#[tokio::test]
async fn a_key_stands_for_one_request_of_one_application() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).header(HEADER, "k").await.is(201);
    for other in [
        barang.push(r#"{"id":"b"}"#),
        barang.put("a", r#"{"id":"a"}"#),
        barang.post("/records?atomic=false", r#"{"id":"a"}"#),
        barang.lines("{\"id\":\"b\"}"),
    ] {
        other
            .header(HEADER, "k")
            .await
            .problem(422, "idempotency-key-reused");
    }
    let (_, key) = hub.new_application("bkd", "kedua");
    let second = barang.with_key(Some(&key));
    let answer = second.push(r#"{"id":"b"}"#).header(HEADER, "k").await;
    assert!(!replayed(&answer));
    answer.is(201);
    for bad in ["", "\"\"", &"x".repeat(256)] {
        barang
            .push(r#"{"id":"c"}"#)
            .header(HEADER, bad)
            .await
            .problem(400, "bad-header");
    }
}

#[tokio::test]
async fn the_same_request_at_the_same_time_is_done_once() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let calls = (0..16).map(|_| {
        let api = barang.apart();
        tokio::spawn(async move { api.push(r#"{"id":"a","n":1}"#).header(HEADER, "k").await })
    });
    let mut created = 0;
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.unwrap();
        match answer.status {
            201 => created += u32::from(!replayed(&answer)),
            409 => drop(answer.problem(409, "idempotency-key-running")),
            other => panic!("{other}: {answer:?}"),
        }
    }
    assert_eq!(created, 1);
    assert_eq!(barang.all_changes(0, 100).await.len(), 1);
}

#[tokio::test]
async fn a_contract_may_demand_a_key() {
    let mut contract = contracts::barang();
    contract["idempotency_key"] = json!("required");
    let (_hub, barang) = TestHub::with(contract).await;
    for call in [
        barang.push(r#"{"id":"a"}"#),
        barang.lines("{\"id\":\"a\"}"),
        barang.call("PUT", "/snapshot").body("application/x-ndjson", ""),
        barang.delete("a"),
    ] {
        let refused = call.await;
        refused.problem(400, "bad-header");
        assert!(refused.body.contains(HEADER));
    }
    barang.post("/validate", r#"{"id":"a"}"#).await.is(200);
    barang.push(r#"{"id":"a"}"#).header(HEADER, "k").await.is(201);
}
