//! [`Selection`]: which records of a dataset a list is about, and in which order.
//!
//! Built from the parameters of a request: `/pointer=value`, `/pointer[gte]=value`, `sort=/a,-/b`. Not
//! here: finding the records (the store does, by the slots of `slots`). Invariant: a selection names
//! only filter fields of the contract that the caller may read, each once in the filters and once in
//! the order.

mod value;

use std::fmt::Write as _;

use crate::contract::{Contract, Fields, Types, with_fields};
use crate::error::{Error, Malformed, Result};
use crate::types::{Pointer, Text};
use value::{Reader, Test};

/// The most values of one filter.
const MAX_VALUES: usize = 100;

/// A field that a list may be filtered and sorted by.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterField {
    /// Where it stands.
    pub pointer: Pointer,
    /// What its values may be.
    pub types: Types,
}

/// The fields that a dataset's lists may be filtered and sorted by, in the contract's order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filterable(Vec<FilterField>);

/// See the module.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// What must hold of a record, all of it.
    pub filters: Vec<Filter>,
    /// By what the list is sorted; behind it, and without it, by key.
    pub sort: Vec<Sort>,
}

/// What must hold of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The field.
    pub field: Pointer,
    /// What must hold of its slot.
    pub condition: Condition,
}

/// What must hold of a slot's text.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// It is one of these: ascending, none twice, perhaps none at all.
    AnyOf(Vec<String>),
    /// It lies between these.
    Between(Range),
}

/// A range of slot texts, by their bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// Where it begins.
    pub from: Edge,
    /// Where it ends.
    pub to: Edge,
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The text there.
    pub text: String,
    /// Whether the text itself is within.
    pub within: bool,
}

/// One field that a list is sorted by.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// The field.
    pub field: Pointer,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl Filterable {
    /// The filter fields of a contract.
    pub fn of(contract: &Contract) -> Self {
        let types_of = |fields: &Fields<'_, '_>, pointer: &Pointer| {
            match fields.types(pointer).unwrap_or(Types::ANY) & Types::PLAIN {
                // A field that only holds arrays or objects is always nothing to a filter.
                Types::NONE => Types::NULL,
                types => types,
            }
        };
        let fields = with_fields(&contract.schema, |fields| {
            let field = |pointer: &Pointer| FilterField {
                pointer: pointer.clone(),
                types: types_of(fields, pointer),
            };
            contract.filters.iter().map(field).collect()
        });
        Filterable(fields)
    }

    /// All of them.
    pub fn fields(&self) -> &[FilterField] {
        &self.0
    }

    /// Reads the filters among the parameters of a request, decoded and in their order, and its
    /// `sort`. Whoever may read `granted` fields only may filter and sort by those only.
    ///
    /// # Errors
    /// Malformed, saying what is allowed.
    pub fn select(
        &self,
        granted: Option<&[Pointer]>,
        filters: &[(String, String)],
        sort: Option<&str>,
    ) -> Result<Selection> {
        let offered: Vec<&FilterField> = self
            .0
            .iter()
            .filter(|field| is_granted(granted, &field.pointer))
            .collect();
        let mut readers: Vec<(&FilterField, Reader)> = Vec::new();
        for (name, text) in filters {
            let (field, test) = asked(&offered, name)?;
            let at = match readers.iter().position(|(known, _)| *known == field) {
                Some(at) => at,
                None => {
                    readers.push((field, Reader::new(field)));
                    readers.len() - 1
                }
            };
            if let Some((_, reader)) = readers.get_mut(at) {
                reader
                    .add(test, text, MAX_VALUES)
                    .map_err(|allowed| Error::Malformed(Malformed::Filter(name.clone(), allowed)))?;
            }
        }
        Ok(Selection {
            filters: readers
                .into_iter()
                .map(|(field, reader)| Filter {
                    field: field.pointer.clone(),
                    condition: reader.condition(),
                })
                .collect(),
            sort: sort.map_or(Ok(Vec::new()), |text| order(&offered, text))?,
        })
    }
}

impl Selection {
    /// Whether it is the whole dataset by key.
    pub fn is_plain(&self) -> bool {
        self.filters.is_empty() && self.sort.is_empty()
    }

    /// A text that tells it from every other selection.
    pub fn fingerprint(&self) -> String {
        let mut text = String::new();
        for filter in &self.filters {
            // Writing to a String can't fail; debug forms quote what they show.
            let _ = write!(text, "{:?} {:?};", filter.field.to_string(), filter.condition);
        }
        for sort in &self.sort {
            let _ = write!(text, "{:?} {};", sort.field.to_string(), sort.descending);
        }
        text
    }
}

/// Whether a field is one of those granted, or lies within one.
pub fn is_granted(granted: Option<&[Pointer]>, field: &Pointer) -> bool {
    granted.is_none_or(|granted| granted.iter().any(|outer| field.lies_within(outer)))
}

/// The field and the test that a parameter's name stands for.
fn asked<'f>(offered: &[&'f FilterField], name: &str) -> Result<(&'f FilterField, Test)> {
    let find = |pointer: &str| {
        let pointer: Pointer = pointer.parse().ok()?;
        offered.iter().find(|field| field.pointer == pointer).copied()
    };
    if let Some(field) = find(name) {
        return Ok((field, Test::Equal));
    }
    let parts = name.strip_suffix(']').and_then(|name| name.rsplit_once('['));
    match parts.and_then(|(pointer, operator)| Some((find(pointer)?, operator))) {
        Some((field, operator)) => Test::named(operator)
            .map(|test| (field, test))
            .ok_or_else(|| Error::Malformed(Malformed::Filter(short(name), Test::known()))),
        None => Err(unknown(offered, parts.map_or(name, |(pointer, _)| pointer))),
    }
}

/// The order that `sort` asks for.
fn order(offered: &[&FilterField], text: &str) -> Result<Vec<Sort>> {
    let mut all: Vec<Sort> = Vec::new();
    for part in text.split(',') {
        let (descending, name) = match part.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, part),
        };
        let pointer = name.parse::<Pointer>().ok();
        let field = pointer.and_then(|pointer| offered.iter().find(|field| field.pointer == pointer));
        let Some(field) = field else {
            return Err(unknown(offered, name));
        };
        if all.iter().any(|sort| sort.field == field.pointer) {
            let twice = Text::new(
                format!("{name} hanya boleh satu kali."),
                format!("{name} may stand only once."),
            );
            return Err(Error::Malformed(Malformed::Parameter("sort", twice)));
        }
        all.push(Sort {
            field: field.pointer.clone(),
            descending,
        });
    }
    Ok(all)
}

fn unknown(offered: &[&FilterField], name: &str) -> Error {
    let offered = offered.iter().map(|field| field.pointer.to_string()).collect();
    Error::Malformed(Malformed::UnknownFilter(short(name), offered))
}

/// A name as it is shown back.
fn short(name: &str) -> String {
    name.chars().take(100).collect()
}

#[cfg(test)]
mod tests;
