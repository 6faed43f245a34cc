//! Drafting a contract from a sample: [`Sample`] looks at records, one at a time, and proposes what
//! they have in common.
//!
//! Not here: reading files. Invariant: the draft accepts every record that was seen, memory is
//! bounded however many there are, and whatever had to be guessed is told as a [`Note`].

mod cells;
mod distinct;
mod document;
mod formats;
mod keys;
mod kind;
mod names;
mod node;
mod schema;
#[cfg(test)]
mod tests;
mod wording;

use serde_json::Value;

use crate::contract::Layout;
use crate::types::{DatasetId, Places, Pointer, Text};
use distinct::Budget;
use formats::Formats;
use node::{Node, Tools};

pub use keys::Pairs;

/// One thing that the author of a contract should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The place in the document that it is about.
    pub pointer: Pointer,
    /// What kind of note it is.
    pub code: &'static str,
    /// What to do about it.
    pub message: Text,
}

/// What the author of a draft asks for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The dataset that it describes.
    pub dataset: DatasetId,
    /// What it is called.
    pub title: String,
    /// Whether values that are few and repeat become an `enum`, instead of a note.
    pub enums: bool,
    /// Whether the data is classified open, instead of restricted for a reason yet to be given.
    pub open: bool,
}

/// A contract document that may stand, once its notes were looked at.
#[derive(Debug)]
pub struct Draft {
    /// The document. It has no `key` where none was found.
    pub document: Value,
    /// The schema in it.
    pub schema: Value,
    /// The key in it.
    pub key: Vec<Pointer>,
    /// The fields that seem to be about persons.
    pub personal: Vec<Pointer>,
    /// What to look at.
    pub notes: Vec<Note>,
    /// In which order it is written; the notes are not yet in it.
    pub layout: Layout,
}

/// See the module.
#[derive(Debug)]
pub struct Sample {
    root: Node,
    tools: Tools,
    records: u64,
    deletions: u64,
}

impl Sample {
    /// An empty sample. In the records of a `table` every value is a text, whose type is found out.
    pub fn new(table: bool) -> Self {
        Sample {
            root: Node::default(),
            tools: Tools {
                formats: Formats::new(),
                budget: Budget::default(),
                table,
            },
            records: 0,
            deletions: 0,
        }
    }

    /// Makes a field known that may never be filled. Fields are shown in this order.
    pub fn declare(&mut self, field: &Pointer) {
        let mut node = &mut self.root;
        for segment in field.segments() {
            let rank = node.members.len();
            let Some(member) = node.member(segment, &mut self.tools) else {
                return;
            };
            member.rank.get_or_insert(rank);
            node = member;
        }
    }

    /// Takes one record. A line that deletes is counted and else ignored.
    ///
    /// # Errors
    /// What to do about a record that is no object.
    pub fn take(&mut self, record: &Value) -> Result<(), Text> {
        let Value::Object(members) = record else {
            return Err(Text::new(
                "Setiap rekaman harus berupa objek JSON.",
                "Every record must be a JSON object.",
            ));
        };
        if is_deletion(record) {
            self.deletions += 1;
            return Ok(());
        }
        self.records += 1;
        self.root.seen += 1;
        self.root.take_members(members, &mut self.tools);
        Ok(())
    }

    /// Shows the members of a record that was taken in the order in which it has them.
    pub fn arrange(&mut self, places: &Places) {
        self.root.arrange(&Pointer::default(), places);
    }

    /// How many records were taken.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// A search for a key of two fields, when no field comes once alone. It wants all records again.
    pub fn pairs(&self, wish: &Wish) -> Option<Pairs> {
        let schema = self.write(wish, None).schema;
        let candidates = keys::candidates(&self.root, &schema);
        let single = candidates.iter().any(|one| one.unique && one.rank < keys::WEAK);
        (!single).then(|| Pairs::of(&candidates))
    }

    /// The draft, with what a search for [`Pairs`] found.
    pub fn draft(&self, wish: &Wish, pairs: Option<&Pairs>) -> Draft {
        self.write(wish, pairs)
    }
}

/// Whether a line of a bulk deletes a record (`{"$delete": "<key>"}`).
pub fn is_deletion(record: &Value) -> bool {
    let members = record.as_object();
    members.is_some_and(|members| members.len() == 1 && members.contains_key("$delete"))
}
