//! Contracts as agreements: their life, what may follow what, the field standard, and the sandbox.

mod compatibility;
mod conformity;
mod hostile;
mod life;
mod sandbox;
mod unit_test;

use serde_json::Value;

use crate::harness::{ADMIN_KEY, Call, TestHub};

/// A call of management.
fn admin(hub: &TestHub, method: &str, path: &str) -> Call {
    hub.call(method, &format!("/admin/contracts{path}"))
        .key(ADMIN_KEY)
}

/// Registers a document, without publishing it.
async fn register(hub: &TestHub, contract: &Value) -> Value {
    hub.key(contract["opd"].as_str().unwrap());
    admin(hub, "POST", "").json(contract).await.expect(201)
}

/// Registers and publishes a document.
fn publish(hub: &TestHub, contract: &Value) -> Call {
    admin(hub, "POST", "?publish=true").json(contract)
}

/// The same contract as another version.
fn at(mut contract: Value, version: &str) -> Value {
    contract["version"] = version.into();
    contract
}
