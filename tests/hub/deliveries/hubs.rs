//! Several hubs on one database, and hubs that die in the middle.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;

use super::endpoint::{Endpoint, Message, Reaction};
use super::{Stage, beside};
use crate::harness::{ADMIN_KEY, Child, Database, eventually, on_postgres};

/// The changes of messages, each message once, in the order in which they came.
fn once(messages: &[Message]) -> Vec<i64> {
    let mut seen = HashSet::new();
    let fresh = messages.iter().filter(|message| seen.insert(message.id.clone()));
    fresh.flat_map(Message::seqs).collect()
}

/// As if the time of the one that died were over, and nothing of it under way any more.
fn let_go(database: &Database) {
    if on_postgres() {
        database.end_connections();
    }
    let held = "UPDATE subscription SET held_until = 0 WHERE holder IS NOT NULL";
    database.beside().run(held);
}

/// The endpoint takes messages up to this one, counted from now, and leaves it without an answer.
fn hangs_from(endpoint: &Endpoint, message: usize) {
    let mut came = 0;
    endpoint.react(move |_| {
        came += 1;
        match came < message {
            true => Reaction::Status(204),
            false => Reaction::Silence,
        }
    });
}

#[tokio::test]
async fn of_two_hubs_one_delivers_whichever_was_written_to() {
    let stage = Stage::with(json!({"batch": 5})).await;
    let other = beside(&stage.hub.database, &stage.clock).await;
    let there = other.api("bkd/barang/v1", Some(&stage.hub.key("bkd")));
    for n in 0..10 {
        let api = if n % 2 == 0 { &stage.api } else { &there };
        api.push(json!({"id": n.to_string()})).await.is(201);
    }
    stage.reaches(10).await;
    assert_eq!(stage.endpoint.seqs(), (1..=10).collect::<Vec<i64>>());
    // What is said to one holds for both.
    let path = format!("/admin/subscriptions/{}/pause", stage.id);
    other.call("POST", &path).key(ADMIN_KEY).await.is(200);
    eventually("both know", || async {
        let known = stage.hub.hub.catalog().revision() == other.hub.catalog().revision();
        known.then_some(())
    })
    .await;
    there.push(json!({"id": "a"})).await.is(201);
    let path = format!("/admin/subscriptions/{}/resume", stage.id);
    other.call("POST", &path).key(ADMIN_KEY).await.is(200);
    stage.reaches(11).await;
    // The one that goes lets the other take over.
    let Stage { hub, endpoint, .. } = stage;
    tokio::task::spawn_blocking(move || drop(hub)).await.unwrap();
    there.push(json!({"id": "b"})).await.is(201);
    eventually("the other delivers", || async {
        (once(&endpoint.messages()).last() == Some(&12)).then_some(())
    })
    .await;
    assert_eq!(once(&endpoint.messages()), (1..=12).collect::<Vec<i64>>());
}

#[tokio::test]
async fn a_hub_that_is_killed_repeats_what_it_did_not_note_and_skips_nothing() {
    let stage = Stage::with(json!({"batch": 10})).await;
    stage.post("pause", json!(null)).await;
    stage.push(0, 300).await;
    let Stage { hub, endpoint, .. } = stage;
    let database = Arc::clone(&hub.database);
    tokio::task::spawn_blocking(move || drop(hub)).await.unwrap();
    database
        .beside()
        .run("UPDATE subscription SET state = 'active', version = version + 1");
    for round in 1..=4_usize {
        // Now and then it dies while its message waits for an answer, else right behind one.
        let (before, silent) = (endpoint.count(), round % 2 == 1);
        hangs_from(&endpoint, if silent { 3 } else { 6 });
        let_go(&database);
        let mut child = Child::start(&database).await;
        eventually("some came", || async {
            (endpoint.count() >= before + 3).then_some(())
        })
        .await;
        child.kill();
        if !silent {
            continue;
        }
        // The message that hung comes again, the same.
        let known = endpoint.messages();
        let last = known.last().unwrap();
        hangs_from(&endpoint, 2);
        let_go(&database);
        let mut child = Child::start(&database).await;
        let again = eventually("it comes again", || async {
            endpoint.messages().get(known.len()).cloned()
        })
        .await;
        assert_eq!((&again.id, &again.text), (&last.id, &last.text));
        child.kill();
    }
    endpoint.answer(Reaction::Status(204));
    let_go(&database);
    let _child = Child::start(&database).await;
    eventually("all came", || async {
        (once(&endpoint.messages()).len() == 300).then_some(())
    })
    .await;
    assert_eq!(once(&endpoint.messages()), (1..=300).collect::<Vec<i64>>());
}
