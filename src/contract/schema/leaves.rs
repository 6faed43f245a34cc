//! The fields that a schema declares: the innermost ones, as a table would have them for columns.
//!
//! Not here: what a payload really holds. Invariant: a schema that refers to itself is followed once
//! on any way, so the list is finite.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Fields, Knowledge};
use crate::types::Pointer;

/// How deep declared objects are followed; deeper ones count as one field.
const MAX_DEPTH: usize = 32;

/// A declared field.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared<'v> {
    /// Where it is; `*` stands for each item of an array.
    pub pointer: Pointer,
    /// All schemas that may judge it; of an array of plain values also those of its items.
    pub schemas: Vec<&'v Value>,
}

/// What becomes of an array whose items declare members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Items {
    /// It is one field.
    Whole,
    /// The members of its items stand behind it.
    Beside,
    /// The members of its items stand in its place.
    Instead,
}

impl<'v> Fields<'_, 'v> {
    /// The innermost declared fields, by name, at most `most`. An object whose members no schema
    /// declares is one field, and so is an array.
    pub fn leaves(&self, most: usize) -> Vec<Pointer> {
        pointers(self.search(most, Items::Whole))
    }

    /// The same with the members of the items of arrays, for which `*` stands in the pointer.
    pub fn leaves_of_items(&self, most: usize) -> Vec<Pointer> {
        pointers(self.search(most, Items::Beside))
    }

    /// The same, but with the members of objects in arrays in place of the array.
    pub fn leaves_with_items(&self, most: usize) -> Vec<Declared<'v>> {
        self.search(most, Items::Instead)
    }

    fn search(&self, most: usize, items: Items) -> Vec<Declared<'v>> {
        let mut search = Search {
            fields: self,
            way: Vec::new(),
            found: Vec::new(),
            most,
            items,
        };
        search.below(&[self.root()], &Pointer::default());
        // A schema that declares nothing has no fields; its root is none.
        search.found.retain(|field| !field.pointer.is_root());
        search.found
    }
}

struct Search<'f, 'l, 'v> {
    fields: &'f Fields<'l, 'v>,
    /// The schemas with members that lie around the current place.
    way: Vec<*const Value>,
    found: Vec<Declared<'v>>,
    most: usize,
    items: Items,
}

impl<'v> Search<'_, '_, 'v> {
    fn below(&mut self, here: &[&'v Value], at: &Pointer) {
        if self.found.len() >= self.most {
            return;
        }
        let mut declared: BTreeMap<&'v str, Vec<&'v Value>> = BTreeMap::new();
        let mut entered = Vec::new();
        let all = self.fields.in_place(here);
        for schema in &all {
            let Some(Value::Object(members)) = schema.get("properties") else {
                continue;
            };
            entered.push(std::ptr::from_ref(*schema));
            for (name, member) in members
                .iter()
                .filter(|(_, member)| **member != Value::Bool(false))
            {
                declared.entry(name).or_default().push(member);
            }
        }
        let again = entered.iter().any(|schema| self.way.contains(schema));
        let ends = again || at.segments().len() >= MAX_DEPTH;
        if declared.is_empty() || ends {
            let field = Declared {
                pointer: at.clone(),
                schemas: all,
            };
            self.end(field, here, !ends);
            return;
        }
        let outside = self.way.len();
        self.way.append(&mut entered);
        for (name, schemas) in declared {
            self.below(&schemas, &at.child(name));
        }
        self.way.truncate(outside);
    }

    /// Takes a field that declares no members, or what its items declare.
    fn end(&mut self, mut field: Declared<'v>, here: &[&'v Value], goes_on: bool) {
        let before = self.found.len();
        if goes_on
            && self.items != Items::Whole
            && let Knowledge::Known(items) = self.fields.step(here, "*")
        {
            let item = field.pointer.child("*");
            self.below(&items, &item);
            let plain = self.found.get(before).is_none_or(|first| first.pointer == item);
            if !plain {
                if self.items == Items::Beside {
                    self.found.insert(before, field);
                }
                return;
            }
            let items = self.found.drain(before..).flat_map(|first| first.schemas);
            field.schemas.extend(items);
        }
        self.found.push(field);
    }
}

fn pointers(found: Vec<Declared<'_>>) -> Vec<Pointer> {
    found.into_iter().map(|field| field.pointer).collect()
}
