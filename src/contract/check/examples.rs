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
use crate::types::{Lang, Pointer, Text, Violation};

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
