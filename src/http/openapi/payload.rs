//! A contract's schema as a component of an OpenAPI document.
//!
//! A schema with an `$id` is a resource of its own and is taken as it is. Any other becomes part of
//! the document, so that `#` no longer means the schema but the document. Invariant: after the
//! move every reference leads where it led before.

use serde_json::Value;

/// Keywords whose members are schemas under free names.
const NAMED: &[&str] = &[
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "dependencies",
];

/// Keywords whose values are data, not schemas.
const DATA: &[&str] = &["enum", "const", "default", "examples", "example"];

/// Keywords that find a place by its name; `base` of such a schema must stay its own.
const ANCHORS: &[&str] = &[
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveRef",
    "$recursiveAnchor",
];

/// The schema for use at `#/components/schemas/{name}`; `url` is where it is also served.
pub(super) fn embedded(schema: &Value, name: &str, url: &str) -> Value {
    let mut schema = schema.clone();
    if has_own_base(&schema) {
        return schema;
    }
    if has_anchors(&schema) {
        super::set(&mut schema, "$id", url.into());
        return schema;
    }
    relocate(&mut schema, &format!("#/components/schemas/{name}"));
    schema
}

/// Whether references in this schema are read against an identity of its own (2020-12, section 8.2.1;
/// `id` until draft 4). A mere fragment is an anchor, not an identity.
fn has_own_base(schema: &Value) -> bool {
    ["$id", "id"].into_iter().any(|keyword| {
        let id = schema.get(keyword).and_then(Value::as_str);
        id.is_some_and(|id| !id.starts_with('#'))
    })
}

/// Whether something in this schema is found by a name.
fn has_anchors(schema: &Value) -> bool {
    let mut found = false;
    visit(schema, &mut |schema| {
        let fragment = |keyword: &str| {
            schema
                .get(keyword)
                .and_then(Value::as_str)
                .is_some_and(|id| id.starts_with('#'))
        };
        found |=
            ANCHORS.iter().any(|keyword| schema.get(keyword).is_some()) || fragment("$id") || fragment("id");
    });
    found
}

fn visit(schema: &Value, see: &mut impl FnMut(&Value)) {
    match schema {
        Value::Object(members) => {
            see(schema);
            for (keyword, value) in members {
                match value {
                    Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                        named.values().for_each(|schema| visit(schema, see));
                    }
                    _ if DATA.contains(&keyword.as_str()) => {}
                    _ => visit(value, see),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        _ => {}
    }
}

/// Puts `place` before every reference by pointer; parts with an identity of their own stay.
fn relocate(schema: &mut Value, place: &str) {
    if has_own_base(schema) {
        return;
    }
    match schema {
        Value::Object(members) => {
            for (keyword, value) in members {
                match value {
                    Value::String(reference) if keyword == "$ref" => {
                        if let Some(pointer) = reference.strip_prefix('#') {
                            *reference = format!("{place}{pointer}");
                        }
                    }
                    Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                        named.values_mut().for_each(|schema| relocate(schema, place));
                    }
                    _ if DATA.contains(&keyword.as_str()) => {}
                    _ => relocate(value, place),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| relocate(item, place)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_lead_where_they_led_before() {
        let schema = json!({
            "type": "object",
            "properties": {
                "a": {"$ref": "#/$defs/a"}, "self": {"$ref": "#"},
                "enum": {"$ref": "#/$defs/a"}, "$ref": {"enum": [{"$ref": "#/x"}]},
            },
            "$defs": {"a": {"type": "string"}, "own": {"$id": "https://x.example/own", "items": {"$ref": "#/$defs/b"}}},
        });
        let expected = json!({
            "type": "object",
            "properties": {
                "a": {"$ref": "#/components/schemas/P/$defs/a"}, "self": {"$ref": "#/components/schemas/P"},
                "enum": {"$ref": "#/components/schemas/P/$defs/a"}, "$ref": {"enum": [{"$ref": "#/x"}]},
            },
            "$defs": {"a": {"type": "string"}, "own": {"$id": "https://x.example/own", "items": {"$ref": "#/$defs/b"}}},
        });
        assert_eq!(embedded(&schema, "P", "https://hub.example/schema"), expected);
    }

    #[test]
    fn a_schema_with_an_identity_or_with_anchors_keeps_its_own_base() {
        let own = json!({"$id": "https://x.example/s", "items": {"$ref": "#/$defs/a"}});
        assert_eq!(embedded(&own, "P", "https://hub.example/schema"), own);
        let anchored = json!({"items": {"$ref": "#a"}, "$defs": {"a": {"$anchor": "a"}}});
        let mut expected = anchored.clone();
        expected["$id"] = json!("https://hub.example/schema");
        assert_eq!(embedded(&anchored, "P", "https://hub.example/schema"), expected);
    }
}
