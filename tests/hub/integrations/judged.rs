//! What counts and what does not: days beside each other, data that went, findings that change, kinds that are gone.

use mahakam::access::Role;
use mahakam::config::DatabaseConfig;
use mahakam::store::Store;
use mahakam::types::Timestamp;
use serde_json::json;

use super::Stage;
use super::varied::changed;
use crate::harness::TestHub;

#[tokio::test]
async fn those_who_act_beside_each_other_each_say_their_own_day() {
    let mut stage = Stage::without().await;
    let early = json!({"received_on": "2026-02-16", "reason": "Terlambat dicatat"});
    stage.number = stage.open("key", early).await;
    stage.papers(&["request-letter", "application-data"]).await;
    let on = |day: &str| json!({"on": day, "reason": "Terlambat dicatat"});
    stage.complete("asker", 1, on("2026-02-16")).await.is(200);
    stage.papers(&["disposition"]).await;
    stage.complete("administrator", 1, on("2026-02-16")).await.is(200);
    stage
        .papers(&["integration-document", "database-structure"])
        .await;
    stage.complete("asker", 2, on("2026-02-17")).await.is(200);
    let agreed = |day: &str| json!({"outcome": "agreed", "on": day, "reason": "Terlambat dicatat"});
    stage.complete("team", 3, agreed("2026-02-27")).await.is(200);
    stage
        .complete("provider", 3, agreed("2026-02-16"))
        .await
        .problem(400, "bad-body");
    let shown = stage
        .complete("provider", 3, agreed("2026-02-20"))
        .await
        .expect(200);
    // The step ends with the later of the two.
    assert_eq!(
        (&shown["step"]["number"], &shown["entered_on"]),
        (&json!(4), &json!("2026-02-27"))
    );
    let moves = stage.timeline().await["rounds"][0]["steps"][2]["moves"].clone();
    assert_eq!(moves[1]["happened_on"], "2026-02-20");
}

#[tokio::test]
async fn data_that_was_deleted_is_no_data_that_is_stored() {
    let stage = Stage::start().await;
    stage.up_to(6).await;
    stage.push().await;
    stage.contract("test", json!({})).await.is(200);
    let key = stage.hub.key("bkd");
    let api = stage.hub.api("bkd/barang/v1", Some(&key));
    api.delete("a").await.is(200);
    let refused = stage
        .complete("team", 6, json!({}))
        .await
        .problem(409, "step-refused");
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .contains("holds no records yet"),
        "{refused}"
    );
    api.push(r#"{"id":"b"}"#).await.is(201);
    stage.complete("team", 6, json!({})).await.is(200);
}

#[tokio::test]
async fn who_found_it_valid_may_find_that_it_is_not_while_others_still_look() {
    let stage = Stage::start().await;
    stage.up_to(8).await;
    stage.papers(&["application-validation"]).await;
    let says = |outcome: &str| json!({"outcome": outcome, "reason": "Kolom kosong"});
    stage.complete("asker", 8, says("valid")).await.is(200);
    stage
        .complete("asker", 8, says("valid"))
        .await
        .problem(409, "step-refused");
    let shown = stage.complete("asker", 8, says("not-valid")).await.expect(200);
    assert_eq!(super::holders(&shown), ["Tim Teknis"]);
}

