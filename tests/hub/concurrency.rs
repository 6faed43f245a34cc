//! Invariant 3: who follows a feed misses nothing, whatever writes at the same time through two
//! hubs on one database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Api, TestHub, contracts};

const WRITERS: usize = 6;
const WRITES: usize = 40;

async fn two() -> (TestHub, TestHub) {
    let one = TestHub::start().await;
    one.publish(&contracts::barang());
    one.publish(&contracts::named(contracts::barang(), "lain"));
    let other = TestHub::builder().on(&one.database).start().await;
    (one, other)
}

/// Single pushes, deletions and bulks over keys that all writers share.
async fn write(api: Api, writer: usize) {
    for n in 0..WRITES {
        let key = format!("k{}", (writer * 7 + n * 3) % 25);
        match n % 8 {
            3 => drop(api.delete(&key).await),
            5 => {
                let lines: String = (0..20)
                    .map(|line| format!("{{\"id\":\"k{}\",\"by\":\"{writer}-{n}-{line}\"}}\n", line * 2))
                    .collect();
                api.lines(lines).await.is(200);
            }
            _ => {
                let answer = api.push(json!({"id": key, "by": format!("{writer}-{n}")})).await;
                assert!([200, 201].contains(&answer.status), "{answer:?}");
            }
        }
    }
}

/// Follows a feed from its begin until the writers are done and its end is reached.
async fn follow(api: Api, done: Arc<AtomicBool>) -> Vec<Value> {
    let (mut changes, mut since) = (Vec::new(), 0);
    loop {
        let last_look = done.load(Ordering::SeqCst);
        let page = api
            .get(&format!("/changes?since={since}&limit=37"))
            .await
            .expect(200);
        for change in page["changes"].as_array().unwrap() {
            since += 1;
            assert_eq!(
                change["seq"], since,
                "without gap, repeat or disorder: {}",
                page["changes"]
            );
            changes.push(change.clone());
        }
        assert_eq!(page["next"], since);
        if last_look && page["more"] == false {
            return changes;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_reader_of_a_feed_misses_nothing_while_two_hubs_write() {
    let (one, other) = two().await;
    let key = one.key("bkd");
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    let mut writers = Vec::new();
    for dataset in ["bkd/barang/v1", "bkd/lain/v1"] {
        for hub in [&one, &other] {
            let api = hub.api(dataset, Some(&key));
            readers.push(tokio::spawn(follow(api.apart(), Arc::clone(&done))));
            for writer in 0..WRITERS {
                writers.push(tokio::spawn(write(api.apart(), writer)));
            }
        }
    }
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let feeds: Vec<Vec<Value>> = join_all(readers).await.into_iter().map(Result::unwrap).collect();
    for (pair, dataset) in std::iter::zip(feeds.chunks(2), ["bkd/barang/v1", "bkd/lain/v1"]) {
        assert_eq!(pair[0], pair[1], "both hubs tell the same feed");
        assert!(pair[0].len() > WRITERS * WRITES, "{}", pair[0].len());
        let mut state = BTreeMap::new();
        for change in &pair[0] {
            let key = change["key"].as_str().unwrap().to_owned();
            if change["op"] == "delete" {
                assert!(
                    state.remove(&key).is_some(),
                    "only what stands is deleted: {change}"
                );
            } else {
                let before = state.insert(key, change["data"].clone());
                assert_ne!(
                    before.as_ref(),
                    Some(&change["data"]),
                    "what is unchanged makes no change"
                );
            }
        }
        let stands: BTreeMap<String, Value> = one
            .api(dataset, Some(&key))
            .all_records(10)
            .await
            .into_iter()
            .map(|mut record| (record["key"].as_str().unwrap().to_owned(), record["data"].take()))
            .collect();
        assert_eq!(state, stands, "the feed ends where the list stands");
    }
}

#[tokio::test]
async fn of_equal_pushes_through_two_hubs_one_creates_and_the_others_find_it_unchanged() {
    let (one, other) = two().await;
    let key = one.key("bkd");
    for n in 0..10 {
        let payload = json!({"id": format!("same-{n}")});
        let calls = (0..8).map(|index| {
            let hub = if index % 2 == 0 { &one } else { &other };
            hub.api("bkd/barang/v1", Some(&key)).push(&payload).into_future()
        });
        let answers = join_all(calls).await;
        let created = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(created, 1, "{answers:?}");
        let seqs: Vec<Value> = answers
            .iter()
            .map(|answer| answer.json()["seq"].clone())
            .collect();
        assert!(seqs.iter().all(|seq| *seq == n + 1), "{seqs:?}");
    }
}

#[tokio::test]
async fn of_atomic_bulks_over_the_same_transactions_one_is_stored_whole() {
    let one = TestHub::start().await;
    one.publish(&contracts::mutasi());
    let other = TestHub::builder().on(&one.database).start().await;
    let key = one.key("bkd");
    let calls = (0..8).map(|index| {
        let hub = if index % 2 == 0 { &one } else { &other };
        let lines: String = (0..50)
            .map(|n| format!("{{\"id\":\"t{n}\",\"by\":{index}}}\n"))
            .collect();
        hub.api("bkd/mutasi/v1", Some(&key))
            .call("POST", "/records?atomic=true")
            .body("application/x-ndjson", lines)
            .into_future()
    });
    let answers = join_all(calls).await;
    let stored: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(stored.len(), 1, "{answers:?}");
    let feed = one.api("bkd/mutasi/v1", Some(&key)).all_changes(0, 100).await;
    assert_eq!(feed.len(), 50);
    assert!(
        feed.iter()
            .all(|change| change["data"]["by"] == feed[0]["data"]["by"])
    );
}
