//! A minor only widens, a patch changes texts and grants alone, and stored records are witnesses.

use serde_json::{Value, json};

use super::{admin, at, publish, register};
use crate::harness::{TestHub, contracts, program};

/// `barang` with a field of this schema.
fn with_field(schema: Value, version: &str) -> Value {
    let mut contract = at(contracts::barang(), version);
    contract["schema"]["properties"]["n"] = schema;
    contract
}

#[tokio::test]
async fn a_minor_that_refuses_what_was_accepted_is_not_published() {
    let hub = TestHub::start().await;
    hub.publish(&with_field(json!({"type": "integer", "maximum": 10}), "1.0.0"));
    let narrow = with_field(json!({"type": "integer", "maximum": 5}), "1.1.0");
    let refused = publish(&hub, &narrow).await.problem(409, "incompatible");
    assert_eq!(refused["verdict"], "breaking");
    let found = &refused["breaks"][0];
    assert_eq!(
        json!([
            found["pointer"],
            found["rule"],
            found["old"],
            found["new"],
            found["version"]
        ]),
        json!(["/n", "maximum", 10, 5, "1.0.0"])
    );
    let example = &found["example"];
    assert!(
        example["n"].as_i64().is_some_and(|n| (6..=10).contains(&n)),
        "{example}"
    );
    // Nothing of it was registered, because publishing it was asked for.
    admin(&hub, "GET", "/bkd/barang/1.1.0").await.is(404);
    // As a draft it may stand, and still not be published.
    register(&hub, &narrow).await;
    admin(&hub, "POST", "/bkd/barang/1.1.0/publish")
        .await
        .problem(409, "incompatible");
    let wide = with_field(json!({"type": "integer", "maximum": 50}), "1.1.1");
    publish(&hub, &wide).await.is(201);
}

#[tokio::test]
async fn every_published_version_is_compared_not_only_the_last() {
    let hub = TestHub::start().await;
    hub.publish(&with_field(json!({"type": "integer"}), "1.0.0"));
    hub.publish(&with_field(json!({"type": ["integer", "string"]}), "1.1.0"));
    let next = with_field(json!({"type": "string"}), "1.2.0");
    let refused = publish(&hub, &next).await.problem(409, "incompatible");
    let versions: Vec<&Value> = refused["breaks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["version"])
        .collect();
    assert_eq!(versions, ["1.0.0", "1.1.0"]);
    assert_eq!(refused["against"], json!(["1.0.0", "1.1.0"]));
}

#[tokio::test]
async fn a_patch_changes_texts_and_grants_alone() {
    let hub = TestHub::start().await;
    hub.publish(&with_field(json!({"type": "integer"}), "1.0.0"));
    let mut patch = with_field(json!({"type": "integer", "title": "Jumlah"}), "1.0.1");
    patch["title"] = "Barang daerah".into();
    patch["grants"] = json!([{"opd": "dinkes", "may": ["pull"], "purpose": "Uji", "basis": "Uji"}]);
    publish(&hub, &patch).await.is(201);
    // Wider, and yet no patch.
    let wider = with_field(json!({"type": ["integer", "string"]}), "1.0.2");
    let refused = publish(&hub, &wider).await.problem(409, "incompatible");
    let found = &refused["breaks"][0];
    assert_eq!(
        json!([found["pointer"], found["rule"]]),
        json!(["/schema", "patch"])
    );
    let mut filters = with_field(json!({"type": "integer"}), "1.0.2");
    filters["filters"] = json!(["/n"]);
    publish(&hub, &filters).await.problem(409, "incompatible");
    publish(&hub, &at(filters, "1.1.0")).await.is(201);
}

#[tokio::test]
async fn what_could_not_be_compared_is_published_only_if_somebody_answers_for_it() {
    let hub = TestHub::start().await;
    let date = json!({"type": "string", "format": "date"});
    let api = hub.publish(&with_field(date.clone(), "1.0.0"));
    api.push(r#"{"id":"a","n":"2026-01-01"}"#).await.is(201);
    let mut second = with_field(date, "1.1.0");
    second["valid"] = json!({"from": "/n"});
    let refused = publish(&hub, &second).await;
    let refused = refused.problem(409, "compatibility-undecided");
    assert_eq!(refused["verdict"], "undecided");
    assert!(refused["undecided"][0]["why"].as_str().unwrap().len() > 10);
    let accepted = admin(&hub, "POST", "?publish=true&accept=undecided").json(&second);
    accepted.await.is(201);
    let moves = admin(&hub, "GET", "/bkd/barang/1.1.0/moves").await.expect(200);
    assert_eq!(moves["moves"][1]["details"]["accept_undecided"], true);
    admin(&hub, "POST", "?publish=true&accept=breaking")
        .json(&second)
        .await
        .problem(400, "bad-parameter");
}

#[tokio::test]
async fn a_check_compares_and_asks_the_stored_records() {
    let hub = TestHub::start().await;
    let first = with_field(json!({"type": "integer"}), "1.0.0");
    let check = |contract: &Value| admin(&hub, "POST", "/check").json(contract);
    let nothing = check(&first).await.expect(200);
    assert_eq!(
        json!([nothing["compatibility"], nothing["stored"]]),
        json!([null, null])
    );
    let api = hub.publish(&first);
    let lines: String = (0..1_500)
        .map(|n| format!("{{\"id\":\"{n:05}\",\"n\":{n}}}\n"))
        .collect();
    api.lines(lines).await.is(200);
    api.delete("00000").await.is(200);
    let narrow = with_field(json!({"type": "integer", "maximum": 1_299}), "1.1.0");
    let report = check(&narrow).await.expect(200);
    assert_eq!(report["compatibility"]["verdict"], "breaking");
    let stored = &report["stored"];
    assert_eq!(json!([stored["records"], stored["misfits"]]), json!([1_499, 200]));
    assert_eq!(stored["first"].as_array().unwrap().len(), 100);
    assert_eq!(stored["first"][0]["key"], "01300");
    assert_eq!(stored["first"][0]["violations"][0]["keyword"], "maximum");
    // The command says the same.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("barang.json");
    std::fs::write(&file, narrow.to_string()).unwrap();
    let output = program(hub.database.url())
        .args(["--json", "contract", "check", file.to_str().unwrap()])
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["stored"]["misfits"], 200);
    assert_eq!(said["compatibility"]["breaks"][0]["rule"], "maximum");
    let registered = program(hub.database.url())
        .args(["contract", "register", file.to_str().unwrap(), "--publish"])
        .output()
        .unwrap();
    assert_eq!(registered.status.code(), Some(1));
    let fault = String::from_utf8(registered.stderr).unwrap();
    assert!(fault.contains("\"rule\":\"maximum\""), "{fault}");
}

#[tokio::test]
async fn of_two_hubs_that_publish_at_once_one_compares_again() {
    let one = TestHub::start().await;
    one.publish(&contracts::barang());
    let other = TestHub::builder().on(&one.database).start().await;
    for round in 1..6 {
        let wide = with_field(json!({}), &format!("1.{}.0", round * 2 - 1));
        let next = at(wide.clone(), &format!("1.{}.0", round * 2));
        let (first, second) = tokio::join!(publish(&one, &wide), publish(&other, &next));
        second.is(201);
        assert!([201, 409].contains(&first.status), "{first:?}");
    }
}
