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

impl<'v> Fields<'_, 'v> {
    /// The innermost declared fields, by name, at most `most`. An object whose members no schema
    /// declares is one field, and so is an array.
    pub fn leaves(&self, most: usize) -> Vec<Pointer> {
        self.search(most, false)
    }

    /// The same with the members of the items of arrays, for which `*` stands in the pointer.
    pub fn leaves_of_items(&self, most: usize) -> Vec<Pointer> {
        self.search(most, true)
    }

    fn search(&self, most: usize, items: bool) -> Vec<Pointer> {
        let mut search = Search {
            fields: self,
            way: Vec::new(),
            found: Vec::new(),
            most,
            items,
        };
        search.below(&[self.root()], &Pointer::default());
        // A schema that declares nothing has no fields; its root is none.
        search.found.retain(|pointer| !pointer.is_root());
        search.found
    }
}

struct Search<'f, 'l, 'v> {
    fields: &'f Fields<'l, 'v>,
    /// The schemas with members that lie around the current place.
    way: Vec<*const Value>,
    found: Vec<Pointer>,
    most: usize,
    /// Whether items of arrays are looked into.
    items: bool,
}

impl<'v> Search<'_, '_, 'v> {
    fn below(&mut self, here: &[&'v Value], at: &Pointer) {
        if self.found.len() >= self.most {
            return;
        }
        let mut declared: BTreeMap<&'v str, Vec<&'v Value>> = BTreeMap::new();
        let mut entered = Vec::new();
        for schema in self.fields.in_place(here) {
            let Some(Value::Object(members)) = schema.get("properties") else {
                continue;
            };
            entered.push(std::ptr::from_ref(schema));
            for (name, member) in members
                .iter()
                .filter(|(_, member)| **member != Value::Bool(false))
            {
                declared.entry(name).or_default().push(member);
            }
        }
        let again = entered.iter().any(|schema| self.way.contains(schema));
        if self.items && declared.is_empty() && self.enter_items(here, at) {
            return;
        }
        if declared.is_empty() || again || at.segments().len() >= MAX_DEPTH {
            self.found.push(at.clone());
            return;
        }
        let outside = self.way.len();
        self.way.append(&mut entered);
        for (name, schemas) in declared {
            self.below(&schemas, &at.child(name));
        }
        self.way.truncate(outside);
    }
    /// Lists an array and the members of its items; tells whether there is such an array.
    fn enter_items(&mut self, here: &[&'v Value], at: &Pointer) -> bool {
        if at.segments().len() >= MAX_DEPTH || at.is_root() {
            return false;
        }
        let all = self.fields.in_place(here);
        if !all.iter().any(|schema| schema.get("items").is_some()) {
            return false;
        }
        let Knowledge::Known(items) = self.fields.step(here, "*") else {
            return false;
        };
        self.found.push(at.clone());
        let before = self.found.len();
        self.below(&items, &at.child("*"));
        // Items without members of their own are no fields.
        if self.found.get(before) == Some(&at.child("*")) {
            self.found.truncate(before);
        }
        true
    }
}
