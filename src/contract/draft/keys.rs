//! Which field, or which two, may be the key.
//!
//! Not here: whether values repeat (`distinct`). Invariant: a candidate is there in every record, is a
//! text or an integer, is never empty and fits into a key; the best comes first.

use std::collections::HashSet;

use serde_json::Value;

use super::distinct::{Budget, hash_of};
use super::names::Words;
use super::node::{Digits, Node};
use crate::types::{MAX_KEY_BYTES, Pointer};

/// How many fields are looked at for a pair.
const PAIRED: usize = 24;
/// After how many records only the best pairs are followed.
const SORTED_OUT: u64 = 5_000;
/// How many those are.
const FOLLOWED: usize = 12;

/// A field that may be a key, or a part of one.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) field: Pointer,
    /// How much it looks like a key; 0 is the most.
    pub(super) rank: u8,
    pub(super) unique: bool,
    /// How often values repeat, when that is seldom.
    pub(super) seldom: Option<u64>,
    /// Whether it was counted on to the end.
    pub(super) sure: bool,
    max_bytes: usize,
}

/// A rank from which on a field is rather a text that happens not to repeat.
pub(super) const WEAK: u8 = 5;

/// The fields that may be a key or a part of one, best first.
pub(super) fn candidates(root: &Node, schema: &Value) -> Vec<Candidate> {
    let mut found = Vec::new();
    gather(root, schema, &Pointer::default(), &mut found);
    found.sort_by_key(|one: &Candidate| (one.rank, one.field.segments().len()));
    found
}

/// Follows the schema through what it requires.
fn gather(node: &Node, schema: &Value, at: &Pointer, found: &mut Vec<Candidate>) {
    let required = schema.get("required").and_then(Value::as_array);
    let required: HashSet<&str> = required.into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, member) in node.in_order() {
        let Some(inner) = schema.get("properties").and_then(|all| all.get(name)) else {
            continue;
        };
        if !required.contains(name) {
            continue;
        }
        let field = at.child(name);
        let names = match inner.get("type") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(name)) => vec![name.as_str()],
            _ => Vec::new(),
        };
        match names.as_slice() {
            ["object"] => gather(member, inner, &field, found),
            ["string" | "integer"] | ["string", "integer"] => found.extend(candidate(member, inner, field)),
            _ => {}
        }
    }
}

fn candidate(node: &Node, schema: &Value, field: Pointer) -> Option<Candidate> {
    let words = Words::of(&field);
    let integer = schema.get("type").and_then(Value::as_str) == Some("integer");
    let unfit = node.texts.empty > 0
        || field.has_wildcard()
        || node.texts.max_bytes > MAX_KEY_BYTES
        || words.amount()
        || (integer && node.negative + node.texts.cells.negative > 0);
    if unfit {
        return None;
    }
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let whole = ["id", "kode", "code", "nip", "nik", "nisn", "npsn", "uuid"];
    let rank = match format {
        _ if whole.iter().any(|word| words.is_only(word)) => 0,
        _ if words.code() || words.id() => 1,
        "uuid" | "date" | "nik" | "nip" | "npwp" | "kode-wilayah" => 2,
        "date-time" => 3,
        _ if matches!(node.texts.digits, Digits::All(_)) && !integer => 2,
        _ if words.label() => WEAK,
        "email" | "uri" => 4,
        _ if integer || words.year() => 4,
        _ if node.texts.max_bytes <= 40 => 4,
        _ => WEAK,
    };
    Some(Candidate {
        rank,
        unique: node.distinct.is_unique(),
        seldom: node.distinct.repeats_seldom().then_some(node.distinct.repeats),
        sure: !node.distinct.gave_up,
        max_bytes: node.texts.max_bytes.max(20),
        field,
    })
}

/// The search for two fields that together come once, over the same records once more.
#[derive(Debug)]
pub struct Pairs {
    alive: Vec<Pair>,
    budget: Budget,
    seen: u64,
    gave_up: bool,
}

#[derive(Debug)]
struct Pair {
    fields: [Pointer; 2],
    hashes: HashSet<u64>,
}

impl Pairs {
    /// All pairs of `candidates`, best first.
    pub(super) fn of(candidates: &[Candidate]) -> Self {
        let fit = |one: &&Candidate| one.max_bytes < MAX_KEY_BYTES / 4;
        let fit: Vec<&Candidate> = candidates.iter().filter(fit).take(PAIRED).collect();
        let mut ranked = Vec::new();
        for (index, one) in fit.iter().enumerate() {
            for other in fit.iter().skip(index + 1) {
                // Two texts for people are no key, though they may never come twice.
                if one.rank < WEAK || other.rank < WEAK {
                    ranked.push((one.rank + other.rank, [one.field.clone(), other.field.clone()]));
                }
            }
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        let pair = |(_, fields)| Pair {
            fields,
            hashes: HashSet::new(),
        };
        Pairs {
            alive: ranked.into_iter().map(pair).collect(),
            budget: Budget::default(),
            seen: 0,
            gave_up: false,
        }
    }

    /// Takes one record.
    pub fn take(&mut self, record: &Value) {
        self.seen += 1;
        if self.seen == SORTED_OUT {
            self.alive.truncate(FOLLOWED);
        }
        if self.gave_up {
            return;
        }
        let budget = &mut self.budget;
        self.alive.retain_mut(|pair| {
            let parts = pair.fields.each_ref().map(|field| part(field, record));
            let [Some(one), Some(other)] = parts else {
                return false;
            };
            let new = pair.hashes.insert(hash_of(&[one, other]));
            if new {
                budget.values = budget.values.saturating_sub(1);
            } else {
                budget.values += pair.hashes.len();
            }
            new
        });
        self.gave_up = self.budget.values == 0;
    }

    /// Whether every pair was followed to the end.
    pub(super) fn is_sure(&self) -> bool {
        !self.gave_up
    }

    /// The best pair that never came twice.
    pub(super) fn best(&self) -> Option<&[Pointer; 2]> {
        self.alive.first().map(|pair| &pair.fields)
    }
}

/// A part of a key.
fn part<'r>(field: &Pointer, record: &'r Value) -> Option<&'r str> {
    match field.find(record)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.as_str()),
        _ => None,
    }
}
