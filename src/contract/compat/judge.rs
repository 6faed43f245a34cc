//! [`Judge`]: whether a shape accepts a value, so far as shapes can tell.
//!
//! Not here: judging payloads (the validator does, and confirms every example). Invariant: yes and no
//! are certain; what depends on something that shapes can't say is neither.

use std::collections::HashMap;

use regex::Regex;
use serde_json::{Map, Value};

use super::shape::{Bound, Id, Kinds, Shape, Shapes};
use crate::contract::validator::number::{self, Divisor};
use crate::contract::validator::{Validator, compare};

/// How deep values are followed.
const MAX_DEPTH: usize = 150;

/// Every keyword that is judged by itself, in the order in which a break is blamed on one.
pub const RULES: &[&str] = &[
    "false",
    "type",
    "enum",
    "minimum",
    "maximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "leaf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "items",
    "contains",
    "required",
    "minProperties",
    "maxProperties",
    "propertyNames",
    "properties",
    "dependentRequired",
    "dependentSchemas",
    "allOf",
    "not",
    "if",
    "anyOf",
    "oneOf",
    "opaque",
];

/// Judges values by shapes.
pub struct Judge<'a, 'v> {
    pub shapes: &'a Shapes<'v>,
    patterns: HashMap<String, Option<Regex>>,
    leaves: HashMap<String, Option<Validator>>,
    depth: usize,
    /// Steps left.
    pub left: usize,
}

/// A verdict in which a no outweighs everything, and doubt outweighs a yes.
fn all(verdicts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut sum = Some(true);
    for verdict in verdicts {
        match verdict {
            Some(false) => return Some(false),
            None => sum = None,
            Some(true) => {}
        }
    }
    sum
}

