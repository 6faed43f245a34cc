//! [`Schedule`]: when a pull is due, as five fields of cron in a time zone.
//!
//! Invariant: the moment after which the next one is asked for is never given itself, so a schedule moves on.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::time::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, ZonedDateTime};

use crate::types::Timestamp;

/// See the module.
#[derive(Debug, Clone)]
pub struct Schedule {
    text: String,
    cron: Cron,
}

/// Not a schedule; why, in English: the fields of cron have no other names.
#[derive(Debug)]
pub struct ScheduleFault(pub String);

impl Schedule {
    /// The first moment after `after` at which it is due; `None` when there is none (30 February).
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let after = jiff::Timestamp::from_millisecond(after.0).ok()?;
        let after = Wall(after.to_zoned_datetime(zone.clone()));
        let next = self.cron.find_next_occurrence(&after, false).ok()?;
        Some(Timestamp(next.0.timestamp().as_millisecond()))
    }
}

impl FromStr for Schedule {
    type Err = ScheduleFault;

    fn from_str(text: &str) -> Result<Self, ScheduleFault> {
        let fields = text.split_ascii_whitespace().count();
        if fields != 5 || text.contains('@') {
            return Err(ScheduleFault(
                "it has five fields: minute hour day month weekday".into(),
            ));
        }
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let cron = parser
            .parse(text)
            .map_err(|error| ScheduleFault(error.to_string()))?;
        let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        let schedule = Schedule { text, cron };
        match schedule.next(Timestamp(0), &TimeZone::UTC) {
            Some(_) => Ok(schedule),
            None => Err(ScheduleFault("there is no such day".into())),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A moment as a clock on the wall shows it.
#[derive(Debug, Clone)]
struct Wall(ZonedDateTime);

impl CronDateTime for Wall {
    fn to_civil(&self) -> CivilDateTime {
        let at = self.0.datetime();
        let part = |part: i8| u32::try_from(part).unwrap_or_default();
        // What jiff gives is a day and a time.
        CivilDateTime::new(
            CivilDate::from_parts_unchecked(i32::from(at.year()), part(at.month()), part(at.day())),
            CivilTime::from_parts_unchecked(part(at.hour()), part(at.minute()), part(at.second())),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        let sunday = self.0.weekday().to_sunday_zero_offset();
        Weekday::from_days_from_sunday(u32::try_from(sunday).unwrap_or_default())
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let at = date_time(civil).ok_or(CronError::InvalidDate)?;
        let found = self.0.time_zone().to_ambiguous_zoned_datetime(at);
        let time =
            |zoned: Result<ZonedDateTime, jiff::Error>| zoned.map(Wall).map_err(|_| CronError::InvalidTime);
        Ok(match found.offset() {
            AmbiguousOffset::Unambiguous { .. } => Resolution::Single(time(found.compatible())?),
            AmbiguousOffset::Fold { .. } => {
                Resolution::Ambiguous(time(found.clone().earlier())?, time(found.later())?)
            }
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0
            .checked_add(SignedDuration::from_secs(seconds))
            .ok()
            .map(Wall)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.timestamp().cmp(&other.0.timestamp())
    }
}

fn date_time(civil: CivilDateTime) -> Option<DateTime> {
    let part = |part: u32| i8::try_from(part).ok();
    DateTime::new(
        i16::try_from(civil.year()).ok()?,
        part(civil.month())?,
        part(civil.day())?,
        part(civil.hour())?,
        part(civil.minute())?,
        part(civil.second())?,
        0,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    fn next(schedule: &str, zone: &str, after: &str) -> String {
        let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
        let schedule: Schedule = schedule.parse().unwrap();
        schedule
            .next(Timestamp::parse(after).unwrap(), &zone)
            .unwrap()
            .to_string()
    }

    #[test]
    fn it_is_read_by_the_clock_of_its_zone() {
        for (schedule, zone, after, expected) in [
            // Two in the morning in Samarinda is six in the evening before in UTC.
            (
                "0 2 * * *",
                "Asia/Makassar",
                "2026-03-20T09:46:40Z",
                "2026-03-20T18:00:00.000Z",
            ),
            (
                "0 2 * * *",
                "Asia/Makassar",
                "2026-03-20T18:00:00Z",
                "2026-03-21T18:00:00.000Z",
            ),
            (
                "0 2 * * *",
                "UTC",
                "2026-03-20T09:46:40Z",
                "2026-03-21T02:00:00.000Z",
            ),
            (
                "*/15 8-16 * * MON-FRI",
                "Asia/Makassar",
                "2026-03-20T08:59:00Z",
                "2026-03-23T00:00:00.000Z",
            ),
            (
                "30 6 1 * *",
                "Asia/Makassar",
                "2026-03-20T00:00:00Z",
                "2026-03-31T22:30:00.000Z",
            ),
            // The hour that is skipped in spring, and the one that comes twice in autumn.
            (
                "30 2 * * *",
                "Europe/Berlin",
                "2026-03-28T12:00:00Z",
                "2026-03-29T01:00:00.000Z",
            ),
            (
                "30 2 * * *",
                "Europe/Berlin",
                "2026-10-24T12:00:00Z",
                "2026-10-25T00:30:00.000Z",
            ),
            (
                "30 2 * * *",
                "Europe/Berlin",
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00.000Z",
            ),
        ] {
            assert_eq!(next(schedule, zone, after), expected, "{schedule} {zone} {after}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for wrong in [
            "",
            "* * * *",
            "0 0 2 * * *",
            "61 * * * *",
            "@daily",
            "a b c d e",
            "0 0 30 2 *",
            "* * * * * 2026",
        ] {
            assert!(wrong.parse::<Schedule>().is_err(), "{wrong}");
        }
        assert_eq!(
            " 0  2 * *\t* ".parse::<Schedule>().unwrap().to_string(),
            "0 2 * * *"
        );
    }
}
