//! Turns the library's errors into violations: one for each wrong, missing or extra value.
//!
//! Not here: the words (`wording`), the places (`blame`), the keywords (`expected`). Invariant: the
//! work is bounded. The library collects every error before it shows the first, so a payload that
//! could have more than [`MAX_COUNTED`] is judged with its longest arrays and objects cut short.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use super::blame::{blamed, blames_members, spread};
use super::bounds::{shorten, size_within, weigh};
use super::expected::{Keywords, told};
use super::{Violations, wording};
use crate::contract::national;
use crate::contract::schema::Trail;
use crate::types::{MAX_VIOLATIONS, Pointer, Text, Violation};

/// Where exact counting ends: of a payload that could have more violations, a part is counted.
pub const MAX_COUNTED: usize = 100_000;

/// The most bytes that the `expected` values of one payload's violations take together; once they are
/// spent, `expected` is null where it would be larger than what is left.
pub const MAX_EXPECTED: usize = 1 << 20;

/// The violations of a payload that is known to be invalid. `widest` is what
/// [`super::bounds::widest_requirement`] tells of the schema.
pub fn collect(
    validator: &jsonschema::Validator,
    schema: &Value,
    widest: usize,
    payload: &Value,
) -> Violations {
    let whole = BTreeSet::new();
    if weigh(payload, widest, MAX_COUNTED) <= MAX_COUNTED {
        return Gatherer::new(schema, payload, &whole).all(validator);
    }
    for keep in [1000, 100, 10] {
        let mut cut = BTreeSet::new();
        let shorter = shorten(payload, keep, &Trail::Root, &mut cut);
        if weigh(&shorter, widest, MAX_COUNTED) > MAX_COUNTED {
            continue;
        }
        let found = Gatherer::new(schema, &shorter, &cut).all(validator);
        if found.total > 0 {
            return found;
        }
    }
    let mut gatherer = Gatherer::new(schema, payload, &whole);
    if let Err(error) = validator.validate(payload) {
        gatherer.take(&error);
    }
    gatherer.found
}

/// Gathers the violations of one payload.
struct Gatherer<'a> {
    keywords: Keywords<'a>,
    payload: &'a Value,
    /// What was cut short, and what holds it: violations there may be the cut's fault.
    cut: &'a BTreeSet<Pointer>,
    left_for_expected: usize,
    found: Violations,
}

impl<'a> Gatherer<'a> {
    fn new(schema: &'a Value, payload: &'a Value, cut: &'a BTreeSet<Pointer>) -> Self {
        let keywords = Keywords::new(schema);
        Gatherer {
            keywords,
            payload,
            cut,
            left_for_expected: MAX_EXPECTED,
            found: Violations::default(),
        }
    }

    fn all(mut self, validator: &jsonschema::Validator) -> Violations {
        for error in validator.iter_errors(self.payload) {
            self.take(&error);
        }
        self.found.list.sort_by(order);
        self.found
    }

    /// Takes the violations of one error.
    fn take(&mut self, error: &ValidationError<'_>) {
        let room = MAX_VIOLATIONS.saturating_sub(self.found.list.len());
        let by_member = blames_members(error);
        if room == 0 && self.cut.is_empty() && !by_member {
            self.found.total += spread(error);
            return;
        }
        let at: Pointer = error.instance_path().as_str().parse().unwrap_or_default();
        if self.cut.contains(&at) {
            return;
        }
        let pointers = if by_member {
            let members = at.find(self.payload).and_then(Value::as_object);
            self.found.total += members.map_or(1, serde_json::Map::len);
            members
                .into_iter()
                .flat_map(|all| all.keys())
                .take(room)
                .map(|name| at.child(name))
                .collect()
        } else {
            self.found.total += spread(error);
            blamed(error, &at, room)
        };
        if room > 0 {
            self.add(error, pointers);
        }
    }

    fn add(&mut self, error: &ValidationError<'_>, pointers: Vec<Pointer>) {
        let (keyword, expected) = self.keywords.broken(error);
        let message = misread(error).unwrap_or_else(|| wording::message(&keyword, &expected));
        for pointer in pointers
            .into_iter()
            .take(MAX_VIOLATIONS.saturating_sub(self.found.list.len()))
        {
            let expected = match size_within(&expected, self.left_for_expected) {
                Some(size) => {
                    self.left_for_expected -= size;
                    Value::clone(&expected)
                }
                None => Value::Null,
            };
            self.found.list.push(Violation {
                pointer,
                keyword: keyword.as_ref().into(),
                message: message.clone(),
                expected,
            });
        }
    }
}

