//! What HTTP.md describes and the hub does not do yet: it says so, and never pretends.

use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn resources_that_come_later_are_404() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    for path in ["/records/a/history", "/export?format=csv", "/live/x"] {
        barang.get(path).await.is(404);
    }
    barang
        .call("PUT", "/snapshot")
        .body("application/x-ndjson", "")
        .await
        .is(404);
    let sandbox = barang.base.replace("/api/", "/sandbox/");
    hub.call("GET", sandbox.trim_start_matches(&hub.url))
        .key(&hub.key("bkd"))
        .await
        .is(404);
    barang.record("a").await.is(200);
}

#[tokio::test]
async fn a_patch_is_refused() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let refused = barang.call("PATCH", "/records/a").json(r#"{"n":1}"#).await;
    assert!([400, 404, 405].contains(&refused.status), "{refused:?}");
    assert_eq!(barang.record("a").await.body, r#"{"id":"a"}"#);
}

#[tokio::test]
async fn parameters_that_come_later_are_400_and_never_ignored() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for query in [
        "/records?/n=1",
        "/records?/n[gte]=1",
        "/records?sort=/n",
        "/records?count=exact",
    ] {
        barang.get(query).await.problem(400, "unknown-parameter");
    }
}

#[tokio::test]
async fn forms_of_an_answer_that_come_later_are_406() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang
        .get("/records")
        .header("Accept", "application/x-ndjson")
        .await
        .problem(406, "not-acceptable");
}

#[tokio::test]
async fn whoever_counts_on_an_idempotency_key_is_not_left_in_the_dark() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let answer = barang
        .push(r#"{"id":"a"}"#)
        .header("Idempotency-Key", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"")
        .await;
    answer.is(400);
}
