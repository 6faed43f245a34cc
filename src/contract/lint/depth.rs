//! Chains of references that are too long to be compiled.
//!
//! The library compiles a reference by going into it, one call within the other, so a chain of some
//! ten thousand ends the process. Not here: chains that close (`loops`). Invariant: linear in the
//! schema, and without recursion.

use std::collections::HashSet;

use serde_json::Value;

use crate::contract::check::Findings;
use crate::contract::fault::{self, Fault};
use crate::contract::schema::{Links, Trail, each_child};
use crate::types::{Pointer, Text};

/// The most schemas that may lie one within the other, references followed.
pub const MAX_CHAIN: usize = 2_000;

/// Reports a schema whose references lead too deep, whichever way they are followed first.
pub fn lint(schema: &Value, links: &Links<'_>, findings: &mut Findings) {
    let deep = depth(schema, links, false).max(depth(schema, links, true));
    if deep > MAX_CHAIN {
        let id = format!(
            "Rujukan dalam skema ini bersambung lebih dari {MAX_CHAIN} tingkat; perpendek rantainya."
        );
        let en = format!(
            "The references of this schema lead more than {MAX_CHAIN} levels deep; shorten the chain."
        );
        findings.fault(Fault::new(
            fault::SCHEMA_UNUSABLE,
            Pointer::default().child("schema"),
            Text::new(id, en),
        ));
    }
}

/// The longest way of a depth-first search, with the last or the first of each schema's parts first.
fn depth(schema: &Value, links: &Links<'_>, last_first: bool) -> usize {
    let mut seen: HashSet<*const Value> = HashSet::new();
    let mut path: Vec<Vec<&Value>> = vec![vec![schema]];
    let mut deepest = 0;
    while let Some(waiting) = path.last_mut() {
        let Some(next) = waiting.pop() else {
            path.pop();
            continue;
        };
        if !seen.insert(std::ptr::from_ref(next)) {
            continue;
        }
        let mut parts: Vec<&Value> = links.targets(next).collect();
        if let Value::Object(members) = next {
            each_child(members, &Trail::Root, &mut |child, _| parts.push(child));
        }
        if last_first {
            parts.reverse();
        }
        path.push(parts);
        deepest = deepest.max(path.len());
    }
    deepest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::schema::Library;

    fn chained(length: usize) -> usize {
        let mut defs = serde_json::Map::new();
        for n in 0..length {
            defs.insert(
                format!("a{n}"),
                json!({"items": {"$ref": format!("#/$defs/a{}", n + 1)}}),
            );
        }
        defs.insert(format!("a{length}"), json!(true));
        let schema = json!({"$ref": "#/$defs/a0", "$defs": defs});
        let library = Library::new(&schema, jsonschema::Draft::Draft202012);
        let mut findings = Findings::default();
        lint(&schema, &library.links(), &mut findings);
        findings.faults()
    }

    #[test]
    fn only_chains_that_could_not_be_compiled_are_refused() {
        assert_eq!(chained(500), 0);
        assert_eq!(chained(3_000), 1);
    }
}
