//! Live calls: what goes to the owner's system, what comes back, and what never passes.

mod blame;
mod bodies;
mod cache;
mod failing;
mod judging;
mod limits;
mod passing;
mod persons;
mod room;

use serde_json::{Value, json};

use crate::harness::{Answer, Api, Received, Reply, TestHub, Upstream, contracts};

/// A live contract `bkd/langsung/v1` that allows what the tests call; `bappeda` may call.
pub fn langsung(live: Value) -> Value {
    let mut contract = contracts::named(contracts::barang(), "langsung");
    let members = contract.as_object_mut().unwrap();
    members.remove("kind");
    members.remove("key");
    members.insert("mode".into(), "live".into());
    members.insert(
        "grants".into(),
        json!([{"opd": "bappeda", "may": ["live"], "purpose": "Uji", "basis": "Uji"}]),
    );
    let mut all = json!({
        "connector": "simpeg",
        "allow": [
            {"method": "GET", "path": "/pegawai/*"},
            {"method": "GET", "path": "/pegawai"},
            {"method": "POST", "path": "/pegawai"},
            {"method": "DELETE", "path": "/pegawai/*"}
        ],
        "validate": "off"
    });
    all.as_object_mut()
        .unwrap()
        .extend(live.as_object().cloned().unwrap_or_default());
    members.insert("live".into(), all);
    contract
}

/// A hub with a live dataset in the hands of `bappeda`, and the system behind it.
pub async fn started(
    live: Value,
    settings: Value,
    reply: impl Fn(&Received) -> Reply + Send + Sync + 'static,
) -> (TestHub, Api, Upstream) {
    let system = Upstream::start(reply).await;
    let hub = TestHub::start().await;
    hub.connect("simpeg", &format!("{}/api", system.url), settings);
    let owner = hub.publish(&langsung(live));
    let bappeda = owner.with_key(Some(&hub.key("bappeda")));
    (hub, bappeda, system)
}

/// What a problem tells people.
pub fn detail(answer: &Answer) -> String {
    answer.json()["detail"].as_str().unwrap().to_owned()
}