fn not(verdict: Option<bool>) -> Option<bool> {
    verdict.map(|yes| !yes)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl<'a, 'v> Judge<'a, 'v> {
    /// A judge who gives up after `left` steps.
    pub fn new(shapes: &'a Shapes<'v>, left: usize) -> Self {
        Judge {
            shapes,
            patterns: HashMap::new(),
            leaves: HashMap::new(),
            depth: 0,
            left,
        }
    }

    /// Whether `id` accepts `value`.
    pub fn accepts(&mut self, id: Id, value: &Value) -> Option<bool> {
        if self.left == 0 || self.depth > MAX_DEPTH {
            return None;
        }
        self.left -= 1;
        self.depth += 1;
        let verdict = all(RULES.iter().map(|rule| self.keeps(id, rule, value)));
        self.depth -= 1;
        verdict
    }

    /// Whether all of `ids` accept `value`.
    pub fn all_accept(&mut self, ids: impl IntoIterator<Item = Id>, value: &Value) -> Option<bool> {
        all(ids.into_iter().map(|id| self.accepts(id, value)))
    }

    /// Whether `value` keeps one rule of `id`; yes where it has no such rule.
    pub fn keeps(&mut self, id: Id, rule: &str, value: &Value) -> Option<bool> {
        let shape = self.shapes.get(id);
        match (rule, value) {
            ("false", _) => Some(!shape.never),
            ("opaque", _) => (shape.opaque.is_none() && shape.unevaluated.is_empty()).then_some(true),
            ("type", _) => Some(shape.kinds.is_none_or(|kinds| Kinds::of(value).within(kinds))),
            ("enum", _) => Some(
                shape
                    .choices
                    .as_ref()
                    .is_none_or(|(_, choices)| choices.iter().any(|choice| compare(choice, value).is_eq())),
            ),
            ("leaf", _) => all(shape.leaves.iter().map(|leaf| self.leaf(&leaf.schema, value))),
            (_, Value::Number(number)) => {
                keeps_number(shape, rule, number).or_logic(self, shape, rule, value)
            }
            (_, Value::String(text)) => self
                .keeps_text(shape, rule, text)
                .or_logic(self, shape, rule, value),
            (_, Value::Array(items)) => self
                .keeps_items(shape, rule, items)
                .or_logic(self, shape, rule, value),
            (_, Value::Object(members)) => self
                .keeps_members(shape, rule, members)
                .or_logic(self, shape, rule, value),
            _ => self.logic(shape, rule, value),
        }
    }

    /// Whether `pattern` finds something in `text`.
    pub fn matches(&mut self, pattern: &str, text: &str) -> Option<bool> {
        if !self.patterns.contains_key(pattern) {
            let translated = jsonschema_regex::to_rust_regex(pattern).ok();
            let regex = translated.and_then(|pattern| Regex::new(&pattern).ok());
            self.patterns.insert(pattern.to_owned(), regex);
        }
        let regex = self.patterns.get(pattern)?.as_ref()?;
        Some(regex.is_match(text))
    }

    fn leaf(&mut self, schema: &Value, value: &Value) -> Option<bool> {
        let key = schema.to_string();
        let validator = self
            .leaves
            .entry(key)
            .or_insert_with(|| Validator::compile(schema).ok());
        Some(validator.as_ref()?.is_valid(value))
    }

    fn keeps_text(&mut self, shape: &Shape<'v>, rule: &str, text: &str) -> Ruled {
        let length = || count(text.chars().count());
        Ruled::By(match rule {
            "minLength" => Some(shape.min_length.is_none_or(|min| length() >= min)),
            "maxLength" => Some(shape.max_length.is_none_or(|max| length() <= max)),
            "pattern" => match &shape.pattern {
                Some(pattern) => self.matches(pattern, text),
                None => Some(true),
            },
            _ => return Ruled::Elsewhere,
        })
    }

    fn keeps_items(&mut self, shape: &Shape<'v>, rule: &str, items: &[Value]) -> Ruled {
        let length = count(items.len());
        Ruled::By(match rule {
            "minItems" => Some(shape.min_items.is_none_or(|min| length >= min)),
            "maxItems" => Some(shape.max_items.is_none_or(|max| length <= max)),
            "uniqueItems" => Some(!shape.unique || are_unique(items)),
            "items" => {
                let prefix = shape.prefix.iter().zip(items);
                let mut verdict = all(prefix.map(|(id, item)| self.accepts(*id, item)));
                for tail in &shape.tails {
                    let rest = items.iter().skip(tail.from);
                    verdict = all([verdict, all(rest.map(|item| self.accepts(tail.schema, item)))]);
                }
                verdict
            }
            "contains" => match &shape.contains {
                None => Some(true),
                Some(contains) => {
                    let found: Vec<_> = items
                        .iter()
                        .map(|item| self.accepts(contains.schema, item))
                        .collect();
                    let sure = count(found.iter().filter(|one| **one == Some(true)).count());
                    let most = count(found.iter().filter(|one| **one != Some(false)).count());
                    let fits = |n: u64| n >= contains.min && contains.max.is_none_or(|max| n <= max);
                    let too_few = most < contains.min;
                    let too_many = contains.max.is_some_and(|max| sure > max);
                    match (fits(sure) && fits(most), too_few || too_many) {
                        (true, _) => Some(true),
                        (_, true) => Some(false),
                        _ => None,
                    }
                }
            },
            _ => return Ruled::Elsewhere,
        })
    }

    fn keeps_members(&mut self, shape: &Shape<'v>, rule: &str, members: &Map<String, Value>) -> Ruled {
        let length = count(members.len());
        let present = |name: &String| members.contains_key(name);
        Ruled::By(match rule {
            "required" => Some(shape.required.iter().all(present)),
            "minProperties" => Some(shape.min_properties.is_none_or(|min| length >= min)),
            "maxProperties" => Some(shape.max_properties.is_none_or(|max| length <= max)),
            "propertyNames" => match shape.names {
                None => Some(true),
                Some(id) => all(members
                    .keys()
                    .map(|name| self.accepts(id, &Value::String(name.clone())))),
            },
            "properties" => all(members.iter().map(|(name, member)| {
                let ids = self.of_member(shape, name);
                self.all_accept(ids, member)
            })),
            "dependentRequired" => Some(
                shape
                    .dependent_required
                    .iter()
                    .all(|(name, needed)| !present(name) || needed.iter().all(present)),
            ),
            "dependentSchemas" if shape.dependent_schemas.is_empty() => Some(true),
            "dependentSchemas" => {
                let whole = Value::Object(members.clone());
                let asked = shape.dependent_schemas.iter().filter(|(name, _)| present(name));
                all(asked.map(|(_, id)| self.accepts(*id, &whole)))
            }
            _ => return Ruled::Elsewhere,
        })
    }

    /// The shapes by which one shape judges its member `name`.
    pub fn of_member(&mut self, shape: &Shape<'v>, name: &str) -> Vec<Id> {
        let mut ids: Vec<Id> = shape.properties.get(name).copied().into_iter().collect();
        for (pattern, id) in &shape.patterns {
            if self.matches(pattern, name) == Some(true) {
                ids.push(*id);
            }
        }
        for rest in &shape.rests {
            let named = rest.names.contains(name)
                || rest
                    .patterns
                    .iter()
                    .any(|pattern| self.matches(pattern, name) == Some(true));
            if !named {
                ids.push(rest.schema);
            }
        }
        ids
    }

    fn logic(&mut self, shape: &Shape<'v>, rule: &str, value: &Value) -> Option<bool> {
        match rule {
            "allOf" => all(shape.all.iter().map(|id| self.accepts(*id, value))),
            "not" => shape.not.map_or(Some(true), |id| not(self.accepts(id, value))),
            "anyOf" => shape.any.as_ref().map_or(Some(true), |any| {
                not(all(any.iter().map(|id| not(self.accepts(*id, value)))))
            }),
            "oneOf" => shape.one.as_ref().map_or(Some(true), |one| {
                let found: Vec<_> = one.iter().map(|id| self.accepts(*id, value)).collect();
                let sure = found.iter().filter(|verdict| **verdict == Some(true)).count();
                let doubts = found.iter().any(Option::is_none);
                if sure > 1 {
                    return Some(false);
                }
                (!doubts).then_some(sure == 1)
            }),
            "if" => shape.condition.as_ref().map_or(Some(true), |condition| {
                match self.accepts(condition.test, value) {
                    Some(true) => self.accepts(condition.then, value),
                    Some(false) => self.accepts(condition.otherwise, value),
                    None => None,
                }
            }),
            _ => Some(true),
        }
    }
}

/// Whether a rule was one for this kind of value.
enum Ruled {
    By(Option<bool>),
    Elsewhere,
}

impl Ruled {
    fn or_logic<'v>(
        self,
        judge: &mut Judge<'_, 'v>,
        shape: &Shape<'v>,
        rule: &str,
        value: &Value,
    ) -> Option<bool> {
        match self {
            Ruled::By(verdict) => verdict,
            Ruled::Elsewhere => judge.logic(shape, rule, value),
        }
    }
}

fn keeps_number(shape: &Shape<'_>, rule: &str, value: &serde_json::Number) -> Ruled {
    let keeps = |bound: &Bound, low: bool| {
        let order = number::compare(value, &bound.value);
        let order = if low { order } else { order.reverse() };
        order.is_gt() || (order.is_eq() && !bound.exclusive)
    };
    Ruled::By(match rule {
        "minimum" => Some(shape.low.iter().all(|bound| keeps(bound, true))),
        "maximum" => Some(shape.high.iter().all(|bound| keeps(bound, false))),
        "multipleOf" => match &shape.multiple {
            None => Some(true),
            Some(multiple) => Divisor::of(multiple).map(|divisor| divisor.divides(value)),
        },
        _ => return Ruled::Elsewhere,
    })
}

fn are_unique(items: &[Value]) -> bool {
    let mut sorted: Vec<&Value> = items.iter().collect();
    sorted.sort_unstable_by(|a, b| compare(a, b));
    !sorted
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if compare(a, b).is_eq()))
}
