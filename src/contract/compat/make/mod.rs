//! [`Maker`]: makes values that shapes accept, at the ends of what they allow.
//!
//! Everything is made in a fixed order, so the same documents get the same examples. Not here:
//! whether a value is a break. Invariant: no value is known to be refused by the shapes it was made
//! for; time and size are bounded by [`Maker::left`].

mod containers;
mod scalars;

use serde_json::{Value, json};

use super::have::{Choice, Facts, Have};
use super::judge::Judge;
use super::shape::{ANYTHING, Id, Kinds};
use super::texts::Texts;

/// How deep values are made.
const MAX_DEPTH: usize = 7;

/// The most values made for one place, by depth.
const MOST: [usize; 4] = [48, 10, 4, 2];

/// The most ways to take the choices of a shape.
const MAX_WAYS: usize = 12;

/// Makes values.
pub struct Maker<'a, 'v> {
    pub judge: Judge<'a, 'v>,
    pub texts: Texts,
    /// Values that may still be made.
    pub left: usize,
}

impl<'a, 'v> Maker<'a, 'v> {
    /// A maker of at most `left` values.
    pub fn new(judge: Judge<'a, 'v>, left: usize) -> Self {
        Maker {
            judge,
            texts: Texts::default(),
            left,
        }
    }

    /// Values that `have` allows; `hints` are shapes whose limits are worth trying.
    pub fn values(&mut self, have: &Have, hints: &[Id], depth: usize) -> Vec<Value> {
        let most = MOST.get(depth).copied().unwrap_or(2);
        self.seek(have, hints, depth, most, &mut |_, _| true)
    }

    /// The first `most` values that `have` allows and `fits` takes.
    pub fn seek(
        &mut self,
        have: &Have,
        hints: &[Id],
        depth: usize,
        most: usize,
        fits: &mut dyn FnMut(&mut Judge<'a, 'v>, &Value) -> bool,
    ) -> Vec<Value> {
        if depth > MAX_DEPTH || self.left == 0 {
            return Vec::new();
        }
        self.left -= 1;
        let hints = self.spread(hints);
        let mut found: Vec<Value> = Vec::new();
        for way in self.ways(have) {
            for value in self.raw(&way, &hints, depth) {
                self.left = self.left.saturating_sub(1);
                if !found.contains(&value) && fits(&mut self.judge, &value) && self.allows(have, &value) {
                    found.push(value);
                }
                if found.len() >= most || self.left == 0 {
                    return found;
                }
            }
        }
        found
    }

    /// Whether nothing speaks against a value.
    pub fn allows(&mut self, have: &Have, value: &Value) -> bool {
        Kinds::of(value).within(have.kinds)
            && self.judge.all_accept(have.ids.iter().copied(), value) != Some(false)
            && have
                .required
                .iter()
                .all(|name| value.as_object().is_none_or(|all| all.contains_key(name)))
    }

    /// The hints and what stands in place with them.
    fn spread(&self, hints: &[Id]) -> Vec<Id> {
        let mut all: Vec<Id> = Vec::new();
        let mut waiting: Vec<Id> = hints.to_vec();
        while let Some(id) = waiting.pop() {
            if all.len() >= 40 || all.contains(&id) {
                continue;
            }
            all.push(id);
            let shape = self.judge.shapes.get(id);
            waiting.extend(shape.all.iter().chain(shape.any.iter().flatten()));
            waiting.extend(shape.one.iter().flatten().chain(shape.not.iter()));
            waiting.extend(shape.dependent_schemas.values());
            if let Some(condition) = &shape.condition {
                waiting.extend([condition.test, condition.then, condition.otherwise]);
            }
        }
        all
    }

    /// The ways to take the choices that shapes leave: first the first of each, then each other one.
    fn ways(&self, have: &Have) -> Vec<Have> {
        let mut ways = vec![have.clone()];
        // A branch may bring choices of its own.
        for _ in 0..3 {
            let mut next: Vec<Have> = Vec::new();
            for way in &ways {
                let more = self.taken(way);
                next.extend(if more.is_empty() { vec![way.clone()] } else { more });
            }
            next.truncate(MAX_WAYS);
            if next == ways {
                break;
            }
            ways = next;
        }
        ways
    }

    fn taken(&self, have: &Have) -> Vec<Have> {
        let shapes = self.judge.shapes;
        for id in &have.ids {
            let shape = shapes.get(*id);
            let groups = [
                (Choice::Any, shape.any.clone()),
                (Choice::One, shape.one.clone()),
                (
                    Choice::Condition,
                    shape
                        .condition
                        .as_ref()
                        .map(|condition| vec![condition.then, condition.otherwise]),
                ),
            ];
            for (choice, branches) in groups {
                let Some(branches) = branches.filter(|_| !have.done.contains(&(*id, choice))) else {
                    continue;
                };
                let mut have = have.clone();
                have.done.insert((*id, choice));
                let mut ways: Vec<Have> = branches.iter().map(|branch| have.with(shapes, *branch)).collect();
                if let (Choice::Condition, Some(condition)) = (choice, &shape.condition) {
                    let with_test = have.with(shapes, condition.test).with(shapes, condition.then);
                    ways.insert(0, with_test);
                }
                return ways;
            }
        }
        Vec::new()
    }

    /// Values that are likely allowed.
    fn raw(&mut self, have: &Have, hints: &[Id], depth: usize) -> Vec<Value> {
        let shapes = self.judge.shapes;
        let facts = Facts::of(shapes, have);
        let free = have.required.is_empty()
            && (have.ids.iter()).all(|id| shapes.class(*id) == shapes.class(ANYTHING));
        if free && (hints.is_empty() || depth > 1) {
            let all = [
                json!("a"),
                json!(1),
                json!({}),
                json!([]),
                json!(true),
                Value::Null,
                json!(0.5),
            ];
            return (all.into_iter())
                .filter(|value| Kinds::of(value).within(have.kinds))
                .collect();
        }
        if let Some(choices) = facts.choices {
            return choices.iter().take(200).cloned().collect();
        }
        let mut all = Vec::new();
        for hint in hints {
            if let Some((_, choices)) = &shapes.get(*hint).choices {
                all.extend(choices.iter().take(10).cloned());
            }
        }
        if facts.kinds.meets(Kinds::STRING) {
            all.extend(self.strings(&facts, hints).into_iter().map(Value::String));
        }
        if facts.kinds.meets(Kinds::NUMBER) {
            all.extend(self.numbers(&facts, hints));
        }
        if facts.kinds.meets(Kinds::OBJECT) {
            all.extend(self.objects(have, &facts, hints, depth));
        }
        if facts.kinds.meets(Kinds::ARRAY) {
            all.extend(self.arrays(have, &facts, hints, depth));
        }
        if facts.kinds.meets(Kinds::BOOLEAN) {
            all.extend([true.into(), false.into()]);
        }
        if facts.kinds.meets(Kinds::NULL) {
            all.push(Value::Null);
        }
        // One of each kind first, so that none is crowded out.
        let mut firsts: Vec<Value> = Vec::new();
        let mut rest: Vec<Value> = Vec::new();
        let mut seen = Kinds::NONE;
        for value in all {
            let kind = Kinds::of(&value);
            let new = !seen.meets(kind) && self.allows(have, &value);
            seen = if new { seen.or(kind) } else { seen };
            if new { firsts.push(value) } else { rest.push(value) }
        }
        firsts.extend(rest);
        firsts
    }
}
