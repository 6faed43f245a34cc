//! Which types a schema allows at a field: for whoever has to write a text, such as a cell of a
//! table, as JSON.
//!
//! Not here: judging a value. Invariant: where branches of a schema disagree, every type that one of
//! them allows is told; whether a value fits is the validator's to say.

use std::ops::{BitAnd, BitOr};

use jsonschema::Draft;
use serde_json::Value;

use super::fields::closes;
use super::{Fields, Knowledge, Library};
use crate::types::Pointer;

/// How many schemas are looked at for one field; beyond that every type counts as allowed.
const MAX_STEPS: usize = 10_000;

/// A set of JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Types(u8);

impl Types {
    /// None at all.
    pub const NONE: Types = Types(0);
    /// `null`
    pub const NULL: Types = Types(1);
    /// `true` and `false`
    pub const BOOLEAN: Types = Types(2);
    /// Whole numbers.
    pub const INTEGER: Types = Types(4);
    /// Numbers, integers among them.
    pub const NUMBER: Types = Types(4 | 8);
    /// Strings.
    pub const STRING: Types = Types(16);
    /// Arrays.
    pub const ARRAY: Types = Types(32);
    /// Objects.
    pub const OBJECT: Types = Types(64);
    /// Every type.
    pub const ANY: Types = Types(127);
    /// Every type but arrays and objects.
    pub const PLAIN: Types = Types(31);

    /// Whether one of `types` is in the set.
    pub fn allow(self, types: Types) -> bool {
        self.0 & types.0 != 0
    }

    /// Whether all of `types` are in the set.
    pub fn cover(self, types: Types) -> bool {
        self.0 & types.0 == types.0
    }

    /// The type of this name in a schema.
    fn named(name: &str) -> Types {
        match name {
            "null" => Types::NULL,
            "boolean" => Types::BOOLEAN,
            "integer" => Types::INTEGER,
            "number" => Types::NUMBER,
            "string" => Types::STRING,
            "array" => Types::ARRAY,
            "object" => Types::OBJECT,
            _ => Types::NONE,
        }
    }

    /// The type of a value; `1.0` is a whole number as well, so any such number stands for all.
    fn of(value: &Value) -> Types {
        match value {
            Value::Null => Types::NULL,
            Value::Bool(_) => Types::BOOLEAN,
            Value::Number(number) if number.is_i64() || number.is_u64() => Types::INTEGER,
            Value::Number(_) => Types::NUMBER,
            Value::String(_) => Types::STRING,
            Value::Array(_) => Types::ARRAY,
            Value::Object(_) => Types::OBJECT,
        }
    }

    fn any_of(each: impl Iterator<Item = Types>) -> Types {
        each.fold(Types::NONE, Types::bitor)
    }
}

impl BitAnd for Types {
    type Output = Types;

    fn bitand(self, other: Types) -> Types {
        Types(self.0 & other.0)
    }
}

impl BitOr for Types {
    type Output = Types;

    fn bitor(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }
}

/// Asks about the fields of `schema`, which can be compiled.
pub fn with_fields<T>(schema: &Value, ask: impl FnOnce(&Fields<'_, '_>) -> T) -> T {
    let library = Library::new(schema, Draft::default().detect(schema));
    let links = library.links();
    ask(&Fields::new(schema, &links))
}

