//! The whole procedure, with both returns.

use serde_json::json;

use super::{Stage, holders};

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk through the whole procedure")]
async fn the_whole_procedure_is_walked_with_both_returns_each_step_by_its_own_people() {
    let stage = Stage::start().await;
    assert_eq!(stage.number, "2026/1");
    stage.up_to(3).await;
    assert_eq!(holders(&stage.shown().await), ["Tim Teknis", "OPD bkd"]);
    // The first return: not agreed.
    stage
        .complete("team", 3, json!({"outcome": "agreed"}))
        .await
        .is(200);
    stage
        .complete("provider", 3, json!({"outcome": "returned"}))
        .await
        .problem(400, "bad-body");
    let back = json!({"outcome": "returned", "reason": "Struktur belum lengkap"});
    stage.complete("provider", 3, back).await.is(200);
    let shown = stage.shown().await;
    assert_eq!(
        (&shown["step"]["number"], &shown["round"]),
        (&json!(2), &json!(2))
    );
    for step in 2..11 {
        stage.through(step).await;
    }
    let shown = stage.shown().await;
    assert_eq!(
        (&shown["step"]["number"], &shown["round"]),
        (&json!(11), &json!(2))
    );
    let contract = &shown["contracts"][0];
    assert_eq!(
        (&contract["dataset"], &contract["version"]),
        (&json!("bkd/barang/v1"), &json!("1.0.0"))
    );
    assert_eq!(contract["contract_digest"].as_str().unwrap().len(), 64);
    // The second return: it does not fit, back to the scenario; what is published stays served.
    stage
        .opinion("asker", 11, json!({"outcome": "fits"}))
        .await
        .is(200);
    let no = json!({"outcome": "does-not-fit", "reason": "Kolom kurang"});
    stage.opinion("provider", 11, no.clone()).await.is(200);
    stage.complete("administrator", 11, no).await.is(200);
    let shown = stage.shown().await;
    assert_eq!(
        (&shown["step"]["number"], &shown["round"]),
        (&json!(3), &json!(3))
    );
    for who in ["team", "provider"] {
        stage.complete(who, 3, json!({"outcome": "agreed"})).await.is(200);
    }
    for who in ["team", "asker"] {
        stage.complete(who, 4, json!({})).await.is(200);
    }
    // What an earlier round produced does not do for this one.
    let old = stage
        .complete("provider", 4, json!({}))
        .await
        .problem(409, "step-refused");
    assert!(old["detail"].as_str().unwrap().contains("Rumusan"), "{old}");
    assert_eq!(stage.shown().await["step"]["outputs"][0]["present"], false);
    stage.papers(&["formulation"]).await;
    stage.complete("provider", 4, json!({})).await.is(200);
    stage.complete("team", 5, json!({})).await.is(200);
    stage.complete("team", 6, json!({})).await.is(200);
    for step in 7..13 {
        stage.through(step).await;
    }
    let shown = stage.shown().await;
    assert_eq!(shown["state"], "closed");
    assert!(holders(&shown).is_empty() && shown["due"].is_null());
    let timeline = stage.timeline().await;
    let rounds: Vec<Vec<u64>> = timeline["rounds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|round| {
            let steps = round["steps"].as_array().unwrap();
            steps.iter().map(|step| step["step"].as_u64().unwrap()).collect()
        })
        .collect();
    let second: Vec<u64> = (2..=11).collect();
    let third: Vec<u64> = (3..=12).collect();
    assert_eq!(rounds, [vec![1, 2, 3], second, third]);
    // A closed file never opens again.
    stage
        .complete("administrator", 12, json!({}))
        .await
        .problem(409, "step-refused");
    let pause = json!({"reason": "Uji", "letter": "1"});
    let paused = stage.about("administrator", "POST", "/pause").json(pause).await;
    paused.problem(409, "step-refused");
}

