//! [`Have`]: what is known of a value that the old schema accepts; [`Facts`]: the same, summed up.
//!
//! Not here: drawing conclusions. Invariant: whatever the old schema accepts agrees with it; it may
//! agree with more, never with less.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::shape::{Bound, Id, Kinds, Shape, Shapes};
use crate::contract::validator::number;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Have {
    /// The shapes that accept it, references and `allOf` followed.
    pub ids: BTreeSet<Id>,
    /// Members that it holds beyond those that its shapes require.
    pub required: BTreeSet<String>,
    pub kinds: Kinds,
    /// The classes of shapes that refuse it.
    pub denied: BTreeSet<usize>,
    /// The choices that were taken: a shape, and which of its choices.
    pub done: BTreeSet<(Id, Choice)>,
}

/// A keyword by which a shape leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Choice {
    Any,
    One,
    Condition,
}

impl Have {
    /// A value that all of `ids` accept.
    pub fn of(shapes: &Shapes<'_>, ids: impl IntoIterator<Item = Id>) -> Self {
        let mut have = Have {
            ids: BTreeSet::new(),
            required: BTreeSet::new(),
            kinds: Kinds::ALL,
            denied: BTreeSet::new(),
            done: BTreeSet::new(),
        };
        have.add(shapes, ids.into_iter().collect());
        have
    }

    /// The same value, accepted by `id` too.
    pub fn with(&self, shapes: &Shapes<'_>, id: Id) -> Self {
        let mut have = self.clone();
        have.add(shapes, vec![id]);
        have
    }

    /// The same value, an object that holds the member `name`.
    pub fn holding(&self, shapes: &Shapes<'_>, name: &str) -> Self {
        let mut have = self.clone();
        have.required.insert(name.to_owned());
        have.narrowed(shapes, Kinds::OBJECT)
    }

    /// The same value, of these kinds only.
    pub fn narrowed(&self, shapes: &Shapes<'_>, kinds: Kinds) -> Self {
        let mut have = self.clone();
        have.kinds = have.kinds.and(kinds);
        have.add(shapes, Vec::new());
        have
    }

    /// Whether a shape of this class accepts it.
    pub fn has_class(&self, shapes: &Shapes<'_>, class: usize) -> bool {
        self.ids.iter().any(|id| shapes.class(*id) == class)
    }

    fn add(&mut self, shapes: &Shapes<'_>, mut waiting: Vec<Id>) {
        loop {
            while let Some(id) = waiting.pop() {
                if self.ids.insert(id) {
                    let shape = shapes.get(id);
                    waiting.extend(&shape.all);
                    self.denied.extend(shape.not.map(|not| shapes.class(not)));
                }
            }
            waiting = self.dependents(shapes);
            if waiting.is_empty() {
                return;
            }
        }
    }

    /// Shapes that judge the value because of a member it holds; notes members that go with it.
    fn dependents(&mut self, shapes: &Shapes<'_>) -> Vec<Id> {
        let all: Vec<&Shape<'_>> = self.ids.iter().map(|id| shapes.get(*id)).collect();
        let none =
            |shape: &&Shape<'_>| shape.dependent_required.is_empty() && shape.dependent_schemas.is_empty();
        // What is required is there only in objects; of a value that may be none, nothing follows.
        let kinds = all
            .iter()
            .filter_map(|shape| shape.kinds)
            .fold(self.kinds, Kinds::and);
        if all.iter().all(none) || !kinds.within(Kinds::OBJECT) {
            return Vec::new();
        }
        loop {
            let held = |name: &String| {
                self.required.contains(name) || all.iter().any(|shape| shape.required.contains(name))
            };
            let named = all.iter().flat_map(|shape| &shape.dependent_required);
            let more: BTreeSet<String> = named
                .filter(|(name, _)| held(name))
                .flat_map(|(_, needed)| needed.iter().cloned())
                .filter(|needed| !held(needed))
                .collect();
            if more.is_empty() {
                let named = all.iter().flat_map(|shape| &shape.dependent_schemas);
                return named
                    .filter(|(name, id)| held(name) && !self.ids.contains(id))
                    .map(|(_, id)| *id)
                    .collect();
            }
            self.required.extend(more);
        }
    }
}

/// What is known of a value, summed up over its shapes.
pub struct Facts<'a, 'v> {
    pub shapes: Vec<&'a Shape<'v>>,
    /// The kinds that it can have; empty when there is no such value.
    pub kinds: Kinds,
    /// The values that it is one of, more than it can be.
    pub choices: Option<&'a [Value]>,
    pub low: Option<Bound>,
    pub high: Option<Bound>,
    pub min_length: u64,
    pub max_length: Option<u64>,
    pub min_items: u64,
    pub max_items: Option<u64>,
    pub unique: bool,
    pub required: BTreeSet<&'a str>,
    pub min_properties: u64,
    pub max_properties: Option<u64>,
}

