//! Datasets whose records are added and never changed.

use serde_json::json;

use crate::harness::{TestHub, api_record, contracts};

#[tokio::test]
async fn a_transaction_sent_again_is_unchanged_and_one_with_other_content_is_a_conflict() {
    let (_hub, mutasi) = TestHub::with(contracts::mutasi()).await;
    let created = mutasi.push(r#"{"id":"a","n":1}"#).await;
    created.is(201);
    let again = mutasi.push(r#"{"n":1,"id":"a"}"#).await;
    assert_eq!(
        again.expect(200),
        json!({"key": "a", "seq": 1, "outcome": "unchanged"})
    );
    assert_eq!(again.header("etag"), created.header("etag"));
    mutasi
        .push(r#"{"id":"a","n":2}"#)
        .await
        .problem(409, "transaction-exists");
    assert_eq!(mutasi.record("a").await.body, r#"{"id":"a","n":1}"#);
    assert_eq!(mutasi.all_changes(0, 10).await.len(), 1);
}

#[tokio::test]
async fn a_transaction_is_neither_put_nor_patched_nor_deleted() {
    let (_hub, mutasi) = TestHub::with(contracts::mutasi()).await;
    mutasi.push(r#"{"id":"a"}"#).await.is(201);
    for method in ["PUT", "PATCH", "DELETE"] {
        let refused = mutasi.call(method, &api_record("a")).json(r#"{"id":"a"}"#).await;
        refused.problem(405, "method-not-allowed");
        assert_eq!(refused.header("allow"), "GET, HEAD, OPTIONS", "{method}");
    }
    let options = mutasi.call("OPTIONS", &api_record("a")).await;
    assert_eq!(options.is(204).header("allow"), "GET, HEAD, OPTIONS");
    mutasi.record("a").await.is(200);
}

#[tokio::test]
async fn in_a_bulk_a_changed_transaction_is_one_refused_line() {
    let (_hub, mutasi) = TestHub::with(contracts::mutasi()).await;
    mutasi.push(r#"{"id":"a","n":1}"#).await.is(201);
    let report = mutasi
        .lines(concat!(
            "{\"id\":\"a\",\"n\":1}\n",
            "{\"id\":\"a\",\"n\":2}\n",
            "{\"id\":\"b\"}\n",
            "{\"id\":\"b\",\"n\":1}\n",
            "{\"id\":\"b\"}\n"
        ))
        .await
        .expect(200);
    for (name, count) in [
        ("received", 5),
        ("created", 1),
        ("unchanged", 2),
        ("rejected", 2),
        ("updated", 0),
    ] {
        assert_eq!(report[name], count, "{name}: {report}");
    }
    let errors = report["errors"].as_array().unwrap();
    assert_eq!((&errors[0]["line"], &errors[0]["key"]), (&json!(2), &json!("a")));
    assert_eq!((&errors[1]["line"], &errors[1]["key"]), (&json!(4), &json!("b")));
    assert_eq!(errors[0]["code"], "transaction-exists");
    assert_eq!(errors[0]["violations"], json!([]));
}
