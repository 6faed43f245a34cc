//! Which shapes are the same.
//!
//! Shapes begin in one class when their own demands are written alike, and are told apart for as
//! long as the shapes they name are; so recursive schemas are compared, too. Invariant: shapes of
//! one class accept the same values.

use std::collections::HashMap;

use super::shape::{Bound, NOTHING, Shape};

/// After so many rounds every shape is taken for different.
const MAX_ROUNDS: usize = 400;

/// The class of each shape.
pub fn classes(list: &[Shape<'_>]) -> Vec<usize> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut classes: Vec<usize> = list
        .iter()
        .enumerate()
        .map(|(id, shape)| {
            let next = known.len();
            *known.entry(own(id, shape)).or_insert(next)
        })
        .collect();
    let mut count = known.len();
    let children: Vec<Vec<usize>> = list.iter().map(Shape::children).collect();
    for _ in 0..MAX_ROUNDS {
        let mut known: HashMap<(usize, Vec<usize>), usize> = HashMap::new();
        let class = |id: &usize| classes.get(*id).copied().unwrap_or(NOTHING);
        let next: Vec<usize> = children
            .iter()
            .enumerate()
            .map(|(id, children)| {
                let next = known.len();
                let parts = children.iter().map(class).collect();
                *known.entry((class(&id), parts)).or_insert(next)
            })
            .collect();
        let found = known.len();
        classes = next;
        if found == count {
            return classes;
        }
        count = found;
    }
    (0..list.len()).collect()
}

/// A shape's own demands as text, without the shapes that it names.
fn own(id: usize, shape: &Shape<'_>) -> String {
    if shape.opaque.is_some() {
        return format!("#{id}");
    }
    format!(
        "{}{}{}{}",
        scalars(shape),
        arrays(shape),
        objects(shape),
        logic(shape)
    )
}

fn scalars(shape: &Shape<'_>) -> String {
    let bounds =
        |all: &[Bound]| -> Vec<_> { all.iter().map(|one| (one.value.clone(), one.exclusive)).collect() };
    let choices = shape.choices.as_ref().map(|(_, choices)| choices);
    let leaves: Vec<_> = shape.leaves.iter().map(|leaf| &leaf.schema).collect();
    let numbers = (bounds(&shape.low), bounds(&shape.high), &shape.multiple);
    let texts = (shape.min_length, shape.max_length, &shape.pattern, leaves);
    format!("{:?}", (shape.never, shape.kinds, choices, numbers, texts))
}

fn arrays(shape: &Shape<'_>) -> String {
    let tails: Vec<_> = shape.tails.iter().map(|tail| tail.from).collect();
    let contains = shape
        .contains
        .as_ref()
        .map(|contains| (contains.min, contains.max));
    let sizes = (shape.unique, shape.min_items, shape.max_items);
    format!("{:?}", (shape.prefix.len(), tails, contains, sizes))
}

fn objects(shape: &Shape<'_>) -> String {
    let rests: Vec<_> = shape
        .rests
        .iter()
        .map(|rest| (&rest.names, &rest.patterns))
        .collect();
    let named: Vec<_> = shape.properties.keys().collect();
    let patterns: Vec<_> = shape.patterns.keys().collect();
    let dependents: Vec<_> = shape.dependent_schemas.keys().collect();
    let sizes = (&shape.required, shape.min_properties, shape.max_properties);
    let members = (shape.names.is_some(), &shape.dependent_required, dependents);
    format!("{:?}", (named, patterns, rests, sizes, members))
}

fn logic(shape: &Shape<'_>) -> String {
    let count = |list: &Option<Vec<usize>>| list.as_ref().map(Vec::len);
    let unevaluated: Vec<_> = shape.unevaluated.iter().map(|(keyword, _)| keyword).collect();
    let parts = (shape.not.is_some(), shape.condition.is_some(), unevaluated);
    format!(
        "{:?}",
        (shape.all.len(), count(&shape.any), count(&shape.one), parts)
    )
}
