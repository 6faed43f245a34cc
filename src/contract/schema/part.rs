//! The schema of a part of payloads: what is left of a schema when only some fields are shown.
//!
//! The result is made anew from the fields, so nothing of a field that is not shown stands in it: no
//! name, no rule between fields, no example. Not here: cutting payloads (`record::Mask`). Invariant: a
//! part of a valid payload keeps to the result; a rule that holds only in some branch of the schema is
//! left out rather than taken for one that always holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::rules::items;
use super::walk::{Holds, holds};
use super::{Fields, Target, Types, with_fields};
use crate::types::Pointer;

/// Keywords by which a schema says its identity, or keeps schemas for references: references are written
/// anew, so these have no use.
const IDENTITY: [&str; 8] = [
    "$schema",
    "$id",
    "id",
    "$anchor",
    "$dynamicAnchor",
    "$recursiveAnchor",
    "$defs",
    "definitions",
];

/// The schema of what is left of payloads with this `schema` when only `fields` are shown; `*` stands
/// for each item of an array.
pub fn schema_of_part(schema: &Value, fields: &[Pointer]) -> Value {
    let paths: Vec<Vec<&str>> = fields.iter().map(|field| field.segments().collect()).collect();
    let paths: Vec<&[&str]> = paths.iter().map(Vec::as_slice).collect();
    with_fields(schema, |fields| {
        let whole = |target: &Target<'_>| matches!(target, Target::Inside(_) | Target::MetaSchema);
        let plain = fields.links.all.iter();
        let mut parts = Parts {
            fields,
            movable: plain
                .clone()
                .all(|link| link.keyword == "$ref" && whole(&link.target)),
            moved: Vec::new(),
        };
        let mut part = parts.part(&[schema], &paths);
        let mut moved = Map::new();
        while let Some(target) = parts.moved.get(moved.len()).copied() {
            moved.insert(name(moved.len()), parts.copy(target));
        }
        if let Value::Object(members) = &mut part {
            if !moved.is_empty() {
                members.insert("$defs".into(), Value::Object(moved));
            }
            if let Some(draft) = schema.get("$schema") {
                members.insert("$schema".into(), draft.clone());
            }
        }
        part
    })
}

/// What a schema that references lead to is called.
fn name(index: usize) -> String {
    format!("part-{}", index + 1)
}

struct Parts<'f, 'l, 'v> {
    fields: &'f Fields<'l, 'v>,
    /// Whether references can be written anew: they lead to one place each, whatever the payload.
    movable: bool,
    /// The schemas that references lead to.
    moved: Vec<&'v Value>,
}

