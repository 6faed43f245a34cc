//! `POST /validate`: the answer of a push, and nothing stored.

use serde_json::{Value, json};

use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn it_answers_as_the_push_would_and_stores_nothing() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a","n":1}"#).await.is(201);
    for (payload, outcome) in [
        (r#"{"id":"b"}"#, "created"),
        (r#"{"id":"a","n":2}"#, "updated"),
        (r#"{"n":1,"id":"a"}"#, "unchanged"),
    ] {
        let answer = barang.post("/validate", payload).await.expect(200);
        assert_eq!(answer["outcome"], outcome);
        assert_eq!(answer["seq"], Value::Null);
        assert!(answer["key"].is_string());
    }
    assert_eq!(barang.all_changes(0, 10).await.len(), 1);
    assert_eq!(barang.record("a").await.body, r#"{"id":"a","n":1}"#);
}

#[tokio::test]
async fn it_refuses_what_the_push_would_refuse() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.post("/validate", "{").await.problem(400, "not-json");
    barang
        .post("/validate", "{}")
        .await
        .problem(422, "contract-violated");
    barang
        .post("/validate?x=1", "{}")
        .await
        .problem(400, "unknown-parameter");
    let mutasi = hub.publish(&contracts::mutasi());
    mutasi.push(r#"{"id":"a","n":1}"#).await.is(201);
    mutasi
        .post("/validate", r#"{"id":"a","n":2}"#)
        .await
        .problem(409, "transaction-exists");
}

#[tokio::test]
async fn a_bulk_is_tried_as_a_whole() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let body = "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{}\n{\"id\":\"b\",\"n\":1}\n";
    let tried = barang
        .call("POST", "/validate")
        .body("application/x-ndjson", body)
        .await
        .expect(200);
    for (name, count) in [
        ("received", 4),
        ("created", 1),
        ("updated", 1),
        ("unchanged", 1),
        ("rejected", 1),
    ] {
        assert_eq!(tried[name], count, "{name}: {tried}");
    }
    assert_eq!(tried["errors"][0]["line"], 3);
    assert_eq!(barang.all_changes(0, 10).await.len(), 1);
    let refused = barang.post("/validate", "[{}]").await;
    assert_eq!(refused.problem(422, "bulk-refused")["rejected"], 1);
}

#[tokio::test]
async fn an_atomic_bulk_is_tried_with_the_counts_it_would_get() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let body = r#"[{"id":"a"},{},{"id":"b"}]"#;
    let mut tried = barang.post("/validate?atomic=true", body).await.expect(422);
    let mut pushed = barang.post("/records?atomic=true", body).await.expect(422);
    for answer in [&mut tried, &mut pushed] {
        let members = answer.as_object_mut().unwrap();
        members.retain(|name, _| name != "exchange" && name != "request_id");
    }
    assert_eq!(tried, pushed);
    assert_eq!(pushed["rejected"], json!(3));
}

#[tokio::test]
async fn a_live_dataset_judges_payloads_too() {
    let (_hub, cuti) = TestHub::with(contracts::live()).await;
    cuti.post("/validate", r#"{"id":"a"}"#).await.is(200);
    cuti.post("/validate", "{}")
        .await
        .problem(422, "contract-violated");
}

#[tokio::test]
async fn it_needs_the_right_to_push() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let payload = json!({"nip": "199001012015031001", "nama": "Siti"});
    let post = |opd: &str| pegawai.with_key(Some(&hub.key(opd))).post("/validate", &payload);
    post("dkp").await.is(200);
    post("dinkes").await.problem(403, "forbidden");
    post("pod").await.problem(404, "unknown-dataset");
}
