//! The schema of a draft: from what was seen to what is accepted.
//!
//! Invariant: every record that was seen is accepted, and what was never seen is refused, except in
//! objects that say otherwise in a note.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::distinct::FEW;
use super::kind::{self, Kind};
use super::names::Words;
use super::node::{Digits, Node};
use super::wording;
use super::{Note, formats::Formats};
use crate::types::{Pointer, Text};

/// How many values must agree on a number of digits before it becomes a pattern.
const AGREEING: u64 = 20;
/// From how many values on a few that repeat may be all there are.
const REPEATING: u64 = 50;
/// What lies deeper is not described.
const DEEPEST: usize = 24;
/// An object with more members, of which each is seldom there, is a map from names to values.
const MAP: usize = 100;

/// The keywords in the order in which they are shown.
const ORDER: &[&str] = &[
    "$schema",
    "type",
    "format",
    "pattern",
    "minLength",
    "enum",
    "items",
    "required",
    "additionalProperties",
    "properties",
];

/// Writes schemas; see the module.
pub(super) struct Writer<'n> {
    pub(super) notes: Vec<Note>,
    /// Where each member of the document stands among its siblings.
    pub(super) ranks: HashMap<Pointer, usize>,
    pub(super) formats: &'n Formats,
    pub(super) table: bool,
    /// Whether few values that repeat become an `enum`, instead of a note.
    pub(super) enums: bool,
    /// The fields about persons: their values are not repeated in notes.
    pub(super) personal: &'n [Pointer],
    /// The numbers of which none is below zero.
    pub(super) natural: Vec<Pointer>,
}

