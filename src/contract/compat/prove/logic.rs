//! Combinations: `allOf`, `anyOf`, `oneOf`, `not`, `if`; and what can't be said by shapes.
//!
//! Invariant: that a value fits none of the other branches of `oneOf` is shown, never assumed.

use super::{Doubt, Finding, Prover};
use crate::contract::compat::have::{Facts, Have};
use crate::contract::compat::shape::{ANYTHING, Condition, Id, Kinds};

/// How deep emptiness is looked for.
const MAX_DEPTH: usize = 6;

impl<'a, 'v> Prover<'a, 'v> {
    pub(super) fn logic(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        let shape = self.shapes.get(want);
        let mut all = Vec::new();
        for id in &shape.all {
            all.extend(self.implies(have, *id));
            if self.enough(&all) {
                return all;
            }
        }
        if let Some(branches) = &shape.any {
            let known = facts
                .shapes
                .iter()
                .any(|one| self.same(one.any.as_ref(), branches));
            if !known {
                all.extend(self.any_of(have, want, facts, branches));
            }
        }
        if let Some(branches) = &shape.one {
            let known = facts
                .shapes
                .iter()
                .any(|one| self.same(one.one.as_ref(), branches));
            if !known {
                all.extend(self.one_of(have, want, facts, branches));
            }
        }
        if let Some(refused) = shape.not
            && !self.excludes(have, refused)
        {
            all.push(self.narrower(have, want, facts, "not", Doubt::NotCompared));
        }
        if let Some(condition) = &shape.condition {
            all.extend(self.condition(have, condition));
        }
        all
    }

    /// Demands that can't be told apart from what surrounds them.
    pub(super) fn unsaid(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        let shape = self.shapes.get(want);
        if shape.opaque.is_none() && shape.unevaluated.is_empty() {
            return Vec::new();
        }
        let mut finding = self.narrower(have, want, facts, "opaque", Doubt::NotCompared);
        if finding.example.is_none() && self.asking == 0 {
            // Shapes can't tell; the validators will.
            finding.example = self.maker.values(have, &[want], 0).pop();
        }
        vec![finding]
    }

    /// Whether two lists of branches demand the same, in any order.
    fn same(&self, known: Option<&Vec<Id>>, wanted: &[Id]) -> bool {
        let classes = |ids: &[Id]| {
            let mut all: Vec<usize> = ids.iter().map(|id| self.shapes.class(*id)).collect();
            all.sort_unstable();
            all
        };
        known.is_some_and(|known| classes(known) == classes(wanted))
    }

    fn any_of(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>, branches: &[Id]) -> Vec<Finding> {
        if branches.iter().any(|branch| self.shows(have, *branch)) {
            return Vec::new();
        }
        if self.asking == 0
            && let Some(only) = self.only_possible(have, branches)
        {
            return self.implies(have, only);
        }
        vec![self.narrower(have, want, facts, "anyOf", Doubt::NotCompared)]
    }

    fn one_of(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>, branches: &[Id]) -> Vec<Finding> {
        match self.only_possible(have, branches) {
            Some(only) => self.implies(have, only),
            None => vec![self.narrower(have, want, facts, "oneOf", Doubt::NotCompared)],
        }
    }

    /// The one branch that values may fit, when all others are excluded.
    fn only_possible(&mut self, have: &Have, branches: &[Id]) -> Option<Id> {
        let mut only = None;
        for branch in branches {
            if self.excludes(have, *branch) {
                continue;
            }
            if only.replace(*branch).is_some() {
                return None;
            }
        }
        only
    }

    fn condition(&mut self, have: &Have, condition: &Condition) -> Vec<Finding> {
        let shapes = self.shapes;
        let mut all = Vec::new();
        let met = have.with(shapes, condition.test);
        if condition.then != ANYTHING && !self.excludes(have, condition.test) {
            all.extend(self.implies(&met, condition.then));
        }
        if condition.otherwise != ANYTHING && !self.shows(have, condition.test) {
            let mut unmet = have.clone();
            unmet.denied.insert(shapes.class(condition.test));
            all.extend(self.implies(&unmet, condition.otherwise));
        }
        all
    }

    /// Whether no value of `have` is accepted by `id`.
    pub(super) fn excludes(&mut self, have: &Have, id: Id) -> bool {
        let shapes = self.shapes;
        if have.denied.contains(&shapes.class(id)) {
            return true;
        }
        let both = have.with(shapes, id);
        if self.impossible(&both, 0) {
            return true;
        }
        let denied: Vec<usize> = have.denied.iter().copied().collect();
        denied.into_iter().any(|class| {
            let refused = shapes.classes.iter().position(|known| *known == class);
            refused.is_some_and(|refused| self.shows(&Have::of(shapes, [id]), refused))
        })
    }

    /// Whether there is no such value. A no only means that none was shown.
    pub(super) fn impossible(&mut self, have: &Have, depth: usize) -> bool {
        if depth > MAX_DEPTH || self.left == 0 {
            return false;
        }
        self.left -= 1;
        let shapes = self.shapes;
        let facts = Facts::of(shapes, have);
        let contradicts = have.ids.iter().any(|id| have.denied.contains(&shapes.class(*id)));
        if facts.kinds.is_empty() || contradicts {
            return true;
        }
        if let Some(values) = super::scalars::finite(&facts) {
            return !values.iter().any(|value| self.maker.allows(have, value));
        }
        let cases = self.cases(have);
        if !cases.is_empty() && cases.len() <= 16 && cases.iter().all(|case| self.impossible(case, depth + 1))
        {
            return true;
        }
        let mut kinds = facts.kinds;
        if kinds.meets(Kinds::OBJECT) && facts.required.len() < 100 {
            let hopeless = facts.required.iter().any(|name| {
                let member = self.maker.member(have, name);
                !member.ids.is_empty() && self.impossible(&member, depth + 1)
            });
            if hopeless {
                kinds = kinds.without(Kinds::OBJECT);
            }
        }
        if kinds.meets(Kinds::ARRAY) && facts.min_items > 0 {
            let places = usize::try_from(facts.min_items.min(8)).unwrap_or_default();
            let hopeless = (0..places).any(|index| {
                let item = self.maker.item(have, index);
                !item.ids.is_empty() && self.impossible(&item, depth + 1)
            });
            if hopeless {
                kinds = kinds.without(Kinds::ARRAY);
            }
        }
        if kinds == Kinds::STRING {
            let known = super::scalars::language(&facts);
            return known.len() > 1
                && self.maker.texts.find(&known, &[]) == super::super::texts::Found::Nothing;
        }
        kinds.is_empty()
    }
}
