//! `DELETE /records/{key}`.

use serde_json::{Value, json};

use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn a_deleted_record_is_gone_from_get_and_list_and_stands_in_the_feed() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    barang.push(r#"{"id":"b"}"#).await.is(201);
    assert_eq!(
        barang.delete("a").await.expect(200),
        json!({"key": "a", "seq": 3, "outcome": "deleted"})
    );
    barang.record("a").await.problem(404, "unknown-record");
    let keys: Vec<Value> = barang
        .all_records(10)
        .await
        .iter()
        .map(|record| record["key"].clone())
        .collect();
    assert_eq!(keys, [json!("b")]);
    let last = barang.all_changes(2, 10).await;
    assert_eq!(last[0]["op"], "delete");
    assert_eq!(last[0]["key"], "a");
    assert_eq!(last[0]["data"], Value::Null);
    assert_eq!(last[0].get("erased"), None);
}

#[tokio::test]
async fn what_is_not_there_can_not_be_deleted() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.delete("a").await.problem(404, "unknown-record");
    barang.push(r#"{"id":"a"}"#).await.is(201);
    barang.delete("a").await.is(200);
    barang.delete("a").await.problem(404, "unknown-record");
    assert_eq!(barang.all_changes(0, 10).await.len(), 2);
}

#[tokio::test]
async fn a_deleted_record_can_be_created_again_even_with_the_same_content() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    barang.delete("a").await.is(200);
    assert_eq!(
        barang.push(r#"{"id":"a"}"#).await.expect(201),
        json!({"key": "a", "seq": 3, "outcome": "created"})
    );
    barang.record("a").await.is(200);
}
