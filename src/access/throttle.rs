//! [`Throttle`]: how often somebody may try to sign in.
//!
//! An attempt is counted when it begins, so that many at once gain nothing, and is taken back when it
//! succeeds. After some failures each next one must wait twice as long. Invariant: no more than
//! [`MOST`] names are remembered, whatever is tried; the one that was silent longest is forgotten.

use std::collections::HashMap;
use std::hash::Hash;

use crate::types::Timestamp;

/// How many names are remembered.
pub const MOST: usize = 10_000;
/// After how long without an attempt a name is forgotten, in milliseconds.
const MEMORY: i64 = 3_600_000;
/// The longest wait, in milliseconds.
const LONGEST: i64 = 900_000;

/// See the module.
#[derive(Debug)]
pub struct Throttle<K> {
    /// How many attempts may fail before there is a wait.
    free: u32,
    attempts: HashMap<K, Attempts>,
}

/// The attempts of one name.
#[derive(Debug, Clone, Copy)]
struct Attempts {
    count: u32,
    last: Timestamp,
}

impl<K: Hash + Eq + Clone> Throttle<K> {
    /// Nothing was tried yet; `free` failures cost nothing.
    pub fn new(free: u32) -> Self {
        Throttle {
            free,
            attempts: HashMap::new(),
        }
    }

    /// For how many seconds `key` must still wait at the moment `now`; 0 when it may try.
    pub fn wait(&self, key: &K, now: Timestamp) -> u32 {
        let Some(attempts) = self.attempts.get(key).filter(|one| now.0 - one.last.0 < MEMORY) else {
            return 0;
        };
        let Some(above) = attempts.count.checked_sub(self.free) else {
            return 0;
        };
        let pause = 1_000_i64
            .checked_shl(above.min(20))
            .map_or(LONGEST, |pause| pause.min(LONGEST));
        let left = attempts.last.0 + pause - now.0;
        u32::try_from((left.max(0) + 999) / 1_000).unwrap_or(u32::MAX)
    }

    /// Counts an attempt.
    pub fn count(&mut self, key: &K, now: Timestamp) {
        if !self.attempts.contains_key(key) {
            self.make_room(now);
        }
        let attempts = self
            .attempts
            .entry(key.clone())
            .or_insert(Attempts { count: 0, last: now });
        if now.0 - attempts.last.0 >= MEMORY {
            attempts.count = 0;
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
        self.attempts.retain(|_, one| now.0 - one.last.0 < MEMORY);
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

    #[test]
    fn after_the_free_failures_each_one_costs_twice_the_wait() {
        let mut throttle = Throttle::new(3);
        let mut now = Timestamp(1_000_000);
        let mut waits = Vec::new();
        for _ in 0..14 {
            waits.push(throttle.wait(&"siti", now));
            now = Timestamp(now.0 + i64::from(throttle.wait(&"siti", now)) * 1_000);
            throttle.count(&"siti", now);
        }
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
        assert_eq!(throttle.wait(&"budi", now), 0);
        assert_eq!(throttle.wait(&"siti", Timestamp(now.0 + MEMORY)), 0);
        throttle.forget(&"siti");
        assert_eq!(throttle.wait(&"siti", now), 0);
    }

    #[test]
    fn its_memory_is_bounded_and_keeps_what_was_tried_last() {
        let mut throttle = Throttle::new(1);
        let all = i64::try_from(MOST).unwrap() + 50;
        for name in 0..all {
            throttle.count(&name, Timestamp(name));
        }
        assert_eq!(throttle.attempts.len(), MOST);
        assert!(throttle.wait(&(all - 1), Timestamp(all)) > 0);
        assert_eq!(throttle.wait(&0, Timestamp(all)), 0);
    }
}
