//! Compatibility: whether a new version accepts everything that an old one accepted.
//!
//! `load`, `plain` and `closing` turn both schemas into shapes, `classes` tells which are the same, `have`
//! holds what is known of an accepted value, `prove` derives the new schema's keywords from it,
//! `make` makes payloads, `judge` judges them by shapes, `texts` compares patterns, `members` compares
//! what is said beside the schema. Not here: which versions are compared. Invariant: "compatible" is
//! said only of what was proven; a break of the schema is named only with a payload that the old
//! validator accepted and the new one refused.

mod classes;
mod closing;
mod example;
mod have;
mod judge;
mod load;
mod make;
mod members;
mod plain;
mod prove;
mod shape;
#[cfg(test)]
mod tests;
mod texts;
mod wording;

use serde_json::{Value, json};

use super::model::Contract;
use super::validator::Validator;
use crate::types::{Lang, Pointer, Text};
use have::Have;
use judge::Judge;
use load::Loader;
use make::Maker;
use prove::{Doubt, Finding, Prover};
use shape::Shapes;

pub use example::likely_payloads;
pub use members::beyond_patch;

/// How many pairs of schemas are compared before it is given up.
const MAX_STEPS: usize = 60_000;

/// How many values are judged by shapes.
const MAX_JUDGED: usize = 300_000;

/// How many values are made.
const MAX_MADE: usize = 40_000;

/// How many payloads are tried beyond those made for a finding.
const MAX_PROBES: usize = 120;

/// The most bytes that examples and quoted rules take together.
const MAX_SHOWN: usize = 1 << 20;

/// Whether a version may follow another within one major.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything that was accepted is accepted.
    Compatible,
    /// Something that was accepted is refused.
    Breaking,
    /// No break was found, but something could not be compared.
    Undecided,
}

impl Verdict {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Compatible => "compatible",
            Verdict::Breaking => "breaking",
            Verdict::Undecided => "undecided",
        }
    }
}

/// One thing that was accepted and is refused now.
#[derive(Debug, Clone, PartialEq)]
pub struct Break {
    /// The place in the payload (`*` stands for any item, or any member without a name of its own);
    /// for a rule beside the schema, the place in the contract.
    pub pointer: Pointer,
    /// The keyword of the schema, or the contract's member.
    pub rule: String,
    /// What the rule was; null where there was none, or where it is too long to be shown.
    pub old: Value,
    /// What it is now.
    pub new: Value,
    /// A payload that was accepted and is refused; rules beside the schema have none, nor has what is
    /// found after a megabyte of examples.
    pub example: Option<Value>,
}

/// One thing that could not be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Undecided {
    /// The place, as in [`Break`].
    pub pointer: Pointer,
    /// The keyword that could not be compared.
    pub rule: String,
    /// Why not.
    pub why: Text,
}

/// What comparing two versions found.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The verdict.
    pub verdict: Verdict,
    /// Every break that was found.
    pub breaks: Vec<Break>,
    /// Everything that could not be compared.
    pub undecided: Vec<Undecided>,
}

impl Comparison {
    /// As programs read it, with reasons in `lang`.
    pub fn to_json(&self, lang: Lang) -> Value {
        let breaks = self.breaks.iter().map(|one| {
            json!({"pointer": one.pointer, "rule": one.rule, "old": one.old, "new": one.new, "example": one.example})
        });
        let undecided = self
            .undecided
            .iter()
            .map(|one| json!({"pointer": one.pointer, "rule": one.rule, "why": one.why.to(lang)}));
        json!({
            "verdict": self.verdict.as_str(),
            "breaks": breaks.collect::<Vec<_>>(),
            "undecided": undecided.collect::<Vec<_>>(),
        })
    }
}

/// Compares two versions of a contract: their schemas, and what is said beside them.
///
/// Both must have passed the [`super::Checker`]: a schema whose references run in circles is not
/// noticed here.
pub fn compare(old: &Contract, new: &Contract) -> Comparison {
    let (mut breaks, mut undecided) = members::compare(old, new);
    let (found, doubts) = schemas(&old.schema, &new.schema);
    breaks.extend(found);
    undecided.extend(doubts);
    let verdict = match (breaks.is_empty(), undecided.is_empty()) {
        (false, _) => Verdict::Breaking,
        (true, false) => Verdict::Undecided,
        (true, true) => Verdict::Compatible,
    };
    Comparison {
        verdict,
        breaks,
        undecided,
    }
}

