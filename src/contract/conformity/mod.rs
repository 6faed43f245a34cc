//! How far a contract keeps to the field standard of Satu Data: concept, definition, classification,
//! measure and unit of each field, and what is said of the dataset as a whole.
//!
//! After Perpres 39/2019 (data standard, metadata) and Peraturan BPS 4/2020. What each field needs:
//! concept and definition always; classification where values come from a list (`enum`, `const`, or
//! a reference to another dataset); measure and unit where values are numbers that count or weigh, so
//! not for a key, a reference, or a listed code. Not here: whether what is written is good. Invariant:
//! a gap is named for everything that is needed and missing, and for nothing else.

mod report;
#[cfg(test)]
mod tests;

use jsonschema::Draft;
use serde_json::Value;

use super::schema::{Declared, Fields, Knowledge, Library};
use super::{Contract, Field};
use crate::types::{DatasetId, Pointer, Version};

/// The most fields that one report judges.
const MAX_FIELDS: usize = 4_000;

/// What the standard asks of a field, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// Konsep.
    Concept,
    /// Definisi.
    Definition,
    /// Klasifikasi.
    Classification,
    /// Ukuran.
    Measure,
    /// Satuan.
    Unit,
}

/// All members, in the order of the standard.
pub const MEMBERS: [Member; 5] = [
    Member::Concept,
    Member::Definition,
    Member::Classification,
    Member::Measure,
    Member::Unit,
];

/// One field of the schema, held against the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConformity {
    /// The field; `*` stands for each item of an array.
    pub pointer: Pointer,
    /// What it needs.
    pub needed: Vec<Member>,
    /// What the contract says of it, needed or not.
    pub present: Vec<Member>,
}

/// A contract, held against the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conformity {
    /// The dataset.
    pub dataset: DatasetId,
    /// The version that was judged.
    pub version: Version,
    /// What is said of the dataset as a whole: member, and whether it is there.
    pub metadata: Vec<(&'static str, bool)>,
    /// The innermost fields that the schema declares.
    pub fields: Vec<FieldConformity>,
    /// Described fields that the schema doesn't declare.
    pub unknown: Vec<Pointer>,
    /// Whether there are more fields than were judged.
    pub cut: bool,
}

impl Contract {
    /// Holds the contract against the field standard.
    pub fn conformity(&self) -> Conformity {
        let library = Library::new(&self.schema, Draft::default().detect(&self.schema));
        let links = library.links();
        let known = Fields::new(&self.schema, &links);
        let leaves = known.leaves_with_items(MAX_FIELDS + 1);
        let cut = leaves.len() > MAX_FIELDS;
        let fields = leaves.iter().take(MAX_FIELDS).map(|leaf| self.judge(leaf));
        let undeclared = |pointer: &&Pointer| !matches!(known.look_up(pointer), Knowledge::Known(_));
        Conformity {
            dataset: self.dataset_id(),
            version: self.version,
            metadata: vec![
                ("title", !self.title.trim().is_empty()),
                ("description", !self.description.trim().is_empty()),
                ("contact", self.contact.is_some()),
                ("update", self.update.is_some()),
            ],
            fields: fields.collect(),
            unknown: self.fields.keys().filter(undeclared).cloned().collect(),
            cut,
        }
    }

    fn judge(&self, leaf: &Declared<'_>) -> FieldConformity {
        let refers = self
            .references
            .iter()
            .any(|reference| reference.field == leaf.pointer);
        let listed = leaf.schemas.iter().any(|schema| is_listed(schema));
        let measured = !refers
            && !listed
            && !self.key.contains(&leaf.pointer)
            && leaf.schemas.iter().any(|schema| is_numeric(schema));
        let needed = MEMBERS.into_iter().filter(|member| match member {
            Member::Concept | Member::Definition => true,
            Member::Classification => refers || listed,
            Member::Measure | Member::Unit => measured,
        });
        // Of an array of plain values, the array or its items may be described.
        let described = self
            .fields
            .get(&leaf.pointer)
            .or_else(|| self.fields.get(&leaf.pointer.child("*")));
        let present = MEMBERS
            .into_iter()
            .filter(|member| described.is_some_and(|field| member.says(field)));
        FieldConformity {
            pointer: leaf.pointer.clone(),
            needed: needed.collect(),
            present: present.collect(),
        }
    }
}

impl FieldConformity {
    /// What is needed and not there.
    pub fn missing(&self) -> impl Iterator<Item = Member> {
        self.needed
            .iter()
            .copied()
            .filter(|member| !self.present.contains(member))
    }
}

impl Conformity {
    /// Whether nothing is missing and nothing is described in vain.
    pub fn conforms(&self) -> bool {
        let (needed, present) = self.counted_all();
        needed == present
            && self.unknown.is_empty()
            && !self.cut
            && self.metadata.iter().all(|(_, there)| *there)
    }

    /// How much is needed over all fields, and how much of it is there.
    pub fn counted_all(&self) -> (u32, u32) {
        self.counted(&MEMBERS)
    }

    /// How many of `members` are needed over all fields, and how many of those are there.
    pub fn counted(&self, members: &[Member]) -> (u32, u32) {
        let (mut needed, mut present) = (0, 0);
        for field in &self.fields {
            for member in field.needed.iter().filter(|one| members.contains(one)) {
                needed += 1;
                present += u32::from(field.present.contains(member));
            }
        }
        (needed, present)
    }
}

impl Member {
    /// Its name in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Member::Concept => "concept",
            Member::Definition => "definition",
            Member::Classification => "classification",
            Member::Measure => "measure",
            Member::Unit => "unit",
        }
    }

    fn says(self, field: &Field) -> bool {
        let text = match self {
            Member::Concept => &field.concept,
            Member::Definition => &field.definition,
            Member::Classification => &field.classification,
            Member::Measure => &field.measure,
            Member::Unit => &field.unit,
        };
        text.as_ref().is_some_and(|text| !text.trim().is_empty())
    }
}

/// Whether values come from a list.
fn is_listed(schema: &Value) -> bool {
    schema.get("enum").is_some() || schema.get("const").is_some()
}

/// Whether values may be numbers, as far as `type` says so.
fn is_numeric(schema: &Value) -> bool {
    let numeric = |name: &Value| matches!(name.as_str(), Some("integer" | "number"));
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(numeric),
        Some(name) => numeric(name),
        None => false,
    }
}
