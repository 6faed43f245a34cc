//! A contract's schema as a component of an OpenAPI document.
//!
//! Inside the document `#` means the document and no longer the schema, and few readers of OpenAPI
//! follow an `$id`. So the schema gives up its identity, and its references become pointers into the
//! document. What can't be said by pointers (dynamic references, several identities in one schema)
//! is left as it is, with its identity. Invariant: every reference leads where it led before.

use serde_json::{Map, Value, json};

use crate::http::path::encode;

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

/// Keywords that lead to places which only a reader of the payload knows.
const DYNAMIC: &[&str] = &[
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
];

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

/// The schema for use at `#/components/schemas/{name}`.
fn embedded(schema: &Value, name: &str, url: &str) -> Value {
    let place = format!("#/components/schemas/{name}");
    let mut embedded = schema.clone();
    let keyword = identity_keyword(schema);
    let identity = identity(schema, keyword).map(|id| id.trim_end_matches('#').to_owned());
    let survey = Survey::of(schema, keyword);
    let foreign = survey.references.iter().any(|reference| {
        let own = identity
            .as_ref()
            .and_then(|id| reference.strip_prefix(id.as_str()));
        !own.unwrap_or(reference).starts_with('#') && own != Some("")
    });
    if survey.dynamic || identity.is_some() && (survey.nested || foreign) {
        if identity.is_none() {
            super::set(&mut embedded, keyword, url.into());
        }
        return embedded;
    }
    if let Value::Object(members) = &mut embedded {
        members.remove(keyword);
    }
    let relocation = Relocation {
        keyword,
        place,
        identity: identity.unwrap_or_default(),
        anchors: survey.anchors,
    };
    relocation.apply(&mut embedded);
    embedded
}

/// The keyword by which a schema says its identity: `id` in draft 4, `$id` since.
fn identity_keyword(schema: &Value) -> &'static str {
    let draft = schema.get("$schema").and_then(Value::as_str);
    if draft.is_some_and(|draft| draft.contains("draft-04")) {
        "id"
    } else {
        "$id"
    }
}

/// The identity against which references in this schema are read (2020-12, section 8.2.1), said by
/// `keyword`. A mere fragment is an anchor, not an identity.
fn identity<'s>(schema: &'s Value, keyword: &str) -> Option<&'s str> {
    let id = schema.get(keyword)?.as_str()?;
    (!id.starts_with('#')).then_some(id)
}

/// The name of the place that this schema is, without `#`.
fn anchor<'s>(schema: &'s Map<String, Value>, keyword: &str) -> Option<&'s str> {
    let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str);
    text("$anchor").or_else(|| text(keyword)?.strip_prefix('#'))
}

/// What stands in a schema, parts with an identity of their own aside.
#[derive(Default)]
struct Survey {
    keyword: &'static str,
    /// Names of places, and the pointers to them as fragments.
    anchors: Vec<(String, String)>,
    /// Where references lead.
    references: Vec<String>,
    /// Whether there are parts with an identity of their own.
    nested: bool,
    /// Whether a reference depends on the payload.
    dynamic: bool,
}

impl Survey {
    fn of(schema: &Value, keyword: &'static str) -> Self {
        let mut survey = Survey {
            keyword,
            ..Survey::default()
        };
        survey.parts(schema, "");
        survey
    }

    fn visit(&mut self, schema: &Value, here: &str) {
        if identity(schema, self.keyword).is_some() {
            self.nested = true;
        } else {
            self.parts(schema, here);
        }
    }

    fn parts(&mut self, schema: &Value, here: &str) {
        match schema {
            Value::Object(members) => {
                self.dynamic |= DYNAMIC.iter().any(|keyword| members.contains_key(*keyword));
                if let Some(name) = anchor(members, self.keyword) {
                    self.anchors.push((name.to_owned(), here.to_owned()));
                }
                if let Some(Value::String(reference)) = members.get("$ref") {
                    self.references.push(reference.clone());
                }
                for (keyword, value) in members {
                    let here = step(here, keyword);
                    match value {
                        Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                            for (name, schema) in named {
                                self.visit(schema, &step(&here, name));
                            }
                        }
                        _ if DATA.contains(&keyword.as_str()) => {}
                        _ => self.visit(value, &here),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.visit(item, &step(here, &index.to_string()));
                }
            }
            _ => {}
        }
    }
}

