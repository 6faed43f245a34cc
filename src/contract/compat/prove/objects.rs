//! Objects: declared members, the others, which must be there, how many.
//!
//! Names that nobody declares are compared by which patterns they match. Invariant: every name falls
//! under a declared name or under one of these sets.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::scalars::language;
use super::{Doubt, Finding, Prover};
use crate::contract::compat::have::{Facts, Have};
use crate::contract::compat::shape::{Id, Kinds, Rest, Shape};
use crate::contract::compat::texts::{Found, pattern};

/// The most name patterns whose combinations are compared.
const MAX_PATTERNS: usize = 5;

/// A finding of a part, as one of the whole.
pub(super) fn lift(
    finding: Finding,
    name: &str,
    keyword: &str,
    shape: &Shape<'_>,
    example: Option<Value>,
) -> Finding {
    // A member or item that is simply not allowed is blamed on what forbids it.
    let forbidden = finding.rule == "falseSchema" && finding.pointer.is_root();
    let pointer = crate::types::Pointer::default()
        .child(name)
        .join(&finding.pointer);
    Finding {
        rule: if forbidden {
            keyword.to_owned()
        } else {
            finding.rule
        },
        new: if forbidden {
            forbids(shape, name, keyword)
        } else {
            finding.new
        },
        pointer,
        example,
        ..finding
    }
}

/// What forbids a member: its own schema, or the keyword for members without one.
fn forbids(shape: &Shape<'_>, name: &str, keyword: &str) -> Value {
    let told = shape.told(keyword);
    if keyword == "properties" {
        told.get(name).cloned().unwrap_or_default()
    } else {
        told
    }
}

impl<'a, 'v> Prover<'a, 'v> {
    pub(super) fn objects(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        if !facts.kinds.meets(Kinds::OBJECT) {
            return Vec::new();
        }
        let mut all = self.members(have, want, facts);
        if !self.enough(&all) {
            all.extend(self.needed(have, want, facts));
        }
        if !self.enough(&all) {
            all.extend(self.counts(have, want, facts));
        }
        all
    }

    fn members(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        let shape = self.shapes.get(want);
        let nothing = shape.properties.is_empty() && shape.patterns.is_empty() && shape.rests.is_empty();
        if nothing || facts.max_properties == Some(0) {
            return Vec::new();
        }
        let mut named: BTreeSet<&str> = BTreeSet::new();
        for one in facts.shapes.iter().copied().chain([shape]) {
            named.extend(one.properties.keys().map(String::as_str));
            named.extend(
                one.rests
                    .iter()
                    .flat_map(|rest| rest.names.iter().map(String::as_str)),
            );
        }
        let mut all = Vec::new();
        for name in &named {
            if !self.may_be_named(facts, name) {
                continue;
            }
            let wanted = self.maker.judge.of_member(shape, name);
            if wanted.is_empty() {
                continue;
            }
            let member = self.maker.member(have, name);
            let keyword = forbidding(shape, name);
            for id in wanted {
                for finding in self.implies(&member, id) {
                    let example = finding.example.clone();
                    let example = example.and_then(|value| self.around_member(have, name, value));
                    let mut finding = lift(finding, name, keyword, shape, example);
                    if finding.old.is_null() && finding.rule == keyword {
                        finding.old = declared(facts, name).unwrap_or_else(|| facts.told(keyword));
                    }
                    all.push(finding);
                }
            }
            if self.enough(&all) {
                return all;
            }
        }
        all.extend(self.others(have, want, facts, &named));
        all
    }

    /// Whether a member may have this name at all.
    fn may_be_named(&mut self, facts: &Facts<'_, 'v>, name: &str) -> bool {
        let rules: Vec<Id> = facts.shapes.iter().filter_map(|shape| shape.names).collect();
        rules.is_empty() || self.maker.judge.all_accept(rules, &Value::from(name)) != Some(false)
    }

    /// An object that holds `value` as its member `name`.
    fn around_member(&mut self, have: &Have, name: &str, value: Value) -> Option<Value> {
        let fixed = Map::from_iter([(name.to_owned(), value)]);
        let made = self.maker.object(have, &fixed, 0).map(Value::Object);
        if let Some(made) = made.filter(|made| self.maker.allows(have, made)) {
            return Some(made);
        }
        // What else it must hold may depend on which branch it takes.
        for case in self.cases(have) {
            let made = self.maker.object(&case, &fixed, 0).map(Value::Object);
            if let Some(made) = made.filter(|made| self.maker.allows(have, made)) {
                return Some(made);
            }
        }
        None
    }

