//! `PUT /records/{key}`.

use serde_json::json;

use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn put_creates_updates_and_leaves_alone() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let created = barang.put("a", r#"{"id":"a","n":1}"#).await;
    assert_eq!(
        created.expect(201),
        json!({"key": "a", "seq": 1, "outcome": "created"})
    );
    assert_eq!(created.header("location"), format!("{}/records/a", barang.base));
    let updated = barang.put("a", r#"{"id":"a","n":2}"#).await;
    assert_eq!(
        updated.expect(200),
        json!({"key": "a", "seq": 2, "outcome": "updated"})
    );
    let unchanged = barang.put("a", r#"{"n":2,"id":"a"}"#).await;
    assert_eq!(
        unchanged.expect(200),
        json!({"key": "a", "seq": 2, "outcome": "unchanged"})
    );
    assert_eq!(unchanged.header("etag"), updated.header("etag"));
}

#[tokio::test]
async fn a_key_that_differs_from_the_path_is_a_conflict() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for (path, payload) in [
        ("a", r#"{"id":"b"}"#),
        ("a", r#"{"id":"A"}"#),
        ("a", r#"{"id":" a"}"#),
        ("1", r#"{"id":"01"}"#),
    ] {
        barang.put(path, payload).await.problem(409, "key-mismatch");
    }
    assert_eq!(barang.get("/changes").await.expect(200)["changes"], json!([]));
}

#[tokio::test]
async fn what_breaks_the_contract_is_told_before_the_key_that_differs() {
    let (_hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    pegawai
        .put("1", r#"{"nip":"199001012015031001"}"#)
        .await
        .problem(422, "contract-violated");
}

#[tokio::test]
async fn put_takes_one_json_text_and_no_lines() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang
        .call("PUT", "/records/a")
        .body("application/x-ndjson", r#"{"id":"a"}"#)
        .await
        .problem(415, "unsupported-media-type");
    barang
        .put("a", r#"[{"id":"a"}]"#)
        .await
        .problem(422, "contract-violated");
    barang
        .call("PUT", "/records/a?atomic=true")
        .json(r#"{"id":"a"}"#)
        .await
        .problem(400, "unknown-parameter");
}
