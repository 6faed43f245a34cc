//! References that lead back to where they began without consuming anything of the payload.
//!
//! The library breaks such a loop by calling everything valid. Not here: recursion that goes into a
//! member or an item, which is what references are for. Invariant: the search is linear in the
//! schema and does not recurse.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::contract::check::Findings;
use crate::contract::fault::{self, Fault};
use crate::contract::schema::{Link, Links, Target, walk};
use crate::types::{Pointer, Text};

type Address = *const Value;

/// Reports one fault for each reference that closes a loop.
pub fn lint(schema: &Value, links: &Links<'_>, findings: &mut Findings) {
    let graph = Graph::of(schema, links);
    for link in graph.closing() {
        let shown: String = link.reference.chars().take(200).collect();
        let id = format!(
            "\"{shown}\" kembali ke dirinya sendiri tanpa memeriksa apa pun, sehingga semua data akan dianggap sah; putuskan lingkaran ini."
        );
        let en = format!(
            "\"{shown}\" leads back to itself without looking at any data, so that everything would be valid; break this loop."
        );
        let pointer = Pointer::default()
            .child("schema")
            .join(&link.pointer)
            .child(link.keyword);
        findings.fault(Fault::new(fault::REFERENCE_LOOP, pointer, Text::new(id, en)));
    }
}

/// Which schemas judge the same value as another.
struct Graph<'l, 'v> {
    edges: HashMap<Address, Vec<(Address, Option<&'l Link<'v>>)>>,
}

impl<'l, 'v> Graph<'l, 'v> {
    fn of(schema: &Value, links: &'l Links<'v>) -> Self {
        let mut graph = Graph {
            edges: HashMap::new(),
        };
        let mut roots = vec![schema];
        roots.extend(links.all.iter().filter_map(|link| match link.target {
            Target::Inside(target) => Some(target),
            _ => None,
        }));
        for root in roots {
            if !graph.edges.contains_key(&std::ptr::from_ref(root)) {
                walk(root, &mut |node| graph.add(node.schema, links));
            }
        }
        graph
    }

    fn add(&mut self, schema: &Value, links: &'l Links<'v>) {
        let address = std::ptr::from_ref(schema);
        if self.edges.contains_key(&address) {
            return;
        }
        let mut edges = Vec::new();
        for link in links.of(schema) {
            if let Target::Inside(target) = link.target {
                edges.push((std::ptr::from_ref(target), Some(link)));
                edges.extend(dynamic_targets(link, target, links).map(|target| (target, Some(link))));
            }
        }
        in_place(schema, &mut |inner| edges.push((std::ptr::from_ref(inner), None)));
        self.edges.insert(address, edges);
    }

    /// The references that close a loop: those on an edge back to a schema that is still open in a
    /// depth-first search, or the last reference before it.
    fn closing(&self) -> Vec<&'l Link<'v>> {
        let mut done: HashSet<Address> = HashSet::new();
        let mut found: Vec<&'l Link<'v>> = Vec::new();
        let mut starts: Vec<&Address> = self.edges.keys().collect();
        starts.sort();
        for start in starts {
            if !done.contains(start) {
                self.search(*start, &mut done, &mut found);
            }
        }
        found.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        found.dedup_by(|a, b| a.pointer == b.pointer && a.keyword == b.keyword);
        found
    }

    fn search(&self, start: Address, done: &mut HashSet<Address>, found: &mut Vec<&'l Link<'v>>) {
        let mut open: HashSet<Address> = HashSet::from([start]);
        let mut path: Vec<(Address, usize, Option<&'l Link<'v>>)> = vec![(start, 0, None)];
        while let Some((address, next, _)) = path.last_mut() {
            let edge = self
                .edges
                .get(address)
                .and_then(|edges| edges.get(*next))
                .copied();
            *next += 1;
            match edge {
                Some((target, link)) if open.contains(&target) => {
                    let closing = link.or_else(|| path.iter().rev().find_map(|(_, _, link)| *link));
                    found.extend(closing);
                }
                Some((target, link)) => {
                    if !done.contains(&target) {
                        open.insert(target);
                        path.push((target, 0, link));
                    }
                }
                None => {
                    if let Some((address, _, _)) = path.pop() {
                        open.remove(&address);
                        done.insert(address);
                    }
                }
            }
        }
    }
}

/// The other schemas that a dynamic reference may lead to: those with the same dynamic anchor.
fn dynamic_targets<'v>(
    link: &Link<'v>,
    target: &'v Value,
    links: &Links<'v>,
) -> impl Iterator<Item = Address> {
    let name = target
        .get("$dynamicAnchor")
        .and_then(Value::as_str)
        .filter(|_| link.keyword == "$dynamicRef");
    let anchored = name
        .and_then(|name| links.dynamic.get(name))
        .map(Vec::as_slice)
        .unwrap_or_default();
    anchored
        .iter()
        .map(|schema| std::ptr::from_ref(*schema))
        .collect::<Vec<_>>()
        .into_iter()
}

/// Visits the schemas inside `schema` that judge the same value.
pub fn in_place<'s>(schema: &'s Value, visit: &mut dyn FnMut(&'s Value)) {
    let Value::Object(members) = schema else { return };
    for keyword in ["allOf", "anyOf", "oneOf"] {
        members
            .get(keyword)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .for_each(&mut *visit);
    }
    for keyword in ["not", "if", "then", "else"] {
        members.get(keyword).into_iter().for_each(&mut *visit);
    }
    for keyword in ["dependentSchemas", "dependencies"] {
        members
            .get(keyword)
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|named| named.values())
            .for_each(&mut *visit);
    }
}
