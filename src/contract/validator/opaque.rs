//! A schema that judges the same, but reports a failed choice as one error and nothing below it.
//!
//! For each failed `anyOf` and `oneOf` the library gathers the errors of every branch, and theirs in
//! turn: of nested choices it gathers more than memory holds, where merely judging them is quick. So
//! violations are gathered with `{"if": {"anyOf": ..}, "else": false}` in place of `{"anyOf": ..}`.
//! Annotations pass through `if`, so `unevaluatedProperties` sees the same. Drafts without `if` know
//! no annotations either and get a double `not`. Invariant: existing places keep their pointers; a
//! schema that refers into a choice by pointer is left alone.

use jsonschema::Draft;
use serde_json::{Map, Value, json};

/// The choices, in the order in which they are put away.
pub const CHOICES: [&str; 2] = ["anyOf", "oneOf"];

/// The schema with its choices put away; `None` when it has none, or refers into one.
pub fn put_away(schema: &Value, draft: Draft) -> Option<Value> {
    let mut found = false;
    let mut copy = schema.clone();
    let by_if = !matches!(draft, Draft::Draft4 | Draft::Draft6);
    (change(&mut copy, by_if, &mut found) && found).then_some(copy)
}

/// Changes one value and all inside it; false when the schema refers into a choice.
fn change(value: &mut Value, by_if: bool, found: &mut bool) -> bool {
    match value {
        Value::Object(members) => {
            let inner = members.iter_mut().filter(|(name, _)| !is_data(name));
            for (name, member) in inner {
                if name.ends_with("ef") && member.as_str().is_some_and(refers_into_choice) {
                    return false;
                }
                if !change(member, by_if, found) {
                    return false;
                }
            }
            for keyword in CHOICES {
                if members.get(keyword).is_some_and(is_choice) {
                    *found = true;
                    hide(members, keyword, by_if);
                }
            }
            true
        }
        Value::Array(items) => items.iter_mut().all(|item| change(item, by_if, found)),
        _ => true,
    }
}

fn is_data(name: &str) -> bool {
    matches!(name, "enum" | "const" | "default" | "examples")
}

fn refers_into_choice(reference: &str) -> bool {
    reference
        .split_once('#')
        .is_some_and(|(_, fragment)| CHOICES.iter().any(|choice| fragment.contains(choice)))
}

fn is_choice(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|all| !all.is_empty() && all.iter().all(|one| one.is_object() || one.is_boolean()))
}

fn hide(members: &mut Map<String, Value>, keyword: &str, by_if: bool) {
    let Some(choice) = members.remove(keyword) else {
        return;
    };
    let hidden = if by_if {
        json!({"if": {keyword: choice}, "else": false})
    } else {
        json!({"not": {"not": {keyword: choice}}})
    };
    match members.entry("allOf").or_insert_with(|| Value::Array(Vec::new())) {
        Value::Array(all) => all.push(hidden),
        other => *other = Value::Array(vec![hidden]),
    }
}

/// Which choice of `holder` (as it was written) an error at `allOf/index` of the changed schema means.
pub fn choice_at(holder: &Value, index: usize) -> Option<&'static str> {
    let own = holder.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
    let present = CHOICES
        .into_iter()
        .filter(|keyword| holder.get(*keyword).is_some_and(is_choice));
    present.into_iter().nth(index.checked_sub(own)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Validator;

    #[test]
    fn nested_choices_are_reported_at_once() {
        let schema = json!({"$ref": "#/$defs/n", "$defs": {"n": {"anyOf": [
            {"properties": {"c": {"$ref": "#/$defs/n"}}, "required": ["c", "y"]},
            {"properties": {"c": {"$ref": "#/$defs/n"}}, "required": ["c", "z"]}
        ]}}});
        let payload = (0..100).fold(json!({}), |inner, _| json!({"c": inner}));
        let found = Validator::compile(&schema).unwrap().violations(&payload);
        assert_eq!(found.total, 1);
        let violation = &found.list[0];
        assert_eq!(
            (violation.pointer.to_string().as_str(), &*violation.keyword),
            ("", "anyOf")
        );
        assert_eq!(
            Some(&violation.expected),
            schema.pointer("/$defs/n/anyOf"),
            "as it was written"
        );
    }

    #[test]
    fn choices_judge_the_same_when_put_away() {
        let schemas = [
            json!({"anyOf": [{"properties": {"a": true}}, {"properties": {"b": true}}], "unevaluatedProperties": false}),
            json!({"allOf": [{"required": ["a"]}], "oneOf": [{"required": ["b"]}, {"required": ["c"]}], "anyOf": [{"required": ["b"]}]}),
            json!({"$schema": "http://json-schema.org/draft-04/schema#", "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}),
            json!({"properties": {"anyOf": {"anyOf": [{"type": "string"}]}}, "dependentRequired": {"anyOf": ["a"]}}),
        ];
        let payloads = [
            json!({}),
            json!({"a": 1}),
            json!({"b": 1}),
            json!({"a": 1, "b": 1}),
            json!({"a": 1, "b": 1, "c": 1}),
            json!({"x": 1}),
            json!({"anyOf": 1}),
            json!({"anyOf": "s", "a": 1}),
        ];
        for schema in &schemas {
            let (validator, copy) = (
                Validator::compile(schema).unwrap(),
                put_away(schema, Draft::Draft202012),
            );
            assert!(copy.is_some(), "{schema}");
            for payload in &payloads {
                let total = validator.violations(payload).total;
                assert_eq!(validator.is_valid(payload), total == 0, "{schema} {payload}");
            }
        }
    }
}
