//! Tables of fields, with what each needs and lacks.

use serde_json::{Value, json};

use super::*;
use crate::types::Lang;

fn contract(more: Value) -> Contract {
    let mut document = json!({
        "mahakam": "1", "opd": "bkd", "dataset": "a", "version": "1.0.0", "kind": "master", "title": "A",
        "key": ["/id"], "schema": {}, "classification": {"level": "open"}
    });
    for (name, member) in more.as_object().unwrap() {
        document[name] = member.clone();
    }
    Contract::from_stored(&document.to_string()).unwrap()
}

fn told(found: &Conformity) -> Vec<String> {
    let names = |members: Vec<Member>| {
        members
            .iter()
            .map(|one| one.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    found
        .fields
        .iter()
        .map(|field| {
            let (needed, missing) = (names(field.needed.clone()), names(field.missing().collect()));
            format!("{}: {needed} - {missing}", field.pointer)
        })
        .collect()
}

#[test]
fn each_field_needs_what_its_values_call_for() {
    let found = contract(json!({
        "references": [{"field": "/wilayah", "dataset": "pod/wilayah/v1"}],
        "schema": {"properties": {
            "id": {"type": "integer"}, "nama": {"type": "string"}, "jenis": {"enum": [1, 2]},
            "wilayah": {"type": "string"}, "luas": {"$ref": "#/$defs/luas"},
            "anak": {"type": "array", "items": {"properties": {"umur": {"type": ["integer", "null"]}}}},
            "nilai": {"type": "array", "items": {"type": "number"}}
        }, "$defs": {"luas": {"type": "number"}}},
        "fields": {
            "/id": {"concept": "a", "definition": "b"},
            "/luas": {"concept": "a", "definition": " ", "measure": "Luas", "unit": "km2"},
            "/nilai/*": {"unit": "poin"},
            "/anak/*/umur": {"measure": "Umur"},
            "/anak": {"concept": "a"}
        }
    }))
    .conformity();
    assert_eq!(
        told(&found),
        [
            "/anak/*/umur: concept definition measure unit - concept definition unit",
            "/id: concept definition - ",
            "/jenis: concept definition classification - concept definition classification",
            "/luas: concept definition measure unit - definition",
            "/nama: concept definition - concept definition",
            "/nilai: concept definition measure unit - concept definition measure",
            "/wilayah: concept definition classification - concept definition classification"
        ]
    );
    assert!(found.unknown.is_empty() && !found.conforms());
    assert_eq!(
        (found.counted(&MEMBERS), found.counted(&[Member::Unit])),
        ((22, 7), (3, 2))
    );
}

#[test]
fn described_fields_that_nobody_declares_are_named() {
    let found = contract(json!({
        "schema": {"properties": {"id": {"type": "string"}}},
        "fields": {"/id": {"concept": "a", "definition": "b"}, "/idd": {"concept": "a"}}
    }))
    .conformity();
    let report = found.to_json(Lang::En);
    assert_eq!(report["unknown"][0]["pointer"], "/idd");
    assert_eq!(
        report["counts"]["all"],
        json!({"needed": 2, "present": 2, "share": 1.0})
    );
    assert_eq!(report["conforms"], false);
}

#[test]
fn a_contract_that_says_everything_conforms() {
    let found = contract(json!({
        "description": "x", "contact": {"name": "N", "email": "a@b.example"}, "update": {"every": "daily"},
        "schema": {"properties": {"id": {"type": "string"}}},
        "fields": {"/id": {"concept": "a", "definition": "b"}}
    }))
    .conformity();
    assert!(found.conforms());
    assert_eq!(found.to_json(Lang::Id)["metadata"][1]["message"], Value::Null);
}

#[test]
fn schemas_without_fields_or_with_endless_ones_are_judged() {
    let none = contract(json!({})).conformity();
    assert_eq!(
        (
            none.fields.len(),
            none.to_json(Lang::Id)["counts"]["all"]["share"].clone()
        ),
        (0, Value::Null)
    );
    let endless = contract(json!({"schema": {
        "properties": {"id": {}, "anak": {"type": "array", "items": {"$ref": "#"}},
        "lagi": {"$ref": "#/$defs/l"}}, "$defs": {"l": {"items": {"$ref": "#/$defs/l"}}}
    }}))
    .conformity();
    let pointers: Vec<String> = endless
        .fields
        .iter()
        .map(|field| field.pointer.to_string())
        .collect();
    assert_eq!(pointers, ["/anak", "/id", "/lagi"]);
}
