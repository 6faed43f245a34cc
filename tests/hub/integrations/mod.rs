//! The procedure: walked through the real server, by everybody who has a part in it.

mod bound;
mod clocks;
mod entered;
mod judged;
mod outside;
mod parts;
mod plans;
mod races;
mod refusals;
mod register;
mod reports;
mod variants;
mod varied;
mod walk;

use std::collections::HashMap;

use mahakam::access::Role;
use mahakam::contract::contract_digest;
use mahakam::types::{Clock, Timestamp};
use serde_json::{Value, json};

use crate::harness::contracts::barang;
use crate::harness::{ADMIN_KEY, Answer, Call, TestHub, actor};

/// A Monday, nine o'clock in the province: 2026-03-02T01:00:00Z.
const MONDAY: &str = "2026-03-02T01:00:00Z";

/// Everybody who has a part, by the name under which they sign in: role, agency.
const PEOPLE: [(&str, Role, Option<&str>); 8] = [
    ("asker", Role::Opd, Some("dinkes")),
    ("provider", Role::Opd, Some("bkd")),
    ("stranger", Role::Opd, Some("dkp")),
    ("team", Role::TechnicalTeam, None),
    ("supervisor", Role::Supervisor, None),
    ("administrator", Role::Administrator, None),
    ("operator", Role::Operator, None),
    ("auditor", Role::Auditor, None),
];

/// A hub with everybody in it, and one integration between `dinkes`, who asks, and `bkd`, who provides.
struct Stage {
    hub: TestHub,
    clock: Clock,
    cookies: HashMap<&'static str, String>,
    /// The integration's number.
    number: String,
}

impl Stage {
    async fn start() -> Self {
        let mut stage = Stage::without().await;
        stage.number = stage.open("asker", json!({})).await;
        stage
    }

    /// Without an integration.
    async fn without() -> Self {
        Stage::with(&[]).await
    }

    /// The same with settings.
    async fn with(settings: &[(&str, &str)]) -> Self {
        let clock = Clock::fixed(Timestamp::parse(MONDAY).unwrap());
        let mut builder = TestHub::builder()
            .clock(clock.clone())
            .setting("MAHAKAM_SESSION_IDLE_MINUTES", 100_000)
            .setting("MAHAKAM_SESSION_HOURS", 2_000);
        for (name, value) in settings {
            builder = builder.setting(name, value);
        }
        let hub = builder.start().await;
        let mut cookies = HashMap::new();
        for (name, role, opd) in PEOPLE {
            cookies.insert(name, hub.person(name, &[role], opd).await);
        }
        Stage {
            hub,
            clock,
            cookies,
            number: String::new(),
        }
    }

    /// Opens an integration and gives its number.
    async fn open(&self, who: &str, with: Value) -> String {
        let opened = self.opening(who, with).await.expect(201);
        opened["number"].as_str().unwrap().to_owned()
    }

    fn opening(&self, who: &str, with: Value) -> Call {
        let mut body = json!({
            "subject": "Integrasi data barang",
            "parties": [{"opd": "dinkes", "side": "asker"}, {"opd": "bkd", "side": "provider"}],
            "contracts": ["bkd/barang/v1"],
        });
        for (name, value) in with.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.by(who, "POST", "/admin/integrations").json(body)
    }

    /// A call by somebody; `key` has the management key.
    fn by(&self, who: &str, method: &str, path: &str) -> Call {
        let call = self.hub.call(method, path).english();
        match who {
            "key" => call.key(ADMIN_KEY),
            who => call.cookie(&self.cookies[who]),
        }
    }

    /// A call about the integration.
    fn about(&self, who: &str, method: &str, path: &str) -> Call {
        self.by(who, method, &format!("/admin/integrations/{}{path}", self.number))
    }

    async fn shown(&self) -> Value {
        self.about("auditor", "GET", "").await.expect(200)
    }

    async fn timeline(&self) -> Value {
        self.about("auditor", "GET", "/timeline").await.expect(200)
    }

    /// Somebody does their part of a step.
    async fn complete(&self, who: &str, step: u8, body: Value) -> Answer {
        self.about(who, "POST", &format!("/steps/{step}/complete"))
            .json(body)
            .await
    }

    async fn opinion(&self, who: &str, step: u8, body: Value) -> Answer {
        self.about(who, "POST", &format!("/steps/{step}/opinion"))
            .json(body)
            .await
    }

    /// Adds documents to the step where the file is.
    async fn papers(&self, kinds: &[&str]) {
        let shown = self.shown().await;
        let (step, round) = (&shown["step"]["number"], &shown["round"]);
        for kind in kinds {
            let path = format!("/documents?kind={kind}&name=a.json&step={step}&round={round}");
            self.about("key", "POST", &path).json("{}").await.is(201);
        }
    }

