//! [`Prover`]: shows that every value the old schema accepts is accepted by the new one, or finds
//! what stands against it.
//!
//! Each keyword of the new schema is an obligation that has to follow from what is known of the
//! value. Not here: confirming examples by the validators. Invariant: an empty answer is a proof. A
//! pair of schemas that is met again deeper in a value may be taken for proven, because values are
//! finite; whatever was built on it is forgotten when the pair fails after all.

mod arrays;
mod logic;
mod objects;
mod scalars;

use std::collections::HashSet;

use serde_json::Value;

use super::have::{Choice, Facts, Have};
use super::judge::RULES;
use super::make::Maker;
use super::shape::{ANYTHING, Id, Kinds, Shape, Shapes};
use crate::types::Pointer;

/// How deep schemas are followed together.
const MAX_DEPTH: usize = 80;

/// The most findings that are kept.
const MAX_FINDINGS: usize = 1000;

/// Why there may be a break although none was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The rule looks narrower, but no payload was found that shows it.
    NoExample,
    /// What the rule accepts was not compared.
    NotCompared,
    /// The schemas are too large, or too deep.
    TooLarge,
}

/// One thing that stands against compatibility.
#[derive(Debug, Clone)]
pub struct Finding {
    pub pointer: Pointer,
    pub rule: String,
    pub old: Value,
    pub new: Value,
    /// A value that the old schema seems to accept and the new one to refuse.
    pub example: Option<Value>,
    pub doubt: Doubt,
}

/// Compares shapes.
pub struct Prover<'a, 'v> {
    pub maker: Maker<'a, 'v>,
    shapes: &'a Shapes<'v>,
    proven: HashSet<(Have, usize)>,
    trail: Vec<(Have, usize)>,
    failed: HashSet<(Have, usize)>,
    /// How many callers only want to know whether, not why not.
    asking: usize,
    depth: usize,
    left: usize,
    /// Whether something was left uncompared because it is too large or too deep.
    pub gave_up: bool,
}

impl<'a, 'v> Prover<'a, 'v> {
    /// A prover that gives up after `left` steps.
    pub fn new(maker: Maker<'a, 'v>, left: usize) -> Self {
        Prover {
            shapes: maker.judge.shapes,
            maker,
            proven: HashSet::new(),
            trail: Vec::new(),
            failed: HashSet::new(),
            asking: 0,
            depth: 0,
            left,
            gave_up: false,
        }
    }

    /// What stands against `want` accepting every value of `have`; nothing is a proof.
    pub fn implies(&mut self, have: &Have, want: Id) -> Vec<Finding> {
        let class = self.shapes.class(want);
        if class == self.shapes.class(ANYTHING) || have.has_class(self.shapes, class) {
            return Vec::new();
        }
        if self.left == 0 || self.depth >= MAX_DEPTH {
            self.gave_up = true;
            return vec![self.bare(want, "", Doubt::TooLarge)];
        }
        self.left -= 1;
        let key = (have.clone(), class);
        if self.proven.contains(&key) {
            return Vec::new();
        }
        if self.asking > 0 && self.failed.contains(&key) {
            return vec![self.bare(want, "", Doubt::NotCompared)];
        }
        let mark = self.trail.len();
        self.proven.insert(key.clone());
        self.trail.push(key.clone());
        self.depth += 1;
        let found = self.settle(have, want);
        self.depth -= 1;
        if !found.is_empty() {
            for key in self.trail.drain(mark..) {
                self.proven.remove(&key);
            }
            self.failed.insert(key);
        }
        found
    }

    /// Whether it can be shown at all.
    pub fn shows(&mut self, have: &Have, want: Id) -> bool {
        self.asking += 1;
        let found = self.implies(have, want);
        self.asking -= 1;
        found.is_empty()
    }

    fn settle(&mut self, have: &Have, want: Id) -> Vec<Finding> {
        let shapes = self.shapes;
        let facts = Facts::of(shapes, have);
        let contradicts = have.ids.iter().any(|id| have.denied.contains(&shapes.class(*id)));
        if facts.kinds.is_empty() || contradicts {
            return Vec::new();
        }
        if let Some(values) = scalars::finite(&facts) {
            return self.each(have, want, &facts, &values);
        }
        let cases = self.cases(have);
        if !cases.is_empty() {
            self.asking += 1;
            let found = self.obligations(have, want, &facts);
            self.asking -= 1;
            if found.is_empty() {
                return found;
            }
            return self.gather(cases.iter(), want);
        }
        let shape = shapes.get(want);
        let chooses = shape.any.is_some()
            || shape.one.is_some()
            || shape.not.is_some()
            || shape.condition.is_some()
            || shape.choices.is_some();
        let groups: Vec<Kinds> = Kinds::GROUPS
            .into_iter()
            .filter(|group| group.meets(facts.kinds))
            .collect();
        if chooses && groups.len() > 1 {
            let parts: Vec<Have> = groups
                .into_iter()
                .map(|group| have.narrowed(shapes, group))
                .collect();
            return self.gather(parts.iter(), want);
        }
        self.obligations(have, want, &facts)
    }

