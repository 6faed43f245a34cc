//! Chains of schemas that judge the same value one through the other.
//!
//! The library goes into each, one call within the other, when it compiles and again at every level
//! of a payload; a chain of some ten thousand ends the process. Not here: chains that close
//! (`loops`), and references into members and items, which cost no call until a payload has them.
//! Invariant: linear in the schema, and without recursion.

use std::collections::HashMap;

use serde_json::Value;

use super::loops::in_place;
use crate::contract::check::Findings;
use crate::contract::fault::{self, Fault};
use crate::contract::schema::{Links, walk};
use crate::types::{Pointer, Text};

/// The most schemas that may judge one value through each other.
pub const MAX_CHAIN: usize = 300;

/// Reports a schema with a chain that is too long.
pub fn lint(schema: &Value, links: &Links<'_>, findings: &mut Findings) {
    let mut lengths: HashMap<*const Value, usize> = HashMap::new();
    let mut longest = 0;
    walk(schema, &mut |node| {
        longest = longest.max(length(node.schema, links, &mut lengths))
    });
    if longest > MAX_CHAIN {
        let id = format!(
            "Rujukan dalam skema ini bersambung lebih dari {MAX_CHAIN} kali untuk satu nilai; perpendek rantainya."
        );
        let en = format!(
            "The references of this schema lead through more than {MAX_CHAIN} schemas for one value; shorten the chain."
        );
        let place = Pointer::default().child("schema");
        findings.fault(Fault::new(fault::SCHEMA_UNUSABLE, place, Text::new(id, en)));
    }
}

/// The longest chain that begins with `schema`; what is known of others is kept in `lengths`.
fn length<'v>(schema: &'v Value, links: &Links<'v>, lengths: &mut HashMap<*const Value, usize>) -> usize {
    let mut path = vec![(schema, false)];
    while let Some((next, ready)) = path.pop() {
        let address = std::ptr::from_ref(next);
        if !ready && lengths.contains_key(&address) {
            continue;
        }
        let mut parts: Vec<&Value> = links.targets(next).collect();
        in_place(next, &mut |part| parts.push(part));
        if ready {
            let below = parts
                .iter()
                .filter_map(|part| lengths.get(&std::ptr::from_ref(*part)))
                .max();
            lengths.insert(address, below.copied().unwrap_or(0).saturating_add(1));
        } else {
            // Held at zero meanwhile, so that a loop ends; loops are refused elsewhere.
            lengths.insert(address, 0);
            path.push((next, true));
            path.extend(parts.into_iter().map(|part| (part, false)));
        }
    }
    lengths.get(&std::ptr::from_ref(schema)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::Validator;
    use crate::contract::schema::Library;

    fn chained(length: usize, through: &str) -> Value {
        let mut defs = serde_json::Map::new();
        for n in 0..length {
            let next = json!({"$ref": format!("#/$defs/a{}", n + 1)});
            defs.insert(format!("a{n}"), json!({ through: [next] }));
        }
        defs.insert(format!("a{length}"), json!(true));
        json!({"$ref": "#/$defs/a0", "$defs": defs})
    }

    fn faults(schema: &Value) -> usize {
        let library = Library::new(schema, jsonschema::Draft::Draft202012);
        let mut findings = Findings::default();
        lint(schema, &library.links(), &mut findings);
        findings.faults()
    }

    #[test]
    fn only_chains_for_one_value_are_refused() {
        assert_eq!(faults(&chained(100, "allOf")), 0);
        assert_eq!(faults(&chained(400, "anyOf")), 1);
        assert_eq!(faults(&chained(5_000, "prefixItems")), 0);
    }

    #[test]
    fn the_longest_chain_that_passes_can_be_compiled_and_run() {
        let schema = chained(MAX_CHAIN / 2 - 2, "allOf");
        assert_eq!(faults(&schema), 0);
        assert!(Validator::compile(&schema).unwrap().is_valid(&json!(1)));
    }
}
