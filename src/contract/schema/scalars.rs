//! [`Scalars`]: which plain values a schema allows at a field, so that the text of a query can be read
//! as what is meant.
//!
//! Not here: judging a value. Invariant: a type that some valid payload may have at the field is in the
//! set; where branches of a schema contradict each other, every type that one of them allows is.

use std::ops::{BitAnd, BitOr};

use jsonschema::Draft;
use serde_json::Value;

use super::{Fields, Knowledge, Library};
use crate::types::Pointer;

/// How many schemas are looked at for one field; beyond that every type counts as allowed.
const MAX_STEPS: usize = 10_000;

/// A set of types of plain values; arrays and objects are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalars(u8);

impl Scalars {
    /// No plain value at all.
    pub const NONE: Scalars = Scalars(0);
    /// `null`, or no value.
    pub const NULL: Scalars = Scalars(1);
    /// `true` and `false`.
    pub const BOOLEAN: Scalars = Scalars(2);
    /// Whole numbers.
    pub const INTEGER: Scalars = Scalars(4);
    /// All numbers.
    pub const NUMBER: Scalars = Scalars(4 | 8);
    /// Texts.
    pub const STRING: Scalars = Scalars(16);
    /// Whatever is plain.
    pub const ANY: Scalars = Scalars(31);

    /// Whether all of `others` are in the set.
    pub fn allow(self, others: Scalars) -> bool {
        self.0 & others.0 == others.0
    }

    /// The type of this name in a schema.
    fn named(name: &str) -> Self {
        match name {
            "null" => Scalars::NULL,
            "boolean" => Scalars::BOOLEAN,
            "integer" => Scalars::INTEGER,
            "number" => Scalars::NUMBER,
            "string" => Scalars::STRING,
            _ => Scalars::NONE,
        }
    }

    /// The type of a value; `1.0` is a whole number as well, so that any number stands for all.
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Scalars::NULL,
            Value::Bool(_) => Scalars::BOOLEAN,
            Value::Number(number) if number.is_i64() || number.is_u64() => Scalars::INTEGER,
            Value::Number(_) => Scalars::NUMBER,
            Value::String(_) => Scalars::STRING,
            Value::Array(_) | Value::Object(_) => Scalars::NONE,
        }
    }

    fn any_of(each: impl Iterator<Item = Scalars>) -> Self {
        each.fold(Scalars::NONE, Scalars::bitor)
    }
}

impl BitAnd for Scalars {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Scalars(self.0 & other.0)
    }
}

impl BitOr for Scalars {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Scalars(self.0 | other.0)
    }
}

/// The plain values that `schema`, which can be compiled, allows at each of `pointers`.
pub fn scalars(schema: &Value, pointers: &[Pointer]) -> Vec<Scalars> {
    if pointers.is_empty() {
        return Vec::new();
    }
    let library = Library::new(schema, Draft::default().detect(schema));
    let links = library.links();
    let fields = Fields::new(schema, &links);
    pointers.iter().map(|pointer| fields.scalars(pointer)).collect()
}

impl<'v> Fields<'_, 'v> {
    fn scalars(&self, pointer: &Pointer) -> Scalars {
        let Knowledge::Known(schemas) = self.look_up(pointer) else {
            return Scalars::ANY;
        };
        let mut steps = MAX_STEPS;
        let each: Vec<Scalars> = schemas
            .iter()
            .map(|schema| self.allowed(schema, &mut steps))
            .collect();
        let all = each.iter().copied().fold(Scalars::ANY, Scalars::bitand);
        match Scalars::any_of(each.into_iter()) {
            // A field that only holds arrays or objects is always nothing to a filter.
            Scalars::NONE => Scalars::NULL,
            any if all == Scalars::NONE => any,
            _ => all,
        }
    }

    fn allowed(&self, schema: &'v Value, steps: &mut usize) -> Scalars {
        let Value::Object(members) = schema else {
            return if *schema == Value::Bool(false) {
                Scalars::NONE
            } else {
                Scalars::ANY
            };
        };
        let Some(left) = steps.checked_sub(1) else {
            return Scalars::ANY;
        };
        *steps = left;
        let list = |keyword: &str| members.get(keyword).and_then(Value::as_array);
        let mut types = match members.get("type") {
            Some(Value::String(name)) => Scalars::named(name),
            Some(Value::Array(names)) => {
                Scalars::any_of(names.iter().filter_map(Value::as_str).map(Scalars::named))
            }
            _ => Scalars::ANY,
        };
        types = types & members.get("const").map_or(Scalars::ANY, Scalars::of);
        if let Some(choices) = list("enum") {
            types = types & Scalars::any_of(choices.iter().map(Scalars::of));
        }
        for target in self.links.targets(schema) {
            types = types & self.allowed(target, steps);
        }
        for part in list("allOf").into_iter().flatten() {
            types = types & self.allowed(part, steps);
        }
        for branches in ["anyOf", "oneOf"].into_iter().filter_map(list) {
            types = types & Scalars::any_of(branches.iter().map(|branch| self.allowed(branch, steps)));
        }
        types
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_come_from_every_part_of_a_schema() {
        let schema = json!({
            "type": "object",
            "properties": {
                "kode": {"$ref": "#/$defs/kode"},
                "n": {"type": ["integer", "null"]},
                "pilihan": {"enum": ["a", null]},
                "luas": {"anyOf": [{"type": "number"}, {"type": "string"}]},
                "apa": true,
                "tepat": {"allOf": [{"type": "number"}, {"type": ["integer", "string"]}]},
                "benar": {"const": true},
                "daftar": {"type": "array"},
                "unit": {"properties": {"kode": {"type": "string"}}}
            },
            "anyOf": [{"properties": {"dua": {"type": "string"}}}, {"properties": {"dua": {"type": "integer"}}}],
            "$defs": {"kode": {"type": "string"}}
        });
        for (pointer, expected) in [
            ("/kode", Scalars::STRING),
            ("/n", Scalars::INTEGER | Scalars::NULL),
            ("/pilihan", Scalars::STRING | Scalars::NULL),
            ("/luas", Scalars::NUMBER | Scalars::STRING),
            ("/apa", Scalars::ANY),
            ("/tepat", Scalars::INTEGER),
            ("/benar", Scalars::BOOLEAN),
            ("/daftar", Scalars::NULL),
            ("/unit/kode", Scalars::STRING),
            ("/unit/lain", Scalars::ANY),
            ("/dua", Scalars::STRING | Scalars::INTEGER),
        ] {
            assert_eq!(
                scalars(&schema, &[pointer.parse().unwrap()]),
                [expected],
                "{pointer}"
            );
        }
    }
}
