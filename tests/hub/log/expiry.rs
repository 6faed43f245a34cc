//! Exchanges are kept as long as the contract says, and what is left still verifies.

use std::sync::Arc;

use mahakam::types::Clock;
use serde_json::json;

use super::{ended, verified};
use crate::harness::{NOW, TestHub, contracts};

const DAY: i64 = 86_400_000;

#[tokio::test]
async fn exchanges_go_when_their_contract_says_and_the_rest_still_verifies() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder()
        .clock(clock.clone())
        .setting("MAHAKAM_LOG_RETENTION", "P40D")
        .start()
        .await;
    let mut short = contracts::barang();
    short["retention"] = json!({"log": "P10D"});
    let barang = hub.publish(&short);
    let mutasi = hub.publish(&contracts::mutasi());
    for n in 0..30 {
        barang.push(json!({ "id": n.to_string() })).await.is(201);
        mutasi.push(json!({ "id": n.to_string() })).await.is(201);
    }
    let count = |dataset: &str| format!("SELECT count(*) FROM exchange WHERE dataset = '{dataset}'");
    let mut beside = hub.database.beside();
    clock.advance(11 * DAY);
    hub.hub.refresh().unwrap();
    barang.push(r#"{"id":"baru"}"#).await.is(201);
    while hub.hub.forget_exchanges().unwrap() > 0 {}
    assert_eq!(beside.number(&count("bkd/barang/v1")), 1);
    assert!(beside.number(&count("bkd/mutasi/v1")) >= 30);
    let verdict = verified(&hub.database);
    assert!(verdict.ok && verdict.expired >= 20, "{:#?}", verdict);
    clock.advance(30 * DAY);
    hub.hub.refresh().unwrap();
    while hub.hub.forget_exchanges().unwrap() > 0 {}
    assert_eq!(
        beside.number("SELECT count(*) FROM exchange WHERE changes > 0"),
        0
    );
    let links = beside.number(
        "SELECT count(*) FROM chain_link WHERE chain_id IN (SELECT id FROM chain WHERE kind = 'exchange')",
    );
    assert!(links <= 1, "what holds nothing is cut off: {links}");
    let verdict = verified(&hub.database);
    assert!(verdict.ok, "{:#?}", verdict.faults);
    barang.push(r#"{"id":"lagi"}"#).await.is(201);
    let database: Arc<_> = ended(hub);
    assert!(verified(&database).ok);
    // Nobody else lets rows go.
    database.beside().run("DELETE FROM exchange WHERE changes > 0");
    assert!(!verified(&database).ok);
}