impl<'v> Parts<'_, '_, 'v> {
    /// The schema of the part of a value on which all of `here` are asserted.
    fn part(&mut self, here: &[&'v Value], paths: &[&[&str]]) -> Value {
        if paths.iter().any(|path| path.is_empty()) {
            return self.whole(here);
        }
        let mut below: BTreeMap<&str, Vec<&[&str]>> = BTreeMap::new();
        for (first, rest) in paths.iter().filter_map(|path| path.split_first()) {
            below.entry(first).or_default().push(rest);
        }
        let types = self.fields.types_of(here);
        let certain = self.fields.certain(here);
        let mut part = Map::new();
        match (types.allow(Types::OBJECT), types.allow(Types::ARRAY)) {
            (true, false) => part.insert("type".into(), "object".into()),
            (false, true) => part.insert("type".into(), "array".into()),
            (true, true) => part.insert("type".into(), json!(["object", "array"])),
            (false, false) => None,
        };
        if types.allow(Types::ARRAY) {
            let numbered = |name: &&str| name.bytes().all(|byte| byte.is_ascii_digit());
            let each = below.remove("*");
            // Of items shown by their numbers, others are missing: it can't be told which is which.
            if let Some(each) = each.filter(|_| !below.keys().any(numbered)) {
                part.insert("items".into(), self.part(&items(&certain), &each));
            }
        }
        if types.allow(Types::OBJECT) {
            self.members(&certain, below, &mut part);
        }
        Value::Object(part)
    }

    /// Adds what is known of members.
    fn members(
        &mut self,
        certain: &[&'v Value],
        below: BTreeMap<&str, Vec<&[&str]>>,
        part: &mut Map<String, Value>,
    ) {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (name, rest) in below {
            let declared = certain
                .iter()
                .filter_map(|schema| schema.get("properties")?.get(name));
            let declared: Vec<&'v Value> = declared.collect();
            let demanded = certain.iter().any(|schema| requires(schema, name));
            let whole = rest.iter().any(|path| path.is_empty());
            // Whatever is no object or array on the way to a field is not shown.
            if demanded && (whole || !self.fields.types_of(&declared).allow(Types::PLAIN)) {
                required.push(Value::from(name));
            }
            properties.insert(name.to_owned(), self.part(&declared, &rest));
        }
        if !properties.is_empty() {
            part.insert("properties".into(), Value::Object(properties));
        }
        if !required.is_empty() {
            part.insert("required".into(), Value::Array(required));
        }
    }

    /// The schema of a value that is shown whole.
    fn whole(&mut self, here: &[&'v Value]) -> Value {
        match here {
            _ if !self.movable => json!({}),
            [] => json!({}),
            [schema] => self.copy(schema),
            _ => json!({"allOf": here.iter().map(|schema| self.copy(schema)).collect::<Vec<_>>()}),
        }
    }

    /// A schema with its references written anew.
    fn copy(&mut self, schema: &'v Value) -> Value {
        let Value::Object(members) = schema else {
            return schema.clone();
        };
        let links = self.fields.links;
        let target = links.targets(schema).next();
        let kept = members
            .iter()
            .filter(|(keyword, _)| !IDENTITY.contains(&keyword.as_str()));
        let copied = kept.map(|(keyword, value)| {
            let value = match (keyword.as_str(), target) {
                ("$ref", Some(target)) => self.place(target).into(),
                _ => self.below(keyword, value),
            };
            (keyword.clone(), value)
        });
        Value::Object(copied.collect())
    }

    /// A keyword's value with the references in it written anew.
    fn below(&mut self, keyword: &str, value: &'v Value) -> Value {
        match (holds(keyword), value) {
            (None, _) => value.clone(),
            (Some(_), Value::Array(list)) => list.iter().map(|schema| self.copy(schema)).collect(),
            (Some(Holds::Named | Holds::NamedOrNames), Value::Object(named)) => {
                let copied = named
                    .iter()
                    .map(|(name, schema)| (name.clone(), self.copy(schema)));
                Value::Object(copied.collect())
            }
            (Some(_), schema) => self.copy(schema),
        }
    }

    /// Where the schema that a reference leads to stands now.
    fn place(&mut self, target: &'v Value) -> String {
        let known = self.moved.iter().position(|known| std::ptr::eq(*known, target));
        let index = known.unwrap_or_else(|| {
            self.moved.push(target);
            self.moved.len() - 1
        });
        format!("#/$defs/{}", name(index))
    }
}

/// Whether a schema requires a member.
fn requires(schema: &Value, name: &str) -> bool {
    let listed = schema.get("required").and_then(Value::as_array);
    listed.is_some_and(|listed| listed.iter().any(|one| one == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Validator;

    fn part(schema: &Value, fields: &[&str]) -> Value {
        let fields: Vec<Pointer> = fields.iter().map(|field| field.parse().unwrap()).collect();
        schema_of_part(schema, &fields)
    }

    #[test]
    fn nothing_of_other_fields_is_left() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "gaji", "type": "object",
            "required": ["nip", "gaji", "unit", "wakil"], "additionalProperties": false,
            "properties": {
                "nip": {"$ref": "#/$defs/nip"}, "gaji": {"type": "number", "default": 5},
                "unit": {
                    "type": "object", "description": "gaji", "required": ["kode", "gaji"],
                    "properties": {"kode": {"type": "string"}, "gaji": {"$ref": "#/$defs/gaji"}}
                },
                "wakil": {"type": ["object", "null"], "properties": {"nama": {"type": "string"}}, "required": ["nama"]},
                "anak": {"type": "array", "minItems": 2, "items": {
                    "type": "object", "required": ["nama"], "properties": {"nama": {"type": "string"}, "gaji": {}}
                }},
                "campur": {"properties": {"a": {"type": "string"}}}
            },
            "$defs": {"nip": {"type": "string", "pattern": "^[0-9]+$"}, "gaji": {"type": "integer"}},
            "if": {"required": ["gaji"]}, "then": {"properties": {"nip": {"const": "gaji"}}},
            "examples": [{"gaji": 1}]
        });
        let fields = [
            "/nip",
            "/unit/kode",
            "/wakil/nama",
            "/anak/*/nama",
            "/campur/a",
            "/lain",
        ];
        assert_eq!(
            part(&schema, &fields),
            json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object", "required": ["nip", "unit"],
                "properties": {
                    "nip": {"$ref": "#/$defs/part-1"},
                    "unit": {"type": "object", "required": ["kode"], "properties": {"kode": {"type": "string"}}},
                    "wakil": {"type": "object", "required": ["nama"], "properties": {"nama": {"type": "string"}}},
                    "anak": {"type": "array", "items": {
                        "type": "object", "required": ["nama"], "properties": {"nama": {"type": "string"}}
                    }},
                    "campur": {"type": ["object", "array"], "properties": {"a": {"type": "string"}}},
                    "lain": {}
                },
                "$defs": {"part-1": {"type": "string", "pattern": "^[0-9]+$"}}
            })
        );
    }

