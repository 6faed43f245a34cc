//! Every operation of the management document, tried by everybody.
//!
//! `table` says who may do what, by hand and on its own: it is what a security officer would write, not
//! what the hub computes. Invariant: an operation that is in the document and not in the table fails the
//! suite.

mod audited;
mod matrix;
mod table;

use std::collections::BTreeMap;

use mahakam::hub::NewConnector;
use serde_json::Value;

use crate::harness::{TestHub, actor};

/// Adds what an operation needs, where it needs more than those before it left.
fn prepare(hub: &TestHub, row: &table::Row) {
    if row.id == "add_letter" {
        crate::papers::integration(hub, &["bkd"]);
    }
    if row.id == "add_pull" {
        let new = NewConnector {
            opd: "bkd".parse().unwrap(),
            name: "tarik".into(),
            settings: serde_json::from_str(r#"{"base_url": "http://127.0.0.1:9"}"#).unwrap(),
            credential: None,
        };
        hub.hub.add_connector(&actor(), &new).unwrap();
    }
}

/// All operations of the management document: id, method, path.
fn operations() -> BTreeMap<String, (String, String)> {
    let document = mahakam::http::management_document();
    let mut all = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if let Some(id) = operation.get("operationId").and_then(Value::as_str) {
                all.insert(id.to_owned(), (method.to_uppercase(), path.clone()));
            }
        }
    }
    assert!(all.len() > 30, "the document was read");
    all
}
