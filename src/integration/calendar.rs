//! [`Calendar`]: working days, and when what was begun is due.
//!
//! Working days are Monday to Friday less holidays; months are calendar months, rolled on to a working day. The
//! day on which something begins is not counted, and while an integration is paused nothing is. Not here: where
//! the holidays come from. Invariant: what is due is due on a working day.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};

use super::procedure::{Duration, Unit};
use crate::types::Timestamp;

/// The days on which nobody works, beside Saturdays and Sundays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<Date>,
}

/// A time for which the clocks stand still: from the day after `from` up to `until`, that day included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// The day on which they stopped.
    pub from: Date,
    /// The day from which on they run again; none while they stand.
    pub until: Option<Date>,
}

impl Pause {
    /// Whether `day` is not counted.
    fn holds(&self, day: Date) -> bool {
        self.from < day && self.until.is_none_or(|until| day <= until)
    }
}

/// The day and the time at which something is in the zone of the office.
pub fn local(at: Timestamp, zone: &TimeZone) -> (Date, Time) {
    let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::MAX);
    let local = zone.to_datetime(moment);
    (local.date(), local.time())
}

/// The day after.
pub fn day_after(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

impl Calendar {
    /// A calendar with these holidays.
    pub fn new(holidays: impl IntoIterator<Item = Date>) -> Self {
        Calendar {
            holidays: holidays.into_iter().collect(),
        }
    }

    /// Whether `day` is a working day.
    pub fn works(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&day)
    }

    /// When what began on `start` is due; none while the clocks stand.
    pub fn due(&self, start: Date, duration: Duration, pauses: &[Pause]) -> Option<Date> {
        if pauses.iter().any(|pause| pause.until.is_none()) {
            return None;
        }
        Some(match duration.unit {
            Unit::Day => self.after_days(start, duration.to, pauses),
            Unit::Month => self.after_months(start, duration.to, pauses),
        })
    }

    /// The last of so many working days after `start`.
    fn after_days(&self, start: Date, days: u32, pauses: &[Pause]) -> Date {
        let (mut day, mut left) = (start, days);
        while left > 0 && day < Date::MAX {
            day = day_after(day);
            if self.works(day) && !pauses.iter().any(|pause| pause.holds(day)) {
                left -= 1;
            }
        }
        day
    }

    /// So many calendar months after `start`, moved on by the days for which the clocks stood and to a working day.
    /// The last day of a shorter month stands for a day that it lacks.
    pub fn after_months(&self, start: Date, months: u32, pauses: &[Pause]) -> Date {
        let target = start.checked_add(i64::from(months).months()).unwrap_or(Date::MAX);
        let mut left = days_between(start, target);
        let mut day = start;
        while left > 0 && day < Date::MAX {
            day = day_after(day);
            if !pauses.iter().any(|pause| pause.holds(day)) {
                left -= 1;
            }
        }
        while !self.works(day) && day < Date::MAX {
            day = day_after(day);
        }
        day
    }

    /// How many working days lie after `start`, up to `end`, that day included, without those for which the clocks
    /// stood.
    pub fn working_days(&self, start: Date, end: Date, pauses: &[Pause]) -> u32 {
        let (mut day, mut count) = (start, 0);
        while day < end {
            day = day_after(day);
            if self.works(day) && !pauses.iter().any(|pause| pause.holds(day)) {
                count += 1;
            }
        }
        count
    }
}

