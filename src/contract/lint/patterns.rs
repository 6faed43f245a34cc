//! Patterns that can't be run in linear time.
//!
//! Not here: how long a pattern takes (`cost`). Invariant: a pattern passes exactly when the engine
//! that will run it compiles it, with the same limits.

use std::collections::HashMap;

use jsonschema::PatternOptions;
use serde_json::{Value, json};

use crate::contract::check::Findings;
use crate::contract::fault::{self, Fault};
use crate::contract::schema::walk;
use crate::types::{Pointer, Text};

/// After so many refused patterns the rest is not compiled: refusing is the costly case.
const ENOUGH: usize = 100;

/// Reports every `pattern` and every name of `patternProperties` that can't be run.
pub fn lint(schema: &Value, findings: &mut Findings) {
    let mut judged: HashMap<&str, bool> = HashMap::new();
    let mut refused = 0;
    walk(schema, &mut |node| {
        let here = || Pointer::default().child("schema").join(&node.trail.pointer());
        let mut judge = |pattern, pointer: &dyn Fn() -> Pointer| {
            let runs = *judged
                .entry(pattern)
                .or_insert_with(|| refused >= ENOUGH || runs(pattern));
            if !runs {
                refused += 1;
                findings.fault(Fault::new(fault::PATTERN, pointer(), wording(pattern)));
            }
        };
        if let Some(Value::String(pattern)) = node.schema.get("pattern") {
            judge(pattern, &|| here().child("pattern"));
        }
        if let Some(Value::Object(named)) = node.schema.get("patternProperties") {
            for pattern in named.keys() {
                judge(pattern, &|| here().child("patternProperties").child(pattern));
            }
        }
    });
}

/// Whether the engine compiles a pattern.
fn runs(pattern: &str) -> bool {
    let alone = json!({ "pattern": pattern });
    jsonschema::options()
        .offline()
        .with_pattern_options(PatternOptions::regex())
        .build(&alone)
        .is_ok()
}

fn wording(pattern: &str) -> Text {
    let around = ["(?=", "(?!", "(?<=", "(?<!"]
        .iter()
        .any(|mark| pattern.contains(mark));
    let back = pattern.contains("\\k<") || (1..=9).any(|n| pattern.contains(&format!("\\{n}")));
    match (around, back) {
        (true, _) => Text::new(
            "Pola ini memakai look-around, yang tidak dapat dijalankan dalam waktu linear; tulis ulang tanpa (?=, (?!, (?<= dan (?<!, misalnya dengan beberapa pola dalam allOf dan not.",
            "This pattern uses look-around, which can't be run in linear time; write it without (?=, (?!, (?<= and (?<!, for example as several patterns in allOf and not.",
        ),
        (_, true) => Text::new(
            "Pola ini memakai rujukan balik (\\1), yang tidak dapat dijalankan dalam waktu linear; tulis ulang tanpa rujukan itu.",
            "This pattern uses a backreference (\\1), which can't be run in linear time; write it without one.",
        ),
        _ => Text::new(
            "Pola ini tidak sah atau terlalu besar setelah dikompilasi; periksa tulisannya dan perkecil pengulangan seperti {1,1000}.",
            "This pattern is invalid or too large once compiled; check how it is written and make repetitions such as {1,1000} smaller.",
        ),
    }
}