impl<'a, 'v> Facts<'a, 'v> {
    /// What all shapes of `have` demand together.
    pub fn of(shapes: &'a Shapes<'v>, have: &'a Have) -> Self {
        let all: Vec<&Shape<'v>> = have.ids.iter().map(|id| shapes.get(*id)).collect();
        let most = |get: fn(&Shape<'v>) -> Option<u64>| all.iter().filter_map(|shape| get(shape)).max();
        let least = |get: fn(&Shape<'v>) -> Option<u64>| all.iter().filter_map(|shape| get(shape)).min();
        let mut required: BTreeSet<&str> = have.required.iter().map(String::as_str).collect();
        for shape in &all {
            required.extend(shape.required.iter().map(String::as_str));
        }
        let held = u64::try_from(required.len()).unwrap_or(u64::MAX);
        let mut kinds = all
            .iter()
            .filter_map(|shape| shape.kinds)
            .fold(have.kinds, Kinds::and);
        if all.iter().any(|shape| shape.never) {
            kinds = Kinds::NONE;
        }
        if all
            .iter()
            .filter_map(|shape| shape.multiple.as_ref())
            .any(is_whole)
        {
            kinds = kinds.without(Kinds::FRACTION);
        }
        let closed = all.iter().flat_map(|shape| &shape.tails);
        let closed = closed
            .filter(|tail| shapes.get(tail.schema).never)
            .map(|tail| u64::try_from(tail.from).unwrap_or(u64::MAX))
            .min();
        let choices = all.iter().filter_map(|shape| shape.choices.as_ref());
        let mut facts = Facts {
            choices: choices
                .map(|(_, choices)| choices.as_slice())
                .min_by_key(|choices| choices.len()),
            kinds,
            low: tightest(all.iter().flat_map(|shape| &shape.low), Ordering::Greater),
            high: tightest(all.iter().flat_map(|shape| &shape.high), Ordering::Less),
            min_length: most(|shape| shape.min_length).unwrap_or_default(),
            max_length: least(|shape| shape.max_length),
            min_items: most(|shape| shape.min_items).unwrap_or_default(),
            max_items: least(|shape| shape.max_items).into_iter().chain(closed).min(),
            unique: all.iter().any(|shape| shape.unique),
            min_properties: most(|shape| shape.min_properties).unwrap_or_default().max(held),
            max_properties: least(|shape| shape.max_properties),
            required,
            shapes: all,
        };
        facts.drop_impossible();
        facts
    }

    /// Takes away the kinds whose bounds exclude each other.
    fn drop_impossible(&mut self) {
        if !self.kinds.meets(Kinds::FRACTION) {
            self.low = self.low.take().map(|bound| whole(bound, true));
            self.high = self.high.take().map(|bound| whole(bound, false));
        }
        if let (Some(low), Some(high)) = (&self.low, &self.high) {
            let order = number::compare(&low.value, &high.value);
            if order.is_gt() || (order.is_eq() && (low.exclusive || high.exclusive)) {
                self.kinds = self.kinds.without(Kinds::NUMBER);
            }
        }
        for (kind, least, most) in [
            (Kinds::STRING, self.min_length, self.max_length),
            (Kinds::ARRAY, self.min_items, self.max_items),
            (Kinds::OBJECT, self.min_properties, self.max_properties),
        ] {
            if most.is_some_and(|most| least > most) {
                self.kinds = self.kinds.without(kind);
            }
        }
    }

    /// The value of a keyword in the first shape that has it.
    pub fn told(&self, keyword: &str) -> Value {
        let mut all = self.shapes.iter().filter_map(|shape| shape.source);
        let found = all.find_map(|source| source.get(keyword));
        found.cloned().unwrap_or(Value::Null)
    }
}

/// Whether every multiple of `number` is whole.
fn is_whole(multiple: &serde_json::Number) -> bool {
    Kinds::of(&Value::Number(multiple.clone())) != Kinds::FRACTION
}

/// The bound that leaves the least; `further` is where tighter bounds lie.
fn tightest<'b>(bounds: impl Iterator<Item = &'b Bound>, further: Ordering) -> Option<Bound> {
    let mut best: Option<&Bound> = None;
    for bound in bounds {
        let tighter = best.is_none_or(|best| {
            let order = number::compare(&bound.value, &best.value);
            order == further || (order.is_eq() && bound.exclusive)
        });
        if tighter {
            best = Some(bound);
        }
    }
    best.cloned()
}

/// The same bound for whole numbers, as a whole number that is allowed; as it is where it is written
/// in a way that is not calculated with.
fn whole(bound: Bound, low: bool) -> Bound {
    match first_whole(&bound, low) {
        Some(first) => Bound {
            value: serde_json::Number::from_i128(first).unwrap_or_else(|| bound.value.clone()),
            exclusive: false,
            ..bound
        },
        None => bound,
    }
}

/// The first whole number on the allowed side of a bound.
pub fn first_whole(bound: &Bound, low: bool) -> Option<i128> {
    let text = bound.value.as_str();
    let (written, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || written.len() > 30 {
        return None;
    }
    let cut: i128 = written.parse().ok()?;
    let exact = fraction.bytes().all(|byte| byte == b'0');
    let negative = written.starts_with('-');
    Some(match (low, exact) {
        (true, true) => cut + i128::from(bound.exclusive),
        (false, true) => cut - i128::from(bound.exclusive),
        (true, false) => cut + i128::from(!negative),
        (false, false) => cut - i128::from(negative),
    })
}
