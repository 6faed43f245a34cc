//! [`Reading`] and [`Node`]: taking a document apart while every fault is kept for the end.
//!
//! Not here: what a procedure says. Invariant: what is missing or wrong is a fault once, and is read on with
//! something harmless in its place.

use std::cell::RefCell;
use std::str::FromStr;

use serde_json::Value;

use super::ProcedureFault;
use crate::types::{Places, Pointer};

/// A document that is being read.
pub(super) struct Reading<'v> {
    places: &'v Places,
    faults: RefCell<Vec<ProcedureFault>>,
}

/// A value of it, and where it stands.
#[derive(Clone)]
pub(super) struct Node<'r, 'v> {
    reading: &'r Reading<'v>,
    value: &'v Value,
    pointer: Pointer,
}

impl<'v> Reading<'v> {
    pub(super) fn new(places: &'v Places) -> Self {
        Reading {
            places,
            faults: RefCell::default(),
        }
    }

    pub(super) fn root(&self, value: &'v Value) -> Node<'_, 'v> {
        Node {
            reading: self,
            value,
            pointer: Pointer::default(),
        }
    }

    pub(super) fn into_faults(self) -> Vec<ProcedureFault> {
        let mut faults = self.faults.into_inner();
        faults.sort_by(|one, other| (one.place, &one.pointer).cmp(&(other.place, &other.pointer)));
        faults
    }
}

impl<'r, 'v> Node<'r, 'v> {
    /// Says what is wrong here.
    pub(super) fn fault(&self, says: impl Into<String>) {
        self.reading.faults.borrow_mut().push(ProcedureFault {
            place: self.reading.places.nearest(&self.pointer),
            pointer: self.pointer.clone(),
            says: says.into(),
        });
    }

    /// Holds an object to the members that it may have.
    pub(super) fn only(&self, known: &[&str]) {
        let Value::Object(members) = self.value else {
            return self.fault(format!("must be an object with {}", known.join(", ")));
        };
        for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
            let at = self.below(name, &Value::Null);
            at.fault(format!("is not known here; known are {}", known.join(", ")));
        }
    }

    /// A member, if it is there.
    pub(super) fn may(&self, name: &str) -> Option<Node<'r, 'v>> {
        self.value.get(name).map(|value| self.below(name, value))
    }

    /// A member; its absence is a fault.
    pub(super) fn must(&self, name: &str) -> Option<Node<'r, 'v>> {
        let found = self.may(name);
        if found.is_none() && self.value.is_object() {
            self.fault(format!("lacks '{name}'"));
        }
        found
    }

    /// The members of an object.
    pub(super) fn members(&self) -> Vec<(&'v str, Node<'r, 'v>)> {
        let Value::Object(members) = self.value else {
            self.fault("must be an object");
            return Vec::new();
        };
        members
            .iter()
            .map(|(name, value)| (name.as_str(), self.below(name, value)))
            .collect()
    }

    /// The items of an array.
    pub(super) fn items(&self) -> Vec<Node<'r, 'v>> {
        let Value::Array(items) = self.value else {
            self.fault("must be a list");
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .map(|(index, value)| self.below(&index.to_string(), value))
            .collect()
    }

    /// The items of a member that may be missing.
    pub(super) fn list(&self, name: &str) -> Vec<Node<'r, 'v>> {
        self.may(name).map(|node| node.items()).unwrap_or_default()
    }

    /// Whether it is an object.
    pub(super) fn is_object(&self) -> bool {
        self.value.is_object()
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> String {
        match self.value.as_str().filter(|text| !text.trim().is_empty()) {
            Some(text) => text.to_owned(),
            None => {
                self.fault("must be a text");
                String::new()
            }
        }
    }

    /// The text of a member that must be there.
    pub(super) fn text_of(&self, name: &str) -> String {
        self.must(name).map(|node| node.text()).unwrap_or_default()
    }

    /// A word.
    pub(super) fn word<T: FromStr<Err = String>>(&self) -> Option<T> {
        let text = self.value.as_str().unwrap_or_default();
        text.parse().map_err(|says: String| self.fault(says)).ok()
    }

    /// The words of a member that may be missing, each once.
    pub(super) fn words<T: FromStr<Err = String> + PartialEq>(&self, name: &str) -> Vec<T> {
        let mut words = Vec::new();
        for item in self.list(name) {
            match item.word::<T>() {
                Some(word) if words.contains(&word) => item.fault("stands here twice"),
                Some(word) => words.push(word),
                None => {}
            }
        }
        words
    }

    /// The texts of a member that may be missing.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.list(name).iter().map(Node::text).collect()
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&self, least: u32, most: u32) -> u32 {
        let number = self.value.as_u64().and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| (least..=most).contains(number))
            .unwrap_or_else(|| {
                self.fault(format!("must be a whole number from {least} to {most}"));
                least
            })
    }

    /// The number of a member that must be there.
    pub(super) fn number_of(&self, name: &str, least: u32, most: u32) -> u32 {
        self.must(name).map_or(least, |node| node.number(least, most))
    }

    /// A member that is yes or no, and no when it is missing.
    pub(super) fn flag(&self, name: &str) -> bool {
        let Some(node) = self.may(name) else {
            return false;
        };
        node.value.as_bool().unwrap_or_else(|| {
            node.fault("must be true or false");
            false
        })
    }

    fn below(&self, name: &str, value: &'v Value) -> Node<'r, 'v> {
        Node {
            reading: self.reading,
            value,
            pointer: self.pointer.child(name),
        }
    }
}
