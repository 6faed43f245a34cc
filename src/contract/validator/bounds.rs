//! How much a payload and a schema may give to report, and a payload cut short where it is too much.
//!
//! Invariant: measuring never takes longer than its limit allows.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::contract::schema::Trail;
use crate::types::Pointer;

/// How much there is to report of `value` at the most: one thing of each value, and `widest` members
/// missing from each object. Counted no further than just above `limit`.
pub fn weigh(value: &Value, widest: usize, limit: usize) -> usize {
    let mut count = 1;
    let mut add = |child: &Value| {
        if count <= limit {
            count += weigh(child, widest, limit - count);
        }
    };
    match value {
        Value::Array(items) => items.iter().for_each(&mut add),
        Value::Object(members) => {
            members.values().for_each(&mut add);
            count += widest;
        }
        _ => {}
    }
    count
}

/// The longest list of names that one keyword of the schema may ask for.
pub fn widest_requirement(schema: &Value) -> usize {
    match schema {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("required", Value::Array(names)) => names.len(),
                ("dependentRequired" | "dependencies", Value::Object(lists)) => lists
                    .values()
                    .map(|list| list.as_array().map_or_else(|| widest_requirement(list), Vec::len))
                    .sum(),
                _ => widest_requirement(value),
            })
            .max()
            .unwrap_or(0),
        Value::Array(items) => items.iter().map(widest_requirement).max().unwrap_or(0),
        _ => 0,
    }
}

/// A copy with at most `keep` items in each array and object; tells which were cut, and everything
/// that holds one of them.
pub fn shorten(value: &Value, keep: usize, here: &Trail<'_>, cut: &mut BTreeSet<Pointer>) -> Value {
    let length = match value {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    };
    if length > keep {
        note(&here.pointer(), cut);
    }
    match value {
        Value::Array(items) => {
            let short = items.iter().take(keep).enumerate();
            short
                .map(|(index, item)| shorten(item, keep, &Trail::Item(here, index), cut))
                .collect()
        }
        Value::Object(members) => {
            let short = members.iter().take(keep);
            let copy = |(name, member): (&String, &Value)| {
                (
                    name.clone(),
                    shorten(member, keep, &Trail::Member(here, name), cut),
                )
            };
            Value::Object(short.map(copy).collect())
        }
        scalar => scalar.clone(),
    }
}

/// Notes a place and those around it.
fn note(here: &Pointer, cut: &mut BTreeSet<Pointer>) {
    let mut place = Pointer::default();
    cut.insert(place.clone());
    for segment in here.segments() {
        place = place.child(segment);
        cut.insert(place.clone());
    }
}

/// Whether `value` as JSON text has about `limit` bytes or fewer; looks no further than needed. Tells
/// the size.
pub fn size_within(value: &Value, limit: usize) -> Option<usize> {
    fn spend(value: &Value, left: &mut usize) -> bool {
        let own = match value {
            Value::String(text) => text.len() + 2,
            Value::Number(number) => number.as_str().len(),
            Value::Array(items) => items.len() + 2,
            Value::Object(members) => members.keys().map(|name| name.len() + 4).sum::<usize>() + 2,
            Value::Null | Value::Bool(_) => 5,
        };
        if own > *left {
            return false;
        }
        *left -= own;
        match value {
            Value::Array(items) => items.iter().all(|item| spend(item, left)),
            Value::Object(members) => members.values().all(|member| spend(member, left)),
            _ => true,
        }
    }
    let mut left = limit;
    spend(value, &mut left).then(|| limit - left)
}
