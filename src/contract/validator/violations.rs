//! Turns the library's errors into violations: one for each wrong, missing or extra value.
//!
//! Not here: the words (`wording`). Invariant: the work is bounded. The library collects every error
//! before it shows the first, so a payload that could have more than [`MAX_COUNTED`] is judged with
//! its longest arrays and objects cut short.

use std::cmp::Ordering;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use super::{Violations, opaque, wording};
use crate::types::{MAX_VIOLATIONS, Pointer, Text, Violation};

/// Where exact counting ends: of a payload that could have more violations, a part is counted.
pub const MAX_COUNTED: usize = 100_000;

/// The violations of a payload that is known to be invalid.
pub fn collect(validator: &jsonschema::Validator, schema: &Value, payload: &Value) -> Violations {
    let widest = widest_requirement(schema).saturating_add(1);
    if weigh(payload, MAX_COUNTED).saturating_mul(widest) <= MAX_COUNTED {
        return gather(validator, schema, payload, &[]);
    }
    for keep in [1000, 100, 10] {
        let mut cut = Vec::new();
        let shorter = shorten(payload, keep, &Pointer::default(), &mut cut);
        if weigh(&shorter, MAX_COUNTED).saturating_mul(widest) > MAX_COUNTED {
            continue;
        }
        let found = gather(validator, schema, &shorter, &cut);
        if found.total > 0 {
            return found;
        }
    }
    let mut found = Violations::default();
    if let Err(error) = validator.validate(payload) {
        take(&error, (schema, payload), &[], &mut found);
    }
    found
}

fn gather(validator: &jsonschema::Validator, schema: &Value, payload: &Value, cut: &[Pointer]) -> Violations {
    let mut found = Violations::default();
    for error in validator.iter_errors(payload) {
        take(&error, (schema, payload), cut, &mut found);
    }
    found.list.sort_by(order);
    found
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

/// Takes the violations of one error. What concerns a value that was cut short is left out.
fn take(error: &ValidationError<'_>, judged: (&Value, &Value), cut: &[Pointer], found: &mut Violations) {
    let (schema, payload) = judged;
    if found.list.len() >= MAX_VIOLATIONS && cut.is_empty() && !blames_members(error) {
        found.total += spread(error);
        return;
    }
    let at: Pointer = error.instance_path().as_str().parse().unwrap_or_default();
    if cut.iter().any(|cut| lies_within(cut, &at)) {
        return;
    }
    let room = MAX_VIOLATIONS.saturating_sub(found.list.len());
    let (keyword, expected) = broken(error, schema);
    let mut count = spread(error);
    let pointers = if blames_members(error) {
        let members = at.find(payload).and_then(Value::as_object);
        count = members.map_or(1, serde_json::Map::len);
        members
            .into_iter()
            .flat_map(|all| all.keys())
            .take(room)
            .map(|name| at.child(name))
            .collect()
    } else {
        blamed(error, &at, room)
    };
    found.total += count;
    let message = wording::message(&keyword, &expected);
    found
        .list
        .extend(pointers.into_iter().take(room).map(|pointer| Violation {
            pointer,
            keyword: keyword.clone().into(),
            message: message.clone(),
            expected: expected.clone(),
        }));
}

/// Whether `inner` is `outer` or lies inside it.
fn lies_within(inner: &Pointer, outer: &Pointer) -> bool {
    inner.segments().len() >= outer.segments().len()
        && inner.segments().zip(outer.segments()).all(|(a, b)| a == b)
}

/// Into how many violations an error falls, as far as it tells itself.
fn spread(error: &ValidationError<'_>) -> usize {
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected.len()
        }
        Kind::AdditionalItems { limit } => error
            .instance()
            .as_array()
            .map_or(1, |items| items.len().saturating_sub(*limit))
            .max(1),
        _ => 1,
    }
}

/// Whether every member is one too many: the library reports `additionalProperties: false` without
/// any `properties` beside it of the object as a whole.
fn blames_members(error: &ValidationError<'_>) -> bool {
    let path = error.schema_path().as_str();
    let extra = path.ends_with("/additionalProperties") || path.ends_with("/unevaluatedProperties");
    extra && matches!(error.kind(), Kind::FalseSchema)
}

/// The pointers that an error blames, at most `room`.
fn blamed(error: &ValidationError<'_>, at: &Pointer, room: usize) -> Vec<Pointer> {
    match error.kind() {
        Kind::Required { property } => vec![at.child(property.as_str().unwrap_or_default())],
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().take(room).map(|name| at.child(name)).collect()
        }
        Kind::AdditionalItems { limit } => {
            let count = error
                .instance()
                .as_array()
                .map_or(0, Vec::len)
                .max(limit.saturating_add(1));
            (*limit..count)
                .take(room)
                .map(|index| at.child(&index.to_string()))
                .collect()
        }
        Kind::PropertyNames { error } => vec![at.child(error.instance().as_str().unwrap_or_default())],
        _ => vec![at.clone()],
    }
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
        _ => fallback(error),
    };
    wording::message(error.kind().keyword(), &expected)
}

