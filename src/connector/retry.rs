//! When a call may be made again, how long to wait before, and how often in all.

/// The first wait, in milliseconds; each further one is twice as long.
const FIRST_WAIT: u64 = 100;
/// The longest wait, in milliseconds.
const LONGEST_WAIT: u64 = 5_000;
/// What one call puts aside for repetitions, in thousandths of a repetition: one in ten calls.
const SHARE: u32 = 100;
/// What may be put aside at the most, in thousandths.
const SAVED: u32 = 10_000;

/// Whether a method may be sent twice and do what it does once (RFC 9110, 9.2.2).
pub fn is_idempotent(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE")
}

/// How long to wait before the repetition with this number, from 1, in milliseconds; `chance` is between 0 and
/// 1 and spreads callers between half of the wait and all of it.
pub fn wait(repetition: u32, chance: f64) -> u64 {
    let doubled = FIRST_WAIT.saturating_mul(1 << repetition.saturating_sub(1).min(16));
    let whole = doubled.min(LONGEST_WAIT);
    let thousandths = spread(chance);
    whole / 2 + whole.saturating_mul(thousandths) / 2_000
}

/// A chance in thousandths.
fn spread(chance: f64) -> u64 {
    (0..1_000_u32)
        .rev()
        .find(|step| f64::from(*step) <= chance * 1_000.0)
        .map_or(0, u64::from)
}

/// What repetitions may be made, so that a system in trouble is not asked twice as much as usual.
#[derive(Debug, Clone)]
pub struct Budget {
    thousandths: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { thousandths: SAVED }
    }
}

impl Budget {
    /// A call is made; it saves a share for repetitions.
    pub fn save(&mut self) {
        self.thousandths = (self.thousandths + SHARE).min(SAVED);
    }

    /// Takes a repetition, if one is left.
    pub fn take(&mut self) -> bool {
        let left = self.thousandths.checked_sub(1_000);
        if let Some(left) = left {
            self.thousandths = left;
        }
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_spread() {
        assert_eq!(wait(1, 0.0), 50);
        assert_eq!(wait(1, 0.999), 99);
        assert_eq!(wait(2, 0.5), 150);
        assert_eq!(wait(3, 0.0), 200);
        assert_eq!(wait(40, 0.0), 2_500);
        assert!(wait(40, 1.0) <= LONGEST_WAIT);
    }

    #[test]
    fn one_call_in_ten_may_be_repeated_once_what_was_saved_is_used_up() {
        let mut budget = Budget::default();
        let first = (0..20).filter(|_| budget.take()).count();
        assert_eq!(first, 10);
        (0..9).for_each(|_| budget.save());
        assert!(!budget.take());
        budget.save();
        assert!(budget.take());
    }
}
