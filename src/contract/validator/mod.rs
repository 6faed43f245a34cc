//! [`Validator`]: a compiled schema that judges payloads.
//!
//! Not here: whether a schema may be published (`lint`, `cost`). Invariant: nothing is fetched,
//! patterns run in linear time, formats are asserted, and the same payload always gets the same
//! violations in the same order.

mod blame;
mod bounds;
mod expected;
mod keywords;
pub mod number;
mod opaque;
mod violations;
mod wording;

use std::sync::Arc;

use jsonschema::{Draft, PatternOptions};
use serde_json::Value;

use crate::contract::national;
use crate::types::{MAX_VIOLATIONS, Pointer, Text, Violation};
use number::Allowance;

pub use keywords::compare;
pub use number::MAX_DIGITS;
pub use violations::{MAX_COUNTED, MAX_EXPECTED, explain};

/// The violations of one payload.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Violations {
    /// The first [`crate::types::MAX_VIOLATIONS`] of them, in the order of their pointers.
    pub list: Vec<Violation>,
    /// How many there are; counting stops somewhere above [`MAX_COUNTED`].
    pub total: usize,
}

/// A compiled schema.
#[derive(Clone)]
pub struct Validator {
    inner: Arc<jsonschema::Validator>,
    /// Gathers violations, where that takes another schema than judging does.
    reporter: Option<Arc<jsonschema::Validator>>,
    schema: Arc<Value>,
    /// How many members one keyword may find missing.
    widest: usize,
    judges_numbers: bool,
}

impl Validator {
    /// Compiles a schema; the draft is told by its `$schema`, 2020-12 when it has none.
    ///
    /// # Errors
    /// Why it can't be compiled, in words for its author.
    pub fn compile(schema: &Value) -> Result<Self, Text> {
        let draft = Draft::default().detect(schema);
        if draft == Draft::Unknown {
            return Err(Text::new(
                "\"$schema\" skema ini tidak dikenal; pakai https://json-schema.org/draft/2020-12/schema.",
                "The \"$schema\" of this schema is not known; use https://json-schema.org/draft/2020-12/schema.",
            ));
        }
        let inner = build(schema, draft).map_err(|error| {
            let shown: String = error.to_string().chars().take(300).collect();
            Text::new(
                format!("Skema tidak dapat dipakai: {shown}"),
                format!("The schema can't be used: {shown}"),
            )
        })?;
        Ok(Validator {
            inner: Arc::new(inner),
            reporter: opaque::put_away(schema, draft)
                .and_then(|copy| build(&copy, draft).ok())
                .map(Arc::new),
            judges_numbers: number::judged_by(schema),
            widest: bounds::widest_requirement(schema),
            schema: Arc::new(schema.clone()),
        })
    }

    /// Whether a payload keeps to the schema.
    pub fn is_valid(&self, payload: &Value) -> bool {
        self.can_judge(payload) && self.inner.is_valid(payload)
    }

    /// Everything in which a payload breaks the schema; empty exactly when it is valid.
    pub fn violations(&self, payload: &Value) -> Violations {
        if !self.can_judge(payload) {
            return monsters(payload);
        }
        if self.inner.is_valid(payload) {
            return Violations::default();
        }
        let reporter = self.reporter.as_ref().unwrap_or(&self.inner);
        violations::collect(reporter, &self.schema, self.widest, payload)
    }

    /// Whether the schema judges no numbers, or all of the payload's can be judged.
    fn can_judge(&self, payload: &Value) -> bool {
        !self.judges_numbers || judgeable(payload, &mut Allowance::default())
    }
}

/// Compiles a schema with the options that hold everywhere.
fn build(
    schema: &Value,
    draft: Draft,
) -> Result<jsonschema::Validator, jsonschema::ValidationError<'static>> {
    let options = jsonschema::options();
    let options = national::FORMATS.iter().fold(options, |options, format| {
        options.with_format(format.name, |text| (format.judge)(text).is_ok())
    });
    let options = options
        .with_draft(draft)
        .offline()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_pattern_options(PatternOptions::regex());
    keywords::replace(options, schema, draft).build(schema)
}

impl std::fmt::Debug for Validator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Validator")
    }
}

fn judgeable(value: &Value, allowance: &mut Allowance) -> bool {
    match value {
        Value::Number(number) => allowance.grants(number),
        Value::Array(items) => items.iter().all(|item| judgeable(item, allowance)),
        Value::Object(members) => members.values().all(|member| judgeable(member, allowance)),
        _ => true,
    }
}

/// Every number that is too long to be judged, as a violation.
fn monsters(payload: &Value) -> Violations {
    fn visit(value: &Value, here: &mut Vec<String>, allowance: &mut Allowance, found: &mut Violations) {
        match value {
            Value::Number(number) if !allowance.grants(number) => {
                found.total += 1;
                if found.list.len() < MAX_VIOLATIONS {
                    found.list.push(Violation {
                        pointer: here
                            .iter()
                            .fold(Pointer::default(), |pointer, segment| pointer.child(segment)),
                        keyword: "number".into(),
                        message: wording::monstrous_number(),
                        expected: Value::Null,
                    });
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    here.push(index.to_string());
                    visit(item, here, allowance, found);
                    here.pop();
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    here.push(name.clone());
                    visit(member, here, allowance, found);
                    here.pop();
                }
            }
            _ => {}
        }
    }
    let mut found = Violations::default();
    visit(payload, &mut Vec::new(), &mut Allowance::default(), &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn monstrous_numbers_are_refused_only_where_numbers_are_judged() {
        let payload = parse(r#"{"a": [1, 1e1000000000], "b": "x"}"#);
        let plain = Validator::compile(&json!({"properties": {"b": {"type": "string"}}})).unwrap();
        assert!(plain.is_valid(&payload));
        let judging = Validator::compile(&json!({"properties": {"a": {"items": {"minimum": 0}}}})).unwrap();
        assert!(!judging.is_valid(&payload));
        let found = judging.violations(&payload);
        let shown: Vec<String> = found
            .list
            .iter()
            .map(|v| format!("{} {}", v.pointer, v.keyword))
            .collect();
        assert_eq!((shown, found.total), (vec!["/a/1 number".to_owned()], 1));
    }

    #[test]
    fn nothing_is_fetched_and_unknown_formats_are_ignored() {
        assert!(Validator::compile(&json!({"$ref": "https://example.org/x.json"})).is_err());
        assert!(Validator::compile(&json!({"$ref": "file:///etc/passwd"})).is_err());
        assert!(Validator::compile(&json!({"$schema": "https://example.org/mine"})).is_err());
        assert!(
            Validator::compile(&json!({"format": "frobnicated"}))
                .unwrap()
                .is_valid(&json!("x"))
        );
    }

    #[test]
    fn choices_are_compared_by_value() {
        let validator =
            Validator::compile(&parse(r#"{"items": {"enum": [1.0, "a", [2, {"b": 3}], null]}}"#)).unwrap();
        assert!(validator.is_valid(&parse(r#"[1, 10e-1, "a", [2.0, {"b": 3.0}], null]"#)));
        for text in ["[true]", "[\"1\"]", "[[2]]", "[false]", "[{}]"] {
            assert!(!validator.is_valid(&parse(text)), "{text}");
        }
    }
}
