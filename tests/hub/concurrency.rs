//! Invariant 3: who follows a feed misses nothing, whatever writes at the same time through two
//! hubs on one database.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use mahakam::config::DatabaseConfig;
use mahakam::store::{Store, changes};
use mahakam::types::Seq;
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

/// The key of the record that is written last: who has read it has read everything.
const LAST: &str = "last";

/// How a reader follows the feed.
#[derive(Debug, Clone, Copy)]
enum Way {
    Pages,
    LongPolls,
    Lines,
    Events,
}

/// What a reader has read. Each change must follow the one before.
#[derive(Default)]
struct Read(Vec<Value>);

impl Read {
    fn since(&self) -> usize {
        self.0.len()
    }

    fn take(&mut self, change: Value, way: Way) {
        let expected = self.since() + 1;
        assert_eq!(change["seq"], expected, "a gap, a repeat or disorder: {way:?}");
        self.0.push(change);
    }

    fn is_done(&self) -> bool {
        self.0.last().is_some_and(|change| change["key"] == LAST)
    }
}

/// Follows a feed from its begin to the last record.
async fn follow(api: Api, way: Way) -> Vec<Value> {
    let mut read = Read::default();
    while !read.is_done() {
        match way {
            Way::Pages => page(&api, &mut read, "limit=37", way).await,
            Way::LongPolls => page(&api, &mut read, "limit=500&wait=50", way).await,
            Way::Lines => lines(&api, &mut read).await,
            Way::Events => events(&api, &mut read).await,
        }
        tokio::task::yield_now().await;
    }
    read.0
}

async fn page(api: &Api, read: &mut Read, query: &str, way: Way) {
    let path = format!("/changes?since={}&{query}", read.since());
    let mut page = api.get(&path).await.expect(200);
    let changes = page["changes"].as_array_mut().unwrap();
    changes.drain(..).for_each(|change| read.take(change, way));
    assert_eq!(page["next"], read.since());
}

async fn lines(api: &Api, read: &mut Read) {
    let path = format!("/changes?since={}&wait=50", read.since());
    let answer = api.get(&path).header("Accept", "application/x-ndjson").await;
    for line in answer.is(200).body.lines() {
        read.take(serde_json::from_str(line).unwrap(), Way::Lines);
    }
}

/// Listens for a while, leaves, and goes on where the last event was.
async fn events(api: &Api, read: &mut Read) {
    let last = read.since().to_string();
    let call = api.get("/changes").header("Accept", "text/event-stream");
    let mut stream = call.header("Last-Event-ID", &last).open().await;
    for _ in 0..150 {
        let block = stream.block().await.unwrap().unwrap();
        if let Some((_, data)) = block.split_once("\ndata: ") {
            read.take(serde_json::from_str(data).unwrap(), Way::Events);
        }
        if read.is_done() {
            return;
        }
    }
}

/// The change log as the database holds it: numbers, keys and payloads.
fn logged(hub: &TestHub, dataset: &str) -> Vec<Value> {
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let number = hub
        .hub
        .catalog()
        .dataset(&dataset.parse().unwrap())
        .unwrap()
        .number;
    let store = Store::open(&config).unwrap();
    let changes = store.read(|connection| changes::page(connection, number, Seq(0), 1_000_000));
    let shown = |change: changes::Change| {
        let data: Value = serde_json::from_str(change.payload.as_deref().unwrap_or("null")).unwrap();
        let op = if change.deleted { "delete" } else { "put" };
        json!({"seq": change.seq, "op": op, "key": change.key, "data": data})
    };
    changes.unwrap().into_iter().map(shown).collect()
}

/// Holds what was read of a dataset against what is stored.
async fn is_whole(hub: &TestHub, api: &Api, dataset: &str, read: &[Value]) {
    let stored = logged(hub, dataset);
    assert!(stored.len() > WRITERS * WRITES, "{}", stored.len());
    assert_eq!(read.len(), stored.len());
    let mut state = BTreeMap::new();
    for (change, stored) in std::iter::zip(read, &stored) {
        for member in ["seq", "op", "key", "data"] {
            assert_eq!(change[member], stored[member], "{change}");
        }
        let key = change["key"].as_str().unwrap().to_owned();
        if change["op"] == "delete" {
            let before = state.remove(&key);
            assert!(before.is_some(), "only what stands is deleted: {change}");
        } else {
            let before = state.insert(key, change["data"].clone());
            assert_ne!(
                before.as_ref(),
                Some(&change["data"]),
                "what is unchanged makes no change"
            );
        }
    }
    let stands = api.all_records(10).await.into_iter();
    let stands: BTreeMap<String, Value> = stands
        .map(|mut record| (record["key"].as_str().unwrap().to_owned(), record["data"].take()))
        .collect();
    assert_eq!(state, stands, "the feed ends where the list stands");
}

#[tokio::test]
async fn no_reader_of_a_feed_misses_anything_while_two_hubs_write() {
    let (one, other) = two().await;
    let key = one.key("bkd");
    let datasets = ["bkd/barang/v1", "bkd/lain/v1"];
    let ways = [Way::Pages, Way::LongPolls, Way::Lines, Way::Events];
    let mut readers = Vec::new();
    let mut writers = Vec::new();
    for dataset in datasets {
        for hub in [&one, &other] {
            let api = hub.api(dataset, Some(&key));
            for way in ways {
                readers.push(tokio::spawn(follow(api.apart(), way)));
            }
            for writer in 0..WRITERS {
                writers.push(tokio::spawn(write(api.apart(), writer)));
            }
        }
    }
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    for (dataset, hub) in std::iter::zip(datasets, [&one, &other]) {
        let api = hub.api(dataset, Some(&key));
        api.push(json!({"id": LAST})).await.is(201);
    }
    let feeds: Vec<Vec<Value>> = join_all(readers).await.into_iter().map(Result::unwrap).collect();
    for (dataset, feeds) in std::iter::zip(datasets, feeds.chunks(2 * ways.len())) {
        for (number, feed) in feeds.iter().enumerate() {
            assert!(
                *feed == feeds[0],
                "reader {number} of {dataset} read something else"
            );
        }
        is_whole(&one, &one.api(dataset, Some(&key)), dataset, &feeds[0]).await;
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