    /// What stands against `want` in any of several cases.
    fn gather<'h>(&mut self, cases: impl Iterator<Item = &'h Have>, want: Id) -> Vec<Finding> {
        let mut all: Vec<Finding> = Vec::new();
        for case in cases {
            for finding in self.implies(case, want) {
                let same = |one: &Finding| one.pointer == finding.pointer && one.rule == finding.rule;
                match all.iter_mut().find(|one| same(one)) {
                    Some(known) if known.example.is_none() => *known = finding,
                    Some(_) => {}
                    None => all.push(finding),
                }
            }
            if self.enough(&all) {
                break;
            }
        }
        all
    }

    fn enough(&self, found: &[Finding]) -> bool {
        (self.asking > 0 && !found.is_empty()) || found.len() >= MAX_FINDINGS
    }

    /// The cases into which the first open choice of the value's shapes falls.
    fn cases(&self, have: &Have) -> Vec<Have> {
        let shapes = self.shapes;
        let open = |id: Id, choice| !have.done.contains(&(id, choice));
        for id in have.ids.iter().copied() {
            let shape = shapes.get(id);
            let case = |choice, branch| {
                let mut case = have.clone();
                case.done.insert((id, choice));
                case.with(shapes, branch)
            };
            if let Some(any) = shape.any.as_ref().filter(|_| open(id, Choice::Any)) {
                return any.iter().map(|branch| case(Choice::Any, *branch)).collect();
            }
            if let Some(one) = shape.one.as_ref().filter(|_| open(id, Choice::One)) {
                let branches = one.iter().enumerate();
                return branches
                    .map(|(at, branch)| {
                        let mut case = case(Choice::One, *branch);
                        let others = one.iter().enumerate().filter(|(other, _)| *other != at);
                        case.denied.extend(others.map(|(_, other)| shapes.class(*other)));
                        case
                    })
                    .collect();
            }
            if let Some(condition) = shape.condition.as_ref().filter(|_| open(id, Choice::Condition)) {
                let met = case(Choice::Condition, condition.test).with(shapes, condition.then);
                let mut unmet = case(Choice::Condition, condition.otherwise);
                unmet.denied.insert(shapes.class(condition.test));
                return vec![met, unmet];
            }
        }
        Vec::new()
    }

    /// Every keyword of `want`, one after another.
    fn obligations(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        type Part<'a, 'v> = for<'f> fn(&mut Prover<'a, 'v>, &Have, Id, &Facts<'f, 'v>) -> Vec<Finding>;
        let parts: [Part<'a, 'v>; 6] = [
            Self::scalars,
            Self::texts,
            Self::arrays,
            Self::objects,
            Self::logic,
            Self::unsaid,
        ];
        let mut all = Vec::new();
        for part in parts {
            all.extend(part(self, have, want, facts));
            if self.enough(&all) {
                break;
            }
        }
        all
    }

    /// Every value of a finite set, judged.
    fn each(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>, values: &[Value]) -> Vec<Finding> {
        let mut all: Vec<Finding> = Vec::new();
        for value in values {
            if !self.maker.allows(have, value) {
                continue;
            }
            let verdict = self.maker.judge.accepts(want, value);
            if verdict == Some(true) {
                continue;
            }
            let (pointer, rule, at) = self.blame(want, value);
            if all.iter().any(|one| one.rule == rule && one.pointer == pointer) {
                continue;
            }
            let keyword = if facts.choices.is_some() { "enum" } else { rule };
            let old = [facts.told(rule), facts.told(keyword), facts.told("const")];
            all.push(Finding {
                pointer,
                old: old.into_iter().find(|old| !old.is_null()).unwrap_or_default(),
                new: self.shapes.get(at).told(rule),
                rule: rule.to_owned(),
                example: Some(value.clone()),
                doubt: Doubt::NotCompared,
            });
            if self.enough(&all) {
                break;
            }
        }
        all
    }

    /// The innermost rule that a refused value breaks: where, which, and whose.
    fn blame(&mut self, want: Id, value: &Value) -> (Pointer, &'static str, Id) {
        let shape = self.shapes.get(want);
        let broken = RULES
            .iter()
            .find(|rule| self.maker.judge.keeps(want, rule, value) == Some(false));
        match (broken.copied().unwrap_or("opaque"), value) {
            ("allOf", _) => {
                let mut inner = shape.all.iter().copied();
                let refusing = inner.find(|id| self.maker.judge.accepts(*id, value) == Some(false));
                refusing.map_or((Pointer::default(), "allOf", want), |id| self.blame(id, value))
            }
            ("properties", Value::Object(members)) => {
                for (name, member) in members {
                    for id in self.maker.judge.of_member(shape, name) {
                        if self.maker.judge.accepts(id, member) == Some(false) {
                            let (pointer, rule, at) = self.blame(id, member);
                            return (Pointer::default().child(name).join(&pointer), rule, at);
                        }
                    }
                }
                (Pointer::default(), "properties", want)
            }
            (rule, _) => (Pointer::default(), keyword(shape, rule), want),
        }
    }

    /// A finding without anything to show for it.
    fn bare(&self, want: Id, rule: &str, doubt: Doubt) -> Finding {
        Finding {
            pointer: Pointer::default(),
            rule: rule.to_owned(),
            old: Value::Null,
            new: self.shapes.get(want).told(rule),
            example: None,
            doubt,
        }
    }

    /// A rule of `want` that does not follow from what is known, with a value that breaks it if one
    /// can be made.
    fn narrower(
        &mut self,
        have: &Have,
        want: Id,
        facts: &Facts<'_, 'v>,
        rule: &str,
        doubt: Doubt,
    ) -> Finding {
        let shape = self.shapes.get(want);
        let mut finding = self.bare(want, keyword(shape, rule), doubt);
        if self.asking > 0 {
            return finding;
        }
        finding.old = facts.told(&finding.rule);
        let kinds = match (rule, shape.kinds) {
            ("type", Some(allowed)) => facts.kinds.without(allowed),
            _ => facts.kinds.and(judged_by(rule)),
        };
        let have = have.narrowed(self.shapes, kinds);
        if kinds == Kinds::OBJECT {
            let least = self
                .maker
                .object(&have, &serde_json::Map::new(), 0)
                .map(Value::Object);
            finding.example = least.filter(|value| {
                self.maker.judge.keeps(want, rule, value) == Some(false) && self.maker.allows(&have, value)
            });
        }
        if finding.example.is_none() {
            let mut refused = self.maker.seek(&have, &[want], 0, 1, &mut |judge, value| {
                judge.keeps(want, rule, value) == Some(false)
            });
            finding.example = refused.pop();
        }
        finding
    }
}