/// Compares two schemas.
fn schemas(old: &Value, new: &Value) -> (Vec<Break>, Vec<Undecided>) {
    if old == new {
        return Default::default();
    }
    let (before, after) = match (Validator::compile(old), Validator::compile(new)) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(why), _) | (_, Err(why)) => return (Vec::new(), vec![unusable(why)]),
    };
    let mut loader = Loader::new();
    let (old_root, new_root) = (loader.load(old), loader.load(new));
    let list = loader.finish();
    let classes = classes::classes(&list);
    let shapes = Shapes::new(list, classes);
    let maker = Maker::new(Judge::new(&shapes, MAX_JUDGED), MAX_MADE);
    let mut prover = Prover::new(maker, MAX_STEPS);
    let have = Have::of(&shapes, [old_root]);
    let findings = prover.implies(&have, new_root);
    let mut sorter = Sorter {
        before,
        after,
        left: MAX_SHOWN,
        breaks: Vec::new(),
        undecided: Vec::new(),
    };
    for mut finding in findings {
        if prover.gave_up {
            finding.doubt = Doubt::TooLarge;
        }
        sorter.take(finding);
    }
    if sorter.breaks.is_empty() {
        // Proven or not: what can be tried at little cost is tried.
        let probes = prover
            .maker
            .seek(&have, &[new_root], 0, MAX_PROBES, &mut |_, _| true);
        sorter.probe(&probes);
    }
    (sorter.breaks, sorter.undecided)
}

fn unusable(why: Text) -> Undecided {
    Undecided {
        pointer: Pointer::default().child("schema"),
        rule: "schema".to_owned(),
        why,
    }
}

/// Tells breaks from what remains undecided, by both validators.
struct Sorter {
    before: Validator,
    after: Validator,
    left: usize,
    breaks: Vec<Break>,
    undecided: Vec<Undecided>,
}

impl Sorter {
    fn take(&mut self, finding: Finding) {
        let Finding {
            pointer,
            rule,
            old,
            new,
            example,
            doubt,
        } = finding;
        let same = |at: &Pointer, named: &str| *at == pointer && named == rule;
        if self.breaks.iter().any(|one| same(&one.pointer, &one.rule)) {
            return;
        }
        match example.filter(|example| self.confirms(example)) {
            Some(example) => {
                self.undecided.retain(|one| !same(&one.pointer, &one.rule));
                let example = self.shown(example);
                let (old, new) = (self.shown(old), self.shown(new));
                let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
                self.breaks.push(Break {
                    pointer,
                    rule,
                    old,
                    new,
                    example,
                });
            }
            None if self.undecided.iter().any(|one| same(&one.pointer, &one.rule)) => {}
            None => self.undecided.push(Undecided {
                why: wording::doubt(doubt, &rule),
                rule: if rule.is_empty() {
                    "schema".to_owned()
                } else {
                    rule
                },
                pointer,
            }),
        }
    }

    fn confirms(&self, example: &Value) -> bool {
        self.before.is_valid(example) && !self.after.is_valid(example)
    }

    /// A value as it is shown; nothing when there is no room left for it.
    fn shown(&mut self, value: Value) -> Option<Value> {
        let size = value.to_string().len();
        self.left = self.left.checked_sub(size)?;
        Some(value)
    }

    /// Tries payloads; a break that they show is named by the first violation.
    fn probe(&mut self, probes: &[Value]) {
        let Some(refused) = probes.iter().find(|probe| self.confirms(probe)) else {
            return;
        };
        let Some(first) = self.after.violations(refused).list.into_iter().next() else {
            return;
        };
        self.breaks.push(Break {
            pointer: first.pointer,
            rule: first.keyword.into(),
            old: Value::Null,
            new: first.expected,
            example: Some(refused.clone()),
        });
    }
}

/// A payload that `wide` accepts and `narrow` refuses, if one is found.
pub fn witness(wide: &Value, narrow: &Value) -> Option<Value> {
    let (breaks, _) = schemas(wide, narrow);
    breaks.into_iter().find_map(|one| one.example)
}