/// How many days lie from one day to another; none where the other is earlier.
pub fn days_between(from: Date, to: Date) -> u32 {
    let span = from.until(to).unwrap_or_else(|_| Span::new());
    u32::try_from(span.get_days()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// The holidays of 2026 by the joint decree, those around the cases.
    fn calendar() -> Calendar {
        let days = [
            "2026-01-01",
            "2026-01-16",
            "2026-02-16",
            "2026-02-17",
            "2026-03-18",
            "2026-03-19",
            "2026-03-20",
            "2026-03-21",
            "2026-03-22",
            "2026-03-23",
            "2026-03-24",
            "2026-04-03",
            "2026-05-01",
            "2026-05-14",
            "2026-05-15",
            "2026-12-24",
            "2026-12-25",
        ];
        Calendar::new(days.map(day))
    }

    fn span(to: u32, unit: Unit) -> Duration {
        Duration { from: 1, to, unit }
    }

    #[test]
    fn working_days_leave_out_weekends_and_holidays_and_the_day_of_the_start() {
        let cases = [
            // A Monday; one day is the Tuesday.
            ("2026-03-02", 1, "2026-03-03"),
            // A Friday; Saturday and Sunday are not counted.
            ("2026-03-06", 1, "2026-03-09"),
            // Received on a Saturday: Monday is the first day.
            ("2026-03-07", 1, "2026-03-09"),
            // The Tuesday before Nyepi and Lebaran: 18 to 24 March are holidays.
            ("2026-03-17", 1, "2026-03-25"),
            ("2026-03-16", 3, "2026-03-26"),
            // Over new year: the first of January is a Thursday.
            ("2025-12-31", 2, "2026-01-05"),
            // The Tuesday before the long weekend of 14 and 15 May.
            ("2026-05-12", 3, "2026-05-19"),
        ];
        for (start, days, due) in cases {
            let found = calendar().due(day(start), span(days, Unit::Day), &[]);
            assert_eq!(found, Some(day(due)), "{days} days from {start}");
        }
    }

    #[test]
    fn months_end_on_the_same_day_or_the_last_one_rolled_to_a_working_day() {
        let cases = [
            ("2026-03-02", 1, "2026-04-02"),
            // 31 January: February has 28 days, the 28th is a Saturday.
            ("2026-01-31", 1, "2026-03-02"),
            // 30 January the same: clamped to the 28th, rolled on.
            ("2026-01-30", 1, "2026-03-02"),
            // 18 February: the 18th of March and all to the 24th are holidays.
            ("2026-02-18", 1, "2026-03-25"),
            // 3 March: Good Friday, then the weekend.
            ("2026-03-03", 1, "2026-04-06"),
            // 24 November: Christmas on a Thursday and a Friday.
            ("2026-11-24", 1, "2026-12-28"),
            ("2026-03-31", 1, "2026-04-30"),
            ("2026-10-30", 4, "2027-03-01"),
        ];
        for (start, months, due) in cases {
            let found = calendar().due(day(start), span(months, Unit::Month), &[]);
            assert_eq!(found, Some(day(due)), "{months} months from {start}");
        }
    }

    #[test]
    fn clocks_stand_from_the_day_after_a_pause_to_the_day_on_which_it_ends() {
        let pause = |from: &str, until: Option<&str>| Pause {
            from: day(from),
            until: until.map(day),
        };
        let days = |pauses: &[Pause]| calendar().due(day("2026-03-02"), span(3, Unit::Day), pauses);
        // Without a pause: the 5th. Paused on Tuesday, after one day was counted; on again on Thursday.
        assert_eq!(days(&[]), Some(day("2026-03-05")));
        assert_eq!(
            days(&[pause("2026-03-03", Some("2026-03-05"))]),
            Some(day("2026-03-09"))
        );
        assert_eq!(days(&[pause("2026-03-03", None)]), None);
        // Paused and on again on one day: nothing is lost.
        assert_eq!(
            days(&[pause("2026-03-03", Some("2026-03-03"))]),
            Some(day("2026-03-05"))
        );
        // Ten days of April do not count: 2 May is a Saturday, ten days later it is the 12th.
        let months = calendar().due(
            day("2026-04-02"),
            span(1, Unit::Month),
            &[pause("2026-04-10", Some("2026-04-20"))],
        );
        assert_eq!(months, Some(day("2026-05-12")));
    }

    #[test]
    fn the_office_has_its_own_day() {
        let makassar = jiff::tz::TimeZoneDatabase::bundled()
            .get("Asia/Makassar")
            .unwrap();
        // 2026-03-20T17:00:00Z is one o'clock of the next day there.
        let at = Timestamp::parse("2026-03-20T17:00:00Z").unwrap();
        assert_eq!(
            local(at, &makassar),
            (day("2026-03-21"), jiff::civil::time(1, 0, 0, 0))
        );
    }

    #[test]
    fn working_days_are_counted_after_the_first_day() {
        let calendar = calendar();
        assert_eq!(
            calendar.working_days(day("2026-03-02"), day("2026-03-09"), &[]),
            5
        );
        assert_eq!(
            calendar.working_days(day("2026-03-09"), day("2026-03-02"), &[]),
            0
        );
        assert_eq!(
            calendar.working_days(day("2026-03-17"), day("2026-03-25"), &[]),
            1
        );
    }
}
