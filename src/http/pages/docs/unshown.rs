//! What a schema demands of a field that its row in the table does not tell: by its keywords, as they are written.
//!
//! Not here: what rows tell (`fields`). Invariant: the schema that comes in holds no field that its reader is not shown,
//! so what stands in its rules may be told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Say;
use super::fields::{Row, is_told, short};
use crate::contract::{Fields, with_fields};
use crate::types::Pointer;

/// Keywords that demand nothing of a value, or whose parts are rows or places of their own.
const APART: [&str; 22] = [
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$ref",
    "$schema",
    "allOf",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "example",
    "examples",
    "id",
    "properties",
    "readOnly",
    "title",
    "writeOnly",
    "$vocabulary",
];

/// What no row tells of one place: keywords, and what they say.
type Demands = BTreeMap<String, BTreeSet<String>>;

/// What no row tells, place by place.
#[derive(Debug)]
pub(super) struct Unshown(BTreeMap<Pointer, Demands>);

impl Unshown {
    /// Of the fields that `rows` tell of, and of what lies around them.
    pub(super) fn of(schema: &Value, rows: &[Row]) -> Self {
        let fields: BTreeSet<Pointer> = rows.iter().filter_map(|row| row.pointer.parse().ok()).collect();
        let mut places = fields.clone();
        places.insert(Pointer::default());
        for field in &fields {
            let mut around = Pointer::default();
            for segment in field.segments() {
                let inner = around.child(segment);
                places.insert(around);
                around = inner;
            }
        }
        with_fields(schema, |schema| {
            let demands = |place: Pointer| (place.clone(), demands(schema, &place, &fields));
            Unshown(places.into_iter().map(demands).collect())
        })
    }

    /// The places, of those that were there `before`, at which something else is demanded: what no longer holds, and what
    /// holds since.
    pub(super) fn changed_since(&self, before: &Self, say: Say) -> Vec<(String, Vec<String>, Vec<String>)> {
        let both = self
            .0
            .iter()
            .filter_map(|(place, now)| Some((place, before.0.get(place)?, now)));
        let changed = both.filter(|(_, then, now)| then != now);
        changed
            .map(|(place, then, now)| (place.to_string(), beyond(then, now, say), beyond(now, then, say)))
            .collect()
    }
}

/// What no row tells of a place.
fn demands(schema: &Fields<'_, '_>, place: &Pointer, fields: &BTreeSet<Pointer>) -> Demands {
    let is_field = fields.contains(place);
    let mut found = Demands::new();
    let rules = schema.rules(place);
    for (keyword, value) in rules.iter().filter_map(|rule| rule.as_object()).flatten() {
        let value = match keyword.as_str() {
            known if APART.contains(&known) => continue,
            "items" if fields.iter().any(|field| field.lies_within(&place.child("*"))) => continue,
            // Rows tell which fields are required; of what lies around them they don't.
            "required" => {
                let named = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                let rest: Vec<&str> = named
                    .filter(|name| !fields.contains(&place.child(name)))
                    .collect();
                if rest.is_empty() {
                    continue;
                }
                Value::from(rest)
            }
            "type" if is_field => continue,
            told if is_field && is_told(told, value) => continue,
            _ => value.clone(),
        };
        found
            .entry(keyword.clone())
            .or_default()
            .insert(value.to_string());
    }
    found
}

/// Those demands that are not among the others, in words.
fn beyond(demands: &Demands, others: &Demands, say: Say) -> Vec<String> {
    let mut lines = Vec::new();
    for (keyword, values) in demands {
        let known = others.get(keyword);
        let new = values
            .iter()
            .filter(|value| known.is_none_or(|known| !known.contains(*value)));
        lines.extend(new.map(|value| format!("{} ({keyword}): {}", words(keyword, say), short(value))));
    }
    lines
}

