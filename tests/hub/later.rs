//! What HTTP.md describes and the hub does not do yet: it says so, and never pretends.

use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn resources_that_come_later_are_404() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    barang.get("/live/x").await.is(404);
    barang.record("a").await.is(200);
}
