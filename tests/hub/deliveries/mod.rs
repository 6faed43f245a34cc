//! Deliveries: changes pushed to endpoints of agencies, and `/admin/subscriptions`.

mod admin;
mod endpoint;
mod examples;
mod hubs;
mod moves;
mod order;
mod retry;
mod rights;

use std::sync::Arc;

use mahakam::hub::NewConnector;
use mahakam::types::Clock;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Answer, Api, Database, NOW, TestHub, actor, contracts, eventually};
use endpoint::Endpoint;

/// A dataset that `dinkes` may pull whole and `bappeda` in part.
fn contract() -> Value {
    let mut contract = contracts::barang();
    contract["schema"]["properties"]["n"] = json!({"type": "integer"});
    contract["schema"]["properties"]["nama"] = json!({"type": "string"});
    contract["grants"] = json!([
        {"opd": "dinkes", "may": ["pull"], "purpose": "Uji", "basis": "Uji"},
        {"opd": "bappeda", "may": ["pull"], "fields": ["/id", "/n"], "purpose": "Uji", "basis": "Uji"}
    ]);
    contract
}

/// Gives an agency a connector to an endpoint; gives its number.
fn connector(hub: &TestHub, opd: &str, url: &str, more: Value) -> i64 {
    let mut settings = json!({
        "base_url": url, "allow_networks": ["127.0.0.0/8"], "breaker_failures": 1000,
        "timeouts": {"connect_ms": 2000, "answer_ms": 5000, "idle_ms": 1000, "total_ms": 10000}
    });
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    hub.key(opd);
    let new = NewConnector {
        opd: opd.parse().unwrap(),
        name: format!("penerima-{}", hub.hub.connectors().unwrap().len()),
        settings: serde_json::from_value(settings).unwrap(),
        credential: None,
    };
    hub.hub.add_connector(&actor(), &new).unwrap().connector.id
}

/// A hub with one dataset, one receiver and a subscription.
struct Stage {
    hub: TestHub,
    clock: Clock,
    /// The dataset in the hands of its owner.
    api: Api,
    endpoint: Arc<Endpoint>,
    application: i64,
    connector: i64,
    /// The subscription.
    id: i64,
    secret: String,
}

impl Stage {
    /// With a subscription of `dinkes` on these terms.
    async fn with(terms: Value) -> Self {
        Stage::of("dinkes", terms, json!({})).await
    }

    /// With a subscription of this agency, through a connector with these settings.
    async fn of(opd: &str, terms: Value, settings: Value) -> Self {
        let clock = Clock::fixed(NOW);
        let hub = TestHub::builder().clock(clock.clone()).start().await;
        let api = hub.publish(&contract());
        let endpoint = Arc::new(Endpoint::start());
        let connector = connector(&hub, opd, &endpoint.url, settings);
        let (application, _) = hub.new_application(opd, "penerima");
        let mut stage = Stage {
            hub,
            clock,
            api,
            endpoint,
            application,
            connector,
            id: 0,
            secret: String::new(),
        };
        let added = stage.subscribe(terms).await.expect(201);
        stage.id = added["id"].as_i64().unwrap();
        stage.secret = added["secret"].as_str().unwrap().to_owned();
        stage
    }

    /// Adds a subscription of the stage's application.
    async fn subscribe(&self, terms: Value) -> Answer {
        let mut body = json!({
            "dataset": "bkd/barang/v1", "application": self.application, "connector": self.connector,
            "path": "/terima"
        });
        for (name, value) in terms.as_object().unwrap() {
            body[name] = value.clone();
        }
        let call = self.hub.call("POST", "/admin/subscriptions").key(ADMIN_KEY);
        call.json(body).await
    }

    /// Pushes so many records `<from>`, `<from + 1>`, ...
    async fn push(&self, from: usize, count: usize) {
        let lines: String = (from..from + count)
            .map(|n| format!("{{\"id\":\"{n}\",\"n\":{n},\"nama\":\"rahasia {n}\"}}\n"))
            .collect();
        self.api.lines(lines).await.is(200);
    }

    /// `POST` to the subscription.
    async fn post(&self, what: &str, body: Value) -> Value {
        let path = format!("/admin/subscriptions/{}/{what}", self.id);
        let call = self.hub.call("POST", &path).key(ADMIN_KEY);
        let call = if body.is_null() { call } else { call.json(body) };
        call.await.expect(200)
    }

    /// The subscription as it is shown.
    async fn shown(&self) -> Value {
        let path = format!("/admin/subscriptions/{}", self.id);
        self.hub.call("GET", &path).key(ADMIN_KEY).await.expect(200)
    }

    /// Waits until the subscription is shown so.
    async fn becomes(&self, what: &str, so: impl Fn(&Value) -> bool) -> Value {
        eventually(what, || async {
            let shown = self.shown().await;
            so(&shown).then_some(shown)
        })
        .await
    }

    /// Waits until everything up to `seq` was taken.
    async fn reaches(&self, seq: i64) -> Value {
        self.becomes(&format!("everything up to {seq} was taken"), |shown| {
            shown["seq"] == seq
        })
        .await
    }

    /// Waits until so many messages came in all.
    async fn came(&self, count: usize) -> Vec<endpoint::Message> {
        let endpoint = &self.endpoint;
        eventually(&format!("{count} messages came"), || async {
            (endpoint.count() >= count).then(|| endpoint.messages())
        })
        .await
    }

    /// Waits until so many failures in a row were noted.
    async fn failed(&self, times: i64) -> Value {
        self.becomes(&format!("{times} failures were noted"), |shown| {
            shown["failures"] == times
        })
        .await
    }
}

/// A hub beside another, on its database.
async fn beside(database: &Arc<Database>, clock: &Clock) -> TestHub {
    TestHub::builder().on(database).clock(clock.clone()).start().await
}
