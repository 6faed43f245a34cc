//! Documents that are meant to hold the hub up: each gets a clear answer, and what is served goes on.

use serde_json::{Value, json};

use super::{admin, at, publish};
use crate::harness::{Answer, Api, TestHub, contracts};

/// A document with this schema, sent to be published.
async fn sent(hub: &TestHub, schema: Value) -> Answer {
    let mut contract = contracts::named(contracts::barang(), "jahat");
    contract["schema"] = schema;
    publish(hub, &contract).await
}

fn codes(answer: &Answer) -> Vec<String> {
    let faults = answer.problem(422, "contract-faulty")["faults"].clone();
    let mut codes: Vec<String> = faults
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["code"].as_str().unwrap().to_owned())
        .collect();
    codes.dedup();
    codes
}

async fn served(barang: &Api) {
    barang.push(r#"{"id":"a"}"#).await;
    barang.record("a").await.is(200);
}

#[tokio::test]
async fn schemas_that_never_end_or_lead_elsewhere_are_refused() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let object = |id: Value| json!({"type": "object", "required": ["id"], "properties": {"id": id}});
    let looped =
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}});
    assert!(codes(&sent(&hub, looped).await).contains(&"reference-loop".to_owned()));
    let twice = json!({
        "type": "object", "required": ["id"], "properties": {"id": {"type": "string"}},
        "$defs": {"a": {"$id": "https://x.example/a"}, "b": {"$id": "https://x.example/a"}},
    });
    assert_eq!(codes(&sent(&hub, twice).await), ["id-twice"]);
    let behind = object(json!({"type": "string", "pattern": "(?=a)b"}));
    assert_eq!(codes(&sent(&hub, behind).await), ["pattern-unsupported"]);
    let remote = object(json!({"type": "string", "allOf": [{"$ref": "http://127.0.0.1:1/x"}]}));
    assert_eq!(codes(&sent(&hub, remote).await), ["reference-outside"]);
    served(&barang).await;
}

#[tokio::test]
async fn patterns_that_hold_others_up_are_judged_in_linear_time() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let schema = json!({
        "type": "object", "required": ["id"],
        "properties": {"id": {"type": "string"}, "n": {"type": "string", "pattern": "^(a+)+(b|a|aa)*$"}},
    });
    sent(&hub, schema).await.is(201);
    let api = hub.api("bkd/jahat/v1", Some(&hub.key("bkd")));
    let text = "a".repeat(100_000);
    api.push(json!({"id": "a", "n": format!("{text}!")}))
        .await
        .problem(422, "contract-violated");
    api.push(json!({"id": "a", "n": text})).await.is(201);
    served(&barang).await;
}

#[tokio::test]
async fn very_large_documents_are_read_or_refused_as_too_large() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let mut wide = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
    for n in 0..10_000 {
        wide["properties"][format!("f{n}")] = json!({"type": "string", "maxLength": 10});
    }
    sent(&hub, wide.clone()).await.is(201);
    let api = hub.api("bkd/jahat/v1", Some(&hub.key("bkd")));
    api.push(r#"{"id":"a","f9999":"x"}"#).await.is(201);
    api.push(r#"{"id":"b","f9999":"01234567890"}"#).await.is(422);
    // The next version of it is compared, in bounded time, and never called compatible unseen.
    let mut contract = at(contracts::named(contracts::barang(), "jahat"), "1.1.0");
    wide["properties"]["f500"]["maxLength"] = json!(9);
    contract["schema"] = wide;
    let next = publish(&hub, &contract).await;
    assert_eq!(next.status, 409, "{}", next.body.get(..300).unwrap_or_default());
    let huge = json!({
        "type": "object", "required": ["id"], "description": "x".repeat(5_000_000),
        "properties": {"id": {"type": "string"}},
    });
    let mut contract = contracts::named(contracts::barang(), "besar");
    contract["schema"] = huge;
    let answer = publish(&hub, &contract).await;
    assert!([201, 413].contains(&answer.status), "{}", answer.status);
    served(&barang).await;
}

#[tokio::test]
async fn thousands_of_examples_are_judged_and_bombs_are_not_unpacked() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let mut contract = contracts::named(contracts::barang(), "contoh");
    let examples: Vec<Value> = (0..5_000).map(|n| json!({"id": n.to_string()})).collect();
    contract["examples"] = json!({"valid": examples, "invalid": [{}]});
    publish(&hub, &contract).await.is(201);
    contract = at(contract, "1.0.1");
    contract["examples"]["valid"][4_999] = json!({"id": true});
    let refused = publish(&hub, &contract).await;
    assert_eq!(codes(&refused), ["example-refused"]);
    let mut bomb = String::from("a: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (name, before) in "bcdefghij".chars().zip("abcdefghi".chars()) {
        let list = vec![format!("*{before}"); 10].join(",");
        bomb.push_str(&format!("{name}: &{name} [{list}]\n"));
    }
    let answer = admin(&hub, "POST", "").body("application/yaml", bomb).await;
    assert!([400, 422].contains(&answer.status), "{}", answer.status);
    assert!(answer.body.len() < 100_000, "{} bytes", answer.body.len());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = admin(&hub, "POST", "").body("application/yaml", deep).await;
    assert!([400, 422].contains(&answer.status), "{}", answer.status);
    served(&barang).await;
}

#[tokio::test]
async fn a_schema_whose_cost_explodes_is_refused_before_it_holds_a_thread() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    // Each level is tried twice: some sixty million times at the end.
    let mut levels = serde_json::Map::new();
    for level in 0..26 {
        let next = json!({"properties": {"a": {"$ref": format!("#/$defs/n{}", level + 1)}}});
        let twice = json!({"anyOf": [next.clone(), {"allOf": [next], "required": ["b"]}]});
        levels.insert(format!("n{level}"), twice);
    }
    levels.insert("n26".into(), json!({"type": "string"}));
    let doubling = json!({
        "type": "object", "required": ["id"],
        "properties": {"id": {"type": "string"}, "v": {"$ref": "#/$defs/n0"}}, "$defs": levels,
    });
    assert_eq!(codes(&sent(&hub, doubling).await), ["schema-too-costly"]);
    hub.call("GET", "/api/bkd/jahat/v1/contract")
        .key(&hub.key("bkd"))
        .await
        .is(404);
    served(&barang).await;
}
