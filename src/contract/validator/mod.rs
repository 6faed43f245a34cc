//! [`Validator`]: a compiled schema that judges payloads.
//!
//! Not here: whether a schema may be published (`lint`, `cost`). Invariant: nothing is fetched,
//! patterns run in linear time, formats are asserted, and the same payload always gets the same
//! violations in the same order.

mod number;
mod unique;
mod violations;
mod wording;

use std::sync::Arc;

use jsonschema::{Draft, PatternOptions};
use serde_json::Value;

use crate::types::{Pointer, Text, Violation};

pub use number::MAX_DIGITS;
pub use violations::{MAX_COUNTED, explain};

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
    schema: Arc<Value>,
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
        let inner = jsonschema::options()
            .with_draft(draft)
            .offline()
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            .with_pattern_options(PatternOptions::regex())
            .with_keyword("uniqueItems", |_, value, _| match value {
                Value::Bool(true) => Ok(Box::new(unique::UniqueItems)),
                _ => Ok(Box::new(unique::AnyItems)),
            })
            .build(schema)
            .map_err(|error| {
                let shown: String = error.to_string().chars().take(300).collect();
                Text::new(
                    format!("Skema tidak dapat dipakai: {shown}"),
                    format!("The schema can't be used: {shown}"),
                )
            })?;
        Ok(Validator {
            inner: Arc::new(inner),
            judges_numbers: number::judged_by(schema),
            schema: Arc::new(schema.clone()),
        })
    }

    /// Whether a payload keeps to the schema.
    pub fn is_valid(&self, payload: &Value) -> bool {
        !(self.judges_numbers && first_monster(payload).is_some()) && self.inner.is_valid(payload)
    }

    /// Everything in which a payload breaks the schema; empty exactly when it is valid.
    pub fn violations(&self, payload: &Value) -> Violations {
        if self.judges_numbers && first_monster(payload).is_some() {
            let mut found = Violations::default();
            monsters(payload, &Pointer::default(), &mut found);
            return found;
        }
        if self.inner.is_valid(payload) {
            return Violations::default();
        }
        violations::collect(&self.inner, &self.schema, payload)
    }
}

impl std::fmt::Debug for Validator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Validator")
    }
}

/// The first number that is too long to be judged.
fn first_monster(value: &Value) -> Option<&serde_json::Number> {
    match value {
        Value::Number(number) => (!number::is_judgeable(number)).then_some(number),
        Value::Array(items) => items.iter().find_map(first_monster),
        Value::Object(members) => members.values().find_map(first_monster),
        _ => None,
    }
}

/// Reports every number that is too long to be judged.
fn monsters(value: &Value, here: &Pointer, found: &mut Violations) {
    match value {
        Value::Number(number) if !number::is_judgeable(number) => {
            found.total += 1;
            if found.list.len() < crate::types::MAX_VIOLATIONS {
                found.list.push(Violation {
                    pointer: here.clone(),
                    keyword: "number".into(),
                    message: wording::monstrous_number(),
                    expected: Value::Null,
                });
            }
        }
        Value::Array(items) if items.iter().any(|item| first_monster(item).is_some()) => {
            for (index, item) in items.iter().enumerate() {
                if first_monster(item).is_some() {
                    monsters(item, &here.child(&index.to_string()), found);
                }
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if first_monster(member).is_some() {
                    monsters(member, &here.child(name), found);
                }
            }
        }
        _ => {}
    }
}
