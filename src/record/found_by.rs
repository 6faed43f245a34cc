//! [`FoundBy`]: by what the records of a dataset are found: fields to filter by, and fields that keep what
//! they refer to from being deleted.
//!
//! A filter has a slot ([`super::slots`]); what a record refers to leaves a mark on it. Invariant: equal
//! references have equal marks, whatever else the contract says; two marks that are equal by chance keep
//! a record from being deleted that could be, never the other way round.

use serde_json::Value;

use super::judge::is_integer_literal;
use super::slots::{Slots, slots_of};
use crate::contract::{Contract, OnDelete};
use crate::types::{Digest, Pointer, RecordKey};

/// What stands before a guard in the text that the database keeps.
const GUARD: char = '>';

/// What a record refers to, in eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark(pub i64);

/// The marks of one record.
pub type Marks = Box<[Mark]>;

impl Mark {
    /// The mark of a reference from `field` to `key`.
    pub fn of(field: &Pointer, key: &str) -> Self {
        let digest = Digest::of(format!("{field}\0{key}").as_bytes());
        let first = digest.as_bytes().first_chunk();
        Mark(first.copied().map(i64::from_be_bytes).unwrap_or_default())
    }

    /// Marks as they stand beside a record; nothing where there are none.
    pub fn to_bytes(marks: &[Mark]) -> Option<Vec<u8>> {
        (!marks.is_empty()).then(|| marks.iter().flat_map(|mark| mark.0.to_be_bytes()).collect())
    }

    /// The marks that stand beside a record.
    pub fn of_bytes(bytes: &[u8]) -> impl Iterator<Item = Mark> {
        let (marks, _) = bytes.as_chunks();
        marks.iter().copied().map(i64::from_be_bytes).map(Mark)
    }
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundBy {
    /// The filters, in the order of their slots.
    pub filters: Vec<Pointer>,
    /// The fields whose references refuse deletions, each once.
    pub guards: Vec<Pointer>,
}

impl FoundBy {
    /// By what the records of a contract's dataset are found. What its references only ignore, nobody
    /// looks for.
    pub fn of(contract: &Contract) -> Self {
        let mut guards: Vec<Pointer> = Vec::new();
        let refuse = |reference: &&crate::contract::Reference| reference.on_delete == OnDelete::Refuse;
        for reference in contract.references.iter().filter(refuse) {
            if !guards.contains(&reference.field) {
                guards.push(reference.field.clone());
            }
        }
        FoundBy {
            filters: contract.filters.clone(),
            guards,
        }
    }

    /// A text by which two of them are compared and which the database keeps: a JSON list.
    pub fn text(&self) -> String {
        let filters = self.filters.iter().map(Pointer::to_string);
        let guards = self.guards.iter().map(guard_text);
        Value::from(filters.chain(guards).collect::<Vec<String>>()).to_string()
    }

    /// Reads what [`FoundBy::text`] wrote; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut found_by = FoundBy::default();
        for field in serde_json::from_str::<Vec<String>>(text).ok()? {
            match field.strip_prefix(GUARD) {
                Some(guard) => found_by.guards.push(guard.parse().ok()?),
                None => found_by.filters.push(field.parse().ok()?),
            }
        }
        Some(found_by)
    }

    /// How many fields there are, each counted for what it is there for.
    pub fn len(&self) -> usize {
        self.filters.len() + self.guards.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place of a guard among all the fields, from 0.
    pub fn place_of_guard(&self, field: &Pointer) -> Option<usize> {
        let at = self.guards.iter().position(|known| known == field)?;
        Some(self.filters.len() + at)
    }

    /// The slots of a payload.
    pub fn slots(&self, payload: &Value) -> Slots {
        slots_of(&self.filters, payload)
    }

    /// The marks of a payload. What can be no key refers to nothing.
    pub fn marks(&self, payload: &Value) -> Marks {
        let mark = |field: &Pointer| {
            let key = match field.find(payload)? {
                Value::String(text) => text.as_str(),
                Value::Number(number) if is_integer_literal(number.as_str()) => number.as_str(),
                _ => return None,
            };
            RecordKey::parse(key).ok().map(|_| Mark::of(field, key))
        };
        self.guards.iter().filter_map(mark).collect()
    }
}

/// How many fields at the beginning of two texts are the same, so that what was filled in for them is too.
pub fn common_fields(one: &str, other: &str) -> usize {
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap_or_default();
    let (one, other) = (list(one), list(other));
    one.iter()
        .zip(&other)
        .take_while(|(one, other)| one == other)
        .count()
}

fn guard_text(field: &Pointer) -> String {
    format!("{GUARD}{field}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(list: &[&str]) -> Vec<Pointer> {
        list.iter().map(|pointer| pointer.parse().unwrap()).collect()
    }

    #[test]
    fn the_text_tells_filters_from_guards_and_is_read_back() {
        let both = FoundBy {
            filters: pointers(&["/a", "/b"]),
            guards: pointers(&["/b", "/c"]),
        };
        assert_eq!(both.text(), r#"["/a","/b",">/b",">/c"]"#);
        assert_eq!(FoundBy::parse(&both.text()), Some(both.clone()));
        assert_eq!(both.place_of_guard(&"/c".parse().unwrap()), Some(3));
        let filters = FoundBy {
            filters: pointers(&["/a", "/b", "/c"]),
            guards: Vec::new(),
        };
        assert_eq!(common_fields(&both.text(), &filters.text()), 2);
        assert_eq!(FoundBy::parse("{}"), None);
    }

    #[test]
    fn a_text_and_an_integer_that_are_one_key_have_one_mark_and_other_fields_others() {
        let found_by = FoundBy {
            filters: Vec::new(),
            guards: pointers(&["/a", "/b"]),
        };
        let marks = |text: &str| found_by.marks(&serde_json::from_str(text).unwrap());
        assert_eq!(marks(r#"{"a": 12}"#), marks(r#"{"a": "12"}"#));
        assert_ne!(marks(r#"{"a": "12"}"#), marks(r#"{"b": "12"}"#));
        assert_ne!(marks(r#"{"a": "12"}"#), marks(r#"{"a": "012"}"#));
        assert_eq!(marks(r#"{"a": null, "b": 1.5}"#), marks("{}"));
        let two = marks(r#"{"a": "x", "b": "y"}"#);
        let bytes = Mark::to_bytes(&two).unwrap();
        assert_eq!(Mark::of_bytes(&bytes).collect::<Marks>(), two);
        assert_eq!(Mark::to_bytes(&[]), None);
    }
}
