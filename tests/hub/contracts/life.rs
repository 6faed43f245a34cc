//! Draft, agreed, published, deprecated, retired; each move is kept.

use mahakam::contract::contract_digest;
use mahakam::types::Clock;
use serde_json::{Value, json};

use super::{admin, at, publish, register};
use crate::harness::{NOW, TestHub, contracts, program};

/// What was signed under a document.
fn agreed(contract: &Value) -> Value {
    json!({
        "contract_digest": contract_digest(contract).to_string(),
        "signers": [{"name": "Siti", "office": "Kepala BKD", "on": "2026-03-02"}]
    })
}

async fn state(hub: &TestHub, version: &str) -> Value {
    let list = admin(hub, "GET", "").await.expect(200);
    let versions = list["contracts"].as_array().unwrap();
    let found = versions.iter().find(|entry| entry["version"] == version);
    found.unwrap()["state"].clone()
}

#[tokio::test]
async fn what_was_signed_is_what_runs() {
    let hub = TestHub::start().await;
    let contract = contracts::barang();
    register(&hub, &contract).await;
    assert_eq!(state(&hub, "1.0.0").await, "draft");
    // Signatures under anything else are refused.
    let other = agreed(&at(contract.clone(), "1.0.1"));
    let refused = admin(&hub, "POST", "/bkd/barang/1.0.0/agree").json(&other).await;
    let refused = refused.problem(422, "contract-faulty");
    assert_eq!(refused["faults"][0]["code"], "agreed-differs");
    let done = admin(&hub, "POST", "/bkd/barang/1.0.0/agree").json(agreed(&contract));
    assert_eq!(done.await.expect(200)["state"], "agreed");
    let shown = admin(&hub, "GET", "/bkd/barang/1.0.0").await.expect(200);
    assert_eq!(shown["agreed"]["signers"][0]["name"], "Siti");
    // The same document still counts as the same, with its signatures and without.
    admin(&hub, "POST", "").json(&contract).await.is(200);
    admin(&hub, "POST", "").json(&shown).await.is(200);
    admin(&hub, "POST", "/bkd/barang/1.0.0/agree")
        .json(agreed(&contract))
        .await
        .is(200);
    let mut changed = agreed(&contract);
    changed["signers"] = json!([{"name": "Budi"}]);
    admin(&hub, "POST", "/bkd/barang/1.0.0/agree")
        .json(&changed)
        .await
        .problem(409, "no-such-move");
    admin(&hub, "POST", "/bkd/barang/1.0.0/publish").await.is(200);
    let api = hub.api("bkd/barang/v1", Some(&hub.key("bkd")));
    assert_eq!(api.get("/contract").await.expect(200)["agreed"], shown["agreed"]);
    let moves = admin(&hub, "GET", "/bkd/barang/1.0.0/moves").await.expect(200);
    let after: Vec<&Value> = moves["moves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["after"])
        .collect();
    assert_eq!(after, ["draft", "agreed", "published"]);
    assert_eq!(moves["moves"][1]["details"]["agreed"], shown["agreed"]);
}

#[tokio::test]
async fn a_document_that_comes_with_its_signatures_is_agreed_at_once() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    register(&hub, &contract).await;
    contract["agreed"] = agreed(&contract);
    let again = admin(&hub, "POST", "").json(&contract).await.expect(200);
    assert_eq!(again["state"], "agreed");
    let mut other = contracts::named(contracts::barang(), "lain");
    other["agreed"] = agreed(&other);
    assert_eq!(register(&hub, &other).await["state"], "agreed");
}

#[tokio::test]
async fn a_document_that_was_changed_in_the_database_is_not_published() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    contract["agreed"] = agreed(&contract);
    register(&hub, &contract).await;
    hub.database
        .beside()
        .run("UPDATE contract SET document = replace(document, 'Barang', 'Orang')");
    let refused = admin(&hub, "POST", "/bkd/barang/1.0.0/publish").await;
    refused.problem(500, "internal");
    assert_eq!(state(&hub, "1.0.0").await, "agreed");
}

