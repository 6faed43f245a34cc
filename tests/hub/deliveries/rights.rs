//! What the receiver may see is asked anew for each message.

use serde_json::{Value, json};

use super::endpoint::Reaction;
use super::{Stage, connector, contract};
use crate::harness::actor;

/// Publishes a patch of the contract with other grants.
fn grant(stage: &Stage, patch: u32, grants: Value) {
    let mut next = contract();
    next["version"] = format!("1.0.{patch}").into();
    next["grants"] = grants;
    stage.hub.publish(&next);
}

async fn hindered_by(stage: &Stage, code: &str) -> Value {
    let shown = stage
        .becomes(code, |shown| shown["last_failure"]["code"] == code)
        .await;
    assert_eq!(
        (&shown["state"], &shown["failures"]),
        (&json!("active"), &json!(0))
    );
    shown
}

#[tokio::test]
async fn a_grant_that_is_revoked_stops_deliveries_and_one_that_is_given_lets_them_go_on() {
    let stage = Stage::with(json!({})).await;
    stage.push(0, 1).await;
    stage.reaches(1).await;
    grant(&stage, 1, json!([]));
    stage.push(1, 1).await;
    hindered_by(&stage, "not-granted").await;
    assert_eq!(stage.endpoint.seqs(), [1]);
    let narrow =
        json!([{"opd": "dinkes", "may": ["pull"], "fields": ["/id"], "purpose": "Uji", "basis": "Uji"}]);
    grant(&stage, 2, narrow);
    stage.reaches(2).await;
    let last = stage.endpoint.messages().pop().unwrap().body();
    assert_eq!(last["changes"][0]["data"], json!({"id": "1"}));
}

#[tokio::test]
async fn what_waits_for_another_attempt_is_cut_down_to_what_is_granted_then() {
    let stage = Stage::with(json!({})).await;
    stage.endpoint.answer(Reaction::Status(500));
    stage.push(0, 1).await;
    stage.failed(1).await;
    let narrow =
        json!([{"opd": "dinkes", "may": ["pull"], "fields": ["/id"], "purpose": "Uji", "basis": "Uji"}]);
    grant(&stage, 1, narrow);
    stage.endpoint.answer(Reaction::Status(200));
    stage.post("resume", json!(null)).await;
    stage.reaches(1).await;
    let messages = stage.endpoint.messages();
    let (first, last) = (&messages[0], messages.last().unwrap());
    assert_eq!(first.id, last.id);
    assert!(first.text.contains("rahasia") && !last.text.contains("rahasia"));
}

#[tokio::test]
async fn a_grant_that_has_expired_stops_deliveries() {
    let stage = Stage::with(json!({})).await;
    let brief =
        json!([{"opd": "dinkes", "may": ["pull"], "purpose": "Uji", "basis": "Uji", "until": "2026-03-31"}]);
    grant(&stage, 1, brief);
    stage.clock.advance(30 * 86_400_000);
    stage.hub.hub.refresh().unwrap();
    stage.push(0, 1).await;
    hindered_by(&stage, "not-granted").await;
    assert_eq!(stage.endpoint.count(), 0);
}

#[tokio::test]
async fn an_application_without_keys_and_an_agency_that_is_not_active_get_nothing() {
    let stage = Stage::with(json!({})).await;
    stage.hub.hub.revoke_keys(&actor(), stage.application).unwrap();
    stage.push(0, 1).await;
    hindered_by(&stage, "application-off").await;
    stage.hub.hub.rotate_key(&actor(), stage.application).unwrap();
    stage.reaches(1).await;
    let dinkes = "dinkes".parse().unwrap();
    stage
        .hub
        .hub
        .change_opd(&actor(), &dinkes, None, Some(false))
        .unwrap();
    stage.push(1, 1).await;
    stage
        .becomes("it is told once more", |shown| {
            shown["lag"]["changes"] == 1 && shown["last_failure"]["code"] == "application-off"
        })
        .await;
    stage
        .hub
        .hub
        .change_opd(&actor(), &dinkes, None, Some(true))
        .unwrap();
    stage.reaches(2).await;
    assert_eq!(stage.endpoint.seqs(), [1, 2]);
}

#[tokio::test]
async fn a_connector_that_is_gone_stops_deliveries() {
    let stage = Stage::with(json!({})).await;
    // The hub deletes none that is used; somebody may have done so in the database.
    let gone = format!("DELETE FROM connector WHERE id = {}", stage.connector);
    connector(&stage.hub, "pod", &stage.endpoint.url, json!({}));
    stage.hub.database.beside().run(&gone);
    connector(&stage.hub, "bappeda", &stage.endpoint.url, json!({}));
    stage.push(0, 1).await;
    hindered_by(&stage, "unknown-connector").await;
}
