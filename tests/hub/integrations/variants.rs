//! The kinds of integrations that go on from another.

use serde_json::{Value, json};

use super::Stage;
use crate::harness::contracts::barang;

/// Why the last answer was refused.
fn detail(problem: &Value) -> &str {
    problem["detail"].as_str().unwrap()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk")]
async fn a_recipient_joins_what_is_closed_with_a_version_that_grants_it_access_and_was_tested() {
    let mut stage = Stage::start().await;
    let joining = json!({
        "variant": "recipient", "predecessor": "2026/1", "subject": "Tambahan penerima", "parties": [], "contracts": [],
    });
    let running = stage.opening("stranger", joining.clone()).await;
    running.problem(404, "unknown-integration");
    stage.up_to(12).await;
    stage.through(12).await;
    stage.number = stage.open("stranger", joining).await;
    let shown = stage.shown().await;
    let sides: Vec<String> = shown["parties"]
        .as_array()
        .unwrap()
        .iter()
        .map(|party| {
            format!(
                "{} {}",
                party["opd"].as_str().unwrap(),
                party["side"].as_str().unwrap()
            )
        })
        .collect();
    for side in ["dkp asker", "dkp recipient", "bkd provider", "dinkes recipient"] {
        assert!(sides.contains(&side.to_owned()), "{sides:?}");
    }
    stage.papers(&["request-letter", "application-data"]).await;
    stage.complete("stranger", 1, json!({})).await.is(200);
    stage.papers(&["disposition"]).await;
    stage.complete("administrator", 1, json!({})).await.is(200);
    stage
        .papers(&["integration-document", "database-structure"])
        .await;
    for who in ["team", "provider"] {
        stage.complete(who, 3, json!({"outcome": "agreed"})).await.is(200);
    }
    stage.papers(&["formulation"]).await;
    let done = |who: &'static str, step: u8| stage.complete(who, step, json!({}));
    let early = done("team", 4).await.problem(409, "step-refused");
    assert!(detail(&early).contains("after 1.0.0"), "{early}");
    let mut contract = barang();
    contract["version"] = "1.1.0".into();
    stage.agree_contract(&contract, json!({}));
    let closed = done("team", 4).await.problem(409, "step-refused");
    assert!(detail(&closed).contains("grants no access"), "{closed}");
    assert!(
        detail(&closed).contains("dkp") && detail(&closed).contains("dinkes"),
        "{closed}"
    );
    let grant = |opd: &str| json!({"opd": opd, "may": ["pull"], "purpose": "Uji", "basis": "Uji"});
    contract["version"] = "1.2.0".into();
    contract["grants"] = json!([grant("dinkes"), grant("dkp")]);
    stage.agree_contract(&contract, json!({}));
    for who in ["team", "stranger", "provider"] {
        done(who, 4).await.is(200);
    }
    stage.version("1.2.0", "publish", json!({})).await.is(200);
    done("team", 5).await.is(200);
    // Nothing is handed over that was not tested.
    let untested = done("supervisor", 7).await.problem(409, "step-refused");
    assert!(detail(&untested).contains("1.2.0 was not tested"), "{untested}");
    stage.version("1.2.0", "test", json!({})).await.is(200);
    done("supervisor", 7).await.is(200);
    assert_eq!(stage.shown().await["step"]["number"], 8);
}

#[tokio::test]
async fn a_change_agrees_a_later_version_than_its_predecessor() {
    let mut stage = Stage::start().await;
    stage.up_to(12).await;
    stage.through(12).await;
    stage.number = stage
        .open("asker", json!({"variant": "change", "predecessor": "2026/1"}))
        .await;
    for step in 1..4 {
        stage.through(step).await;
    }
    stage.papers(&["formulation"]).await;
    let same = stage
        .complete("team", 4, json!({}))
        .await
        .problem(409, "step-refused");
    assert!(detail(&same).contains("after 1.0.0"), "{same}");
    let ties = stage.shown().await["step"]["ties"].clone();
    assert_eq!(
        (&ties[1]["requires"], &ties[1]["holds"]),
        (&json!("contract-later"), &json!(false))
    );
    stage.agree_version("1.1.0", json!({}));
    stage.complete("team", 4, json!({})).await.is(200);
}
