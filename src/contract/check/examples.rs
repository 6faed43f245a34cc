//! Whether the schema judges the examples as the document says.
//!
//! Invariant: an example that must be refused may be refused for any reason, but a number that only
//! lacks its quotes is pointed out.

use serde_json::Value;

use super::Findings;
use super::document::at;
use crate::contract::fault::{self, Fault};
use crate::contract::read::Source;
use crate::contract::validator::Validator;
use crate::types::{Lang, MAX_KEY_BYTES, Pointer, RecordKey, Text, Violation};

/// The most violations shown of one example.
const SHOWN: usize = 20;

/// Judges every example.
pub fn check(source: &Source, validator: &Validator, findings: &mut Findings) {
    for (list, valid) in [("/examples/valid", true), ("/examples/invalid", false)] {
        let examples = source
            .document
            .pointer(list)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for (index, example) in examples.enumerate() {
            let here = at(list).child(&index.to_string());
            let violations = validator.violations(example);
            if !valid && violations.total == 0 {
                findings.fault(Fault::new(
                    fault::EXAMPLE,
                    here.clone(),
                    Text::new(
                        "Contoh ini seharusnya ditolak, tetapi skema menerimanya; perketat skema atau perbaiki contohnya.",
                        "This example should be refused, but the schema accepts it; tighten the schema or correct the example.",
                    ),
                ));
            }
            if valid && violations.total == 0 {
                key(source, example, &here, findings);
            }
            for violation in violations.list.iter().take(SHOWN) {
                if source.yaml && lacks_quotes(violation, example) {
                    findings.warn(unquoted(here.join(&violation.pointer)));
                }
                if valid {
                    findings.fault(refused(violation, &here));
                }
            }
        }
    }
}

/// An example that the schema accepts must also have a key. What no schema can be asked for, such as a number
/// that is no integer, is told where the data comes.
fn key(source: &Source, example: &Value, here: &Pointer, findings: &mut Findings) {
    let pointers = source.document.get("key").and_then(Value::as_array);
    for pointer in pointers.into_iter().flatten().filter_map(Value::as_str) {
        let Ok(pointer) = pointer.parse::<Pointer>() else {
            continue;
        };
        let text = pointer.find(example).and_then(Value::as_str);
        if text.is_some_and(|text| RecordKey::from_parts(&[text]).is_err()) {
            let message = Text::new(
                format!("Pengenal contoh ini harus 1 sampai {MAX_KEY_BYTES} bita; hub akan menolaknya."),
                format!(
                    "The key of this example must have 1 to {MAX_KEY_BYTES} bytes; the hub would refuse it."
                ),
            );
            findings.fault(Fault::new(fault::EXAMPLE, here.join(&pointer), message));
        }
    }
}

fn refused(violation: &Violation, here: &Pointer) -> Fault {
    let (id, en) = (violation.message.to(Lang::Id), violation.message.to(Lang::En));
    let message = Text::new(
        format!("Contoh ini seharusnya diterima, tetapi skema menolaknya: {id}"),
        format!("This example should be accepted, but the schema refuses it: {en}"),
    );
    Fault::new(fault::EXAMPLE, here.join(&violation.pointer), message)
}

/// Whether a number or a truth value stands where the schema wants a text.
fn lacks_quotes(violation: &Violation, example: &Value) -> bool {
    let found = violation.pointer.find(example);
    let scalar = found.is_some_and(|value| value.is_number() || value.is_boolean());
    let wants_text = match &violation.expected {
        Value::String(name) => name == "string",
        Value::Array(names) => names.iter().any(|name| name == "string"),
        _ => false,
    };
    &*violation.keyword == "type" && scalar && wants_text
}

/// The warning about a number without quotes.
pub fn unquoted(pointer: Pointer) -> Fault {
    Fault::new(
        fault::UNQUOTED,
        pointer,
        Text::new(
            "Tanpa tanda kutip, YAML membaca ini sebagai bilangan atau benar/salah, padahal skema meminta teks; beri tanda kutip.",
            "Without quotes YAML reads this as a number or a truth value, but the schema wants a text; put it in quotes.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::contract::Checker;

    #[test]
    fn an_example_whose_key_the_hub_would_refuse_is_no_valid_one() {
        let check = |id: &str| {
            let document = json!({
                "mahakam": "1", "opd": "bkd", "dataset": "x", "version": "1.0.0", "kind": "master", "title": "X",
                "key": ["/id"], "classification": {"level": "open"}, "examples": {"valid": [{"id": id}]},
                "schema": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
            });
            let read = Checker::new()
                .unwrap()
                .read(document.to_string().as_bytes(), None);
            let faults = read.err().unwrap_or_default();
            faults
                .iter()
                .map(|fault| format!("{} {}", fault.code, fault.pointer))
                .collect::<Vec<_>>()
        };
        assert_eq!(check(""), ["example-refused /examples/valid/0/id"]);
        assert_eq!(check(&"é".repeat(257)), ["example-refused /examples/valid/0/id"]);
        assert!(check(&"é".repeat(256)).is_empty());
    }
}
