//! What is refused: the wrong people, the wrong order, papers and ties that are wanting.

use serde_json::json;

use super::{PEOPLE, Stage, holders};

#[tokio::test]
async fn a_step_is_completed_by_its_own_actors_and_by_nobody_else() {
    let stage = Stage::start().await;
    // Step, those who may act in it.
    let actors: [(u8, &[&str]); 12] = [
        (1, &["asker", "administrator"]),
        (2, &["asker"]),
        (3, &["team", "provider"]),
        (4, &["team", "asker", "provider"]),
        (5, &["team"]),
        (6, &["team"]),
        (7, &["supervisor"]),
        (8, &["asker", "provider"]),
        (9, &["asker", "team"]),
        (10, &["supervisor"]),
        (11, &["administrator"]),
        (12, &["team", "supervisor", "administrator"]),
    ];
    for (step, may) in actors {
        let others = PEOPLE.iter().map(|(name, ..)| *name).chain(["key"]);
        for who in others.filter(|who| !may.contains(who)) {
            let body = match step {
                3 => json!({"outcome": "agreed"}),
                8 => json!({"outcome": "valid"}),
                11 => json!({"outcome": "fits", "reason": "Uji"}),
                _ => json!({}),
            };
            let answer = stage.complete(who, step, body).await;
            // What is another agency's is not even there; who has no part at all is told so at the door.
            let code = match who {
                "stranger" => (404, "unknown-integration"),
                "operator" | "auditor" | "key" => (403, "forbidden"),
                _ => (403, "step-of-others"),
            };
            answer.problem(code.0, code.1);
        }
        assert_eq!(stage.shown().await["step"]["number"], step);
        stage.through(step).await;
    }
    assert_eq!(stage.shown().await["state"], "closed");
}

#[tokio::test]
async fn a_step_done_twice_or_out_of_order_is_refused_with_what_happened_meanwhile() {
    let stage = Stage::start().await;
    stage
        .complete("asker", 2, json!({}))
        .await
        .problem(409, "step-refused");
    stage
        .complete("asker", 13, json!({}))
        .await
        .problem(409, "step-refused");
    stage.papers(&["request-letter", "application-data"]).await;
    let early = stage.complete("administrator", 1, json!({})).await;
    let early = early.problem(409, "step-refused");
    assert!(
        early["detail"].as_str().unwrap().contains("OPD dinkes"),
        "{early}"
    );
    stage.complete("asker", 1, json!({})).await.is(200);
    let twice = stage
        .complete("asker", 1, json!({}))
        .await
        .problem(409, "step-refused");
    assert!(
        twice["detail"].as_str().unwrap().contains("Saudara asker"),
        "{twice}"
    );
    stage.papers(&["disposition"]).await;
    stage.complete("administrator", 1, json!({})).await.is(200);
    let late = stage.complete("administrator", 1, json!({})).await;
    let late = late.problem(409, "step-refused");
    let detail = late["detail"].as_str().unwrap();
    assert!(
        detail.contains("step 2") && detail.contains("Saudara administrator"),
        "{detail}"
    );
}

#[tokio::test]
async fn papers_that_are_needed_or_produced_must_be_there_and_one_added_in_the_step_counts() {
    let stage = Stage::start().await;
    let refused = stage
        .complete("asker", 1, json!({}))
        .await
        .problem(409, "step-refused");
    let detail = refused["detail"].as_str().unwrap();
    assert!(
        detail.contains("Surat Permohonan") && detail.contains("Dokumen Data dan Informasi Aplikasi"),
        "{detail}"
    );
    assert_eq!(stage.shown().await["step"]["needs"][0]["present"], false);
    stage.papers(&["request-letter", "application-data"]).await;
    assert_eq!(stage.shown().await["step"]["needs"][0]["present"], true);
    stage.complete("asker", 1, json!({})).await.is(200);
    let output = stage.complete("administrator", 1, json!({})).await;
    let output = output.problem(409, "step-refused");
    assert!(
        output["detail"].as_str().unwrap().contains("Disposisi"),
        "{output}"
    );
    stage.papers(&["disposition"]).await;
    stage.complete("administrator", 1, json!({})).await.is(200);
}

#[tokio::test]
async fn steps_are_tied_to_the_contract_to_what_is_stored_and_to_the_unit_test() {
    let stage = Stage::start().await;
    stage.up_to(4).await;
    let wanting = |answer: serde_json::Value, part: &str| {
        let detail = answer["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(part), "{part} in {detail}");
    };
    stage.papers(&["formulation"]).await;
    // Nobody agrees to what was not agreed.
    let unsigned = stage.complete("team", 4, json!({})).await;
    wanting(
        unsigned.problem(409, "step-refused"),
        "neither agreed nor published",
    );
    let ties = stage.shown().await["step"]["ties"].clone();
    assert_eq!(
        (&ties[0]["requires"], &ties[0]["holds"]),
        (&json!("contract-agreed"), &json!(false))
    );
    stage.agree();
    for who in ["team", "asker", "provider"] {
        stage.complete(who, 4, json!({})).await.is(200);
    }
    let unpublished = stage.complete("team", 5, json!({})).await;
    wanting(unpublished.problem(409, "step-refused"), "is not published yet");
    stage.contract("publish", json!({})).await.is(200);
    stage.complete("team", 5, json!({})).await.is(200);
    let empty = stage
        .complete("team", 6, json!({}))
        .await
        .problem(409, "step-refused");
    wanting(empty.clone(), "holds no records yet");
    wanting(empty, "was not tested yet");
    stage.push().await;
    stage.contract("test", json!({})).await.is(200);
    stage.complete("team", 6, json!({})).await.is(200);
    // Withdrawn after step 5: told clearly, and nothing half done.
    let end = json!({"sunset": "2026-03-03"});
    stage.contract("deprecate", end).await.is(200);
    stage
        .contract("retire", json!({"reason": "Ditarik"}))
        .await
        .is(200);
    let retired = stage.complete("supervisor", 7, json!({})).await;
    wanting(
        retired.problem(409, "step-refused"),
        "was retired after it was published",
    );
    let shown = stage.shown().await;
    assert_eq!(shown["step"]["number"], 7);
    assert_eq!(holders(&shown), ["Pejabat Pengawas"]);
}
