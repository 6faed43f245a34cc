//! What a contract may say of references.

use serde_json::{Value, json};

use super::kunjungan;
use crate::harness::{ADMIN_KEY, TestHub, eventually};

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
async fn filters_and_references_together_are_bounded() {
    let hub = TestHub::start().await;
    hub.key("bkd");
    let check = |contract: Value| {
        hub.call("POST", "/admin/contracts/check")
            .key(ADMIN_KEY)
            .json(contract)
    };
    check(contract(8, 4)).await.is(200);
    let problem = check(contract(8, 5)).english().await.expect(422);
    assert!(
        problem.to_string().contains("at most 12 fields, here 13"),
        "{problem}"
    );
    // Nobody looks for what may be deleted anyway.
    let mut ignoring = contract(8, 5);
    ignoring["references"][4]["on_delete"] = "ignore".into();
    check(ignoring).await.is(200);
}

#[tokio::test]
async fn a_reference_is_no_filter_unless_it_is_one() {
    let (hub, api) = TestHub::with(contract(8, 4)).await;
    let wilayah = hub.publish(&super::wilayah());
    wilayah.push(r#"{"kode":"64"}"#).await.is(201);
    api.push(r#"{"id":"a","k0":"x","k11":"64"}"#).await.is(201);
    api.get("/records?/k11=64")
        .await
        .problem(400, "unknown-parameter");
    api.get("/records?sort=/k11").await.is(400);
    assert_eq!(
        api.get("/records?/k0=x").await.expect(200)["records"][0]["key"],
        "a"
    );
    // The last of the twelve is found all the same.
    wilayah.delete("64").await.problem(409, "record-in-use");
    // A filter more moves the references to other slots, which are filled anew.
    let mut next = contract(8, 3);
    next["version"] = "1.1.0".into();
    next["filters"]
        .as_array_mut()
        .unwrap()
        .insert(0, "/catatan".into());
    next["filters"].as_array_mut().unwrap().truncate(8);
    next["references"] = json!([{"field": "/k11", "dataset": "pod/wilayah/v1"}]);
    next["schema"] = contract(8, 4)["schema"].clone();
    hub.publish_uncompared(&next);
    eventually("the reference is found in its new place", || async {
        let answer = wilayah.delete("64").await;
        assert!([409, 503].contains(&answer.status), "{answer:?}");
        (answer.status == 409).then_some(())
    })
    .await;
}
