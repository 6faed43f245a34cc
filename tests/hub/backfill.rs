//! The filling of filters that came with a later version: cut short, by two hubs at once, in another
//! order than before.

use std::sync::Arc;

use mahakam::config::{Config, Source};
use mahakam::hub::{Hub, Publication};
use mahakam::types::Clock;
use serde_json::{Value, json};

use crate::harness::{Api, Database, NOW, TestHub, actor, contracts, eventually};

/// A contract of this minor version with these filters.
fn contract(minor: u32, filters: &[&str]) -> Value {
    let mut contract = contracts::barang();
    contract["version"] = format!("1.{minor}.0").into();
    contract["filters"] = json!(filters);
    contract["schema"]["properties"] = json!({
        "id": {"type": "string"}, "n": {"type": "integer"}, "m": {"type": "string"}
    });
    contract
}

async fn filled(hub: &TestHub, count: usize) -> Api {
    let api = hub.publish(&contract(0, &["/n"]));
    let lines: String = (0..count)
        .map(|i| format!("{{\"id\":\"{i:05}\",\"n\":{},\"m\":\"{}\"}}\n", i % 3, i % 10))
        .collect();
    api.lines(lines).await.is(200);
    api.delete("00000").await.is(200);
    api
}

/// How many records a filter finds, once it is ready.
async fn found(api: &Api, query: &str) -> Value {
    eventually("the filter is ready", || async {
        let answer = api.get(&format!("/records?limit=1&count=exact&{query}")).await;
        // A hub that has not heard of the new version does not know its filter.
        match answer.status {
            200 => Some(answer.json()["count"].clone()),
            400 | 503 => None,
            _ => panic!("{answer:?}"),
        }
    })
    .await
}

/// A hub without jobs, in which nothing is filled unless it is asked to.
fn without_jobs(database: &Database) -> Arc<Hub> {
    let mut source = Source::from_pairs(&[("MAHAKAM_PUBLIC_URL", "http://127.0.0.1:1")]);
    for (name, value) in database.settings() {
        source.set(name, &value);
    }
    let mut config = Config::read(&source).unwrap_or_else(|faults| panic!("{faults}"));
    config.limits.probe_program = Some(env!("CARGO_BIN_EXE_mahakam").into());
    Hub::open(config, Clock::fixed(NOW)).unwrap()
}

#[tokio::test]
async fn filling_goes_on_where_a_hub_that_is_gone_left_it() {
    let hub = TestHub::start().await;
    filled(&hub, 1_200).await;
    let (database, key) = (Arc::clone(&hub.database), hub.key("bkd"));
    drop(hub);
    let alone = without_jobs(&database);
    let document = contract(1, &["/n", "/m"]).to_string();
    alone
        .register_contract(&actor(), document.as_bytes(), None, Some(&Publication::default()))
        .unwrap();
    assert_eq!(alone.fill_filters().unwrap(), 1, "there is more to do");
    alone.stop();
    drop(alone);
    let mut beside = database.beside();
    let filled = "SELECT count(*) FROM record WHERE f2 IS NOT NULL";
    let first = beside.number(filled);
    assert!(0 < first && first < 1_199, "{first}");
    let left_at = "SELECT count(*) FROM record r JOIN dataset_head h ON h.dataset_id = r.dataset_id \
                   WHERE r.key <= h.backfilled AND NOT r.deleted";
    assert_eq!(beside.number(left_at), first, "what was done is known");
    let next = TestHub::builder().on(&database).start().await;
    let api = next.api("bkd/barang/v1", Some(&key));
    assert_eq!(found(&api, "/m=1").await, 120);
    assert_eq!(found(&api, "/m=0").await, 119);
    assert_eq!(beside.number(filled), 1_199);
}

#[tokio::test]
async fn two_hubs_fill_at_once_while_both_are_written_to() {
    let one = TestHub::start().await;
    let here = filled(&one, 3_000).await;
    let other = TestHub::builder().on(&one.database).start().await;
    let there = other.api("bkd/barang/v1", Some(&one.key("bkd")));
    let write = |api: &Api, from: usize| {
        let api = api.apart();
        tokio::spawn(async move {
            for i in from..from + 150 {
                let text = format!("{{\"id\":\"{i:05}\",\"n\":7,\"m\":\"baru\"}}");
                api.push(text).await.is(200);
            }
        })
    };
    // The filters change places as well: a slot that held one now holds the other.
    let writers = [write(&here, 1), write(&there, 1_000)];
    one.publish(&contract(1, &["/m", "/n"]));
    for writer in writers {
        writer.await.unwrap();
    }
    for api in [&here, &there] {
        assert_eq!(found(api, "/m=baru").await, 300);
        assert_eq!(found(api, "/n=7").await, 300);
        assert_eq!(found(api, "/m=9").await, 270);
        assert_eq!(found(api, "/n[gte]=0").await, 2_999);
    }
}
