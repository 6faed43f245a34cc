//! What a schema asserts of one field, whatever else the payload holds: for whoever tells its rules.
//!
//! Not here: judging a value. Invariant: nothing is told that only a branch (`anyOf`, `oneOf`, `if`)
//! asserts, and nothing of a place that another field's schema describes.

use std::collections::HashSet;

use jsonschema::Draft;
use serde_json::Value;

use super::{Fields, Target};
use crate::types::Pointer;

impl<'v> Fields<'_, 'v> {
    /// The schemas that every value at `pointer` must keep to; none where no schema that always holds
    /// declares the field. `*` stands for each item of an array.
    pub fn rules(&self, pointer: &Pointer) -> Vec<&'v Value> {
        let mut here = self.certain(&[self.schema]);
        for segment in pointer.segments() {
            let next = match segment {
                "*" => items(&here),
                name => {
                    let declared = here.iter().filter_map(|schema| schema.get("properties"));
                    declared.filter_map(|properties| properties.get(name)).collect()
                }
            };
            here = self.certain(&next);
        }
        here
    }

    /// The schemas that are asserted wherever all of `here` are: with them, those that they refer to and
    /// those of `allOf`.
    pub(super) fn certain(&self, here: &[&'v Value]) -> Vec<&'v Value> {
        let links = self.links;
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        let mut waiting = here.to_vec();
        while let Some(schema) = waiting.pop() {
            if !seen.insert(std::ptr::from_ref(schema)) {
                continue;
            }
            let targets = links.of(schema).filter(|link| link.keyword == "$ref");
            waiting.extend(targets.filter_map(|link| match link.target {
                Target::Inside(target) => Some(target),
                _ => None,
            }));
            let draft = links.visited.get(&std::ptr::from_ref(schema));
            let alone = matches!(draft, Some(Draft::Draft4 | Draft::Draft6 | Draft::Draft7));
            // Up to draft 7, what stands beside a reference says nothing.
            if alone && schema.get("$ref").is_some() {
                continue;
            }
            all.push(schema);
            let parts = schema.get("allOf").and_then(Value::as_array);
            waiting.extend(parts.into_iter().flatten());
        }
        all
    }
}

/// The schemas that all of these assert on each item; none where the first items have their own.
pub(super) fn items<'v>(certain: &[&'v Value]) -> Vec<&'v Value> {
    let each = certain
        .iter()
        .filter(|schema| schema.get("prefixItems").is_none())
        .filter_map(|schema| schema.get("items"));
    each.filter(|items| !items.is_array()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::with_fields;
    use serde_json::json;

    #[test]
    fn only_what_always_holds_is_a_rule_of_a_field() {
        let schema = json!({
            "properties": {
                "a": {"$ref": "#/$defs/a", "maxLength": 9},
                "b": {"type": "array", "items": {"properties": {"c": {"minimum": 1}}}}
            },
            "allOf": [{"properties": {"a": {"pattern": "x"}}}],
            "anyOf": [{"properties": {"a": {"const": "x"}, "d": {}}}],
            "then": {"properties": {"a": {"minLength": 3}}},
            "$defs": {"a": {"type": "string"}}
        });
        with_fields(&schema, |fields| {
            let rules = |pointer: &str| {
                let all = fields.rules(&pointer.parse().unwrap());
                let mut all: Vec<String> = all.iter().map(ToString::to_string).collect();
                all.sort();
                all
            };
            let expected = [
                r##"{"$ref":"#/$defs/a","maxLength":9}"##,
                r#"{"pattern":"x"}"#,
                r#"{"type":"string"}"#,
            ];
            assert_eq!(rules("/a"), expected);
            assert_eq!(rules("/b/*/c"), [r#"{"minimum":1}"#]);
            assert!(rules("/d").is_empty());
            let leaves = fields.leaves_of_items(100);
            let leaves: Vec<String> = leaves.iter().map(ToString::to_string).collect();
            assert_eq!(leaves, ["/a", "/b", "/b/*/c", "/d"]);
        });
    }
}
