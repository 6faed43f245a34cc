//! Payloads by which an integration is tried: some that the contract accepts, and for each constraint of
//! the schema one that breaks it and nothing else.
//!
//! A constraint is broken by a payload that the schema accepts without it. Not here: sending them.
//! Invariant: every payload was judged by the schema; a constraint for which none was found is listed
//! without one.

use serde_json::{Map, Value};

use super::compat;
use super::model::Contract;
use super::schema::{Holds, holds, walk};
use super::validator::Validator;
use crate::types::Pointer;

/// How many payloads are made beside the contract's own examples.
const MADE: usize = 3;
/// How many constraints are tried.
const MAX_CONSTRAINTS: usize = 500;

/// Keywords that refuse payloads, each on its own.
const CONSTRAINTS: &[&str] = &[
    "additionalItems",
    "additionalProperties",
    "anyOf",
    "const",
    "contains",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "propertyNames",
    "required",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

/// What a contract is tried with.
#[derive(Debug, Default)]
pub struct Trials {
    /// Payloads that are accepted, the contract's own examples first.
    pub valid: Vec<Value>,
    /// What breaks the constraints, in the order of the schema.
    pub broken: Vec<Broken>,
    /// How many constraints there are beyond those.
    pub left_out: usize,
}

/// A constraint and what breaks it.
#[derive(Debug)]
pub struct Broken {
    /// Where the constraint stands in the schema.
    pub place: Pointer,
    /// A payload that breaks it; none where none was found.
    pub payload: Option<Value>,
}

/// Chooses what a contract is tried with, for as long as `may_go_on` says.
pub fn trials(contract: &Contract, may_go_on: &mut dyn FnMut() -> bool) -> Trials {
    let mut valid = contract.examples.valid.clone();
    let validator = Validator::compile(&contract.schema).ok();
    let keeps = |payload: &Value| {
        validator
            .as_ref()
            .is_some_and(|validator| validator.is_valid(payload))
    };
    for payload in compat::likely_payloads(&contract.schema) {
        let new = valid.iter().all(|known| {
            contract
                .key
                .iter()
                .any(|key| key.find(known) != key.find(&payload))
        });
        if new
            && valid.len() < contract.examples.valid.len() + MADE
            && has_key(contract, &payload)
            && keeps(&payload)
        {
            valid.push(payload);
        }
    }
    let places = constraints(&contract.schema);
    let mut trials = Trials {
        valid,
        left_out: places.len().saturating_sub(MAX_CONSTRAINTS),
        ..Trials::default()
    };
    for place in places.into_iter().take(MAX_CONSTRAINTS) {
        if !may_go_on() {
            trials.left_out += 1;
            continue;
        }
        let payload =
            without(&contract.schema, &place).and_then(|wide| compat::witness(&wide, &contract.schema));
        trials.broken.push(Broken { place, payload });
    }
    trials
}

impl Trials {
    /// Lets each payload that refers to something by `field` refer to one of these keys, to its own where that
    /// is among them; gives the first. Payloads for which the schema takes none are left out; where it takes none
    /// at all, nothing is changed.
    pub fn refer(&mut self, contract: &Contract, field: &Pointer, keys: &[String]) -> Option<String> {
        let validator = Validator::compile(&contract.schema).ok()?;
        // Records that are told apart by what they refer to stay apart.
        let apart = contract.key.contains(field);
        let (mut used, mut valid) = (Vec::new(), Vec::new());
        for payload in &self.valid {
            if field.find(payload).is_none_or(Value::is_null) {
                valid.push(payload.clone());
                continue;
            }
            let own = |key: &&String| referring(payload, field, key).as_ref() == Some(payload);
            let free = |key: &&String| !apart || !used.contains(*key);
            let mut candidates = keys.iter().filter(own).chain(keys).filter(free);
            let found = candidates.find_map(|key| {
                let payload = referring(payload, field, key)?;
                validator.is_valid(&payload).then(|| (key.clone(), payload))
            });
            if let Some((key, payload)) = found {
                used.push(key);
                valid.push(payload);
            }
        }
        let first = used.into_iter().next()?;
        self.valid = valid;
        Some(first)
    }

    /// A payload that the schema accepts and that refers by `field` to a key like `known` that is not there.
    pub fn astray(
        &self,
        contract: &Contract,
        field: &Pointer,
        known: &str,
        is_there: &mut dyn FnMut(&str) -> bool,
    ) -> Option<Value> {
        let validator = Validator::compile(&contract.schema).ok()?;
        keys_like(known).into_iter().find_map(|key| {
            let mut payloads = self.valid.iter();
            let payload = payloads.find_map(|payload| referring(payload, field, &key))?;
            (validator.is_valid(&payload) && !is_there(&key)).then_some(payload)
        })
    }
}

/// The payload with `key` in the place of what it refers to by `field`; nothing where it refers to nothing.
fn referring(payload: &Value, field: &Pointer, key: &str) -> Option<Value> {
    let mut payload = payload.clone();
    let place = payload.pointer_mut(&field.to_string())?;
    *place = match place {
        Value::String(_) => key.into(),
        Value::Number(_) => serde_json::from_str::<serde_json::Number>(key).ok()?.into(),
        _ => return None,
    };
    Some(payload)
}

/// Texts that differ from a key in one character or in length.
fn keys_like(known: &str) -> Vec<String> {
    let mut like = Vec::new();
    for (at, old) in known.char_indices() {
        let (before, after) = (known.get(..at), known.get(at + old.len_utf8()..));
        for new in ['9', '7', '1', '0', 'z', 'x', 'Z', 'X'] {
            if let (Some(before), Some(after), true) = (before, after, new != old) {
                like.push(format!("{before}{new}{after}"));
            }
        }
    }
    like.extend([format!("{known}9"), format!("{known}x")]);
    like
}

/// Whether a payload can be stored under its key: a text, or a number written as an integer.
fn has_key(contract: &Contract, payload: &Value) -> bool {
    contract.key.iter().all(|key| match key.find(payload) {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Number(number)) => !number.as_str().contains(['.', 'e', 'E']),
        _ => false,
    })
}