    /// Members that nobody named.
    fn others(
        &mut self,
        have: &Have,
        want: Id,
        facts: &Facts<'_, 'v>,
        named: &BTreeSet<&str>,
    ) -> Vec<Finding> {
        let shape = self.shapes.get(want);
        let same = facts.shapes.iter().any(|known| self.same_rests(known, shape));
        if same {
            return Vec::new();
        }
        let mut patterns: BTreeSet<&String> = BTreeSet::new();
        for one in facts.shapes.iter().copied().chain([shape]) {
            patterns.extend(one.patterns.keys());
            patterns.extend(one.rests.iter().flat_map(|rest| &rest.patterns));
        }
        let patterns: Vec<&String> = patterns.into_iter().collect();
        if patterns.len() > MAX_PATTERNS {
            return vec![self.narrower(have, want, facts, "properties", Doubt::NotCompared)];
        }
        let mut all = Vec::new();
        for number in 0..1_usize << patterns.len() {
            let matched: BTreeSet<&String> = patterns
                .iter()
                .enumerate()
                .filter(|(bit, _)| number >> bit & 1 == 1)
                .map(|(_, pattern)| *pattern)
                .collect();
            all.extend(self.set_of_names(have, want, facts, named, (&patterns, &matched)));
            if self.enough(&all) {
                break;
            }
        }
        all
    }

    /// Members whose names match just the patterns `matched` of all `patterns`.
    fn set_of_names(
        &mut self,
        have: &Have,
        want: Id,
        facts: &Facts<'_, 'v>,
        named: &BTreeSet<&str>,
        (patterns, matched): (&[&String], &BTreeSet<&String>),
    ) -> Vec<Finding> {
        let shape = self.shapes.get(want);
        let wanted = of_set(shape, matched);
        if wanted.is_empty() {
            return Vec::new();
        }
        let said = |all: &mut dyn Iterator<Item = &&String>| -> Option<Vec<String>> {
            all.map(|one| pattern(one)).collect()
        };
        let must = said(&mut patterns.iter().filter(|one| matched.contains(**one)));
        let never = said(&mut patterns.iter().filter(|one| !matched.contains(**one)));
        let mut names = self.allowed_names(facts);
        names.extend(must.unwrap_or_default());
        let never = never.unwrap_or_default();
        let found = self.maker.texts.find(&names, &never);
        if found == Found::Nothing {
            return Vec::new();
        }
        let mut ids = Vec::new();
        for known in &facts.shapes {
            ids.extend(of_set(known, matched).into_iter().map(|(id, _)| id));
        }
        let member = Have::of(self.shapes, ids);
        let mut all = Vec::new();
        for (id, keyword) in wanted {
            for finding in self.implies(&member, id) {
                let value = finding.example.clone();
                let example = match (&found, value) {
                    (Found::Text(name), Some(value)) => unused(name, named)
                        .into_iter()
                        .find_map(|name| self.around_member(have, &name, value.clone())),
                    _ => None,
                };
                let mut finding = lift(finding, "*", keyword, shape, example);
                if finding.old.is_null() && finding.rule == keyword {
                    finding.old = facts.told(keyword);
                }
                all.push(finding);
            }
        }
        all
    }

    /// What is known of the names of members, as patterns.
    fn allowed_names(&mut self, facts: &Facts<'_, 'v>) -> Vec<String> {
        let rules: Vec<Id> = facts.shapes.iter().filter_map(|shape| shape.names).collect();
        let names = Have::of(self.shapes, rules);
        language(&Facts::of(self.shapes, &names))
    }

    /// Whether `known` says the same of names that nobody declares.
    fn same_rests(&self, known: &Shape<'v>, wanted: &Shape<'v>) -> bool {
        let class = |id: &Id| self.shapes.class(*id);
        let patterns = wanted.patterns.iter().all(|(pattern, id)| {
            let same = known.patterns.get(pattern);
            same.is_some_and(|same| class(same) == class(id))
        });
        let same = |a: &Rest, b: &Rest| a.patterns == b.patterns && class(&a.schema) == class(&b.schema);
        patterns
            && wanted
                .rests
                .iter()
                .all(|rest| known.rests.iter().any(|one| same(one, rest)))
    }

