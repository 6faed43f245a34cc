//! Long polls: `wait`.

use serde_json::json;

use super::{feed_of, filled, replace_feed, seqs};
use crate::harness::{Api, TestHub, actor, contracts};

/// Asks for what comes behind `since` and waits for it longer than a test takes.
fn waiting(api: &Api, query: &str) -> tokio::task::JoinHandle<crate::harness::Answer> {
    let call = api.apart().get(&format!("/changes?{query}&wait=50"));
    tokio::spawn(call.into_future())
}

/// Until the hub knows of somebody who waits there is no proof that a push wakes them: the page is
/// read first, and a moment of rest lets it be. Without it the test still holds.
async fn settled() {
    for _ in 0..50 {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn whoever_waits_is_answered_when_somebody_pushes() {
    let (_hub, barang) = filled(2).await;
    let waits = [
        waiting(&barang, "since=2"),
        waiting(&barang, "since=2&latest=true"),
        waiting(&barang, "since=2&limit=1"),
    ];
    settled().await;
    barang.push(r#"{"id":"new"}"#).await.is(201);
    for wait in waits {
        let page = wait.await.unwrap().expect(200);
        assert_eq!(seqs(page["changes"].as_array().unwrap()), [3]);
        assert_eq!((&page["next"], &page["more"]), (&json!(3), &json!(false)));
    }
}

#[tokio::test]
async fn whoever_waits_is_answered_when_somebody_pushes_through_another_hub() {
    let (one, barang) = filled(2).await;
    let other = TestHub::builder().on(&one.database).start().await;
    let there = other.api("bkd/barang/v1", Some(&one.key("bkd")));
    let (here, wait) = (waiting(&barang, "since=2"), waiting(&there, "since=2"));
    settled().await;
    there.push(r#"{"id":"new"}"#).await.is(201);
    for wait in [here, wait] {
        let page = wait.await.unwrap().expect(200);
        assert_eq!(seqs(page["changes"].as_array().unwrap()), [3]);
    }
}

#[tokio::test]
async fn a_push_to_another_dataset_wakes_nobody_and_a_time_that_is_up_ends_in_an_empty_page() {
    let (hub, barang) = filled(2).await;
    let other = hub.publish(&contracts::named(contracts::barang(), "lain"));
    let wait = tokio::spawn(barang.apart().get("/changes?since=2&wait=1").into_future());
    other.push(r#"{"id":"a"}"#).await.is(201);
    let page = wait.await.unwrap().expect(200);
    assert_eq!(
        (&page["changes"], &page["next"], &page["more"]),
        (&json!([]), &json!(2), &json!(false))
    );
}

#[tokio::test]
async fn where_there_is_something_nobody_waits() {
    let (_hub, barang) = filled(2).await;
    let page = barang.get("/changes?since=1&wait=60").await.expect(200);
    assert_eq!(seqs(page["changes"].as_array().unwrap()), [2]);
    barang
        .get("/changes?since=3&wait=60")
        .await
        .problem(410, "cursor-gone");
}

#[tokio::test]
async fn many_may_wait_although_there_are_few_connections() {
    let (_hub, barang) = filled(1).await;
    let waits: Vec<_> = (0..200)
        .map(|_| tokio::spawn(barang.get("/changes?since=1&wait=50").into_future()))
        .collect();
    settled().await;
    // Others are served meanwhile.
    barang.get("/records").await.is(200);
    barang.push(r#"{"id":"new"}"#).await.is(201);
    for wait in waits {
        let page = wait.await.unwrap().expect(200);
        assert_eq!(seqs(page["changes"].as_array().unwrap()), [2]);
    }
}

#[tokio::test]
async fn whoever_loses_the_right_while_waiting_gets_nothing() {
    let (hub, barang) = filled(1).await;
    let (id, key) = hub.new_application("bkd", "sementara");
    let wait = waiting(&barang.with_key(Some(&key)), "since=1");
    settled().await;
    hub.hub.revoke_keys(&actor(), id).unwrap();
    barang.push(r#"{"id":"new"}"#).await.is(201);
    wait.await.unwrap().problem(401, "credentials-invalid");
}

#[tokio::test]
async fn a_feed_that_is_replaced_while_somebody_waits_is_410() {
    let (hub, barang) = filled(1).await;
    let old = feed_of(&barang).await;
    let waits = [
        waiting(&barang, "since=1"),
        waiting(&barang, &format!("since=1&feed={old}")),
    ];
    settled().await;
    replace_feed(&hub, "0123456789ab");
    for wait in waits {
        wait.await.unwrap().problem(410, "cursor-gone");
    }
}

#[tokio::test]
async fn a_hub_that_stops_answers_those_who_wait() {
    let (hub, barang) = filled(1).await;
    let wait = waiting(&barang, "since=1");
    settled().await;
    tokio::task::spawn_blocking(move || drop(hub)).await.unwrap();
    let page = wait.await.unwrap().expect(200);
    assert_eq!(page["changes"], json!([]));
}
