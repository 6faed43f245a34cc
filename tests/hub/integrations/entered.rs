//! Integrations that ran before the hub did.

use serde_json::{Value, json};

use super::{Stage, holders};

/// What was behind an integration that went back once and is in step 5 now.
fn behind() -> Value {
    json!([
        {"step": 1, "on": "2025-11-03", "papers": [{"document": "request-letter", "place": "Lemari 3, map 12"}]},
        {"step": 2, "on": "2025-11-04"},
        {"step": 3, "on": "2025-11-20", "outcome": "returned"},
        {"step": 2, "on": "2025-11-24"},
        {"step": 3, "on": "2025-12-10", "outcome": "agreed"},
        {"step": 4, "on": "2026-01-08", "papers": [{"document": "formulation", "place": "Lemari 3, map 13"}]},
    ])
}

fn body(entered: Value) -> Value {
    json!({"received_on": "2025-11-01", "reason": "Berjalan sebelum hub", "entered": entered})
}

#[tokio::test]
async fn what_ran_before_is_entered_with_its_days_and_where_its_papers_lie() {
    let mut stage = Stage::without().await;
    // What is behind the agreement is held to what was signed.
    let early = stage.opening("team", body(behind())).await;
    early.problem(409, "step-refused");
    stage.agree();
    stage.number = stage.open("team", body(behind())).await;
    assert_eq!(stage.number, "2025/1");
    let shown = stage.shown().await;
    assert_eq!(
        (
            &shown["step"]["number"],
            &shown["round"],
            &shown["entered_on"],
            &shown["due"]
        ),
        (&json!(5), &json!(2), &json!("2026-01-08"), &json!("2026-02-09"))
    );
    assert_eq!(shown["contracts"][0]["version"], "1.0.0");
    assert_eq!(holders(&shown), ["Tim Teknis"]);
    let rounds = stage.timeline().await["rounds"].clone();
    let (first, last) = (
        &rounds[0]["steps"][0]["moves"][1],
        &rounds[1]["steps"][2]["moves"][0],
    );
    assert_eq!(
        (
            &first["acting"],
            &first["happened_on"],
            &first["by"],
            &first["post"]
        ),
        (
            &json!("entered"),
            &json!("2025-11-03"),
            &json!("Saudara team"),
            &Value::Null
        )
    );
    assert!(
        first["recorded_at"].as_str().unwrap().starts_with("2026-03-02T"),
        "{first}"
    );
    assert_eq!(
        last["papers"],
        json!([{"document": "formulation", "place": "Lemari 3, map 13"}])
    );
    assert_eq!(rounds[0]["steps"][2]["outcome"], "returned");
    // It goes on from there: what the next steps need is there, because it is known where it lies.
    stage.contract("publish", json!({})).await.is(200);
    stage.complete("team", 5, json!({})).await.is(200);
    // A scan may still be added where it belongs.
    let scan = "/documents?kind=request-letter&name=a.json&step=1&round=1";
    stage.about("team", "POST", scan).json("{}").await.is(201);
}

#[tokio::test]
async fn only_the_office_enters_what_ran_before_with_a_reason_and_in_order() {
    let stage = Stage::without().await;
    let one = |step: u8, on: &str| json!([{"step": step, "on": on}]);
    for who in ["asker", "supervisor", "key"] {
        let refused = stage.opening(who, body(one(1, "2025-11-03"))).await;
        refused.problem(403, "forbidden");
    }
    let mut silent = body(one(1, "2025-11-03"));
    silent["reason"] = json!("  ");
    stage.opening("team", silent).await.problem(400, "bad-body");
    let twelve: Vec<Value> = (1..=12)
        .map(|step| json!({"step": step, "on": "2025-12-01"}))
        .collect();
    stage.agree();
    for (entered, status, code) in [
        (one(2, "2025-11-03"), 409, "step-refused"),
        (one(1, "2026-03-03"), 400, "bad-body"),
        (one(1, "2025-10-31"), 400, "bad-body"),
        (
            json!([{"step": 1, "on": "2025-11-03", "outcome": "maybe"}]),
            400,
            "bad-body",
        ),
        (
            json!([{"step": 1, "on": "2025-11-03", "papers": [{"document": "apa", "place": "Lemari"}]}]),
            400,
            "bad-body",
        ),
        (
            json!([{"step": 1, "on": "2025-11-03", "papers": [{"document": "decree", "place": " "}]}]),
            400,
            "bad-body",
        ),
        (json!(twelve), 400, "bad-body"),
    ] {
        stage
            .opening("operator", body(entered))
            .await
            .problem(status, code);
    }
    let none = "SELECT (SELECT count(*) FROM integration) + (SELECT count(*) FROM integration_move)";
    assert_eq!(stage.hub.database.beside().number(none), 0);
    let number = stage.open("administrator", body(one(1, "2025-11-03"))).await;
    assert_eq!(number, "2025/1");
}
