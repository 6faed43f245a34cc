//! Schemas of older drafts, said anew in 2020-12: most readers of OpenAPI 3.1 know no other.
//!
//! Not here: schemas with several identities, of several drafts, or of `unevaluatedItems` that meant
//! something else in 2019-09; those stay as they are. Invariant: the same payloads are accepted.

use std::cell::Cell;

use jsonschema::Draft;
use serde_json::{Map, Value};

use super::walk::{Holds, holds};

/// Keywords that came with draft 6, 7, 2019-09 and 2020-12: in drafts before they say nothing.
const SINCE: [(Draft, &[&str]); 4] = [
    (Draft::Draft6, &["const", "contains", "propertyNames"]),
    (Draft::Draft7, &["if", "then", "else"]),
    (
        Draft::Draft201909,
        &[
            "$anchor",
            "$recursiveRef",
            "$recursiveAnchor",
            "dependentRequired",
            "dependentSchemas",
            "maxContains",
            "minContains",
            "unevaluatedItems",
            "unevaluatedProperties",
        ],
    ),
    (
        Draft::Draft202012,
        &["$dynamicAnchor", "$dynamicRef", "prefixItems"],
    ),
];

/// What stands beside a `$ref` in draft 7 and before, and is not simply ignored.
const BESIDE: [&str; 6] = ["$ref", "$schema", "definitions", "$defs", "title", "description"];

/// The same schema in 2020-12, without `$schema`; `None` where it can't be said so.
pub fn modern(schema: &Value) -> Option<Value> {
    let draft = Draft::default().detect(schema);
    if draft == Draft::Unknown {
        return None;
    }
    let rewriter = Rewriter {
        draft,
        root: schema,
        faithful: Cell::new(true),
    };
    let modern = rewriter.schema(schema, true);
    rewriter.faithful.get().then_some(modern)
}

struct Rewriter<'s> {
    draft: Draft,
    root: &'s Value,
    /// Whether everything could be said so far.
    faithful: Cell<bool>,
}

