//! [`Throttle`]: how often somebody may try to sign in.
//!
//! An attempt is counted when it begins, so that many at once gain nothing, and is taken back when it
//! succeeds. After some failures each next one must wait twice as long; with time they are forgiven, one
//! by one. Invariant: no more than [`MOST`] names are remembered, whatever is tried; the one that was
//! silent longest is forgotten.

use std::collections::HashMap;
use std::hash::Hash;

use crate::types::Timestamp;

/// How many names are remembered.
pub const MOST: usize = 10_000;

/// See the module.
#[derive(Debug)]
pub struct Throttle<K> {
    patience: Patience,
    attempts: HashMap<K, Attempts>,
}

/// How much is put up with.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How many attempts may fail before there is a wait.
    pub free: u32,
    /// After how long one failure is forgiven, in milliseconds.
    pub forgives: i64,
    /// The longest wait, in milliseconds.
    pub longest: i64,
}

/// The attempts of one name.
#[derive(Debug, Clone, Copy)]
struct Attempts {
    count: u32,
    /// Since when nothing was forgiven.
    since: Timestamp,
    last: Timestamp,
}

impl Attempts {
    /// What is left of them at the moment `now`.
    fn at(self, now: Timestamp, patience: Patience) -> Self {
        let forgiven = (now.0 - self.since.0).max(0) / patience.forgives;
        let count = self
            .count
            .saturating_sub(u32::try_from(forgiven).unwrap_or(u32::MAX));
        Attempts {
            count,
            since: Timestamp(self.since.0 + forgiven * patience.forgives),
            ..self
        }
    }
}

impl<K: Hash + Eq + Clone> Throttle<K> {
    /// Nothing was tried yet.
    pub fn new(patience: Patience) -> Self {
        Throttle {
            patience,
            attempts: HashMap::new(),
        }
    }

    /// For how many seconds `key` must still wait at the moment `now`; 0 when it may try.
    pub fn wait(&self, key: &K, now: Timestamp) -> u32 {
        let Some(attempts) = self.attempts.get(key).map(|one| one.at(now, self.patience)) else {
            return 0;
        };
        let Some(above) = attempts.count.checked_sub(self.patience.free) else {
            return 0;
        };
        let pause = (1_000_i64 << above.min(20)).min(self.patience.longest);
        let left = attempts.last.0 + pause - now.0;
        u32::try_from((left.max(0) + 999) / 1_000).unwrap_or(u32::MAX)
    }

    /// Counts an attempt.
    pub fn count(&mut self, key: &K, now: Timestamp) {
        if !self.attempts.contains_key(key) {
            self.make_room(now);
        }
        let none = Attempts {
            count: 0,
            since: now,
            last: now,
        };
        let attempts = self.attempts.entry(key.clone()).or_insert(none);
        *attempts = attempts.at(now, self.patience);
        if attempts.count == 0 {
            attempts.since = now;
        }
        attempts.count = attempts.count.saturating_add(1);
        attempts.last = now;
    }

    /// Takes an attempt back that was none of a guesser.
    pub fn take_back(&mut self, key: &K) {
        if let Some(attempts) = self.attempts.get_mut(key) {
            attempts.count = attempts.count.saturating_sub(1);
        }
    }

    /// Forgets all attempts of `key`.
    pub fn forget(&mut self, key: &K) {
        self.attempts.remove(key);
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.attempts.len() < MOST {
            return;
        }
        let patience = self.patience;
        self.attempts.retain(|_, one| one.at(now, patience).count > 0);
        if self.attempts.len() >= MOST {
            let stalest = self.attempts.iter().min_by_key(|(_, one)| one.last);
            if let Some(key) = stalest.map(|(key, _)| key.clone()) {
                self.attempts.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        free: 3,
        forgives: 900_000,
        longest: 60_000,
    };

    #[test]
    fn after_the_free_failures_each_one_costs_twice_the_wait() {
        let mut throttle = Throttle::new(PATIENCE);
        let mut now = Timestamp(1_000_000);
        let mut waits = Vec::new();
        for _ in 0..11 {
            waits.push(throttle.wait(&"siti", now));
            now = Timestamp(now.0 + i64::from(throttle.wait(&"siti", now)) * 1_000);
            throttle.count(&"siti", now);
        }
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(throttle.wait(&"budi", now), 0);
        throttle.forget(&"siti");
        assert_eq!(throttle.wait(&"siti", now), 0);
    }

    #[test]
    fn failures_are_forgiven_one_by_one() {
        let mut throttle = Throttle::new(PATIENCE);
        for _ in 0..5 {
            throttle.count(&"siti", Timestamp(0));
        }
        let later = Timestamp(2 * PATIENCE.forgives);
        throttle.count(&"siti", later);
        // Five, less two, and one more: two above the free ones but for one.
        assert_eq!(throttle.wait(&"siti", later), 2);
        throttle.take_back(&"siti");
        assert_eq!(throttle.wait(&"siti", later), 1);
        assert_eq!(throttle.wait(&"siti", Timestamp(3 * PATIENCE.forgives)), 0);
    }

    #[test]
    fn its_memory_is_bounded_and_keeps_what_was_tried_last() {
        let mut throttle = Throttle::new(Patience { free: 1, ..PATIENCE });
        let all = i64::try_from(MOST).unwrap() + 50;
        for name in 0..all {
            throttle.count(&name, Timestamp(name));
        }
        assert_eq!(throttle.attempts.len(), MOST);
        assert!(throttle.wait(&(all - 1), Timestamp(all)) > 0);
        assert_eq!(throttle.wait(&0, Timestamp(all)), 0);
    }
}