/// The places of all constraints; each required member is one of its own.
fn constraints(schema: &Value) -> Vec<Pointer> {
    let mut places = Vec::new();
    walk(schema, &mut |node| {
        let Value::Object(members) = node.schema else {
            return;
        };
        let here = node.trail.pointer();
        if decides_only(&here) {
            return;
        }
        for (keyword, value) in members {
            let place = here.child(keyword);
            match (keyword.as_str(), value) {
                ("required", Value::Array(names)) => {
                    places.extend((0..names.len()).map(|index| place.child(&index.to_string())));
                }
                (
                    "additionalProperties" | "additionalItems" | "unevaluatedProperties" | "uniqueItems",
                    value,
                ) => {
                    let says_nothing = matches!(value, Value::Bool(true)) == (keyword != "uniqueItems");
                    if !says_nothing && !value.is_object() {
                        places.push(place);
                    }
                }
                (keyword, _) if CONSTRAINTS.contains(&keyword) => places.push(place),
                _ => {}
            }
        }
    });
    places
}

/// Whether a place lies in an `if` or a `not`, which refuse nothing by what stands in them.
fn decides_only(place: &Pointer) -> bool {
    let mut segments = place.segments();
    while let Some(keyword) = segments.next() {
        match holds(keyword) {
            _ if ["if", "not"].contains(&keyword) => return true,
            // What follows is a name or a number.
            Some(Holds::Named | Holds::NamedOrNames | Holds::List) => drop(segments.next()),
            _ => {}
        }
    }
    false
}

/// The schema without what stands at `place`.
fn without(schema: &Value, place: &Pointer) -> Option<Value> {
    let segments: Vec<&str> = place.segments().collect();
    let (last, outer) = segments.split_last()?;
    let outer = outer
        .iter()
        .fold(Pointer::default(), |outer, step| outer.child(step));
    let mut wide = schema.clone();
    match wide.pointer_mut(&outer.to_string())? {
        Value::Object(members) => drop(Map::remove(members, *last)),
        Value::Array(items) => {
            let index = last.parse::<usize>().ok().filter(|index| *index < items.len())?;
            items.remove(index);
        }
        _ => return None,
    }
    Some(wide)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn contract(schema: &Value) -> Contract {
        let document = json!({
            "mahakam": "1", "opd": "bkd", "dataset": "x", "version": "1.0.0", "kind": "master", "title": "X",
            "key": ["/id"], "classification": {"level": "open"}, "schema": schema,
        });
        Contract::from_stored(&document.to_string()).unwrap()
    }

    #[test]
    fn each_constraint_is_broken_by_a_payload_that_keeps_to_all_others() {
        let schema = json!({
            "type": "object", "required": ["id", "nama"], "additionalProperties": false, "maxProperties": 7,
            "properties": {
                "id": {"type": "string", "pattern": "^[0-9]{4}$"},
                "nama": {"type": "string", "minLength": 2, "maxLength": 20},
                "tmt": {"type": "string", "format": "date"},
                "gol": {"enum": ["a", "b"]},
                "gaji": {"type": "number", "minimum": 0, "exclusiveMaximum": 100, "multipleOf": 0.5},
                "anak": {
                    "type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true,
                    "items": {"$ref": "#/$defs/anak"}
                },
            },
            "dependentRequired": {"tmt": ["gol"]},
            "$defs": {"anak": {"type": "object", "required": ["umur"], "properties": {"umur": {"type": "integer", "maximum": 120}}}}
        });
        let validator = Validator::compile(&schema).unwrap();
        let trials = trials(&contract(&schema), &mut || true);
        assert!(!trials.valid.is_empty() && trials.valid.iter().all(|payload| validator.is_valid(payload)));
        let missing: Vec<String> = trials
            .broken
            .iter()
            .filter(|broken| broken.payload.is_none())
            .map(|broken| broken.place.to_string())
            .collect();
        // Six members are known, so there are never eight.
        assert_eq!(missing, ["/maxProperties"]);
        assert_eq!(trials.broken.len(), 26);
        for broken in trials.broken.iter().filter(|broken| broken.payload.is_some()) {
            let payload = broken.payload.as_ref().unwrap();
            assert!(!validator.is_valid(payload), "{} by {payload}", broken.place);
            let wide = without(&schema, &broken.place).unwrap();
            assert!(
                Validator::compile(&wide).unwrap().is_valid(payload),
                "{} by {payload}",
                broken.place
            );
        }
    }

    #[test]
    fn where_time_is_up_the_rest_is_counted() {
        let schema = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
        let mut left = 1;
        let trials = trials(&contract(&schema), &mut || {
            left -= 1;
            left >= 0
        });
        assert_eq!((trials.broken.len(), trials.left_out), (1, 2));
    }
}
