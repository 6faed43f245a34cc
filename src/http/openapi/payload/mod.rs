//! A contract's schema as a component of an OpenAPI document.
//!
//! Inside the document `#` means the document and no longer the schema, and few readers of OpenAPI
//! follow an `$id`. So the schema gives up its identity (`embedded`), and its references become pointers into
//! the document. What can't be said by pointers (dynamic references, several identities in one schema)
//! is left as it is, with its identity. Invariant: every reference leads where it led before.

mod embedded;
mod survey;

use serde_json::{Map, Value, json};

use embedded::embedded;
use survey::{identity, identity_keyword, step};

/// Keywords whose members are schemas under free names.
const NAMED: &[&str] = &[
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "dependencies",
];

/// Keywords whose value is one schema, which readers expect to be an object.
const ONES: &[&str] = &["items", "contains", "not", "if", "then", "else", "propertyNames"];

/// Keywords whose value is a list of schemas.
const LISTS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords whose values are data, not schemas.
const DATA: &[&str] = &["enum", "const", "default", "examples", "example"];

/// The schema for use at `#/components/schemas/{name}`, and its definitions for use beside it; `url` is
/// where it is also served.
pub(super) fn components(schema: &Value, name: &str, url: &str) -> Map<String, Value> {
    let mut whole = embedded(schema, name, url);
    let mut components = Map::new();
    if identity(&whole, identity_keyword(&whole)).is_none()
        && let Some(Value::Object(definitions)) =
            whole.as_object_mut().and_then(|whole| whole.remove("$defs"))
    {
        let names = names_beside(name, definitions.keys());
        let place = format!("#/components/schemas/{name}/$defs");
        let mut moves: Vec<(String, String)> = Vec::new();
        for (from, to) in definitions.keys().zip(&names) {
            let to = format!("#/components/schemas/{to}");
            // Names may stand in references as they are, or percent-encoded.
            let plain = from.replace('~', "~0").replace('/', "~1");
            moves.push((format!("{place}/{plain}"), to.clone()));
            moves.push((step(&place, from), to));
        }
        for (name, mut definition) in names.iter().zip(definitions.into_iter().map(|(_, one)| one)) {
            lead_beside(&mut definition, &moves);
            components.insert(name.clone(), definition);
        }
        lead_beside(&mut whole, &moves);
    }
    components.insert(name.to_owned(), whole);
    for schema in components.values_mut() {
        spell_out(schema);
    }
    components
}

/// Names of components for definitions: of letters that such a name may have, and each once.
fn names_beside<'n>(name: &str, definitions: impl Iterator<Item = &'n String>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for definition in definitions {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        let plain: String = definition
            .chars()
            .map(|letter| if plain(letter) { letter } else { '_' })
            .collect();
        let mut fresh = format!("{name}.{plain}");
        while taken.contains(&fresh) {
            fresh.push('_');
        }
        taken.push(fresh);
    }
    taken
}

/// Leads references to definitions to where these are now.
fn lead_beside(schema: &mut Value, moves: &[(String, String)]) {
    each(schema, &mut |members| {
        let Some(Value::String(reference)) = members.get_mut("$ref") else {
            return;
        };
        let moved = moves.iter().find_map(|(from, to)| {
            let rest = reference.strip_prefix(from.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
        });
        if let Some(moved) = moved {
            *reference = moved;
        }
    });
}

/// Says `true` and `false` as objects where readers of OpenAPI expect objects.
fn spell_out(schema: &mut Value) {
    let object = |value: &mut Value| match value {
        Value::Bool(true) => *value = json!({}),
        Value::Bool(false) => *value = json!({"not": {}}),
        _ => {}
    };
    each(schema, &mut |members| {
        for (keyword, value) in members {
            match value {
                Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                    named.values_mut().for_each(object)
                }
                Value::Array(list) if LISTS.contains(&keyword.as_str()) => list.iter_mut().for_each(object),
                Value::Bool(_) if ONES.contains(&keyword.as_str()) => object(value),
                _ => {}
            }
        }
    });
}

/// Visits every schema object in a schema, outermost first.
fn each(schema: &mut Value, visit: &mut dyn FnMut(&mut Map<String, Value>)) {
    match schema {
        Value::Object(members) => {
            visit(members);
            for (keyword, value) in members {
                match value {
                    Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                        named.values_mut().for_each(|schema| each(schema, visit));
                    }
                    _ if DATA.contains(&keyword.as_str()) => {}
                    _ => each(value, visit),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://hub.example/schema";

    #[test]
    fn definitions_are_components_of_their_own() {
        let schema = json!({
            "properties": {"a": {"$ref": "#/$defs/a b"}, "b": {"$ref": "#/$defs/a_b/items"}, "c": false},
            "$defs": {"a b": {"$ref": "#/$defs/a_b"}, "a_b": {"items": true, "additionalProperties": false}},
            "default": {"$ref": "#/$defs/a_b"},
        });
        let expected = json!({
            "P": {
                "properties": {
                    "a": {"$ref": "#/components/schemas/P.a_b"},
                    "b": {"$ref": "#/components/schemas/P.a_b_/items"},
                    "c": {"not": {}},
                },
                "default": {"$ref": "#/$defs/a_b"},
            },
            "P.a_b": {"$ref": "#/components/schemas/P.a_b_"},
            "P.a_b_": {"items": {}, "additionalProperties": false},
        });
        assert_eq!(Value::Object(components(&schema, "P", URL)), expected);
    }
}
