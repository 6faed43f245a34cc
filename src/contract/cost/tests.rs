//! Tests of what is measured and with what; how long it takes is not measured here.

use serde_json::{Value, json};

use super::*;
use crate::types::{Document, MAX_DEPTH};

fn tree() -> Value {
    json!({
        "$defs": {"node": {"anyOf": [
            {"properties": {"left": {"$ref": "#/$defs/node"}, "kind": {"const": "a"}}, "required": ["left"]},
            {"properties": {"right": {"$ref": "#/$defs/node"}}, "required": ["right"]}
        ], "unevaluatedProperties": false}},
        "type": "object", "properties": {"k": {"type": "string"}, "v": {"$ref": "#/$defs/node"}}, "required": ["k"]
    })
}

#[test]
fn plain_schemas_need_no_measuring() {
    let plain = json!({
        "type": "object", "required": ["nip"], "additionalProperties": false,
        "properties": {
            "nip": {"type": "string", "pattern": "^[0-9]{18}$"},
            "tmt": {"type": "string", "format": "date"},
            "list": {"type": "array", "uniqueItems": true, "items": {"$ref": "#/$defs/a"}}
        },
        "$defs": {"a": {"type": "integer", "minimum": 0}}
    });
    assert!(!needs_probe(&plain));
    let many: serde_json::Map<String, Value> = (0..10_000)
        .map(|n| (format!("p{n}"), json!({"type": "string"})))
        .collect();
    assert!(!needs_probe(&json!({"properties": many})));
}

#[test]
fn schemas_that_may_be_costly_are_measured() {
    let mut doubling = serde_json::Map::new();
    for n in 0..20 {
        let next = json!({"$ref": format!("#/$defs/a{}", n + 1)});
        doubling.insert(format!("a{n}"), json!({"allOf": [next, next]}));
    }
    doubling.insert("a20".to_owned(), json!({"type": "object"}));
    let costly = [
        tree(),
        json!({"$defs": doubling, "$ref": "#/$defs/a0"}),
        json!({"properties": {"a": {"$ref": "#"}}}),
        json!({"items": {"pattern": "(a{1,100}){1,100}"}}),
        json!({"items": {"contains": {}}}),
        json!({"format": "regex"}),
    ];
    for schema in costly {
        assert!(needs_probe(&schema), "{schema}");
    }
}

#[test]
fn every_payload_is_one_that_a_reader_would_accept() {
    let schemas = [
        tree(),
        json!({"type": "object", "properties": {
        "a": {"items": {"pattern": "^x+$", "type": "string"}}, "m": {"additionalProperties": {"type": "integer"}}}}),
    ];
    for schema in schemas {
        let mut count = 0;
        for payload in payloads(&schema) {
            let text = payload.to_string();
            assert!(text.len() <= MAX_PAYLOAD, "{}", text.len());
            assert!(Document::parse(text.as_bytes()).is_ok());
            count += 1;
        }
        assert!(count > 10, "{count}");
    }
}

#[test]
fn a_chain_that_ends_is_followed_to_its_end_and_fails_there() {
    let mut parts = serde_json::Map::new();
    for level in 0..30 {
        let next = json!({"properties": {"a": {"$ref": format!("#/$defs/n{}", level + 1)}}});
        parts.insert(
            format!("n{level}"),
            json!({"anyOf": [next.clone(), {"allOf": [next], "required": ["b"]}]}),
        );
    }
    parts.insert("n30".into(), json!({"type": "string"}));
    let schema = json!({"properties": {"v": {"$ref": "#/$defs/n0"}}, "$defs": parts});
    let end = format!("/v{}", "/a".repeat(30));
    assert!(payloads(&schema).any(|payload| payload.pointer(&end) == Some(&Value::Null)));
    let constant = json!({"$ref": "#/$defs/n", "$defs": {"n": {"anyOf": [
        {"properties": {"a": {"$ref": "#/$defs/n"}}, "required": ["a"]}, {"const": 1}]}}});
    assert!(payloads(&constant).any(|payload| payload.pointer(&"/a".repeat(100)).is_some()));
}

#[test]
fn payloads_go_deep_grow_long_and_hold_every_branch() {
    fn depth(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
            Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
            _ => 0,
        }
    }
    let schema = tree();
    let deepest = payloads(&schema).map(|payload| depth(&payload)).max().unwrap();
    assert!(deepest > MAX_DEPTH - 4, "{deepest}");
    let both = payloads(&schema)
        .any(|payload| payload.pointer("/v/left").is_some() && payload.pointer("/v/right").is_some());
    assert!(both);
    let texts = json!({"properties": {"t": {"type": "string", "pattern": "^(a|b)+$"}}});
    assert!(payloads(&texts).any(|payload| {
        payload["t"]
            .as_str()
            .is_some_and(|text| text.len() > MAX_PAYLOAD / 2)
    }));
}
