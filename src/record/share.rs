//! [`Share`]: a part of a whole, such as how many of a dataset's records may vanish.

use std::fmt;
use std::str::FromStr;

/// Parts of the whole that a share is counted in.
const WHOLE: u32 = 1_000_000;

/// A share from 0 to 1, to six digits behind the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u32);

impl Share {
    /// A tenth.
    pub const TENTH: Share = Share(WHOLE / 10);

    /// Whether `part` is not more than this share of `whole`.
    pub fn covers(self, part: u64, whole: u64) -> bool {
        u128::from(part) * u128::from(WHOLE) <= u128::from(self.0) * u128::from(whole)
    }
}

/// No decimal number from 0 to 1 with at most six digits behind the point.
#[derive(Debug)]
pub struct NoShare;

impl FromStr for Share {
    type Err = NoShare;

    fn from_str(text: &str) -> Result<Self, NoShare> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 6 {
            return Err(NoShare);
        }
        let whole: u32 = whole.parse().map_err(|_| NoShare)?;
        let fraction: u32 = format!("{fraction:0<6}").parse().map_err(|_| NoShare)?;
        let share = whole.saturating_mul(WHOLE).saturating_add(fraction);
        if share <= WHOLE {
            Ok(Share(share))
        } else {
            Err(NoShare)
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:06}", self.0 / WHOLE, self.0 % WHOLE);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_read_and_shown_as_a_decimal() {
        for (text, shown) in [
            ("0", "0"),
            ("0.1", "0.1"),
            ("1", "1"),
            ("1.0", "1"),
            ("0.000001", "0.000001"),
        ] {
            assert_eq!(text.parse::<Share>().unwrap().to_string(), shown);
        }
        for bad in [
            "",
            ".",
            "-0.1",
            "1.1",
            "2",
            "1e-1",
            "0,1",
            "0.0000001",
            " 0.1",
            "0.",
            ".5",
            "99999999999",
        ] {
            assert!(bad.parse::<Share>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_share_covers_up_to_its_part() {
        assert!(Share::TENTH.covers(10, 100) && !Share::TENTH.covers(11, 100));
        assert!(Share::TENTH.covers(0, 0) && !Share::TENTH.covers(1, 9));
        assert!("1".parse::<Share>().unwrap().covers(u64::MAX, u64::MAX));
    }
}
