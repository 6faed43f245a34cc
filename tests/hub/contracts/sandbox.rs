//! The sandbox: the newest agreed version, records and a feed of its own.

use serde_json::json;

use super::{admin, at, register};
use crate::harness::{ADMIN_KEY, Api, TestHub, contracts};

/// The same dataset for trying, in the same hands.
fn sandbox(hub: &TestHub, dataset: &str, key: Option<&str>) -> Api {
    let mut api = hub.api(dataset, key);
    api.base = api.base.replace("/api/", "/sandbox/");
    api
}

#[tokio::test]
async fn what_is_tried_stays_apart() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let tried = sandbox(&hub, "bkd/barang/v1", Some(&hub.key("bkd")));
    barang.push(r#"{"id":"a","n":1}"#).await.is(201);
    tried.record("a").await.is(404);
    let pushed = tried.push(r#"{"id":"b"}"#).await;
    assert_eq!(pushed.expect(201)["seq"], 1);
    assert!(
        pushed
            .header("location")
            .contains("/sandbox/bkd/barang/v1/records/b")
    );
    tried.lines("{\"id\":\"c\"}\n{\"id\":\"d\"}\n").await.is(200);
    barang.record("b").await.is(404);
    let there = tried.get("/changes").await.expect(200);
    let real = barang.get("/changes").await.expect(200);
    assert_eq!(there["changes"].as_array().unwrap().len(), 3);
    assert_eq!(real["changes"].as_array().unwrap().len(), 1);
    assert_ne!(there["feed"], real["feed"]);
    let page = tried.get("/records?limit=1").await;
    assert!(page.header("link").contains("/sandbox/bkd/barang/v1/records?"));
    tried.push("{}").await.is(422);
    assert_eq!(
        tried.get("/rejections").await.expect(200)["rejections"][0]["number"],
        1
    );
    assert_eq!(
        barang.get("/rejections").await.expect(200)["rejections"],
        json!([])
    );
    // The log tells which was meant.
    crate::harness::eventually("the calls are logged", || async {
        let count = "SELECT count(*) FROM exchange WHERE dataset = 'sandbox/bkd/barang/v1'";
        (hub.database.beside().number(count) >= 6).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_agreed_version_is_tried_before_it_is_published() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let mut next = at(contracts::barang(), "1.1.0");
    next["schema"]["properties"]["id"] = json!({});
    next["filters"] = json!(["/id"]);
    let digest = mahakam::contract::contract_digest(&next).to_string();
    next["agreed"] = json!({"contract_digest": digest});
    register(&hub, &next).await;
    let tried = sandbox(&hub, "bkd/barang/v1", Some(&hub.key("bkd")));
    assert_eq!(tried.get("/contract").await.expect(200)["version"], "1.1.0");
    assert_eq!(barang.get("/contract").await.expect(200)["version"], "1.0.0");
    tried.push(r#"{"id":"a"}"#).await.is(201);
    tried.get("/records?/id=a").await.is(200);
    barang.get("/records?/id=a").await.is(400);
    // A first version is tried before anything is published.
    let mut first = contracts::named(contracts::barang(), "baru");
    let digest = mahakam::contract::contract_digest(&first).to_string();
    register(&hub, &first).await;
    let tried = sandbox(&hub, "bkd/baru/v1", Some(&hub.key("bkd")));
    tried.get("/records").await.is(404);
    first["agreed"] = json!({"contract_digest": digest});
    admin(&hub, "POST", "").json(&first).await.is(200);
    tried.push(r#"{"id":"a"}"#).await.is(201);
    hub.api("bkd/baru/v1", Some(&hub.key("bkd")))
        .get("/records")
        .await
        .is(404);
}

#[tokio::test]
async fn the_same_keys_and_grants_hold() {
    let (hub, _) = TestHub::with(contracts::pegawai()).await;
    let (owner, reader) = (hub.key("bkd"), hub.key("bappeda"));
    let tried = sandbox(&hub, "bkd/pegawai/v1", Some(&owner));
    tried
        .push(r#"{"nip":"198001012005011001","nama":"Budi","unit":{"kode":"7","nama":"X"}}"#)
        .await
        .is(201);
    let granted = tried.with_key(Some(&reader));
    let shown = granted.record("198001012005011001").await.expect(200);
    assert_eq!(shown, json!({"nip": "198001012005011001", "unit": {"kode": "7"}}));
    granted.push("{}").await.is(403);
    tried.with_key(None).get("/records").await.is(401);
    tried
        .with_key(Some(&hub.key("dpmptsp")))
        .get("/records")
        .await
        .is(404);
}

#[tokio::test]
async fn a_reset_begins_anew_and_what_was_is_deleted() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"real"}"#).await.is(201);
    let tried = sandbox(&hub, "bkd/barang/v1", Some(&hub.key("bkd")));
    let lines: String = (0..5_000).map(|n| format!("{{\"id\":\"{n}\"}}\n")).collect();
    tried.lines(lines).await.is(200);
    tried.push("{}").await.is(422);
    let before = tried.get("/changes?limit=1").await.expect(200);
    let feed = before["feed"].as_str().unwrap().to_owned();
    // The owner may, and who manages the hub; nobody else, and not the real one.
    let stranger = tried.with_key(Some(&hub.key("dinkes")));
    stranger.post("/reset", "").await.is(404);
    tried.with_key(None).post("/reset", "").await.is(401);
    barang.post("/reset", "").await.is(404);
    let reset = tried.post("/reset", "").await.expect(200);
    assert_ne!(reset["feed"], feed);
    assert_eq!(tried.get("/records").await.expect(200)["records"], json!([]));
    assert_eq!(
        tried.get("/rejections").await.expect(200)["rejections"],
        json!([])
    );
    assert_eq!(tried.push(r#"{"id":"a"}"#).await.expect(201)["seq"], 1);
    tried
        .get(&format!("/changes?since=1&feed={feed}"))
        .await
        .problem(410, "cursor-gone");
    hub.call("POST", "/sandbox/bkd/barang/v1/reset")
        .key(ADMIN_KEY)
        .await
        .is(200);
    // Hubs that have not noticed yet may still write to it for a minute.
    assert_eq!(hub.hub.empty_sandboxes().unwrap(), 0);
    hub.database
        .beside()
        .run("UPDATE dataset SET replaced_at = 1 WHERE replaced_at IS NOT NULL");
    while hub.hub.empty_sandboxes().unwrap() > 0 {}
    let mut beside = hub.database.beside();
    assert_eq!(beside.number("SELECT count(*) FROM change"), 1);
    assert_eq!(beside.number("SELECT count(*) FROM record"), 1);
    assert_eq!(beside.number("SELECT count(*) FROM rejection"), 0);
    assert_eq!(beside.number("SELECT count(*) FROM dataset"), 2);
    barang.record("real").await.is(200);
}

#[tokio::test]
async fn a_dataset_from_before_there_were_sandboxes_gets_one() {
    let (hub, _) = TestHub::with(contracts::barang()).await;
    let mut beside = hub.database.beside();
    beside.run(
        "DELETE FROM dataset_head WHERE dataset_id IN (SELECT id FROM dataset WHERE sandbox_of IS NOT NULL)",
    );
    beside.run("DELETE FROM dataset WHERE sandbox_of IS NOT NULL");
    let later = TestHub::builder().on(&hub.database).start().await;
    let tried = sandbox(&later, "bkd/barang/v1", Some(&hub.key("bkd")));
    tried.push(r#"{"id":"a"}"#).await.is(201);
}

#[tokio::test]
async fn references_lead_to_the_sandbox_and_else_to_what_is_real() {
    let hub = TestHub::start().await;
    let codes = hub.publish(&contracts::named(contracts::barang(), "kode"));
    let mut visits = contracts::named(contracts::barang(), "kunjungan");
    visits["schema"]["properties"]["kode"] = json!({"type": "string"});
    visits["references"] = json!([{"field": "/kode", "dataset": "bkd/kode/v1"}]);
    hub.publish(&visits);
    codes.push(r#"{"id":"real"}"#).await.is(201);
    let key = hub.key("bkd");
    let tried = sandbox(&hub, "bkd/kunjungan/v1", Some(&key));
    tried.push(r#"{"id":"a","kode":"real"}"#).await.is(201);
    tried.push(r#"{"id":"b","kode":"tried"}"#).await.is(422);
    sandbox(&hub, "bkd/kode/v1", Some(&key))
        .push(r#"{"id":"tried"}"#)
        .await
        .is(201);
    tried.push(r#"{"id":"b","kode":"tried"}"#).await.is(201);
    // What is real neither sees the sandbox nor is held by it.
    hub.api("bkd/kunjungan/v1", Some(&key))
        .push(r#"{"id":"b","kode":"tried"}"#)
        .await
        .is(422);
    codes.delete("real").await.is(200);
    // What is tried is held by what is tried.
    let codes = sandbox(&hub, "bkd/kode/v1", Some(&key));
    codes.delete("tried").await.problem(409, "record-in-use");
    tried.delete("b").await.is(200);
    codes.delete("tried").await.is(200);
}
