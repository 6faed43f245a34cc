//! Two hubs on one database: what one is told, the other serves soon.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mahakam::types::Clock;
use serde_json::json;

use crate::harness::{NOW, TestHub, actor, contracts, eventually};

async fn two() -> (TestHub, TestHub) {
    let one = TestHub::start().await;
    one.publish(&contracts::barang());
    let other = TestHub::builder().on(&one.database).start().await;
    (one, other)
}

#[tokio::test]
async fn a_contract_published_at_one_hub_is_served_by_the_other() {
    let (one, other) = two().await;
    let key = one.key("bkd");
    let mut contract = contracts::mutasi();
    contract["schema"]["properties"]["n"] = json!({"type": "integer"});
    one.publish(&contract);
    let there = other.api("bkd/mutasi/v1", Some(&key));
    eventually("the other hub serves it", || async {
        (there.get("/contract").await.status == 200).then_some(())
    })
    .await;
    there.push(r#"{"id":"a","n":"x"}"#).await.is(422);
    contract["version"] = "1.1.0".into();
    contract["schema"]["properties"]["n"] = json!({"type": ["integer", "string"]});
    one.publish(&contract);
    eventually("the other hub judges by it", || async {
        let pushed = there.push(r#"{"id":"a","n":"x"}"#).await;
        (pushed.status == 201).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_new_key_and_its_end_reach_the_other_hub() {
    let (one, other) = two().await;
    let (id, key) = one.new_application("bkd", "baru");
    let there = other.api("bkd/barang/v1", Some(&key));
    eventually("the key is known there", || async {
        (there.get("/records").await.status == 200).then_some(())
    })
    .await;
    one.hub.revoke_keys(&actor(), id).unwrap();
    eventually("the key is refused there", || async {
        (there.get("/records").await.status == 401).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_deactivated_agency_is_refused_by_the_other_hub() {
    let (one, other) = two().await;
    let there = other.api("bkd/barang/v1", Some(&one.key("bkd")));
    there.get("/records").await.is(200);
    let code = "bkd".parse().unwrap();
    one.hub.change_opd(&actor(), &code, None, Some(false)).unwrap();
    eventually("the agency is refused there", || async {
        (there.get("/records").await.status == 401).then_some(())
    })
    .await;
}

#[tokio::test]
async fn publishing_drops_no_request_and_each_is_judged_by_one_version() {
    let (one, _other) = two().await;
    let barang = one.api("bkd/barang/v1", Some(&one.key("bkd")));
    let pushing = async {
        for n in 0..150 {
            barang.push(json!({"id": format!("k{n}")})).await.is(201);
        }
    };
    let publishing = async {
        for minor in 1..=8 {
            let mut next = contracts::barang();
            next["version"] = format!("1.{minor}.0").into();
            one.publish(&next);
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(pushing, publishing);
    let changes = barang.all_changes(0, 1_000).await;
    assert_eq!(changes.len(), 150);
    let versions: Vec<&str> = changes
        .iter()
        .map(|change| change["contract"].as_str().unwrap())
        .collect();
    assert!(versions.is_sorted(), "{versions:?}");
}

#[tokio::test]
async fn who_looked_first_never_makes_a_hub_forget_what_was_seen_later() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let api = hub.publish(&contracts::barang());
    let stop = Arc::new(AtomicBool::new(false));
    let lookers: Vec<_> = (0..4)
        .map(|_| {
            let (hub, stop) = (Arc::clone(&hub.hub), Arc::clone(&stop));
            std::thread::spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    hub.refresh().unwrap();
                }
            })
        })
        .collect();
    for _ in 0..50 {
        clock.advance(60_000);
        hub.hub.refresh().unwrap();
        api.get("/records").await.is(200);
    }
    stop.store(true, Ordering::SeqCst);
    for looker in lookers {
        looker.join().unwrap();
    }
}
