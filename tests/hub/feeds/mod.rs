//! `GET /changes`: a dataset's feed.

use serde_json::Value;

use crate::harness::{Api, TestHub, contracts};

mod events;
mod latest;
mod lines;
mod pages;
mod wait;

async fn filled(count: usize) -> (TestHub, Api) {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let lines: String = (0..count).map(|n| format!("{{\"id\":\"{n}\"}}\n")).collect();
    barang.lines(lines).await.is(200);
    (hub, barang)
}

fn seqs(changes: &[Value]) -> Vec<u64> {
    changes
        .iter()
        .map(|change| change["seq"].as_u64().unwrap())
        .collect()
}

/// The feed's id.
async fn feed_of(api: &Api) -> String {
    let page = api.get("/changes?limit=1").await.expect(200);
    page["feed"].as_str().unwrap().to_owned()
}

/// Gives a dataset another feed, as a restore does.
fn replace_feed(hub: &TestHub, id: &str) {
    hub.database
        .beside()
        .run(&format!("UPDATE dataset SET feed = '{id}'"));
}

/// Whether an exchange with this outcome and so many records is in the log, or soon will be.
async fn logged(hub: &TestHub, outcome: &str, records: u64) {
    let rows = format!(
        "SELECT count(*) FROM exchange WHERE action = 'changes' AND outcome = '{outcome}' AND records = {records}"
    );
    crate::harness::eventually("the exchange is logged", || async {
        (hub.database.beside().number(&rows) == 1).then_some(())
    })
    .await;
}
