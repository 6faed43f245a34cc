//! When a message that was not taken is sent again: after growing waits, for three days.

use crate::types::Timestamp;

/// The waits after the first failures, in seconds; the last one repeats.
const WAITS: [i64; 10] = [5, 15, 60, 180, 600, 1_800, 3_600, 7_200, 14_400, 14_400];
/// For how long a message is tried, in milliseconds: three days.
const PATIENCE: i64 = 3 * DAY * 1_000;
/// The longest wait that a receiver may ask for, in seconds.
const DAY: i64 = 86_400;
/// The longest that is ever waited before another attempt, in milliseconds.
pub const LONGEST_WAIT: i64 = 2 * DAY * 1_000;
/// How far waits are spread, as a part of them: so that receivers that went away together don't come back so.
const SPREAD: i64 = 5;
/// The least wait before a receiver is asked again that names a shorter one itself, in seconds: what the table
/// says, but no more than this.
const LEAST: i64 = 60;

/// What becomes of a message that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// It is sent again then.
    Until(Timestamp),
    /// It was tried for three days; nothing more is sent until somebody looks after it.
    Over,
}

/// What becomes of a message that was not taken at `now` for the `failures`th time in a row, from 1; the first
/// time was at `since`. `asked` is what the receiver wants to be waited, in seconds; `chance` is between 0 and 1.
pub fn after(failures: i64, since: Timestamp, now: Timestamp, asked: Option<i64>, chance: f64) -> Patience {
    let end = since.0.saturating_add(PATIENCE);
    if now.0 >= end {
        return Patience::Over;
    }
    let place = usize::try_from(failures.saturating_sub(1)).unwrap_or(0);
    let listed = WAITS.get(place).or(WAITS.last()).copied().unwrap_or(DAY);
    let wait = match asked {
        Some(seconds) => seconds.clamp(listed.min(LEAST), DAY) * 1_000,
        None => spread(listed * 1_000, chance),
    };
    // The last attempt is made when the three days are over, not days later.
    Patience::Until(Timestamp(now.0.saturating_add(wait).min(end)))
}

/// A wait between four and six fifths of it.
fn spread(wait: i64, chance: f64) -> i64 {
    let thousandths = (0..1_000_i32)
        .rev()
        .find(|step| f64::from(*step) <= chance * 1_000.0);
    let thousandths = i64::from(thousandths.unwrap_or(0));
    wait - wait / SPREAD + wait / SPREAD * 2 * thousandths / 1_000
}

/// What a field `Retry-After` asks for, in seconds from `now` (RFC 9110, 10.2.3); `None` when it can't be read.
pub fn retry_after(field: &str, now: Timestamp) -> Option<i64> {
    let field = field.trim();
    if field.bytes().all(|byte| byte.is_ascii_digit()) && !field.is_empty() {
        return Some(field.parse().unwrap_or(DAY));
    }
    let date = httpdate::parse_http_date(field).ok()?;
    let at = date.duration_since(std::time::SystemTime::UNIX_EPOCH).ok()?;
    let at = i64::try_from(at.as_secs()).ok()?;
    Some(at.saturating_sub(now.seconds()).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_774_000_000_120);

    fn wait(failures: i64, asked: Option<i64>, chance: f64) -> i64 {
        match after(failures, NOW, NOW, asked, chance) {
            Patience::Until(at) => at.0 - NOW.0,
            Patience::Over => panic!("it is over"),
        }
    }

    #[test]
    fn waits_grow_and_are_spread() {
        assert_eq!(wait(1, None, 0.5), 5_000);
        assert_eq!(wait(1, None, 0.0), 4_000);
        assert!((5_990..=6_000).contains(&wait(1, None, 1.0)));
        let waits: Vec<i64> = (1..=12).map(|failures| wait(failures, None, 0.5)).collect();
        assert!(waits.is_sorted(), "{waits:?}");
        assert_eq!(waits.last(), Some(&14_400_000));
        assert_eq!(wait(i64::MAX, None, 0.5), 14_400_000);
    }

    #[test]
    fn a_receiver_may_ask_for_longer_or_shorter_waits_within_bounds() {
        assert_eq!(wait(1, Some(30), 0.9), 30_000);
        assert_eq!(wait(1, Some(0), 0.9), 5_000);
        assert_eq!(wait(8, Some(1), 0.9), 60_000);
        assert_eq!(wait(8, Some(120), 0.9), 120_000);
        assert_eq!(wait(1, Some(i64::MAX), 0.9), 86_400_000);
    }

    #[test]
    fn the_last_attempt_is_made_after_three_days() {
        let end = NOW.0 + PATIENCE;
        let late = after(40, NOW, Timestamp(end - 1_000), None, 0.5);
        assert_eq!(late, Patience::Until(Timestamp(end)));
        assert_eq!(after(41, NOW, Timestamp(end), None, 0.5), Patience::Over);
        // However the waits are spread, there are some tens of attempts until then.
        for chance in [0.0, 0.5, 1.0] {
            let (mut now, mut attempts) = (NOW, 0);
            while let Patience::Until(next) = after(attempts + 1, NOW, now, None, chance) {
                assert!(next > now);
                (now, attempts) = (next, attempts + 1);
            }
            assert!((20..40).contains(&attempts), "{attempts}");
        }
    }

    #[test]
    fn retry_after_is_a_number_of_seconds_or_a_date() {
        assert_eq!(retry_after(" 120 ", NOW), Some(120));
        assert_eq!(retry_after("99999999999999999999", NOW), Some(DAY));
        assert_eq!(retry_after("Fri, 20 Mar 2026 09:47:40 GMT", NOW), Some(60));
        assert_eq!(retry_after("Fri, 20 Mar 2020 09:47:40 GMT", NOW), Some(0));
        for bad in ["", "-1", "soon", "1.5"] {
            assert_eq!(retry_after(bad, NOW), None, "{bad}");
        }
    }
}
