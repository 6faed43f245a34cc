//! What a contract may say of references.

use serde_json::{Value, json};

use super::kunjungan;
use crate::harness::{TestHub, eventually};

/// A contract with so many filters, and so many references beside them.
fn contract(filters: usize, references: usize) -> Value {
    let mut contract = kunjungan(json!({}));
    let names = |from: usize, count: usize| (from..from + count).map(|n| format!("/k{n}"));
    for name in names(0, filters + references) {
        contract["schema"]["properties"][&name[1..]] = json!({"type": "string"});
    }
    contract["filters"] = names(0, filters).collect();
    let reference = |field: String| json!({"field": field, "dataset": "pod/wilayah/v1", "mode": "warn"});
    contract["references"] = names(filters, references).map(reference).collect();
    contract
}

#[tokio::test]
async fn a_reference_is_no_filter_unless_it_is_one() {
    let (hub, api) = TestHub::with(contract(8, 12)).await;
    let wilayah = hub.publish(&super::wilayah());
    wilayah.push(r#"{"kode":"64"}"#).await.is(201);
    api.push(r#"{"id":"a","k0":"x","k19":"64"}"#).await.is(201);
    api.get("/records?/k19=64")
        .await
        .problem(400, "unknown-parameter");
    api.get("/records?sort=/k19").await.is(400);
    assert_eq!(
        api.get("/records?/k0=x").await.expect(200)["records"][0]["key"],
        "a"
    );
    // The last of the twelve references is found all the same.
    wilayah.delete("64").await.problem(409, "record-in-use");
    // Other filters and fewer references: what refers is told anew.
    let mut next = contract(7, 3);
    next["version"] = "1.1.0".into();
    next["filters"].as_array_mut().unwrap().insert(0, "/k9".into());
    next["references"] = json!([{"field": "/k19", "dataset": "pod/wilayah/v1"}]);
    next["schema"] = contract(8, 12)["schema"].clone();
    hub.publish_uncompared(&next);
    eventually("the reference is found in its new place", || async {
        let answer = wilayah.delete("64").await;
        assert!([409, 503].contains(&answer.status), "{answer:?}");
        (answer.status == 409).then_some(())
    })
    .await;
}
