//! [`Node`]: what was seen at one place of the records.
//!
//! Not here: what follows from it (`kind`, `schema`). Invariant: a record is looked at once and
//! not kept.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::cells::{Cells, Literal};
use super::distinct::{Budget, Distinct};
use super::formats::{Fitting, Formats, is_region};
use crate::types::{Document, Places, Pointer};

/// What a place holds is looked at with these.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) formats: Formats,
    pub(super) budget: Budget,
    /// Whether texts are the cells of a table, which may spell other types.
    pub(super) table: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Where it stands among its siblings; those that were never arranged come last.
    pub(super) rank: Option<usize>,
    /// How often it was there, null included.
    pub(super) seen: u64,
    pub(super) nulls: u64,
    pub(super) booleans: u64,
    pub(super) integers: u64,
    /// Numbers that are not written as integers.
    pub(super) fractions: u64,
    pub(super) negative: u64,
    /// Numbers that most programs would round.
    pub(super) long: u64,
    pub(super) texts: Texts,
    /// Of its texts and numbers.
    pub(super) distinct: Distinct,
    pub(super) objects: u64,
    pub(super) members: BTreeMap<Box<str>, Node>,
    /// Whether members were left out, because there are too many in all.
    pub(super) overflowed: bool,
    pub(super) arrays: u64,
    pub(super) items: Option<Box<Node>>,
    /// What the cells of a table spell, as long as all are arrays or objects.
    pub(super) spelled: Option<Box<Node>>,
}

/// What the texts at one place look like.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) count: u64,
    pub(super) empty: u64,
    /// With white space at an end.
    pub(super) padded: u64,
    pub(super) max_bytes: usize,
    pub(super) digits: Digits,
    pub(super) cells: Cells,
    pub(super) fitting: Fitting,
    /// Shaped like the code of a region.
    pub(super) regions: u64,
    /// Among those: with a dot.
    pub(super) dotted: u64,
}

/// Whether texts consist of equally many digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Digits {
    /// There is no text yet.
    #[default]
    Unknown,
    /// All of this many.
    All(usize),
    /// Not all.
    Mixed,
}

impl Node {
    /// Takes what one record holds here.
    pub(super) fn take(&mut self, value: &Value, tools: &mut Tools) {
        self.seen += 1;
        match value {
            Value::Null => self.nulls += 1,
            Value::Bool(_) => self.booleans += 1,
            Value::Number(number) => self.take_number(number.as_str(), tools),
            Value::String(text) => self.take_text(text, value, tools),
            Value::Array(items) => {
                self.arrays += 1;
                let node = self.items.get_or_insert_default();
                items.iter().for_each(|item| node.take(item, tools));
            }
            Value::Object(members) => self.take_members(members, tools),
        }
    }

    fn take_number(&mut self, text: &str, tools: &mut Tools) {
        if let Some(literal) = Literal::read(text) {
            self.negative += u64::from(literal.negative);
            self.long += u64::from(literal.is_long());
            self.integers += u64::from(literal.is_integer());
            self.fractions += u64::from(!literal.is_integer());
        }
        self.distinct.take(text, &mut tools.budget);
    }

    fn take_text(&mut self, text: &str, value: &Value, tools: &mut Tools) {
        let first = self.texts.count == 0;
        self.texts.take(text, value, &tools.formats);
        self.distinct.take(text, &mut tools.budget);
        if !tools.table || text.is_empty() || (!first && self.spelled.is_none()) {
            return;
        }
        let cell = Document::parse(text.trim().as_bytes()).map(Document::into_value);
        match cell {
            Ok(spelled @ (Value::Array(_) | Value::Object(_))) => {
                self.spelled.get_or_insert_default().take(&spelled, tools);
            }
            _ => self.spelled = None,
        }
    }

    /// Takes the members of an object.
    pub(super) fn take_members(&mut self, members: &Map<String, Value>, tools: &mut Tools) {
        self.objects += 1;
        for (name, value) in members {
            if let Some(node) = self.member(name, tools) {
                node.take(value, tools);
            }
        }
    }

    /// The member `name`, unless there are too many in all.
    pub(super) fn member(&mut self, name: &str, tools: &mut Tools) -> Option<&mut Node> {
        if !self.members.contains_key(name) {
            if tools.budget.fields == 0 {
                self.overflowed = true;
                return None;
            }
            tools.budget.fields -= 1;
        }
        Some(self.members.entry(name.into()).or_default())
    }

    /// Remembers the order of the members as a record has them at these places.
    pub(super) fn arrange(&mut self, at: &Pointer, places: &Places) {
        let ranked = self.members.values().filter(|node| node.rank.is_some()).count();
        let mut new: Vec<_> = self
            .members
            .iter_mut()
            .filter(|(_, node)| node.rank.is_none())
            .filter_map(|(name, node)| Some((places.at(&at.child(name))?, node)))
            .collect();
        new.sort_by_key(|(place, _)| *place);
        for (rank, (_, node)) in (ranked..).zip(new) {
            node.rank = Some(rank);
        }
        for (name, node) in &mut self.members {
            node.arrange(&at.child(name), places);
        }
        if let Some(items) = &mut self.items {
            items.arrange(&at.child("0"), places);
        }
    }

    /// The members in the order in which they are shown.
    pub(super) fn in_order(&self) -> Vec<(&str, &Node)> {
        let mut members: Vec<(&str, &Node)> = self
            .members
            .iter()
            .map(|(name, node)| (name.as_ref(), node))
            .collect();
        members.sort_by_key(|(name, node)| (node.rank.unwrap_or(usize::MAX), *name));
        members
    }
}

impl Texts {
    fn take(&mut self, text: &str, value: &Value, formats: &Formats) {
        self.count += 1;
        self.max_bytes = self.max_bytes.max(text.len());
        if text.is_empty() {
            self.empty += 1;
            return;
        }
        self.padded += u64::from(text.trim().len() < text.len());
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        self.digits = match self.digits {
            Digits::Unknown if digits => Digits::All(text.len()),
            Digits::All(length) if digits && length == text.len() => self.digits,
            _ => Digits::Mixed,
        };
        self.cells.take(text);
        formats.narrow(&mut self.fitting, text, value);
        let region = is_region(text);
        self.regions += u64::from(region);
        self.dotted += u64::from(region && text.contains('.'));
    }

    /// How many are not empty.
    pub(super) fn filled(&self) -> u64 {
        self.count - self.empty
    }
}