/// The kinds of values that a rule says anything about.
fn judged_by(rule: &str) -> Kinds {
    match rule {
        "minimum" | "maximum" | "multipleOf" => Kinds::NUMBER,
        "minLength" | "maxLength" | "pattern" => Kinds::STRING,
        "minItems" | "maxItems" | "uniqueItems" | "items" | "contains" => Kinds::ARRAY,
        "required" | "minProperties" | "maxProperties" | "propertyNames" | "properties"
        | "dependentRequired" => Kinds::OBJECT,
        _ => Kinds::ALL,
    }
}

/// The keyword by which a rule is known.
fn keyword(shape: &Shape<'_>, rule: &str) -> &'static str {
    let only = |bounds: &[super::shape::Bound], plain| bounds.first().map_or(plain, |bound| bound.keyword);
    match rule {
        "false" => "falseSchema",
        "enum" => shape.choices.as_ref().map_or("enum", |(keyword, _)| keyword),
        "minimum" => only(&shape.low, "minimum"),
        "maximum" => only(&shape.high, "maximum"),
        "leaf" => shape.leaves.first().map_or("format", |leaf| leaf.keyword),
        "items" => shape.tails.first().map_or("prefixItems", |tail| tail.keyword),
        "opaque" => {
            let unevaluated = shape.unevaluated.first().map(|(keyword, _)| *keyword);
            shape.opaque.or(unevaluated).unwrap_or("schema")
        }
        other => RULES
            .iter()
            .find(|rule| **rule == other)
            .copied()
            .unwrap_or("schema"),
    }
}
