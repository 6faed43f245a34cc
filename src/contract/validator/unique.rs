//! `uniqueItems` in the library's place: by sorting, not by hashing.
//!
//! The library hashes numbers by their double and arrays without their length, so a payload can
//! choose items that all collide and make it compare every pair. Invariant: comparing two items
//! costs no more than the smaller of them, so that nested arrays stay cheap too.

use std::cmp::Ordering;

use jsonschema::{Keyword, ValidationError};
use serde_json::Value;

use super::number;

/// The keyword `uniqueItems: true`.
pub struct UniqueItems;

impl<'i> Keyword<'i> for UniqueItems {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if Keyword::is_valid(self, instance) {
            Ok(())
        } else {
            Err(ValidationError::custom("the items are not unique"))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        instance.as_array().is_none_or(|items| are_unique(items))
    }
}

/// The keyword `uniqueItems: false`, which asks for nothing.
pub struct AnyItems;

impl<'i> Keyword<'i> for AnyItems {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        true
    }
}

/// Whether no two of `items` are the same JSON value (numbers by value).
fn are_unique(items: &[Value]) -> bool {
    match items {
        [] | [_] => true,
        _ => {
            let mut sorted: Vec<&Value> = items.iter().collect();
            sorted.sort_unstable_by(|a, b| compare(a, b));
            !sorted
                .windows(2)
                .any(|pair| matches!(pair, [a, b] if compare(a, b) == Ordering::Equal))
        }
    }
}

/// A total order in which exactly equal JSON values are equal.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => number::compare(a, b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => a
            .len()
            .cmp(&b.len())
            .then_with(|| first_difference(a.iter().zip(b).map(|(a, b)| compare(a, b)))),
        (Value::Object(a), Value::Object(b)) => a.len().cmp(&b.len()).then_with(|| {
            first_difference(
                a.iter()
                    .zip(b)
                    .map(|(a, b)| a.0.cmp(b.0).then_with(|| compare(a.1, b.1))),
            )
        }),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn first_difference(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_the_same_by_value() {
        let cases = [
            ("[]", true),
            ("[1, 1.0]", false),
            ("[1, true]", true),
            ("[0, false, \"0\", null, [], {}]", true),
            ("[[1, 2], [2, 1]]", true),
            (
                "[{\"a\": 1, \"b\": [1e400]}, {\"b\": [10e399], \"a\": 1.0}]",
                false,
            ),
            ("[{\"a\": 1}, {\"b\": 1}]", true),
            ("[[], [[]], [[], []], [[[]]]]", true),
            ("[3, 1, 2, 3]", false),
        ];
        for (text, unique) in cases {
            let Value::Array(items) = serde_json::from_str(text).unwrap() else {
                panic!()
            };
            assert_eq!(are_unique(&items), unique, "{text}");
        }
    }

    #[test]
    fn items_chosen_to_collide_are_compared_in_no_time() {
        let items: Vec<String> = (0..50_000)
            .map(|n| format!("0.1000000000000000000000{n:06}1"))
            .collect();
        let Value::Array(items) = serde_json::from_str(&format!("[{}]", items.join(","))).unwrap() else {
            panic!()
        };
        let begin = std::time::Instant::now();
        assert!(are_unique(&items));
        assert!(begin.elapsed().as_secs() < 5, "sorting takes n log n");
    }
}
