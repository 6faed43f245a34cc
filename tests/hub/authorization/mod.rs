//! Every operation of the management document, tried by everybody.
//!
//! `table` says who may do what, by hand and on its own: it is what a security officer would write, not
//! what the hub computes. Invariant: an operation that is in the document and not in the table fails the
//! suite.

mod audited;
mod matrix;
mod table;

use std::collections::BTreeMap;

use serde_json::Value;

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
