//! Types, choices, numbers and texts.
//!
//! Invariant: numbers are compared as they are written, never as doubles; a pattern is taken to
//! follow only when no text exists that speaks against it.

use serde_json::{Number, Value};

use super::{Doubt, Finding, Prover};
use crate::contract::compat::have::{Facts, Have, first_whole};
use crate::contract::compat::shape::{Bound, Id, Kinds, Leaf};
use crate::contract::compat::texts::{Found, lengths, pattern};
use crate::contract::national;
use crate::contract::validator::number::{self, Divisor};

/// The longest range of whole numbers that is tried one by one.
const MAX_RANGE: i128 = 64;

/// Formats whose every text is one of another format, too.
const WIDER_FORMATS: &[(&str, &str)] = &[
    ("uri", "uri-reference"),
    ("uri", "iri"),
    ("uri", "iri-reference"),
    ("iri", "iri-reference"),
    ("uri-reference", "iri-reference"),
    ("nik", "npwp"),
];

/// What every text of a format looks like, of those that are not national.
const LOOKS: &[(&str, &str)] = &[
    ("date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    ("uuid", "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"),
    ("ipv4", "^[0-9]{1,3}([.][0-9]{1,3}){3}$"),
];

/// All values that there can be, when they can be counted.
pub fn finite(facts: &Facts<'_, '_>) -> Option<Vec<Value>> {
    if let Some(choices) = facts.choices {
        return Some(choices.to_vec());
    }
    let mut all = Vec::new();
    if !facts
        .kinds
        .within(Kinds::NULL.or(Kinds::BOOLEAN).or(Kinds::INTEGER).or(Kinds::WHOLE))
    {
        return None;
    }
    if facts.kinds.meets(Kinds::NUMBER) {
        let low = first_whole(facts.low.as_ref()?, true)?;
        let high = first_whole(facts.high.as_ref()?, false)?;
        if high.checked_sub(low)? > MAX_RANGE {
            return None;
        }
        for whole in low..=high {
            let forms = [(Kinds::INTEGER, ""), (Kinds::WHOLE, ".0")];
            for (_, tail) in forms.iter().filter(|(kind, _)| facts.kinds.meets(*kind)) {
                all.push(serde_json::from_str(&format!("{whole}{tail}")).ok()?);
            }
        }
    }
    if facts.kinds.meets(Kinds::BOOLEAN) {
        all.extend([true.into(), false.into()]);
    }
    if facts.kinds.meets(Kinds::NULL) {
        all.push(Value::Null);
    }
    Some(all)
}

impl<'a, 'v> Prover<'a, 'v> {
    pub(super) fn scalars(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        let shape = self.shapes.get(want);
        let mut broken = Vec::new();
        if shape.never {
            broken.push("false");
        }
        if shape.kinds.is_some_and(|kinds| !facts.kinds.within(kinds)) {
            broken.push("type");
        }
        if shape.choices.is_some() {
            broken.push("enum");
        }
        if facts.kinds.meets(Kinds::NUMBER) {
            let whole = !facts.kinds.meets(Kinds::FRACTION);
            if !shape
                .low
                .iter()
                .all(|bound| follows(facts.low.as_ref(), bound, true, whole))
            {
                broken.push("minimum");
            }
            if !shape
                .high
                .iter()
                .all(|bound| follows(facts.high.as_ref(), bound, false, whole))
            {
                broken.push("maximum");
            }
            if shape
                .multiple
                .as_ref()
                .is_some_and(|multiple| !divides(multiple, facts, whole))
            {
                broken.push("multipleOf");
            }
        }
        let found = broken.into_iter();
        found
            .map(|rule| self.narrower(have, want, facts, rule, Doubt::NoExample))
            .collect()
    }

    pub(super) fn texts(&mut self, have: &Have, want: Id, facts: &Facts<'_, 'v>) -> Vec<Finding> {
        let shape = self.shapes.get(want);
        let mut all = Vec::new();
        for leaf in &shape.leaves {
            let judged = facts.kinds.meets(Kinds::STRING) || leaf.keyword.starts_with('$');
            let known = facts.shapes.iter().flat_map(|shape| &shape.leaves);
            if judged && !known.into_iter().any(|known| leaf_follows(known, leaf)) {
                all.push(self.narrower(have, want, facts, "leaf", Doubt::NotCompared));
            }
        }
        if !facts.kinds.meets(Kinds::STRING) {
            return all;
        }
        let known = language(facts);
        let least = shape.min_length.filter(|least| facts.min_length < *least);
        if least.is_some_and(|least| !self.none_outside(&known, lengths(least, None))) {
            all.push(self.narrower(have, want, facts, "minLength", Doubt::NoExample));
        }
        let most = shape
            .max_length
            .filter(|most| facts.max_length.is_none_or(|known| known > *most));
        if most.is_some_and(|most| !self.none_outside(&known, lengths(0, Some(most)))) {
            all.push(self.narrower(have, want, facts, "maxLength", Doubt::NoExample));
        }
        if let Some(wanted) = &shape.pattern {
            let same = facts
                .shapes
                .iter()
                .any(|shape| shape.pattern.as_ref() == Some(wanted));
            if !same && !self.none_outside(&known, pattern(wanted)) {
                all.push(self.pattern(have, want, facts, &known, wanted));
            }
        }
        all
    }

    /// Whether every text of `known` matches `wanted`.
    fn none_outside(&mut self, known: &[String], wanted: Option<String>) -> bool {
        wanted.is_some_and(|wanted| self.maker.texts.find(known, &[wanted]) == Found::Nothing)
    }

    fn pattern(
        &mut self,
        have: &Have,
        want: Id,
        facts: &Facts<'_, 'v>,
        known: &[String],
        wanted: &str,
    ) -> Finding {
        let outside = pattern(wanted).map(|wanted| self.maker.texts.find(known, &[wanted]));
        let example = match outside {
            Some(Found::Text(text)) => Some(Value::String(text)),
            _ => None,
        };
        match example.filter(|example| self.maker.allows(have, example)) {
            Some(example) if facts.kinds == Kinds::STRING => Finding {
                old: facts.told("pattern"),
                example: Some(example),
                ..self.bare(want, "pattern", Doubt::NotCompared)
            },
            _ => self.narrower(have, want, facts, "pattern", Doubt::NotCompared),
        }
    }
}

/// What is known of a text, as patterns.
pub(super) fn language(facts: &Facts<'_, '_>) -> Vec<String> {
    let patterns = facts.shapes.iter().filter_map(|shape| shape.pattern.as_deref());
    let mut all: Vec<String> = patterns.filter_map(pattern).collect();
    for leaf in facts.shapes.iter().flat_map(|shape| &shape.leaves) {
        let format = leaf.value.as_str().filter(|_| leaf.keyword == "format");
        all.extend(format.and_then(look).map(str::to_owned));
    }
    if facts.min_length > 0 || facts.max_length.is_some() {
        let exact = lengths(facts.min_length, facts.max_length);
        all.extend(exact.or_else(|| lengths(facts.min_length, None)));
    }
    all
}

/// What every text of a format looks like, where that can be said.
fn look(format: &str) -> Option<&'static str> {
    let common = LOOKS.iter().find(|(known, _)| *known == format);
    common
        .map(|(_, look)| *look)
        .or_else(|| national::find(format).map(|format| format.looks))
}