/// Which keyword was broken, as it stands in the schema, and its value there.
fn broken(error: &ValidationError<'_>, schema: &Value) -> (String, Value) {
    let path: Pointer = error.schema_path().as_str().parse().unwrap_or_default();
    let segments: Vec<&str> = path.segments().collect();
    let kind = error.kind().keyword();
    if let Some(found) = broken_choice(&segments, resource_of(error, schema)) {
        return found;
    }
    let candidates: &[&str] = match error.kind() {
        Kind::Required { .. } => &["required", "dependentRequired", "dependencies"],
        Kind::Contains => &["contains", "minContains", "maxContains"],
        Kind::FalseSchema => &[
            "additionalProperties",
            "unevaluatedProperties",
            "items",
            "additionalItems",
            "unevaluatedItems",
        ],
        _ => &[kind],
    };
    let known = |segment: &&str| candidates.contains(segment);
    let found = segments
        .iter()
        .rposition(known)
        .filter(|at| segments.len() - at <= 2);
    let Some(at) = found else {
        let value = fallback(error);
        return (kind.to_owned(), value);
    };
    let keyword = segments.get(at).copied().unwrap_or(kind).to_owned();
    let place = segments
        .iter()
        .take(at + 1)
        .fold(Pointer::default(), |place, segment| place.child(segment));
    let told = fallback(error);
    let expected = if told.is_null() {
        place
            .find(resource_of(error, schema))
            .cloned()
            .unwrap_or(Value::Null)
    } else {
        told
    };
    (keyword, expected)
}

/// The choice that an error means, when it was put away for reporting.
fn broken_choice(segments: &[&str], schema: &Value) -> Option<(String, Value)> {
    let [holder @ .., "allOf", index, "else" | "not"] = segments else {
        return None;
    };
    let holder = holder
        .iter()
        .fold(Pointer::default(), |place, segment| place.child(segment));
    let holder = holder.find(schema)?;
    let keyword = opaque::choice_at(holder, index.parse().ok()?)?;
    Some((
        keyword.to_owned(),
        holder.get(keyword).cloned().unwrap_or(Value::Null),
    ))
}

/// The part of the schema that an error's path begins at: the embedded resource that its absolute
/// location names, else the whole.
fn resource_of<'s>(error: &ValidationError<'_>, schema: &'s Value) -> &'s Value {
    let Some(location) = error.absolute_keyword_location() else {
        return schema;
    };
    let base = location.as_str().split('#').next().unwrap_or_default();
    embedded(schema, base).unwrap_or(schema)
}

/// The innermost-named part of `schema` whose `$id` leads to `base`.
fn embedded<'s>(schema: &'s Value, base: &str) -> Option<&'s Value> {
    let names_it = |id: &str| {
        let id = id.trim_end_matches('#').trim_start_matches("./");
        !id.is_empty()
            && base
                .strip_suffix(id)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    match schema {
        Value::Object(members) => {
            let own = members
                .get("$id")
                .or_else(|| members.get("id"))
                .and_then(Value::as_str);
            if own.is_some_and(names_it) {
                return Some(schema);
            }
            members.values().find_map(|member| embedded(member, base))
        }
        Value::Array(items) => items.iter().find_map(|item| embedded(item, base)),
        _ => None,
    }
}

/// The keyword's value as far as the error itself tells it.
fn fallback(error: &ValidationError<'_>) -> Value {
    match error.kind() {
        Kind::Constant { expected_value } => Value::clone(expected_value),
        Kind::Enum { options } => Value::clone(options),
        Kind::ExclusiveMaximum { limit }
        | Kind::ExclusiveMinimum { limit }
        | Kind::Maximum { limit }
        | Kind::Minimum { limit } => limit.clone(),
        Kind::MaxItems { limit }
        | Kind::MaxLength { limit }
        | Kind::MaxProperties { limit }
        | Kind::MinItems { limit }
        | Kind::MinLength { limit }
        | Kind::MinProperties { limit } => Value::from(*limit),
        Kind::MultipleOf { multiple_of } => multiple_of.clone(),
        Kind::Not { schema } => schema.clone(),
        Kind::Pattern { pattern } => Value::from(pattern.as_str()),
        Kind::Format { format } => Value::from(format.as_str()),
        _ => Value::Null,
    }
}

/// How many values `value` holds, counted no further than just above `limit`.
fn weigh(value: &Value, limit: usize) -> usize {
    let mut count = 1;
    let mut add = |child: &Value| {
        if count <= limit {
            count += weigh(child, limit - count);
        }
    };
    match value {
        Value::Array(items) => items.iter().for_each(&mut add),
        Value::Object(members) => members.values().for_each(&mut add),
        _ => {}
    }
    count
}

/// The longest list of names that one keyword of the schema may ask for.
fn widest_requirement(schema: &Value) -> usize {
    match schema {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("required", Value::Array(names)) => names.len(),
                ("dependentRequired" | "dependencies", Value::Object(lists)) => lists
                    .values()
                    .map(|list| list.as_array().map_or_else(|| widest_requirement(list), Vec::len))
                    .sum(),
                _ => widest_requirement(value),
            })
            .max()
            .unwrap_or(0),
        Value::Array(items) => items.iter().map(widest_requirement).max().unwrap_or(0),
        _ => 0,
    }
}

/// A copy with at most `keep` items in each array and object; tells which were cut.
fn shorten(value: &Value, keep: usize, here: &Pointer, cut: &mut Vec<Pointer>) -> Value {
    match value {
        Value::Array(items) => {
            if items.len() > keep {
                cut.push(here.clone());
            }
            let short = items.iter().take(keep).enumerate();
            Value::Array(
                short
                    .map(|(index, item)| shorten(item, keep, &here.child(&index.to_string()), cut))
                    .collect(),
            )
        }
        Value::Object(members) => {
            if members.len() > keep {
                cut.push(here.clone());
            }
            let short = members.iter().take(keep);
            let copy = |(name, member): (&String, &Value)| {
                (name.clone(), shorten(member, keep, &here.child(name), cut))
            };
            Value::Object(short.map(copy).collect())
        }
        scalar => scalar.clone(),
    }
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
