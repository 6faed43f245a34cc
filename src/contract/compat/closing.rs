//! `unevaluatedProperties` and `unevaluatedItems`, said as plain rests where what is evaluated beside
//! them does not depend on the payload.
//!
//! Invariant: where it does depend (a choice, a condition, `contains`), the keyword stays as it is
//! and is not compared.

use std::collections::{BTreeSet, HashSet};

use super::shape::{Id, Rest, Shape, Tail};

/// What the schemas that judge one value evaluate, whatever the value is.
#[derive(Default)]
struct Evaluated {
    names: BTreeSet<String>,
    patterns: BTreeSet<String>,
    every_member: bool,
    prefix: usize,
    every_item: bool,
    /// It depends on the payload.
    varies: bool,
    /// So it does for items alone.
    items_vary: bool,
}

/// Replaces what can be replaced in the shapes from `first` on.
pub fn close(list: &mut [Shape<'_>], first: Id) {
    let found: Vec<(Id, Evaluated)> = (first..list.len())
        .filter(|id| list.get(*id).is_some_and(|shape| !shape.unevaluated.is_empty()))
        .map(|id| (id, evaluated(list, id)))
        .collect();
    for (id, evaluated) in found {
        if evaluated.varies {
            continue;
        }
        let Some(shape) = list.get_mut(id) else { continue };
        let mut kept = Vec::new();
        for (keyword, schema) in std::mem::take(&mut shape.unevaluated) {
            match keyword {
                "unevaluatedProperties" if evaluated.every_member => {}
                "unevaluatedProperties" => shape.rests.push(Rest {
                    keyword,
                    names: evaluated.names.clone(),
                    patterns: evaluated.patterns.clone(),
                    schema,
                }),
                _ if evaluated.items_vary => kept.push((keyword, schema)),
                _ if evaluated.every_item => {}
                _ => shape.tails.push(Tail {
                    keyword,
                    from: evaluated.prefix,
                    schema,
                }),
            }
        }
        shape.unevaluated = kept;
    }
}

fn evaluated(list: &[Shape<'_>], id: Id) -> Evaluated {
    let mut all = Evaluated::default();
    let mut seen = HashSet::new();
    let mut waiting = vec![id];
    while let Some(here) = waiting.pop() {
        let Some(shape) = list.get(here).filter(|_| seen.insert(here)) else {
            continue;
        };
        let conditional = shape.source.is_some_and(|source| source.contains_key("if"));
        all.varies |= conditional
            || shape.any.is_some()
            || shape.one.is_some()
            || shape.opaque.is_some()
            || !shape.dependent_schemas.is_empty()
            || shape.leaves.iter().any(|leaf| leaf.keyword.starts_with('$'));
        all.items_vary |= shape.contains.is_some();
        all.names.extend(shape.properties.keys().cloned());
        all.patterns.extend(shape.patterns.keys().cloned());
        all.prefix = all.prefix.max(shape.prefix.len());
        let nested = |keyword| here != id && shape.unevaluated.iter().any(|(name, _)| *name == keyword);
        all.every_member |= !shape.rests.is_empty() || nested("unevaluatedProperties");
        all.every_item |= !shape.tails.is_empty() || nested("unevaluatedItems");
        waiting.extend(&shape.all);
    }
    all
}
