//! The figures behind the pages, held against what was done by hand.

mod days;
mod failing;
mod filling;
mod flows;
mod freshness;
mod plans;
mod profile;
mod pushes;
mod rejected;

use mahakam::access::rules::Reach;
use mahakam::types::Clock;
use serde_json::{Value, json};

use crate::harness::{Api, NOW, TestHub, eventually};

/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;

/// A hub with a clock that the test moves, and one published contract.
async fn open(contract: &Value) -> (TestHub, Api) {
    let hub = TestHub::builder().clock(Clock::fixed(NOW)).start().await;
    let api = hub.publish(contract);
    (hub, api)
}

/// What belongs to an agency.
fn own(opd: &str) -> Reach {
    Reach::Own(opd.parse().unwrap())
}

/// Lets time pass.
fn pass(hub: &TestHub, milliseconds: i64) {
    hub.hub.clock().advance(milliseconds);
    hub.hub.refresh().unwrap();
}

/// Waits until the log has so many calls about real datasets, then sums its days and counts why payloads were refused.
async fn sum(hub: &TestHub, calls: i64) {
    let count = "SELECT count(*) FROM exchange WHERE part = 0 AND dataset NOT LIKE 'sandbox/%'";
    eventually("the log", || async {
        (hub.database.beside().number(count) >= calls).then_some(())
    })
    .await;
    while hub.hub.sum_days().unwrap() {}
    while hub.hub.count_reasons().unwrap() {}
}

/// A record of `pegawai`.
fn person(nip: u64) -> Value {
    json!({"nip": format!("{nip:018}"), "nama": "Budi"})
}