#[tokio::test]
async fn a_deprecated_major_says_when_it_ends_and_what_follows() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let api = hub.publish(&contracts::barang());
    hub.publish(&at(contracts::barang(), "2.0.0"));
    api.push(r#"{"id":"a"}"#).await.is(201);
    let deprecate = || admin(&hub, "POST", "/bkd/barang/1.0.0/deprecate");
    let unknown = json!({"successor": "bkd/barang/v9"});
    deprecate().json(unknown).await.problem(400, "bad-body");
    deprecate()
        .json(json!({"sunset": "besok lusa"}))
        .await
        .problem(400, "bad-body");
    deprecate()
        .json(json!({"sunsett": "2027-06-30"}))
        .await
        .problem(422, "contract-violated");
    let how = json!({"sunset": "2027-06-30", "reason": "Versi 2 sudah jalan"});
    assert_eq!(deprecate().json(how).await.expect(200)["state"], "deprecated");
    let link = format!(
        "<{}/api/bkd/barang/v2>; rel=\"successor-version\"",
        hub.hub.config().http.public_url
    );
    // Whatever the answer is.
    for answer in [
        api.record("a").await,
        api.get("/changes").await,
        api.push("{}").await,
        api.record("x").await,
        api.get("/contract").await,
    ] {
        assert_eq!(answer.header("deprecation"), format!("@{}", NOW.seconds()));
        assert_eq!(answer.header("sunset"), "Wed, 30 Jun 2027 00:00:00 GMT");
        assert_eq!(answer.header("link"), link);
    }
    let other = hub.api("bkd/barang/v2", Some(&hub.key("bkd")));
    assert_eq!(other.get("/records").await.header("deprecation"), "");
    let listed = hub.call("GET", "/api").key(&hub.key("bkd")).await.expect(200);
    let listed = &listed["datasets"][0];
    assert_eq!(
        json!([listed["state"], listed["sunset"], listed["successor"]]),
        json!(["deprecated", "2027-06-30T00:00:00.000Z", "bkd/barang/v2"])
    );
    // A minor that is published meanwhile ends with its major.
    let minor = publish(&hub, &at(contracts::barang(), "1.1.0")).await;
    assert_eq!(minor.expect(201)["state"], "deprecated");
    // Back again, for a reason.
    let back = || admin(&hub, "POST", "/bkd/barang/1.0.0/publish");
    back().await.problem(400, "bad-body");
    let done = back().json(json!({"reason": "Ditunda"})).await.expect(200);
    assert_eq!(done["state"], "published");
    assert_eq!(api.record("a").await.header("deprecation"), "");
    let moves = admin(&hub, "GET", "/bkd/barang/1.0.0/moves").await.expect(200);
    let moves = moves["moves"].as_array().unwrap();
    assert_eq!(moves.len(), 4);
    assert_eq!(moves[2]["reason"], "Versi 2 sudah jalan");
    assert_eq!(moves[2]["details"]["successor"], "bkd/barang/v2");
    assert_eq!(moves[3]["before"], "deprecated");
    assert_eq!(moves[3]["by"], "admin-key");
}

