//! [`Distinct`]: whether the values of a field repeat, and which ones there are if they are few.
//!
//! Invariant: memory is bounded by the [`Budget`] that all fields share; what could not be counted on
//! is said, never guessed.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// How many values are remembered for all fields together; some 80 MB.
const MAX_REMEMBERED: usize = 4_000_000;
/// How many fields are looked at.
const MAX_FIELDS: usize = 4_000;
/// How many repetitions are seldom, beside one in twenty values.
const SELDOM: u64 = 50;
/// Up to how many values count as few.
pub(super) const FEW: usize = 20;
/// The longest value that may be one of few, in bytes.
const SHORT: usize = 64;

/// What all fields of a sample share.
#[derive(Debug)]
pub(super) struct Budget {
    /// How many values may still be remembered.
    pub(super) values: usize,
    /// How many more fields may be looked at.
    pub(super) fields: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            values: MAX_REMEMBERED,
            fields: MAX_FIELDS,
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Distinct {
    hashes: HashSet<u64>,
    /// How often a value came that had come before, as long as that was seldom.
    pub(super) repeats: u64,
    /// Whether values repeat so often that they are no longer told apart.
    often: bool,
    /// Whether no value came twice as long as there was memory to tell.
    pub(super) gave_up: bool,
    /// The values with how often they came; none when they are too many or too long.
    few: Option<BTreeMap<Box<str>, u64>>,
}

impl Default for Distinct {
    fn default() -> Self {
        Distinct {
            hashes: HashSet::new(),
            repeats: 0,
            often: false,
            gave_up: false,
            few: Some(BTreeMap::new()),
        }
    }
}

impl Distinct {
    /// Takes one more value.
    pub(super) fn take(&mut self, value: &str, budget: &mut Budget) {
        self.take_few(value);
        if self.gave_up || self.often {
            return;
        }
        if budget.values == 0 {
            self.gave_up = true;
        } else if self.hashes.insert(hash_of(&[value])) {
            budget.values -= 1;
        } else {
            self.repeats += 1;
            self.often = self.repeats > SELDOM + u64::try_from(self.hashes.len() / 20).unwrap_or(u64::MAX);
        }
        if self.often {
            budget.values += self.hashes.len();
            self.hashes = HashSet::new();
        }
    }

    fn take_few(&mut self, value: &str) {
        let Some(few) = &mut self.few else {
            return;
        };
        if let Some(count) = few.get_mut(value) {
            *count += 1;
        } else if few.len() < FEW && value.len() <= SHORT {
            few.insert(value.into(), 1);
        } else {
            self.few = None;
        }
    }

    /// Whether every value came once, as far as could be told.
    pub(super) fn is_unique(&self) -> bool {
        self.repeats == 0
    }

    /// Whether values repeat, but seldom.
    pub(super) fn repeats_seldom(&self) -> bool {
        self.repeats > 0
            && !self.often
            && self.repeats.saturating_mul(20) < u64::try_from(self.hashes.len()).unwrap_or(u64::MAX)
    }

    /// The values, when they are few and short.
    pub(super) fn few(&self) -> Option<impl ExactSizeIterator<Item = &str>> {
        self.few.as_ref().map(|few| few.keys().map(AsRef::as_ref))
    }
}

/// A number by which values are told apart. Two that differ share one once in some 10^19 pairs.
pub(super) fn hash_of(values: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    values.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_comes_twice_is_noticed_and_memory_given_back() {
        let mut budget = Budget::default();
        let mut field = Distinct::default();
        (0..5_000).for_each(|n| field.take(&n.to_string(), &mut budget));
        assert!(field.is_unique() && !field.repeats_seldom() && field.few().is_none());
        field.take("7", &mut budget);
        assert!(!field.is_unique() && field.repeats_seldom());
        (0..5_000).for_each(|_| field.take("7", &mut budget));
        assert!(!field.is_unique() && !field.repeats_seldom());
        assert_eq!(budget.values, MAX_REMEMBERED);
    }

    #[test]
    fn where_memory_ends_it_is_said() {
        let mut budget = Budget { values: 2, fields: 0 };
        let mut field = Distinct::default();
        ["a", "b", "c", "a"]
            .iter()
            .for_each(|value| field.take(value, &mut budget));
        assert!(field.gave_up && field.is_unique());
        assert_eq!(field.few().unwrap().collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
