//! Publishing for a run of the procedure, and outside one.

use serde_json::{Value, json};

use super::Stage;

/// The integration for which the last publication was made, by its move.
async fn of_run(stage: &Stage, version: &str) -> Value {
    let path = format!("/admin/contracts/bkd/barang/{version}/moves");
    let moves = stage.by("auditor", "GET", &path).await.expect(200);
    moves["moves"].as_array().unwrap().last().unwrap()["details"]["integration"].clone()
}

#[tokio::test]
async fn outside_a_run_people_publish_only_with_a_reason_and_that_is_listed() {
    let stage = Stage::start().await;
    stage.up_to(4).await;
    stage.agree();
    let publish = |who: &str, body: Value| {
        stage
            .by(who, "POST", "/admin/contracts/bkd/barang/1.0.0/publish")
            .json(body)
    };
    // The integration is about it, but has not come to publishing it.
    for who in ["team", "operator"] {
        for body in [json!({}), json!({"reason": "  "})] {
            publish(who, body).await.problem(400, "bad-body");
        }
    }
    publish("supervisor", json!({"reason": "Uji"}))
        .await
        .problem(403, "forbidden");
    let listed = || async {
        let list = stage.by("operator", "GET", "/admin/contracts/outside-runs").await;
        list.expect(200)["publications"].clone()
    };
    assert_eq!(listed().await, json!([]));
    let reason = json!({"reason": "Perintah Gubernur"});
    publish("operator", reason).await.is(200);
    let list = listed().await;
    assert_eq!(
        (
            &list[0]["dataset"],
            &list[0]["version"],
            &list[0]["by"],
            &list[0]["reason"]
        ),
        (
            &json!("bkd/barang/v1"),
            &json!("1.0.0"),
            &json!("person:operator"),
            &json!("Perintah Gubernur")
        )
    );
    assert_eq!(of_run(&stage, "1.0.0").await, Value::Null);
    // An agency is told of its own alone.
    for (who, count) in [("provider", 1), ("asker", 0)] {
        let list = stage
            .by(who, "GET", "/admin/contracts/outside-runs")
            .await
            .expect(200);
        assert_eq!(list["publications"].as_array().unwrap().len(), count, "{who}");
    }
}

#[tokio::test]
async fn an_integration_publishes_what_it_agreed_once_it_comes_to_that() {
    let stage = Stage::start().await;
    stage.up_to(6).await;
    assert_eq!(of_run(&stage, "1.0.0").await, json!(stage.number));
    // A later version that was signed since belongs to it too.
    stage.agree_version("1.1.0", json!({}));
    stage.version("1.1.0", "publish", json!({})).await.is(200);
    assert_eq!(of_run(&stage, "1.1.0").await, json!(stage.number));
    let list = stage
        .by("auditor", "GET", "/admin/contracts/outside-runs")
        .await
        .expect(200);
    assert_eq!(list["publications"], json!([]));
    // When the file was given up, nothing is published for it any more.
    let end = json!({"reason": "Batal", "letter": "800/13"});
    stage
        .about("administrator", "POST", "/cancel")
        .json(end)
        .await
        .is(200);
    stage.agree_version("1.2.0", json!({}));
    let alone = stage.version("1.2.0", "publish", json!({})).await;
    alone.problem(400, "bad-body");
    // The management key publishes as before, and it is listed.
    let path = "/admin/contracts/bkd/barang/1.2.0/publish";
    stage.by("key", "POST", path).await.is(200);
    let list = stage
        .by("auditor", "GET", "/admin/contracts/outside-runs")
        .await
        .expect(200);
    assert_eq!(list["publications"][0]["reason"], Value::Null);
}
