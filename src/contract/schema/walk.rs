//! Visits every schema inside a schema.
//!
//! Not here: following references. Invariant: recursion is bounded by the nesting of the document,
//! which its reader limits to 128.

use serde_json::{Map, Value};

use crate::types::Pointer;

/// What the value of a keyword holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// One schema.
    Schema,
    /// A list of schemas.
    List,
    /// One schema or a list of them.
    SchemaOrList,
    /// Schemas by name.
    Named,
    /// Schemas, or lists of member names, by name.
    NamedOrNames,
}

/// What a keyword of any draft holds, if it holds schemas.
pub fn holds(keyword: &str) -> Option<Holds> {
    Some(match keyword {
        "additionalProperties"
        | "unevaluatedProperties"
        | "propertyNames"
        | "contains"
        | "additionalItems"
        | "unevaluatedItems"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contentSchema" => Holds::Schema,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Holds::List,
        "items" => Holds::SchemaOrList,
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => Holds::Named,
        "dependencies" => Holds::NamedOrNames,
        _ => return None,
    })
}

/// The way from the root of the schema to one inside it, without copying names.
#[derive(Clone, Copy)]
pub enum Trail<'t> {
    /// The root.
    Root,
    /// A member or an item below another place.
    Member(&'t Trail<'t>, &'t str),
    /// An item below another place.
    Item(&'t Trail<'t>, usize),
}

impl Trail<'_> {
    /// The place as a pointer.
    pub fn pointer(&self) -> Pointer {
        match self {
            Trail::Root => Pointer::default(),
            Trail::Member(outer, name) => outer.pointer().child(name),
            Trail::Item(outer, index) => outer.pointer().child(&index.to_string()),
        }
    }
}

/// One schema inside a schema.
#[derive(Clone, Copy)]
pub struct Node<'v, 't> {
    /// The schema: an object or a boolean.
    pub schema: &'v Value,
    /// Where it stands.
    pub trail: &'t Trail<'t>,
}

/// Visits `schema` and every schema inside it, outermost first.
pub fn walk<'v>(schema: &'v Value, visit: &mut dyn FnMut(Node<'v, '_>)) {
    below(schema, &Trail::Root, visit);
}

fn below<'v>(schema: &'v Value, trail: &Trail<'_>, visit: &mut dyn FnMut(Node<'v, '_>)) {
    visit(Node { schema, trail });
    let Value::Object(members) = schema else { return };
    each_child(members, trail, &mut |child, trail| below(child, trail, visit));
}

/// Visits the schemas directly inside a schema object.
pub fn each_child<'v>(
    members: &'v Map<String, Value>,
    trail: &Trail<'_>,
    visit: &mut dyn FnMut(&'v Value, &Trail<'_>),
) {
    for (keyword, value) in members {
        let Some(kind) = holds(keyword) else { continue };
        let here = Trail::Member(trail, keyword);
        match (kind, value) {
            (Holds::Schema | Holds::SchemaOrList, Value::Object(_) | Value::Bool(_)) => visit(value, &here),
            (Holds::List | Holds::SchemaOrList, Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    visit(item, &Trail::Item(&here, index));
                }
            }
            (Holds::Named | Holds::NamedOrNames, Value::Object(named)) => {
                for (name, item) in named
                    .iter()
                    .filter(|(_, item)| item.is_object() || item.is_boolean())
                {
                    visit(item, &Trail::Member(&here, name));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_schema_is_visited_and_nothing_else() {
        let schema = json!({
            "properties": {"enum": {"const": {"properties": {"no": {}}}}, "b": true},
            "items": [{"not": {}}, {}],
            "dependencies": {"a": ["b"], "c": {"if": {}}},
            "default": {"items": {}}, "enum": [{"items": {}}], "x-mine": {"items": {}},
            "$defs": {"d": {"prefixItems": [{}]}}
        });
        let mut seen = Vec::new();
        walk(&schema, &mut |node| seen.push(node.trail.pointer().to_string()));
        seen.sort();
        assert_eq!(
            seen,
            [
                "",
                "/$defs/d",
                "/$defs/d/prefixItems/0",
                "/dependencies/c",
                "/dependencies/c/if",
                "/items/0",
                "/items/0/not",
                "/items/1",
                "/properties/b",
                "/properties/enum"
            ]
        );
    }
}
