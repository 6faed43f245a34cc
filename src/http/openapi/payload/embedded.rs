//! [`embedded`]: a schema that gave up its identity, with its references written anew.
//!
//! Invariant: a reference to a part with an identity of its own stays as it is.

use serde_json::Value;

use super::survey::{Survey, anchor, identity, identity_keyword};
use super::{DATA, NAMED};
use crate::http::openapi::set;

/// The schema for use at `#/components/schemas/{name}`.
pub(super) fn embedded(schema: &Value, name: &str, url: &str) -> Value {
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
            set(&mut embedded, keyword, url.into());
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
    use serde_json::json;

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
