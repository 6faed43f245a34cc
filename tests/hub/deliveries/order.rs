//! What comes, in which order, and how it is signed.

use serde_json::json;
use standardwebhooks::Webhook;

use super::Stage;
use super::endpoint::Reaction;
use crate::harness::eventually;

#[tokio::test]
async fn changes_come_in_order_in_batches_as_the_feed_gives_them() {
    let stage = Stage::with(json!({"batch": 10})).await;
    stage.push(0, 25).await;
    stage.api.delete("3").await.is(200);
    stage.reaches(26).await;
    let messages = stage.endpoint.messages();
    assert_eq!(stage.endpoint.seqs(), (1..=26).collect::<Vec<i64>>());
    assert!(messages.iter().all(|message| message.seqs().len() <= 10));
    let feed = stage.api.get("/changes?limit=1000").await.expect(200);
    let mut sent = Vec::new();
    for message in &messages {
        let body = message.body();
        assert_eq!(message.target, "/terima");
        assert_eq!(message.headers["content-type"], "application/json");
        assert_eq!(
            (
                &body["type"],
                &body["dataset"],
                &body["feed"],
                &body["subscription"]
            ),
            (
                &json!("changes"),
                &json!("bkd/barang/v1"),
                &feed["feed"],
                &json!(stage.id)
            )
        );
        assert_eq!(body["since"].as_i64().unwrap() + 1, message.seqs()[0]);
        assert_eq!(&body["next"], message.seqs().last().unwrap());
        sent.extend(body["changes"].as_array().unwrap().clone());
    }
    assert_eq!(json!(sent), feed["changes"]);
}

#[tokio::test]
async fn a_message_is_signed_as_the_published_library_verifies_it() {
    let stage = Stage::with(json!({})).await;
    stage.push(0, 3).await;
    let message = stage.came(1).await.remove(0);
    let library = Webhook::new(&stage.secret).unwrap();
    let signature = library
        .sign(&message.id, message.at, message.text.as_bytes())
        .unwrap();
    assert_eq!(message.signature, signature);
    assert_eq!(message.at, crate::harness::NOW.seconds());
    assert!(stage.secret.starts_with("whsec_"));
    let shown = stage.shown().await;
    assert!(!shown.to_string().contains("whsec_"), "{shown}");
}

#[tokio::test]
async fn only_granted_fields_are_sent() {
    let stage = Stage::of("bappeda", json!({}), json!({})).await;
    stage.push(7, 1).await;
    let body = stage.came(1).await.remove(0).body();
    assert_eq!(body["changes"][0]["data"], json!({"id": "7", "n": 7}));
}

#[tokio::test]
async fn who_has_the_beginning_already_gets_what_comes_behind_it() {
    let stage = Stage::with(json!({})).await;
    stage.push(0, 5).await;
    stage.reaches(5).await;
    let before = stage.endpoint.count();
    let other = stage
        .subscribe(json!({"since": 3, "path": "/lain?kunci=a%20b"}))
        .await
        .expect(201);
    stage.came(before + 1).await;
    let messages = stage.endpoint.messages();
    let message = messages.last().unwrap();
    assert_eq!(
        (message.seqs(), message.target.as_str()),
        (vec![4, 5], "/lain?kunci=a%20b")
    );
    assert_eq!(message.body()["subscription"], other["id"]);
    stage
        .subscribe(json!({"since": 6}))
        .await
        .problem(400, "bad-parameter");
}

#[tokio::test]
async fn large_records_go_a_few_at_a_time() {
    let stage = Stage::with(json!({"batch": 1000})).await;
    let nama = "x".repeat(300_000);
    for n in 0..8 {
        stage
            .api
            .push(json!({"id": n.to_string(), "nama": nama}))
            .await
            .is(201);
    }
    stage.reaches(8).await;
    stage.post("replay", json!({"since": 0})).await;
    eventually("all was sent once more", || async {
        (stage.shown().await["seq"] == 8).then_some(())
    })
    .await;
    for message in stage.endpoint.messages() {
        assert!(message.text.len() < 1_300_000, "{}", message.text.len());
    }
    assert_eq!(stage.endpoint.seqs().iter().filter(|seq| **seq == 8).count(), 2);
}

#[tokio::test]
async fn a_slow_and_a_dead_receiver_hold_nobody_up() {
    let stage = Stage::with(json!({})).await;
    for path in ["/bisu", "/mati", "/tetes"] {
        stage.subscribe(json!({"path": path})).await.is(201);
    }
    stage.endpoint.react(|message| match message.target.as_str() {
        "/bisu" => Reaction::Silence,
        "/mati" => Reaction::Close,
        "/tetes" => Reaction::Endless,
        _ => Reaction::Status(200),
    });
    for n in 0..10 {
        stage.push(n, 1).await;
        stage.reaches(i64::try_from(n).unwrap() + 1).await;
    }
}

#[tokio::test]
async fn a_long_backlog_is_caught_up_with() {
    let stage = Stage::with(json!({})).await;
    stage.post("pause", json!(null)).await;
    stage.push(0, 3_000).await;
    let shown = stage.shown().await;
    assert_eq!(
        (&shown["state"], &shown["seq"], &shown["lag"]["changes"]),
        (&json!("paused"), &json!(0), &json!(3_000))
    );
    stage.clock.advance(7 * 86_400_000);
    assert_eq!(stage.shown().await["lag"]["seconds"], 7 * 86_400);
    stage.hub.hub.refresh().unwrap();
    stage.post("resume", json!(null)).await;
    let shown = stage.reaches(3_000).await;
    assert_eq!(shown["lag"], json!({"changes": 0, "seconds": 0}));
    assert_eq!(stage.endpoint.seqs(), (1..=3_000).collect::<Vec<i64>>());
    assert_eq!(stage.endpoint.count(), 30);
}

#[tokio::test]
async fn each_delivery_is_in_the_log_as_a_reading_of_the_application() {
    let stage = Stage::with(json!({"batch": 2})).await;
    stage.endpoint.answer(Reaction::Status(500));
    stage.push(0, 3).await;
    stage.failed(1).await;
    stage.endpoint.answer(Reaction::Status(200));
    stage.post("resume", json!(null)).await;
    stage.reaches(3).await;
    let count = |outcome: &str, records: i64| {
        format!(
            "SELECT count(*) FROM exchange WHERE action = 'delivery' AND outcome = '{outcome}' AND records = {records}
             AND opd = 'dinkes' AND application_id = {} AND dataset = 'bkd/barang/v1'",
            stage.application
        )
    };
    for (outcome, records) in [("receiver-refused", 2), ("ok", 2), ("ok", 1)] {
        eventually("the delivery is logged", || async {
            (stage.hub.database.beside().number(&count(outcome, records)) == 1).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_about_persons_is_in_the_log_before_it_leaves() {
    let stage = Stage::with(json!({})).await;
    let mut next = super::contract();
    next["version"] = "1.1.0".into();
    next["personal_data"] = json!(["/nama"]);
    stage.hub.publish(&next);
    let database = std::sync::Arc::clone(&stage.hub.database);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&seen);
    stage.endpoint.react(move |_| {
        let readings = "SELECT count(*) FROM exchange WHERE action = 'delivery' AND reading IS NOT NULL";
        sink.lock().unwrap().push(database.beside().number(readings));
        Reaction::Status(204)
    });
    stage.push(0, 2).await;
    stage.reaches(2).await;
    assert!(seen.lock().unwrap()[0] >= 1);
}
