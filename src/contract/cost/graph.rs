//! The schema as a graph: which schemas judge the same value, which lead back to themselves, and how
//! many keywords judge one value.
//!
//! Invariant: built in one pass, linear in the schema; nothing recurses through references.

use std::cell::RefCell;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::contract::schema::{Links, Trail, each_child};

type Address = *const Value;

/// The most schemas that are gathered for one value.
const MAX_GATHERED: usize = 2_000;

/// A schema with its references; see the module.
pub struct Graph<'v> {
    links: Links<'v>,
    endless: HashSet<Address>,
    /// How many schemas lie below each other at the most, for those that end.
    heights: HashMap<Address, usize>,
    nodes: Vec<&'v Value>,
    weights: RefCell<HashMap<Address, u64>>,
}

impl<'v> Graph<'v> {
    /// The graph of everything that can be reached from `schema`.
    pub fn new(schema: &'v Value, links: Links<'v>) -> Self {
        let mut graph = Graph {
            links,
            endless: HashSet::new(),
            heights: HashMap::new(),
            nodes: Vec::new(),
            weights: RefCell::default(),
        };
        let mut seen = HashSet::new();
        let mut waiting = vec![schema];
        while let Some(next) = waiting.pop() {
            if seen.insert(std::ptr::from_ref(next)) {
                graph.nodes.push(next);
                waiting.extend(graph.parts(next));
            }
        }
        graph.find_endless();
        graph
    }

    /// Whether values of `schema` can be nested without end.
    pub fn is_endless(&self, schema: &Value) -> bool {
        self.endless.contains(&std::ptr::from_ref(schema))
    }

    /// How many schemas lie below each other at the most, from `schema` on.
    pub fn height(&self, schema: &Value) -> usize {
        self.heights
            .get(&std::ptr::from_ref(schema))
            .copied()
            .unwrap_or(usize::MAX)
    }

    /// The schemas inside a schema and those its references lead to.
    fn parts(&self, schema: &'v Value) -> Vec<&'v Value> {
        let mut parts: Vec<&Value> = self.links.targets(schema).collect();
        if let Value::Object(members) = schema {
            each_child(members, &Trail::Root, &mut |child, _| parts.push(child));
        }
        parts
    }

    /// Takes away schemas all of whose parts were taken away; what stays leads to a cycle.
    fn find_endless(&mut self) {
        let mut holders: HashMap<Address, Vec<Address>> = HashMap::new();
        let mut open: HashMap<Address, usize> = HashMap::new();
        let mut ready = Vec::new();
        for node in &self.nodes {
            let parts = self.parts(node);
            let address = std::ptr::from_ref(*node);
            if parts.is_empty() {
                ready.push(address);
            }
            open.insert(address, parts.len());
            for part in parts {
                holders.entry(std::ptr::from_ref(part)).or_default().push(address);
            }
        }
        while let Some(done) = ready.pop() {
            open.remove(&done);
            let height = self.heights.get(&done).copied().unwrap_or_default();
            self.heights.insert(done, height);
            for holder in holders.get(&done).into_iter().flatten() {
                let above = self.heights.entry(*holder).or_default();
                *above = (*above).max(height + 1);
                if let Some(left) = open.get_mut(holder) {
                    *left = left.saturating_sub(1);
                    if *left == 0 {
                        ready.push(*holder);
                    }
                }
            }
        }
        self.endless = open.into_keys().collect();
        self.heights.retain(|address, _| !self.endless.contains(address));
    }

    /// The given schemas and all that may judge the same value with them.
    pub fn gather(&self, schemas: &[&'v Value]) -> Vec<&'v Value> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        let mut waiting: Vec<&'v Value> = schemas.iter().rev().copied().collect();
        while let Some(next) = waiting.pop() {
            if all.len() < MAX_GATHERED && seen.insert(std::ptr::from_ref(next)) {
                all.push(next);
                waiting.extend(self.in_place(next));
            }
        }
        all
    }

    fn in_place(&self, schema: &'v Value) -> Vec<&'v Value> {
        let mut all: Vec<&'v Value> = self.links.targets(schema).collect();
        let Value::Object(members) = schema else {
            return all;
        };
        for keyword in ["allOf", "anyOf", "oneOf"] {
            all.extend(
                members
                    .get(keyword)
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten(),
            );
        }
        for keyword in ["not", "if", "then", "else"] {
            all.extend(members.get(keyword));
        }
        for keyword in ["dependentSchemas", "dependencies"] {
            let named = members
                .get(keyword)
                .and_then(Value::as_object)
                .into_iter()
                .flatten();
            all.extend(named.map(|(_, part)| part).filter(|part| part.is_object()));
        }
        all
    }

    /// The most keywords by which one value is judged, each counted as often as it is reached.
    pub fn heaviest(&self) -> u64 {
        self.nodes.iter().map(|node| self.weight(node)).max().unwrap_or(0)
    }

    /// The keywords that judge the same value from `schema` on; without recursion.
    fn weight(&self, schema: &'v Value) -> u64 {
        let mut weights = self.weights.borrow_mut();
        let mut path: Vec<(&'v Value, bool)> = vec![(schema, false)];
        while let Some((next, ready)) = path.pop() {
            let address = std::ptr::from_ref(next);
            if ready {
                let own = next
                    .as_object()
                    .map_or(1, |members| u64::try_from(members.len()).unwrap_or(u64::MAX));
                let parts = self.in_place(next);
                let sum = parts
                    .iter()
                    .map(|part| weights.get(&std::ptr::from_ref(*part)).copied().unwrap_or(0));
                let total = sum.fold(own, u64::saturating_add);
                weights.insert(address, total);
            } else if let Entry::Vacant(place) = weights.entry(address) {
                // Held at zero meanwhile, so that a loop ends; loops are refused elsewhere.
                place.insert(0);
                path.push((next, true));
                path.extend(self.in_place(next).into_iter().map(|part| (part, false)));
            }
        }
        weights.get(&std::ptr::from_ref(schema)).copied().unwrap_or(0)
    }
}
