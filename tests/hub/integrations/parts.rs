//! Who opens an integration, who takes part, and who acts for whom.

use mahakam::access::Role;
use serde_json::json;

use super::{Stage, holders};

#[tokio::test]
async fn an_agency_opens_for_itself_and_sees_where_it_takes_part_alone() {
    let stage = Stage::start().await;
    // It need not name itself, and can't name another as the one who asks.
    let own = stage.open("provider", json!({"parties": []})).await;
    let shown = stage
        .by("provider", "GET", &format!("/admin/integrations/{own}"))
        .await
        .expect(200);
    assert_eq!(shown["parties"], json!([{"opd": "bkd", "side": "asker"}]));
    let other = json!({"parties": [{"opd": "dinkes", "side": "asker"}]});
    stage.opening("provider", other).await.problem(403, "forbidden");
    for (who, count) in [
        ("asker", 1),
        ("provider", 2),
        ("stranger", 0),
        ("auditor", 2),
        ("key", 2),
    ] {
        let list = stage.by(who, "GET", "/admin/integrations").await.expect(200);
        assert_eq!(list["integrations"].as_array().unwrap().len(), count, "{who}");
    }
    stage
        .about("stranger", "GET", "")
        .await
        .problem(404, "unknown-integration");
    stage
        .about("stranger", "GET", "/timeline")
        .await
        .problem(404, "unknown-integration");
    for bad in [
        json!({"subject": " "}),
        json!({"variant": "baru"}),
        json!({"contracts": ["bkd"]}),
    ] {
        stage.opening("key", bad).await.problem(400, "bad-body");
    }
    let nobody = json!({"parties": [{"opd": "tidakada", "side": "asker"}]});
    stage.opening("key", nobody).await.problem(404, "unknown-opd");
    // What was refused takes no number.
    assert_eq!(stage.open("key", json!({})).await, "2026/3");
}

#[tokio::test]
async fn what_an_integration_is_about_is_changed_while_it_runs_and_who_has_it_follows() {
    let stage = Stage::start().await;
    stage.up_to(3).await;
    let change = json!({
        "subject": "Integrasi barang dan pulau", "reason": "Dua OPD menyediakan",
        "parties": [
            {"opd": "dinkes", "side": "asker"}, {"opd": "bkd", "side": "provider"}, {"opd": "dkp", "side": "provider"}
        ],
        "contracts": ["bkd/barang/v1", "dkp/pulau/v1"],
        "decree": {"number": "188/1/2026", "on": "2026-01-05", "title": "Tim Teknis Integrasi"},
        "responsible": [{"opd": "dinkes", "name": "Budi", "duty": "Narahubung teknis", "contact": "0541"}],
    });
    stage
        .about("asker", "PATCH", "")
        .json(change.clone())
        .await
        .problem(403, "forbidden");
    let shown = stage.about("team", "PATCH", "").json(change).await.expect(200);
    assert_eq!(holders(&shown), ["Tim Teknis", "OPD bkd", "OPD dkp"]);
    assert_eq!(shown["decree"]["number"], "188/1/2026");
    assert_eq!(shown["responsible"][0]["name"], "Budi");
    assert_eq!(shown["contracts"].as_array().unwrap().len(), 2);
    for who in ["team", "provider"] {
        stage.complete(who, 3, json!({"outcome": "agreed"})).await.is(200);
    }
    assert_eq!(stage.shown().await["step"]["number"], 3);
    stage
        .complete("stranger", 3, json!({"outcome": "agreed"}))
        .await
        .is(200);
    assert_eq!(stage.shown().await["step"]["number"], 4);
    let mut beside = stage.hub.database.beside();
    let changed = "SELECT count(*) FROM audit WHERE action = 'integration.change' AND actor = 'person:team'";
    assert_eq!(beside.number(changed), 1);
}

#[tokio::test]
async fn a_superior_acts_for_a_subordinate_with_a_reason() {
    let stage = Stage::start().await;
    stage.up_to(7).await;
    stage
        .complete("administrator", 7, json!({}))
        .await
        .problem(403, "step-of-others");
    let silent = json!({"acting_for": "supervisor"});
    stage
        .complete("administrator", 7, silent)
        .await
        .problem(400, "bad-body");
    let said = json!({"acting_for": "supervisor", "reason": "Pejabat Pengawas sedang cuti"});
    stage
        .complete("team", 7, said.clone())
        .await
        .problem(403, "step-of-others");
    stage.complete("administrator", 7, said).await.is(200);
    let steps = stage.timeline().await["rounds"][0]["steps"].clone();
    let last = &steps[6]["moves"][0];
    assert_eq!(
        (&last["post"], &last["acting"], &last["by"]),
        (
            &json!("supervisor"),
            &json!("superior"),
            &json!("Saudara administrator")
        )
    );
}

#[tokio::test]
async fn for_an_agency_without_an_account_is_written_down_only_with_its_signed_paper() {
    let mut stage = Stage::without().await;
    stage.hub.key("bpbd");
    let parties = json!([{"opd": "bpbd", "side": "asker"}, {"opd": "bkd", "side": "provider"}]);
    stage.number = stage.open("key", json!({"parties": parties})).await;
    stage.papers(&["request-letter", "application-data"]).await;
    let behalf = json!({"on_behalf_of": "bpbd"});
    stage
        .complete("administrator", 1, behalf.clone())
        .await
        .problem(403, "step-of-others");
    stage.papers(&["signed-paper"]).await;
    let unsigned = stage.complete("team", 1, behalf.clone()).await;
    let unsigned = unsigned.problem(409, "step-refused");
    assert!(
        unsigned["detail"].as_str().unwrap().contains("signed-paper"),
        "{unsigned}"
    );
    let other = stage.paper("team", "other").await;
    let wrong = json!({"on_behalf_of": "bpbd", "signed_paper": other});
    stage
        .complete("team", 1, wrong)
        .await
        .problem(409, "step-refused");
    let paper = stage.paper("team", "signed-paper").await;
    let alone = json!({"signed_paper": paper});
    stage.complete("team", 1, alone).await.problem(400, "bad-body");
    let said = json!({"on_behalf_of": "bpbd", "signed_paper": paper});
    stage.complete("team", 1, said).await.is(200);
    let moves = stage.timeline().await["rounds"][0]["steps"][0]["moves"].clone();
    assert_eq!(
        (&moves[1]["opd"], &moves[1]["acting"], &moves[1]["signed_paper"]),
        (&json!("bpbd"), &json!("behalf"), &json!(paper))
    );
    stage.papers(&["disposition"]).await;
    stage.complete("administrator", 1, json!({})).await.is(200);
    // Once it has an account it acts itself.
    stage.hub.add_person("bpbd", &[Role::Opd], Some("bpbd"));
    stage
        .papers(&["integration-document", "database-structure", "signed-paper"])
        .await;
    let spoken = stage
        .complete("team", 2, behalf)
        .await
        .problem(409, "step-refused");
    assert!(
        spoken["detail"].as_str().unwrap().contains("has an account"),
        "{spoken}"
    );
}
