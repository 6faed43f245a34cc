//! The payloads that stand in samples.
//!
//! Invariant: what is shown as accepted was accepted by the contract's own rules, and whoever only
//! reads some fields is shown no others.

use serde_json::{Value, json};

use crate::access::Sight;
use crate::contract::compat::likely_payloads;
use crate::hub::Dataset;
use crate::record::{Mask, judge};

/// The most payloads of a bulk.
const MAX_LINES: usize = 3;

/// The largest payload that is shown, in bytes.
const MAX_BYTES: usize = 32 << 10;

/// Payloads of one dataset.
pub(in crate::http::pages) struct Example {
    /// One that is accepted, if there is one, as far as the caller is shown it.
    pub(in crate::http::pages) payload: Option<Value>,
    /// Some that are accepted.
    pub(super) lines: Vec<Value>,
    /// The key of the first; a word for one where there is none.
    pub(in crate::http::pages) key: String,
    /// One that is refused.
    pub(super) broken: Value,
}

impl Example {
    /// From the contract's examples, or else from its schema.
    pub(in crate::http::pages) fn of(dataset: &Dataset, sight: &Sight) -> Self {
        let contract = &dataset.current.contract;
        let written = &contract.examples.valid;
        let mut accepted = accepted(dataset, written.iter().cloned());
        if accepted.is_empty() {
            accepted = self::accepted(dataset, likely_payloads(&contract.schema).into_iter());
            accepted.truncate(1);
        }
        let key = accepted.first().map(|(_, key)| key.clone());
        let lines: Vec<Value> = accepted
            .into_iter()
            .filter_map(|(payload, _)| shown(payload, sight))
            .collect();
        let broken = contract
            .examples
            .invalid
            .first()
            .filter(|_| sight.of_schema().is_none());
        Example {
            payload: lines.first().cloned(),
            lines,
            key: key.unwrap_or_else(|| "PENGENAL".to_owned()),
            broken: broken.cloned().unwrap_or_else(|| json!({})),
        }
    }
}

/// The first payloads that the contract accepts, with their keys.
fn accepted(dataset: &Dataset, payloads: impl Iterator<Item = Value>) -> Vec<(Value, String)> {
    let Ok(rules) = dataset.judge() else {
        return Vec::new();
    };
    let judged = payloads.filter_map(|payload| {
        let accepted = judge(rules, payload.to_string().as_bytes(), MAX_BYTES).ok()?;
        Some((payload, accepted.key.as_str().to_owned()))
    });
    judged.take(MAX_LINES).collect()
}

/// A payload as far as the caller is shown it.
fn shown(payload: Value, sight: &Sight) -> Option<Value> {
    match sight.of_schema() {
        None => Some(payload),
        Some(fields) => serde_json::from_str(&Mask::of(fields).part(&payload.to_string()).ok()?).ok(),
    }
}
