//! Scheduled pulls: systems on loopback are read from, well behaved ones and others.

mod administration;
mod bad;
mod hubs;
mod incremental;
mod mapping;
mod moving;
mod paging;
mod plans;
mod snapshot;
mod system;

use std::time::{Duration, Instant};

use mahakam::hub::NewConnector;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Answer, TestHub, actor, contracts};
use system::{Asked, Reply, System};

/// A hub with `bkd/barang/v1` and the connector `sistem` to this system.
async fn hub_with(system: &System) -> TestHub {
    let hub = TestHub::start().await;
    hub.publish(&contracts::barang());
    connect(&hub, "sistem", system, &json!({}));
    hub
}

/// Adds a connector of `bkd` to a system on loopback; gives its number.
fn connect(hub: &TestHub, name: &str, system: &System, timeouts: &Value) -> i64 {
    let settings = json!({
        "base_url": system.base, "allow_networks": ["127.0.0.0/8"], "timeouts": timeouts, "breaker_failures": 100
    });
    let new = NewConnector {
        opd: "bkd".parse().unwrap(),
        name: name.into(),
        settings: serde_json::from_value(settings).unwrap(),
        credential: None,
    };
    hub.hub.add_connector(&actor(), &new).unwrap().connector.id
}

/// Settings of a pull into `bkd/barang/v1` from `/barang`, with these besides.
fn settings(more: &Value) -> Value {
    let mut settings = json!({"dataset": "bkd/barang/v1", "connector": "sistem", "path": "/barang"});
    settings
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    settings
}

/// A call of management.
async fn manage(hub: &TestHub, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let call = hub.call(method, path).key(ADMIN_KEY).english();
    match body {
        Some(body) => call.json(body).await,
        None => call.await,
    }
}

/// Adds a pull; gives its number.
async fn add(hub: &TestHub, more: &Value) -> i64 {
    let body = json!({"settings": settings(more)});
    let added = manage(hub, "POST", "/admin/pulls", Some(&body)).await.expect(201);
    added["id"].as_i64().unwrap()
}

/// The runs of a pull, newest first.
async fn runs(hub: &TestHub, id: i64) -> Vec<Value> {
    let page = manage(hub, "GET", &format!("/admin/pulls/{id}/runs"), None)
        .await
        .expect(200);
    page["runs"].as_array().unwrap().clone()
}

/// Waits for the end of the run with this number, counted from 1; a long one has its time.
async fn ended(hub: &TestHub, id: i64, count: usize) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let runs = runs(hub, id).await;
        match runs.first() {
            Some(newest) if runs.len() >= count && newest["outcome"] != "running" => return newest.clone(),
            _ => assert!(Instant::now() < deadline, "the run has not ended: {runs:?}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Runs a pull now, and waits for its end.
async fn run(hub: &TestHub, id: i64) -> Value {
    let before = runs(hub, id).await.len();
    manage(hub, "POST", &format!("/admin/pulls/{id}/run"), None)
        .await
        .is(202);
    ended(hub, id, before + 1).await
}

/// Adds a pull and runs it once.
async fn pulled(hub: &TestHub, more: &Value) -> Value {
    let id = add(hub, more).await;
    run(hub, id).await
}

/// The payloads of `bkd/barang/v1`, by key.
async fn stored(hub: &TestHub) -> Vec<Value> {
    let api = hub.api("bkd/barang/v1", Some(&hub.key("bkd")));
    let records = api.all_records(1_000).await;
    records.into_iter().map(|record| record["data"].clone()).collect()
}

/// `count` records from the number `from` on, as a JSON list.
fn list(from: usize, count: usize) -> String {
    let records: Vec<String> = (from..from + count)
        .map(|n| format!("{{\"id\":\"{n:06}\"}}"))
        .collect();
    format!("[{}]", records.join(","))
}

/// The records with numbers from 0 to `count`, as they are stored.
fn expected(count: usize) -> Vec<Value> {
    (0..count).map(|n| json!({"id": format!("{n:06}")})).collect()
}

/// A part of the records from 0 to `of`, as a list.
fn part(from: usize, count: usize, of: usize) -> String {
    list(from, count.min(of.saturating_sub(from)))
}