#[tokio::test]
async fn a_kind_or_a_step_that_the_procedure_lost_leaves_its_files_readable_and_the_deadlines_going() {
    let stage = Stage::start().await;
    stage.up_to(2).await;
    let folder = tempfile::tempdir().unwrap();
    let file = changed(&folder, &[("code: new", "code: baru")]);
    let other = TestHub::builder()
        .on(&stage.hub.database)
        .clock(stage.clock.clone())
        .setting("MAHAKAM_PROCEDURE", file.to_str().unwrap())
        .setting("MAHAKAM_SESSION_IDLE_MINUTES", 100_000)
        .setting("MAHAKAM_SESSION_HOURS", 2_000)
        .start()
        .await;
    let path = format!("/admin/integrations/{}", stage.number);
    let by =
        |who: &str, method: &str, path: &str| other.call(method, path).english().cookie(&stage.cookies[who]);
    let shown = by("auditor", "GET", &path).await.expect(200);
    assert_eq!(
        (&shown["step"]["number"], &shown["step"]["title"], &shown["due"]),
        (&json!(2), &json!(""), &json!(null))
    );
    assert_eq!(shown["whole"]["due"], "2026-07-02");
    let timeline = by("auditor", "GET", &format!("{path}/timeline"))
        .await
        .expect(200);
    assert_eq!(timeline["rounds"][0]["steps"][0]["left_on"], "2026-03-02");
    let refused = by("asker", "POST", &format!("{path}/steps/2/complete"))
        .json(json!({}))
        .await;
    refused.problem(409, "step-refused");
    // A running one of a known kind, behind it, is looked at all the same.
    let body = json!({
        "variant": "baru", "subject": "Lain", "parties": [{"opd": "dinkes", "side": "asker"}],
    });
    by("team", "POST", "/admin/integrations").json(body).await.is(201);
    stage.clock.advance(3 * 24 * 3_600_000);
    other.hub.refresh().unwrap();
    other.hub.look_at_deadlines().unwrap();
    let told = "SELECT count(*) FROM notice WHERE kind = 'overdue'";
    assert_eq!(stage.hub.database.beside().number(told), 1);
    let end = json!({"reason": "Jenis lama", "letter": "800/13"});
    let ended = by("administrator", "POST", &format!("{path}/cancel"))
        .json(end)
        .await;
    assert_eq!(ended.expect(200)["state"], "cancelled");
}

#[tokio::test]
async fn attachments_of_a_letter_are_for_those_who_see_letters() {
    let stage = Stage::start().await;
    let letter = json!({
        "number": "005/1", "date": "2026-03-02", "subject": "Permohonan", "origin": "Bappeda", "received_on": "2026-03-02"
    });
    let letter = stage
        .by("team", "POST", "/admin/letters")
        .json(letter)
        .await
        .expect(201);
    let path = format!("/admin/letters/{}", letter["id"]);
    let attach = format!("{path}/documents?kind=request-letter&name=a.json");
    let file = stage.by("team", "POST", &attach).json("{}").await.expect(201);
    let document = format!("/admin/documents/{}", file["id"]);
    let viewer = stage.hub.person("viewer", &[Role::Viewer], None).await;
    let steward = stage.hub.person("steward", &[Role::Steward], None).await;
    for path in [document.clone(), format!("{document}/content")] {
        for cookie in [&viewer, &steward] {
            let refused = stage.hub.call("GET", &path).cookie(cookie).await;
            refused.problem(404, "unknown-document");
        }
        stage.by("team", "GET", &path).await.is(200);
        stage.by("key", "GET", &path).await.is(200);
    }
    // Once it belongs to an integration it is one of that's documents.
    let to = json!({"integration": stage.number});
    stage.by("team", "PATCH", &path).json(to).await.is(200);
    stage.hub.call("GET", &document).cookie(&viewer).await.is(200);
}

#[tokio::test]
async fn of_live_calls_only_those_since_the_step_began_count() {
    let (hub, bappeda, _system) =
        crate::live::started(json!({}), json!({}), |_| crate::harness::Reply::json("{}")).await;
    bappeda.get("/live/pegawai/1").await.is(200);
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let store = Store::open(&config).unwrap();
    let called = |since: i64| {
        let mut connection = store.dedicated().unwrap();
        mahakam::store::exchanges::has_live_call(&mut connection, "bkd/langsung/v1", Timestamp(since))
            .unwrap()
    };
    crate::harness::eventually("the call is in the log", || async { called(0).then_some(()) }).await;
    assert!(!called(hub.hub.clock().now().0 + 1));
}
