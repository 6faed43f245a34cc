//! Trying a connector: each phase is told apart.

use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Reply, TestHub, Upstream, contracts};

async fn tested(hub: &TestHub, base: &str, asked: Value) -> Value {
    let number = hub.hub.connectors().unwrap().len();
    let view = hub.connect(
        &format!("sistem {number}"),
        base,
        json!({"timeouts": {"connect_ms": 500, "answer_ms": 500}}),
    );
    let path = format!("/admin/connectors/{}/test", view.connector.id);
    hub.call("POST", &path)
        .key(ADMIN_KEY)
        .json(asked)
        .await
        .expect(200)
}

/// The names of the phases; the last one with a sign of how it ended.
fn phases(tested: &Value) -> String {
    let phases = tested["phases"].as_array().unwrap();
    let names = phases.iter().map(|phase| {
        let sign = if phase["ok"] == true { "" } else { "!" };
        format!("{}{sign}", phase["phase"].as_str().unwrap())
    });
    names.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_phase_of_a_trial_is_explained() {
    let system = Upstream::start(|request| match request.target.as_str() {
        "/baik" => Reply::json(r#"{"id":"1"}"#),
        "/salah" => Reply::json(r#"{"nama":"x"}"#),
        "/html" => Reply::Answer(200, String::new(), b"\n<html>".to_vec()),
        "/gantung" => Reply::Hang,
        _ => Reply::status(404),
    })
    .await;
    let hub = TestHub::start().await;
    hub.publish(&contracts::barang());
    let dataset = "bkd/barang/v1";
    let ask = |path: &str| json!({"path": path, "dataset": dataset});

    let good = tested(&hub, &system.url, ask("/baik")).await;
    assert_eq!(phases(&good), "dns tcp http json contract");
    assert_eq!((&good["ok"], &good["status"]), (&true.into(), &200.into()));
    let wrong = tested(&hub, &system.url, ask("/salah")).await;
    assert_eq!(phases(&wrong), "dns tcp http json contract!");
    assert_eq!(wrong["violations"][0]["pointer"], "/id");
    let html = tested(&hub, &system.url, ask("/html")).await;
    assert_eq!(phases(&html), "dns tcp http json!");
    assert!(
        html["phases"][3]["detail"].as_str().unwrap().contains("HTML"),
        "{html}"
    );
    assert_eq!(
        phases(&tested(&hub, &system.url, ask("/tidak")).await),
        "dns tcp http!"
    );
    assert_eq!(
        phases(&tested(&hub, &system.url, ask("/gantung")).await),
        "dns tcp http!"
    );
    assert_eq!(phases(&tested(&hub, &system.url, json!({})).await), "dns tcp");
    let secure = system.url.replace("http://", "https://");
    assert_eq!(phases(&tested(&hub, &secure, ask("/baik")).await), "dns tcp tls!");
    assert_eq!(
        phases(&tested(&hub, "http://127.0.0.1:9", ask("/baik")).await),
        "dns tcp!"
    );
    assert_eq!(
        phases(&tested(&hub, "http://tidak-ada.invalid", ask("/baik")).await),
        "dns!"
    );
}

#[tokio::test]
async fn a_trial_goes_past_the_breaker_and_refuses_paths_that_lead_out() {
    let hub = TestHub::start().await;
    let view = hub.connect("simpeg", "http://127.0.0.1:9", json!({}));
    let path = format!("/admin/connectors/{}/test", view.connector.id);
    for asked in [
        json!({"path": "/../x"}),
        json!({"path": "x"}),
        json!({"path": "/x", "query": "a b"}),
    ] {
        hub.call("POST", &path)
            .key(ADMIN_KEY)
            .json(&asked)
            .await
            .problem(400, "bad-parameter");
    }
    let asked = json!({"path": "/x", "dataset": "bkd/tiada/v1"});
    hub.call("POST", &path)
        .key(ADMIN_KEY)
        .json(asked)
        .await
        .problem(404, "unknown-dataset");
    hub.call("POST", "/admin/connectors/99/test")
        .key(ADMIN_KEY)
        .json("{}")
        .await
        .problem(404, "unknown-connector");
}
