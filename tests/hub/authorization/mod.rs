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
    match row.id {
        "complete_step" => {
            bring(hub, "request-letter");
            bring(hub, "application-data");
        }
        "give_opinion" => lead(hub, 1, "11"),
        "repair_step" => {
            lead(hub, 11, "8");
            lead(hub, 8, "repair");
            hub.database
                .beside()
                .run("UPDATE integration_contract SET version = '1.0.0'");
        }
        _ => {}
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

/// Adds a document to the integration `2026/1`.
fn bring(hub: &TestHub, kind: &str) {
    let bytes = if crate::harness::on_postgres() {
        "BYTEA"
    } else {
        "BLOB"
    };
    hub.database.beside().run(&format!(
        "INSERT INTO document (id, integration_id, step, round, kind, version, name, media_type, bytes, sha256, added_by, added_at)
         SELECT 1000 + (SELECT count(*) FROM document), id, 1, 1, '{kind}', 1, 'a', 'text/plain', 0, CAST('' AS {bytes}), 'test', 0
         FROM integration WHERE year = 2026 AND number = 1"
    ));
}

/// Leads the integration `2026/1` on from a step, whatever that would need.
fn lead(hub: &TestHub, from: u8, lead: &str) {
    hub.database.beside().run(&format!(
        "INSERT INTO integration_move (integration_id, seq, act, step, round, happened_on, counted_on, recorded_at, actor, lead)
         SELECT i.id, (SELECT max(seq) + 1 FROM integration_move m WHERE m.integration_id = i.id), 'completed', {from}, 1,
             '2026-03-20', '2026-03-20', 0, 'test', '{lead}'
         FROM integration i WHERE year = 2026 AND number = 1"
    ));
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
