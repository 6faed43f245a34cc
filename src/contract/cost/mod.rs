//! What judging a payload may cost: which schemas have to be measured, and with which payloads.
//!
//! Not here: the measuring, which needs a clock and a process that can be killed. Invariant: the
//! payloads are made from the schema alone and are the same each time, none is larger than
//! [`MAX_PAYLOAD`], and none is nested deeper than a reader would accept.

mod graph;
mod sample;
mod text;
mod wanted;

use jsonschema::Draft;
use serde_json::Value;

use super::national;
use super::schema::{Library, walk};
use graph::Graph;
use sample::{Leaf, Plan, Sampler};

/// The largest payload that is made, in bytes of JSON text.
pub const MAX_PAYLOAD: usize = 1 << 20;

/// A schema that judges one value by more keywords than this is measured.
const HEAVY: u64 = 200;

/// A schema with more name patterns than this in one place is measured.
const MANY_PATTERNS: usize = 20;

/// Whether the price of a schema has to be measured. Plain schemas, in which each value is looked at
/// once by a bounded number of keywords, need not be.
pub fn needs_probe(schema: &Value) -> bool {
    let mut heavy = false;
    walk(schema, &mut |node| {
        let Value::Object(members) = node.schema else {
            return;
        };
        heavy |= members.iter().any(|(keyword, value)| match keyword.as_str() {
            "anyOf"
            | "oneOf"
            | "not"
            | "if"
            | "contains"
            | "unevaluatedProperties"
            | "unevaluatedItems"
            | "$dynamicRef"
            | "$recursiveRef"
            | "dependentSchemas"
            | "propertyNames" => true,
            "dependencies" => value
                .as_object()
                .is_some_and(|all| all.values().any(|part| !part.is_array())),
            "patternProperties" => value.as_object().is_some_and(|all| {
                all.len() > MANY_PATTERNS || all.keys().any(|pattern| text::is_heavy(pattern))
            }),
            "pattern" => value.as_str().is_some_and(text::is_heavy),
            "format" => !value.as_str().is_some_and(is_cheap),
            _ => false,
        });
    });
    if heavy {
        return true;
    }
    let graph = graph_of(schema);
    graph.is_endless(schema) || graph.heaviest() > HEAVY
}

/// Whether a format is judged in one pass over the text.
fn is_cheap(format: &str) -> bool {
    let common = matches!(
        format,
        "date" | "date-time" | "time" | "duration" | "uuid" | "ipv4" | "ipv6" | "email" | "uri"
    );
    common || national::find(format).is_some()
}

/// Payloads that make judging by `schema` as costly as its shape allows.
///
/// Measure in a process that can be killed, and soon: the first payload may never end, and its first
/// second may take a gigabyte. Measure both [`super::Validator::is_valid`] and [`super::Validator::violations`] with each: the
/// second does more. They are made one by one, as the iterator is asked.
pub fn payloads(schema: &Value) -> impl Iterator<Item = Value> {
    let graph = graph_of(schema);
    plans()
        .into_iter()
        .filter_map(move |plan| Sampler::new(&graph, plan).payload(schema))
}

fn graph_of(schema: &Value) -> Graph<'_> {
    Graph::new(
        schema,
        Library::new(schema, Draft::default().detect(schema)).links(),
    )
}

/// Every way in which a payload is made large.
fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for leaf in [Leaf::Fitting, Leaf::Null, Leaf::Stranger, Leaf::Bare] {
        plans.push(Plan::Plain(leaf));
        plans.extend((0..6).map(|choice| Plan::Deep(choice, leaf)));
        plans.extend((0..4).map(|choice| Plan::Bushy(choice, leaf)));
        plans.extend((0..8).map(|number| Plan::LongArray(number, leaf)));
        plans.extend((0..4).map(|number| Plan::WideObject(number, leaf)));
    }
    for number in 0..12 {
        plans.extend((0..5).map(|kind| Plan::LongText(number, kind)));
    }
    plans
}

#[cfg(test)]
mod tests;