impl Rewriter<'_> {
    fn schema(&self, schema: &Value, root: bool) -> Value {
        let Value::Object(members) = schema else {
            return schema.clone();
        };
        let alone = self.draft <= Draft::Draft7 && members.get("$ref").is_some_and(Value::is_string);
        let mut said = Map::new();
        for (keyword, value) in members {
            let skipped = alone && !BESIDE.contains(&keyword.as_str());
            if !skipped && self.is_known(keyword) {
                self.member(&mut said, members, (keyword, value), root);
            }
        }
        if members.contains_key("contains") && said.contains_key("unevaluatedItems") && self.is_old() {
            self.faithful.set(false);
        }
        Value::Object(said)
    }

    /// Whether the draft is not 2020-12 itself.
    fn is_old(&self) -> bool {
        self.draft < Draft::Draft202012
    }

    /// Whether the schema's draft has the keyword, or any has.
    fn is_known(&self, keyword: &str) -> bool {
        SINCE
            .iter()
            .all(|(since, keywords)| self.draft >= *since || !keywords.contains(&keyword))
    }

    fn member(
        &self,
        said: &mut Map<String, Value>,
        members: &Map<String, Value>,
        (keyword, value): (&str, &Value),
        root: bool,
    ) {
        let identity = if self.draft == Draft::Draft4 { "id" } else { "$id" };
        let mut put = |keyword: &str, value: Value| {
            if said.insert(keyword.to_owned(), value).is_some() {
                self.faithful.set(false);
            }
        };
        match (keyword, value) {
            ("$schema", _) if root => {}
            ("$schema", _) => self.faithful.set(false),
            ("$recursiveAnchor", _) => {}
            ("$recursiveRef", Value::String(_)) => put("$ref", "#".into()),
            ("$ref", Value::String(reference)) => put("$ref", self.moved(reference).into()),
            (_, Value::String(id)) if keyword == identity => match id.strip_prefix('#') {
                Some(anchor) if !anchor.is_empty() => put("$anchor", anchor.into()),
                _ if root => put("$id", value.clone()),
                _ => self.faithful.set(false),
            },
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(exclusive)) => {
                let bound = keyword.replace("exclusive", "").to_lowercase();
                if let Some(bound) = members.get(&bound).filter(|_| *exclusive) {
                    put(keyword, bound.clone());
                }
            }
            ("minimum" | "maximum", _) if self.is_exclusive(keyword, members) => {}
            ("items", Value::Array(items)) if self.is_old() => put("prefixItems", self.list(items)),
            ("additionalItems", _) if self.is_old() => {
                if members.get("items").is_some_and(Value::is_array) {
                    put("items", self.schema(value, false));
                }
            }
            ("dependencies", Value::Object(named)) => {
                let (lists, schemas): (Map<_, _>, Map<_, _>) = named
                    .iter()
                    .map(|(name, one)| (name.clone(), one.clone()))
                    .partition(|(_, one)| one.is_array());
                if !lists.is_empty() {
                    put("dependentRequired", Value::Object(lists));
                }
                if !schemas.is_empty() {
                    put("dependentSchemas", self.named(&schemas));
                }
            }
            ("definitions", Value::Object(named)) => put("$defs", self.named(named)),
            _ => put(keyword, self.plain(keyword, value)),
        }
    }

    /// A keyword that keeps its name.
    fn plain(&self, keyword: &str, value: &Value) -> Value {
        match (holds(keyword), value) {
            (Some(Holds::Schema | Holds::SchemaOrList), Value::Object(_)) => self.schema(value, false),
            (Some(Holds::List | Holds::SchemaOrList), Value::Array(items)) => self.list(items),
            (Some(Holds::Named | Holds::NamedOrNames), Value::Object(named)) => self.named(named),
            _ => value.clone(),
        }
    }

    fn list(&self, items: &[Value]) -> Value {
        items.iter().map(|item| self.schema(item, false)).collect()
    }

    fn named(&self, named: &Map<String, Value>) -> Value {
        let said = named
            .iter()
            .map(|(name, one)| (name.clone(), self.schema(one, false)));
        Value::Object(said.collect())
    }

    /// Whether a bound of draft 4 became the exclusive one.
    fn is_exclusive(&self, keyword: &str, members: &Map<String, Value>) -> bool {
        let exclusive = match keyword {
            "minimum" => "exclusiveMinimum",
            _ => "exclusiveMaximum",
        };
        self.draft == Draft::Draft4 && members.get(exclusive) == Some(&Value::Bool(true))
    }

    /// Where a reference leads now.
    fn moved(&self, reference: &str) -> String {
        let Some(at) = reference.find("#/") else {
            return reference.to_owned();
        };
        let (before, pointer) = reference.split_at(at + 1);
        let mut moved = before.to_owned();
        let (mut here, mut kind) = (Some(self.root), Some(Holds::Schema));
        for segment in pointer.split('/').skip(1) {
            let name = segment.replace("~1", "/").replace("~0", "~");
            let next = here.and_then(|here| match here {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                _ => here.get(&name),
            });
            let (shown, holds) = match kind {
                Some(Holds::Schema) => self.step(here, segment, next),
                _ => (segment, Some(Holds::Schema)),
            };
            moved.push('/');
            moved.push_str(shown);
            (here, kind) = (next, holds);
        }
        moved
    }

    /// A step of a pointer from a schema to a member of it: its name now, and what it holds.
    fn step<'n>(
        &self,
        schema: Option<&Value>,
        keyword: &'n str,
        value: Option<&Value>,
    ) -> (&'n str, Option<Holds>) {
        let positional = |schema: &Value| schema.get("items").is_some_and(Value::is_array);
        match keyword {
            "definitions" => ("$defs", Some(Holds::Named)),
            "items" if value.is_some_and(Value::is_array) => ("prefixItems", Some(Holds::List)),
            "additionalItems" if schema.is_some_and(positional) => ("items", Some(Holds::Schema)),
            "dependencies" => ("dependentSchemas", Some(Holds::Named)),
            _ => (keyword, holds(keyword)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Validator;
    use serde_json::json;

    const FOUR: &str = "http://json-schema.org/draft-04/schema#";
    const SIX: &str = "http://json-schema.org/draft-06/schema#";
    const SEVEN: &str = "http://json-schema.org/draft-07/schema#";
    const NINETEEN: &str = "https://json-schema.org/draft/2019-09/schema";

    fn payloads() -> Vec<Value> {
        let mut all = vec![
            json!({}),
            json!([]),
            json!(null),
            json!("a"),
            json!(1),
            json!(5),
            json!(5.5),
        ];
        for a in [
            json!(1),
            json!(5),
            json!("x"),
            json!([1, "x"]),
            json!(["x", 1, 2]),
            json!({"a": 1}),
        ] {
            all.push(json!({"a": a}));
            all.push(json!({"a": a, "b": 1}));
            all.push(json!({"a": a, "c": "x"}));
            all.push(a);
        }
        all
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "one table")]
    fn the_same_payloads_are_accepted() {
        let cases = [
            (
                FOUR,
                json!({"properties": {"a": {"minimum": 5, "exclusiveMinimum": true}}}),
            ),
            (
                FOUR,
                json!({"properties": {"a": {"maximum": 1, "exclusiveMaximum": false}}}),
            ),
            (
                FOUR,
                json!({"const": 1, "contains": {"type": "string"}, "if": {}, "then": false}),
            ),
            (
                FOUR,
                json!({"id": "http://x.example/s", "properties": {"a": {"$ref": "#/definitions/n"}}, "definitions": {"n": {"type": "integer"}}}),
            ),
            (
                SIX,
                json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "const": {"a": 1}}),
            ),
            (
                SEVEN,
                json!({"items": [{"type": "integer"}, {"type": "string"}], "additionalItems": false}),
            ),
            (
                SEVEN,
                json!({"items": {"type": "integer"}, "additionalItems": false}),
            ),
            (
                SEVEN,
                json!({"dependencies": {"a": ["b"], "b": {"required": ["c"]}}}),
            ),
            (
                SEVEN,
                json!({"properties": {"a": {"$ref": "#/definitions/n", "type": "string"}}, "definitions": {"n": {"type": "integer"}}}),
            ),
            (
                SEVEN,
                json!({"properties": {"a": {"$ref": "#/properties/definitions/items/1"}, "definitions": {"items": [{}, {"type": "string"}]}}}),
            ),
            (
                SEVEN,
                json!({"properties": {"a": {"$ref": "#/items/0"}}, "items": [{"type": "string"}]}),
            ),
            (
                SEVEN,
                json!({"properties": {"a": {"$ref": "#/dependencies/z"}}, "dependencies": {"z": {"type": "array"}}}),
            ),
            (
                SEVEN,
                json!({"properties": {"a": {"$ref": "#n"}}, "definitions": {"n": {"$id": "#n", "type": "integer"}}}),
            ),
            (
                SEVEN,
                json!({"dependentRequired": {"a": ["b"]}, "unevaluatedProperties": false}),
            ),
            (
                NINETEEN,
                json!({"properties": {"a": {"$recursiveRef": "#"}}, "additionalProperties": false, "$recursiveAnchor": true}),
            ),
            (
                NINETEEN,
                json!({"items": [{"type": "string"}], "unevaluatedItems": false, "prefixItems": [{"type": "integer"}]}),
            ),
            (NINETEEN, json!({"dependentRequired": {"a": ["b"]}})),
            (
                "https://json-schema.org/draft/2020-12/schema",
                json!({"prefixItems": [{"type": "string"}], "items": false}),
            ),
        ];
        for (draft, mut schema) in cases {
            schema["$schema"] = draft.into();
            let said = modern(&schema).unwrap_or_else(|| panic!("{schema}"));
            assert_eq!(said.get("$schema"), None);
            let old = Validator::compile(&schema).unwrap();
            let new = Validator::compile(&said).unwrap_or_else(|_| panic!("{schema} became {said}"));
            for payload in payloads() {
                let (before, after) = (old.is_valid(&payload), new.is_valid(&payload));
                assert_eq!(before, after, "{payload} by {schema}, which became {said}");
            }
        }
    }

    #[test]
    fn nothing_of_an_older_draft_is_left() {
        let schema = json!({
            "$schema": FOUR, "id": "#top", "definitions": {"a": {"minimum": 1, "exclusiveMinimum": true}},
            "properties": {"id": {"$ref": "#/definitions/a"}, "items": {"items": [{}], "additionalItems": {}}},
            "default": {"definitions": 1},
        });
        let expected = json!({
            "$anchor": "top", "$defs": {"a": {"exclusiveMinimum": 1}},
            "properties": {"id": {"$ref": "#/$defs/a"}, "items": {"prefixItems": [{}], "items": {}}},
            "default": {"definitions": 1},
        });
        assert_eq!(modern(&schema), Some(expected));
    }

    #[test]
    fn what_can_not_be_said_stays() {
        for schema in [
            json!({"$schema": SEVEN, "definitions": {"a": {"$id": "http://x.example/a"}}}),
            json!({"$schema": SEVEN, "properties": {"a": {"$schema": FOUR}}}),
            json!({"$schema": SEVEN, "definitions": {}, "$defs": {}}),
            json!({"$schema": NINETEEN, "contains": {}, "unevaluatedItems": false}),
        ] {
            assert_eq!(modern(&schema), None, "{schema}");
        }
    }
}
