//! What a schema says about one field of a payload: whether it knows it, requires it, and whether
//! it can be a key.
//!
//! Not here: judging a payload. Invariant: what a schema leaves open is never called unknown; only a
//! name that is missing among declared ones is.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Links;
use crate::contract::names;
use crate::types::Pointer;

/// What a schema says about a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Knowledge<'v> {
    /// It declares the field, by these schemas.
    Known(Vec<&'v Value>),
    /// It allows the field without declaring it.
    Open,
    /// It does not know the field; with the declared name that is nearest.
    Unknown(Option<String>),
}

/// Answers questions about the fields of a schema.
pub struct Fields<'l, 'v> {
    schema: &'v Value,
    pub(super) links: &'l Links<'v>,
}

/// How deep references are followed while a question is answered.
const MAX_HOPS: usize = 64;

impl<'l, 'v> Fields<'l, 'v> {
    /// The fields of `schema`, whose references are `links`.
    pub fn new(schema: &'v Value, links: &'l Links<'v>) -> Self {
        Fields { schema, links }
    }

    /// What the schema says about the field at `pointer`; `*` stands for each item of an array.
    pub fn look_up(&self, pointer: &Pointer) -> Knowledge<'v> {
        let mut here = vec![self.schema];
        for segment in pointer.segments() {
            match self.step(&here, segment) {
                Knowledge::Known(next) => here = next,
                other => return other,
            }
        }
        Knowledge::Known(here)
    }

    /// Whether every valid payload holds the field at `pointer`.
    pub fn requires(&self, pointer: &Pointer) -> bool {
        let mut here = vec![self.schema];
        for segment in pointer.segments() {
            if !here.iter().any(|schema| self.demands(schema, segment, 0)) {
                return false;
            }
            match self.step(&here, segment) {
                Knowledge::Known(next) => here = next,
                _ => here.clear(),
            }
        }
        true
    }

    /// Whether a value that these schemas accept can be a text or an integer.
    pub fn may_be_key(&self, schemas: &[&'v Value]) -> bool {
        schemas.is_empty() || schemas.iter().any(|schema| self.allows_key(schema, 0))
    }

    /// From schemas of one value to those of its member or item `segment`.
    fn step(&self, here: &[&'v Value], segment: &str) -> Knowledge<'v> {
        let all = self.in_place(here);
        let mut found = Vec::new();
        let mut names: Vec<&'v str> = Vec::new();
        let mut open = all.is_empty();
        let mut scalar = false;
        for schema in &all {
            let Value::Object(members) = schema else {
                open |= **schema == Value::Bool(true);
                continue;
            };
            scalar |= excludes_containers(members);
            let index: Option<usize> = segment.parse().ok();
            if segment == "*" || index.is_some() {
                items(members, index, &mut found);
            }
            match members.get("properties") {
                Some(Value::Object(declared)) => {
                    names.extend(declared.keys().map(String::as_str));
                    found.extend(declared.get(segment));
                }
                _ => open |= !members.contains_key("properties"),
            }
            if let Some(Value::Object(patterns)) = members.get("patternProperties") {
                open |= !patterns.is_empty();
            }
            for rest in ["additionalProperties", "unevaluatedProperties"] {
                if let Some(schema @ Value::Object(_)) = members.get(rest) {
                    open |= names.is_empty() || !schema.as_object().is_some_and(Map::is_empty);
                }
            }
        }
        let closed = all.iter().any(|schema| closes(schema));
        match (found.is_empty(), names.is_empty()) {
            (false, _) => Knowledge::Known(found),
            (true, false) if !self.any_open_by_pattern(&all) => {
                Knowledge::Unknown(names::nearest(segment, names))
            }
            (true, true) if scalar || closed => Knowledge::Unknown(None),
            _ => {
                let _ = open;
                Knowledge::Open
            }
        }
    }

    /// Whether names beyond the declared ones have a schema of their own.
    fn any_open_by_pattern(&self, all: &[&'v Value]) -> bool {
        all.iter().filter_map(|schema| schema.as_object()).any(|members| {
            let named = |keyword| {
                members
                    .get(keyword)
                    .and_then(Value::as_object)
                    .is_some_and(|all| !all.is_empty())
            };
            named("patternProperties") || named("additionalProperties") || named("unevaluatedProperties")
        })
    }

    /// The given schemas and those that judge the same value with them.
    fn in_place(&self, here: &[&'v Value]) -> Vec<&'v Value> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        let mut waiting: Vec<&'v Value> = here.to_vec();
        while let Some(schema) = waiting.pop() {
            if !seen.insert(std::ptr::from_ref(schema)) {
                continue;
            }
            all.push(schema);
            waiting.extend(self.links.targets(schema));
            let Value::Object(members) = schema else { continue };
            for keyword in ["allOf", "anyOf", "oneOf"] {
                waiting.extend(
                    members
                        .get(keyword)
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten(),
                );
            }
            for keyword in ["then", "else"] {
                waiting.extend(members.get(keyword));
            }
            for keyword in ["dependentSchemas", "dependencies"] {
                let named = members
                    .get(keyword)
                    .and_then(Value::as_object)
                    .into_iter()
                    .flatten();
                waiting.extend(
                    named
                        .map(|(_, schema)| schema)
                        .filter(|schema| schema.is_object()),
                );
            }
        }
        all
    }

    fn demands(&self, schema: &'v Value, name: &str, hops: usize) -> bool {
        let Value::Object(members) = schema else {
            return false;
        };
        if hops > MAX_HOPS {
            return false;
        }
        let listed = members
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let all = |keyword: &str| members.get(keyword).and_then(Value::as_array);
        let every = |branches: &'v Vec<Value>| {
            !branches.is_empty() && branches.iter().all(|branch| self.demands(branch, name, hops + 1))
        };
        let part = |keyword: &str| {
            members
                .get(keyword)
                .is_some_and(|schema| self.demands(schema, name, hops + 1))
        };
        listed.into_iter().any(|listed| listed.as_str() == Some(name))
            || self
                .links
                .targets(schema)
                .any(|target| self.demands(target, name, hops + 1))
            || all("allOf")
                .into_iter()
                .flatten()
                .any(|schema| self.demands(schema, name, hops + 1))
            || all("anyOf").is_some_and(every)
            || all("oneOf").is_some_and(every)
            || (part("then") && part("else"))
    }

    fn allows_key(&self, schema: &'v Value, hops: usize) -> bool {
        let Value::Object(members) = schema else {
            return *schema != Value::Bool(false);
        };
        if hops > MAX_HOPS {
            return true;
        }
        let by_type = match members.get("type") {
            Some(Value::String(name)) => is_key_type(name),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(is_key_type),
            _ => true,
        };
        let by_value = match (members.get("enum"), members.get("const")) {
            (_, Some(only)) => only.is_string() || only.is_number(),
            (Some(Value::Array(choices)), None) => choices
                .iter()
                .any(|choice| choice.is_string() || choice.is_number()),
            _ => true,
        };
        let list = |keyword: &str| members.get(keyword).and_then(Value::as_array);
        let any = |branches: &'v Vec<Value>| branches.iter().any(|branch| self.allows_key(branch, hops + 1));
        by_type
            && by_value
            && self
                .links
                .targets(schema)
                .all(|target| self.allows_key(target, hops + 1))
            && list("allOf")
                .into_iter()
                .flatten()
                .all(|schema| self.allows_key(schema, hops + 1))
            && list("anyOf").is_none_or(any)
            && list("oneOf").is_none_or(any)
    }
}

fn is_key_type(name: &str) -> bool {
    matches!(name, "string" | "integer" | "number")
}

/// Whether a schema forbids members that it does not declare.
fn closes(schema: &Value) -> bool {
    let shut = |keyword| schema.get(keyword) == Some(&Value::Bool(false));
    *schema == Value::Bool(false) || shut("additionalProperties") || shut("unevaluatedProperties")
}

/// Whether `type` allows neither objects nor arrays.
fn excludes_containers(members: &Map<String, Value>) -> bool {
    let container = |name: &str| name == "object" || name == "array";
    match members.get("type") {
        Some(Value::String(name)) => !container(name),
        Some(Value::Array(names)) => !names.iter().filter_map(Value::as_str).any(container),
        _ => false,
    }
}

/// The schemas of the item `index`, or of all items.
fn items<'v>(members: &'v Map<String, Value>, index: Option<usize>, found: &mut Vec<&'v Value>) {
    for keyword in ["prefixItems", "items"] {
        match (members.get(keyword), index) {
            (Some(Value::Array(list)), Some(index)) => found.extend(list.get(index)),
            (Some(Value::Array(list)), None) => found.extend(list),
            (Some(schema @ (Value::Object(_) | Value::Bool(true))), _) => found.push(schema),
            _ => {}
        }
    }
    for keyword in ["additionalItems", "unevaluatedItems"] {
        found.extend(members.get(keyword).filter(|schema| schema.is_object()));
    }
}
