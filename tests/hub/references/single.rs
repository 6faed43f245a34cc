//! One record that refers to another.

use serde_json::json;

use super::{hub, kunjungan, tree, violation};
use crate::harness::TestHub;

#[tokio::test]
async fn a_payload_that_refers_to_nothing_is_refused_and_told_what_to_do() {
    let (_hub, wilayah, kunjungan) = hub(json!({})).await;
    let problem = kunjungan
        .push(r#"{"id":"a","kode":"64.1"}"#)
        .english()
        .await
        .problem(422, "contract-violated");
    let expected = json!({
        "pointer": "/kode", "keyword": "reference", "expected": "pod/wilayah/v1",
        "message": "There is no '64.1' in pod/wilayah/v1. Correct the code, or send that record first.",
    });
    assert_eq!(*violation(&problem), expected);
    let problem = kunjungan.push(r#"{"id":"a","kode":"64.1"}"#).await.expect(422);
    let message = "'64.1' tidak ada di pod/wilayah/v1. Perbaiki kodenya, atau kirim rekaman itu lebih dulu.";
    assert_eq!(violation(&problem)["message"], message);
    kunjungan.record("a").await.is(404);
    // What was refused is kept to be repaired.
    let kept = kunjungan.get("/rejections").await.expect(200);
    assert_eq!(kept["rejections"].as_array().unwrap().len(), 2, "{kept}");
    wilayah.push(r#"{"kode":"64.1"}"#).await.is(201);
    kunjungan.push(r#"{"id":"a","kode":"64.1"}"#).await.is(201);
}

#[tokio::test]
async fn nothing_refers_to_nothing_and_numbers_are_keys_by_their_digits() {
    let (_hub, wilayah, kunjungan) = hub(json!({})).await;
    kunjungan.push(r#"{"id":"a"}"#).await.is(201);
    kunjungan.push(r#"{"id":"b","kode":null}"#).await.is(201);
    wilayah.push(r#"{"kode":7}"#).await.is(201);
    kunjungan.push(r#"{"id":"c","kode":7}"#).await.is(201);
    kunjungan.push(r#"{"id":"d","kode":"7"}"#).await.is(201);
    for kode in ["7.0", "\"\"", "64.10", "8"] {
        let problem = kunjungan
            .push(format!("{{\"id\":\"e\",\"kode\":{kode}}}"))
            .await
            .expect(422);
        assert_eq!(violation(&problem)["keyword"], "reference", "{kode}");
    }
    let long = "x".repeat(2_000);
    kunjungan
        .push(format!("{{\"id\":\"e\",\"kode\":\"{long}\"}}"))
        .await
        .is(422);
}

#[tokio::test]
async fn every_way_of_writing_one_record_is_judged() {
    let (_hub, _wilayah, kunjungan) = hub(json!({})).await;
    kunjungan.put("a", r#"{"id":"a","kode":"99"}"#).await.is(422);
    kunjungan.put("a", r#"{"id":"a","kode":"64"}"#).await.is(201);
    let patch = |text: &str| {
        kunjungan
            .call("PATCH", "/records/a")
            .body("application/merge-patch+json", text.to_owned())
    };
    patch(r#"{"kode":"99"}"#).await.problem(422, "contract-violated");
    patch(r#"{"kode":"64.02"}"#).await.is(200);
    kunjungan
        .post("/validate", r#"{"id":"b","kode":"99"}"#)
        .await
        .is(422);
    let dry = kunjungan
        .post("/validate", r#"{"id":"b","kode":"64"}"#)
        .await
        .expect(200);
    assert_eq!(dry["outcome"], "created");
    kunjungan.record("b").await.is(404);
    // What is there already is not judged anew: nothing is written.
    kunjungan.put("a", r#"{"id":"a","kode":"64.02"}"#).await.is(200);
}

#[tokio::test]
async fn a_record_may_refer_to_its_own_dataset_and_to_itself() {
    let (_hub, wilayah) = TestHub::with(tree()).await;
    wilayah.push(r#"{"kode":"64.02","induk":"64"}"#).await.is(422);
    wilayah.push(r#"{"kode":"64","induk":"64"}"#).await.is(201);
    wilayah.push(r#"{"kode":"64.02","induk":"64"}"#).await.is(201);
    // Its own reference does not keep a record.
    wilayah.delete("64").await.problem(409, "record-in-use");
    wilayah.delete("64.02").await.is(200);
    wilayah.delete("64").await.is(200);
}

#[tokio::test]
async fn a_dataset_that_is_not_served_has_nothing() {
    let (hub, kunjungan) = TestHub::with(kunjungan(json!({}))).await;
    let problem = kunjungan
        .push(r#"{"id":"a","kode":"64"}"#)
        .english()
        .await
        .expect(422);
    let message = violation(&problem)["message"].as_str().unwrap();
    assert!(message.contains("is not served here"), "{message}");
    kunjungan.push(r#"{"id":"a"}"#).await.is(201);
    let wilayah = hub.publish(&super::wilayah());
    wilayah.push(r#"{"kode":"64"}"#).await.is(201);
    kunjungan.push(r#"{"id":"a","kode":"64"}"#).await.is(200);
}

#[tokio::test]
async fn a_warning_stores_and_counts() {
    let (hub, _wilayah, kunjungan) = hub(json!({"mode": "warn"})).await;
    let answer = kunjungan.push(r#"{"id":"a","kode":"99"}"#).await.expect(201);
    assert_eq!(answer, json!({"key": "a", "seq": 1, "outcome": "created"}));
    let answer = kunjungan
        .push(r#"[{"id":"b","kode":"98"},{"id":"c","kode":"64"}]"#)
        .await
        .expect(200);
    assert_eq!(answer["created"], 2, "{answer}");
    let atomic = kunjungan
        .post("/records?atomic=true", r#"[{"id":"d","kode":"98"}]"#)
        .await;
    atomic.is(200);
    let counted = "SELECT sum(unresolved) FROM exchange";
    assert_eq!(hub.database.beside().number(counted), 3);
}