    #[test]
    fn what_a_field_shown_whole_refers_to_comes_along() {
        let schema = json!({
            "$id": "https://x.example/s", "type": "object",
            "properties": {
                "id": {"type": "string"}, "pohon": {"$ref": "#simpul"}, "rahasia": {"$ref": "#/$defs/rahasia"}
            },
            "allOf": [{"properties": {"pohon": {"$comment": "juga"}}}],
            "$defs": {
                "simpul": {"$anchor": "simpul", "properties": {"anak": {"items": {"$ref": "s#/$defs/simpul"}}}},
                "rahasia": {"const": "rahasia"}
            }
        });
        let shown = part(&schema, &["/id", "/pohon"]);
        assert_eq!(
            shown["properties"]["pohon"],
            json!({"allOf": [{"$ref": "#/$defs/part-1"}, {"$comment": "juga"}]})
        );
        assert_eq!(
            shown["$defs"],
            json!({"part-1": {"properties": {"anak": {"items": {"$ref": "#/$defs/part-1"}}}}})
        );
        let rules = Validator::compile(&shown).unwrap();
        assert!(rules.is_valid(&json!({"id": "a", "pohon": {"anak": [{}]}})));
        assert!(!rules.is_valid(&json!({"id": 1})));
    }

    #[test]
    fn a_rule_of_a_branch_is_none_for_all() {
        let schema = json!({
            "type": "object",
            "oneOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"a": {"const": 2}}}],
            "properties": {"b": {"type": "string"}, "c": {"prefixItems": [{"type": "string"}], "items": {"type": "object"}}},
            "then": {"required": ["b"]}
        });
        assert_eq!(
            part(&schema, &["/a", "/b", "/c/*/d", "/c/0"]),
            json!({"type": "object", "properties": {
                "a": {}, "b": {"type": "string"}, "c": {"type": ["object", "array"], "properties": {"0": {}}}
            }})
        );
        let dynamic = json!({"$dynamicAnchor": "n", "properties": {"a": {"$dynamicRef": "#n"}}});
        let shown = part(&dynamic, &["/a"]);
        assert_eq!(shown["properties"], json!({"a": {}}));
        let seventh = json!({
            "$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/definitions/p",
            "properties": {"a": {"type": "integer"}}, "definitions": {"p": {"properties": {"a": {"type": "string"}}}}
        });
        assert_eq!(
            part(&seventh, &["/a"])["properties"],
            json!({"a": {"type": "string"}})
        );
    }
}