#[tokio::test]
async fn a_retired_major_is_gone_and_names_its_successor() {
    let hub = TestHub::start().await;
    let api = hub.publish(&contracts::barang());
    let second = hub.publish(&at(contracts::barang(), "2.0.0"));
    api.push(r#"{"id":"a"}"#).await.is(201);
    let path = |step: &str| format!("/bkd/barang/1.0.0/{step}");
    admin(&hub, "POST", &path("retire"))
        .await
        .problem(409, "no-such-move");
    admin(&hub, "POST", &path("deprecate"))
        .json(json!({"sunset": "2999-01-01"}))
        .await
        .is(200);
    admin(&hub, "POST", &path("retire"))
        .await
        .problem(400, "bad-body");
    let why = json!({"reason": "Semua pemakai sudah pindah"});
    let done = admin(&hub, "POST", &path("retire")).json(&why).await.expect(200);
    assert_eq!(done["state"], "retired");
    for answer in [
        api.record("a").await,
        api.push(r#"{"id":"b"}"#).await,
        api.get("/contract").await,
        api.get("/openapi.json").await,
        api.call("DELETE", "/records/a").await,
    ] {
        let gone = answer.problem(410, "contract-retired");
        assert_eq!(gone["successor"], "bkd/barang/v2");
        assert!(answer.header("link").contains("successor-version"));
    }
    second.push(r#"{"id":"a"}"#).await.is(201);
    // Who may not know of it learns nothing.
    let stranger = hub.key("dinkes");
    api.with_key(Some(&stranger)).record("a").await.is(404);
    api.with_key(None).record("a").await.is(401);
    // Nothing comes back, and nothing follows within the major.
    admin(&hub, "POST", &path("publish"))
        .json(&why)
        .await
        .problem(409, "contract-retired");
    publish(&hub, &at(contracts::barang(), "1.1.0"))
        .await
        .problem(409, "contract-retired");
    let listed = hub.call("GET", "/api").key(&hub.key("bkd")).await.expect(200);
    assert_eq!(listed["datasets"].as_array().unwrap().len(), 1);
    // The data stays, for whoever manages the hub.
    assert_eq!(
        hub.database
            .beside()
            .number("SELECT count(*) FROM record WHERE key = 'a'"),
        2
    );
}

#[tokio::test]
async fn moves_reach_the_other_hub() {
    let one = TestHub::start().await;
    one.publish(&contracts::barang());
    let other = TestHub::builder().on(&one.database).start().await;
    let there = other.api("bkd/barang/v1", Some(&one.key("bkd")));
    there.get("/records").await.is(200);
    admin(&one, "POST", "/bkd/barang/1.0.0/deprecate").await.is(200);
    crate::harness::eventually("the other hub tells of it", || async {
        let answer = there.get("/records").await;
        answer.header("deprecation").starts_with('@').then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_commands_move_versions_too() {
    let hub = TestHub::start().await;
    register(&hub, &contracts::barang()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agreed.json");
    std::fs::write(&file, agreed(&contracts::barang()).to_string()).unwrap();
    let run = |arguments: &[&str]| {
        let output = program(hub.database.url())
            .args(["--json", "contract"])
            .args(arguments)
            .output()
            .unwrap();
        let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (
            output.status.code(),
            said,
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let version = ["bkd/barang/v1", "1.0.0"];
    let (code, said, fault) = run(&["agree", version[0], version[1], file.to_str().unwrap()]);
    assert_eq!((code, &said["state"]), (Some(0), &json!("agreed")), "{fault}");
    assert_eq!(run(&["publish", version[0], version[1]]).1["state"], "published");
    let (code, _, fault) = run(&["retire", version[0], version[1]]);
    assert_eq!(code, Some(1));
    assert!(fault.contains("Announce it first"), "{fault}");
    let (_, said, _) = run(&["deprecate", version[0], version[1], "--sunset", "2020-01-01"]);
    assert_eq!(said["state"], "deprecated");
    assert_eq!(
        run(&["deprecate", version[0], version[1], "--sunset", "x"]).0,
        Some(2)
    );
    assert_eq!(run(&["retire", version[0], version[1]]).1["state"], "retired");
    let (_, said, _) = run(&["moves", version[0], version[1]]);
    assert_eq!(said["moves"].as_array().unwrap().len(), 5);
    let api = hub.api("bkd/barang/v1", Some(&hub.key("bkd")));
    crate::harness::eventually("the server noticed", || async {
        (api.get("/records").await.status == 410).then_some(())
    })
    .await;
}