/// A pointer one step further, as a URI fragment (RFC 6901, section 6).
fn step(here: &str, segment: &str) -> String {
    let segment = encode(&segment.replace('~', "~0").replace('/', "~1"));
    format!("{here}/{}", segment.replace("%24", "$"))
}

/// How references are written anew.
struct Relocation {
    keyword: &'static str,
    place: String,
    identity: String,
    anchors: Vec<(String, String)>,
}

impl Relocation {
    fn apply(&self, schema: &mut Value) {
        match schema {
            _ if identity(schema, self.keyword).is_some() => {}
            Value::Object(members) => {
                if anchor(members, self.keyword).is_some() {
                    members.remove("$anchor");
                    members.remove(self.keyword);
                }
                for (keyword, value) in members {
                    match value {
                        Value::String(reference) if keyword == "$ref" => *reference = self.moved(reference),
                        Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                            named.values_mut().for_each(|schema| self.apply(schema));
                        }
                        _ if DATA.contains(&keyword.as_str()) => {}
                        _ => self.apply(value),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            _ => {}
        }
    }

    /// Where a reference leads now; one to a part with an identity of its own stays.
    fn moved(&self, reference: &str) -> String {
        let own = reference
            .strip_prefix(self.identity.as_str())
            .unwrap_or(reference);
        let Some(fragment) = own.strip_prefix('#').or(own.is_empty().then_some("")) else {
            return reference.to_owned();
        };
        let named = self.anchors.iter().find(|(name, _)| name == fragment);
        let pointer = named.map_or(fragment, |(_, pointer)| pointer.as_str());
        format!("{}{pointer}", self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://hub.example/schema";

    #[test]
    fn references_lead_where_they_led_before() {
        let schema = json!({
            "type": "object",
            "properties": {
                "a": {"$ref": "#/$defs/a"}, "self": {"$ref": "#"}, "named": {"$ref": "#bee"},
                "enum": {"$ref": "#/$defs/a"}, "$ref": {"enum": [{"$ref": "#/x"}]},
                "own": {"$ref": "https://x.example/own"},
            },
            "$defs": {
                "a": {"type": "string"}, "b/ c": {"$anchor": "bee", "type": "integer"},
                "own": {"$id": "https://x.example/own", "items": {"$ref": "#/$defs/b"}},
            },
        });
        let expected = json!({
            "type": "object",
            "properties": {
                "a": {"$ref": "#/components/schemas/P/$defs/a"}, "self": {"$ref": "#/components/schemas/P"},
                "named": {"$ref": "#/components/schemas/P/$defs/b~1%20c"},
                "enum": {"$ref": "#/components/schemas/P/$defs/a"}, "$ref": {"enum": [{"$ref": "#/x"}]},
                "own": {"$ref": "https://x.example/own"},
            },
            "$defs": {
                "a": {"type": "string"}, "b/ c": {"type": "integer"},
                "own": {"$id": "https://x.example/own", "items": {"$ref": "#/$defs/b"}},
            },
        });
        assert_eq!(embedded(&schema, "P", URL), expected);
    }

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

    #[test]
    fn a_schema_gives_up_an_identity_that_pointers_can_stand_for() {
        let schema = json!({
            "$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://x.example/s#",
            "items": {"$ref": "https://x.example/s#/definitions/a"}, "not": {"$ref": "https://x.example/s"},
            "definitions": {"a": {"$id": "#b"}, "c": {"$ref": "#b"}},
        });
        let expected = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "items": {"$ref": "#/components/schemas/P/definitions/a"},
            "not": {"$ref": "#/components/schemas/P"},
            "definitions": {"a": {}, "c": {"$ref": "#/components/schemas/P/definitions/a"}},
        });
        assert_eq!(embedded(&schema, "P", URL), expected);
    }

    #[test]
    fn what_pointers_can_not_say_keeps_its_identity() {
        let compound = json!({
            "$id": "https://x.example/s", "items": {"$ref": "other"},
            "$defs": {"o": {"$id": "other", "$ref": "s#/$defs/p"}, "p": {}},
        });
        assert_eq!(embedded(&compound, "P", URL), compound);
        let relative =
            json!({"$id": "https://x.example/s", "items": {"$ref": "s#/$defs/a"}, "$defs": {"a": {}}});
        assert_eq!(embedded(&relative, "P", URL), relative);
        let dynamic = json!({"$dynamicAnchor": "n", "items": {"$dynamicRef": "#n"}});
        let mut expected = dynamic.clone();
        expected["$id"] = json!(URL);
        assert_eq!(embedded(&dynamic, "P", URL), expected);
    }
}