/// Whether a bound follows from the bound that is known.
fn follows(known: Option<&Bound>, wanted: &Bound, low: bool, whole: bool) -> bool {
    let Some(known) = known else { return false };
    if whole && let (Some(known), Some(wanted)) = (first_whole(known, low), first_whole(wanted, low)) {
        return if low { known >= wanted } else { known <= wanted };
    }
    let order = number::compare(&known.value, &wanted.value);
    let order = if low { order } else { order.reverse() };
    order.is_gt() || (order.is_eq() && (known.exclusive || !wanted.exclusive))
}

/// Whether every number of `facts` is a multiple of `multiple`.
fn divides(multiple: &Number, facts: &Facts<'_, '_>, whole: bool) -> bool {
    let mut known = facts.shapes.iter().filter_map(|shape| shape.multiple.as_ref());
    match Divisor::of(multiple) {
        Some(divisor) => {
            (whole && divisor.divides(&Number::from(1))) || known.any(|known| divisor.divides(known))
        }
        None => known.any(|known| known == multiple),
    }
}

fn leaf_follows(known: &Leaf, wanted: &Leaf) -> bool {
    if known.schema == wanted.schema {
        return true;
    }
    if known.keyword != "format" || wanted.keyword != "format" {
        return false;
    }
    let pair = (
        known.value.as_str().unwrap_or_default(),
        wanted.value.as_str().unwrap_or_default(),
    );
    // Drafts differ in what they call a host name.
    (pair.0 == pair.1 && pair.0 != "hostname") || WIDER_FORMATS.contains(&pair)
}
