//! The log: what it says, and that it proves itself.

mod doubt;
mod expiry;
mod readings;
mod refused;
mod search;
mod sparse;
mod verify;

use mahakam::config::DatabaseConfig;
use mahakam::hub::Verdict;
use mahakam::store::Store;
use serde_json::{Value, json};

use crate::harness::{Database, TestHub, contracts};

/// What verifying a database says, beside whatever runs on it.
pub fn verified(database: &Database) -> Verdict {
    let config = DatabaseConfig {
        url: database.url().to_owned(),
        pool_size: 1,
    };
    mahakam::hub::verify(&Store::open(&config).unwrap(), None, None).unwrap()
}

/// Stops a hub, so that everything is in its log, and gives the database.
pub fn ended(hub: TestHub) -> std::sync::Arc<Database> {
    let database = std::sync::Arc::clone(&hub.database);
    drop(hub);
    database
}

/// A master about persons: `bkd/orang/v1`, found by `/id`, about whom `/nik` tells. `dinkes` may pull.
pub fn orang() -> Value {
    let mut contract = contracts::named(contracts::barang(), "orang");
    contract["schema"]["properties"]["nik"] = json!({"type": "string"});
    contract["schema"]["properties"]["nama"] = json!({"type": "string"});
    contract["personal_data"] = json!(["/nik", "/nama"]);
    contract["subject"] = json!("/nik");
    contract["filters"] = json!(["/nama"]);
    contract["grants"] = json!([{"opd": "dinkes", "may": ["pull"], "purpose": "Uji", "basis": "Uji"}]);
    contract
}
