//! Mappings: tried without effect, run under limits, and what they can't map kept as rejected.

use serde_json::{Value, json};

use super::{Asked, Reply, System, add, connect, hub_with, list, manage, run, stored};
use crate::harness::{Answer, TestHub, contracts};

/// Items in the shape of an old application.
fn old_shape(_: &Asked) -> Reply {
    Reply::Json(
        r#"{"hasil":[{"KODE":"640802","NAMA":" Sangatta ","N":64.10},{"KODE":null,"NAMA":"x"},{"KODE":"640803","NAMA":"y","AKTIF":"T"}]}"#
            .into(),
    )
}

const MAPPING: &str =
    r#"select(.AKTIF != "T") | {id: (.KODE | [scan("..")] | join(".")), nama: (.NAMA | trim), n: .N}"#;

async fn preview(hub: &TestHub, connector: i64, body: &Value) -> Answer {
    manage(
        hub,
        "POST",
        &format!("/admin/connectors/{connector}/preview"),
        Some(body),
    )
    .await
}

/// A hub with `bkd/barang/v1` and a connector, and the connector's number.
async fn with_connector(system: &System) -> (TestHub, i64) {
    let hub = TestHub::start().await;
    hub.publish(&contracts::barang());
    let id = connect(&hub, "sistem", system, &json!({}));
    (hub, id)
}

#[tokio::test]
async fn a_mapping_turns_the_systems_shape_into_the_contracts() {
    let system = System::start(old_shape);
    let hub = hub_with(&system).await;
    let form = json!({"as": "json", "items": "/hasil"});
    let id = add(&hub, &json!({"mapping": MAPPING, "form": form})).await;
    let run = run(&hub, id).await;
    assert_eq!(run["outcome"], "ok", "{run}");
    assert_eq!(
        (&run["received"], &run["created"], &run["rejected"]),
        (&json!(3), &json!(1), &json!(1))
    );
    let api = hub.api("bkd/barang/v1", Some(&hub.key("bkd")));
    assert_eq!(
        api.record("64.08.02").await.body,
        r#"{"id":"64.08.02","nama":"Sangatta","n":64.10}"#
    );
    // What the mapping could not map is kept as the system sent it.
    let page = api.get("/rejections").await.expect(200);
    assert_eq!(page["rejections"][0]["code"], "mapping-failed", "{page}");
    let number = &page["rejections"][0]["number"];
    let rejection = api.get(&format!("/rejections/{number}")).await;
    assert!(rejection.body.contains("KODE"), "{rejection:?}");
}

#[tokio::test]
async fn a_preview_shows_items_records_and_violations_and_stores_nothing() {
    let system = System::start(old_shape);
    let (hub, connector) = with_connector(&system).await;
    let form = json!({"as": "json", "items": "/hasil"});
    let mapping = r#"if .KODE == "640803" then {id: true} else {id: (.KODE | ascii_downcase), n: .N} end"#;
    let wish = json!({"dataset": "bkd/barang/v1", "path": "/barang", "form": form, "mapping": mapping});
    let answer = preview(&hub, connector, &wish).await;
    let shown = answer.expect(200);
    assert_eq!(shown["items_total"], 3);
    let items = shown["items"].as_array().unwrap();
    assert_eq!(items[0]["records"][0]["output"]["id"], "640802");
    assert_eq!(items[0]["records"][0]["accepted"], true);
    assert!(
        answer.body.contains("\"N\":64.10}") && answer.body.contains("\"n\":64.10}"),
        "{answer:?}"
    );
    assert!(
        items[1]["fault"].as_str().is_some() && items[1]["records"] == json!([]),
        "{shown}"
    );
    let refused = &items[2]["records"][0];
    assert_eq!(
        (&refused["accepted"], &refused["problem"]["code"]),
        (&json!(false), &json!("contract-violated"))
    );
    assert_eq!(refused["violations"][0]["pointer"], "/id");
    assert!(stored(&hub).await.is_empty());
    let rejections = hub
        .api("bkd/barang/v1", Some(&hub.key("bkd")))
        .get("/rejections")
        .await
        .expect(200);
    assert_eq!(rejections["rejections"], json!([]));
    // What the system answers wrongly is explained here, too.
    let wish = json!({"dataset": "bkd/barang/v1", "path": "/barang"});
    let shown = preview(&hub, connector, &wish).await.expect(200);
    assert_eq!(shown["reason"]["code"], "answer-without-items");
}

