//! Whether the records can be found by everything that a document names.
//!
//! Not here: whether the schema knows the fields (`pointers`). Invariant: filters and reference fields
//! together, those whose `on_delete` is `ignore` left out, are at most [`MAX_FOUND_BY`].

use std::collections::BTreeSet;

use serde_json::Value;

use super::Findings;
use super::document::at;
use crate::contract::fault::{self, Fault};
use crate::contract::model::MAX_FOUND_BY;
use crate::types::Text;

/// Judges how many fields there are.
pub fn check(document: &Value, findings: &mut Findings) {
    let list = |name: &str| document.get(name).and_then(Value::as_array).into_iter().flatten();
    let filters = list("filters").filter_map(Value::as_str);
    let guards = list("references")
        .filter(|reference| reference.get("on_delete").and_then(Value::as_str) != Some("ignore"));
    let refer = guards.filter_map(|reference| reference.get("field")?.as_str());
    let count = filters.chain(refer).collect::<BTreeSet<&str>>().len();
    if count > MAX_FOUND_BY {
        let id = format!(
            "filters dan kolom references bersama-sama paling banyak {MAX_FOUND_BY} kolom, di sini {count}; \
             kurangi filters, atau beri references on_delete: ignore."
        );
        let en = format!(
            "filters and the fields of references together may be at most {MAX_FOUND_BY} fields, here {count}; \
             take some filters away, or give references on_delete: ignore."
        );
        findings.fault(Fault::new(fault::BAD_VALUE, at("/references"), Text::new(id, en)));
    }
}