impl Writer<'_> {
    /// The schema of what was seen at `field`; it stands at `place` in the document.
    pub(super) fn schema(&mut self, node: &Node, field: &Pointer, place: &Pointer) -> Value {
        let words = Words::of(field);
        let column = self.table && node.objects == 0 && node.texts.count > 0;
        if field.segments().len() > DEEPEST {
            self.say(place, "deep", wording::deep());
            return json!({});
        }
        let quote = !self.is_personal(field);
        let (kind, said) = if column {
            kind::of_column(node, &words, quote)
        } else {
            (Kind::AsSeen, kind::not_quite(node, quote))
        };
        if let Some(said) = said {
            self.say(place, "text-kept", said);
        }
        let mut schema = Map::new();
        match kind {
            Kind::Boolean => drop(schema.insert("type".into(), "boolean".into())),
            Kind::Integer => self.number(&mut schema, "integer", node.texts.cells.negative, field),
            Kind::Number => self.number(&mut schema, "number", node.texts.cells.negative, field),
            Kind::Spelled => {
                if let Some(spelled) = &node.spelled {
                    // What stands within a cell is JSON, and no table.
                    self.table = false;
                    let schema = self.schema(spelled, field, place);
                    self.table = true;
                    return schema;
                }
            }
            Kind::AsSeen => self.as_seen(&mut schema, node, field, place),
        }
        for (rank, name) in ORDER.iter().enumerate() {
            self.ranks.insert(place.child(name), rank);
        }
        Value::Object(schema)
    }

    /// Notes what to look at.
    pub(super) fn say(&mut self, place: &Pointer, code: &'static str, message: Text) {
        self.notes.push(Note {
            pointer: place.clone(),
            code,
            message,
        });
    }

    fn is_personal(&self, field: &Pointer) -> bool {
        self.personal.iter().any(|outer| field.lies_within(outer))
    }

    fn number(&mut self, schema: &mut Map<String, Value>, name: &str, negative: u64, field: &Pointer) {
        schema.insert("type".into(), name.into());
        self.not_negative(negative, field);
    }

    fn not_negative(&mut self, negative: u64, field: &Pointer) {
        let words = Words::of(field);
        let counted = words.id() || words.code() || words.year() || words.is_only("no");
        if negative == 0 && !counted {
            self.natural.push(field.clone());
        }
    }

    fn as_seen(&mut self, schema: &mut Map<String, Value>, node: &Node, field: &Pointer, place: &Pointer) {
        let types = types(node);
        match types.as_slice() {
            [] => {
                schema.insert("type".into(), json!(["string", "null"]));
                self.say(place, "never-filled", wording::never_filled());
            }
            [only] => drop(schema.insert("type".into(), (*only).into())),
            several => drop(schema.insert("type".into(), json!(several))),
        }
        let real = types.iter().filter(|name| **name != "null").count();
        if real > 1 {
            self.say(place, "mixed-types", wording::mixed(&types));
        }
        if node.integers + node.fractions > 0 {
            self.numbers(node, field, place);
        }
        if node.texts.count > 0 {
            self.texts(schema, node, field, place, real == 1);
        }
        if types.contains(&"object") {
            self.object(schema, node, field, place);
        }
        if let Some(items) = node.items.as_ref().filter(|items| items.seen > 0) {
            let inner = self.schema(items, &field.child("*"), &place.child("items"));
            schema.insert("items".into(), inner);
        }
    }

    fn numbers(&mut self, node: &Node, field: &Pointer, place: &Pointer) {
        self.not_negative(node.negative, field);
        if node.long > 0 {
            self.say(place, "long-number", wording::long_number());
        }
    }

    fn texts(
        &mut self,
        schema: &mut Map<String, Value>,
        node: &Node,
        field: &Pointer,
        place: &Pointer,
        alone: bool,
    ) {
        let texts = &node.texts;
        if texts.padded > 0 {
            self.say(place, "padded", wording::padded(texts.padded));
        }
        if self.few(schema, node, field, place, alone) || texts.filled() == 0 {
            return;
        }
        if texts.empty > 0 {
            self.say(place, "empty-texts", wording::empty_texts(texts.empty));
            return;
        }
        if let Some(format) = self
            .formats
            .best(texts.fitting, &Words::of(field), texts.dotted > 0)
        {
            schema.insert("format".into(), format.into());
            return;
        }
        match texts.digits {
            Digits::All(length @ 2..) if texts.count >= AGREEING => {
                schema.insert("pattern".into(), format!("^[0-9]{{{length}}}$").into());
            }
            _ => drop(schema.insert("minLength".into(), 1.into())),
        }
    }

    /// Proposes or writes the few values that there are; tells whether it wrote them.
    fn few(
        &mut self,
        schema: &mut Map<String, Value>,
        node: &Node,
        field: &Pointer,
        place: &Pointer,
        alone: bool,
    ) -> bool {
        let count = node.texts.count;
        let words = Words::of(field);
        let code = matches!(node.texts.digits, Digits::All(_)) || words.code() || words.id();
        if !alone || code || count < REPEATING {
            return false;
        }
        let Some(few) = node.distinct.few() else {
            return false;
        };
        let number = u64::try_from(few.len()).unwrap_or(u64::MAX);
        if few.len() > FEW || number * 20 > count || self.is_personal(field) {
            return false;
        }
        let mut values: Vec<Value> = few.map(Value::from).collect();
        if node.nulls > 0 {
            values.push(Value::Null);
        }
        let values = Value::Array(values);
        if self.enums {
            schema.insert("enum".into(), values);
            return true;
        }
        self.say(place, "enum", wording::enumeration(&values));
        false
    }

    fn object(&mut self, schema: &mut Map<String, Value>, node: &Node, field: &Pointer, place: &Pointer) {
        let total: u64 = node.members.values().map(|member| member.seen).sum();
        let members = u64::try_from(node.members.len()).unwrap_or(u64::MAX);
        let sparse = total < members.saturating_mul(node.objects) / 10;
        if node.overflowed || (node.members.len() > MAP && sparse && !field.is_root()) {
            self.say(place, "open-object", wording::open_object(members));
            if !field.is_root() {
                return;
            }
        } else {
            schema.insert("additionalProperties".into(), false.into());
        }
        let mut required = Vec::new();
        let mut properties = Map::new();
        let inside = place.child("properties");
        for (rank, (name, member)) in node.in_order().into_iter().enumerate() {
            let (field, place) = (field.child(name), inside.child(name));
            let written = self.schema(member, &field, &place);
            if always(member, node.objects, &written) {
                required.push(Value::from(name));
            }
            self.ranks.insert(place, rank);
            properties.insert(name.into(), written);
        }
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
        schema.insert("properties".into(), properties.into());
    }
}

/// Whether a member of this `schema` was there, and not null, in every one of the `objects` around it.
/// An empty cell is a text only where the schema allows one.
fn always(member: &Node, objects: u64, schema: &Value) -> bool {
    let is_text = schema.get("type") == Some(&Value::from("string"));
    let nothing = if is_text { 0 } else { member.texts.empty };
    objects > 0 && member.seen == objects && member.nulls == 0 && nothing == 0
}

/// The names of the types that were seen.
fn types(node: &Node) -> Vec<&'static str> {
    let numbers = if node.fractions > 0 { "number" } else { "integer" };
    [
        ("string", node.texts.count),
        (numbers, node.integers + node.fractions),
        ("boolean", node.booleans),
        // A table's header may declare an object that no row fills.
        ("object", node.objects + u64::from(!node.members.is_empty())),
        ("array", node.arrays),
        ("null", node.nulls),
    ]
    .into_iter()
    .filter(|(name, count)| *count > 0 && !(*name == "null" && node.nulls == node.seen))
    .map(|(name, _)| name)
    .collect()
}