/// What is wrong with a text that breaks a national format.
fn misread(error: &ValidationError<'_>) -> Option<Text> {
    let Kind::Format { format } = error.kind() else {
        return None;
    };
    (national::find(format)?.judge)(error.instance().as_str()?).err()
}

/// The sentence for an error of a schema that is judged by its meta-schema.
pub fn explain(error: &ValidationError<'_>) -> Text {
    let expected = match error.kind() {
        Kind::Type {
            kind: TypeKind::Single(only),
        } => Value::from(only.to_string()),
        Kind::Type {
            kind: TypeKind::Multiple(several),
        } => several.iter().map(|one| one.to_string()).collect(),
        _ => told(error).into_owned(),
    };
    wording::message(error.kind().keyword(), &expected)
}

/// Document order: by pointer, indices as numbers; then by keyword.
fn order(a: &Violation, b: &Violation) -> Ordering {
    let mut pairs = a.pointer.segments().zip(b.pointer.segments());
    pairs
        .find_map(|(a, b)| {
            let by_number = a
                .parse::<u64>()
                .ok()
                .zip(b.parse::<u64>().ok())
                .map(|(a, b)| a.cmp(&b));
            let order = by_number.unwrap_or(Ordering::Equal).then_with(|| a.cmp(b));
            (order != Ordering::Equal).then_some(order)
        })
        .unwrap_or_else(|| a.pointer.segments().len().cmp(&b.pointer.segments().len()))
        .then_with(|| a.keyword.cmp(&b.keyword))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::contract::Validator;

    fn shown(schema: &Value, payload: &Value) -> Vec<String> {
        let violations = Validator::compile(schema).unwrap().violations(payload);
        assert_eq!(violations.total, violations.list.len());
        violations
            .list
            .iter()
            .map(|v| format!("{} {} {}", v.pointer, v.keyword, v.expected))
            .collect()
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "one table")]
    fn each_wrong_missing_or_extra_value_is_one_violation_at_its_own_pointer() {
        let cases: [(&str, &str, &[&str]); 23] = [
            (r#"{"type":"string"}"#, "1", &[" type \"string\""]),
            (
                r#"{"type":["string","null"]}"#,
                "1",
                &[" type [\"string\",\"null\"]"],
            ),
            (
                r#"{"required":["a","b"]}"#,
                "{}",
                &["/a required [\"a\",\"b\"]", "/b required [\"a\",\"b\"]"],
            ),
            (
                r#"{"properties":{"a":{}},"additionalProperties":false}"#,
                r#"{"x":1,"y/z":2}"#,
                &[
                    "/x additionalProperties false",
                    "/y~1z additionalProperties false",
                ],
            ),
            (
                r#"{"additionalProperties":false}"#,
                r#"{"x":1,"y":2}"#,
                &["/x additionalProperties false", "/y additionalProperties false"],
            ),
            (
                r#"{"properties":{"a":true},"unevaluatedProperties":false}"#,
                r#"{"a":1,"x":1}"#,
                &["/x unevaluatedProperties false"],
            ),
            (
                r#"{"properties":{"a":false}}"#,
                r#"{"a":1}"#,
                &["/a falseSchema null"],
            ),
            (
                r#"{"dependentRequired":{"a":["b"]}}"#,
                r#"{"a":1}"#,
                &["/b dependentRequired {\"a\":[\"b\"]}"],
            ),
            (
                r#"{"propertyNames":{"maxLength":1}}"#,
                r#"{"ab":1}"#,
                &["/ab propertyNames {\"maxLength\":1}"],
            ),
            (
                r#"{"prefixItems":[{}],"items":false}"#,
                "[1,2]",
                &["/1 items false"],
            ),
            (
                r#"{"items":{"minimum":3}}"#,
                "[1,2,5]",
                &["/0 minimum 3", "/1 minimum 3"],
            ),
            (
                r#"{"anyOf":[{"type":"string"},false]}"#,
                "1",
                &[" anyOf [{\"type\":\"string\"},false]"],
            ),
            (
                r#"{"items":{"oneOf":[{},{"minimum":2}]}}"#,
                "[1,3]",
                &["/1 oneOf [{},{\"minimum\":2}]"],
            ),
            (r#"{"uniqueItems":true}"#, "[1,1.0]", &[" uniqueItems true"]),
            (r#"{"format":"date"}"#, "\"2026-02-30\"", &[" format \"date\""]),
            (
                r#"{"contains":{"type":"string"}}"#,
                "[1]",
                &[" contains {\"type\":\"string\"}"],
            ),
            (r#"{"contains":{},"maxContains":1}"#, "[1,2]", &[" maxContains 1"]),
            (
                r##"{"$ref":"#/$defs/x","$defs":{"x":{"type":["null","array"]}}}"##,
                "1",
                &[" type [\"null\",\"array\"]"],
            ),
            (
                r#"{"$id":"http://x/a","$ref":"b","$defs":{"x":{"$id":"b","required":["q"]}}}"#,
                "{}",
                &["/q required [\"q\"]"],
            ),
            (
                r#"{"if":{"required":["a"]},"then":{"required":["b"]}}"#,
                r#"{"a":1}"#,
                &["/b required [\"b\"]"],
            ),
            (
                r#"{"not":{"type":"object"}}"#,
                "{}",
                &[" not {\"type\":\"object\"}"],
            ),
            (
                r#"{"$schema":"http://json-schema.org/draft-07/schema#","items":[true],"additionalItems":false}"#,
                "[1,2,3]",
                &["/1 additionalItems false", "/2 additionalItems false"],
            ),
            (
                r#"{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a":["b"]}}"#,
                r#"{"a":1}"#,
                &["/b dependencies {\"a\":[\"b\"]}"],
            ),
        ];
        for (schema, payload, expected) in cases {
            let (schema, payload): (Value, Value) = (
                serde_json::from_str(schema).unwrap(),
                serde_json::from_str(payload).unwrap(),
            );
            assert_eq!(shown(&schema, &payload), expected, "{schema} {payload}");
        }
    }

    #[test]
    fn large_expectations_are_not_repeated_for_ever() {
        let choices: Vec<String> = (0..20_000).map(|n| format!("choice{n}")).collect();
        let validator = Validator::compile(&json!({"items": {"enum": choices}})).unwrap();
        let violations = validator.violations(&json!(vec![0; 2000]));
        let told = violations
            .list
            .iter()
            .filter(|violation| !violation.expected.is_null())
            .count();
        assert!((1..10).contains(&told), "{told}");
        assert_eq!((violations.list.len(), violations.total), (MAX_VIOLATIONS, 2000));
    }

    #[test]
    fn the_list_ends_at_its_bound_and_the_total_goes_on() {
        let validator = Validator::compile(&json!({"items": {"type": "string"}})).unwrap();
        let payload = Value::from(vec![0; 5000]);
        let violations = validator.violations(&payload);
        assert_eq!((violations.list.len(), violations.total), (MAX_VIOLATIONS, 5000));
        let pointers: Vec<String> = violations
            .list
            .iter()
            .take(12)
            .map(|v| v.pointer.to_string())
            .collect();
        assert_eq!(
            pointers.last().map(String::as_str),
            Some("/11"),
            "indices are ordered as numbers"
        );
    }

    #[test]
    fn a_payload_with_endless_violations_is_judged_in_part() {
        let names: Vec<String> = (0..200).map(|n| format!("n{n}")).collect();
        let schema =
            json!({"properties": {"a": {"items": {"required": names}, "minItems": 1}}, "required": ["k"]});
        let payload = json!({"a": vec![json!({}); 200_000], "k": 1});
        let violations = Validator::compile(&schema).unwrap().violations(&payload);
        assert_eq!(violations.list.len(), MAX_VIOLATIONS);
        assert!(violations.total >= MAX_VIOLATIONS && violations.total <= MAX_COUNTED);
    }

    #[test]
    fn a_violation_of_what_was_cut_short_is_still_found() {
        let schema = json!({"maxItems": 5, "items": {"type": "integer"}});
        let payload = Value::from(vec![0; MAX_COUNTED + 1]);
        let violations = Validator::compile(&schema).unwrap().violations(&payload);
        assert_eq!(
            violations.list.iter().map(|v| &*v.keyword).collect::<Vec<_>>(),
            ["maxItems"]
        );
        let schema = json!({"minItems": 5000, "items": {"type": "string"}});
        let violations = Validator::compile(&schema).unwrap().violations(&payload);
        assert!(
            violations.list.iter().all(|v| &*v.keyword == "type"),
            "the cut itself is never blamed"
        );
    }
}