#[tokio::test]
async fn what_is_not_valid_stays_open_until_it_was_repaired_and_tested_again() {
    let stage = Stage::start().await;
    stage.up_to(8).await;
    stage.papers(&["application-validation"]).await;
    stage
        .complete("asker", 8, json!({"outcome": "valid"}))
        .await
        .is(200);
    // The last unit test lies before that.
    stage.clock.advance(1_000);
    let bad = json!({"outcome": "not-valid", "reason": "Kolom id kosong"});
    stage.complete("provider", 8, bad).await.is(200);
    assert_eq!(holders(&stage.shown().await), ["Tim Teknis"]);
    let again = stage.complete("provider", 8, json!({"outcome": "valid"})).await;
    again.problem(409, "step-refused");
    let repair = || stage.about("team", "POST", "/steps/8/repair").json(json!({}));
    let untested = repair().await.problem(409, "step-refused");
    assert!(
        untested["detail"].as_str().unwrap().contains("not tested again"),
        "{untested}"
    );
    stage.contract("test", json!({})).await.is(200);
    stage
        .about("supervisor", "POST", "/steps/8/repair")
        .json(json!({}))
        .await
        .problem(403, "step-of-others");
    repair().await.is(200);
    let shown = stage.shown().await;
    assert_eq!(
        (&shown["step"]["number"], &shown["round"]),
        (&json!(8), &json!(1))
    );
    // What was valid before the repair is checked anew by everybody.
    assert_eq!(holders(&shown), ["OPD dinkes", "OPD bkd"]);
    let notes = json!({"outcome": "valid-with-notes", "reason": "Nama kolom panjang"});
    stage.complete("provider", 8, notes).await.is(200);
    // The paper that was there before it was found not to be valid says nothing of what was repaired.
    let valid = || stage.complete("asker", 8, json!({"outcome": "valid"}));
    let old = valid().await.problem(409, "step-refused");
    assert!(
        old["detail"].as_str().unwrap().contains("Validasi Aplikasi"),
        "{old}"
    );
    stage.papers(&["application-validation"]).await;
    valid().await.is(200);
    assert_eq!(stage.shown().await["step"]["number"], 9);
}

#[tokio::test]
async fn against_a_dissent_is_decided_only_with_a_reason() {
    let stage = Stage::start().await;
    stage.up_to(11).await;
    assert_eq!(holders(&stage.shown().await), ["OPD dinkes", "OPD bkd"]);
    let no = json!({"outcome": "does-not-fit", "reason": "Kurang"});
    stage.opinion("asker", 11, no).await.is(200);
    let decide = |body| stage.complete("administrator", 11, body);
    let silent = decide(json!({"outcome": "fits"})).await.problem(400, "bad-body");
    let detail = silent["detail"].as_str().unwrap();
    assert!(detail.contains("bkd") && detail.contains("dinkes"), "{detail}");
    stage
        .opinion("provider", 11, json!({"outcome": "fits"}))
        .await
        .is(200);
    assert_eq!(holders(&stage.shown().await), ["Pejabat Administrator"]);
    decide(json!({"outcome": "fits"})).await.problem(400, "bad-body");
    decide(json!({"outcome": "fits", "reason": "Kolom itu tidak diminta"}))
        .await
        .is(200);
    assert_eq!(stage.shown().await["step"]["number"], 12);
}

#[tokio::test]
async fn a_change_goes_on_from_a_closed_integration_and_each_names_the_other() {
    let mut stage = Stage::start().await;
    let early = json!({"variant": "change", "predecessor": "2026/1"});
    stage
        .opening("asker", early.clone())
        .await
        .problem(409, "step-refused");
    stage.up_to(12).await;
    stage.through(12).await;
    let without = stage.opening("asker", json!({"variant": "change"})).await;
    without.problem(400, "bad-body");
    let mut body = early;
    body["parties"] = json!([]);
    body["contracts"] = json!([]);
    stage.number = stage.open("asker", body).await;
    let shown = stage.shown().await;
    assert_eq!(
        (&shown["predecessor"], &shown["number"]),
        (&json!("2026/1"), &json!("2026/2"))
    );
    // Who takes part and what it is about is taken over.
    assert_eq!(shown["contracts"][0]["dataset"], "bkd/barang/v1");
    assert_eq!(shown["parties"].as_array().unwrap().len(), 2);
    stage.number = "2026/1".into();
    assert_eq!(stage.shown().await["successors"], json!(["2026/2"]));
}
