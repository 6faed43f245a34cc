//! Arrays and objects at the ends of what shapes allow.
//!
//! Invariant: an array that is made holds at most [`MAX_ITEMS`] items, an object as many members
//! more than are required.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Maker;
use crate::contract::compat::have::{Facts, Have};
use crate::contract::compat::shape::{ANYTHING, Id, Kinds, Shape};
use crate::contract::compat::texts::{Found, pattern};
use crate::contract::validator::compare;

/// The most items of an array.
const MAX_ITEMS: u64 = 1100;

/// From this depth on only the smallest values are made.
const SHALLOW: usize = 3;

/// The most members that are tried one by one.
const MAX_SINGLE: usize = 24;

impl<'v> Maker<'_, 'v> {
    /// The shapes that judge the member `name` of such a value.
    pub fn member(&mut self, have: &Have, name: &str) -> Have {
        let shapes = self.judge.shapes;
        let mut ids = Vec::new();
        for id in &have.ids {
            ids.extend(self.judge.of_member(shapes.get(*id), name));
        }
        Have::of(shapes, ids)
    }

    /// The shapes that judge the item `index` of such a value.
    pub fn item(&self, have: &Have, index: usize) -> Have {
        let shapes = self.judge.shapes;
        let mut ids = Vec::new();
        for shape in have.ids.iter().map(|id| shapes.get(*id)) {
            ids.extend(shape.prefix.get(index));
            ids.extend(
                shape
                    .tails
                    .iter()
                    .filter(|tail| index >= tail.from)
                    .map(|tail| tail.schema),
            );
        }
        Have::of(shapes, ids)
    }

    /// An object that holds `fixed` and whatever else it must.
    pub fn object(
        &mut self,
        have: &Have,
        fixed: &Map<String, Value>,
        depth: usize,
    ) -> Option<Map<String, Value>> {
        let shapes = self.judge.shapes;
        let have = have.narrowed(shapes, Kinds::OBJECT);
        let have = fixed.keys().fold(have, |have, name| have.holding(shapes, name));
        let facts = Facts::of(shapes, &have);
        let mut members = fixed.clone();
        for name in &facts.required {
            if !members.contains_key(*name) {
                let member = self.member(&have, name);
                let made = self.values(&member, &[], depth + 1).into_iter().next()?;
                members.insert((*name).to_owned(), made);
            }
        }
        let wanted = usize::try_from(facts.min_properties).unwrap_or(usize::MAX);
        let mut spare = 0;
        while members.len() < wanted && spare < 200 {
            let name = self.spare_name(&facts.shapes, spare);
            spare += 1;
            if members.contains_key(&name) {
                continue;
            }
            let member = self.member(&have, &name);
            if let Some(made) = self.values(&member, &[], depth + 1).into_iter().next() {
                members.insert(name, made);
            }
        }
        Some(members)
    }

    /// Names that an object may hold beyond those required: declared ones, then ones that match
    /// patterns, then any.
    fn spare_name(&mut self, shapes: &[&Shape<'v>], number: usize) -> String {
        let declared = shapes
            .iter()
            .flat_map(|shape| shape.properties.keys())
            .nth(number);
        if let Some(name) = declared {
            return name.clone();
        }
        let mut patterns = shapes.iter().flat_map(|shape| shape.patterns.keys());
        let known = patterns.next().and_then(|known| pattern(known));
        match known.map(|known| self.texts.find(&[known], &[])) {
            Some(Found::Text(name)) if number.is_multiple_of(2) => format!("{name}{number}"),
            _ => format!("x{number}"),
        }
    }

    pub(super) fn objects(
        &mut self,
        have: &Have,
        facts: &Facts<'_, 'v>,
        hints: &[Id],
        depth: usize,
    ) -> Vec<Value> {
        let shapes = self.judge.shapes;
        let mut all: Vec<Value> = Vec::new();
        let mut push = |made: Option<Map<String, Value>>| all.extend(made.map(Value::Object));
        push(self.object(have, &Map::new(), depth));
        if depth >= SHALLOW {
            return all;
        }
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for shape in facts
            .shapes
            .iter()
            .copied()
            .chain(hints.iter().map(|id| shapes.get(*id)))
        {
            names.extend(shape.properties.keys().map(String::as_str).take(MAX_SINGLE));
            names.extend(shape.required.iter().map(String::as_str).take(MAX_SINGLE));
            names.extend(shape.dependent_required.keys().map(String::as_str));
            names.extend(shape.dependent_schemas.keys().map(String::as_str));
        }
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).take(MAX_SINGLE).collect();
        for known in facts.shapes.iter().flat_map(|shape| shape.patterns.keys()) {
            if let Some(Found::Text(name)) = pattern(known).map(|known| self.texts.find(&[known], &[])) {
                names.push(name);
            }
        }
        names.extend(self.ruled_names(facts, hints, depth));
        names.extend(["x0".to_owned(), "Tambahan 1".to_owned()]);
        let hints: Vec<&Shape<'v>> = hints.iter().map(|id| shapes.get(*id)).collect();
        let mut full = Map::new();
        for name in &names {
            let member = self.member(have, name);
            let mut inner = Vec::new();
            for hint in &hints {
                inner.extend(self.judge.of_member(hint, name));
            }
            let some = self.values(&member, &inner, depth + 1);
            if let Some(first) = some.first().filter(|_| name != "x0") {
                full.insert(name.clone(), first.clone());
            }
            for value in some {
                push(self.object(have, &Map::from_iter([(name.clone(), value)]), depth));
            }
        }
        full.remove("Tambahan 1");
        push(self.object(have, &full, depth));
        let limits = facts
            .shapes
            .iter()
            .chain(&hints)
            .flat_map(|shape| [shape.min_properties, shape.max_properties]);
        let counts: BTreeSet<u64> = limits
            .flatten()
            .flat_map(|n| [n, n.saturating_add(1), n.saturating_sub(1)])
            .collect();
        for count in counts.into_iter().filter(|count| *count < MAX_ITEMS) {
            push(self.with_members(have, count, depth));
        }
        all
    }

    /// Names at the ends of what the rules for names allow.
    fn ruled_names(&mut self, facts: &Facts<'_, 'v>, hints: &[Id], depth: usize) -> Vec<String> {
        let shapes = self.judge.shapes;
        let ruled: Vec<Id> = facts.shapes.iter().filter_map(|shape| shape.names).collect();
        let hinted: Vec<Id> = hints.iter().filter_map(|id| shapes.get(*id).names).collect();
        if ruled.is_empty() && hinted.is_empty() {
            return Vec::new();
        }
        let names = Have::of(shapes, ruled).narrowed(shapes, Kinds::STRING);
        let all = self.values(&names, &hinted, depth + 1);
        all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// An object with exactly `count` members, if it may have as many.
    fn with_members(&mut self, have: &Have, count: u64, depth: usize) -> Option<Map<String, Value>> {
        let shapes: Vec<&Shape<'v>> = have.ids.iter().map(|id| self.judge.shapes.get(*id)).collect();
        let mut members = self.object(have, &Map::new(), depth)?;
        let count = usize::try_from(count).ok()?;
        for number in 0..count.saturating_mul(2).saturating_add(10) {
            if members.len() >= count || self.left == 0 {
                break;
            }
            let name = self.spare_name(&shapes, number);
            let member = self.member(have, &name);
            let made = self.values(&member, &[], depth.max(2) + 1).into_iter().next();
            members.extend(made.map(|made| (name, made)));
        }
        (members.len() == count).then_some(members)
    }

    pub(super) fn arrays(
        &mut self,
        have: &Have,
        facts: &Facts<'_, 'v>,
        hints: &[Id],
        depth: usize,
    ) -> Vec<Value> {
        let shapes = self.judge.shapes;
        let hints: Vec<&Shape<'v>> = hints.iter().map(|id| shapes.get(*id)).collect();
        let mut all: Vec<Value> = Vec::new();
        if depth >= SHALLOW {
            let least = usize::try_from(facts.min_items).unwrap_or(usize::MAX);
            let wanted = facts.shapes.iter().find_map(|shape| shape.contains.as_ref());
            for (size, wanted) in [
                (least, ANYTHING),
                (least.max(1), wanted.map_or(ANYTHING, |wanted| wanted.schema)),
            ] {
                all.extend(self.array(have, &[], size, depth, true, wanted));
            }
            return all;
        }
        let both = || facts.shapes.iter().chain(&hints).copied();
        let longest = both().map(|shape| shape.prefix.len()).max().unwrap_or_default();
        let sizes = sizes(both(), facts.min_items, longest);
        for size in sizes.into_iter().filter(|size| *size <= MAX_ITEMS) {
            let size = usize::try_from(size).unwrap_or_default();
            let wanted = facts.shapes.iter().find_map(|shape| shape.contains.as_ref());
            for wanted in [wanted.map_or(ANYTHING, |contains| contains.schema), ANYTHING] {
                all.extend(self.array(have, &[], size, depth, true, wanted));
            }
            if !facts.unique && size > 1 {
                all.extend(self.array(have, &[], size, depth, false, ANYTHING));
            }
        }
        for index in 0..(longest + 1).min(MAX_SINGLE) {
            let item = self.item(have, index);
            let mut inner: Vec<Id> = Vec::new();
            for hint in &hints {
                inner.extend(hint.prefix.get(index));
                inner.extend(
                    hint.tails
                        .iter()
                        .filter(|tail| index >= tail.from)
                        .map(|tail| tail.schema),
                );
                inner.extend(hint.contains.iter().map(|contains| contains.schema));
            }
            for value in self.values(&item, &inner, depth + 1) {
                let least = usize::try_from(facts.min_items).unwrap_or(usize::MAX);
                all.extend(self.array(
                    have,
                    &[(index, value)],
                    least.max(index + 1),
                    depth,
                    true,
                    ANYTHING,
                ));
            }
        }
        all
    }

    /// An array of `size` items that holds `fixed` at their places; the others are accepted by
    /// `wanted` too, and differ from each other where `differ` asks for it and they can.
    pub fn array(
        &mut self,
        have: &Have,
        fixed: &[(usize, Value)],
        size: usize,
        depth: usize,
        differ: bool,
        wanted: Id,
    ) -> Option<Value> {
        let shapes = self.judge.shapes;
        if u64::try_from(size).is_ok_and(|size| size > MAX_ITEMS) || self.left < size {
            return None;
        }
        let mut items: Vec<Value> = Vec::new();
        let mut last: Option<(Have, Vec<Value>)> = None;
        for index in 0..size {
            if let Some((_, value)) = fixed.iter().find(|(at, _)| *at == index) {
                items.push(value.clone());
                continue;
            }
            let item = self.item(have, index).with(shapes, wanted);
            let known = last.take().filter(|(known, _)| *known == item);
            let some = match known {
                Some((_, some)) => some,
                None => self.values(&item, &[], depth + 1),
            };
            let fresh = |value: &&Value| !differ || !items.iter().any(|item| compare(item, value).is_eq());
            let mut made = some.iter().find(fresh).cloned();
            if made.is_none() && differ {
                made = self.stranger(&item, index);
            }
            items.push(made.or_else(|| some.first().cloned())?);
            last = Some((item, some));
        }
        self.left = self.left.saturating_sub(size);
        Some(Value::Array(items))
    }

    /// One more value that is not among the usual ones.
    fn stranger(&mut self, have: &Have, index: usize) -> Option<Value> {
        let choices = [Value::from(1000 + index), Value::from(format!("x{index}"))];
        choices.into_iter().find(|value| self.allows(have, value))
    }
}

/// Sizes of arrays at the ends of what shapes allow, and beside them.
fn sizes<'s, 'v: 's>(
    shapes: impl Iterator<Item = &'s Shape<'v>>,
    least: u64,
    longest: usize,
) -> BTreeSet<u64> {
    let longest = u64::try_from(longest).unwrap_or(u64::MAX);
    let mut sizes = BTreeSet::from([least, 1, 2, longest, longest.saturating_add(1)]);
    for shape in shapes {
        let contained = shape
            .contains
            .as_ref()
            .map(|contains| (contains.min, contains.max));
        let (least, most) = contained.unzip();
        let limits = [shape.min_items, shape.max_items, least, most.flatten()];
        let near = limits.into_iter().flatten();
        sizes.extend(near.flat_map(|n| [n, n.saturating_add(1), n.saturating_sub(1)]));
    }
    sizes
}