    /// `required`, `dependentRequired`, `dependentSchemas`.
    fn needed(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        let shape = self.shapes.get(want);
        let mut all = Vec::new();
        for name in shape
            .required
            .iter()
            .filter(|name| !facts.required.contains(name.as_str()))
        {
            let mut finding = self.narrower(have, want, facts, "required", Doubt::NoExample);
            finding.pointer = finding.pointer.child(name);
            // It must show the lack of this very member.
            let shown = finding
                .example
                .as_ref()
                .is_some_and(|example| example.get(name).is_none());
            if !shown && self.asking == 0 {
                finding.example = self
                    .maker
                    .seek(
                        &have.narrowed(self.shapes, Kinds::OBJECT),
                        &[want],
                        0,
                        1,
                        &mut |_, value| value.as_object().is_some_and(|all| !all.contains_key(name)),
                    )
                    .pop();
            }
            all.push(finding);
            if self.enough(&all) {
                return all;
            }
        }
        for (name, needed) in &shape.dependent_required {
            let held = have.holding(self.shapes, name);
            let known = Facts::of(self.shapes, &held);
            let missing = needed
                .iter()
                .find(|needed| !known.required.contains(needed.as_str()));
            if let Some(missing) = missing.filter(|_| !self.impossible(&held, 0)) {
                let mut finding = self.narrower(have, want, facts, "dependentRequired", Doubt::NoExample);
                let keyword = ["dependentRequired", "dependencies"];
                finding.rule = keyword
                    .into_iter()
                    .find(|keyword| shape.source.is_some_and(|source| source.contains_key(*keyword)))
                    .unwrap_or("dependentRequired")
                    .to_owned();
                finding.old = facts.told(&finding.rule);
                finding.new = shape.told(&finding.rule);
                finding.pointer = finding.pointer.child(missing);
                all.push(finding);
            }
        }
        for (name, id) in &shape.dependent_schemas {
            let held = have.holding(self.shapes, name);
            if !self.impossible(&held, 0) {
                all.extend(self.implies(&held, *id));
            }
        }
        all
    }

    /// `minProperties`, `maxProperties`, `propertyNames`.
    fn counts(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        let shapes = self.shapes;
        let shape = shapes.get(want);
        let closed = facts.shapes.iter().flat_map(|shape| &shape.rests);
        let closed = closed
            .filter(|rest| rest.patterns.is_empty() && shapes.get(rest.schema).never)
            .map(|rest| &rest.names)
            .min_by_key(|names| names.len());
        let most = closed.map(|names| u64::try_from(names.len()).unwrap_or(u64::MAX));
        let most = most.into_iter().chain(facts.max_properties).min();
        let mut all = Vec::new();
        if shape
            .min_properties
            .is_some_and(|least| facts.min_properties < least)
        {
            all.push(self.narrower(have, want, facts, "minProperties", Doubt::NoExample));
        }
        if shape
            .max_properties
            .is_some_and(|limit| most.is_none_or(|most| most > limit))
        {
            all.push(self.narrower(have, want, facts, "maxProperties", Doubt::NoExample));
        }
        if let Some(rule) = shape.names {
            let fine = match closed {
                Some(names) => names.iter().all(|name| {
                    let value = Value::from(name.as_str());
                    !self.may_be_named(facts, name) || self.maker.judge.accepts(rule, &value) == Some(true)
                }),
                None => {
                    let rules: Vec<Id> = facts.shapes.iter().filter_map(|shape| shape.names).collect();
                    self.shows(&Have::of(shapes, rules).narrowed(shapes, Kinds::STRING), rule)
                }
            };
            if !fine {
                all.push(self.narrower(have, want, facts, "propertyNames", Doubt::NotCompared));
            }
        }
        all
    }
}

/// The schema by which a member was declared.
fn declared(facts: &Facts<'_, '_>, name: &str) -> Option<Value> {
    let mut all = facts.shapes.iter().filter_map(|shape| shape.source);
    all.find_map(|source| source.get("properties")?.get(name).cloned())
}

/// The keyword that judges a member which nothing declares.
fn forbidding(shape: &Shape<'_>, name: &str) -> &'static str {
    if shape.properties.contains_key(name) {
        return "properties";
    }
    let rest = shape.rests.iter().find(|rest| !rest.names.contains(name));
    rest.map_or("patternProperties", |rest| rest.keyword)
}

/// The shapes for undeclared members whose names match just these patterns, each with its keyword.
fn of_set(shape: &Shape<'_>, matched: &BTreeSet<&String>) -> Vec<(Id, &'static str)> {
    let patterns = shape
        .patterns
        .iter()
        .filter(|(pattern, _)| matched.contains(pattern));
    let mut all: Vec<(Id, &'static str)> = patterns.map(|(_, id)| (*id, "patternProperties")).collect();
    let rests = shape
        .rests
        .iter()
        .filter(|rest| rest.patterns.iter().all(|pattern| !matched.contains(pattern)));
    all.extend(rests.map(|rest| (rest.schema, rest.keyword)));
    all
}

/// Names like `name` that nobody uses.
fn unused(name: &str, named: &BTreeSet<&str>) -> Vec<String> {
    let plain = (!name.is_empty()).then(|| name.to_owned());
    let tails = ["0", "x", "lain", "-1"]
        .into_iter()
        .map(|tail| format!("{name}{tail}"));
    plain
        .into_iter()
        .chain(tails)
        .filter(|name| !named.contains(name.as_str()))
        .collect()
}
