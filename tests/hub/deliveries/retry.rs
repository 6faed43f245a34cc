//! What was not taken is sent again, with the same id, after growing waits, for three days.

use serde_json::json;

use super::Stage;
use super::endpoint::Reaction;

#[tokio::test]
async fn what_fails_in_any_way_comes_again_with_the_same_id_and_nothing_comes_before_it() {
    let stage = Stage::of(
        "dinkes",
        json!({"batch": 2}),
        json!({"timeouts": {"connect_ms": 500, "answer_ms": 300, "idle_ms": 300, "total_ms": 1000}}),
    )
    .await;
    let ways = [
        Reaction::Status(500),
        Reaction::Status(404),
        Reaction::Status(302),
        Reaction::Close,
        Reaction::Half,
        Reaction::Silence,
    ];
    stage.endpoint.answer(ways[0].clone());
    stage.push(0, 5).await;
    for (times, way) in ways.iter().enumerate() {
        stage.failed(i64::try_from(times).unwrap() + 1).await;
        // More changes are there by now; the message stays what it was.
        stage.push(100 + times, 1).await;
        stage.endpoint.answer(ways.get(times + 1).unwrap_or(way).clone());
        if times + 1 < ways.len() {
            stage.clock.advance(86_400_000 / 8);
            stage.hub.hub.refresh().unwrap();
        }
    }
    stage.endpoint.answer(Reaction::Status(200));
    stage.post("resume", json!(null)).await;
    stage.reaches(11).await;
    let messages = stage.endpoint.messages();
    let first = &messages[0];
    let again: Vec<_> = messages
        .iter()
        .take_while(|message| message.id == first.id)
        .collect();
    assert!(again.len() > ways.len(), "{}", again.len());
    assert!(again.iter().all(|message| message.text == first.text));
    assert_eq!(first.seqs(), [1, 2]);
    let rest: Vec<i64> = messages[again.len()..]
        .iter()
        .flat_map(super::endpoint::Message::seqs)
        .collect();
    assert_eq!(rest, (3..=11).collect::<Vec<i64>>());
}

#[tokio::test]
async fn waits_grow_by_the_hubs_clock() {
    let stage = Stage::with(json!({})).await;
    stage.endpoint.answer(Reaction::Status(503));
    stage.push(0, 1).await;
    let mut waits = Vec::new();
    for times in 1..=6 {
        let shown = stage.failed(times).await;
        let failed = moment(&shown["last_failure"]["at"]);
        let wait = moment(&shown["next_attempt_at"]) - failed;
        waits.push(wait);
        let count = stage.endpoint.count();
        stage.clock.advance(wait - 1);
        stage.hub.hub.refresh().unwrap();
        assert_eq!(stage.endpoint.count(), count, "it came too early");
        stage.clock.advance(1);
    }
    assert!(waits.is_sorted(), "{waits:?}");
    assert!((4_000..=6_000).contains(&waits[0]), "{waits:?}");
    let shown = stage.shown().await;
    assert_eq!(shown["last_failure"]["code"], "receiver-refused");
    assert_eq!(shown["last_failure"]["status"], 503);
}

#[tokio::test]
async fn a_receiver_says_when_it_wants_to_be_asked_again() {
    let stage = Stage::with(json!({})).await;
    stage.endpoint.answer(Reaction::With(429, "retry-after: 120"));
    stage.push(0, 1).await;
    let shown = stage.failed(1).await;
    assert_eq!(
        moment(&shown["next_attempt_at"]) - moment(&shown["last_failure"]["at"]),
        120_000
    );
    stage
        .endpoint
        .answer(Reaction::With(503, "retry-after: 99999999"));
    stage.clock.advance(120_000);
    let shown = stage.failed(2).await;
    assert_eq!(
        moment(&shown["next_attempt_at"]) - moment(&shown["last_failure"]["at"]),
        86_400_000
    );
}

#[tokio::test]
async fn after_three_days_it_is_over_until_somebody_resumes_it() {
    let stage = Stage::with(json!({})).await;
    stage.endpoint.answer(Reaction::Status(500));
    stage.push(0, 1).await;
    stage.failed(1).await;
    stage.clock.advance(3 * 86_400_000);
    stage.hub.hub.refresh().unwrap();
    let shown = stage
        .becomes("it is disabled", |shown| shown["state"] == "disabled")
        .await;
    assert_eq!(shown["disabled_because"], "failed-for-three-days");
    assert_eq!(
        (&shown["failures"], &shown["next_attempt_at"]),
        (&json!(2), &json!(null))
    );
    let id = stage.endpoint.messages()[0].id.clone();
    stage.endpoint.answer(Reaction::Status(200));
    let resumed = stage.post("resume", json!(null)).await;
    assert_eq!(
        (&resumed["state"], &resumed["failures"]),
        (&json!("active"), &json!(0))
    );
    stage.reaches(1).await;
    assert_eq!(stage.endpoint.messages().last().unwrap().id, id);
}

#[tokio::test]
async fn who_answers_410_gets_nothing_more() {
    let stage = Stage::with(json!({})).await;
    stage.endpoint.answer(Reaction::Status(410));
    stage.push(0, 1).await;
    let shown = stage
        .becomes("it is disabled", |shown| shown["state"] == "disabled")
        .await;
    assert_eq!(shown["disabled_because"], "receiver-gone");
    assert_eq!(shown["last_failure"]["status"], 410);
    stage.push(1, 1).await;
    stage.clock.advance(86_400_000);
    stage.hub.hub.refresh().unwrap();
    assert_eq!(stage.endpoint.count(), 1);
}

#[tokio::test]
async fn a_system_that_is_left_alone_costs_no_attempt() {
    let stage = Stage::with(json!({})).await;
    let change = mahakam::hub::ConnectorChange {
        settings: None,
        credential: None,
        enabled: Some(false),
    };
    stage
        .hub
        .hub
        .change_connector(&crate::harness::actor(), stage.connector, &change)
        .unwrap();
    stage.push(0, 1).await;
    let shown = stage
        .becomes("it is told", |shown| {
            shown["last_failure"]["code"] == "system-unavailable"
        })
        .await;
    assert_eq!(
        (&shown["failures"], &shown["state"]),
        (&json!(0), &json!("active"))
    );
    let change = mahakam::hub::ConnectorChange {
        settings: None,
        credential: None,
        enabled: Some(true),
    };
    stage
        .hub
        .hub
        .change_connector(&crate::harness::actor(), stage.connector, &change)
        .unwrap();
    stage.reaches(1).await;
}

/// A moment as it is shown, in milliseconds.
fn moment(shown: &serde_json::Value) -> i64 {
    mahakam::types::Timestamp::parse(shown.as_str().unwrap())
        .unwrap()
        .0
}