    /// Adds a document where the file is; gives its number.
    async fn paper(&self, who: &str, kind: &str) -> i64 {
        let path = format!("/documents?kind={kind}&name=a.json");
        let added = self.about(who, "POST", &path).json("{}").await.expect(201);
        added["id"].as_i64().unwrap()
    }

    /// Registers the contract and has it signed.
    fn agree(&self) {
        self.agree_version("1.0.0", json!({}));
    }

    /// The same with a version of the contract, and with more that is said of what was agreed.
    fn agree_version(&self, version: &str, more: Value) {
        let mut contract = barang();
        contract["version"] = version.into();
        if version != "1.0.0" {
            contract["title"] = "Barang, lagi".into();
        }
        self.agree_contract(&contract, more);
    }

    /// Registers this version and has it signed.
    fn agree_contract(&self, contract: &Value, more: Value) {
        let version = contract["version"].as_str().unwrap();
        let digest = contract_digest(contract).to_string();
        self.hub
            .hub
            .register_contract(&actor(), contract.to_string().as_bytes(), None, None)
            .unwrap();
        let mut agreed = json!({
            "contract_digest": digest, "signers": [{"name": "Siti", "office": "Kepala BKD", "on": "2026-03-02"}]
        });
        for (name, value) in more.as_object().unwrap() {
            agreed[name] = value.clone();
        }
        let (opd, name) = ("bkd".parse().unwrap(), "barang".parse().unwrap());
        self.hub
            .hub
            .agree_contract(&actor(), &opd, &name, version.parse().unwrap(), agreed)
            .unwrap();
    }

    async fn contract(&self, action: &str, body: Value) -> Answer {
        self.version("1.0.0", action, body).await
    }

    async fn version(&self, version: &str, action: &str, body: Value) -> Answer {
        let path = format!("/admin/contracts/bkd/barang/{version}/{action}");
        self.by("team", "POST", &path).json(body).await
    }

    async fn push(&self) {
        let key = self.hub.key("bkd");
        let api = self.hub.api("bkd/barang/v1", Some(&key));
        api.push(r#"{"id":"a"}"#).await.is(201);
    }

    /// Everything up to the beginning of a step, in the first round.
    async fn up_to(&self, step: u8) {
        for now in 1..step {
            self.through(now).await;
            assert_eq!(self.shown().await["step"]["number"], now + 1);
        }
    }

    /// One step, with all that belongs to it, to the next.
    #[expect(clippy::too_many_lines, reason = "a paragraph for each step")]
    async fn through(&self, step: u8) {
        let done = |who: &'static str| self.complete(who, step, json!({}));
        let says =
            |who: &'static str, outcome: &'static str| self.complete(who, step, json!({"outcome": outcome}));
        match step {
            1 => {
                self.papers(&["request-letter", "application-data"]).await;
                done("asker").await.is(200);
                self.papers(&["disposition"]).await;
                done("administrator").await.is(200);
            }
            2 => {
                self.papers(&["integration-document", "database-structure"]).await;
                done("asker").await.is(200);
            }
            3 => {
                says("team", "agreed").await.is(200);
                says("provider", "agreed").await.is(200);
            }
            4 => {
                self.papers(&["formulation"]).await;
                self.agree();
                done("team").await.is(200);
                done("asker").await.is(200);
                done("provider").await.is(200);
            }
            5 => {
                self.contract("publish", json!({})).await.is(200);
                done("team").await.is(200);
            }
            6 => {
                self.push().await;
                self.contract("test", json!({})).await.is(200);
                done("team").await.is(200);
            }
            7 => drop(done("supervisor").await.is(200)),
            8 => {
                self.papers(&["application-validation"]).await;
                says("asker", "valid").await.is(200);
                says("provider", "valid").await.is(200);
            }
            9 => {
                self.papers(&["validation-report"]).await;
                done("asker").await.is(200);
                done("team").await.is(200);
            }
            10 => {
                self.papers(&["system-integration"]).await;
                done("supervisor").await.is(200);
            }
            11 => {
                self.opinion("asker", 11, json!({"outcome": "fits"}))
                    .await
                    .is(200);
                self.opinion("provider", 11, json!({"outcome": "fits"}))
                    .await
                    .is(200);
                says("administrator", "fits").await.is(200);
            }
            _ => {
                self.papers(&["final-report"]).await;
                done("team").await.is(200);
                done("supervisor").await.is(200);
                done("administrator").await.is(200);
            }
        }
    }
}

/// The titles of those who have the file.
fn holders(shown: &Value) -> Vec<&str> {
    let list = shown["holders"].as_array().unwrap();
    list.iter().map(|one| one["title"].as_str().unwrap()).collect()
}
