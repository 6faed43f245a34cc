//! Numbers without quotes in a schema written in YAML, where the schema itself wants a text.
//!
//! Not here: the examples. Invariant: only what can never be valid is pointed out.

use serde_json::{Map, Value};

use super::Findings;
use super::examples::unquoted;
use crate::contract::schema::walk;
use crate::types::Pointer;

/// Warns of `enum`, `const` and `default` values that are numbers where `type` wants a text.
pub fn check(schema: &Value, findings: &mut Findings) {
    walk(schema, &mut |node| {
        let Value::Object(members) = node.schema else {
            return;
        };
        if !wants_only_text(members) {
            return;
        }
        let here = || Pointer::default().child("schema").join(&node.trail.pointer());
        let lacks = |value: &Value| value.is_number() || value.is_boolean();
        for keyword in ["const", "default"] {
            if members.get(keyword).is_some_and(lacks) {
                findings.warn(unquoted(here().child(keyword)));
            }
        }
        for keyword in ["enum", "examples"] {
            let values = members
                .get(keyword)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .enumerate();
            for (index, _) in values.filter(|(_, value)| lacks(value)) {
                findings.warn(unquoted(here().child(keyword).child(&index.to_string())));
            }
        }
    });
}

/// Whether `type` names text, and neither numbers nor truth values.
fn wants_only_text(members: &Map<String, Value>) -> bool {
    let names: Vec<&str> = match members.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return false,
    };
    names.contains(&"string")
        && !names
            .iter()
            .any(|name| matches!(*name, "number" | "integer" | "boolean"))
}
