//! Paused, resumed, replayed, changed, deleted; the secret exchanged; the feed replaced.

use serde_json::{Value, json};
use standardwebhooks::Webhook;

use super::endpoint::{Endpoint, Message};
use super::{Stage, connector};
use crate::harness::ADMIN_KEY;

fn is_signed(message: &Message, secret: &str) -> bool {
    let library = Webhook::new(secret).unwrap();
    let expected = library
        .sign(&message.id, message.at, message.text.as_bytes())
        .unwrap();
    message.signature.split(' ').any(|one| one == expected)
}

#[tokio::test]
async fn what_is_paused_waits_and_what_is_resumed_goes_on_where_it_was() {
    let stage = Stage::with(json!({})).await;
    stage.push(0, 2).await;
    stage.reaches(2).await;
    let paused = stage.post("pause", json!(null)).await;
    assert_eq!(paused["state"], "paused");
    stage.push(2, 2).await;
    // A second subscription is the sign that this one would have delivered by now.
    let other = stage
        .subscribe(json!({"path": "/lain", "since": 2}))
        .await
        .expect(201);
    let before = stage.came(2).await;
    assert_eq!(before.last().unwrap().body()["subscription"], other["id"]);
    assert_eq!(stage.shown().await["seq"], 2);
    stage.post("resume", json!(null)).await;
    stage.reaches(4).await;
    let mine = stage.endpoint.messages();
    let mine = mine.iter().filter(|message| message.target == "/terima");
    assert_eq!(mine.flat_map(Message::seqs).collect::<Vec<i64>>(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_replay_sends_everything_behind_a_number_again_under_new_ids() {
    let stage = Stage::with(json!({"batch": 2})).await;
    stage.push(0, 4).await;
    stage.reaches(4).await;
    let before = stage.endpoint.messages();
    stage.post("replay", json!({"since": 1})).await;
    stage.came(before.len() + 2).await;
    stage.reaches(4).await;
    let after = &stage.endpoint.messages()[before.len()..];
    assert_eq!(
        after.iter().flat_map(Message::seqs).collect::<Vec<i64>>(),
        [2, 3, 4]
    );
    assert!(
        after
            .iter()
            .all(|message| before.iter().all(|known| known.id != message.id))
    );
    let path = format!("/admin/subscriptions/{}/replay", stage.id);
    let call = stage.hub.call("POST", &path).key(ADMIN_KEY);
    call.json(json!({"since": 5})).await.problem(400, "bad-parameter");
}

#[tokio::test]
async fn while_a_secret_is_exchanged_messages_are_signed_with_both() {
    let stage = Stage::with(json!({})).await;
    let rotated = stage.post("rotate", json!({"overlap_seconds": 3600})).await;
    let fresh = rotated["secret"].as_str().unwrap().to_owned();
    assert_ne!(fresh, stage.secret);
    assert_ne!(rotated["old_secret_until"], Value::Null);
    stage.push(0, 1).await;
    let message = stage.came(1).await.remove(0);
    assert!(
        is_signed(&message, &fresh) && is_signed(&message, &stage.secret),
        "{message:?}"
    );
    assert_eq!(message.signature.split(' ').count(), 2);
    stage.clock.advance(3_600_000);
    stage.hub.hub.refresh().unwrap();
    assert_eq!(stage.shown().await["old_secret_until"], Value::Null);
    stage.push(1, 1).await;
    let message = stage.came(2).await.remove(1);
    assert!(is_signed(&message, &fresh) && !is_signed(&message, &stage.secret));
    let at_once = stage.post("rotate", json!({"overlap_seconds": 0})).await;
    stage.push(2, 1).await;
    let message = stage.came(3).await.remove(2);
    assert!(is_signed(&message, at_once["secret"].as_str().unwrap()) && !is_signed(&message, &fresh));
}

#[tokio::test]
async fn what_is_changed_holds_from_the_next_message_on() {
    let stage = Stage::with(json!({})).await;
    stage.push(0, 1).await;
    stage.reaches(1).await;
    let elsewhere = Endpoint::start();
    let other = connector(&stage.hub, "dinkes", &elsewhere.url, json!({}));
    let path = format!("/admin/subscriptions/{}", stage.id);
    let change = |body: Value| stage.hub.call("PATCH", &path).key(ADMIN_KEY).json(body);
    let changed = change(json!({"connector": other, "path": "/baru", "batch": 1}))
        .await
        .expect(200);
    assert_eq!(
        (&changed["path"], &changed["batch"]),
        (&json!("/baru"), &json!(1))
    );
    stage.push(1, 2).await;
    stage.reaches(3).await;
    let targets: Vec<String> = elsewhere
        .messages()
        .into_iter()
        .map(|message| message.target)
        .collect();
    assert_eq!(targets, ["/baru", "/baru"]);
    let strangers = connector(&stage.hub, "bappeda", &elsewhere.url, json!({}));
    change(json!({"connector": strangers}))
        .await
        .problem(404, "unknown-connector");
    change(json!({"path": "/../x"}))
        .await
        .problem(400, "bad-parameter");
    change(json!({"batch": 0}))
        .await
        .problem(422, "contract-violated");
    change(json!({})).await.problem(422, "contract-violated");
}

#[tokio::test]
async fn what_is_deleted_delivers_nothing_and_leaves_no_secret() {
    let stage = Stage::with(json!({})).await;
    stage.post("rotate", json!(null)).await;
    let path = format!("/admin/subscriptions/{}", stage.id);
    stage.hub.call("DELETE", &path).key(ADMIN_KEY).await.is(200);
    stage
        .hub
        .call("GET", &path)
        .key(ADMIN_KEY)
        .await
        .problem(404, "unknown-subscription");
    let mut beside = stage.hub.database.beside();
    assert_eq!(
        beside.number("SELECT count(*) FROM secret WHERE name LIKE 'subscription/%'"),
        0
    );
    // The number is never given out again: messages are known by it.
    let other = stage.subscribe(json!({"path": "/lain"})).await.expect(201);
    assert!(other["id"].as_i64().unwrap() > stage.id);
    stage.push(0, 1).await;
    assert_eq!(stage.came(1).await[0].target, "/lain");
}

#[tokio::test]
async fn a_feed_that_was_replaced_is_told_before_it_begins_anew() {
    let stage = Stage::with(json!({})).await;
    stage.push(0, 3).await;
    stage.reaches(3).await;
    let mut beside = stage.hub.database.beside();
    beside.run("UPDATE dataset SET feed = '0123456789ab'");
    beside.run("UPDATE revision SET value = value + 1");
    stage.hub.hub.refresh().unwrap();
    stage.push(3, 1).await;
    stage
        .becomes("it goes on", |shown| {
            shown["seq"] == 4 && shown["feed"] == "0123456789ab"
        })
        .await;
    let messages = stage.endpoint.messages();
    let told = messages
        .iter()
        .position(|message| message.body()["type"] == "feed.reset")
        .unwrap();
    assert_eq!(
        messages[told].body(),
        json!({"type": "feed.reset", "dataset": "bkd/barang/v1", "feed": "0123456789ab",
               "subscription": stage.id, "next": 0})
    );
    assert!(is_signed(&messages[told], &stage.secret));
    let after: Vec<i64> = messages[told + 1..].iter().flat_map(Message::seqs).collect();
    assert_eq!(after, [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_part_that_is_no_longer_kept_is_told_and_what_is_kept_follows() {
    let stage = Stage::with(json!({})).await;
    stage.push(0, 2).await;
    stage.reaches(2).await;
    stage.post("pause", json!(null)).await;
    stage.push(2, 4).await;
    stage
        .hub
        .database
        .beside()
        .run("DELETE FROM change WHERE seq < 5");
    stage.post("resume", json!(null)).await;
    stage.reaches(6).await;
    let messages = stage.endpoint.messages();
    let told = messages
        .iter()
        .find(|message| message.body()["type"] == "feed.reset")
        .unwrap();
    assert_eq!(told.body()["next"], 4);
    assert_eq!(messages.last().unwrap().seqs(), [5, 6]);
}
