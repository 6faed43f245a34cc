//! What a schema asserts of one field, whatever else the payload holds: for whoever tells its rules.
//!
//! Not here: judging a value. Invariant: nothing is told that only a branch (`anyOf`, `oneOf`, `if`)
//! asserts, and nothing of a place that another field's schema describes.

use std::collections::HashSet;

use jsonschema::Draft;
use serde_json::Value;

use super::{Fields, Knowledge, Target};
use crate::types::Pointer;

impl<'v> Fields<'_, 'v> {
    /// The schemas that every value at `pointer` must keep to; none where the schema declares no such
    /// field.
    pub fn rules(&self, pointer: &Pointer) -> Vec<&'v Value> {
        match self.look_up(pointer) {
            Knowledge::Known(here) => self.certain(&here),
            Knowledge::Open | Knowledge::Unknown(_) => Vec::new(),
        }
    }

    /// The schemas that are asserted wherever all of `here` are: with them, those that they refer to and
    /// those of `allOf`.
    pub(super) fn certain(&self, here: &[&'v Value]) -> Vec<&'v Value> {
        let links = self.links;
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        let mut waiting = here.to_vec();
        while let Some(schema) = waiting.pop() {
            if !seen.insert(std::ptr::from_ref(schema)) {
                continue;
            }
            let targets = links.of(schema).filter(|link| link.keyword == "$ref");
            waiting.extend(targets.filter_map(|link| match link.target {
                Target::Inside(target) => Some(target),
                _ => None,
            }));
            let draft = links.visited.get(&std::ptr::from_ref(schema));
            let alone = matches!(draft, Some(Draft::Draft4 | Draft::Draft6 | Draft::Draft7));
            // Up to draft 7, what stands beside a reference says nothing.
            if alone && schema.get("$ref").is_some() {
                continue;
            }
            all.push(schema);
            let parts = schema.get("allOf").and_then(Value::as_array);
            waiting.extend(parts.into_iter().flatten());
        }
        all
    }
}