/// What a keyword is about.
fn words(keyword: &str, say: Say) -> &'static str {
    match keyword {
        "anyOf" => say.it("salah satu bentuk atau lebih", "one form or more of"),
        "oneOf" => say.it("tepat satu bentuk", "exactly one form of"),
        "not" => say.it("yang tidak boleh", "what may not be"),
        "if" | "then" | "else" => say.it("aturan bersyarat", "a condition"),
        "dependentRequired" | "dependentSchemas" | "dependencies" => {
            say.it("kolom yang saling bergantung", "fields that depend on others")
        }
        "additionalProperties" | "unevaluatedProperties" | "patternProperties" => {
            say.it("kolom di luar daftar", "fields beyond those listed")
        }
        "minProperties" | "maxProperties" => say.it("jumlah kolom", "number of fields"),
        "propertyNames" => say.it("nama kolom", "names of fields"),
        "contains" | "minContains" | "maxContains" => {
            say.it("butir yang harus ada", "items that must be there")
        }
        "items" | "prefixItems" | "additionalItems" | "unevaluatedItems" => {
            say.it("bentuk butir", "form of items")
        }
        "required" => say.it("bagian yang wajib", "parts that are required"),
        "type" => say.it("jenis", "type"),
        "enum" | "const" => say.it("pilihan", "choices"),
        "pattern" => say.it("pola", "pattern"),
        _ => say.it("aturan lain", "another rule"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fields::rows_of;
    use super::*;
    use crate::types::Lang;

    /// What is told of a change of one schema into another: place, what is gone, what is new.
    fn told(old: &Value, new: &Value) -> Vec<(String, String, String)> {
        let say = Say::plain(Lang::En);
        let of = |schema: &Value| Unshown::of(schema, &rows_of(say, schema));
        let changed = of(new).changed_since(&of(old), say);
        let lines =
            |(place, gone, new): (String, Vec<String>, Vec<String>)| (place, gone.join("; "), new.join("; "));
        changed.into_iter().map(lines).collect()
    }

    fn line(place: &str, gone: &str, new: &str) -> Vec<(String, String, String)> {
        vec![(place.to_owned(), gone.to_owned(), new.to_owned())]
    }

    #[test]
    fn what_rows_do_not_tell_is_told_by_its_keyword() {
        let plain = json!({"properties": {"a": {"type": "string"}, "b": {"properties": {"c": {}}}}});
        let with = |at: &str, keyword: &str, value: Value| {
            let mut schema = plain.clone();
            schema.pointer_mut(at).unwrap()[keyword] = value;
            schema
        };
        let cases = [
            (
                with("", "dependentRequired", json!({"a": ["b"]})),
                line(
                    "",
                    "",
                    r#"fields that depend on others (dependentRequired): {"a":["b"]}"#,
                ),
            ),
            (
                with("/properties/a", "not", json!({"const": "x"})),
                line("/a", "", r#"what may not be (not): {"const":"x"}"#),
            ),
            (
                with("", "required", json!(["a", "b"])),
                line("", "", r#"parts that are required (required): ["b"]"#),
            ),
            (
                with("/properties/b", "minProperties", json!(1)),
                line("/b", "", "number of fields (minProperties): 1"),
            ),
            (
                with("/properties/a", "items", json!({"maxLength": 3})),
                line("/a", "", r#"form of items (items): {"maxLength":3}"#),
            ),
            // Rows tell these, or nobody is held to them.
            (with("/properties/a", "maxLength", json!(3)), Vec::new()),
            (with("/properties/a", "examples", json!(["x"])), Vec::new()),
            (with("", "required", json!(["a"])), Vec::new()),
        ];
        for (new, wanted) in cases {
            assert_eq!(told(&plain, &new), wanted, "{new}");
        }
    }

    #[test]
    fn what_a_row_cuts_short_is_told_when_it_changes_behind_the_cut() {
        let choices = |last: &str| {
            let mut choices: Vec<String> = (0..12).map(|number| number.to_string()).collect();
            choices.push(last.to_owned());
            json!({"properties": {"a": {"enum": choices}}})
        };
        let changed = told(&choices("x"), &choices("y"));
        assert!(
            changed.len() == 1 && changed[0].2.starts_with("choices (enum): "),
            "{changed:?}"
        );
        let both = json!({"properties": {"a": {"anyOf": [{"minimum": 1}]}}});
        let other = json!({"properties": {"a": {"anyOf": [{"minimum": 2}]}}});
        assert_eq!(
            told(&both, &other),
            line(
                "/a",
                r#"one form or more of (anyOf): [{"minimum":1}]"#,
                r#"one form or more of (anyOf): [{"minimum":2}]"#
            )
        );
    }
}