impl<'v> Fields<'_, 'v> {
    /// The types that the schema allows at `pointer`; `None` where it forbids the field. Members that
    /// it neither declares nor forbids may have any type.
    pub fn types(&self, pointer: &Pointer) -> Option<Types> {
        let mut here = vec![self.schema];
        for segment in pointer.segments() {
            if !self.types_of(&here).allow(Types::OBJECT) {
                return None;
            }
            here = match self.step(&here, segment) {
                Knowledge::Known(next) => next,
                Knowledge::Open | Knowledge::Unknown(_) => self.beyond_declared(&here)?,
            };
        }
        Some(self.types_of(&here))
    }

    /// The same where `*` stands for each item of an array; every type where the schema says nothing of the field.
    pub fn declared_types(&self, pointer: &Pointer) -> Types {
        match self.look_up(pointer) {
            Knowledge::Known(here) => self.types_of(&here),
            Knowledge::Open | Knowledge::Unknown(_) => self.types(pointer).unwrap_or(Types::ANY),
        }
    }

    /// Whether the schema declares the field at `pointer`.
    pub fn declares(&self, pointer: &Pointer) -> bool {
        matches!(self.look_up(pointer), Knowledge::Known(_))
    }

    /// Whether an object that may hold the field at `pointer` must hold it.
    pub fn demanded(&self, pointer: &Pointer) -> bool {
        let mut here = vec![self.schema];
        let mut demanded = false;
        for segment in pointer.segments() {
            demanded = here.iter().any(|schema| self.demands(schema, segment, 0));
            here = match self.step(&here, segment) {
                Knowledge::Known(next) => next,
                Knowledge::Open | Knowledge::Unknown(_) => Vec::new(),
            };
        }
        demanded
    }

    /// The schemas of members that an object declares nowhere; `None` where it forbids them.
    fn beyond_declared(&self, here: &[&'v Value]) -> Option<Vec<&'v Value>> {
        let all = self.in_place(here);
        let patterns = all.iter().any(|schema| schema.get("patternProperties").is_some());
        if !patterns && all.iter().any(|schema| closes(schema)) {
            return None;
        }
        let rest = |schema: &&'v Value| schema.get("additionalProperties").filter(|rest| rest.is_object());
        Some(all.iter().filter_map(rest).collect())
    }

    /// The types of a value that all, or where they contradict each other any, of these schemas judge.
    pub(super) fn types_of(&self, schemas: &[&'v Value]) -> Types {
        let mut steps = MAX_STEPS;
        let each: Vec<Types> = schemas
            .iter()
            .map(|schema| self.allowed(schema, &mut steps))
            .collect();
        let all = each.iter().copied().fold(Types::ANY, Types::bitand);
        if all.allow(Types::ANY & Types(!Types::NULL.0)) {
            all
        } else {
            Types::any_of(each.into_iter())
        }
    }

    fn allowed(&self, schema: &'v Value, steps: &mut usize) -> Types {
        let Value::Object(members) = schema else {
            return if *schema == Value::Bool(false) {
                Types::NONE
            } else {
                Types::ANY
            };
        };
        let Some(left) = steps.checked_sub(1) else {
            return Types::ANY;
        };
        *steps = left;
        let mut types = match members.get("type") {
            Some(Value::String(name)) => Types::named(name),
            Some(Value::Array(names)) => {
                Types::any_of(names.iter().filter_map(Value::as_str).map(Types::named))
            }
            _ => Types::ANY,
        };
        types = types & members.get("const").map_or(Types::ANY, Types::of);
        if let Some(Value::Array(choices)) = members.get("enum") {
            types = types & Types::any_of(choices.iter().map(Types::of));
        }
        for target in self.links.targets(schema) {
            types = types & self.allowed(target, steps);
        }
        for schema in members
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            types = types & self.allowed(schema, steps);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(Value::Array(branches)) = members.get(keyword) {
                types = types & Types::any_of(branches.iter().map(|branch| self.allowed(branch, steps)));
            }
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
            "type": "object", "required": ["kode", "alamat"], "additionalProperties": false,
            "properties": {
                "kode": {"$ref": "#/$defs/kode"},
                "n": {"type": ["integer", "null"]},
                "pilihan": {"enum": ["a", null]},
                "luas": {"anyOf": [{"type": "number"}, {"type": "string"}]},
                "apa": true,
                "alamat": {"type": "object", "required": ["jalan"], "properties": {"jalan": {"type": "string"}}},
                "peta": {"type": "object", "additionalProperties": {"type": "boolean"}},
                "anak": {"type": "array", "items": {"type": "object", "properties": {"nama": {}}}}
            },
            "allOf": [{"properties": {"apa": {"const": 3}}}],
            "$defs": {"kode": {"type": "string"}}
        });
        with_fields(&schema, |fields| {
            let types = |pointer: &str| fields.types(&pointer.parse().unwrap());
            let cases = [
                ("/kode", Some(Types::STRING)),
                ("/n", Some(Types::INTEGER | Types::NULL)),
                ("/pilihan", Some(Types::STRING | Types::NULL)),
                ("/luas", Some(Types::NUMBER | Types::STRING)),
                ("/apa", Some(Types::INTEGER)),
                ("/alamat", Some(Types::OBJECT)),
                ("/alamat/jalan", Some(Types::STRING)),
                ("/alamat/lain", Some(Types::ANY)),
                ("/peta/x", Some(Types::BOOLEAN)),
                ("/anak", Some(Types::ARRAY)),
                ("/anak/0", None),
                ("/kode/x", None),
                ("/lain", None),
            ];
            for (pointer, expected) in cases {
                assert_eq!(types(pointer), expected, "{pointer}");
            }
            assert!(fields.demanded(&"/alamat/jalan".parse().unwrap()));
            assert!(!fields.demanded(&"/n".parse().unwrap()));
            let mut leaves: Vec<String> = fields.leaves(100).iter().map(Pointer::to_string).collect();
            leaves.sort();
            assert_eq!(
                leaves,
                [
                    "/alamat/jalan",
                    "/anak",
                    "/apa",
                    "/kode",
                    "/luas",
                    "/n",
                    "/peta",
                    "/pilihan"
                ]
            );
        });
    }
}
