//! What HTTP.md describes and the hub does not do yet: it says so, and never pretends.

use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn resources_that_come_later_are_404() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    barang.get("/live/x").await.is(404);
    let sandbox = barang.base.replace("/api/", "/sandbox/");
    hub.call("GET", sandbox.trim_start_matches(&hub.url))
        .key(&hub.key("bkd"))
        .await
        .is(404);
    barang.record("a").await.is(200);
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
