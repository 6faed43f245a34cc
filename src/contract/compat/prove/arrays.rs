//! Arrays: items by place, the rest, how many, how different.
//!
//! Invariant: an index that no value reaches is never blamed.

use serde_json::Value;

use super::{Doubt, Finding, Prover};
use crate::contract::compat::have::{Facts, Have};
use crate::contract::compat::shape::{ANYTHING, Contains, Id, Kinds};

impl<'a, 'v> Prover<'a, 'v> {
    pub(super) fn arrays(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        if !facts.kinds.meets(Kinds::ARRAY) {
            return Vec::new();
        }
        let shape = self.shapes.get(want);
        let mut all = self.items(have, want, facts);
        let mut broken = Vec::new();
        if shape.min_items.is_some_and(|least| facts.min_items < least) {
            broken.push("minItems");
        }
        if shape
            .max_items
            .is_some_and(|most| facts.max_items.is_none_or(|known| known > most))
        {
            broken.push("maxItems");
        }
        if shape.unique && !facts.unique && facts.max_items.is_none_or(|most| most > 1) {
            broken.push("uniqueItems");
        }
        for rule in broken {
            all.push(self.narrower(have, want, facts, rule, Doubt::NoExample));
        }
        if let Some(contains) = &shape.contains
            && !self.holds_enough(have, facts, contains)
        {
            let mut finding = self.narrower(have, want, facts, "contains", Doubt::NotCompared);
            finding.rule = blamed(contains, facts).to_owned();
            finding.old = facts.told(&finding.rule);
            finding.new = shape.told(&finding.rule);
            all.push(finding);
        }
        all
    }

    fn items(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        let shape = self.shapes.get(want);
        let mut all = Vec::new();
        if shape.prefix.is_empty() && shape.tails.is_empty() {
            return all;
        }
        let ends = facts.shapes.iter().copied().chain([shape]);
        let end = ends
            .map(|shape| {
                shape
                    .tails
                    .iter()
                    .map(|tail| tail.from)
                    .fold(shape.prefix.len(), usize::max)
            })
            .max()
            .unwrap_or_default();
        for index in 0..=end {
            let at = u64::try_from(index).unwrap_or(u64::MAX);
            if facts.max_items.is_some_and(|most| most <= at) {
                break;
            }
            let item = self.maker.item(have, index);
            let mut wanted: Vec<(Id, &str)> = Vec::new();
            wanted.extend(shape.prefix.get(index).map(|id| (*id, "items")));
            let tails = shape.tails.iter().filter(|tail| index >= tail.from);
            wanted.extend(tails.map(|tail| (tail.schema, tail.keyword)));
            let name = if index == end {
                "*".to_owned()
            } else {
                index.to_string()
            };
            for (id, keyword) in wanted {
                for finding in self.implies(&item, id) {
                    let example = finding.example.clone();
                    let example = example.and_then(|value| self.around_item(have, facts, index, value));
                    all.push(super::objects::lift(finding, &name, keyword, shape, example));
                }
            }
            if self.enough(&all) {
                break;
            }
        }
        all
    }

    /// An array that holds `value` at `index`.
    fn around_item(
        &mut self,
        have: &Have,
        facts: &Facts<'_, 'v>,
        index: usize,
        value: Value,
    ) -> Option<Value> {
        let least = usize::try_from(facts.min_items).unwrap_or(usize::MAX);
        let fixed = [(index, value)];
        let contained = facts.shapes.iter().find_map(|shape| shape.contains.as_ref());
        let mut tries = vec![(least.max(index + 1), ANYTHING)];
        tries.extend(contained.map(|contains| {
            let beside = usize::try_from(contains.min)
                .unwrap_or(usize::MAX)
                .saturating_add(index + 1);
            (least.max(beside), contains.schema)
        }));
        tries.into_iter().find_map(|(size, wanted)| {
            let made = self.maker.array(have, &fixed, size, 0, true, wanted)?;
            self.maker.allows(have, &made).then_some(made)
        })
    }

    /// Whether every array holds as many items as `contains` asks for, and no more.
    fn holds_enough(&mut self, have: &Have, facts: &Facts<'_, 'v>, wanted: &Contains) -> bool {
        let shapes = self.shapes;
        let known: Vec<&Contains> = facts
            .shapes
            .iter()
            .filter_map(|shape| shape.contains.as_ref())
            .collect();
        let inner = |id: Id| Have::of(shapes, [id]);
        let mut least = wanted.min == 0
            || known
                .iter()
                .any(|known| known.min >= wanted.min && self.shows(&inner(known.schema), wanted.schema));
        let places = usize::try_from(wanted.min).unwrap_or(usize::MAX);
        if !least && wanted.min <= facts.min_items && places <= 50 {
            least = (0..places).all(|index| {
                let item = self.maker.item(have, index);
                self.shows(&item, wanted.schema)
            });
        }
        let Some(max) = wanted.max else { return least };
        let most = facts.max_items.is_some_and(|known| known <= max)
            || known.iter().any(|known| {
                known.max.is_some_and(|known| known <= max) && self.shows(&inner(wanted.schema), known.schema)
            });
        least && most
    }
}

/// Which of the three keywords is narrower.
fn blamed(wanted: &Contains, facts: &Facts<'_, '_>) -> &'static str {
    let known = facts.shapes.iter().find_map(|shape| shape.contains.as_ref());
    match known {
        Some(known)
            if known.schema != wanted.schema && known.min == wanted.min && known.max == wanted.max =>
        {
            "contains"
        }
        Some(known) if wanted.min > known.min => "minContains",
        Some(known)
            if wanted
                .max
                .is_some_and(|max| known.max.is_none_or(|known| known > max)) =>
        {
            "maxContains"
        }
        _ => "contains",
    }
}
