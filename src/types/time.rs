//! Points in time and the clock that tells them: [`Timestamp`] and [`Clock`].
//!
//! Times are milliseconds since 1970-01-01T00:00:00Z everywhere; a calendar appears only where a
//! time is shown or read. Rooms of rank 1 never ask a clock, they are told the time.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Reads a time of RFC 3339, or a date, which means its beginning in UTC.
    pub fn parse(text: &str) -> Option<Self> {
        let time = text.parse::<jiff::Timestamp>().ok().or_else(|| {
            let day: jiff::civil::Date = text.parse().ok()?;
            let begin = jiff::tz::Offset::UTC
                .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
                .ok()?;
            (text.len() == 10).then_some(begin)
        });
        time.map(|time| Timestamp(time.as_millisecond()))
    }

    /// The calendar date in UTC.
    pub fn date(self) -> jiff::civil::Date {
        jiff::Timestamp::from_millisecond(self.0)
            .map(|time| jiff::tz::Offset::UTC.to_datetime(time).date())
            .unwrap_or(jiff::civil::Date::MAX)
    }

    /// The first moment of a day in this time zone.
    pub fn of_day_in(day: jiff::civil::Date, zone: &TimeZone) -> Self {
        zone.to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
            .map_or(Timestamp(i64::MAX), |begin| Timestamp(begin.as_millisecond()))
    }

    /// Whether something that lasts so many milliseconds at most, and ends then, lasts now. What would last longer
    /// was written by a clock that was ahead, and has ended.
    pub fn lasts(self, now: Timestamp, longest: i64) -> bool {
        let left = self.0.saturating_sub(now.0);
        left > 0 && left <= longest.saturating_add(CLOCKS_APART)
    }

    /// Whether this was written down by a clock that was ahead: no clock of several is so far before another.
    pub fn is_to_come(self, now: Timestamp) -> bool {
        self.0.saturating_sub(now.0) > CLOCKS_APART
    }

    /// The calendar date in this time zone.
    pub fn date_in(self, zone: &TimeZone) -> jiff::civil::Date {
        jiff::Timestamp::from_millisecond(self.0)
            .map_or(jiff::civil::Date::MAX, |time| zone.to_datetime(time).date())
    }
}

/// A moment, and the time zone in which it has a day.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'z> {
    /// The moment.
    pub at: Timestamp,
    /// The time zone of the office.
    pub zone: &'z TimeZone,
}

impl Moment<'_> {
    /// The day that it is.
    pub fn day(self) -> jiff::civil::Date {
        self.day_of(self.at)
    }

    /// The day of another moment in the same place.
    pub fn day_of(self, at: Timestamp) -> jiff::civil::Date {
        at.date_in(self.zone)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds and `Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time:.3}"),
            Err(_) => write!(f, "{}", jiff::Timestamp::MAX),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse(&text).ok_or_else(|| serde::de::Error::custom("a time is written as in RFC 3339"))
    }
}

/// How far the clocks of several hubs may be apart, in milliseconds.
pub const CLOCKS_APART: i64 = 300_000;

/// Tells the time; tests hold a clock that they move themselves.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The system's clock.
    System,
    /// Stands still until somebody moves it.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn fixed(at: Timestamp) -> Self {
        Clock::Fixed(Arc::new(AtomicI64::new(at.0)))
    }

    /// The present moment.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the system's clock is read"
    )]
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp(jiff::Timestamp::now().as_millisecond()),
            Clock::Fixed(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock, back where the number is negative; a system clock is left alone.
    pub fn advance(&self, milliseconds: i64) {
        if let Clock::Fixed(at) = self {
            at.fetch_add(milliseconds, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clock_that_was_ahead_wrote_does_not_last() {
        let now = Timestamp(1_774_000_000_120);
        for (left, lasts) in [
            (-1, false),
            (0, false),
            (1, true),
            (60_000, true),
            (300_000, true),
            (361_000, false),
            (31_536_000_000, false),
        ] {
            let until = Timestamp(now.0 + left);
            assert_eq!(until.lasts(now, 60_000), lasts, "{left}");
            assert_eq!(until.is_to_come(now), left > 300_000, "{left}");
        }
        assert!(!Timestamp(i64::MAX).lasts(Timestamp(i64::MIN), 1));
    }

    #[test]
    fn times_are_shown_in_utc_with_milliseconds() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(
            Timestamp(1_774_000_000_120).to_string(),
            "2026-03-20T09:46:40.120Z"
        );
        assert_eq!(Timestamp(-1).seconds(), -1);
    }
}