#[tokio::test]
async fn a_sample_can_be_tried_without_the_system() {
    let system = System::start(|_: &Asked| Reply::Hang);
    let (hub, connector) = with_connector(&system).await;
    let tried = |input: Value, more: Value| {
        let mut wish = json!({"dataset": "bkd/barang/v1", "mapping": "{id: .a}", "input": input});
        wish.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let hub = &hub;
        async move { preview(hub, connector, &wish).await }
    };
    let shown = tried(json!([{"a": "x"}, {"a": 1}, {"a": null}]), json!({}))
        .await
        .expect(200);
    let accepted: Vec<_> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["records"][0]["accepted"].as_bool().unwrap())
        .collect();
    assert_eq!(accepted, [true, true, false]);
    let lines = "{\"a\":\"x\"}\nkacau\n";
    let shown = tried(json!(lines), json!({"form": {"as": "ndjson"}}))
        .await
        .expect(200);
    assert_eq!(shown["items"][1]["input"], "kacau");
    let shown = tried(json!("<html>"), json!({})).await.expect(200);
    assert_eq!(shown["reason"]["code"], "answer-is-html");
    let shown = tried(json!([{"a": "x"}, {"a": "y"}]), json!({"limit": 1}))
        .await
        .expect(200);
    assert_eq!(
        (&shown["items_total"], shown["items"].as_array().unwrap().len()),
        (&json!(2), 1)
    );
    tried(json!([]), json!({"path": "/barang"}))
        .await
        .problem(400, "bad-body");
    let neither = json!({"dataset": "bkd/barang/v1"});
    preview(&hub, connector, &neither).await.problem(400, "bad-body");
    hub.publish(&contracts::libur());
    tried(json!([]), json!({"dataset": "pod/libur/v1"}))
        .await
        .problem(422, "contract-faulty");
    tried(json!([]), json!({"dataset": "bkd/tidak_ada/v1"}))
        .await
        .problem(404, "unknown-dataset");
    preview(&hub, 99, &neither).await.problem(400, "bad-body");
    let elsewhere = json!({"dataset": "bkd/barang/v1", "input": []});
    preview(&hub, 99, &elsewhere)
        .await
        .problem(404, "unknown-connector");
    assert!(system.asked().is_empty());
}

#[tokio::test]
async fn a_mapping_that_is_none_or_reaches_beyond_its_item_is_refused() {
    let system = System::start(old_shape);
    let (hub, connector) = with_connector(&system).await;
    for mapping in [
        ".a |",
        "tidak_ada(1)",
        "env",
        "$ENV.PATH",
        "input",
        "now",
        "import \"a\" as a; .",
        "halt",
    ] {
        let settings = super::settings(&json!({"mapping": mapping}));
        let added = manage(&hub, "POST", "/admin/pulls", Some(&json!({"settings": settings}))).await;
        let problem = added.problem(422, "contract-faulty");
        assert_eq!(
            problem["faults"][0]["pointer"], "/mapping",
            "{mapping}: {problem}"
        );
        let wish = json!({"dataset": "bkd/barang/v1", "mapping": mapping, "input": []});
        preview(&hub, connector, &wish)
            .await
            .problem(422, "contract-faulty");
    }
}

#[tokio::test]
async fn a_mapping_that_never_ends_or_eats_memory_is_ended_and_nothing_else_is_hurt() {
    let system = System::start(|_: &Asked| Reply::Json(list(0, 2)));
    let (hub, connector) = with_connector(&system).await;
    let before = json!({"mapping": "if .id == \"000001\" then [range(1e12)] | length else . end"});
    let costly = add(&hub, &before).await;
    let run = run(&hub, costly).await;
    assert_eq!(
        (&run["outcome"], &run["reason"]["code"]),
        (&json!("failed"), &json!("mapping-unusable")),
        "{run}"
    );
    assert!(stored(&hub).await.is_empty());
    for mapping in ["def f: 1 + f; f", "def f: f; f"] {
        let wish = json!({"dataset": "bkd/barang/v1", "mapping": mapping, "input": [1]});
        let problem = preview(&hub, connector, &wish)
            .await
            .problem(422, "contract-faulty");
        assert_eq!(problem["faults"][0]["code"], "mapping-unusable", "{mapping}");
    }
    let wish = json!({"dataset": "bkd/barang/v1", "mapping": "{id: \"a\"}", "input": [1]});
    assert_eq!(
        preview(&hub, connector, &wish).await.expect(200)["items"][0]["records"][0]["accepted"],
        true
    );
}

#[tokio::test]
async fn a_mapping_that_makes_far_too_much_of_a_page_is_ended() {
    let text = "x".repeat(400_000);
    let items: Vec<String> = (0..4)
        .map(|n| format!("{{\"id\":\"{n}\",\"t\":\"{text}\"}}"))
        .collect();
    let page = format!("[{}]", items.join(","));
    let system = System::start(move |_: &Asked| Reply::Json(page.clone()));
    let hub = hub_with(&system).await;
    // Each item by itself becomes less than one may.
    let id = add(&hub, &json!({"mapping": "range(50) as $i | .id += \"-\\($i)\""})).await;
    let run = run(&hub, id).await;
    assert_eq!(
        (&run["outcome"], &run["reason"]["code"]),
        (&json!("failed"), &json!("mapping-unusable")),
        "{run}"
    );
    assert_eq!(run["created"], 0);
}
